// Runs of tests, against the tree they ran on.
import { type Kysely, sql } from "kysely";

const statements: string[] = [
  `create table test_runs (
    id integer primary key autoincrement,
    service_id integer not null references services (id),
    tree text not null,
    commit_id text not null,
    branch text not null,
    command text not null,
    state text not null,
    step text not null,
    exit integer,
    coverage real,
    no_coverage text,
    at text not null,
    seconds real not null,
    log text
  ) strict`,
  "create index test_runs_tree on test_runs (service_id, tree, command)",
  "create index test_runs_coverage on test_runs (service_id, id) where coverage is not null and state = 'passed'",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
