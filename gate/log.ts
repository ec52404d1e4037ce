// Reads `git log`. Messages and names come from anyone, so fields are told apart by NUL, which none of them can hold.
import { Fault } from "../protocol/errors.ts";
import type { Git, GitResult } from "./git.ts";

/** One changed path, with the blobs before and after (all zeros: none). */
export interface Change {
  path: string;
  before: string;
  after: string;
  /** mode and blob before, and after: the same only when nothing changed */
  from: string;
  to: string;
}

export interface Logged {
  id: string;
  parents: string[];
  author: string;
  /** UTC, ISO 8601 */
  at: string;
  subject: string;
  message: string;
  /** none for a merge */
  changes: Change[];
}

// A person's settings may add to what `git log` prints.
const plain = ["--no-show-signature", "--no-color", "--no-mailmap", "-z", "--format=%H%x00%P%x00%aI%x00%an%x00%B"];
const fieldCount = 5;

/**
 * Commits with the paths they change, oldest first.
 * @throws Fault unreachable, when git cannot read them
 */
export async function logWithChanges(git: Git, range: string[]): Promise<Logged[]> {
  return parse(await git(["log", "--reverse", "--raw", "--no-renames", "--no-abbrev", ...plain, ...range]));
}

/**
 * Commits without their paths, newest first.
 * @throws Fault unreachable, when git cannot read them
 */
export async function log(git: Git, range: string[]): Promise<Logged[]> {
  return parse(await git(["log", ...plain, ...range]));
}

function parse({ code, stdout, stderr }: GitResult): Logged[] {
  if (code !== 0) throw new Fault("unreachable", `git cannot read the history: ${stderr.trim().split("\n")[0]}`);
  const parts = stdout.toString("utf8").split("\0");
  const found: Logged[] = [];
  let at = 0;
  while (at + fieldCount <= parts.length) {
    const [id = "", parents = "", date = "", author = "", message = ""] = parts.slice(at, at + fieldCount);
    at += fieldCount;
    const changes: Change[] = [];
    // Differences follow behind a line end of their own; a commit's name begins otherwise.
    for (; isRaw(parts[at]); at += 2) changes.push(changeOf(parts[at] as string, parts[at + 1] ?? ""));
    found.push({
      id: id.trim(),
      parents: parents === "" ? [] : parents.split(" "),
      author,
      at: utc(date),
      subject: subjectOf(message),
      message,
      changes,
    });
  }
  return found;
}

const isRaw = (part: string | undefined): boolean => part !== undefined && /^\n?:\d{6} /.test(part);

/** From a line of `--raw`: `:100644 100644 <blob> <blob> M`. */
export function changeOf(raw: string, path: string): Change {
  const [mode = "", newMode = "", before = "", after = ""] = raw.slice(raw.indexOf(":") + 1).split(" ");
  return { path, before, after, from: `${mode} ${before}`, to: `${newMode} ${after}` };
}

/** The changes of `--raw -z` output. */
export function changesIn(parts: string[]): Change[] {
  return Array.from({ length: Math.floor(parts.length / 2) }, (_, i) =>
    changeOf(parts[2 * i] as string, parts[2 * i + 1] as string),
  );
}

/** As git has it: the first paragraph on one line. */
function subjectOf(message: string): string {
  const paragraph = message.replace(/^(?:[ \t]*\n)+/, "").split(/\n[ \t]*(?:\n|$)/)[0] ?? "";
  return paragraph
    .split("\n")
    .map((line) => line.trimEnd())
    .join(" ")
    .trimEnd();
}

/** A date nobody can read is no reason to fail. */
function utc(date: string): string {
  const time = new Date(date);
  return Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString();
}
