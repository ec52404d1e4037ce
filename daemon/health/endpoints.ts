// Endpoints made, changed, paused and removed: each with its event, its page, and what it means for incidents.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { writeEndpointPage } from "../docs/docs.ts";
import type { Repos } from "../git/repos.ts";
import { endpointRemoved, transition } from "../incident/incident.ts";
import { serviceByName } from "../service/service.ts";
import { activeItem, resolveItem } from "../work/work.ts";
import type { Call, Tx, World } from "../world.ts";
import { type Found, findEndpoint, shower } from "./find.ts";
import { forgetHistory } from "./history.ts";
import type { HealthKeeper } from "./keeper.ts";
import type { Recorder } from "./record.ts";
import { addressOf, expectationsOf, settingsFrom } from "./settings.ts";
import {
  changeEndpoint,
  deleteEndpoint,
  endpointById,
  endpointsOf,
  insertEndpoint,
  type NewEndpoint,
  type StoredEndpoint,
} from "./store.ts";

type Room = Implements<Api["health"], Call>;

export function endpoints(
  world: World,
  repos: Repos,
  { keeper, recorder }: { keeper: HealthKeeper; recorder: Recorder },
): Pick<Room, "add" | "edit" | "remove" | "pause" | "resume"> {
  const now = () => world.clock.now().toISOString();

  /** As it is now, also to the keeper. */
  async function told({ endpoint, service }: Found) {
    await keeper.changed(endpoint.id);
    const show = await shower(world, keeper);
    return show({ endpoint: (await endpointById(world.db, endpoint.id)) ?? endpoint, service });
  }

  return {
    async add(params, call) {
      const service = await serviceByName(world.db, params.service);
      const { settings, target } = settingsFrom(params);
      const taken = (await endpointsOf(world.db, service.id)).map(({ name }) => name);
      const name = params.name === undefined ? freeName(target.name, taken) : named(params.name, service.name, taken);
      const endpoint: NewEndpoint = {
        ...settings,
        name,
        service_id: service.id,
        item_id: await itemFor(params, service.repo),
        page: null,
        paused: null,
        paused_reason: null,
        created: now(),
        state: "not measured",
        since: now(),
        why: "it was not checked yet",
        blocked_by: null,
      };
      const notes: string[] = [];
      if (!params.noPage) endpoint.page = await page(service.name, endpoint, undefined, notes);
      return call.answer(async (tx) => {
        const id = await insertEndpoint(tx.db, endpoint);
        await tx.happened("health.added", {
          service: service.name,
          item: endpoint.item_id,
          data: { endpoint: id, name },
        });
        const show = await shower(world, keeper);
        afterwards(id);
        return { endpoint: show({ endpoint: { ...endpoint, id }, service: service.name }), notes };
      });
    },

    async edit(params, call) {
      const found = await findEndpoint(world, params.endpoint);
      const { endpoint: before, service } = found;
      const { settings } = settingsFrom(params, before);
      const others = (await endpointsOf(world.db, before.service_id))
        .filter((e) => e.id !== before.id)
        .map((e) => e.name);
      const change: Partial<NewEndpoint> = {
        ...settings,
        ...(params.name !== undefined && { name: named(params.name, service, others) }),
        ...(params.item !== undefined && { item_id: await itemFor(params, undefined) }),
      };
      const changed = (Object.keys(change) as (keyof NewEndpoint)[]).filter(
        (key) => JSON.stringify(change[key]) !== JSON.stringify(before[key]),
      );
      const another = changed.includes("target") || changed.includes("environment");
      await call.write(async (tx) => {
        // How the old one stood says nothing of the new one. A paused one stands as paused.
        if (another && before.paused === null) await stand(tx, found, "it was not checked since it was changed");
        await changeEndpoint(tx.db, before.id, change);
        if (changed.includes("environment")) await endpointRemoved(tx, before.id, world.clock.now());
        const data = { endpoint: before.id, name: change.name ?? before.name, changed: changed.map(publicName) };
        if (changed.length > 0) await tx.happened("health.edited", { service, item: before.item_id, data });
      });
      const after = { ...before, ...change };
      const path = before.page === null ? null : await page(service, after, before.page, []);
      const shown = await told({ endpoint: after, service });
      return call.answer(async (tx) => {
        if (path !== before.page) await changeEndpoint(tx.db, before.id, { page: path });
        return { ...shown, page: path };
      });
    },

    async remove(params, call) {
      const { endpoint, service } = await findEndpoint(world, params.endpoint);
      const { id, name } = endpoint;
      await recorder.flush();
      const removed = await call.answer(async (tx) => {
        const measurements = await forgetHistory(tx.db, id);
        await endpointRemoved(tx, id, world.clock.now());
        await deleteEndpoint(tx.db, id);
        await tx.happened("health.removed", { service, item: endpoint.item_id, data: { endpoint: id, name } });
        return { id, name, service, measurements };
      });
      recorder.forget(id);
      await keeper.changed(id);
      if (endpoint.page !== null) await page(service, endpoint, endpoint.page, [], now());
      return removed;
    },

    async pause(params, call) {
      const found = await findEndpoint(world, params.endpoint);
      const reason = params.reason.trim();
      await call.write(async (tx) => {
        const paused = found.endpoint.paused ?? now();
        await changeEndpoint(tx.db, found.endpoint.id, { paused, paused_reason: reason });
        await stand(tx, found, reason === "" ? "paused" : `paused: ${reason}`);
      });
      const shown = await told(found);
      return call.answer(async () => shown);
    },

    async resume(params, call) {
      const found = await findEndpoint(world, params.endpoint);
      await call.write(async (tx) => {
        if (found.endpoint.paused === null) return;
        await changeEndpoint(tx.db, found.endpoint.id, { paused: null, paused_reason: null });
        await stand(tx, found, "it was not checked since the pause");
      });
      const shown = await told(found);
      return call.answer(async () => shown);
    },
  };

  /** Nothing is known of it from now on. */
  async function stand(tx: Tx, { endpoint: known, service }: Found, why: string): Promise<void> {
    // It may stand in another way since it was looked up.
    const endpoint = (await endpointById(tx.db, known.id)) ?? known;
    const { id, name, environment, state: from, item_id: item } = endpoint;
    const [to, at] = ["not measured", world.clock.now()] as const;
    const since = from === to ? endpoint.since : at.toISOString();
    await changeEndpoint(tx.db, id, { state: to, since, why, blocked_by: null });
    if (from === to) return;
    await tx.happened("health.changed", { service, item, data: { endpoint: id, name, from, to, why } });
    await transition(tx, { endpoint: id, name, service, environment, from, to, why, blockedBy: null, at });
  }

  function afterwards(id: number): void {
    // The row is there once this transaction is through.
    setImmediate(
      () => void keeper.changed(id).catch((err: unknown) => world.log.error({ err }, "an endpoint is not watched")),
    );
  }

  async function itemFor(
    asked: { item?: number | string | undefined; repo?: string | undefined },
    repo: string | undefined,
  ): Promise<number | null> {
    if (asked.item !== undefined) return (await resolveItem(world, repos, asked)).id;
    const active = await activeItem(world, repos, repo).catch(() => undefined);
    return active?.item?.id ?? null;
  }

  /** Its page in the repository. That there is no place for one holds nothing up. @returns its path */
  async function page(
    service: string,
    endpoint: NewEndpoint | StoredEndpoint,
    known: string | undefined,
    notes: string[],
    ended?: string,
  ): Promise<string | null> {
    const { name, kind, environment, interval, item_id: item, created } = endpoint;
    const expectations = expectationsOf(endpoint);
    const facts = {
      service,
      name,
      kind,
      environment,
      interval,
      item,
      created,
      expectations,
      target: addressOf(endpoint),
      ended,
    };
    try {
      const { path } = await writeEndpointPage(world, repos, facts, known);
      return path ?? known ?? null;
    } catch (error) {
      notes.push(`Its page was not written: ${error instanceof Fault ? error.message : (error as Error).message}`);
      world.log.warn({ err: error, service, endpoint: name }, "the page of an endpoint was not written");
      return known ?? null;
    }
  }
}

/** @throws Fault invalid | conflict */
function named(text: string, service: string, taken: readonly string[]): string {
  const name = text.trim();
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(name))
    throw new Fault("invalid", "name: It is made of letters, digits, spaces, dots, dashes and underscores.");
  if (taken.includes(name))
    throw new Fault("conflict", `${service} has an endpoint ${name} already.`, {
      hint: "Choose another name: --name <name>",
    });
  return name;
}

function freeName(wanted: string, taken: readonly string[]): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.includes(name)) return name;
  }
}

const publicName = (field: string): string => ({ item_id: "item", blocked_by: "blockedBy" })[field] ?? field;
