// A chart's numbers: a hole where nothing was measured, and the worst of what was.
import assert from "node:assert/strict";
import { linesOf, type Measured, mostLines } from "./chart-data.ts";

const from = "2026-11-21T10:00:00.000Z";
const to = "2026-11-21T10:05:00.000Z";
const start = Date.parse(from) / 1000;
const bucket = (
  minute: number,
  p50: number | null,
  states: Partial<Record<"up" | "degraded" | "down", number>> = { up: 1 },
) => ({
  at: new Date((start + minute * 60) * 1000).toISOString(),
  up: 0,
  degraded: 0,
  down: 0,
  ...states,
  p50,
  p95: p50 === null ? null : p50 * 2,
});
const measured = (...series: ReturnType<typeof bucket>[][]): Measured => ({
  from,
  to,
  step: 60,
  series: series.map((buckets, n) => ({ endpoint: { name: `e${n}` }, buckets })),
});

describe("the numbers of a chart", () => {
  it("have a hole where there is no bucket, or none with an answer", () => {
    const { times, lines } = linesOf(measured([bucket(0, 10), bucket(3, null, { down: 1 }), bucket(4, 20)]));
    assert.deepEqual(
      times,
      [0, 1, 2, 3, 4].map((minute) => start + minute * 60),
    );
    assert.deepEqual(
      lines.map(({ what, values }) => [what, values]),
      [
        ["p50", [10, null, null, null, 20]],
        ["p95", [20, null, null, null, 40]],
      ],
    );
  });

  it("have one line for each of several endpoints, as many as can be told apart", () => {
    assert.deepEqual(
      linesOf(measured([bucket(0, 1)], [bucket(1, 2)])).lines.map(({ name, what }) => [name, what]),
      [
        ["e0", "p50"],
        ["e1", "p50"],
      ],
    );
    assert.equal(linesOf(measured(...Array.from({ length: 20 }, () => [bucket(0, 1)]))).lines.length, mostLines);
  });

  it("know the worst of all endpoints at each time, and where nobody asked", () => {
    const { worst } = linesOf(
      measured(
        [bucket(0, 1), bucket(1, 1, { degraded: 1 }), bucket(2, null, { down: 1 }), bucket(3, null, {})],
        [bucket(0, 1, { up: 1, degraded: 1 }), bucket(1, 1), bucket(2, 1)],
      ),
    );
    assert.deepEqual(worst, ["degraded", "degraded", "down", null, null]);
  });

  it("let fall what lies outside of the range, and stay finite where the step is tiny", () => {
    const { lines } = linesOf(measured([bucket(-3, 1), bucket(99, 1), bucket(1, 7)]));
    assert.deepEqual(lines[0]?.values, [null, 7, null, null, null]);
    assert.ok(linesOf({ ...measured([]), step: 1e-6 }).times.length <= 5000);
  });
});
