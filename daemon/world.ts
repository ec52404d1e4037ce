// The only doors outside, and what a call holds. Executors and types; no decisions.
import type { Kysely, Transaction } from "kysely";
import type { Logger } from "pino";
import type { Git } from "../gate/git.ts";
import type { EventRecord } from "../protocol/event.ts";
import type { Folders } from "../protocol/paths.ts";
import type { Database } from "./db/schema.ts";

export interface Clock {
  now(): Date;
}

/** What a room may use of the world. */
export interface World {
  /** for reading; everything that writes goes through `Call.write` or `Call.answer` */
  db: Kysely<Database>;
  git(cwd: string): Git;
  clock: Clock;
  folders: Folders;
  log: Logger;
  /** called for each event after its transaction is committed; returns the way to stop */
  onEvent(listener: (event: EventRecord) => void): () => void;
  /** A call the daemon makes to itself (keepers, recovery): same writes, same events, `by: "daemon"`. */
  ownCall(signal?: AbortSignal, asked?: Asked): Call;
}

/** One transaction. */
export interface Tx {
  db: Transaction<Database>;
  /** appends an event to the same transaction; faces hear of it after the commit */
  happened(
    name: string,
    about: {
      item?: number | null;
      service?: string | null;
      data?: Record<string, unknown>;
      /** whose doing it is, where the client that called has not said */
      by?: Call["by"];
    },
  ): Promise<void>;
}

/** A call's idempotency key, with what it was given for. */
export interface Asked {
  key: string;
  method: string;
  /** digest of the parameters */
  params: string;
}

/** What a method is given beside its parameters. */
export interface Call {
  /** under what the answer will be remembered; whoever finishes the act in this call's place answers under it */
  asked: Asked | undefined;
  /** correlation id, in every log line of this call */
  id: string;
  by: "cli" | "extension" | "hook" | "daemon" | "other";
  signal: AbortSignal;
  log: Logger;
  /** told to the client as `$/progress`, when it asked for it */
  progress(message: string, percent?: number): void;
  /** A transaction in the middle of a method. */
  write<T>(act: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * The last transaction of a method: what `act` returns is the method's result, and is remembered under the call's
   * idempotency key in the same transaction, so that a repeated call gets it again and nothing is done twice.
   */
  answer<T>(act: (tx: Tx) => Promise<T>): Promise<T>;
}
