// Arbitrary files and texts made of what has tripped parsers of changelogs. For tests.
import fc from "fast-check";

const nasty = [
  "# Changes",
  "## Unreleased",
  "## [Unreleased]",
  "# UNRELEASED #",
  "### unreleased",
  "Unreleased",
  "---",
  "===",
  "-",
  "*",
  "+",
  "- - -",
  "***",
  "## 1.0.0 - 2026-01-01",
  "## [1.1.0]",
  "1.2.0 (2026-02-02)",
  "-------",
  "### Added",
  "### Fixed",
  "#### Deep",
  "  ## 0.9.0",
  "   ### Added",
  "- a (#1)",
  "- b",
  "* c (#2)",
  " - indented",
  "   - three",
  "    - four",
  "-   wide",
  "-\ttab",
  "-      code",
  "+ plus",
  "  continuation",
  "lazy text",
  "    code",
  "\tcode",
  "  - nested",
  "      deep",
  "```",
  "~~~",
  "  ```",
  "````js",
  "<!--",
  "-->",
  "<!-- x -->",
  "<pre>",
  "</pre>",
  "[1.0.0]: https://example.org",
  "[unreleased]: https://example.org",
  "> quote",
  "1. one",
  "2) two",
  "1.",
  "   - in one",
  "| a | b |",
  "<details>",
  "- # heading",
  "- ```",
  "- > q",
  "- 1. x",
  "- ",
  "",
  "",
  "",
  "  ",
  "\t",
  "title: x",
  "`",
  "- `(#3)`",
  "=",
  "- - x",
  "text\\",
];

const lineEnd = fc.constantFrom("\n", "\n", "\n", "\r\n", "\r");
const line = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...nasty) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);

const someLines = fc.array(fc.tuple(line, lineEnd), { maxLength: 14, size: "max" });
const heading = fc.constantFrom("## Unreleased", "# [Unreleased]", "Unreleased\n---", "### UNRELEASED", "");

/** Any file: nasty lines, line ends of one kind or mixed, perhaps a byte order mark, perhaps no final line end. */
export const anyFile = fc
  .tuple(someLines, heading, someLines, fc.constantFrom("", "", "\uFEFF"), fc.boolean(), fc.boolean(), lineEnd)
  .map(([above, open, below, bom, isMixed, isOpen, end]) => {
    const all = [...above, ...open.split("\n").map((text): [string, string] => [text, end]), ...below];
    const text = all.map(([text, own]) => text + (isMixed ? own : end)).join("");
    return bom + (isOpen ? text.replace(/[\r\n]+$/, "") : text);
  });

/** Any words for an entry. */
export const anyWords = fc
  .array(fc.tuple(line, fc.constantFrom("\n", "\n", "\r\n", "\r", " ", "\u2028")), { maxLength: 5 })
  .map((lines) => lines.map(([text, end]) => text + end).join(""));

/** A file of these lines. */
export function lines(...list: string[]): string {
  return list.map((line) => `${line}\n`).join("");
}
