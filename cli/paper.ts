// What a printer writes on: how wide, with colours or not, and what time it is. Columns are set here.
import { cut, padEnd, padStart, width, wrap } from "./text.ts";

export interface Paper {
  /** columns to wrap at */
  width: number;
  /** a terminal: what is too long for a line is cut; a program gets all of it */
  terminal: boolean;
  /** it shows more than ASCII: charts are drawn with blocks */
  blocks: boolean;
  /** milliseconds since 1970 */
  now: number;
  red: Style;
  green: Style;
  yellow: Style;
  cyan: Style;
  dim: Style;
  bold: Style;
}

export type Style = (text: string) => string;

type Env = Record<string, string | undefined>;
export interface Sheet {
  isTerminal: boolean;
  columns?: number | undefined;
}

/** The paper for a stream in an environment: NO_COLOR and FORCE_COLOR are heeded. */
export function paper(sheet: Sheet, env: Env, now: number): Paper {
  // A program, or a file, gets each sentence on a line of its own, however long.
  const columns = sheet.columns ?? (Number(env.COLUMNS) || (sheet.isTerminal ? 80 : 100_000));
  const colour = hasColour(sheet.isTerminal, env);
  const style = (on: number, off: number): Style =>
    colour ? (text) => `\u001b[${on}m${text}\u001b[${off}m` : (text) => text;
  return {
    width: Math.max(40, sheet.isTerminal ? Math.min(columns, 120) : columns),
    terminal: sheet.isTerminal,
    blocks: hasBlocks(env),
    now,
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
    dim: style(2, 22),
    bold: style(1, 22),
  };
}

function hasColour(terminal: boolean, env: Env): boolean {
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return terminal && !env.NO_COLOR && env.TERM !== "dumb";
}

function hasBlocks(env: Env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale ? /utf-?8/i.test(locale) : process.platform === "darwin" || env.WT_SESSION !== undefined;
}

export interface Column {
  head: string;
  right?: true;
  /** gives way when the line is too long for the terminal */
  flex?: true;
  style?: Style;
  /** left out on a narrow terminal, the lowest first */
  spare?: number;
}

/** Rows in aligned columns under a dim head; columns empty in every row are left out. Cells are clean already. */
export function columns(on: Paper, heads: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const used = usedColumns(on, heads, rows);
  const shown = heads.filter((_, i) => used[i]);
  const cells = rows.map((row) => row.filter((_, i) => used[i]));
  const widths = shown.map((head, i) => widest(head, cells, i));
  const over = excess(on, widths);
  const flex = shown.findIndex((column) => column.flex);
  if (over > 0 && flex >= 0) widths[flex] = Math.max(12, (widths[flex] as number) - over);
  const line = (row: readonly string[], style: (column: Column) => Style | undefined) =>
    row
      .map((cell, i) => {
        const [column, columns] = [shown[i] as Column, widths[i] as number];
        const short = cut(cell, columns);
        const set = style(column)?.(short) ?? short;
        const pad = column.right ? padStart(short, columns) : i === row.length - 1 ? short : padEnd(short, columns);
        return pad.replace(short, () => set);
      })
      .join("  ")
      .trimEnd();
  return [
    line(
      shown.map((c) => c.head),
      () => on.dim,
    ),
    ...cells.map((row) => line(row, (c) => c.style)),
  ];
}

const widest = (head: Column, rows: readonly (readonly string[])[], i: number): number =>
  Math.max(width(head.head), ...rows.map((row) => width(row[i] ?? "")));

/** Columns by which the line is too long for the terminal. */
const excess = (on: Paper, widths: readonly number[]): number =>
  on.terminal ? widths.reduce((sum, w) => sum + w, 0) + 2 * (widths.length - 1) - on.width : 0;

/** What the flexible column is not squeezed below while there are columns to spare. */
const readable = 36;

function usedColumns(on: Paper, heads: readonly Column[], rows: readonly (readonly string[])[]): boolean[] {
  const used = heads.map((_, i) => rows.some((row) => (row[i] ?? "") !== ""));
  const spares = heads
    .flatMap(({ spare }, i) => (spare === undefined ? [] : [{ spare, i }]))
    .sort((a, b) => a.spare - b.spare);
  const flex = heads.findIndex((head) => head.flex);
  for (const { i } of spares) {
    const widths = heads.flatMap((head, n) => (used[n] ? [widest(head, rows, n)] : []));
    const title = flex < 0 ? 0 : widest(heads[flex] as Column, rows, flex);
    if (excess(on, widths) <= Math.max(0, title - readable)) break;
    used[i] = false;
  }
  return used;
}

/** `label   text`, with the text wrapped beside its label. */
export function labelled(on: Paper, rows: readonly (readonly [string, string])[], by = 2, gap = 2): string[] {
  const left = Math.max(0, ...rows.map(([label]) => width(label)));
  const room = Math.max(24, on.width - by - left - gap);
  return rows.flatMap(([label, text]) =>
    wrap(text, room).map((line, i) =>
      `${" ".repeat(by)}${padEnd(i === 0 ? label : "", left)}${" ".repeat(gap)}${line}`.trimEnd(),
    ),
  );
}
