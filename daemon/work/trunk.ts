// Moving a trunk without touching anyone's work: compare-and-swap, then the work tree that has it follows.
import { fields, type GitResult } from "../../gate/git.ts";
import { worktreeOf } from "../../gate/judge.ts";
import { branchTip } from "../../gate/refs.ts";
import type { Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { uncommittedIn } from "../git/commit.ts";

/** Refuses when the work tree that has the trunk could not follow: files the move touches are uncommitted there. */
export async function mayFollow(repo: Repo, trunk: string, from: string, to: string): Promise<void> {
  const folder = await worktreeOf(repo, trunk);
  if (folder === undefined || from === to) return;
  const tried = await follow(repo, folder, from, to, "try");
  if (tried.code === 0) return;
  const inWay = await uncommittedThatMove(repo, folder, from, to);
  const hint = "Commit them there, or set them aside: git stash";
  if (inWay.length === 0)
    throw new Fault("refused", `The work tree ${folder}, which has ${trunk}, cannot follow: ${gitSays(tried)}.`, {
      hint,
    });
  throw new Fault(
    "refused",
    `The merge touches ${inWay.length} ${inWay.length === 1 ? "file that is" : "files that are"} uncommitted on ${trunk} in ${folder}.`,
    { reasons: inWay.slice(0, 20).map((f) => ({ check: "clean", message: `${f.state} ${f.path}` })), hint },
  );
}

async function uncommittedThatMove(repo: Repo, folder: string, from: string, to: string) {
  const [files, changed] = await Promise.all([
    uncommittedIn({ ...repo, top: folder }),
    repo.git(["diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to]),
  ]);
  const moving = new Set(fields(changed));
  return files.filter((f) => moving.has(f.path));
}

/** What git does in a checkout, without touching HEAD; `try` changes nothing. */
async function follow(repo: Repo, folder: string, from: string, to: string, how: "try" | "do"): Promise<GitResult> {
  const move = () => repo.git(["read-tree", ...(how === "try" ? ["-n"] : []), "-m", "-u", from, to], { cwd: folder });
  const moved = await move();
  if (moved.code === 0) return moved;
  // Files whose times changed and nothing else are in the way until git has looked at them.
  await repo.git(["update-index", "-q", "--refresh"], { cwd: folder });
  return move();
}

const gitSays = ({ stderr }: GitResult): string =>
  (stderr.split("\n")[0] ?? "").replace(/^(error|fatal): /, "").replace(/\.$/, "");

/**
 * Moves the trunk from one commit to another, if it is still at the first.
 * @throws Fault conflict, when somebody moved it meanwhile
 */
export async function moveTrunk(repo: Repo, trunk: string, from: string, to: string, why: string): Promise<void> {
  const moved = await repo.git(["update-ref", "-m", why, `refs/heads/${trunk}`, to, from]);
  if (moved.code === 0) return;
  if ((await branchTip(repo, trunk)) === from)
    throw new Fault("unreachable", `git could not move ${trunk}: ${gitSays(moved)}.`, {
      hint: "Nothing was merged. Try again.",
    });
  throw new Fault("conflict", `${trunk} moved while the merge was made.`, {
    hint: "Nothing was merged. Try again: the merge is made on what is there now.",
  });
}

/**
 * Lets the work tree that has the trunk follow it; what is uncommitted there stays. Doing it twice is doing it once.
 * @returns why it could not
 */
export async function followTrunk(repo: Repo, trunk: string, from: string, to: string): Promise<string | undefined> {
  const folder = await worktreeOf(repo, trunk);
  // Whoever moved the trunk on has taken the work tree along.
  if (folder === undefined || (await branchTip(repo, trunk)) !== to) return undefined;
  const moved = await follow(repo, folder, from, to, "do");
  if (moved.code === 0) return undefined;
  // A work tree that follows already holds what `to` has: there is nothing left to do.
  const there = await repo.git(["diff-index", "--cached", "--quiet", to], { cwd: folder });
  return there.code === 0 ? undefined : `The work tree ${folder} did not follow: ${gitSays(moved)}.`;
}
