// What registering a repository needs to find out and to write: its trunk, its name, its policy, its changes file.
import { existsSync, lstatSync } from "node:fs";
import path from "node:path";
import { lines, text } from "../../gate/git.ts";
import { initialPolicy, parsePolicy, policyFile, slug } from "../../gate/policy.ts";
import { type Repo, readText } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { readInside, writeInside } from "../git/commit.ts";
import { porcelain } from "../git/porcelain.ts";
import { chooseTrunk } from "./rules.ts";

/** @throws Fault refused, for a repository there is nothing to branch from, or to work in */
export async function suitable(repo: Repo): Promise<void> {
  if (repo.bare)
    throw new Fault("refused", `${repo.top} is a bare repository: it has no work tree to edit and commit in.`, {
      hint: `Register a work tree of it. Make one: git -C ${JSON.stringify(repo.top)} worktree add <folder>`,
    });
  const head = await repo.git(["rev-parse", "-q", "--verify", "HEAD^{commit}"]);
  const any = head.code === 0 || lines(await repo.git(["for-each-ref", "--count=1", "refs/heads"])).length > 0;
  if (!any)
    throw new Fault("refused", `${repo.top} has no commit yet, so there is no trunk to branch from.`, {
      hint: 'Make the first one: git commit --allow-empty -m "Start"',
    });
}

/**
 * The trunk: the one asked for, the policy's, `origin/HEAD`, `init.defaultBranch`, the only branch.
 * @throws Fault missing | invalid, naming the branches there are
 */
export async function findTrunk(repo: Repo, asked: string | undefined): Promise<string> {
  const git = await porcelain(repo);
  const [local, origin, configured] = await Promise.all([
    git.branchLocal(),
    repo.git(["symbolic-ref", "-q", "--short", "refs/remotes/origin/HEAD"]),
    git.getConfig("init.defaultBranch"),
  ]);
  // A detached HEAD is listed among the branches, under its commit.
  const branches = local.all.filter((name) => !(local.detached && name === local.current));
  const policy = readText(path.join(repo.top, policyFile));
  const stated = policy === undefined || !/^trunk:/m.test(policy) ? undefined : parsePolicy(policy).policy.trunk;
  const found = chooseTrunk(branches, {
    asked,
    stated,
    origin: text(origin)?.replace(/^origin\//, ""),
    configured: configured.value ?? undefined,
  });
  if (typeof found === "string") return found;
  throw new Fault(found.fault, found.message, { hint: "Say which branch is the trunk: --trunk <branch>" });
}

/** A name for the service of a folder. */
export const nameOf = (top: string): string => slug(path.basename(top).replace(/\.git$/, ""));

/**
 * Writes the policy and the changes file where there are none.
 * @returns the paths written
 * @throws Fault refused, when a path leads out of the repository
 */
export function writeFirstFiles(
  repo: Repo,
  service: { name: string; trunk: string; changes: string; docs: string },
): string[] {
  const files: [string, string][] = [
    [
      policyFile,
      initialPolicy({ service: service.name, trunk: service.trunk, changesFile: service.changes, docs: service.docs }),
    ],
    [service.changes, "# Changes\n\n## Unreleased\n"],
  ];
  const missing = files.filter(([file]) => !exists(path.join(repo.top, file)));
  // All of it is looked at before anything is written: a folder on the way may be a link that leads elsewhere.
  for (const [file] of missing) {
    readInside(repo, file);
    if (!existsSync(path.dirname(path.join(repo.top, file))))
      throw new Fault("missing", `There is no folder ${path.dirname(file)} in ${repo.top}.`, {
        hint: "Make it first.",
      });
  }
  for (const [file, contents] of missing) {
    try {
      writeInside(repo, file, contents);
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw new Fault("refused", `${path.join(repo.top, file)} cannot be written: ${(error as Error).message}.`, {
        hint: "Nothing was registered.",
      });
    }
  }
  return missing.map(([file]) => file);
}

/** A dangling symbolic link is there, too: writing to it would write elsewhere. */
function exists(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch {
    return false;
  }
}
