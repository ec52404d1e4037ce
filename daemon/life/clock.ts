// The time of day, and waiting for it. Follows the wall clock: an hour is over when the clock says so, sleep included.
import type { Clock } from "../world.ts";

/** A clock one can wait on. */
export interface Timepiece extends Clock {
  /** Resolves when the clock shows `when` or later, or when the signal is aborted. */
  until(when: Date, signal: AbortSignal): Promise<void>;
}

/** How long a timer is trusted before the clock is looked at again: a sleeping laptop stops timers, not time. */
const glance = 30_000;

export const realClock: Timepiece = {
  now: () => new Date(),
  until: async (when, signal) => {
    for (let left = when.getTime() - Date.now(); left > 0 && !signal.aborted; left = when.getTime() - Date.now())
      await pause(Math.min(left, glance), signal);
  },
};

/** A wait that an abort ends early, without an error. It does not keep the process alive. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    timer.unref();
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** A clock that tests move by hand. */
export class HandClock implements Timepiece {
  private time: number;
  private readonly waiting = new Set<{ when: number; wake: () => void }>();

  constructor(start: Date | string) {
    this.time = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.time);
  }

  /** Moves the hands, backwards too. */
  move(ms: number): void {
    this.time += ms;
    for (const waiter of this.waiting) if (waiter.when <= this.time) waiter.wake();
  }

  until(when: Date, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || when.getTime() <= this.time) return resolve();
      const wake = () => {
        this.waiting.delete(waiter);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const waiter = { when: when.getTime(), wake };
      this.waiting.add(waiter);
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}
