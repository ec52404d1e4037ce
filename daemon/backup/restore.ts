// Makes a chosen copy fit to take the database's place: sound, of this version, with numbers that go on.
import { copyFileSync } from "node:fs";
import path from "node:path";
import { sql } from "kysely";
import type { EventRecord } from "../../protocol/event.ts";
import { checkDatabase, removeDatabase } from "../db/copy.ts";
import { kyselyOn } from "../db/dialect.ts";
import { migrate, newerDatabase, standing } from "../db/migrate.ts";
import { type Native, sqlite } from "../db/native.ts";
import type { Store } from "../db/open.ts";
import { append } from "../event/event.ts";

export interface Prepared {
  native: Native;
  /** the event that tells of the restoring; it is in the prepared database already */
  event: EventRecord;
  discard: () => void;
}

/**
 * Works on a second copy beside the chosen one, which stays as it is.
 * @throws Fault refused when it is damaged, incompatible when it is newer than we are
 */
export async function prepared(store: Store, file: string, said: { at: string; by: string }): Promise<Prepared> {
  const work = `${file}.restoring`;
  removeDatabase(work);
  copyFileSync(file, work);
  let native: Native | undefined;
  const discard = () => {
    native?.close();
    removeDatabase(work);
  };
  try {
    await checkDatabase(work);
    native = new (await sqlite())(work, { fileMustExist: true });
    const { newer, missing } = standing(native);
    if (newer.length > 0) throw newerDatabase(path.basename(file), newer);
    if (missing.length > 0) await migrate(native);
    const event = await goOn(store, native, { ...said, name: path.basename(file) });
    return { native, event, discard };
  } catch (error) {
    discard();
    throw error;
  }
}

/** Numbers of items and events go on from the highest ever given, so that none means two things. */
async function goOn(
  store: Store,
  native: Native,
  said: { at: string; by: string; name: string },
): Promise<EventRecord> {
  const { rows: highest } = await sql<{ name: string; seq: number }>`select name, seq from sqlite_sequence`.execute(
    store.db,
  );
  return await kyselyOn(native)
    .transaction()
    .execute(async (db) => {
      for (const { name, seq } of highest) {
        await sql`insert into sqlite_sequence (name, seq) select ${name}, 0 where not exists (select 1 from sqlite_sequence where name = ${name})`.execute(
          db,
        );
        await sql`update sqlite_sequence set seq = max(seq, ${seq}) where name = ${name}`.execute(db);
      }
      return await append(db, {
        at: said.at,
        name: "backup.restored",
        item: null,
        service: null,
        by: said.by,
        data: { name: said.name },
      });
    });
}
