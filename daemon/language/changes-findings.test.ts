// What is remembered of a document that an editor asks about again and again.
import assert from "node:assert/strict";
import { TextDocument } from "vscode-languageserver-textdocument";
import { reading } from "./changes-findings.ts";

describe("the reading of a changes file", () => {
  it("is made once for each state of the document, whatever its version says", () => {
    const document = TextDocument.create("file:///CHANGES.md", "markdown", 1, "## Unreleased\n\n- One\n");
    const first = reading(document);
    assert.equal(reading(document), first);
    TextDocument.update(document, [], 2);
    assert.equal(reading(document), first);
    TextDocument.update(document, [{ text: "## Unreleased\n\n- Two\n" }], 2);
    assert.deepEqual(
      reading(document).all.map((entry) => entry.text),
      ["Two"],
    );
  });
});
