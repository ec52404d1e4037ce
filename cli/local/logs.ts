// `calcifer daemon logs`: the end of the log file, and what is written to it from now on. Works without a daemon.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { Fault } from "../../protocol/errors.ts";
import { folders } from "../../protocol/paths.ts";
import type { Parsed } from "../args.ts";
import type { Paper } from "../paper.ts";
import { json, out, paperOf } from "../print.ts";
import { clean } from "../text.ts";

export async function logs({ params, globals }: Parsed): Promise<number> {
  const file = path.join(folders().state, "daemon.log");
  const follow = params.follow === true;
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined && !follow) {
    throw new Fault("missing", `There is no log yet: ${file}`, { hint: "The daemon writes it once it has run." });
  }
  const lines = lastLines(file, size ?? 0, Number(params.lines ?? 50));
  if (globals.json && !follow) {
    out(json({ file, lines: lines.map(parsed) }));
    return 0;
  }
  const print = globals.json ? out : prettyTo(paperOf(1));
  for (const line of lines) print(line);
  return follow ? keepFollowing(file, size ?? 0, print) : 0;
}

const block = 64 * 1024;

/** Reads backwards, so that the size of the log does not matter. */
function lastLines(file: string, size: number, most: number): string[] {
  let [from, text] = [size, Buffer.alloc(0)];
  while (from > 0 && count(text) <= most) {
    const start = Math.max(0, from - block);
    text = Buffer.concat([read(file, start, from), text]);
    from = start;
  }
  const lines = text
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
  return most <= 0 ? [] : lines.slice(-most);
}

const count = (text: Buffer): number => text.reduce((sum, byte) => (byte === 10 ? sum + 1 : sum), 0);

function read(file: string, from: number, to: number): Buffer {
  const fd = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(to - from);
    return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, from));
  } finally {
    closeSync(fd);
  }
}

/** Asks the file's size: notifications about files are not to be relied on everywhere, and a log is in no hurry. */
async function keepFollowing(file: string, from: number, print: (line: string) => void): Promise<number> {
  let [at, inode, rest] = [from, inodeOf(file), ""];
  let over = false;
  process.once("SIGINT", () => {
    over = true;
  });
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const stat = statSync(file, { throwIfNoEntry: false });
    // Rotated: a new file stands in its place.
    if (stat && (stat.ino !== inode || stat.size < at)) [at, inode, rest] = [0, stat.ino, ""];
    if (!stat || stat.size <= at) continue;
    const lines = (rest + read(file, at, stat.size).toString("utf8")).split("\n");
    at = stat.size;
    rest = lines.pop() ?? "";
    lines.filter((line) => line !== "").forEach(print);
  }
  return 0;
}

const inodeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.ino;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return line;
  }
}

const levels: Record<number, string> = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" };

const prettyTo =
  (on: Paper) =>
  (line: string): void =>
    out(logLine(line, on));

/** `09:12:03 info   started  version=0.1.0` */
export function logLine(line: string, on: Paper): string {
  const record = parsed(line);
  if (typeof record !== "object" || record === null) return clean(line);
  const { level, time, pid: _pid, hostname: _host, msg, err, ...rest } = record as Record<string, unknown>;
  const name = levels[level as number] ?? String(level);
  const style = name === "error" || name === "fatal" ? on.red : name === "warn" ? on.yellow : on.dim;
  const facts = Object.entries(rest).map(
    ([key, value]) => on.dim(`${clean(key)}=`) + clean(typeof value === "string" ? value : JSON.stringify(value)),
  );
  const wrong = (err as { message?: string } | undefined)?.message;
  const parts = [
    on.dim(clock(time)),
    style(name.padEnd(5)),
    clean(typeof msg === "string" ? msg : ""),
    ...facts,
    ...(wrong ? [on.red(clean(wrong))] : []),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

const clock = (time: unknown): string => {
  const date = new Date(typeof time === "number" || typeof time === "string" ? time : Number.NaN);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleString("sv-SE");
};
