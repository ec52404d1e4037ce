// A description is anybody's text: it becomes no script, no picture, no command.
import assert from "node:assert/strict";
import { isLink } from "./links.ts";
import { render } from "./markdown.ts";

describe("a description as HTML", () => {
  it("is Markdown", () => {
    assert.equal(render("**a** [b](https://c.d)"), '<p><strong>a</strong> <a href="https://c.d">b</a></p>\n');
  });

  const hostile = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "![x](https://a.b/c.png)",
    "[x](javascript:alert(1))",
    "[x](command:workbench.action.quit)",
    "[x](vscode://a/b)",
    "[x](file:///etc/passwd)",
    "[x](data:text/html,x)",
    "[x](//a.b/c)",
    "[x]( \u0001javascript:alert(1))",
  ];
  for (const text of hostile) {
    it(`has neither element nor link from ${JSON.stringify(text)}`, () => {
      const html = render(text);
      assert.doesNotMatch(html, /<(img|script)/);
      // Where a picture is no picture, what remains of it may be a link to the web.
      assert.doesNotMatch(html, /href="(?!https:)/);
    });
  }

  it("links to the web and into the repository", () => {
    for (const href of ["https://a.b", "http://a.b", "docs/a.md", "./a.md#b", "/docs/a.md"])
      assert.ok(isLink(href), href);
  });
});
