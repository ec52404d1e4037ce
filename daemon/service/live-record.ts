// Remembers what is live where, and who said so. Whose word counts is decided by rules.ts.
import type { Selectable } from "kysely";
import type { Live } from "../../protocol/service.ts";
import type { Database } from "../db/schema.ts";
import type { Tx } from "../world.ts";
import { isHeard } from "./rules.ts";
import type { Db, StoredService } from "./store.ts";

type Row = Selectable<Database["service_live"]>;

export interface LiveReport extends Omit<Live, "at"> {
  service: Pick<StoredService, "id" | "name">;
  environment: string;
  /** when it was so; a report of the past does not replace what was learned since */
  at: string;
}

const toLive = ({ version, commit_id, source, at }: Row): Live => ({ version, commit: commit_id, source, at });

/** What is live, by service id, each environment by name. */
export async function liveOf(db: Db, id?: number): Promise<Map<number, { name: string; live: Live }[]>> {
  const rows = await db
    .selectFrom("service_live")
    .selectAll()
    .$if(id !== undefined, (q) => q.where("service_id", "=", id as number))
    .orderBy("environment")
    .execute();
  const found = new Map<number, { name: string; live: Live }[]>();
  for (const row of rows) {
    const all = found.get(row.service_id) ?? [];
    all.push({ name: row.environment, live: toLive(row) });
    found.set(row.service_id, all);
  }
  return found;
}

/**
 * Records that a version is live, with its event when it is another than before. The same said again costs a write every
 * ten minutes only, so that probes may report each time.
 * @returns false when a more trusted source says otherwise (`isHeard`), and nothing was recorded
 */
export async function recordLive(tx: Tx, report: LiveReport): Promise<boolean> {
  const { service, environment, version, commit, source, at } = report;
  const known = await rowOf(tx.db, service.id, environment);
  if (known && !isHeard(known, { source, at, version })) return known.version === version;
  const same = known?.version === version && known.commit_id === commit;
  if (same && known.source === source && Date.parse(at) - Date.parse(known.seen) < tenMinutes) return true;
  const row = { version, commit_id: commit, source, at: same ? known.at : at, seen: at };
  await tx.db
    .insertInto("service_live")
    .values({ service_id: service.id, environment, ...row })
    .onConflict((c) => c.doUpdateSet(row))
    .execute();
  const before = known?.version ?? null;
  if (!same)
    await tx.happened("service.live", {
      service: service.name,
      data: { environment, version, commit, source, before },
    });
  return true;
}

const tenMinutes = 600_000;

/** Nothing is live there any more. @returns false when a more trusted source says otherwise */
export async function forgetLive(
  tx: Tx,
  { service, environment, source, at }: Pick<LiveReport, "service" | "environment" | "source" | "at">,
): Promise<boolean> {
  const known = await rowOf(tx.db, service.id, environment);
  if (!known) return true;
  if (!isHeard(known, { source, at, version: "" })) return false;
  await tx.db
    .deleteFrom("service_live")
    .where("service_id", "=", service.id)
    .where("environment", "=", environment)
    .execute();
  await tx.happened("service.live", {
    service: service.name,
    data: { environment, version: "none", commit: null, source, before: known.version },
  });
  return true;
}

const rowOf = (db: Db, id: number, environment: string): Promise<Row | undefined> =>
  db
    .selectFrom("service_live")
    .selectAll()
    .where("service_id", "=", id)
    .where("environment", "=", environment)
    .executeTakeFirst();
