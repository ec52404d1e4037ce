// Indexes that count: how many items have each status, type or service, without a look at the items themselves.
import { type Kysely, sql } from "kysely";

const statements = [
  "create index items_counted on items (status, type, service_id)",
  "create index items_unlabelled on items (status, type, service_id) where labels = '[]'",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
