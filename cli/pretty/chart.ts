// Figures over time, drawn with characters: blocks where the terminal knows them, plain signs where not.

const eighths = ["", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** One line: the height of each value among them; a space where there is none. */
export function spark(values: readonly (number | null)[], blocks: boolean): string {
  const most = Math.max(1, ...values.map((v) => v ?? 0));
  const signs = blocks ? eighths.slice(1) : [".", ":", "-", "=", "+", "*", "#"];
  return values
    .map((v) => (v === null ? " " : (signs[Math.min(signs.length - 1, Math.floor((v / most) * signs.length))] ?? " ")))
    .join("");
}

export interface Point {
  /** null: nothing was measured, which is drawn as nothing */
  value: number | null;
  /** how the column is coloured and, without blocks, drawn */
  mark: "well" | "poor" | "bad";
}

/**
 * A chart of bars, the highest line first. A column that is bad has a line through it at the bottom,
 * so that an outage without any answer is seen, too.
 */
export function bars(
  points: readonly Point[],
  rows: number,
  blocks: boolean,
  style: Record<Point["mark"], (text: string) => string>,
): string[] {
  const most = Math.max(1, ...points.map(({ value }) => value ?? 0));
  const lines = Array.from({ length: rows }, (_, i) => rows - 1 - i);
  return lines.map((row) =>
    joined(
      points.map((p) => ({ text: sign(p, row, rows, most, blocks), mark: p.mark })),
      style,
    ),
  );
}

function sign({ value, mark }: Point, row: number, rows: number, most: number, blocks: boolean): string {
  if (mark === "bad" && row === 0) return blocks ? "█" : "X";
  if (value === null) return " ";
  const parts = Math.max(1, Math.round((value / most) * rows * 8)) - row * 8;
  if (parts <= 0) return " ";
  if (!blocks) return parts >= 4 || row === 0 ? (mark === "poor" ? "~" : "|") : " ";
  return eighths[Math.min(8, parts)] ?? " ";
}

/** Neighbours of one colour share its codes. */
function joined(
  cells: { text: string; mark: Point["mark"] }[],
  style: Record<Point["mark"], (text: string) => string>,
): string {
  let [line, run, mark]: [string, string, Point["mark"]] = ["", "", "well"];
  const put = () => {
    line += run.trim() === "" ? run : style[mark](run);
    run = "";
  };
  // Spaces at the end of a line would be coloured, too.
  for (const cell of cells.slice(0, cells.findLastIndex(({ text }) => text !== " ") + 1)) {
    if (cell.mark !== mark && cell.text !== " ") {
      put();
      mark = cell.mark;
    }
    run += cell.text;
  }
  put();
  return line;
}
