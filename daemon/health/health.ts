// Health: the door of the room. Endpoints are checked by a keeper, and what was measured is rolled up by another.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import type { Endpoint } from "../../protocol/health.ts";
import type { Repos } from "../git/repos.ts";
import type { Keeper } from "../keepers.ts";
import type { Timepiece } from "../life/clock.ts";
import { commitOfVersion, recordLive, serviceById } from "../service/service.ts";
import type { Call, World } from "../world.ts";
import { endpoints } from "./endpoints.ts";
import { filtered, findEndpoint, shower } from "./find.ts";
import { HealthKeeper, type KeeperOptions } from "./keeper.ts";
import { overview } from "./overview.ts";
import { probes } from "./probe/probe.ts";
import { Recorder } from "./record.ts";
import { Rollup } from "./rollup.ts";
import { showing } from "./show.ts";
import { endpointById } from "./store.ts";
import type { Watched } from "./watched.ts";
import { networkWitness } from "./witness.ts";

/** What the room and its keepers share. Tests put a probe or a witness of their own in. */
export interface Health {
  keeper: HealthKeeper;
  rollup: Rollup;
  recorder: Recorder;
  keepers: Keeper[];
}

export function openHealth(world: World, repos: Repos, clock: Timepiece, other: Partial<KeeperOptions> = {}): Health {
  const recorder = new Recorder(world, clock);
  const real = probes(process.env);
  const keeper = new HealthKeeper({
    world,
    clock,
    recorder,
    probe: real.probe,
    stopProbes: real.stop,
    witness: networkWitness(),
    live: reportsLive(world, repos),
    ...other,
  });
  const rollup = new Rollup(world, clock, recorder);
  return { keeper, rollup, recorder, keepers: [keeper, rollup] };
}

export function healthRoom(world: World, repos: Repos, health: Health): Implements<Api["health"], Call> {
  const { keeper, recorder } = health;
  return {
    ...endpoints(world, repos, health),
    ...showing(world, keeper, recorder),

    async list(filters) {
      const show = await shower(world, keeper);
      const all = (await filtered(world, filters)).map(show);
      return { endpoints: all, ...measured(all) };
    },

    async services(filters) {
      await keeper.ready();
      const show = await shower(world, keeper);
      const all = (await filtered(world, {})).map(show);
      return { services: await overview(world, recorder, filters), ...measured(all) };
    },

    async check(params, call) {
      const { endpoint, service } = await findEndpoint(world, params.endpoint);
      await keeper.ready();
      if (!keeper.of(endpoint.id)) await keeper.changed(endpoint.id);
      const outcome = await keeper.checked(keeper.of(endpoint.id) as Watched);
      // What is answered is kept: the usual writing comes once a second.
      await recorder.flush().catch((error: unknown) => call.log.warn({ err: error }, "a measurement is written later"));
      const show = await shower(world, keeper);
      const now = (await endpointById(world.db, endpoint.id)) ?? endpoint;
      return call.answer(async () => ({ endpoint: show({ endpoint: now, service }), outcome }));
    },
  };
}

/** Whether anything can be told at all now. */
function measured(all: readonly Endpoint[]): { measured: boolean; note: string } {
  const watched = all.filter((e) => e.paused === null);
  const [first] = watched;
  if (!first || watched.some((e) => e.state !== "not measured")) return { measured: true, note: "" };
  return { measured: false, note: `Nothing is measured now: ${first.why}.` };
}

const tenMinutes = 600_000;

/** A version is told when it is another one, and now and then. */
function reportsLive(world: World, repos: Repos): KeeperOptions["live"] {
  const told = new Map<number, { version: string; at: number }>();
  return async (w, version, at) => {
    const last = told.get(w.id);
    const now = Date.parse(at);
    if (last?.version === version && Math.abs(now - last.at) < tenMinutes) return;
    told.set(w.id, { version, at: now });
    const service = await serviceById(world.db, w.service.id);
    if (!service) return;
    const commit = await commitOfVersion(repos, service, version);
    const { environment } = w.endpoint;
    await world.ownCall().write((tx) => recordLive(tx, { service, environment, version, commit, source: "probe", at }));
  };
}
