// Where each service stands, and how the lines run: layers from what needs to what is needed; below, what stands alone.
import { Graph, layout } from "@dagrejs/dagre";

export interface Placed {
  width: number;
  height: number;
  /** the middle of each box, by service */
  places: Map<string, Point>;
  lines: { from: string; to: string; points: Point[] }[];
}

export interface Point {
  x: number;
  y: number;
}

interface Line {
  from: string;
  to: string;
}

export const box = { width: 168, height: 46 };
const margin = 24;
const gap = { x: 20, y: 24 };
/** Wider than this, layers stand beside each other: boxes are wide and low, so many of them need less room in a column. */
const widest = 2400;

/** @param services in the order that decides where nothing else does */
export function place(services: readonly string[], edges: readonly Line[]): Placed {
  const known = new Set(services);
  const lines = edges.filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  const joined = new Set(lines.flatMap(({ from, to }) => [from, to]));
  const together = services.filter((service) => joined.has(service));
  const down = layers(together, lines, "TB");
  const drawn = down.width > widest ? layers(together, lines, "LR") : down;
  return withLoners(
    drawn,
    services.filter((service) => !joined.has(service)),
  );
}

function layers(services: readonly string[], lines: readonly Line[], rankdir: "TB" | "LR"): Placed {
  const graph = new Graph();
  const [nodesep, ranksep] = rankdir === "TB" ? [gap.x, 48] : [gap.y, 96];
  graph.setGraph({ rankdir, nodesep, ranksep, marginx: margin, marginy: margin });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const service of services) graph.setNode(service, { ...box });
  for (const { from, to } of lines) graph.setEdge(from, to);
  if (services.length > 0) layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const at = (service: string): Point => {
    const { x, y } = graph.node(service) as unknown as Point;
    return { x, y };
  };
  return {
    width,
    height,
    places: new Map(services.map((service) => [service, at(service)])),
    lines: graph.edges().map((edge: { v: string; w: string }) => {
      const { points } = graph.edge(edge) as { points: Point[] };
      return { from: edge.v, to: edge.w, points };
    }),
  };
}

/** Rows of those that nothing is known to depend on, and that depend on nothing. */
function withLoners(drawn: Placed, loners: readonly string[]): Placed {
  if (loners.length === 0) return drawn;
  const step = { x: box.width + gap.x, y: box.height + gap.y };
  const inRow = Math.max(1, Math.floor((Math.max(drawn.width, 5 * step.x) - 2 * margin + gap.x) / step.x));
  const top = Math.max(drawn.height, margin);
  const places = new Map(drawn.places);
  for (const [i, service] of loners.entries())
    places.set(service, {
      x: margin + (i % inRow) * step.x + box.width / 2,
      y: top + Math.floor(i / inRow) * step.y + box.height / 2,
    });
  const columns = Math.min(inRow, loners.length);
  return {
    ...drawn,
    width: Math.max(drawn.width, 2 * margin + columns * step.x - gap.x),
    height: top + Math.ceil(loners.length / inRow) * step.y,
    places,
  };
}

/** What fails with a service: all that need it, near and far. */
export function failsWith(service: string, edges: readonly Line[]): Set<string> {
  const needers = Map.groupBy(edges, ({ to }) => to);
  const found = new Set<string>();
  const open = [service];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const { from } of needers.get(at) ?? [])
      if (from !== service && !found.has(from)) {
        found.add(from);
        open.push(from);
      }
  return found;
}
