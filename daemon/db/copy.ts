// Copies of a database file: made while it is in use, checked before they get their name.
import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { Fault } from "../../protocol/errors.ts";
import { type Native, sqlite } from "./native.ts";

/**
 * Copies an open database to a new file. The caller sees to it that nobody writes meanwhile.
 * The copy is one file, passes `integrity_check`, and appears under its name whole or not at all.
 */
export async function copyDatabase(from: Native, to: string): Promise<void> {
  const aside = `${to}.part`;
  removeDatabase(aside);
  try {
    await from.backup(aside);
    await checkDatabase(aside);
    syncFile(aside);
    renameSync(aside, to);
    syncFile(path.dirname(to));
  } catch (error) {
    removeDatabase(aside);
    throw error;
  }
}

/** Looks into a file that nobody else uses. @throws Fault refused when it is no sound database */
export async function checkDatabase(file: string): Promise<void> {
  chmodSync(file, 0o600);
  const native = new (await sqlite())(file, { fileMustExist: true });
  try {
    // One file instead of three: a copy of a database in WAL mode would otherwise want a log beside it.
    native.pragma("journal_mode = delete");
    const said = native.pragma("integrity_check", { simple: true });
    if (said !== "ok") throw damaged(file, String(said));
  } catch (error) {
    throw error instanceof Fault ? error : damaged(file, (error as Error).message);
  } finally {
    native.close();
  }
}

function damaged(file: string, said: string): Fault {
  const message = `${path.basename(file)} is no sound database: ${said.split("\n")[0]}.`;
  return new Fault("refused", message, { reasons: [{ check: "database", message, next: "calcifer backup list" }] });
}

export function removeDatabase(file: string): void {
  for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(file + end, { force: true });
}

/** Waits until a file, or the names in a folder, are on the disk. */
export function syncFile(file: string): void {
  // Windows cannot sync a folder, and need not.
  if (process.platform === "win32") return;
  const handle = openSync(file, "r");
  fsyncSync(handle);
  closeSync(handle);
}
