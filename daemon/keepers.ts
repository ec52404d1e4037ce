// Background parts of the daemon: run until told to stop, started again when they fail.
import type { Logger } from "pino";
import { pause } from "./life/clock.ts";

export interface Keeper {
  name: string;
  /** Runs until the signal is aborted. Returning earlier means: nothing more to do. */
  run(signal: AbortSignal): Promise<void>;
  /** true while it has something to do that an idle daemon must not end */
  busy?(): boolean;
}

const firstPause = 1000;
const longestPause = 5 * 60_000;

export class Keepers {
  private readonly kept = new Map<string, { keeper: Keeper; abort: AbortController; done: Promise<void> }>();
  private readonly log: Logger;
  private readonly first: number;

  /** @param first milliseconds before the first new start; each further pause is twice as long */
  constructor(log: Logger, first = firstPause) {
    this.log = log;
    this.first = first;
  }

  start(keeper: Keeper): void {
    if (this.kept.has(keeper.name)) throw new Error(`there are two keepers called ${keeper.name}`);
    const abort = new AbortController();
    this.kept.set(keeper.name, { keeper, abort, done: this.keep(keeper, abort.signal) });
  }

  get busy(): boolean {
    return [...this.kept.values()].some(({ keeper }) => keeper.busy?.());
  }

  /** Tells one to stop and waits for it. @returns false when it did not end within `grace` milliseconds */
  async stop(name: string, grace: number): Promise<boolean> {
    const kept = this.kept.get(name);
    if (!kept) return true;
    kept.abort.abort();
    const ended = await Promise.race([kept.done.then(() => true), pause(grace).then(() => false)]);
    if (!ended) this.log.warn({ keeper: name }, "a keeper did not stop in time");
    this.kept.delete(name);
    return ended;
  }

  async stopAll(grace: number): Promise<void> {
    await Promise.all([...this.kept.keys()].map((name) => this.stop(name, grace)));
  }

  private async keep(keeper: Keeper, signal: AbortSignal): Promise<void> {
    let wait = this.first;
    while (!signal.aborted) {
      const started = Date.now();
      try {
        await keeper.run(signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        // One that ran well for long and then fails begins again with the shortest pause.
        if (Date.now() - started > longestPause) wait = this.first;
        this.log.error({ keeper: keeper.name, err: error, again: wait }, "a keeper failed");
        await pause(wait, signal);
        wait = Math.min(wait * 2, longestPause);
      }
    }
  }
}
