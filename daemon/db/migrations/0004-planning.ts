// Planning: relations and parts of items, saved filters, templates of items.
import { type Kysely, sql } from "kysely";

const statements = [
  // `depends`: the item needs the other; `part`: it is a part of the other; `relates`: the lower number comes first.
  `create table item_relations (
    item_id integer not null references items (id) on delete cascade,
    kind text not null check (kind in ('depends', 'part', 'relates')),
    other_id integer not null references items (id) on delete cascade,
    primary key (item_id, kind, other_id),
    check (item_id <> other_id)
  ) strict, without rowid`,
  "create index item_relations_other on item_relations (other_id, kind)",
  "create unique index item_relations_part on item_relations (item_id) where kind = 'part'",

  // Filters and templates of items, by name.
  `create table kept (
    kind text not null check (kind in ('filter', 'template')),
    name text not null,
    value text not null,
    saved text not null,
    primary key (kind, name)
  ) strict, without rowid`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
