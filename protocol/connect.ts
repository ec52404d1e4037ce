// Finds the daemon, starts it when it is not there, and speaks with it. Carried by the CLI: no more than it needs.
import type { ChildProcessByStdio } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import type { Readable } from "node:stream";
import { Fault, type FaultData, faultFromWire } from "./errors.ts";
import { contractHash, version } from "./generated.ts";
import { folders } from "./paths.ts";
import { Deframer, frame, type Hello, type Welcome } from "./wire.ts";

type Env = Record<string, string | undefined>;

export interface ConnectOptions {
  env?: Env | undefined;
  client: Hello["client"];
  /** how to start a daemon when none answers; left out: it is not started */
  start?: { execPath: string; args: string[]; env?: Env | undefined } | undefined;
  /** milliseconds until there must be a connection; 15 seconds if left out */
  timeout?: number | undefined;
}

export interface RequestOptions {
  /** aborting asks the daemon to stop; the request is then rejected with the fault `cancelled` */
  signal?: AbortSignal | undefined;
  onProgress?: ((message: string, percentage?: number) => void) | undefined;
}

export interface Connection {
  /** what the daemon said of itself */
  welcome: Welcome;
  /** @throws Fault */
  request(method: string, params?: object, options?: RequestOptions): Promise<unknown>;
  /** @returns the way to stop listening */
  onNotification(listener: (method: string, params: unknown) => void): () => void;
  close(): void;
  /** resolves when the connection has ended, whoever ended it */
  closed: Promise<void>;
}

/** @throws Fault unreachable when there is no daemon and none could be started; incompatible when it is newer than we are */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { line, welcome } = await reach(options, () => {});
  return {
    welcome,
    closed: line.closed,
    request: (method, params, more) => line.request(method, params, more),
    onNotification: (listener) => line.onNotification(listener),
    close: () => line.close(),
  };
}

/**
 * A socket behind its hello, for a program that frames and reads by itself: a language client, a bridge.
 * The daemon says nothing on it before it is asked, but for `daemon.stopping` to clients that are told of it (wire.ts).
 * @throws Fault as `connect` does
 */
export async function openSocket(options: ConnectOptions): Promise<{ socket: net.Socket; welcome: Welcome }> {
  const { line, welcome } = await reach(options, () => {});
  return { socket: line.release(), welcome };
}

/** One request on a connection of its own; it travels together with the hello. @throws Fault */
export async function oneShot(
  method: string,
  params: object,
  options: ConnectOptions & RequestOptions,
): Promise<unknown> {
  let answer: Promise<unknown> | undefined;
  const { line } = await reach(options, (opened) => {
    answer = opened.request(method, params, options);
    // Until the hello is answered nobody waits for this; when it fails, that is what counts.
    answer.catch(() => {});
  });
  try {
    return await answer;
  } finally {
    line.close();
  }
}

interface Reached {
  line: Line;
  welcome: Welcome;
}

/** @param behind what to send right behind the hello; it is only carried out when the hello is accepted */
async function reach(options: ConnectOptions, behind: (line: Line) => void): Promise<Reached> {
  const search: Search = {
    options,
    env: options.env ?? process.env,
    deadline: Date.now() + (options.timeout ?? 15_000),
    replaced: false,
    wait: 10,
  };
  for (;;) {
    const socket = await dial(folders(search.env).socket).catch(() => elsewhere(search.env));
    const reached = socket ? await greet(search, socket, behind) : await begin(search);
    if (reached) return reached;
    if (Date.now() > search.deadline)
      throw new Fault("unreachable", "The daemon does not answer.", { hint: "See its log: calcifer daemon status" });
  }
}

interface Search {
  options: ConnectOptions;
  env: Env;
  deadline: number;
  /** an older daemon has been sent away for us; that happens once */
  replaced: boolean;
  /** milliseconds before the next try */
  wait: number;
}

function dial(path: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/** A daemon of this home may listen where another environment led it: a login without XDG_RUNTIME_DIR, say. */
async function elsewhere(env: Env): Promise<net.Socket | undefined> {
  const places = folders(env);
  try {
    const { socket } = JSON.parse(readFileSync(`${places.data}/daemon.json`, "utf8")) as { socket: string };
    return socket === places.socket ? undefined : await dial(socket);
  } catch {
    return undefined;
  }
}

/** @returns undefined when this daemon is on its way out */
async function greet(search: Search, socket: net.Socket, behind: (line: Line) => void): Promise<Reached | undefined> {
  const line = new Line(socket);
  const hello: Hello = { version, contract: contractHash, client: search.options.client };
  socket.cork();
  const greeting = line.request("hello", hello);
  behind(line);
  socket.uncork();
  const late = setTimeout(() => socket.destroy(), Math.max(100, search.deadline - Date.now()));
  try {
    return { line, welcome: (await greeting) as Welcome };
  } catch (error) {
    if (error === line.lost) {
      await nap(search);
      return undefined;
    }
    const fault = error as Fault;
    if (
      fault.fault !== "incompatible" ||
      fault.data?.action !== "replace" ||
      search.replaced ||
      !search.options.start
    ) {
      line.close();
      throw fault;
    }
    search.replaced = true;
    await line.closed;
    return undefined;
  } finally {
    clearTimeout(late);
  }
}

/** Nobody answers: starts a daemon, once it is our turn to. */
async function begin(search: Search): Promise<undefined> {
  const { start } = search.options;
  if (!start)
    throw new Fault("unreachable", "No daemon runs.", {
      hint: "Any calcifer command starts it: calcifer daemon status",
    });
  if (!claim(search)) {
    await nap(search);
    return;
  }
  const started = await spawnDaemon(start, search).finally(() => disclaim(search));
  if ("error" in started) throw new Fault(started.error.fault, started.error.message, started.error as FaultData);
  // Another one has the home: it is about to listen, or about to end.
  if ("another" in started) await nap(search);
}

/**
 * Of many clients that find no daemon, one starts it and the others wait for its socket. Only to spare the machine twenty
 * processes at once: that one daemon runs is the work of the daemon's lock, so a mark left behind costs a wait, no more.
 */
function claim(search: Search): boolean {
  const mark = markOf(search);
  try {
    makeFolder(path.dirname(mark));
    const age = Date.now() - (statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age < 0 || age > markLives) rmSync(mark, { force: true });
    closeSync(openSync(mark, "wx", 0o600));
    return true;
  } catch (error) {
    // A folder that cannot be written: the daemon will say so in better words.
    return (error as NodeJS.ErrnoException).code !== "EEXIST";
  }
}

const disclaim = (search: Search): unknown => quietly(() => rmSync(markOf(search), { force: true }));
const markOf = (search: Search): string => path.join(folders(search.env).data, "starting");
const markLives = 3000;

type Started = { ready: true; pid?: number } | { ready: true; another: true } | { error: FaultData };

async function spawnDaemon(start: NonNullable<ConnectOptions["start"]>, search: Search): Promise<Started> {
  const { spawn } = await import("node:child_process");
  const { data, state } = folders(search.env);
  const stderr = quietly(() => {
    makeFolder(state);
    return openSync(`${state}/daemon.err`, "w", 0o600);
  });
  const child = spawn(start.execPath, start.args, {
    detached: true,
    windowsHide: true,
    cwd: existsSync(data) ? data : "/",
    env: {
      ...daemonEnv(start.env ?? search.env),
      // Where the folder cannot be made (/proc), Node would try for ever; the daemon says what is wrong.
      ...(stderr !== undefined && { NODE_COMPILE_CACHE: `${state}/compiled` }),
    },
    stdio: ["ignore", "pipe", stderr ?? "ignore"],
  }) as ChildProcessByStdio<null, Readable, null>;
  if (stderr !== undefined) closeSync(stderr);
  const said = await firstLine(child, Math.max(100, search.deadline - Date.now()));
  child.stdout.destroy();
  child.unref();
  const words = () => {
    const lines = quietly(() => readFileSync(`${state}/daemon.err`, "utf8").trim().split("\n")) ?? [];
    return lines.find((line) => /Error\b/.test(line)) ?? (lines.at(-1) || "it said nothing");
  };
  return (
    quietly(() => JSON.parse(said) as Started) ?? {
      error: { fault: "unreachable", message: `The daemon did not start: ${words()}.` },
    }
  );
}

/**
 * Makes a folder, and those above it, for the owner alone.
 * Not mkdir's `recursive`: where nothing can be made (/proc), that never returns.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const above = path.dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Somebody else who starts at this moment made it.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/**
 * What a hook's or a debugger's environment holds must not stay with the daemon for its whole life;
 * and a home given relative to our folder is another one from the daemon's.
 */
function daemonEnv(env: Env): Env {
  const leave =
    /^(GIT_(?!EXEC_PATH$|SSH|ASKPASS$|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$)|NODE_OPTIONS$|VSCODE_INSPECTOR_OPTIONS$)/;
  const kept: Env = Object.fromEntries(Object.entries(env).filter(([name]) => !leave.test(name)));
  if (kept.CALCIFER_HOME) kept.CALCIFER_HOME = path.resolve(kept.CALCIFER_HOME);
  return { ...kept, ELECTRON_RUN_AS_NODE: "1" };
}

/** The first line on a starting daemon's stdout; empty when it ends, or when the time is over. */
function firstLine(child: ChildProcessByStdio<null, Readable, null>, ms: number): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const done = () => {
      clearTimeout(late);
      resolve(text.split("\n", 1)[0] ?? "");
    };
    const late = setTimeout(done, ms);
    child.on("error", done);
    child.stdout.on("end", done).on("error", done);
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.includes("\n")) done();
    });
  });
}

async function nap(search: Search): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, search.wait));
  search.wait = Math.min(search.wait * 2, 100);
}

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  onProgress: RequestOptions["onProgress"];
}

interface Incoming {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

interface Progress {
  token: number;
  value: { message: string; percentage?: number };
}

/** Requests and notifications over one socket. */
class Line {
  readonly closed: Promise<void>;
  /** what requests are rejected with when the connection ends before their answer */
  readonly lost = new Fault("unreachable", "The connection to the daemon ended before its answer came.", {
    hint: "Try again; with the same idempotency key nothing is done twice.",
  });
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<(method: string, params: unknown) => void>();
  private readonly frames = new Deframer();
  private readonly socket: net.Socket;
  private last = 0;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("data", this.take);
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        for (const { reject } of this.waiting.values()) reject(this.lost);
        this.waiting.clear();
        resolve();
      });
    });
  }

  request(method: string, params: object = {}, { signal, onProgress }: RequestOptions = {}): Promise<unknown> {
    if (this.socket.destroyed || this.socket.writableEnded) return Promise.reject(this.lost);
    const id = ++this.last;
    const cancel = () => this.socket.write(frame({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id } }));
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject, onProgress }));
    this.socket.write(
      frame({ jsonrpc: "2.0", id, method, params: onProgress ? { ...params, workDoneToken: id } : params }),
    );
    if (!signal) return answer;
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel, { once: true });
    return answer.finally(() => signal.removeEventListener("abort", cancel));
  }

  onNotification(listener: (method: string, params: unknown) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.socket.end();
    // The other side may be gone without having said so.
    this.socket.unref();
  }

  /** Hands the socket over: nothing is read from it here any more. */
  release(): net.Socket {
    this.socket.off("data", this.take);
    return this.socket;
  }

  private readonly take = (chunk: Buffer): void => {
    try {
      for (const text of this.frames.push(chunk)) this.hear(JSON.parse(text) as Incoming);
    } catch {
      this.socket.destroy();
    }
  };

  private hear(message: Incoming | Incoming[]): void {
    if (Array.isArray(message)) {
      for (const each of message) this.hear(each);
      return;
    }
    if (message.method === "$/progress") this.progress(message.params as Progress);
    else if (message.method !== undefined)
      for (const listener of this.listeners) listener(message.method, message.params);
    const waiting = message.id === undefined ? undefined : this.waiting.get(message.id);
    if (message.id === undefined || !waiting) return;
    this.waiting.delete(message.id);
    if (message.error) waiting.reject(faultFromWire(message.error));
    else waiting.resolve(message.result);
  }

  private progress({ token, value }: Progress): void {
    this.waiting.get(token)?.onProgress?.(value.message, value.percentage);
  }
}
