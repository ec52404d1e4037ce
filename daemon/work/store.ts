// Remembers work items. Queries on the items' own tables.
import { type Kysely, type Selectable, type SelectQueryBuilder, sql, type Transaction } from "kysely";
import { Fault } from "../../protocol/errors.ts";
import { type Conflict, type groupings, type Item, type ListedItem, statuses } from "../../protocol/work.ts";
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
  if (numUpdatedRows === 0n) throw changedSince(await itemById(db, id));
  if (labels) await writeLabels(db, id, labels);
  return itemById(db, id);
}

/** Carries the item as it is, so that a face can offer both texts. */
export function changedSince(now: StoredItem): Fault {
  return new Fault("conflict", `#${now.id} changed since you looked.`, {
    hint: `Look again: calcifer work show ${now.id}`,
    data: { version: now.version, item: shown(now) } satisfies Conflict,
  });
}

export async function deleteItem(db: Transaction<Database>, id: number): Promise<void> {
  await db.deleteFrom("items").where("id", "=", id).execute();
}

/** Which items; a list and its groups are asked with the same. */
export interface Filter {
  status: readonly Status[];
  service?: string | undefined;
  noService: boolean;
  type?: string | undefined;
  label?: string | undefined;
  noLabel: boolean;
  search?: string | undefined;
  all: boolean;
  /** only the parts of this item */
  parent?: number | undefined;
}

export interface Page extends Filter {
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
  "items.version",
  "items.merged_commit",
  "items.pushed",
] as const;

/** A page of items, newest first, paged by number. */
export async function listItems(db: Db, page: Page): Promise<{ items: ListedItem[]; next: string | null }> {
  const before = page.after === undefined ? undefined : Number(page.after);
  if (before !== undefined && !Number.isSafeInteger(before))
    throw new Fault("invalid", "after: is not a cursor that work.list gave.");
  const services = await serviceIds(db, page.service);
  const scopes = scopesOf(page);
  // An index has the items of one status and service in their order: the newest of each are the newest of all.
  const asked = page.search === undefined ? scopes.map((scope) => [scope]) : [scopes];
  const owners = page.noService && page.search === undefined ? await goneOwners(db) : [undefined];
  const pages = await Promise.all(
    owners.flatMap((owner) => asked.map((some) => pageOf(db, page, services, some, before, owner))),
  );
  const rows = pages.flat().sort((a, b) => b.id - a.id);
  const items = rows.slice(0, page.limit).map(toListed);
  return { items, next: rows.length > items.length ? String(items.at(-1)?.id) : null };
}

async function pageOf(
  db: Db,
  page: Page,
  services: readonly number[] | undefined,
  scopes: Scope[],
  before: number | undefined,
  owner: Owner | undefined,
): Promise<ListedRow[]> {
  const from = matching(db, page, services, scopes, owner);
  if (!from) return [];
  // Led by the items, SQLite would gather every hit of a search before the first row.
  const number = sql.ref<number>(page.search === undefined ? "items.id" : "items_fts.rowid");
  let q = from
    .leftJoin("services", (join) =>
      join.onRef("services.id", "=", "items.service_id").on("services.removed", "is", null),
    )
    .select(listed)
    .select("services.name as service")
    .orderBy(number, "desc");
  if (before !== undefined) q = q.where(number, "<", before);
  return q.limit(page.limit + 1).execute();
}

type Grouping = (typeof groupings)[number];
interface Group {
  value: string | null;
  count: number;
}

/** How many of the items that a list with this filter would show have each status, service, type or label. */
export async function groupItems(db: Db, by: Grouping, filter: Filter): Promise<{ groups: Group[]; total: number }> {
  // By status, even where all are meant: the index that counts begins with it.
  const scopes = scopesOf(filter).flatMap(statusesOf);
  const from = matching(db, filter, await serviceIds(db, filter.service), scopes);
  if (!from) return { groups: [], total: 0 };
  if (by === "label") return labelGroups(from, isEverything(filter, scopes) ? db : undefined);
  const column = sql.ref<string | number | null>(by === "service" ? "items.service_id" : `items.${by}`);
  const rows = await from
    .select((e) => [column.as("value"), e.fn.countAll<number>().as("count")])
    .groupBy(column)
    .execute();
  const groups = by === "service" ? await byName(db, rows) : (rows as Group[]);
  return { groups: inOrder(groups, by), total: sumOf(rows) };
}

const isEverything = (filter: Filter, scopes: Scope[]): boolean =>
  scopes.length === statuses.length &&
  [filter.service, filter.type, filter.label, filter.search].every((asked) => asked === undefined) &&
  !filter.noService &&
  !filter.noLabel;

/** @param whole every item is meant: then the labels alone are counted */
async function labelGroups(from: Matching, whole: Db | undefined): Promise<{ groups: Group[]; total: number }> {
  const labelsOf = whole
    ? whole.selectFrom("item_labels")
    : from.innerJoin("item_labels", "item_labels.item_id", "items.id");
  const [labels, rest, all] = await Promise.all([
    (labelsOf as SelectQueryBuilder<Database, "item_labels", object>)
      .select((e) => ["item_labels.label as value", e.fn.countAll<number>().as("count")])
      .groupBy("item_labels.label")
      .execute(),
    from
      // Spelled out, because an index over some rows serves no bound value.
      .where(sql<boolean>`items.labels = '[]'`)
      .select((e) => e.fn.countAll<number>().as("count"))
      .execute(),
    from.select((e) => e.fn.countAll<number>().as("count")).execute(),
  ]);
  const without = sumOf(rest);
  const groups = [...labels, ...(without > 0 ? [{ value: null, count: without }] : [])];
  return { groups: inOrder(groups, "label"), total: sumOf(all) };
}

/** Services that were removed, together, have no name. */
async function byName(db: Db, rows: { value: string | number | null; count: number }[]): Promise<Group[]> {
  const services = await db.selectFrom("services").select(["id", "name"]).where("removed", "is", null).execute();
  const names = new Map(services.map(({ id, name }) => [id, name]));
  const nameOf = (id: unknown) => names.get(id as number) ?? null;
  const nameless = rows.filter(({ value }) => nameOf(value) === null);
  return [
    ...rows.flatMap(({ value, count }) => (nameOf(value) === null ? [] : [{ value: nameOf(value), count }])),
    ...(nameless.length > 0 ? [{ value: null, count: sumOf(nameless) }] : []),
  ];
}

const sumOf = (rows: { count: number }[]): number => rows.reduce((sum, { count }) => sum + count, 0);

const lifeOrder: readonly (string | null)[] = ["active", "planned", "done", "dropped"];

function inOrder(groups: Group[], by: Grouping): Group[] {
  if (by === "status") return groups.sort((a, b) => lifeOrder.indexOf(a.value) - lifeOrder.indexOf(b.value));
  const { compare } = new Intl.Collator("en", { numeric: true });
  return groups.sort((a, b) =>
    a.value === null ? 1 : b.value === null ? -1 : compare(a.value, b.value) || (a.value < b.value ? -1 : 1),
  );
}

/** `open`: planned and active, which have an index of their own. */
export type Scope = Status | "open" | "any";

function scopesOf({ status, all }: Filter): Scope[] {
  const asked = new Set<Scope>(status);
  if (asked.size === 0) return [all ? "any" : "open"];
  if (asked.size === statuses.length) return ["any"];
  if (asked.has("planned") && asked.delete("active")) {
    asked.delete("planned");
    asked.add("open");
  }
  return [...asked];
}

/** The service of an item that has none any more: none at all, or one that was removed. */
type Owner = number | null;

const mostOwners = 50;

/** Each for a walk of its own; where there would be too many, one for all. */
async function goneOwners(db: Db): Promise<(Owner | undefined)[]> {
  const removed = await removedServices(db)
    .limit(mostOwners + 1)
    .execute();
  return removed.length > mostOwners ? [undefined] : [null, ...removed.map(({ id }) => id)];
}

/**
 * The items a filter takes, in no order; undefined when there can be none.
 * @param owner of those without a service, the ones that had this
 */
function matching(db: Db, filter: Filter, services: readonly number[] | undefined, scopes: Scope[], owner?: Owner) {
  const [service] = services ?? [];
  if (services && service === undefined) return undefined;
  const expression = filter.search === undefined ? undefined : searchExpression(filter, scopes, services);
  if (filter.search !== undefined && expression === undefined) return undefined;
  let q = expression === undefined ? db.selectFrom("items") : found(db, expression);
  if (expression === undefined) {
    if (scopes[0] === "open" && scopes.length === 1) q = q.where("items.open", "=", 1);
    else if (scopes.length === 1 && scopes[0] !== "any") q = q.where("items.status", "=", scopes[0] as Status);
    else if (scopes.length > 1) q = q.where("items.status", "in", scopes.flatMap(statusesOf));
    if (service !== undefined) q = q.where("items.service_id", "=", service);
    if (filter.type !== undefined) q = q.where("items.type", "=", filter.type);
  }
  if (filter.label !== undefined) q = q.where("items.id", "in", labelled(db, filter.label));
  if (filter.parent !== undefined) q = q.where("items.id", "in", partsOf(db, filter.parent));
  if (filter.noLabel) q = q.where(sql<boolean>`items.labels = '[]'`);
  if (owner !== undefined) q = q.where("items.service_id", "is", owner);
  else if (filter.noService)
    q = q.where((e) => e.or([e("items.service_id", "is", null), e("items.service_id", "in", removedServices(db))]));
  return q;
}
type Matching = NonNullable<ReturnType<typeof matching>>;

const statusesOf = (scope: Scope): Status[] =>
  scope === "open" ? ["planned", "active"] : scope === "any" ? [...statuses] : [scope];

/** Typed as a query of items alone, which is what all that is asked of it is about. */
const found = (db: Db, expression: string) =>
  db
    .selectFrom("items_fts")
    .crossJoin("items")
    .whereRef("items.id", "=", "items_fts.rowid")
    .where(sql<boolean>`items_fts match ${expression}`) as unknown as SelectQueryBuilder<Database, "items", object>;

const removedServices = (db: Db) => db.selectFrom("services").select("id").where("removed", "is not", null);

const labelled = (db: Db, label: string) => db.selectFrom("item_labels").select("item_id").where("label", "=", label);

const partsOf = (db: Db, parent: number) =>
  db.selectFrom("item_relations").select("item_id").where("other_id", "=", parent).where("kind", "=", "part");

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
  | "id"
  | "key"
  | "title"
  | "type"
  | "status"
  | "branch"
  | "labels"
  | "created"
  | "checklist"
  | "version"
  | "merged_commit"
  | "pushed"
  | "service"
>;

export function toListed(row: ListedRow): ListedItem {
  const { checklist, labels, type, status, merged_commit, pushed, ...same } = row;
  const points = JSON.parse(checklist) as Item["checklist"];
  return {
    ...same,
    type: type as Item["type"],
    status: status as Status,
    labels: JSON.parse(labels) as string[],
    points: points.length,
    done: points.filter((p) => p.done).length,
    merged: merged_commit !== null,
    pushed: merged_commit === null || pushed === null ? null : pushed === 1,
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
  version,
  merged,
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
  version,
  points: checklist.length,
  done: checklist.filter((p) => p.done).length,
  merged: merged !== null,
  pushed: merged?.pushed ?? null,
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
