// What a row of the table is: ours beside something else, the target, and how the cost grows with size.
import { type Estimate, estimate, median, ratio, type Statistic, type Summary, summary } from "./series.ts";
import type { Bench } from "./stage.ts";

export interface Row {
  /** as on the command line, and the name of its file */
  name: string;
  what: string;
  run(bench: Bench): Promise<Figures>;
}

export interface Figures {
  lines: Line[];
  slopes: Slope[];
  /** sentences for the reader of the figures */
  notes?: string[];
}

/** At most this many times what it is compared with, or at most this many of its unit. */
export type Target = { ratio: number } | { most: number };

export interface Line {
  what: string;
  unit: "ms" | "MiB" | "kB";
  statistic: string;
  ours: Summary | undefined;
  beside: { name: string; figures: Summary | undefined };
  /** ours over the other; where the target is absolute, ours */
  figure: Estimate | undefined;
  /** our fastest time over the other's fastest: what a quiet machine would say */
  fastest: number | undefined;
  target: Target | undefined;
  verdict: "met" | "missed" | "missing" | "told";
  /** the target lies within the noise of the figure */
  close: boolean;
  why?: string;
}

export interface Slope {
  what: string;
  from: string;
  to: string;
  small: number;
  large: number;
  /** large over small */
  growth: Estimate;
}

export interface Comparison {
  what: string;
  ours: readonly number[];
  beside: { name: string; series: readonly number[] };
  /** a line without one only tells */
  target?: Target;
  statistic?: Statistic;
  unit?: Line["unit"];
}

export function compare({ what, ours, beside, target, statistic = median, unit = "ms" }: Comparison): Line {
  const absolute = target !== undefined && "most" in target;
  const figure = absolute ? estimate(ours, statistic) : ratio(ours, beside.series, statistic);
  const limit = target && ("most" in target ? target.most : target.ratio);
  return {
    what,
    unit,
    statistic: statistic.name,
    ours: summary(ours),
    beside: { name: beside.name, figures: summary(beside.series) },
    figure,
    fastest: Math.min(...ours) / Math.min(...beside.series),
    target,
    verdict: limit === undefined ? "told" : figure.value <= limit ? "met" : "missed",
    close: limit !== undefined && figure.low <= limit && limit <= figure.high,
  };
}

/** A line that could not be measured, because what it is compared with is not there. */
export function missing(what: string, beside: string, why: string, target: Target | undefined): Line {
  const nothing = { unit: "ms", statistic: "median", ours: undefined, figure: undefined, fastest: undefined } as const;
  return {
    what,
    ...nothing,
    beside: { name: beside, figures: undefined },
    target,
    verdict: "missing",
    close: false,
    why,
  };
}

export function slope(
  what: string,
  [from, small]: [size: string, series: readonly number[]],
  [to, large]: [size: string, series: readonly number[]],
  statistic: Statistic = median,
): Slope {
  return { what, from, to, small: statistic(small), large: statistic(large), growth: ratio(large, small, statistic) };
}
