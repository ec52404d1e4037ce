// The shape of the contract: methods, events, rooms, and the types that follow from them.
import type * as z from "zod";
import type { FaultName } from "./errors.ts";

/** One method, said once. Validation, typed client, CLI command, help, completion and OpenRPC come from it. */
export interface Method<P extends z.ZodObject = z.ZodObject, R extends z.ZodType = z.ZodType> {
  summary: string;
  /** an `ask` never writes; an `act` may, and takes an idempotency key */
  kind: "ask" | "act";
  params: P;
  result: R;
  /** parameters the CLI takes by position, in order; a name ending in `…` takes all that is left */
  positional?: readonly string[];
  /** a spelling at the top level of the CLI: `commit` for `work.commit` */
  alias?: string;
  /** not offered as a CLI command; still callable with `calcifer rpc` */
  hidden?: boolean;
  faults?: readonly FaultName[];
  /** whole command lines, shown by --help */
  examples?: readonly string[];
}

export interface Event<D extends z.ZodObject = z.ZodObject> {
  summary: string;
  data: D;
}

export interface Room {
  summary: string;
  methods: Record<string, Method>;
  events?: Record<string, Event>;
}

export const method = <P extends z.ZodObject, R extends z.ZodType>(m: Method<P, R>): Method<P, R> => m;
export const event = <D extends z.ZodObject>(e: Event<D>): Event<D> => e;
export const room = <R extends Room>(r: R): R => r;

export type Params<M extends Method> = z.input<M["params"]>;
export type Parsed<M extends Method> = z.output<M["params"]>;
export type Result<M extends Method> = z.output<M["result"]>;

/** What a face holds: `client.work.add({ title })`. */
export type Client<A extends Record<string, Room>> = {
  [R in keyof A]: {
    [V in keyof A[R]["methods"]]: (params: Params<A[R]["methods"][V]>) => Promise<Result<A[R]["methods"][V]>>;
  };
};

/** What a room of the daemon offers: the same methods, with the call's context behind the parameters. */
export type Implements<R extends Room, Call> = {
  [V in keyof R["methods"]]: (params: Parsed<R["methods"][V]>, call: Call) => Promise<Result<R["methods"][V]>>;
};
