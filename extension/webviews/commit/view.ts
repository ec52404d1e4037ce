// The Commit view, from VS Code's side: what is uncommitted in the current repository, and whose branch it is.
import path from "node:path";
import * as vscode from "vscode";
import type { Daemon } from "../../daemon.ts";
import { faultOf } from "../../daemon.ts";
import type { Repos, Shown } from "../../repos.ts";
import { isDeleted, showDiff } from "../toolkit/diff.ts";
import { WebPage } from "../toolkit/host.ts";
import type { CommitState, CommitWords } from "./words.ts";

export class CommitView implements vscode.WebviewViewProvider, vscode.Disposable {
  static readonly id = "calcifer.commit";
  readonly #extensionUri: vscode.Uri;
  readonly #daemon: Daemon;
  readonly #repos: Repos;
  readonly #disposables: vscode.Disposable[];
  readonly #keys = new Map<number, string>();
  #page: WebPage<CommitWords> | undefined;
  #view: vscode.WebviewView | undefined;
  /** chosen in the view, until the window's own current repository changes */
  #chosen: { repo: string; over: string | undefined } | undefined;
  #uncommitted: { repo: string; files: CommitState["files"] } | undefined;

  constructor(extensionUri: vscode.Uri, daemon: Daemon, repos: Repos) {
    this.#extensionUri = extensionUri;
    this.#daemon = daemon;
    this.#repos = repos;
    this.#disposables = [
      repos.onDidChange(() => this.#refresh()),
      daemon.onDidChangeState(() => this.#refresh()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#refresh()),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    this.#page = new WebPage({
      name: "commit",
      title: vscode.l10n.t("Commit"),
      webview: view.webview,
      extensionUri: this.#extensionUri,
      daemon: this.#daemon,
      words: async () => (await import("../later.ts")).commitWords,
      functions: {
        diff: ({ path: file, state }) => this.#diff(file, state),
        choose: ({ repo }) => this.#choose(repo),
        entry: ({ file, line }) => this.#openEntry(file, line),
        committed: ({ message }) => this.#committed(message),
        run: ({ command }) => this.#run(command),
      },
      first: this.#state(),
    });
    view.onDidChangeVisibility(() => view.visible && this.#refresh());
    view.onDidDispose(() => {
      this.#page?.dispose();
      this.#page = undefined;
      this.#view = undefined;
    });
    this.#refresh();
  }

  dispose(): void {
    this.#page?.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  get #shown(): Shown | undefined {
    const current = this.#repos.current;
    if (this.#chosen && this.#chosen.over !== current?.repo) this.#chosen = undefined;
    const chosen = this.#chosen && this.#repos.snapshot.repos.find(({ repo }) => repo === this.#chosen?.repo);
    return chosen ?? current;
  }

  #state(): CommitState {
    const shown = this.#shown;
    const known = this.#uncommitted?.repo === shown?.repo ? this.#uncommitted : undefined;
    return {
      connection: this.#daemon.state.is,
      trusted: vscode.workspace.isTrusted,
      repos: this.#repos.snapshot.repos.map(({ repo }) => ({ repo, name: path.basename(repo) })),
      repo: shown?.repo ?? null,
      service: shown?.service ?? null,
      branch: shown?.branch ?? null,
      trunk: shown?.trunk ?? null,
      item: shown?.item ? { ...shown.item, key: this.#keys.get(shown.item.id) ?? null } : null,
      files: known?.files ?? null,
      ready: shown?.merge?.state === "yes",
      message: (shown && this.#git(shown.repo)?.inputBox.value) ?? "",
    };
  }

  #refresh(): void {
    if (!this.#view?.visible) return;
    this.#page?.push(this.#state());
    this.#ask().catch((error: unknown) => this.#daemon.output.warn(faultOf(error).message));
  }

  async #ask(): Promise<void> {
    const shown = this.#shown;
    if (!shown || this.#daemon.state.is !== "up") return;
    const [{ files }] = await Promise.all([
      this.#daemon.ask("work.uncommitted", { repo: shown.repo }),
      shown.item && this.#learnKey(shown.item.id),
    ]);
    this.#uncommitted = { repo: shown.repo, files };
    this.#page?.push(this.#state());
  }

  async #learnKey(item: number): Promise<void> {
    if (this.#keys.has(item)) return;
    const { key } = await this.#daemon.ask("work.get", { item });
    this.#keys.set(item, key);
  }

  #choose(repo: string): undefined {
    this.#chosen = { repo, over: this.#repos.current?.repo };
    this.#refresh();
  }

  async #diff(file: string, state: string): Promise<undefined> {
    const shown = this.#shown;
    if (!shown) return;
    const uri = vscode.Uri.file(path.join(shown.repo, file));
    const before = this.#repos.git && !isNew(state) ? this.#repos.git.toGitUri(uri, "HEAD") : undefined;
    await showDiff({
      path: file,
      before,
      after: isDeleted(state) ? undefined : uri,
      what: vscode.l10n.t("Uncommitted"),
    });
  }

  async #openEntry(file: string, line: number): Promise<undefined> {
    const shown = this.#shown;
    if (!shown) return;
    const selection = new vscode.Range(line - 1, 0, line - 1, 0);
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path.join(shown.repo, file)), { selection });
  }

  async #committed(message: string): Promise<undefined> {
    const git = this.#shown && this.#git(this.#shown.repo);
    // What was typed there is now the message of the commit.
    if (git && git.inputBox.value.trim() === message.trim()) git.inputBox.value = "";
    await Promise.all([this.#repos.refresh(true), git?.status()]);
    this.#refresh();
  }

  async #run(command: string): Promise<undefined> {
    const item = command.startsWith("calcifer.work.") ? this.#shown?.item : undefined;
    await vscode.commands.executeCommand(command, ...(item ? [item.id] : []));
  }

  #git(repo: string) {
    return this.#repos.git?.getRepository(vscode.Uri.file(repo)) ?? undefined;
  }
}

function isNew(state: string): boolean {
  return state === "??" || state.startsWith("A");
}
