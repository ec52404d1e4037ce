// Tells whoever listens what happened, after it was committed and in its order.
import type { Logger } from "pino";
import type { EventRecord } from "../../protocol/event.ts";

export class Feed {
  /** the newest event */
  seq: number;
  private readonly listeners = new Set<(event: EventRecord) => void>();
  private readonly log: Logger;

  constructor(seq: number, log: Logger) {
    this.seq = seq;
    this.log = log;
  }

  /** @returns the way to stop */
  listen(listener: (event: EventRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  publish(events: readonly EventRecord[]): void {
    for (const event of events) {
      this.seq = event.seq;
      for (const listener of this.listeners) this.tell(listener, event);
    }
  }

  // One listener's mistake is not the others'.
  private tell(listener: (event: EventRecord) => void, event: EventRecord): void {
    try {
      listener(event);
    } catch (error) {
      this.log.error({ err: error, event: event.name }, "a listener failed");
    }
  }
}
