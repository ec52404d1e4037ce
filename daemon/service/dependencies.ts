// Remembers what services need. Queries on the table of dependencies.
import type { Transaction } from "kysely";
import type { Database } from "../db/schema.ts";
import type { Tx } from "../world.ts";
import type { Db, StoredService } from "./store.ts";

export interface Dependency {
  from: string;
  /** what `from` does not work without */
  to: string;
  source: "compose" | "declared";
}

/** Every dependency between services that are not retired, by name. */
export const dependenciesOf = (db: Db): Promise<Dependency[]> =>
  db
    .selectFrom("service_dependencies as d")
    .innerJoin("services as a", "a.id", "d.service_id")
    .innerJoin("services as b", "b.id", "d.needs_id")
    .select(["a.name as from", "b.name as to", "d.source"])
    .where("a.removed", "is", null)
    .where("b.removed", "is", null)
    .where("a.retired", "is", null)
    .where("b.retired", "is", null)
    .orderBy("a.name")
    .orderBy("b.name")
    .execute();

/** What each service needs, by its id; of retired ones, too. */
export async function needsByService(db: Db, id?: number): Promise<Map<number, string[]>> {
  const rows = await db
    .selectFrom("service_dependencies as d")
    .innerJoin("services as b", "b.id", "d.needs_id")
    .select(["d.service_id", "b.name"])
    .$if(id !== undefined, (q) => q.where("d.service_id", "=", id as number))
    .orderBy("b.name")
    .execute();
  const found = new Map<number, string[]>();
  for (const { service_id, name } of rows) found.set(service_id, [...(found.get(service_id) ?? []), name]);
  return found;
}

/**
 * Adds what a service needs, with its event; what is declared stays declared, also where compose says the same.
 * @returns names of those that were not known before
 */
export async function addDependencies(
  tx: Tx,
  service: Pick<StoredService, "id" | "name">,
  on: readonly Pick<StoredService, "id" | "name">[],
  source: Dependency["source"],
): Promise<string[]> {
  const known = await needsOf(tx.db, service.id);
  const added = on.filter((one) => !known.has(one.id) && one.id !== service.id);
  for (const { id } of source === "declared" ? on : added)
    await tx.db
      .insertInto("service_dependencies")
      .values({ service_id: service.id, needs_id: id, source })
      .onConflict((c) => c.doUpdateSet({ source }))
      .execute();
  const names = added.map((one) => one.name);
  if (names.length > 0)
    await tx.happened("service.depends", { service: service.name, data: { added: names, removed: [] } });
  return names;
}

/** Takes back what a service needs, with its event. @returns names of those it did need */
export async function removeDependencies(
  tx: Tx,
  service: Pick<StoredService, "id" | "name">,
  on: readonly Pick<StoredService, "id" | "name">[],
): Promise<string[]> {
  const known = await needsOf(tx.db, service.id);
  const gone = on.filter((one) => known.has(one.id));
  if (gone.length === 0) return [];
  await tx.db
    .deleteFrom("service_dependencies")
    .where("service_id", "=", service.id)
    .where(
      "needs_id",
      "in",
      gone.map((one) => one.id),
    )
    .execute();
  const names = gone.map((one) => one.name);
  await tx.happened("service.depends", { service: service.name, data: { added: [], removed: names } });
  return names;
}

async function needsOf(db: Transaction<Database>, id: number): Promise<Set<number>> {
  const rows = await db.selectFrom("service_dependencies").select("needs_id").where("service_id", "=", id).execute();
  return new Set(rows.map((row) => row.needs_id));
}
