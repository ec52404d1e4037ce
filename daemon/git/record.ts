// What was installed in a repository and what was there before: `<common git dir>/calcifer/install.json`.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Edit } from "./edit.ts";
import { type HooksPath, readIf } from "./site.ts";

/** Hooks in git's own folder; what was there is beside them, as `<name>.before-calcifer`. */
export interface PlainPlace {
  kind: "plain";
  madeFolder: boolean;
}

/** A folder of Calcifer's own that `core.hooksPath` names, passing on to the folder that was in force before. */
export interface OwnPlace {
  kind: "own";
  /** what was set before, and where; undefined when git's own folder was in force */
  previous: Pick<HooksPath, "scope" | "value"> | undefined;
  /** it was set in the very file that names our folder now, so it is to be put back there */
  inConfig: boolean;
}

export interface InstallRecord {
  format: 1;
  version: string;
  launcher: string;
  socket: string;
  base: PlainPlace | OwnPlace;
  /** work trees that set `core.hooksPath` for themselves, by their id ("main" or the name in `worktrees/`) */
  worktrees: { [id: string]: OwnPlace };
  changesFiles: string[];
  /** by path in the common git directory: a repository may be moved */
  edits: { [file: string]: Edit };
}

const fileOf = (notes: string): string => path.join(notes, "install.json");

/** The record; undefined where nothing is installed or the file cannot be understood. */
export function readRecord(notes: string): InstallRecord | undefined {
  try {
    const record = JSON.parse(readIf(fileOf(notes), 1 << 26) ?? "") as InstallRecord;
    return record.format === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

export function writeRecord(notes: string, record: InstallRecord): void {
  mkdirSync(notes, { recursive: true });
  const file = fileOf(notes);
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 1)}\n`);
  renameSync(`${file}.new`, file);
}
