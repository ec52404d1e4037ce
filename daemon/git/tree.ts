// What is uncommitted in one work tree, remembered until something in it moves. Watches its folders, not its files.

import { existsSync, lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Changed } from "../../gate/facts.ts";
import { fields, type Git, text } from "../../gate/git.ts";
import { stampOf } from "../../gate/remember.ts";
import type { Unknown } from "../../gate/unknown.ts";
import { Folders, Soon } from "./folders.ts";
import { userConfigs } from "./in-force.ts";

type Files = Changed[] | Unknown;

// Above it, watching costs more than asking. The usual limit of a Linux user is 8,192 for all programs together.
const mostFolders = 2000;
// The kernel drops notices when there are too many at once, and nobody tells us: so nothing is believed for longer.
const longestBelief = 15_000;

export class Tree {
  readonly top: string;
  private readonly git: Git;
  private readonly folders: Folders;
  private readonly scan: Soon;
  /** grows with everything that happens in the work tree */
  private version = 0;
  /** every folder that matters is watched */
  private complete = false;
  /** the system has no room for more watches */
  private overfull = false;
  /** settings outside the repository that say what is ignored */
  private outside: string[] = [];
  private answer: { version: number; stamp: string; until: number; files: Promise<Files> } | undefined;

  constructor(top: string, git: Git) {
    this.top = top;
    this.git = git;
    this.folders = new Folders({
      changed: (folder, name, came) => this.changed(folder, name, came),
      full: () => {
        this.overfull = true;
      },
    });
    this.scan = new Soon(() => this.rescan(), 100);
  }

  /** Folders watched. */
  get size(): number {
    return this.folders.size;
  }

  get isWatched(): boolean {
    return this.complete;
  }

  start(): Promise<void> {
    return this.scan.now();
  }

  async stop(): Promise<void> {
    this.complete = false;
    this.folders.close();
    await this.scan.stop();
  }

  uncommitted(ask: () => Promise<Files>): Promise<Files> {
    const { answer } = this;
    if (!this.complete) return ask();
    const stamp = this.outside.map(stampOf).join(" ");
    if (answer && answer.version === this.version && answer.stamp === stamp && performance.now() < answer.until)
      return answer.files;
    const files = ask();
    const mine = { version: this.version, stamp, until: performance.now() + longestBelief, files };
    this.answer = mine;
    const forget = () => {
      if (this.answer === mine) this.answer = undefined;
    };
    files.then((f) => "unknown" in f && forget(), forget);
    return files;
  }

  /** Something that is not in the work tree moved: HEAD, the index, what is excluded. */
  moved(): void {
    this.version++;
  }

  /** The folders have to be looked through again. */
  unsure(): void {
    this.version++;
    this.complete = false;
    this.scan.ask();
  }

  private changed(folder: string, name: string | undefined, came: boolean): void {
    if (folder === this.top && name === ".git") return;
    this.version++;
    if (name === undefined || name === ".gitignore" || name === ".gitmodules" || this.isOther(folder, name, came))
      this.unsure();
  }

  /** Whether there may be other folders now than those that are watched. */
  private isOther(folder: string, name: string, came: boolean): boolean {
    const full = path.join(folder, name);
    if (!this.folders.has(full)) {
      if (lstatSync(full, { throwIfNoEntry: false })?.isDirectory()) return true;
      // A folder tells of its own end under its own name.
      return came && name === path.basename(folder) && !existsSync(folder);
    }
    // It came, it went, or it went and another came: the watch may be on something that is no longer there.
    if (came) this.folders.dropUnder(full);
    return came;
  }

  private giveUp(): void {
    this.complete = false;
    this.folders.close();
  }

  private async rescan(): Promise<void> {
    const { version } = this;
    this.overfull = false;
    if (!existsSync(this.top)) return this.giveUp();
    const tracked = await this.trackedFolders();
    if (!tracked) return this.giveUp();
    this.outside = await this.outsideFiles();
    this.folders.set(tracked);
    const all = await this.withUntracked(tracked);
    if (all) this.folders.set(all);
    if (!all || this.overfull) return this.giveUp();
    // A folder that came meanwhile may have been missed, unless a notice says so and another look is due.
    if (version === this.version) this.complete = true;
    else this.scan.ask();
  }

  /** undefined: too many, or a submodule, whose own changes count too and would have to be watched as well */
  private async trackedFolders(): Promise<Set<string> | undefined> {
    const listed = await this.git(["ls-files", "-s", "-z"], { cwd: this.top });
    const folders = new Set([this.top]);
    let last = "";
    for (const row of fields(listed)) {
      if (row.startsWith("160000 ")) return undefined;
      const folder = path.posix.dirname(row.slice(row.indexOf("\t") + 1));
      if (folder === last) continue;
      last = folder;
      for (let at = path.join(this.top, folder); at !== this.top && !folders.has(at); at = path.dirname(at))
        folders.add(at);
      if (folders.size > mostFolders) return undefined;
    }
    return listed.code === 0 ? folders : undefined;
  }

  /** Folders without tracked files, as long as they are not ignored: a file in them would be news. */
  private async withUntracked(tracked: Set<string>): Promise<Set<string> | undefined> {
    const all = new Set(tracked);
    let level = [...tracked];
    while (level.length > 0) {
      const found = (await Promise.all(level.map((folder) => this.subfolders(folder))))
        .flat()
        .filter((f) => !all.has(f));
      level = await this.notIgnored(found);
      for (const folder of level) {
        all.add(folder);
        this.folders.add(folder);
      }
      if (all.size > mostFolders) return undefined;
    }
    return all;
  }

  private async subfolders(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries.filter((e) => e.isDirectory() && e.name !== ".git").map((e) => path.join(folder, e.name));
  }

  private async notIgnored(folders: string[]): Promise<string[]> {
    if (folders.length === 0) return [];
    const names = folders.map((f) => path.relative(this.top, f).split(path.sep).join("/"));
    const asked = await this.git(["check-ignore", "-z", "--stdin"], {
      cwd: this.top,
      input: names.map((n) => `${n}\0`).join(""),
    });
    const ignored = new Set(fields(asked));
    return folders.filter((_, i) => !ignored.has(names[i] as string));
  }

  private async outsideFiles(): Promise<string[]> {
    const home = process.env.HOME ?? os.homedir();
    const xdg = process.env.XDG_CONFIG_HOME || path.join(home, ".config");
    const named = text(await this.git(["config", "--type=path", "--get", "core.excludesFile"], { cwd: this.top }));
    return [
      ...userConfigs(),
      path.join(xdg, "git", "ignore"),
      path.join(xdg, "git", "attributes"),
      ...(named ? [path.resolve(this.top, named)] : []),
    ];
  }
}
