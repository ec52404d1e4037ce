// What a method holds while it runs: its transactions, its events, its idempotency key.
import { createHash } from "node:crypto";
import type { Logger } from "pino";
import { Fault } from "../../protocol/errors.ts";
import type { EventRecord } from "../../protocol/event.ts";
import type { Store } from "../db/open.ts";
import type { Feed } from "../event/feed.ts";
import { append } from "../event/store.ts";
import type { Asked, Call, Clock, Tx } from "../world.ts";

/** The connection a call came by. */
export interface Peer {
  /** aborted when the connection is gone */
  closed: AbortSignal;
  notify(method: string, params: unknown): void;
  /** a request that asks the client to do something; nobody waits for its answer */
  request(method: string, params?: unknown): void;
  /** resolves when the client has taken what was sent, or is gone */
  drained(): Promise<void>;
  /** ends the connection, without a further word */
  drop(why: string): void;
}

/** A call with its connection, for the few rooms that speak to it; a call of the daemon's own has none. */
export interface PeerCall extends Call {
  peer: Peer | undefined;
}

export type Key = Asked;

export interface NewCall {
  /** a new one, if left out */
  id?: string;
  by: Call["by"];
  signal: AbortSignal;
  peer?: Peer | undefined;
  key?: Key | undefined;
  progress?: (message: string, percent?: number) => void;
}

/** Makes calls: the one place where transactions, events and answers come together. */
export class Calls {
  private count = 0;
  private readonly start = Date.now().toString(36);
  private readonly store: Store;
  private readonly feed: Feed;
  private readonly clock: Clock;
  private readonly log: Logger;

  constructor(store: Store, feed: Feed, clock: Clock, log: Logger) {
    this.store = store;
    this.feed = feed;
    this.clock = clock;
    this.log = log;
  }

  newId(): string {
    return `${this.start}-${(++this.count).toString(36)}`;
  }

  make(call: NewCall): PeerCall & { answered: boolean } {
    const id = call.id ?? this.newId();
    const root = this.log;
    let log: Logger | undefined;
    let inside = false;
    const once = async <T>(act: (tx: Tx) => Promise<T>, key?: Key): Promise<T> => {
      // Would wait for itself for ever.
      if (inside) throw new Error("a write within a write of the same call");
      inside = true;
      try {
        return await this.transact(call.by, act, key);
      } finally {
        inside = false;
      }
    };
    const made = {
      id,
      asked: call.key,
      by: call.by,
      signal: call.signal,
      peer: call.peer,
      answered: false,
      get log() {
        log ??= root.child({ call: id });
        return log;
      },
      progress: call.progress ?? (() => {}),
      write: <T>(act: (tx: Tx) => Promise<T>) => once(act),
      answer: async <T>(act: (tx: Tx) => Promise<T>): Promise<T> => {
        const result = await once(act, call.key);
        made.answered = true;
        return result;
      },
    };
    return made;
  }

  /** What was answered under a key before. @throws Fault conflict when it was given for something else */
  async remembered(key: Key): Promise<{ result: unknown } | undefined> {
    const row = await this.store.db.selectFrom("answers").selectAll().where("key", "=", key.key).executeTakeFirst();
    if (!row) return undefined;
    if (row.method !== key.method || row.params !== key.params) throw otherUse(key);
    return { result: JSON.parse(row.result) };
  }

  /** Remembers an answer that was not written with its change. */
  async remember(key: Key, result: unknown): Promise<void> {
    await this.store.write((db) =>
      db
        .insertInto("answers")
        .values(this.answerRow(key, result))
        .onConflict((c) => c.doNothing())
        .execute(),
    );
  }

  private async transact<T>(by: Call["by"], act: (tx: Tx) => Promise<T>, key: Key | undefined): Promise<T> {
    const events: EventRecord[] = [];
    return await this.store.write(
      async (db) => {
        const happened: Tx["happened"] = async (name, about) => {
          const at = this.clock.now().toISOString();
          const { item = null, service = null, data = {} } = about;
          events.push(await append(db, { at, name, item, service, by: about.by ?? by, data }));
        };
        const result = await act({ db, happened });
        if (key) await db.insertInto("answers").values(this.answerRow(key, result)).execute();
        return result;
      },
      () => this.feed.publish(events),
    );
  }

  private answerRow(key: Key, result: unknown) {
    return { ...key, result: JSON.stringify(result ?? null), at: this.clock.now().toISOString() };
  }
}

export function otherUse(key: Key): Fault {
  return new Fault("conflict", `The idempotency key ${JSON.stringify(key.key)} was used before, for another call.`, {
    hint: "Use a new key for each act, and the same only to repeat that act.",
  });
}

/** The same for the same parameters, whatever the order of their names. */
export function digest(params: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(params)))
    .digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, v]) => [name, sorted(v)]),
  );
}
