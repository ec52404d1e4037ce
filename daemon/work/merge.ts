// Merge & Complete: built beside everyone's work, moved by compare-and-swap, journaled so that a killed one is finished or undone.
import { mergedTree, mergeTreeWorks } from "../../gate/facts.ts";
import { isUnknown } from "../../gate/unknown.ts";
import { text } from "../../gate/git.ts";
import type { Policy } from "../../gate/policy.ts";
import { reasonsOf } from "../../gate/rules.ts";
import { itemTrailer } from "../../gate/trailers.ts";
import { Fault } from "../../protocol/errors.ts";
import { fetchTrunk, pushTrunk, remoteOf } from "../git/remote.ts";
import type { Call, World } from "../world.ts";
import { commitsOnlyOn, deleteBranch, leaveBranch, removeWorktree, tipOf } from "./branch.ts";
import { forgetMerge, type MergePlan, mergeUnderWay, noteMerge } from "./journal.ts";
import { judgeItem, type Located } from "./judge.ts";
import { mergeReasons } from "./rules.ts";
import { changeItem, itemById, recordCommits, type StoredItem } from "./store.ts";
import { followTrunk, mayFollow, moveTrunk } from "./trunk.ts";

export interface MergeWish {
  offline: boolean;
  push: boolean | undefined;
  /** complete the item in the same breath */
  complete: boolean;
}

export interface Merged {
  item: StoredItem;
  commit: string;
  pushed: boolean | null;
  notes: string[];
}

/** Validates, merges, and completes when asked to. A merge that was interrupted is taken up where it was. */
export async function merge(world: World, located: Located, wish: MergeWish, call: Call): Promise<Merged> {
  const { item } = located;
  const finished = await takeUp(world, located, wish, call);
  if (finished) return finished;
  const reasons = mergeReasons(item);
  if (reasons[0]) throw new Fault("refused", reasons[0].message, { reasons });
  const remote = await remoteOf(located.opened.repo, located.service.trunk);
  const { trunkTip, onto } = await trunkToBuildOn(located, remote, wish, call);
  const plan = await planned(located, { trunkTip, onto, complete: wish.complete }, call);
  await call.write((tx) => noteMerge(tx.db, item.id, "planned", plan, world.clock.now().toISOString()));
  const done = await carryOut(world, located, plan, call);
  return afterwards(world, { ...located, item: done.item }, plan, wish, call, done.notes);
}

/** Finishes a merge that was interrupted; undefined when there is none, or when it had to be undone because nothing had moved. */
export async function takeUp(world: World, located: Located, wish: MergeWish, call: Call): Promise<Merged | undefined> {
  const begun = await mergeUnderWay(world.db, located.item.id);
  const done = begun && (await resume(world, located, begun, call));
  return done && afterwards(world, { ...located, item: done.item }, begun.plan, wish, call, done.notes);
}

/** The local trunk, or the remote's where that is ahead. */
async function trunkToBuildOn(
  { opened: { repo }, service }: Located,
  remote: string | undefined,
  wish: MergeWish,
  call: Call,
): Promise<{ trunkTip: string; onto: string }> {
  const trunkTip = await tipOf(repo, service.trunk);
  if (trunkTip === undefined) throw new Fault("missing", `There is no branch ${service.trunk} in ${repo.top}.`);
  if (remote === undefined || wish.offline) return { trunkTip, onto: trunkTip };
  call.progress(`Fetching ${service.trunk} from ${remote}`);
  const theirs = await fetchTrunk(repo, remote, service.trunk, call.signal);
  const within = async (a: string, b: string) => (await repo.git(["merge-base", "--is-ancestor", a, b])).code === 0;
  if (theirs === undefined || (await within(theirs, trunkTip))) return { trunkTip, onto: trunkTip };
  if (await within(trunkTip, theirs)) return { trunkTip, onto: theirs };
  throw new Fault("refused", `${service.trunk} and ${remote}/${service.trunk} have gone different ways.`, {
    hint: `Bring them together first: git pull ${remote} ${service.trunk}`,
  });
}

/** Judges on frozen commits and builds the merge commit; nothing has moved yet. */
async function planned(
  located: Located,
  from: { trunkTip: string; onto: string; complete: boolean },
  call: Call,
): Promise<MergePlan> {
  const { item, service, opened } = located;
  const branch = item.branch as string;
  const tip = await tipOf(opened.repo, branch);
  if (tip === undefined)
    throw new Fault("missing", `The branch ${branch} is gone from ${opened.repo.top}.`, {
      hint: `Bring it back with git, or give the item up: calcifer work drop ${item.id}`,
    });
  call.progress("Judging");
  const { facts, merge: verdict, complete } = await judgeItem(located, { tip, trunkTip: from.onto });
  const reasons = [...reasonsOf(verdict), ...(from.complete ? reasonsOf(complete) : [])].filter(
    (r, i, all) => r.check !== "merged" && all.findIndex((o) => o.check === r.check) === i,
  );
  if (reasons[0])
    throw new Fault("refused", verdict.state === "yes" ? complete.line : verdict.line, {
      reasons,
      hint: `See all of it: calcifer status ${item.id}`,
    });
  const { policy } = facts;
  const commit = await build(located, policy, tip, from.onto);
  await mayFollow(opened.repo, service.trunk, from.trunkTip, commit);
  const commits = await commitsOnlyOn(opened.repo, tip, from.onto);
  return {
    branch,
    tip,
    trunk: service.trunk,
    from: from.trunkTip,
    commit,
    complete: from.complete,
    keepBranch: policy["keep-branch"],
    push: policy.push,
    commits,
    asked: call.asked,
  };
}

async function build({ item, opened, service }: Located, policy: Policy, tip: string, onto: string): Promise<string> {
  const { git } = opened.repo;
  if (policy.merge.strategy === "ff") {
    if ((await git(["merge-base", "--is-ancestor", onto, tip])).code === 0) return tip;
    throw new Fault("refused", `${service.trunk} has moved on, and the policy takes fast-forwards only.`, {
      reasons: [
        {
          check: "current",
          message: "The branch has to hold all of the trunk first.",
          next: `calcifer work update ${item.id}`,
        },
      ],
    });
  }
  const merged = await mergedTree(opened.repo, opened.objects, {
    trunkTip: onto,
    tip,
    policy,
    mergeTreeWorks: await mergeTreeWorks(git),
  });
  if (isUnknown(merged)) throw new Fault("refused", `Cannot merge: ${merged.unknown}.`);
  if (merged.tree === undefined) throw conflicting(item, service.trunk, merged.conflicts);
  const squash = policy.merge.strategy === "squash";
  const subject = squash ? item.title : `Merge #${item.id} ${item.title}`;
  const parents = squash ? [onto] : [onto, tip];
  const made = await git(["commit-tree", merged.tree, ...parents.flatMap((p) => ["-p", p]), "-F", "-"], {
    input: `${subject}\n\n${itemTrailer(item)}\n`,
  });
  const commit = text(made);
  if (commit === undefined)
    throw new Fault(
      "refused",
      made.stderr.split("\n").find((l) => l.trim() !== "") ?? "git could not make the merge commit.",
    );
  return commit;
}

export const conflicting = (item: { id: number }, trunk: string, files: string[]): Fault =>
  new Fault(
    "refused",
    `#${item.id} conflicts with ${trunk} in ${files.length} ${files.length === 1 ? "file" : "files"}.`,
    {
      reasons: files.map((f) => ({ check: "no-conflict", message: f })),
      hint: `Bring the trunk into the branch and resolve there: calcifer work update ${item.id}`,
    },
  );

/** From the plan to the record; every step may be done again. */
async function carryOut(
  world: World,
  located: Located,
  plan: MergePlan,
  call: Call,
): Promise<{ item: StoredItem; notes: string[] }> {
  const { opened } = located;
  const why = `calcifer: merge #${located.item.id}`;
  try {
    await moveTrunk(opened.repo, plan.trunk, plan.from, plan.commit, why);
  } catch (error) {
    await call.write((tx) => forgetMerge(tx.db, located.item.id));
    throw error;
  }
  call.progress("Merged");
  return recordMerge(world, located, plan, call);
}

async function recordMerge(
  world: World,
  { item, opened, service }: Located,
  plan: MergePlan,
  call: Call,
): Promise<{ item: StoredItem; notes: string[] }> {
  const notes: string[] = [];
  const lag = await followTrunk(opened.repo, plan.trunk, plan.from, plan.commit);
  if (lag) notes.push(lag);
  const at = world.clock.now().toISOString();
  const pushed = (await remoteOf(opened.repo, service.trunk)) === undefined ? null : false;
  const after = await call.write(async (tx) => {
    await recordCommits(tx.db, item.id, plan.commits.toReversed());
    const changed = await changeItem(tx.db, item.id, {
      merged: { commit: plan.commit, trunk: plan.trunk, at, pushed },
      ...(plan.complete && { status: "done" as const, finished: at }),
    });
    await noteMerge(tx.db, item.id, "recorded", plan, at);
    await tx.happened("work.merged", {
      item: item.id,
      service: service.name,
      data: { commit: plan.commit, trunk: plan.trunk },
    });
    if (plan.complete) await tx.happened("work.finished", { item: item.id, service: service.name });
    return changed;
  });
  return { item: after, notes };
}

/** The branch goes, the trunk is pushed if it shall be, the journal is closed. */
async function afterwards(
  world: World,
  located: Located,
  plan: MergePlan,
  wish: MergeWish,
  call: Call,
  notes: string[],
): Promise<Merged> {
  const { item } = located;
  if (!plan.keepBranch) notes.push(...(await cleanUp(located, plan, call)));
  await call.write(async (tx) => {
    await forgetMerge(tx.db, item.id);
  });
  const wanted = wish.push ?? plan.push === "always";
  const pushed = wanted
    ? await pushIfPossible(world, located, plan.commit, call, notes)
    : (item.merged?.pushed ?? null);
  if (!wanted && pushed === false) notes.push(`${plan.trunk} was not pushed. Push it: calcifer work push ${item.id}`);
  return { item: await itemById(world.db, item.id), commit: plan.commit, pushed, notes: [...new Set(notes)] };
}

async function cleanUp({ item, opened: { repo } }: Located, plan: MergePlan, call: Call): Promise<string[]> {
  const kept: (string | undefined)[] = [];
  try {
    if (item.worktree !== null) kept.push(await removeWorktree(repo, item.worktree));
    else await leaveBranch(repo, plan.branch, plan.trunk);
  } catch (error) {
    return [`${plan.branch} was kept: ${error instanceof Fault ? error.message : String(error)}`];
  }
  kept.push(await deleteBranch(repo, plan.branch, plan.tip));
  if (kept.every((k) => k === undefined))
    await call.write((tx) => changeItem(tx.db, item.id, { branch: null, worktree: null }));
  return kept.filter((k) => k !== undefined);
}

async function pushIfPossible(
  world: World,
  located: Located,
  commit: string,
  call: Call,
  notes: string[],
): Promise<boolean | null> {
  try {
    return await push(world, located, commit, call);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    notes.push(`Merged, not pushed: ${error.message}`, `Try again: calcifer work push ${located.item.id}`);
    return false;
  }
}

/**
 * Pushes the trunk.
 * @returns null where there is no remote
 */
export async function push(
  _world: World,
  { item, opened: { repo }, service }: Located,
  commit: string,
  call: Call,
): Promise<boolean | null> {
  const remote = await remoteOf(repo, service.trunk);
  if (remote === undefined) return null;
  call.progress(`Pushing ${service.trunk} to ${remote}`);
  await pushTrunk(repo, remote, service.trunk, call.signal);
  await call.write(async (tx) => {
    const now = await itemById(tx.db, item.id);
    if (now.merged) await changeItem(tx.db, item.id, { merged: { ...now.merged, pushed: true } });
    await tx.happened("work.pushed", { item: item.id, service: service.name, data: { commit } });
  });
  return true;
}

/**
 * Takes an interrupted merge up: finished when the trunk has it, undone (nothing had moved) when not.
 * @returns undefined when it was undone
 */
async function resume(
  world: World,
  located: Located,
  begun: { step: string; plan: MergePlan },
  call: Call,
): Promise<{ item: StoredItem; notes: string[] } | undefined> {
  const { repo } = located.opened;
  const { plan } = begun;
  const trunkTip = await tipOf(repo, plan.trunk);
  const there =
    trunkTip !== undefined && (await repo.git(["merge-base", "--is-ancestor", plan.commit, trunkTip])).code === 0;
  if (!there) {
    await call.write((tx) => forgetMerge(tx.db, located.item.id));
    return undefined;
  }
  if (begun.step === "recorded") return { item: located.item, notes: [] };
  return recordMerge(world, located, plan, call);
}
