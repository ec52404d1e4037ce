// Incidents, their endpoints and timelines.
import { type Kysely, sql } from "kysely";

const statements: string[] = [
  `create table incidents (
    id integer primary key autoincrement,
    service_id integer not null references services (id),
    environment text not null,
    state text not null,
    severity text not null,
    cause text not null,
    opened text not null,
    acknowledged text,
    resolved text,
    resolved_at text,
    times integer not null default 1,
    item_id integer references items (id) on delete set null,
    item_told integer not null default 0,
    suspects text not null default '[]',
    gathered integer not null default 0
  ) strict`,
  // One cause, one incident: also where two endpoints fail at the same moment.
  "create unique index incidents_open on incidents (service_id, environment) where state <> 'resolved'",
  "create index incidents_service on incidents (service_id, environment)",
  "create index incidents_item on incidents (item_id) where item_id is not null",
  "create index incidents_ungathered on incidents (id) where gathered = 0",

  // No foreign key to the endpoint: what failed is told after nobody watches it any more.
  `create table incident_endpoints (
    incident_id integer not null references incidents (id) on delete cascade,
    endpoint_id integer not null,
    name text not null,
    state text not null,
    primary key (incident_id, endpoint_id)
  ) strict, without rowid`,
  "create index incident_endpoints_endpoint on incident_endpoints (endpoint_id)",

  `create table incident_blocks (
    incident_id integer not null references incidents (id) on delete cascade,
    service_id integer not null references services (id),
    primary key (incident_id, service_id)
  ) strict, without rowid`,
  "create index incident_blocks_service on incident_blocks (service_id)",

  `create table incident_points (
    id integer primary key,
    incident_id integer not null references incidents (id) on delete cascade,
    at text not null,
    what text not null,
    text text not null,
    by text not null
  ) strict`,
  "create index incident_points_incident on incident_points (incident_id)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
