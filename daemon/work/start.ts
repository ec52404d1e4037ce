// Starting work: a branch from the trunk's tip, or one that is there already.

import { worktreeOf } from "../../gate/judge.ts";
import { branchName, policyFile } from "../../gate/policy.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import { marks, underWay } from "../../gate/repo.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Item } from "../../protocol/work.ts";
import { uncommittedIn } from "../git/commit.ts";
import { mark, orThrow } from "../git/item-marks.ts";
import type { Repos } from "../git/repos.ts";
import { resolveService, servicesOfRepo } from "../service/service.ts";
import type { Call, World } from "../world.ts";
import { createItem } from "./add.ts";
import { makeAndSwitch, makeWorktree, tipOf, validBranchName } from "./branch.ts";
import { type Located, locate } from "./judge.ts";
import { resolveItem } from "./resolve.ts";
import { dirtyReasons, startReasons, titleOf } from "./rules.ts";
import { changeItem, itemOnBranch, shown } from "./store.ts";

type Work = Implements<Api["work"], Call>;

export function starting(world: World, repos: Repos): Pick<Work, "start" | "adopt"> {
  return {
    async start(p, call) {
      const item = await resolveItem(world, repos, p);
      const reasons = startReasons(item);
      if (reasons[0]) throw new Fault("refused", reasons[0].message, { reasons });
      const located = await locate(world, repos, item);
      if (p.adopt !== undefined) return take(located, p.adopt, call);
      if (item.branch !== null && (await tipOf(located.opened.repo, item.branch)) !== undefined)
        return goTo(located, item.branch, p, call);
      return begin(located, p, call);
    },

    async adopt(p, call) {
      if (p.repo === undefined) throw new Fault("invalid", "repo: no repository was named.");
      const { repo, objects } = await repos.open(p.repo);
      const foreign = (await marks(repo)).get(p.branch);
      const service = await resolveService(world, repos, { service: foreign?.service, repo: p.repo }).catch(() =>
        resolveService(world, repos, { repo: p.repo }),
      );
      await mayTake(repo.commonDir, p.branch);
      if ((await tipOf(repo, p.branch)) === undefined) throw noBranch(p.branch, repo.top);
      const item =
        p.item !== undefined
          ? await resolveItem(world, repos, p)
          : await createItem(
              world,
              { repo, objects },
              service,
              { title: p.title ?? foreign?.title ?? titleOf(p.branch), type: p.type, labels: [], description: "" },
              call,
            );
      return take(await locate(world, repos, item), p.branch, call);
    },
  };

  /** The item's branch is there: have it checked out. */
  async function goTo(
    located: Located,
    branch: string,
    p: { carry: boolean; worktree: boolean },
    call: Call,
  ): Promise<Item> {
    const { item, opened } = located;
    if ((await worktreeOf(opened.repo, branch)) === undefined) {
      if (p.worktree) return record(located, branch, await makeWorktree(opened.repo, branch, undefined), call);
      await mayLeave(located, p.carry);
      await orThrow(opened.repo, ["switch", "-q", branch], { hooks: true });
    }
    return record(located, branch, item.worktree, call);
  }

  async function begin(located: Located, p: { carry: boolean; worktree: boolean }, call: Call): Promise<Item> {
    const { item, service, opened } = located;
    const { policy } = await policyNow(opened.repo, opened.objects, service.trunk, service.name);
    const branch = branchName(policy, item);
    await validBranchName(opened.repo, branch);
    const trunkTip = await tipOf(opened.repo, service.trunk);
    if (trunkTip === undefined) throw noBranch(service.trunk, opened.repo.top);
    const there = await tipOf(opened.repo, branch);
    // A start that was interrupted left its branch, marked as this item's.
    const ours = there !== undefined && (await marks(opened.repo)).get(branch)?.key === item.key;
    if (there !== undefined && !ours)
      throw new Fault("conflict", `There is a branch ${branch} already.`, {
        hint: `Take it for this item: calcifer work start ${item.id} --adopt ${branch}`,
      });
    if (ours) return goTo(located, branch, p, call);
    if (p.worktree) {
      const folder = await makeWorktree(opened.repo, branch, trunkTip);
      return record(located, branch, folder, call);
    }
    await mayLeave(located, p.carry);
    await makeAndSwitch(opened.repo, branch, trunkTip);
    return record(located, branch, null, call);
  }

  /** An existing branch becomes the item's. */
  async function take(located: Located, branch: string, call: Call): Promise<Item> {
    const { item, service, opened } = located;
    if (item.branch !== null && item.branch !== branch)
      throw new Fault("conflict", `#${item.id} has the branch ${item.branch} already.`);
    if (branch === service.trunk)
      throw new Fault("refused", `${branch} is the trunk of ${service.name}; an item needs a branch of its own.`);
    if ((await tipOf(opened.repo, branch)) === undefined) throw noBranch(branch, opened.repo.top);
    await mayTake(opened.repo.commonDir, branch, item.key);
    return record(located, branch, null, call);
  }

  async function mayTake(gitDir: string, branch: string, key?: string): Promise<void> {
    const services = await servicesOfRepo(world.db, gitDir);
    const holder = await itemOnBranch(
      world.db,
      services.map((s) => s.id),
      branch,
    );
    if (holder && holder.key !== key)
      throw new Fault("conflict", `${branch} is the branch of #${holder.id} "${holder.title}".`, {
        hint: `Look at it: calcifer work show ${holder.id}`,
      });
  }

  async function mayLeave({ item, opened }: Located, carry: boolean): Promise<void> {
    const { repo } = opened;
    const busy = underWay(repo);
    if (busy)
      throw new Fault(
        "refused",
        `git is in the middle of a ${busy === "merge" ? "merge" : "rebase, cherry-pick or revert"} in ${repo.top}.`,
        { hint: "Finish it first; git status says how." },
      );
    if (carry) return;
    const own = [policyFile, (await ownChanges(repo.commonDir)) ?? "CHANGES.md"];
    const reasons = dirtyReasons(item.id, await uncommittedIn(repo), own);
    if (reasons.length > 0)
      throw new Fault(
        "refused",
        `${reasons.length} ${reasons.length === 1 ? "file is" : "files are"} uncommitted in ${repo.top}.`,
        {
          reasons,
          hint: `Take the changes along: calcifer work start ${item.id} --carry. Or leave them here, and work in a folder beside: calcifer work start ${item.id} --worktree`,
        },
      );
  }

  async function ownChanges(gitDir: string): Promise<string | undefined> {
    return (await servicesOfRepo(world.db, gitDir))[0]?.changes;
  }

  async function record(
    { item, service, opened }: Located,
    branch: string,
    worktree: string | null,
    call: Call,
  ): Promise<Item> {
    await mark(opened.repo, branch, { ...item, service: service.name });
    return call.answer(async (tx) => {
      const first = item.status !== "active";
      const after = await changeItem(tx.db, item.id, {
        status: "active",
        branch,
        worktree,
        ...(first && { started: world.clock.now().toISOString() }),
      });
      if (first || item.branch !== branch)
        await tx.happened("work.started", { item: item.id, service: service.name, data: { branch } });
      return shown(after);
    });
  }
}

const noBranch = (branch: string, where: string): Fault =>
  new Fault("missing", `There is no branch ${branch} in ${where}.`, { hint: "See what there is: git branch --all" });
