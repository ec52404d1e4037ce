import assert from "node:assert/strict";
import fc from "fast-check";
import { addEntry, entries, unreleased } from "./changes.ts";
import { mergeChanges } from "./changes-merge.ts";
import { release } from "./changes-release.ts";
import { anyFile, anyWords, lines } from "./changes-samples.ts";

const runs = { numRuns: Number(process.env.RUNS ?? 1000) };

const base = lines(
  "# Changes",
  "",
  "Words.",
  "",
  "## Unreleased",
  "",
  "- a",
  "- b",
  "",
  "### Fixed",
  "",
  "- f",
  "",
  "## 1.0 - 2026-01-01",
  "",
  "- z",
  "",
  "[1.0]: u",
);
const edit = (...pairs: [string, string][]) => pairs.reduce((text, [from, to]) => text.replace(from, to), base);

describe("merging changes", () => {
  const clean: [string, string, string, string][] = [
    [
      "an addition each",
      edit(["- b\n", "- b\n- o\n"]),
      edit(["- b\n", "- b\n- t\n"]),
      edit(["- b\n", "- b\n- o\n- t\n"]),
    ],
    [
      "additions in different places",
      edit(["- a\n", "- o\n- a\n"]),
      edit(["- a\n", "- a\n- t\n"]),
      edit(["- a\n", "- o\n- a\n- t\n"]),
    ],
    [
      "additions under different headings",
      edit(["- b\n", "- b\n- o\n"]),
      edit(["- f\n", "- f\n- t\n"]),
      edit(["- b\n", "- b\n- o\n"], ["- f\n", "- f\n- t\n"]),
    ],
    [
      "the same addition",
      edit(["- b\n", "- b\n- x\n- o\n"]),
      edit(["- b\n", "- b\n- x\n- t\n"]),
      edit(["- b\n", "- b\n- x\n- o\n- t\n"]),
    ],
    [
      "the same addition in different places",
      edit(["- b\n", "- b\n- x\n"]),
      edit(["- a\n", "- x\n- a\n"]),
      edit(["- b\n", "- b\n- x\n"]),
    ],
    [
      "the same addition, wrapped otherwise",
      edit(["- b\n", "- b\n- x y\n"]),
      edit(["- b\n", "- b\n- x\n  y\n"]),
      edit(["- b\n", "- b\n- x y\n"]),
    ],
    [
      "taken out here, added there",
      edit(["- a\n", ""]),
      edit(["- b\n", "- b\n- t\n"]),
      edit(["- a\n", ""], ["- b\n", "- b\n- t\n"]),
    ],
    [
      "taken out on both sides",
      edit(["- a\n", ""]),
      edit(["- a\n", ""], ["- f\n", "- f\n- t\n"]),
      edit(["- a\n", ""], ["- f\n", "- f\n- t\n"]),
    ],
    [
      "all taken out here, added there",
      edit(["- a\n- b\n\n", ""]),
      edit(["- b\n", "- b\n- t\n"]),
      edit(["- a\n- b\n", "- t\n"]),
    ],
    [
      "edited here, another edited there",
      edit(["- a\n", "- a!\n"]),
      edit(["- b\n", "- b!\n"]),
      edit(["- a\n", "- a!\n"], ["- b\n", "- b!\n"]),
    ],
    [
      "edited in the same way",
      edit(["- a\n", "- a!\n"]),
      edit(["- a\n", "- a!\n"], ["- b\n", "- b\n- t\n"]),
      edit(["- a\n", "- a!\n"], ["- b\n", "- b\n- t\n"]),
    ],
    [
      "rewrapped in two ways",
      edit(["- a\n", "-  a\n"]),
      edit(["- a\n", "-   a\n"], ["- b\n", "- b\n- t\n"]),
      edit(["- a\n", "-  a\n"], ["- b\n", "- b\n- t\n"]),
    ],
    [
      "edited here, the other side rewrapped",
      edit(["- b\n", "- b\n  c\n"]),
      edit(["- a\n", "-  a\n"]),
      edit(["- b\n", "- b\n  c\n"], ["- a\n", "-  a\n"]),
    ],
    [
      "prose changed on one side",
      edit(["Words.", "Other words."]),
      edit(["- b\n", "- b\n- t\n"]),
      edit(["Words.", "Other words."], ["- b\n", "- b\n- t\n"]),
    ],
    [
      "prose added on one side, an entry on the other",
      edit(["- a\n", "Soon.\n\n- a\n"]),
      edit(["- a\n", "- t\n- a\n"]),
      edit(["- a\n", "Soon.\n\n- t\n- a\n"]),
    ],
    [
      "a new sub-heading each",
      edit(["### Fixed", "### Added\n\n- o\n\n### Fixed"]),
      edit(["### Fixed", "### Changed\n\n- t\n\n### Fixed"]),
      edit(["### Fixed", "### Added\n\n- o\n\n### Changed\n\n- t\n\n### Fixed"]),
    ],
    [
      "a new sub-heading each, theirs usually first",
      edit(["### Fixed", "### Changed\n\n- o\n\n### Fixed"]),
      edit(["### Fixed", "### Added\n\n- t\n\n### Fixed"]),
      edit(["### Fixed", "### Added\n\n- t\n\n### Changed\n\n- o\n\n### Fixed"]),
    ],
    [
      "the same new sub-heading",
      edit(["### Fixed", "### Added\n\n- o\n\n### Fixed"]),
      edit(["### Fixed", "### ADDED\n\n- t\n\n### Fixed"]),
      edit(["### Fixed", "### Added\n\n- o\n- t\n\n### Fixed"]),
    ],
    [
      "a sub-heading taken out with its entries, added to there",
      edit(["### Fixed\n\n- f\n\n", ""]),
      edit(["- f\n", "- f\n- t\n"]),
      edit(["- f\n", "- t\n"]),
    ],
    [
      "a sub-heading taken out, nothing new there",
      edit(["### Fixed\n\n- f\n\n", ""]),
      edit(["- b\n", "- b\n- t\n"]),
      edit(["### Fixed\n\n- f\n\n", ""], ["- b\n", "- b\n- t\n"]),
    ],
    [
      "the title reworded",
      edit(["# Changes", "# Change log"]),
      edit(["- b\n", "- b\n- t\n"]),
      edit(["# Changes", "# Change log"], ["- b\n", "- b\n- t\n"]),
    ],
    [
      "their title reworded",
      edit(["- b\n", "- b\n- o\n"]),
      edit(["# Changes\n\nWords.", "# Change log\n\nWords!"]),
      edit(["# Changes\n\nWords.", "# Change log\n\nWords!"], ["- b\n", "- b\n- o\n"]),
    ],
    [
      "Unreleased put in brackets on both sides",
      edit(["## Unr", "## [Unr"], ["sed\n", "sed]\n"], ["- b\n", "- b\n- o\n"]),
      edit(["Unreleased", "UNRELEASED"], ["- b\n", "- b\n- t\n"]),
      edit(["## Unr", "## [Unr"], ["sed\n", "sed]\n"], ["- b\n", "- b\n- o\n- t\n"]),
    ],
    [
      "a link each",
      edit(["[1.0]: u\n", "[1.0]: u\n[o]: o\n"]),
      edit(["[1.0]: u\n", "[1.0]: u\n[t]: t\n"]),
      edit(["[1.0]: u\n", "[1.0]: u\n[o]: o\n[t]: t\n"]),
    ],
    [
      "a released section mended here, an entry there",
      edit(["- z\n", "- zz\n"]),
      edit(["- b\n", "- b\n- t\n"]),
      edit(["- z\n", "- zz\n"], ["- b\n", "- b\n- t\n"]),
    ],
  ];
  for (const [name, ours, theirs, expected] of clean) {
    it(`${name}: no conflict`, () =>
      assert.deepEqual(mergeChanges(base, ours, theirs), { text: expected, conflicts: [] }));
  }

  const marked = (ours: string, theirs: string) => `<<<<<<< ours\n${ours}=======\n${theirs}>>>>>>> theirs\n`;
  const conflicting: [string, string, string, string, { release?: string; ours: string; theirs: string }][] = [
    [
      "edited in two ways",
      edit(["- a\n", "- ao\n"]),
      edit(["- a\n", "- at\n"]),
      edit(["- a\n", marked("- ao\n", "- at\n")]),
      { ours: "- ao\n", theirs: "- at\n" },
    ],
    [
      "taken out here, edited there",
      edit(["- a\n", ""]),
      edit(["- a\n", "- at\n"]),
      edit(["- a\n", marked("", "- at\n")]),
      { ours: "", theirs: "- at\n" },
    ],
    [
      "edited here, taken out there",
      edit(["- a\n", "- ao\n"]),
      edit(["- a\n", ""]),
      edit(["- a\n", marked("- ao\n", "")]),
      { ours: "- ao\n", theirs: "" },
    ],
    [
      "a sub-heading taken out, its entry edited there",
      edit(["### Fixed\n\n- f\n\n", ""]),
      edit(["- f\n", "- ft\n"]),
      edit(["- f\n", marked("", "- ft\n")]),
      { ours: "", theirs: "- ft\n" },
    ],
    [
      "an entry of a release",
      edit(["- z\n", "- zo\n"]),
      edit(["- z\n", "- zt\n"]),
      edit(["- z\n", marked("- zo\n", "- zt\n")]),
      { release: "1.0", ours: "- zo\n", theirs: "- zt\n" },
    ],
    [
      "prose",
      edit(["Words.", "Ours."]),
      edit(["Words.", "Theirs."]),
      edit(["Words.\n", marked("Ours.\n", "Theirs.\n")]),
      { release: "Changes", ours: "Ours.\n", theirs: "Theirs.\n" },
    ],
    [
      "new prose in one place",
      edit(["- a\n", "Ours.\n\n- o\n- a\n"]),
      edit(["- a\n", "Theirs.\n\n- t\n- a\n"]),
      edit(["- a\n", `${marked("Ours.\n", "Theirs.\n")}\n- o\n- t\n- a\n`]),
      { ours: "Ours.\n", theirs: "Theirs.\n" },
    ],
    [
      "the day of a release",
      edit(["2026-01-01", "2026-01-02"]),
      edit(["2026-01-01", "2026-01-03"]),
      edit(["## 1.0 - 2026-01-01\n", marked("## 1.0 - 2026-01-02\n", "## 1.0 - 2026-01-03\n")]),
      { release: "1.0", ours: "## 1.0 - 2026-01-02\n", theirs: "## 1.0 - 2026-01-03\n" },
    ],
    [
      "one link in two ways",
      edit(["[1.0]: u", "[1.0]: o"]),
      edit(["[1.0]: u", "[1.0]: t"]),
      edit(["[1.0]: u\n", marked("[1.0]: o\n", "[1.0]: t\n")]),
      { release: "1.0", ours: "[1.0]: o\n", theirs: "[1.0]: t\n" },
    ],
  ];
  for (const [name, ours, theirs, text, conflict] of conflicting) {
    it(`${name}: a conflict there`, () =>
      assert.deepEqual(mergeChanges(base, ours, theirs), { text, conflicts: [conflict] }));
  }

  it("edited here, moved and something put in its place there: a conflict about the moved one", () => {
    const { conflicts, text } = mergeChanges(
      base,
      edit(["- a\n", "- a!\n"]),
      edit(["- a\n", "- t\n"], ["- f\n", "- f\n- a\n"]),
    );
    assert.deepEqual(conflicts, [{ ours: "- a!\n", theirs: "" }]);
    assert.ok(text.includes("- t\n") && text.includes("- f\n- a\n"));
  });

  const other: [string, string, string, string, string][] = [
    [
      "both begin the file",
      "",
      lines("# Changes", "", "## Unreleased", "", "- o"),
      lines("# Changes", "", "## Unreleased", "", "- t"),
      lines("# Changes", "", "## Unreleased", "", "- o", "- t"),
    ],
    [
      "both make the heading",
      "# C\n\n## 1.0\n",
      lines("# C", "", "## Unreleased", "", "- o", "", "## 1.0"),
      lines("# C", "", "## [Unreleased]", "", "- t", "", "## 1.0"),
      lines("# C", "", "## Unreleased", "", "- o", "- t", "", "## 1.0"),
    ],
    [
      "line ends of ours",
      "## Unreleased\r\n- a\r\n",
      "## Unreleased\r\n- a\r\n- o\r\n",
      "## Unreleased\n- a\n- t\n",
      "## Unreleased\r\n- a\r\n- o\r\n- t\r\n",
    ],
    [
      "line ends of ours, which only changed those",
      "## Unreleased\n- a\n",
      "## Unreleased\r\n- a\r\n",
      "## Unreleased\n- a\n- t\n",
      "## Unreleased\r\n- a\r\n- t\r\n",
    ],
    [
      "only the line ends of theirs changed",
      "## Unreleased\n- a\n",
      "## Unreleased\n- a\n- o\n",
      "## Unreleased\r\n- a\r\n",
      "## Unreleased\n- a\n- o\n",
    ],
    [
      "no final line end",
      "## Unreleased\n- a",
      "## Unreleased\n- a\n- o",
      "## Unreleased\n- a\n- t",
      "## Unreleased\n- a\n- o\n- t",
    ],
    [
      "a final line end from theirs",
      "## Unreleased\n- a",
      "## Unreleased\n- a\n- o",
      "## Unreleased\n- a\n",
      "## Unreleased\n- a\n- o\n",
    ],
    [
      "a final line end taken by ours",
      "## Unreleased\n- a\n",
      "## Unreleased\n- a\n- o",
      "## Unreleased\n- a\n- t\n",
      "## Unreleased\n- a\n- o\n- t",
    ],
    ["a byte order mark", "\uFEFF- a\n", "\uFEFF- a\n- o\n", "- a\n- t\n", "- a\n- o\n- t\n"],
    [
      "spaced lists",
      lines("## Unreleased", "", "- a", "", "- b"),
      lines("## Unreleased", "", "- a", "", "- b", "", "- o"),
      lines("## Unreleased", "", "- a", "", "- b", "", "- t"),
      lines("## Unreleased", "", "- a", "", "- b", "", "- o", "", "- t"),
    ],
    [
      "a heading each in a file without releases",
      "# C\n",
      lines("# C", "", "## O", "", "x"),
      lines("# C", "", "## T", "", "y"),
      lines("# C", "", "## O", "", "x", "", "## T", "", "y"),
    ],
    [
      "a list reversed here, added to there",
      lines("## Unreleased", "- a", "- b", "- c"),
      lines("## Unreleased", "- c", "- b", "- a"),
      lines("## Unreleased", "- a", "- b", "- c", "- t"),
      lines("## Unreleased", "- c", "- b", "- a", "- t"),
    ],
    [
      "moved under a sub-heading here, added to there",
      lines("## Unreleased", "- a", "- b"),
      lines("## Unreleased", "- b", "### Fixed", "- a"),
      lines("## Unreleased", "- a", "- b", "- t"),
      lines("## Unreleased", "- b", "- t", "### Fixed", "- a"),
    ],
    [
      "two Unreleased headings",
      lines("## Unreleased", "- a", "## Unreleased", "- b"),
      lines("## Unreleased", "- a", "- o", "## Unreleased", "- b"),
      lines("## Unreleased", "- a", "## Unreleased", "- b", "- t"),
      lines("## Unreleased", "- a", "- o", "## Unreleased", "- b", "- t"),
    ],
    [
      "a fence that nothing ends",
      "```\nx\n",
      lines("## Unreleased", "", "- o", "", "```", "x"),
      lines("## Unreleased", "", "- t", "", "```", "x"),
      lines("## Unreleased", "", "- o", "- t", "", "```", "x"),
    ],
    [
      "an entry directly under text that is HTML now",
      lines("## Unreleased", "x"),
      lines("## Unreleased", "<p>x</p>"),
      lines("## Unreleased", "x", "- t"),
      lines("## Unreleased", "<p>x</p>", "", "- t"),
    ],
    [
      "the same addition between others",
      lines("## Unreleased"),
      lines("## Unreleased", "- x", "- o"),
      lines("## Unreleased", "- t", "- x"),
      lines("## Unreleased", "- t", "- x", "- o"),
    ],
    [
      "a section taken out on each side",
      lines("## Unreleased", "- a", "", "## 1.0", "- z", "", "## 0.9", "- y"),
      lines("## Unreleased", "- a", "", "## 0.9", "- y"),
      lines("## Unreleased", "- a", "", "## 1.0", "- z"),
      lines("## Unreleased", "- a"),
    ],
  ];
  for (const [name, before, ours, theirs, expected] of other) {
    it(name, () => assert.deepEqual(mergeChanges(before, ours, theirs), { text: expected, conflicts: [] }));
  }
});

describe("merging changes with a release on one side", () => {
  const released = release(base, { version: "1.1", date: "2026-02-02" });
  const renamed = edit(["## Unreleased", "## 1.1 - 2026-02-02"]);
  const added = edit(["- b\n", "- b\n- t\n"], ["- f\n", "- f\n- u\n"]);
  for (const [name, ours, theirs] of [
    ["ours", released, added],
    ["theirs", added, released],
    ["ours, Unreleased renamed", renamed, added],
    ["theirs, Unreleased renamed", added, renamed],
  ] as const) {
    it(`${name}: what the other added stays Unreleased`, () => {
      const merged = mergeChanges(base, ours, theirs);
      assert.deepEqual(merged.conflicts, []);
      const rest = renamed.slice(renamed.indexOf("## 1.1"));
      assert.equal(merged.text, `# Changes\n\nWords.\n\n## Unreleased\n\n- t\n\n### Fixed\n\n- u\n\n${rest}`);
    });
  }
  it("an entry of both that one has released is not Unreleased again", () => {
    const trunk = release(edit(["- b\n", "- b\n- t\n"]), { version: "1.1", date: "2026-02-02" });
    for (const merged of [mergeChanges(base, trunk, added), mergeChanges(base, added, trunk)]) {
      assert.deepEqual(
        unreleased(merged.text).map((entry) => entry.text),
        ["u"],
      );
      assert.equal(entries(merged.text).filter((entry) => entry.text === "t").length, 1);
    }
  });
  it("what the other added under a sub-heading alone stays Unreleased", () => {
    const merged = mergeChanges(base, renamed, edit(["- f\n", "- f\n- u\n"]));
    assert.deepEqual(merged.conflicts, []);
    assert.match(merged.text, /\n\n## Unreleased\n\n### Fixed\n\n- u\n\n## 1\.1 - 2026-02-02\n/);
  });
  it("what the other edited meanwhile is a conflict", () => {
    const { conflicts } = mergeChanges(base, released, edit(["- a\n", "- aa\n"]));
    assert.deepEqual(conflicts, [{ ours: "", theirs: "- aa\n" }]);
  });
  it("releases of both, newest first", () => {
    const model = lines("# C", "", "## 1.0", "", "- z");
    const put = (version: string) => model.replace("## 1.0", `## ${version}\n\n- ${version}\n\n## 1.0`);
    const expected = lines("# C", "", "## 1.10", "", "- 1.10", "", "## 1.9", "", "- 1.9", "", "## 1.0", "", "- z");
    assert.deepEqual(mergeChanges(model, put("1.9"), put("1.10")), { text: expected, conflicts: [] });
    assert.deepEqual(mergeChanges(model, put("1.10"), put("1.9")), { text: expected, conflicts: [] });
  });
});

describe("merging changes: whatever the file", () => {
  const flat = (text: string) => text.replace(/\s+/g, " ").trim();
  const all = (text: string) =>
    entries(text)
      .map((entry) => `${entry.release}: ${flat(entry.text)}`)
      .sort();
  const section = fc.constantFrom(undefined, "Added", "Security");
  it("independent additions never conflict, all are there, in either order", () => {
    fc.assert(
      fc.property(anyFile, anyWords, anyWords, section, section, (base, a, b, one, two) => {
        const added = (mark: string, item: number, words: string, section: string | undefined) =>
          addEntry(base, { text: `${mark}${words}`, item, ...(section && { section }) });
        const ours = added("ours", 41, a, one);
        const theirs = added("theirs", 42, b, two);
        const news = [ours, theirs].map(
          ({ text, line }) => unreleased(text).find((entry) => entry.line === line)?.text as string,
        );
        const expected = [...all(base), ...news.map((text) => `undefined: ${flat(text)}`)].sort();
        const merged = mergeChanges(base, ours.text, theirs.text);
        assert.deepEqual(merged.conflicts, []);
        assert.deepEqual(all(merged.text), expected);
        const swapped = mergeChanges(base, theirs.text, ours.text);
        assert.deepEqual(swapped.conflicts, []);
        assert.deepEqual(all(swapped.text), expected);
      }),
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

  // Each entry of the base is kept, edited or taken out by one side at most; both sides add.
  type Fate = "kept" | "edited by ours" | "edited by theirs" | "taken by ours" | "taken by theirs";
  const fate = fc.constantFrom<Fate>(
    "kept",
    "kept",
    "edited by ours",
    "edited by theirs",
    "taken by ours",
    "taken by theirs",
  );
  const name = (i: number) => ["red", "green", "blue", "grey", "pink", "brown", "black"][i] as string;
  const changed = (who: string, fates: Fate[], news: number[]) => {
    const list = fates.flatMap((f, i) => {
      const text = `- The ${name(i)} thing is ${name(i)} (#${i + 1})`;
      if (f === `taken by ${who}`) return [];
      return [f === `edited by ${who}` ? `${text} now` : text];
    });
    for (const at of news) list.splice(at % (list.length + 1), 0, `- New by ${who}, at ${at}`);
    return lines("# C", "", "## Unreleased", "", ...list, ...(list.length > 0 ? [""] : []), "## 1.0", "", "- z");
  };
  it("edits, removals and additions of both sides are all in the result", () => {
    const news = fc.array(fc.nat({ max: 20 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 7 }), news, news, (fates, a, b) => {
        const before = changed("nobody", fates, []);
        const { text, conflicts } = mergeChanges(before, changed("ours", fates, a), changed("theirs", fates, b));
        assert.deepEqual(conflicts, []);
        const kept = fates.flatMap((f, i) => {
          const text = `The ${name(i)} thing is ${name(i)} (#${i + 1})`;
          return f.startsWith("taken") ? [] : [f.startsWith("edited") ? `${text} now` : text];
        });
        const expected = [
          ...kept,
          ...a.map((at) => `New by ours, at ${at}`),
          ...b.map((at) => `New by theirs, at ${at}`),
        ];
        assert.deepEqual(
          unreleased(text)
            .map((entry) => entry.text)
            .sort(),
          expected.sort(),
        );
        assert.ok(text.endsWith("\n\n## 1.0\n\n- z\n"));
      }),
      runs,
    );
  });
});
