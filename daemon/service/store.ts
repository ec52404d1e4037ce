// Remembers services. Queries on the services' own table.
import type { Kysely, Selectable, Transaction } from "kysely";
import { Fault } from "../../protocol/errors.ts";
import type { Database } from "../db/schema.ts";

type Db = Kysely<Database> | Transaction<Database>;
export type StoredService = Omit<Selectable<Database["services"]>, "removed">;

const present = (db: Db) =>
  db
    .selectFrom("services")
    .select(["id", "name", "repo", "git_dir", "trunk", "changes", "docs", "added"])
    .where("removed", "is", null);

export const allServices = (db: Db): Promise<StoredService[]> => present(db).orderBy("name").execute();

/** @throws Fault missing, naming those there are */
export async function serviceByName(db: Db, name: string): Promise<StoredService> {
  const found = await present(db).where("name", "=", name).executeTakeFirst();
  if (found) return found;
  const names = (await allServices(db)).map((s) => s.name);
  const hint =
    names.length === 0
      ? "Register one: calcifer service add <path>"
      : `There ${names.length === 1 ? "is" : "are"}: ${names.slice(0, 20).join(", ")}`;
  throw new Fault("missing", `There is no service ${name}.`, { hint });
}

export const serviceById = (db: Db, id: number): Promise<StoredService | undefined> =>
  present(db).where("id", "=", id).executeTakeFirst();

/** The services that share a repository, by its common git directory, oldest first. */
export const servicesOfRepo = (db: Db, gitDir: string): Promise<StoredService[]> =>
  present(db).where("git_dir", "=", gitDir).orderBy("id").execute();

/** A repository registered again under its old name is the same service: its items come back to it. */
export async function insertService(db: Transaction<Database>, service: Omit<StoredService, "id">): Promise<number> {
  const { name, git_dir } = service;
  const gone = await db
    .selectFrom("services")
    .select("id")
    .where("name", "=", name)
    .where("git_dir", "=", git_dir)
    .where("removed", "is not", null)
    .orderBy("id", "desc")
    .executeTakeFirst();
  if (gone) {
    await db
      .updateTable("services")
      .set({ ...service, removed: null })
      .where("id", "=", gone.id)
      .execute();
    return gone.id;
  }
  const { insertId } = await db
    .insertInto("services")
    .values({ ...service, removed: null })
    .executeTakeFirstOrThrow();
  return Number(insertId);
}

export async function changeService(
  db: Transaction<Database>,
  id: number,
  change: Partial<Omit<StoredService, "id" | "added">>,
): Promise<void> {
  if (Object.keys(change).length > 0) await db.updateTable("services").set(change).where("id", "=", id).execute();
}

/** Marks a service as removed; its name is free again. */
export async function removeService(db: Transaction<Database>, id: number, at: string): Promise<void> {
  await db.updateTable("services").set({ removed: at }).where("id", "=", id).execute();
}

/** Items planned or active, by service id. */
export async function openItems(db: Db): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom("items")
    .select(["service_id", (e) => e.fn.countAll<number>().as("n")])
    .where("status", "in", ["planned", "active"])
    .groupBy("service_id")
    .execute();
  return new Map(rows.flatMap((r) => (r.service_id === null ? [] : [[r.service_id, r.n] as const])));
}
