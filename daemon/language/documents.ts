// The documents an editor has open, kept as it changes them. Knows no repository.
import { type Position, TextDocument, type TextDocumentContentChangeEvent } from "vscode-languageserver-textdocument";

/** Longer documents are not read: no changes file is, and each look at one would hold the daemon up. */
const longest = 5_000_000;
/** Characters of all documents of one editor together; what comes beyond is not read either. */
const mostTogether = 40_000_000;
const mostDocuments = 2000;
/** Characters to be copied for one message of changes that do not go in one pass: about a second. Everybody else waits meanwhile. */
const mostCopied = 400_000_000;

export interface Change {
  range?: { start: { line: number; character: number }; end: { line: number; character: number } } | undefined;
  text: string;
}

export interface Open {
  uri: string;
  languageId: string;
  version: number;
  /** undefined: too long to be read */
  text: TextDocument | undefined;
}

export class Documents {
  private readonly known = new Map<string, Open>();
  private together = 0;

  open({ uri, languageId, version, text }: { uri: string; languageId: string; version: number; text: string }): Open {
    this.close(uri);
    const document: Open = { uri, languageId, version, text: undefined };
    if (this.known.size >= mostDocuments) return document;
    this.known.set(uri, document);
    if (text.length <= longest) this.keep(document, TextDocument.create(uri, languageId, version, text));
    return document;
  }

  /** @returns undefined when it was never opened */
  change(uri: string, version: number, changes: Change[]): Open | undefined {
    const document = this.known.get(uri);
    if (!document) return undefined;
    document.version = version;
    // What comes before a change that gives the whole text does not matter.
    const whole = changes.findLastIndex((change) => change.range === undefined);
    const before = whole < 0 ? document.text : textOf(document, changes[whole]?.text ?? "");
    this.forget(document);
    const after = before && changed(before, changes.slice(whole + 1), version);
    if (after) this.keep(document, after);
    return document;
  }

  close(uri: string): boolean {
    const document = this.known.get(uri);
    if (document) this.forget(document);
    return this.known.delete(uri);
  }

  get(uri: string): Open | undefined {
    return this.known.get(uri);
  }

  all(): Open[] {
    return [...this.known.values()];
  }

  private keep(document: Open, text: TextDocument): void {
    const size = text.getText().length;
    if (this.together + size > mostTogether) return;
    this.together += size;
    document.text = text;
  }

  private forget(document: Open): void {
    this.together -= document.text?.getText().length ?? 0;
    document.text = undefined;
  }
}

const textOf = ({ uri, languageId, version }: Open, text: string): TextDocument | undefined =>
  text.length > longest ? undefined : TextDocument.create(uri, languageId, version, text);

/** @returns undefined when it becomes too long, or would take too long: then only the whole text helps */
function changed(document: TextDocument, changes: Change[], version: number): TextDocument | undefined {
  const joined: string | undefined = changes.length > 1 ? inOnePass(document, changes) : undefined;
  let copied = 0;
  for (const change of joined === undefined ? changes : [{ text: joined }]) {
    copied += document.getText().length;
    if (copied > mostCopied) return undefined;
    TextDocument.update(document, [within(document, change)], version);
  }
  TextDocument.update(document, [], version);
  return document.getText().length > longest ? undefined : document;
}

/** Lines beyond the end would make it lose count of its lines. */
function within(document: TextDocument, { range, text }: Change): TextDocumentContentChangeEvent {
  const place = (position: Position) => document.positionAt(document.offsetAt(position));
  return range ? { range: { start: place(range.start), end: place(range.end) }, text } : { text };
}

/**
 * The text after changes that come from the last place to the first, as editors send what was done at many places at
 * once: each lies before what is changed already, and so means the same in the text as it was.
 * @returns undefined when they come otherwise
 */
function inOnePass(document: TextDocument, changes: Change[]): string | undefined {
  const text = document.getText();
  const parts: string[] = [];
  let begin = text.length;
  for (const { range, text: put } of changes) {
    const from = range && placeIn(document, range.start);
    const to = range && placeIn(document, range.end);
    if (from === undefined || to === undefined || from > to || to > begin) return undefined;
    // Where two meet, what the first one put there may be part of the same line end, or belong behind the second one.
    if (to === begin && parts.length > 0 && (from === to || text[to - 1] === "\r")) return undefined;
    parts.push(text.slice(to, begin), put);
    begin = from;
  }
  parts.push(text.slice(0, begin));
  return parts.reverse().join("");
}

/** Undefined for a position beyond the end of its line: where that is depends on what was changed before. */
function placeIn(document: TextDocument, position: Position): number | undefined {
  const offset = document.offsetAt(position);
  const there = document.positionAt(offset);
  return there.line === position.line && there.character === position.character ? offset : undefined;
}
