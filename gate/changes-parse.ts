// CHANGES.md as blocks that together cover every character of it: headings, entries, other text, blank lines.
// Follows CommonMark as far as that decides where an entry begins and ends; knows nothing of items or releases.

import {
  blankLine,
  indentation,
  interrupts,
  isSpace,
  repeated,
  type Shape,
  shapeOf,
  trimRight,
} from "./changes-shapes.ts";

interface Place {
  start: number;
  /** behind the line end of the last line */
  end: number;
  /** 1-based */
  line: number;
  lines: number;
  /** column of the first character that is not a space */
  indent: number;
  /** whether it begins a block of its own directly under the text of an entry, with no blank line between */
  interrupts: boolean;
}

export type Heading = Place & { kind: "heading"; level: number; title: string; setext: boolean };
export type Bullet = Place & {
  kind: "entry";
  marker: string;
  /** the spaces between the bullet and its text, as written */
  pad: string;
  /** column at which its text begins; what is indented this far belongs to it */
  width: number;
  /** lines, counted from 0, that are code */
  code: number[];
};
export type Block =
  | Heading
  | Bullet
  | (Place & { kind: "blank" })
  | (Place & { kind: "link" })
  | (Place & { kind: "text" /** false: a fence or comment that nothing ends */; closed: boolean });

/** The blocks of a file in order; `bom` and the blocks, put together, are the file. */
export interface Changes {
  source: string;
  bom: string;
  blocks: Block[];
}

type Leaf =
  | { kind: "none" | "paragraph" | "quote" | "code" | "empty" }
  | { kind: "fence"; mark: string; length: number }
  | { kind: "html"; until: RegExp };

const none: Leaf = { kind: "none" };

// A line of bullets nested deeper than this is text: each level looks at the rest of the line again.
const deepest = 24;

/** Reads a file line by line; the fields are what CommonMark calls the open blocks. */
class Reader {
  readonly blocks: Block[] = [];
  private current: Block | undefined;
  private items: number[] = [];
  private leaf: Leaf = none;
  private blank: (Place & { kind: "blank" }) | undefined;

  line(source: string, start: number, stop: number, end: number, number: number): void {
    const text = source.slice(start, stop);
    const { index, column } = indentation(text, 0, 0);
    const place: Place = { start, end, line: number, lines: 1, indent: column, interrupts: false };
    if (index === text.length) this.blankLine(place);
    else this.textLine(text.slice(index), column, place);
  }

  finish(): Block[] {
    const isOpen = this.leaf.kind === "fence" || (this.leaf.kind === "html" && this.leaf.until !== blankLine);
    if (this.current?.kind === "text" && this.items.length === 0) this.current.closed = !isOpen;
    this.flush();
    return this.blocks;
  }

  private flush(): void {
    if (this.current) this.blocks.push(this.current);
    if (this.blank) this.blocks.push(this.blank);
    this.current = undefined;
    this.blank = undefined;
  }

  private blankLine(place: Place): void {
    const { kind } = this.leaf;
    if (kind === "fence" || (this.leaf.kind === "html" && this.leaf.until !== blankLine)) {
      if (this.items.length === 0) {
        this.extend(place);
        return;
      }
    } else {
      // An item may begin with one blank line at most, so a bare bullet ends here.
      if (kind === "empty") this.items.pop();
      this.leaf = none;
    }
    if (!this.blank) this.blank = { ...place, kind: "blank" };
    else {
      this.blank.end = place.end;
      this.blank.lines++;
    }
  }

  /** The line belongs to the current block, and so do the blank lines before it. */
  private extend(place: Place): void {
    const block = this.current as Block;
    block.end = place.end;
    block.lines = place.line - block.line + 1;
    this.blank = undefined;
  }

  private begin(block: Block): void {
    this.flush();
    this.current = block;
  }

  private textLine(body: string, column: number, place: Place): void {
    let depth = 0;
    while (depth < this.items.length && column >= (this.items[depth] as number)) depth++;
    const inside = depth === this.items.length;
    const base = this.items[depth - 1] ?? 0;
    const { leaf } = this;
    if (inside && (leaf.kind === "fence" || leaf.kind === "html")) {
      this.verbatim(leaf, body, column - base, place);
      return;
    }
    const shape = shapeOf(body, column - base, inside && leaf.kind === "paragraph");
    if (this.goesOn(shape, inside)) this.extend(place);
    else if (shape.kind === "underline") this.underline(shape.level, place);
    else this.openAt(depth, shape, body, column, place);
  }

  private openAt(depth: number, shape: Shape, body: string, column: number, place: Place): void {
    place.interrupts = interrupts(shape);
    this.items.length = depth;
    if (depth > 0) this.extend(place);
    else this.beginWith(shape, body, column, place);
    this.open(shape, body, column, place);
  }

  private verbatim(leaf: Leaf, body: string, indent: number, place: Place): void {
    this.extend(place);
    if (leaf.kind === "html") {
      if (leaf.until.test(body)) this.leaf = none;
    } else if (leaf.kind === "fence") {
      this.codeLine(place);
      const length = repeated(body, leaf.mark);
      if (indent < 4 && length >= leaf.length && trimRight(body).length === length) this.leaf = none;
    }
  }

  private codeLine(place: Place): void {
    if (this.current?.kind === "entry") this.current.code.push(place.line - this.current.line);
  }

  private goesOn(shape: Shape, inside: boolean): boolean {
    const { kind } = this.leaf;
    if (kind === "paragraph") return inside ? shape.kind === "text" : !interrupts(shape);
    if (kind === "quote") return !interrupts(shape);
    return kind === "code" && inside && shape.kind === "code" && this.items.length === 0;
  }

  private underline(level: number, place: Place): void {
    this.extend(place);
    this.leaf = none;
    const block = this.current as Block;
    if (this.items.length > 0) return;
    this.current = { ...block, kind: "heading", level, title: "", setext: true };
  }

  private beginWith(shape: Shape, body: string, column: number, place: Place): void {
    if (shape.kind === "heading") this.begin({ ...place, ...shape, setext: false });
    else if (shape.kind === "item" && shape.bullet) {
      const pad = body.slice(1, indentation(body, 1, 0).index);
      this.begin({ ...place, kind: "entry", marker: shape.marker, pad, width: column + 2, code: [] });
    } else if (shape.kind === "link" && this.current?.kind === "link" && !this.blank) this.extend(place);
    else if (shape.kind === "link") this.begin({ ...place, kind: "link" });
    else this.begin({ ...place, kind: "text", closed: true });
  }

  /** Opens the items and the leaf that this line begins. */
  private open(first: Shape, line: string, lineColumn: number, place: Place): void {
    let shape = first;
    let body = line;
    let column = lineColumn;
    while (shape.kind === "item" && this.items.length < deepest) {
      const behind = column + shape.marker.length;
      const text = indentation(body, shape.marker.length, behind);
      const wide = shape.empty || text.column - behind > 4;
      const width = wide ? behind + 1 : text.column;
      if (this.items.length === 0 && this.current?.kind === "entry") this.current.width = width;
      this.items.push(width);
      if (shape.empty) {
        this.leaf = { kind: "empty" };
        return;
      }
      body = body.slice(text.index);
      column = text.column;
      shape = shapeOf(body, column - width, false);
    }
    if (shape.kind === "fence" || shape.kind === "code") this.codeLine(place);
    this.leaf = leafOf(shape, body);
  }
}

function leafOf(shape: Shape, body: string): Leaf {
  switch (shape.kind) {
    case "fence":
      return shape;
    case "html":
      return shape.until.test(body) ? none : shape;
    case "quote":
      return shape.lazy ? { kind: "quote" } : none;
    case "text":
    case "item":
      return { kind: "paragraph" };
    case "code":
      return { kind: "code" };
    default:
      return none;
  }
}

const lineEnd = /\r\n|\n|\r/g;

/** Number of characters taken by YAML front matter (`---`, keys, `---`), or 0. */
function frontMatter(source: string, start: number): number {
  const found = /^---[ \t]*(?:\r\n|\n|\r)[A-Za-z][\w-]*:/.test(source.slice(start, start + 200));
  if (!found) return 0;
  const close = /(?:\r\n|\n|\r)---[ \t]*(?:\r\n|\n|\r|$)/g;
  close.lastIndex = start + 3;
  return close.exec(source) ? close.lastIndex - start : 0;
}

/** Never throws; `printChanges(parseChanges(text))` is `text`, whatever the text. */
export function parseChanges(source: string): Changes {
  const bom = source.startsWith("\uFEFF") ? "\uFEFF" : "";
  const reader = new Reader();
  let start = bom.length;
  let line = 1;
  const front = frontMatter(source, start);
  if (front > 0) {
    const lines = linesOf(source.slice(start, start + front)).length;
    const place = { start, end: start + front, line, lines, indent: 0, interrupts: true };
    reader.blocks.push({ ...place, kind: "text", closed: true });
    start += front;
    line += lines;
  }
  lineEnd.lastIndex = start;
  while (start < source.length) {
    const found = lineEnd.exec(source);
    const end = found ? lineEnd.lastIndex : source.length;
    reader.line(source, start, found ? found.index : end, end, line++);
    start = end;
  }
  const blocks = reader.finish();
  for (const block of blocks) if (block.kind === "heading" && block.setext) block.title = setextTitle(source, block);
  return { source, bom, blocks };
}

export function printChanges({ source, bom, blocks }: Changes): string {
  return bom + blocks.map((block) => source.slice(block.start, block.end)).join("");
}

/** The lines of a text without their ends; a final line end begins no further line. */
export function linesOf(text: string): string[] {
  const lines = text.includes("\r") ? text.split(/\r\n|\n|\r/) : text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function setextTitle(source: string, block: Block): string {
  const lines = linesOf(source.slice(block.start, block.end)).slice(0, -1);
  return lines.map((line) => line.trim()).join(" ");
}

/** The text of an entry line by line, without the bullet and without the indentation the bullet asks for. */
export function bulletLines(source: string, block: Bullet): string[] {
  return linesOf(source.slice(block.start, block.end)).map((line, number) => {
    if (number === 0) return line.slice(indentation(line, 0, 0).index + 1 + block.pad.length);
    let index = 0;
    let column = 0;
    while (column < block.width && isSpace(line.charCodeAt(index))) {
      column = line.charCodeAt(index) === 9 ? column + 4 - (column % 4) : column + 1;
      index++;
    }
    return line.slice(index);
  });
}
