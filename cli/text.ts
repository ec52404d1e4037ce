// Text for a terminal: made harmless, measured, wrapped, set in columns. Pure.

const [bell, esc, introducer, terminator] = ["\u0007", "\u001b", "\u009b", "\u009c"];
// Whole escape sequences first, so that nothing of them is left to read.
const sequences = new RegExp(
  `[${esc}${introducer}](?:\\][^${bell}${introducer}${terminator}${esc}]*(?:${bell}|${esc}\\\\|${terminator})?|` +
    "[[()#;?]*(?:\\d{1,4}(?:[;:]\\d{0,4})*)?[\\dA-PR-TZcf-nq-uy=><~])",
  "g",
);
const controls = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const harmless = /^[\u0020-\u007e]*$/;

/** A text of somebody else's, with its lines kept and nothing in it that a terminal obeys or that reorders what is read. */
export const cleanLines = (text: string): string =>
  harmless.test(text)
    ? text
    : text.replace(sequences, "").replaceAll("\r\n", "\n").replaceAll("\t", "    ").replace(controls, "");

/** The same in one line. */
export const clean = (text: string): string =>
  harmless.test(text) ? text : cleanLines(text.replace(/[\n\r\u2028\u2029\t]+/g, " "));

let graphemes: Intl.Segmenter | undefined;
const split = (text: string): string[] => {
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
};

const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}|\ufe0f/u;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const widthOf = (grapheme: string): number => (wide.test(grapheme) ? 2 : invisible.test(grapheme) ? 0 : 1);

/** Our own. */
export const colours = new RegExp(`${esc}\\[\\d+m`, "g");

/** Columns the text takes; our own colours take none. */
export function width(text: string): number {
  if (harmless.test(text)) return text.length;
  return split(text.replace(colours, "")).reduce((sum, grapheme) => sum + widthOf(grapheme), 0);
}

/** At most so many columns, with an ellipsis where something was cut off. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let [kept, used] = ["", 0];
  for (const grapheme of split(text)) {
    used += widthOf(grapheme);
    if (used > columns - 1) break;
    kept += grapheme;
  }
  return `${kept.trimEnd()}…`;
}

export const padEnd = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - width(text)));
export const padStart = (text: string, columns: number): string =>
  " ".repeat(Math.max(0, columns - width(text))) + text;

/** Breaks at spaces so that no line is wider, where words allow; lines that are there stay. */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, columns));
}

function wrapLine(line: string, columns: number): string[] {
  if (width(line) <= columns) return [line];
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/ +/)) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (current === "" || width(longer) <= columns) current = longer;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}

export const indent = (lines: readonly string[], by: number): string[] =>
  lines.map((line) => (line === "" ? "" : " ".repeat(by) + line));

/** "1 file", "3 files". */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago in a person's words; a date when it is more than a month. `now` in milliseconds. */
export function ago(iso: string, now: number): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return clean(iso);
  const seconds = Math.round((now - at) / 1000);
  if (seconds < 45) return seconds < -5 ? iso.slice(0, 10) : "just now";
  if (seconds > 31 * day) return iso.slice(0, 10);
  return `${lasting(seconds)} ago`;
}

/** A duration in its largest unit. */
export function lasting(seconds: number): string {
  if (seconds < minute) return `${Math.round(seconds)} s`;
  if (seconds < hour) return `${Math.round(seconds / minute)} min`;
  if (seconds < day) return `${Math.round(seconds / hour)} h`;
  return count(Math.round(seconds / day), "day");
}

export function bytes(n: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let [value, unit] = [n, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
