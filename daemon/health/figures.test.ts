// What is counted, packed and rolled up: the arithmetic of history.
import assert from "node:assert/strict";
import fc from "fast-check";
import { cell, csv } from "./csv.ts";
import { stepFor } from "./figures.ts";
import type { MeasuredBy } from "./history.ts";
import { pack, unpack } from "./pack.ts";
import { daysFrom, hoursFrom, merged } from "./rollup.ts";
import { binOf, bins, type Measured, Tally, uptimeOf } from "./tally.ts";

const tallyOf = (all: readonly Measured[]): Tally => {
  const tally = new Tally();
  for (const one of all) tally.add(one);
  return tally;
};
const measured = fc.record({
  at: fc.constant(0),
  state: fc.constantFrom("up", "degraded", "down") as fc.Arbitrary<Measured["state"]>,
  stands: fc.constant(60),
  ms: fc.double({ min: 0, max: 700_000, noNaN: true }),
});
const plain = (t: Tally | undefined) =>
  t && { up: t.up, degraded: t.degraded, down: t.down, times: [...t.times].sort((a, b) => a[0] - b[0]) };

describe("tallies", () => {
  it("percentiles are at most 5 % off, however they were added up", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 500_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (times) => {
          const parts = [times.filter((_, i) => i % 2 === 0), times.filter((_, i) => i % 2 === 1)].map((part) =>
            tallyOf(part.map((ms) => ({ at: 0, state: "up", stands: 1, ms }))),
          );
          const whole = merged(parts);
          const sorted = times.toSorted((a, b) => a - b);
          for (const q of [0.5, 0.95, 1]) {
            const exact = sorted[Math.max(0, Math.ceil(times.length * q) - 1)] as number;
            const told = whole.quantile(q) as number;
            // Whole milliseconds are told from ten on, tenths below.
            assert.ok(Math.abs(told - exact) <= exact * 0.051 + 0.55, `${q}: ${told} for ${exact}`);
          }
        },
      ),
    );
  });

  it("what failed has no time, and nothing has no percentile", () => {
    assert.equal(tallyOf([{ at: 0, state: "down", stands: 1, ms: 4 }]).quantile(0.5), null);
    assert.equal(new Tally().quantile(0.95), null);
  });

  it("every time has a bin", () => {
    for (const ms of [0, 0.4, 1, 1.05, 600_000, 1e12]) assert.ok(binOf(ms) >= 0 && binOf(ms) < bins, String(ms));
  });

  it("uptime is of the measured time only, and rounding hides no outage", () => {
    assert.equal(uptimeOf({ up: 0, degraded: 0, down: 0 }), null);
    assert.equal(uptimeOf({ up: 60, degraded: 0, down: 0 }), 100);
    assert.equal(uptimeOf({ up: 50, degraded: 25, down: 25 }), 75);
    assert.equal(uptimeOf({ up: 1e9, degraded: 0, down: 1 }), 99.999);
    assert.equal(uptimeOf({ up: 0, degraded: 0, down: 5 }), 0);
  });
});

describe("packing", () => {
  it("gives back what was put in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.array(measured, { minLength: 1, maxLength: 200 }), { nil: undefined }), {
          maxLength: 24,
        }),
        (all) => {
          const tallies = all.map((one) => one && tallyOf(one));
          assert.deepEqual(unpack(pack(tallies)).map(plain), tallies.map(plain));
        },
      ),
    );
  });

  it("damaged bytes are an error, not a figure", () => {
    const packed = pack([
      tallyOf(Array.from({ length: 60 }, (_, i) => ({ at: 0, state: "up", stands: 60, ms: 20 + i }))),
    ]);
    assert.throws(() => unpack(packed.subarray(0, packed.length - 1)), /damaged/);
  });
});

describe("rolling up", () => {
  const h = 500_000;
  const probes: MeasuredBy[] = Array.from({ length: 60 }, (_, n) => ({
    endpoint: n % 2 === 0 ? 7 : 8,
    at: h * 3_600_000 + n * 60_000,
    state: n >= 30 && n < 40 ? "down" : "up",
    stands: 60,
    ms: n >= 30 && n < 40 ? null : 100,
  }));

  it("an hour is twelve buckets and its seconds; a gap stays one", () => {
    const [seven] = hoursFrom(
      h,
      probes.filter(({ at }) => at % 3_600_000 < 1_800_000 || at % 3_600_000 >= 2_700_000),
    );
    assert.equal(seven?.endpoint_id, 7);
    assert.deepEqual([seven?.up, seven?.down], [22 * 60, 0]);
    const buckets = unpack(seven?.buckets as Uint8Array);
    assert.equal(buckets.length, 12);
    assert.deepEqual(
      buckets.map((b) => b === undefined),
      [0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0].map(Boolean),
    );
  });

  it("a day adds its hours up", () => {
    const hours = [h, h + 3].flatMap((one) =>
      hoursFrom(
        one,
        probes.map((p) => ({ ...p, at: p.at + (one - h) * 3_600_000 })),
      ),
    );
    const days = daysFrom(Math.floor(h / 24), hours);
    assert.deepEqual(
      days.map((d) => [d.endpoint_id, d.up, d.down]),
      [
        [7, 50 * 60, 10 * 60],
        [8, 50 * 60, 10 * 60],
      ],
    );
    const whole = merged(unpack(days[0]?.buckets as Uint8Array));
    assert.deepEqual([whole.up, whole.down, whole.quantile(0.5)], [50, 10, 102]);
  });

  it("steps are round, no shorter than an interval, and no finer than what is kept", () => {
    const [hour, day] = [3_600_000, 86_400_000];
    assert.equal(stepFor(hour, 300, 5), 15);
    assert.equal(stepFor(hour, 300, 60), 60);
    assert.equal(stepFor(day, 300, 60), 300);
    assert.equal(stepFor(7 * day, 300, 60), 3600);
    assert.equal(stepFor(3 * day, 2000, 5), 300);
    assert.equal(stepFor(90 * day, 300, 60), 43_200);
    assert.equal(stepFor(90 * day, 2000, 60), 7200);
  });
});

describe("CSV", () => {
  const cells: [string | number | null, string][] = [
    ["web", "web"],
    [null, ""],
    [-3, "-3"],
    ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["+1", "'+1"],
    ["@x", "'@x"],
    ["-2+3", "'-2+3"],
    ["  =1", "'  =1"],
    ["\t=1", "'\t=1"],
    ['a "b", c', '"a ""b"", c"'],
    ["two\nlines", '"two\nlines"'],
    ["=1,2", `"'=1,2"`],
  ];
  for (const [value, text] of cells)
    it(`${JSON.stringify(value)} is ${JSON.stringify(text)}`, () => assert.equal(cell(value), text));
  it("has a head, and ends its lines as RFC 4180 has it", () => assert.equal(csv(["a"], [["b"]]), "a\r\nb\r\n"));
});
