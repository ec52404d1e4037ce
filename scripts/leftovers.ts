// Finds processes that a test run has started and left behind, by the temporary folder in their environment.
// Linux only: elsewhere nobody may read another process's environment, and nothing is found.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

type Leftover = { pid: number; command: string };

/** Gives them five seconds to end by themselves, then ends them. Resolves to what was still there. */
export async function endLeftovers(folder: string): Promise<Leftover[]> {
  for (let tries = 0; tries < 25 && find(folder).length > 0; tries++) await sleep(200);
  const left = find(folder);
  for (const { pid } of left) end(pid);
  return left;
}

function find(folder: string): Leftover[] {
  if (process.platform !== "linux") return [];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids
    .filter((pid) => words(pid, "environ").includes(`TMPDIR=${folder}`))
    .map((pid) => ({
      pid: Number(pid),
      command: words(pid, "cmdline").join(" ").trim(),
    }));
}

/** Empty when it ended meanwhile, or belongs to somebody else. */
function words(pid: string, file: "environ" | "cmdline"): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
