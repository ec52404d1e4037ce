// Turns probes into hours and hours into days when their time is over, and deletes what was kept long enough.
import type { Keeper } from "../keepers.ts";
import type { Timepiece } from "../life/clock.ts";
import type { World } from "../world.ts";
import {
  day,
  deleteOldest,
  firstOpenDay,
  hour,
  hoursOf,
  kept,
  type MeasuredBy,
  minute,
  type PackedDay,
  type PackedHour,
  probesOf,
  rolledUntil,
  setRolled,
  writeDays,
  writeHours,
} from "./history.ts";
import { pack, unpack } from "./pack.ts";
import type { Recorder } from "./record.ts";
import { allEndpoints, type Db } from "./store.ts";
import { addSeconds, noSeconds, type Seconds, Tally } from "./tally.ts";

/** What comes late still comes into its hour. */
const patience = 5 * minute;
const fine = 5 * minute;
/** Endpoints in one transaction: some milliseconds of work, then others have their turn. */
const batch = { hours: 50, days: 20 };

export class Rollup implements Keeper {
  readonly name = "health history";
  private readonly world: World;
  private readonly clock: Timepiece;
  private readonly recorder: Recorder;

  constructor(world: World, clock: Timepiece, recorder: Recorder) {
    this.world = world;
    this.clock = clock;
    this.recorder = recorder;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.clock.until(new Date(this.clock.now().getTime() + minute), signal);
      if (!signal.aborted) await this.step(signal);
    }
  }

  /** Everything that is due. */
  async step(signal: AbortSignal = new AbortController().signal): Promise<void> {
    const now = this.clock.now().getTime();
    await this.recorder.flush();
    await this.rollHours(now, signal);
    await this.rollDays(signal);
    await this.forget(now, signal);
  }

  private async rollHours(now: number, signal: AbortSignal): Promise<void> {
    const { recorder } = this;
    const over = Math.floor(Math.min(now - patience, recorder.oldestPending) / hour);
    for (let h = recorder.firstOpenHour; h > 0 && h < over && !signal.aborted; h = recorder.firstOpenHour) {
      const rows = async (ids: number[]) => {
        const probes = await probesOf(this.world.db, ids, h * hour, (h + 1) * hour);
        return (db: Db) => writeHours(db, hoursFrom(h, probes));
      };
      if (!(await this.inBatches(batch.hours, rows, (db) => setRolled(db, "hour", h + 1), signal))) return;
      recorder.closed(h);
    }
  }

  private async rollDays(signal: AbortSignal): Promise<void> {
    const over = Math.floor(this.recorder.firstOpenHour / 24);
    const first = await firstOpenDay(this.world.db, this.recorder.firstOpenHour);
    for (let d = first; d < over && !signal.aborted; d++) {
      const rows = async (ids: number[]) => {
        const hours = await hoursOf(this.world.db, ids, d * 24, (d + 1) * 24);
        return (db: Db) => writeDays(db, daysFrom(d, hours));
      };
      if (!(await this.inBatches(batch.days, rows, (db) => setRolled(db, "day", d + 1), signal))) return;
    }
  }

  /** All endpoints, some at a time; `last` comes with the last of them. @returns false when it was cut off */
  private async inBatches(
    size: number,
    rows: (ids: number[]) => Promise<(db: Db) => Promise<void>>,
    last: (db: Db) => Promise<void>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const ids = (await allEndpoints(this.world.db)).map(({ id }) => id).sort((a, b) => a - b);
    for (let from = 0; from === 0 || from < ids.length; from += size) {
      const write = await rows(ids.slice(from, from + size));
      await this.write(async ({ db }) => {
        await write(db);
        if (from + size >= ids.length) await last(db);
      });
      await breath();
      if (signal.aborted) return false;
    }
    return true;
  }

  /** In small steps, so that nobody waits behind it; what is not rolled up yet stays, however old. */
  private async forget(now: number, signal: AbortSignal): Promise<void> {
    const rolledDay = (await rolledUntil(this.world.db, "day")) ?? 0;
    const limits = [
      ["minute", Math.min(Math.floor((now - kept.probes) / minute), this.recorder.firstOpenHour * 60)],
      ["hour", Math.min(Math.floor((now - kept.hours) / hour), rolledDay * 24)],
      ["day", Math.floor((now - kept.days) / day)],
    ] as const;
    for (const [by, before] of limits)
      for (let more = true; more && !signal.aborted; await breath())
        more = await this.write(({ db }) => deleteOldest(db, by, before));
  }

  private write: ReturnType<World["ownCall"]>["write"] = (act) => this.world.ownCall().write(act);
}

const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function hoursFrom(h: number, probes: readonly MeasuredBy[]): PackedHour[] {
  return grouped(probes, (p) => p.endpoint).map(([endpoint_id, own]) => {
    const tallies: (Tally | undefined)[] = Array.from({ length: hour / fine });
    const whole = new Tally();
    const seconds: Seconds = { ...noSeconds };
    for (const probe of own) {
      const at = Math.floor((probe.at - h * hour) / fine);
      tallies[at] ??= new Tally();
      tallies[at].add(probe);
      whole.add(probe);
      seconds[probe.state] += probe.stands;
    }
    const p50 = whole.quantile(0.5);
    return { hour: h, endpoint_id, ...seconds, p50: p50 === null ? null : Math.round(p50), buckets: pack(tallies) };
  });
}

export function daysFrom(d: number, hours: readonly PackedHour[]): PackedDay[] {
  return grouped(hours, (h) => h.endpoint_id).map(([endpoint_id, own]) => {
    const tallies: (Tally | undefined)[] = Array.from({ length: 24 });
    for (const one of own) tallies[one.hour - d * 24] = merged(unpack(one.buckets)).coarser();
    return { day: d, endpoint_id, ...own.reduce<Seconds>(addSeconds, noSeconds), buckets: pack(tallies) };
  });
}

export const merged = (tallies: readonly (Tally | undefined)[]): Tally =>
  tallies.reduce<Tally>((all, one) => (one ? all.merge(one) : all), new Tally());

function grouped<T>(all: readonly T[], by: (one: T) => number): [number, T[]][] {
  const groups = new Map<number, T[]>();
  for (const one of all) {
    const own = groups.get(by(one));
    if (own) own.push(one);
    else groups.set(by(one), [one]);
  }
  return [...groups];
}
