// What a starting daemon tells whoever started it: one line of JSON on stdout, then silence.
import { closeSync, fstatSync, writeSync } from "node:fs";
import type { FaultData } from "../../protocol/errors.ts";

export type Started = { ready: true; pid: number } | { ready: true; another: true } | { error: FaultData };

/** Tells the starter, if there is one (stdout is a pipe or a socket), and lets go of it. */
export function tell(started: Started): void {
  try {
    writeSync(1, `${JSON.stringify(started)}\n`);
    // A pipe that stays open would keep the starter waiting for its end.
    if (!isTerminalOrFile()) closeSync(1);
  } catch {
    // It has gone already; the daemon stays.
  }
}

function isTerminalOrFile(): boolean {
  const stat = fstatSync(1);
  return stat.isFile() || stat.isCharacterDevice();
}
