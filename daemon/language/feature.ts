// What a kind of document offers to an editor. Types only.
import type { TextDocument } from "vscode-languageserver-textdocument";
import type {
  CodeLens,
  Command,
  CompletionItem,
  Diagnostic,
  DocumentLink,
  DocumentSymbol,
  Position,
  Range,
  TextEdit,
} from "vscode-languageserver-types";
import type { Open } from "./documents.ts";
import type { Place } from "./places.ts";

/** A document that is read, where it lies. */
export interface Page {
  open: Open;
  text: TextDocument;
  place: Place;
  /** aborted when nobody waits for the answer any more */
  signal: AbortSignal;
  /** what the editor said it can do */
  editor: Editor;
}

export interface Editor {
  /** links to commands lead somewhere */
  commandLinks: boolean;
}

/** A change that mends something. */
export interface Fix {
  title: string;
  edits: TextEdit[];
}

/** Something wrong, with the ways to mend it; the first is the one to prefer, when it is said to be. */
export interface Finding {
  diagnostic: Diagnostic;
  fixes: () => Fix[];
  preferred: boolean;
}

/** A lens as it is placed; its words come when it is seen. */
export type PlacedLens = Pick<CodeLens, "range"> & { what: string; item?: number };

export interface Feature {
  findings?(page: Page): Promise<Finding[]>;
  complete?(page: Page, at: Position, invoked: boolean): Promise<{ items: CompletionItem[]; more: boolean }>;
  /** Markdown, and what it is about */
  hover?(page: Page, at: Position): Promise<{ markdown: string; range: Range } | undefined>;
  links?(page: Page): Promise<DocumentLink[]>;
  lenses?(page: Page): Promise<PlacedLens[]>;
  /** @returns undefined when there is nothing left to say */
  lensWords?(page: Page, lens: { what: string; item?: number | undefined }): Promise<Command | undefined>;
  symbols?(page: Page): Promise<DocumentSymbol[]>;
}
