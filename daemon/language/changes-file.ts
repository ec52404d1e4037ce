// The changes file in an editor: what is wrong in it, its items, the words above Unreleased, its outline.
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type DocumentSymbol, type Position, SymbolKind } from "vscode-languageserver-types";
import { type Entry, parseChanges } from "../../gate/changes.ts";
import { addedAmong, entriesOf, type Part, partsOf } from "../../gate/changes-entries.ts";
import { branchState } from "./branch-facts.ts";
import { findingsIn, newlyNamed, reading } from "./changes-findings.ts";
import type { Feature, Page, PlacedLens } from "./feature.ts";
import { knownItems } from "./items.ts";
import type { Around } from "./language.ts";
import { plain } from "./markdown.ts";
import { explained, lineAt, linksTo, offers, rangeIn, referenceAt } from "./references.ts";

export function changesFile(around: Around): Feature {
  return {
    async findings(page) {
      const { facts } = await branchState(around, page.place);
      const read = reading(page.text);
      const found = await knownItems(around, newlyNamed(read, facts.before));
      page.signal.throwIfAborted();
      const known = new Set([...found.keys(), ...(facts.item ? [facts.item.id] : [])]);
      return findingsIn(read, { ...facts, known });
    },

    async complete(page, at, invoked) {
      const place = whereToName(page.text, at, invoked);
      if (!place) return { items: [], more: false };
      const { from, to, typed, inList } = place;
      return offers(around, page, { typed, range: rangeIn(at.line, from, to) }, ({ id }) => ({
        label: `#${id}`,
        newText: inList ? `#${id}` : `(#${id})`,
      }));
    },

    async hover(page, at) {
      const reference = referenceAt(page.text, at);
      if (!reference) return undefined;
      const { id, range } = reference;
      const hasEntry = reading(page.text).all.some((entry) => entry.release === undefined && entry.items.includes(id));
      const markdown = await explained(around, page, id, { hasEntry });
      return markdown === undefined ? undefined : { markdown, range };
    },

    links: (page) => linksTo(around, page),

    async lenses(page) {
      const line = reading(page.text).open;
      if (line === undefined) return [];
      const range = rangeIn(line, 0, lineAt(page.text, line).length);
      const missing = await missingItem(around, page);
      const lenses: PlacedLens[] = [{ range, what: "release" }];
      return missing === undefined ? lenses : [...lenses, { range, what: "add", item: missing }];
    },

    async lensWords(page, { what, item }) {
      const { service } = await branchState(around, page.place);
      const repo = page.place.opened.repo.top;
      if (what === "add" && item !== undefined)
        return { title: `Add entry for #${item}`, command: "calcifer.changes.add", arguments: [{ item, repo }] };
      const count = reading(page.text).all.filter((entry) => entry.release === undefined).length;
      if (count === 0) return { title: "no entries yet", command: "" };
      return {
        title: `${count === 1 ? "1 entry" : `${count} entries`} · next release…`,
        command: "calcifer.changes.release",
        arguments: [{ service: service.service.name, repo }],
      };
    },

    async symbols({ text }) {
      return outline(text);
    },
  };
}

// ---- completion

interface Naming {
  from: number;
  to: number;
  typed: string;
  /** within `(#41, …)`, where the parentheses are there */
  inList: boolean;
}

/** Where an item may be named: behind `(`, `(#`, `#`, in a list of items; anywhere in an entry when asked for. */
function whereToName(text: TextDocument, { line, character }: Position, invoked: boolean): Naming | undefined {
  const source = lineAt(text, line);
  const skipped = Math.max(0, character - longestName);
  const before = source.slice(skipped, character);
  const closes = source[character] === ")" ? 1 : 0;
  const list = /\((?:#\d{1,15}[ \t]*[,;&][ \t]*)+(#?(?:[\p{L}\p{N}_-]*))$/u.exec(before);
  if (list) return { from: character - (list[1]?.length ?? 0), to: character, typed: list[1] ?? "", inList: true };
  const opened = /(?<![\w\]&])(\(#?|#)([\p{L}\p{N}_-]*)$/u.exec(before);
  if (opened) {
    // At the beginning of a line it is a heading, and a word in brackets is mostly a word.
    if (opened[1] === "#" && source.slice(0, skipped + opened.index).trim() === "") return undefined;
    if (opened[1] === "(" && !invoked && opened[2] !== "") return undefined;
    return {
      from: skipped + opened.index,
      to: character + (opened[1] === "#" ? 0 : closes),
      typed: opened[2] ?? "",
      inList: false,
    };
  }
  return invoked && /^\s*[-*+][ \t]/.test(source.slice(0, character)) && /\s$/.test(before)
    ? { from: character, to: character, typed: "", inList: false }
    : undefined;
}

// ---- lenses

async function missingItem(around: Around, page: Page): Promise<number | undefined> {
  const { facts, fragment } = await branchState(around, page.place);
  if (fragment === "missing") return facts.item?.id;
  const { item, needed, before } = facts;
  if (!item || !needed) return undefined;
  const added = addedAmong(before, reading(page.text).all);
  return added.some((e) => e.items.includes(item.id)) ? undefined : item.id;
}

// ---- outline

/** Nobody reads on in an outline. */
const mostSymbols = 10_000;
/** Nor in a line. */
const longestName = 500;

function outline(text: TextDocument): DocumentSymbol[] {
  const changes = parseChanges(text.getText());
  const left = entriesOf(changes).slice(0, mostSymbols);
  let at = 0;
  const parts = partsOf(changes).slice(0, mostSymbols);
  const ends = endsOf(parts, text.lineCount - 1);
  const top: DocumentSymbol[] = [];
  let release: DocumentSymbol | undefined;
  for (const [n, part] of parts.entries()) {
    const room = mostSymbols - at - n;
    if (room <= 0) break;
    const last = parts[n + 1]?.heading?.line ?? Number.POSITIVE_INFINITY;
    const own: DocumentSymbol[] = [];
    for (let entry = left[at]; entry && entry.line < last && own.length < room; entry = left[++at])
      own.push(entrySymbol(text, entry));
    const symbol = part.heading && headingSymbol(text, part, ends[n] as number, own);
    if (!symbol) top.push(...own);
    else if (part.kind === "section" && release) release.children?.push(symbol);
    else {
      top.push(symbol);
      release = symbol;
    }
  }
  return top;
}

/** The last line of each part: a section ends at the next heading, everything else at the next that is no section's. */
function endsOf(parts: Part[], last: number): number[] {
  const ends: number[] = [];
  let [any, whole] = [last, last];
  for (const { kind, heading } of parts.toReversed()) {
    ends.push(kind === "section" ? any : whole);
    if (!heading) continue;
    any = heading.line - 2;
    if (kind !== "section") whole = any;
  }
  return ends.reverse();
}

function headingSymbol(text: TextDocument, part: Part, end: number, children: DocumentSymbol[]): DocumentSymbol {
  const { line, title } = part.heading as { line: number; title: string };
  const at = rangeIn(line - 1, 0, lineAt(text, line - 1).length);
  const last = Math.max(end, line - 1);
  return {
    name: plain(title.slice(0, longestName)) || "(no title)",
    kind: part.kind === "section" ? SymbolKind.Namespace : SymbolKind.Module,
    range: { start: at.start, end: { line: last, character: lineAt(text, last).length } },
    selectionRange: at,
    children,
  };
}

function entrySymbol(text: TextDocument, entry: Entry): DocumentSymbol {
  const last = entry.endLine - 1;
  const start = { line: entry.line - 1, character: 0 };
  const line = (entry.text.split("\n", 1)[0] ?? "").slice(0, longestName);
  const words = plain(line.replace(/\s*\(#\d+\)/g, ""));
  return {
    name: (words.length > 100 ? `${words.slice(0, 99).toWellFormed()}…` : words) || "(no words)",
    ...(entry.items.length > 0 && { detail: entry.items.map((id) => `#${id}`).join(", ") }),
    kind: SymbolKind.String,
    range: { start, end: { line: last, character: lineAt(text, last).length } },
    selectionRange: rangeIn(entry.line - 1, 0, lineAt(text, entry.line - 1).length),
  };
}
