// Watches the repositories of all services: what moved is told to faces, recorded, and forgotten by what remembers it.
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { Changed } from "../../gate/facts.ts";
import { branchTips, folderOf, type Worktree, worktrees } from "../../gate/refs.ts";
import { marks, readText } from "../../gate/repo.ts";
import type { Unknown } from "../../gate/unknown.ts";
import type { Keeper } from "../keepers.ts";
import { allServices } from "../service/service.ts";
import type { World } from "../world.ts";
import { Folders, Soon } from "./folders.ts";
import { type Heads, settle } from "./moves.ts";
import type { Opened, Repos } from "./repos.ts";
import { Tree } from "./tree.ts";
import type { Watched } from "./verdicts.ts";

const wait = 60;
// Notices can be lost, and a folder that is gone can come back; a look around costs a few reads for each repository.
const lookAround = 30_000;

export class Watch implements Keeper, Watched {
  readonly name = "watch";
  private readonly world: World;
  private readonly repos: Repos;
  private readonly watched = new Map<string, RepoWatch>();
  private readonly syncing = new Soon(
    () => this.sync(),
    20,
    (error) => this.world.log.warn({ err: error }, "the services could not be looked up"),
  );

  constructor(world: World, repos: Repos) {
    this.world = world;
    this.repos = repos;
  }

  async run(signal: AbortSignal): Promise<void> {
    const deaf = this.world.onEvent((event) => {
      if (/^service\.(added|edited|removed|retired|restored)$/.test(event.name)) this.syncing.ask();
    });
    const timer = setInterval(() => this.syncing.ask(), lookAround);
    timer.unref();
    try {
      await this.syncing.now();
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    } finally {
      deaf();
      clearInterval(timer);
      await Promise.all([...this.watched.values()].map((repo) => repo.stop()));
      this.watched.clear();
    }
  }

  /** What is uncommitted in a work tree: as it was last seen, when nothing moved in it since. */
  uncommitted(worktree: string, ask: () => Promise<Changed[] | Unknown>): Promise<Changed[] | Unknown> {
    for (const repo of this.watched.values()) {
      const tree = repo.trees.get(worktree);
      if (tree) return tree.uncommitted(ask);
    }
    return ask();
  }

  /** Resolves when everything that happened before is known. For tests, and for those who cannot wait for an event. */
  async settled(): Promise<void> {
    await this.syncing.now();
    await Promise.all([...this.watched.values()].map((repo) => repo.look()));
  }

  /** How many folders are watched, of how many repositories. */
  get size(): { repos: number; folders: number } {
    return { repos: this.watched.size, folders: [...this.watched.values()].reduce((n, repo) => n + repo.size, 0) };
  }

  /** One watch for each repository, however many services share it. */
  private async sync(): Promise<void> {
    const wanted = new Map((await allServices(this.world.db)).map((s) => [s.git_dir, s.repo]));
    for (const [gitDir, repo] of this.watched) {
      if (wanted.get(gitDir) === repo.folder && existsSync(gitDir)) continue;
      this.watched.delete(gitDir);
      await repo.stop();
    }
    for (const [gitDir, folder] of wanted) {
      const known = this.watched.get(gitDir);
      if (known) known.ask();
      else await this.begin(gitDir, folder);
    }
  }

  private async begin(gitDir: string, folder: string): Promise<void> {
    if (!existsSync(gitDir)) return;
    try {
      const repo = new RepoWatch(this.world, this.repos, await this.repos.open(folder), folder);
      this.watched.set(gitDir, repo);
      await repo.look();
    } catch (error) {
      this.world.log.warn({ err: error, folder }, "a repository cannot be watched");
    }
  }
}

/** Names in a git directory that mean something to us. */
const telling = /^(?:HEAD|index|packed-refs|config|config\.worktree|shallow|worktrees|reftable|refs|info)$/;

class RepoWatch {
  /** work trees with an item's branch, by their path */
  readonly trees = new Map<string, Tree>();
  readonly folder: string;
  private readonly world: World;
  private readonly repos: Repos;
  private readonly opened: Opened;
  private readonly folders: Folders;
  private readonly looking: Soon;
  private before: Heads | undefined;
  /** which folder it was, for another may come in its place */
  private place = "";

  constructor(world: World, repos: Repos, opened: Opened, folder: string) {
    this.world = world;
    this.repos = repos;
    this.opened = opened;
    this.folder = folder;
    this.folders = new Folders({
      changed: (where, name, came) => this.changed(where, name, came),
      full: (error) => world.log.warn({ err: error, folder }, "no more folders can be watched"),
    });
    this.looking = new Soon(() => this.lookNow(), wait);
  }

  get size(): number {
    return [...this.trees.values()].reduce((n, tree) => n + tree.size, this.folders.size);
  }

  ask(): void {
    this.looking.ask();
  }

  look(): Promise<void> {
    return this.looking.now();
  }

  async stop(): Promise<void> {
    await this.looking.stop();
    await this.forgetFolders();
  }

  private async forgetFolders(): Promise<void> {
    this.folders.close();
    const trees = [...this.trees.values()];
    this.trees.clear();
    await Promise.all(trees.map((tree) => tree.stop()));
  }

  private changed(where: string, name: string | undefined, came: boolean): void {
    const { commonDir } = this.opened.repo;
    const isHeads = where.startsWith(path.join(commonDir, "refs"));
    if (
      name?.endsWith(".lock") ||
      (name !== undefined && !isHeads && where !== path.join(commonDir, "info") && !telling.test(name))
    )
      return;
    if (came && name !== undefined && this.folders.has(path.join(where, name)))
      this.folders.dropUnder(path.join(where, name));
    // What is uncommitted depends on these; that must not wait.
    for (const tree of this.trees.values()) tree.moved();
    if (path.basename(where) === "info") for (const tree of this.trees.values()) tree.unsure();
    this.looking.ask();
  }

  private async lookNow(): Promise<void> {
    const { repo } = this.opened;
    const place = placeOf(repo.commonDir);
    if (place !== this.place) await this.forgetFolders();
    this.place = place;
    if (place === "") return;
    try {
      // Watched first, read afterwards: what comes in between is seen by one or the other.
      while (this.watchFolders());
      const [tips, places] = await Promise.all([branchTips(repo), worktrees(repo)]);
      const now: Heads = {
        tips,
        checkedOut: new Map(
          places.filter((p) => !p.bare).map((p) => [p.path, readText(path.join(p.gitDir, "HEAD"))?.trim() ?? ""]),
        ),
      };
      await this.watchTrees(places, this.before, now);
      await settle(this.world, this.repos, this.opened, this.before, now);
      this.before = now;
    } catch (error) {
      this.world.log.warn({ err: error, repo: repo.top }, "what moved in a repository could not be found out");
    }
  }

  /** @returns whether there were some that were not watched yet */
  private watchFolders(): boolean {
    const { commonDir } = this.opened.repo;
    const wanted = new Set(
      [commonDir, path.join(commonDir, "info"), path.join(commonDir, "refs")].filter((f) => existsSync(f)),
    );
    for (const top of ["refs/heads", "worktrees", "reftable"])
      within(path.join(commonDir, top), wanted, top === "worktrees" ? 1 : 100);
    const news = [...wanted].some((folder) => !this.folders.has(folder));
    this.folders.set(wanted);
    return news && [...wanted].every((folder) => this.folders.has(folder));
  }

  /** Only where an item's branch is checked out does anybody ask what is uncommitted. */
  private async watchTrees(places: Worktree[], before: Heads | undefined, now: Heads): Promise<void> {
    const branches = await marks(this.opened.repo);
    const wanted = new Set(
      places.filter((p) => p.branch !== undefined && branches.has(p.branch) && existsSync(p.path)).map((p) => p.path),
    );
    for (const [top, tree] of this.trees) {
      if (!wanted.has(top)) {
        this.trees.delete(top);
        await tree.stop();
      } else if (before?.checkedOut.get(top) !== now.checkedOut.get(top)) tree.unsure();
    }
    for (const top of wanted) if (!this.trees.has(top)) this.watchTree(top);
  }

  private watchTree(top: string): void {
    const tree = new Tree(top, this.opened.repo.git);
    this.trees.set(top, tree);
    tree.start().catch((error: unknown) => this.world.log.warn({ err: error, top }, "a work tree cannot be watched"));
  }
}

function placeOf(folder: string): string {
  const found = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.dev}.${found.ino}.${found.birthtimeNs}` : "";
}

function within(folder: string, into: Set<string>, depth: number): void {
  if (!existsSync(folder)) return;
  into.add(folder);
  if (depth > 0)
    for (const entry of folderOf(folder))
      if (entry.isDirectory()) within(path.join(folder, entry.name), into, depth - 1);
}
