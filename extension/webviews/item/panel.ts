// The pages of work items: one panel each, restored after a reload, kept up to date.
import * as vscode from "vscode";
import type { Daemon } from "../../daemon.ts";
import { faultOf } from "../../daemon.ts";
import type { Repos } from "../../repos.ts";
import { WebPage } from "../toolkit/host.ts";
import { gather, known } from "./gather.ts";
import { Opener } from "./open.ts";
import type { Command, ItemState, ItemWords } from "./words.ts";

export class ItemPages implements vscode.WebviewPanelSerializer, vscode.Disposable {
  static readonly viewType = "calcifer.item";
  readonly #extensionUri: vscode.Uri;
  readonly #daemon: Daemon;
  readonly #repos: Repos;
  readonly #pages = new Map<number, ItemPage>();

  constructor(extensionUri: vscode.Uri, daemon: Daemon, repos: Repos) {
    this.#extensionUri = extensionUri;
    this.#daemon = daemon;
    this.#repos = repos;
  }

  /**
   * Opens the page of an item, or shows the one there is.
   * @param part where the focus goes
   */
  open(id: number, part?: Part): void {
    const open = this.#pages.get(id);
    if (open) open.reveal(part);
    else this.#show(id, this.#panel(id), part);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const id = (kept as { id?: unknown } | undefined)?.id;
    if (typeof id === "number" && Number.isInteger(id) && !this.#pages.has(id)) this.#show(id, panel);
    else panel.dispose();
  }

  dispose(): void {
    for (const page of this.#pages.values()) page.dispose();
  }

  #panel(id: number): vscode.WebviewPanel {
    const options = { enableFindWidget: true };
    return vscode.window.createWebviewPanel(ItemPages.viewType, `#${id}`, vscode.ViewColumn.Active, options);
  }

  #show(id: number, panel: vscode.WebviewPanel, part?: Part): void {
    panel.iconPath = vscode.Uri.joinPath(this.#extensionUri, "media/calcifer.svg");
    panel.onDidDispose(() => {
      this.#pages.get(id)?.dispose();
      this.#pages.delete(id);
    });
    const page = new ItemPage(id, panel, this.#extensionUri, this.#daemon, this.#repos);
    this.#pages.set(id, page);
    if (part) page.reveal(part);
  }
}

/** Several events of one act are one question. */
const settle = 50;

type Part = NonNullable<ItemState["focus"]>;

class ItemPage implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #daemon: Daemon;
  readonly #repos: Repos;
  readonly #page: WebPage<ItemWords>;
  readonly #disposables: vscode.Disposable[];
  #state: ItemState;
  #timer: NodeJS.Timeout | undefined;
  #asked = 0;
  /** told with the next state that has the item */
  #focus: Part | undefined;

  constructor(id: number, panel: vscode.WebviewPanel, extensionUri: vscode.Uri, daemon: Daemon, repos: Repos) {
    this.#panel = panel;
    this.#daemon = daemon;
    this.#repos = repos;
    this.#state = { ...unknown, ...this.#surroundings(), id };
    this.#page = this.#make(extensionUri);
    this.#disposables = [
      daemon.onDidHear(({ item, by }) => item === id && this.#heard(by)),
      daemon.onDidChangeState(() => this.#soon()),
      repos.onDidChange(() => this.#soon()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#soon()),
      panel.onDidChangeViewState(() => panel.visible && this.#soon()),
    ];
    void this.#begin();
    void this.#refresh();
  }

  reveal(part?: Part): void {
    this.#panel.reveal();
    if (!part) return;
    this.#focus = part;
    this.#soon();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#page.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #make(extensionUri: vscode.Uri): WebPage<ItemWords> {
    const open = new Opener(this.#repos, () => this.#state);
    return new WebPage<ItemWords>({
      name: "item",
      title: `#${this.#state.id}`,
      webview: this.#panel.webview,
      extensionUri,
      daemon: this.#daemon,
      words: async () => (await import("../later.ts")).itemWords,
      functions: {
        refresh: () => this.#refresh(),
        diff: ({ path }) => open.diff(path),
        diffAll: () => open.diffAll(),
        commit: ({ id }) => open.commit(id),
        open: ({ path, line }) => open.file(path, line),
        entry: ({ line }) => this.#openEntry(open, line),
        item: async ({ id }) => void (await vscode.commands.executeCommand("calcifer.work.show", id)),
        link: ({ href }) => open.link(href),
        run: ({ command }) => this.#run(command),
      },
      first: this.#state,
    });
  }

  #surroundings(): Pick<ItemState, "connection" | "trusted" | "services"> {
    return {
      connection: this.#daemon.state.is,
      trusted: vscode.workspace.isTrusted,
      services: this.#repos.snapshot.services.map(({ name }) => name),
    };
  }

  #heard(by: string): void {
    this.#state = { ...this.#state, by };
    this.#soon();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#refresh(), settle);
  }

  /** What the database knows is there at once; what git is asked for comes behind. */
  async #begin(): Promise<void> {
    if (this.#daemon.state.is !== "up") return;
    const found = await known(this.#daemon, this.#state.id).catch(() => undefined);
    if (!found || this.#state.item || this.#state.gone) return;
    this.#state = { ...this.#state, ...found };
    this.#page.push(this.#state);
  }

  async #refresh(): Promise<undefined> {
    // Hidden, it asks again when it is shown; but its title is to be known.
    if (!this.#panel.visible && this.#asked > 0) return;
    const asked = ++this.#asked;
    try {
      const found = this.#daemon.state.is === "up" && (await gather(this.#daemon, this.#state.id));
      // An older answer must not replace a newer one.
      if (asked !== this.#asked) return;
      this.#state = { ...this.#state, ...this.#surroundings(), ...found };
      if (this.#state.item) this.#panel.title = `#${this.#state.id} ${this.#state.item.title}`;
    } catch (error) {
      this.#daemon.output.warn(faultOf(error).message);
    }
    this.#page.push({ ...this.#state, focus: this.#focus ?? null });
    if (this.#state.item) this.#focus = undefined;
  }

  async #openEntry(open: Opener, line: number): Promise<undefined> {
    const { diff, id } = this.#state;
    const { file } = await this.#daemon.ask("changes.preview", { item: id, ...(diff && { repo: diff.repo }) });
    await open.file(file, line);
  }

  async #run(command: Command): Promise<undefined> {
    const ofItem = /^calcifer\.(work|gate|changes)\./.test(command);
    await vscode.commands.executeCommand(command, ...(ofItem ? [this.#state.id] : []));
    await this.#refresh();
  }
}

const unknown: Omit<ItemState, "id" | "connection" | "trusted" | "services"> = {
  item: null,
  gone: false,
  description: "",
  diff: null,
  verdict: null,
  touched: null,
  documentThere: null,
  by: null,
  focus: null,
};
