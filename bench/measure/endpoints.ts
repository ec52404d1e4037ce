// Fills a home's database with services that were watched for a month, written as the daemon would have, while it is down.
import path from "node:path";
import { openStore } from "../../daemon/db/open.ts";
import { pack } from "../../daemon/health/pack.ts";
import { Tally } from "../../daemon/health/tally.ts";
import { randomNumbers } from "./series.ts";
import type { Home } from "./stage.ts";

const hour = 3_600_000;
const day = 24 * hour;
const batch = 200;

/** Each has one endpoint. They are paused, so that what is measured is the page and not 500 probes. */
export async function addWatched(home: Home, count: number): Promise<void> {
  await home.stop();
  const store = await openStore({ data: home.data });
  const now = Date.now();
  const at = new Date(now).toISOString();
  try {
    for (let done = 0; done < count; done += batch)
      await store.write(async (db) => {
        for (let n = done; n < Math.min(count, done + batch); n++) {
          const folder = path.join(home.folder, `service-${n}`);
          const { id: service_id } = await db
            .insertInto("services")
            .values({
              ...service,
              name: `service-${String(n).padStart(3, "0")}`,
              repo: folder,
              git_dir: folder,
              added: at,
            })
            .returning("id")
            .executeTakeFirstOrThrow();
          const { id } = await db
            .insertInto("endpoints")
            .values({ ...endpoint, service_id, paused: at, created: at, since: at })
            .returning("id")
            .executeTakeFirstOrThrow();
          const random = randomNumbers(n);
          await db
            .insertInto("measured_hours")
            .values(hours(id, now, random))
            .execute();
          await db
            .insertInto("measured_days")
            .values(days(id, now, random))
            .execute();
        }
      });
  } finally {
    store.close();
  }
}

const service = { trunk: "main", changes: "CHANGES.md", docs: "docs", removed: null, template: null, retired: null };
const endpoint = {
  name: "healthz",
  environment: "production",
  kind: "tcp" as const,
  target: "127.0.0.1:9",
  interval: 60,
  timeout: 10_000,
  failures: 2,
  slow: null,
  family: "any" as const,
  http: null,
  item_id: null,
  page: null,
  paused_reason: "for the bench",
  state: "not measured" as const,
  why: "it is paused",
  blocked_by: null,
};

type Random = () => number;

function hours(endpoint_id: number, now: number, random: Random) {
  const last = Math.floor(now / hour);
  return Array.from({ length: 24 }, (_, n) => {
    const buckets = pack(Array.from({ length: 12 }, () => tally(5, random)));
    return {
      hour: last - 24 + n,
      endpoint_id,
      up: 3600,
      degraded: 0,
      down: 0,
      p50: Math.round(30 + random() * 40),
      buckets,
    };
  });
}

function days(endpoint_id: number, now: number, random: Random) {
  const last = Math.floor(now / day);
  return Array.from({ length: 30 }, (_, n) => {
    const down = random() > 0.95 ? 1200 : 0;
    const buckets = pack(Array.from({ length: 24 }, () => tally(60, random)));
    return { day: last - 30 + n, endpoint_id, up: 86_400 - down, degraded: 0, down, buckets };
  });
}

function tally(probes: number, random: Random): Tally {
  const made = new Tally();
  const ms = 30 + random() * 40;
  for (let n = 0; n < probes; n++) made.add({ at: 0, state: "up", stands: 60, ms });
  return made;
}
