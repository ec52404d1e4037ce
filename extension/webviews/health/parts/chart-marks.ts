// What is drawn into the chart beside its lines: failures, incidents, what went live. Shapes differ, not only colours.
import type uPlot from "uplot";
import type { Detail } from "../model.ts";
import type { Lines } from "./chart-data.ts";

/** Pixels of the strip below the lines. */
const strip = 8;

export interface Marks {
  lines: Lines;
  incidents: Detail["incidents"];
  deploys: Detail["deploys"];
}

/** A colour of the theme. @param names the first that the theme has */
export function themeColour(...names: string[]): string {
  const style = getComputedStyle(document.documentElement);
  for (const name of names) {
    const value = style.getPropertyValue(`--vscode-${name}`).trim();
    if (value !== "") return value;
  }
  return getComputedStyle(document.body).color;
}

/** Behind the lines: how long each incident lasted. */
export function drawIncidents(plot: uPlot, { incidents, lines }: Marks): void {
  const { ctx, bbox } = plot;
  const end = plot.scales.x?.max ?? lines.times.at(-1) ?? 0;
  const colour = themeColour("editorError-foreground", "errorForeground", "charts-red");
  within(plot, () => {
    for (const { opened, resolved } of incidents) {
      const left = plot.valToPos(Date.parse(opened) / 1000, "x", true);
      const right = plot.valToPos(resolved === null ? end : Date.parse(resolved) / 1000, "x", true);
      ctx.fillStyle = colour;
      ctx.strokeStyle = colour;
      ctx.globalAlpha = 0.16;
      ctx.fillRect(left, bbox.top, Math.max(right - left, 2 * devicePixelRatio), bbox.height);
      ctx.globalAlpha = 1;
      vertical(plot, left, []);
      triangle(plot, left);
    }
  });
}

/** Before the lines: what went live, and in which stretches probes failed. */
export function drawMarks(plot: uPlot, marks: Marks): void {
  within(plot, () => {
    drawDeploys(plot, marks);
    drawFailures(plot, marks.lines);
  });
}

function drawDeploys(plot: uPlot, { deploys }: Marks): void {
  const { ctx, bbox } = plot;
  const colour = themeColour("charts-blue", "editorInfo-foreground");
  ctx.strokeStyle = colour;
  ctx.fillStyle = themeColour("foreground");
  ctx.font = font();
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  let free = Number.NEGATIVE_INFINITY;
  for (const { at, version } of deploys.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const x = plot.valToPos(Date.parse(at) / 1000, "x", true);
    vertical(plot, x, [2 * devicePixelRatio, 3 * devicePixelRatio]);
    const label = version.length > 14 ? `${version.slice(0, 13)}…` : version;
    const width = ctx.measureText(label).width;
    const space = 4 * devicePixelRatio;
    const left = x + space + width > bbox.left + bbox.width ? x - space - width : x + space;
    // Where two would lie one over the other, the list below tells both.
    if (left < free) continue;
    ctx.fillText(label, left, bbox.top + 10 * devicePixelRatio);
    free = left + width + 6 * devicePixelRatio;
  }
}

function drawFailures(plot: uPlot, { times, worst }: Lines): void {
  const { ctx, bbox } = plot;
  const high = strip * devicePixelRatio;
  const bottom = bbox.top + bbox.height;
  const step = (times[1] ?? (times[0] ?? 0) + 1) - (times[0] ?? 0);
  const colours = {
    down: themeColour("editorError-foreground", "errorForeground", "charts-red"),
    degraded: themeColour("editorWarning-foreground", "charts-yellow"),
  };
  for (const [n, state] of worst.entries()) {
    if (state !== "down" && state !== "degraded") continue;
    const left = plot.valToPos(times[n] ?? 0, "x", true);
    const right = plot.valToPos((times[n] ?? 0) + step, "x", true);
    const tall = state === "down" ? high : high / 2;
    ctx.fillStyle = colours[state];
    ctx.fillRect(left, bottom - tall, Math.max(right - left, devicePixelRatio), tall);
  }
}

function vertical({ ctx, bbox }: uPlot, x: number, dash: number[]): void {
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.setLineDash([]);
}

function triangle({ ctx, bbox }: uPlot, x: number): void {
  const half = 5 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x - half, bbox.top);
  ctx.lineTo(x + half, bbox.top);
  ctx.lineTo(x, bbox.top + half * 1.4);
  ctx.fill();
}

function within({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}

export const font = (ratio = devicePixelRatio): string => `${11 * ratio}px ${themeColour("font-family")}`;
