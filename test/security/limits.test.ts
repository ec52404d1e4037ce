// What one client may cost: large messages, messages without an end, answers nobody reads. The others are served.
import assert from "node:assert/strict";
import { cleanUp, newHome, type Process, Raw, soon, startProcess } from "../../daemon/life/trial.ts";
import { frame, largestFrame } from "../../protocol/wire.ts";

describe("limits", function () {
  this.timeout(60_000);
  const home = newHome();
  let daemon: Process;
  let other: Raw;
  before(async () => {
    const limits = { unfinished: 400, stalled: 600, connections: 40 };
    daemon = startProcess(home, { trial: { limits } });
    await daemon.said;
    other = await Raw.to(home);
  });
  after(cleanUp);

  /** Another client is answered; the daemon's resident size, in MB. */
  const served = async () => {
    const { result } = await other.call("daemon.status");
    return (result as { memory: number }).memory / 1e6;
  };

  it("a frame over 16 MiB: an error, then the end, and none of it is kept", async () => {
    const before = await served();
    const raw = await Raw.to(home);
    raw.bytes(`Content-Length: ${largestFrame + 1}\r\n\r\n`);
    const { error } = await raw.answer();
    assert.match(error?.message ?? "", /a message of 16777217 bytes; at most 16777216 are taken/);
    const chunk = Buffer.alloc(1024 * 1024);
    for (let n = 0; n < 17 && !raw.socket.destroyed; n++) raw.bytes(chunk);
    await raw.closed;
    assert.ok((await served()) - before < 40);
  });

  it("a frame of nearly 16 MiB is taken", async () => {
    const raw = await Raw.to(home);
    const text = "é".repeat(8_000_000);
    assert.deepEqual((await raw.call("probe.echo", { text })).result, { text });
    raw.socket.destroy();
  });

  it("deep nesting is an error", async () => {
    const raw = await Raw.to(home);
    const deep = `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`;
    raw.bytes(Buffer.concat([Buffer.from(`Content-Length: ${deep.length}\r\n\r\n`), Buffer.from(deep)]));
    assert.match(JSON.stringify(await raw.answer()), /"error"/);
    raw.send({ jsonrpc: "2.0", id: 1, method: "probe.echo", params: { text: "x" } });
    assert.ok((await raw.answer()).result);
    raw.socket.destroy();
  });

  it("a batch without end is refused whole", async () => {
    const raw = await Raw.to(home);
    raw.send(Array.from({ length: 1001 }, (_, id) => ({ jsonrpc: "2.0", id, method: "probe.keys" })));
    assert.match((await raw.answer()).error?.message ?? "", /at most 1000/);
    raw.socket.destroy();
  });

  for (const [name, bytes] of [
    ["a header never finished", "Content-Len"],
    ["a body never finished", "Content-Length: 1000\r\n\r\n{"],
  ] as const)
    it(`${name}: that client is dropped in time, others are served`, async () => {
      const raw = await Raw.to(home);
      raw.bytes(bytes);
      await served();
      await raw.closed;
    });

  it("a header that drips for ever is dropped in time", async () => {
    const raw = await Raw.to(home);
    const drip = setInterval(() => raw.bytes("x"), 20);
    await raw.closed;
    clearInterval(drip);
  });

  it("a client that is quiet between whole messages is not dropped", async () => {
    const raw = await Raw.to(home);
    raw.bytes(frame({ jsonrpc: "2.0", id: 1, method: "probe.keys" }));
    await raw.answer();
    await new Promise((resolve) => setTimeout(resolve, 1300));
    assert.ok((await raw.call("probe.keys")).result);
    raw.socket.destroy();
  });

  it("a client that asks and never reads is dropped; memory stays bounded, others are served", async () => {
    const before = await served();
    const raw = await Raw.to(home);
    raw.socket.pause();
    const request = frame({ jsonrpc: "2.0", id: 1, method: "probe.echo", params: { text: "x".repeat(200_000) } });
    let most = 0;
    const asking = (async () => {
      for (let n = 0; n < 1000 && !raw.socket.destroyed; n++)
        if (!raw.socket.write(request))
          await Promise.race([new Promise((resolve) => raw.socket.once("drain", resolve)), raw.closed]);
    })();
    const watching = (async () => {
      while (!raw.socket.destroyed) {
        most = Math.max(most, await served());
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await Promise.all([asking, watching, raw.closed]);
    console.log(`      resident ${Math.round(before)} → at most ${Math.round(most)} MB`);
    assert.ok(most - before < 250, `${before} → ${most}`);
    await served();
  });

  it("a subscriber that never reads is dropped; its events stay in the table", async () => {
    for (let n = 0; n < 60; n++)
      assert.ok((await other.call("probe.put", { key: `${n}-${"k".repeat(20_000)}` })).result);
    const raw = await Raw.to(home);
    raw.socket.pause();
    raw.send({ jsonrpc: "2.0", id: 1, method: "event.subscribe", params: { since: 0 } });
    // One that does not read does not see that it was dropped either.
    const clients = async () => ((await other.call("daemon.status")).result as { clients: number }).clients;
    await soon(async () => (await clients()) === 2, "it is there");
    await soon(async () => (await clients()) === 1, "it is dropped");
    raw.socket.destroy();
  });

  it("an answer over 16 MiB is an error instead", async () => {
    const raw = await Raw.to(home);
    raw.send(
      Array.from({ length: 15 }, (_, id) => ({ jsonrpc: "2.0", id, method: "event.list", params: { limit: 1000 } })),
    );
    assert.match((await raw.answer()).error?.message ?? "", /larger than 16 MiB; ask for less\.$/);
    raw.socket.destroy();
  });

  it("more connections than there may be: a sentence, and room again when one goes", async () => {
    const many: Raw[] = [];
    for (let n = 0; n < 39; n++) many.push(await Raw.to(home));
    await many.at(-1)?.call("probe.keys");
    const extra = await Raw.to(home);
    assert.match((await extra.answer()).error?.message ?? "", /has 40 connections already/);
    await extra.closed;
    for (const each of many) each.socket.destroy();
    await Promise.all(many.map((each) => each.closed));
    let again = await Raw.to(home);
    while (!(await again.call("probe.keys").catch(() => undefined))?.result) again = await Raw.to(home);
    again.socket.destroy();
  });
});
