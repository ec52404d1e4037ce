// An item's verdict: what the database knows of it, joined with what git says. The other rooms ask here.
import type { Memory } from "../../gate/facts.ts";
import { type Judgement, judgeBranch } from "../../gate/judge.ts";
import type { FindTestRun } from "../../gate/tests.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Opened, Repos } from "../git/repos.ts";
import { type StoredService, serviceById } from "../service/service.ts";
import type { World } from "../world.ts";
import { tipOf } from "./branch.ts";
import { waitingFor } from "./relations.ts";
import type { StoredItem } from "./store.ts";

export interface JudgeOptions {
  /** ask git, not the cache */
  fresh?: boolean;
  /** frozen commits, for who is about to act on the verdict */
  tips?: { tip: string; trunkTip: string } | undefined;
}

/** How a verdict is asked. */
export type Judge = (located: Located, options?: JudgeOptions) => Promise<Judgement>;

/** Where an item's branch is. */
export interface Place {
  item: StoredItem;
  service: StoredService;
  opened: Opened;
}

/** With all that is asked of its verdict. */
export interface Located extends Place {
  /** items it waits for */
  others: Awaited<ReturnType<typeof waitingFor>>;
}

/** @throws Fault missing, when the item's service was removed or its repository is not where it was */
export async function locate(world: World, repos: Repos, item: StoredItem): Promise<Located> {
  const service = item.serviceId === null ? undefined : await serviceById(world.db, item.serviceId);
  if (!service)
    throw new Fault("missing", `The service of #${item.id} was removed.`, {
      hint: "Register its repository again: calcifer service add <path>",
    });
  const opened = await repos.open(service.repo).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.fault !== "missing") throw error;
    throw new Fault("missing", `The repository of ${service.name} is not at ${service.repo} any more.`, {
      hint: `Say where it is: calcifer service edit ${service.name} --path <path>`,
    });
  });
  return { item, service, opened, others: await waitingFor(world.db, item.id) };
}

/**
 * Judges an item's branch.
 * @param tips frozen commits; asked of git when left out
 * @param memory what is known already; everything is asked when left out
 * @param testRun what is recorded of its tests; unknown when left out
 * @throws Fault refused, when the item has no branch
 */
export async function judgeItem(
  { item, service, opened, others }: Located,
  tips?: { tip: string; trunkTip: string },
  memory?: Memory,
  testRun?: FindTestRun,
): Promise<Judgement> {
  const frozen = tips ?? (await mergedTips(item, service, opened));
  if (item.branch === null && !frozen)
    throw new Fault("refused", `#${item.id} has no branch yet.`, {
      reasons: [
        {
          check: "branch",
          message: `#${item.id} "${item.title}" was not started.`,
          next: `calcifer work start ${item.id}`,
        },
      ],
    });
  return judgeBranch(
    opened.repo,
    opened.objects,
    {
      item: { id: item.id, key: item.key, title: item.title, type: item.type, service: service.name },
      branch: item.branch ?? service.trunk,
      trunk: service.trunk,
      record: {
        status: item.status,
        checklist: item.checklist,
        notes: item.notes,
        document: item.document,
        mergedCommit: item.merged?.commit ?? null,
        ...others,
      },
      testRun,
      tips: frozen,
    },
    memory,
  );
}

/** A merged item whose branch is gone is judged by its merge. */
async function mergedTips(
  item: StoredItem,
  service: StoredService,
  opened: Opened,
): Promise<{ tip: string; trunkTip: string } | undefined> {
  if (item.merged === null) return undefined;
  if (item.branch !== null && (await tipOf(opened.repo, item.branch)) !== undefined) return undefined;
  const trunkTip = await tipOf(opened.repo, service.trunk);
  return trunkTip === undefined ? undefined : { tip: item.merged.commit, trunkTip };
}
