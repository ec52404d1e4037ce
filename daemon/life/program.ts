// The daemon as a program: tells whoever started it how that went, lives until told to stop, exits.
import { realpathSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { Fault } from "../../protocol/errors.ts";
import { tell } from "./handshake.ts";
import { type Running, type StartOptions, start } from "./house.ts";
import { distFolder, writeLaunchers } from "./launcher.ts";

export async function live(options: StartOptions): Promise<void> {
  // Were for us alone (see connect.ts); the programs we run are not to fill our folder, nor to be Node.
  delete process.env.NODE_COMPILE_CACHE;
  delete process.env.ELECTRON_RUN_AS_NODE;
  // A git we start costs by the memory we hold (a fork copies its map: 1 ms at 40 MB, 4 at 130): the room for young
  // objects stays as small as it begins.
  setFlagsFromString("--semi-space-growth-factor=1");
  try {
    const running = await start(options);
    if (running) await stay(running);
    else another();
  } catch (error) {
    failed(error as Error);
  }
}

function another(): void {
  tell({ ready: true, another: true });
  process.stderr.write("Another daemon of this home runs already.\n");
}

function failed(error: Error): void {
  const known = error instanceof Fault;
  const fault = known ? error : new Fault("internal", `The daemon could not start: ${error.message}`);
  tell({ error: fault.toData() });
  process.stderr.write(`${fault.message}\n${fault.hint ? `${fault.hint}\n` : ""}${known ? "" : `${error.stack}\n`}`);
  process.exitCode = 1;
}

async function stay({ world, stop, ended }: Running): Promise<void> {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  process.on("unhandledRejection", (error) => world.log.error({ err: error }, "a promise nobody waited for"));
  process.on("uncaughtException", (error) => {
    world.log.fatal({ err: error }, "an error nobody caught");
    process.exit(70);
  });
  tell({ ready: true, pid: process.pid });
  try {
    writeLaunchers(world.folders, distFolder(realpathSync(process.argv[1] ?? "")));
  } catch (error) {
    world.log.error({ err: error }, "the launchers could not be written");
  }
  await ended;
  process.exit(0);
}
