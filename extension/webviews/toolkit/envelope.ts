// What travels between a page and its host. Types only: both sides import them, and they weigh nothing.
import type * as z from "zod";
import type { FaultData } from "../../../protocol/errors.ts";
import type { MethodName } from "../../daemon.ts";

/** From the page: a call, or that it no longer wants the answer. */
export type FromPage = { id: number; method: string; params: unknown } | { cancel: number };

/** From the host: an answer, how far a call is, or the page's new state. */
export type ToPage =
  | { id: number; result: unknown }
  | { id: number; fault: FaultData }
  | { id: number; progress: string }
  | { state: unknown };

/** A function of the host that the page may call. */
export interface HostFunction {
  params: z.ZodType;
  result: z.ZodType;
}

/** All a page and its host may say to each other. */
export interface Words {
  /** methods of the daemon */
  methods: readonly MethodName[];
  functions: Record<string, HostFunction>;
  state: z.ZodObject;
}

export type StateOf<W extends Words> = z.output<W["state"]>;

/** What the host's HTML hands to the page's script. */
export interface FirstData {
  state: unknown;
  /** tells this document from another of the same page */
  made: string;
  /** the extension's: what a page kept for another version is not read */
  version: string;
  /** the texts in the person's language; left out for English */
  texts: Record<string, string> | undefined;
}
