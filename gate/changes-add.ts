// Puts one entry into the text of CHANGES.md, in the file's own style, and takes one out again.
// Everything else in the file stays as it was, byte for byte.
import { type Part, partsOf, sameTitle, usualSections } from "./changes-entries.ts";
import { type Block, type Bullet, type Changes, type Heading, parseChanges } from "./changes-parse.ts";
import { entryLines, type NewEntry, sectionTitle } from "./changes-words.ts";

/** A way of writing bullets: the column, the character, the spaces behind it. */
interface Style {
  indent: number;
  marker: string;
  pad: string;
}

/** Where a bullet goes and how many blank lines come with it. */
interface Slot {
  at: number;
  before: number;
  after: number;
  style: Style;
  /** the bullet must reach this column before its text, or it would swallow what follows */
  reach: number;
}

/**
 * Adds exactly one entry under Unreleased, at the end of its list. Makes the Unreleased heading or the sub-heading when
 * it is missing. Returns the new text and the line (1-based) of the entry; throws when the text has no word in it.
 */
export function addEntry(text: string, entry: NewEntry): { text: string; line: number } {
  const lines = entryLines(entry);
  const changes = parseChanges(text);
  const section = entry.section === undefined ? undefined : sectionTitle(entry.section);
  const added = place(changes, lines, section);
  return { text: added.text, line: lineAt(added.text, added.at) };
}

/**
 * Takes out the entry that begins on a line, with the blank lines that set it apart. Undoes `addEntry` exactly when that
 * made no heading; a heading it made stays, empty.
 */
export function removeEntry(text: string, line: number): string {
  const { blocks, source, bom } = parseChanges(text);
  const index = blocks.findIndex((block) => block.kind === "entry" && block.line === line);
  const entry = blocks[index];
  if (entry === undefined) throw new Error(`No entry begins on line ${line}.`);
  const before = blankAt(blocks, index - 1);
  const after = blankAt(blocks, index + 1);
  const previous = blocks[index - (before ? 2 : 1)];
  const next = blocks[index + (after ? 2 : 1)];
  let { start, end } = entry;
  if (previous?.kind === "entry" || next?.kind !== "entry") start = before?.start ?? start;
  else end = after?.end ?? end;
  if (isSetext(next) && (before?.lines ?? 0) > 1 && after?.lines === 1) end = after.end;
  // A file without a final line end keeps having none.
  if (end === source.length && !/[\r\n]$/.test(source)) start -= lineEndBefore(source, start).length;
  return source.slice(0, Math.max(start, bom.length)) + source.slice(end);
}

function place(changes: Changes, lines: string[], section: string | undefined): { text: string; at: number } {
  const { source, bom } = changes;
  const eol = usualLineEnd(source);
  if (source.slice(bom.length).trim() === "") {
    const heading = `${bom}# Changes${eol}${eol}## Unreleased${eol}${eol}`;
    const sub = section === undefined ? "" : `### ${section}${eol}${eol}`;
    const at = heading.length + sub.length;
    return { text: `${heading}${sub}${bullet(lines, plainStyle, 0, eol)}${eol}`, at };
  }
  const parts = partsOf(changes);
  const group = unreleasedGroup(parts);
  const [root] = group;
  if (root === undefined) return withUnreleased(changes, parts, lines, section);
  const wanted = section ?? neutralSection(parts, group);
  if (wanted === undefined) return insert(changes, parts, root, lines);
  const part = group.find((p) => p.section !== undefined && sameTitle(p.section) === sameTitle(wanted));
  return part ? insert(changes, parts, part, lines) : withSection(changes, parts, group, wanted, lines);
}

/** The first Unreleased heading with its sub-headings. */
export function unreleasedGroup(parts: Part[]): Part[] {
  const first = parts.findIndex((part) => part.kind === "unreleased");
  if (first < 0) return [];
  const length = parts.slice(first + 1).findIndex((part) => part.kind !== "section");
  return parts.slice(first, length < 0 ? undefined : first + 1 + length);
}

/** In a file that sorts everything into Added, Changed, Fixed, …, an entry of no kind counts as Changed. */
function neutralSection(parts: Part[], group: Part[]): string | undefined {
  const isUsed = (some: Part[]) => some.some((part) => part.section !== undefined || hasEntry(part));
  const released = parts.filter(
    (part) => part.release !== undefined && part.kind !== "preamble" && part.kind !== "other",
  );
  const model = isUsed(group) ? group : released;
  const sorted = model.filter((part) => part.section !== undefined);
  const isUsual =
    sorted.length > 0 && sorted.every((part) => usualSections.includes(sameTitle(part.section as string)));
  const hasLoose = model.some((part) => part.section === undefined && hasEntry(part));
  return isUsual && !hasLoose ? "Changed" : undefined;
}

function hasEntry(part: Part): boolean {
  return part.body.some((block) => block.kind === "entry");
}

// ---- where

function insert(changes: Changes, parts: Part[], part: Part, lines: string[]): { text: string; at: number } {
  const { at, before, after, style, reach } = slotIn(changes, parts, part);
  const { source } = changes;
  const eol = lineEndBefore(source, at) || usualLineEnd(source);
  const isOpen = at > 0 && lineEndBefore(source, at) === "";
  const lead = (isOpen ? eol : "") + eol.repeat(before);
  const tail = isOpen ? "" : eol.repeat(after + 1);
  const text = source.slice(0, at) + lead + bullet(lines, style, reach, eol) + tail + source.slice(at);
  return { text, at: at + lead.length };
}

// What removeEntry takes away must follow from the result alone: blank lines before the entry are always new ones, and
// the blank lines that were there always come after it (or, before a first entry, stay in front).
function slotIn(changes: Changes, parts: Part[], part: Part): Slot {
  const { body } = part;
  const bullets = body.filter((block) => block.kind === "entry");
  const distance = spacing(parts, part);
  for (const entry of bullets.toReversed()) {
    const style = styleOf(entry);
    const next = nextSolid(changes, entry);
    if (isSafeBefore(next, widthOf(style))) return { at: entry.end, before: distance, after: 0, style, reach: 0 };
  }
  const [first] = bullets;
  if (first) return { at: first.start, before: 0, after: distance, style: styleOf(first), reach: 0 };
  return slotInEmpty(changes, parts, part);
}

function slotInEmpty(changes: Changes, parts: Part[], part: Part): Slot {
  const anchor = lastSolid(part) ?? (part.heading as Block);
  const { block: next, gap } = nextSolid(changes, anchor);
  const style = nearestStyle(parts);
  const reach = (next?.indent ?? 0) + 1;
  const at = anchor.end;
  // Directly above, a title with a line under it would be taken for more text of the entry.
  if (isSetext(next) && gap === 0) return { at, before: 2, after: 1, style, reach };
  const before = anchor.kind !== "heading" ? 1 : gap === 0 && next ? 0 : spaceUnderHeadings(parts);
  return { at, before, after: 0, style, reach };
}

/** The last block of a part that a new bullet can follow: not an unfinished comment, not the links at the end. */
function lastSolid({ body }: Part): Block | undefined {
  let end = body.length;
  const last = body.at(-1);
  if (last?.kind === "text" && !last.closed) end--;
  for (let i = end - 1; i >= 0 && (body[i]?.kind === "link" || body[i]?.kind === "blank"); i--) {
    if (body[i]?.kind === "blank") end = i;
  }
  return body.slice(0, end).findLast((block) => block.kind !== "blank");
}

function nextSolid({ blocks }: Changes, after: Block): { block: Block | undefined; gap: number } {
  const index = blocks.indexOf(after) + 1;
  const blank = blankAt(blocks, index);
  return { block: blocks[blank ? index + 1 : index], gap: blank?.lines ?? 0 };
}

function isSafeBefore({ block, gap }: { block: Block | undefined; gap: number }, width: number): boolean {
  if (block === undefined) return true;
  return block.indent < width && (gap > 0 || (block.interrupts && !isSetext(block)));
}

function isSetext(block: Block | undefined): block is Heading {
  return block?.kind === "heading" && block.setext;
}

function blankAt(blocks: Block[], index: number): (Block & { kind: "blank" }) | undefined {
  const block = blocks[index];
  return block?.kind === "blank" ? block : undefined;
}

// ---- style

const plainStyle: Style = { indent: 0, marker: "-", pad: " " };

function styleOf(entry: Bullet): Style {
  const { indent, marker } = entry;
  const usesPad = entry.width > indent + 2 || entry.pad === " ";
  return { indent, marker, pad: usesPad ? entry.pad : " " };
}

function widthOf({ indent, pad }: Style): number {
  return pad.includes("\t") ? indent + 5 - ((indent + 1) % 4) : indent + 1 + pad.length;
}

/** The last bullet under Unreleased, or else the first of any release. */
function nearestStyle(parts: Part[]): Style {
  const bullets = (part: Part) => part.body.filter((block) => block.kind === "entry");
  const open = parts.filter((part) => part.release === undefined).flatMap(bullets);
  const model = open.at(-1) ?? parts.flatMap(bullets)[0];
  if (!model) return plainStyle;
  // More than two columns in, and it could end up inside a numbered list above it.
  return { ...styleOf(model), indent: Math.min(model.indent, 2) };
}

/** Blank lines between the last two entries of the part, or else the first two neighbours anywhere. */
function spacing(parts: Part[], part: Part): number {
  const own = distances(part).at(-1);
  return own ?? parts.flatMap(distances)[0] ?? 0;
}

function distances({ body }: Part): number[] {
  const found: number[] = [];
  for (const [i, block] of body.entries()) {
    if (block.kind !== "entry") continue;
    if (body[i - 1]?.kind === "entry") found.push(0);
    else if (body[i - 1]?.kind === "blank" && body[i - 2]?.kind === "entry") found.push(1);
  }
  return found;
}

/** 0 in a file that writes its lists directly under the headings. */
function spaceUnderHeadings(parts: Part[]): number {
  const tight = parts.filter((part) => part.heading && part.body[0]?.kind === "entry").length;
  const loose = parts.filter(
    (part) => part.heading && part.body[0]?.kind === "blank" && part.body[1]?.kind === "entry",
  ).length;
  return tight > loose ? 0 : 1;
}

function bullet(lines: string[], style: Style, reach: number, eol: string): string {
  const { indent, marker } = style;
  const missing = reach - widthOf(style);
  const pad = missing > 0 ? " ".repeat(reach - indent - 1) : style.pad;
  const margin = " ".repeat(widthOf({ ...style, pad }));
  const [first, ...rest] = lines;
  const open = `${" ".repeat(indent)}${marker}${pad}${first}`;
  return [open, ...rest.map((line) => (line === "" ? "" : margin + line))].join(eol);
}

// ---- headings that are missing

function withUnreleased(
  changes: Changes,
  parts: Part[],
  lines: string[],
  section: string | undefined,
): { text: string; at: number } {
  const release = parts.find((part) => part.kind === "release");
  const model = release?.heading;
  const before = release ?? parts.find((part, index) => endsUnreleased(part, index));
  const at = before?.heading?.start ?? endOf(parts.at(-1) as Part, changes);
  const level = model?.level ?? 2;
  const title = model && headingText(changes, model).startsWith("[") ? "[Unreleased]" : "Unreleased";
  const head = [heading(title, level, model?.setext ?? false)];
  const wanted = section ?? neutralSection(parts, []);
  if (wanted !== undefined) head.push(subHeading(parts, wanted, level));
  return insertHeadings(changes, parts, at, head, lines);
}

/** Whether a heading that is no version can follow Unreleased without becoming a part of it. */
function endsUnreleased({ kind, heading }: Part, index: number): boolean {
  if (kind !== "other" || !heading || heading.level > 2) return false;
  return !(index === 1 && heading.level === 1) && !usualSections.includes(sameTitle(heading.title));
}

function withSection(
  changes: Changes,
  parts: Part[],
  group: Part[],
  section: string,
  lines: string[],
): { text: string; at: number } {
  const rank = (title: string) => usualSections.indexOf(sameTitle(title));
  const later = group.find(
    (part) => part.section !== undefined && rank(section) >= 0 && rank(part.section) > rank(section),
  );
  const at = later?.heading?.start ?? endOf(group.at(-1) as Part, changes);
  const level = group[0]?.heading?.level ?? 2;
  return insertHeadings(changes, parts, at, [subHeading(parts, section, level)], lines);
}

/** Behind the last block a heading can follow. */
function endOf(part: Part, { bom }: Changes): number {
  return lastSolid(part)?.end ?? part.heading?.end ?? bom.length;
}

function subHeading(parts: Part[], title: string, level: number): string[] {
  const model = parts.find((part) => part.kind === "section")?.heading;
  return heading(title, Math.max(model?.level ?? 0, level + 1), model?.setext ?? false);
}

export function heading(title: string, level: number, setext: boolean): string[] {
  if (!setext || level > 2) return [`${"#".repeat(level)} ${title}`];
  return [title, (level === 1 ? "=" : "-").repeat(Math.max(title.length, 5))];
}

/** The heading as written, without its marks. */
function headingText({ source }: Changes, block: Heading): string {
  return source.slice(block.start, block.end).replace(/^[#\s]+/, "");
}

function insertHeadings(
  changes: Changes,
  parts: Part[],
  at: number,
  heads: string[][],
  lines: string[],
): { text: string; at: number } {
  const { source, bom, blocks } = changes;
  const eol = lineEndBefore(source, at) || usualLineEnd(source);
  const isOpen = at > bom.length && lineEndBefore(source, at) === "";
  const touchesAbove = at > bom.length && blocks.some((block) => block.end === at && block.kind !== "blank");
  const next = blocks.find((block) => block.start >= at && block.kind !== "blank");
  const touchesBelow = blocks.some((block) => block.start === at && block.kind !== "blank");
  const space = eol.repeat(1 + spaceUnderHeadings(parts));
  const lead = (isOpen ? eol : "") + (touchesAbove ? eol : "");
  const top = heads.map((head) => head.join(eol)).join(eol + eol) + space;
  const item = bullet(lines, nearestStyle(parts), (next?.indent ?? 0) + 1, eol);
  const tail = isOpen ? "" : touchesBelow ? eol + eol : eol;
  return { text: source.slice(0, at) + lead + top + item + tail + source.slice(at), at: at + lead.length + top.length };
}

// ---- lines

function lineEndBefore(source: string, at: number): string {
  if (source[at - 1] === "\r") return "\r";
  if (source[at - 1] !== "\n") return "";
  return source[at - 2] === "\r" ? "\r\n" : "\n";
}

export function usualLineEnd(source: string): string {
  const all = source.match(/\r\n|\n|\r/g) ?? [];
  const crlf = all.filter((end) => end === "\r\n").length;
  const cr = all.filter((end) => end === "\r").length;
  if (crlf > all.length / 2) return "\r\n";
  return cr > 0 && cr === all.length ? "\r" : "\n";
}

function lineAt(text: string, at: number): number {
  return (text.slice(0, at).match(/\r\n|\n|\r/g) ?? []).length + 1;
}
