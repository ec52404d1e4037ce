// Remembers work items. Queries on the items' own tables.
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { Fault } from "../../protocol/errors.ts";
import type { Item, ListedItem, statuses } from "../../protocol/work.ts";
import type { Database } from "../db/schema.ts";
import { searchExpression } from "./search.ts";

type Db = Kysely<Database> | Transaction<Database>;
type Row = Selectable<Database["items"]> & { service: string | null };
export type Status = (typeof statuses)[number];

/** An item with what only the daemon needs to know of it. */
export interface StoredItem extends Item {
  serviceId: number | null;
  /** the tip kept under refs/calcifer/dropped/<id> */
  keptTip: string | null;
}

/** The name of a service that was removed is nobody's, or another's. */
const withService = (db: Db) =>
  db
    .selectFrom("items")
    .leftJoin("services", (join) =>
      join.onRef("services.id", "=", "items.service_id").on("services.removed", "is", null),
    )
    .selectAll("items")
    .select("services.name as service");

function toItem(row: Row): StoredItem {
  const {
    service_id,
    open: _,
    facets: __,
    labels,
    checklist,
    merged_commit,
    merged_trunk,
    merged_at,
    pushed,
    kept_tip,
    status,
    type,
    ...same
  } = row;
  return {
    ...same,
    type: type as Item["type"],
    status: status as Status,
    labels: JSON.parse(labels) as string[],
    checklist: JSON.parse(checklist) as Item["checklist"],
    merged:
      merged_commit && merged_trunk && merged_at
        ? { commit: merged_commit, trunk: merged_trunk, at: merged_at, pushed: pushed === null ? null : pushed === 1 }
        : null,
    serviceId: service_id,
    keptTip: kept_tip,
  };
}

/** The item as the contract has it. */
export const shown = ({ serviceId: _, keptTip: __, ...item }: StoredItem): Item => item;

/** @throws Fault missing */
export async function itemById(db: Db, id: number): Promise<StoredItem> {
  const row = await withService(db).where("items.id", "=", id).executeTakeFirst();
  if (!row)
    throw new Fault("missing", `There is no work item #${id}.`, {
      hint: "See what there is: calcifer work list --all",
    });
  return toItem(row);
}

export async function itemByKey(db: Db, key: string): Promise<StoredItem | undefined> {
  const row = await withService(db).where("items.key", "=", key).executeTakeFirst();
  return row && toItem(row);
}

/** The item that holds a branch of a service's repository. */
export async function itemOnBranch(db: Db, serviceIds: number[], branch: string): Promise<StoredItem | undefined> {
  const row = await withService(db)
    .where("items.branch", "=", branch)
    .where("items.service_id", "in", serviceIds)
    .executeTakeFirst();
  return row && toItem(row);
}

/** Every item with a status, newest first. */
export async function itemsWithStatus(db: Db, status: Status, most: number): Promise<StoredItem[]> {
  const rows = await withService(db)
    .where("items.status", "=", status)
    .orderBy("items.id", "desc")
    .limit(most)
    .execute();
  return rows.map(toItem);
}

/** Merged items whose merge the remote does not have, newest first. */
export async function itemsNotPushed(db: Db, most: number): Promise<StoredItem[]> {
  // Spelled out, because an index over some rows serves no bound value.
  const rows = await withService(db)
    .where(sql<boolean>`items.pushed = 0`)
    .orderBy("items.id", "desc")
    .limit(most)
    .execute();
  return rows.map(toItem);
}

/** Items of some services whose merge into a trunk the remote does not have. */
export async function itemsNotPushedOf(db: Db, serviceIds: number[], trunk: string): Promise<StoredItem[]> {
  const rows = await withService(db)
    .where(sql<boolean>`items.pushed = 0`)
    .where("items.merged_trunk", "=", trunk)
    .where("items.service_id", "in", serviceIds)
    .execute();
  return rows.map(toItem);
}

/** Dropped items whose branch can be brought back, newest first. */
export async function restorableItems(db: Db, most: number): Promise<StoredItem[]> {
  const rows = await withService(db)
    .where("items.status", "=", "dropped")
    .where("items.kept_tip", "is not", null)
    .orderBy("items.id", "desc")
    .limit(most)
    .execute();
  return rows.map(toItem);
}

/** What is known of an item before it is one. */
export type NewItem = Pick<Item, "key" | "title" | "type" | "description" | "labels" | "checklist" | "created"> & {
  serviceId: number;
  service: string;
};

/**
 * Adds a planned item.
 * @param documentFor the path of its document, once its number is known
 */
export async function insertItem(
  db: Transaction<Database>,
  item: NewItem,
  documentFor: (id: number) => string | undefined,
): Promise<StoredItem> {
  const row = {
    key: item.key,
    title: item.title,
    type: item.type,
    service_id: item.serviceId,
    status: "planned",
    description: item.description,
    notes: "",
    labels: JSON.stringify(item.labels),
    checklist: JSON.stringify(item.checklist),
    document: null,
    branch: null,
    worktree: null,
    created: item.created,
    started: null,
    finished: null,
    merged_commit: null,
    merged_trunk: null,
    merged_at: null,
    pushed: null,
    kept_tip: null,
    version: 1,
  };
  const { insertId } = await db.insertInto("items").values(row).executeTakeFirstOrThrow();
  const id = Number(insertId);
  const document = documentFor(id) ?? null;
  if (document !== null) await db.updateTable("items").set({ document }).where("id", "=", id).execute();
  if (item.labels.length > 0) await addLabels(db, id, item.labels);
  return toItem({ ...row, id, document, open: 1, facets: "", service: item.service });
}

async function writeLabels(db: Transaction<Database>, id: number, labels: string[]): Promise<void> {
  await db.deleteFrom("item_labels").where("item_id", "=", id).execute();
  if (labels.length > 0) await addLabels(db, id, labels);
}

async function addLabels(db: Transaction<Database>, id: number, labels: string[]): Promise<void> {
  const rows = [...new Set(labels)].map((label) => ({ item_id: id, label }));
  await db.insertInto("item_labels").values(rows).execute();
}

/** What may be changed of an item; left out stays. */
export type ItemChange = Partial<
  Pick<
    StoredItem,
    | "title"
    | "type"
    | "status"
    | "description"
    | "notes"
    | "labels"
    | "checklist"
    | "document"
    | "branch"
    | "worktree"
    | "started"
    | "finished"
    | "serviceId"
    | "keptTip"
  > & {
    merged: Item["merged"];
  }
>;

/**
 * Changes an item and raises its version.
 * @param ifVersion refuse with `conflict` unless the item is still at this version
 */
export async function changeItem(
  db: Transaction<Database>,
  id: number,
  change: ItemChange,
  ifVersion?: number,
): Promise<StoredItem> {
  const { labels, checklist, merged, serviceId, keptTip, ...same } = change;
  const columns = {
    ...same,
    ...(labels && { labels: JSON.stringify(labels) }),
    ...(checklist && { checklist: JSON.stringify(checklist) }),
    ...(serviceId !== undefined && { service_id: serviceId }),
    ...(keptTip !== undefined && { kept_tip: keptTip }),
    ...(merged !== undefined && {
      merged_commit: merged?.commit ?? null,
      merged_trunk: merged?.trunk ?? null,
      merged_at: merged?.at ?? null,
      pushed: merged?.pushed === undefined || merged.pushed === null ? null : Number(merged.pushed),
    }),
  };
  let query = db
    .updateTable("items")
    .set({ ...columns, version: sql<number>`version + 1` })
    .where("id", "=", id);
  if (ifVersion !== undefined) query = query.where("version", "=", ifVersion);
  const { numUpdatedRows } = await query.executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) await notChanged(db, id);
  if (labels) await writeLabels(db, id, labels);
  return itemById(db, id);
}

async function notChanged(db: Db, id: number): Promise<never> {
  const now = await itemById(db, id);
  throw new Fault("conflict", `#${id} changed since you looked.`, {
    hint: `Look again: calcifer work show ${id}`,
    data: { item: shown(now) },
  });
}

export async function deleteItem(db: Transaction<Database>, id: number): Promise<void> {
  await db.deleteFrom("items").where("id", "=", id).execute();
}

export interface Filter {
  status?: Status | undefined;
  service?: string | undefined;
  type?: string | undefined;
  label?: string | undefined;
  search?: string | undefined;
  all: boolean;
  limit: number;
  after?: string | undefined;
}

const listed = [
  "items.id",
  "items.key",
  "items.title",
  "items.type",
  "items.status",
  "items.branch",
  "items.labels",
  "items.created",
  "items.checklist",
] as const;

/** A page of items, newest first, paged by number. */
export async function listItems(db: Db, filter: Filter): Promise<{ items: ListedItem[]; next: string | null }> {
  const before = filter.after === undefined ? undefined : Number(filter.after);
  if (before !== undefined && !Number.isSafeInteger(before))
    throw new Fault("invalid", "after: is not a cursor that work.list gave.");
  const searched = filter.search !== undefined;
  const expression = searched ? searchExpression(filter, await serviceIds(db, filter.service)) : undefined;
  if (searched && expression === undefined) return { items: [], next: null };
  const query = expression === undefined ? filtered(db, filter, before) : found(db, expression, filter.label, before);
  const rows = await query.limit(filter.limit + 1).execute();
  const page = rows.slice(0, filter.limit);
  return { items: page.map(toListed), next: rows.length > page.length ? String(page.at(-1)?.id) : null };
}

function filtered(db: Db, filter: Filter, before: number | undefined) {
  let q = db
    .selectFrom("items")
    .leftJoin("services", (join) =>
      join.onRef("services.id", "=", "items.service_id").on("services.removed", "is", null),
    )
    .select(listed)
    .select("services.name as service")
    .orderBy("items.id", "desc");
  if (filter.status) q = q.where("items.status", "=", filter.status);
  else if (!filter.all) q = q.where("items.open", "=", 1);
  if (filter.service !== undefined) q = q.where("services.name", "=", filter.service);
  if (filter.type !== undefined) q = q.where("items.type", "=", filter.type);
  if (filter.label !== undefined) q = q.where("items.id", "in", labelled(db, filter.label));
  if (before !== undefined) q = q.where("items.id", "<", before);
  return q;
}

/** The index leads, newest first: led by the items, SQLite would gather every hit before the first row. */
function found(db: Db, expression: string, label: string | undefined, before: number | undefined) {
  let q = db
    .selectFrom("items_fts")
    .crossJoin("items")
    .leftJoin("services", (join) =>
      join.onRef("services.id", "=", "items.service_id").on("services.removed", "is", null),
    )
    .whereRef("items.id", "=", "items_fts.rowid")
    .where(sql<boolean>`items_fts match ${expression}`)
    .select(listed)
    .select("services.name as service")
    .orderBy("items_fts.rowid", "desc");
  if (label !== undefined) q = q.where("items.id", "in", labelled(db, label));
  if (before !== undefined) q = q.where("items_fts.rowid", "<", before);
  return q;
}

const labelled = (db: Db, label: string) => db.selectFrom("item_labels").select("item_id").where("label", "=", label);

async function serviceIds(db: Db, name: string | undefined): Promise<number[] | undefined> {
  if (name === undefined) return undefined;
  const rows = await db
    .selectFrom("services")
    .select("id")
    .where("name", "=", name)
    .where("removed", "is", null)
    .execute();
  return rows.map(({ id }) => id);
}

type ListedRow = Pick<
  Row,
  "id" | "key" | "title" | "type" | "status" | "branch" | "labels" | "created" | "checklist" | "service"
>;

export function toListed(row: ListedRow): ListedItem {
  const { checklist, labels, type, status, ...same } = row;
  const points = JSON.parse(checklist) as Item["checklist"];
  return {
    ...same,
    type: type as Item["type"],
    status: status as Status,
    labels: JSON.parse(labels) as string[],
    points: points.length,
    done: points.filter((p) => p.done).length,
  };
}

/** The listed form of a whole item. */
export const listedForm = ({
  id,
  key,
  title,
  type,
  service,
  status,
  branch,
  labels,
  created,
  checklist,
}: Item): ListedItem => ({
  id,
  key,
  title,
  type,
  service,
  status,
  branch,
  labels,
  created,
  points: checklist.length,
  done: checklist.filter((p) => p.done).length,
});

export async function countByStatus(db: Db): Promise<Record<Status, number>> {
  const rows = await db
    .selectFrom("items")
    .select(["status", (e) => e.fn.countAll<number>().as("n")])
    .groupBy("status")
    .execute();
  const counts = { planned: 0, active: 0, done: 0, dropped: 0 };
  for (const row of rows) counts[row.status as Status] = row.n;
  return counts;
}

export interface RecordedCommit {
  id: string;
  subject: string;
  author: string;
  at: string;
}

/** @returns those that were not recorded yet */
/** @param commits oldest first */
export async function recordCommits(
  db: Transaction<Database>,
  item: number,
  commits: RecordedCommit[],
): Promise<RecordedCommit[]> {
  const added: RecordedCommit[] = [];
  const { last } = await db
    .selectFrom("item_commits")
    .select((e) => e.fn.coalesce(e.fn.max("position"), e.lit(0)).as("last"))
    .where("item_id", "=", item)
    .executeTakeFirstOrThrow();
  let position = Number(last);
  for (const c of commits) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto("item_commits")
      .values({ item_id: item, commit_id: c.id, position: ++position, subject: c.subject, author: c.author, at: c.at })
      .onConflict((oc) => oc.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 0n) added.push(c);
  }
  return added;
}

/** Commits that an amend, a rebase or a reset took off the branch. */
export async function forgetCommits(db: Transaction<Database>, item: number, ids: string[]): Promise<void> {
  for (const id of ids)
    await db.deleteFrom("item_commits").where("item_id", "=", item).where("commit_id", "=", id).execute();
}

export async function recordedCommits(db: Db, item: number): Promise<RecordedCommit[]> {
  const rows = await db
    .selectFrom("item_commits")
    .selectAll()
    .where("item_id", "=", item)
    .orderBy("position", "desc")
    .execute();
  return rows.map((r) => ({ id: r.commit_id, subject: r.subject, author: r.author, at: r.at }));
}
