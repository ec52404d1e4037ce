// Asks for verdicts before anybody does, so that the first look at the dashboard after a start or a merge does not wait for git.
import { Fault } from "../../protocol/errors.ts";
import { Soon } from "../git/folders.ts";
import type { Repos } from "../git/repos.ts";
import type { Verdicts } from "../git/verdicts.ts";
import type { Keeper } from "../keepers.ts";
import { itemsWithStatus, locate, type StoredItem } from "../work/work.ts";
import type { World } from "../world.ts";

// What a person does at the same moment goes first.
const wait = 500;
const most = 100;

export function warmVerdicts(world: World, repos: Repos, verdicts: Verdicts): Keeper {
  return {
    name: "verdicts",
    async run(signal) {
      const moved = new Set<string>();
      let all = true;
      const isDue = (item: StoredItem) =>
        item.branch !== null && (all || (item.service !== null && moved.has(item.service)));
      const warming = new Soon(
        async () => {
          const due = (await itemsWithStatus(world.db, "active", most)).filter(isDue);
          all = false;
          moved.clear();
          for (const item of due) if (!signal.aborted) await ask(item);
        },
        wait,
        (error) => world.log.warn({ err: error }, "verdicts could not be asked for"),
      );
      const deaf = world.onEvent(({ name, service }) => {
        if (name !== "service.moved" || service === null) return;
        moved.add(service);
        warming.ask();
      });
      warming.ask();
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      deaf();
      await warming.stop();
    },
  };

  async function ask(item: StoredItem): Promise<void> {
    try {
      await verdicts.of(await locate(world, repos, item));
    } catch (error) {
      // Whoever asks will be told.
      if (!(error instanceof Fault)) world.log.warn({ err: error, item: item.id }, "a verdict failed");
    }
  }
}
