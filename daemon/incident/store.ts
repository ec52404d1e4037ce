// Remembers incidents. Queries on their own tables, with the names of services and items they belong to.
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { Fault } from "../../protocol/errors.ts";
import type { Incident, Suspect, TimelinePoint } from "../../protocol/incident.ts";
import type { Database } from "../db/schema.ts";

export type Db = Kysely<Database> | Transaction<Database>;

/** An endpoint of an incident; `standing` as in rules.ts. */
export interface StoredEndpoint {
  id: number;
  name: string;
  standing: string;
}

/** An incident with what only the daemon needs to know of it. */
export interface StoredIncident extends Omit<Incident, "endpoints" | "seconds"> {
  serviceId: number;
  endpoints: StoredEndpoint[];
}

type Word = NonNullable<Incident["resolved"]>;

const named = (db: Db) =>
  db
    .selectFrom("incidents")
    .innerJoin("services", "services.id", "incidents.service_id")
    .leftJoin("items", "items.id", "incidents.item_id")
    .selectAll("incidents")
    .select(["services.name as service", "items.title as item_title", "items.status as item_status"]);

type Row = Selectable<Database["incidents"]> & {
  service: string;
  item_title: string | null;
  item_status: string | null;
};

/** @throws Fault missing */
export async function incidentById(db: Db, id: number): Promise<StoredIncident> {
  const [found] = await withParts(db, await named(db).where("incidents.id", "=", id).execute());
  if (found) return found;
  throw new Fault("missing", `There is no incident ${id}.`, {
    hint: "See what there is: calcifer incident list --all",
  });
}

/** Newest first. */
export async function listIncidents(
  db: Db,
  filter: { service?: number | undefined; all: boolean; limit: number },
): Promise<StoredIncident[]> {
  let query = named(db);
  if (filter.service !== undefined) query = query.where("incidents.service_id", "=", filter.service);
  // Spelled out, because an index over some rows serves no bound value.
  if (!filter.all) query = query.where(sql<boolean>`incidents.state <> 'resolved'`);
  return withParts(db, await query.orderBy("incidents.id", "desc").limit(filter.limit).execute());
}

async function withParts(db: Db, rows: Row[]): Promise<StoredIncident[]> {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return [];
  const endpoints = await db
    .selectFrom("incident_endpoints")
    .selectAll()
    .where("incident_id", "in", ids)
    .orderBy("endpoint_id")
    .execute();
  const blocks = await db
    .selectFrom("incident_blocks")
    .innerJoin("services", "services.id", "incident_blocks.service_id")
    .select(["incident_id", "services.name as service"])
    .where("incident_id", "in", ids)
    .orderBy("services.name")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    service: row.service,
    serviceId: row.service_id,
    environment: row.environment,
    state: row.state,
    severity: row.severity,
    cause: row.cause,
    opened: row.opened,
    acknowledged: row.acknowledged === null ? null : (JSON.parse(row.acknowledged) as Word),
    resolved: row.resolved === null ? null : (JSON.parse(row.resolved) as Word),
    times: row.times,
    item: row.item_id === null ? null : { id: row.item_id, title: row.item_title ?? "", status: row.item_status ?? "" },
    suspects: JSON.parse(row.suspects) as Suspect[],
    endpoints: endpoints
      .filter((e) => e.incident_id === row.id)
      .map((e) => ({ id: e.endpoint_id, name: e.name, standing: e.state })),
    blocks: blocks.filter((b) => b.incident_id === row.id).map((b) => b.service),
  }));
}

/** The incident of a service and environment that is open, else the newest that is resolved. */
export async function currentOf(
  db: Db,
  serviceId: number,
  environment: string,
): Promise<{ id: number; state: Incident["state"]; resolved_at: string | null } | undefined> {
  return db
    .selectFrom("incidents")
    .select(["id", "state", "resolved_at"])
    .where("service_id", "=", serviceId)
    .where("environment", "=", environment)
    .orderBy(sql`state <> 'resolved'`, "desc")
    .orderBy("resolved_at", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** The open incident an endpoint is in. */
export async function openWith(db: Db, endpoint: number): Promise<StoredIncident | undefined> {
  const rows = await named(db)
    .where(sql<boolean>`incidents.state <> 'resolved'`)
    .where(
      "incidents.id",
      "in",
      db.selectFrom("incident_endpoints").select("incident_id").where("endpoint_id", "=", endpoint),
    )
    .execute();
  return (await withParts(db, rows))[0];
}

/** The open incidents of a service, which may be gone from the list. */
export async function openOfName(db: Db, service: string): Promise<StoredIncident[]> {
  const open = named(db).where(sql<boolean>`incidents.state <> 'resolved'`).where("services.name", "=", service);
  return withParts(db, await open.execute());
}

/** The open incident that blocks a service in an environment. */
export async function openThatBlocks(db: Db, serviceId: number, environment: string): Promise<number | undefined> {
  const found = await db
    .selectFrom("incident_blocks")
    .innerJoin("incidents", "incidents.id", "incident_blocks.incident_id")
    .select("incidents.id")
    .where("incident_blocks.service_id", "=", serviceId)
    .where("incidents.environment", "=", environment)
    .where(sql<boolean>`incidents.state <> 'resolved'`)
    .executeTakeFirst();
  return found?.id;
}

/** The open incident of each endpoint that fails, is blocked or is not measured in one. */
export async function endpointsInOpen(db: Db): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom("incident_endpoints")
    .innerJoin("incidents", "incidents.id", "incident_endpoints.incident_id")
    .select(["endpoint_id", "incident_id"])
    .where(sql<boolean>`incidents.state <> 'resolved'`)
    .where("incident_endpoints.state", "<>", "gone")
    .execute();
  return new Map(rows.map((row) => [row.endpoint_id, row.incident_id]));
}

/** Incidents with one of these endpoints that lasted into a stretch of time, oldest first. */
export async function spansOf(db: Db, endpoints: readonly number[], from: Date, to: Date) {
  if (endpoints.length === 0) return [];
  return db
    .selectFrom("incidents")
    .select(["id", "opened", "resolved_at as resolved", "cause"])
    .where("id", "in", (e) =>
      e
        .selectFrom("incident_endpoints")
        .select("incident_id")
        .where("endpoint_id", "in", [...endpoints]),
    )
    .where("opened", "<=", to.toISOString())
    .where((e) => e.or([e("resolved_at", "is", null), e("resolved_at", ">=", from.toISOString())]))
    .orderBy("id")
    .execute();
}

export async function insertIncident(
  db: Transaction<Database>,
  incident: Pick<StoredIncident, "serviceId" | "environment" | "severity" | "cause" | "opened" | "suspects">,
): Promise<number> {
  const { serviceId, suspects, ...same } = incident;
  const { insertId } = await db
    .insertInto("incidents")
    .values({
      ...same,
      service_id: serviceId,
      state: "open",
      acknowledged: null,
      resolved: null,
      resolved_at: null,
      item_id: null,
      suspects: JSON.stringify(suspects),
    })
    .executeTakeFirstOrThrow();
  return Number(insertId);
}

/** What may be changed of an incident; left out stays. */
export type IncidentChange = Partial<
  Pick<StoredIncident, "state" | "severity" | "times" | "acknowledged" | "resolved" | "suspects"> & {
    item: number;
    itemTold: boolean;
    gathered: boolean;
  }
>;

export async function changeIncident(db: Transaction<Database>, id: number, change: IncidentChange): Promise<void> {
  const { acknowledged, resolved, suspects, item, itemTold, gathered, ...same } = change;
  const word = (value: Word | null) => (value === null ? null : JSON.stringify(value));
  await db
    .updateTable("incidents")
    .set({
      ...same,
      ...(acknowledged !== undefined && { acknowledged: word(acknowledged) }),
      ...(resolved !== undefined && { resolved: word(resolved), resolved_at: resolved?.at ?? null }),
      ...(suspects && { suspects: JSON.stringify(suspects) }),
      ...(item !== undefined && { item_id: item }),
      ...(itemTold !== undefined && { item_told: Number(itemTold) }),
      ...(gathered !== undefined && { gathered: Number(gathered) }),
    })
    .where("id", "=", id)
    .execute();
}

export async function setStanding(
  db: Transaction<Database>,
  incident: number,
  { id, name, standing }: StoredEndpoint,
): Promise<void> {
  await db
    .insertInto("incident_endpoints")
    .values({ incident_id: incident, endpoint_id: id, name, state: standing })
    .onConflict((c) => c.columns(["incident_id", "endpoint_id"]).doUpdateSet({ name, state: standing }))
    .execute();
}

/** @returns false when it was known to be blocked already */
export async function addBlocked(db: Transaction<Database>, incident: number, serviceId: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("incident_blocks")
    .values({ incident_id: incident, service_id: serviceId })
    .onConflict((c) => c.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows !== 0n;
}

export async function addPoint(db: Transaction<Database>, incident: number, point: TimelinePoint): Promise<void> {
  await db
    .insertInto("incident_points")
    .values({ incident_id: incident, ...point })
    .execute();
}

/** Where an endpoint comes and goes for weeks, the newest points are what is looked for. */
const mostPoints = 1000;

/** Oldest first. */
export async function timelineOf(db: Db, incident: number): Promise<TimelinePoint[]> {
  const rows = await db
    .selectFrom("incident_points")
    .select(["at", "what", "text", "by"])
    .where("incident_id", "=", incident)
    .orderBy("id", "desc")
    .limit(mostPoints)
    .execute();
  return rows.toReversed() as TimelinePoint[];
}

/** When it failed last: began, or came again. */
export async function failedLast(db: Db, incident: number): Promise<string | undefined> {
  const found = await db
    .selectFrom("incident_points")
    .select("at")
    .where("incident_id", "=", incident)
    .where("what", "in", ["opened", "again"])
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return found?.at;
}

/** Incidents whose commits were not looked for yet. */
export const notGathered = (db: Db): Promise<{ id: number }[]> =>
  db.selectFrom("incidents").select("id").where(sql<boolean>`gathered = 0`).orderBy("id").execute();

/** Incidents whose linked item is finished, which their timeline does not tell yet. */
export const itemsToTell = (db: Db): Promise<{ id: number; item: number; title: string; service: string }[]> =>
  db
    .selectFrom("incidents")
    .innerJoin("items", "items.id", "incidents.item_id")
    .innerJoin("services", "services.id", "incidents.service_id")
    .select(["incidents.id", "items.id as item", "items.title", "services.name as service"])
    .where("items.status", "=", "done")
    .where("incidents.item_told", "=", 0)
    .orderBy("incidents.id")
    .execute();

/** Incidents as words, by number. */
export async function wordsOf(db: Db, page: { from: number; limit: number } | { only: number }) {
  let query = db
    .selectFrom("incidents")
    .innerJoin("services", "services.id", "incidents.service_id")
    .select(["incidents.id", "incidents.service_id", "services.name as service"])
    .select(["cause", "opened", "state", "acknowledged", "resolved"])
    .select((e) =>
      e
        .selectFrom("incident_points")
        .select(sql<string | null>`group_concat(text, char(10) order by id)`.as("text"))
        .whereRef("incident_id", "=", "incidents.id")
        .where("what", "=", "note")
        .as("notes"),
    )
    .orderBy("incidents.id");
  if ("only" in page) query = query.where("incidents.id", "=", page.only);
  else query = query.where("incidents.id", ">=", page.from).limit(page.limit);
  const rows = await query.execute();
  return rows.map(({ acknowledged, resolved, notes, ...same }) => {
    const reasons = [acknowledged, resolved].flatMap((w) => (w === null ? [] : [(JSON.parse(w) as Word).reason]));
    return { ...same, notes: [notes ?? "", ...reasons].filter(Boolean).join("\n") };
  });
}
