// The page's end of the wire to its host, and what the page keeps over being hidden.
import { config } from "@vscode/l10n";
import type * as z from "zod";
import { Fault } from "../../../../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../../../daemon.ts";
import type { FirstData, FromPage, StateOf, ToPage, Words } from "../envelope.ts";

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
  #state: StateOf<W>;
  readonly #vscode = acquireVsCodeApi();
  readonly #version: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #scroll: number;
  #last = 0;

  constructor(drafts: D) {
    const first = JSON.parse(document.getElementById("first")?.textContent ?? "{}") as FirstData;
    if (first.texts) config({ contents: first.texts });
    this.#version = first.version;
    const kept = this.#kept();
    // What was shown last is newer than the document, which is as old as the view.
    this.#state = kept?.state ?? (first.state as StateOf<W>);
    this.drafts = { ...drafts, ...kept?.drafts };
    this.#scroll = kept?.scroll ?? 0;
    window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => this.#hear(data));
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

  #hear(message: ToPage): void {
    if ("state" in message) this.#become(message.state as StateOf<W>);
    else if ("progress" in message) this.#waiting.get(message.id)?.progress?.(message.progress);
    else this.#settle(message);
  }

  #become(state: StateOf<W>): void {
    this.#state = state;
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
    return kept?.version === this.#version && kept.state ? (kept as Kept<StateOf<W>, D>) : undefined;
  }
}
