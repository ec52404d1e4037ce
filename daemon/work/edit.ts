// Methods that only change what the database knows of an item.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { personCount } from "../../protocol/count.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Item } from "../../protocol/work.ts";
import type { Repos } from "../git/repos.ts";
import { serviceByName } from "../service/service.ts";
import type { Call, Tx, World } from "../world.ts";
import { leaveParent, relate } from "./relations.ts";
import { resolveItem } from "./resolve.ts";
import { outOfRange, ticked } from "./rules.ts";
import { changedSince, changeItem, type ItemChange, itemById, type StoredItem, shown } from "./store.ts";

type Work = Implements<Api["work"], Call>;
type Asked = { item?: number | string | undefined; repo?: string | undefined; ifVersion?: number | undefined };

/** @property parent null: it is a part of none */
type Change = ItemChange & { parent?: number | null };

const invalid = (message: string): Fault => new Fault("invalid", message);

export function editing(
  world: World,
  repos: Repos,
): Pick<Work, "edit" | "note" | "check" | "uncheck" | "check-add" | "check-edit" | "check-remove" | "check-move"> {
  /** Looks, lets `change` decide on what the transaction sees, writes. */
  const edit = async (
    asked: Asked,
    call: Call,
    change: (item: StoredItem) => Change | Promise<Change>,
  ): Promise<Item> => {
    const { id } = await resolveItem(world, repos, asked);
    return call.answer(async (tx) => {
      const now = await itemById(tx.db, id);
      // Before what is wanted is looked at: a point that has gone meanwhile is a conflict, not a wrong number.
      if (asked.ifVersion !== undefined && asked.ifVersion !== now.version) throw changedSince(now);
      const wanted = await change(now);
      const { parent, ...columns } = wanted;
      if (parent !== undefined) await setParent(tx.db, id, parent);
      const after = await changeItem(tx.db, id, columns, asked.ifVersion);
      await tx.happened("work.edited", { item: id, service: after.service, data: { changed: Object.keys(wanted) } });
      return shown(after);
    });
  };

  const parentOf = async (parent: string) =>
    parent.trim() === "" ? null : (await resolveItem(world, repos, { item: parent })).id;

  return {
    edit: (p, call) =>
      edit(p, call, async (item) => {
        const service =
          p.service === undefined || p.service === item.service ? undefined : await serviceByName(world.db, p.service);
        if (service && item.branch !== null)
          throw new Fault(
            "refused",
            `#${item.id} has a branch in ${item.service}, so it cannot move to ${service.name}.`,
            { hint: `Drop it there first: calcifer work drop ${item.id}` },
          );
        return {
          ...(p.title !== undefined && { title: p.title }),
          ...(p.type !== undefined && { type: p.type }),
          ...(p.description !== undefined && { description: p.description }),
          ...(p.label !== undefined && { labels: p.label }),
          ...(p.document !== undefined && { document: documentPath(p.document) }),
          ...(service && { serviceId: service.id }),
          ...(p.parent !== undefined && { parent: await parentOf(p.parent) }),
        };
      }),

    note: (p, call) =>
      edit(p, call, (item) => {
        const notes = p.append && item.notes !== "" ? `${item.notes}\n\n${p.text}` : p.text;
        const length = personCount(notes);
        if (length > 2000)
          throw invalid(
            `text: must have at most 2,000 characters; with what is there it has ${length.toLocaleString("en")}`,
          );
        return { notes };
      }),

    check: (p, call) =>
      edit(p, call, (item) => ({ checklist: orInvalid(ticked(item.checklist, p.all ? "all" : p.points, true)) })),
    uncheck: (p, call) =>
      edit(p, call, (item) => ({ checklist: orInvalid(ticked(item.checklist, p.all ? "all" : p.points, false)) })),
    "check-add": (p, call) =>
      edit(p, call, (item) => ({ checklist: [...item.checklist, { text: p.text, done: false }] })),
    "check-edit": (p, call) =>
      edit(p, call, ({ checklist }) => {
        const point = checklist[p.point - 1];
        if (point === undefined) throw invalid(outOfRange(p.point, checklist.length));
        return { checklist: checklist.with(p.point - 1, { ...point, text: p.text }) };
      }),
    "check-remove": (p, call) =>
      edit(p, call, ({ checklist }) => {
        if (p.point > checklist.length) throw invalid(outOfRange(p.point, checklist.length));
        return { checklist: checklist.toSpliced(p.point - 1, 1) };
      }),
    "check-move": (p, call) =>
      edit(p, call, ({ checklist }) => {
        const wrong = [p.point, p.to].find((n) => n > checklist.length);
        if (wrong !== undefined) throw invalid(outOfRange(wrong, checklist.length));
        const moved = checklist[p.point - 1] as Item["checklist"][number];
        return { checklist: checklist.toSpliced(p.point - 1, 1).toSpliced(p.to - 1, 0, moved) };
      }),
  };
}

async function setParent(db: Tx["db"], item: number, parent: number | null): Promise<void> {
  if (parent === null) await leaveParent(db, item);
  else await relate(db, { item_id: item, kind: "part", other_id: parent });
}

function orInvalid(checklist: Item["checklist"] | string): Item["checklist"] {
  if (typeof checklist === "string") throw invalid(checklist);
  return checklist;
}

/** @throws Fault invalid, unless the path stays in the repository */
function documentPath(document: string): string | null {
  if (document === "") return null;
  if (document.startsWith("/") || document.split(/[\\/]/).includes("..") || /\p{Cc}/u.test(document))
    throw invalid("document: must be a path inside the repository, such as docs/changes/42-add-tls.md");
  return document;
}
