// What was written into .vscode, noted in the work tree's own git directory: it belongs to that checkout and is never committed.
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { notesFolder, type Repo } from "../../gate/repo.ts";
import { paths } from "./templates.ts";

const Note = z.object({
  /** the file without ours; null: there was none; left out once a person's own changes are mixed with ours */
  before: z.string().nullable().optional(),
  /** digest of the file as we left it */
  after: z.string(),
  pieces: z.array(z.object({ at: z.array(z.string()).min(1).max(2), id: z.string().optional(), value: z.unknown() })),
});
export type Note = z.infer<typeof Note>;
export type Notes = Partial<Record<(typeof paths)[number], Note>>;

const Notes = z.partialRecord(z.enum(paths), Note);

const fileOf = (repo: Repo): string => path.join(repo.gitDir, notesFolder, "vscode.json");

/** Nothing where there are none, or none that can be read: then nothing in .vscode counts as ours. */
export function readNotes(repo: Repo): Notes {
  try {
    return Notes.parse(JSON.parse(readFileSync(fileOf(repo), "utf8")));
  } catch {
    return {};
  }
}

export function writeNotes(repo: Repo, notes: Notes): void {
  const file = fileOf(repo);
  if (Object.keys(notes).length === 0) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  const aside = `${file}.${randomBytes(4).toString("hex")}`;
  writeFileSync(aside, `${JSON.stringify(notes, null, 1)}\n`, { flag: "wx", mode: 0o600 });
  renameSync(aside, file);
}

export const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
