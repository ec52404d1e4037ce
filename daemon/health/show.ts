// An endpoint or a service over time, and the same as CSV.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { listEvents } from "../event/event.ts";
import { incidentsOf } from "../incident/incident.ts";
import type { Call, World } from "../world.ts";
import { csv } from "./csv.ts";
import { seriesOf, stepFor, uptimesOf } from "./figures.ts";
import { type Found, filtered, findEndpoints, shower } from "./find.ts";
import { kept, probesOf } from "./history.ts";
import type { HealthKeeper } from "./keeper.ts";
import type { Recorder } from "./record.ts";
import { secondsOf } from "./settings.ts";

type Room = Implements<Api["health"], Call>;

/** Rows in one answer. */
const mostRows = 100_000;
const head = ["service", "endpoint", "environment", "from", "seconds", "up", "degraded", "down", "p50_ms", "p95_ms"];

export function showing(world: World, keeper: HealthKeeper, recorder: Recorder): Pick<Room, "show" | "export"> {
  return {
    async show({ endpoint, since, points }) {
      await keeper.ready();
      const found = await findEndpoints(world, endpoint);
      const to = world.clock.now().getTime();
      const from = to - rangeOf(since);
      const step = stepFor(to - from, points, Math.max(...found.map((f) => f.endpoint.interval)));
      const show = await shower(world, keeper);
      const series = [];
      for (const one of found) {
        const { id } = one.endpoint;
        const uptime = await uptimesOf(world, recorder, id, to);
        series.push({ endpoint: show(one), uptime, ...(await seriesOf(world, recorder, id, { from, to, step })) });
      }
      const ids = found.map((f) => f.endpoint.id);
      return {
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        step,
        series,
        incidents: await incidentsOf(world.db, ids, new Date(from), new Date(to)),
        deploys: await deploys(found, from),
      };
    },

    async export({ endpoint, since }) {
      await keeper.ready();
      await recorder.flush();
      const found = endpoint === undefined ? await filtered(world, {}) : await findEndpoints(world, endpoint);
      const to = world.clock.now().getTime();
      const span = rangeOf(since);
      const rows = await rowsOf(found, to - span, to);
      return { csv: csv(head, rows), rows: rows.length };
    },
  };

  /** Each probe where they are kept and not too many; else the finest buckets that fit. */
  async function rowsOf(found: Found[], from: number, to: number): Promise<(string | number | null)[][]> {
    const probes = found.reduce((n, { endpoint }) => n + (to - from) / 1000 / endpoint.interval, 0);
    if (to - from <= kept.probes && probes <= mostRows) return probeRows(found, from, to);
    const step = [300, 3600, 86_400].find((s) => ((to - from) / 1000 / s) * found.length <= mostRows) ?? 86_400;
    const rows = [];
    for (const { endpoint, service } of found) {
      const { buckets } = await seriesOf(world, recorder, endpoint.id, {
        from,
        to,
        step: to - from > kept.hours ? Math.max(step, 3600) : step,
      });
      for (const b of buckets)
        rows.push([service, endpoint.name, endpoint.environment, b.at, step, b.up, b.degraded, b.down, b.p50, b.p95]);
    }
    return rows;
  }

  async function probeRows(found: Found[], from: number, to: number): Promise<(string | number | null)[][]> {
    const rows = [];
    for (const { endpoint, service } of found)
      for (const { at, state, ms } of await probesOf(world.db, [endpoint.id], from, to)) {
        const counts = ["up", "degraded", "down"].map((s) => (s === state ? 1 : 0));
        rows.push([service, endpoint.name, endpoint.environment, new Date(at).toISOString(), null, ...counts, ms, ms]);
      }
    return rows;
  }

  async function deploys(found: Found[], from: number) {
    const [service] = found.map((f) => f.service);
    const events = await listEvents(world.db, { name: "service.live", service, since: 0, limit: 200, newest: true });
    return events
      .filter(({ at, name }) => name === "service.live" && Date.parse(at) >= from)
      .map(({ at, data }) => ({ at, environment: String(data.environment), version: String(data.version) }))
      .reverse();
  }
}

/** @throws Fault invalid */
function rangeOf(since: string): number {
  const ms = secondsOf(since, "since") * 1000;
  if (ms < 60_000 || ms > kept.days) throw new Fault("invalid", "since: It must be from 1m to 731d.");
  return ms;
}
