// What is typed meets what others changed; points are found again.
import assert from "node:assert/strict";
import fc from "fast-check";
import { locate, meet } from "./edits.ts";

describe("an edit that others may cross", () => {
  const cases = [
    { what: "nobody else changed it", start: "a", typed: "b", now: "a", met: "mine" },
    { what: "others changed it, the person did not", start: "a", typed: "a", now: "c", met: "theirs" },
    { what: "both changed it", start: "a", typed: "b", now: "c", met: "both" },
    { what: "both changed it to the same", start: "a", typed: "b", now: "b", met: "settled" },
    { what: "nobody changed it", start: "a", typed: "a", now: "a", met: "settled" },
    { what: "the person emptied it and others changed it", start: "a", typed: "", now: "c", met: "both" },
  ];
  for (const { what, met, now, ...edit } of cases) {
    it(`is ${met} when ${what}`, () => assert.equal(meet(edit, now), met));
  }

  it("never lets a typed text go unseen", () => {
    const text = fc.constantFrom("a", "b", "c");
    fc.assert(
      fc.property(text, text, text, (start, typed, now) => {
        const met = meet({ start, typed }, now);
        return met === "mine" || met === "both" || typed === now || typed === start;
      }),
    );
  });
});

describe("a point of the checklist, by then", () => {
  const points = ["a", "b", "b", "c"].map((text) => ({ text }));
  const cases: { what: string; text: string; index: number; at: number | undefined }[] = [
    { what: "where it was", text: "a", index: 0, at: 0 },
    { what: "moved", text: "c", index: 0, at: 3 },
    { what: "gone", text: "d", index: 1, at: undefined },
    { what: "one of two, where it was", text: "b", index: 2, at: 2 },
    { what: "one of two, and neither is there", text: "b", index: 0, at: undefined },
  ];
  for (const { what, text, index, at } of cases) {
    it(`is found: ${what}`, () => assert.equal(locate(points, text, index), at));
  }
});
