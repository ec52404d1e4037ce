// Many measurements as counts and a histogram that can be added up: what percentiles over months come from. Pure.

/** One measurement. */
export interface Measured {
  /** milliseconds since 1970 */
  at: number;
  state: "up" | "degraded" | "down";
  /** seconds before it that it stands for: since the one before, at most an interval */
  stands: number;
  ms: number | null;
}

export const measuredStates = ["up", "degraded", "down"] as const;

/** Each bin is a tenth wider than the one before: what is read from them is at most 5 % off. */
const growth = Math.log(1.1);
export const bins = 142;
export const binOf = (ms: number): number => (ms < 1 ? 0 : Math.min(bins - 1, 1 + Math.floor(Math.log(ms) / growth)));
const middleOf = (bin: number): number => (bin === 0 ? 0.5 : Math.exp((bin - 0.5) * growth));

const mostBins = 16;

/** Seconds in each state. */
export interface Seconds {
  up: number;
  degraded: number;
  down: number;
}

export class Tally {
  /** probes */
  up = 0;
  degraded = 0;
  down = 0;
  /** bin → how many; only of what was answered well */
  readonly times = new Map<number, number>();

  add({ state, ms }: Measured): void {
    this[state]++;
    if (state !== "down") this.count(binOf(ms ?? 0), 1);
  }

  count(bin: number, n: number): void {
    this.times.set(bin, (this.times.get(bin) ?? 0) + n);
  }

  merge(other: Tally): this {
    for (const state of measuredStates) this[state] += other[state];
    for (const [bin, n] of other.times) this.count(bin, n);
    return this;
  }

  /**
   * The same in fewer bins, where they are many: each then stands for two, and percentiles are at most 10 % off. Times
   * that are spread so widely say less than that of an hour anyhow.
   */
  coarser(): Tally {
    if (this.times.size <= mostBins) return this;
    const coarse = new Tally();
    for (const state of measuredStates) coarse[state] = this[state];
    for (const [bin, n] of this.times) coarse.count(bin | 1, n);
    return coarse;
  }

  get probes(): number {
    return this.up + this.degraded + this.down;
  }

  /** Milliseconds below which this part of the answers lies; null without any. */
  quantile(part: number): number | null {
    const answered = this.up + this.degraded;
    if (answered === 0) return null;
    const wanted = Math.max(1, Math.ceil(answered * part));
    let seen = 0;
    for (const bin of [...this.times.keys()].sort((a, b) => a - b)) {
      seen += this.times.get(bin) as number;
      if (seen >= wanted) return rounded(middleOf(bin));
    }
    return null;
  }
}

const rounded = (ms: number): number => (ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms));

/** Per cent of the measured time that was up or degraded; null where nothing was measured. */
export function uptimeOf({ up, degraded, down }: Seconds): number | null {
  const measured = up + degraded + down;
  if (measured === 0) return null;
  const share = ((up + degraded) / measured) * 100;
  // Rounding must not hide an outage.
  return down > 0 ? Math.min(99.999, Math.round(share * 1000) / 1000) : 100;
}

export const addSeconds = (a: Seconds, b: Seconds): Seconds => ({
  up: a.up + b.up,
  degraded: a.degraded + b.degraded,
  down: a.down + b.down,
});
export const noSeconds: Seconds = { up: 0, degraded: 0, down: 0 };
