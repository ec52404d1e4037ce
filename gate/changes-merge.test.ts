import assert from "node:assert/strict";
import fc from "fast-check";
import { addEntry, entries, unreleased } from "./changes.ts";
import { mergeChanges } from "./changes-merge.ts";
import { anyFile, anyWords } from "./changes-samples.ts";

const runs = { numRuns: Number(process.env.RUNS ?? 1000) };
const words = (text: string) => entries(text).map((entry) => entry.text);
const sorted = (list: string[]) => [...list].sort();

describe("merging changes: properties", () => {
  it("takes both of two independent additions, in any order", () => {
    fc.assert(
      fc.property(
        anyFile,
        anyWords,
        anyWords,
        fc.constantFrom(undefined, "Added", "Fixed"),
        fc.constantFrom(undefined, "Added", "Security"),
        (base, a, b, s1, s2) => {
          const ours = addEntry(base, { text: `ours${a}`, item: 41, ...(s1 && { section: s1 }) }).text;
          const theirs = addEntry(base, { text: `theirs${b}`, item: 42, ...(s2 && { section: s2 }) }).text;
          const merged = mergeChanges(base, ours, theirs);
          assert.deepEqual(merged.conflicts, []);
          const flat = (list: string[]) => sorted(list.map((t) => t.replace(/\s+/g, " ")));
          const news = [ours, theirs].map(
            (t) => unreleased(t).find((e) => e.items.includes(t === ours ? 41 : 42))?.text as string,
          );
          assert.deepEqual(flat(words(merged.text)), flat([...words(base), ...news]));
          assert.deepEqual(
            flat(unreleased(merged.text).map((e) => e.text)),
            flat([...unreleased(base).map((e) => e.text), ...news]),
          );
          const other = mergeChanges(base, theirs, ours);
          assert.deepEqual(other.conflicts, []);
          assert.deepEqual(flat(words(other.text)), flat(words(merged.text)));
        },
      ),
      runs,
    );
  });
  it("is the other side when one is unchanged", () => {
    fc.assert(
      fc.property(anyFile, anyFile, (base, side) => {
        assert.deepEqual(mergeChanges(base, base, side), { text: side, conflicts: [] });
        assert.deepEqual(mergeChanges(base, side, base), { text: side, conflicts: [] });
        assert.deepEqual(mergeChanges(base, side, side), { text: side, conflicts: [] });
      }),
      runs,
    );
  });
  it("never throws", () => {
    fc.assert(
      fc.property(anyFile, anyFile, anyFile, (a, b, c) => void mergeChanges(a, b, c)),
      runs,
    );
  });
});
