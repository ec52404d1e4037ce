// Writes how endpoints stand now, each with its event and what it means for incidents. What changes at once is written at once.
import { Fault } from "../../protocol/errors.ts";
import { transition } from "../incident/incident.ts";
import type { Clock, Tx, World } from "../world.ts";
import type { Next } from "./rules.ts";
import { changeStanding } from "./store.ts";
import type { Watched } from "./watched.ts";

interface Change {
  w: Watched;
  next: Next;
  at: Date;
  done: (written: boolean) => void;
}

/** In one transaction: others have their turn between two. */
const mostAtOnce = 100;

export class Standings {
  private waiting: Change[] = [];
  private writing = false;
  private readonly world: World;
  private readonly clock: Clock;
  private readonly reread: (id: number) => void;

  /** @param reread for an endpoint that stands in the database in another way than it is known here */
  constructor(world: World, clock: Clock, reread: (id: number) => void) {
    this.world = world;
    this.clock = clock;
    this.reread = reread;
  }

  /** Resolves to false when it could not be written: then nothing has changed. */
  write(w: Watched, next: Next): Promise<boolean> {
    return new Promise((done) => {
      this.waiting.push({ w, next, at: this.clock.now(), done });
      if (!this.writing) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      // A disk is waited for once, however many answers came in the meantime.
      await new Promise((resolve) => setImmediate(resolve));
      await this.together(this.waiting.splice(0, mostAtOnce));
    }
    this.writing = false;
  }

  private async together(changes: Change[]): Promise<void> {
    const strays: Watched[] = [];
    try {
      await this.world.ownCall().write(async (tx) => {
        for (const change of changes) if (!(await written(tx, change))) strays.push(change.w);
      });
    } catch (error) {
      this.world.log.warn({ err: error }, "how endpoints stand could not be written");
      // One that cannot be written must not hold up the others; a disk or a lock holds up all.
      if (changes.length > 1 && !(error instanceof Fault)) for (const change of changes) await this.together([change]);
      else for (const { done } of changes) done(false);
      return;
    }
    // Those that were gone before are read again by whoever said so.
    for (const w of strays.filter(({ gone }) => !gone)) {
      w.gone = true;
      this.reread(w.id);
    }
    for (const { w, next, at, done } of changes) {
      if (next.state !== w.standing.state) w.since = at.toISOString();
      done(true);
    }
  }
}

/** @returns false when somebody paused, changed or removed it while it was checked */
async function written(tx: Tx, { w, next: { state, why, blockedBy }, at }: Change): Promise<boolean> {
  if (w.gone) return false;
  const from = w.standing.state;
  const since = from === state ? w.since : at.toISOString();
  if (!(await changeStanding(tx.db, w.id, from, { state, since, why, blocked_by: blockedBy }))) return false;
  const { id: endpoint, name, environment, item_id: item } = w.endpoint;
  const service = w.service.name;
  if (from !== state)
    await tx.happened("health.changed", { service, item, data: { endpoint, name, from, to: state, why } });
  await transition(tx, { endpoint, name, service, environment, from, to: state, why, blockedBy, at });
  return true;
}
