// Bringing the trunk into an item's branch: a normal git merge in its work tree, so that any merge editor can resolve it.
import { fields, text } from "../../gate/git.ts";
import { worktreeOf } from "../../gate/judge.ts";
import { underWay } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { fetchTrunk, remoteOf } from "../git/remote.ts";
import type { Call } from "../world.ts";
import { mustBeClean, tipOf } from "./branch.ts";
import type { Place } from "./judge.ts";

/** @returns the merge commit, null when there was nothing to bring; or the files left in conflict */
export async function update(
  { item, service, opened: { repo } }: Place,
  offline: boolean,
  call: Call,
): Promise<{ commit: string | null; conflicts: string[] }> {
  if (item.branch === null || item.status !== "active")
    throw new Fault("refused", `#${item.id} is ${item.status} and has no branch to update.`, {
      hint: `Start it: calcifer work start ${item.id}`,
    });
  const folder = await worktreeOf(repo, item.branch);
  if (folder === undefined)
    throw new Fault("refused", `${item.branch} is not checked out anywhere.`, {
      hint: `Check it out first: calcifer work start ${item.id}`,
    });
  const gitDir =
    text(await repo.git(["rev-parse", "--path-format=absolute", "--git-dir"], { cwd: folder })) ?? repo.gitDir;
  if (underWay({ ...repo, top: folder, gitDir }))
    throw new Fault("refused", `git is in the middle of something in ${folder}.`, {
      hint: "Finish it first; git status says how.",
    });
  await mustBeClean(repo, item.branch);
  const source = await newest(item.id, repo, service.trunk, offline, call);
  const before = await tipOf(repo, item.branch);
  call.progress(`Merging ${service.trunk} into ${item.branch}`);
  const merged = await repo.git(
    ["merge", "--no-edit", "-q", "-m", `Merge ${service.trunk} into ${item.branch}`, source],
    { cwd: folder, hooks: true },
  );
  if (merged.code === 0) {
    const after = await tipOf(repo, item.branch);
    return { commit: after === before ? null : (after ?? null), conflicts: [] };
  }
  const conflicts = fields(await repo.git(["diff", "--name-only", "--diff-filter=U", "-z"], { cwd: folder }));
  if (conflicts.length > 0) return { commit: null, conflicts };
  throw new Fault("refused", (merged.stderr.split("\n")[0] ?? "git could not merge.").replace(/^(fatal|error): /, ""), {
    data: { output: merged.stderr.slice(0, 20_000) },
  });
}

/** The remote's trunk where it is ahead of ours, else ours. */
async function newest(
  id: number,
  repo: Place["opened"]["repo"],
  trunk: string,
  offline: boolean,
  call: Call,
): Promise<string> {
  const remote = offline ? undefined : await remoteOf(repo, trunk);
  // By its full name: a tag may be called the same.
  const ours = `refs/heads/${trunk}`;
  if (remote === undefined) return ours;
  call.progress(`Fetching ${trunk} from ${remote}`);
  const theirs = await fetchTrunk(repo, remote, trunk, call.signal).catch((error: unknown) => {
    if (error instanceof Fault && error.fault === "unreachable")
      throw new Fault("unreachable", error.message, {
        hint: `To go on with what is here: calcifer work update ${id} --offline`,
      });
    throw error;
  });
  if (theirs === undefined) return ours;
  const ahead = (await repo.git(["merge-base", "--is-ancestor", ours, theirs])).code === 0;
  return ahead ? theirs : ours;
}
