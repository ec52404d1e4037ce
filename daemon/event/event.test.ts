import assert from "node:assert/strict";
import type { EventRecord } from "../../protocol/event.ts";
import type { Running } from "../life/house.ts";
import { type Answer, cleanUp, newHome, Raw, soon, startHere } from "../life/trial.ts";

type Listed = { events: EventRecord[]; seq: number };

describe("events", () => {
  const home = newHome();
  let raw: Raw;
  let running: Running;
  before(async () => {
    running = await startHere(home);
    raw = await Raw.to(home);
  });
  after(cleanUp);

  const put = async (key: string) => assert.ok((await raw.call("probe.put", { key })).result, key);
  const list = async (params: object) => (await raw.call("event.list", params)).result as Listed;
  const seqs = (listed: Listed) => listed.events.map((event) => event.seq);

  /** Collects what a connection is told, by number. */
  function collect(to: Raw): number[] {
    const heard: number[] = [];
    const next = async (): Promise<void> => {
      const { params } = await to.answer<Answer>((answer) => (answer as Answer).method === "event");
      heard.push((params as EventRecord).seq);
      return await next();
    };
    next().catch(() => {});
    return heard;
  }

  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  it("are listed by number, item, name and from the end", async () => {
    for (const key of ["a", "b", "c"]) await put(key);
    await raw.call("backup.now");
    assert.deepEqual(seqs(await list({})), [1, 2, 3, 4]);
    assert.deepEqual(seqs(await list({ since: 1, limit: 2 })), [2, 3]);
    assert.deepEqual(seqs(await list({ newest: true, limit: 2 })), [4, 3]);
    assert.deepEqual(seqs(await list({ item: 2 })), [2]);
    assert.deepEqual(seqs(await list({ name: "probe" })), [1, 2, 3]);
    assert.deepEqual(seqs(await list({ name: "probe.put", newest: true, limit: 2 })), [3, 2]);
    assert.deepEqual(seqs(await list({ name: "ba", since: 1 })), [4]);
    assert.deepEqual(seqs(await list({ name: "probe", item: 3 })), [3]);
    assert.deepEqual(seqs(await list({ name: "zebra" })), []);
    assert.deepEqual(seqs(await list({ service: "none" })), []);
    const [first] = (await list({ limit: 1 })).events;
    assert.deepEqual([first?.name, first?.item, first?.by, first?.data], ["probe.put", 1, "other", { key: "a" }]);
  });

  it("reach a subscriber without gap or repetition, while four clients write", async () => {
    const { seq } = await list({ limit: 1 });
    const writers = await Promise.all([1, 2, 3, 4].map(() => Raw.to(home)));
    const writing = writers.flatMap((writer, w) =>
      Array.from({ length: 60 }, (_, n) => writer.call("probe.put", { key: `w${w}-${n}` })),
    );
    const subscriber = await Raw.to(home);
    const heard = collect(subscriber);
    // In the midst of the writing: the backlog and what is new must meet without a seam.
    await Promise.race(writing);
    await subscriber.call("event.subscribe", { since: 2 });
    await Promise.all(writing);
    await soon(() => heard.at(-1) === seq + 240, "the last event");
    assert.deepEqual(heard, numbers(3, seq + 240));
    for (const each of [...writers, subscriber]) each.socket.destroy();
  });

  it("go on from where a reconnecting client left off", async () => {
    const { seq } = await list({ limit: 1 });
    await put("while-away-1");
    await put("while-away-2");
    const subscriber = await Raw.to(home);
    const heard = collect(subscriber);
    await subscriber.call("event.subscribe", { since: seq });
    await put("live");
    await soon(() => heard.length === 3, "three events");
    assert.deepEqual(heard, numbers(seq + 1, seq + 3));
    subscriber.socket.destroy();
  });

  it("are told once to a client that subscribes twice", async () => {
    const subscriber = await Raw.to(home);
    const heard = collect(subscriber);
    const { result } = await subscriber.call("event.subscribe", { since: 1_000_000 });
    const { seq } = result as { seq: number };
    await subscriber.call("event.subscribe", { since: seq });
    await put("once");
    await subscriber.call("daemon.status");
    assert.deepEqual(heard, [seq + 1]);
    subscriber.socket.destroy();
  });

  it("wait in the table for a client that reads slowly", async () => {
    const slow = await Raw.to(home);
    slow.socket.pause();
    slow.send({ jsonrpc: "2.0", id: 1, method: "event.subscribe", params: { since: 0 } });
    for (let i = 0; i < 20; i++) await put(`slow-${i}`);
    const { seq } = await list({ limit: 1 });
    const heard = collect(slow);
    slow.socket.resume();
    await soon(() => heard.at(-1) === seq, "the last event");
    assert.deepEqual(heard, numbers(1, seq));
    slow.socket.destroy();
  });

  it("are not told of what was rolled back", async () => {
    const heard: string[] = [];
    const stop = running.world.onEvent((event) => heard.push(event.name));
    const call = running.world.ownCall();
    const failing = call.write(async (tx) => {
      await tx.happened("probe.never", {});
      throw new Error("no");
    });
    await assert.rejects(failing, /no/);
    await put("after");
    stop();
    assert.deepEqual(heard, ["probe.put"]);
    assert.deepEqual(seqs(await list({ name: "probe.never" })), []);
  });
});
