// From a message's text to its answer: schema, method, result or error. Knows no room and no socket.
import {
  createJSONRPCErrorResponse,
  JSONRPCErrorException,
  type JSONRPCRequest,
  type JSONRPCResponse,
  JSONRPCServer,
} from "json-rpc-2.0";
import type { Logger } from "pino";
import type * as z from "zod";
import type { Method, Room } from "../protocol/contract.ts";
import { Fault, faults } from "../protocol/errors.ts";
import { compareVersions, type Hello, type Welcome } from "../protocol/wire.ts";
import { storageFault } from "./db/faults.ts";
import { type Calls, digest, type Key, otherUse, type Peer, type PeerCall } from "./life/calls.ts";
import { pause } from "./life/clock.ts";
import { nearest, wrongFields } from "./life/words.ts";

/** A room's methods, as the dispatcher calls them. */
export type Handlers = Record<string, (params: never, call: PeerCall) => Promise<unknown>>;

/**
 * A method of another protocol than ours, spoken over the same socket: what its parameters are it sees to itself.
 * Begun in the order in which the messages came. Throws a Fault, or a JSONRPCErrorException with a code of its protocol.
 */
export type OtherMethod = (params: unknown, caller: Caller, signal: AbortSignal) => unknown;

/** One client, as the dispatcher knows it. */
export interface Caller extends Peer {
  by: PeerCall["by"];
  /** set when client and daemon do not fit together; nothing else is done for this client then */
  incompatible?: Fault | undefined;
  /** requests under way, by id, so that they can be cancelled */
  running: Map<string | number, AbortController>;
  /** told to go: answers under way are still sent */
  leave(): void;
}

export interface DispatchOptions {
  api: Record<string, Room>;
  /** rooms of the contract that are not here answer as unknown */
  rooms: Record<string, Handlers>;
  /** methods of other protocols, by name */
  others?: Record<string, OtherMethod> | undefined;
  calls: Calls;
  log: Logger;
  /** what a hello is answered with, now */
  welcome(): Welcome;
  /** a newer client wants our place */
  replace(by: Hello): void;
  /** the daemon is on its way out: no new work */
  leaving(): boolean;
  /** results are compared with their schema, in tests */
  checkResults?: boolean;
}

interface Known {
  name: string;
  method: Method;
  params: z.ZodObject | undefined;
  run: Handlers[string];
}

type KeyedCall = PeerCall & { answered: boolean };
type Id = string | number | null | undefined;
type Message = { id?: Id; method: string; params?: unknown };
/** Parameters that belong to the call rather than to the method. */
interface Envelope {
  idempotencyKey?: unknown;
  workDoneToken?: unknown;
}

export class Dispatch {
  private readonly known = new Map<string, Known>();
  private readonly others: ReadonlyMap<string, OtherMethod>;
  private readonly server = new JSONRPCServer<Caller>({ errorListener: () => {} });
  /** acts under way, by idempotency key */
  private readonly keyed = new Map<string, { key: Key; answer: Promise<unknown>; signal: AbortSignal }>();
  private readonly options: DispatchOptions;
  private readonly under = new Set<AbortController>();
  private readonly waiters: (() => void)[] = [];

  constructor(options: DispatchOptions) {
    this.options = options;
    this.server.mapErrorToJSONRPCErrorResponse = (id, error) => errorResponse(id, this.asFault(error, "a request"));
    for (const [room, { methods }] of Object.entries(options.api))
      for (const [verb, method] of Object.entries(methods))
        this.offer(`${room}.${verb}`, method, options.rooms[room]?.[verb]);
    this.others = new Map(Object.entries({ ...politeness, ...options.others }));
    this.server.handleMethodNotFound = async (request) => (request.id === undefined ? null : this.unknown(request));
  }

  /** Calls under way. */
  get busy(): number {
    return this.under.size;
  }

  /** Resolves when no call is under way, or after `grace` milliseconds. */
  async settled(grace: number): Promise<void> {
    if (this.under.size === 0) return;
    await Promise.race([new Promise<void>((resolve) => this.waiters.push(resolve)), pause(grace)]);
  }

  /** Tells every call under way to stop. */
  abort(): void {
    for (const call of this.under) call.abort();
  }

  /** @returns the answer to send; undefined when none is due */
  async receive(text: string, caller: Caller): Promise<unknown> {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return errorMessage(null, -32700, "This is not JSON.");
    }
    if (!Array.isArray(message)) return (await this.one(message, caller)) ?? undefined;
    if (message.length === 0) return errorMessage(null, -32600, "A batch without a request.");
    if (message.length > mostInBatch)
      return errorMessage(null, -32600, `A batch of ${message.length} requests; at most ${mostInBatch} are taken.`);
    const answers = (await Promise.all(message.map((each) => this.one(each, caller)))).filter(
      (answer) => answer !== null,
    );
    return answers.length > 0 ? answers : undefined;
  }

  private async one(message: unknown, caller: Caller): Promise<unknown> {
    const wrong = malformed(message);
    if (wrong !== undefined) return isAnswer(message) ? null : errorMessage(idOf(message), -32600, wrong);
    const request = message as JSONRPCRequest & Message;
    if (request.method === "hello") return this.hello(request, caller);
    if (request.method === "$/cancelRequest") return cancel(request.params, caller);
    if (caller.incompatible && request.method !== "exit")
      return request.id === undefined ? null : errorResponse(request.id, caller.incompatible);
    const other = this.others.get(request.method);
    return other ? this.other(other, request, caller) : await this.server.receive(request, caller);
  }

  private async other(method: OtherMethod, request: JSONRPCRequest & Message, caller: Caller): Promise<unknown> {
    const started = performance.now();
    try {
      // Whoever says goodbye may still do so.
      if (this.options.leaving() && request.id !== undefined && request.method !== "shutdown") throw leaving();
      const result = await this.whileUnderWay(request, caller, true, async ({ signal }) => {
        try {
          return await method(request.params, caller, signal);
        } catch (error) {
          throw signal.aborted ? stopped(request.method) : error;
        }
      });
      return request.id === undefined ? null : { jsonrpc: "2.0", id: request.id, result: result ?? null };
    } catch (error) {
      const own = error instanceof JSONRPCErrorException ? error : undefined;
      const fault = own ? undefined : this.asFault(error, request.method);
      if (request.id === undefined) return null;
      return own
        ? createJSONRPCErrorResponse(request.id, own.code, own.message, own.data)
        : errorResponse(request.id, fault as Fault);
    } finally {
      this.options.log.debug({ method: request.method, by: caller.by, ms: since(started) });
    }
  }

  /** Answered without a pause, so that what was sent behind it is already under its verdict. */
  private hello(request: Message, caller: Caller): unknown {
    const hello = (
      typeof request.params === "object" && request.params !== null ? request.params : {}
    ) as Partial<Hello>;
    if (hello.client === "cli" || hello.client === "extension" || hello.client === "hook") caller.by = hello.client;
    const welcome = this.options.welcome();
    const verdict = compare(hello, welcome);
    if (verdict) {
      caller.incompatible = verdict;
      if (verdict.data?.action === "replace") this.options.replace(hello as Hello);
      return request.id === undefined ? null : errorResponse(request.id, verdict);
    }
    return request.id === undefined ? null : { jsonrpc: "2.0", id: request.id, result: welcome };
  }

  private offer(name: string, method: Method, run: Handlers[string] | undefined): void {
    if (!run) return;
    const known: Known = { name, method, params: undefined, run };
    this.known.set(name, known);
    this.server.addMethodAdvanced(name, async (request, caller) => {
      const result = await this.call(known, request, caller);
      return request.id === undefined
        ? null
        : ({ jsonrpc: "2.0", id: request.id, result: result ?? null } as JSONRPCResponse);
    });
  }

  private unknown(request: JSONRPCRequest): JSONRPCResponse {
    const near = nearest(request.method, [...this.known.keys(), ...this.others.keys(), "hello"]);
    const message = `There is no method ${JSON.stringify(request.method.slice(0, 100))}.${near ? ` Did you mean ${near}?` : ""}`;
    const data = { fault: "missing", message, ...(near && { data: { near } }) };
    return createJSONRPCErrorResponse(request.id ?? null, -32601, message, data);
  }

  private async call(known: Known, request: JSONRPCRequest, caller: Caller): Promise<unknown> {
    const started = performance.now();
    const id = this.options.calls.newId();
    return this.whileUnderWay(request, caller, known.method.kind === "ask", async ({ signal }) => {
      try {
        const result = await this.run(known, request, caller, id, signal);
        this.log(known, caller, id, started);
        return result;
      } catch (error) {
        const fault = signal.aborted ? stopped(known.name) : this.asFault(error, known.name, id);
        this.log(known, caller, id, started, fault);
        throw fault;
      }
    });
  }

  /** @param forAClient an act goes on without its client, who may come back and ask for its result; a question nobody waits for does not */
  private async whileUnderWay<T>(
    request: { id?: Id },
    caller: Caller,
    forAClient: boolean,
    act: (abort: AbortController) => Promise<T>,
  ): Promise<T> {
    const abort = new AbortController();
    if (isId(request.id)) caller.running.set(request.id, abort);
    const gone = () => abort.abort();
    if (forAClient) caller.closed.addEventListener("abort", gone, { once: true });
    this.under.add(abort);
    try {
      return await act(abort);
    } finally {
      caller.closed.removeEventListener("abort", gone);
      if (isId(request.id) && caller.running.get(request.id) === abort) caller.running.delete(request.id);
      this.under.delete(abort);
      if (this.under.size === 0) for (const resolve of this.waiters.splice(0)) resolve();
    }
  }

  private async run(
    known: Known,
    request: JSONRPCRequest,
    caller: Caller,
    id: string,
    signal: AbortSignal,
  ): Promise<unknown> {
    if (this.options.leaving()) throw leaving();
    const { params, envelope } = this.read(known, request.params);
    const key = keyOf(known, envelope, params);
    const call = this.options.calls.make({
      id,
      by: caller.by,
      signal,
      peer: caller,
      key,
      ...progressTo(caller, envelope),
    });
    const result = await (key ? this.keyedRun(known, params, call, key) : known.run(params as never, call));
    return this.options.checkResults ? checked(known, result) : result;
  }

  /** @throws Fault invalid, naming each field that is wrong */
  private read(known: Known, raw: unknown): { params: Record<string, unknown>; envelope: Envelope } {
    if (Array.isArray(raw))
      throw new Fault("invalid", `The parameters of ${known.name} are given by name, as an object.`);
    const { idempotencyKey, workDoneToken, ...rest } = (raw ?? {}) as Record<string, unknown> & Envelope;
    known.params ??= known.method.params.strict();
    const read = known.params.safeParse(rest);
    if (!read.success) throw this.invalid(known, read.error.issues, rest);
    return { params: read.data, envelope: { idempotencyKey, workDoneToken } };
  }

  private invalid(known: Known, issues: readonly z.core.$ZodIssue[], params: unknown): Fault {
    const names = Object.keys(known.method.params.shape);
    const fields = issues
      .slice(0, mostIssues)
      .flatMap((issue) =>
        issue.code === "unrecognized_keys" && issue.path.length === 0
          ? issue.keys.slice(0, mostIssues).map((key) => unknownField(key, names))
          : wrongFields([issue], params),
      );
    return new Fault("invalid", fields.map((field) => field.message).join("\n"), { data: { fields } });
  }

  /** One run for all calls with the same key; later ones get the first one's result. */
  private async keyedRun(known: Known, params: unknown, call: KeyedCall, key: Key): Promise<unknown> {
    for (let running = this.keyed.get(key.key); running; running = this.keyed.get(key.key)) {
      if (running.key.method !== key.method || running.key.params !== key.params) throw otherUse(key);
      try {
        return await running.answer;
      } catch (error) {
        // The first one was stopped by its own client; that says nothing to this one.
        if (!running.signal.aborted || call.signal.aborted) throw error;
      }
    }
    const answer = this.firstRun(known, params, call, key);
    this.keyed.set(key.key, { key, answer, signal: call.signal });
    try {
      return await answer;
    } finally {
      this.keyed.delete(key.key);
    }
  }

  private async firstRun(known: Known, params: unknown, call: KeyedCall, key: Key): Promise<unknown> {
    const before = await this.options.calls.remembered(key);
    if (before) return before.result;
    const result = await known.run(params as never, call);
    if (!call.answered) await this.options.calls.remember(key, result);
    return result;
  }

  /** A fault as it is; anything else is a mistake of ours, told by its reference in the log. */
  private asFault(error: unknown, name: string, id = ""): Fault {
    const fault = storageFault(error, "calcifer.db");
    if (fault) return fault;
    const reference = id || `r-${Date.now().toString(36)}`;
    this.options.log.error({ call: reference, method: name, err: error }, "a mistake of ours");
    return new Fault(
      "internal",
      `Something went wrong inside Calcifer while it did ${name}; the log has it under ${reference}.`,
      {
        hint: "Try again; if it stays, look into the log: calcifer daemon logs",
        data: { log: reference },
      },
    );
  }

  private log(known: Known, caller: Caller, id: string, started: number, fault?: Fault): void {
    const { log } = this.options;
    const level = known.method.kind === "act" || fault ? "info" : "debug";
    if (!log.isLevelEnabled(level)) return;
    log[level]({
      call: id,
      method: known.name,
      by: caller.by,
      ms: since(started),
      ...(fault && { fault: fault.fault, said: fault.message.split("\n")[0]?.slice(0, 300) }),
    });
  }
}

/** Milliseconds, to a hundredth. */
const since = (started: number): number => Math.round((performance.now() - started) * 100) / 100;

const mostInBatch = 1000;
/** Nobody reads on after so many. */
const mostIssues = 20;

/** What editors' language clients send to every server. A notification they send is taken in silence. */
const politeness: Record<string, OtherMethod> = {
  initialize: () => ({ capabilities: {}, serverInfo: { name: "calcifer" } }),
  shutdown: () => null,
  // Ends this connection only: the daemon is everybody's.
  exit: (_, caller) => caller.leave(),
};

/** What is wrong with a message that is JSON, if anything. */
function malformed(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null || Array.isArray(message)) return "A request is an object.";
  const { jsonrpc, id, method, params } = message as Record<string, unknown>;
  if (jsonrpc !== "2.0") return 'A request says "jsonrpc": "2.0".';
  if (typeof method !== "string") return "A request names its method.";
  if (id !== undefined && id !== null && typeof id !== "string" && typeof id !== "number")
    return "An id is a text or a number.";
  if (params !== undefined && params !== null && typeof params !== "object")
    return "Parameters are given by name, as an object.";
  return undefined;
}

/** An answer to a question we never asked: there is nothing to say to it. */
function isAnswer(message: unknown): boolean {
  return (
    typeof message === "object" &&
    message !== null &&
    !("method" in message) &&
    "id" in message &&
    ("result" in message || "error" in message)
  );
}

function isId(id: unknown): id is string | number {
  return typeof id === "string" || typeof id === "number";
}

const stopped = (method: string): Fault => new Fault("cancelled", `${method} was stopped.`);
const leaving = (): Fault =>
  new Fault("unreachable", "The daemon is on its way out.", { hint: "Try again; the next call starts a new one." });

function idOf(message: unknown): Id {
  const id = (message as { id?: unknown } | null)?.id;
  return isId(id) ? id : null;
}

function cancel(params: unknown, caller: Caller): null {
  const id = (params as { id?: unknown } | null)?.id;
  if (isId(id)) caller.running.get(id)?.abort();
  return null;
}

function compare(hello: Partial<Hello>, ours: Welcome): Fault | undefined {
  const version = typeof hello.version === "string" ? hello.version.slice(0, 40) : "";
  // A client that does not say what it was built with takes its own risk.
  if (typeof hello.contract !== "string" || hello.contract === ours.contract) return undefined;
  const newer = compareVersions(version, ours.version) >= 0;
  const message = `The daemon is Calcifer ${ours.version}, this client ${version}${version === ours.version ? " with another contract" : ""}.`;
  return new Fault("incompatible", message, {
    hint: newer
      ? "The daemon makes room for the newer one; call again."
      : `Update this client to ${ours.version} or newer.`,
    data: { daemon: ours.version, action: newer ? "replace" : "update" },
  });
}

/** @throws Fault invalid */
function keyOf(known: Known, { idempotencyKey }: Envelope, params: unknown): Key | undefined {
  if (idempotencyKey === undefined || idempotencyKey === null) return undefined;
  const wrong = (what: string) => {
    const message = `idempotencyKey: ${what}`;
    return new Fault("invalid", message, { data: { fields: [{ field: "idempotencyKey", message }] } });
  };
  if (known.method.kind !== "act") throw wrong(`is for acts; ${known.name} only asks`);
  if (typeof idempotencyKey !== "string" || idempotencyKey.length < 1 || idempotencyKey.length > 200)
    throw wrong("must be a text of 1 to 200 characters");
  return { key: idempotencyKey, method: known.name, params: digest(params) };
}

function progressTo(
  caller: Caller,
  { workDoneToken: token }: Envelope,
): { progress?: (message: string, percent?: number) => void } {
  if (typeof token !== "string" && typeof token !== "number") return {};
  return {
    progress: (message, percentage) =>
      caller.notify("$/progress", { token, value: { message, ...(percentage !== undefined && { percentage }) } }),
  };
}

function unknownField(key: string, names: readonly string[]): { field: string; message: string } {
  const near = nearest(key, names);
  const known = names.length > 0 ? `there are ${names.join(", ")}` : "there are none";
  const field = key.length > 100 ? `${key.slice(0, 100)}…` : key;
  return { field, message: `${field}: there is no such parameter; ${near ? `did you mean ${near}?` : known}` };
}

function checked(known: Known, result: unknown): unknown {
  const read = known.method.result.safeParse(result);
  if (!read.success) throw new Error(`the result of ${known.name} does not fit its schema: ${read.error.message}`);
  return result;
}

function errorResponse(id: Id, fault: Fault): JSONRPCResponse & { error: object } {
  return {
    jsonrpc: "2.0",
    id: id ?? null,
    error: { code: faults[fault.fault].code, message: fault.message, data: fault.toData() },
  };
}

/** An answer to bytes that are no request. */
export function errorMessage(id: Id, code: number, message: string): object {
  return { jsonrpc: "2.0", id: id ?? null, error: { code, message, data: { fault: "invalid", message } } };
}
