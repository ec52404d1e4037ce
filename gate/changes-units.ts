// Merges what stands under one heading in three versions of CHANGES.md: entries one by one, other text block by block.
import { itemsIn } from "./changes-entries.ts";
import type { Section, Unit } from "./changes-sections.ts";

/** A unit of the result. */
export interface Piece extends Pick<Unit, "kind" | "raw" | "norm" | "interrupts"> {
  /** what it was in the versions, the one whose blank lines count first */
  was: Unit[];
}

export interface Three<T> {
  base: T | undefined;
  ours: T | undefined;
  theirs: T | undefined;
}

/** Keys of the units that a side has as base has them, in whatever section. */
export type Moved = Record<"ours" | "theirs", Set<string>>;

export function threeOf<T>({ base, ours, theirs }: { base: T | undefined; ours: T; theirs: T }): T {
  return ours === base ? theirs : ours;
}

/** Notes a conflict and gives the text that shows it. */
export type Refuse = (ours: string, theirs: string) => string;

export function mergeUnits(base: Unit[], ours: Unit[], theirs: Unit[], moved: Moved, refuse: Refuse): Piece[] {
  const mine = align(base, ours, moved.ours);
  const other = align(base, theirs, moved.theirs);
  const added = abreast(additions(ours, mine), additions(theirs, other), base.length);
  const pieces: Piece[] = [];
  for (let i = 0; i <= base.length; i++) {
    for (const step of added[i] as Abreast[]) for (const piece of mergeAdded(step, refuse)) pieces.push(piece);
    const unit = base[i];
    if (unit === undefined) break;
    const piece = mergeUnit(unit, ours[mine.get(i) ?? -1], theirs[other.get(i) ?? -1], refuse);
    if (piece) pieces.push(piece);
  }
  return pieces;
}

/** Units that a side added, by the index in base before which they stand. */
function additions(side: Unit[], pairs: Map<number, number>): Map<number, Unit[]> {
  const baseOf = new Map([...pairs].map(([i, j]) => [j, i]));
  const found = new Map<number, Unit[]>();
  let before = 0;
  for (const [j, unit] of side.entries()) {
    const i = baseOf.get(j);
    const there = found.get(before);
    if (i !== undefined) before = i + 1;
    else if (there) there.push(unit);
    else found.set(before, [unit]);
  }
  return found;
}

/** What the sides added in one place, up to a unit that both added. */
interface Abreast {
  ours: Unit[];
  theirs: Unit[];
  both: Unit | undefined;
}

/** For each place in base what the sides added there, an addition of both only once, even when in different places. */
function abreast(ours: Map<number, Unit[]>, theirs: Map<number, Unit[]>, last: number): Abreast[][] {
  const places = Array.from({ length: last + 1 }, (_, i) => sideBySide(ours.get(i) ?? [], theirs.get(i) ?? []));
  const count = new Map<string, number>();
  for (const { key } of places.flatMap((steps) => steps.flatMap((step) => step.ours)))
    count.set(key, (count.get(key) ?? 0) + 1);
  const isNew = ({ key }: Unit) => {
    const left = count.get(key) ?? 0;
    count.set(key, left - 1);
    return left <= 0;
  };
  return places.map((steps) => steps.map((step) => ({ ...step, theirs: step.theirs.filter(isNew) })));
}

function sideBySide(ours: Unit[], theirs: Unit[]): Abreast[] {
  const steps: Abreast[] = [];
  let from = 0;
  let theirFrom = 0;
  for (const [i, j] of common(ours, theirs)) {
    steps.push({ ours: ours.slice(from, i), theirs: theirs.slice(theirFrom, j), both: ours[i] });
    from = i + 1;
    theirFrom = j + 1;
  }
  return [...steps, { ours: ours.slice(from), theirs: theirs.slice(theirFrom), both: undefined }];
}

/** New entries stand side by side; new text in one place from both sides is a conflict. */
function mergeAdded({ ours, theirs, both }: Abreast, refuse: Refuse): Piece[] {
  const end = both ? [both] : [];
  const texts = theirs.filter((unit) => unit.kind === "text");
  const mine = ours.filter((unit) => unit.kind === "text");
  if (texts.length === 0 || mine.length === 0) return [...ours, ...theirs, ...end].map(asIs);
  const raw = refuse(joined(mine), joined(texts));
  const first = ours.indexOf(mine[0] as Unit);
  const rest = (units: Unit[]) => units.filter((unit) => unit.kind !== "text");
  const conflict = { ...asIs(mine[0] as Unit), raw };
  const behind = [...rest(ours.slice(first)), ...rest(theirs), ...end];
  return [...rest(ours.slice(0, first)).map(asIs), conflict, ...behind.map(asIs)];
}

function asIs(unit: Unit): Piece {
  const { kind, raw, norm, interrupts } = unit;
  return { kind, raw, norm, interrupts, was: [unit] };
}

function joined(units: Unit[]): string {
  return units.map(({ gap, raw }, index) => (index === 0 ? raw : gap + raw)).join("");
}

function mergeUnit(base: Unit, ours: Unit | undefined, theirs: Unit | undefined, refuse: Refuse): Piece | undefined {
  if (!ours && !theirs) return undefined;
  if (!ours || !theirs) {
    const left = (ours ?? theirs) as Unit;
    if (left.norm === base.norm) return undefined;
    return { ...asIs(left), raw: refuse(ours?.raw ?? "", theirs?.raw ?? "") };
  }
  const was = ours.gap === base.gap ? [theirs, ours, base] : [ours, theirs, base];
  if (ours.norm === base.norm && theirs.norm !== base.norm) return { ...asIs(theirs), was };
  const isSame = theirs.norm === base.norm || ours.key === theirs.key;
  return { ...asIs(ours), was, raw: isSame ? ours.raw : refuse(ours.raw, theirs.raw) };
}

// ---- which is which

/**
 * For each unit of `base`, which unit of `side` it became, by index; in rising order.
 * @param moved keys that both whole files have: such a unit was not reworded into another
 */
function align(base: Unit[], side: Unit[], moved: Set<string>): Map<number, number> {
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
function common(base: Unit[], side: Unit[]): Map<number, number> {
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

// ---- blank lines

/** Puts the pieces together with the blank lines that fit what each now follows. */
export function spaced(pieces: Piece[], { ours, theirs, base }: Three<Section>, eol: string): string {
  const units = [ours, theirs, base].flatMap((section) => section?.units ?? []);
  const text = new Text();
  let above: Piece | undefined;
  for (const piece of pieces) {
    const there = piece.was.find((unit) => unit.above?.norm === above?.norm);
    const gap = there?.gap ?? usualGap(units, above, piece, eol);
    text.add(there || gap !== "" || staysApart(above, piece) ? gap : eol);
    text.add(piece.raw);
    above = piece;
  }
  return text.toString();
}

/** The blank lines between two blocks that no version has one after the other. */
function usualGap(units: Unit[], above: Piece | undefined, { kind, was }: Piece, eol: string): string {
  const isAlike = (unit: Unit) => unit.above?.kind === above?.kind && unit.kind === kind;
  const model = was.find(isAlike) ?? units.find(isAlike);
  return model?.gap ?? (above?.kind === kind && kind !== "text" ? "" : eol);
}

/** Whether one block directly under another is surely read as two. */
function staysApart(above: Piece | undefined, piece: Piece): boolean {
  if (above?.kind === "link" && piece.kind === "link") return true;
  return above?.kind !== "text" && piece.interrupts;
}

/** Texts one after the other; a line that ends with a mere CR does not take the LF of the next as its own. */
export class Text {
  private readonly parts: string[] = [];

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  add(text: string): void {
    if (text === "") return;
    const isSplit = text.startsWith("\n") && this.parts.at(-1)?.endsWith("\r");
    this.parts.push(isSplit ? `\r${text.slice(1)}` : text);
  }

  toString(): string {
    return this.parts.join("");
  }
}
