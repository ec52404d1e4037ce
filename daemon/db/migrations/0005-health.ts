// Endpoints and what they answered.
import { type Kysely, sql } from "kysely";

const statements: string[] = [
  `create table endpoints (
    id integer primary key autoincrement,
    service_id integer not null references services (id),
    name text not null,
    environment text not null,
    kind text not null,
    target text not null,
    interval integer not null,
    timeout integer not null,
    failures integer not null,
    slow integer,
    family text not null,
    http text,
    item_id integer references items (id) on delete set null,
    page text,
    paused text,
    paused_reason text,
    created text not null,
    state text not null,
    since text not null,
    why text not null,
    blocked_by text
  ) strict`,
  "create unique index endpoints_name on endpoints (service_id, name)",
  "create index endpoints_item on endpoints (item_id) where item_id is not null",

  // Beside the endpoints: it is written every minute, and they are not.
  `create table endpoint_last (
    endpoint_id integer primary key references endpoints (id) on delete cascade,
    outcome text not null
  ) strict`,

  // What was measured. Led by the minute: what comes is written to the same few pages at the end, what is old goes from the
  // beginning, and one endpoint is found by one step per minute. No foreign keys here: nobody waits for their checks.
  `create table measurements (
    minute integer not null,
    endpoint_id integer not null,
    ms_in_minute integer not null,
    state integer not null,
    stands integer not null,
    ms integer,
    primary key (minute, endpoint_id, ms_in_minute)
  ) strict, without rowid`,

  // A row per endpoint and hour with its 5-minute buckets packed, and per endpoint and day with its hours packed.
  // Each is written once, when its time is over, so that pages are full.
  `create table measured_hours (
    hour integer not null,
    endpoint_id integer not null,
    up integer not null,
    degraded integer not null,
    down integer not null,
    p50 integer,
    buckets blob not null,
    primary key (hour, endpoint_id)
  ) strict, without rowid`,
  `create table measured_days (
    day integer not null,
    endpoint_id integer not null,
    up integer not null,
    degraded integer not null,
    down integer not null,
    buckets blob not null,
    primary key (day, endpoint_id)
  ) strict, without rowid`,
  `create table measured_until (
    what text primary key,
    until integer not null
  ) strict, without rowid`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
