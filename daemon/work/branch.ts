// An item's branch: made, marked as the item's in the repository itself, taken away, kept for later.
import { existsSync } from "node:fs";
import path from "node:path";
import { text } from "../../gate/git.ts";
import { worktreeOf, worktrees } from "../../gate/judge.ts";
import { log } from "../../gate/log.ts";
import { branchTip } from "../../gate/refs.ts";
import { headBranch, type Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { uncommittedIn } from "../git/commit.ts";
import { orThrow, unmark } from "../git/item-marks.ts";

/** Where a dropped item's tip is kept. */
export const keptRef = (id: number): string => `refs/calcifer/dropped/${id}`;

export const tipOf = (repo: Repo, branch: string): Promise<string | undefined> => branchTip(repo, branch);

export async function validBranchName(repo: Repo, branch: string): Promise<void> {
  if (branch.startsWith("-") || (await repo.git(["check-ref-format", "--branch", branch])).code !== 0)
    throw new Fault("invalid", `branch: ${JSON.stringify(branch)} is not a name git takes for a branch.`, {
      hint: "The pattern is in .calcifer.yaml, under branch.",
    });
}

/** Makes a branch at a commit and checks it out here, uncommitted changes coming along where git can. */
export const makeAndSwitch = (repo: Repo, branch: string, at: string): Promise<void> =>
  orThrow(repo, ["switch", "-q", "--no-track", "-c", branch, at], { hooks: true });

/** @returns the new work tree's folder, a sibling of the repository's */
export async function makeWorktree(repo: Repo, branch: string, at: string | undefined): Promise<string> {
  const folder = `${repo.top}.${branch.replace(/[^\p{L}\p{N}._-]+/gu, "-")}`;
  if (existsSync(folder))
    throw new Fault("conflict", `${folder} is there already.`, {
      hint: "Move it away, or start the item without --worktree.",
    });
  await orThrow(
    repo,
    ["worktree", "add", "-q", ...(at === undefined ? [folder, branch] : ["--no-track", "-b", branch, folder, at])],
    { hooks: true },
  );
  return folder;
}

/** Keeps a dropped item's tip. What was kept there before, and is another, is kept beside. */
export async function keepTip(repo: Repo, id: number, tip: string): Promise<void> {
  const before = await keptTipOf(repo, id);
  if (before !== undefined && before !== tip) {
    const beside = `${keptRef(id)}-${before.slice(0, 8)}`;
    if (text(await repo.git(["rev-parse", "-q", "--verify", beside])) !== before)
      await orThrow(repo, ["update-ref", beside, before, ""]);
  }
  await orThrow(repo, ["update-ref", "-m", `calcifer: drop #${id}`, keptRef(id), tip, before ?? ""]);
}

export const keptTipOf = async (repo: Repo, id: number): Promise<string | undefined> =>
  text(await repo.git(["rev-parse", "-q", "--verify", keptRef(id)]));

/** Switches the work tree that is on `branch` to the trunk, or to the trunk's commit where another has the trunk. */
export async function leaveBranch(repo: Repo, branch: string, trunk: string): Promise<void> {
  const folder = await worktreeOf(repo, branch);
  if (folder === undefined) return;
  const trunkElsewhere = (await worktreeOf(repo, trunk)) !== undefined;
  // A tag of that name comes before a branch, but where only a branch will do.
  const to = trunkElsewhere ? ["--detach", `refs/heads/${trunk}`] : [trunk];
  await orThrow(repo, ["switch", "-q", ...to], { cwd: folder, hooks: true });
}

/**
 * Deletes a branch that is at `tip` and nowhere else, with its mark. One that moved stays.
 * @returns why it was kept; undefined when it is gone
 */
export async function deleteBranch(repo: Repo, branch: string, tip: string): Promise<string | undefined> {
  const now = await tipOf(repo, branch);
  if (now === undefined) {
    await unmark(repo, branch);
    return undefined;
  }
  if (now !== tip) return `${branch} was kept: it has moved on since.`;
  const holder = await worktreeOf(repo, branch);
  if (holder !== undefined) return `${branch} was kept: ${holder} has it checked out.`;
  const gone = await repo.git(["update-ref", "-d", `refs/heads/${branch}`, tip]);
  if (gone.code !== 0) return `${branch} was kept: ${gone.stderr.trim()}`;
  await unmark(repo, branch);
  return undefined;
}

/** Removes an item's own work tree when nothing is uncommitted in it; says why not otherwise. */
export async function removeWorktree(repo: Repo, folder: string): Promise<string | undefined> {
  if (!existsSync(folder)) {
    await repo.git(["worktree", "prune"]);
    return undefined;
  }
  if (!(await worktrees(repo)).some((w) => path.resolve(w.path) === path.resolve(folder))) return undefined;
  const result = await repo.git(["worktree", "remove", folder]);
  if (result.code === 0) return undefined;
  // git goes on to name an option that would throw the files away.
  const why = (result.stderr.split("\n")[0] ?? "").replace(/^fatal: /, "").replace(/, use --force.*$/, "");
  return `The work tree ${folder} was kept: ${why}.`;
}

/** Commits that only a branch has, newest first; none when its content is in the trunk. */
export async function commitsOnlyOn(
  repo: Repo,
  tip: string,
  trunkTip: string,
): Promise<{ id: string; subject: string; author: string; at: string }[]> {
  const found = await log(repo.git, ["--no-merges", `${trunkTip}..${tip}`]);
  return found.map(({ id, subject, author, at }) => ({ id, subject, author, at }));
}

/** Refuses when tracked or new files are uncommitted where the branch is checked out. */
export async function mustBeClean(repo: Repo, branch: string): Promise<void> {
  if ((await headBranch(repo)) !== branch && (await worktreeOf(repo, branch)) === undefined) return;
  const folder = (await worktreeOf(repo, branch)) ?? repo.top;
  const files = (await uncommittedIn({ ...repo, top: folder })).filter((f) => f.state !== "??");
  if (files.length === 0) return;
  throw new Fault(
    "refused",
    `${files.length} ${files.length === 1 ? "file is" : "files are"} uncommitted on ${branch}.`,
    {
      reasons: files.slice(0, 20).map((f) => ({ check: "clean", message: `${f.state} ${f.path}` })),
      hint: 'Commit them: calcifer commit -m "…" --entry "…" --all, or set them aside: git stash',
    },
  );
}
