// What a person types meets what another client changed. Pure.

export interface Edit {
  /** the text the editing began with */
  start: string;
  typed: string;
}

/**
 * `settled`: nothing is left to save. `mine`: only the person changed it. `theirs`: only others did.
 * `both`: it changed in two ways, and a person has to say which holds.
 */
export function meet({ start, typed }: Edit, now: string): "settled" | "mine" | "theirs" | "both" {
  if (typed === now) return "settled";
  if (start === now) return "mine";
  return typed === start ? "theirs" : "both";
}

interface Point {
  text: string;
}

/** Where a point is now that was at `index`; undefined when it is gone, or there are several and none is there. */
export function locate(points: readonly Point[], text: string, index: number): number | undefined {
  if (points[index]?.text === text) return index;
  const same = points.flatMap((point, at) => (point.text === text ? [at] : []));
  return same.length === 1 ? same[0] : undefined;
}
