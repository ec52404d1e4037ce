// The database of this home: opened, brought forward, written by one at a time, copied, replaced.
import { closeSync, existsSync, openSync, readdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import type { Kysely, Transaction } from "kysely";
import { makeFolder } from "../../protocol/connect.ts";
import { Fault } from "../../protocol/errors.ts";
import { copyDatabase, removeDatabase, syncFile } from "./copy.ts";
import { kyselyOn } from "./dialect.ts";
import { storageFault } from "./faults.ts";
import { type Migrations, migrate, newerDatabase, standing } from "./migrate.ts";
import { copyName, type Why } from "./names.ts";
import { type Native, sqlite } from "./native.ts";
import { preparePlace } from "./place.ts";
import type { Database } from "./schema.ts";

const busyTimeout = 5000;

export interface StoreOptions {
  /** the data folder */
  data: string;
  now?: () => Date;
  /** others than ours, in tests */
  migrations?: Migrations;
  /** milliseconds to wait for a lock another program holds */
  timeout?: number;
}

/**
 * Opens `<data>/calcifer.db`, makes it if it is not there, brings it forward if it is older.
 * @throws Fault refused, incompatible or conflict, in a sentence
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  preparePlace(options.data);
  const file = path.join(options.data, "calcifer.db");
  try {
    return await open(file, options);
  } catch (error) {
    throw storageFault(error, file) ?? error;
  }
}

async function open(file: string, options: StoreOptions): Promise<Store> {
  const Native = await sqlite();
  const timeout = options.timeout ?? busyTimeout;
  const old = existsSync(file) && statSync(file).size > 0;
  // Looked at without the right to write: a newer database must stay as it is, its log included.
  if (old) await refuseNewer(file, timeout, options.migrations);
  else await make(file, options.migrations);
  const writer = new Native(file, { timeout });
  try {
    prepareWriter(writer);
    const { had, missing } = standing(writer, options.migrations);
    if (had.length > 0 && missing.length > 0) await copyBefore(writer, options);
    if (missing.length > 0) await bringForward(writer, file, options);
    const reader = new Native(file, { timeout, readonly: true });
    reader.pragma("query_only = on");
    return new Store(file, writer, reader);
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** A new database, made aside: it is there whole or not at all, and the disk is waited for once rather than per table. */
async function make(file: string, migrations: Migrations | undefined): Promise<void> {
  const aside = `${file}.making`;
  removeDatabase(aside);
  // Made by us rather than by SQLite, so that it is the owner's alone; SQLite gives its log the same mode.
  closeSync(openSync(aside, "a", 0o600));
  const native = new (await sqlite())(aside);
  try {
    native.pragma("journal_mode = off");
    native.pragma("synchronous = off");
    await migrate(native, migrations);
  } finally {
    native.close();
  }
  syncFile(aside);
  renameSync(aside, file);
  syncFile(path.dirname(file));
}

async function refuseNewer(file: string, timeout: number, migrations: Migrations | undefined): Promise<void> {
  const native = new (await sqlite())(file, { readonly: true, timeout });
  try {
    const { newer } = standing(native, migrations);
    if (newer.length > 0) throw newerDatabase(file, newer);
  } finally {
    native.close();
  }
}

function prepareWriter(writer: Native): void {
  writer.pragma("journal_mode = wal");
  writer.pragma("synchronous = full");
  writer.pragma("foreign_keys = on");
  // The log gives its space back after a large transaction.
  writer.pragma("journal_size_limit = 16777216");
}

async function copyBefore(writer: Native, { data, now }: StoreOptions): Promise<void> {
  const folder = backupsFolder(data);
  await copyDatabase(writer, path.join(folder, copyName(now?.() ?? new Date(), "migration", readdirSync(folder))));
}

async function bringForward(writer: Native, file: string, options: StoreOptions): Promise<void> {
  try {
    await migrate(writer, options.migrations);
  } catch (error) {
    throw (
      storageFault(error, file) ??
      new Fault(
        "internal",
        `The database ${file} could not be brought to this version: ${(error as Error).message}. It is as it was.`,
        {
          hint: "Go back to the version you had, and tell us.",
        },
      )
    );
  }
}

/** Where copies are kept; made if it is not there. */
export function backupsFolder(data: string): string {
  const folder = path.join(data, "backups");
  makeFolder(folder);
  return folder;
}

/** An open database. Readers see what is committed; writers stand in line. */
export class Store {
  readonly file: string;
  /** for reading only; a write through it is an error */
  readonly db: Kysely<Database>;
  private readonly writing: Kysely<Database>;
  private readonly writer: Native;
  private readonly reader: Native;
  private line: Promise<unknown> = Promise.resolve();

  constructor(file: string, writer: Native, reader: Native) {
    this.file = file;
    this.writer = writer;
    this.reader = reader;
    this.db = kyselyOn(reader);
    this.writing = kyselyOn(writer);
  }

  /**
   * One transaction. `committed` is called at once after the commit, before the next in line begins.
   * @throws Fault refused (check `disk`) when nothing could be written
   */
  write<T>(act: (db: Transaction<Database>) => Promise<T>, committed?: () => void): Promise<T> {
    return this.alone(async () => {
      const result = await this.writing.transaction().execute(act);
      committed?.();
      return result;
    });
  }

  /** Nobody writes while `act` runs. */
  alone<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.line.then(act).catch((error: unknown) => {
      throw storageFault(error, this.file) ?? error;
    });
    this.line = turn.catch(() => {});
    return turn;
  }

  /** Copies the database into its folder of copies. @returns the copy's name */
  copy(at: Date, why: Why): Promise<string> {
    return this.alone(() => this.copyInLine(at, why));
  }

  /** The same for one who already stands alone. */
  async copyInLine(at: Date, why: Why): Promise<string> {
    const folder = backupsFolder(path.dirname(this.file));
    const name = copyName(at, why, readdirSync(folder));
    await copyDatabase(this.writer, path.join(folder, name));
    return name;
  }

  /**
   * Takes over the content of another database, in one transaction of SQLite's: readers see the old one or the new one.
   * To be called alone. @param from an open database of our schema
   */
  async takeOver(from: Native): Promise<void> {
    const deadline = Date.now() + busyTimeout;
    let left = -1;
    await from.backup(this.file, {
      progress: ({ remainingPages }) => {
        // better-sqlite3 tries for ever when somebody else holds the lock.
        if (remainingPages === left && Date.now() > deadline)
          throw Object.assign(new Error("locked"), { code: "SQLITE_BUSY" });
        left = remainingPages;
        return 1000;
      },
    });
    this.writer.pragma("wal_checkpoint(truncate)");
  }

  /** Writes everything into the one file and closes it. */
  close(): void {
    this.reader.close();
    this.writer.close();
  }
}
