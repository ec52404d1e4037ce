// Prints what was measured: a table for a person, and the same as JSON.
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Figures, Line, Slope, Target } from "./row.ts";
import type { Estimate, Summary } from "./series.ts";

/** A row with its figures, or why there are none. */
export interface Played {
  name: string;
  what: string;
  seconds: number;
  figures?: Figures;
  failed?: string;
}

const head = ["row", "what", "ours", "beside", "", "ratio (95 %)", "of the fastest", "target", "verdict"];

export function table(played: Played[]): string {
  const rows = played.flatMap(({ name, figures, failed }) =>
    failed === undefined
      ? (figures?.lines ?? []).map((line) => cells(name, line))
      : [[name, "could not run", "", "", "", "", "", "", "failed"]],
  );
  const slopes = played.flatMap(({ name, figures }) => (figures?.slopes ?? []).map((slope) => slopeCells(name, slope)));
  const notes = played.flatMap(({ name, figures, failed }) =>
    [...(figures?.notes ?? []), ...(failed === undefined ? [] : [failed])].map((note) => `${name}: ${note}`),
  );
  return [
    ...aligned([head, ...rows]),
    "",
    "How cost grows with size",
    ...aligned(slopes),
    "",
    ...notes,
    machine(),
  ].join("\n");
}

function cells(name: string, line: Line): string[] {
  const shown = (figures: Summary | undefined) =>
    figures ? amount(line.statistic === "p99" ? figures.p99 : figures.median, line.unit) : "–";
  const verdict = `${line.verdict === "told" ? "" : line.verdict}${line.close ? " (within noise)" : ""}${line.why ? `: ${line.why}` : ""}`;
  const absolute = line.target !== undefined && "most" in line.target;
  const what = line.statistic === "median" ? line.what : `${line.what}, ${line.statistic}`;
  return [
    name,
    what,
    shown(line.ours),
    line.beside.name,
    shown(line.beside.figures),
    line.figure && !absolute ? interval(line.figure) : "–",
    line.fastest === undefined || absolute || line.statistic === "p99" ? "–" : line.fastest.toFixed(2),
    target(line),
    verdict,
  ];
}

const interval = ({ value, low, high }: Estimate): string =>
  `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
const amount = (value: number, unit: string): string =>
  `${value < 1 ? value.toFixed(3) : value < 100 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;

function target({ target, unit }: Line): string {
  if (!target) return "–";
  return "most" in target
    ? `≤ ${(target as { most: number }).most} ${unit}`
    : `≤ ${(target as Extract<Target, { ratio: number }>).ratio}×`;
}

const slopeCells = (name: string, { what, from, to, small, large, growth }: Slope): string[] => [
  name,
  what,
  `${from} → ${to}`,
  `${amount(small, "")}→ ${amount(large, "")}`,
  `×${interval(growth)}`,
];

function aligned(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

const machine = (): string =>
  `${os.cpus().length} × ${os.cpus()[0]?.model ?? "processor"}, ${process.platform} ${os.release()}, Node ${process.version}, load ${os.loadavg()[0]?.toFixed(1)}`;

export function writeJson(file: string, played: Played[], more: object): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(
    file,
    `${JSON.stringify({ at: new Date().toISOString(), machine: machine(), ...more, rows: played }, null, 2)}\n`,
  );
}
