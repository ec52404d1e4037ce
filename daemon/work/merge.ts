// Merge & Complete: built beside everyone's work, moved by compare-and-swap, journaled so that a killed one is finished or undone.
import { type BranchFacts, mergeTreeWorks } from "../../gate/facts.ts";
import { text } from "../../gate/git.ts";
import { mergedTree } from "../../gate/merging.ts";
import type { Repo } from "../../gate/repo.ts";
import { called, reasonsOf } from "../../gate/rules.ts";
import { itemTrailer } from "../../gate/trailers.ts";
import { treeOf } from "../../gate/trees.ts";
import { isUnknown } from "../../gate/unknown.ts";
import { Fault, type Reason } from "../../protocol/errors.ts";
import { fetchTrunk, pushTrunk, remoteOf } from "../git/remote.ts";
import { servicesOfRepo } from "../service/service.ts";
import type { Call, Tx, World } from "../world.ts";
import { deleteBranch, leaveBranch, removeWorktree, tipOf } from "./branch.ts";
import { mayDieAfter } from "./fault.ts";
import { forgetMerge, type MergePlan, mergeUnderWay, noteMerge } from "./journal.ts";
import type { Judge, Located } from "./judge.ts";
import { mergeReasons } from "./rules.ts";
import { changeItem, itemById, itemsNotPushedOf, recordCommits, type StoredItem } from "./store.ts";
import { followTrunk, mayFollow, moveTrunk } from "./trunk.ts";
import { Turns } from "./turns.ts";

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

/** The second of two merges in a repository is built on what the first one left. By the repository's git directory. */
const turns = new Turns();

/** Validates, merges, and completes when asked to. A merge that was interrupted is taken up where it was. */
export async function merge(
  world: World,
  judge: Judge,
  located: Located,
  wish: MergeWish,
  call: Call,
): Promise<Merged> {
  const { item, service } = located;
  const finished = await takeUp(world, located, wish, call);
  if (finished) return finished;
  const reasons = mergeReasons(item);
  if (reasons[0]) throw new Fault("refused", reasons[0].message, { reasons });
  const remote = await remoteOf(located.opened.repo, service.trunk);
  const theirs = remote === undefined || wish.offline ? undefined : await fetched(located, remote, call);
  const { plan, done } = await turns.take(service.git_dir, async () => {
    const from = await trunkToBuildOn(located, remote, theirs);
    const plan = await planned(judge, located, { ...from, complete: wish.complete }, call);
    await call.write((tx) => noteMerge(tx.db, item.id, "planned", plan, world.clock.now().toISOString()));
    mayDieAfter("planned");
    return { plan, done: await tidied(world, located, plan, await carryOut(world, located, plan, call), call) };
  });
  return pushed(world, { ...located, item: done.item }, plan, wish, call, done.notes);
}

/** Finishes a merge that was interrupted; undefined when there is none, or when it had to be undone because nothing had moved. */
export async function takeUp(world: World, located: Located, wish: MergeWish, call: Call): Promise<Merged | undefined> {
  const begun = await mergeUnderWay(world.db, located.item.id);
  if (!begun) return undefined;
  const done = await turns.take(located.service.git_dir, async () => {
    const resumed = await resume(world, located, begun, call);
    return resumed && tidied(world, located, begun.plan, resumed, call);
  });
  return done && pushed(world, { ...located, item: done.item }, begun.plan, wish, call, done.notes);
}

function fetched({ opened: { repo }, service }: Located, remote: string, call: Call): Promise<string | undefined> {
  call.progress(`Fetching ${service.trunk} from ${remote}`);
  return fetchTrunk(repo, remote, service.trunk, call.signal);
}

/** The local trunk, or the remote's where that is ahead. */
async function trunkToBuildOn(
  { opened: { repo }, service }: Located,
  remote: string | undefined,
  theirs: string | undefined,
): Promise<{ trunkTip: string; onto: string }> {
  const trunkTip = await tipOf(repo, service.trunk);
  if (trunkTip === undefined) throw new Fault("missing", `There is no branch ${service.trunk} in ${repo.top}.`);
  if (theirs === undefined || (await within(repo, theirs, trunkTip))) return { trunkTip, onto: trunkTip };
  if (await within(repo, trunkTip, theirs)) return { trunkTip, onto: theirs };
  throw new Fault("refused", `${service.trunk} and ${remote}/${service.trunk} have gone different ways.`, {
    hint: `Bring them together first: git pull ${remote} ${service.trunk}`,
  });
}

const within = async (repo: Repo, a: string, b: string): Promise<boolean> =>
  (await repo.git(["merge-base", "--is-ancestor", a, b])).code === 0;

/** Judges on frozen commits and builds the merge commit; nothing has moved yet. */
async function planned(
  judge: Judge,
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
  const { facts, merge: verdict, complete } = await judge(located, { tips: { tip, trunkTip: from.onto } });
  const reasons = [...reasonsOf(verdict), ...(from.complete ? reasonsOf(complete) : [])].filter(
    (r, i, all) => r.check !== "merged" && all.findIndex((o) => o.check === r.check) === i,
  );
  if (reasons[0])
    throw new Fault("refused", verdict.state === "yes" ? notComplete(item, reasons[0]) : verdict.line, {
      reasons,
      hint: `See all of it: calcifer status ${item.id}`,
    });
  const { policy } = facts;
  const commit = await build(located, facts, from.onto);
  await mayFollow(opened.repo, service.trunk, from.trunkTip, commit);
  return {
    branch,
    tip,
    trunk: service.trunk,
    from: from.trunkTip,
    commit,
    complete: from.complete,
    keepBranch: policy["keep-branch"],
    push: policy.push,
    commits: newestFirst(facts),
    asked: call.asked,
  };
}

const newestFirst = ({ commits }: BranchFacts): MergePlan["commits"] =>
  isUnknown(commits) ? [] : commits.map(({ id, subject, author, at }) => ({ id, subject, author, at })).reverse();

export const notComplete = (item: { id: number; title: string }, reason: Reason): string =>
  `${called(item)} cannot be completed yet: ${reason.message}`;

/** @returns the commit the trunk shall move to; where it has all there is on the branch already, the trunk as it is */
async function build({ item, opened, service }: Located, facts: BranchFacts, onto: string): Promise<string> {
  const { git } = opened.repo;
  const { policy, tip, base } = facts;
  if (base === tip) return onto;
  if (policy.merge.strategy === "ff") {
    if (base === onto) return tip;
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
  if (merged.tree === (await treeOf(opened.objects, onto))) return onto;
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
  mayDieAfter("moved");
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
  mayDieAfter("followed");
  if (lag) notes.push(lag);
  const at = world.clock.now().toISOString();
  const remote = await remoteOf(opened.repo, service.trunk);
  // What was merged elsewhere has come from the remote.
  const pushed =
    remote === undefined ? null : await within(opened.repo, plan.commit, `refs/remotes/${remote}/${service.trunk}`);
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
  mayDieAfter("recorded");
  return { item: after, notes };
}

/** The branch goes, the journal is closed. */
async function tidied(
  world: World,
  located: Located,
  plan: MergePlan,
  { item, notes }: { item: StoredItem; notes: string[] },
  call: Call,
): Promise<{ item: StoredItem; notes: string[] }> {
  const kept = plan.keepBranch ? [] : await cleanUp({ ...located, item }, plan, call);
  await call.write(async (tx) => {
    await forgetMerge(tx.db, item.id);
  });
  mayDieAfter("closed");
  return { item: await itemById(world.db, item.id), notes: [...notes, ...kept] };
}

/** The trunk is pushed if it shall be; where it is not, that is said. */
async function pushed(
  world: World,
  located: Located,
  plan: MergePlan,
  wish: MergeWish,
  call: Call,
  notes: string[],
): Promise<Merged> {
  const { item } = located;
  const there = item.merged?.pushed ?? null;
  const wanted = there === false && (wish.push ?? plan.push === "always");
  const pushed = wanted ? await pushIfPossible(world, located, call, notes) : there;
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
  mayDieAfter("left");
  kept.push(await deleteBranch(repo, plan.branch, plan.tip));
  mayDieAfter("deleted");
  if (kept.every((k) => k === undefined))
    await call.write((tx) => changeItem(tx.db, item.id, { branch: null, worktree: null }));
  return kept.filter((k) => k !== undefined);
}

/** Pushes; where that fails, a note says why: the merge stands. */
export async function pushIfPossible(
  world: World,
  located: Located,
  call: Call,
  notes: string[],
): Promise<boolean | null> {
  try {
    return await push(world, located, located.item.merged?.commit ?? "", call);
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
  world: World,
  { item, opened: { repo }, service }: Located,
  commit: string,
  call: Call,
): Promise<boolean | null> {
  const remote = await remoteOf(repo, service.trunk);
  if (remote === undefined) return null;
  call.progress(`Pushing ${service.trunk} to ${remote}`);
  const tip = await tipOf(repo, service.trunk);
  await pushTrunk(repo, remote, service.trunk, call.signal);
  const place = { repo, gitDir: service.git_dir, trunk: service.trunk };
  const along = tip === undefined ? [] : (await pushedWith(world, place, tip)).filter(({ id }) => id !== item.id);
  await call.write(async (tx) => {
    const now = await itemById(tx.db, item.id);
    if (now.merged) await changeItem(tx.db, item.id, { merged: { ...now.merged, pushed: true } });
    await tx.happened("work.pushed", { item: item.id, service: service.name, data: { commit } });
    await markPushed(tx, along);
  });
  return true;
}

/** Notes that a trunk is on its remote up to a commit: the merges in it are pushed. */
export async function notePushed(
  world: World,
  { repo, gitDir, trunk }: { repo: Repo; gitDir: string; trunk: string },
  tip: string,
  call: Call,
): Promise<void> {
  const pushed = await pushedWith(world, { repo, gitDir, trunk }, tip);
  if (pushed.length > 0) await call.write((tx) => markPushed(tx, pushed));
}

async function markPushed(tx: Tx, items: readonly StoredItem[]): Promise<void> {
  for (const other of items) {
    const merged = (await itemById(tx.db, other.id).catch(() => undefined))?.merged;
    // Merged again meanwhile, it is another merge that was not pushed.
    if (merged?.commit !== other.merged?.commit || !merged) continue;
    await changeItem(tx.db, other.id, { merged: { ...merged, pushed: true } });
    await tx.happened("work.pushed", { item: other.id, service: other.service, data: { commit: merged.commit } });
  }
}

/** The items of a repository whose merge is in what was pushed. */
async function pushedWith(
  world: World,
  { repo, gitDir, trunk }: { repo: Repo; gitDir: string; trunk: string },
  tip: string,
): Promise<StoredItem[]> {
  const ids = (await servicesOfRepo(world.db, gitDir)).map((s) => s.id);
  const found: StoredItem[] = [];
  for (const other of await itemsNotPushedOf(world.db, ids, trunk))
    if (other.merged && (await within(repo, other.merged.commit, tip))) found.push(other);
  return found;
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
  const there = trunkTip !== undefined && (await within(repo, plan.commit, trunkTip));
  if (!there) {
    await call.write((tx) => forgetMerge(tx.db, located.item.id));
    return undefined;
  }
  if (begun.step === "recorded") return { item: located.item, notes: [] };
  return recordMerge(world, located, plan, call);
}
