// `calcifer daemon status|start|stop|restart`: what concerns the process rather than what it does.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Connection, connect } from "../../protocol/connect.ts";
import { Fault } from "../../protocol/errors.ts";
import { folders } from "../../protocol/paths.ts";
import type { Parsed } from "../args.ts";
import { reaching } from "../call.ts";
import { done, next } from "../pretty/marks.ts";
import { pretty } from "../pretty.ts";
import { json, out, paperOf } from "../print.ts";

export async function status({ globals }: Parsed): Promise<number> {
  const connection = await connectIfRunning();
  const result = connection
    ? { running: true, ...((await connection.request("daemon.status")) as object) }
    : { running: false };
  if (globals.json) out(json(result));
  else if (connection) out(pretty("daemon.status", result, paperOf(1)));
  else out("The daemon is not running. The next command that needs it starts it.");
  return 0;
}

export async function start(parsed: Parsed): Promise<number> {
  const connection = await connect(reaching());
  connection.close();
  return status(parsed);
}

export async function stop({ globals }: Parsed): Promise<number> {
  const pid = await stopDaemon();
  if (globals.json) out(json({ stopped: pid !== undefined, pid: pid ?? null }));
  else out(pid === undefined ? "No daemon was running." : done(paperOf(1), `The daemon (process ${pid}) has ended.`));
  return 0;
}

export async function restart(parsed: Parsed): Promise<number> {
  await stopDaemon();
  return start(parsed);
}

/** An older daemon ends by itself as soon as it hears us: then none is running. */
async function connectIfRunning(): Promise<Connection | undefined> {
  const late = Date.now() + patience;
  for (;;) {
    try {
      return await connect({ client: "cli", timeout: 5000 });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.fault === "unreachable") return undefined;
      if (error.data?.action !== "replace" || Date.now() > late) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Asks the daemon to end and waits until its process is gone. @returns its process number; undefined if none ran */
export async function stopDaemon(): Promise<number | undefined> {
  const before = whereabouts();
  const connection = await connectIfRunning();
  // It may be on its way out for another reason, and answer no more.
  await connection?.request("daemon.stop").catch(() => {});
  connection?.close();
  const pid = connection?.welcome.pid ?? before;
  if (pid !== undefined) await gone(pid);
  return pid;
}

/** The process a daemon wrote down when it began; one that still lives. */
function whereabouts(): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(path.join(folders().data, "daemon.json"), "utf8")) as { pid: number };
    return isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

const patience = 20_000;

async function gone(pid: number): Promise<void> {
  const late = Date.now() + patience;
  for (let wait = 5; isAlive(pid); wait = Math.min(wait * 2, 100)) {
    if (Date.now() > late) {
      throw new Fault(
        "unreachable",
        `The daemon (process ${pid}) was asked to end, and is still at work after ${patience / 1000} s.`,
        {
          hint: `${next(paperOf(2), "calcifer daemon logs")} shows what it does.`,
        },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return !isZombie(pid);
}

/** Ended, but nobody has fetched its status: so it stays in containers without an init. */
function isZombie(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  try {
    return existsSync(file) && /\) Z /.test(readFileSync(file, "latin1"));
  } catch {
    return false;
  }
}
