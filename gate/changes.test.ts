import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addEntry,
  addedEntries,
  entries,
  entryProblems,
  fragmentPath,
  isFragmentOf,
  parseChanges,
  parseFragment,
  printChanges,
  removeEntry,
  slug,
  unreleased,
} from "./changes.ts";
import { anyFile, anyWords, lines } from "./changes-samples.ts";

const runs = { numRuns: Number(process.env.RUNS ?? 1000) };
const texts = (list: { text: string }[]) => list.map(({ text }) => text);

describe("changes: what is an entry", () => {
  const cases: [string, string, string[]][] = [
    ["an empty file", "", []],
    ["a byte order mark alone", "\uFEFF", []],
    ["hyphens", "## Unreleased\n- a\n- b", ["a", "b"]],
    ["asterisks and plus signs", "## Unreleased\n* a\n+ b\n", ["a", "b"]],
    ["CRLF", "## Unreleased\r\n\r\n- a\r\n  b\r\n", ["a\nb"]],
    ["CR alone", "## Unreleased\r- a\r- b", ["a", "b"]],
    ["a continuation line", "## Unreleased\n- a\n  b\n", ["a\nb"]],
    ["a lazy continuation line", "## Unreleased\n- a\nb\n\nc\n", ["a\nb"]],
    ["a second paragraph", "## Unreleased\n- a\n\n  b\n\nc\n", ["a\n\nb"]],
    ["nested bullets", "## Unreleased\n- a\n  - b\n  - c\n- d\n", ["a\n- b\n- c", "d"]],
    ["bullets less indented than the text are their own", "## Unreleased\n- a\n - b\n", ["a", "b"]],
    ["tabs", "## Unreleased\n-\ta\n\tb\n", ["a\nb"]],
    ["deeply indented text is code", "## Unreleased\n\n    - a\n", []],
    ["backtick fences", "## Unreleased\n```\n- a\n```\n- b\n", ["b"]],
    ["tilde fences", "## Unreleased\n~~~~ md\n- a\n~~~\n~~~~\n- b\n", ["b"]],
    ["a fence is not ended by code", "## Unreleased\n```\n- a\n    ```\n- b\n```\n- c\n", ["c"]],
    ["a fence in an entry", "## Unreleased\n- a\n  ```\n  - b\n\n  ```\n- c\n", ["a\n```\n- b\n\n```", "c"]],
    ["a fence that nothing ends", "## Unreleased\n```\n- a\n", []],
    ["an inline backtick fence is none", "## Unreleased\n``` a` b\n- c\n", ["c"]],
    ["comments", "## Unreleased\n<!-- - a\n- b\n-->\n- c\n", ["c"]],
    ["a comment on one line", "## Unreleased\n<!-- - a -->\n- b\n", ["b"]],
    ["HTML up to a blank line", "## Unreleased\n<details>\n- a\n\n- b\n</details>\n", ["b"]],
    ["preformatted text", "## Unreleased\n<pre>\n\n- a\n</pre>\n- b\n", ["b"]],
    ["numbers are no bullets", "## Unreleased\n1. a\n   - b\n- c\n", ["c"]],
    ["a quote", "## Unreleased\n> - a\nlazy\n\n- b\n", ["b"]],
    ["lines across the page", "## Unreleased\n- - -\n***\n- a\n---\n", ["a"]],
    ["an empty bullet", "## Unreleased\n-\n- a\n", ["", "a"]],
    ["text after an empty bullet and a blank line", "## Unreleased\n-\n\n  a\n", [""]],
    ["an underlined heading in an entry", "## Unreleased\n- a\n  ---\n- b\n", ["a\n---", "b"]],
    ["links at the end", "## Unreleased\n- a\n\n[1.0]: https://example.org\n", ["a"]],
    ["front matter", "---\ntitle: x\ntags:\n- a\n---\n## Unreleased\n- b\n", ["b"]],
    ["a line across the page first is no front matter", "---\n\n## Unreleased\n- b\n", ["b"]],
    ["front matter that nothing ends is none", "---\ntitle: x\n\n## Unreleased\n- b\n", ["b"]],
    ["seven number signs", "## Unreleased\n####### x\n- a\n", ["a"]],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => {
      assert.deepEqual(texts(unreleased(text)), expected);
      assert.equal(printChanges(parseChanges(text)), text);
    });
  }
});

describe("changes: where an entry stands", () => {
  const open = [
    "## Unreleased",
    "# Unreleased",
    "### Unreleased",
    "## [Unreleased]",
    "## UNRELEASED ##",
    "## [Unreleased](https://example.org)",
    "## \\[Unreleased\\]",
    "##\tUnreleased",
    "   ## Unreleased",
    "Unreleased\n---",
    "Unreleased\n===",
    "## 🚧 Unreleased",
    "## **Unreleased**",
    "## Unreleased - 2026-xx-xx",
    "## Unreleased changes",
    "## 1.4.0 (unreleased)",
  ];
  for (const heading of open) {
    it(`${JSON.stringify(heading)} is Unreleased`, () => {
      assert.deepEqual(unreleased(`# Changes\n\n${heading}\n\n- a\n`).length, 1);
    });
  }
  const other: [string, string][] = [
    ["## 1.0.0", "1.0.0"],
    ["## [1.0.0] - 2026-01-01", "1.0.0"],
    ["## v1.0.0", "v1.0.0"],
    ["# [1.0.0](https://example.org/compare) (2026-01-01)", "1.0.0"],
    ["1.0.0 / 2026-01-01\n---", "1.0.0"],
    ["## Version 1.0-rc.1", "1.0-rc.1"],
    ["## 1.0.0 “Hestia”", "1.0.0"],
    ["## 1.0.0 Hestia", "1.0.0"],
    ["## 2026-01-01", "2026-01-01"],
    ["## 2026-01", "2026-01"],
    ["### 1.0.1", "1.0.1"],
    ["## 12 - 2026-01-01", "12"],
    ["## 1.0.0 2026-01-01", "1.0.0"],
    ["#### Unreleased", "Unreleased"],
    ["## Unreleased_things", "Unreleased_things"],
    ["## Notes", "Notes"],
    ["## 3 things to know", "3 things to know"],
  ];
  for (const [heading, release] of other) {
    it(`${JSON.stringify(heading)} is "${release}"`, () => {
      const text = `# Changes\n\n${heading}\n\n- a\n`;
      assert.deepEqual(
        entries(text).map((entry) => entry.release),
        [release],
      );
    });
  }
  it("under its sub-heading, on its lines", () => {
    const text =
      "- top\n# Changes\n- title\n## Unreleased\n- a (#1)\n### Added\n- b (#2)\n  c\n#### Deep\n- d\n### 3.12 support\n- e\n## 1.0\n### Fixed\n- f\n";
    const seen = entries(text).map(({ text, items, section, release, line, endLine }) => [
      text,
      items,
      section,
      release,
      line,
      endLine,
    ]);
    assert.deepEqual(seen, [
      ["top", [], undefined, "", 1, 1],
      ["title", [], undefined, "Changes", 3, 3],
      ["a (#1)", [1], undefined, undefined, 5, 5],
      ["b (#2)\nc", [2], "Added", undefined, 7, 8],
      ["d", [], "Deep", undefined, 10, 10],
      ["e", [], "3.12 support", undefined, 12, 12],
      ["f", [], "Fixed", "1.0", 15, 15],
    ]);
  });
  it("usual sub-headings on the level of Unreleased belong to it", () => {
    assert.deepEqual(
      unreleased("## Unreleased\n## Added\n- a\n## 1.0\n- b\n").map((e) => e.section),
      ["Added"],
    );
  });
});

describe("changes: which items an entry names", () => {
  const cases: [string, number[]][] = [
    ["a (#42)", [42]],
    ["(#42) a", [42]],
    ["a (#42) b (#43)", [42, 43]],
    ["a (#42, #43)", [42, 43]],
    ["a (#42;#43 & #44)", [42, 43, 44]],
    ["a (#42,\n  #43)", [42, 43]],
    ["a (#42) (#42)", [42]],
    ["a #42", []],
    ["a ( #42)", []],
    ["a (#42x)", []],
    ["a (#0)", []],
    ["a (#99999999999999999999)", []],
    ["a `(#42)`", []],
    ["a ``(#42)` ``", []],
    ["a `b (#42)", [42]],
    ["a \\`(#42)`", [42]],
    ["a \\\\`(#42)`", []],
    ["a \\``(#42)` b", []],
    ["a ` b\n\n  c (#42) `", [42]],
    ["a <!-- (#42) -->", []],
    ["a <!-- (#42)", []],
    ["a <!--> (#42)", [42]],
    ["a\n  ```\n  (#42)\n  ```", []],
    ["a\n\n      (#42)", []],
    ["a\n  - b (#42)", [42]],
    ["a ([#42](https://example.org))", []],
  ];
  for (const [text, items] of cases) {
    it(JSON.stringify(text), () => assert.deepEqual(unreleased(`## Unreleased\n- ${text}\n`)[0]?.items, items));
  }
});

describe("changes: adding an entry", () => {
  const add = { text: "New", item: 42 };
  const cases: [string, string, string, Parameters<typeof addEntry>[1]?][] = [
    ["an empty file", "", lines("# Changes", "", "## Unreleased", "", "- New (#42)")],
    ["blank lines alone", "\n\n", lines("# Changes", "", "## Unreleased", "", "- New (#42)")],
    ["a byte order mark alone", "\uFEFF", `\uFEFF${lines("# Changes", "", "## Unreleased", "", "- New (#42)")}`],
    [
      "an empty file, with a sub-heading",
      "",
      lines("# Changes", "", "## Unreleased", "", "### Added", "", "- New (#42)"),
      { ...add, section: "Added" },
    ],
    ["only a title", "# Log\n", lines("# Log", "", "## Unreleased", "", "- New (#42)")],
    ["only Unreleased", "## Unreleased\n", lines("## Unreleased", "", "- New (#42)")],
    ["no final line end", "## Unreleased", "## Unreleased\n\n- New (#42)"],
    ["no final line end after an entry", "## Unreleased\n\n- a", "## Unreleased\n\n- a\n- New (#42)"],
    ["CRLF", "## Unreleased\r\n\r\n* a\r\n", "## Unreleased\r\n\r\n* a\r\n* New (#42)\r\n"],
    [
      "a list with blank lines between",
      lines("## Unreleased", "", "- a", "", "- b", "", "## 1.0"),
      lines("## Unreleased", "", "- a", "", "- b", "", "- New (#42)", "", "## 1.0"),
    ],
    [
      "wide bullets",
      lines("## Unreleased", "", "-   a", "", "## 1.0"),
      lines("## Unreleased", "", "-   a", "-   New", "    more (#42)", "", "## 1.0"),
      { text: "New\nmore", item: 42 },
    ],
    ["indented bullets", lines("## Unreleased", " * a"), lines("## Unreleased", " * a", " * New (#42)")],
    [
      "the style of the releases",
      lines("# C", "", "## Unreleased", "", "## 1.0", "* a", "* b"),
      lines("# C", "", "## Unreleased", "* New (#42)", "", "## 1.0", "* a", "* b"),
    ],
    [
      "no heading yet",
      lines("# C", "", "All of it.", "", "## 1.0", "", "- a"),
      lines("# C", "", "All of it.", "", "## Unreleased", "", "- New (#42)", "", "## 1.0", "", "- a"),
    ],
    [
      "no heading yet, in brackets",
      lines("# C", "", "## [1.0] - 2026-01-01", "", "- a"),
      lines("# C", "", "## [Unreleased]", "", "- New (#42)", "", "## [1.0] - 2026-01-01", "", "- a"),
    ],
    [
      "no heading yet, underlined",
      lines("C", "=", "", "1.0", "---", "", "- a"),
      lines("C", "=", "", "Unreleased", "----------", "", "- New (#42)", "", "1.0", "---", "", "- a"),
    ],
    [
      "no heading yet, tight",
      lines("# C", "## 1.0", "- a"),
      lines("# C", "", "## Unreleased", "- New (#42)", "", "## 1.0", "- a"),
    ],
    [
      "other headings",
      lines("# C", "", "## About", "", "x"),
      lines("# C", "", "## Unreleased", "", "- New (#42)", "", "## About", "", "x"),
    ],
    [
      "a list under the title stays there",
      lines("# C", "", "- old"),
      lines("# C", "", "- old", "", "## Unreleased", "", "- New (#42)"),
    ],
    [
      "prose under Unreleased",
      lines("## Unreleased", "", "Soon.", "", "## 1.0"),
      lines("## Unreleased", "", "Soon.", "", "- New (#42)", "", "## 1.0"),
    ],
    ["links at the end", lines("## Unreleased", "", "[a]: b"), lines("## Unreleased", "", "- New (#42)", "", "[a]: b")],
    [
      "links directly under the heading",
      lines("## Unreleased", "[a]: b"),
      lines("## Unreleased", "[a]: b", "", "- New (#42)"),
    ],
    [
      "before a comment that nothing ends",
      lines("## Unreleased", "", "<!--", "x"),
      lines("## Unreleased", "", "- New (#42)", "", "<!--", "x"),
    ],
    [
      "a named sub-heading",
      lines("## Unreleased", "", "### Added", "", "- a", "", "### Fixed", "", "- b"),
      lines("## Unreleased", "", "### Added", "", "- a", "- New (#42)", "", "### Fixed", "", "- b"),
      { ...add, section: "added" },
    ],
    [
      "a sub-heading in its order",
      lines("## Unreleased", "", "### Added", "", "- a", "", "### Fixed", "", "- b"),
      lines(
        "## Unreleased",
        "",
        "### Added",
        "",
        "- a",
        "",
        "### Removed",
        "",
        "- New (#42)",
        "",
        "### Fixed",
        "",
        "- b",
      ),
      { ...add, section: "Removed" },
    ],
    [
      "a last sub-heading",
      lines("## Unreleased", "", "- a", "", "## 1.0"),
      lines("## Unreleased", "", "- a", "", "### Security", "", "- New (#42)", "", "## 1.0"),
      { ...add, section: "Security" },
    ],
    [
      "an unusual sub-heading",
      lines("## Unreleased", "", "### Added", "", "- a"),
      lines("## Unreleased", "", "### Added", "", "- a", "", "### API", "", "- New (#42)"),
      { ...add, section: "# API #" },
    ],
    [
      "a file that sorts all, with no sub-heading said",
      lines("## Unreleased", "", "### Added", "", "- a"),
      lines("## Unreleased", "", "### Added", "", "- a", "", "### Changed", "", "- New (#42)"),
    ],
    [
      "a file that sorts all, Unreleased empty",
      lines("## Unreleased", "", "## 1.0", "", "### Fixed", "", "- a"),
      lines("## Unreleased", "", "### Changed", "", "- New (#42)", "", "## 1.0", "", "### Fixed", "", "- a"),
    ],
    [
      "unusual sub-headings, with none said",
      lines("## Unreleased", "", "### API", "", "- a"),
      lines("## Unreleased", "", "- New (#42)", "", "### API", "", "- a"),
    ],
    [
      "sub-headings as the file underlines them",
      lines("Unreleased", "===", "", "Added", "---", "", "- a"),
      lines("Unreleased", "===", "", "Added", "---", "", "- a", "", "Fixed", "-----", "", "- New (#42)"),
      { ...add, section: "Fixed" },
    ],
    ["no item", lines("## Unreleased"), lines("## Unreleased", "", "- New"), { text: "New" }],
    [
      "an item named already",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- New (#42) thing"),
      { text: "New (#42) thing", item: 42 },
    ],
    [
      "another item named",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- New (#41) (#42)"),
      { text: "New (#41)", item: 42 },
    ],
    [
      "two paragraphs",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- New", "  thing (#42)", "", "  More."),
      { text: "New\nthing\n\nMore.\n", item: 42 },
    ],
    [
      "an open backtick",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- New `thing (#42)"),
      { text: "New `thing", item: 42 },
    ],
    [
      "an open comment",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- (#42) New <!-- thing"),
      { text: "New <!-- thing", item: 42 },
    ],
    [
      "a code fence",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- New (#42)", "  ```", "  x"),
      { text: "New\n```\nx", item: 42 },
    ],
    [
      "a typed bullet",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- New (#42)"),
      { text: "\n * - New", item: 42 },
    ],
    [
      "a bullet on a line of its own",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- New (#42)"),
      { text: "-\n  New", item: 42 },
    ],
    ["a heading", lines("## Unreleased"), lines("## Unreleased", "", "- \\# New (#42)"), { text: "# New", item: 42 }],
    [
      "lines across the page",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- \\--", "  New (#42)"),
      { text: "--\nNew", item: 42 },
    ],
    [
      "a link definition",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- \\[New]: x (#42)"),
      { text: "[New]: x", item: 42 },
    ],
    [
      "controls and marks of direction",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- New thing (#42)"),
      { text: "N\u0000e\u202Ew\u0007 thing\u001b", item: 42 },
    ],
    [
      "unusual line ends",
      lines("## Unreleased"),
      lines("## Unreleased", "", "- New (#42)", "  ## 1.0", "  - x"),
      { text: "New\u2028## 1.0\r- x", item: 42 },
    ],
    [
      "a text directly below an entry",
      lines("## Unreleased", "- # a", "text"),
      lines("## Unreleased", "- New (#42)", "- # a", "text"),
    ],
    [
      "an underlined version directly below",
      lines("Unreleased", "---", "1.0", "---"),
      lines("Unreleased", "---", "", "", "- New (#42)", "", "1.0", "---"),
    ],
  ];
  for (const [name, before, after, entry = add] of cases) {
    it(name, () => {
      const added = addEntry(before, entry);
      assert.equal(added.text, after);
      assert.equal(unreleased(after).filter((e) => e.line === added.line).length, 1);
    });
  }
  const refused: [string, Parameters<typeof addEntry>[1], RegExp][] = [
    ["no text", { text: "" }, /^The entry has no words\.$/],
    ["only marks", { text: " - -- *\n\n" }, /no words/],
    ["only the reference", { text: "(#42)", item: 42 }, /no words/],
    ["only a comment", { text: "<!-- New -->" }, /no words/],
    ["a sub-heading without words", { text: "New", section: "##" }, /^The sub-heading has no words\.$/],
    [
      "a version as sub-heading",
      { text: "New", section: "1.0.0" },
      /^"1\.0\.0" cannot be a sub-heading: it reads as a version\.$/,
    ],
    ["Unreleased as sub-heading", { text: "New", section: "[Unreleased]" }, /reads as a version/],
  ];
  for (const [name, entry, error] of refused) {
    it(`refuses ${name}`, () => assert.throws(() => addEntry("## Unreleased\n", entry), { message: error }));
  }
});

describe("changes: removing an entry", () => {
  const cases: [string, string, number, string][] = [
    ["the only one", "## Unreleased\n\n- a\n\n## 1.0\n", 3, "## Unreleased\n\n## 1.0\n"],
    ["the first", "## Unreleased\n\n- a\n- b\n", 3, "## Unreleased\n\n- b\n"],
    ["one of a spaced list", "- a\n\n- b\n\n- c\n", 3, "- a\n\n- c\n"],
    ["the last, without a final line end", "- a\n- b", 2, "- a"],
    ["with all its lines", "- a\n  b\n\n  c\n- d\n", 1, "- d\n"],
    ["all there is", "\uFEFF- a", 1, "\uFEFF"],
  ];
  for (const [name, before, line, after] of cases) it(name, () => assert.equal(removeEntry(before, line), after));
  it("leaves a heading that was made for it", () => {
    const { text, line } = addEntry("# C\n", { text: "New" });
    assert.equal(removeEntry(text, line), "# C\n\n## Unreleased\n");
  });
  it("refuses another line", () =>
    assert.throws(() => removeEntry("- a\n  b\n", 2), { message: "No entry begins on line 2." }));
});

describe("changes: what a branch added", () => {
  const base = "## Unreleased\n- a (#1)\n- b (#2)\n- b (#2)\n## 1.0\n- z\n";
  const cases: [string, string, string[]][] = [
    ["nothing", base, []],
    ["an entry", base.replace("- a", "- new\n- a"), ["new"]],
    ["an edited entry", base.replace("a (#1)", "a, really (#1)"), ["a, really (#1)"]],
    ["a rewrapped entry is the same", base.replace("a (#1)", "a\n  (#1)"), []],
    ["a moved entry is the same", "## Unreleased\n- b (#2)\n- b (#2)\n- a (#1)\n", []],
    ["a third of the same", base.replace("- a", "- b (#2)\n- a"), ["b (#2)"]],
    ["two new ones of the same", base.replace("- a", "- n\n- n\n- a"), ["n", "n"]],
    ["an entry of a release does not count", base.replace("- z", "- z\n- y"), []],
  ];
  for (const [name, now, expected] of cases) it(name, () => assert.deepEqual(texts(addedEntries(base, now)), expected));
});

describe("changes: what is wrong with an item's entries", () => {
  const cases: [string, string, [number, string][]][] = [
    ["nothing", "## Unreleased\n- a (#42)\n", []],
    ["an older one released", "## Unreleased\n- a (#42)\n## 1.0\n- b (#42)\n", []],
    ["no words", "## Unreleased\n- (#42)\n", [[2, "The entry of #42 has no words besides the reference."]]],
    [
      "hidden words",
      "## Unreleased\n- <!-- a --> (#42)\n",
      [[2, "The entry of #42 has no words besides the reference."]],
    ],
    [
      "twice",
      "## Unreleased\n- a (#42)\n- b (#42)\n- a  (#42)\n",
      [[4, "The entry of #42 stands here a second time; it is already on line 2."]],
    ],
    [
      "released",
      "## Unreleased\n## 1.0\n- a (#42)\n",
      [[3, 'The entry of #42 stands under "1.0", not under Unreleased.']],
    ],
    [
      "above all",
      "- a (#42)\n## Unreleased\n",
      [[1, "The entry of #42 stands above every heading, not under Unreleased."]],
    ],
    [
      "released, and an empty one",
      "## Unreleased\n- (#42)\n## 1.0\n- a (#42)\n",
      [
        [2, "The entry of #42 has no words besides the reference."],
        [4, 'The entry of #42 stands under "1.0", not under Unreleased.'],
      ],
    ],
    [
      "mentioned without brackets",
      "## Unreleased\n- a #42\n- b #421\n## 1.0\n- c #42\n",
      [[2, "This entry mentions #42 without naming it; write (#42), outside code and comments."]],
    ],
    [
      "outside a bullet",
      "## Unreleased\n\nA (#42)\n\n- b\n",
      [[3, '(#42) stands outside a bullet; an entry begins with "- ".']],
    ],
    ["not there", "## Unreleased\n- a (#41)\n", []],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () =>
      assert.deepEqual(
        entryProblems(text, 42).map(({ line, message }) => [line, message]),
        expected,
      ),
    );
  }
});

describe("changes: fragments", () => {
  const slugs: [string, string][] = [
    ["Add TLS", "add-tls"],
    ["  Größe ändern: Øre & łódź!  ", "grosse-andern-ore-lodz"],
    ["../../etc/passwd\n--upload-pack=x", "etc-passwd-upload-pack-x"],
    ["日本語", "item"],
    ["", "item"],
    ["a".repeat(80), "a".repeat(40)],
    ["one two three four five six seven eight nine", "one-two-three-four-five-six-seven-eight"],
    [`a-${"b".repeat(60)}`, `a-${"b".repeat(38)}`],
  ];
  for (const [title, expected] of slugs)
    it(`slug of ${JSON.stringify(title)}`, () => assert.equal(slug(title), expected));
  it("slug of anything is safe", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (title) =>
        assert.match(slug(title), /^(?=.{1,40}$)[a-z0-9]+(-[a-z0-9]+)*$/),
      ),
      runs,
    );
  });
  const whose: [string, string, number | undefined, boolean][] = [
    ["CHANGES.md", "changes/42-add-tls.md", 42, true],
    ["CHANGES.md", "changes/42-add-tls.md", undefined, true],
    ["docs/NEWS.md", "docs/changes/42-a.md", 42, true],
    ["docs/NEWS.md", "changes/42-a.md", 42, false],
    ["CHANGES.md", "changes/42-a.md", 4, false],
    ["CHANGES.md", "changes/42-a.md", 2, false],
    ["CHANGES.md", "changes/042-a.md", undefined, false],
    ["CHANGES.md", "changes/42-.md", 42, false],
    ["CHANGES.md", "changes/42-a.txt", 42, false],
    ["CHANGES.md", "changes/42-a.md/42-a.md", 42, false],
  ];
  for (const [file, path, item, is] of whose)
    it(`${path} beside ${file}, of ${item ?? "any"}: ${is}`, () => assert.equal(isFragmentOf(file, item, path), is));
  it("path", () => assert.equal(fragmentPath(42, "Add TLS"), "changes/42-add-tls.md"));
  const fragments: [string, string, object][] = [
    ["changes/42-add-tls.md", "New\n", { item: 42, slug: "add-tls", text: "New" }],
    ["a\\changes\\42-x.md", "\uFEFFNew\r\n\r\nmore", { item: 42, slug: "x", text: "New\n\nmore" }],
    ["changes/42-x.md", "section: Added\nNew", { item: 42, slug: "x", section: "Added", text: "New" }],
    ["changes/42-x.md", '---\nsection: "Added"\n---\n\nNew', { item: 42, slug: "x", section: "Added", text: "New" }],
    ["changes/42-x.md", "section:\nNew", { item: 42, slug: "x", text: "New" }],
  ];
  for (const [path, text, expected] of fragments)
    it(JSON.stringify(text), () => assert.deepEqual(parseFragment(path, text), expected));
  for (const path of ["changes/readme.md", "changes/0-x.md", "changes/42.md", "changes/42-x.txt", ""]) {
    it(`refuses ${JSON.stringify(path)}`, () =>
      assert.throws(() => parseFragment(path, "New"), { message: `${path} is not named <item>-<words>.md.` }));
  }
  it("refuses no text", () =>
    assert.throws(() => parseFragment("42-x.md", "section: Added\n"), { message: "42-x.md has no text." }));
});

describe("changes: whatever the file", () => {
  it("parse, then print, is the same text", () => {
    fc.assert(
      fc.property(anyFile, (text) => assert.equal(printChanges(parseChanges(text)), text)),
      runs,
    );
  });
  it("exactly one entry is added, whatever the words", () => {
    const sections = fc.constantFrom(undefined, "Added", "Security", "API");
    fc.assert(
      fc.property(anyFile, anyWords, sections, (text, words, section) => {
        const added = addEntry(text, { text: `x${words}`, item: 42, ...(section && { section }) });
        const mine = unreleased(added.text).find((entry) => entry.line === added.line);
        assert.ok(mine?.items.includes(42));
        if (section) assert.equal(mine?.section?.toLowerCase(), section.toLowerCase());
        const others = entries(added.text).filter((entry) => entry.line !== added.line);
        assert.deepEqual(
          others.map(({ text, release }) => [text, release]),
          entries(text).map(({ text, release }) => [text, release]),
        );
      }),
      runs,
    );
  });
  it("add, then remove, is the same text when no heading was made", () => {
    const headings = (text: string) => parseChanges(text).blocks.filter((block) => block.kind === "heading").length;
    fc.assert(
      fc.property(anyFile, anyWords, (text, words) => {
        const added = addEntry(text, { text: `x${words}`, item: 42 });
        fc.pre(headings(added.text) === headings(text));
        assert.equal(removeEntry(added.text, added.line), text);
      }),
      runs,
    );
  });
  it("5 MB of anything takes no time to speak of", () => {
    const hostile = [
      "\n",
      "- ",
      "`",
      "- a (#1)\n",
      "<!--",
      "> ",
      "# ",
      "(#1, ",
      "a\n=\n",
      "\\`",
      "``` ",
      "- `(#1)` <!-- \n",
      "[x]: y\n",
      "\t- \t",
    ];
    for (const piece of hostile) {
      const text = `## Unreleased\n- x${piece.repeat(1_000_000 / piece.length)}`;
      const start = performance.now();
      entries(text);
      const spent = performance.now() - start;
      assert.ok(spent < 2000, `${JSON.stringify(piece)} took ${Math.round(spent)} ms`);
    }
  });
});
