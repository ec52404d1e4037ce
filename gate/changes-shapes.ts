// What a single line of markdown is, by CommonMark, as far as it matters for finding entries: one line in, its shape out.

export type Shape =
  | { kind: "heading"; level: number; title: string }
  | { kind: "underline"; level: number }
  | { kind: "fence"; mark: string; length: number }
  | { kind: "html"; until: RegExp; interrupts: boolean }
  | { kind: "item"; marker: string; bullet: boolean; empty: boolean }
  | { kind: "quote"; lazy: boolean }
  | { kind: "rule" | "link" | "code" | "text" };

/** Blocks of HTML that end with the next blank line. */
export const blankLine = /^$/;
const tag = String.raw`</?[a-z][a-z0-9-]*(?:\s[^<>]*)?/?>`;
const blockTags =
  "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|" +
  "fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|" +
  "menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul";

/** What begins a block of HTML, and what a line of it must have to be its last. */
const htmlBlocks: [RegExp, RegExp][] = [
  [/^<!--/, /-->/],
  [/^<(?:script|pre|style|textarea)(?:[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^<\?/, /\?>/],
  [/^<!\[CDATA\[/, /\]\]>/],
  [/^<![a-z]/i, />/],
  [new RegExp(`^</?(?:${blockTags})(?:[\\s>]|/>|$)`, "i"), blankLine],
];
/** Any other tag alone on its line; no paragraph ends there. */
const otherTag = new RegExp(`^${tag}\\s*$`, "i");

export function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

/** Where the text of a line begins: index and column (tabs reach to the next multiple of four). */
export function indentation(line: string, from: number, column: number): { index: number; column: number } {
  let index = from;
  let at = column;
  for (; index < line.length && isSpace(line.charCodeAt(index)); index++) {
    at = line.charCodeAt(index) === 9 ? at + 4 - (at % 4) : at + 1;
  }
  return { index, column: at };
}

export function trimRight(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

export function repeated(text: string, mark: string): number {
  let count = 0;
  while (text[count] === mark) count++;
  return count;
}

/** Whether markdown draws `body` as a line across the page, such as `* * *`. */
export function isRule(body: string): boolean {
  const mark = body[0];
  if (mark !== "-" && mark !== "*" && mark !== "_") return false;
  let count = 0;
  for (let i = 0; i < body.length; i++) {
    if (body[i] === mark) count++;
    else if (!isSpace(body.charCodeAt(i))) return false;
  }
  return count >= 3;
}

function atx(body: string): Shape | undefined {
  const level = repeated(body, "#");
  if (level > 6 || (level < body.length && !isSpace(body.charCodeAt(level)))) return undefined;
  let title = body.slice(level).trim();
  let end = title.length;
  while (title[end - 1] === "#") end--;
  if (end === 0 || isSpace(title.charCodeAt(end - 1))) title = title.slice(0, end).trim();
  return { kind: "heading", level, title };
}

function fence(body: string): Shape | undefined {
  const mark = body[0] as string;
  const length = repeated(body, mark);
  if (length < 3 || (mark === "`" && body.includes("`", length))) return undefined;
  return { kind: "fence", mark, length };
}

function listItem(body: string, paragraph: boolean): Shape | undefined {
  const marker = /^(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)/.exec(body)?.[0];
  if (marker === undefined) return undefined;
  const empty = trimRight(body).length === marker.length;
  const bullet = marker.length === 1;
  if (paragraph && (empty || (!bullet && Number.parseInt(marker, 10) !== 1))) return undefined;
  return { kind: "item", marker, bullet, empty };
}

function quote(body: string): Shape {
  const inner = body.slice(/^[> \t]*/.exec(body)?.[0].length);
  return { kind: "quote", lazy: inner !== "" && shapeOf(inner, 0, false).kind === "text" };
}

function html(body: string, paragraph: boolean): Shape | undefined {
  const found = htmlBlocks.find(([opens]) => opens.test(body));
  if (found) return { kind: "html", until: found[1], interrupts: true };
  return !paragraph && otherTag.test(body) ? { kind: "html", until: blankLine, interrupts: false } : undefined;
}

function link(body: string, paragraph: boolean): Shape | undefined {
  return !paragraph && /^\[[^\]]{1,999}\]:/.test(body) ? { kind: "link" } : undefined;
}

function underline(body: string, paragraph: boolean): Shape | undefined {
  const mark = body[0] as string;
  if (!paragraph || trimRight(body).length !== repeated(body, mark)) return undefined;
  return { kind: "underline", level: mark === "=" ? 1 : 2 };
}

/** What a line can be that begins with a character, besides a rule, an item or text. */
const byFirst = new Map<string | undefined, (body: string, paragraph: boolean) => Shape | undefined>([
  ["#", atx],
  ["`", fence],
  ["~", fence],
  ["<", html],
  [">", quote],
  ["[", link],
  ["=", underline],
  ["-", underline],
]);

/** What a line is, seen alone. `paragraph`: whether it directly goes on from a paragraph. */
export function shapeOf(body: string, indent: number, paragraph: boolean): Shape {
  if (indent >= 4) return { kind: paragraph ? "text" : "code" };
  const found = byFirst.get(body[0])?.(body, paragraph);
  if (found) return found;
  if (isRule(body)) return { kind: "rule" };
  const item = body.charCodeAt(0) < 58 ? listItem(body, paragraph) : undefined;
  return item ?? { kind: "text" };
}

/** Whether a line ends the paragraph before it. */
export function interrupts(shape: Shape): boolean {
  if (shape.kind === "html") return shape.interrupts;
  return shape.kind !== "text" && shape.kind !== "code" && shape.kind !== "link";
}
