// Giving an item up, deleting it, bringing it back. What only its branch has is named before it goes, and its tip is kept.
import { mergedTree, mergeTreeWorks } from "../../gate/facts.ts";
import { text } from "../../gate/git.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import type { Repo } from "../../gate/repo.ts";
import { isUnknown } from "../../gate/unknown.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { mark, orThrow } from "../git/item-marks.ts";
import type { Repos } from "../git/repos.ts";
import type { Call, World } from "../world.ts";
import { commitsOnlyOn, deleteBranch, keptRef, leaveBranch, mustBeClean, removeWorktree, tipOf } from "./branch.ts";
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
      if (item.keptTip !== null && item.branch !== null)
        await bringBack(await locate(world, repos, item), item.branch, item.keptTip);
      return call.answer(async (tx) => {
        const status = item.keptTip !== null ? "active" : "planned";
        const after = await changeItem(tx.db, item.id, {
          status,
          keptTip: null,
          finished: null,
          ...(item.keptTip === null && { branch: null }),
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
    const tip = located && item.branch !== null ? await tipOf(located.opened.repo, item.branch) : undefined;
    const unmerged = located && tip !== undefined ? await unmergedOn(located, tip) : [];
    const reasons = abandonReasons(item, unmerged, p.abandonCommits, verb);
    if (reasons[0])
      throw new Fault("refused", reasons[0].message, {
        reasons,
        hint: "The branch's tip is kept either way, and can be brought back.",
      });
    if (!located || tip === undefined || item.branch === null) return { item, kept: null, commits: [] };
    call.progress(`Keeping ${item.branch}`);
    await takeAway(located, item.branch, tip);
    return { item, kept: tip, commits: unmerged ?? [] };
  }

  async function takeAway({ item, service, opened: { repo } }: Located, branch: string, tip: string): Promise<void> {
    if (item.worktree === null) await mustBeClean(repo, branch);
    await orThrow(repo, ["update-ref", "-m", `calcifer: drop #${item.id}`, keptRef(item.id), tip]);
    try {
      await removeBranch(repo, item, branch, service.trunk, tip);
    } catch (error) {
      await repo.git(["update-ref", "-d", keptRef(item.id), tip]);
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
