// The graph of services as text: a tree, DOT, Mermaid. Texts only; what people wrote is escaped.
import type { Service } from "../../protocol/service.ts";
import { knots, type Need, needs } from "./rules.ts";

export interface Drawn {
  nodes: readonly { service: string; kind: Service["kind"]; label: string }[];
  edges: readonly Need[];
  circles: readonly (readonly string[])[];
}

export const drawings: Record<"text" | "dot" | "mermaid", (graph: Drawn) => string> = { text: tree, dot, mermaid };

/** What is needed stands below what needs it; what stands there already is not repeated. */
function tree({ nodes, edges, circles }: Drawn): string {
  const by = needs(edges);
  const needed = new Set(edges.map((edge) => edge.to));
  const names = nodes.map((node) => node.service).sort();
  const shown = new Set<string>();
  const lines: string[] = [];
  const below = (name: string, indent: string, way: ReadonlySet<string>) => {
    shown.add(name);
    const children = by.get(name) ?? [];
    children.forEach((child, i) => {
      const last = i === children.length - 1;
      const again = way.has(child) ? "  (a circle)" : shown.has(child) && by.has(child) ? "  (see above)" : "";
      lines.push(`${indent}${last ? "└─" : "├─"} ${child}${again}`);
      if (again === "") below(child, `${indent}${last ? "   " : "│  "}`, new Set([...way, child]));
    });
  };
  const begin = (name: string) => {
    lines.push(name);
    below(name, "", new Set([name]));
  };
  for (const name of names) if (by.has(name) && !needed.has(name)) begin(name);
  // What is only in circles is below nothing.
  for (const name of names) if (by.has(name) && !shown.has(name)) begin(name);
  const alone = names.filter((name) => !by.has(name) && !needed.has(name));
  if (alone.length > 0) lines.push(...(lines.length > 0 ? [""] : []), `On their own: ${alone.join(", ")}`);
  if (circles.length > 0) lines.push("", ...circles.map((circle) => `A circle: ${[...circle, circle[0]].join(" → ")}`));
  return lines.join("\n");
}

const dotShapes = { application: "box", infrastructure: "cylinder", network: "hexagon" };

function dot({ nodes, edges }: Drawn): string {
  const isOdd = inOneKnot(edges);
  return [
    "digraph services {",
    "  rankdir=LR;",
    ...nodes.map((n) => `  ${quoted(n.service)} [label=${quoted(n.label)}, shape=${dotShapes[n.kind]}];`),
    ...edges.map((e) => `  ${quoted(e.from)} -> ${quoted(e.to)}${isOdd(e) ? " [color=red]" : ""};`),
    "}",
  ].join("\n");
}

const quoted = (text: string): string => `"${oneLine(text).replace(/[\\"]/g, "\\$&")}"`;

const mermaidShapes = { application: ["[", "]"], infrastructure: ["[(", ")]"], network: ["{{", "}}"] } as const;

function mermaid({ nodes, edges }: Drawn): string {
  const isOdd = inOneKnot(edges);
  const ids = new Map(nodes.map((node, i) => [node.service, `s${i}`]));
  const odd = edges.flatMap((edge, i) => (isOdd(edge) ? [i] : []));
  return [
    "flowchart LR",
    ...nodes.map((n) => {
      const [open, close] = mermaidShapes[n.kind];
      return `  ${ids.get(n.service)}${open}"${entities(n.label)}"${close}`;
    }),
    ...edges.map((e) => `  ${ids.get(e.from)} --> ${ids.get(e.to)}`),
    ...(odd.length > 0 ? [`  linkStyle ${odd.join(",")} stroke:red`] : []),
  ].join("\n");
}

/** Mermaid reads Markdown, HTML and its own syntax in labels: whatever is no letter, digit or plain mark is a number. */
const entities = (text: string): string =>
  oneLine(text).replace(/[^\p{L}\p{N} ._\-/:,]/gu, (c) => `#${c.codePointAt(0)};`);

const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();

/** Both ends are in one group of services that need each other. */
function inOneKnot(edges: readonly Need[]): (edge: Need) => boolean {
  const groups = knots(edges);
  return ({ from, to }) => groups.some((knot) => knot.has(from) && knot.has(to));
}
