// Decides what the trunk of a repository is. Facts in, a branch or a reason out. Pure.

export interface TrunkFacts {
  asked: string | undefined;
  /** in the policy file */
  stated: string | undefined;
  /** what origin/HEAD points to */
  origin: string | undefined;
  /** init.defaultBranch */
  configured: string | undefined;
}

export function chooseTrunk(
  branches: string[],
  facts: TrunkFacts,
): string | { fault: "missing" | "invalid"; message: string } {
  const there = (b: string | undefined): b is string => b !== undefined && branches.includes(b);
  const listed = branches.slice(0, 10).join(", ") || "none";
  const { asked } = facts;
  if (asked !== undefined && !branches.includes(asked))
    return { fault: "missing", message: `There is no branch ${asked}; there are: ${listed}.` };
  if (asked !== undefined) return asked;
  for (const found of [facts.stated, facts.origin, facts.configured]) if (there(found)) return found;
  if (branches.length === 1) return branches[0] as string;
  const usual = ["main", "master", "trunk"].filter(there);
  if (usual.length === 1) return usual[0] as string;
  return { fault: "invalid", message: `Which branch is the trunk cannot be told; there are: ${listed}.` };
}

export type Source = "deployment" | "probe" | "hand";
const trust: Record<Source, number> = { deployment: 3, probe: 2, hand: 1 };
const holds = 3_600_000;

/**
 * Whether a report of what is live replaces what is known. A report of the past never does. A less trusted source is heard
 * an hour after the more trusted one spoke last: a probe that reads the old version while a deployment rolls out is wrong,
 * one that still reads another an hour later is right. What says the same as is known changes nothing, and is not heard.
 * @param known `seen` is when its source said so last
 */
export function isHeard(
  known: { source: Source; version: string; seen: string },
  report: { source: Source; version: string; at: string },
): boolean {
  const later = Date.parse(report.at) - Date.parse(known.seen);
  if (later < 0) return false;
  if (trust[report.source] >= trust[known.source]) return true;
  return report.version !== known.version && later >= holds;
}

export interface Need {
  from: string;
  /** what `from` does not work without */
  to: string;
}

function followed(edges: readonly Need[], way: (edge: Need) => [string, string]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [at, next] of edges.map(way)) {
    const known = found.get(at);
    if (known) known.push(next);
    else found.set(at, [next]);
  }
  for (const names of found.values()) names.sort();
  return found;
}

/** What each service needs, by name, sorted. */
export const needs = (edges: readonly Need[]): Map<string, string[]> => followed(edges, ({ from, to }) => [from, to]);

/**
 * What fails with a service, nearest first, then by name.
 * @returns `via`: the way there, from what needs the service itself to the one before; empty when that is it
 */
export function impactOf(edges: readonly Need[], service: string): { service: string; via: string[] }[] {
  const neededBy = followed(edges, ({ from, to }) => [to, from]);
  const found: { service: string; via: string[] }[] = [];
  const seen = new Set([service]);
  let ring = [{ service, via: [] as string[] }];
  while (ring.length > 0) {
    const next: typeof ring = [];
    for (const at of ring)
      for (const name of neededBy.get(at.service) ?? []) {
        if (seen.has(name)) continue;
        seen.add(name);
        next.push({ service: name, via: at.service === service ? [] : [...at.via, at.service] });
      }
    next.sort((a, b) => (a.service < b.service ? -1 : 1));
    found.push(...next);
    ring = next;
  }
  return found;
}

/** The shortest way from one service to another by what they need, both ends with it; undefined where there is none. */
export function wayTo(edges: readonly Need[], from: string, to: string): string[] | undefined {
  const by = needs(edges);
  const before = new Map<string, string | undefined>([[from, undefined]]);
  const open = [from];
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    if (at === to) {
      const way = [at];
      for (let last = before.get(at); last !== undefined; last = before.get(last)) way.unshift(last);
      return way;
    }
    for (const next of by.get(at) ?? [])
      if (!before.has(next)) {
        before.set(next, at);
        open.push(next);
      }
  }
  return undefined;
}

/**
 * Services that need each other, around: one circle for each group of them, the shortest from its first name, and begun
 * there.
 */
export function circles(edges: readonly Need[]): string[][] {
  return knots(edges).map((knot) => {
    const inside = edges.filter(({ from, to }) => knot.has(from) && knot.has(to));
    const first = [...knot].sort()[0] as string;
    const ways = (needs(inside).get(first) ?? []).map((next) => wayTo(inside, next, first) ?? []);
    const around = ways.filter((way) => way.length > 0).sort((a, b) => a.length - b.length)[0] ?? [];
    return [first, ...around.slice(0, -1)];
  });
}

/** Groups of services each of which needs, by some way, each other of its group (Tarjan), by their first names. */
export function knots(edges: readonly Need[]): Set<string>[] {
  const by = needs(edges);
  const found: Set<string>[] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const on = new Set<string>();
  // A stack of its own: a chain may be longer than the machine's.
  for (const root of [...by.keys()].sort()) {
    const open: { at: string; next: number }[] = index.has(root) ? [] : [{ at: root, next: 0 }];
    for (let frame = open.at(-1); frame; frame = open.at(-1)) {
      const { at } = frame;
      if (!index.has(at)) {
        index.set(at, index.size);
        low.set(at, index.get(at) as number);
        stack.push(at);
        on.add(at);
      }
      const to = by.get(at)?.[frame.next++];
      if (to !== undefined) {
        if (!index.has(to)) open.push({ at: to, next: 0 });
        else if (on.has(to)) lower(low, at, index.get(to) as number);
        continue;
      }
      open.pop();
      const above = open.at(-1);
      if (above) lower(low, above.at, low.get(at) as number);
      if (low.get(at) !== index.get(at)) continue;
      const knot = new Set(stack.splice(stack.indexOf(at)));
      for (const name of knot) on.delete(name);
      if (knot.size > 1) found.push(knot);
    }
  }
  return found.sort((a, b) => ([...a].sort()[0] as string).localeCompare([...b].sort()[0] as string));
}

const lower = (low: Map<string, number>, at: string, to: number) => low.set(at, Math.min(low.get(at) as number, to));

/** The edges of a service's neighbourhood: all it needs, and all that needs it, however far. */
export function around(edges: readonly Need[], service: string): Set<string> {
  const back = edges.map(({ from, to }) => ({ from: to, to: from }));
  return new Set(
    [service, ...impactOf(edges, service), ...impactOf(back, service)].map((one) =>
      typeof one === "string" ? one : one.service,
    ),
  );
}

export interface LiveFacts {
  environment: string;
  /** as it was reported; undefined when nothing is known to be live */
  version: string | undefined;
  commit: string | null;
  /** the trunk, or the environment it is compared with */
  target: { name: string; commit: string | undefined; why?: string };
  /** the commit is in the repository, and on the trunk */
  there: boolean;
  onTrunk: boolean;
  trunk: string;
  /** commits of the target that are not live here, and the other way; undefined where git could not tell */
  behind: number | undefined;
  ahead: number;
  /** files of the service differ although no commit of the range says so, as an odd merge leaves it */
  differs: boolean;
}

/** Whether all that the target has is live. What cannot be mapped to a commit of the trunk is never a yes. */
export function liveState(f: LiveFacts): { state: "yes" | "no" | "unknown"; why: string } {
  const unknown = (why: string) => ({ state: "unknown" as const, why });
  if (f.version === undefined) return unknown(`Nothing is known to be live in ${f.environment}.`);
  if (f.commit === null) return unknown(`${f.version} is no commit and no tag of the repository.`);
  if (!f.there) return unknown(`The commit ${f.commit.slice(0, 10)} is not in the repository here.`);
  if (!f.onTrunk) return unknown(`The commit ${f.commit.slice(0, 10)} is not on ${f.trunk}.`);
  if (f.target.commit === undefined) return unknown(f.target.why ?? `There is no ${f.target.name}.`);
  if (f.behind === undefined) return unknown("git could not read the commits in between.");
  if (f.behind > 0)
    return { state: "no", why: `${commits(f.behind)} of ${f.target.name} ${f.behind === 1 ? "is" : "are"} not live.` };
  if (f.differs) return { state: "no", why: `Its files differ from those of ${f.target.name}.` };
  const more = f.ahead > 0 ? `, and ${commits(f.ahead)} more` : "";
  return { state: "yes", why: `All of ${f.target.name} is live${more}.` };
}

const commits = (n: number): string => `${n.toLocaleString("en")} ${n === 1 ? "commit" : "commits"}`;
