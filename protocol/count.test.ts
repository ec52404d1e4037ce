import assert from "node:assert/strict";
import fc from "fast-check";
import { cut, personCount } from "./count.ts";

describe("the length of a text as a person counts", () => {
  const cases: [string, number][] = [
    ["", 0],
    ["abc\n", 4],
    ["👩‍👩‍👧‍👦", 1],
    ["e\u0301", 1],
    ["🇩🇪🇫🇷", 2],
    ["\r\n", 1],
  ];
  for (const [text, count] of cases) {
    it(`counts ${JSON.stringify(text)} as ${count}`, () => assert.equal(personCount(text), count));
  }

  it("is kept by a cut, which breaks no letter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, most) => {
        const short = cut(text, most);
        return personCount(short) <= most && (short === text || short.endsWith("…"));
      }),
    );
    assert.equal(cut("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2), "👩‍👩‍👧‍👦…");
  });
});
