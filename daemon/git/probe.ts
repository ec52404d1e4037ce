// A real commit that cannot happen: finds out which hooks git comes to, and leaves user, index, branches and objects alone.
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Git, GitResult } from "../../gate/git.ts";
import { removeIfEmpty } from "./edit.ts";
import { listFolder, readIf, type Site } from "./site.ts";

export interface Probed {
  /** hooks of ours that git started */
  ran: string[];
  /** hooks behind which one that was there would have run */
  before: string[];
  /** git gave the commit up because the last hook said no */
  refused: boolean;
  stderr: string;
}

type Env = Record<string, string | undefined>;

/**
 * Lets git commit in a scratch git directory that shares the repository's config and hooks, but has its own HEAD, index
 * and objects. Our hooks know the probe by its token and only write down that they ran; the last one refuses the commit,
 * so nothing moves and no post-commit runs. Hooks that were there are looked at, not run.
 */
export async function probe(git: Git, site: Site, version: readonly number[]): Promise<Probed> {
  const scratch = makeScratch(site);
  try {
    const reftable =
      (await git(["config", "--get", "extensions.refStorage"])).stdout.toString("utf8").trim() === "reftable";
    // A scratch directory has no reftable of its own: there git can only be told to run each hook.
    const result = reftable ? await eachHook(git, site, scratch) : await commit(git, site, scratch);
    if (!reftable && (version[0] ?? 0) * 100 + (version[1] ?? 0) >= 236) await hookRun(git, scratch, "pre-push");
    const seen = (readIf(path.join(scratch.folder, "seen")) ?? "").split("\n");
    const of = (word: string) => [
      ...new Set(seen.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))),
    ];
    return { ran: of("ran"), before: of("before"), refused: result.code !== 0, stderr: result.stderr };
  } finally {
    rmSync(scratch.folder, { recursive: true, force: true });
    removeIfEmpty(path.dirname(scratch.folder));
  }
}

interface Scratch {
  folder: string;
  cwd: string;
  env: Env;
}

function makeScratch(site: Site): Scratch {
  const token = `${process.pid}x${randomBytes(8).toString("hex")}`;
  const folder = path.join(site.notes, "probes", token);
  mkdirSync(path.join(folder, "objects"), { recursive: true });
  mkdirSync(path.join(folder, "refs"));
  // A ref of this git directory alone: nobody else sees it, even if it came to be.
  writeFileSync(path.join(folder, "HEAD"), "ref: refs/worktree/calcifer-probe\n");
  writeFileSync(path.join(folder, "commondir"), `${site.common}\n`);
  writeFileSync(path.join(folder, "seen"), "");
  const own = path.join(site.gitDir, "config.worktree");
  if (existsSync(own)) copyFileSync(own, path.join(folder, "config.worktree"));
  const cwd = site.top ?? path.join(folder, "work");
  mkdirSync(cwd, { recursive: true });
  const env = {
    GIT_DIR: folder,
    GIT_WORK_TREE: cwd,
    GIT_OBJECT_DIRECTORY: path.join(folder, "objects"),
    CALCIFER_PROBE: token,
  };
  return { folder, cwd, env };
}

const who = {
  GIT_AUTHOR_NAME: "Calcifer",
  GIT_AUTHOR_EMAIL: "probe@localhost",
  GIT_COMMITTER_NAME: "Calcifer",
  GIT_COMMITTER_EMAIL: "probe@localhost",
};
const quiet = [
  "-c",
  "commit.gpgSign=false",
  "-c",
  "gc.auto=0",
  "-c",
  "maintenance.auto=false",
  "-c",
  "core.untrackedCache=false",
  "-c",
  "core.splitIndex=false",
];

const commit = (git: Git, site: Site, scratch: Scratch): Promise<GitResult> =>
  git([...quiet, "commit", "-q", "--allow-empty", "-m", `Calcifer's probe in ${path.basename(site.common)}`], {
    hooks: true,
    cwd: scratch.cwd,
    env: { ...who, ...scratch.env },
    patience: 10_000,
  });

const hookRun = (git: Git, scratch: Scratch, hook: string, ...args: string[]): Promise<GitResult> =>
  git(["hook", "run", "--ignore-missing", hook, "--", ...args], {
    hooks: true,
    cwd: scratch.cwd,
    env: scratch.env,
    patience: 10_000,
  });

async function eachHook(git: Git, site: Site, scratch: Scratch): Promise<GitResult> {
  const real = {
    ...scratch,
    env: { CALCIFER_PROBE: scratch.env.CALCIFER_PROBE, GIT_DIR: site.gitDir, GIT_WORK_TREE: scratch.cwd },
  };
  for (const hook of ["pre-commit", "prepare-commit-msg", "commit-msg", "pre-push"]) await hookRun(git, real, hook);
  return hookRun(git, real, "reference-transaction", "prepared");
}

/** Removes what probes left that were ended in the middle. */
export function clearOldProbes(site: Site): void {
  const folder = path.join(site.notes, "probes");
  for (const token of listFolder(folder))
    if (!runs(Number(token.split("x")[0]))) rmSync(path.join(folder, token), { recursive: true, force: true });
  removeIfEmpty(folder);
}

function runs(pid: number): boolean {
  try {
    return pid === process.pid || (pid > 0 && process.kill(pid, 0));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const keptByGui =
  /^(?:HOME|USER|LOGNAME|TMPDIR|LANG|SystemRoot|SYSTEMROOT|USERPROFILE|APPDATA|LOCALAPPDATA|TEMP|TMP|PATHEXT|ComSpec)$/;

/** What a program started from a desktop has of the environment: the person, and a PATH without the shell's additions. */
export function guiEnvironment(): Env {
  const gone = Object.keys(process.env).filter((name) => !keptByGui.test(name) && !/^path$/i.test(name));
  const blank: Env = Object.fromEntries(gone.map((name) => [name, undefined]));
  return process.platform === "win32" ? blank : { ...blank, PATH: "/usr/bin:/bin:/usr/sbin:/sbin" };
}
