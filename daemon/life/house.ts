// From an empty process to a listening daemon and back: lock, database, world, rooms, socket; and all of it closed in order.
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gitIn } from "../../gate/git.ts";
import type { Room } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { contractHash, version } from "../../protocol/generated.ts";
import { type Folders, folders } from "../../protocol/paths.ts";
import { type Stopping, stoppingNotification } from "../../protocol/wire.ts";
import type { Life } from "../daemon/daemon.ts";
import { openStore, type Store } from "../db/open.ts";
import { preparePlace } from "../db/place.ts";
import { Dispatch, type Handlers, type OtherMethod } from "../dispatch.ts";
import { Feed } from "../event/feed.ts";
import { newest } from "../event/store.ts";
import { type Keeper, Keepers } from "../keepers.ts";
import { type Log, openLog } from "../log.ts";
import { type Limits, Server } from "../server.ts";
import type { World } from "../world.ts";
import { Calls } from "./calls.ts";
import { realClock, type Timepiece } from "./clock.ts";
import { prepareRunFolder } from "./folders.ts";
import { Idle, idleSeconds } from "./idle.ts";
import { type Lock, takeLock } from "./lock.ts";

/** Milliseconds that what is under way gets to finish when the daemon ends. */
const grace = 5000;
/** And what was then told to stop, to do so: a program it runs must not be left behind. */
const last = 1000;

type Env = Record<string, string | undefined>;

/** What only the daemon's own rooms and keepers may hold, beside the world. */
export interface Inner {
  store: Store;
  feed: Feed;
  life: Life;
  clock: Timepiece;
  log: Log;
}

/** The rooms and keepers of a house. */
export interface Furniture {
  api: Record<string, Room>;
  rooms: Record<string, Handlers>;
  /** methods of other protocols that are spoken over the same socket */
  others?: Record<string, OtherMethod>;
  keepers: Keeper[];
  /** done before clients can connect */
  begin?(): Promise<void>;
  /** called when all calls are over, before the database is closed */
  end?(): void;
}

export type Furnish = (world: World, inner: Inner) => Furniture;

export interface StartOptions {
  furnish: Furnish;
  env?: Env;
  clock?: Timepiece;
  limits?: Partial<Limits>;
  /** another version than ours, in tests */
  identity?: { version: string; contract: string };
}

export interface Running {
  world: World;
  /** Finishes what is under way, then ends. */
  stop: (why: string) => void;
  /** resolves when everything is closed */
  ended: Promise<void>;
}

/**
 * Starts the daemon of a home. @returns undefined when another one runs there already
 * @throws Fault in a sentence, when it cannot be
 */
export async function start(options: StartOptions): Promise<Running | undefined> {
  const env = options.env ?? process.env;
  const places = folders(env);
  preparePlace(places.data);
  const lock = await takeLock(places.data);
  if (!lock) return undefined;
  try {
    prepareRunFolder(places);
    return await open(places, lock, env, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function open(places: Folders, lock: Lock, env: Env, options: StartOptions): Promise<Running> {
  const clock = options.clock ?? realClock;
  const end = new AbortController();
  const log = openLog(places.state, env);
  const store = await openStore({ data: places.data, now: () => clock.now() });
  const feed = new Feed(await newest(store.db), log.logger);
  const calls = new Calls(store, feed, clock, log.logger);
  const world = worldOf(places, store, feed, calls, clock, log, end.signal);
  const stop = (why: string) => {
    if (!end.signal.aborted) log.logger.info({ why }, "ending");
    end.abort();
  };
  const life: Life = {
    since: performance.now(),
    database: store.file,
    log: log.file,
    clients: () => server.connections,
    seq: () => feed.seq,
    stop: (why) => {
      // Whoever would start it again at once, as an open editor would, knows that a person wants it gone.
      const told: Stopping = { why };
      server.tell(stoppingNotification, told, ({ by }) => by === "cli" || by === "extension");
      stop(why);
    },
  };
  const furniture = options.furnish(world, { store, feed, life, clock, log });
  const dispatch = new Dispatch({
    api: furniture.api,
    rooms: furniture.rooms,
    others: furniture.others,
    calls,
    log: log.logger,
    welcome: () => ({ version, contract: contractHash, ...options.identity, pid: process.pid, seq: feed.seq }),
    replace: (by) => stop(`a client of version ${by.version} wants its own`),
    leaving: () => end.signal.aborted,
    checkResults: env.CALCIFER_CHECK_RESULTS === "1",
  });
  const keepers = new Keepers(log.logger);
  const needed = () => server.connections > 0 || dispatch.busy > 0 || keepers.busy;
  const idle = new Idle(idleSeconds(env), needed, () => stop("idle"));
  const server = new Server({ dispatch, log: log.logger, limits: options.limits ?? {}, changed: () => idle.look() });
  await furniture.begin?.();
  await listen(server, places, store);
  idle.look();
  for (const keeper of furniture.keepers) keepers.start(keeper);
  log.logger.info({ version, contract: contractHash, socket: places.socket, node: process.version }, "listening");

  const close = async () => {
    // Timers of ours let a process end that has nothing else to wait for; this is something to wait for.
    const awake = setInterval(() => {}, grace);
    server.stopListening();
    idle.stop();
    const late = setTimeout(() => dispatch.abort(), grace);
    await Promise.all([keepers.stopAll(grace), dispatch.settled(grace + last), server.end(grace + last)]);
    clearTimeout(late);
    clearInterval(awake);
    furniture.end?.();
    store.close();
    rmSync(whereabouts(places), { force: true });
    lock.release();
    log.logger.info("ended");
  };
  const ended = new Promise<void>((resolve, reject) => {
    end.signal.addEventListener("abort", () => void close().then(resolve, reject), { once: true });
  });
  return { world, stop, ended };
}

function worldOf(
  places: Folders,
  store: Store,
  feed: Feed,
  calls: Calls,
  clock: Timepiece,
  log: Log,
  end: AbortSignal,
): World {
  return {
    db: store.db,
    git: (cwd) => gitIn(cwd),
    clock,
    folders: places,
    log: log.logger,
    onEvent: (listener) => feed.listen(listener),
    ownCall: (signal = end, asked) => calls.make({ by: "daemon", signal, key: asked }),
  };
}

async function listen(server: Server, places: Folders, store: Store): Promise<void> {
  try {
    await server.listen(places.socket);
  } catch (error) {
    store.close();
    const message = `The daemon cannot listen on ${places.socket}: ${(error as Error).message}.`;
    throw new Fault("refused", message, {
      reasons: [{ check: "socket", message }],
      hint: "Set CALCIFER_HOME to a folder on a local disk that you may write to.",
    });
  }
  writeWhereabouts(places);
}

/** Where the socket is, for clients whose environment leads them elsewhere (a login without XDG_RUNTIME_DIR). */
const whereabouts = ({ data }: Folders): string => path.join(data, "daemon.json");

function writeWhereabouts(places: Folders): void {
  const text = `${JSON.stringify({ pid: process.pid, socket: places.socket })}\n`;
  try {
    writeFileSync(whereabouts(places), text, { mode: 0o600 });
  } catch {
    // Most clients find the socket by themselves.
  }
}
