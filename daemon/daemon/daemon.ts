// The daemon, asked about itself.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { contractHash, version } from "../../protocol/generated.ts";
import type { Call, World } from "../world.ts";

/** What the daemon knows of itself while it runs. */
export interface Life {
  /** when it began, in milliseconds of the process's own clock */
  since: number;
  database: string;
  log: string;
  clients(): number;
  seq(): number;
  /** tells the clients, then ends */
  stop(why: string): void;
}

export function daemonRoom(world: World, life: Life): Implements<Api["daemon"], Call> {
  return {
    status: async () => ({
      pid: process.pid,
      version,
      contract: contractHash,
      node: process.version,
      socket: world.folders.socket,
      database: life.database,
      uptime: Math.round(performance.now() - life.since) / 1000,
      clients: life.clients(),
      seq: life.seq(),
      memory: process.memoryUsage.rss(),
      log: life.log,
    }),
    stop: async () => {
      // The answer goes out first: the drain waits for answers under way.
      life.stop("asked to");
      return { pid: process.pid };
    },
  };
}
