// The host's end of the wire to a page: nothing passes in either direction that does not fit its schema.
// Knows neither VS Code nor the DOM. Loads zod, so it is itself loaded late.
import * as z from "zod";
import { api } from "../../../protocol/api.ts";
import type { Method, Room } from "../../../protocol/contract.ts";
import { Fault, isFault } from "../../../protocol/errors.ts";
import type { MethodName } from "../../daemon.ts";
import type { FromPage, StateOf, ToPage, Words } from "./envelope.ts";

export interface CallContext {
  signal: AbortSignal;
  progress: (message: string) => void;
}

export type Functions<W extends Words> = {
  [F in keyof W["functions"]]: (
    params: z.output<W["functions"][F]["params"]>,
  ) => Promise<z.input<W["functions"][F]["result"]>> | z.input<W["functions"][F]["result"]>;
};

export interface Doors<W extends Words> {
  /** @throws Fault */
  call(method: MethodName, kind: "ask" | "act", params: object, context: CallContext): Promise<unknown>;
  functions: Functions<W>;
  post(message: ToPage): void;
}

const Message = z.union([
  z.strictObject({ id: z.number().int(), method: z.string().max(100), params: z.unknown() }),
  z.strictObject({ cancel: z.number().int() }),
]);

export class Bridge<W extends Words> {
  readonly #words: W;
  readonly #doors: Doors<W>;
  readonly #running = new Map<number, { abort: AbortController; kind: "ask" | "act" }>();
  #gone = false;

  constructor(words: W, doors: Doors<W>) {
    this.#words = words;
    this.#doors = doors;
  }

  /** @throws ZodError when the state is not what the page expects: a mistake of ours */
  push(state: StateOf<W>): void {
    this.#post({ state: this.#words.state.parse(state) });
  }

  /** Answers every call; what is not even a call is let fall. */
  async receive(raw: unknown): Promise<void> {
    const message = Message.safeParse(raw);
    if (!message.success) return;
    const said = message.data as FromPage;
    if ("cancel" in said) this.#running.get(said.cancel)?.abort.abort();
    else await this.#answer(said.id, said.method, said.params);
  }

  /** The page is gone: nobody waits for answers, but what was to be done is done. */
  dispose(): void {
    this.#gone = true;
    for (const { abort, kind } of this.#running.values()) if (kind === "ask") abort.abort();
  }

  #post(message: ToPage): void {
    if (!this.#gone) this.#doors.post(message);
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    const abort = new AbortController();
    this.#running.set(id, { abort, kind: kindOf(method) });
    try {
      const progress = (message: string) => this.#post({ id, progress: message });
      const result = await this.#run(method, params, { signal: abort.signal, progress });
      this.#post({ id, result });
    } catch (error) {
      this.#post({ id, fault: asFault(error).toData() });
    } finally {
      this.#running.delete(id);
    }
  }

  #run(method: string, params: unknown, context: CallContext): Promise<unknown> {
    if (Object.hasOwn(this.#words.functions, method)) return this.#ofHost(method, params);
    if ((this.#words.methods as readonly string[]).includes(method)) return this.#ofDaemon(method, params, context);
    throw new Fault("invalid", `This page may not call ${JSON.stringify(method)}.`);
  }

  async #ofHost(name: string, params: unknown): Promise<unknown> {
    const { params: schema, result } = this.#words.functions[name] as W["functions"][string];
    const run = this.#doors.functions[name as keyof W["functions"]];
    return fitting(result, await run(checked(name, schema, params) as never));
  }

  async #ofDaemon(name: string, params: unknown, context: CallContext): Promise<unknown> {
    const { params: schema, result, kind } = methodOf(name);
    const fit = checked(name, schema, params) as object;
    return fitting(result, await this.#doors.call(name as MethodName, kind, fit, context));
  }
}

function find(name: string): Method | undefined {
  const [room = "", verb = ""] = name.split(".");
  const methods = Object.hasOwn(api, room) ? (api as Record<string, Room>)[room]?.methods : undefined;
  return methods && Object.hasOwn(methods, verb) ? methods[verb] : undefined;
}

/** What the host does itself is not cut off either. */
const kindOf = (name: string) => find(name)?.kind ?? "act";

function methodOf(name: string): Method {
  const method = find(name);
  if (!method) throw new Fault("invalid", `There is no method ${JSON.stringify(name)}.`);
  return method;
}

function checked(name: string, schema: z.ZodType, params: unknown): unknown {
  const { success, data, error } = schema.safeParse(params);
  if (success) return data;
  const [first] = error.issues;
  throw new Fault("invalid", `${name}: ${first?.path.join(".") || "the parameters"} ${first?.message ?? "do not fit"}`);
}

function fitting(schema: z.ZodType, result: unknown): unknown {
  const { success, data, error } = schema.safeParse(result);
  if (success) return data;
  throw new Fault("internal", `The answer does not fit the contract: ${z.prettifyError(error)}`);
}

function asFault(error: unknown): Fault {
  if (isFault(error)) return error;
  return new Fault("internal", error instanceof Error ? error.message : String(error));
}
