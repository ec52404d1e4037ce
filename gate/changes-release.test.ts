import assert from "node:assert/strict";
import fc from "fast-check";
import { addEntry, entries, unreleased } from "./changes.ts";
import { release } from "./changes-release.ts";
import { anyFile, lines } from "./changes-samples.ts";

const as = { version: "1.4.0", date: "2026-11-20" };

describe("releasing changes", () => {
  const titles: [string, string, string][] = [
    ["plain", "## 1.3.0 - 2026-01-02", "## 1.4.0 - 2026-11-20"],
    ["in brackets", "## [1.3.0] - 2026-01-02", "## [1.4.0] - 2026-11-20"],
    ["with a v", "## v1.3.0 (2026-01-02)", "## v1.4.0 (2026-11-20)"],
    ["with a link", "## [1.3.0](https://example.org/1.3.0) (2026-01-02)", "## 1.4.0 (2026-11-20)"],
    ["with slashes", "# 1.3.0 / 2026/01/02", "# 1.4.0 / 2026/11/20"],
    ["with points", "## Version 1.3.0, 02.01.2026", "## Version 1.4.0, 20.11.2026"],
    ["with a remark", "## [1.3.0] - 2026-01-02 [YANKED]", "## [1.4.0] - 2026-11-20"],
    ["without a date", "### **1.3.0**", "### **1.4.0** - 2026-11-20"],
    ["by date alone", "## [2026-01-02]", "## [1.4.0]"],
    ["underlined", "1.3.0 – 2026-01-02\n------------------", "1.4.0 – 2026-11-20\n------------------"],
    ["underlined twice", "1.3.0\n=====", "1.4.0 - 2026-11-20\n=================="],
  ];
  for (const [name, model, title] of titles) {
    it(`as other versions are: ${name}`, () => {
      const text = `# C\n\n## Unreleased\n\n- a\n\n${model}\n\n- z\n`;
      assert.equal(release(text, as), `# C\n\n## Unreleased\n\n${title}\n\n- a\n\n${model}\n\n- z\n`);
    });
  }
  const cases: [string, string, string][] = [
    [
      "the first",
      lines("# C", "", "## Unreleased", "", "- a"),
      lines("# C", "", "## Unreleased", "", "## 1.4.0 - 2026-11-20", "", "- a"),
    ],
    [
      "the first, in brackets",
      lines("## [Unreleased]", "- a"),
      lines("## [Unreleased]", "", "## [1.4.0] - 2026-11-20", "- a"),
    ],
    [
      "sub-headings",
      lines("## Unreleased", "", "### Added", "", "- a"),
      lines("## Unreleased", "", "## 1.4.0 - 2026-11-20", "", "### Added", "", "- a"),
    ],
    ["CRLF, no final line end", "## Unreleased\r\n\r\n- a", "## Unreleased\r\n\r\n## 1.4.0 - 2026-11-20\r\n\r\n- a"],
    [
      "a version under way",
      lines("## 1.4.0 (unreleased)", "", "- a"),
      lines("## Unreleased", "", "## 1.4.0 - 2026-11-20", "", "- a"),
    ],
    [
      "other versions on the level of its sub-headings",
      lines("# Unreleased", "", "## Added", "", "- a", "", "## 1.0 - 2026-01-02", "", "- z"),
      lines(
        "# Unreleased",
        "",
        "# 1.4.0 - 2026-11-20",
        "",
        "## Added",
        "",
        "- a",
        "",
        "## 1.0 - 2026-01-02",
        "",
        "- z",
      ),
    ],
    [
      "links that compare",
      lines(
        "## [Unreleased]",
        "- a",
        "## [1.3.0] - 2026-01-02",
        "- z",
        "",
        "[unreleased]: https://x/o/r/compare/v1.3.0...HEAD",
        "[1.3.0]: y",
      ),
      lines(
        "## [Unreleased]",
        "",
        "## [1.4.0] - 2026-11-20",
        "- a",
        "## [1.3.0] - 2026-01-02",
        "- z",
        "",
        "[unreleased]: https://x/o/r/compare/v1.4.0...HEAD",
        "[1.4.0]: https://x/o/r/compare/v1.3.0...v1.4.0",
        "[1.3.0]: y",
      ),
    ],
    [
      "links that compare, at the very end",
      "## [Unreleased]\n- a\n## [v1.3.0]\n- z\n\n[Unreleased]: https://x/compare/v1.3.0..main",
      "## [Unreleased]\n\n## [v1.4.0] - 2026-11-20\n- a\n## [v1.3.0]\n- z\n\n[Unreleased]: https://x/compare/v1.4.0..main\n[v1.4.0]: https://x/compare/v1.3.0..v1.4.0",
    ],
    [
      "links that compare something else",
      lines(
        "## [Unreleased]",
        "- a",
        "## [1.3.0]",
        "- z",
        "",
        "[unreleased]: https://x/compare/abc...HEAD",
        "",
        "[z]: z",
      ),
      lines(
        "## [Unreleased]",
        "",
        "## [1.4.0] - 2026-11-20",
        "- a",
        "## [1.3.0]",
        "- z",
        "",
        "[unreleased]: https://x/compare/abc...HEAD",
        "",
        "[z]: z",
      ),
    ],
  ];
  for (const [name, before, after] of cases) it(name, () => assert.equal(release(before, as), after));
  it("gathers fragments", () => {
    const fragments = [
      { text: "New", item: 42, section: "Added" },
      { text: "More (#43)", item: 43 },
    ];
    const expected = lines(
      "## Unreleased",
      "",
      "## 1.4.0 - 2026-11-20",
      "",
      "- More (#43)",
      "",
      "### Added",
      "",
      "- New (#42)",
    );
    const text = release(lines("## Unreleased"), { ...as, fragments: fragments.reverse() });
    assert.equal(text, expected);
    assert.equal(
      release("", { ...as, fragments: [{ text: "x" }] }),
      lines("# Changes", "", "## Unreleased", "", "## 1.4.0 - 2026-11-20", "", "- x"),
    );
  });
  const refused: [string, string, Partial<typeof as>, string][] = [
    ["no heading", "# C\n- a\n", {}, "There is nothing to release: no entry stands under Unreleased."],
    [
      "no entry",
      "## Unreleased\n\nSoon.\n## 1.0\n- a\n",
      {},
      "There is nothing to release: no entry stands under Unreleased.",
    ],
    [
      "a version that is there",
      "## Unreleased\n- a\n## [v1.4.0]\n",
      {},
      "Version 1.4.0 is in the file already, on line 3.",
    ],
    [
      "two Unreleased",
      "## Unreleased\n- a\n## 1.0\n## Unreleased\n",
      {},
      "Unreleased stands twice, on lines 1 and 4; make it one first.",
    ],
    ["no version", "## Unreleased\n- a\n", { version: "next\n" }, '"next\n" is no version; write it like 1.4.0.'],
    ["no date", "## Unreleased\n- a\n", { date: "today" }, '"today" is no date; write it like 2026-11-20.'],
    [
      "no day of the calendar",
      "## Unreleased\n- a\n",
      { date: "2026-02-30" },
      '"2026-02-30" is no date; write it like 2026-11-20.',
    ],
    [
      "no month of the calendar",
      "## Unreleased\n- a\n",
      { date: "2026-13-01" },
      '"2026-13-01" is no date; write it like 2026-11-20.',
    ],
  ];
  for (const [name, text, wrong, message] of refused) {
    it(`refuses ${name}`, () => assert.throws(() => release(text, { ...as, ...wrong }), { message }));
  }
  it("moves all that is Unreleased, and nothing else, whatever the file", () => {
    fc.assert(
      fc.property(anyFile, (text) => {
        const before = addEntry(text, { text: "New", item: 42 }).text;
        let after = "";
        try {
          after = release(before, { ...as, version: "77.7" });
        } catch (error) {
          assert.match((error as Error).message, /^Unreleased stands twice/);
          return;
        }
        assert.deepEqual(unreleased(after), []);
        const seen = entries(after).map((entry) => [
          entry.text,
          entry.release?.replace(/^v/, "") === "77.7" ? undefined : entry.release,
        ]);
        assert.deepEqual(
          seen,
          entries(before).map((entry) => [entry.text, entry.release]),
        );
      }),
      { numRuns: Number(process.env.RUNS ?? 1000) },
    );
  });
});
