// Remembers runs of tests. Queries on their own table.
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { TestRun } from "../../gate/tests.ts";
import type { Database } from "../db/schema.ts";

type Db = Kysely<Database> | Transaction<Database>;
type Row = Selectable<Database["test_runs"]>;

/** A run with what it ran on. */
export interface StoredRun extends TestRun {
  id: number;
  tree: string;
  commit: string;
  branch: string;
  log: string | null;
}

const toRun = ({ commit_id, no_coverage, service_id: _, ...same }: Row): StoredRun => ({
  ...same,
  commit: commit_id,
  noCoverage: no_coverage,
});

// Whoever has run the tests of a service so often needs none of the first runs any more.
const mostKept = 200;

/** @returns the logs of older runs that are forgotten for it */
export async function insertRun(db: Db, serviceId: number, run: Omit<StoredRun, "id">): Promise<string[]> {
  const { commit, noCoverage, ...same } = run;
  const row = { ...same, service_id: serviceId, commit_id: commit, no_coverage: noCoverage };
  await db.insertInto("test_runs").values(row).execute();
  const newest = db.selectFrom("test_runs").select("id").where("service_id", "=", serviceId);
  const gone = await db
    .deleteFrom("test_runs")
    .where("service_id", "=", serviceId)
    .where("id", "not in", newest.orderBy("id", "desc").limit(mostKept))
    .returning("log")
    .execute();
  return gone.flatMap(({ log }) => (log === null ? [] : [log]));
}

/** The run that counts: the newest in which the tests came to an end, else the newest. */
export async function runOn(
  db: Db,
  { serviceId, tree, command }: { serviceId: number; tree: string; command: string },
): Promise<StoredRun | undefined> {
  const ended = sql`(step = 'command' and state <> 'cancelled')`;
  const row = await db
    .selectFrom("test_runs")
    .selectAll()
    .where("service_id", "=", serviceId)
    .where("tree", "=", tree)
    .where("command", "=", command)
    .orderBy(ended, "desc")
    .orderBy("id", "desc")
    .executeTakeFirst();
  return row && toRun(row);
}

/** The newest pass of a service that said how much it covers; on this tree only, where one is named. */
export async function newestCoverage(db: Db, serviceId: number, tree?: string): Promise<StoredRun | undefined> {
  const row = await db
    .selectFrom("test_runs")
    .selectAll()
    .where("service_id", "=", serviceId)
    .where("coverage", "is not", null)
    .where("state", "=", sql<"passed">`'passed'`)
    .$if(tree !== undefined, (q) => q.where("tree", "=", tree as string))
    .orderBy("id", "desc")
    .executeTakeFirst();
  return row && toRun(row);
}
