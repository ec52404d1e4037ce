// Items named in a text as `#42`: found, explained, linked to, offered. For every kind of document.
import type { TextDocument } from "vscode-languageserver-textdocument";
import {
  type CompletionItem,
  CompletionItemKind,
  type DocumentLink,
  type Position,
  type Range,
} from "vscode-languageserver-types";
import { isMissingEntry } from "../../gate/rules.ts";
import { Fault } from "../../protocol/errors.ts";
import { itemByKey, type StoredItem } from "../work/work.ts";
import type { Page } from "./feature.ts";
import { itemHere, itemsToName, type Known, knownItems, type Named } from "./items.ts";
import type { Around } from "./language.ts";
import { code, escaped, plain } from "./markdown.ts";

export interface Reference {
  id: number;
  range: Range;
}

/** Nobody clicks through more. */
const mostLinks = 5000;

export function lineAt(text: TextDocument, line: number): string {
  const whole = text.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
  const ends = whole.endsWith("\r\n") ? 2 : whole.endsWith("\n") || whole.endsWith("\r") ? 1 : 0;
  return ends === 0 ? whole : whole.slice(0, -ends);
}

export const rangeIn = (line: number, from: number, to: number): Range => ({
  start: { line, character: from },
  end: { line, character: to },
});

/** The `#42` a position is in. */
export function referenceAt(text: TextDocument, { line, character }: Position): Reference | undefined {
  for (const found of lineAt(text, line).matchAll(/(?<![\w&#/])#(\d{1,15})(?!\w)/g)) {
    const end = found.index + found[0].length;
    if (character < found.index || character > end) continue;
    return { id: Number(found[1]), range: rangeIn(line, found.index, end) };
  }
  return undefined;
}

/** Links to the items that are known; `(#42)` and lists of them. */
export async function linksTo(around: Around, page: Page): Promise<DocumentLink[]> {
  if (!page.editor.commandLinks) return [];
  const text = page.text.getText();
  const named: { id: number; at: number; end: number }[] = [];
  for (const list of text.matchAll(/\(#\d{1,15}(?:[ \t\n]*[,;&][ \t\n]*#\d{1,15})*\)|^work-item:[ \t]*#\d{1,15}/gim)) {
    for (const one of list[0].matchAll(/#(\d+)/g)) {
      const at = list.index + one.index;
      named.push({ id: Number(one[1]), at, end: at + one[0].length });
    }
    if (named.length >= mostLinks) break;
  }
  const known = await knownItems(
    around,
    named.map(({ id }) => id),
  );
  return named.flatMap(({ id, at, end }) => {
    const item = known.get(id);
    const range = { start: page.text.positionAt(at), end: page.text.positionAt(end) };
    return item ? [{ range, target: commandLink(id), tooltip: plain(item.title) }] : [];
  });
}

const commandLink = (item: number): string =>
  `command:calcifer.work.show?${encodeURIComponent(JSON.stringify([{ item }]))}`;

/**
 * What is known of an item, as Markdown; undefined when nothing is.
 * @param about its key, where the document says it; whether the document has its entry, which may not be committed
 */
export async function explained(
  around: Around,
  page: Page,
  id: number,
  { key, hasEntry = false }: { key?: string; hasEntry?: boolean } = {},
): Promise<string | undefined> {
  const { mark } = await itemHere(around, page.place);
  const own = key === undefined ? (await knownItems(around, [id])).get(id) : await byKey(around, key);
  // Our #42 is not theirs: on their branch the number means their item.
  const theirs = mark && mark.id === id && mark.key !== own?.key && (key === undefined || mark.key === key);
  if (theirs)
    return `${heading(mark)}\n\nAn item of another database. Take it over: ${code("calcifer work adopt <branch>")}`;
  if (own) return described(around, page, own, hasEntry);
  return key === undefined
    ? undefined
    : `${heading({ id, title: "" })}\n\nAn item of another database: its key ${code(key)} is not known here.`;
}

const heading = ({ id, title }: { id: number; title: string }): string =>
  title === "" ? `**\\#${id}**` : `**\\#${id} ${escaped(title)}**`;

async function byKey({ world }: Around, key: string): Promise<Known | undefined> {
  return itemByKey(world.db, key);
}

async function described(
  around: Around,
  { signal }: Page,
  { key, ...item }: Known,
  hasEntry: boolean,
): Promise<string> {
  const stored = await itemByKey(around.world.db, key);
  const facts = [
    item.type,
    item.status,
    ...(stored?.service ? [escaped(stored.service)] : []),
    ...(item.branch ? [code(item.branch)] : []),
  ];
  signal.throwIfAborted();
  const standing = stored && (await standingOf(around, stored, hasEntry));
  return [heading(item), facts.join(" · "), ...(standing ? [escaped(standing)] : [])].join("\n\n");
}

async function standingOf(around: Around, item: StoredItem, hasEntry: boolean): Promise<string> {
  try {
    const { line, merge } = await around.standing(item);
    const missing = merge?.checks.find(isMissingEntry);
    return hasEntry && missing ? line.replace(missing.message, () => "its entry is not committed yet.") : line;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

/** Items as completions. `words` says what is written for one. */
export async function offers(
  around: Around,
  page: Page,
  at: { typed: string; range: Range },
  words: (item: Named) => { label: string; newText: string },
): Promise<{ items: CompletionItem[]; more: boolean }> {
  const { items, more } = await itemsToName(around, page.place, at.typed.replace(/\D/g, ""));
  const offered = items.map((item, n): CompletionItem => {
    const { label, newText } = words(item);
    return {
      label,
      kind: CompletionItemKind.Reference,
      detail: plain(item.title),
      labelDetails: { detail: ` ${plain(item.title)}`, description: item.status },
      // By what is typed: the number, or words of the title.
      filterText: `${newText} ${plain(item.title)}`,
      sortText: String(n).padStart(4, "0"),
      ...(n === 0 && { preselect: true }),
      textEdit: { range: at.range, newText },
    };
  });
  return { items: offered, more };
}
