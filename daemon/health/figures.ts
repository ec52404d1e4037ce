// Figures over time: uptime, percentiles and series, each read from the coarsest grain that can tell it.
import type { Bucket } from "../../protocol/health.ts";
import type { World } from "../world.ts";
import { day, daysOf, firstOpenDay, hour, hoursOf, kept, minute, probesOf } from "./history.ts";
import { unpack } from "./pack.ts";
import type { Recorder } from "./record.ts";
import { merged } from "./rollup.ts";
import { addSeconds, noSeconds, type Seconds, Tally, uptimeOf } from "./tally.ts";

const fiveMinutes = 5 * minute;
const second = 1000;
const niceSteps = [
  10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/** Seconds in a bucket, so that there are at most `points`, none is shorter than an interval, and there is something that fine. */
export function stepFor(span: number, points: number, interval: number): number {
  const least = Math.max(span / second / points, interval, span > kept.probes ? 300 : 0, span > kept.hours ? 3600 : 0);
  return niceSteps.find((step) => step >= least) ?? Math.ceil(least / 86_400) * 86_400;
}

export const uptimeSpans = { "24h": day, "7d": 7 * day, "30d": 30 * day, "90d": 90 * day };
type Uptimes = Record<keyof typeof uptimeSpans, number | null>;

/** Whole hours for a day and a week, whole days for what is longer; with what is measured since. */
export async function uptimesOf(world: World, recorder: Recorder, endpoint: number, now: number): Promise<Uptimes> {
  const firstOpen = recorder.firstOpenHour;
  const open = recorder.openHours(endpoint);
  const today = await firstOpenDay(world.db, firstOpen);
  const weekAgo = Math.floor((now - uptimeSpans["7d"]) / hour);
  const hours = await hoursOf(world.db, [endpoint], Math.min(weekAgo, today * 24), firstOpen);
  const days = await daysOf(world.db, [endpoint], Math.floor((now - uptimeSpans["90d"]) / day), today);
  const late = open.map(({ hour: h, of }) => ({ hour: h, ...of.seconds }));
  const byHours = (span: number) => sum([...hours, ...late].filter((h) => h.hour >= Math.floor((now - span) / hour)));
  const byDays = (span: number) => {
    const since = Math.floor((now - span) / day);
    const recent = [...hours.filter((h) => h.hour >= today * 24), ...late].filter((h) => h.hour >= since * 24);
    return sum([...recent, ...days.filter((d) => d.day >= since)]);
  };
  return {
    "24h": uptimeOf(byHours(uptimeSpans["24h"])),
    "7d": uptimeOf(byHours(uptimeSpans["7d"])),
    "30d": uptimeOf(byDays(uptimeSpans["30d"])),
    "90d": uptimeOf(byDays(uptimeSpans["90d"])),
  };
}

const sum = (all: readonly Seconds[]): Seconds => all.reduce(addSeconds, noSeconds);

export interface Series {
  buckets: Bucket[];
  p50: number | null;
  p95: number | null;
}

/** One endpoint in [from, to), in buckets of `step` seconds; where nothing was measured there is none. */
export async function seriesOf(
  world: World,
  recorder: Recorder,
  endpoint: number,
  { from, to, step }: { from: number; to: number; step: number },
): Promise<Series> {
  const found = new Map<number, Tally>();
  const put = (at: number, tally: Tally | undefined) => {
    if (!tally || at + step * second <= from || at >= to) return;
    const start = Math.floor(at / (step * second)) * step * second;
    found.set(start, (found.get(start) ?? new Tally()).merge(tally));
  };
  if (step < 300) await fromProbes(world, endpoint, from, to, put);
  else await fromRollups(world, recorder, endpoint, { from, to, step }, put);
  const whole = merged([...found.values()]);
  const buckets = [...found]
    .sort(([a], [b]) => a - b)
    .map(([at, tally]) => ({
      at: new Date(at).toISOString(),
      up: tally.up,
      degraded: tally.degraded,
      down: tally.down,
      p50: tally.quantile(0.5),
      p95: tally.quantile(0.95),
    }));
  return { buckets, p50: whole.quantile(0.5), p95: whole.quantile(0.95) };
}

type Put = (at: number, tally: Tally | undefined) => void;

async function fromProbes(world: World, endpoint: number, from: number, to: number, put: Put): Promise<void> {
  for (const probe of await probesOf(world.db, [endpoint], from, to)) {
    const one = new Tally();
    one.add(probe);
    put(probe.at, one);
  }
}

async function fromRollups(
  world: World,
  recorder: Recorder,
  endpoint: number,
  { from, to, step }: { from: number; to: number; step: number },
  put: Put,
): Promise<void> {
  const firstOpen = recorder.firstOpenHour;
  const open = recorder.openHours(endpoint);
  const firstHour = Math.floor(from / hour);
  const coarse = step >= 3600;
  const today = await firstOpenDay(world.db, firstOpen);
  const fromDays = coarse ? Math.max(firstHour, today * 24) : firstHour;
  if (coarse)
    for (const one of await daysOf(world.db, [endpoint], Math.floor(from / day), today))
      unpack(one.buckets).forEach((tally, h) => {
        if (one.day * 24 + h >= firstHour) put((one.day * 24 + h) * hour, tally);
      });
  for (const one of await hoursOf(world.db, [endpoint], fromDays, firstOpen))
    unpack(one.buckets).forEach((tally, n) => {
      put(one.hour * hour + n * fiveMinutes, tally);
    });
  if (coarse) for (const { hour: h, of } of open) put(h * hour, of.tally);
  else await fromProbes(world, endpoint, Math.max(from, firstOpen * hour), to, put);
}
