// Refs and work trees as git's own files have them: a verdict that costs no process. Reads; what it cannot read it asks git.
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { settingsIn } from "./config.ts";
import { fields, lines, text } from "./git.ts";
import { ByStamp } from "./remember.ts";
import { type Repo, readText } from "./repo.ts";

const id = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** A reftable keeps its refs where only git can read them. */
const isReadable = (repo: Repo): boolean => !existsSync(path.join(repo.commonDir, "reftable"));

/** The commit a branch is at; undefined when there is no such branch. */
export async function branchTip(repo: Repo, branch: string): Promise<string | undefined> {
  const ref = `refs/heads/${branch}`;
  const found = isReadable(repo) && isProper(branch) ? readRef(repo, ref) : undefined;
  // A file git could read and we could not, such as a link, is git's to read.
  if (found !== undefined || (isReadable(repo) && !existsSync(path.join(repo.commonDir, ref)))) return found;
  return text(await repo.git(["rev-parse", "-q", "--verify", `${ref}^{commit}`]));
}

const isProper = (branch: string): boolean =>
  branch.split("/").every((part) => part !== "" && part !== "." && part !== "..");

function readRef(repo: Repo, ref: string, deep = 0): string | undefined {
  const loose = readText(path.join(repo.commonDir, ref))?.trimEnd();
  if (loose === undefined) return packed(repo.commonDir).get(ref);
  const target = /^ref: (refs\/heads\/.+)$/.exec(loose)?.[1];
  if (target !== undefined && deep < 5 && isProper(target)) return readRef(repo, target, deep + 1);
  return id.test(loose) ? loose : undefined;
}

const packs = new ByStamp<Map<string, string>>(200);

function packed(commonDir: string): Map<string, string> {
  const file = path.join(commonDir, "packed-refs");
  return packs.get(
    file,
    () =>
      new Map(
        [...(readText(file) ?? "").matchAll(/^([0-9a-f]{40,64}) (refs\/heads\/.+)$/gm)].map((m) => [
          m[2] as string,
          m[1] as string,
        ]),
      ),
  );
}

/**
 * Whether what looks like a deletion is git moving a ref from its file into packed-refs, which then has it already. One
 * that deletes a packed ref holds the lock of that file.
 */
export const isBeingPacked = (repo: Repo, branch: string, tip: string): boolean =>
  packed(repo.commonDir).get(`refs/heads/${branch}`) === tip &&
  !existsSync(path.join(repo.commonDir, "packed-refs.lock"));

/**
 * Whether git is in the middle of renaming a branch. Refused there it gives up half way, and the branch renamed is lost:
 * so where no reflog is kept, and nobody can tell, it counts as a renaming.
 */
export const mayBeRenamed = (repo: Repo, branch: string): boolean =>
  existsSync(path.join(repo.commonDir, "logs", "refs", ".tmp-renamed-log")) ||
  !existsSync(path.join(repo.commonDir, "logs", "refs", "heads", branch));

/** Every branch with the commit it is at. */
export async function branchTips(repo: Repo): Promise<Map<string, string>> {
  if (!isReadable(repo)) {
    const asked = await repo.git(["for-each-ref", "--format=%(refname:lstrip=2)%00%(objectname)", "refs/heads"]);
    return new Map(lines(asked).map((l) => l.split("\0") as [string, string]));
  }
  const found = new Map<string, string>();
  for (const ref of [...packed(repo.commonDir).keys(), ...looseHeads(repo.commonDir)]) {
    const tip = readRef(repo, ref);
    if (tip !== undefined) found.set(ref.slice("refs/heads/".length), tip);
  }
  return found;
}

function looseHeads(commonDir: string): string[] {
  const found: string[] = [];
  const walk = (ref: string) => {
    for (const entry of folderOf(path.join(commonDir, ref))) {
      if (entry.isDirectory()) walk(`${ref}/${entry.name}`);
      else if (!entry.name.endsWith(".lock")) found.push(`${ref}/${entry.name}`);
    }
  };
  walk("refs/heads");
  return found;
}

export function folderOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

export interface Worktree {
  path: string;
  /** where its HEAD and index are */
  gitDir: string;
  branch: string | undefined;
  bare: boolean;
}

/** The work trees of a repository, the main one first. */
export async function worktrees(repo: Repo): Promise<Worktree[]> {
  const main = mainWorktree(repo);
  if (!main || !isReadable(repo)) return askWorktrees(repo);
  const linked = folderOf(path.join(repo.commonDir, "worktrees")).flatMap((entry): Worktree[] => {
    const gitDir = path.join(repo.commonDir, "worktrees", entry.name);
    const at = readText(path.join(gitDir, "gitdir"))?.trimEnd();
    return at ? [{ path: path.dirname(path.resolve(gitDir, at)), gitDir, branch: branchIn(gitDir), bare: false }] : [];
  });
  return [main, ...linked];
}

/** Seen from a linked work tree, where the main one is can be told without git only when it is the usual place. */
function mainWorktree(repo: Repo): Worktree | undefined {
  const { commonDir, gitDir } = repo;
  const here = { gitDir: commonDir, branch: repo.bare ? undefined : branchIn(commonDir) };
  if (gitDir === commonDir) return { path: repo.top, bare: repo.bare, ...here };
  const usual =
    path.basename(commonDir) === ".git" &&
    !/^\s*(?:bare\s*=\s*true|worktree\s*=)/im.test(readText(path.join(commonDir, "config")) ?? "");
  return usual ? { path: path.dirname(commonDir), bare: false, ...here } : undefined;
}

const branchIn = (gitDir: string): string | undefined =>
  /^ref: refs\/heads\/(.+)\n?$/.exec(readText(path.join(gitDir, "HEAD")) ?? "")?.[1];

async function askWorktrees(repo: Repo): Promise<Worktree[]> {
  const all: Worktree[] = [];
  for (const field of fields(await repo.git(["worktree", "list", "--porcelain", "-z"]))) {
    if (field.startsWith("worktree ")) all.push({ path: field.slice(9), gitDir: "", branch: undefined, bare: false });
    const last = all.at(-1);
    if (last && field.startsWith("branch refs/heads/")) last.branch = field.slice(18);
    if (last && field === "bare") last.bare = true;
  }
  for (const one of all) one.gitDir = gitDirAt(one.path) ?? repo.commonDir;
  return all;
}

/** What the `.git` of a folder leads to; undefined where there is none. */
export function gitDirAt(folder: string): string | undefined {
  const dotGit = path.join(folder, ".git");
  const found = statSync(dotGit, { throwIfNoEntry: false });
  if (!found) return undefined;
  if (found.isDirectory()) return dotGit;
  const named = /^gitdir: (.+?)\r?\n?$/.exec(readText(dotGit) ?? "")?.[1];
  return named === undefined ? undefined : path.resolve(folder, named);
}

/** The remote a trunk follows: its upstream's, else `origin`, else the only one; undefined without remotes. */
export async function remoteOf(repo: Repo, trunk: string): Promise<string | undefined> {
  const { upstream, remotes } = configured(repo, trunk) ?? (await asked(repo, trunk));
  if (upstream && upstream !== ".") return upstream;
  return remotes.includes("origin") ? "origin" : remotes.length === 1 ? remotes[0] : undefined;
}

interface Remotes {
  /** the remote its branch follows */
  upstream: string | undefined;
  remotes: string[];
}

function configured(repo: Repo, trunk: string): Remotes | undefined {
  const settings = settingsIn(readText(path.join(repo.commonDir, "config")) ?? "");
  const upstream = settings?.findLast((s) => s.section === "branch" && s.subsection === trunk && s.key === "remote");
  const remotes = settings?.flatMap((s) =>
    s.section === "remote" && s.subsection !== undefined ? [s.subsection] : [],
  );
  return remotes && { upstream: upstream?.value, remotes: [...new Set(remotes)] };
}

async function asked(repo: Repo, trunk: string): Promise<Remotes> {
  const upstream = text(await repo.git(["config", `branch.${trunk}.remote`]));
  return { upstream, remotes: lines(await repo.git(["remote"])) };
}
