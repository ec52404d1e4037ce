// Response times over a range, drawn by uPlot on a canvas in the theme's colours. What it shows is also said in words.
import * as l10n from "@vscode/l10n";
import { html } from "lit";
import { ref } from "lit/directives/ref.js";
import uPlot from "uplot";
import { type Drawn, icon, say } from "../../toolkit/browser/elements.ts";
import type { Detail } from "../model.ts";
import { type Lines, linesOf, mostLines } from "./chart-data.ts";
import { drawIncidents, drawMarks, font, type Marks, themeColour } from "./chart-marks.ts";
import { clock, milliseconds } from "./said.ts";

const height = 240;
const colours = ["blue", "orange", "green", "purple", "yellow", "red", "foreground", "lines"];
const dashes = [[], [8, 3], [2, 3], [8, 3, 2, 3], [12, 4], [4, 4], [1, 2], [10, 2, 2, 2]];

let shown: { plot: uPlot; marks: Marks; shape: string; place: Element } | undefined;
let current: Detail | undefined;

// Its colours are read when it is drawn.
new MutationObserver(() => shown && draw(shown.place, true)).observe(document.documentElement, {
  attributeFilter: ["style"],
});

export function chart(found: Detail | undefined): Drawn {
  current = found;
  const words = found ? inWords(found) : l10n.t("Response times are being read.");
  return html`<div
      class="chart"
      role="group"
      tabindex="0"
      aria-label=${words}
      @keydown=${step}
      ${ref((place) => (place ? draw(place) : remove()))}
    ></div>
    ${found ? legend(found) : ""}`;
}

function remove(): void {
  sizes.disconnect();
  shown?.plot.destroy();
  shown = undefined;
}

const sizes = new ResizeObserver(([entry]) => {
  const width = Math.floor(entry?.contentRect.width ?? 0);
  if (shown && width > 0 && width !== shown.plot.width) shown.plot.setSize({ width, height });
});

/** New numbers go into the chart that is there: what the pointer shows stays. */
function draw(place: Element, anew = false): void {
  if (!current) return;
  const marks: Marks = { lines: linesOf(current), incidents: current.incidents, deploys: current.deploys };
  const shape = JSON.stringify(marks.lines.lines.map(({ name, what }) => [name, what]));
  const data = [marks.lines.times, ...marks.lines.lines.map(({ values }) => values)] as uPlot.AlignedData;
  if (!anew && shown?.place === place && shown.shape === shape) {
    shown.marks = marks;
    shown.plot.setData(data, false);
    shown.plot.setScale("x", rangeOf(marks.lines));
    return;
  }
  remove();
  const width = Math.max(200, Math.floor(place.clientWidth));
  shown = { plot: new uPlot(options(marks, width), data, place as HTMLElement), marks, shape, place };
  sizes.observe(place);
}

/** To the end of the last step: what failed in it is drawn up to there. */
function rangeOf({ times }: Lines): { min: number; max: number } {
  const [first = 0, second = first + 1] = times;
  return { min: first, max: (times.at(-1) ?? first) + second - first };
}

function options(marks: Marks, width: number): uPlot.Options {
  const quiet = () => themeColour("descriptionForeground", "foreground");
  // A border's colour is far too strong in high contrast.
  const faint = () => `color-mix(in srgb, ${themeColour("foreground")} 16%, transparent)`;
  const grid = { stroke: faint, width: 1 };
  const axis = { stroke: quiet, grid, ticks: grid, font: font(1) };
  return {
    width,
    height,
    legend: { show: true, live: true },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true, ...rangeOf(marks.lines) },
      y: { range: (_, __, most) => [0, Math.max(most * 1.15, 1)] },
    },
    axes: [
      { ...axis, size: 32, values: (plot, splits) => splits.map((split) => tick(split, plot)) },
      { ...axis, size: 64, values: (_, splits) => splits.map(milliseconds) },
    ],
    series: [
      { label: l10n.t("Time"), value: (_, value) => (value == null ? "–" : clock(value * 1000)) },
      ...marks.lines.lines.map(seriesOf),
    ],
    hooks: {
      drawClear: [(plot) => drawIncidents(plot, shown?.marks ?? marks)],
      draw: [(plot) => drawMarks(plot, shown?.marks ?? marks)],
    },
  };
}

function seriesOf({ name, what }: Lines["lines"][number], n: number, all: Lines["lines"]): uPlot.Series {
  const alone = all.some((one) => one.what === "p95");
  const label = alone ? (what === "p50" ? l10n.t("Median") : l10n.t("95 % below")) : name;
  return {
    label,
    stroke: () => themeColour(`charts-${colours[n % colours.length]}`, "foreground"),
    dash: dashes[n % dashes.length] ?? [],
    width: 1.5,
    spanGaps: false,
    points: { show: false, filter: lonely },
    value: (_, value) => milliseconds(value ?? null),
  };
}

/** A measurement between two gaps is no line. */
function lonely(plot: uPlot, n: number): number[] {
  const values = plot.data[n] ?? [];
  return [...values].flatMap((value, at) =>
    value != null && values[at - 1] == null && values[at + 1] == null ? [at] : [],
  );
}

function tick(split: number, plot: uPlot): string {
  const language = document.documentElement.lang || "en";
  const seconds = (plot.scales.x?.max ?? 0) - (plot.scales.x?.min ?? 0);
  const date = new Date(split * 1000);
  if (seconds > 2 * 86_400) return date.toLocaleDateString(language, { day: "numeric", month: "short" });
  return date.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** The arrows go from one time to the next, and say what stands there. */
function step(event: KeyboardEvent): void {
  const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }[event.key];
  if (by === undefined || !shown) return;
  event.preventDefault();
  const { plot, marks } = shown;
  const last = marks.lines.times.length - 1;
  const from = plot.cursor.idx ?? (by > 0 ? -1 : last + 1);
  const to = Math.max(0, Math.min(last, from + by));
  const time = marks.lines.times[to] ?? 0;
  plot.setCursor({ left: plot.valToPos(time, "x"), top: plot.over.clientHeight / 2 });
  const values = marks.lines.lines.map(({ name, what, values: all }) => {
    const label = what === "p95" ? l10n.t("95 % below") : name;
    return `${label} ${all[to] == null ? l10n.t("not measured") : milliseconds(all[to] ?? null)}`;
  });
  say(`${clock(time * 1000)}: ${values.join(", ")}`);
}

function legend(found: Detail): Drawn {
  const part = (there: boolean, name: string, words: string) => (there ? html`<li>${icon(name)} ${words}</li>` : "");
  const { worst } = linesOf(found);
  return html`<ul class="legend quiet">
    ${part(found.incidents.length > 0, "triangle-down", l10n.t("incident"))}
    ${part(found.deploys.length > 0, "kebab-vertical", l10n.t("went live"))}
    ${part(worst.includes("down"), "primitive-square", l10n.t("tall mark: failed"))}
    ${part(worst.includes("degraded"), "dash", l10n.t("short mark: slow or expiring"))}
    ${part(worst.includes(null), "circle-outline", l10n.t("gap: not measured"))}
    ${found.series.length > mostLines ? html`<li>${l10n.t("The first {0} of {1} endpoints are drawn.", mostLines, found.series.length)}</li>` : ""}
  </ul>`;
}

function inWords({ series, incidents, deploys, from }: Detail): string {
  const each = series
    .slice(0, mostLines)
    .map(({ endpoint, p50, p95 }) =>
      l10n.t("{0}: median {1}, 95 % below {2}", endpoint.name, milliseconds(p50), milliseconds(p95)),
    );
  return [
    l10n.t("Response times since {0}", clock(from)),
    ...each,
    l10n.t("{0} incidents, went live {1} times", incidents.length, deploys.length),
  ].join("; ");
}
