// From a parsed command to the daemon and back.
import path from "node:path";
import { type ConnectOptions, oneShot } from "../protocol/connect.ts";
import { Fault } from "../protocol/errors.ts";
import type { Parsed } from "./args.ts";
import { errRaw, isTerminal } from "./print.ts";
import { clean, cut } from "./text.ts";

/** The runtime and the file a daemon is started from: beside the bundle, or in the source tree. */
export function daemonCommand(): [execPath: string, program: string] {
  const fromSource = import.meta.filename.endsWith(".ts");
  return [process.execPath, path.join(import.meta.dirname, fromSource ? "../daemon/main.ts" : "daemon.cjs")];
}

/** How to reach the daemon; it is started if none runs. */
export function reaching(): ConnectOptions {
  const [execPath, program] = daemonCommand();
  return { client: "cli", start: { execPath, args: [program] } };
}

/** What a command's method answers. @throws Fault */
export function callFor(parsed: Parsed): Promise<unknown> {
  const method = parsed.command.method as string;
  return parsed.command.kind === "act" ? act(method, requestParams(parsed)) : call(method, requestParams(parsed));
}

/** The parameters as the daemon wants them: the repository named and paths absolute, for its current folder is another. */
export function requestParams({ command, params, globals }: Parsed): Record<string, unknown> {
  const request: Record<string, unknown> = { ...params };
  if (command.repo) request.repo = path.resolve(here(), globals.repo ?? ".");
  if (command.env) request.env = fromShell(command.env);
  for (const { type, key } of [...command.positionals, ...command.options]) {
    const value = request[key];
    if (type === "path" && typeof value === "string") request[key] = path.resolve(here(), value);
  }
  return request;
}

/** As this shell has it: the daemon may have been started by another. */
const fromShell = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

function here(): string {
  try {
    return process.cwd();
  } catch {
    throw new Fault("missing", "The current folder does not exist any more.", {
      hint: "Change to another one, or give --repo <path>.",
    });
  }
}

/** One request as it is. */
export const call = (method: string, params: object): Promise<unknown> =>
  again(() => oneShot(method, params, reaching()));

/** The same, of a daemon that runs already; undefined without one. */
export async function callIfRunning<T>(method: string, params: object): Promise<T | undefined> {
  return (await oneShot(method, params, { client: "cli", timeout: 1000 }).catch(() => undefined)) as T | undefined;
}

/** An act: with a key, so that it is done once however often it is sent; it says how far it is; Ctrl+C stops it. */
async function act(method: string, params: object): Promise<unknown> {
  // Loaded here: it is four milliseconds that an ask does without.
  const { randomUUID } = await import("node:crypto");
  const keyed = { ...params, idempotencyKey: randomUUID() };
  const progress = isTerminal(2) ? rewrittenLine() : undefined;
  const signal = untilInterrupted();
  try {
    return await again(() => oneShot(method, keyed, { ...reaching(), signal, onProgress: progress?.show }));
  } finally {
    progress?.clear();
  }
}

/** A daemon that went away before its answer: asked once more, for there is a new one by then. */
async function again(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Fault) || !isLost(error)) throw error;
    return ask();
  }
}

// A method's own `unreachable` (a host, a remote) is not asked for again: it may have taken its time.
const isLost = (fault: Fault): boolean =>
  fault.fault === "unreachable" && /^The (connection to the daemon ended|daemon is on its way out)/.test(fault.message);

/** Acts go on without their client, so they have to be told. Who presses twice does not want to wait for the answer. */
function untilInterrupted(): AbortSignal {
  const abort = new AbortController();
  process.on("SIGINT", () => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
    setTimeout(() => process.exit(130), 3000).unref();
  });
  return abort.signal;
}

function rewrittenLine(): { show: (message: string, percentage?: number) => void; clear: () => void } {
  let shown = false;
  const clear = () => {
    if (shown) errRaw("\r\u001b[K");
    shown = false;
  };
  const show = (message: string, percentage?: number) => {
    const line = `${percentage === undefined ? "" : `${Math.round(percentage)} % `}${clean(message)}`;
    errRaw(`\r\u001b[K${cut(line, (process.stderr.columns ?? 80) - 1)}`);
    shown = true;
  };
  return { show, clear };
}
