// Ends the daemon that an extension under test has started, so that no test leaves a process behind.
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../protocol/connect.ts";

/** Resolves when it is gone; at once when there is none. */
export async function stopDaemon(home: string): Promise<void> {
  const connection = await connect({ client: "other", env: { ...process.env, CALCIFER_HOME: home } }).catch(
    () => undefined,
  );
  if (!connection) return;
  await connection.request("daemon.stop");
  await connection.closed;
  while (isAlive(connection.welcome.pid)) await sleep(20);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
