// What would be written into .vscode, and what taken out: each file as it is, as it will be, and what is noted of it.
import { createTwoFilesPatch } from "diff";
import type { Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { readInside } from "../git/commit.ts";
import type { Broken } from "./jsonc.ts";
import { merge, unmerge } from "./merge.ts";
import { digest, type Note, type Notes } from "./record.ts";
import { paths, type Wanted } from "./templates.ts";

export type Path = (typeof paths)[number];

export interface FilePlan {
  path: Path;
  before: string | undefined;
  /** undefined: it is removed, or never was */
  after: string | undefined;
  kept: string[];
  note: Note | undefined;
}

export function planWriting(repo: Repo, wanted: readonly Wanted[], notes: Notes): FilePlan[] {
  return wanted.flatMap(({ path, pieces }) => {
    const file = path as Path;
    const now = readFile(repo, file);
    const note = now === undefined ? undefined : notes[file];
    if (pieces.length === 0 && !note) return [];
    // Nobody has touched it since: it is made again from what it was without us.
    const untouched = note?.before !== undefined && now !== undefined && digest(now) === note.after;
    // What is noted was never written, or was taken back as a whole.
    const undone = note !== undefined && note.before === now;
    const base = untouched ? (note.before ?? undefined) : now;
    const own = untouched || undone ? [] : (note?.pieces ?? []);
    const merged = good(file, merge(base, pieces, own));
    const without = untouched || undone || !note ? { before: base ?? null } : {};
    const after = merged.own.length === 0 ? base : merged.text;
    const noted = merged.own.length > 0 ? { ...without, after: digest(merged.text), pieces: merged.own } : undefined;
    return [{ path: file, before: now, after, kept: merged.kept, note: noted }];
  });
}

export function planRemoval(repo: Repo, notes: Notes): FilePlan[] {
  return paths.flatMap((file) => {
    const note = notes[file];
    const now = note && readFile(repo, file);
    if (!note || now === undefined) return [];
    const untouched = digest(now) === note.after && note.before !== undefined;
    const after = untouched ? (note.before ?? undefined) : good(file, unmerge(now, note.pieces));
    return [{ path: file, before: now, after, kept: [], note: undefined }];
  });
}

export const stateOf = ({ before, after }: FilePlan): "new" | "changed" | "same" | "removed" => {
  if (before === after) return "same";
  if (before === undefined) return "new";
  return after === undefined ? "removed" : "changed";
};

/** As git writes it; empty where nothing changes. */
export function diffOf({ path, before, after }: FilePlan): string {
  if (before === after) return "";
  const [from, to] = [
    before === undefined ? "/dev/null" : `a/${path}`,
    after === undefined ? "/dev/null" : `b/${path}`,
  ];
  const patch = createTwoFilesPatch(from, to, before ?? "", after ?? "", "", "", { context: 3 });
  return patch.replace(/^=+\n/, "").replace(/^(---|\+\+\+) (.*?)\t?$/gm, "$1 $2");
}

function readFile(repo: Repo, file: string): string | undefined {
  try {
    return readInside(repo, file);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // Its advice is for CHANGES.md.
    throw new Fault(error.fault, error.message, { hint: "Nothing was written. Make it a plain file in UTF-8." });
  }
}

function good<T>(file: string, made: T | Broken): T {
  if (typeof made !== "object" || made === null || !("line" in made)) return made as T;
  const { line, column, what } = made;
  throw new Fault("refused", `${file} is broken at line ${line}, column ${column}: ${what}.`, {
    hint: "Nothing was written. Mend it and try again.",
  });
}
