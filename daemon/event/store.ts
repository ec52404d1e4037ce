// The table of events: appended to, read in order, never changed.
import { type Kysely, sql, type Transaction } from "kysely";
import type { EventRecord } from "../../protocol/event.ts";
import type { Database } from "../db/schema.ts";

export type NewEvent = Omit<EventRecord, "seq">;
type Row = {
  seq: number;
  at: string;
  name: string;
  item: number | null;
  service: string | null;
  by: string;
  data: string;
};

export async function append(db: Transaction<Database>, event: NewEvent): Promise<EventRecord> {
  const row = { ...event, data: JSON.stringify(event.data) };
  const { insertId } = await db.insertInto("events").values(row).executeTakeFirstOrThrow();
  return { seq: Number(insertId), ...event };
}

/** The newest number ever given; 0 in a new database. */
export async function newest(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = 'events'`.execute(db);
  return rows[0]?.seq ?? 0;
}

/** Events after a number, in order. */
export async function after(db: Kysely<Database>, since: number, limit: number): Promise<EventRecord[]> {
  const rows = await db.selectFrom("events").selectAll().where("seq", ">", since).orderBy("seq").limit(limit).execute();
  return rows.map(record);
}

export interface Filter {
  since: number;
  limit: number;
  item?: number | undefined;
  service?: string | undefined;
  /** how the name starts */
  name?: string | undefined;
  newest: boolean;
}

export async function list(db: Kysely<Database>, filter: Filter): Promise<EventRecord[]> {
  const direction = filter.newest ? "desc" : "asc";
  let query = db.selectFrom("events").selectAll().where("seq", ">", filter.since);
  if (filter.item !== undefined) query = query.where("item", "=", filter.item);
  if (filter.service !== undefined) query = query.where("service", "=", filter.service);
  if (filter.name !== undefined) query = query.where("seq", "in", await byName(db, filter, filter.name));
  const rows = await query.orderBy("seq", direction).limit(filter.limit).execute();
  return rows.map(record);
}

/**
 * The numbers of the first events of each name that starts so. Each name is asked for by itself,
 * because an index by name gives the order within one name only.
 */
async function byName(db: Kysely<Database>, filter: Filter, start: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await namesStarting(db, start)) {
    let query = db.selectFrom("events").select("seq").where("name", "=", name).where("seq", ">", filter.since);
    if (filter.item !== undefined) query = query.where("item", "=", filter.item);
    if (filter.service !== undefined) query = query.where("service", "=", filter.service);
    const rows = await query
      .orderBy("seq", filter.newest ? "desc" : "asc")
      .limit(filter.limit)
      .execute();
    found.push(...rows.map((row) => row.seq));
  }
  return found.sort((a, b) => (filter.newest ? b - a : a - b)).slice(0, filter.limit);
}

/** The names there are, by jumping from one to the next in the index: as many steps as names, not as events. */
async function namesStarting(db: Kysely<Database>, start: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    with recursive names (name) as (
      select min(name) from events where name >= ${start}
      union all
      select (select min(name) from events where name > names.name) from names where substr(names.name, 1, length(${start})) = ${start}
    )
    select name from names where substr(name, 1, length(${start})) = ${start}`.execute(db);
  return rows.map((row) => row.name);
}

const record = (row: Row): EventRecord => ({ ...row, data: JSON.parse(row.data) as Record<string, unknown> });
