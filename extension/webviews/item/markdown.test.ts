// A description is anybody's text: it becomes no script, no picture, no command.
import assert from "node:assert/strict";
import { fileOf, isLink, isWithin } from "./links.ts";
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

  it("links to the web", () => {
    for (const href of ["https://a.b", "http://a.b", "HTTPS://a.b"]) assert.ok(isLink(href), href);
  });
});

describe("a link of a description", () => {
  const cases: [href: string, file: string | undefined][] = [
    ["docs/a.md", "docs/a.md"],
    ["./a.md#b", "./a.md"],
    ["/docs/a.md?plain=1", "docs/a.md"],
    ["a%20b/c%23.md", "a b/c#.md"],
    ["..hidden/a..b/c...md", "..hidden/a..b/c...md"],
    ["", undefined],
    ["#part", undefined],
    ["..", undefined],
    ["../a", undefined],
    ["docs/../../a", undefined],
    ["docs/..", undefined],
    ["%2e%2e/a", undefined],
    ["docs%2F..%2F..%2Fa", undefined],
    ["docs\\..\\..\\a", undefined],
    ["docs/.. /a", undefined],
    ["//host/share", undefined],
    ["///host/share", undefined],
    ["/%2Fhost/share", undefined],
    ["\\\\host\\share", undefined],
    ["%5C%5Chost%5Cshare", undefined],
    ["/%5Chost", undefined],
    ["C:/Windows", undefined],
    ["c:a", undefined],
    ["/C:/Windows", undefined],
    ["C%3A%5CWindows", undefined],
    ["javascript%3Aalert(1)", undefined],
    ["java%0Ascript:alert(1)", undefined],
    ["docs/%00a", undefined],
    ["%E0%A4", undefined],
  ];
  for (const [href, file] of cases) {
    it(`${JSON.stringify(href)} leads ${file === undefined ? "nowhere" : `to ${file}`}`, () => {
      assert.equal(fileOf(href), file);
      assert.equal(isLink(href), file !== undefined);
    });
  }

  it("is held to its folder also where a path comes from elsewhere", () => {
    assert.ok(isWithin("docs/changes/1-a.md"));
    for (const file of ["/etc/passwd", "D:\\a", "\\\\host\\a", "a/../../b"]) assert.ok(!isWithin(file), file);
  });
});
