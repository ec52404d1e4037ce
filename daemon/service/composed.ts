// Remembers which service of a compose file each service is. Queries on that table.
import type { Tx } from "../world.ts";
import type { Db } from "./store.ts";

/** `<path of the compose file in the repository>#<name in it>`, by the service's id. */
export async function composedServices(db: Db): Promise<Map<number, string>> {
  const rows = await db.selectFrom("service_compose").selectAll().execute();
  return new Map(rows.map((row) => [row.service_id, row.compose]));
}

export async function noteComposed(tx: Tx, id: number, compose: string): Promise<void> {
  await tx.db
    .insertInto("service_compose")
    .values({ service_id: id, compose })
    .onConflict((c) => c.doUpdateSet({ compose }))
    .execute();
}
