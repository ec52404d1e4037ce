// The repositories of this window, and what the gate says of each: asked of the daemon, kept over its loss and a reload.
import path from "node:path";
import * as vscode from "vscode";
import type { EventRecord } from "../protocol/event.ts";
import { type Daemon, faultOf, type ResultOf } from "./daemon.ts";
import { type GitApi, type GitRepository, gitApi } from "./git.ts";

/** What stands between the branch that is checked out in a repository and its trunk. */
export type Shown = ResultOf<"gate.show">;
export type Service = ResultOf<"service.list">["services"][number];
/** An active item with its standing: ready, blocked, conflicting … */
export type OpenItem = ResultOf<"home.show">["open"][number];

export interface Snapshot {
  /** by the repository's canonical path */
  repos: Shown[];
  services: Service[];
  /** active items of all services, at most 100 */
  open: OpenItem[];
}

/** The item of the branch, unless it is another database's: its number means nothing here. */
export const ownItem = ({ item }: Shown): Shown["item"] => (item && item.status !== "foreign" ? item : null);

/** What a window without anything to show is told. */
export type Situation = "starting" | "stopped" | "failed" | "no folder" | "no repository" | "no service" | "ready";

/** Another number when what is kept has other fields. */
const remembered = "calcifer.snapshot.2";
/** Saving all files at once, or a rebase, is one change. */
const settle = 120;

export class Repos implements vscode.Disposable {
  /** the snapshot, the current repository, or whether it is up to date */
  readonly onDidChange: vscode.Event<void>;
  readonly #daemon: Daemon;
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [this.#changed];
  #git: GitApi | undefined;
  #joining: Promise<GitApi | undefined> | undefined;
  #snapshot: Snapshot;
  /** repositories by each folder that was asked for: a folder may be a link, and drives have letters of either case */
  readonly #answers = new Map<string, string>();
  #asked = false;
  #current: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #fresh = false;
  #running: Promise<void> | undefined;

  constructor(daemon: Daemon, memory: vscode.Memento) {
    this.#daemon = daemon;
    this.#memory = memory;
    this.onDidChange = this.#changed.event;
    this.#snapshot = memory.get<Snapshot>(remembered) ?? { repos: [], services: [], open: [] };
    for (const { repo } of this.#snapshot.repos) this.#answers.set(repo, repo);
    this.#disposables.push(
      daemon.onDidChangeState(({ is }) => (is === "up" ? void this.refresh() : this.#changed.fire())),
      daemon.onDidHear((event) => this.#hear(event)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#soon()),
      vscode.workspace.onDidSaveTextDocument(() => this.#soon(true)),
      vscode.workspace.onDidCreateFiles(() => this.#soon(true)),
      vscode.workspace.onDidDeleteFiles(() => this.#soon(true)),
      vscode.workspace.onDidRenameFiles(() => this.#soon(true)),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#follow(editor)),
    );
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Shown from memory: the daemon is not there, or has not answered yet. */
  get stale(): boolean {
    return this.#daemon.state.is !== "up" || !this.#asked;
  }

  get situation(): Situation {
    if (this.#snapshot.repos.some((repo) => repo.service !== null)) return "ready";
    const { is } = this.#daemon.state;
    if (is === "failed" || is === "stopped") return is;
    if (!vscode.workspace.workspaceFolders?.length) return "no folder";
    if (!this.#asked) return "starting";
    return this.#snapshot.repos.length === 0 ? "no repository" : "no service";
  }

  /** The repository of the active editor, else the last one, else the first. */
  get current(): Shown | undefined {
    const { repos } = this.#snapshot;
    return repos.find(({ repo }) => repo === this.#current) ?? repos[0];
  }

  /** The repository a file lies in; the innermost one. */
  of(uri: vscode.Uri): Shown | undefined {
    const [found] = [...this.#answers]
      .filter(([folder]) => isInside(folder, uri.fsPath))
      .sort(([a], [b]) => b.length - a.length);
    return this.#snapshot.repos.find(({ repo }) => repo === found?.[1]);
  }

  /** The repository of this window, or its linked work tree, that has the item's branch checked out. */
  whereCheckedOut(id: number): string | undefined {
    return this.#snapshot.repos.find((shown) => ownItem(shown)?.id === id)?.repo;
  }

  service(name: string | null | undefined): Service | undefined {
    return this.#snapshot.services.find((service) => service.name === name);
  }

  /** Where an item's files are: its own work tree, where its branch is checked out, else its service's repository. */
  folderOf({
    id,
    worktree,
    service,
  }: {
    id: number;
    worktree: string | null;
    service: string | null;
  }): string | undefined {
    return worktree ?? this.whereCheckedOut(id) ?? this.service(service)?.repo;
  }

  get git(): GitApi | undefined {
    return this.#git;
  }

  /** Makes a repository the current one. @param folder its path, as anybody may spell it */
  choose(folder: string): void {
    const repo = this.#answers.get(folder) ?? folder;
    if (repo === this.#current) return;
    this.#current = repo;
    this.#changed.fire();
  }

  /** Asks the daemon again. @param fresh past its memory of what is uncommitted */
  async refresh(fresh = false): Promise<void> {
    this.#fresh ||= fresh;
    const before = this.#running;
    if (before) {
      await before;
      // Somebody else who waited has started the next one.
      if (this.#running && this.#running !== before) return this.#running;
    }
    this.#running = this.#ask(this.#fresh).finally(() => {
      this.#running = undefined;
    });
    this.#fresh = false;
    return this.#running;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #ask(fresh: boolean): Promise<void> {
    if (this.#daemon.state.is !== "up") return;
    try {
      const [{ services }, { open }, ...shown] = await Promise.all([
        this.#daemon.ask("service.list", {}),
        this.#daemon.ask("home.show", {}),
        ...this.#folders().map((repo) => this.#show(repo, fresh)),
      ]);
      const byRepo = new Map(shown.flatMap((one) => (one ? [[one.repo, one] as const] : [])));
      this.#snapshot = { repos: [...byRepo.values()], services, open };
      this.#asked = true;
      if (this.#current === undefined) this.#follow(vscode.window.activeTextEditor);
      void this.#memory.update(remembered, this.#snapshot);
    } catch (error) {
      this.#daemon.output.warn(faultOf(error).message);
    }
    this.#changed.fire();
  }

  async #show(repo: string, fresh: boolean): Promise<Shown | undefined> {
    try {
      const shown = await this.#daemon.ask("gate.show", { repo, fresh });
      this.#answers.set(repo, shown.repo).set(shown.repo, shown.repo);
      return shown;
    } catch (error) {
      const fault = faultOf(error);
      // A folder without a repository is nothing to tell.
      if (fault.fault !== "missing") this.#daemon.output.warn(`${repo}: ${fault.message}`);
      return undefined;
    }
  }

  #folders(): string[] {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
    const opened = this.#git?.repositories ?? [];
    return [...new Set([...folders.map(({ uri }) => uri.fsPath), ...opened.map(({ rootUri }) => rootUri.fsPath)])];
  }

  /** Takes up VS Code's git, once it is there, and looks for the daemon where there is a repository for it. */
  joinGit(): Promise<GitApi | undefined> {
    this.#joining ??= this.#join();
    return this.#joining;
  }

  async #join(): Promise<GitApi | undefined> {
    this.#git = await gitApi();
    if (!this.#git) {
      this.#joining = undefined;
      // In Restricted Mode VS Code has no git; what the daemon knows can be read all the same.
      if (this.#folders().length > 0) this.#daemon.connect();
      return undefined;
    }
    for (const repository of this.#git.repositories) this.#joinRepository(repository);
    this.#disposables.push(
      this.#git.onDidOpenRepository((repository) => this.#joinRepository(repository)),
      this.#git.onDidCloseRepository(() => this.#soon()),
    );
    return this.#git;
  }

  #joinRepository({ state }: GitRepository): void {
    this.#daemon.connect();
    // It watches the work tree, so that what a terminal does is seen here too.
    this.#disposables.push(state.onDidChange(() => this.#soon(true)));
    this.#soon();
  }

  #follow(editor: vscode.TextEditor | undefined): void {
    const repo = editor && this.of(editor.document.uri)?.repo;
    if (repo !== undefined) this.choose(repo);
  }

  #hear({ name }: EventRecord): void {
    if (/^(work|service|gate|changes)\./.test(name)) this.#soon();
  }

  #soon(fresh = false): void {
    this.#fresh ||= fresh;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), settle);
  }
}

function isInside(folder: string, file: string): boolean {
  const way = path.relative(folder, file);
  return way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}
