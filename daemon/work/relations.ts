// How items belong together: which needs which, which is a part of which. Queries on that table, and what may be said.
import type { Kysely, Transaction } from "kysely";
import { Fault } from "../../protocol/errors.ts";
import type { statuses } from "../../protocol/item.ts";
import type { Related, relationKinds } from "../../protocol/planning.ts";
import type { Database } from "../db/schema.ts";
import { circleOf } from "./rules.ts";

type Db = Kysely<Database> | Transaction<Database>;
type Stored = Database["item_relations"];
type Spoken = (typeof relationKinds)[number];

const words = { depends: "depends on", part: "is a part of", relates: "relates to" } as const;

/** As it is stored, from either side it is said from. */
export function stored(item: number, kind: Spoken, other: number): Stored {
  if (kind === "depends-on") return { item_id: item, kind: "depends", other_id: other };
  if (kind === "blocks") return { item_id: other, kind: "depends", other_id: item };
  return { item_id: Math.min(item, other), kind: "relates", other_id: Math.max(item, other) };
}

/** @returns whether it was new @throws Fault refused, when it would close a circle */
export async function relate(db: Transaction<Database>, row: Stored): Promise<boolean> {
  const { item_id, kind, other_id } = row;
  if (item_id === other_id) throw new Fault("invalid", `other: #${item_id} is the item itself.`);
  if (kind !== "relates") await noCircle(db, row);
  if (kind === "part") await leaveParent(db, item_id);
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("item_relations")
    .values(row)
    .onConflict((c) => c.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

async function noCircle(db: Db, { item_id, kind, other_id }: Stored): Promise<void> {
  const rows = await db.selectFrom("item_relations").select(["item_id", "other_id"]).where("kind", "=", kind).execute();
  const ways = Map.groupBy(rows, (row) => row.item_id);
  const numbers = new Map([...ways].map(([from, to]) => [from, to.map((row) => row.other_id)]));
  const circle = circleOf(numbers, item_id, other_id);
  if (!circle) return;
  const around = circle.map((id) => `#${id}`).join(" → ");
  throw new Fault("refused", `#${item_id} ${words[kind]} #${other_id} would close a circle: ${around}.`, {
    hint: `Take one of them back: calcifer work unrelate ${circle[1]} ${circle[2] ?? item_id}`,
  });
}

export async function leaveParent(db: Transaction<Database>, item: number): Promise<void> {
  await db.deleteFrom("item_relations").where("item_id", "=", item).where("kind", "=", "part").execute();
}

/** Takes back what was said of two items, whoever said it. @returns whether there was anything */
export async function unrelate(db: Transaction<Database>, a: number, b: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("item_relations")
    .where((e) =>
      e.or([
        e.and([e("item_id", "=", a), e("other_id", "=", b)]),
        e.and([e("item_id", "=", b), e("other_id", "=", a)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}

interface Belongings {
  parent: Related | null;
  parts: Related[];
  relations: (Related & { kind: "blocks" | "depends on" | "relates to" })[];
}

/** All that was said of one item, by number. */
export async function belongings(db: Db, item: number): Promise<Belongings> {
  const [own, others] = await Promise.all([
    from(db, "other_id").where("item_relations.item_id", "=", item).execute(),
    from(db, "item_id").where("item_relations.other_id", "=", item).execute(),
  ]);
  const of = (rows: Row[], kind: Stored["kind"]) => rows.filter((row) => row.kind === kind).map(related);
  return {
    parent: of(own, "part")[0] ?? null,
    parts: of(others, "part"),
    relations: [
      ...of(own, "depends").map((one) => ({ ...one, kind: "depends on" as const })),
      ...of(others, "depends").map((one) => ({ ...one, kind: "blocks" as const })),
      ...[...of(own, "relates"), ...of(others, "relates")].map((one) => ({ ...one, kind: "relates to" as const })),
    ],
  };
}

/** What an item waits for: what it depends on, and its own parts. */
export async function waitingFor(db: Db, item: number): Promise<{ needs: Related[]; parts: Related[] }> {
  const { parts, relations } = await belongings(db, item);
  return { needs: relations.filter(({ kind }) => kind === "depends on"), parts };
}

const from = (db: Db, side: "item_id" | "other_id") =>
  db
    .selectFrom("item_relations")
    .innerJoin("items", "items.id", `item_relations.${side}`)
    .select(["item_relations.kind", "items.id", "items.title", "items.status"])
    .orderBy("items.id");

type Row = { kind: Stored["kind"]; id: number; title: string; status: string };
const related = ({ id, title, status }: Row): Related => ({ id, title, status: status as (typeof statuses)[number] });
