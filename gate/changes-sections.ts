// One version of CHANGES.md as sections of units, keyed so that the same section and the same unit are found again in
// another version of the file. For changes-merge.ts.
import { itemsIn, type Part, partsOf, sameText, sameTitle } from "./changes-entries.ts";
import { bulletLines, type Changes } from "./changes-parse.ts";

/** An entry, a paragraph or other block, or one line of link definitions. */
export interface Unit {
  kind: "entry" | "text" | "link";
  raw: string;
  /** raw with `\n` as line end */
  norm: string;
  /** equal for units that are the same apart from how they are wrapped */
  key: string;
  /** the blank lines before it */
  gap: string;
  /** what stands before it in its section; undefined: the heading */
  above: Unit | undefined;
  interrupts: boolean;
}

/** A heading with what stands under it. Its units are looked at only when asked for: most sections never change. */
export class Section {
  readonly key: string;
  /** key of the heading that a sub-heading stands under */
  readonly parent: string | undefined;
  readonly kind: Part["kind"];
  /** as in Entry */
  readonly release: string | undefined;
  readonly title: string;
  readonly heading: { raw: string; norm: string; setext: boolean } | undefined;
  /** all under the heading, without the blank lines at its end */
  body: string;
  /** the blank lines at its end */
  readonly tail: string;
  private readonly read: () => Unit[];
  private known: Unit[] | undefined;

  constructor(changes: Changes, part: Part, key: string, parent: string | undefined) {
    const { heading, kind, release, body } = part;
    const slice = (from: number | undefined, to: number | undefined) => changes.source.slice(from, to);
    const last = body.at(-1);
    const end = last?.kind === "blank" ? last.start : last?.end;
    const raw = slice(heading?.start, heading?.end);
    this.key = key;
    this.parent = parent;
    this.kind = kind;
    this.release = release;
    this.title = heading?.title ?? "";
    this.heading = heading && { raw, norm: normal(raw), setext: heading.setext };
    this.body = body[0] ? slice(body[0].start, end) : "";
    this.tail = last ? slice(end, last.end) : "";
    this.read = () => unitsOf(changes, part);
  }

  get units(): Unit[] {
    this.known ??= this.read();
    return this.known;
  }

  get norm(): string {
    return (this.heading?.norm ?? "") + normal(this.body + this.tail);
  }

  drop(keys: Set<string>): void {
    const kept = this.units.filter((unit) => !keys.has(unit.key));
    if (kept.length === this.units.length) return;
    this.known = kept;
    this.body = kept.map(({ gap, raw }) => gap + raw).join("");
  }
}

export function normal(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

export function sectionsOf(changes: Changes): Section[] {
  const seen = new Map<string, number>();
  let top = "";
  return withOpenEnd(partsOf(changes)).map((part, index) => {
    const isSub = part.kind === "section";
    const key = unique(seen, isSub ? `${top}/${name(part)}` : topKey(part, index));
    const section = new Section(changes, part, key, isSub ? top : undefined);
    if (!isSub) top = key;
    return section;
  });
}

/** A fence or comment that nothing ends takes all to the end of the file, so it must stay there: a part of its own. */
function withOpenEnd(parts: Part[]): Part[] {
  const part = parts.at(-1) as Part;
  const last = part.body.at(-1);
  if (last?.kind !== "text" || last.closed) return parts;
  const end: Part = { heading: undefined, body: [last], release: "", section: undefined, kind: "preamble" };
  return [...parts.slice(0, -1), { ...part, body: part.body.slice(0, -1) }, end];
}

function unique(seen: Map<string, number>, key: string): string {
  const count = (seen.get(key) ?? 0) + 1;
  seen.set(key, count);
  return count === 1 ? key : `${key}\n${count}`;
}

function topKey(part: Part, index: number): string {
  if (part.kind === "release") return `release ${part.release?.toLowerCase().replace(/^v/, "")}`;
  if (part.kind !== "other") return part.kind === "preamble" && index > 0 ? "end" : part.kind;
  // The title of the file may be worded anew without becoming another section.
  return index === 1 && part.heading?.level === 1 ? "title" : `other ${name(part)}`;
}

function name({ heading }: Part): string {
  const title = heading?.title ?? "";
  return sameTitle(title) || title;
}

function unitsOf({ source }: Changes, part: Part): Unit[] {
  const units: Unit[] = [];
  let gap = "";
  for (const block of part.body) {
    const { kind, interrupts } = block;
    const raw = source.slice(block.start, block.end);
    if (kind === "blank") {
      gap = raw;
      continue;
    }
    for (const line of kind === "link" ? (raw.match(/[^\r\n]+(?:\r\n|\r|\n|$)/g) ?? []) : [raw]) {
      const text = kind === "entry" ? sameText(bulletLines(source, block).join("\n")) : normal(line);
      units.push({ kind, raw: line, norm: normal(line), key: `${kind} ${text}`, gap, above: units.at(-1), interrupts });
      gap = "";
    }
  }
  return units;
}

/**
 * For each unit of `base`, which unit of `side` it became, by index; in rising order.
 * @param moved keys that both whole files have: such a unit was not reworded into another
 */
export function align(base: Unit[], side: Unit[], moved: Set<string>): Map<number, number> {
  const found = common(base, side);
  let from = 0;
  let sideFrom = 0;
  for (const [index, sideIndex] of [...found, [base.length, side.length] as const]) {
    pairEdited(base, side, moved, { from, to: index, sideFrom, sideTo: sideIndex }, found);
    from = index + 1;
    sideFrom = sideIndex + 1;
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}

interface Range {
  from: number;
  to: number;
  sideFrom: number;
  sideTo: number;
}

/** Units that are equal on both sides, by index, rising: those at both ends, then the longest order in common. */
export function common(base: Unit[], side: Unit[]): Map<number, number> {
  const found = new Map<number, number>();
  let from = 0;
  let to = base.length;
  let sideTo = side.length;
  const isEqual = (i: number, j: number) => base[i]?.key === side[j]?.key;
  while (from < to && from < sideTo && isEqual(from, from)) found.set(from, from++);
  const last: [number, number][] = [];
  while (from < to && from < sideTo && isEqual(to - 1, sideTo - 1)) last.push([--to, --sideTo]);
  for (const [i, j] of risingPairs(base, side, { from, to, sideFrom: from, sideTo })) found.set(i, j);
  for (const [i, j] of last.reverse()) found.set(i, j);
  return found;
}

function risingPairs(base: Unit[], side: Unit[], { from, to, sideFrom, sideTo }: Range): [number, number][] {
  const places = new Map<string, number[]>();
  for (let j = sideTo - 1; j >= sideFrom; j--) {
    const key = (side[j] as Unit).key;
    const same = places.get(key);
    if (same) same.push(j);
    else places.set(key, [j]);
  }
  const pairs: [number, number][] = [];
  for (let i = from; i < to; i++) {
    const j = places.get((base[i] as Unit).key)?.pop();
    if (j !== undefined) pairs.push([i, j]);
  }
  return longestRising(pairs);
}

/** Patience: the longest sub-sequence whose second members rise, in n log n. */
function longestRising(pairs: [number, number][]): [number, number][] {
  const ends: number[] = [];
  const before: number[] = [];
  for (const [index, [, value]] of pairs.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] as number]?.[1] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before.push(low === 0 ? -1 : (ends[low - 1] as number));
    ends[low] = index;
  }
  const result: [number, number][] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] as number) result.push(pairs[at] as [number, number]);
  return result.reverse();
}

// Looking for edited entries compares each with each; in a larger stretch they count as taken out and put in.
const manyComparisons = 10_000;

function pairEdited(base: Unit[], side: Unit[], moved: Set<string>, range: Range, found: Map<number, number>): void {
  const gone = indexes(base, moved, range.from, range.to);
  const come = indexes(side, moved, range.sideFrom, range.sideTo);
  if (gone.length * come.length > manyComparisons) return;
  // As many as before in the same place: each took the place of one.
  const isReplaced =
    gone.length === come.length && gone.every((i, n) => base[i]?.kind === side[come[n] as number]?.kind);
  let next = 0;
  for (const [n, i] of gone.entries()) {
    const match = isReplaced ? n : come.findIndex((j, m) => m >= next && isEdited(base[i] as Unit, side[j] as Unit));
    if (match < 0) continue;
    found.set(i, come[match] as number);
    next = match + 1;
  }
}

function indexes(units: Unit[], moved: Set<string>, from: number, to: number): number[] {
  return units.slice(from, to).flatMap(({ key }, n) => (moved.has(key) ? [] : [from + n]));
}

/** Whether one unit is probably the other, reworded. */
function isEdited(a: Unit, b: Unit): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "text") return true;
  if (a.kind === "link") return a.key.split("]:")[0] === b.key.split("]:")[0];
  const items = itemsIn(a.key);
  if (itemsIn(b.key).some((item) => items.includes(item))) return true;
  const words = new Set(wordsOf(a.key));
  const others = wordsOf(b.key);
  const shared = others.filter((word) => words.has(word)).length;
  return shared * 2 > Math.max(words.size, others.length);
}

function wordsOf(key: string): string[] {
  return [
    ...new Set(
      key
        .slice(6, 2000)
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? [],
    ),
  ];
}
