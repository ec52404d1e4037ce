// Keeps one copy of the database per day on which something happened.

import type { Store } from "../db/open.ts";
import { backupsFolder } from "../db/open.ts";
import { newest } from "../event/store.ts";
import type { Keeper } from "../keepers.ts";
import type { Timepiece } from "../life/clock.ts";
import type { World } from "../world.ts";
import { copies, makeCopy } from "./backup.ts";

const hour = 3_600_000;
const day = 24 * hour;

export function dailyCopies(world: World, store: Store, clock: Timepiece): Keeper {
  return {
    name: "daily copy",
    run: async (signal) => {
      let copied: number | undefined;
      while (!signal.aborted) {
        const due = nextDue(lastCopy(world), clock.now());
        // Looked at again each hour, should the clock be set.
        if (due > clock.now())
          await clock.until(new Date(Math.min(due.getTime(), clock.now().getTime() + hour)), signal);
        if (signal.aborted || nextDue(lastCopy(world), clock.now()) > clock.now()) continue;
        const seq = await newest(store.db);
        if (seq === 0 || seq === copied) await clock.until(new Date(clock.now().getTime() + hour), signal);
        else {
          await makeCopy(world, store, world.ownCall(signal), "daily");
          copied = await newest(store.db);
        }
      }
    },
  };
}

function lastCopy(world: World): Date | undefined {
  const last = copies(backupsFolder(world.folders.data)).find((copy) => copy.why === "daily");
  return last && new Date(last.at);
}

/** A day after the last one; now, when there is none, or when the clock was behind the last one's time. */
export function nextDue(last: Date | undefined, now: Date): Date {
  if (last === undefined || last.getTime() > now.getTime() + hour) return now;
  return new Date(last.getTime() + day);
}
