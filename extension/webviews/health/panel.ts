// The Health page: one panel, restored after a reload, kept up to date while it is seen.
import path from "node:path";
import * as vscode from "vscode";
import type { Daemon } from "../../daemon.ts";
import type { Health, ServiceHealth } from "../../health.ts";
import type { Repos } from "../../repos.ts";
import { isWithin } from "../item/links.ts";
import { showCommit } from "../toolkit/diff.ts";
import { WebPage } from "../toolkit/host.ts";
import type { Command, HealthPageState, HealthWords, Row, Show } from "./words.ts";

export class HealthPage implements vscode.WebviewPanelSerializer, vscode.Disposable {
  static readonly viewType = "calcifer.health";
  readonly #extensionUri: vscode.Uri;
  readonly #daemon: Daemon;
  readonly #repos: Repos;
  readonly #health: Health;
  #open: OpenPage | undefined;

  constructor(extensionUri: vscode.Uri, daemon: Daemon, repos: Repos, health: Health) {
    this.#extensionUri = extensionUri;
    this.#daemon = daemon;
    this.#repos = repos;
    this.#health = health;
  }

  /** Opens the page, or shows the one there is. @param show what to show on it */
  open(show: Partial<Show> = {}): void {
    this.#open ??= this.#make(
      vscode.window.createWebviewPanel(HealthPage.viewType, vscode.l10n.t("Health"), vscode.ViewColumn.Active, {
        enableFindWidget: true,
      }),
    );
    this.#open.reveal({ service: null, state: null, incident: null, ...show });
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    if (this.#open) panel.dispose();
    else this.#open = this.#make(panel);
  }

  dispose(): void {
    this.#open?.dispose();
  }

  #make(panel: vscode.WebviewPanel): OpenPage {
    panel.iconPath = vscode.Uri.joinPath(this.#extensionUri, "media/calcifer.svg");
    const page = new OpenPage(panel, this.#extensionUri, this.#daemon, this.#repos, this.#health);
    panel.onDidDispose(() => {
      page.dispose();
      this.#open = undefined;
    });
    return page;
  }
}

class OpenPage implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #daemon: Daemon;
  readonly #repos: Repos;
  readonly #health: Health;
  readonly #page: WebPage<HealthWords>;
  readonly #disposables: vscode.Disposable[];
  #looking: vscode.Disposable | undefined;
  #turn = 0;
  #show: Show | null = null;

  constructor(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, daemon: Daemon, repos: Repos, health: Health) {
    this.#panel = panel;
    this.#daemon = daemon;
    this.#repos = repos;
    this.#health = health;
    this.#page = this.#make(extensionUri);
    this.#disposables = [
      health.onDidChange(() => this.#push()),
      daemon.onDidChangeState(() => this.#push()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#push()),
      panel.onDidChangeViewState(() => this.#look()),
    ];
    daemon.connect();
    this.#look();
  }

  reveal(show: Show): void {
    this.#show = show;
    this.#panel.reveal();
    this.#push();
  }

  dispose(): void {
    this.#looking?.dispose();
    this.#page.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #make(extensionUri: vscode.Uri): WebPage<HealthWords> {
    return new WebPage<HealthWords>({
      name: "health",
      title: vscode.l10n.t("Health"),
      webview: this.#panel.webview,
      extensionUri,
      daemon: this.#daemon,
      words: async () => (await import("../later.ts")).healthWords,
      functions: {
        all: () => ({
          services: (this.#health.snapshot?.services ?? []).map(rowOf),
          incidents: this.#health.snapshot?.incidents ?? [],
        }),
        shown: () => {
          this.#show = null;
        },
        item: ({ id }) => this.#run("calcifer.work.show", id),
        commit: ({ service, id }) => this.#showCommit(service, id),
        document: ({ service, path: file }) => this.#showDocument(service, file),
        run: ({ command, ...about }) => this.#act(command, about),
      },
      acted: () => void this.#health.refresh(),
      first: this.#state(),
    });
  }

  /** Nobody asks for what nobody sees. */
  #look(): void {
    if (this.#panel.visible) this.#looking ??= this.#health.look();
    else {
      this.#looking?.dispose();
      this.#looking = undefined;
    }
    this.#push();
  }

  #push(): void {
    if (!this.#panel.visible) return;
    this.#turn++;
    this.#page.push(this.#state());
  }

  #state(): HealthPageState {
    const { snapshot } = this.#health;
    return {
      connection: this.#daemon.state.is,
      trusted: vscode.workspace.isTrusted,
      known: snapshot !== undefined,
      measured: snapshot?.measured ?? false,
      note: snapshot?.note ?? "",
      turn: this.#turn,
      show: this.#show,
    };
  }

  async #act(command: Command, about: object): Promise<undefined> {
    await vscode.commands.executeCommand(command, ...(Object.keys(about).length > 0 ? [about] : []));
    await this.#health.refresh();
  }

  async #run(command: string, ...given: unknown[]): Promise<undefined> {
    await vscode.commands.executeCommand(command, ...given);
  }

  async #showCommit(service: string, id: string): Promise<undefined> {
    const repo = this.#repos.service(service)?.repo;
    if (this.#repos.git && repo !== undefined) await showCommit(this.#repos.git, repo, id);
  }

  /** @param file in the service's repository, and nowhere else */
  async #showDocument(service: string, file: string): Promise<undefined> {
    const repo = this.#repos.service(service)?.repo;
    if (repo === undefined || !isWithin(file)) return;
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path.join(repo, file)));
  }
}

function rowOf({ days, ...rest }: ServiceHealth): Row {
  return {
    ...rest,
    from: days[0]?.day ?? "",
    days: days.map(({ uptime, down, degraded }) => [uptime, down, degraded]),
  };
}
