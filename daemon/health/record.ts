// Writes what was measured, in batches, never while somebody waits; and holds the hours that are not rolled up yet.
import type { Logger } from "pino";
import type { Outcome } from "../../protocol/health.ts";
import type { Timepiece } from "../life/clock.ts";
import type { World } from "../world.ts";
import { hour, type MeasuredBy, minute, oldestMinute, probesSince, rolledUntil, writeMeasurements } from "./history.ts";
import { writeOutcomes } from "./store.ts";
import { type Seconds, Tally } from "./tally.ts";

const second = 1000;
/** Newest outcomes are written together: thousands of rows in one go touch each page once. */
const outcomesEvery = minute;
const longestPause = minute;
/** What is kept for a database that cannot be written. */
const mostPending = 200_000;

export interface OpenHour {
  tally: Tally;
  seconds: Seconds;
}

export class Recorder {
  /** the first hour, since 1970, that is not rolled up */
  firstOpenHour = 0;
  private readonly open = new Map<number, Map<number, OpenHour>>();
  private pending: MeasuredBy[] = [];
  private outcomes = new Map<number, Outcome>();
  private outcomesWritten = 0;
  private writing: Promise<void> | undefined;
  private waiting = false;
  private pause = second;
  private readonly world: World;
  private readonly clock: Timepiece;
  private readonly log: Logger;

  constructor(world: World, clock: Timepiece) {
    this.world = world;
    this.clock = clock;
    this.log = world.log;
  }

  /** Reads what is not rolled up yet. */
  async load(): Promise<void> {
    const { db } = this.world;
    const oldest = await oldestMinute(db);
    const now = Math.floor(this.clock.now().getTime() / hour);
    this.firstOpenHour = (await rolledUntil(db, "hour")) ?? (oldest === undefined ? now : Math.floor(oldest / 60));
    this.open.clear();
    for (const measured of await probesSince(db, this.firstOpenHour * hour)) this.count(measured);
  }

  /** @param signal ends the wait for the next batch */
  put(measured: readonly MeasuredBy[], id: number, outcome: Outcome, signal: AbortSignal): void {
    for (const one of measured) this.count(one);
    this.pending.push(...measured);
    this.outcomes.set(id, outcome);
    this.soon(signal);
  }

  /** The newest outcome that is not in the database yet. */
  newest(endpoint: number): Outcome | undefined {
    return this.outcomes.get(endpoint);
  }

  openHours(endpoint: number): { hour: number; of: OpenHour }[] {
    return [...this.open].flatMap(([h, all]) => {
      const of = all.get(endpoint);
      return of ? [{ hour: h, of }] : [];
    });
  }

  /** An hour is rolled up, and read from the database from now on. */
  closed(rolled: number): void {
    this.firstOpenHour = rolled + 1;
    for (const h of this.open.keys()) if (h <= rolled) this.open.delete(h);
  }

  forget(endpoint: number): void {
    this.pending = this.pending.filter((m) => m.endpoint !== endpoint);
    this.outcomes.delete(endpoint);
    for (const all of this.open.values()) all.delete(endpoint);
  }

  /** When the oldest was measured that is not in the database. */
  get oldestPending(): number {
    return this.pending.reduce((oldest, { at }) => Math.min(oldest, at), Number.POSITIVE_INFINITY);
  }

  /** Writes all there is. What cannot be written stays, and is tried again; that is no failure of anything checked. */
  flush(also: { outcomes: boolean } = { outcomes: true }): Promise<void> {
    this.writing ??= this.write(also.outcomes).finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  private async write(withOutcomes: boolean): Promise<void> {
    const [batch, outcomes] = [this.pending, withOutcomes ? this.outcomes : new Map<number, Outcome>()];
    if (batch.length === 0 && outcomes.size === 0) return;
    this.pending = [];
    if (withOutcomes) this.outcomes = new Map();
    try {
      await this.world.ownCall().write(async ({ db }) => {
        if (batch.length > 0) await writeMeasurements(db, batch);
        if (outcomes.size > 0) await writeOutcomes(db, [...outcomes]);
      });
      if (withOutcomes) this.outcomesWritten = this.clock.now().getTime();
      this.pause = second;
    } catch (error) {
      this.pending = [...batch, ...this.pending].slice(-mostPending);
      this.outcomes = new Map([...outcomes, ...this.outcomes]);
      this.pause = Math.min(longestPause, this.pause * 2);
      this.log.warn(
        { err: error, waiting: this.pending.length, again: this.pause },
        "measurements could not be written",
      );
    }
  }

  private soon(signal: AbortSignal): void {
    if (this.waiting || signal.aborted) return;
    this.waiting = true;
    const at = this.clock.now().getTime() + this.pause;
    void this.clock.until(new Date(at), signal).then(async () => {
      await this.flush({ outcomes: this.clock.now().getTime() - this.outcomesWritten >= outcomesEvery });
      this.waiting = false;
      if (this.pending.length > 0) this.soon(signal);
    });
  }

  private count(measured: MeasuredBy): void {
    const h = Math.floor(measured.at / hour);
    if (h < this.firstOpenHour) return;
    const all = this.open.get(h) ?? new Map<number, OpenHour>();
    this.open.set(h, all);
    const of = all.get(measured.endpoint) ?? { tally: new Tally(), seconds: { up: 0, degraded: 0, down: 0 } };
    all.set(measured.endpoint, of);
    of.tally.add(measured);
    of.seconds[measured.state] += measured.stands;
  }
}
