// 20,000 malformed frames, headers and parameters: an error each, the daemon lives, its memory stays.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Answer,
  cleanUp,
  client,
  newHome,
  type Process,
  Raw,
  startProcess,
  wholeDaemon,
} from "../../daemon/life/trial.ts";
import { api } from "../../protocol/api.ts";
import { frame } from "../../protocol/wire.ts";

const total = Number(process.env.CALCIFER_FRAMES ?? 20_000);
const share = (part: number) => Math.floor(total * part);
const mostGrowth = 64 * 1024 * 1024;

describe("malformed input", function () {
  this.timeout(180_000);
  const home = newHome();
  let daemon: Process;
  let counts = 0;
  before(async () => {
    daemon = startProcess(home, { program: wholeDaemon });
    await daemon.said;
  });
  after(cleanUp);

  const status = async () => {
    const connection = await client(home);
    const answer = (await connection.request("daemon.status")) as { memory: number; pid: number; clients: number };
    connection.close();
    assert.equal(answer.pid, daemon.child.pid);
    return answer;
  };

  /** Sends a few hundred at a time and takes an error for each. */
  async function eachIsAnError(messages: string[]): Promise<void> {
    const raw = await Raw.to(home);
    for (let from = 0; from < messages.length; from += 200) {
      const some = messages.slice(from, from + 200);
      raw.bytes(Buffer.concat(some.map(framed)));
      for (const text of some) {
        const answer = await raw.answer<Answer | Answer[]>();
        const errors = Array.isArray(answer) ? answer : [answer];
        for (const { error } of errors)
          assert.ok(
            error && error.message.length > 5 && typeof error.code === "number",
            `${text.slice(0, 300)} → ${JSON.stringify(answer).slice(0, 300)}`,
          );
        counts++;
      }
    }
    raw.socket.destroy();
  }

  const framed = (text: string) => {
    const body = Buffer.from(text);
    return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
  };

  const methods = Object.entries(api).flatMap(([room, { methods: verbs }]) =>
    Object.keys(verbs).map((verb) => `${room}.${verb}`),
  );
  const named = fc.constantFrom(...methods);
  const json = fc.jsonValue({ maxDepth: 4 });

  it("texts that are no request", async () => {
    const noJson = fc.string({ unit: "binary", maxLength: 60 }).filter((text) => !parses(text));
    const noRequest = json.filter((value) => !(Array.isArray(value) && value.length > 0) && !isAnswer(value));
    const texts = fc.sample(
      fc.oneof(
        noJson,
        noRequest.map((value) => JSON.stringify(value)),
      ),
      { numRuns: share(0.25), seed: 1 },
    );
    await eachIsAnError(texts);
  });

  it("requests with a part that is wrong", async () => {
    const wrong = fc.record({
      jsonrpc: fc.oneof(fc.constant("2.0"), json),
      id: fc.oneof(fc.integer(), fc.string({ maxLength: 10 })),
      method: fc.oneof(
        fc.string({ maxLength: 30 }),
        json,
        fc.constantFrom("__proto__", "constructor", "toString", "work", "work.", ".add", "work.__proto__"),
      ),
      params: fc.oneof(json, fc.constant({ "\u0000": 1 })),
    });
    const texts = fc.sample(
      wrong.filter(
        (request) =>
          typeof request.method !== "string" ||
          (!methods.includes(request.method) &&
            !["initialize", "shutdown", "exit", "hello", "$/cancelRequest"].includes(request.method)),
      ),
      { numRuns: share(0.2), seed: 2 },
    );
    await eachIsAnError(texts.map((request) => JSON.stringify(request)));
  });

  it("known methods with parameters of any shape", async () => {
    // A parameter that no method has, so that whatever else is there, the call is wrong.
    const params = fc.oneof(
      fc
        .dictionary(fc.string({ maxLength: 12 }), json, { maxKeys: 6 })
        .map((found) => ({ ...found, "no such parameter": 1 })),
      fc.array(json, { minLength: 1, maxLength: 4 }),
      fc.string(),
      fc.integer(),
    );
    const texts = fc.sample(fc.record({ jsonrpc: fc.constant("2.0"), id: fc.integer(), method: named, params }), {
      numRuns: share(0.35),
      seed: 3,
    });
    await eachIsAnError(texts.map((request) => JSON.stringify(request)));
  });

  it("bytes of good frames, changed: an answer or an end, and others are served", async () => {
    const good = frame({ jsonrpc: "2.0", id: 1, method: "event.list", params: { limit: 1 } });
    const changes = fc.record({
      flips: fc.array(fc.record({ at: fc.nat(good.length - 1), to: fc.nat(255) }), { minLength: 1, maxLength: 6 }),
      cut: fc.option(fc.nat(good.length - 1), { freq: 5 }),
      pieces: fc.integer({ min: 1, max: 3 }),
    });
    const cases = fc.sample(changes, { numRuns: share(0.1), seed: 4 });
    for (let from = 0; from < cases.length; from += 50) {
      await Promise.all(cases.slice(from, from + 50).map((each) => sendChanged(good, each)));
      counts += Math.min(50, cases.length - from);
    }
  });

  it("headers of every kind", async () => {
    const header = fc
      .oneof(
        fc.string({ unit: "binary", minLength: 1, maxLength: 80 }),
        fc.constantFrom(
          "Content-Length: -1",
          "Content-Length: 1e3",
          "Content-Length: 99999999999",
          "Content-Length: 0x10",
          "Content-Length:",
          "Content-Type: x",
          "Content-Length: 16777217",
        ),
      )
      .filter((text) => !/^content-length:[ \t]*\d{1,7}[ \t]*$/im.test(text));
    const cases = fc.sample(header, { numRuns: total - share(0.25) - share(0.2) - share(0.35) - share(0.1), seed: 5 });
    for (let from = 0; from < cases.length; from += 50)
      await Promise.all(
        cases.slice(from, from + 50).map(async (text) => {
          const raw = await Raw.to(home);
          raw.bytes(`${text}\r\n\r\n{}`);
          assert.equal((await raw.answer()).error?.code, -32700, JSON.stringify(text));
          await raw.closed;
          counts++;
        }),
      );
  });

  it("leaves the daemon alive, and its memory flat", async () => {
    // Once more over the same ground: what grows now would grow for ever.
    const before = (await status()).memory;
    const texts = Array.from(
      { length: 3000 },
      (_, n) => `{"jsonrpc":"2.0","id":${n},"method":"work.list","params":{"limit":"${"x".repeat(n % 500)}"}}`,
    );
    await eachIsAnError(texts);
    const { memory, clients } = await status();
    console.log(
      `      ${counts} malformed messages, resident ${Math.round(before / 1e6)} → ${Math.round(memory / 1e6)} MB, ${clients} connection`,
    );
    assert.ok(counts >= total);
    assert.ok(memory - before < mostGrowth, `${before} → ${memory}`);
    assert.equal(clients, 1);
    assert.equal(daemon.child.exitCode, null);
  });

  async function sendChanged(
    good: Buffer,
    { flips, cut, pieces }: { flips: { at: number; to: number }[]; cut: number | null; pieces: number },
  ): Promise<void> {
    const bytes = Buffer.from(good);
    for (const { at, to } of flips) bytes[at] = to;
    const sent = cut === null ? bytes : bytes.subarray(0, cut);
    const raw = await Raw.to(home);
    const size = Math.ceil(sent.length / pieces) || 1;
    for (let from = 0; from < sent.length; from += size) raw.bytes(sent.subarray(from, from + size));
    // Closing our side ends a message that would never end.
    raw.socket.end();
    await raw.closed;
  }
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** To an answer nothing is said. */
function isAnswer(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    ("result" in value || "error" in value) &&
    !("method" in value)
  );
}
