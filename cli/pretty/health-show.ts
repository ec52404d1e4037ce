// An endpoint or a service over time: a chart as wide as the terminal, uptime, incidents and deployments under it.
import type { Api } from "../../protocol/api.ts";
import type { Result } from "../../protocol/contract.ts";
import { labelled, type Paper } from "../paper.ts";
import { clean, lasting, padEnd, padStart, width } from "../text.ts";
import { bars, type Point } from "./chart.ts";
import { addressOf, duration, nameOf, per, styleOf } from "./health-words.ts";
import { heading } from "./marks.ts";

type Shown = Result<Api["health"]["methods"]["show"]>;
type Series = Shown["series"][number];
type Bucket = Series["buckets"][number];

const height = 6;
const widest = 100;

export function shown(result: Shown, on: Paper): string[] {
  const { series, incidents, deploys } = result;
  return [
    ...series.flatMap((one, i) => [...(i === 0 ? [] : [""]), ...drawn(one, result, on)]),
    ...(incidents.length === 0
      ? []
      : ["", on.bold("Incidents"), ...incidents.map((incident) => incidentLine(incident, on))]),
    ...(deploys.length === 0
      ? []
      : ["", on.bold("Live"), ...deploys.map((d) => `  ${when(d.at)}  ${clean(d.environment)}  ${clean(d.version)}`)]),
  ];
}

function drawn({ endpoint, uptime, p50, p95, buckets }: Series, { from, to, step }: Shown, on: Paper): string[] {
  const state = `${styleOf(on, endpoint.state)(endpoint.state)} ${on.dim(`for ${lasting((on.now - Date.parse(endpoint.since)) / 1000)}`)}`;
  const why = endpoint.why === "" ? "" : `: ${clean(endpoint.why)}`;
  const rows: [string, string][] = [
    [
      "uptime",
      (["24h", "7d", "30d", "90d"] as const)
        .map((span) => `${span} ${per(uptime[span]) || "not measured"}`)
        .join("   "),
    ],
    ["answers", p50 === null ? "none" : `half within ${duration(p50)}, 95 % within ${duration(p95)}`],
  ];
  return [
    heading(on, nameOf(endpoint), addressOf(endpoint)),
    `  ${state}${why}`,
    "",
    ...chart(buckets, { from: Date.parse(from), to: Date.parse(to), step: step * 1000 }, on),
    "",
    ...labelled(
      on,
      rows.map(([label, text]) => [on.dim(label), text] as const),
    ),
  ];
}

interface Range {
  from: number;
  to: number;
  step: number;
}

function chart(buckets: readonly Bucket[], range: Range, on: Paper): string[] {
  if (buckets.length === 0) return [on.dim("  Nothing was measured in this time.")];
  const most = Math.max(...buckets.map((b) => b.p95 ?? 0));
  const axis = most === 0 ? ["", ""] : [duration(most), "0 ms"];
  const left = Math.max(...axis.map(width));
  const room = Math.max(20, Math.min(on.width, widest) - left - 4);
  const points = pointsIn(buckets, range, room);
  const lines = bars(points, height, on.blocks, { well: on.green, poor: on.yellow, bad: on.red });
  const label = (i: number) =>
    padStart(i === 0 ? (axis[0] as string) : i === height - 1 ? (axis[1] as string) : "", left);
  const [start, end] = [when(new Date(range.from).toISOString()), `${when(new Date(range.to).toISOString())} UTC`];
  return [
    ...lines.map((line, i) => `${on.dim(label(i))} ${on.dim("|")}${line}`),
    on.dim(`${" ".repeat(left + 2)}${padEnd(start, Math.max(start.length + 1, points.length - end.length))}${end}`),
  ];
}

/** So many columns for the range; a column shows the worst of what lies in it, and nothing where nothing was measured. */
function pointsIn(buckets: readonly Bucket[], { from, to, step }: Range, room: number): Point[] {
  const columns = Math.max(1, Math.min(room, Math.ceil((to - from) / step)));
  const cells: Bucket[][] = Array.from({ length: columns }, () => []);
  for (const bucket of buckets) {
    const at = Math.floor(((Date.parse(bucket.at) - from) / (to - from)) * columns);
    cells[Math.min(columns - 1, Math.max(0, at))]?.push(bucket);
  }
  return cells.map((cell) => {
    const values = cell.flatMap((b) => (b.p95 === null ? [] : [b.p95]));
    const mark = cell.some((b) => b.down > 0) ? "bad" : cell.some((b) => b.degraded > 0) ? "poor" : "well";
    return { value: values.length === 0 ? null : Math.max(...values), mark };
  });
}

function incidentLine({ id, opened, resolved, cause }: Shown["incidents"][number], on: Paper): string {
  const seconds = ((resolved === null ? on.now : Date.parse(resolved)) - Date.parse(opened)) / 1000;
  const state = resolved === null ? on.red("open") : on.green("over");
  return `  #${id}  ${when(opened)}  ${state}  ${lasting(seconds)}  ${clean(cause)}`;
}

/** To the minute, in UTC as everywhere. */
const when = (iso: string): string => iso.slice(0, 16).replace("T", " ");
