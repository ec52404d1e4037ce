// The index of documents, entries, items and incidents.
import { type Kysely, sql } from "kysely";

// An item's words stay in its own row: the view joins them in, so that nothing is stored twice.
const itemText = (row: "old" | "new") =>
  `${row}.title, ${row}.description || char(10) || ${row}.notes, 'kitem s' || coalesce(${row}.service_id, 0)`;
const text = (row: "old" | "new") =>
  `${row}.id, ${row}.title, ${row}.body, 'k' || ${row}.kind || ' s' || coalesce(${row}.service_id, 0)`;
const ofItem = (row: "old" | "new") => `(select id from search_texts where kind = 'item' and item = ${row}.id)`;

const statements: string[] = [
  // Files that were read, each with what it looked like then.
  `create table doc_files (
    id integer primary key,
    service_id integer not null references services (id),
    path text not null,
    stamp text not null,
    kind text not null,
    title text not null,
    changed text not null
  ) strict`,
  "create unique index doc_files_path on doc_files (service_id, path)",

  // Whose document a file is: without it, each file is compared with each item.
  "create index items_document on items (service_id, document) where document is not null",

  `create table search_texts (
    id integer primary key,
    kind text not null,
    service_id integer,
    file_id integer references doc_files (id) on delete cascade,
    line integer,
    item integer,
    incident integer,
    title text not null,
    body text not null,
    at text
  ) strict`,
  "create index search_texts_file on search_texts (file_id) where file_id is not null",
  "create unique index search_texts_item on search_texts (item) where kind = 'item'",
  "create unique index search_texts_incident on search_texts (incident) where kind = 'incident'",

  `create view search_content as
    select t.id, coalesce(i.title, t.title) as title,
      iif(i.id is null, t.body, i.description || char(10) || i.notes) as body,
      'k' || t.kind || ' s' || coalesce(t.service_id, 0) as facets
    from search_texts t left join items i on t.kind = 'item' and i.id = t.item`,
  `create virtual table search_fts using fts5 (
    title, body, facets, content = 'search_content', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
  )`,
  // A word in a title says more than one in a text; what a search is narrowed by says nothing.
  "insert into search_fts (search_fts, rank) values ('rank', 'bm25(8.0, 1.0, 0.0)')",

  `create trigger search_texts_add after insert on search_texts when new.kind <> 'item' begin
    insert into search_fts (rowid, title, body, facets) values (${text("new")});
  end`,
  `create trigger search_texts_remove after delete on search_texts when old.kind <> 'item' begin
    insert into search_fts (search_fts, rowid, title, body, facets) values ('delete', ${text("old")});
  end`,
  `create trigger search_texts_edit after update of title, body, service_id on search_texts when old.kind <> 'item' begin
    insert into search_fts (search_fts, rowid, title, body, facets) values ('delete', ${text("old")});
    insert into search_fts (rowid, title, body, facets) values (${text("new")});
  end`,

  `create trigger search_item_add after insert on items begin
    insert into search_texts (kind, service_id, item, title, body) values ('item', new.service_id, new.id, '', '');
    insert into search_fts (rowid, title, body, facets) values (${ofItem("new")}, ${itemText("new")});
  end`,
  `create trigger search_item_remove after delete on items begin
    insert into search_fts (search_fts, rowid, title, body, facets) values ('delete', ${ofItem("old")}, ${itemText("old")});
    delete from search_texts where kind = 'item' and item = old.id;
  end`,
  `create trigger search_item_edit after update of title, description, notes, service_id on items begin
    insert into search_fts (search_fts, rowid, title, body, facets) values ('delete', ${ofItem("old")}, ${itemText("old")});
    update search_texts set service_id = new.service_id where kind = 'item' and item = new.id;
    insert into search_fts (rowid, title, body, facets) values (${ofItem("new")}, ${itemText("new")});
  end`,

  // Items that were there before.
  "insert into search_texts (kind, service_id, item, title, body) select 'item', service_id, id, '', '' from items",
  "insert into search_fts (search_fts) values ('rebuild')",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
