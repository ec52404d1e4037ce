// What is kept under a name: filters and templates of items. Queries on their table.
import type { Kysely, Transaction } from "kysely";
import { Fault } from "../../protocol/errors.ts";
import type { ItemTemplate, SavedFilter } from "../../protocol/planning.ts";
import type { Database } from "../db/schema.ts";

type Db = Kysely<Database> | Transaction<Database>;
type Kind = Database["kept"]["kind"];

/** All of one kind. @param how the command that keeps one, for where there is none */
function shelf<T extends { name: string }>(kind: Kind, what: string, how: string) {
  const all = async (db: Db): Promise<T[]> => {
    const rows = await db.selectFrom("kept").selectAll().where("kind", "=", kind).orderBy("name").execute();
    return rows.map(({ name, value }) => ({ ...JSON.parse(value), name }));
  };
  /** @throws Fault missing, naming those there are */
  const one = async (db: Db, name: string): Promise<T> => {
    const there = await all(db);
    const found = there.find((thing) => thing.name === name);
    if (found) return found;
    const hint = there.length === 0 ? `Save one: ${how}` : `There is: ${there.map((thing) => thing.name).join(", ")}`;
    throw new Fault("missing", `There is no ${what} ${JSON.stringify(name)}.`, { hint });
  };
  return {
    all,
    one,
    /** One that has the name is replaced. */
    async save(db: Transaction<Database>, { name, ...thing }: T, at: string): Promise<void> {
      const row = { value: JSON.stringify(thing), saved: at };
      await db
        .insertInto("kept")
        .values({ kind, name, ...row })
        .onConflict((c) => c.columns(["kind", "name"]).doUpdateSet(row))
        .execute();
    },
    async remove(db: Transaction<Database>, name: string): Promise<void> {
      await one(db, name);
      await db.deleteFrom("kept").where("kind", "=", kind).where("name", "=", name).execute();
    },
  };
}

export const savedFilters = shelf<SavedFilter>(
  "filter",
  "saved filter",
  "calcifer work filter-save <name> --label <label>",
);
export const itemTemplates = shelf<ItemTemplate>(
  "template",
  "template of items",
  "calcifer work template-save <name> <item>",
);
