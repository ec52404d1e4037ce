// Changes to files that belong to git, made so that they can be taken back to the byte. Knows bytes, not their meaning.
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "../../protocol/errors.ts";

/** Text with one character per byte, so that what we do not understand survives. */
export type Bytes = string;

export const bytesOf = (text: string): Bytes => Buffer.from(text, "utf8").toString("latin1");

/** What was done to a file, as remembered for the way back. */
export interface Edit {
  /** the file before; null when there was none */
  before: Bytes | null;
  /** digest of the file after */
  after: string;
  /** whole lines: what we put, and what was in its place */
  cuts: { put: Bytes; was: Bytes }[];
  madeFolder: boolean;
}

/** One change; returns the bytes unchanged where there is nothing to do. */
export type Step = (bytes: Bytes) => Bytes | Promise<Bytes>;

/**
 * Takes an earlier edit back and makes a new one, in one replacement of the file.
 * @param leftovers takes ours out where the file was changed so that the edit cannot be taken back exactly
 * @returns undefined when nothing of ours is in the file afterwards
 * @throws Fault conflict, while another program holds git's lock on the file
 */
export async function edit(
  file: string,
  earlier: Edit | undefined,
  leftovers: Step,
  steps: Step[],
): Promise<Edit | undefined> {
  const real = existsSync(file) ? realpathSync(file) : file;
  if (!existsSync(real) && steps.length === 0) return undefined;
  const madeFolder = ensureFolder(path.dirname(real)) || (earlier?.madeFolder ?? false);
  const done = await withLock(real, async (write) => {
    const now = existsSync(real) ? readFileSync(real, "latin1") : null;
    const before = await withoutOurs(now, earlier, leftovers);
    const cuts: Edit["cuts"] = [];
    let bytes = before ?? "";
    for (const step of steps) {
      const next = await step(bytes);
      if (next !== bytes) cuts.unshift(difference(bytes, next));
      bytes = next;
    }
    const after = cuts.length === 0 ? before : bytes;
    if (after === null) rmSync(real, { force: true });
    else if (after !== now) write(after);
    return cuts.length === 0 ? undefined : { before, after: digest(bytes), cuts, madeFolder };
  });
  if (madeFolder) removeIfEmpty(path.dirname(real));
  return done;
}

async function withoutOurs(now: Bytes | null, earlier: Edit | undefined, leftovers: Step): Promise<Bytes | null> {
  if (now === null) return null;
  if (earlier && digest(now) === earlier.after) return earlier.before;
  let bytes = now;
  for (const { put, was } of earlier?.cuts ?? []) bytes = takeBack(bytes, put, was);
  bytes = await leftovers(bytes);
  // A file that held nothing but ours was ours, unless we know that it was there, empty.
  return bytes === "" && now !== "" && earlier?.before !== "" ? null : bytes;
}

/** Replaces our lines by what was there, if they are still there, once. */
function takeBack(bytes: Bytes, put: Bytes, was: Bytes): Bytes {
  const at = bytes.indexOf(put);
  const wholeLines = at === 0 || bytes[at - 1] === "\n";
  if (at < 0 || !wholeLines || bytes.indexOf(put, at + 1) >= 0) return bytes;
  const rest = bytes.slice(at + put.length);
  // A section we began may have been filled by others since; cutting its head would give their keys to the section above.
  if (/^\s*\[/.test(put) && !/^\s*(?:\[|$)/.test(rest)) return bytes;
  // The last line had no end when we came; it needs one now that something follows.
  const end = was !== "" && !was.endsWith("\n") && rest !== "" ? "\n" : "";
  return bytes.slice(0, at) + was + end + rest;
}

/** The lines in which two texts differ. */
function difference(before: Bytes, after: Bytes): { put: Bytes; was: Bytes } {
  const longest = Math.min(before.length, after.length);
  let start = 0;
  while (start < longest && before[start] === after[start]) start++;
  start = start === 0 ? 0 : before.lastIndexOf("\n", start - 1) + 1;
  let end = 0;
  while (end < longest - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  while (end > 0 && !(before[before.length - end - 1] === "\n" && after[after.length - end - 1] === "\n")) end--;
  return { put: after.slice(start, after.length - end), was: before.slice(start, before.length - end) };
}

const lockPatience = 2000;

/** Holds `<file>.lock` as git does, so that a `git config` at the same moment waits or fails instead of being lost. */
async function withLock<T>(file: string, act: (write: (bytes: Bytes) => void) => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  const handle = await takeLock(lock, file);
  let open = true;
  try {
    return await act((bytes) => {
      writeSync(handle, Buffer.from(bytes, "latin1"));
      closeSync(handle);
      open = false;
      const mode = statSync(file, { throwIfNoEntry: false })?.mode;
      if (mode !== undefined) chmodSync(lock, mode & 0o7777);
      renameSync(lock, file);
    });
  } finally {
    if (open) closeSync(handle);
    if (open) rmSync(lock, { force: true });
  }
}

async function takeLock(lock: string, file: string): Promise<number> {
  for (const until = Date.now() + lockPatience; ; await sleep(25)) {
    try {
      return openSync(lock, "wx", 0o644);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (Date.now() < until) continue;
      throw new Fault("conflict", `Another program is writing ${file}.`, {
        hint: `Try again. If no git runs here, ${lock} was left behind by one that was ended: look at it, and remove it by hand.`,
      });
    }
  }
}

const digest = (bytes: Bytes): string => createHash("sha256").update(bytes, "latin1").digest("hex");

function ensureFolder(folder: string): boolean {
  if (existsSync(folder)) return false;
  mkdirSync(folder, { recursive: true });
  return true;
}

export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else's files are in it, or it is gone.
  }
}
