// The Commit view, from VS Code's side: what is uncommitted in the current repository, and whose branch it is.
import path from "node:path";
import * as vscode from "vscode";
import { type Daemon, faultOf, type ParamsOf, type ResultOf } from "../../daemon.ts";
import { ownItem, type Repos, type Shown } from "../../repos.ts";
import { isDeleted, showDiff } from "../toolkit/diff.ts";
import { WebPage } from "../toolkit/host.ts";
import type { CommitState, CommitWords } from "./words.ts";

type Asked = ParamsOf<"work.commit">;
type Made = ResultOf<"work.commit">;

export class CommitView implements vscode.WebviewViewProvider, vscode.Disposable {
  static readonly id = "calcifer.commit";
  readonly #extensionUri: vscode.Uri;
  readonly #daemon: Daemon;
  readonly #repos: Repos;
  readonly #disposables: vscode.Disposable[];
  readonly #keys = new Map<number, string>();
  #page: WebPage<CommitWords> | undefined;
  #view: vscode.WebviewView | undefined;
  /** the newest commit made here, for a page that was hidden when it came about */
  #committed: CommitState["committed"] = null;
  #asked = 0;
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
        run: ({ command }) => this.#run(command),
      },
      first: this.#state(),
      acted: (method, params, result) => {
        if (method === "work.commit") this.#made(params as Asked, result as Made);
      },
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
    return this.#repos.current;
  }

  #state(): CommitState {
    const shown = this.#shown;
    const item = shown && ownItem(shown);
    const known = this.#uncommitted?.repo === shown?.repo ? this.#uncommitted : undefined;
    return {
      connection: this.#daemon.state.is,
      trusted: vscode.workspace.isTrusted,
      repos: this.#repos.snapshot.repos.map(({ repo }) => ({ repo, name: path.basename(repo) })),
      repo: shown?.repo ?? null,
      service: shown?.service ?? null,
      branch: shown?.branch ?? null,
      trunk: shown?.trunk ?? null,
      item: item ? { ...item, key: this.#keys.get(item.id) ?? null } : null,
      files: known?.files ?? null,
      ready: shown?.merge?.state === "yes",
      message: (shown && this.#git(shown.repo)?.inputBox.value) ?? "",
      committed: this.#committed,
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
    const asked = ++this.#asked;
    const item = ownItem(shown);
    const [{ files }] = await Promise.all([
      this.#daemon.ask("work.uncommitted", { repo: shown.repo }),
      item && this.#learnKey(item.id),
    ]);
    // An older answer must not replace a newer one.
    if (asked !== this.#asked) return;
    this.#uncommitted = { repo: shown.repo, files };
    this.#page?.push(this.#state());
  }

  async #learnKey(item: number): Promise<void> {
    if (this.#keys.has(item)) return;
    const { key } = await this.#daemon.ask("work.get", { item });
    this.#keys.set(item, key);
  }

  #choose(repo: string): undefined {
    this.#repos.choose(repo);
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

  #made({ repo, message }: Asked, { branch, commit }: Made): void {
    if (repo === undefined) return;
    this.#committed = { repo, branch, commit };
    const git = this.#git(repo);
    // What was typed there is now the message of the commit.
    if (git && git.inputBox.value.trim() === message.trim()) git.inputBox.value = "";
    Promise.all([this.#repos.refresh(true), git?.status()])
      .catch((error: unknown) => this.#daemon.output.warn(faultOf(error).message))
      .finally(() => this.#refresh());
  }

  async #run(command: string): Promise<undefined> {
    const shown = command.startsWith("calcifer.work.") ? this.#shown : undefined;
    const about = shown && (ownItem(shown)?.id ?? { repo: shown.repo, service: shown.service });
    await vscode.commands.executeCommand(command, ...(about === undefined ? [] : [about]));
  }

  #git(repo: string) {
    return this.#repos.git?.getRepository(vscode.Uri.file(repo)) ?? undefined;
  }
}

function isNew(state: string): boolean {
  return state === "??" || state.startsWith("A");
}
