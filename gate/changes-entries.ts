// What CHANGES.md says: which entries stand under which heading and which work items they name.
// Only reads; writing is changes-add.ts, changes-merge.ts and changes-release.ts.
import { type Block, type Bullet, bulletLines, type Changes, type Heading, parseChanges } from "./changes-parse.ts";

/** One top-level bullet with everything indented under it. */
export interface Entry {
  /** without the bullet; continuation lines joined by `\n` */
  text: string;
  /** the work items it names as `(#42)`, outside code and comments */
  items: number[];
  /** the sub-heading it stands under, such as "Added" */
  section: string | undefined;
  /** undefined: Unreleased. "": above every heading. Otherwise the version, or the title of another heading */
  release: string | undefined;
  /** 1-based */
  line: number;
  /** 1-based, inclusive */
  endLine: number;
}

export interface Problem {
  /** 1-based */
  line: number;
  message: string;
}

/** A heading, or the start of the file, with the blocks up to the next heading of any level. */
export interface Part {
  heading: Heading | undefined;
  body: Exclude<Block, Heading>[];
  /** as in Entry */
  release: string | undefined;
  section: string | undefined;
  kind: "preamble" | "unreleased" | "release" | "other" | "section";
}

/** The sub-headings of keepachangelog.com in their order. */
export const usualSections = ["added", "changed", "deprecated", "removed", "fixed", "security"];

/** A title reduced to what makes it the same title: letters and digits in lower case. */
export function sameTitle(title: string): string {
  return title
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

// Markdown's own punctuation, so that `[1.4.0]`, `**1.4.0**` and `\[1.4.0\]` read alike; longer titles are no versions.
function plain(title: string): string {
  return title
    .slice(0, 200)
    .replace(/[[\]\\*_`]/g, "")
    .trim();
}

export function isUnreleased(title: string): boolean {
  const text = plain(title);
  return (
    /^[^\p{L}\p{N}]*unreleased(?:\s+changes)?\s*(?:$|[^\p{L}\p{N}\s])/iu.test(text) || /\(unreleased\)$/i.test(text)
  );
}

const version = /^(?:(?:version|release)\s+)?(\d{4}-\d\d(?:-\d\d)?|v?\d+\.\d[\w.+-]*|v\d+[\w+-]*|\d+)(.*)$/isu;

/** The version or date a heading names, as written, or undefined when it names none. */
export function versionOf({ title, level }: { title: string; level: number }): string | undefined {
  const found = version.exec(plain(title));
  const [, name, rest] = found ?? [];
  if (name === undefined || rest === undefined) return undefined;
  // "## 1.4.0 Hestia" is a version, "### 3.12 support" is not.
  const named = level <= 2 && /^v?\d+\.\d/i.test(name) && /^\s/.test(rest);
  if (!named && !/^\s*(?:$|[^\p{L}\p{N}\s])|^\s+\d/u.test(rest)) return undefined;
  // "3 things to know" is a title; "3", "3 - 2026-11-20" and "3 (2026-11-20)" are versions.
  if (/^\d+$/.test(name) && !/^\s*$|\d{4}-\d\d-\d\d/.test(rest)) return undefined;
  return name;
}

export function partsOf({ blocks }: Changes): Part[] {
  let part: Part = { heading: undefined, body: [], release: "", section: undefined, kind: "preamble" };
  const parts = [part];
  let top = part;
  for (const block of blocks) {
    if (block.kind === "heading") {
      part = partOf(block, top);
      if (part.kind !== "section") top = part;
      parts.push(part);
    } else part.body.push(block);
  }
  return parts;
}

function partOf(heading: Heading, top: Part): Part {
  const { title } = heading;
  const base = { heading, body: [], section: undefined };
  if (heading.level <= 3 && isUnreleased(title)) return { ...base, release: undefined, kind: "unreleased" };
  const named = versionOf(heading);
  if (named !== undefined) return { ...base, release: named, kind: "release" };
  if (isUnder(top, heading)) return { ...base, release: top.release, section: title, kind: "section" };
  return { ...base, release: title, kind: "other" };
}

function isUnder({ kind, heading: above }: Part, { level, title }: Heading): boolean {
  if (!above || (kind !== "unreleased" && kind !== "release")) return false;
  return level > above.level || (level === above.level && usualSections.includes(sameTitle(title)));
}

/** In a run of backticks after a backslash the first is a plain character. */
function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

function withoutCodeSpans(text: string): string {
  if (!text.includes("`")) return text;
  const runs = [...text.matchAll(/`+/g)].map((run) => ({ at: run.index, length: run[0].length }));
  // Closing runs by length, last first, so that looking one up never walks the text again.
  const byLength = new Map<number, number[]>();
  for (let i = runs.length - 1; i >= 0; i--) {
    const { length } = runs[i] as { length: number };
    const same = byLength.get(length);
    if (same) same.push(i);
    else byLength.set(length, [i]);
  }
  let result = "";
  let from = 0;
  for (let i = 0; i < runs.length; i++) {
    const { at, length } = runs[i] as { at: number; length: number };
    const opening = isEscaped(text, at) ? length - 1 : length;
    const closers = byLength.get(opening) ?? [];
    while (closers.length > 0 && (closers.at(-1) as number) <= i) closers.pop();
    const closer = closers.pop();
    if (opening === 0 || closer === undefined) continue;
    result += `${text.slice(from, at + length - opening)}\`\``;
    const end = runs[closer] as { at: number; length: number };
    from = end.at + end.length;
    i = closer;
  }
  return result + text.slice(from);
}

function withoutComments(text: string): string {
  let result = "";
  let from = 0;
  for (let at = text.indexOf("<!--"); at >= 0; at = text.indexOf("<!--", from)) {
    result += text.slice(from, at);
    const end = text.indexOf("-->", at + 2);
    if (end < 0) return result;
    from = end + 3;
  }
  return result + text.slice(from);
}

/** The work items a paragraph of markdown names: `(#42)`, `(#42, #43)`. */
export function itemsIn(text: string): number[] {
  if (!text.includes("(#")) return [];
  const prose = withoutComments(
    text
      .split(/\n[ \t]*\n/)
      .map(withoutCodeSpans)
      .join("\n\n"),
  );
  const lists = prose.match(/\(#\d+(?:[ \t\n]*[,;&][ \t\n]*#\d+)*\)/g) ?? [];
  const numbers = lists.flatMap((list) => (list.match(/\d+/g) ?? []).map(Number));
  return [...new Set(numbers.filter((n) => n > 0 && Number.isSafeInteger(n)))];
}

/** Whether a reader sees any word there besides the references. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(withoutComments(text).replace(/\(?#\d+\)?/g, ""));
}

function entryOf(source: string, block: Bullet, part: Part): Entry {
  const lines = bulletLines(source, block);
  const text = lines.join("\n");
  const code = new Set(block.code);
  const shown = code.size === 0 ? text : lines.filter((_, number) => !code.has(number)).join("\n");
  return {
    text: text.trim(),
    items: itemsIn(shown),
    section: part.section,
    release: part.release,
    line: block.line,
    endLine: block.line + block.lines - 1,
  };
}

export function entriesOf(changes: Changes): Entry[] {
  const found: Entry[] = [];
  for (const part of partsOf(changes)) {
    for (const block of part.body) if (block.kind === "entry") found.push(entryOf(changes.source, block, part));
  }
  return found;
}

/** Every entry in file order, whatever heading it stands under. */
export function entries(text: string): Entry[] {
  return entriesOf(parseChanges(text));
}

export function unreleased(text: string): Entry[] {
  return entries(text).filter((entry) => entry.release === undefined);
}

/** What makes two entries the same: their words, not how the lines are wrapped. */
export function sameText(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The Unreleased entries of `now` that `base` does not have there; an edited entry counts as added, a moved one not. */
export function addedEntries(base: string, now: string): Entry[] {
  return addedAmong(entries(base), entries(now));
}

/** The same of two versions that were read already. */
export function addedAmong(base: Entry[], now: Entry[]): Entry[] {
  const isOpen = ({ release }: Entry) => release === undefined;
  const before = new Map<string, number>();
  for (const { text } of base.filter(isOpen)) before.set(sameText(text), (before.get(sameText(text)) ?? 0) + 1);
  return now.filter(isOpen).filter(({ text }) => {
    const left = before.get(sameText(text)) ?? 0;
    if (left > 0) before.set(sameText(text), left - 1);
    return left === 0;
  });
}

/** Why the entries that name the item do not count, or only half; none when it has one proper entry, or none at all. */
export function entryProblems(text: string, item: number): Problem[] {
  const changes = parseChanges(text);
  const all = entriesOf(changes);
  const mine = all.filter((entry) => entry.items.includes(item));
  if (mine.length === 0) return nearMisses(changes, all, item);
  const open = mine.filter((entry) => entry.release === undefined);
  const problems = open
    .filter((entry) => !hasWords(entry.text))
    .map(({ line }) => ({ line, message: `The entry of #${item} has no words besides the reference.` }));
  const seen = new Map<string, number>();
  for (const entry of open) {
    const first = seen.get(sameText(entry.text));
    if (first === undefined) seen.set(sameText(entry.text), entry.line);
    else
      problems.push({
        line: entry.line,
        message: `The entry of #${item} stands here a second time; it is already on line ${first}.`,
      });
  }
  if (open.some((entry) => hasWords(entry.text))) return problems;
  // An item may have entries in older releases as long as it has a new one.
  for (const { line, release } of mine.filter((entry) => entry.release !== undefined)) {
    const where = release === "" ? "above every heading" : `under "${release}"`;
    problems.push({ line, message: `The entry of #${item} stands ${where}, not under Unreleased.` });
  }
  return problems.sort((a, b) => a.line - b.line);
}

/** Places under Unreleased that were probably meant as an entry of the item. */
function nearMisses(changes: Changes, all: Entry[], item: number): Problem[] {
  const problems: Problem[] = [];
  const bare = new RegExp(`#${item}(?!\\d)`);
  for (const { text, line, release } of all) {
    if (release !== undefined || !bare.test(text)) continue;
    problems.push({
      line,
      message: `This entry mentions #${item} without naming it; write (#${item}), outside code and comments.`,
    });
  }
  for (const { body, release } of partsOf(changes)) {
    for (const block of release === undefined ? body : []) {
      if (block.kind !== "text" || !itemsIn(changes.source.slice(block.start, block.end)).includes(item)) continue;
      problems.push({ line: block.line, message: `(#${item}) stands outside a bullet; an entry begins with "- ".` });
    }
  }
  return problems.sort((a, b) => a.line - b.line);
}
