// The first tables: services, items, what is remembered of their branches, events, answers.
import { type Kysely, sql } from "kysely";

const statements = [
  `create table services (
    id integer primary key autoincrement,
    name text not null,
    repo text not null,
    git_dir text not null,
    trunk text not null,
    changes text not null,
    docs text not null,
    added text not null,
    removed text
  ) strict`,
  "create unique index services_name on services (name) where removed is null",
  "create index services_git_dir on services (git_dir) where removed is null",

  // `open` is what the usual list asks for; as a column it can lead an index.
  `create table items (
    id integer primary key autoincrement,
    key text not null unique,
    title text not null,
    type text not null,
    service_id integer references services (id),
    status text not null,
    description text not null default '',
    notes text not null default '',
    labels text not null default '[]',
    checklist text not null default '[]',
    document text,
    branch text,
    worktree text,
    created text not null,
    started text,
    finished text,
    merged_commit text,
    merged_trunk text,
    merged_at text,
    pushed integer,
    kept_tip text,
    version integer not null default 1,
    open integer generated always as (status in ('planned', 'active')) virtual,
    facets text generated always as (
      status || ' ' || type || iif(service_id is null, '', ' s' || service_id) || iif(status in ('planned', 'active'), ' open', '')
    ) virtual
  ) strict`,
  // An index ends with the row's id by itself, so each of these is also "newest first, after this one".
  "create index items_open on items (open)",
  "create index items_status on items (status)",
  "create index items_service on items (service_id)",
  "create index items_service_open on items (service_id, open)",
  "create index items_service_status on items (service_id, status)",
  "create index items_type_open on items (type, open)",
  "create index items_type_status on items (type, status)",
  "create index items_unpushed on items (id) where pushed = 0",
  "create unique index items_branch on items (service_id, branch) where branch is not null",

  `create table item_labels (
    item_id integer not null references items (id) on delete cascade,
    label text not null,
    primary key (label, item_id)
  ) strict, without rowid`,
  "create index item_labels_item on item_labels (item_id)",

  `create table item_commits (
    item_id integer not null references items (id) on delete cascade,
    commit_id text not null,
    position integer not null,
    subject text not null,
    author text not null,
    at text not null,
    primary key (item_id, commit_id)
  ) strict, without rowid`,

  // Words are searched by their beginnings; without an index of those, every hit is gathered before the first is given.
  // `facets` is what a list is filtered by, so that the index can do it all and stop when a page is full.
  `create virtual table items_fts using fts5 (
    title, description, notes, facets, content = 'items', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3 4 5 6 7 8'
  )`,
  `create trigger items_fts_add after insert on items begin
    insert into items_fts (rowid, title, description, notes, facets)
    values (new.id, new.title, new.description, new.notes, new.facets);
  end`,
  `create trigger items_fts_remove after delete on items begin
    insert into items_fts (items_fts, rowid, title, description, notes, facets)
    values ('delete', old.id, old.title, old.description, old.notes, old.facets);
  end`,
  `create trigger items_fts_edit after update of title, description, notes, status, type, service_id on items begin
    insert into items_fts (items_fts, rowid, title, description, notes, facets)
    values ('delete', old.id, old.title, old.description, old.notes, old.facets);
    insert into items_fts (rowid, title, description, notes, facets)
    values (new.id, new.title, new.description, new.notes, new.facets);
  end`,

  `create table merges (
    item_id integer primary key references items (id) on delete cascade,
    step text not null,
    plan text not null,
    started text not null
  ) strict`,

  // No foreign keys: an event outlives what it is about.
  `create table events (
    seq integer primary key autoincrement,
    at text not null,
    name text not null,
    item integer,
    service text,
    by text not null,
    data text not null
  ) strict`,
  "create index events_item on events (item) where item is not null",
  "create index events_service on events (service) where service is not null",
  "create index events_name on events (name)",

  `create table answers (
    key text primary key,
    method text not null,
    params text not null,
    result text not null,
    at text not null
  ) strict, without rowid`,
  "create index answers_at on answers (at)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
