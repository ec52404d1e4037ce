// Which other items touch the files an item conflicts in: who to talk to before resolving.

import type { Judgement } from "../../gate/judge.ts";
import { called } from "../../gate/rules.ts";
import { isUnknown } from "../../gate/unknown.ts";
import type { Verdict } from "../../protocol/shared.ts";
import type { Verdicts } from "../git/verdicts.ts";
import { servicesOfRepo } from "../service/service.ts";
import { itemsWithStatus, type Judge, type Located, type StoredItem } from "../work/work.ts";
import type { World } from "../world.ts";

const mostOthers = 50;

/** Judges as `Verdicts` does, and names under `no-conflict` the items that touch the conflicting files. */
export const judgeWithOthers =
  (world: World, verdicts: Verdicts): Judge =>
  async (located, options) => {
    const judgement = await verdicts.of(located, options);
    return { ...judgement, merge: await withOthers(world, verdicts, located, judgement) };
  };

async function withOthers(
  world: World,
  verdicts: Verdicts,
  located: Located,
  { facts, merge }: Judgement,
): Promise<Verdict> {
  if (isUnknown(facts.conflicts) || facts.conflicts.length === 0) return merge;
  const others = await othersOn(world, verdicts, located, facts.conflicts);
  if (others.length === 0) return merge;
  const checks = merge.checks.map((c) =>
    c.id === "no-conflict" ? { ...c, detail: [...(c.detail ?? []), ...others] } : c,
  );
  return { ...merge, checks };
}

async function othersOn(
  world: World,
  verdicts: Verdicts,
  { item, service, opened }: Located,
  files: string[],
): Promise<string[]> {
  const services = await servicesOfRepo(world.db, service.git_dir);
  const active = await itemsWithStatus(world.db, "active", 1000);
  const found: string[] = [];
  for (const other of active) {
    const theirs = services.find((s) => s.id === other.serviceId);
    if (other.id === item.id || other.branch === null || !theirs || found.length >= mostOthers) continue;
    const touched = await touchedBy(verdicts, { item: other, service: theirs, opened, others: nobody });
    const shared = files.filter((f) => touched.has(f));
    if (shared.length > 0) found.push(lineFor(other, shared));
  }
  return found;
}

/** Only what its branch touches is asked for. */
const nobody = { needs: [], parts: [] };

const lineFor = (other: StoredItem, shared: string[]): string =>
  `also changed by ${called(other)}: ${shared.slice(0, 3).join(", ")}${shared.length > 3 ? ` and ${shared.length - 3} more` : ""}`;

async function touchedBy(verdicts: Verdicts, other: Located): Promise<Set<string>> {
  try {
    const { touched } = (await verdicts.of(other)).facts;
    return new Set(isUnknown(touched) ? [] : touched);
  } catch {
    // A branch that is gone touches nothing; its own verdict says so.
    return new Set();
  }
}
