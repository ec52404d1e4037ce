// What the database knows of the items that documents name. Only reads.
import { headBranch, type ItemMark, marks } from "../../gate/repo.ts";
import { itemByKey, type StoredItem } from "../work/work.ts";
import type { Around } from "./language.ts";
import type { Place } from "./places.ts";

export interface Named {
  id: number;
  key: string;
  title: string;
  status: string;
}

/** Items beyond these are found by typing more. */
const most = 200;

/** Whose branch is checked out where a document lies. */
export interface Here {
  branch: string | undefined;
  mark: ItemMark | undefined;
  /** undefined: of another database */
  own: StoredItem | undefined;
  /** its item is at work on this branch, as far as can be told */
  active: boolean;
}

export async function itemHere({ world }: Around, { opened: { repo } }: Place): Promise<Here> {
  const branch = await headBranch(repo);
  const mark = branch === undefined ? undefined : (await marks(repo)).get(branch);
  const own = mark && (await itemByKey(world.db, mark.key));
  // What was merged or dropped, with its branch kept, is at work no more.
  const active = mark !== undefined && (own === undefined || (own.branch === branch && own.status === "active"));
  return { branch, mark, own, active };
}

/** The items one may want to name here: the branch's own, then active ones, then planned ones. */
export async function itemsToName(
  around: Around,
  place: Place,
  typed: string,
): Promise<{ items: Named[]; more: boolean }> {
  const { mark, own, active } = await itemHere(around, place);
  const first: Named[] =
    mark && active ? [{ ...mark, title: own?.title ?? mark.title, status: own?.status ?? "foreign" }] : [];
  const serviceIds = place.services.map(({ service }) => service.id);
  const [working, planned, exact] = await Promise.all([
    openItems(around, serviceIds, "active"),
    openItems(around, serviceIds, "planned"),
    knownItems(around, /^\d{1,15}$/.test(typed) ? [Number(typed)] : []),
  ]);
  const all = [...first, ...working, ...planned, ...exact.values()];
  const items = all.filter((item, n) => all.findIndex((other) => other.id === item.id) === n);
  return { items, more: working.length === most || planned.length === most };
}

const columns = ["id", "key", "title", "status", "type", "branch", "service_id as serviceId"] as const;

export type Known = Named & { type: string; branch: string | null; serviceId: number | null };

const openItems = ({ world }: Around, serviceIds: number[], status: "active" | "planned"): Promise<Known[]> =>
  world.db
    .selectFrom("items")
    .select(columns)
    .where("service_id", "in", serviceIds)
    .where("status", "=", status)
    .orderBy("id", "desc")
    .limit(most)
    .execute();

/** Those of the numbers that are items here. */
export async function knownItems({ world }: Around, ids: number[]): Promise<Map<number, Known>> {
  const found = new Map<number, Known>();
  const wanted = [...new Set(ids)].filter((id) => Number.isSafeInteger(id));
  // SQLite takes so many values in one question.
  for (let at = 0; at < wanted.length; at += 500) {
    const rows = await world.db
      .selectFrom("items")
      .select(columns)
      .where("id", "in", wanted.slice(at, at + 500))
      .execute();
    for (const row of rows) found.set(row.id, row);
  }
  return found;
}
