// One editor at a time: its documents, what it can do, and what it is told without asking. Knows LSP; what documents say is each kind's own.
import { JSONRPCErrorException } from "json-rpc-2.0";
import {
  type CodeAction,
  CodeActionKind,
  type Command,
  type Diagnostic,
  type DocumentSymbol,
  type Range,
  type SymbolInformation,
} from "vscode-languageserver-types";
import { policyFile } from "../../gate/policy.ts";
import { Fault } from "../../protocol/errors.ts";
import { version as ours } from "../../protocol/generated.ts";
import type { Caller } from "../dispatch.ts";
import { Soon } from "../git/folders.ts";
import { pause } from "../life/clock.ts";
import { changesFile } from "./changes-file.ts";
import { commitMessage } from "./commit-message.ts";
import { Documents, type Open } from "./documents.ts";
import type { Feature, Finding, Page } from "./feature.ts";
import type { Around, Desk } from "./language.ts";
import { withoutMarks } from "./markdown.ts";
import * as asked from "./params.ts";
import { type Place, placeOf } from "./places.ts";
import { policyDocument } from "./policy-file.ts";

/** Milliseconds of quiet before a document is looked at again. */
const quiet = 100;
/** Characters from which on a document is looked at less often. */
const large = 500_000;
/** No document has so many. */
const mostLenses = 10;
const invalidRequest = -32600;

export class Sessions implements Desk {
  private readonly sessions = new WeakMap<Caller, Session>();
  private readonly around: Around;
  private readonly features: Record<Place["kind"], Feature>;

  constructor(around: Around) {
    this.around = around;
    this.features = { changes: changesFile(around), policy: policyDocument, message: commitMessage(around) };
  }

  begin(params: unknown, caller: Caller): unknown {
    if (this.sessions.has(caller))
      throw new JSONRPCErrorException("This connection was initialized already.", invalidRequest);
    const session = new Session(this.around, this.features, caller, asked.read(asked.Initialize, params));
    this.sessions.set(caller, session);
    return { capabilities, serverInfo: { name: "calcifer", version: ours } };
  }

  answer(method: string, params: unknown, caller: Caller, signal: AbortSignal): unknown {
    const session = this.sessions.get(caller);
    if (!session) throw new JSONRPCErrorException("The initialize of this connection failed.", invalidRequest);
    return session.answer(method, params, signal);
  }
}

const capabilities = {
  positionEncoding: "utf-16",
  textDocumentSync: { openClose: true, change: 2, save: true },
  completionProvider: { triggerCharacters: ["#", "("] },
  hoverProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  codeLensProvider: { resolveProvider: true },
  documentLinkProvider: { resolveProvider: false },
  documentSymbolProvider: true,
};

interface Watched {
  looking: Soon;
  /** as it was told last */
  told: { version: number; diagnostics: string } | undefined;
  /** its lenses as the editor has them, for that text */
  lenses: { text: string; placed: string; words: Map<string, string> } | undefined;
  /** it was none of ours when it was looked at */
  strange: boolean;
}

class Session {
  private readonly around: Around;
  private readonly features: Record<Place["kind"], Feature>;
  private readonly caller: Caller;
  private readonly client: asked.Initialize;
  private readonly documents = new Documents();
  private readonly watched = new Map<string, Watched>();
  private readonly refreshing = new Soon(async () => {
    // Where it cannot be told, the editor may ask.
    if (await this.lensesDiffer().catch(() => true)) this.refreshLenses();
  }, quiet);
  private readonly deaf: () => void;
  /** what was found in the documents as they are, until something happens: an editor asks at every move of the cursor */
  private found = new WeakMap<Open, { text: string; findings: Finding[] }>();
  private lenses: boolean;
  private over = false;

  constructor(around: Around, features: Record<Place["kind"], Feature>, caller: Caller, client: asked.Initialize) {
    this.around = around;
    this.features = features;
    this.caller = caller;
    this.client = client;
    this.lenses = client.initializationOptions.codeLens !== false;
    // Any item may be named in any document, and any branch may have moved.
    this.deaf = around.world.onEvent(({ name }) => this.lookAgain(name.startsWith("service.")));
    caller.closed.addEventListener("abort", () => this.end(), { once: true });
    if (caller.closed.aborted) this.end();
  }

  answer(method: string, params: unknown, signal: AbortSignal): unknown {
    if (this.over) throw new JSONRPCErrorException("The editor said shutdown before.", invalidRequest);
    return this.methods[method]?.(params, signal) ?? null;
  }

  private readonly methods: Record<string, (params: unknown, signal: AbortSignal) => unknown> = {
    shutdown: () => this.end(),
    "textDocument/didOpen": (params) => {
      const { textDocument } = asked.read(asked.Open, params);
      this.documents.open(textDocument);
      // One too many is not kept.
      if (this.documents.get(textDocument.uri)) this.watch(textDocument.uri).looking.ask();
    },
    "textDocument/didChange": (params) => {
      const { textDocument, contentChanges } = asked.read(asked.Change, params);
      if (this.documents.change(textDocument.uri, textDocument.version, contentChanges))
        this.watch(textDocument.uri).looking.ask();
    },
    // What lies in the work tree counts until the policy is committed, so that all may look different.
    "textDocument/didSave": (params) => {
      // The policy says which files are ours.
      this.lookAgain(asked.read(asked.OfDocument, params).textDocument.uri.endsWith(`/${policyFile}`));
    },
    "textDocument/didClose": (params) => this.close(asked.read(asked.OfDocument, params).textDocument.uri),
    "workspace/didChangeConfiguration": (params) => {
      const enabled = asked.read(asked.Configuration, params).settings?.calcifer?.codeLens?.enabled;
      if (enabled === undefined || enabled === this.lenses) return;
      this.lenses = enabled;
      this.refreshLenses();
    },
    "textDocument/completion": async (params, signal) => {
      const { textDocument, position, context } = asked.read(asked.Completion, params);
      const found = await this.on(textDocument.uri, signal, async (feature, page) =>
        feature.complete?.(page, position, context?.triggerKind === undefined || context.triggerKind === 1),
      );
      return found ? { isIncomplete: found.more, items: found.items } : null;
    },
    "textDocument/hover": async (params, signal) => {
      const { textDocument, position } = asked.read(asked.AtPosition, params);
      const found = await this.on(textDocument.uri, signal, async (feature, page) => feature.hover?.(page, position));
      if (!found) return null;
      const marked = this.client.capabilities.textDocument.hover.contentFormat?.includes("markdown") ?? true;
      const contents = marked
        ? { kind: "markdown", value: found.markdown }
        : { kind: "plaintext", value: withoutMarks(found.markdown) };
      return { contents, range: found.range };
    },
    "textDocument/codeAction": async (params, signal) => {
      const { textDocument, range, context } = asked.read(asked.CodeAction, params);
      if (context?.only && !context.only.some((kind) => isOrHolds(kind, CodeActionKind.QuickFix))) return [];
      const found = await this.on(textDocument.uri, signal, async (feature, page) => {
        const findings = (await this.findingsOf(feature, page)) ?? [];
        const near = findings.filter(({ diagnostic }) => touches(diagnostic.range, range));
        return near.flatMap((finding) => this.actions(page, finding, context?.diagnostics ?? []));
      });
      return found ?? [];
    },
    "textDocument/codeLens": async (params, signal) => {
      const { uri } = asked.read(asked.OfDocument, params).textDocument;
      if (!this.lenses) return [];
      const [text, { found }] = [this.textOf(uri), this];
      const placed = await this.placeLenses(uri, signal);
      // What happened meanwhile may be in it, or not.
      if (found !== this.found) this.refreshing.ask();
      const watched = this.watched.get(uri);
      if (watched && text !== undefined) watched.lenses = { text, placed: JSON.stringify(placed), words: new Map() };
      return placed;
    },
    "codeLens/resolve": async (params, signal) => {
      const { range, data } = asked.read(asked.Lens, params);
      const { found } = this;
      const command = await this.wordsOf(data, signal);
      if (found !== this.found) this.refreshing.ask();
      const words = this.watched.get(data.uri)?.lenses?.words;
      if (words && words.size < mostLenses) words.set(JSON.stringify(data), JSON.stringify(command));
      return { range, data, command };
    },
    "textDocument/documentLink": async (params, signal) => {
      const { uri } = asked.read(asked.OfDocument, params).textDocument;
      return (await this.on(uri, signal, async (feature, page) => feature.links?.(page))) ?? [];
    },
    "textDocument/documentSymbol": async (params, signal) => {
      const { uri } = asked.read(asked.OfDocument, params).textDocument;
      const found = (await this.on(uri, signal, async (feature, page) => feature.symbols?.(page))) ?? [];
      const nested = this.client.capabilities.textDocument.documentSymbol.hierarchicalDocumentSymbolSupport === true;
      return nested ? found : found.flatMap((symbol) => flat(symbol, uri));
    },
  };

  /** Asks the feature a document belongs to; undefined where it belongs to none. */
  private async on<T>(
    uri: string,
    signal: AbortSignal,
    ask: (feature: Feature, page: Page) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const open = this.documents.get(uri);
    if (!open?.text) return undefined;
    const { text } = open;
    const place = await this.placed(open);
    signal.throwIfAborted();
    if (!place) return undefined;
    const editor = { commandLinks: this.client.initializationOptions.commandLinks === true };
    const answer = await ask(this.features[place.kind], { open, text, place, signal, editor });
    signal.throwIfAborted();
    return answer;
  }

  /** A repository that cannot be read is told elsewhere; a document in it has nothing to say. */
  private async placed(open: Open): Promise<Place | undefined> {
    try {
      const place = await placeOf(this.around, open);
      const watched = this.watched.get(open.uri);
      if (watched) watched.strange = place === undefined;
      return place;
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  // ---- fixes

  private actions({ text, open }: Page, { diagnostic, fixes, preferred }: Finding, theirs: object[]): CodeAction[] {
    const versioned = this.client.capabilities.workspace.workspaceEdit.documentChanges === true;
    const known = (theirs as Diagnostic[]).find(
      (one) => one.code === diagnostic.code && JSON.stringify(one.range) === JSON.stringify(diagnostic.range),
    );
    return fixes().map(({ title, edits }, n) => ({
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [known ?? this.helped(diagnostic)],
      ...(n === 0 && preferred && { isPreferred: true }),
      edit: versioned
        ? { documentChanges: [{ textDocument: { uri: text.uri, version: open.version }, edits }] }
        : { changes: { [text.uri]: edits } },
    }));
  }

  /** With a link to what the code means, where the editor said where that is. */
  private helped(diagnostic: Diagnostic): Diagnostic {
    const help = this.client.initializationOptions.diagnosticsHelp;
    if (help === undefined || diagnostic.code === undefined) return diagnostic;
    return { ...diagnostic, codeDescription: { href: `${help}#${String(diagnostic.code).replace("calcifer/", "")}` } };
  }

  // ---- what is told without being asked

  private watch(uri: string): Watched {
    const known = this.watched.get(uri);
    if (known) return known;
    const looking = new Soon(
      () => this.look(uri),
      quiet,
      (error) => this.around.world.log.error({ err: error }, "a document could not be looked at"),
    );
    const watched: Watched = { looking, told: undefined, lenses: undefined, strange: false };
    this.watched.set(uri, watched);
    return watched;
  }

  /** @param strangers also those that were of no service: one may have come */
  private lookAgain(strangers: boolean): void {
    this.found = new WeakMap();
    for (const { looking, strange } of this.watched.values()) if (strangers || !strange) looking.ask();
    this.refreshing.ask();
  }

  private async findingsOf(feature: Feature, page: Page): Promise<Finding[] | undefined> {
    const { found } = this;
    const text = page.text.getText();
    const known = found.get(page.open);
    if (known?.text === text) return known.findings;
    const findings = await feature.findings?.(page);
    if (findings && page.text.getText() === text) found.set(page.open, { text, findings });
    return findings;
  }

  private async look(uri: string): Promise<void> {
    const watched = this.watched.get(uri);
    const { closed } = this.caller;
    const length = this.textOf(uri)?.length ?? 0;
    // Everybody else waits while it is read, so what is large is read less often.
    if (length > large) await pause(length / 2000, closed);
    const version = this.documents.get(uri)?.version;
    if (!watched || version === undefined) return;
    const found = await this.on(uri, closed, async (feature, page) => this.findingsOf(feature, page)).catch(
      (error: unknown) => {
        if (!closed.aborted) throw error;
      },
    );
    // Meanwhile closed, or changed: then another look is due.
    if (this.watched.get(uri) !== watched || this.documents.get(uri)?.version !== version) return;
    // A document of no service is not spoken of, unless it was one's before.
    if (found || watched.told) this.tell(uri, watched, version, found ?? []);
  }

  private tell(uri: string, watched: Watched, version: number, found: Finding[]): void {
    const diagnostics = found.map(({ diagnostic }) => this.helped(diagnostic));
    const as = JSON.stringify(diagnostics);
    if (watched.told?.diagnostics === as && watched.told.version === version) return;
    watched.told = { version, diagnostics: as };
    this.caller.notify("textDocument/publishDiagnostics", { uri, version, diagnostics });
  }

  // ---- lenses

  private async placeLenses(uri: string, signal: AbortSignal): Promise<{ range: Range; data: asked.Lens["data"] }[]> {
    const placed = await this.on(uri, signal, async (feature, page) => feature.lenses?.(page));
    return (placed ?? []).map(({ range, ...data }) => ({ range, data: { uri, ...data } }));
  }

  private async wordsOf(data: asked.Lens["data"], signal: AbortSignal): Promise<Command> {
    const words = await this.on(data.uri, signal, async (feature, page) => feature.lensWords?.(page, data));
    return words ?? { title: "", command: "" };
  }

  /**
   * Whether an editor that asked again would see something else. It puts its question off each time it is told to ask:
   * told at every event, VS Code would go on showing what was. After a change of the text it asks by itself.
   */
  private async lensesDiffer(): Promise<boolean> {
    for (const [uri, { lenses }] of this.watched) {
      if (!lenses || lenses.text !== this.textOf(uri)) continue;
      if (lenses.placed !== JSON.stringify(await this.placeLenses(uri, this.caller.closed))) return true;
      for (const [data, words] of lenses.words)
        if (words !== JSON.stringify(await this.wordsOf(JSON.parse(data) as asked.Lens["data"], this.caller.closed)))
          return true;
    }
    return false;
  }

  private refreshLenses(): void {
    if (this.client.capabilities.workspace.codeLens.refreshSupport !== true || this.watched.size === 0) return;
    // What is not asked for again is not seen.
    for (const watched of this.watched.values()) watched.lenses = undefined;
    this.caller.request("workspace/codeLens/refresh");
  }

  private textOf(uri: string): string | undefined {
    return this.documents.get(uri)?.text?.getText();
  }

  private close(uri: string): void {
    const watched = this.watched.get(uri);
    this.documents.close(uri);
    this.watched.delete(uri);
    void watched?.looking.stop();
    if (watched?.told && watched.told.diagnostics !== "[]")
      this.caller.notify("textDocument/publishDiagnostics", { uri, diagnostics: [] });
  }

  private end(): void {
    this.over = true;
    this.deaf();
    void this.refreshing.stop();
    for (const { looking } of this.watched.values()) void looking.stop();
    this.watched.clear();
    for (const { uri } of this.documents.all()) this.documents.close(uri);
  }
}

/** `quickfix` and what is above it; the empty kind is above all. */
const isOrHolds = (asked: string, kind: string): boolean => asked === "" || asked === kind;

function touches(one: Range, other: Range): boolean {
  const before = (a: Range["start"], b: Range["start"]) =>
    a.line < b.line || (a.line === b.line && a.character < b.character);
  return !before(one.end, other.start) && !before(other.end, one.start);
}

function flat(symbol: DocumentSymbol, uri: string, containerName?: string): SymbolInformation[] {
  const { name, kind, range, children = [] } = symbol;
  const own = { name, kind, location: { uri, range }, ...(containerName !== undefined && { containerName }) };
  return [own, ...children.flatMap((child) => flat(child, uri, name))];
}
