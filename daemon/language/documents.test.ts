// Documents as editors change them: in one pass where that means the same, change by change where not, and never for long.
import assert from "node:assert/strict";
import fc from "fast-check";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type Change, Documents } from "./documents.ts";

const uri = "file:///CHANGES.md";

function opened(text: string): Documents {
  const documents = new Documents();
  documents.open({ uri, languageId: "markdown", version: 1, text });
  return documents;
}

const changed = (text: string, changes: Change[]): string | undefined =>
  opened(text).change(uri, 2, changes)?.text?.getText();

/** One after the other, each in a document that is read anew. */
function plainly(text: string, changes: Change[]): string {
  return changes.reduce((so, { range, text: put }) => {
    if (!range) return put;
    const document = TextDocument.create(uri, "markdown", 1, so);
    const [a, b] = [document.offsetAt(range.start), document.offsetAt(range.end)];
    return so.slice(0, Math.min(a, b)) + put + so.slice(Math.max(a, b));
  }, text);
}

describe("documents of an editor", () => {
  const words = fc.string({ unit: fc.constantFrom("a", "b", "\n", "\r", "\r\n", " ", "👋"), maxLength: 30 });
  const put = fc.string({ unit: fc.constantFrom("x", "\n", "\r"), maxLength: 3 });
  const position = fc.record({ line: fc.nat(6), character: fc.nat(8) });

  it("any changes come to what they come to one by one", () => {
    const anywhere = fc.record({ range: fc.record({ start: position, end: position }), text: put });
    fc.assert(
      fc.property(words, fc.array(anywhere, { maxLength: 4 }), (text, changes) => {
        assert.equal(changed(text, changes), plainly(text, changes));
      }),
      { numRuns: 3000 },
    );
  });

  it("so do those from the last place to the first, touching ones and insertions at one place too", () => {
    const cuts = fc.array(fc.tuple(fc.nat(30), fc.nat(3), put), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(words, cuts, (text, chosen) => {
        const document = TextDocument.create(uri, "markdown", 1, text);
        let begin = text.length;
        const changes = [...chosen]
          .sort((a, b) => b[0] - a[0])
          .flatMap(([at, length, words]) => {
            const [from, to] = [Math.min(at, begin), Math.min(at + length, begin)];
            begin = from;
            return { range: { start: document.positionAt(from), end: document.positionAt(to) }, text: words };
          });
        assert.equal(changed(text, changes), plainly(text, changes));
      }),
      { numRuns: 3000 },
    );
  });

  const lines = 50_000;
  const large = "- An entry of a usual length, and so on, until here (#1)\n".repeat(lines);
  const inLine = (line: number, text: string): Change => ({
    range: { start: { line, character: 2 }, end: { line, character: 4 } },
    text,
  });

  it("takes a change in each of many lines at once", function () {
    // One by one these copy 150 gigabytes.
    this.timeout(10_000);
    const changes = Array.from({ length: lines }, (_, n) => inLine(lines - 1 - n, "The"));
    assert.equal(changed(large, changes), large.replaceAll("- An", "- The"));
  });

  it("gives a document up when changes would take too long, until its whole text comes", function () {
    this.timeout(10_000);
    const documents = opened(large);
    const changes = Array.from({ length: lines }, (_, n) => inLine(n, "The"));
    assert.equal(documents.change(uri, 2, changes)?.text, undefined);
    assert.equal(documents.change(uri, 3, [inLine(0, "A")])?.text, undefined);
    assert.equal(documents.change(uri, 4, [{ text: "x" }])?.text?.getText(), "x");
  });

  it("takes what is too long only meanwhile", () => {
    const long = "x".repeat(4_999_999);
    const place = { line: 0, character: 0 };
    const grown: Change = { range: { start: place, end: place }, text: "yy" };
    const shrunk: Change = { range: { start: place, end: { line: 0, character: 2 } }, text: "" };
    assert.equal(changed(long, [grown, shrunk]), long);
    assert.equal(changed(long, [grown]), undefined);
    assert.equal(changed(long, [{ ...grown, text: "y" }])?.length, 5_000_000);
  });
});
