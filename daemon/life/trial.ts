// A daemon in a home of its own, for tests: in this process, or in one that can be killed.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import * as z from "zod";
import { backup } from "../../protocol/backup.ts";
import { type Connection, type ConnectOptions, connect } from "../../protocol/connect.ts";
import { method, room } from "../../protocol/contract.ts";
import { daemon } from "../../protocol/daemon.ts";
import { Fault } from "../../protocol/errors.ts";
import { event } from "../../protocol/event.ts";
import { folders } from "../../protocol/paths.ts";
import { Deframer, frame } from "../../protocol/wire.ts";
import { backupRoom } from "../backup/backup.ts";
import { dailyCopies } from "../backup/daily.ts";
import { daemonRoom } from "../daemon/daemon.ts";
import type { Handlers } from "../dispatch.ts";
import { eventRoom } from "../event/event.ts";
import type { World } from "../world.ts";
import { type Furnish, type Running, type StartOptions, start } from "./house.ts";
import { forgetOldAnswers, rotateLog } from "./upkeep.ts";

const program = path.join(import.meta.dirname, "trial-daemon.ts");
/** The daemon itself, with all its rooms. */
export const wholeDaemon = path.join(import.meta.dirname, "..", "main.ts");

/** Something to call that needs neither git nor a service. */
const probe = room({
  summary: "for tests",
  methods: {
    /** writes an item and an event in the answer's transaction */
    put: method({
      summary: "write",
      kind: "act",
      params: z.object({ key: z.string(), text: z.string().default("") }),
      result: z.object({ id: z.number() }),
    }),
    keys: method({
      summary: "read",
      kind: "ask",
      params: z.object({}),
      result: z.object({ keys: z.array(z.string()) }),
    }),
    /** an act that remembers nothing itself */
    count: method({
      summary: "count calls",
      kind: "act",
      params: z.object({ of: z.string() }),
      result: z.object({ calls: z.number() }),
    }),
    /** runs until it is cancelled */
    wait: method({
      summary: "wait",
      kind: "act",
      params: z.object({ steps: z.number().default(0) }),
      result: z.object({}),
    }),
    echo: method({
      summary: "echo",
      kind: "ask",
      params: z.object({ text: z.string() }),
      result: z.object({ text: z.string() }),
    }),
    refuse: method({ summary: "refuse", kind: "act", params: z.object({}), result: z.object({}) }),
    fail: method({ summary: "fail", kind: "ask", params: z.object({}), result: z.object({}) }),
    lie: method({
      summary: "break the contract",
      kind: "ask",
      params: z.object({}),
      result: z.object({ n: z.number() }),
    }),
    twice: method({ summary: "write in a write", kind: "act", params: z.object({}), result: z.object({}) }),
  },
});

function handlers(world: World): Handlers {
  const counted = new Map<string, number>();
  const table = {
    put: async ({ key, text }: { key: string; text: string }, call) =>
      await call.answer(async (tx) => {
        const item = {
          key,
          title: "put",
          type: "bug",
          status: "planned",
          description: text,
          created: world.clock.now().toISOString(),
        };
        const { insertId } = await tx.db
          .insertInto("items")
          .values({ ...item, notes: "", labels: "[]", checklist: "[]", version: 1 } as never)
          .executeTakeFirstOrThrow();
        await tx.happened("probe.put", { item: Number(insertId), data: { key } });
        return { id: Number(insertId) };
      }),
    keys: async () => ({
      keys: (await world.db.selectFrom("items").select("key").orderBy("id").execute()).map((row) => row.key),
    }),
    count: async ({ of }: { of: string }) => {
      const calls = (counted.get(of) ?? 0) + 1;
      counted.set(of, calls);
      return { calls };
    },
    wait: async ({ steps }: { steps: number }, call) => {
      for (let n = 1; n <= steps; n++) call.progress(`step ${n}`, (n * 100) / steps);
      await new Promise((_, reject) => {
        const stop = () => reject(new Error("stopped"));
        if (call.signal.aborted) stop();
        call.signal.addEventListener("abort", stop);
      });
      return {};
    },
    echo: async ({ text }: { text: string }) => ({ text }),
    refuse: async () => {
      throw new Fault("refused", "No.", { reasons: [{ check: "probe", message: "No.", next: "calcifer work list" }] });
    },
    fail: async () => {
      throw new TypeError("a bug, with /secret/path in its words");
    },
    lie: async () => ({ n: "not a number" }),
    twice: async (_: object, call) => {
      await call.write(() => call.write(async () => {}));
      return {};
    },
  } satisfies { [V in keyof typeof probe.methods]: Handlers[string] };
  return table;
}

/** The rooms that need neither git nor a service, and the probe room. */
export const furnish: Furnish = (world, { store, feed, life, clock, log }) => ({
  api: { event, backup, daemon, probe },
  rooms: {
    event: eventRoom(world, feed),
    backup: backupRoom(world, store, feed),
    daemon: daemonRoom(world, life),
    probe: handlers(world),
  },
  keepers: [rotateLog(log, clock), forgetOldAnswers(store, clock), dailyCopies(world, store, clock)],
});

/** A short-named folder; removed, with everything in it, by `removeHomes`. */
export function newHome(): string {
  const home = mkdtempSync("/tmp/cal-");
  homes.push(home);
  return home;
}
const homes: string[] = [];

/** For `after`: ends what is left of the daemons of this file's homes, removes the homes. */
export async function cleanUp(): Promise<void> {
  for (const stop of stops.splice(0)) await stop();
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
}
const stops: (() => Promise<void>)[] = [];

export const envFor = (home: string): Record<string, string | undefined> => ({
  ...process.env,
  CALCIFER_HOME: home,
  // Written when the process ends, which may be after its home was removed.
  NODE_DISABLE_COMPILE_CACHE: "1",
  // One that a failing test leaves behind does not stay.
  CALCIFER_IDLE_SECONDS: "60",
  CALCIFER_CHECK_RESULTS: "1",
});

/** A daemon in this process. */
export async function startHere(home: string, options: Partial<StartOptions> = {}): Promise<Running> {
  const running = await start({ env: envFor(home), furnish, ...options });
  if (!running) throw new Error(`another daemon has ${home}`);
  stops.push(async () => {
    running.stop("the test is over");
    await running.ended;
  });
  return running;
}

/** How a client starts the daemon of a test, in a process of its own. @param trial see trial-daemon.ts */
export function startable(home: string, trial: object = {}): NonNullable<ConnectOptions["start"]> {
  return { execPath: process.execPath, args: [program], env: { ...envFor(home), TRIAL: JSON.stringify(trial) } };
}

export interface Process {
  child: ChildProcess;
  /** its line on stdout */
  said: Promise<Record<string, unknown>>;
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stderr: () => string;
}

/** A daemon in a process of its own, which is ended with the test. */
export function startProcess(
  home: string,
  more: {
    trial?: object;
    /** another program than the daemon with the probe room */
    program?: string;
    env?: Record<string, string | undefined>;
    uid?: number;
    command?: [string, ...string[]];
  } = {},
): Process {
  const [command, ...args] = [...(more.command ?? []), process.execPath, more.program ?? program] as [
    string,
    ...string[],
  ];
  const child = spawn(command, args, {
    env: { ...envFor(home), TRIAL: JSON.stringify(more.trial ?? {}), ...more.env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(more.uid !== undefined && { uid: more.uid, gid: more.uid }),
  });
  let out = "";
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on("exit", (code, signal) => resolve({ code, signal }));
  });
  const said = new Promise<Record<string, unknown>>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      out += chunk;
      if (out.includes("\n")) resolve(JSON.parse(out.split("\n", 1)[0] as string) as Record<string, unknown>);
    });
    child.on("close", () => reject(new Error(`it said nothing: ${err}`)));
  });
  said.catch(() => {});
  stops.push(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  return { child, said, exit, stderr: () => err };
}

/** A connection of ours, which does not start anything unless told to. */
export const client = (home: string, more: Partial<ConnectOptions> = {}): Promise<Connection> =>
  connect({ env: envFor(home), client: "other", ...more });

/** Stops the daemon that a client started, and waits until its process is gone. */
export async function stopDaemon(home: string): Promise<void> {
  const connection = await client(home);
  const { pid } = (await connection.request("daemon.stop")) as { pid: number };
  await soon(() => !isAlive(pid), `the end of ${pid}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export interface Answer {
  id?: number | string | null;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: Record<string, unknown> };
}

/** A socket one can write anything to. */
export class Raw {
  readonly socket: net.Socket;
  readonly closed: Promise<void>;
  private readonly frames = new Deframer();
  private readonly heard: (Answer | Answer[])[] = [];
  private readonly waiting: {
    fits: (answer: Answer | Answer[]) => boolean;
    resolve: (answer: never) => void;
    reject: (error: Error) => void;
  }[] = [];

  static async to(home: string): Promise<Raw> {
    const socket = net.connect(folders(envFor(home)).socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    });
    return new Raw(socket);
  }

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      for (const text of this.frames.push(chunk)) this.hear(JSON.parse(text) as Answer);
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        for (const { reject } of this.waiting.splice(0)) reject(new Error("the connection ended"));
        resolve();
      });
    });
  }

  send(message: unknown): void {
    this.socket.write(frame(message));
  }

  bytes(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** The next answer that fits, and has not been waited for. */
  answer<T extends Answer | Answer[] = Answer>(fits: (answer: Answer | Answer[]) => boolean = () => true): Promise<T> {
    const there = this.heard.findIndex(fits);
    if (there >= 0) return Promise.resolve(this.heard.splice(there, 1)[0] as T);
    return new Promise((resolve, reject) => this.waiting.push({ fits, resolve: resolve as never, reject }));
  }

  async call(method: string, params?: unknown, id: number | string = Math.random()): Promise<Answer> {
    this.send({ jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) });
    return await this.answer((answer) => !Array.isArray(answer) && answer.id === id);
  }

  private hear(answer: Answer | Answer[]): void {
    const waiting = this.waiting.findIndex(({ fits }) => fits(answer));
    if (waiting < 0) this.heard.push(answer);
    else this.waiting.splice(waiting, 1)[0]?.resolve(answer as never);
  }
}

/** Asks again and again until it is so; for what tells of itself by nothing else. */
export async function soon(so: () => boolean | Promise<boolean>, what: string, ms = 10_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (await so()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`not within ${ms} ms: ${what}`);
}
