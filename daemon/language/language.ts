// The language server: what editors ask for while a person writes. The door; the rest is loaded with the first editor that comes.
import { JSONRPCErrorException } from "json-rpc-2.0";
import type { Verdict } from "../../protocol/shared.ts";
import type { Caller, OtherMethod } from "../dispatch.ts";
import type { Repos } from "../git/repos.ts";
import type { Verdicts } from "../git/verdicts.ts";
import type { StoredItem } from "../work/work.ts";
import type { World } from "../world.ts";

/** What the language server needs of the house. */
export interface Around {
  world: World;
  repos: Repos;
  verdicts: Verdicts;
  /** how an item stands, as a sentence, and its merge gate's verdict. @throws Fault */
  standing(item: StoredItem): Promise<{ line: string; merge: Verdict | null }>;
}

/** Answers for one connection after another; sessions.ts. */
export interface Desk {
  begin(params: unknown, caller: Caller): unknown;
  answer(method: string, params: unknown, caller: Caller, signal: AbortSignal): unknown;
}

/** What comes before `initialize` is refused, by LSP's own code for it. */
const notInitialized = -32002;

const spoken = [
  "initialized",
  "shutdown",
  "textDocument/didOpen",
  "textDocument/didChange",
  "textDocument/didSave",
  "textDocument/didClose",
  "workspace/didChangeConfiguration",
  "textDocument/completion",
  "textDocument/hover",
  "textDocument/codeAction",
  "textDocument/codeLens",
  "codeLens/resolve",
  "textDocument/documentLink",
  "textDocument/documentSymbol",
];

/** The methods of LSP, for the dispatcher. */
export function languageMethods(around: Around): Record<string, OtherMethod> {
  let desk: Promise<Desk> | undefined;
  const begun = new WeakSet<Caller>();
  const initialize: OtherMethod = async (params, caller) => {
    begun.add(caller);
    desk ??= import("./sessions.ts").then(({ Sessions }) => new Sessions(around));
    return (await desk).begin(params, caller);
  };
  // Always by way of the promise, so that messages are taken in the order in which they came.
  const other =
    (method: string): OtherMethod =>
    async (params, caller, signal) => {
      if (desk && begun.has(caller)) return (await desk).answer(method, params, caller, signal);
      if (method === "shutdown") return null;
      throw new JSONRPCErrorException(`${method} comes before initialize.`, notInitialized);
    };
  return { initialize, ...Object.fromEntries(spoken.map((method) => [method, other(method)])) };
}
