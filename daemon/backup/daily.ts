// Keeps one copy of the database per day on which something happened.
import { backupsFolder, type Store } from "../db/open.ts";
import { newest } from "../event/event.ts";
import type { Keeper } from "../keepers.ts";
import type { Timepiece } from "../life/clock.ts";
import { every } from "../life/upkeep.ts";
import type { World } from "../world.ts";
import { copies, makeCopy } from "./backup.ts";

const hour = 3_600_000;
const day = 24 * hour;

export function dailyCopies(world: World, store: Store, clock: Timepiece): Keeper {
  let copied = 0;
  return every("daily copy", hour, clock, async (signal) => {
    if (nextDue(lastCopy(world, clock), clock.now()) > clock.now()) return;
    if ((await newest(store.db)) === copied) return;
    await makeCopy(world, store, world.ownCall(signal), "daily");
    copied = await newest(store.db);
  });
}

/** Copies from the future are those of a day on which the clock was wrong; they hold nothing up. */
function lastCopy(world: World, clock: Timepiece): Date | undefined {
  const soon = new Date(clock.now().getTime() + hour).toISOString();
  const last = copies(backupsFolder(world.folders.data)).find((copy) => copy.why === "daily" && copy.at < soon);
  return last && new Date(last.at);
}

/** A day after the last one; now, when there is none. */
export const nextDue = (last: Date | undefined, now: Date): Date => (last ? new Date(last.getTime() + day) : now);
