// What is typed meets what others changed; points are found again.
import assert from "node:assert/strict";
import fc from "fast-check";
import { locate, meet, named } from "./edits.ts";

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

describe("the names of points", () => {
  const points = (texts: string) => texts.split("").map((text) => ({ text }));
  const first = named([], points("abb"));
  const names = (texts: string) =>
    named(first, points(texts))
      .map(({ name }) => name.replace("point ", ""))
      .join("");

  const cases: { what: string; texts: string; names: string }[] = [
    { what: "nothing changed", texts: "abb", names: "123" },
    { what: "one was changed where it stands", texts: "xbb", names: "123" },
    { what: "one of two with the same text was changed", texts: "abx", names: "123" },
    { what: "one was moved", texts: "bba", names: "321" },
    { what: "one was removed", texts: "bb", names: "23" },
    { what: "one was added", texts: "abbc", names: "1234" },
    { what: "one came first", texts: "cabb", names: "4123" },
  ];
  for (const { what, texts, names: expected } of cases) {
    it(`stay theirs when ${what}`, () => assert.equal(names(texts), expected));
  }

  it("are never two points'", () => {
    const texts = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 6 }).map((all) => points(all.join("")));
    fc.assert(
      fc.property(texts, texts, texts, (one, two, three) => {
        const last = named(named(named([], one), two), three);
        assert.deepEqual(
          last.map(({ text }) => ({ text })),
          three,
        );
        assert.equal(new Set(last.map(({ name }) => name)).size, three.length);
      }),
    );
  });
});
