// The daemon's log file: structured lines, rotated by size. Logging never stops the daemon.
import { renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { type DestinationStream, type Logger, pino } from "pino";
import { makeFolder } from "../protocol/connect.ts";

const largest = 5 * 1024 * 1024;
const files = 3;
const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

export interface Log {
  logger: Logger;
  file: string;
  /** Begins a new file when this one is large. */
  rotate(most?: number): boolean;
}

/** Opens the log in a folder; when that cannot be, lines go nowhere. */
export function openLog(folder: string, env: Record<string, string | undefined> = process.env): Log {
  const file = path.join(folder, "daemon.log");
  const destination = openDestination(file);
  const asked = env.CALCIFER_LOG ?? "info";
  const options = { level: levels.includes(asked) ? asked : "info", base: { pid: process.pid } };
  return {
    logger: pino(options, destination ?? nowhere),
    file,
    rotate: (most = largest) => destination !== undefined && isLarger(file, most) && shift(file, destination),
  };
}

const nowhere: DestinationStream = { write: () => {} };

type Destination = ReturnType<typeof pino.destination>;

function openDestination(file: string): Destination | undefined {
  try {
    makeFolder(path.dirname(file));
    // Written at once: the last lines before a crash are the ones that matter.
    const destination = pino.destination({ dest: file, sync: true, mode: 0o600 });
    // A full disk; the lines are lost, the daemon goes on.
    destination.on("error", () => {});
    return destination;
  } catch {
    return undefined;
  }
}

function isLarger(file: string, most: number): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > most;
}

function shift(file: string, destination: Destination): boolean {
  const older = (n: number) => (n === 0 ? file : `${file}.${n}`);
  rmSync(older(files - 1), { force: true });
  for (let n = files - 2; n >= 0; n--) {
    if (statSync(older(n), { throwIfNoEntry: false })) renameSync(older(n), older(n + 1));
  }
  destination.reopen();
  return true;
}
