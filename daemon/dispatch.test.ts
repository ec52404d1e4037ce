import assert from "node:assert/strict";
import { HandClock, pause } from "./life/clock.ts";
import { type Answer, cleanUp, newHome, Raw, soon, startHere } from "./life/trial.ts";

describe("dispatch", () => {
  const home = newHome();
  let raw: Raw;
  before(async () => {
    await startHere(home);
  });
  beforeEach(async () => {
    raw = await Raw.to(home);
  });
  afterEach(() => raw.socket.destroy());
  after(cleanUp);

  const facts = (answer: Answer) =>
    (answer.error?.data?.data ?? {}) as { fields?: { message: string }[]; log?: string };
  const fields = (answer: Answer) => facts(answer).fields?.map((field) => field.message);

  it("begins nothing any more on its way out, in no protocol", async () => {
    const other = newHome();
    const running = await startHere(other);
    const client = await Raw.to(other);
    client.send({ jsonrpc: "2.0", id: 9, method: "probe.wait", params: { steps: 1, workDoneToken: "t" } });
    await client.answer();
    running.stop("a test");
    for (const method of ["initialize", "daemon.status"])
      assert.match((await client.call(method, {})).error?.message ?? "", /^The daemon is on its way out/);
    assert.equal((await client.call("shutdown")).error, undefined);
    client.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 9 } });
    await running.ended;
  });

  it("answers a call", async () => {
    assert.deepEqual(await raw.call("probe.echo", { text: "hé 👋" }, "a"), {
      jsonrpc: "2.0",
      id: "a",
      result: { text: "hé 👋" },
    });
  });

  it("needs no hello", async () => {
    assert.equal(typeof ((await raw.call("daemon.status")).result as { pid: number }).pid, "number");
  });

  const malformed: [string, unknown, number, unknown?][] = [
    ["a text", "hello", -32600],
    ["a number", 7, -32600],
    ["null", null, -32600],
    ["an object that is no request", {}, -32600],
    ["another version", { jsonrpc: "1.0", id: 1, method: "daemon.status" }, -32600, 1],
    ["a method that is no text", { jsonrpc: "2.0", id: 1, method: 5 }, -32600, 1],
    ["an id that is an object", { jsonrpc: "2.0", id: {}, method: "daemon.status" }, -32600],
    ["params that are a text", { jsonrpc: "2.0", id: 1, method: "daemon.status", params: "x" }, -32600, 1],
    ["params by position", { jsonrpc: "2.0", id: 1, method: "daemon.status", params: [1] }, -32602, 1],
    ["an empty batch", [], -32600],
    ["an unknown method", { jsonrpc: "2.0", id: 1, method: "constructor" }, -32601, 1],
    ["a method of Object", { jsonrpc: "2.0", id: 1, method: "probe.toString" }, -32601, 1],
    [
      "a polluting parameter",
      { jsonrpc: "2.0", id: 1, method: "daemon.status", params: JSON.parse('{"__proto__":{"a":1}}') },
      -32602,
      1,
    ],
  ];
  for (const [name, message, code, id = null] of malformed)
    it(`says what is wrong with ${name}`, async () => {
      raw.send(message);
      const answer = await raw.answer();
      assert.deepEqual([answer.error?.code, answer.id], [code, id]);
      assert.match(answer.error?.message ?? "", /\w+ .*\w/);
    });

  it("says that bytes are no JSON, and goes on", async () => {
    raw.bytes("Content-Length: 5\r\n\r\n{nope");
    assert.equal((await raw.answer()).error?.code, -32700);
    assert.ok((await raw.call("daemon.status")).result);
  });

  it("says that bytes are no frame, and ends the connection", async () => {
    raw.bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert.equal((await raw.answer()).error?.code, -32700);
    await raw.closed;
  });

  it("answers a batch in a batch, the good and the bad", async () => {
    raw.send([
      { jsonrpc: "2.0", id: 1, method: "probe.echo", params: { text: "one" } },
      null,
      { jsonrpc: "2.0", method: "probe.echo", params: { text: "a notification" } },
      { jsonrpc: "2.0", id: 2, method: "probe.refuse" },
    ]);
    const answers = await raw.answer<Answer[]>();
    assert.deepEqual(
      answers.map((a) => [a.id, a.result, a.error?.code]),
      [
        [1, { text: "one" }, undefined],
        [null, undefined, -32600],
        [2, undefined, 1],
      ],
    );
  });

  it("answers a batch of one in a batch", async () => {
    raw.send([{ jsonrpc: "2.0", id: 1, method: "probe.echo", params: { text: "one" } }]);
    assert.equal((await raw.answer<Answer[]>()).length, 1);
  });

  it("does not answer notifications, nor answers", async () => {
    raw.send({ jsonrpc: "2.0", method: "probe.fail" });
    raw.send({ jsonrpc: "2.0", method: "textDocument/didOpen", params: {} });
    raw.send({ jsonrpc: "2.0", id: 5, result: null });
    raw.send([{ jsonrpc: "2.0", method: "no.such" }]);
    raw.send({ jsonrpc: "2.0", id: 6, method: "probe.echo", params: { text: "last" } });
    assert.equal((await raw.answer()).id, 6);
  });

  it("names a near method", async () => {
    const { error } = await raw.call("wrok.lits");
    assert.equal(error?.code, -32601);
    assert.match((await raw.call("daemon.stauts")).error?.message ?? "", /Did you mean daemon\.status\?/);
  });

  it("names every wrong field in plain words", async () => {
    const answer = await raw.call("event.list", { limti: 3, limit: 100_000, name: 7, newest: "yes" });
    assert.equal(answer.error?.code, -32602);
    assert.equal(answer.error?.data?.fault, "invalid");
    assert.deepEqual(fields(answer), [
      "limit: must be at most 1,000; it is 100000",
      "name: must be a text; it is 7",
      'newest: must be true or false; it is "yes"',
      "limti: there is no such parameter; did you mean limit?",
    ]);
    assert.deepEqual(fields(await raw.call("probe.put", {})), ["key: is missing"]);
  });

  it("carries a refusal whole", async () => {
    const { error } = await raw.call("probe.refuse");
    assert.deepEqual(error, {
      code: 1,
      message: "No.",
      data: {
        fault: "refused",
        message: "No.",
        reasons: [{ check: "probe", message: "No.", next: "calcifer work list" }],
      },
    });
  });

  it("tells a mistake of ours by its reference only", async () => {
    const answer = await raw.call("probe.fail");
    assert.equal(answer.error?.code, -32603);
    assert.doesNotMatch(JSON.stringify(answer), /secret|TypeError|\.ts:/);
    assert.match(String(facts(answer).log), /^\w+-\w+$/);
  });

  it("finds a result that breaks the contract, in tests", async () => {
    assert.equal((await raw.call("probe.lie")).error?.code, -32603);
  });

  it("finds a write within a write instead of waiting for ever", async () => {
    assert.equal((await raw.call("probe.twice")).error?.code, -32603);
    assert.ok((await raw.call("probe.put", { key: "after-twice" })).result);
  });

  it("cancels a call under way, and reports its progress", async () => {
    raw.send({ jsonrpc: "2.0", id: 9, method: "probe.wait", params: { steps: 2, workDoneToken: "t" } });
    const first = await raw.answer();
    assert.deepEqual(
      [first.method, first.params],
      ["$/progress", { token: "t", value: { message: "step 1", percentage: 50 } }],
    );
    raw.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 9 } });
    assert.equal((await raw.answer((a) => (a as { id?: unknown }).id === 9)).error?.code, -32800);
  });

  it("takes no key for a question", async () => {
    assert.deepEqual(fields(await raw.call("probe.echo", { text: "x", idempotencyKey: "k" })), [
      "idempotencyKey: is for acts; probe.echo only asks",
    ]);
    assert.equal((await raw.call("probe.put", { key: "x", idempotencyKey: "" })).error?.code, -32602);
    assert.equal((await raw.call("probe.put", { key: "x", idempotencyKey: "k".repeat(201) })).error?.code, -32602);
  });

  it("is polite to a language client, and ends only its connection", async () => {
    assert.deepEqual((await raw.call("initialize", { processId: null, capabilities: {} })).result, {
      capabilities: {},
      serverInfo: { name: "calcifer" },
    });
    raw.send({ jsonrpc: "2.0", method: "initialized", params: {} });
    raw.send({ jsonrpc: "2.0", method: "$/setTrace", params: { value: "off" } });
    assert.equal((await raw.call("shutdown")).result, null);
    raw.send({ jsonrpc: "2.0", method: "exit" });
    await raw.closed;
    raw = await Raw.to(home);
    assert.ok((await raw.call("daemon.status")).result);
  });

  it("answers a client that closes its side after asking", async () => {
    raw.send({ jsonrpc: "2.0", id: 1, method: "probe.echo", params: { text: "x" } });
    raw.socket.end();
    assert.deepEqual((await raw.answer()).result, { text: "x" });
    await raw.closed;
  });
});

describe("idempotency", () => {
  let home: string;
  let raw: Raw;
  before(async () => {
    home = newHome();
    await startHere(home);
    raw = await Raw.to(home);
  });
  after(cleanUp);

  it("gives the first result again, and does nothing twice", async () => {
    const first = await raw.call("probe.put", { key: "a", idempotencyKey: "k1" });
    assert.ok(first.result);
    assert.deepEqual((await raw.call("probe.put", { idempotencyKey: "k1", text: "", key: "a" })).result, first.result);
    assert.deepEqual(((await raw.call("probe.keys")).result as { keys: string[] }).keys, ["a"]);
  });

  it("refuses the key for other parameters, or another act", async () => {
    assert.equal((await raw.call("probe.put", { key: "b", idempotencyKey: "k1" })).error?.data?.fault, "conflict");
    assert.equal((await raw.call("probe.count", { of: "a", idempotencyKey: "k1" })).error?.data?.fault, "conflict");
  });

  it("makes one of calls at the same time", async () => {
    const other = await Raw.to(home);
    const calls = [raw, other, raw, other].map((each) => each.call("probe.put", { key: "same", idempotencyKey: "k2" }));
    const results = (await Promise.all(calls)).map((answer) => JSON.stringify(answer.result));
    assert.equal(new Set(results).size, 1);
    other.socket.destroy();
  });

  it("remembers an act that does not remember itself", async () => {
    const once = await raw.call("probe.count", { of: "x", idempotencyKey: "k3" });
    assert.deepEqual((await raw.call("probe.count", { of: "x", idempotencyKey: "k3" })).result, once.result);
    assert.deepEqual((await raw.call("probe.count", { of: "x" })).result, { calls: 2 });
  });

  it("does not remember a refusal", async () => {
    assert.equal((await raw.call("probe.put", { key: "a", idempotencyKey: "k4" })).error?.data?.fault, "internal");
    assert.ok((await raw.call("probe.put", { key: "fresh", idempotencyKey: "k4" })).result);
  });

  it("runs anew when the first was stopped by its own client", async () => {
    const other = await Raw.to(home);
    const first = other.call("probe.wait", { idempotencyKey: "k5" }, 1);
    await raw.call("probe.keys");
    const second = raw.call("probe.wait", { idempotencyKey: "k5", steps: 0 }, 77);
    await raw.call("probe.keys");
    other.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 1 } });
    assert.equal((await first).error?.code, -32800);
    // The second runs now; it answers to its own client's word.
    await raw.call("probe.keys");
    raw.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 77 } });
    assert.equal((await second).error?.code, -32800);
    other.socket.destroy();
  });

  it("forgets after a week", async () => {
    const clock = new HandClock("2026-01-01T00:00:00Z");
    const week = newHome();
    const { world } = await startHere(week, { clock });
    const weekly = await Raw.to(week);
    await weekly.call("probe.count", { of: "x", idempotencyKey: "k" });
    const kept = async () => (await world.db.selectFrom("answers").select("key").execute()).length;
    clock.move(6 * 86_400_000);
    await pause(10);
    assert.equal(await kept(), 1);
    clock.move(2 * 86_400_000);
    await soon(async () => (await kept()) === 0, "it is forgotten");
    weekly.socket.destroy();
  });
});
