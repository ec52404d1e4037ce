// Remembers services. Queries on the services' own table; what they need and what is live are in stores of their own.
import type { Kysely, Selectable, Transaction } from "kysely";
import { Fault } from "../../protocol/errors.ts";
import type { Service } from "../../protocol/service.ts";
import type { Database } from "../db/schema.ts";

export type Db = Kysely<Database> | Transaction<Database>;

/** What a service was made from, with all that making it again would need. */
export interface TemplateOrigin {
  name: string;
  version: string;
  /** `built in`, or where the template lay */
  source: string;
  variables: Record<string, string>;
  /** the commit that has the files as the template made them */
  commit: string | null;
}

type Lists = Pick<Service, "labels" | "links" | "paths" | "compose">;
type Row = Omit<Selectable<Database["services"]>, "removed">;

export interface StoredService extends Omit<Row, keyof Lists | "template">, Lists {
  template: TemplateOrigin | null;
}
export type NewService = Pick<StoredService, "name" | "repo" | "git_dir" | "trunk" | "changes" | "docs" | "added"> &
  Partial<Omit<StoredService, "id" | "retired" | "retired_reason">>;

const present = (db: Db) => db.selectFrom("services").selectAll().where("removed", "is", null);

function toStored({ removed: _, ...row }: Selectable<Database["services"]>): StoredService {
  return {
    ...row,
    labels: JSON.parse(row.labels) as string[],
    links: JSON.parse(row.links) as Service["links"],
    paths: JSON.parse(row.paths) as string[],
    compose: JSON.parse(row.compose) as string[],
    template: row.template === null ? null : (JSON.parse(row.template) as TemplateOrigin),
  };
}

function toRow(service: Partial<Omit<StoredService, "id">>) {
  const { labels, links, paths, compose, template, ...same } = service;
  return {
    ...same,
    ...(labels !== undefined && { labels: JSON.stringify(labels) }),
    ...(links !== undefined && { links: JSON.stringify(links) }),
    ...(paths !== undefined && { paths: JSON.stringify(paths) }),
    ...(compose !== undefined && { compose: JSON.stringify(compose) }),
    ...(template !== undefined && { template: template === null ? null : JSON.stringify(template) }),
  };
}

/** By name; the retired ones only when asked for. */
export async function allServices(db: Db, { retired = false } = {}): Promise<StoredService[]> {
  const rows = await present(db)
    .$if(!retired, (q) => q.where("retired", "is", null))
    .orderBy("name")
    .execute();
  return rows.map(toStored);
}

/**
 * @param retired a retired one will do, too
 * @throws Fault missing, naming those there are
 */
export async function serviceByName(db: Db, name: string, { retired = false } = {}): Promise<StoredService> {
  const row = await present(db).where("name", "=", name).executeTakeFirst();
  if (row && (retired || row.retired === null)) return toStored(row);
  if (row)
    throw new Fault("missing", `The service ${name} is retired.`, {
      hint: `Bring it back: calcifer service restore ${name}`,
    });
  const names = (await allServices(db)).map((s) => s.name);
  const hint =
    names.length === 0
      ? "Register one: calcifer service add <path>"
      : `There ${names.length === 1 ? "is" : "are"}: ${names.slice(0, 20).join(", ")}`;
  throw new Fault("missing", `There is no service ${name}.`, { hint });
}

/** Also a retired one: what was done for it stays. */
export async function serviceById(db: Db, id: number): Promise<StoredService | undefined> {
  const row = await present(db).where("id", "=", id).executeTakeFirst();
  return row && toStored(row);
}

/** The services that share a repository, by its common git directory, oldest first; the retired ones only when asked for. */
export async function servicesOfRepo(db: Db, gitDir: string, { retired = false } = {}): Promise<StoredService[]> {
  const rows = await present(db)
    .where("git_dir", "=", gitDir)
    .$if(!retired, (q) => q.where("retired", "is", null))
    .orderBy("id")
    .execute();
  return rows.map(toStored);
}

/** A repository registered again under its old name is the same service: its items come back to it. */
export async function insertService(db: Transaction<Database>, service: NewService): Promise<StoredService> {
  const { name, repo, git_dir, trunk, changes, docs, added } = service;
  const gone = await db
    .selectFrom("services")
    .select("id")
    .where("name", "=", name)
    .where("git_dir", "=", git_dir)
    .where("removed", "is not", null)
    .orderBy("id", "desc")
    .executeTakeFirst();
  const must = { name, repo, git_dir, trunk, changes, docs, added };
  const row = { ...toRow(service), ...must, removed: null, retired: null, retired_reason: "" };
  if (gone) {
    const set = db.updateTable("services").set(row).where("id", "=", gone.id);
    return toStored(await set.returningAll().executeTakeFirstOrThrow());
  }
  return toStored(await db.insertInto("services").values(row).returningAll().executeTakeFirstOrThrow());
}

export async function changeService(
  db: Transaction<Database>,
  id: number,
  change: Partial<Omit<StoredService, "id" | "added">>,
): Promise<void> {
  if (Object.keys(change).length > 0)
    await db.updateTable("services").set(toRow(change)).where("id", "=", id).execute();
}

/** Marks a service as removed; its name is free again. What it needed, who needed it and what was live is forgotten. */
export async function removeService(db: Transaction<Database>, id: number, at: string): Promise<void> {
  await db.updateTable("services").set({ removed: at }).where("id", "=", id).execute();
  await db
    .deleteFrom("service_dependencies")
    .where((e) => e.or([e("service_id", "=", id), e("needs_id", "=", id)]))
    .execute();
  await db.deleteFrom("service_live").where("service_id", "=", id).execute();
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

/** Items whose merge is recorded, the last first. */
export const mergedItems = (
  db: Db,
  service: number,
): Promise<{ id: number; title: string; commit: string | null; merged: string | null }[]> =>
  db
    .selectFrom("items")
    .select(["id", "title", "merged_commit as commit", "merged_at as merged"])
    .where("service_id", "=", service)
    .where("merged_commit", "is not", null)
    .orderBy("merged_at", "desc")
    .execute();

/** Those of the items that are of other services. */
export async function itemsOfOthers(db: Db, service: number, items: readonly number[]): Promise<Set<number>> {
  if (items.length === 0) return new Set();
  const rows = await db
    .selectFrom("items")
    .select("id")
    .where("id", "in", [...new Set(items)])
    .where("service_id", "is not", null)
    .where("service_id", "!=", service)
    .execute();
  return new Set(rows.map((row) => row.id));
}
