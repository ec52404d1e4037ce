import assert from "node:assert/strict";
import fc from "fast-check";
import { addEntry, entries, parseChanges, printChanges, removeEntry, unreleased } from "./changes.ts";
import { anyFile, anyWords } from "./changes-samples.ts";

const runs = { numRuns: Number(process.env["RUNS"] ?? 1000) };

describe("changes: properties", () => {
  it("parse, then print, is the same text", () => {
    fc.assert(
      fc.property(anyFile, (text) => assert.equal(printChanges(parseChanges(text)), text)),
      runs,
    );
  });
  it("adds exactly one entry, whatever the words", () => {
    fc.assert(
      fc.property(anyFile, anyWords, (text, words) => {
        const added = addEntry(text, { text: `x${words}`, item: 42 });
        const before = unreleased(text);
        const after = unreleased(added.text);
        assert.equal(after.length, before.length + 1);
        const mine = after.find((entry) => entry.line === added.line);
        assert.ok(mine?.items.includes(42));
        const others = (list: typeof after) => list.map(({ text }) => text);
        assert.deepEqual(others(after.filter((e) => e !== mine)), others(before));
        const all = entries(added.text)
          .filter((e) => e.line !== added.line)
          .map(({ text }) => text);
        assert.deepEqual(
          all,
          entries(text).map(({ text }) => text),
        );
      }),
      runs,
    );
  });
  it("add, then remove, is the same text when there was the heading", () => {
    fc.assert(
      fc.property(anyFile, anyWords, (text, words) => {
        const added = addEntry(text, { text: `x${words}`, item: 42 });
        const headings = (t: string) => parseChanges(t).blocks.filter((block) => block.kind === "heading").length;
        fc.pre(headings(added.text) === headings(text));
        assert.equal(removeEntry(added.text, added.line), text);
      }),
      runs,
    );
  });
});
