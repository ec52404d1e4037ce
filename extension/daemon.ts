// The way to the daemon: typed questions and acts, what happened, and whether it is there.
// The language client behind it is loaded after activation: it is most of the extension's code.
import * as vscode from "vscode";
import type * as z from "zod";
import type { Api } from "../protocol/api.ts";
import { Fault, isFault } from "../protocol/errors.ts";
import type { EventRecord } from "../protocol/event.ts";
import type { Welcome } from "../protocol/wire.ts";
import type { Connection, Progress } from "./connection.ts";
import { setting } from "./settings.ts";

/** `work.show`, `gate.show` … */
export type MethodName = { [R in keyof Api]: `${R}.${keyof Api[R]["methods"] & string}` }[keyof Api];
type MethodOf<N extends MethodName> = N extends `${infer R extends keyof Api}.${infer V}`
  ? Api[R]["methods"][V & keyof Api[R]["methods"]]
  : never;
export type ParamsOf<N extends MethodName> =
  MethodOf<N> extends { params: infer P extends z.ZodType } ? z.input<P> : never;
export type ResultOf<N extends MethodName> =
  MethodOf<N> extends { result: infer R extends z.ZodType } ? z.output<R> : never;

export interface CallOptions {
  token?: vscode.CancellationToken | undefined;
  progress?: Progress | undefined;
}

export type DaemonState =
  /** never there yet in this window */
  | { is: "starting" }
  | { is: "up"; welcome: Welcome }
  /** it was there; it is being looked for */
  | { is: "lost" }
  /** a person ended it; it comes back when a person acts, or starts it elsewhere */
  | { is: "stopped" }
  /** looking further is in vain until a person does something */
  | { is: "failed"; fault: Fault };

export class Daemon implements vscode.Disposable {
  readonly onDidChangeState: vscode.Event<DaemonState>;
  /** every event of the log after the first connection, none twice, none missed over a reconnect */
  readonly onDidHear: vscode.Event<EventRecord>;
  readonly output: vscode.LogOutputChannel;
  readonly #extension: vscode.Uri;
  readonly #changed = new vscode.EventEmitter<DaemonState>();
  readonly #heard = new vscode.EventEmitter<EventRecord>();
  #state: DaemonState = { is: "starting" };
  #connection: Promise<Connection> | undefined;

  /** @param extension where the daemon's bundle lies, which is started when no daemon answers */
  constructor(extension: vscode.Uri, output: vscode.LogOutputChannel) {
    this.#extension = extension;
    this.output = output;
    this.onDidChangeState = this.#changed.event;
    this.onDidHear = this.#heard.event;
  }

  get state(): DaemonState {
    return this.#state;
  }

  /** Asks; a lost daemon is waited for. @throws Fault */
  ask<N extends MethodName>(method: N, params: ParamsOf<N>, options: CallOptions = {}): Promise<ResultOf<N>> {
    return this.#request(method, params as object, options, false) as Promise<ResultOf<N>>;
  }

  /** Acts, once, even if the daemon is lost before its answer comes. @throws Fault */
  act<N extends MethodName>(method: N, params: ParamsOf<N>, options: CallOptions = {}): Promise<ResultOf<N>> {
    const keyed = { ...(params as object), idempotencyKey: crypto.randomUUID() };
    return this.#request(method, keyed, options, true) as Promise<ResultOf<N>>;
  }

  /** Looks for the daemon, and goes on looking. Resolves at once. */
  connect(): void {
    this.#connected().catch((error: unknown) => this.output.error(String(error)));
  }

  /** Ends this window's connection and makes a new one. */
  async reconnect(): Promise<void> {
    const before = this.#connection;
    this.#connection = undefined;
    this.#become({ is: "starting" });
    await (await before?.catch(() => undefined))?.dispose();
    await this.#connected();
  }

  /** Resolves when the connection is closed. */
  async dispose(): Promise<void> {
    this.#changed.dispose();
    this.#heard.dispose();
    await (await this.#connection?.catch(() => undefined))?.dispose();
  }

  async #request(method: string, params: object, options: CallOptions, wake: boolean): Promise<unknown> {
    const connection = await this.#connected();
    if (wake) connection.wake();
    return connection.request(method, params, options);
  }

  #connected(): Promise<Connection> {
    this.#connection ??= this.#open();
    return this.#connection;
  }

  async #open(): Promise<Connection> {
    const { Connection } = await import("./connection.ts");
    const program = vscode.Uri.joinPath(this.#extension, "dist/daemon.cjs").fsPath;
    return new Connection({
      start: { execPath: setting("calcifer.runtime") || process.execPath, args: [program] },
      help: vscode.Uri.joinPath(this.#extension, "docs/editors.md").toString(),
      env: daemonEnvironment(),
      output: this.output,
      changed: (state) => this.#become(state),
      heard: (event) => this.#heard.fire(event),
    });
  }

  #become(state: DaemonState): void {
    this.#state = state;
    this.#changed.fire(state);
  }
}

/** Our own environment, with the home of the settings, if they name one. */
export function daemonEnvironment(): Record<string, string | undefined> {
  const home = setting("calcifer.home");
  return home === "" ? process.env : { ...process.env, CALCIFER_HOME: home };
}

/** Whatever was thrown, as a fault with a sentence. */
export function faultOf(error: unknown): Fault {
  if (isFault(error)) return error;
  return new Fault("internal", error instanceof Error ? error.message : String(error));
}
