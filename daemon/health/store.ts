// Remembers endpoints and how they stand. Queries on the endpoints' own tables.
import type { Kysely, Selectable, Transaction } from "kysely";
import { sql } from "kysely";
import type { Http, Outcome } from "../../protocol/health.ts";
import type { Database } from "../db/schema.ts";

export type Db = Kysely<Database> | Transaction<Database>;
type Row = Selectable<Database["endpoints"]>;
export type StoredEndpoint = Omit<Row, "http"> & { http: Http | null };
export type NewEndpoint = Omit<StoredEndpoint, "id">;

const read = ({ http, ...row }: Row): StoredEndpoint => ({
  ...row,
  http: http === null ? null : (JSON.parse(http) as Http),
});
const written = <T extends { http?: Http | null }>({ http, ...row }: T) => ({
  ...row,
  ...(http !== undefined && { http: http === null ? null : JSON.stringify(http) }),
});

/** All there are, by service and name. */
export async function allEndpoints(db: Db): Promise<StoredEndpoint[]> {
  return (await db.selectFrom("endpoints").selectAll().orderBy("service_id").orderBy("name").execute()).map(read);
}

export async function endpointById(db: Db, id: number): Promise<StoredEndpoint | undefined> {
  const row = await db.selectFrom("endpoints").selectAll().where("id", "=", id).executeTakeFirst();
  return row && read(row);
}

export async function endpointsOf(db: Db, service: number): Promise<StoredEndpoint[]> {
  const rows = await db.selectFrom("endpoints").selectAll().where("service_id", "=", service).orderBy("name").execute();
  return rows.map(read);
}

export async function insertEndpoint(db: Db, endpoint: NewEndpoint): Promise<number> {
  const { insertId } = await db
    .insertInto("endpoints")
    .values(written(endpoint) as never)
    .executeTakeFirstOrThrow();
  return Number(insertId);
}

export async function changeEndpoint(db: Db, id: number, change: Partial<NewEndpoint>): Promise<void> {
  if (Object.keys(change).length > 0)
    await db.updateTable("endpoints").set(written(change)).where("id", "=", id).execute();
}

export type Stand = Pick<StoredEndpoint, "state" | "since" | "why" | "blocked_by">;

/** @returns false when it does not stand as it did any more: it was paused, edited or removed meanwhile */
export async function changeStanding(db: Db, id: number, from: StoredEndpoint["state"], to: Stand): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("endpoints")
    .set(to)
    .where("id", "=", id)
    .where("state", "=", from)
    .where("paused", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deleteEndpoint(db: Db, id: number): Promise<void> {
  await db.deleteFrom("endpoints").where("id", "=", id).execute();
}

/** The newest outcome of each, by id. */
export async function lastOutcomes(db: Db): Promise<Map<number, Outcome>> {
  const rows = await db.selectFrom("endpoint_last").selectAll().execute();
  return new Map(rows.map((row) => [row.endpoint_id, JSON.parse(row.outcome) as Outcome]));
}

/** In one statement, however many; of endpoints that are gone nothing is kept. */
export async function writeOutcomes(
  db: Db,
  outcomes: readonly (readonly [id: number, outcome: Outcome])[],
): Promise<void> {
  await sql`insert or replace into endpoint_last (endpoint_id, outcome)
    select e.id, value ->> 1 from json_each(${JSON.stringify(outcomes)}) join endpoints e on e.id = value ->> 0`.execute(
    db,
  );
}
