// What one check says, and how an endpoint stands after it. Pure: facts in, a state and its reason out.
import type { HealthState } from "../../protocol/health.ts";

/** What a probe found. */
export interface Answer {
  says: "well" | "failed" | "cannot tell";
  /** milliseconds to the answer */
  ms: number | null;
  /** one sentence, without a full stop */
  why: string;
  version?: string | null;
  certificateDays?: number | null;
  /** nobody answered in time */
  late?: boolean;
}

export interface Judged {
  state: "up" | "degraded" | "down" | "not measured";
  why: string;
  /** degraded only because it took long: one such answer alone says little */
  slow: boolean;
}

/** What a probe's answer means under an endpoint's settings. */
export function judge(answer: Answer, settings: { slow: number | null; certificateDays: number | null }): Judged {
  if (answer.says === "cannot tell") return { state: "not measured", why: answer.why, slow: false };
  if (answer.says === "failed") return { state: "down", why: answer.why, slow: false };
  const { ms, why } = answer;
  const days = answer.certificateDays ?? null;
  if (days !== null && settings.certificateDays !== null && days < settings.certificateDays)
    return { state: "degraded", why: `${why}; its certificate expires ${inDays(days)}`, slow: false };
  if (settings.slow !== null && ms !== null && ms >= settings.slow)
    return { state: "degraded", why: `${why}; slower than ${settings.slow} ms`, slow: true };
  return { state: "up", why, slow: false };
}

export const inDays = (days: number): string =>
  days === 0 ? "within a day" : days === 1 ? "in 1 day" : `in ${days} days`;

/** How an endpoint stands. */
export interface Standing {
  state: HealthState;
  why: string;
  blockedBy: string | null;
  /** failures in a row */
  streak: number;
  /** slow answers in a row */
  slows: number;
}

export interface Circumstances {
  /** failures in a row that make it down */
  failures: number;
  /** a service it depends on that is down */
  downBefore: string | null;
  /** a service it depends on whose last check failed, too, and that is not down yet */
  failingBefore: string | null;
  /** what the witnesses said of the network; null: they were not asked */
  network: { there: boolean; why: string } | null;
}

export interface Next extends Standing {
  /** what becomes of the measurement, and of those that were held: written, held until more is known, or dropped */
  measurement: "write" | "hold" | "drop";
  /** the next check comes sooner than usual */
  soon: boolean;
}

/** More failures than make it down, which a failing dependency gets to go down first. */
const patience = 2;

/** How an endpoint stands after a check. Only failures in a row make it down; one good answer makes it up. */
export function decide(before: Standing, found: Judged, facts: Circumstances): Next {
  const { state, why } = found;
  if (state === "not measured") return stand({ state, why, measurement: "drop" });
  if (state === "up") return stand({ state, why });
  if (state === "degraded") return degraded(before, found, facts);
  return failed(before, why, facts);
}

function degraded(before: Standing, { slow, why }: Judged, { failures }: Circumstances): Next {
  const slows = slow ? before.slows + 1 : 0;
  const early = slow && slows < failures && before.state === "up";
  return stand({ state: early ? "up" : "degraded", why, slows });
}

function failed(before: Standing, why: string, facts: Circumstances): Next {
  const streak = before.streak + 1;
  if (needsWitness(before, facts) && facts.network?.there === false)
    return stand({ state: "not measured", why: `no network: ${facts.network.why}`, measurement: "drop" });
  if (facts.downBefore !== null) {
    const [blockedBy, text] = [facts.downBefore, `${facts.downBefore} is down; ${why}`];
    return stand({ state: "blocked", why: text, blockedBy, measurement: "drop" });
  }
  if (before.state === "down") return stand({ state: "down", why, streak });
  const waits = facts.failingBefore !== null && streak < facts.failures + patience;
  if (streak >= facts.failures && !waits) return stand({ state: "down", why, streak });
  const { state, blockedBy } = before;
  const text =
    state === "not measured" ? `${why} (${streak} of ${facts.failures} failures that make it down)` : before.why;
  return stand({ state, why: text, blockedBy, streak, measurement: "hold", soon: true });
}

/** Whether a failure now would change what is said of the endpoint, so that the network has to be asked about. */
export const needsWitness = (before: Standing, { failures }: Pick<Circumstances, "failures">): boolean =>
  before.state === "down" || before.state === "blocked" || before.streak + 1 >= failures;

const stand = (next: Partial<Next> & Pick<Next, "state" | "why">): Next => ({
  blockedBy: null,
  streak: 0,
  slows: 0,
  measurement: "write",
  soon: false,
  ...next,
});

const minute = 60_000;

/** Whether nobody looked for so long that nothing may be said: the machine slept, or was too busy. All in milliseconds. */
export const missed = (late: number, interval: number): boolean => late > minute || late > 2 * interval;

/** Milliseconds after a failure at which it is looked at again. */
export const retryAfter = (interval: number): number =>
  Math.min(interval, Math.max(5000, Math.min(interval / 4, minute)));

/** Where in its interval an endpoint is checked: the same after every start, and evenly spread over all numbers. */
export const phaseOf = (id: number, interval: number): number => Math.floor(((id * 0.6180339887498949) % 1) * interval);

/** The first time after `now` that is an endpoint's turn. */
export function turnAfter(now: number, id: number, interval: number): number {
  const phase = phaseOf(id, interval);
  return Math.floor((now - phase) / interval + 1) * interval + phase;
}

const worseFirst: HealthState[] = ["down", "blocked", "degraded", "not measured", "up"];

/** The worst of several; not measured without any. One that answers does not hide one that nobody can tell of. */
export function worst<T extends { state: HealthState }>(all: readonly T[]): T | undefined {
  return all.reduce<T | undefined>(
    (a, b) => (a !== undefined && worseFirst.indexOf(a.state) <= worseFirst.indexOf(b.state) ? a : b),
    undefined,
  );
}
