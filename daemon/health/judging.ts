// From what a probe found to how its endpoint stands: gathers the circumstances, asks the rules, writes it down.
import type { Outcome } from "../../protocol/health.ts";
import type { Clock, World } from "../world.ts";
import type { Neighbours } from "./neighbours.ts";
import type { Recorder } from "./record.ts";
import { type Answer, decide, judge, type Next, needsWitness } from "./rules.ts";
import { Standings } from "./standings.ts";
import type { Watched } from "./watched.ts";
import type { Witness } from "./witness.ts";

export interface Judging {
  world: World;
  clock: Clock;
  recorder: Recorder;
  witness: Witness;
  all: () => Iterable<Watched>;
  neighbours: () => Neighbours;
  /** gives an endpoint an early turn */
  lookSoon: (id: number) => void;
  /** for one that does not stand in the database as it is known here */
  reread: (id: number) => void;
  live: (w: Watched, version: string, at: string) => Promise<void>;
}

type State = Outcome["state"];

export function judging(with_: Judging) {
  const { world, clock, recorder } = with_;
  const standings = new Standings(world, clock, with_.reread);

  /** What an answer means for its endpoint. It is written down when it stands differently; how else it is, comes in batches. */
  async function settle(w: Watched, answer: Answer, signal: AbortSignal): Promise<{ outcome: Outcome; soon: boolean }> {
    const judged = judge(answer, w.settings);
    if (w.gone || w.endpoint.paused !== null)
      return { outcome: outcome(answer, judged.state, judged.why), soon: false };
    const found = judged.state === "down" ? await circumstances(w, signal) : clear(w);
    if (w.gone) return { outcome: outcome(answer, judged.state, judged.why), soon: false };
    const next = decide(w.standing, judged, found);
    const noNetwork = judged.state === "down" && next.state === "not measured" && next.measurement === "drop";
    const said = noNetwork
      ? outcome({ ...answer, ms: null }, "not measured", next.why)
      : outcome(answer, judged.state, judged.why);
    const stands = next.state === w.standing.state && next.blockedBy === w.standing.blockedBy;
    // What cannot be written has not happened: it is decided again after the next check.
    if (!stands) {
      if (!(await standings.write(w, next))) return { outcome: said, soon: true };
      tellDependants(w, next);
    }
    if (w.gone) return { outcome: said, soon: false };
    w.last = said;
    const at = clock.now().getTime();
    recorder.put(w.account(next, judged, at, answer.ms), w.id, said, signal);
    if (said.version !== null)
      await with_.live(w, said.version, said.at).catch(warn("a version could not be recorded"));
    return { outcome: said, soon: next.soon };
  }

  const outcome = (answer: Answer, state: State = "not measured", why = answer.why): Outcome => ({
    at: clock.now().toISOString(),
    state,
    ms: answer.ms === null ? null : Math.round(answer.ms * 10) / 10,
    why,
    version: answer.version ?? null,
    certificateDays: answer.certificateDays ?? null,
  });

  const clear = (w: Watched) => ({
    failures: w.endpoint.failures,
    downBefore: null,
    failingBefore: null,
    network: null,
  });

  async function circumstances(w: Watched, signal: AbortSignal) {
    const { failures } = w.endpoint;
    const asked = w.network && needsWitness(w.standing, { failures });
    const network = asked ? await with_.witness(answering(w), signal) : null;
    return { failures, network, ...before(w) };
  }

  /** Endpoints elsewhere that answered a moment ago. */
  function answering(w: Watched): number {
    const moment = clock.now().getTime() - Math.min(30_000, w.interval);
    return [...with_.all()].filter((other) => other.network && other.id !== w.id && other.answered >= moment).length;
  }

  /** How the services stand that this one depends on, in its environment. */
  function before(w: Watched): { downBefore: string | null; failingBefore: string | null } {
    const needs = with_.neighbours().needsOf(w.service.name);
    if (needs.length === 0) return { downBefore: null, failingBefore: null };
    const near = [...with_.all()].filter((o) => needs.includes(o.service.name) && isNear(o, w));
    const down = near.filter((o) => o.standing.state === "down").map((o) => o.service.name);
    const open = near.filter((o) => o.standing.state !== "down" && isOpen(o, w));
    // They are asked at once, so that one cause is one incident.
    if (down.length === 0) for (const o of open) with_.lookSoon(o.id);
    return {
      downBefore: needs.find((name) => down.includes(name)) ?? null,
      failingBefore: needs.find((name) => open.some((o) => o.service.name === name)) ?? null,
    };
  }

  /** It failed just now, or was not looked at since the other began to fail. */
  const isOpen = (o: Watched, w: Watched): boolean =>
    o.standing.streak > 0 || Date.parse(o.last?.at ?? "") < (w.failingSince ?? clock.now().getTime());

  const isNear = (o: Watched, w: Watched): boolean =>
    o.endpoint.environment === w.endpoint.environment && o.endpoint.paused === null;

  /** Nothing is known of these any more: failures in a row do not count on, and none is down because nobody looked. */
  async function unknown(all: readonly Watched[], why: string): Promise<void> {
    const now = clock.now().getTime();
    for (const w of all) w.forgetStreak(now);
    const known = all.filter((w) => w.standing.state !== "not measured");
    const next: Next = {
      state: "not measured",
      why,
      blockedBy: null,
      streak: 0,
      slows: 0,
      measurement: "drop",
      soon: false,
    };
    await Promise.all(
      known.map(async (w) => {
        if (!(await standings.write(w, next))) return;
        tellDependants(w, next);
        w.standing = { state: next.state, why, blockedBy: null, streak: 0, slows: 0 };
      }),
    );
  }

  /** Whoever needs a service that went down, or came back, is looked at now. */
  function tellDependants(w: Watched, { state }: Next): void {
    if ((w.standing.state === "down") === (state === "down")) return;
    const needing = new Set(with_.neighbours().neededBy(w.service.name));
    for (const other of with_.all())
      if (needing.has(other.service.name) && isNear(other, w) && other.standing.state !== "up")
        with_.lookSoon(other.id);
  }

  const warn = (text: string) => (error: unknown) => world.log.warn({ err: error }, text);

  return { settle, unknown, outcome };
}
