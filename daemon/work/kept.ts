// What is kept under a name: filters and templates of items. Queries on their tables.
import type { Kysely, Transaction } from "kysely";
import { Fault } from "../../protocol/errors.ts";
import type { ItemTemplate, SavedFilter } from "../../protocol/planning.ts";
import type { Database } from "../db/schema.ts";

type Db = Kysely<Database> | Transaction<Database>;

export async function savedFilters(db: Db): Promise<SavedFilter[]> {
  const rows = await db.selectFrom("saved_filters").selectAll().orderBy("name").execute();
  return rows.map(({ name, filter }) => ({ ...JSON.parse(filter), name }));
}

/** @throws Fault missing, naming those there are */
export async function savedFilter(db: Db, name: string): Promise<SavedFilter> {
  return named(await savedFilters(db), name, "saved filter", "calcifer work filter-save <name> --label <label>");
}

export async function saveFilter(db: Transaction<Database>, { name, ...filter }: SavedFilter, at: string) {
  const row = { filter: JSON.stringify(filter), saved: at };
  await db
    .insertInto("saved_filters")
    .values({ name, ...row })
    .onConflict((c) => c.column("name").doUpdateSet(row))
    .execute();
}

export async function removeFilter(db: Transaction<Database>, name: string): Promise<void> {
  await savedFilter(db, name);
  await db.deleteFrom("saved_filters").where("name", "=", name).execute();
}

export async function itemTemplates(db: Db): Promise<ItemTemplate[]> {
  const rows = await db.selectFrom("item_templates").selectAll().orderBy("name").execute();
  return rows.map(({ name, template }) => ({ ...JSON.parse(template), name }));
}

/** @throws Fault missing, naming those there are */
export async function itemTemplate(db: Db, name: string): Promise<ItemTemplate> {
  return named(await itemTemplates(db), name, "template of items", "calcifer work template-save <name> <item>");
}

export async function saveTemplate(db: Transaction<Database>, { name, ...template }: ItemTemplate, at: string) {
  const row = { template: JSON.stringify(template), saved: at };
  await db
    .insertInto("item_templates")
    .values({ name, ...row })
    .onConflict((c) => c.column("name").doUpdateSet(row))
    .execute();
}

export async function removeTemplate(db: Transaction<Database>, name: string): Promise<void> {
  await itemTemplate(db, name);
  await db.deleteFrom("item_templates").where("name", "=", name).execute();
}

function named<T extends { name: string }>(all: T[], name: string, what: string, make: string): T {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const hint = all.length === 0 ? `Save one: ${make}` : `There is: ${all.map((one) => one.name).join(", ")}`;
  throw new Fault("missing", `There is no ${what} ${JSON.stringify(name)}.`, { hint });
}
