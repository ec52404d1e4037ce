// Remembers what was measured: single probes for two days, five minutes for sixty, hours for two years.
import { sql } from "kysely";
import type { Db } from "./store.ts";
import { type Measured, measuredStates, type Seconds } from "./tally.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** How long each grain is kept, in milliseconds. */
export const kept = { probes: 2 * day, hours: 60 * day, days: 731 * day };

export type MeasuredBy = Measured & { endpoint: number };

/** In one statement, however many: its text is always the same. What is there already stays. */
export async function writeMeasurements(db: Db, all: readonly MeasuredBy[]): Promise<void> {
  const rows = all.map(({ endpoint, at, state, stands, ms }) => [
    Math.floor(at / minute),
    endpoint,
    Math.floor(at % minute),
    measuredStates.indexOf(state),
    Math.round(stands),
    ms === null ? null : Math.round(ms),
  ]);
  await sql`insert or ignore into measurements (minute, endpoint_id, ms_in_minute, state, stands, ms)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
    from json_each(${JSON.stringify(rows)})`.execute(db);
}

interface Row {
  endpoint_id: number;
  minute: number;
  ms_in_minute: number;
  state: number;
  stands: number;
  ms: number | null;
}

const measured = (row: Row): MeasuredBy => ({
  endpoint: row.endpoint_id,
  at: row.minute * minute + row.ms_in_minute,
  state: measuredStates[row.state] ?? "down",
  stands: row.stands,
  ms: row.ms,
});

/** Probes of some endpoints in [from, to), by time: one step in the table per endpoint and minute. */
export async function probesOf(db: Db, endpoints: readonly number[], from: number, to: number): Promise<MeasuredBy[]> {
  const { rows } = await sql<Row>`
    with recursive minutes (m) as (
      select ${Math.floor(from / minute)} union all select m + 1 from minutes where m + 1 < ${Math.ceil(to / minute)}
    )
    select p.* from minutes cross join json_each(${JSON.stringify(endpoints)}) e
    cross join measurements p on p.minute = minutes.m and p.endpoint_id = e.value`.execute(db);
  return rows.map(measured).filter(({ at }) => at >= from && at < to);
}

/** Probes of all endpoints since a time. */
export async function probesSince(db: Db, from: number): Promise<MeasuredBy[]> {
  const { rows } = await sql<Row>`select * from measurements where minute >= ${Math.floor(from / minute)}`.execute(db);
  return rows.map(measured);
}

export interface Packed extends Seconds {
  endpoint_id: number;
  buckets: Uint8Array;
}
export interface PackedHour extends Packed {
  hour: number;
  p50: number | null;
}
export interface PackedDay extends Packed {
  day: number;
}

const steps = (endpoints: readonly number[], from: number, to: number) => sql`
  with recursive times (t) as (select ${from} union all select t + 1 from times where t + 1 < ${to})
  , wanted (t, e) as (select t, value from times, json_each(${JSON.stringify(endpoints)}) where ${from} < ${to})`;

/** Hours [from, to) of some endpoints, counted since 1970. */
export async function hoursOf(db: Db, endpoints: readonly number[], from: number, to: number): Promise<PackedHour[]> {
  const { rows } = await sql<PackedHour>`${steps(endpoints, from, to)}
    select h.* from wanted cross join measured_hours h on h.hour = wanted.t and h.endpoint_id = wanted.e`.execute(db);
  return rows;
}

/** Days [from, to) of some endpoints, counted since 1970. */
export async function daysOf(db: Db, endpoints: readonly number[], from: number, to: number): Promise<PackedDay[]> {
  const { rows } = await sql<PackedDay>`${steps(endpoints, from, to)}
    select d.* from wanted cross join measured_days d on d.day = wanted.t and d.endpoint_id = wanted.e`.execute(db);
  return rows;
}

/** Hours [from, to) of all endpoints, without their buckets. */
export const hoursOfAll = (db: Db, from: number, to: number): Promise<Omit<PackedHour, "buckets">[]> =>
  db
    .selectFrom("measured_hours")
    .select(["hour", "endpoint_id", "up", "degraded", "down", "p50"])
    .where("hour", ">=", from)
    .where("hour", "<", to)
    .execute();

export const daysOfAll = (db: Db, from: number, to: number): Promise<Omit<PackedDay, "buckets">[]> =>
  db
    .selectFrom("measured_days")
    .select(["day", "endpoint_id", "up", "degraded", "down"])
    .where("day", ">=", from)
    .where("day", "<", to)
    .execute();

export async function writeHours(db: Db, rows: readonly PackedHour[]): Promise<void> {
  for (const row of rows)
    await db
      .insertInto("measured_hours")
      .values(row)
      .onConflict((c) => c.doUpdateSet(row))
      .execute();
}

export async function writeDays(db: Db, rows: readonly PackedDay[]): Promise<void> {
  for (const row of rows)
    await db
      .insertInto("measured_days")
      .values(row)
      .onConflict((c) => c.doUpdateSet(row))
      .execute();
}

/** The first hour and the first day that are not rolled up yet; undefined before the first roll-up. */
export async function rolledUntil(db: Db, what: "hour" | "day"): Promise<number | undefined> {
  const row = await db.selectFrom("measured_until").select("until").where("what", "=", what).executeTakeFirst();
  return row?.until;
}

export async function setRolled(db: Db, what: "hour" | "day", until: number): Promise<void> {
  await db
    .insertInto("measured_until")
    .values({ what, until })
    .onConflict((c) => c.doUpdateSet({ until }))
    .execute();
}

/** The minute of the oldest probe there is. */
export async function oldestMinute(db: Db): Promise<number | undefined> {
  const { rows } = await sql<{ m: number | null }>`select min(minute) as m from measurements`.execute(db);
  return rows[0]?.m ?? undefined;
}

async function oldestHour(db: Db): Promise<number | undefined> {
  const { rows } = await sql<{ h: number | null }>`select min(hour) as h from measured_hours`.execute(db);
  return rows[0]?.h ?? undefined;
}

/** The first day that is not rolled up yet. */
export async function firstOpenDay(db: Db, firstOpenHour: number): Promise<number> {
  const rolled = await rolledUntil(db, "day");
  return rolled ?? Math.floor(((await oldestHour(db)) ?? firstOpenHour) / 24);
}

const tables = { minute: "measurements", hour: "measured_hours", day: "measured_days" } as const;

/** Rows that are deleted at once, about: some milliseconds. */
const atOnce = 5000;

/**
 * Deletes the oldest of a grain that lie before `before`: a few thousand rows, so that nobody waits long behind it.
 * @returns false when there were none
 */
export async function deleteOldest(db: Db, by: keyof typeof tables, before: number): Promise<boolean> {
  const [table, column] = [sql.table(tables[by]), sql.ref(by)];
  const { numAffectedRows = 0n } = await sql`delete from ${table} where ${column} < ${before} and ${column} <= coalesce(
    (select ${column} from ${table} order by ${column} limit 1 offset ${sql.lit(atOnce)}), ${before})`.execute(db);
  return numAffectedRows > 0n;
}

/** Forgets one endpoint. @returns how many probes were there */
export async function forgetHistory(db: Db, endpoint: number): Promise<number> {
  let probes = 0;
  for (const by of ["minute", "hour", "day"] as const) {
    const [table, column] = [sql.table(tables[by]), sql.ref(by)];
    const { numAffectedRows = 0n } = await sql`delete from ${table} where endpoint_id = ${endpoint} and ${column} in (
      with recursive times (t) as (
        select min(${column}) from ${table} union all select t + 1 from times where t < (select max(${column}) from ${table})
      ) select t from times)`.execute(db);
    if (by === "minute") probes = Number(numAffectedRows);
  }
  return probes;
}
