// Merges two versions of CHANGES.md by what they say: entry by entry under each heading, other text block by block.
import { usualLineEnd } from "./changes-add.ts";
import { sameTitle, usualSections } from "./changes-entries.ts";
import { parseChanges } from "./changes-parse.ts";
import { align, common, normal, type Section, sectionsOf, type Unit } from "./changes-sections.ts";

export interface Conflict {
  /** as in Entry: undefined is Unreleased */
  release?: string;
  /** what each side has there; "" where it took something out */
  ours: string;
  theirs: string;
}

export interface Merged {
  /** with conflict markers around each conflict */
  text: string;
  conflicts: Conflict[];
}

/** A unit of the result. */
type Piece = Pick<Unit, "kind" | "raw" | "norm" | "gap" | "above" | "interrupts">;

/** A section of the result. */
interface Outcome {
  section: Section;
  heading: string;
  body: string;
  tail: string;
  conflicts: Conflict[];
  keep: boolean;
}

interface Three<T> {
  base: T | undefined;
  ours: T | undefined;
  theirs: T | undefined;
}

/**
 * Three-way merge. Entries that either side added are all in the result, ours before theirs, an identical one once;
 * what was edited or taken out on one side stays so. The same thing changed in two ways is a conflict. An entry added
 * while the other side made a release stays Unreleased. Line ends are those of ours.
 */
export function mergeChanges(base: string, ours: string, theirs: string): Merged {
  if (ours === theirs || theirs === base) return { text: ours, conflicts: [] };
  if (ours === base) return { text: theirs, conflicts: [] };
  const eol = usualLineEnd(ours === "" ? theirs : ours);
  const convert = (text: string) => normal(text).replaceAll("\n", eol);
  if (normal(theirs) === normal(base)) return { text: ours, conflicts: [] };
  if (normal(ours) === normal(base)) return { text: convert(theirs), conflicts: [] };
  const versions = { base: read(convert(base), eol), ours: read(ours, eol), theirs: read(convert(theirs), eol) };
  dropReleased(versions.ours, versions.theirs, versions.base);
  dropReleased(versions.theirs, versions.ours, versions.base);
  const outcomes = mergeSections(versions, eol);
  const pick = <T>(of: (v: Version) => T): T => three(of(versions.base), of(versions.ours), of(versions.theirs));
  const text = print(outcomes, versions, eol);
  const ended = pick((v) => v.ends) ? text : text.slice(0, text.length - (text.endsWith(eol) ? eol.length : 0));
  return { text: pick((v) => v.bom) + ended, conflicts: outcomes.flatMap((outcome) => outcome.conflicts) };
}

interface Version {
  bom: string;
  /** whether the last line has an end */
  ends: boolean;
  sections: Section[];
}

function read(text: string, eol: string): Version {
  const ends = text === "" || /[\r\n]$/.test(text);
  const changes = parseChanges(ends ? text : text + eol);
  return { bom: changes.bom, ends, sections: sectionsOf(changes) };
}

function three<T>(base: T, ours: T, theirs: T): T {
  return ours === base ? theirs : ours;
}

/** An entry that the other side put into a release is not kept under Unreleased as well. */
function dropReleased(mine: Version, other: Version, base: Version): void {
  const before = new Set(releasedKeys(changed(base, other)));
  const released = new Set(releasedKeys(changed(other, base)).filter((key) => !before.has(key)));
  if (released.size === 0) return;
  for (const section of mine.sections) if (section.release === undefined) section.drop(released);
}

/** The sections that another version has not, or has otherwise. */
function changed(version: Version, other: Version): Section[] {
  const known = byKey(other.sections);
  return version.sections.filter((section) => known.get(section.key)?.norm !== section.norm);
}

function releasedKeys(sections: Section[]): string[] {
  const released = sections.filter(({ release }) => release !== undefined);
  return released.flatMap(({ units }) => units.filter(({ kind }) => kind === "entry").map(({ key }) => key));
}

// ---- sections

function mergeSections(versions: Record<"base" | "ours" | "theirs", Version>, eol: string): Outcome[] {
  const { base, ours, theirs } = versions;
  const maps = { base: byKey(base.sections), ours: byKey(ours.sections), theirs: byKey(theirs.sections) };
  const order = orderOf(ours.sections, theirs.sections, maps.base);
  const moved = { ours: inBoth(base, ours), theirs: inBoth(base, theirs) };
  const outcomes = order.map(({ key }) =>
    mergeSection({ base: maps.base.get(key), ours: maps.ours.get(key), theirs: maps.theirs.get(key) }, moved, eol),
  );
  const parents = new Set(outcomes.filter(({ keep }) => keep).map(({ section }) => section.parent));
  return outcomes.filter(({ keep, section }) => keep || parents.has(section.key));
}

/** Keys of the units that a side has as base has them, in whatever section. */
type Moved = Record<"ours" | "theirs", Set<string>>;

function inBoth(base: Version, side: Version): Set<string> {
  const keys = (sections: Section[]) => new Set(sections.flatMap(({ units }) => units.map(({ key }) => key)));
  const there = keys(changed(side, base));
  return new Set([...keys(changed(base, side))].filter((key) => there.has(key)));
}

function byKey(sections: Section[]): Map<string, Section> {
  return new Map(sections.map((section) => [section.key, section]));
}

/** All sections of ours, with those that only theirs has where theirs has them. */
function orderOf(ours: Section[], theirs: Section[], base: Map<string, Section>): Section[] {
  const inTheirs = byKey(theirs);
  const places = new Map(ours.map(({ key }, index) => [key, index]));
  const before: Section[][] = [...ours, undefined].map(() => []);
  let at = 0;
  for (const section of theirs) {
    const known = places.get(section.key);
    if (known !== undefined) {
      at = known + 1;
      continue;
    }
    while (at < ours.length && goesBefore(ours[at] as Section, section, inTheirs, base)) at++;
    before[at]?.push(section);
  }
  return before.flatMap((added, index) => [...added, ...ours.slice(index, index + 1)]);
}

/** Whether a section of ours comes before one that only theirs has, when both could stand in the same place. */
function goesBefore(mine: Section, added: Section, theirs: Map<string, Section>, base: Map<string, Section>): boolean {
  if (added.parent !== undefined) {
    if (mine.parent !== added.parent || theirs.has(mine.key)) return false;
    const [rank, other] = [mine, added].map(({ title }) => usualSections.indexOf(sameTitle(title))) as [number, number];
    return rank < 0 || other < 0 || rank < other;
  }
  if (mine.parent !== undefined) return true;
  if (theirs.has(mine.key) || added.kind === "unreleased") return false;
  if (mine.kind === "unreleased") return true;
  return base.has(mine.key) || !isNewer(added, mine);
}

function isNewer(a: Section, b: Section): boolean {
  if (a.kind !== "release" || b.kind !== "release") return false;
  return a.key.localeCompare(b.key, "en", { numeric: true }) > 0;
}

function mergeSection(three: Three<Section>, moved: Moved, eol: string): Outcome {
  const { base, ours, theirs } = three;
  const isSame = (a: Section | undefined, b: Section | undefined) => a !== undefined && a.norm === b?.norm;
  if (ours && (isSame(ours, theirs) || isSame(base, theirs) || (!theirs && !base))) return unchanged(ours);
  if (theirs && (isSame(base, ours) || (!ours && !base))) return unchanged(theirs);
  const section = (ours ?? theirs) as Section;
  const conflicts: Conflict[] = [];
  const refuse = (mine: string, other: string): string => {
    conflicts.push({ ...(section.release !== undefined && { release: section.release }), ours: mine, theirs: other });
    return `<<<<<<< ours${eol}${mine}=======${eol}${other}>>>>>>> theirs${eol}`;
  };
  const heading = mergeHeading(three, refuse);
  const pieces = mergeUnits(base?.units ?? [], ours?.units ?? [], theirs?.units ?? [], moved, refuse);
  const tail = ours && theirs ? threeOf({ base: base?.tail, ours: ours.tail, theirs: theirs.tail }) : section.tail;
  const keep = (ours && theirs) !== undefined || pieces.length > 0;
  return { section, heading, body: spaced(pieces, three, eol), tail, conflicts, keep };
}

function threeOf<T>({ base, ours, theirs }: { base: T | undefined; ours: T; theirs: T }): T {
  return ours === base ? theirs : ours;
}

function unchanged(section: Section): Outcome {
  const { heading, body, tail } = section;
  return { section, heading: heading?.raw ?? "", body, tail, conflicts: [], keep: true };
}

function mergeHeading({ base, ours, theirs }: Three<Section>, refuse: Refuse): string {
  const [b, o, t] = [base?.heading, ours?.heading, theirs?.heading];
  if (!o || !t) return (o ?? t)?.raw ?? "";
  if (o.norm === t.norm || t.norm === b?.norm) return o.raw;
  if (o.norm === b?.norm) return t.raw;
  const isSame = ours?.kind === "unreleased" || ours?.title === theirs?.title || (!base && ours?.kind === "section");
  return isSame ? o.raw : refuse(o.raw, t.raw);
}

// ---- entries and other blocks

type Refuse = (ours: string, theirs: string) => string;

function mergeUnits(base: Unit[], ours: Unit[], theirs: Unit[], moved: Moved, refuse: Refuse): Piece[] {
  const mine = align(base, ours, moved.ours);
  const other = align(base, theirs, moved.theirs);
  const added = abreast(additions(ours, mine), additions(theirs, other), base.length);
  const pieces: Piece[] = [];
  for (let i = 0; i <= base.length; i++) {
    for (const step of added[i] as Abreast[]) pieces.push(...mergeAdded(step, refuse));
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
  if (texts.length === 0 || mine.length === 0) return [...ours, ...theirs, ...end];
  const raw = refuse(joined(mine), joined(texts));
  const first = ours.indexOf(mine[0] as Unit);
  const rest = (units: Unit[]) => units.filter((unit) => unit.kind !== "text");
  return [
    ...rest(ours.slice(0, first)),
    { ...(mine[0] as Unit), raw },
    ...rest(ours.slice(first)),
    ...rest(theirs),
    ...end,
  ];
}

function joined(units: Unit[]): string {
  return units.map(({ gap, raw }, index) => (index === 0 ? raw : gap + raw)).join("");
}

function mergeUnit(base: Unit, ours: Unit | undefined, theirs: Unit | undefined, refuse: Refuse): Piece | undefined {
  if (!ours && !theirs) return undefined;
  if (!ours || !theirs) {
    const left = (ours ?? theirs) as Unit;
    if (left.norm === base.norm) return undefined;
    return { ...left, raw: refuse(ours?.raw ?? "", theirs?.raw ?? "") };
  }
  const gap = threeOf({ base: base.gap, ours: ours.gap, theirs: theirs.gap });
  if (ours.norm === base.norm && theirs.norm !== base.norm) return { ...theirs, gap };
  const isSame = theirs.norm === base.norm || ours.key === theirs.key;
  return { ...ours, gap, raw: isSame ? ours.raw : refuse(ours.raw, theirs.raw) };
}

// ---- blank lines

/** Puts the pieces together with the blank lines that fit what each now follows. */
function spaced(pieces: Piece[], { ours, theirs, base }: Three<Section>, eol: string): string {
  const units = [ours, theirs, base].flatMap((section) => section?.units ?? []);
  const usual = (above: Piece | undefined, kind: Unit["kind"]) =>
    units.find((unit) => unit.above?.kind === above?.kind && unit.kind === kind)?.gap;
  let text = "";
  let above: Piece | undefined;
  for (const piece of pieces) {
    const isThere = above?.norm === piece.above?.norm;
    const isAlike = above?.kind === piece.above?.kind;
    const isList = above?.kind === piece.kind && piece.kind !== "text";
    const gap = isAlike ? piece.gap : (usual(above, piece.kind) ?? (isList ? "" : eol));
    text = glued(text, isThere || gap !== "" || staysApart(above, piece) ? gap : eol, piece.raw);
    above = piece;
  }
  return text;
}

/** Whether one block directly under another is surely read as two. */
function staysApart(above: Piece | undefined, piece: Piece): boolean {
  if (above?.kind === "link" && piece.kind === "link") return true;
  return above?.kind !== "text" && piece.interrupts;
}

function print(outcomes: Outcome[], { ours, theirs }: { ours: Version; theirs: Version }, eol: string): string {
  const neighbours = new Set(
    [ours, theirs].flatMap(({ sections }) => sections.map(({ key }, i) => pair(key, sections[i + 1]))),
  );
  let text = "";
  for (const [index, { section, heading, body, tail }] of outcomes.entries()) {
    const next = outcomes[index + 1]?.section;
    text = glued(text, heading, body);
    const isKnown = neighbours.has(pair(section.key, next));
    const needsBlank = next !== undefined && text !== "" && (!isKnown || (next.heading?.setext && body !== ""));
    // Blank lines at the end of a file go when the section is no longer the last one of a side.
    text = glued(text, next || isKnown ? tail : "", needsBlank && tail === "" ? eol : "");
  }
  return text;
}

/** Texts one after the other; a line that ends with a mere CR does not take the LF of the next as its own. */
function glued(...texts: string[]): string {
  return texts.reduce((all, next) => all + (all.endsWith("\r") && next.startsWith("\n") ? `\r${next.slice(1)}` : next), "");
}

function pair(key: string, next: { key: string } | undefined): string {
  return JSON.stringify([key, next?.key]);
}
