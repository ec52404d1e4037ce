// Fills a home's database with work items, written as the daemon would have, while it is down.

import type { Insertable } from "kysely";
import { openStore } from "../../daemon/db/open.ts";
import type { Database } from "../../daemon/db/schema.ts";
import { statuses, types } from "../../protocol/work.ts";
import { randomNumbers } from "./series.ts";
import type { Home } from "./stage.ts";
import { sentence } from "./words.ts";

type Item = Insertable<Database["items"]>;

const batch = 500;

/** Adds items to the services that are there, oldest first; every third is open. */
export async function addItems(home: Home, count: number): Promise<void> {
  await home.stop();
  const store = await openStore({ data: home.data });
  try {
    const services = await store.db.selectFrom("services").select("id").execute();
    const random = randomNumbers(count);
    for (let done = 0; done < count; done += batch)
      await store.write(async (db) => {
        const items = Array.from({ length: Math.min(batch, count - done) }, (_, n) => item(done + n, random, services));
        await db
          .insertInto("items")
          .values(items.slice(0, batch / 2))
          .execute();
        if (items.length > batch / 2)
          await db
            .insertInto("items")
            .values(items.slice(batch / 2))
            .execute();
        const at = new Date().toISOString();
        const event = { at, name: "work.added", item: null, service: null, by: "cli", data: "{}" };
        await db
          .insertInto("events")
          .values(items.map(() => event))
          .execute();
      });
  } finally {
    store.close();
  }
}

function item(n: number, random: () => number, services: { id: number }[]): Item {
  const status = statuses[n % 3 === 0 ? (n % 30 === 0 ? 1 : 0) : n % 10 === 1 ? 3 : 2] as string;
  const point = (k: number) => ({ text: sentence(random, 6), done: k < 2 });
  return {
    key: n.toString(36).padStart(8, "0"),
    title: sentence(random, 4),
    type: types[Math.floor(random() * types.length)] as string,
    service_id: services[Math.floor(random() * services.length)]?.id ?? null,
    status,
    description: sentence(random, 20),
    notes: "",
    labels: JSON.stringify([sentence(random, 1)]),
    checklist: JSON.stringify([0, 1, 2, 3].map(point)),
    document: null,
    branch: null,
    worktree: null,
    created: new Date(1_700_000_000_000 + n * 60_000).toISOString(),
    started: null,
    finished: null,
    merged_commit: null,
    merged_trunk: null,
    merged_at: null,
    pushed: null,
    kept_tip: null,
  };
}
