// Giving an item up, deleting it, bringing it back. What only its branch has is named before it goes, and its tip is kept.
import { mergeTreeWorks } from "../../gate/facts.ts";
import { text } from "../../gate/git.ts";
import { mergedTree } from "../../gate/merging.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import type { Repo } from "../../gate/repo.ts";
import { isUnknown } from "../../gate/unknown.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { mark, orThrow } from "../git/item-marks.ts";
import type { Repos } from "../git/repos.ts";
import type { Call, World } from "../world.ts";
import {
  commitsOnlyOn,
  deleteBranch,
  keepTip,
  keptRef,
  keptTipOf,
  leaveBranch,
  mustBeClean,
  removeWorktree,
  tipOf,
} from "./branch.ts";
import { mergeUnderWay } from "./journal.ts";
import { type Located, locate } from "./judge.ts";
import { resolveItem } from "./resolve.ts";
import { abandonReasons } from "./rules.ts";
import { changeItem, deleteItem, type RecordedCommit, recordCommits, type StoredItem, shown } from "./store.ts";

type Work = Implements<Api["work"], Call>;

export function dropping(world: World, repos: Repos): Pick<Work, "drop" | "restore" | "delete"> {
  return {
    async drop(p, call) {
      const { item, kept, commits } = await giveUp(p, "drop", call);
      return call.answer(async (tx) => {
        await recordCommits(tx.db, item.id, commits.toReversed());
        const after = await changeItem(tx.db, item.id, {
          status: "dropped",
          keptTip: kept ?? item.keptTip,
          worktree: null,
          finished: world.clock.now().toISOString(),
        });
        await tx.happened("work.dropped", { item: item.id, service: item.service, data: { tip: kept } });
        return { item: shown(after), kept: kept === null ? null : keptRef(item.id) };
      });
    },

    async delete(p, call) {
      const { item, kept } = await giveUp(p, "delete", call);
      return call.answer(async (tx) => {
        await deleteItem(tx.db, item.id);
        await tx.happened("work.deleted", {
          item: item.id,
          service: item.service,
          data: { title: item.title, tip: kept ?? item.keptTip },
        });
        return { id: item.id, kept: (kept ?? item.keptTip) === null ? null : keptRef(item.id) };
      });
    },

    async restore(p, call) {
      const item = await resolveItem(world, repos, p);
      if (item.status !== "dropped")
        throw new Fault("refused", `#${item.id} is ${item.status}; only a dropped item can be restored.`);
      const located = item.branch === null ? undefined : await placeOf(item);
      const keptTip = item.keptTip ?? (located && (await keptTipOf(located.opened.repo, item.id))) ?? null;
      if (keptTip !== null && item.branch !== null)
        await bringBack(located ?? (await locate(world, repos, item)), item.branch, keptTip);
      return call.answer(async (tx) => {
        const status = keptTip !== null ? "active" : "planned";
        const after = await changeItem(tx.db, item.id, {
          status,
          keptTip: null,
          finished: null,
          ...(keptTip === null && { branch: null }),
        });
        await tx.happened("work.restored", { item: item.id, service: item.service, data: { branch: after.branch } });
        return shown(after);
      });
    },
  };

  /** Everything but the database's part: the branch is checked, kept, left, deleted. */
  async function giveUp(
    p: { item?: number | string | undefined; repo?: string | undefined; abandonCommits?: number | undefined },
    verb: "drop" | "delete",
    call: Call,
  ) {
    const item = await resolveItem(world, repos, p);
    if (await mergeUnderWay(world.db, item.id))
      throw new Fault("conflict", `A merge of #${item.id} is under way.`, {
        hint: `Let it finish: calcifer work merge ${item.id}`,
      });
    const located =
      item.branch === null || item.serviceId === null || item.status === "dropped"
        ? undefined
        : await locate(world, repos, item);
    const tip = located && item.branch !== null ? await tipToKeep(located, item.branch) : undefined;
    const unmerged = located && tip !== undefined ? await unmergedOn(located, tip) : [];
    const reasons = abandonReasons(item, unmerged, p.abandonCommits, verb);
    if (reasons[0])
      throw new Fault("refused", reasons[0].message, {
        reasons,
        hint: "The branch's tip is kept either way, and can be brought back.",
      });
    if (!located || tip === undefined || item.branch === null) return { item, kept: null, commits: [] };
    call.progress(`Keeping ${item.branch}`);
    await takeAway(located, item.branch, tip, call);
    return { item, kept: tip, commits: unmerged ?? [] };
  }

  /** Where an item is; undefined when that cannot be found. */
  async function placeOf(item: StoredItem): Promise<Located | undefined> {
    try {
      return await locate(world, repos, item);
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  /** The branch's tip; where a drop that was interrupted took the branch away already, the one it kept. */
  async function tipToKeep({ item, opened: { repo } }: Located, branch: string): Promise<string | undefined> {
    const now = await tipOf(repo, branch);
    if (now !== undefined || item.keptTip === null) return now ?? keptTipOf(repo, item.id);
    return text(await repo.git(["rev-parse", "-q", "--verify", `${item.keptTip}^{commit}`]));
  }

  /** Said in the repository and in the database first, so that whenever this ends, what was taken away can be brought back. */
  async function takeAway(located: Located, branch: string, tip: string, call: Call): Promise<void> {
    const { item, service, opened } = located;
    const { repo } = opened;
    if (item.worktree === null) await mustBeClean(repo, branch);
    await keepTip(repo, item.id, tip);
    await call.write((tx) => changeItem(tx.db, item.id, { keptTip: tip }));
    try {
      await removeBranch(repo, item, branch, service.trunk, tip);
    } catch (error) {
      if ((await tipOf(repo, branch)) !== undefined) {
        await call.write((tx) => changeItem(tx.db, item.id, { keptTip: null }));
        if (await within(repo, tip, `refs/heads/${branch}`))
          await repo.git(["update-ref", "-d", keptRef(item.id), tip]);
      }
      throw error;
    }
  }

  async function removeBranch(repo: Repo, item: StoredItem, branch: string, trunk: string, tip: string): Promise<void> {
    let kept: string | undefined;
    if (item.worktree === null) await leaveBranch(repo, branch, trunk);
    else kept = await removeWorktree(repo, item.worktree);
    kept ??= await deleteBranch(repo, branch, tip);
    if (kept !== undefined)
      throw new Fault("refused", kept, { hint: "Commit or move away what is there, then drop the item again." });
  }

  /** @returns undefined when it cannot be told */
  async function unmergedOn(
    { service, opened: { repo, objects } }: Located,
    tip: string,
  ): Promise<RecordedCommit[] | undefined> {
    const trunkTip = await tipOf(repo, service.trunk);
    if (trunkTip === undefined) return undefined;
    const commits = await commitsOnlyOn(repo, tip, trunkTip);
    if (commits.length === 0) return [];
    const { policy } = await policyNow(repo, objects, service.trunk, service.name);
    const merged = await mergedTree(repo, objects, {
      trunkTip,
      tip,
      policy,
      mergeTreeWorks: await mergeTreeWorks(repo.git),
    });
    const inTrunk =
      !isUnknown(merged) &&
      merged.tree !== undefined &&
      merged.tree === text(await repo.git(["rev-parse", `${trunkTip}^{tree}`]));
    return inTrunk ? [] : commits;
  }

  async function bringBack({ item, opened: { repo } }: Located, branch: string, tip: string): Promise<void> {
    const now = await tipOf(repo, branch);
    if (now !== undefined && now !== tip)
      throw new Fault("conflict", `There is another branch ${branch} by now.`, {
        hint: `Rename it first: git branch -m ${branch} <name>`,
      });
    await orThrow(repo, ["update-ref", "-m", `calcifer: restore #${item.id}`, `refs/heads/${branch}`, tip]);
    await mark(repo, branch, item satisfies StoredItem);
    await repo.git(["update-ref", "-d", keptRef(item.id), tip]);
  }
}

const within = async (repo: Repo, commit: string, ref: string): Promise<boolean> =>
  (await repo.git(["merge-base", "--is-ancestor", commit, ref])).code === 0;
