// One daemon per home: a lock the kernel gives back at the holder's death, whatever way it dies.
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { type Native, sqlite, sqliteCode } from "../db/native.ts";

/** Held until released, or until the process ends. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock of a home, or says who holds it by returning undefined.
 * It is a lock on an SQLite file, because SQLite knows how to lock on every platform and nothing is left to clean up.
 */
export async function takeLock(data: string): Promise<Lock | undefined> {
  let native: Native | undefined;
  const file = path.join(data, "daemon.lock");
  try {
    closeSync(openSync(file, "a", 0o600));
    native = new (await sqlite())(file, { timeout: 0 });
    native.pragma("locking_mode = exclusive");
    native.exec("begin exclusive");
  } catch (error) {
    native?.close();
    if (sqliteCode(error)?.startsWith("SQLITE_BUSY")) return undefined;
    throw error;
  }
  const held = native;
  return { release: () => held.close() };
}
