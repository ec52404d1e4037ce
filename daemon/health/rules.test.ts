import assert from "node:assert/strict";
import type { HealthState } from "../../protocol/health.ts";
import {
  type Answer,
  type Circumstances,
  decide,
  type Judged,
  judge,
  missed,
  needsWitness,
  phaseOf,
  retryAfter,
  type Standing,
  turnAfter,
  worst,
} from "./rules.ts";

const well = (more: Partial<Answer> = {}): Answer => ({ says: "well", ms: 40, why: "200 in 40 ms", ...more });
const standing = (state: HealthState, more: Partial<Standing> = {}): Standing => ({
  state,
  why: "before",
  blockedBy: null,
  streak: 0,
  slows: 0,
  ...more,
});
const facts = (more: Partial<Circumstances> = {}): Circumstances => ({
  failures: 2,
  downBefore: null,
  failingBefore: null,
  network: null,
  ...more,
});
const found = (state: Judged["state"], more: Partial<Judged> = {}): Judged => ({
  state,
  why: "found",
  slow: false,
  ...more,
});
const noNetwork = { there: false, why: "neither a nor b answers" };

describe("what one check says", () => {
  const cases: [string, Answer, { slow: number | null; certificateDays: number | null }, Judged["state"], RegExp][] = [
    ["an answer", well(), { slow: null, certificateDays: null }, "up", /^200 in 40 ms$/],
    ["a failure", well({ says: "failed" }), { slow: 10, certificateDays: 14 }, "down", /^200/],
    [
      "what cannot be told",
      well({ says: "cannot tell", why: "no ping" }),
      { slow: null, certificateDays: null },
      "not measured",
      /no ping/,
    ],
    ["just quick enough", well({ ms: 99 }), { slow: 100, certificateDays: null }, "up", /./],
    ["slow", well({ ms: 100 }), { slow: 100, certificateDays: null }, "degraded", /slower than 100 ms/],
    ["expiring", well({ certificateDays: 13 }), { slow: null, certificateDays: 14 }, "degraded", /in 13 days/],
    ["expiring tomorrow", well({ certificateDays: 1 }), { slow: null, certificateDays: 14 }, "degraded", /in 1 day$/],
    ["expiring today", well({ certificateDays: 0 }), { slow: null, certificateDays: 14 }, "degraded", /within a day/],
    ["not expiring yet", well({ certificateDays: 14 }), { slow: null, certificateDays: 14 }, "up", /./],
    ["nobody minds", well({ certificateDays: 3, ms: 9999 }), { slow: null, certificateDays: null }, "up", /./],
  ];
  for (const [name, answer, settings, state, why] of cases)
    it(name, () => {
      const judged = judge(answer, settings);
      assert.equal(judged.state, state);
      assert.match(judged.why, why);
    });
});

describe("how an endpoint stands after a check", () => {
  type Row = [
    name: string,
    before: Standing,
    found: Judged,
    facts: Circumstances,
    state: HealthState,
    more: { streak?: number; measurement?: string; soon?: boolean; blockedBy?: string; slows?: number },
  ];
  const rows: Row[] = [
    [
      "the first answer makes it up",
      standing("not measured"),
      found("up"),
      facts(),
      "up",
      { streak: 0, measurement: "write" },
    ],
    [
      "one failure changes nothing, is held, and looked at again soon",
      standing("up"),
      found("down"),
      facts(),
      "up",
      { streak: 1, measurement: "hold", soon: true },
    ],
    [
      "two in a row make it down",
      standing("up", { streak: 1 }),
      found("down"),
      facts(),
      "down",
      { streak: 2, measurement: "write", soon: false },
    ],
    [
      "one is enough where one is asked for",
      standing("up"),
      found("down"),
      facts({ failures: 1 }),
      "down",
      { streak: 1 },
    ],
    ["an answer between them begins anew", standing("up", { streak: 1 }), found("up"), facts(), "up", { streak: 0 }],
    [
      "it stays down",
      standing("down", { streak: 5 }),
      found("down"),
      facts(),
      "down",
      { streak: 6, measurement: "write" },
    ],
    ["one answer brings it back", standing("down", { streak: 5 }), found("up"), facts(), "up", { streak: 0 }],
    [
      "a slow answer brings it back, degraded",
      standing("down", { streak: 5 }),
      found("degraded", { slow: true }),
      facts(),
      "degraded",
      {},
    ],
    [
      "unknown before, a failure leaves it unknown",
      standing("not measured"),
      found("down"),
      facts(),
      "not measured",
      { streak: 1, measurement: "hold" },
    ],
    [
      "what cannot be told ends the row",
      standing("up", { streak: 1 }),
      found("not measured"),
      facts(),
      "not measured",
      { streak: 0, measurement: "drop" },
    ],
    [
      "one slow answer says little",
      standing("up"),
      found("degraded", { slow: true }),
      facts(),
      "up",
      { slows: 1, measurement: "write" },
    ],
    [
      "slow again, it is degraded",
      standing("up", { slows: 1 }),
      found("degraded", { slow: true }),
      facts(),
      "degraded",
      { slows: 2 },
    ],
    [
      "a slow answer is no failure that counts on",
      standing("up", { slows: 1 }),
      found("down"),
      facts(),
      "up",
      { streak: 1 },
    ],
    ["an expiring certificate degrades at once", standing("up"), found("degraded"), facts(), "degraded", {}],
    [
      "slow as the first that is known",
      standing("not measured"),
      found("degraded", { slow: true }),
      facts(),
      "degraded",
      {},
    ],
    [
      "without network nothing is down",
      standing("up", { streak: 1 }),
      found("down"),
      facts({ network: noNetwork }),
      "not measured",
      { streak: 0, measurement: "drop" },
    ],
    [
      "with it, it is",
      standing("up", { streak: 1 }),
      found("down"),
      facts({ network: { there: true, why: "" } }),
      "down",
      {},
    ],
    [
      "lost network makes what was down unknown",
      standing("down", { streak: 9 }),
      found("down"),
      facts({ network: noNetwork }),
      "not measured",
      {},
    ],
    [
      "a dependency that is down blocks it",
      standing("up", { streak: 1 }),
      found("down"),
      facts({ downBefore: "db" }),
      "blocked",
      { blockedBy: "db", streak: 0, measurement: "drop" },
    ],
    [
      "also with the first failure",
      standing("up"),
      found("down"),
      facts({ downBefore: "db" }),
      "blocked",
      { blockedBy: "db" },
    ],
    [
      "what was down already is put down to it",
      standing("down", { streak: 4 }),
      found("down"),
      facts({ downBefore: "db" }),
      "blocked",
      { blockedBy: "db" },
    ],
    [
      "no network is asked for before a dependency",
      standing("up", { streak: 1 }),
      found("down"),
      facts({ downBefore: "db", network: noNetwork }),
      "not measured",
      {},
    ],
    [
      "a dependency that fails, too, gets to go first",
      standing("up", { streak: 1 }),
      found("down"),
      facts({ failingBefore: "db" }),
      "up",
      { streak: 2, soon: true },
    ],
    [
      "but not for ever",
      standing("up", { streak: 3 }),
      found("down"),
      facts({ failingBefore: "db" }),
      "down",
      { streak: 4 },
    ],
    [
      "a dependency that is back: it needs failures of its own",
      standing("blocked", { blockedBy: "db" }),
      found("down"),
      facts(),
      "blocked",
      { streak: 1, blockedBy: "db" },
    ],
    ["and goes down by them", standing("blocked", { blockedBy: "db", streak: 1 }), found("down"), facts(), "down", {}],
    [
      "it answers although its dependency is down",
      standing("blocked", { blockedBy: "db" }),
      found("up"),
      facts({ downBefore: "db" }),
      "up",
      {},
    ],
    ["degraded, a failure leaves it so", standing("degraded"), found("down"), facts(), "degraded", { streak: 1 }],
  ];
  for (const [name, before, judged, circumstances, state, more] of rows)
    it(name, () => {
      const next = decide(before, judged, circumstances);
      assert.equal(next.state, state);
      for (const [key, value] of Object.entries(more)) assert.equal(next[key as keyof typeof next], value, key);
    });

  it("says why: what blocks it, how many failures there were, what the witnesses said", () => {
    assert.equal(decide(standing("up"), found("down"), facts({ downBefore: "db" })).why, "db is down; found");
    assert.match(decide(standing("not measured"), found("down"), facts()).why, /1 of 2 failures/);
    assert.match(
      decide(standing("up", { streak: 1 }), found("down"), facts({ network: noNetwork })).why,
      /^no network: neither/,
    );
  });

  it("asks the witnesses only where a failure would say something", () => {
    assert.equal(needsWitness(standing("up"), { failures: 2 }), false);
    assert.equal(needsWitness(standing("up", { streak: 1 }), { failures: 2 }), true);
    assert.equal(needsWitness(standing("down"), { failures: 2 }), true);
    assert.equal(needsWitness(standing("blocked"), { failures: 2 }), true);
  });
});

describe("turns in time", () => {
  it("a check that comes late is a gap", () => {
    assert.equal(missed(10_000, 5000), false);
    assert.equal(missed(10_001, 5000), true);
    assert.equal(missed(60_000, 3_600_000), false);
    assert.equal(missed(60_001, 3_600_000), true);
  });

  it("after a failure it is looked at sooner, never more often than every five seconds nor later than usual", () => {
    assert.deepEqual([5000, 8000, 60_000, 3_600_000].map(retryAfter), [5000, 5000, 15_000, 60_000]);
  });

  it("turns are spread evenly, whatever the numbers", () => {
    const slots = Array.from({ length: 60 }, () => 0);
    for (let id = 1; id <= 6000; id++) {
      const slot = Math.floor(phaseOf(id, 60_000) / 1000);
      slots[slot] = (slots[slot] ?? 0) + 1;
    }
    assert.ok(Math.min(...slots) >= 95 && Math.max(...slots) <= 105, `${Math.min(...slots)}–${Math.max(...slots)}`);
  });

  it("the next turn is later than now, within an interval, and always at the same place", () => {
    for (const id of [1, 2, 77, 4711])
      for (const now of [0, 59_999, 1_790_000_123_456]) {
        const turn = turnAfter(now, id, 60_000);
        assert.ok(turn > now && turn <= now + 60_000);
        assert.equal(turn % 60_000, phaseOf(id, 60_000));
        assert.equal(turnAfter(turn, id, 60_000), turn + 60_000);
      }
  });
});

describe("the worst of several", () => {
  const of = (...states: HealthState[]) => worst(states.map((state) => ({ state })))?.state;
  const cases: [HealthState[], HealthState | undefined][] = [
    [[], undefined],
    [["up", "up"], "up"],
    [["up", "not measured"], "not measured"],
    [["not measured", "degraded", "up"], "degraded"],
    [["blocked", "degraded"], "blocked"],
    [["up", "blocked", "down"], "down"],
  ];
  for (const [states, expected] of cases)
    it(`${states.join(", ") || "none"}: ${expected}`, () => assert.equal(of(...states), expected));
});
