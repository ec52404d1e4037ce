// The event log's door: reading it, and following it.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import type { Peer, PeerCall } from "../life/calls.ts";
import type { World } from "../world.ts";
import type { Feed } from "./feed.ts";
import { after, list } from "./store.ts";

export type { Feed } from "./feed.ts";
export { append, list as listEvents, newest } from "./store.ts";

const page = 200;

export function eventRoom(world: World, feed: Feed): Implements<Api["event"], PeerCall> {
  return {
    list: async (params) => ({ events: await list(world.db, params), seq: feed.seq }),
    subscribe: async ({ since }, call) => {
      const { seq } = feed;
      if (call.peer) follow(world, feed, call.peer, since);
      return { seq };
    },
  };
}

/** What each connection follows: one stream of events, however often it asks. */
const following = new WeakMap<Peer, () => void>();

/**
 * Sends every event after `since`, until the connection ends. The table is the queue: what a slow reader has not
 * taken yet stays there, so nothing is sent twice, nothing is left out, and nothing piles up here.
 */
function follow(world: World, feed: Feed, peer: Peer, since: number): void {
  following.get(peer)?.();
  let sent = since;
  let running = false;
  let over = false;
  const next = async () => {
    const upTo = feed.seq;
    const events = await after(world.db, sent, page);
    if (over) return;
    for (const event of events) peer.notify("event", event);
    // Numbers can be missing for good, after a restored copy.
    sent = events.at(-1)?.seq ?? upTo;
    await peer.drained();
  };
  const run = async () => {
    if (running) return;
    running = true;
    try {
      while (sent < feed.seq && !over) await next();
    } catch (error) {
      world.log.error({ err: error }, "events could not be read");
      // Without its events a face would show the past as the present: better it comes again.
      peer.drop("events could not be read");
    } finally {
      running = false;
    }
  };
  const deaf = feed.listen(() => void run());
  const stop = () => {
    over = true;
    deaf();
  };
  following.set(peer, stop);
  peer.closed.addEventListener("abort", stop, { once: true });
  void run();
}
