// Every service with what its endpoints say: one question to each table, however many there are.
import type { ServiceHealth } from "../../protocol/health.ts";
import { openIncidents } from "../incident/incident.ts";
import { allServices, type StoredService } from "../service/service.ts";
import type { World } from "../world.ts";
import { type Filters, filtered } from "./find.ts";
import { day, daysOfAll, firstOpenDay, hour, hoursOfAll } from "./history.ts";
import type { Recorder } from "./record.ts";
import { worst } from "./rules.ts";
import type { StoredEndpoint } from "./store.ts";
import { addSeconds, noSeconds, type Seconds, uptimeOf } from "./tally.ts";

const [hours, days] = [24, 30];

/** What an endpoint was like in the last hours and days, oldest first. */
interface Past {
  hours: Seconds[];
  medians: (number | null)[];
  days: Seconds[];
}

export async function overview(world: World, recorder: Recorder, filters: Filters): Promise<ServiceHealth[]> {
  const now = world.clock.now().getTime();
  const [endpoints, incidents, services] = await Promise.all([
    filtered(world, { ...filters, state: undefined }),
    openIncidents(world.db),
    allServices(world.db),
  ]);
  const of = new Map<number, StoredEndpoint[]>();
  for (const { endpoint } of endpoints) of.set(endpoint.service_id, [...(of.get(endpoint.service_id) ?? []), endpoint]);
  const past = await pastOf(world, recorder, now, new Set(endpoints.map(({ endpoint }) => endpoint.id)));
  return services
    .filter((s) => filters.service === undefined || s.name === filters.service)
    .filter((s) => filters.label === undefined || s.labels.includes(filters.label))
    .filter((s) => filters.environment === undefined || of.has(s.id))
    .map((s) => summary(s, of.get(s.id) ?? [], { past, incidents, now }))
    .filter((s) => filters.state === undefined || s.state === filters.state);
}

interface Known {
  past: (id: number) => Past;
  incidents: Map<number, number>;
  now: number;
}

function summary(service: StoredService, endpoints: StoredEndpoint[], { past, incidents, now }: Known): ServiceHealth {
  const bad = worst(endpoints);
  const pasts = endpoints.map(({ id }) => past(id));
  const today = Math.floor(now / day);
  return {
    service: service.name,
    state: bad?.state ?? "not measured",
    since: bad?.since ?? null,
    why: bad === undefined ? "it has no endpoint" : endpoints.length === 1 ? bad.why : `${bad.name}: ${bad.why}`,
    blockedBy: bad?.blocked_by ?? null,
    endpoints: endpoints.length,
    incident: endpoints.map(({ id }) => incidents.get(id)).find((id) => id !== undefined) ?? null,
    labels: service.labels,
    environments: [...new Set(endpoints.map(({ environment }) => environment))].sort(),
    uptime: uptimeOf(sum(pasts.flatMap((p) => p.hours))),
    spark: Array.from({ length: hours }, (_, h) => middle(pasts.map((p) => p.medians[h] ?? null))),
    days: Array.from({ length: days }, (_, d) => {
      const all = sum(pasts.map((p) => p.days[d] as Seconds));
      const date = new Date((today - days + 1 + d) * day).toISOString().slice(0, 10);
      return { day: date, uptime: uptimeOf(all), down: Math.round(all.down), degraded: Math.round(all.degraded) };
    }),
  };
}

const sum = (all: readonly Seconds[]): Seconds => all.reduce(addSeconds, noSeconds);

function middle(all: readonly (number | null)[]): number | null {
  const known = all.filter((n) => n !== null).sort((a, b) => a - b);
  return known[Math.floor((known.length - 1) / 2)] ?? null;
}

/** What is rolled up changes once an hour: until then it is read once. */
interface Rolled {
  thisHour: number;
  openHour: number;
  openDay: number;
  past: Map<number, Past>;
}
const kept = new WeakMap<Recorder, Rolled>();

async function pastOf(
  world: World,
  recorder: Recorder,
  now: number,
  ids: ReadonlySet<number>,
): Promise<(id: number) => Past> {
  const thisHour = Math.floor(now / hour);
  const openDay = await firstOpenDay(world.db, recorder.firstOpenHour);
  const known = kept.get(recorder);
  const fresh = known?.thisHour === thisHour && known.openHour === recorder.firstOpenHour && known.openDay === openDay;
  const rolled = fresh ? known : await readRolled(world, thisHour, recorder.firstOpenHour, openDay);
  kept.set(recorder, rolled);
  const all = new Map<number, Past>();
  for (const id of ids) {
    const { hours: h, medians, days: d } = rolled.past.get(id) ?? nothing();
    const past = { hours: [...h], medians: [...medians], days: [...d] };
    for (const open of recorder.openHours(id))
      addHour(past, rolled, open.hour, open.of.seconds, open.of.tally.quantile(0.5));
    all.set(id, past);
  }
  return (id) => all.get(id) ?? nothing();
}

const nothing = (): Past => ({
  hours: Array.from({ length: hours }, () => noSeconds),
  medians: Array.from({ length: hours }, () => null),
  days: Array.from({ length: days }, () => noSeconds),
});

async function readRolled(world: World, thisHour: number, openHour: number, openDay: number): Promise<Rolled> {
  const rolled: Rolled = { thisHour, openHour, openDay, past: new Map() };
  const get = (id: number): Past => {
    const past = rolled.past.get(id) ?? nothing();
    rolled.past.set(id, past);
    return past;
  };
  const firstHour = thisHour - hours + 1;
  const firstDay = Math.floor(thisHour / 24) - days + 1;
  const from = Math.min(firstHour, Math.max(openDay * 24, firstDay * 24));
  for (const row of await hoursOfAll(world.db, from, openHour))
    addHour(get(row.endpoint_id), rolled, row.hour, row, row.p50);
  for (const row of await daysOfAll(world.db, firstDay, openDay)) get(row.endpoint_id).days[row.day - firstDay] = row;
  return rolled;
}

/** Into its hour, and into its day where that is not rolled up itself. */
function addHour(past: Past, { thisHour, openDay }: Rolled, h: number, seconds: Seconds, p50: number | null): void {
  const atHour = h - (thisHour - hours + 1);
  const atDay = Math.floor(h / 24) - (Math.floor(thisHour / 24) - days + 1);
  if (past.hours[atHour]) [past.hours[atHour], past.medians[atHour]] = [seconds, p50];
  if (h >= openDay * 24 && past.days[atDay]) past.days[atDay] = addSeconds(past.days[atDay], seconds);
}
