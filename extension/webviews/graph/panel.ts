// The page of the service graph: one for a window, restored after a reload.
import * as vscode from "vscode";
import { type Daemon, faultOf, type ResultOf } from "../../daemon.ts";
import type { Health } from "../../health.ts";
import { WebPage } from "../toolkit/host.ts";
import type { GraphState, GraphWords } from "./words.ts";

export class GraphPage implements vscode.WebviewPanelSerializer, vscode.Disposable {
  static readonly viewType = "calcifer.graph";
  readonly #extensionUri: vscode.Uri;
  readonly #daemon: Daemon;
  readonly #health: Health;
  readonly #disposables: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  #page: WebPage<GraphWords> | undefined;
  #looking: vscode.Disposable | undefined;
  #graph: ResultOf<"service.graph"> | undefined;
  #asked = 0;

  constructor(extensionUri: vscode.Uri, daemon: Daemon, health: Health) {
    this.#extensionUri = extensionUri;
    this.#daemon = daemon;
    this.#health = health;
    this.#disposables = [
      health.onDidChange(() => this.#push()),
      daemon.onDidChangeState(() => void this.#refresh()),
      daemon.onDidHear(({ name }) => name.startsWith("service.") && name !== "service.moved" && void this.#refresh()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#push()),
    ];
  }

  open(): void {
    const title = vscode.l10n.t("Service Graph");
    if (this.#panel) this.#panel.reveal();
    else this.#show(vscode.window.createWebviewPanel(GraphPage.viewType, title, vscode.ViewColumn.Active));
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    if (this.#panel) panel.dispose();
    else this.#show(panel);
  }

  dispose(): void {
    this.#close();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #show(panel: vscode.WebviewPanel): void {
    panel.iconPath = vscode.Uri.joinPath(this.#extensionUri, "media/calcifer.svg");
    panel.onDidDispose(() => this.#close());
    panel.onDidChangeViewState(() => this.#look());
    this.#panel = panel;
    this.#page = new WebPage<GraphWords>({
      name: "graph",
      title: panel.title,
      webview: panel.webview,
      extensionUri: this.#extensionUri,
      daemon: this.#daemon,
      words: async () => (await import("../later.ts")).graphWords,
      functions: {
        open: ({ service }) => this.#run("calcifer.health.show", { service }),
        copy: ({ format }) => this.#asText(format),
        run: ({ command }) => this.#run(command),
        refresh: () => this.#refresh(),
      },
      first: this.#state(),
    });
    this.#look();
    void this.#refresh();
  }

  #close(): void {
    this.#page?.dispose();
    this.#looking?.dispose();
    this.#panel = undefined;
    this.#page = undefined;
    this.#looking = undefined;
  }

  /** States are kept new only while they are seen. */
  #look(): void {
    if (this.#panel?.visible) this.#looking ??= this.#health.look();
    else {
      this.#looking?.dispose();
      this.#looking = undefined;
    }
  }

  async #refresh(): Promise<undefined> {
    if (!this.#page || this.#daemon.state.is !== "up") return this.#push();
    const asked = ++this.#asked;
    try {
      const graph = await this.#daemon.ask("service.graph", {});
      // An older answer must not replace a newer one.
      if (asked !== this.#asked) return;
      this.#graph = graph;
    } catch (error) {
      this.#daemon.output.warn(faultOf(error).message);
    }
    this.#push();
  }

  #push(): undefined {
    this.#page?.push(this.#state());
  }

  #state(): GraphState {
    const standing = (service: string) => {
      const known = this.#health.of(service);
      return { state: known?.state ?? null, why: known?.why ?? "" };
    };
    return {
      connection: this.#daemon.state.is,
      trusted: vscode.workspace.isTrusted,
      nodes: this.#graph?.nodes.map((node) => ({ ...node, ...standing(node.service) })) ?? null,
      edges: this.#graph?.edges ?? [],
      circles: this.#graph?.circles ?? [],
    };
  }

  async #asText(format: "mermaid" | "dot"): Promise<undefined> {
    const { text } = await this.#daemon.ask("service.graph", { format });
    const language = format === "mermaid" ? "mermaid" : "dot";
    const document = await vscode.workspace.openTextDocument({ content: text }).then(async (made) => {
      const known = await vscode.languages.getLanguages();
      return known.includes(language) ? vscode.languages.setTextDocumentLanguage(made, language) : made;
    });
    await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
  }

  async #run(command: string, about?: object): Promise<undefined> {
    await vscode.commands.executeCommand(command, ...(about ? [about] : []));
  }
}
