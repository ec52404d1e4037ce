// Which migrations a database has had, and bringing it forward. Forward only, all or nothing.
import type { Migration } from "kysely/migration";
import { Fault } from "../../protocol/errors.ts";
import { kyselyOn } from "./dialect.ts";
import { migrations as ours } from "./migrations/all.ts";
import type { Native } from "./native.ts";

export type Migrations = Record<string, Migration>;

/** Names of the migrations a database has had; empty for a new file. */
function applied(native: Native): string[] {
  const known = native.prepare("select 1 from sqlite_schema where type = 'table' and name = 'kysely_migration'").get();
  if (!known) return [];
  return native.prepare("select name from kysely_migration order by name").pluck().all() as string[];
}

/** What a database has had, and what of ours it has not. */
export function standing(
  native: Native,
  migrations: Migrations = ours,
): { had: string[]; missing: string[]; newer: string[] } {
  const had = applied(native);
  return {
    had,
    missing: Object.keys(migrations).filter((name) => !had.includes(name)),
    newer: had.filter((name) => !(name in migrations)),
  };
}

/** The fault for a database that has had migrations this version does not know. */
export function newerDatabase(file: string, newer: string[]): Fault {
  return new Fault(
    "incompatible",
    `${file} was written by a newer Calcifer (it has ${newer.join(", ")}); it was left as it is.`,
    {
      hint: "Update Calcifer here, then try again.",
      data: { newer },
    },
  );
}

/** Applies what is missing, in one transaction. */
export async function migrate(native: Native, migrations: Migrations = ours): Promise<void> {
  const { Migrator } = await import("kysely/migration");
  const migrator = new Migrator({ db: kyselyOn(native), provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error as Error;
}
