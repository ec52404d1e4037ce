// Remembers files that were read for the search, and what was in them. Queries on the index's own tables.
import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { Database } from "../db/schema.ts";

type Db = Kysely<Database> | Transaction<Database>;
type Write = Transaction<Database>;

export type StoredFile = Pick<Selectable<Database["doc_files"]>, "id" | "path" | "stamp">;
export type NewFile = Insertable<Database["doc_files"]>;
/** Something to be found in a file. */
export interface Text {
  title: string;
  body: string;
  line: number | null;
  item: number | null;
  at: string | null;
}

export const filesOf = (db: Db, service: number): Promise<StoredFile[]> =>
  db.selectFrom("doc_files").select(["id", "path", "stamp"]).where("service_id", "=", service).execute();

/** Documents, by service and path. */
export async function listDocuments(db: Db, service: number | undefined, limit: number) {
  let query = db
    .selectFrom("doc_files")
    .innerJoin("services", "services.id", "doc_files.service_id")
    .leftJoin("items", (j) =>
      j.onRef("items.service_id", "=", "doc_files.service_id").onRef("items.document", "=", "doc_files.path"),
    )
    .select([
      "services.name as service",
      "doc_files.path",
      "doc_files.title",
      "doc_files.kind",
      "doc_files.changed",
      (e) => e.fn.max("items.id").as("item"),
    ])
    .where("doc_files.kind", "<>", "changes");
  if (service !== undefined) query = query.where("doc_files.service_id", "=", service);
  return query.groupBy("doc_files.id").orderBy("services.name").orderBy("doc_files.path").limit(limit).execute();
}

/** Text of a service's documents, for looking through: a page of them, by path. */
export const documentTexts = (db: Db, service: number, after: string, limit: number) =>
  db
    .selectFrom("doc_files")
    .innerJoin("search_texts", "search_texts.file_id", "doc_files.id")
    .select(["doc_files.path", "doc_files.title", "search_texts.body"])
    .where("doc_files.service_id", "=", service)
    .where("doc_files.path", ">", after)
    .where("doc_files.kind", "<>", "changes")
    .orderBy("doc_files.path")
    .limit(limit)
    .execute();

/** Puts a file with its one text, a document's or an entry's, in the place of what was known of it. */
export async function putDocument(db: Write, file: NewFile, text: Text): Promise<void> {
  const id = await putFile(db, file);
  const known = await db.selectFrom("search_texts").select("id").where("file_id", "=", id).execute();
  const [first] = known;
  const kind = file.kind === "changes" ? ("entry" as const) : ("document" as const);
  const row = { ...text, kind, service_id: file.service_id };
  if (known.length === 1 && first) await db.updateTable("search_texts").set(row).where("id", "=", first.id).execute();
  else {
    await db.deleteFrom("search_texts").where("file_id", "=", id).execute();
    await db
      .insertInto("search_texts")
      .values({ ...row, file_id: id })
      .execute();
  }
}

export async function putFile(db: Write, file: NewFile): Promise<number> {
  const { id } = await db
    .insertInto("doc_files")
    .values(file)
    .onConflict((c) => c.columns(["service_id", "path"]).doUpdateSet(file))
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** Entries of a file that are known already, in their order. */
export const entriesOf = (db: Db, file: number) =>
  db
    .selectFrom("search_texts")
    .select(["id", "title", "body", "line", "item", "at"])
    .where("file_id", "=", file)
    .orderBy("id")
    .execute();

export async function removeTexts(db: Write, ids: number[]): Promise<void> {
  if (ids.length > 0) await db.deleteFrom("search_texts").where("id", "in", ids).execute();
}

/** An entry that stands elsewhere now; its words are the same. */
export async function moveEntry(db: Write, id: number, { line, at }: Pick<Text, "line" | "at">): Promise<void> {
  await db.updateTable("search_texts").set({ line, at }).where("id", "=", id).execute();
}

export async function addEntry(db: Write, service: number, file: number, text: Text): Promise<void> {
  await db
    .insertInto("search_texts")
    .values({ ...text, kind: "entry", service_id: service, file_id: file })
    .execute();
}

export async function removeFiles(db: Write, ids: number[]): Promise<void> {
  if (ids.length > 0) await db.deleteFrom("doc_files").where("id", "in", ids).execute();
}

/**
 * Up to so many files of services that are there no longer; also of retired ones whose repository another service has, since
 * they are that one's documents now.
 */
export const orphans = (db: Db, limit: number) =>
  db
    .selectFrom("doc_files")
    .innerJoin("services", "services.id", "doc_files.service_id")
    .select("doc_files.id")
    .where((e) =>
      e.or([
        e("services.removed", "is not", null),
        e.and([
          e("services.retired", "is not", null),
          e.exists(
            e
              .selectFrom("services as other")
              .select("other.id")
              .whereRef("other.git_dir", "=", "services.git_dir")
              .where("other.removed", "is", null)
              .where("other.retired", "is", null),
          ),
        ]),
      ]),
    )
    .limit(limit)
    .execute();

export interface IncidentText {
  id: number;
  service: number | null;
  title: string;
  body: string;
  at: string;
}

/** @returns whether anything is another than before */
export async function putIncident(db: Write, { id, service, ...text }: IncidentText): Promise<void> {
  const row = { ...text, kind: "incident" as const, service_id: service, incident: id };
  const known = await db
    .selectFrom("search_texts")
    .select(["id", "title", "body", "at", "service_id"])
    .where("kind", "=", "incident")
    .where("incident", "=", id)
    .executeTakeFirst();
  if (known === undefined) await db.insertInto("search_texts").values(row).execute();
  else if (known.title !== row.title || known.body !== row.body || known.service_id !== service)
    await db.updateTable("search_texts").set(row).where("id", "=", known.id).execute();
}

/** Best first, each with its snippet. @param expression of FTS5 */
export async function find(db: Db, expression: string, limit: number) {
  const best = await sql<{ id: number; rank: number; snippet: string; inTitle: string }>`
    select rowid as id, rank, snippet(search_fts, 1, char(2), char(3), '…', 20) as snippet,
      highlight(search_fts, 0, char(2), char(3)) as inTitle
    from search_fts where search_fts match ${expression} order by rank limit ${limit}`.execute(db);
  const ids = best.rows.map((row) => row.id);
  if (ids.length === 0) return [];
  const texts = await db
    .selectFrom("search_texts as t")
    .leftJoin("doc_files as f", "f.id", "t.file_id")
    .leftJoin("services as s", "s.id", "t.service_id")
    .leftJoin("items as i", (j) => j.onRef("i.id", "=", "t.item").on("t.kind", "=", "item"))
    .select(["t.id", "t.kind", "t.line", "t.item", "t.incident", "t.at", "f.path", "s.name as service", "s.repo"])
    .select((e) => [
      e.fn.coalesce("i.title", "t.title").as("title"),
      e.fn.coalesce("i.finished", "i.started", "i.created").as("itemAt"),
    ])
    .where("t.id", "in", ids)
    .execute();
  const byId = new Map(texts.map((text) => [text.id, text]));
  return best.rows.flatMap((row) => {
    const text = byId.get(row.id);
    return text ? [{ ...text, ...row }] : [];
  });
}

/** The text of a hit, to find its line in. */
export async function bodies(db: Db, ids: number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("search_texts").select(["id", "body"]).where("id", "in", ids).execute();
  return new Map(rows.map((row) => [row.id, row.body]));
}
