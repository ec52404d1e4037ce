// What SQLite and the disk say, as sentences.
import { Fault } from "../../protocol/errors.ts";
import { sqliteCode } from "./native.ts";

const full = new Set([
  "SQLITE_FULL",
  "SQLITE_IOERR_WRITE",
  "SQLITE_IOERR_SHMSIZE",
  "SQLITE_IOERR_SHMMAP",
  "SQLITE_IOERR_TRUNCATE",
  "ENOSPC",
  "EDQUOT",
  "EFBIG",
]);

/** The fault a person should see for an error of SQLite's or of the disk; undefined for any other error. */
export function storageFault(error: unknown, file: string): Fault | undefined {
  if (error instanceof Fault) return error;
  const code = sqliteCode(error) ?? (error as NodeJS.ErrnoException | null)?.code;
  if (code === undefined) return undefined;
  if (full.has(code))
    return said("disk", "The disk is full: nothing was written.", "Make room on the disk, then try again.");
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED"))
    return new Fault("conflict", `The database ${file} is locked by another program.`, {
      hint: "Close the program that has it open (a database browser, a backup tool), then try again.",
    });
  if (code === "SQLITE_CORRUPT" || code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT_"))
    return said(
      "database",
      `The database ${file} is damaged.`,
      "Put one of the copies from the folder backups beside it in its place; keep the damaged file.",
    );
  if (code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_CANTOPEN"))
    return said(
      "database",
      `The database ${file} cannot be written.`,
      "See who owns the file and its folder, and that the disk is not mounted read-only.",
    );
  return undefined;
}

function said(check: string, message: string, next: string): Fault {
  return new Fault("refused", message, { reasons: [{ check, message }], hint: next });
}
