// What is wrong in a changes file, and how it is mended. Pure: the text, and facts about the branch, in; findings out.
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type Diagnostic, DiagnosticSeverity, type Range } from "vscode-languageserver-types";
import { addEntry, type Entry, entries, entryProblems, parseChanges, removeEntry } from "../../gate/changes.ts";
import { addedAmong, entriesOf, hasWords, partsOf, sameText } from "../../gate/changes-entries.ts";
import { called } from "../../gate/rules.ts";
import { editTo } from "./edits.ts";
import type { Finding, Fix } from "./feature.ts";
import { plain } from "./markdown.ts";
import { lineAt, rangeIn } from "./references.ts";

export interface ChangesFacts {
  /** as a person calls it */
  file: string;
  /** the item of the branch that is checked out */
  item: { id: number; title: string } | undefined;
  /** the item's entry belongs into this file */
  needed: boolean;
  /** a merge waits for what is wrong with the entry */
  blocks: boolean;
  /** its entries where the branch left the trunk; on the trunk, as it was committed last */
  before: Entry[];
  /** those of the numbers that are items of this database, or may be others' */
  known: ReadonlySet<number>;
}

/** Of each kind. Nobody reads on, and an editor would drown in them. */
const most = 200;

/** A version of the document, read once. */
export interface Reading {
  document: TextDocument;
  all: Entry[];
  /** 0-based line of the Unreleased heading */
  open: number | undefined;
}

const readings = new WeakMap<TextDocument, Reading & { text: string }>();

/** Read once for each state of a document: an editor asks at every move of the cursor. */
export function reading(document: TextDocument): Reading {
  const text = document.getText();
  const known = readings.get(document);
  if (known?.text === text) return known;
  const changes = parseChanges(text);
  const line = partsOf(changes).find((part) => part.kind === "unreleased")?.heading?.line;
  const read = { document, text, all: entriesOf(changes), open: line === undefined ? undefined : line - 1 };
  readings.set(document, read);
  return read;
}

/** Numbers that the document names and did not name before. */
export function newlyNamed({ all }: Reading, before: Entry[]): number[] {
  return [...new Set(addedAmong(before, all).flatMap((entry) => entry.items))];
}

export function findingsIn(read: Reading, facts: ChangesFacts): Finding[] {
  const added = addedAmong(facts.before, read.all);
  const text = read.document.getText();
  const look: Look = {
    ...read,
    text,
    facts,
    added,
    released: new Set(),
    firstOf: firstAmong(read.all, facts.item?.id),
  };
  const released = releasedFindings(look);
  return [...released, ...ownFindings(look), ...wordless(look), ...unknownItems(look)].sort(
    (a, b) => a.diagnostic.range.start.line - b.diagnostic.range.start.line,
  );
}

interface Look extends Reading {
  text: string;
  facts: ChangesFacts;
  added: Entry[];
  /** lines of entries that are said to stand under a release */
  released: Set<number>;
  /** of the entries of the item that say the same, the first */
  firstOf(entry: Entry): Entry | undefined;
}

function firstAmong(all: Entry[], item: number | undefined): Look["firstOf"] {
  let first: Map<string, Entry> | undefined;
  return ({ text }) => {
    if (!first) {
      first = new Map();
      for (const entry of all)
        if (item !== undefined && entry.items.includes(item) && !first.has(sameText(entry.text)))
          first.set(sameText(entry.text), entry);
    }
    return first.get(sameText(text));
  };
}

// ---- entries under a released heading

function releasedFindings(look: Look): Finding[] {
  const { facts, all } = look;
  const before = byRelease(facts.before);
  const now = byRelease(all);
  const late = [...now].flatMap(([release, there]) => {
    const then = before.get(release);
    // A release that the branch itself makes brings its entries along.
    return release === "" || then === undefined ? [] : addedUnder(there, then, facts.item?.id);
  });
  for (const { line } of late) look.released.add(line);
  return late.slice(0, most).map((entry) => releasedFinding(look, entry));
}

function byRelease(all: Entry[]): Map<string, Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const entry of all) {
    if (entry.release === undefined) continue;
    const there = found.get(entry.release);
    if (there) there.push(entry);
    else found.set(entry.release, [entry]);
  }
  return found;
}

/** An old entry reworded is not a new one: of what is new, as many may be as others are gone, except for those of the item. */
function addedUnder(now: Entry[], before: Entry[], item: number | undefined): Entry[] {
  const [there, then] = [new Set(now.map((e) => sameText(e.text))), new Set(before.map((e) => sameText(e.text)))];
  const fresh = now.filter((entry) => !then.has(sameText(entry.text)));
  const gone = before.filter((entry) => !there.has(sameText(entry.text))).length;
  const names = (entry: Entry) => item !== undefined && entry.items.includes(item);
  return [...fresh.filter(names), ...fresh.filter((entry) => !names(entry)).slice(gone)];
}

function releasedFinding(look: Look, entry: Entry): Finding {
  const { facts, added } = look;
  const { item } = facts;
  const names = (one: Entry) => item !== undefined && one.items.includes(item.id);
  const alone = facts.needed && names(entry) && !added.some(names) ? item : undefined;
  const message =
    `This entry is new and stands under ${JSON.stringify(plain(entry.release ?? ""))}, which is released already. ` +
    `Readers of the next release would not see it${alone ? `, and it does not count for ${called(alone)}` : ""}. ` +
    "Move it to Unreleased.";
  return finding(look, {
    code: "released",
    range: rangeOf(look, entry),
    severity: alone && facts.blocks ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    message,
    related: look.open === undefined ? [] : [{ line: look.open, message: "Unreleased begins here." }],
    fixes: () => moveToUnreleased(look, entry),
  });
}

// ---- the entry of the branch's item

function ownFindings(look: Look): Finding[] {
  const { facts, added, text, all } = look;
  const { item } = facts;
  if (!item || !facts.needed) return [];
  const problems = entryProblems(text, item.id);
  const byLine = new Map(all.map((entry) => [entry.line, entry]));
  const shown = problems.slice(0, most).flatMap(({ line, message }) => {
    const entry = byLine.get(line);
    if (entry === undefined) return [outside(look, line, message)];
    // One that was there before is another's, or an older one: what is missing is a new one.
    if (entry.release !== undefined && entry.release !== "") return [];
    return [malformed(look, entry, message)];
  });
  const hasOne = added.some((entry) => entry.items.includes(item.id));
  if (hasOne || shown.length > 0 || all.some((entry) => look.released.has(entry.line) && entry.items.includes(item.id)))
    return shown;
  return [noEntry(look, item)];
}

function noEntry(look: Look, item: { id: number; title: string }): Finding {
  const { facts, open, document } = look;
  const line = open ?? 0;
  const message =
    `${facts.file} has no entry for ${called(item)}. ` +
    `Readers would not learn of it${facts.blocks ? ", and the branch cannot be merged" : ""}. ` +
    'Write one under Unreleased, or with the next commit: calcifer commit -m "…" --entry "…"';
  return finding(look, {
    code: "no-entry",
    range: rangeIn(line, 0, lineAt(document, line).length),
    severity: severity(facts),
    message,
    fixes: () => write(look, item),
  });
}

function write({ document, text }: Look, item: { id: number; title: string }): Fix[] {
  const words = hasWords(item.title) ? item.title : "Say what changes";
  return attempt(`Write the entry of #${item.id}`, document, () => addEntry(text, { text: words, item: item.id }).text);
}

/** An entry of the item that does not count: without words, there twice, above every heading, or not naming it properly. */
function malformed(look: Look, entry: Entry, message: string): Finding {
  const { facts, document, text } = look;
  const { id, title } = facts.item as { id: number; title: string };
  const remove = (what: string) => () => attempt(what, document, () => removeEntry(text, entry.line));
  const named = entry.items.includes(id);
  const first = look.firstOf(entry);
  const twin = first && first.line < entry.line ? first : undefined;
  const [next, fixes] =
    entry.release === ""
      ? ["Move it to Unreleased.", () => moveToUnreleased(look, entry)]
      : !named
        ? ["", () => nameProperly(look, entry, id)]
        : !hasWords(entry.text)
          ? ["Say what changes for readers.", () => [...fillWords(look, entry, title), ...remove("Remove the entry")()]]
          : ["Remove one of them.", remove("Remove the second one")];
  return finding(look, {
    code: "malformed-entry",
    range: rangeOf(look, entry),
    severity: severity(facts),
    message: `${message} ${next}`.trim(),
    related: twin && hasWords(entry.text) ? [{ line: twin.line - 1, message: "It stands here first." }] : [],
    fixes,
  });
}

function outside(look: Look, line: number, message: string): Finding {
  const { document, facts } = look;
  const source = lineAt(document, line - 1);
  const indent = /^\s*/.exec(source)?.[0].length ?? 0;
  return finding(look, {
    code: "malformed-entry",
    range: rangeIn(line - 1, indent, source.length),
    severity: severity(facts),
    message,
    fixes: () => [{ title: "Make it an entry", edits: [{ range: rangeIn(line - 1, indent, indent), newText: "- " }] }],
  });
}

/** `#42` in the entry becomes `(#42)`; where that is not enough, since it is in code, one is put at its end. */
function nameProperly({ document, text }: Look, entry: Entry, id: number): Fix[] {
  const title = `Name the item: (#${id})`;
  const [from, to] = [
    document.offsetAt({ line: entry.line - 1, character: 0 }),
    document.offsetAt({ line: entry.endLine, character: 0 }),
  ];
  const source = text.slice(from, to);
  const names = (after: string) => entries(after).some((e) => e.line === entry.line && e.items.includes(id));
  const bare = new RegExp(`\\(?#${id}(?!\\d)\\)?`);
  const replaced = text.slice(0, from) + source.replace(bare, `(#${id})`) + text.slice(to);
  if (names(replaced)) return attempt(title, document, () => replaced);
  return attempt(title, document, () => {
    const first = /(?:\r\n|\r|\n|$)/.exec(source)?.index ?? source.length;
    const after = `${text.slice(0, from + first)} (#${id})${text.slice(from + first)}`;
    if (!names(after)) throw new Error("it cannot be named here");
    return after;
  });
}

function fillWords({ document, text }: Look, entry: Entry, title: string): Fix[] {
  if (!hasWords(title)) return [];
  const line = lineAt(document, entry.line - 1);
  const at = line.indexOf("(#");
  if (at < 0) return [];
  const from = document.offsetAt({ line: entry.line - 1, character: at });
  return attempt("Write the item's title", document, () => `${text.slice(0, from)}${plain(title)} ${text.slice(from)}`);
}

/** Entries of others that say nothing. */
function wordless(look: Look): Finding[] {
  const { facts, all, document, text } = look;
  const own = (entry: Entry) => facts.needed && facts.item !== undefined && entry.items.includes(facts.item.id);
  const empty = all.filter((entry) => entry.release === undefined && !hasWords(entry.text) && !own(entry));
  return empty.slice(0, most).map((entry) =>
    finding(look, {
      code: "malformed-entry",
      range: rangeOf(look, entry),
      severity: DiagnosticSeverity.Warning,
      message: "This entry has no words, so readers learn nothing from it. Say what changes, or remove it.",
      fixes: () => attempt("Remove the entry", document, () => removeEntry(text, entry.line)),
    }),
  );
}

// ---- items nobody knows

function unknownItems(look: Look): Finding[] {
  const { facts, added } = look;
  const unknown = added.flatMap((entry) =>
    entry.items.filter((id) => !facts.known.has(id)).map((id) => ({ entry, id })),
  );
  return unknown.slice(0, most).map(({ entry, id }) => unknownItem(look, entry, id));
}

function unknownItem(look: Look, entry: Entry, id: number): Finding {
  const { document, facts } = look;
  const range = whereNamed(look, entry, id);
  const replace: Fix[] =
    facts.item && !entry.items.includes(facts.item.id)
      ? [
          {
            title: `Change it to #${facts.item.id}, the item of this branch`,
            edits: [{ range, newText: `#${facts.item.id}` }],
          },
        ]
      : [];
  return finding(look, {
    code: "unknown-item",
    range,
    severity: DiagnosticSeverity.Warning,
    message: `There is no work item #${id} here. The entry would lead readers nowhere. Name one there is, such as ${facts.item ? `(#${facts.item.id})` : "the one you work on"}.`,
    fixes: () => [...replace, { title: `Remove the reference to #${id}`, edits: [withoutReference(document, range)] }],
  });
}

function whereNamed({ document }: Look, entry: Entry, id: number): Range {
  for (let line = entry.line - 1; line < entry.endLine; line++) {
    const source = lineAt(document, line);
    for (const { index, 0: named } of source.matchAll(new RegExp(`#${id}(?!\\d)`, "g"))) {
      const before = source.slice(0, index);
      if (before.endsWith("(") || /^[,;&]?$/.test(before.trimEnd().slice(-1)))
        return rangeIn(line, index, index + named.length);
    }
  }
  const line = entry.line - 1;
  return rangeIn(line, 0, lineAt(document, line).length);
}

/** ` (#42)` goes whole, `#42` of a list with its comma. A regular expression for blanks at an end would begin anew at each of them. */
function withoutReference(document: TextDocument, { start, end }: Range) {
  const line = lineAt(document, start.line);
  const [before, behind] = [line.slice(0, start.character), line.slice(end.character)];
  if (before.endsWith("(") && behind.startsWith(")"))
    return { range: rangeIn(start.line, before.slice(0, -1).trimEnd().length, end.character + 1), newText: "" };
  const next = /^[ \t]*[,;&][ \t]*/.exec(behind);
  if (next) return { range: rangeIn(start.line, start.character, end.character + next[0].length), newText: "" };
  const listed = before.trimEnd();
  const from = /[,;&]$/.test(listed.slice(-1)) ? listed.slice(0, -1).trimEnd().length : start.character;
  return { range: rangeIn(start.line, from, end.character), newText: "" };
}

// ---- findings and their fixes

const severity = ({ blocks }: ChangesFacts): DiagnosticSeverity =>
  blocks ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;

interface Said {
  code: string;
  range: Range;
  severity: DiagnosticSeverity;
  message: string;
  related?: { line: number; message: string }[];
  fixes: () => Fix[];
}

function finding({ document }: Look, { code, range, severity, message, related = [], fixes }: Said): Finding {
  const diagnostic: Diagnostic = { range, severity, code: `calcifer/${code}`, source: "calcifer", message };
  if (related.length > 0)
    diagnostic.relatedInformation = related.map(({ line, message: says }) => ({
      location: { uri: document.uri, range: rangeIn(line, 0, lineAt(document, line).length) },
      message: says,
    }));
  return { diagnostic, fixes, preferred: true };
}

/** From the bullet to the end of the entry's text. */
function rangeOf({ document }: Look, entry: Entry): Range {
  const indent = /^\s*/.exec(lineAt(document, entry.line - 1))?.[0].length ?? 0;
  const last = entry.endLine - 1;
  return {
    start: { line: entry.line - 1, character: indent },
    end: { line: last, character: lineAt(document, last).length },
  };
}

function moveToUnreleased({ document, text }: Look, entry: Entry): Fix[] {
  const section = entry.section === undefined ? {} : { section: entry.section };
  return attempt(
    "Move it to Unreleased",
    document,
    () => addEntry(removeEntry(text, entry.line), { text: entry.text, ...section }).text,
  );
}

/** What the gate cannot write is not offered: words it refuses, say. */
function attempt(title: string, document: TextDocument, after: () => string): Fix[] {
  try {
    const edits = editTo(document, after());
    return edits.length === 0 ? [] : [{ title, edits }];
  } catch {
    return [];
  }
}
