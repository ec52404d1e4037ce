// Methods for many items: copies, relations, templates, saved filters, one change for several.
import type { Api } from "../../protocol/api.ts";
import type { Implements, Parsed } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Repos } from "../git/repos.ts";
import { resolveService, serviceById } from "../service/service.ts";
import type { Call, World } from "../world.ts";
import { insert, prepare } from "./add.ts";
import { itemTemplates, savedFilters } from "./kept.ts";
import { belongings, relate, stored, unrelate } from "./relations.ts";
import { resolveItem } from "./resolve.ts";
import { type Filter, itemById, listItems, type StoredItem, shown } from "./store.ts";

type Work = Implements<Api["work"], Call>;
type Planning = Pick<Work, keyof typeof import("../../protocol/planning.ts").planning>;
type Bulk = Parsed<Api["work"]["methods"]["bulk"]>;

/** What a bulk change does to one item, in turn with everything else on it. */
type Acts = Pick<Work, "edit" | "drop">;

const mostAtOnce = 500;

export function planning(world: World, repos: Repos, acts: Acts): Planning {
  const now = () => world.clock.now().toISOString();
  const numberOf = async (item: number | string) => (await resolveItem(world, repos, { item })).id;

  return {
    async clone(p, call) {
      const item = await resolveItem(world, repos, p);
      const service = p.service === undefined ? await ownService(world, item) : await resolveService(world, repos, p);
      const { type, labels, description } = item;
      const wanted = { title: p.title ?? item.title, type, labels, description };
      const prepared = await prepare(await repos.open(service.repo), service, wanted);
      const checklist = item.checklist.map(({ text }) => ({ text, done: false }));
      return call.answer(async (tx) => shown(await insert(world, tx, service, { ...prepared, checklist })));
    },

    async relate(p, call) {
      const { id } = await resolveItem(world, repos, p);
      const row = stored(id, p.kind, await numberOf(p.other));
      return call.answer(async (tx) => {
        const item = await itemById(tx.db, id);
        const other = row.item_id === id ? row.other_id : row.item_id;
        if (await relate(tx.db, row))
          await tx.happened("work.related", { item: id, service: item.service, data: { other, kind: p.kind } });
        return shown(item);
      });
    },

    async unrelate(p, call) {
      const { id } = await resolveItem(world, repos, p);
      const other = await numberOf(p.other);
      return call.answer(async (tx) => {
        const item = await itemById(tx.db, id);
        if (!(await unrelate(tx.db, id, other)))
          throw new Fault("missing", `Nothing was said of #${id} and #${other}.`, {
            hint: `See what was: calcifer work show ${id}`,
          });
        await tx.happened("work.related", { item: id, service: item.service, data: { other, kind: null } });
        return shown(item);
      });
    },

    async bulk(p, call) {
      const ids = await chosen(world, p, numberOf);
      const parent = p.parent?.trim() ? await numberOf(p.parent) : null;
      if (p.plan) return { changed: ids, same: [], refused: [] };
      const done = { changed: [] as number[], same: [] as number[], refused: [] as Refused[] };
      // Each is a change of its own: what one is refused is no reason to leave the others.
      const part: Call = { ...call, asked: undefined, answer: (act) => call.write(act) };
      for (const [index, id] of ids.entries()) {
        if (call.signal.aborted) break;
        call.progress(`#${id}`, Math.round((100 * index) / ids.length));
        await changeOne(world, acts, { ...p, parent: p.parent === undefined ? undefined : parent }, id, part)
          .then((changed) => (changed ? done.changed : done.same).push(id))
          .catch((error: unknown) => done.refused.push(refused(id, error)));
      }
      return call.answer(async () => done);
    },

    filters: async () => ({ filters: await savedFilters.all(world.db) }),
    "filter-save": (p, call) =>
      call.answer(async (tx) => {
        await savedFilters.save(tx.db, p, now());
        await tx.happened("work.filters", { data: { name: p.name } });
        return p;
      }),
    "filter-remove": ({ name }, call) =>
      call.answer(async (tx) => {
        await savedFilters.remove(tx.db, name);
        await tx.happened("work.filters", { data: { name } });
        return { name };
      }),

    templates: async () => ({ templates: await itemTemplates.all(world.db) }),
    async "template-save"(p, call) {
      const { type, description, labels, checklist } = await resolveItem(world, repos, p);
      const template = { name: p.name, type, description, labels, checklist: checklist.map(({ text }) => text) };
      return call.answer(async (tx) => {
        await itemTemplates.save(tx.db, template, now());
        await tx.happened("work.templates", { data: { name: p.name } });
        return template;
      });
    },
    "template-remove": ({ name }, call) =>
      call.answer(async (tx) => {
        await itemTemplates.remove(tx.db, name);
        await tx.happened("work.templates", { data: { name } });
        return { name };
      }),
  };
}

interface Refused {
  id: number;
  why: string;
  next: string | null;
}

function refused(id: number, error: unknown): Refused {
  if (!(error instanceof Fault) || error.fault === "internal") throw error;
  return { id, why: error.message, next: error.reasons?.find(({ next }) => next)?.next ?? error.hint ?? null };
}

async function ownService(world: World, item: StoredItem) {
  const service = item.serviceId === null ? undefined : await serviceById(world.db, item.serviceId);
  if (service) return service;
  throw new Fault("missing", `The service of #${item.id} was removed.`, {
    hint: `Name another: calcifer work clone ${item.id} --service <name>`,
  });
}

async function chosen(world: World, p: Bulk, numberOf: (item: number | string) => Promise<number>): Promise<number[]> {
  const named = await Promise.all(p.items.map(numberOf));
  const filter = p.filter === undefined ? undefined : await savedFilters.one(world.db, p.filter);
  const found = filter ? (await listItems(world.db, { ...filter, limit: mostAtOnce })).items.map(({ id }) => id) : [];
  if (named.length === 0 && !filter)
    throw new Fault("invalid", "items: name at least one item, or a saved filter with --filter.");
  return [...new Set([...named, ...found])];
}

/** @property parent null: it shall be a part of none */
type Wanted = Omit<Bulk, "parent"> & { parent: number | null | undefined };

/** @returns whether there was anything to change */
async function changeOne(world: World, acts: Acts, p: Wanted, id: number, call: Call): Promise<boolean> {
  const { labels, type, service, version } = await itemById(world.db, id);
  const before = p.parent === undefined ? undefined : ((await belongings(world.db, id)).parent?.id ?? null);
  const wanted = [...new Set([...labels.filter((label) => !p.removeLabel.includes(label)), ...p.addLabel])];
  const change = {
    ...(wanted.join("\0") !== labels.join("\0") && { label: wanted }),
    ...(p.type !== undefined && p.type !== type && { type: p.type }),
    ...(p.service !== undefined && p.service !== service && { service: p.service }),
    ...(p.parent !== before && { parent: String(p.parent ?? "") }),
  };
  const edits = Object.keys(change).length > 0;
  // Labels that somebody else gives it meanwhile are not to be lost.
  if (edits) await acts.edit({ item: id, ...change, ifVersion: version }, call);
  if (p.drop) await acts.drop({ item: id }, call);
  return edits || p.drop;
}

/** A filter as it was saved, with what is said beside it. What stands at its default says nothing. */
export function together(saved: Filter, said: Filter): Filter {
  const heard = Object.entries(said).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));
  return { ...saved, ...Object.fromEntries(heard) };
}
