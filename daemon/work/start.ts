// Starting work: a branch from the trunk's tip, or one that is there already.

import { worktreeOf } from "../../gate/judge.ts";
import { branchName, policyFile } from "../../gate/policy.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import { marks, type Repo, underWay } from "../../gate/repo.ts";
import { called } from "../../gate/rules.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Item } from "../../protocol/work.ts";
import { uncommittedIn } from "../git/commit.ts";
import { mark, orThrow, unmark } from "../git/item-marks.ts";
import type { Repos } from "../git/repos.ts";
import { resolveService, type StoredService, servicesOfRepo } from "../service/service.ts";
import type { Call, World } from "../world.ts";
import { createItem } from "./add.ts";
import { makeAndSwitch, makeWorktree, tipOf, validBranchName } from "./branch.ts";
import { locate, type Place } from "./judge.ts";
import { resolveItem } from "./resolve.ts";
import { dirtyFiles, dirtyReasons, startReasons, titleOf } from "./rules.ts";
import { changeItem, itemOnBranch, type StoredItem, shown } from "./store.ts";
import { Turns } from "./turns.ts";

type Work = Implements<Api["work"], Call>;

/** A branch is given to one item, whichever of its repository's services asks. */
const turns = new Turns();
const contested = (service: StoredService, branch: string): string => `${service.git_dir}\0${branch}`;

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
      const opened = await repos.open(p.repo);
      const foreign = (await marks(opened.repo)).get(p.branch);
      const service = await resolveService(world, repos, { service: foreign?.service, repo: p.repo }).catch(() =>
        resolveService(world, repos, { repo: p.repo }),
      );
      const named = p.item === undefined ? undefined : await resolveItem(world, repos, p);
      return turns.take(contested(service, p.branch), async () => {
        await mayTake(named, service, opened.repo, p.branch);
        const wanted = {
          title: p.title ?? foreign?.title ?? titleOf(p.branch),
          type: p.type,
          labels: [],
          description: "",
        };
        const item = named ?? (await createItem(world, opened, service, wanted, call));
        return record({ item, service, opened }, p.branch, null, call);
      });
    },
  };

  /** The item's branch is there: have it checked out. */
  async function goTo(
    located: Place,
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

  async function begin(located: Place, p: { carry: boolean; worktree: boolean }, call: Call): Promise<Item> {
    const { item, service, opened } = located;
    const { policy } = await policyNow(opened.repo, opened.objects, service.trunk, service.name);
    const branch = branchName(policy, item);
    await validBranchName(opened.repo, branch);
    const trunkTip = await tipOf(opened.repo, service.trunk);
    if (trunkTip === undefined) throw noBranch(service.trunk, opened.repo.top);
    const there = await tipOf(opened.repo, branch);
    // A start that was interrupted left its branch, which was marked as this item's before it was made.
    const ours = there !== undefined && (await marks(opened.repo)).get(branch)?.key === item.key;
    if (there !== undefined && !ours)
      throw new Fault("conflict", `There is a branch ${branch} already.`, {
        hint: `Take it for this item: calcifer work start ${item.id} --adopt ${branch}`,
      });
    if (ours) return goTo(located, branch, p, call);
    if (!p.worktree) await mayLeave(located, p.carry);
    const folder = await marked(located, branch, async () => {
      if (p.worktree) return makeWorktree(opened.repo, branch, trunkTip);
      await makeAndSwitch(opened.repo, branch, trunkTip);
      return null;
    });
    return record(located, branch, folder, call);
  }

  /** The mark comes before the branch: one without a branch is harmless, a branch without one would go unjudged. */
  async function marked<T>(
    { item, service, opened: { repo } }: Place,
    branch: string,
    make: () => Promise<T>,
  ): Promise<T> {
    await mark(repo, branch, { ...item, service: service.name });
    try {
      return await make();
    } catch (error) {
      // A hook that complains does so of a branch that was made.
      if ((await tipOf(repo, branch)) === undefined) await unmark(repo, branch);
      throw error;
    }
  }

  /** An existing branch becomes the item's. */
  async function take(located: Place, branch: string, call: Call): Promise<Item> {
    const { item, service, opened } = located;
    return turns.take(contested(service, branch), async () => {
      await mayTake(item, service, opened.repo, branch);
      return record(located, branch, null, call);
    });
  }

  /** @param item undefined for one that is not there yet */
  async function mayTake(
    item: StoredItem | undefined,
    service: StoredService,
    repo: Repo,
    branch: string,
  ): Promise<void> {
    const reasons = item ? startReasons(item) : [];
    if (reasons[0]) throw new Fault("refused", reasons[0].message, { reasons });
    if (item && item.branch !== null && item.branch !== branch)
      throw new Fault("conflict", `#${item.id} has the branch ${item.branch} already.`);
    if (item && item.serviceId !== service.id)
      throw new Fault(
        "refused",
        `#${item.id} is of ${item.service ?? "no service"}, and ${branch} is in ${service.name}.`,
      );
    if (branch === service.trunk)
      throw new Fault("refused", `${branch} is the trunk of ${service.name}; an item needs a branch of its own.`);
    if ((await tipOf(repo, branch)) === undefined) throw noBranch(branch, repo.top);
    const services = await servicesOfRepo(world.db, repo.commonDir);
    const holder = await itemOnBranch(
      world.db,
      services.map((s) => s.id),
      branch,
    );
    if (holder && holder.id !== item?.id)
      throw new Fault("conflict", `${branch} is the branch of ${called(holder)}.`, {
        hint: `Look at it: calcifer work show ${holder.id}`,
      });
  }

  async function mayLeave({ item, opened }: Place, carry: boolean): Promise<void> {
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
    const files = await uncommittedIn(repo);
    const count = dirtyFiles(files, own).length;
    if (count > 0)
      throw new Fault("refused", `${count} ${count === 1 ? "file is" : "files are"} uncommitted in ${repo.top}.`, {
        reasons: dirtyReasons(item.id, files, own),
        hint: `Take the changes along: calcifer work start ${item.id} --carry. Or leave them here, and work in a folder beside: calcifer work start ${item.id} --worktree`,
      });
  }

  async function ownChanges(gitDir: string): Promise<string | undefined> {
    return (await servicesOfRepo(world.db, gitDir))[0]?.changes;
  }

  async function record(
    { item, service, opened }: Place,
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
