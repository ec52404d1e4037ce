// A repository as the gate sees it: its folders, its branch, whose branch that is. Reads; decides nothing.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { Fault } from "../protocol/errors.ts";
import { settingsIn } from "./config.ts";
import { fields, firstLine, type Git, gitIn, lines, text } from "./git.ts";
import { ByStamp } from "./remember.ts";

/** Folder of Calcifer's own notes in the common git directory. */
export const notesFolder = "calcifer";

export interface Repo {
  git: Git;
  /** top of the work tree; for a bare repository its git directory */
  top: string;
  gitDir: string;
  commonDir: string;
  bare: boolean;
}

/** What a branch's section of the repository's config says of its item. */
export interface ItemMark {
  id: number;
  key: string;
  title: string;
  service: string | undefined;
}

/** A service of this repository, as noted for hooks in `calcifer/services.json`. */
export interface Tracked {
  name: string;
  trunk: string;
  changes: string;
  docs: string;
}

/**
 * The repository a folder belongs to.
 * @throws Fault missing, when there is none, or no git
 */
export async function openRepo(folder: string, git: Git = gitIn(folder)): Promise<Repo> {
  const asked = await git([
    "rev-parse",
    "--path-format=absolute",
    "--git-dir",
    "--git-common-dir",
    "--is-bare-repository",
    "--is-inside-work-tree",
    // Last: where there is no work tree it ends with an error, after the other answers.
    "--show-toplevel",
  ]).catch((error: NodeJS.ErrnoException) => {
    throw statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? noGit(error) : noFolder(folder);
  });
  const [gitDir, commonDir, bare, inside, top = folder] = lines(asked);
  if (gitDir === undefined || commonDir === undefined || inside === undefined) throw notARepo(folder, asked.stderr);
  if (bare === "true" || inside !== "true") return { git, top: gitDir, gitDir, commonDir, bare: bare === "true" };
  return { git, top, gitDir, commonDir, bare: false };
}

const noFolder = (folder: string): Fault =>
  new Fault("missing", existsSync(folder) ? `${folder} is a file, not a folder.` : `There is no folder ${folder}.`);

function notARepo(folder: string, stderr: string): Fault {
  if (/dubious ownership/.test(stderr))
    return new Fault("refused", `git does not trust ${folder}: it belongs to another user.`, {
      hint: "If you trust it, tell git so: git config --global --add safe.directory <folder>",
    });
  if (!/not a git repository/.test(stderr))
    return new Fault("missing", `git cannot open the repository of ${folder}: ${firstLine(stderr)}.`);
  return new Fault("missing", `${folder} is not in a git repository.`, {
    hint: "Go to a service's repository, or make one here: git init",
  });
}

export const noGit = (error: NodeJS.ErrnoException): Fault =>
  error.code === "ENOENT"
    ? new Fault("unreachable", "git was not found.", {
        hint: "Install git 2.38 or newer and make sure it is on the PATH.",
      })
    : new Fault("unreachable", `git could not be started: ${error.message}.`);

/** The branch HEAD is on, also when it has no commit yet; undefined when detached. */
export async function headBranch(repo: Repo): Promise<string | undefined> {
  const head = readText(path.join(repo.gitDir, "HEAD"));
  const ref = /^ref: refs\/heads\/(.+)\n?$/.exec(head ?? "")?.[1];
  // A reftable repository keeps a stand-in here.
  if (ref !== ".invalid") return ref;
  return text(await repo.git(["symbolic-ref", "-q", "--short", "HEAD"]));
}

/** What git is in the middle of, by its state files. */
export function underWay(repo: Repo): "merge" | "sequence" | undefined {
  const has = (name: string) => existsSync(path.join(repo.gitDir, name));
  if (has("rebase-merge") || has("rebase-apply") || has("sequencer") || has("CHERRY_PICK_HEAD") || has("REVERT_HEAD"))
    return "sequence";
  return has("MERGE_HEAD") ? "merge" : undefined;
}

const markKeys = {
  calciferitem: "id",
  calciferkey: "key",
  calcifertitle: "title",
  calciferservice: "service",
} as const;

const marked = new ByStamp<Promise<Map<string, ItemMark>>>();

/** Every branch that belongs to an item, from the repository's own config. Asked once for each state of that file. */
export async function marks(repo: Repo): Promise<ReadonlyMap<string, ItemMark>> {
  const config = path.join(repo.commonDir, "config");
  return marked.get(config, () =>
    askMarks(repo).catch((error: unknown) => {
      marked.forget(config);
      throw error;
    }),
  );
}

async function askMarks(repo: Repo): Promise<Map<string, ItemMark>> {
  const found = new Map<string, Partial<Record<"id" | "key" | "title" | "service", string>>>();
  for (const { branch, name, value } of readMarks(repo) ?? (await gitsMarks(repo))) {
    const key = markKeys[name as keyof typeof markKeys];
    if (key) found.set(branch, { ...found.get(branch), [key]: value });
  }
  const whole = new Map<string, ItemMark>();
  for (const [branch, mark] of found) {
    const id = Number(mark.id);
    if (Number.isSafeInteger(id) && id > 0 && mark.key)
      whole.set(branch, { id, key: mark.key, title: mark.title ?? "", service: mark.service });
  }
  return whole;
}

interface BranchSetting {
  branch: string;
  name: string;
  value: string;
}

function readMarks(repo: Repo): BranchSetting[] | undefined {
  const settings = settingsIn(readText(path.join(repo.commonDir, "config")) ?? "");
  return settings?.flatMap(({ section, subsection, key, value }) =>
    section === "branch" && subsection !== undefined ? [{ branch: subsection, name: key, value }] : [],
  );
}

async function gitsMarks(repo: Repo): Promise<BranchSetting[]> {
  const asked = await repo.git(["config", "--local", "-z", "--get-regexp", "^branch\\..*\\.calcifer"]);
  // 1 is git's word for none.
  if (asked.code > 1)
    throw new Fault(
      "unreachable",
      `git cannot read ${path.join(repo.commonDir, "config")}: ${asked.stderr.trim().split("\n")[0]}`,
    );
  return fields(asked).flatMap((field) => {
    const newline = field.indexOf("\n");
    const match = /^branch\.([\s\S]*)\.(calcifer[a-z]+)$/.exec(field.slice(0, newline));
    return match ? [{ branch: match[1] as string, name: match[2] as string, value: field.slice(newline + 1) }] : [];
  });
}

const noted = new ByStamp<Tracked[]>();

/** The services noted for this repository; empty in a checkout Calcifer does not know (CI). */
export function tracked(repo: Repo): readonly Tracked[] {
  const file = path.join(repo.commonDir, notesFolder, "services.json");
  return noted.get(file, () => readTracked(file));
}

function readTracked(file: string): Tracked[] {
  const noted = readText(file);
  if (noted === undefined) return [];
  try {
    return JSON.parse(noted) as Tracked[];
  } catch {
    return [];
  }
}

export const readText = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
};

/**
 * Reads objects through one `git cat-file --batch` process: a process per blob costs forty times as much.
 * Close it, or let it go idle: it ends itself after ten seconds without a question.
 */
export class Objects {
  private process: Reading | undefined;
  private idle: NodeJS.Timeout | undefined;
  private readonly gitDir: string;

  constructor(gitDir: string) {
    this.gitDir = gitDir;
  }

  /** Has the process ready for a question that will come. */
  warm(): void {
    this.started();
  }

  /** @param name an object name git understands, such as `<commit>:<path>`; undefined when there is no such object */
  read(name: string): Promise<Buffer | undefined> {
    // A newline would be a second question, and the answers would no longer match.
    if (/[\n\r\0]/.test(name)) return Promise.resolve(undefined);
    return this.started().read(name);
  }

  async readText(name: string): Promise<string | undefined> {
    return (await this.read(name))?.toString("utf8");
  }

  close(): void {
    clearTimeout(this.idle);
    this.process?.close();
    this.process = undefined;
  }

  private started(): Reading {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.close(), 10_000);
    this.idle.unref();
    if (!this.process || this.process.isOver) this.process = new Reading(this.gitDir);
    return this.process;
  }
}

/** One process and the questions put to it: when it ends late, another's questions are not its own. */
class Reading {
  isOver = false;
  private readonly child: ChildProcess;
  private readonly waiting: { resolve: (found: Buffer | undefined) => void; reject: (error: Error) => void }[] = [];
  private buffered: Buffer[] = [];
  private size = 0;

  constructor(gitDir: string) {
    this.child = spawn("git", ["-c", "core.fsmonitor=false", `--git-dir=${gitDir}`, "cat-file", "--batch"], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, LC_ALL: "C", GIT_DIR: undefined, GIT_INDEX_FILE: undefined, GIT_NO_LAZY_FETCH: "1" },
      windowsHide: true,
    });
    const ended = (error: Error) => {
      this.isOver = true;
      for (const w of this.waiting.splice(0)) w.reject(error);
    };
    this.child.on("error", (error) => ended(noGit(error)));
    this.child.on("close", () => ended(new Fault("unreachable", "git ended while it was reading objects.")));
    this.child.stdin?.on("error", () => {});
    this.child.stdout?.on("data", (chunk: Buffer) => this.take(chunk));
  }

  read(name: string): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin?.write(`${name}\n`);
    });
  }

  /** What was asked is answered yet. */
  close(): void {
    this.child.stdin?.end();
    // Nobody has to wait for its end: a hook is over with its answer.
    if (this.waiting.length > 0) return;
    this.child.stdout?.destroy();
    this.child.unref();
  }

  private take(chunk: Buffer): void {
    this.buffered.push(chunk);
    this.size += chunk.length;
    while (this.waiting.length > 0 && this.answer());
  }

  private answer(): boolean {
    const first = this.buffered[0];
    if (!first) return false;
    const newline = first.indexOf(10);
    if (newline < 0) return this.join() && this.answer();
    const header = first.toString("utf8", 0, newline);
    const size = / (?:blob|tree|commit|tag) (\d+)$/.exec(header)?.[1];
    if (size === undefined) return this.give(undefined, newline + 1);
    const end = newline + 1 + Number(size);
    if (this.size < end + 1) return false;
    this.join();
    return this.give((this.buffered[0] as Buffer).subarray(newline + 1, end), end + 1);
  }

  /** @returns false when there was nothing to join, so nothing more to read */
  private join(): boolean {
    if (this.buffered.length < 2) return false;
    this.buffered = [Buffer.concat(this.buffered)];
    return true;
  }

  private give(found: Buffer | undefined, used: number): boolean {
    const rest = (this.buffered[0] as Buffer).subarray(used);
    this.buffered = rest.length > 0 ? [rest, ...this.buffered.slice(1)] : this.buffered.slice(1);
    this.size -= used;
    this.waiting.shift()?.resolve(found);
    return true;
  }
}
