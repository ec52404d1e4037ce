// Measuring: turns of several contenders, what is drawn from their times, and how sure that is. Knows nothing of Calcifer.

/** Milliseconds of one turn, or of each measurement in it. */
type Times = number | number[];
export type Contender = () => Times | Promise<Times>;
export type Statistic = (values: readonly number[]) => number;

export interface Turns {
  rounds: number;
  /** rounds before them that do not count */
  warmups?: number;
  /** milliseconds of quiet before each turn: a daemon's afterwork is not to fall into its rival's turn */
  pause?: number;
}

/** Lets contenders take turns, A B C, B C A …, so that whatever the machine does meanwhile meets all of them. */
export async function interleave<K extends string>(
  contenders: Record<K, Contender>,
  { rounds, warmups = 2, pause = 0 }: Turns,
): Promise<Record<K, number[]>> {
  const names = Object.keys(contenders) as K[];
  const series = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, number[]>;
  for (let round = -warmups; round < rounds; round++) {
    const first = (round + warmups) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      const times = await contenders[name]();
      if (round >= 0) series[name].push(...[times].flat());
    }
  }
  return series;
}

/** How long something takes, in milliseconds. */
export async function timed(act: () => unknown): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

export const median: Statistic = (values) => quantile(values, 0.5);
export const p95: Statistic = (values) => quantile(values, 0.95);
export const p99: Statistic = (values) => quantile(values, 0.99);

function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return below + (above - below) * (at - Math.floor(at));
}

export interface Summary {
  median: number;
  min: number;
  p99: number;
  /** the middle half of the times, as a part of their median: how noisy the machine was */
  spread: number;
  n: number;
}

export function summary(values: readonly number[]): Summary {
  const middle = median(values);
  const spread = (quantile(values, 0.75) - quantile(values, 0.25)) / middle;
  return { median: middle, min: Math.min(...values), p99: p99(values), spread, n: values.length };
}

/** A figure and where it lies with 95 % certainty. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** A statistic of one series. */
export const estimate = (values: readonly number[], statistic: Statistic): Estimate =>
  bootstrap(values.length, (pick) => statistic(pick(values)));

/** A statistic of one series over that of another, measured in the same rounds. */
export const ratio = (ours: readonly number[], beside: readonly number[], statistic: Statistic): Estimate =>
  bootstrap(Math.min(ours.length, beside.length), (pick) => statistic(pick(ours)) / statistic(pick(beside)));

type Pick = (values: readonly number[]) => readonly number[];

/** Draws the same rounds from every series, again and again, and looks how far the figure moves. */
function bootstrap(rounds: number, figure: (pick: Pick) => number): Estimate {
  const random = randomNumbers(rounds);
  const found = Array.from({ length: 400 }, () => {
    const drawn = Array.from({ length: rounds }, () => Math.floor(random() * rounds));
    return figure((values) => {
      // One contender may have been measured several times in its turn.
      const each = Math.floor(values.length / rounds);
      return drawn.flatMap((round) => values.slice(round * each, (round + 1) * each));
    });
  });
  return { value: figure((values) => values), low: quantile(found, 0.025), high: quantile(found, 0.975) };
}

/** Numbers from 0 to 1, the same for the same seed: a run can be looked at again. */
export function randomNumbers(seed: number): () => number {
  let state = seed + 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One turn that measures several things at once. */
export type Chain<K extends string> = () => Promise<Partial<Record<K, Times>>>;

/** As `interleave`, where what is measured hangs together: a window that is opened, looked at, and loaded again. */
export async function interleaveChains<K extends string>(
  chains: Chain<K>[],
  { rounds, warmups = 1 }: Turns,
): Promise<Record<K, number[]>> {
  const series = new Map<string, number[]>();
  for (let round = -warmups; round < rounds; round++) {
    const first = (round + warmups) % chains.length;
    for (const chain of [...chains.slice(first), ...chains.slice(0, first)]) {
      const taken = await chain();
      if (round < 0) continue;
      for (const [name, times] of Object.entries<Times | undefined>(taken))
        series.set(name, [...(series.get(name) ?? []), ...[times ?? []].flat()]);
    }
  }
  return Object.fromEntries(series) as Record<K, number[]>;
}
