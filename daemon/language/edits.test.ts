import assert from "node:assert/strict";
import fc from "fast-check";
import { TextDocument } from "vscode-languageserver-textdocument";
import { editTo } from "./edits.ts";

describe("the smallest edit", () => {
  // Line ends of all kinds, and characters of two halves that share one.
  const text = fc.array(fc.constantFrom("a", "b", "\r\n", "\n", "\r", "👋", "👏", "🙂", "é"), { maxLength: 12 });

  it("leads from any text to any other, and never into the middle of a character or a line end", () => {
    fc.assert(
      fc.property(text, text, (from, to) => {
        const [before, after] = [from.join(""), to.join("")];
        const document = TextDocument.create("file:///x", "markdown", 1, before);
        const edits = editTo(document, after);
        assert.equal(TextDocument.applyEdits(document, edits), after);
        assert.equal(edits.length, before === after ? 0 : 1);
        for (const { newText, range } of edits) {
          assert.ok(newText.isWellFormed());
          assert.ok(document.getText(range).isWellFormed());
        }
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it("is no larger than what changed", () => {
    const document = TextDocument.create("file:///x", "markdown", 1, "# A\r\n\r\n- one\r\n- two\r\n");
    assert.deepEqual(editTo(document, "# A\r\n\r\n- one\r\n- more\r\n- two\r\n"), [
      { range: { start: { line: 3, character: 2 }, end: { line: 3, character: 2 } }, newText: "more\r\n- " },
    ]);
  });
});
