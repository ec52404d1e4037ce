// The page of the service graph: boxes that can be walked and clicked, lines between them, and what fails with what.
import * as l10n from "@vscode/l10n";
import { html, nothing, render, svg } from "lit";
import { Connection } from "../toolkit/browser/connection.ts";
import { banner, type Drawn, icon, iconButton, link, say } from "../toolkit/browser/elements.ts";
import type { Fields } from "../toolkit/browser/guard.ts";
import { stateIcon, stateWord } from "../toolkit/browser/states.ts";
import { box, failsWith, type Placed, type Point, place } from "./layout.ts";
import type { GraphNode, GraphState, GraphWords } from "./words.ts";

const fields: Fields<GraphWords> = {
  connection: "string",
  trusted: "boolean",
  nodes: "array?",
  edges: "array",
  circles: "array",
};

const kindIcons = { application: "server", infrastructure: "database", network: "globe" } as const;
const zooms = [0.25, 0.35, 0.5, 0.7, 0.85, 1, 1.2, 1.5, 2];
const connection = new Connection<GraphWords, { zoom: number }>({ zoom: 0 }, fields);
const root = document.getElementById("page") as HTMLElement;
/** undefined: nothing is pointed at */
let pointed: string | undefined;
let placed: { of: string; is: Placed } | undefined;

connection.changed = draw;
draw();
connection.keep();

function draw(): void {
  const { connection: is, trusted, nodes } = connection.state;
  root.classList.toggle("stale", is === "lost" || is === "stopped");
  const run = (command: Parameters<typeof connection.host<"run">>[1]["command"]) =>
    void connection.host("run", { command });
  render(html`${banner(is, trusted, run)}${nodes ? page(nodes) : nothing}`, root);
}

function page(nodes: GraphNode[]): Drawn {
  const { edges } = connection.state;
  if (nodes.length === 0) return empty(l10n.t("No service is registered yet."));
  const drawing = placedFor(nodes, edges);
  const failing = pointed === undefined ? undefined : failsWith(pointed, edges);
  return html`${toolbar(nodes, drawing)}
    <p class="told quiet" id="told">${told(failing)}</p>
    ${edges.length === 0 ? none() : nothing}
    <div class="canvas" @wheel=${wheel} @mousedown=${drag}>
      <div class="drawing" .style=${`width:${drawing.width}px;height:${drawing.height}px;zoom:${zoom(drawing)}`}>
        ${lines(drawing, failing)}${nodes.map((node) => boxOf(node, drawing, failing))}
      </div>
    </div>`;
}

/** Only when services or lines changed: states change often. */
function placedFor(nodes: GraphNode[], edges: GraphState["edges"]): Placed {
  const of = JSON.stringify([nodes.map(({ service }) => service), edges.map(({ from, to }) => [from, to])]);
  if (placed?.of === of) return placed.is;
  const names = nodes.map(({ service }) => service);
  placed = { of, is: place(names, edges) };
  return placed.is;
}

/** 0: as large as it fits, but not larger than life. */
function zoom({ width, height }: Placed): number {
  const { zoom: asked } = connection.drafts;
  if (asked > 0) return asked;
  const room = { width: root.clientWidth - 48, height: window.innerHeight - 130 };
  return Math.max(0.2, Math.min(1, room.width / width, room.height / height));
}

function toolbar(nodes: GraphNode[], drawing: Placed): Drawn {
  const now = zoom(drawing);
  const to = (level: number | undefined) => () => setZoom(level ?? now);
  const larger = zooms.find((level) => level > now + 0.01);
  const smaller = zooms.findLast((level) => level < now - 0.01);
  return html`<header>
    <h1>${l10n.t("Service graph")}</h1>
    <span class="quiet">${counted(nodes.length, connection.state.edges.length)}</span>
    <span class="tools">
      ${iconButton({ icon: "zoom-out", label: l10n.t("Zoom out"), run: to(smaller), disabled: smaller === undefined })}
      <span class="quiet percent">${Math.round(now * 100)} %</span>
      ${iconButton({ icon: "zoom-in", label: l10n.t("Zoom in"), run: to(larger), disabled: larger === undefined })}
      ${iconButton({ icon: "screen-full", label: l10n.t("Fit in the window"), run: to(0) })}
      ${iconButton({ icon: "copy", label: l10n.t("Open as Mermaid"), run: () => copy("mermaid") })}
    </span>
  </header>`;
}

function counted(services: number, lines: number): string {
  const all = services === 1 ? l10n.t("1 service") : l10n.t("{0} services", services);
  return `${all} · ${lines === 1 ? l10n.t("1 dependency") : l10n.t("{0} dependencies", lines)}`;
}

/** What the one that is pointed at would take along; else what is wrong with the whole. */
function told(failing: Set<string> | undefined): string {
  const { circles } = connection.state;
  if (pointed !== undefined && failing) {
    if (failing.size === 0) return l10n.t("Nothing depends on {0}.", pointed);
    return l10n.t("If {0} fails, these fail with it: {1}", pointed, [...failing].sort().join(", "));
  }
  if (circles.length > 0) return l10n.t("They need each other: {0}", circles.map((one) => one.join(" → ")).join("; "));
  return l10n.t("An arrow leads from a service to what it depends on. Point at one to see what fails with it.");
}

function none(): Drawn {
  const set = link(
    l10n.t("Set Dependencies…"),
    () => void connection.host("run", { command: "calcifer.service.depend" }),
    connection.state.connection !== "up" || !connection.state.trusted,
  );
  return html`<p class="quiet">
    ${l10n.t("No dependency is known yet. They come from compose files, or are declared:")} ${set}
  </p>`;
}

function lines({ width, height, lines: all }: Placed, failing: Set<string> | undefined): Drawn {
  const touched = ({ from, to }: { from: string; to: string }) =>
    failing?.has(from) === true && (to === pointed || failing.has(to));
  return html`<svg aria-hidden="true" width=${width} height=${height} viewBox="0 0 ${width} ${height}">
    <defs>
      ${["", "hot"].map((name) => svg`<marker id="tip${name}" class=${name} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" /></marker>`)}
    </defs>
    ${all.map((line) => {
      const hot = touched(line);
      return svg`<path class=${hot ? "hot" : ""} d=${curve(line.points)} marker-end="url(#tip${hot ? "hot" : ""})" />`;
    })}
  </svg>`;
}

/** Straight where there are two points, else bent through the middles of the rest. */
function curve(points: Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  const middles = rest.slice(0, -1).map((point, i) => {
    const next = rest[i + 1] as Point;
    return `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  const last = rest.at(-1) ?? first;
  return `M${first.x} ${first.y} ${middles.join(" ")} L${last.x} ${last.y}`;
}

function boxOf({ service, kind, label, state, why }: GraphNode, { places }: Placed, failing?: Set<string>): Drawn {
  const at = places.get(service) ?? { x: 0, y: 0 };
  const word = state === null ? l10n.t("no endpoints") : stateWord(state);
  const marks = [pointed === service && "pointed", failing?.has(service) && "failing"].filter(Boolean).join(" ");
  const point = (to: string | undefined) => () => {
    pointed = to;
    draw();
    if (to !== undefined) say(told(failsWith(to, connection.state.edges)));
  };
  return html`<button
    type="button"
    class="box ${state?.replace(" ", "-") ?? "unwatched"} ${marks}"
    .style=${`left:${at.x - box.width / 2}px;top:${at.y - box.height / 2}px;width:${box.width}px;height:${box.height}px`}
    title=${`${label} · ${word}${why ? `\n${why}` : ""}`}
    aria-label=${l10n.t("{0}, {1}", label, word)}
    @click=${() => connection.host("open", { service })}
    @mouseenter=${point(service)}
    @mouseleave=${point(undefined)}
    @focus=${point(service)}
    @blur=${point(undefined)}
  >
    <span class="name">${icon(kindIcons[kind])}<span>${label}</span></span>
    <span class="state">${state === null ? nothing : stateIcon(state)}<span>${word}</span></span>
  </button>`;
}

function empty(words: string): Drawn {
  return html`<header><h1>${l10n.t("Service graph")}</h1></header><p class="quiet">${words}</p>`;
}

function copy(format: "mermaid" | "dot"): void {
  void connection.host("copy", { format });
}

function setZoom(level: number): void {
  connection.drafts.zoom = level;
  connection.keep();
  draw();
}

function wheel(event: WheelEvent): void {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const now = placed ? zoom(placed.is) : 1;
  const next = event.deltaY < 0 ? zooms.find((one) => one > now + 0.01) : zooms.findLast((one) => one < now - 0.01);
  if (next !== undefined) setZoom(next);
}

/** The empty part moves what is seen. */
function drag(event: MouseEvent): void {
  const canvas = event.currentTarget as HTMLElement;
  if (event.button !== 0 || (event.target as Element).closest("button")) return;
  event.preventDefault();
  const move = ({ movementX, movementY }: MouseEvent) => canvas.scrollBy(-movementX, -movementY);
  const end = new AbortController();
  window.addEventListener("mousemove", move, { signal: end.signal });
  window.addEventListener("mouseup", () => end.abort(), { signal: end.signal });
}

window.addEventListener("resize", draw);
