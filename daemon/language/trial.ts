// An editor for tests: speaks LSP over any pair of streams, remembers what it was told.
import net from "node:net";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";
import type {
  CodeAction,
  CodeLens,
  CompletionList,
  Diagnostic,
  DocumentSymbol,
  Hover,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver-types";
import { folders } from "../../protocol/paths.ts";
import { Deframer, frame } from "../../protocol/wire.ts";

export interface Message {
  id?: number | string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string };
}

interface Published {
  uri: string;
  version?: number;
  diagnostics: Diagnostic[];
}

const full = {
  workspace: { workspaceEdit: { documentChanges: true }, codeLens: { refreshSupport: true } },
  textDocument: {
    hover: { contentFormat: ["markdown", "plaintext"] },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
  },
};

export const uriOf = (file: string): string => pathToFileURL(file).href;

export class Editor {
  readonly heard: Message[] = [];
  readonly closed: Promise<void>;
  private readonly frames = new Deframer();
  private readonly output: Writable;
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly watchers = new Set<() => void>();
  private readonly documents = new Map<string, TextDocument>();
  private last = 0;

  static async to(env: Record<string, string | undefined>): Promise<Editor> {
    const socket = net.connect(folders(env).socket);
    await new Promise<void>((resolve, reject) => socket.once("connect", () => resolve()).once("error", reject));
    return new Editor(socket, socket);
  }

  /** Initialized, with all capabilities an editor can have. */
  static async begun(env: Record<string, string | undefined>, options?: object): Promise<Editor> {
    const editor = await Editor.to(env);
    await editor.begin(options);
    return editor;
  }

  constructor(input: Readable, output: Writable) {
    this.output = output;
    output.on("error", () => {});
    input.on("data", (chunk: Buffer) => {
      for (const text of this.frames.push(chunk)) this.hear(JSON.parse(text) as Message);
    });
    this.closed = new Promise((resolve) => input.once("close", () => resolve()));
  }

  async begin(initializationOptions?: object, capabilities: object = full): Promise<Message> {
    const answer = await this.ask("initialize", { processId: process.pid, capabilities, initializationOptions });
    this.tell("initialized", {});
    return answer;
  }

  send(message: object): void {
    this.output.write(frame({ jsonrpc: "2.0", ...message }));
  }

  tell(method: string, params: unknown): void {
    this.send({ method, params });
  }

  ask(method: string, params: unknown, id = ++this.last): Promise<Message> {
    const answer = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
    this.send({ id, method, params });
    return answer;
  }

  async must<T>(method: string, params: unknown): Promise<T> {
    const { result, error } = await this.ask(method, params);
    if (error) throw new Error(`${method}: ${error.code} ${error.message}`);
    return result as T;
  }

  end(): void {
    this.output.end();
  }

  private hear(message: Message): void {
    const answered = message.method === undefined ? this.waiting.get(message.id as number) : undefined;
    if (answered) answered(message);
    else this.heard.push(message);
    for (const look of this.watchers) look();
  }

  /** Resolves with what `find` finds in what was heard, now or later. */
  until<T>(find: () => T | undefined, what: string, ms = 8000): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.watchers.delete(look);
        clearTimeout(late);
      };
      const look = () => {
        const found = find();
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const late = setTimeout(() => {
        stop();
        reject(new Error(`it was not told: ${what}; heard: ${JSON.stringify(this.heard.slice(-3))}`));
      }, ms);
      this.watchers.add(look);
      look();
    });
  }

  // ---- documents

  open(uri: string, text: string, languageId = "markdown"): void {
    this.documents.set(uri, TextDocument.create(uri, languageId, 1, text));
    this.tell("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } });
  }

  /** Changes a document as an editor does: here and there. */
  edit(uri: string, ...changes: { range?: TextEdit["range"]; text: string }[]): void {
    const document = this.document(uri);
    TextDocument.update(document, changes as never, document.version + 1);
    this.tell("textDocument/didChange", {
      textDocument: { uri, version: document.version },
      contentChanges: changes,
    });
  }

  replace(uri: string, text: string): void {
    this.edit(uri, { text });
  }

  close(uri: string): void {
    this.tell("textDocument/didClose", { textDocument: { uri } });
  }

  document(uri: string): TextDocument {
    return this.documents.get(uri) as TextDocument;
  }

  text(uri: string): string {
    return this.document(uri).getText();
  }

  /** The newest diagnostics of a document, once they fit. */
  diagnostics(
    uri: string,
    fits: (found: Diagnostic[], version?: number) => boolean = () => true,
  ): Promise<Diagnostic[]> {
    return this.until(() => {
      const told = this.published(uri).at(-1);
      return told && fits(told.diagnostics, told.version) ? told.diagnostics : undefined;
    }, `diagnostics of ${uri}`);
  }

  published(uri: string): Published[] {
    return this.heard
      .filter((m) => m.method === "textDocument/publishDiagnostics")
      .map((m) => m.params as Published)
      .filter((p) => p.uri === uri);
  }

  actions(uri: string, diagnostic: Diagnostic): Promise<CodeAction[]> {
    const context = { diagnostics: [diagnostic] };
    return this.must("textDocument/codeAction", { textDocument: { uri }, range: diagnostic.range, context });
  }

  /** The document as it is once an edit is made in it. */
  after(uri: string, edit: WorkspaceEdit | undefined): string {
    const [change] = edit?.documentChanges ?? [];
    const edits = edit?.changes?.[uri] ?? (change && "edits" in change ? (change.edits as TextEdit[]) : []);
    return TextDocument.applyEdits(this.document(uri), edits);
  }

  completion(uri: string, line: number, character: number, more: object = {}): Promise<CompletionList | null> {
    return this.must("textDocument/completion", { textDocument: { uri }, position: { line, character }, ...more });
  }

  hover(uri: string, line: number, character: number): Promise<Hover | null> {
    return this.must("textDocument/hover", { textDocument: { uri }, position: { line, character } });
  }

  async lenses(uri: string): Promise<CodeLens[]> {
    const placed = await this.must<CodeLens[]>("textDocument/codeLens", { textDocument: { uri } });
    return Promise.all(placed.map((lens) => this.must<CodeLens>("codeLens/resolve", lens)));
  }

  symbols(uri: string): Promise<DocumentSymbol[]> {
    return this.must("textDocument/documentSymbol", { textDocument: { uri } });
  }
}

/** What a diagnostic says; newer clients may take Markdown, ours is plain. */
export function messageOf(found: Diagnostic | undefined): string {
  if (typeof found?.message !== "string") throw new Error(`no sentence in ${JSON.stringify(found)}`);
  return found.message;
}

/** `^` marks where something is: the text without it, and the position. */
export function at(marked: string): { text: string; line: number; character: number } {
  const offset = marked.indexOf("^");
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return { text, ...TextDocument.create("x", "x", 1, text).positionAt(offset) };
}
