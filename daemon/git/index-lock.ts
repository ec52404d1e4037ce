// The lock on a work tree's index, by git's own protocol, and what a daemon that was killed under it left behind.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fields, text } from "../../gate/git.ts";
import { type Repo, readText } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";

const journal = "calcifer-commit.json";
const indexOf = (repo: Repo): string => path.join(repo.gitDir, "index");
const lockOf = (repo: Repo): string => path.join(repo.gitDir, "index.lock");
const journalOf = (repo: Repo): string => path.join(repo.gitDir, journal);

/** What has to be known to finish a commit that somebody else began. */
interface Begun {
  /** HEAD before; null for a first commit */
  head: string | null;
  message: string;
  /** the index as it was committed: a file in the git directory */
  next: string;
  /** that index is the whole of the next one; else it holds only what was committed, beside what else is staged */
  whole: boolean;
  /** a file of the work tree that follows, if it is still as it was */
  edit: { file: string; before: string | null; after: string } | null;
  /** the commit, once it is known to have been made and all has followed */
  landed?: string;
}

/**
 * Takes the lock, so that nothing is staged by others while a commit is made.
 * @throws Fault conflict, when another git holds it for more than two seconds
 */
export async function lockIndex(repo: Repo): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return writeFileSync(lockOf(repo), "", { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (tries >= 40)
        throw new Fault("conflict", `Another git is at work in ${repo.top}: ${lockOf(repo)} is there.`, {
          hint: "Wait until it has ended. If none runs, one that crashed has left that file behind.",
        });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Gives the lock back, the index unchanged. */
export function unlockIndex(repo: Repo): void {
  rmSync(journalOf(repo), { force: true });
  rmSync(lockOf(repo), { force: true });
}

/** Puts the next index in place and gives the lock back, in one step. */
export function replaceIndex(repo: Repo, next: string): void {
  copyIndex(next, lockOf(repo));
  renameSync(lockOf(repo), indexOf(repo));
}

/**
 * Copies an index with its time. git takes a file for unchanged when size and second are as noted, unless it was touched
 * in the very second the index was written: a copy that looks younger would hide such a change.
 */
export function copyIndex(from: string, to: string): void {
  const second = Math.floor(statSync(from).mtimeMs / 1000);
  writeFileSync(to, readFileSync(from));
  utimesSync(to, second, second);
}

/** The commit is made and all has followed. */
export const forgetCommit = (repo: Repo): void => rmSync(journalOf(repo), { force: true });

export function noteCommit(repo: Repo, begun: Begun): void {
  writeFileSync(journalOf(repo), JSON.stringify(begun));
}

/**
 * Finishes or undoes the commit a killed daemon left in a work tree.
 * @returns the commit that had been made, if it is still HEAD, with its message
 */
export async function takeUpCommit(repo: Repo): Promise<{ commit: string; message: string } | undefined> {
  const written = readText(journalOf(repo));
  if (written === undefined) return undefined;
  const begun = JSON.parse(written) as Begun;
  const head = text(await repo.git(["rev-parse", "-q", "--verify", "HEAD"]));
  if (begun.landed !== undefined) {
    rmSync(journalOf(repo), { force: true });
    return begun.landed === head ? { commit: begun.landed, message: begun.message } : undefined;
  }
  const parent = text(await repo.git(["rev-parse", "-q", "--verify", "HEAD^"])) ?? null;
  if (head === undefined || head === begun.head || parent !== begun.head) {
    rmSync(begun.next, { force: true });
    unlockIndex(repo);
    return undefined;
  }
  await followIndex(repo, begun, head);
  followEdit(repo, begun);
  // Whoever asked for it will ask again.
  noteCommit(repo, { ...begun, landed: head });
  return { commit: head, message: begun.message };
}

/** Without the lock the index has followed already. */
async function followIndex(repo: Repo, { next, whole }: Begun, commit: string): Promise<void> {
  if (existsSync(lockOf(repo)) && existsSync(next)) {
    if (whole) replaceIndex(repo, next);
    else {
      rmSync(lockOf(repo));
      await repo.git(["update-index", "-z", "--index-info"], { input: await indexInfo(repo, commit) });
    }
  }
  rmSync(next, { force: true });
}

/** What a commit changed, as `git update-index --index-info` takes it; `except` leaves a file out. */
export async function indexInfo(repo: Repo, commit: string, except?: string): Promise<string> {
  const args = ["diff-tree", "-r", "--root", "--no-commit-id", "-z", "--raw", "--no-renames", "--no-abbrev", commit];
  const rows = fields(await repo.git(args));
  let info = "";
  for (let i = 0; i + 1 < rows.length; i += 2) {
    const [, mode, , id, state] = (rows[i] as string).split(" ");
    const file = rows[i + 1] as string;
    if (file !== except) info += `${state === "D" ? `0 ${"0".repeat(40)}` : `${mode} ${id}`}\t${file}\0`;
  }
  return info;
}

function followEdit(repo: Repo, { edit }: Begun): void {
  if (!edit) return;
  const file = path.join(repo.top, edit.file);
  mkdirSync(path.dirname(file), { recursive: true });
  if ((readText(file) ?? null) === edit.before) writeFileSync(file, edit.after);
}

/**
 * The work trees of a repository in which a commit is half done.
 * @param top the main work tree, or the one that stands for a bare repository
 */
export function unfinishedCommits(commonDir: string, top: string): string[] {
  const linked = path.join(commonDir, "worktrees");
  const names = existsSync(linked) ? readdirSync(linked) : [];
  const trees = names.map((name) => ({
    gitDir: path.join(linked, name),
    top: path.dirname((readText(path.join(linked, name, "gitdir")) ?? "").trim()),
  }));
  const all = [{ gitDir: commonDir, top }, ...trees];
  return all.filter(({ gitDir }) => existsSync(path.join(gitDir, journal))).map((tree) => tree.top);
}
