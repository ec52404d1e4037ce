// One endpoint while it is watched: how it stands, and what of its measurements waits.
import type { Outcome } from "../../protocol/health.ts";
import type { MeasuredBy } from "./history.ts";
import type { Neighbour } from "./neighbours.ts";
import { needsNetwork, type Spec, specOf } from "./probe/probe.ts";
import type { Judged, Next, Standing } from "./rules.ts";
import type { StoredEndpoint } from "./store.ts";

/** Failures are held for so long while it is not known what they are. */
const heldFor = 3 * 60_000;

export class Watched {
  readonly endpoint: StoredEndpoint;
  readonly service: Neighbour;
  readonly spec: Spec;
  readonly settings: { slow: number | null; certificateDays: number | null };
  readonly network: boolean;
  /** milliseconds */
  readonly interval: number;
  standing: Standing;
  since: string;
  last: Outcome | undefined;
  /** the check that is under way */
  running: Promise<Outcome> | undefined;
  /** removed, or replaced by one with other settings: what its check finds does not count any more */
  gone = false;
  /** when it was last found to answer, in milliseconds */
  answered = Number.NEGATIVE_INFINITY;
  /** when its failures in a row began */
  failingSince: number | undefined;
  late = false;
  /** when a check last measured something, in milliseconds */
  looked: number;
  private held: MeasuredBy[] = [];
  /** until when its time is accounted for */
  private accounted: number;

  constructor(endpoint: StoredEndpoint, service: Neighbour, now: number, last: Outcome | undefined) {
    this.endpoint = endpoint;
    this.service = service;
    this.spec = specOf(endpoint);
    this.settings = { slow: endpoint.slow, certificateDays: endpoint.http?.certificateDays ?? null };
    this.network = needsNetwork(endpoint);
    this.interval = endpoint.interval * 1000;
    const { state, why, blocked_by: blockedBy, since } = endpoint;
    this.standing = { state, why, blockedBy, streak: 0, slows: 0 };
    this.since = since;
    this.last = last;
    this.accounted = now;
    this.looked = now;
  }

  get id(): number {
    return this.endpoint.id;
  }

  /** Nobody looked: what was held says nothing, and time begins anew. */
  forgetStreak(now: number): void {
    this.standing = { ...this.standing, streak: 0, slows: 0 };
    this.held = [];
    this.failingSince = undefined;
    this.accounted = now;
  }

  /** Takes over what was decided. @returns the measurements that can be written now */
  account(next: Next, judged: Judged, at: number, ms: number | null): MeasuredBy[] {
    const { measurement, soon: _, ...standing } = next;
    this.standing = standing;
    if (judged.state === "up" || judged.state === "degraded") this.answered = at;
    this.failingSince = judged.state === "down" ? (this.failingSince ?? at) : undefined;
    if (measurement === "drop" || judged.state === "not measured") {
      this.held = [];
      this.accounted = at;
      return [];
    }
    const stands = Math.max(1, Math.min(this.interval, at - this.accounted) / 1000);
    this.accounted = at;
    this.held.push({ endpoint: this.id, at, state: judged.state, stands, ms });
    const [first] = this.held;
    if (measurement === "hold" && first && at - first.at < heldFor) return [];
    return this.held.splice(0);
  }
}
