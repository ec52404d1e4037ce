// The document of a page holds, whatever is in its first state.
import assert from "node:assert/strict";
import { pageHtml } from "./html.ts";

const document = (state: unknown, title = "t") =>
  pageHtml({
    title,
    language: "en",
    source: "https://here",
    nonce: "n0nce",
    script: "https://here/p.js",
    styles: { codicons: "https://here/codicon.css", page: "https://here/p.css" },
    first: { state, made: "m", version: "1", texts: undefined },
  });

describe("the document of a page", () => {
  it("allows nothing but its own script, styles and font", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(document({}))?.[1];
    assert.equal(
      policy,
      "default-src &#39;none&#39;; script-src &#39;nonce-n0nce&#39;; style-src https://here; font-src https://here",
    );
  });

  it("is not ended, nor begun anew, by what it carries", () => {
    const evil = "</script><script>alert(1)</script><!--\u2028";
    const html = document({ title: evil }, '"><img src=x onerror=alert(1)>');
    assert.equal(html.match(/<\/script>/g)?.length, 2);
    assert.ok(!html.includes("<!--"));
    assert.ok(!html.includes("<img"));
    const json = /id="first" nonce="n0nce">(.*)<\/script>/.exec(html)?.[1] ?? "";
    assert.equal(JSON.parse(json).state.title, evil);
  });

  it("has a language, a title and one main", () => {
    const html = document({}, "Commit");
    assert.match(html, /<html lang="en">/);
    assert.match(html, /<title>Commit<\/title>/);
    assert.equal(html.match(/<main/g)?.length, 1);
  });
});
