// Brings incidents up to date after what others did: commits before it, a linked item that is finished, an endpoint that is gone.
import { Soon } from "../git/folders.ts";
import type { Repos } from "../git/repos.ts";
import type { Keeper } from "../keepers.ts";
import type { World } from "../world.ts";
import { words } from "./rules.ts";
import { changeIncident, failedLast, incidentById, itemsToTell, notGathered } from "./store.ts";
import { allSuspects } from "./suspects.ts";
import { endpointRemoved, serviceLeft, tell } from "./transition.ts";

// Of services that fall together, all are open when it is looked.
const wait = 200;

const leaves: Record<string, string> = {
  "service.retired": "its service was retired",
  "service.removed": "its service was forgotten",
};

export function incidentKeeper(world: World, repos: Repos): Keeper {
  return {
    name: "incidents",
    async run(signal) {
      const gone = new Map<number, Date>();
      const left = new Map<string, { why: string; at: Date }>();
      const work = new Soon(
        async () => {
          for (const [endpoint, at] of gone) {
            await world.ownCall().write((tx) => endpointRemoved(tx, endpoint, at));
            gone.delete(endpoint);
          }
          for (const [service, { why, at }] of left) {
            await world.ownCall().write((tx) => serviceLeft(tx, service, why, at));
            left.delete(service);
          }
          await tellFinished(world);
          for (const { id } of await notGathered(world.db)) {
            if (signal.aborted) return;
            // One that cannot be looked at does not hold up the others.
            await gather(world, repos, id).catch((err: unknown) =>
              world.log.warn({ err, incident: id }, "not gathered"),
            );
          }
        },
        wait,
        (error) => world.log.warn({ err: error }, "incidents could not be brought up to date"),
      );
      const deaf = world.onEvent(({ name, at, data, service }) => {
        const why = leaves[name];
        if (why !== undefined && service) left.set(service, { why, at: new Date(at) });
        if (name === "health.removed" && typeof data.endpoint === "number") gone.set(data.endpoint, new Date(at));
        if (why !== undefined) work.ask();
        if (/^(incident\.opened|work\.finished|health\.removed)$/.test(name) || data.what === "again") work.ask();
      });
      work.ask();
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      deaf();
      await work.stop();
    },
  };
}

/** Asks git what went to the trunks before an incident; not in its transaction, because git may take its time. */
async function gather(world: World, repos: Repos, id: number): Promise<void> {
  const incident = await incidentById(world.db, id);
  const failed = (await failedLast(world.db, id)) ?? incident.opened;
  const suspects = await allSuspects(world, repos, { ...incident, failed });
  const known = new Set(incident.suspects.map((s) => `${s.commit} ${s.title}`));
  const fresh = suspects.filter((s) => !known.has(`${s.commit} ${s.title}`));
  await world.ownCall().write(async (tx) => {
    await changeIncident(tx.db, id, { suspects, gathered: true });
    const [newest] = suspects;
    if (newest === undefined || fresh.length === 0) return;
    const at = world.clock.now().toISOString();
    const text = `Changed before it, newest first: ${words(newest)}${suspects.length > 1 ? `, and ${suspects.length - 1} more` : ""}`;
    await tell(tx, incident.service, id, { at, what: "changed", text, by: "daemon" });
  });
}

async function tellFinished(world: World): Promise<void> {
  for (const { id, item, title, service } of await itemsToTell(world.db))
    await world.ownCall().write(async (tx) => {
      await changeIncident(tx.db, id, { itemTold: true });
      const at = world.clock.now().toISOString();
      await tell(tx, service, id, { at, what: "changed", text: `#${item} ${title} is finished`, by: "daemon" });
    });
}
