// What a search asks for, how its hits are ranked, what a document is. Pure.
import { matches } from "../../gate/policy.ts";
import type { Document } from "../../protocol/docs.ts";

export const kinds = ["document", "item", "entry", "incident"] as const;

export interface Question {
  /** each a word, or words in quotes */
  terms: { text: string; quoted: boolean }[];
  kind: string | undefined;
  service: string | undefined;
}

const most = 32;

/** What was written into the search field; a sentence where it cannot be asked. */
export function question(words: readonly string[]): Question | string {
  const asked: Question = { terms: [], kind: undefined, service: undefined };
  const text = words.join(" ").replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, " ");
  for (const [, filter, quotedValue, value, quoted, word] of text.matchAll(
    /(?:(?<!\S)(kind|service):(?:"([^"]*)"?|(\S+)))|"([^"]*)"?|([^\s"]+)/gu,
  )) {
    // One of each two was found, or there would be no match.
    if (filter === "kind" || filter === "service") asked[filter] = ((quotedValue ?? value) as string).trim();
    else if (isWord(quoted ?? word))
      asked.terms.push({ text: (quoted ?? word) as string, quoted: quoted !== undefined });
  }
  if (asked.kind !== undefined && !(kinds as readonly string[]).includes(asked.kind))
    return `kind: ${JSON.stringify(asked.kind)} is none of ${kinds.join(", ")}.`;
  if (asked.terms.length === 0) return "words: there is no word to look for.";
  return asked.terms.length > most ? `words: at most ${most} words can be looked for.` : asked;
}

/** Punctuation alone is nothing the index has. */
const isWord = (text: string | undefined): boolean => text !== undefined && /[\p{L}\p{N}]/u.test(text);

/**
 * The question as an expression of the full-text index. Every term is quoted, so that nobody's words are an operator by
 * accident; the last one may be the beginning of a word, since it is still being written.
 * @param services numbers of the services it is narrowed to
 */
export function expression(asked: Question, services: readonly number[] | undefined): string {
  const terms = asked.terms.map(
    ({ text, quoted }, n) =>
      `"${text.replaceAll('"', " ")}"${n === asked.terms.length - 1 && !quoted && isBeginning(text) ? "*" : ""}`,
  );
  const parts = [`{title body} : (${terms.join(" AND ")})`];
  if (asked.kind !== undefined) parts.push(`facets : "k${asked.kind}"`);
  if (services) parts.push(`(${services.map((id) => `facets : "s${id}"`).join(" OR ")})`);
  return parts.join(" AND ");
}

/** One letter begins too many words to be ranked while somebody waits; where one sign is a word, it may. */
const isBeginning = (text: string): boolean =>
  !/^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]$/u.test(text);

const year = 365 * 86_400_000;

/**
 * How much a hit counts, most first: what the index says, and up to a quarter more for what is new.
 * @param rank of FTS5: below zero, the lower the better
 */
export function score(rank: number, at: string | null, now: Date): number {
  const age = at === null ? year : Math.max(0, now.getTime() - Date.parse(at));
  return -rank * (1 + 0.25 / (1 + (4 * age) / year));
}

/** The line a snippet begins on, where the text has it. */
export function lineOf(body: string, snippet: string): number | null {
  // The found word, with what is right around it: the snippet as it stands may be cut.
  const parts = snippet.replaceAll("\u0003", "\u0002").split("\u0002");
  if (parts.length < 2) return null;
  const whole = parts.join("").replace(/^…/, "").replace(/…$/, "");
  const before = (parts[0] as string).replace(/^…/, "");
  const at = body.indexOf(whole);
  return at < 0 ? null : body.slice(0, at + before.length).split("\n").length;
}

/** A snippet in one line, as it is shown. */
export const shownSnippet = (snippet: string): string => snippet.replace(/\s+/g, " ").trim();

/** What a title or a text may hold: nothing that the marks of a snippet, or a terminal, would take for its own. */
export const printable = (text: string): string => text.replace(/(?![\t\n])[\p{Cc}\p{Cf}]/gu, " ");

const longestHeading = 1000;

/** A document's first heading, else its file name. */
export function titleOf(path: string, text: string): string {
  const lines = text.slice(0, 20_000).split("\n");
  let fence: string | undefined;
  let at = 0;
  if (/^\uFEFF?---\s*$/.test(lines[0] as string)) {
    const close = lines.indexOf("---", 1);
    if (close > 0) at = close + 1;
  }
  for (; at < lines.length; at++) {
    const line = (lines[at] as string).slice(0, longestHeading).replace(/^\uFEFF/, "");
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence)))
      fence = fence === undefined ? mark : undefined;
    const heading = fence === undefined ? headingOf(line, lines[at + 1]) : undefined;
    if (heading) return printable(heading).slice(0, 200);
  }
  return path.slice(path.lastIndexOf("/") + 1);
}

function headingOf(line: string, next: string | undefined): string | undefined {
  const marked = /^ {0,3}#{1,6}[ \t]+(\S.*)$/.exec(line)?.[1];
  if (marked !== undefined) return marked.trim().replace(/[ \t]+#+$/, "");
  return /^ {0,3}\S/.test(line) && /^ {0,3}=+[ \t]*$/.test(next ?? "") ? line.trim() : undefined;
}

interface Owner {
  id: number;
  docs: string;
  /** globs of the part of the repository that is its own */
  paths: string[];
}

/** Whose a document is, of the services that share a repository: by folder of documents, by paths, else the oldest's. */
export function ownerOf<S extends Owner>(services: readonly S[], path: string): S | undefined {
  const first = [...services].sort((a, b) => a.id - b.id);
  const holds = ({ docs }: S) => isIn(docs, path);
  const longest = Math.max(...first.filter(holds).map((s) => s.docs.length));
  const inDocs = first.filter((s) => holds(s) && s.docs.length === longest);
  const candidates = inDocs.length > 0 ? inDocs : first;
  return candidates.find((s) => s.paths.length > 0 && matches(s.paths, path)) ?? candidates[0];
}

/** Whether a path of the repository lies in a folder of it. */
export const isIn = (folder: string, path: string): boolean => {
  const plain = folder.replace(/^\.\//, "").replace(/\/+$/, "");
  return plain === "" || plain === "." || path.startsWith(`${plain}/`);
};

/** Where a repository has templates of its own. */
export const templatesIn = ({ docs }: { docs: string }): string => `${docs.replace(/\/+$/, "")}/templates`;

/** @param file kind as it was read; an item's document is told by the item */
export const kindOf = (file: "service" | "endpoint" | "other" | "changes", item: number | null): Document["kind"] =>
  item !== null ? "item" : file === "changes" ? "other" : file;
