// Keepers of the daemon's own things: its log, and the answers it remembers.
import type { Store } from "../db/open.ts";
import type { Keeper } from "../keepers.ts";
import type { Log } from "../log.ts";
import type { Timepiece } from "./clock.ts";

const minute = 60_000;
const hour = 60 * minute;
/** How long a repeated call still gets its first answer. */
export const rememberedFor = 7 * 24 * hour;

export function rotateLog(log: Log, clock: Timepiece): Keeper {
  return every("log", minute, clock, async () => void log.rotate());
}

export function forgetOldAnswers(store: Store, clock: Timepiece): Keeper {
  return every("answers", 6 * hour, clock, async () => {
    const before = new Date(clock.now().getTime() - rememberedFor).toISOString();
    await store.write((db) => db.deleteFrom("answers").where("at", "<", before).execute());
  });
}

/** A keeper that acts soon after the start, and then every so often. */
export function every(name: string, ms: number, clock: Timepiece, act: (signal: AbortSignal) => Promise<void>): Keeper {
  return {
    name,
    run: async (signal) => {
      for (let wait = minute; ; wait = ms) {
        await clock.until(new Date(clock.now().getTime() + wait), signal);
        if (signal.aborted) return;
        await act(signal);
      }
    },
  };
}
