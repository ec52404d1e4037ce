// Incidents: the door of the room. What health and documents may know of them is exported here.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Incident } from "../../protocol/incident.ts";
import type { Repos } from "../git/repos.ts";
import { resolveService, serviceById } from "../service/service.ts";
import { insertItem, prepareItem, resolveItem } from "../work/work.ts";
import type { Call, Tx, World } from "../world.ts";
import { description, type Standing, stillFails, titleOf } from "./rules.ts";
import { changeIncident, type Db, incidentById, listIncidents, type StoredIncident, timelineOf } from "./store.ts";
import { resolve, tell } from "./transition.ts";

export { incidentKeeper } from "./keeper.ts";
export { endpointsInOpen as openIncidents, spansOf as incidentsOf, wordsOf as incidentWords } from "./store.ts";
export { type Change, endpointRemoved, transition } from "./transition.ts";

export function incidentRoom(world: World, repos: Repos): Implements<Api["incident"], Call> {
  const now = () => world.clock.now().toISOString();
  /** The last transaction of an act, on the incident as it is then. */
  const act = (call: Call, id: number, does: (tx: Tx, incident: StoredIncident) => Promise<void>): Promise<Incident> =>
    call.answer(async (tx) => {
      await does(tx, await incidentById(tx.db, id));
      return shown(await incidentById(tx.db, id), world.clock.now());
    });

  return {
    async list({ service, all, limit }) {
      const named = service && (await resolveService(world, repos, { service }, { retired: true }));
      const of = named ? named.id : undefined;
      const found = await listIncidents(world.db, { service: of, all, limit });
      return { incidents: found.map((incident) => shown(incident, world.clock.now())) };
    },

    async show({ incident: id }) {
      const found = await incidentById(world.db, id);
      return { ...shown(found, world.clock.now()), timeline: await timelineOf(world.db, id) };
    },

    acknowledge: ({ incident: id, reason }, call) =>
      act(call, id, async (tx, incident) => {
        mustBeOpen(incident);
        const word = { at: now(), by: call.by, reason };
        await changeIncident(tx.db, id, { state: "acknowledged", acknowledged: word });
        await tell(tx, incident.service, id, { at: word.at, what: "acknowledged", text: reason, by: call.by });
      }),

    note: ({ incident: id, text }, call) =>
      act(call, id, (tx, incident) => tell(tx, incident.service, id, { at: now(), what: "note", text, by: call.by })),

    resolve: ({ incident: id, reason, anyway }, call) =>
      act(call, id, async (tx, incident) => {
        mustBeOpen(incident);
        const fails = stillFails(incident.endpoints as { name: string; standing: Standing }[]);
        if (fails !== undefined && !anyway)
          throw new Fault("refused", `Incident ${id} is not over: ${fails}`, {
            hint: "It resolves by itself when they answer again. To close it all the same: --anyway",
          });
        await resolve(tx, incident.service, id, { at: now(), by: call.by, reason });
      }),

    async link({ incident: id, item, repo }, call) {
      await incidentById(world.db, id);
      const linked = await resolveItem(world, repos, { item, repo });
      if (linked.status === "dropped")
        throw new Fault("refused", `#${linked.id} was dropped.`, {
          hint: `Bring it back first: calcifer work restore ${linked.id}`,
        });
      return act(call, id, async (tx, incident) => {
        if (incident.item?.id === linked.id) return;
        await changeIncident(tx.db, id, { item: linked.id, itemTold: linked.status === "done" });
        const text = `#${linked.id} ${linked.title}${linked.status === "done" ? ", which is done" : ""}`;
        await tell(tx, incident.service, id, { at: now(), what: "linked", text, by: call.by });
      });
    },

    async item({ incident: id, title }, call) {
      const before = await incidentById(world.db, id);
      const service = await serviceById(world.db, before.serviceId);
      if (service === undefined)
        throw new Fault("refused", `The service ${before.service} was removed, so it can have no work item.`);
      if (service.retired !== null)
        throw new Fault("refused", `The service ${service.name} is retired, so it can have no work item.`, {
          hint: `Bring it back first: calcifer service restore ${service.name}`,
        });
      const prepared = await prepareItem(await repos.open(service.repo), service, {
        title: title ?? titleOf(before),
        type: "bug",
        labels: ["incident"],
        description: description(shown(before, world.clock.now())),
      });
      return act(call, id, async (tx, incident) => {
        if (incident.item !== null && ["planned", "active"].includes(incident.item.status))
          throw new Fault("refused", `Incident ${id} has an open item already: #${incident.item.id}.`, {
            hint: `See it: calcifer work show ${incident.item.id}`,
          });
        const made = await insertItem(world, tx, service, prepared);
        await changeIncident(tx.db, id, { item: made.id, itemTold: false });
        const text = `#${made.id} ${made.title}, opened from it`;
        await tell(tx, incident.service, id, { at: now(), what: "linked", text, by: call.by });
      });
    },
  };
}

/** Those not resolved, newest first, with what the dashboard tells of them. */
export async function openIncidentsToTell(db: Db, limit: number) {
  const found = await listIncidents(db, { all: false, limit });
  return found.map(({ id, service, environment, state, severity, cause, opened }) => ({
    id,
    service,
    environment,
    state,
    severity,
    cause,
    opened,
  }));
}

function mustBeOpen({ id, resolved }: StoredIncident): void {
  if (resolved === null) return;
  throw new Fault("refused", `Incident ${id} is resolved: ${resolved.reason}.`, {
    hint: `To add to it: calcifer incident note ${id} "…"`,
  });
}

/** The incident as the contract has it. */
function shown({ serviceId: _, endpoints, ...same }: StoredIncident, now: Date): Incident {
  const end = same.resolved === null ? now.getTime() : Date.parse(same.resolved.at);
  return {
    ...same,
    seconds: Math.max(0, Math.round((end - Date.parse(same.opened)) / 1000)),
    endpoints: endpoints.map(({ id, name }) => ({ id, name, service: same.service })),
  };
}
