// Work items: the door of the room. Each group of methods has its file; what other rooms may know is exported here.
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { worktreeOf } from "../../gate/judge.ts";
import { reasonsOf } from "../../gate/rules.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { readInside, uncommittedIn, writeInside } from "../git/commit.ts";
import { takeUpCommit, unfinishedCommits } from "../git/index-lock.ts";
import type { Repos } from "../git/repos.ts";
import { allServices, resolveService } from "../service/service.ts";
import type { Call, World } from "../world.ts";
import { insert, prepare } from "./add.ts";
import { commitsOnlyOn, tipOf } from "./branch.ts";
import { committing } from "./commit.ts";
import { diff } from "./diff.ts";
import { dropping } from "./drop.ts";
import { editing } from "./edit.ts";
import { mergesUnderWay, mergeUnderWay } from "./journal.ts";
import { type Judge, judgeItem, type Located, locate } from "./judge.ts";
import { itemTemplates, savedFilters } from "./kept.ts";
import { type Merged, type MergeWish, merge, notComplete, push, pushIfPossible, takeUp } from "./merge.ts";
import { planning, together } from "./planning.ts";
import { belongings, relate } from "./relations.ts";
import { resolveItem } from "./resolve.ts";
import { documentTemplate } from "./rules.ts";
import { starting } from "./start.ts";
import { changeItem, groupItems, itemById, listItems, recordedCommits, type StoredItem, shown } from "./store.ts";
import { Turns } from "./turns.ts";
import { update } from "./update.ts";

export { insert as insertItem, itemMaker, prepare as prepareItem } from "./add.ts";
export { diff as itemDiff } from "./diff.ts";
export { type EntryOf, entryEdit } from "./entry.ts";
export { type Judge, type JudgeOptions, judgeItem, type Located, locate, type Place } from "./judge.ts";
export { notePushed } from "./merge.ts";
export { waitingFor } from "./relations.ts";
export { activeItem, resolveItem } from "./resolve.ts";
export { documentTemplate } from "./rules.ts";
export {
  changeItem,
  countByStatus,
  forgetCommits,
  itemById,
  itemByKey,
  itemsNotPushed,
  itemsWithStatus,
  listedForm,
  listItems,
  type RecordedCommit,
  recordCommits,
  recordedCommits,
  restorableItems,
  type StoredItem,
} from "./store.ts";

/** How an item is named in a call. */
interface Named {
  item?: number | string | undefined;
  repo?: string | undefined;
}

export function workRoom(world: World, repos: Repos, judge: Judge): Implements<Api["work"], Call> {
  const located = async (p: Named) => locate(world, repos, await resolveItem(world, repos, p));

  const turns = new Turns();
  /** For acts on an item's branch: one at a time for each item, on the item as it is then. */
  const inTurn =
    <P extends Named, R>(act: (p: P, call: Call) => Promise<R>) =>
    async (p: P, call: Call): Promise<R> => {
      const { id } = await resolveItem(world, repos, p);
      return turns.take(id, () => act({ ...p, item: id }, call));
    };
  const { start, adopt } = starting(world, repos);
  const { drop, restore, delete: remove } = dropping(world, repos);

  const edits = editing(world, repos);

  return {
    ...edits,
    ...committing(world, repos),
    ...planning(world, repos, { edit: edits.edit, drop: inTurn(drop) }),
    start: inTurn(start),
    // Of two who take one branch at once, the second finds it taken.
    adopt: (p, call) => turns.take(`branch ${p.branch}`, () => adopt(p, call)),
    drop: inTurn(drop),
    restore: inTurn(restore),
    delete: inTurn(remove),

    async add(p, call) {
      const service = await resolveService(world, repos, p);
      const template = p.template === undefined ? undefined : await itemTemplates.one(world.db, p.template);
      const parent =
        p.parent === undefined ? undefined : await resolveItem(world, repos, { item: p.parent, repo: p.repo });
      const prepared = await prepare(await repos.open(service.repo), service, {
        title: p.title,
        type: p.type ?? template?.type ?? "maintenance",
        labels: [...new Set([...(template?.labels ?? []), ...p.label])],
        description: p.description || (template?.description ?? ""),
      });
      const points = template?.checklist.map((text) => ({ text, done: false }));
      return call.answer(async (tx) => {
        const item = await insert(world, tx, service, { ...prepared, ...(points && { checklist: points }) });
        if (parent) await relate(tx.db, { item_id: item.id, kind: "part", other_id: parent.id });
        return shown(item);
      });
    },

    async list(p) {
      const filter = p.filter === undefined ? p : together(await savedFilters.one(world.db, p.filter), p);
      return listItems(world.db, { ...filter, parent: p.parent, limit: p.limit, after: p.after });
    },
    diff: async (p, call) => diff(world, await located(p), call),
    groups: ({ by, ...filter }) => groupItems(world.db, by, filter),

    get: async (p) => shown(await itemById(world.db, p.item)),

    async show(p) {
      const item = await resolveItem(world, repos, p);
      const seen =
        item.branch === null || item.serviceId === null ? undefined : await onBranch(item).catch(() => undefined);
      return {
        ...shown(item),
        commits: seen?.commits ?? (await recordedCommits(world.db, item.id)),
        uncommitted: seen?.uncommitted ?? null,
        ...(await belongings(world.db, item.id)),
      };
    },

    async document(p, call) {
      const { item, opened } = await located(p);
      if (item.document === null)
        throw new Fault("refused", `#${item.id} needs no document.`, {
          hint: `Give it one: calcifer work edit ${item.id} --document docs/changes/${item.id}.md`,
        });
      const folder = item.branch === null ? undefined : await worktreeOf(opened.repo, item.branch);
      if (folder === undefined)
        throw new Fault(
          "refused",
          `#${item.id} is not checked out anywhere, so there is no place to write its document.`,
          { hint: `Start it: calcifer work start ${item.id}` },
        );
      const place = { ...opened.repo, top: folder };
      const created = readInside(place, item.document) === undefined;
      if (created) {
        mkdirSync(path.dirname(path.join(folder, item.document)), { recursive: true });
        writeInside(place, item.document, documentTemplate(item));
      }
      return call.answer(async () => ({ path: item.document as string, created }));
    },

    update: inTurn(async (p, call) => {
      const place = await located(p);
      const done = await update(place, p.offline, call);
      return call.answer(async (tx) => ({ item: shown(await itemById(tx.db, place.item.id)), ...done }));
    }),

    merge: inTurn(async (p, call) => {
      const done = await merge(
        world,
        judge,
        await located(p),
        { offline: p.offline, push: p.push, complete: false },
        call,
      );
      return call.answer(async () => answered(done));
    }),

    finish: inTurn(async (p, call) => {
      const place = await located(p);
      const wish = { offline: p.offline, push: p.push, complete: true };
      const begun = await takeUp(world, place, wish, call);
      if (begun?.item.status === "done") return call.answer(async () => answered(begun));
      const now = { ...place, item: begun?.item ?? place.item };
      if (now.item.merged !== null && (now.item.status === "done" || !(await hasMore(now))))
        return complete(now, wish, call, begun?.notes ?? []);
      const done = await merge(world, judge, now, wish, call);
      return call.answer(async () => answered(done));
    }),

    push: inTurn(async (p, call) => {
      const place = await located(p);
      if (place.item.merged === null)
        throw new Fault("refused", `#${place.item.id} is not merged, so there is nothing to push.`, {
          hint: `Merge it: calcifer work merge ${place.item.id}`,
        });
      const pushed = await push(world, place, place.item.merged.commit, call);
      if (pushed === null)
        throw new Fault("refused", `${place.service.name} has no remote to push to.`, {
          hint: "Add one: git remote add origin <url>",
        });
      return call.answer(async (tx) => ({ item: shown(await itemById(tx.db, place.item.id)), pushed }));
    }),

    async verdict(p) {
      return (await judge(await located(p), { fresh: p.fresh })).merge;
    },
  };

  /** The branch went on after its merge. */
  async function hasMore(place: Located): Promise<boolean> {
    const { branch } = place.item;
    if (branch === null || (await tipOf(place.opened.repo, branch)) === undefined) return false;
    return (await judgeItem(place)).facts.merged !== true;
  }

  /** Completes an item that was merged before. What it needs is asked of the database; its branch may be gone. */
  async function complete(place: Located, wish: MergeWish, call: Call, notes: string[]) {
    const { item, service } = place;
    if (item.status === "done") throw new Fault("refused", `#${item.id} is done already.`);
    const reasons = reasonsOf((await judgeItem(place)).complete);
    if (reasons[0]) throw new Fault("refused", notComplete(item, reasons[0]), { reasons });
    const there = item.merged?.pushed ?? null;
    const pushed = wish.push && there === false ? await pushIfPossible(world, place, call, notes) : there;
    return call.answer(async (tx) => {
      const after = await changeItem(tx.db, item.id, { status: "done", finished: world.clock.now().toISOString() });
      await tx.happened("work.finished", { item: item.id, service: service.name });
      return { item: shown(after), commit: item.merged?.commit ?? null, pushed, notes };
    });
  }

  async function onBranch(item: StoredItem) {
    const { opened, service } = await locate(world, repos, item);
    const [tip, trunkTip] = await Promise.all([
      tipOf(opened.repo, item.branch as string),
      tipOf(opened.repo, service.trunk),
    ]);
    if (tip === undefined || trunkTip === undefined) return undefined;
    const folder = await worktreeOf(opened.repo, item.branch as string);
    const commits = await commitsOnlyOn(opened.repo, tip, trunkTip);
    const uncommitted =
      folder !== undefined && existsSync(folder) ? (await uncommittedIn({ ...opened.repo, top: folder })).length : null;
    return { commits: commits.length > 0 ? commits : await recordedCommits(world.db, item.id), uncommitted };
  }
}

/** Finishes or undoes the commits a daemon left when it was ended: one may hold the lock on an index. */
export async function recoverCommits(world: World, repos: Repos): Promise<void> {
  for (const { git_dir, repo } of await allServices(world.db))
    for (const top of unfinishedCommits(git_dir, repo))
      await repos
        .open(top)
        .then((opened) => takeUpCommit(opened.repo))
        .catch((error: unknown) => world.log.warn({ top, error: String(error) }, "a commit could not be taken up"));
}

/** Finishes or undoes the merges a daemon left when it was ended, and answers those who asked for them; run before anyone can ask. */
export async function recoverMerges(world: World, repos: Repos): Promise<void> {
  for (const id of await mergesUnderWay(world.db)) {
    const begun = await mergeUnderWay(world.db, id);
    const call = world.ownCall(undefined, begun?.plan.asked);
    try {
      const place = await locate(world, repos, await itemById(world.db, id));
      const done = await takeUp(world, place, { offline: true, push: false, complete: false }, call);
      if (done) await call.answer(async () => answered(done));
    } catch (error) {
      call.log.warn(
        { item: id, error: String(error) },
        "a merge could not be taken up; it will be when it is asked for",
      );
    }
  }
}

const answered = ({ item, commit, pushed, notes }: Merged) => ({ item: shown(item), commit, pushed, notes });
