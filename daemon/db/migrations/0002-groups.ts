// Indexes for groups: how many items have each status, type or service, without a look at the items themselves, and
// pages of those that have no label, in their order.
import { type Kysely, sql } from "kysely";

const statements = [
  "create index items_counted on items (status, type, service_id)",
  "create index items_unlabelled on items (status, type, service_id) where labels = '[]'",
  "create index items_unlabelled_any on items (id) where labels = '[]'",
  "create index items_unlabelled_open on items (open) where labels = '[]'",
  "create index items_unlabelled_status on items (status) where labels = '[]'",
  "create index items_unlabelled_type on items (type) where labels = '[]'",
  "create index items_unlabelled_service on items (service_id) where labels = '[]'",
  "create index items_unlabelled_service_open on items (service_id, open) where labels = '[]'",
  "create index items_unlabelled_service_status on items (service_id, status) where labels = '[]'",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
