// The small pictures of a row: response times of a day, uptime of thirty days. SVG: the page's policy allows no inline styles.
import * as l10n from "@vscode/l10n";
import { html, nothing, svg, type TemplateResult } from "lit";
import type { Row } from "../words.ts";
import { dayWord, lasting, percent } from "./said.ts";

const width = 96;
const height = 20;
/** A bar and the space behind it. */
const step = 5;

interface Drawn {
  spark: string;
  points: string;
  days: Record<DayKind, string>;
}
type DayKind = "up" | "degraded" | "down" | "none";

/** Rows that have not changed are drawn from memory. */
const memory = new WeakMap<Row, Drawn>();

function drawnOf(row: Row): Drawn {
  const known = memory.get(row);
  if (known) return known;
  const drawn = { ...line(row.spark), days: bars(row.days) };
  memory.set(row, drawn);
  return drawn;
}

/** A line that is interrupted where nothing was measured; an hour alone is a point. */
function line(values: readonly (number | null)[]): { spark: string; points: string } {
  const most = Math.max(1, ...values.map((value) => value ?? 0)) * 1.1;
  const place = (value: number, n: number) =>
    `${round((n / Math.max(values.length - 1, 1)) * (width - 2) + 1)},${round(height - 1 - (value / most) * (height - 2))}`;
  let [spark, points] = ["", ""];
  for (const [n, value] of values.entries()) {
    if (value === null) continue;
    const goesOn = n > 0 && (values[n - 1] ?? null) !== null;
    const at = place(value, n);
    spark += `${goesOn ? "L" : "M"}${at}`;
    if (!goesOn && (values[n + 1] ?? null) === null) points += `M${at}h.01`;
  }
  return { spark, points };
}

const round = (number: number): number => Math.round(number * 10) / 10;

const kindOf = ([uptime, down, degraded]: Row["days"][number]): DayKind =>
  uptime === null ? "none" : down > 0 ? "down" : degraded > 0 ? "degraded" : "up";

/** The failing part of a day stands at its bottom, apart from the rest, so that no colour is needed to see it. */
function bars(days: Row["days"]): Drawn["days"] {
  const paths: Drawn["days"] = { up: "", degraded: "", down: "", none: "" };
  for (const [n, day] of days.entries()) {
    const kind = kindOf(day);
    const high = failing(kind, day);
    // A gap is a line at the bottom: there was a day, and nothing was measured.
    paths[kind] += kind === "none" ? bar(n, height - 1.5, 1) : bar(n, height - high, high);
    if (kind === "degraded" || kind === "down") paths.up += bar(n, 0, height - high - 1.5);
  }
  return paths;
}

const bar = (n: number, top: number, high: number): string => `M${n * step} ${top}h4v${high}h-4z`;

/** Pixels: as much of the height as of the day, and no less than can be seen. */
function failing(kind: DayKind, [uptime, , degraded]: Row["days"][number]): number {
  if (kind === "up") return height;
  const part = kind === "down" ? 1 - (uptime ?? 100) / 100 : degraded / 86_400;
  return Math.min(height, Math.max(6, Math.round(part * height)));
}

export function spark(row: Row): TemplateResult {
  const { spark: path, points } = drawnOf(row);
  return html`<svg class="spark" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
    ${path === "" ? nothing : svg`<path d=${path} />`}${points === "" ? nothing : svg`<path class="points" d=${points} />`}
  </svg>`;
}

export function days(row: Row): TemplateResult {
  const { up, degraded, down, none } = drawnOf(row).days;
  const wide = Math.max(row.days.length, 1) * step - 1;
  return html`<svg class="days" viewBox="0 0 ${wide} ${height}" preserveAspectRatio="none" aria-hidden="true">
    <path class="day-up" d=${up} /><path class="day-degraded" d=${degraded} /><path class="day-down" d=${down} /><path
      class="day-none"
      d=${none}
    />
  </svg>`;
}

/** What is told of the day below the pointer. */
export function dayTitle(row: Row, part: number): string {
  const n = Math.min(row.days.length - 1, Math.max(0, Math.floor(part * row.days.length)));
  const day = row.days[n];
  return day ? `${dayWord(row.from, n)}: ${dayWords(day)}` : "";
}

function dayWords([uptime, down, degraded]: Row["days"][number]): string {
  if (uptime === null) return l10n.t("not measured");
  const parts = [
    percent(uptime),
    down > 0 && l10n.t("down for {0}", lasting(down)),
    degraded > 0 && l10n.t("degraded for {0}", lasting(degraded)),
  ];
  return parts.filter(Boolean).join(", ");
}

/** The thirty days in words, for those who do not see them. */
export function daysInWords(row: Row): string {
  const failing = row.days.flatMap((day, n) =>
    kindOf(day) === "down" || kindOf(day) === "degraded" ? [`${dayWord(row.from, n)}: ${dayWords(day)}`] : [],
  );
  const unknown = row.days.filter((day) => kindOf(day) === "none").length;
  return [
    l10n.t("{0} days", row.days.length),
    failing.length === 0 ? l10n.t("none with failures") : failing.slice(-5).join("; "),
    ...(unknown > 0 ? [l10n.t("{0} not measured", unknown)] : []),
  ].join(", ");
}
