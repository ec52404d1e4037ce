// The journal of merges under way: what was planned, and how far it came. Queries on its own table.
import type { Kysely, Transaction } from "kysely";
import type { Database } from "../db/schema.ts";
import type { Asked } from "../world.ts";
import type { RecordedCommit } from "./store.ts";

/** Everything a merge needs to be finished by somebody who did not begin it. */
export interface MergePlan {
  branch: string;
  /** the frozen tip that was judged */
  tip: string;
  trunk: string;
  /** where the trunk was */
  from: string;
  /** the merge, made already; the trunk moves to it */
  commit: string;
  complete: boolean;
  keepBranch: boolean;
  push: "ask" | "always" | "never";
  commits: RecordedCommit[];
  /** whose answer it is, when the client gave a key */
  asked: Asked | undefined;
}

/** `planned`: the trunk may have moved or not; `recorded`: the item knows it, the branch may be left. */
export type MergeStep = "planned" | "recorded";

export async function noteMerge(
  db: Transaction<Database>,
  item: number,
  step: MergeStep,
  plan: MergePlan,
  at: string,
): Promise<void> {
  await db
    .insertInto("merges")
    .values({ item_id: item, step, plan: JSON.stringify(plan), started: at })
    .onConflict((oc) => oc.column("item_id").doUpdateSet({ step, plan: JSON.stringify(plan) }))
    .execute();
}

export async function forgetMerge(db: Transaction<Database>, item: number): Promise<void> {
  await db.deleteFrom("merges").where("item_id", "=", item).execute();
}

export async function mergeUnderWay(
  db: Kysely<Database>,
  item: number,
): Promise<{ step: string; plan: MergePlan } | undefined> {
  const row = await db.selectFrom("merges").selectAll().where("item_id", "=", item).executeTakeFirst();
  return row && { step: row.step, plan: JSON.parse(row.plan) as MergePlan };
}

export async function mergesUnderWay(db: Kysely<Database>): Promise<number[]> {
  return (await db.selectFrom("merges").select("item_id").execute()).map((r) => r.item_id);
}
