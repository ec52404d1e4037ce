// Merges two versions of CHANGES.md by what they say: entry by entry under each heading, other text block by block.
import { usualLineEnd } from "./changes-add.ts";
import { sameTitle, usualSections } from "./changes-entries.ts";
import { parseChanges } from "./changes-parse.ts";
import { normal, type Section, sectionsOf } from "./changes-sections.ts";
import { type Moved, mergeUnits, type Refuse, spaced, Text, type Three, threeOf } from "./changes-units.ts";

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

/** A section of the result. */
interface Outcome {
  section: Section;
  heading: string;
  body: string;
  tail: string;
  conflicts: Conflict[];
  keep: boolean;
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

/** What the other side moved into a release is not merged under Unreleased as well, unless it was edited here. */
function dropReleased(mine: Version, other: Version, base: Version): void {
  const before = new Set(releasedKeys(changed(base, other)));
  const released = new Set(releasedKeys(changed(other, base)).filter((key) => !before.has(key)));
  if (released.size === 0) return;
  const open = (version: Version) => version.sections.filter((section) => section.release === undefined);
  const dropped = new Set(open(mine).flatMap((section) => section.drop(released)));
  for (const section of open(base)) section.drop(dropped);
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

// ---- to text

function print(outcomes: Outcome[], { ours, theirs }: { ours: Version; theirs: Version }, eol: string): string {
  const neighbours = new Set(
    [ours, theirs].flatMap(({ sections }) => sections.map(({ key }, i) => pair(key, sections[i + 1]))),
  );
  const text = new Text();
  for (const [index, { section, heading, body, tail }] of outcomes.entries()) {
    const next = outcomes[index + 1]?.section;
    text.add(heading);
    text.add(body);
    const isKnown = neighbours.has(pair(section.key, next));
    const needsBlank = next !== undefined && !text.isEmpty && (!isKnown || (next.heading?.setext && body !== ""));
    // Blank lines at the end of a file go when the section is no longer the last one of a side.
    if (next || isKnown) text.add(tail);
    if (needsBlank && tail === "") text.add(eol);
  }
  return text.toString();
}

function pair(key: string, next: { key: string } | undefined): string {
  return JSON.stringify([key, next?.key]);
}
