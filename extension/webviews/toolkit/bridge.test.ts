// What passes between a page and its host, and what does not.
import assert from "node:assert/strict";
import * as z from "zod";
import { Fault } from "../../../protocol/errors.ts";
import { Bridge, type CallContext } from "./bridge.ts";
import type { ToPage, Words } from "./envelope.ts";

const words = {
  methods: ["work.get", "work.note"],
  functions: { open: { params: z.object({ path: z.string() }), result: z.undefined() } },
  state: z.object({ n: z.number() }),
} satisfies Words;

const item = {
  id: 42,
  key: "k7f2q9m3",
  title: "Add TLS",
  type: "feature",
  service: "gateway",
  status: "planned",
  description: "",
  notes: "",
  labels: [],
  checklist: [],
  document: null,
  branch: null,
  worktree: null,
  created: "2026-11-17T08:00:00Z",
  started: null,
  finished: null,
  merged: null,
  version: 1,
};

function setUp(call: (params: object, context: CallContext) => Promise<unknown> = async () => item) {
  const posted: ToPage[] = [];
  const done: unknown[] = [];
  const bridge = new Bridge(words, {
    call: (method, kind, params, context) => {
      done.push([method, kind, params]);
      return call(params, context);
    },
    functions: { open: (params) => void done.push(["open", params]) },
    post: (message) => void posted.push(message),
  });
  return { bridge, posted, done };
}

describe("the bridge to a page", () => {
  it("calls a method of the daemon with what its schema makes of the parameters", async () => {
    const { bridge, posted, done } = setUp();
    await bridge.receive({ id: 1, method: "work.note", params: { item: 42, text: "n", more: "none of our business" } });
    assert.deepEqual(done, [["work.note", "act", { item: 42, text: "n", append: false }]]);
    assert.deepEqual(posted, [{ id: 1, result: item }]);
  });

  it("calls a function of the host", async () => {
    const { bridge, posted, done } = setUp();
    await bridge.receive({ id: 7, method: "open", params: { path: "a" } });
    assert.deepEqual(done, [["open", { path: "a" }]]);
    assert.deepEqual(posted, [{ id: 7, result: undefined }]);
  });

  const refused = [
    { what: "a method that is not on its list", method: "work.delete", params: { item: 42 } },
    { what: "a method that is none", method: "work.fly", params: {} },
    { what: "a name every object has", method: "constructor", params: {} },
    { what: "parameters that do not fit", method: "work.note", params: { item: 42, text: 3 } },
    { what: "too long a text", method: "work.note", params: { item: 42, text: "x".repeat(2001) } },
    { what: "parameters of the host that do not fit", method: "open", params: { path: null } },
    { what: "no parameters", method: "open", params: undefined },
  ];
  for (const { what, method, params } of refused) {
    it(`does nothing for ${what}, and says so`, async () => {
      const { bridge, posted, done } = setUp();
      await bridge.receive({ id: 2, method, params });
      assert.deepEqual(done, []);
      const [answer] = posted as unknown as [{ id: number; fault: { fault: string } }];
      assert.equal(answer.id, 2);
      assert.equal(answer.fault.fault, "invalid");
    });
  }

  for (const raw of [
    undefined,
    null,
    1,
    "ready?",
    [],
    {},
    { id: "1", method: "open", params: {} },
    { id: 1, method: "open", params: {}, to: "x" },
  ]) {
    it(`lets fall ${JSON.stringify(raw)}`, async () => {
      const { bridge, posted, done } = setUp();
      await bridge.receive(raw);
      assert.deepEqual([...posted, ...done], []);
    });
  }

  it("gives on a fault of the daemon with all it says", async () => {
    const fault = new Fault("refused", "No.", { reasons: [{ check: "entry", message: "Because." }] });
    const { bridge, posted } = setUp(() => Promise.reject(fault));
    await bridge.receive({ id: 3, method: "work.get", params: { item: 42 } });
    assert.deepEqual(posted, [{ id: 3, fault: fault.toData() }]);
  });

  it("keeps an answer from the page that does not fit the contract", async () => {
    const { bridge, posted } = setUp(async () => ({ ...item, title: 5 }));
    await bridge.receive({ id: 4, method: "work.get", params: { item: 42 } });
    const [answer] = posted as unknown as [{ fault: { fault: string; message: string } }];
    assert.equal(answer.fault.fault, "internal");
    assert.match(answer.fault.message, /does not fit the contract/);
  });

  it("pushes a state that fits, and throws at one that does not", () => {
    const { bridge, posted } = setUp();
    bridge.push({ n: 1 });
    assert.deepEqual(posted, [{ state: { n: 1 } }]);
    assert.throws(() => bridge.push({ n: "1" } as never));
  });

  it("cuts off what a closed page asked, finishes what it acts, and posts nothing more", async () => {
    const cut: string[] = [];
    const waiting: (() => void)[] = [];
    const { bridge, posted } = setUp((params, { signal }) => {
      signal.addEventListener("abort", () => cut.push(JSON.stringify(params)));
      return new Promise((resolve) => waiting.push(() => resolve(item)));
    });
    const asked = bridge.receive({ id: 1, method: "work.get", params: { item: 1 } });
    const acted = bridge.receive({ id: 2, method: "work.note", params: { item: 2, text: "n" } });
    bridge.dispose();
    for (const go of waiting) go();
    await Promise.all([asked, acted]);
    bridge.push({ n: 1 });
    assert.deepEqual(cut, ['{"item":1}']);
    assert.deepEqual(posted, []);
  });

  it("tells how far an act is, and cancels it when asked", async () => {
    const { bridge, posted } = setUp((_params, { signal, progress }) => {
      progress("Running hooks…");
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(new Fault("cancelled", "Stopped."))),
      );
    });
    const answered = bridge.receive({ id: 5, method: "work.note", params: { item: 42, text: "n" } });
    assert.deepEqual(posted, [{ id: 5, progress: "Running hooks…" }]);
    await bridge.receive({ cancel: 6 });
    await bridge.receive({ cancel: 5 });
    await answered;
    assert.deepEqual(posted[1], { id: 5, fault: { fault: "cancelled", message: "Stopped." } });
  });
});
