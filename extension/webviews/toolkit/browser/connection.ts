// The page's end of the wire to its host, and what the page keeps over being hidden.
import { config } from "@vscode/l10n";
import type * as z from "zod";
import { Fault } from "../../../../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../../../daemon.ts";
import type { FirstData, FromPage, StateOf, ToPage, Words } from "../envelope.ts";
import { type Fields, hasFields, isToPage } from "./guard.ts";

interface VsCode {
  postMessage(message: FromPage | "ready"): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCode;

export interface Options {
  signal?: AbortSignal;
  progress?: (message: string) => void;
}

interface Kept<S, D> {
  version: string;
  made: string;
  state: S;
  drafts: D;
  scroll: number;
}

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (fault: Fault) => void;
  progress: ((message: string) => void) | undefined;
}

/** @typeParam D what a person has begun and not sent */
export class Connection<W extends Words, D extends object> {
  readonly drafts: D;
  /** called with each new state */
  changed: () => void = () => {};
  /** a state has come from the host: what is shown is not only remembered */
  fresh = false;
  #state: StateOf<W>;
  readonly #fields: Fields<W>;
  readonly #made: string;
  readonly #vscode = acquireVsCodeApi();
  readonly #version: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #scroll: number;
  #last = 0;

  /** @param fields of the state; a message whose state lacks one is let fall */
  constructor(drafts: D, fields: Fields<W>) {
    this.#fields = fields;
    const first = JSON.parse(document.getElementById("first")?.textContent ?? "{}") as FirstData;
    if (first.texts) config({ contents: first.texts });
    this.#version = first.version;
    this.#made = first.made;
    const kept = this.#kept();
    this.#state = newest(first, kept);
    this.drafts = { ...drafts, ...kept?.drafts };
    this.#scroll = kept?.scroll ?? 0;
    window.addEventListener("message", ({ data }: MessageEvent<unknown>) => this.#hear(data));
    window.addEventListener("scrollend", () => this.keep());
    this.#vscode.postMessage("ready");
  }

  get state(): StateOf<W> {
    return this.#state;
  }

  /** After the first rendering: back to where the person was. */
  restoreScroll(): void {
    window.scrollTo(0, this.#scroll);
  }

  /** Remembers the drafts; to be called after each change of them. */
  keep(): void {
    const { drafts } = this;
    const kept: Kept<StateOf<W>, D> & object = {
      ...(this.#state as object),
      version: this.#version,
      made: this.#made,
      state: this.#state,
      drafts,
      scroll: window.scrollY,
    };
    this.#vscode.setState(kept);
  }

  /** Replaces a part of the state by what an answer says, before the host pushes it. */
  learn(part: Partial<StateOf<W>>): void {
    this.#state = { ...this.#state, ...part };
    this.changed();
  }

  /** Asks the daemon, or has it act. @throws Fault */
  call<N extends W["methods"][number]>(method: N, params: ParamsOf<N>, options: Options = {}): Promise<ResultOf<N>> {
    return this.#send(method, params, options) as Promise<ResultOf<N>>;
  }

  /** Calls a function of the host. @throws Fault */
  host<F extends keyof W["functions"] & string>(
    name: F,
    params: z.input<W["functions"][F]["params"]>,
  ): Promise<z.output<W["functions"][F]["result"]>> {
    return this.#send(name, params, {}) as Promise<z.output<W["functions"][F]["result"]>>;
  }

  #send(method: string, params: unknown, { signal, progress }: Options): Promise<unknown> {
    const id = ++this.#last;
    signal?.addEventListener("abort", () => this.#vscode.postMessage({ cancel: id }));
    this.#vscode.postMessage({ id, method, params });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, progress }));
  }

  #hear(message: unknown): void {
    if (!isToPage(message, this.#fields)) return;
    if ("state" in message) this.#become(message.state as StateOf<W>);
    else if ("progress" in message) this.#waiting.get(message.id)?.progress?.(message.progress);
    else this.#settle(message);
  }

  #become(state: StateOf<W>): void {
    this.#state = state;
    this.fresh = true;
    this.keep();
    this.changed();
  }

  #settle(answer: Exclude<ToPage, { state: unknown } | { progress: string }>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    // `result` is missing where it is undefined: on the way messages are JSON.
    if ("fault" in answer) waiting?.reject(new Fault(answer.fault.fault, answer.fault.message, answer.fault));
    else waiting?.resolve(answer.result);
  }

  #kept(): Kept<StateOf<W>, D> | undefined {
    const kept = this.#vscode.getState() as Partial<Kept<StateOf<W>, D>> | undefined;
    return kept?.version === this.#version && hasFields(kept.state, this.#fields)
      ? (kept as Kept<StateOf<W>, D>)
      : undefined;
  }
}

/**
 * What was shown last is newer than its document, which is as old as the view. In another document, after a reload,
 * the window around it may be another: whether it is trusted is for that document to say.
 */
function newest<S extends object>(first: FirstData, kept: { made: string; state: S } | undefined): S {
  const state = first.state as S & { connection: unknown; trusted: unknown };
  if (!kept) return state;
  if (kept.made === first.made) return kept.state;
  return { ...kept.state, connection: state.connection, trusted: state.trusted };
}
