// Checks every endpoint in its turn: when, how many at once, and what is made of a clock that jumped.
import type { Outcome } from "../../protocol/health.ts";
import type { Keeper } from "../keepers.ts";
import type { Timepiece } from "../life/clock.ts";
import type { World } from "../world.ts";
import { type Judging, judging } from "./judging.ts";
import { Neighbours } from "./neighbours.ts";
import { Pulse } from "./probe/deadline.ts";
import type { Probe } from "./probe/probe.ts";
import type { Recorder } from "./record.ts";
import { missed, phaseOf, retryAfter, turnAfter } from "./rules.ts";
import { allEndpoints, endpointById, lastOutcomes, type StoredEndpoint } from "./store.ts";
import { Lane, Turns } from "./turns.ts";
import { Watched } from "./watched.ts";
import type { Witness } from "./witness.ts";

/** Turns are taken together in such steps, in milliseconds. */
const tick = 50;
/** How long the clock is not looked at when there is nothing to do. */
const glance = 30_000;
/** Within so long all are looked at again after a sleep or a start. */
const soonSpread = 10_000;
/** A clock on the wall that went further than the time that passed: the machine slept. */
const slept = 5000;
/** Checks at once. Those that nobody answered last time have a lane of their own, and hold nobody up. */
const lanes = { usual: 256, late: 128, ping: 64 };

export interface KeeperOptions {
  world: World;
  clock: Timepiece;
  recorder: Recorder;
  probe: Probe;
  /** ends programs that probes run */
  stopProbes: () => void;
  witness: Witness;
  /** told of every check that begins, with the milliseconds by which it is late */
  began?: (late: number) => void;
  /** records the version an endpoint reported */
  live: Judging["live"];
}

export class HealthKeeper implements Keeper {
  readonly name = "health";
  private readonly watched = new Map<number, Watched>();
  private readonly turns = new Turns();
  private readonly pulse = new Pulse();
  private readonly lanes = { usual: new Lane(lanes.usual), late: new Lane(lanes.late), ping: new Lane(lanes.ping) };
  private readonly options: KeeperOptions;
  private readonly judge: ReturnType<typeof judging>;
  private neighbours: Neighbours | undefined;
  private loading: Promise<void> | undefined;
  private stale = false;
  private end = new AbortController();
  private wake = new AbortController();

  constructor(options: KeeperOptions) {
    this.options = options;
    this.judge = judging({
      ...options,
      all: () => this.watched.values(),
      neighbours: () => this.neighbours as Neighbours,
      lookSoon: (id) => this.lookAt(id, this.now() + tick),
      reread: (id) =>
        void this.changed(id).catch((err: unknown) => options.world.log.warn({ err }, "an endpoint was not read")),
    });
  }

  busy(): boolean {
    return [...this.watched.values()].some((w) => w.endpoint.paused === null);
  }

  /** Whether any check is under way. */
  get checking(): boolean {
    return [...this.watched.values()].some((w) => w.running !== undefined);
  }

  of(id: number): Watched | undefined {
    return this.watched.get(id);
  }

  /** Reads what is to be watched, if that was not done yet. */
  ready(): Promise<void> {
    this.loading ??= this.load().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  async run(signal: AbortSignal): Promise<void> {
    this.end = new AbortController();
    const stop = () => this.stop();
    signal.addEventListener("abort", stop, { once: true });
    const deaf = this.options.world.onEvent(({ name }) => {
      if (name === "backup.restored") this.loading = undefined;
      if (name.startsWith("service.") && name !== "service.live" && name !== "service.moved") this.stale = true;
      if (name === "backup.restored" || this.stale) this.wake.abort();
    });
    // A clock that was put back would keep us waiting for as long.
    const looks = setInterval(() => this.wake.abort(), glance);
    looks.unref();
    try {
      await this.loop(signal);
    } finally {
      deaf();
      clearInterval(looks);
      signal.removeEventListener("abort", stop);
      await Promise.allSettled([...this.watched.values()].flatMap((w) => w.running ?? []));
      await this.options.recorder.flush();
      await this.options.recorder.flush();
    }
  }

  private async loop(signal: AbortSignal): Promise<void> {
    for (let expected = this.now(), first = true; !signal.aborted; first = false) {
      await this.ready();
      if (this.stale) await this.refreshNeighbours();
      const now = this.now();
      if (!first) await this.notice(expected, now);
      await this.startDue(now);
      const next = Math.min(this.turns.next() ?? Number.POSITIVE_INFINITY, now + glance);
      expected = Math.max(now + 1, Math.ceil(next / tick) * tick);
      if (signal.aborted) return;
      if (this.wake.signal.aborted) this.wake = new AbortController();
      await this.options.clock.until(new Date(expected), this.wake.signal);
    }
  }

  private now(): number {
    return this.options.clock.now().getTime();
  }

  private stop(): void {
    this.end.abort();
    this.wake.abort();
    this.options.stopProbes();
  }

  /** The clock went on without us, or back: nothing is known of the time between. */
  private async notice(expected: number, now: number): Promise<void> {
    const back = expected - now > glance + tick;
    const forth = missed(now - expected, Number.POSITIVE_INFINITY);
    if (!back && !forth) return;
    for (const w of this.awake()) {
      w.forgetStreak(now);
      this.turns.set(w.id, now + phaseOf(w.id, Math.min(w.interval, soonSpread)));
    }
    const why = `nobody looked since ${words(expected)}: this machine slept, or stood still`;
    if (forth) await this.judge.unknown(this.awake(), why);
  }

  private async startDue(now: number): Promise<void> {
    const due: { w: Watched; at: number }[] = [];
    for (let turn = this.turns.take(now); turn; turn = this.turns.take(now)) {
      const w = this.watched.get(turn.id);
      if (!w || w.endpoint.paused !== null) continue;
      this.turns.set(w.id, turnAfter(now, w.id, w.interval));
      due.push({ w, at: turn.due });
    }
    const overdue = due.filter(({ w, at }) => missed(now - at, w.interval));
    if (overdue.length > 0)
      await this.judge.unknown(
        overdue.map(({ w }) => w),
        "nobody looked in time: this machine was too busy",
      );
    // None overlaps with its own check before.
    for (const { w, at } of due) if (!w.running) void this.checked(w, at);
  }

  /** Checks now, or tells what the check finds that is under way. */
  checked(w: Watched, due = this.now()): Promise<Outcome> {
    if (w.running) return w.running;
    const lane = w.spec.kind === "icmp" ? this.lanes.ping : w.late ? this.lanes.late : this.lanes.usual;
    w.running = lane
      .run(() => this.check(w, due))
      .finally(() => {
        w.running = undefined;
      });
    // Whoever asked hears of it, too.
    w.running.catch((error: unknown) => this.options.world.log.error({ err: error, endpoint: w.id }, "a check failed"));
    return w.running;
  }

  private async check(w: Watched, due: number): Promise<Outcome> {
    // It may have waited in its lane until the end.
    if (this.end.signal.aborted) return this.ended();
    const begun = { wall: this.now(), real: performance.now() };
    this.options.began?.(Math.max(0, begun.wall - due));
    const pulse = this.pulse.hold();
    const answer = await this.options.probe(w.spec, this.end.signal);
    const stalled = pulse.stalled();
    pulse.release();
    const jumped = this.now() - begun.wall - (performance.now() - begun.real) > slept;
    if (this.end.signal.aborted) return this.ended();
    if (stalled || jumped) {
      // What took so long was not what was asked.
      this.lookAt(w.id, this.now() + 1000);
      const why = jumped ? "the clock jumped meanwhile" : "this machine was too busy meanwhile";
      // Again and again, that is nobody looking.
      if (missed(this.now() - w.looked, w.interval)) await this.judge.unknown([w], `not measured: ${why}`);
      return this.judge.outcome({ says: "cannot tell", ms: null, why: `not measured: ${why}` });
    }
    w.looked = this.now();
    w.late = answer.late === true;
    const { outcome, soon } = await this.judge.settle(w, answer, this.end.signal);
    if (soon) this.lookAt(w.id, this.now() + retryAfter(w.interval));
    return outcome;
  }

  private readonly ended = (): Outcome =>
    this.judge.outcome({ says: "cannot tell", ms: null, why: "the daemon ended" });

  /** Gives it an earlier turn than it has. */
  private lookAt(id: number, at: number): void {
    const w = this.watched.get(id);
    if (!w || w.endpoint.paused !== null) return;
    const due = this.turns.of(id);
    if (due !== undefined && due <= at) return;
    const first = this.turns.next();
    this.turns.set(id, at);
    if (first === undefined || at < first) this.wake.abort();
  }

  /** To be told after an endpoint was added, changed, paused, resumed or removed. */
  async changed(id: number): Promise<void> {
    await this.ready();
    const before = this.watched.get(id);
    // Before it is read: what its check finds from now on is not written any more.
    if (before) before.gone = true;
    const endpoint = await endpointById(this.options.world.db, id);
    if (before) {
      this.watched.delete(id);
      this.turns.delete(id);
    }
    if (endpoint) this.watch(endpoint, before?.last, this.now() + tick);
  }

  private watch(endpoint: StoredEndpoint, last: Outcome | undefined, due: number): void {
    const service = this.neighbours?.byId.get(endpoint.service_id);
    if (!service) return;
    this.watched.set(endpoint.id, new Watched(endpoint, service, this.now(), last));
    this.lookAt(endpoint.id, due);
  }

  private async load(): Promise<void> {
    const { world, recorder } = this.options;
    for (const w of this.watched.values()) w.gone = true;
    this.watched.clear();
    this.turns.clear();
    await recorder.load();
    const [endpoints, lasts] = await Promise.all([allEndpoints(world.db), lastOutcomes(world.db)]);
    this.neighbours = await Neighbours.read(world);
    const now = this.now();
    const off: Watched[] = [];
    for (const endpoint of endpoints) {
      this.watch(endpoint, lasts.get(endpoint.id), turnAfter(now, endpoint.id, endpoint.interval * 1000));
      const w = this.watched.get(endpoint.id);
      if (w && wasOff(w, now)) off.push(w);
    }
    for (const w of off) this.lookAt(w.id, now + phaseOf(w.id, Math.min(w.interval, soonSpread)));
    const known = off.filter((w) => w.standing.state !== "not measured" && w.endpoint.paused === null);
    await this.judge.unknown(known, "nobody looked while the daemon was not running");
  }

  /** Services came, went or need others now. */
  private async refreshNeighbours(): Promise<void> {
    const { world } = this.options;
    this.stale = false;
    const neighbours = await Neighbours.read(world).catch((error: unknown) => {
      this.stale = true;
      throw error;
    });
    const known = new Set(this.neighbours?.byId.keys());
    this.neighbours = neighbours;
    // Retired and removed services are not watched; a renamed one is, under its name, and as it stands by now.
    for (const w of this.watched.values())
      if (neighbours.byId.get(w.endpoint.service_id)?.name !== w.service.name) await this.changed(w.id);
    if ([...neighbours.byId.keys()].every((id) => known.has(id))) return;
    for (const endpoint of await allEndpoints(world.db))
      if (!this.watched.has(endpoint.id)) this.watch(endpoint, undefined, this.now() + tick);
  }

  private awake(): Watched[] {
    return [...this.watched.values()].filter((w) => w.endpoint.paused === null);
  }
}

/** A start right after an end leaves everything as it was. */
function wasOff(w: Watched, now: number): boolean {
  const looked = Date.parse(w.last?.at ?? w.endpoint.created);
  // Outcomes are written once a minute.
  return now - looked > Math.max(60_000, 2 * w.interval) + 60_000;
}

const words = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
