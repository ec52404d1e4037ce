// The catalogue: what a service is, what it needs, what is live where.
import { type Kysely, sql } from "kysely";

const statements = [
  "alter table services add column title text not null default ''",
  "alter table services add column kind text not null default 'application'",
  "alter table services add column owner text not null default ''",
  "alter table services add column labels text not null default '[]'",
  "alter table services add column links text not null default '[]'",
  "alter table services add column paths text not null default '[]'",
  "alter table services add column compose text not null default '[]'",
  "alter table services add column template text",
  "alter table services add column retired text",
  "alter table services add column retired_reason text not null default ''",

  `create table service_dependencies (
    service_id integer not null references services (id),
    needs_id integer not null references services (id),
    source text not null,
    primary key (service_id, needs_id)
  ) strict, without rowid`,
  "create index service_dependencies_needs on service_dependencies (needs_id)",

  // Which service of which compose file a service is, as `<path in the repository>#<name>`: it stays so when it is renamed.
  `create table service_compose (
    service_id integer primary key references services (id),
    compose text not null
  ) strict`,

  // What was live before is in the events.
  `create table service_live (
    service_id integer not null references services (id),
    environment text not null,
    version text not null,
    commit_id text,
    source text not null,
    at text not null,
    seen text not null,
    primary key (service_id, environment)
  ) strict, without rowid`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
