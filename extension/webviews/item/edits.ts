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

export interface Named extends Point {
  name: string;
}

/**
 * Points have no names of their own: what is typed into one must find it again when its text is another, it was moved,
 * or a second one has the same text.
 */
export function named(before: readonly Named[], now: readonly Point[]): Named[] {
  const left = new Set(before);
  const take = (found: Named | undefined) => found && left.delete(found) && found.name;
  const even = before.length === now.length;
  const names: (string | undefined)[] = now.map(({ text }, at) =>
    even && before[at]?.text === text ? take(before[at]) || undefined : undefined,
  );
  for (const [at, { text }] of now.entries())
    names[at] ??= take([...left].find((point) => point.text === text)) || undefined;
  // None came and none went, so that the one at its place is the one that was changed.
  if (even) for (const at of now.keys()) names[at] ??= (left.has(before[at] as Named) && take(before[at])) || undefined;
  let last = Math.max(0, ...before.map(({ name }) => Number(name.replace(/^point /, ""))));
  return now.map(({ text }, at) => ({ text, name: names[at] ?? `point ${++last}` }));
}
