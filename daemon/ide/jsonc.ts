// Small edits of JSON with comments: what is not touched stays as it was, byte for byte.
import { type Node, type ParseError, parseTree, printParseErrorCode, visit } from "jsonc-parser";

/** A place in a text, from 1. */
export interface Broken {
  line: number;
  column: number;
  what: string;
}

/** The tree of a text whose root is an object; an empty text is an empty object, without a tree. */
export function read(text: string): { root: Node | undefined } | Broken {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [first] = errors;
  if (first) return brokenAt(text, first.offset, words(printParseErrorCode(first.error)));
  if (root && root.type !== "object") return brokenAt(text, root.offset, "an object is expected");
  return { root };
}

export function brokenAt(text: string, offset: number, what: string): Broken {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1) as string).length + 1, what };
}

/** `CommaExpected` → `comma expected` */
const words = (code: string): string => code.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();

export const property = (object: Node | undefined, key: string): Node | undefined =>
  object?.type === "object" ? object.children?.find((child) => child.children?.[0]?.value === key) : undefined;

/** How a text is written. */
export interface Style {
  eol: string;
  indent: string;
}

export function styleOf(text: string): Style {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  return { eol, indent: /^[{[][^\S\r\n]*\r?\n(?:[^\S\r\n]*(?:\/\/.*)?\r?\n)*([^\S\r\n]+)\S/m.exec(text)?.[1] ?? "  " };
}

/** As VS Code writes it: a short list of words in one line. */
function spell(value: unknown, style: Style, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = indent + style.indent;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Array.isArray(value)
    ? value.map((one) => spell(one, style, inner))
    : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${spell(one, style, inner)}`);
  const line = `[${parts.join(", ")}]`;
  const short = Array.isArray(value) && value.every((one) => typeof one !== "object") && line.length <= 80;
  if (short || parts.length === 0) return short ? line : `${open}${close}`;
  return `${open}${parts.map((part) => style.eol + inner + part).join(",")}${style.eol}${indent}${close}`;
}

/** Adds at the end of an object or array; `key` for an object. */
export function append(text: string, into: Node, style: Style, value: unknown, key?: string): string {
  const close = into.offset + into.length - 1;
  const last = into.children?.at(-1);
  const from = last ? last.offset + last.length : into.offset + 1;
  const { comma, end } = tokensBetween(text, from, close);
  const oneLine = last !== undefined && !/[\r\n]/.test(text.slice(into.offset, close)) && typeof value !== "object";
  const outer = indentAt(text, into.offset);
  const inner = (last && ownIndent(text, last.offset)) ?? outer + style.indent;
  const spelled = spell(value, style, inner);
  const item = `${key === undefined ? "" : `${JSON.stringify(key)}: `}${spelled}`;
  const tail = text.slice(end, close);
  // What was in one line is opened.
  const closing = oneLine || /[\r\n]/.test(tail) ? tail : style.eol + outer;
  const lead = oneLine ? " " : style.eol + inner;
  const added = `${lead}${item}${comma === undefined || !last ? "" : ","}`;
  const needed = last && comma === undefined ? "," : "";
  return text.slice(0, from) + needed + text.slice(from, end) + added + closing + text.slice(close);
}

/** Puts another value where one is. */
export function replace(text: string, node: Node, style: Style, value: unknown): string {
  const inner = ownIndent(text, node.offset) ?? ownIndent(text, node.parent?.offset ?? 0) ?? "";
  const spelled = spell(value, style, inner);
  return text.slice(0, node.offset) + spelled + text.slice(node.offset + node.length);
}

/** Takes a child of an object or array out, with the comma that came with it. */
export function take(text: string, child: Node): string {
  const into = child.parent as Node;
  const children = into.children as Node[];
  const at = children.indexOf(child);
  const close = into.offset + into.length - 1;
  const end = child.offset + child.length;
  const start = child.offset - (/\s*$/.exec(text.slice(0, child.offset))?.[0].length ?? 0);
  const { comma } = tokensBetween(text, end, children[at + 1]?.offset ?? close);
  const before = children[at - 1];
  let left: string;
  if (comma !== undefined) left = text.slice(0, start) + text.slice(end, comma) + text.slice(comma + 1);
  else if (before) {
    const own = tokensBetween(text, before.offset + before.length, start).comma as number;
    left = text.slice(0, own) + text.slice(own + 1, start) + text.slice(end);
  } else left = text.slice(0, start) + text.slice(end);
  if (children.length > 1) return left;
  const closing = close - (text.length - left.length);
  const inside = left.slice(into.offset + 1, closing);
  return inside.trim() === "" ? left.slice(0, into.offset + 1) + left.slice(closing) : left;
}

/** Where the comma stands, and where the last comma or comment ends. */
function tokensBetween(text: string, from: number, to: number): { comma: number | undefined; end: number } {
  let comma: number | undefined;
  let end = from;
  const isBetween = (offset: number) => offset >= from && offset < to;
  visit(
    text,
    {
      onSeparator: (character, offset) => {
        if (character !== "," || !isBetween(offset)) return;
        comma ??= offset;
        end = Math.max(end, offset + 1);
      },
      onComment: (offset, length) => {
        if (isBetween(offset)) end = Math.max(end, offset + length);
      },
    },
    { allowTrailingComma: true },
  );
  return { comma, end };
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

/** The white space the line of a place begins with. */
const indentAt = (text: string, offset: number): string =>
  /^[^\S\r\n]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? "";

/** The same, where nothing else stands before the place in its line. */
function ownIndent(text: string, offset: number): string | undefined {
  const before = text.slice(lineStart(text, offset), offset);
  return before.trim() === "" && lineStart(text, offset) > 0 ? before : undefined;
}
