// A chart's numbers: one row of times for all endpoints, with a hole where nothing was measured. Pure.
import type { Detail, Series } from "../model.ts";

type Bucket = Series["buckets"][number];

export interface Lines {
  /** seconds, each step of the range */
  times: number[];
  lines: { name: string; what: "p50" | "p95"; values: (number | null)[] }[];
  /** by time: the worst that any probe said; null where none was made */
  worst: ("down" | "degraded" | "up" | null)[];
}

export interface Measured extends Pick<Detail, "from" | "to" | "step"> {
  series: { endpoint: Pick<Series["endpoint"], "name">; buckets: Bucket[] }[];
}

/** More could not be told apart. */
export const mostLines = 8;

export function linesOf({ from, to, step, series }: Measured): Lines {
  const start = Date.parse(from) / 1000;
  const count = Math.max(1, Math.min(5000, Math.ceil((Date.parse(to) / 1000 - start) / step)));
  const times = Array.from({ length: count }, (_, n) => start + n * step);
  const worst: Lines["worst"] = times.map(() => null);
  const placed = series.map(({ endpoint, buckets }) => {
    const at = Array.from<Bucket | undefined>({ length: count });
    for (const bucket of buckets) {
      const n = Math.round((Date.parse(bucket.at) / 1000 - start) / step);
      if (n < 0 || n >= count) continue;
      at[n] = bucket;
      worst[n] = worse(worst[n] ?? null, bucket);
    }
    return { name: endpoint.name, at };
  });
  const row = (at: (Bucket | undefined)[], what: "p50" | "p95") => at.map((bucket) => bucket?.[what] ?? null);
  const [only] = placed;
  const lines =
    only && placed.length === 1
      ? (["p50", "p95"] as const).map((what) => ({ name: only.name, what, values: row(only.at, what) }))
      : placed.slice(0, mostLines).map(({ name, at }) => ({ name, what: "p50" as const, values: row(at, "p50") }));
  return { times, lines, worst };
}

function worse(before: Lines["worst"][number], { up, degraded, down }: Bucket): Lines["worst"][number] {
  if (down > 0 || before === "down") return "down";
  if (degraded > 0 || before === "degraded") return "degraded";
  return up > 0 ? "up" : before;
}
