// A daemon of a test's own, in a folder of its own, from the source tree.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Connection, connect } from "../../protocol/connect.ts";

const program = path.resolve(import.meta.dirname, "../../daemon/main.ts");

export interface House {
  folder: string;
  /** for programs that shall find this daemon */
  env: Record<string, string | undefined>;
  socket: string;
  connect(): Promise<Connection>;
  /** Ends the daemon and removes the folder. */
  leave(): Promise<void>;
}

export async function house(): Promise<House> {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "cp-")));
  const env = { ...process.env, CALCIFER_HOME: folder, CALCIFER_CHECK_RESULTS: "1" };
  const open = () => connect({ client: "other", env, start: { execPath: process.execPath, args: [program], env } });
  const first = await open();
  const { socket } = (await first.request("daemon.status")) as { socket: string };
  first.close();
  return {
    folder,
    env,
    socket,
    connect: open,
    leave: async () => {
      const last = await connect({ client: "other", env }).catch(() => undefined);
      await last?.request("daemon.stop").catch(() => {});
      await last?.closed;
      // Its last act is to write its compiled code into the folder.
      while (last && isAlive(last.welcome.pid)) await new Promise((resolve) => setTimeout(resolve, 10));
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
