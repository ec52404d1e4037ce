// The documents an editor has open, kept as it changes them. Knows no repository.
import { TextDocument } from "vscode-languageserver-textdocument";

/** Longer documents are not read: no changes file is, and each look at one would hold the daemon up. */
const longest = 5_000_000;
/** Characters of all documents of one editor together; what comes beyond is not read either. */
const mostTogether = 40_000_000;
const mostDocuments = 2000;

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
    const rest = changes.slice(whole + 1);
    this.forget(document);
    if (!before) return document;
    const after = rest.reduce((so: TextDocument | undefined, change) => so && changed(so, change, version), before);
    if (after) this.keep(document, TextDocument.update(after, [], version));
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

function changed(document: TextDocument, { range, text }: Change, version: number): TextDocument | undefined {
  const next = TextDocument.update(document, [range ? { range, text } : { text }], version);
  return next.getText().length > longest ? undefined : next;
}
