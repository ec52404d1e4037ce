import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type Sqlite from "better-sqlite3";
import * as fc from "fast-check";
import { mentions } from "./mentions.ts";
import { expression, isIn, lineOf, ownerOf, question, score, titleOf } from "./rules.ts";

const terms = (...words: string[]) => {
  const asked = question(words);
  return typeof asked === "string" ? asked : asked.terms.map(({ text, quoted }) => (quoted ? `"${text}"` : text));
};

describe("what a search asks for", () => {
  it("reads words, quotes and filters, however they are put together", () => {
    assert.deepEqual(terms("tls  renewal"), ["tls", "renewal"]);
    assert.deepEqual(terms("tls", '"certificate renewal"', "web"), ["tls", '"certificate renewal"', "web"]);
    assert.deepEqual(terms('"never closed'), ['"never closed"']);
    const asked = question(["kind:entry", 'tls service:"my web"']);
    assert.deepEqual(asked, { terms: [{ text: "tls", quoted: false }], kind: "entry", service: "my web" });
    assert.deepEqual(terms("mankind:x"), ["mankind:x"]);
  });

  it("says what it cannot ask", () => {
    assert.match(terms("*** --") as string, /no word/);
    assert.match(terms("kind:entry") as string, /no word/);
    assert.match(terms("kind:odd x") as string, /"odd" is none of document, item, entry, incident/);
    assert.match(terms("a ".repeat(40)) as string, /at most 32/);
  });

  it("narrows in the expression, and takes the last word as a beginning", () => {
    const asked = { terms: [{ text: "tls", quoted: false }], kind: "entry", service: "web" };
    assert.equal(expression(asked, [3]), '{title body} : ("tls"*) AND facets : "kentry" AND (facets : "s3")');
    for (const [text, last] of [
      ["b", '"b"'],
      ["be", '"be"*'],
      ["漢", '"漢"*'],
    ] as const)
      assert.equal(
        expression({ terms: [{ text, quoted: false }], kind: undefined, service: undefined }, undefined),
        `{title body} : (${last})`,
      );
    const quoted = { terms: [{ text: "a b", quoted: true }], kind: undefined, service: undefined };
    assert.equal(expression(quoted, undefined), '{title body} : ("a b")');
  });

  it("is an expression the index takes, whatever was written", () => {
    const Database = createRequire(import.meta.url)("better-sqlite3") as new (file: string) => Sqlite.Database;
    const db = new Database(":memory:");
    try {
      db.exec("create virtual table f using fts5 (title, body, facets)");
      const find = db.prepare("select rowid from f where f match ?");
      const pieces = fc.constantFrom(
        '"',
        "*",
        "^",
        "NEAR(",
        ")",
        "{",
        "}",
        ":",
        "AND",
        "OR",
        "NOT",
        "-",
        "+",
        "a",
        "é",
        "\0",
        "\u0002",
        "'",
        ",",
        "title:",
        "漢",
        "🔥",
        " ",
      );
      const hostile = fc
        .array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 30 })
        .map((all) => all.join(""));
      fc.assert(
        fc.property(hostile, (text) => {
          const asked = question([text]);
          if (typeof asked !== "string") find.all(expression(asked, [1]));
        }),
        { numRuns: 2000 },
      );
    } finally {
      db.close();
    }
  });

  it("lets what is new come up a little, and no more", () => {
    const now = new Date("2026-06-01T00:00:00Z");
    const [today, old] = [now.toISOString(), "2020-01-01T00:00:00Z"];
    assert.ok(score(-2, today, now) > score(-2, old, now));
    assert.ok(score(-2, today, now) > score(-2, null, now));
    assert.ok(score(-3, old, now) > score(-2, today, now));
  });
});

describe("a document", () => {
  it("is called by its first heading", () => {
    const cases: [string, string][] = [
      ["# One\n\n## Two", "One"],
      ["\uFEFF# Marked ##\n", "Marked"],
      ["---\ntitle: no\n# no\n---\n\nText\n\n## Yes", "Yes"],
      ["```\n# code\n```\n# After", "After"],
      ["Under\n=====\n", "Under"],
      ["#no heading\n\ntext", "a.md"],
      ["", "a.md"],
      ["# \u001b[31mred", " [31mred"],
    ];
    for (const [text, title] of cases) assert.equal(titleOf("docs/a.md", text), title, text);
  });

  it("belongs to one of the services that share its repository", () => {
    const web = { id: 1, docs: "docs", paths: ["web/**"] };
    const api = { id: 2, docs: "api/docs", paths: ["api/**"] };
    const db = { id: 3, docs: "docs", paths: ["db/**", "docs/db/**"] };
    const owner = (file: string) => ownerOf([db, api, web], file)?.id;
    assert.equal(owner("README.md"), 1);
    assert.equal(owner("docs/x.md"), 1);
    assert.equal(owner("docs/db/x.md"), 3);
    assert.equal(owner("api/docs/x.md"), 2);
    assert.equal(owner("api/x.md"), 2);
    assert.equal(ownerOf([], "x.md"), undefined);
    assert.deepEqual(
      [isIn(".", "x"), isIn("docs/", "docs/x"), isIn("docs", "docsx/x"), isIn("./docs", "docs/x")],
      [true, true, false, true],
    );
  });

  it("tells the line of what was found", () => {
    const body = "# One\n\ntwo three\nfour certificate five\n";
    assert.equal(lineOf(body, "…three\nfour \u0002certificate\u0003 five\n"), 4);
    assert.equal(lineOf(body, "# One\n\ntwo"), null);
    assert.equal(lineOf("other", "\u0002certificate\u0003"), null);
  });
});

describe("mentions", () => {
  const files = ["src/app.ts", "src/tls.ts", "Dockerfile", "lib/app.ts", "docs/other.md", "src/a b.ts", "web.conf"];
  const at = (text: string, where = "docs/x.md") => mentions(text, where, files).map((m) => `${m.line} ${m.file}`);

  it("are paths, and names in backticks or links", () => {
    assert.deepEqual(at("See src/app.ts, and ./src/tls.ts:12."), ["1 src/app.ts", "1 src/tls.ts"]);
    assert.deepEqual(at("one\n`tls.ts` and [x](../src/tls.ts#L3)\n"), ["2 src/tls.ts"]);
    assert.deepEqual(at("`Dockerfile` [o](other.md)"), ["1 Dockerfile", "1 docs/other.md"]);
    assert.deepEqual(at("`src/a b.ts` [a](../src/a%20b.ts) [b](<../src/a b.ts>)"), ["1 src/a b.ts"]);
    assert.deepEqual(at("(web.conf)"), ["1 web.conf"]);
  });

  it("are no parts of other paths, no plain words, no names that several files have", () => {
    for (const text of [
      "old/src/app.ts",
      "src/app.tsx",
      "src/app.ts/inner",
      "src/app.ts.bak",
      "my-src/app.ts",
      "https://example.org/src/app.ts",
      "[x](https://example.org/Dockerfile)",
      "the Dockerfile",
      "tls.ts",
      "`app.ts`",
      "[x](../../src/app.ts)",
      "[x](%zz)",
    ])
      assert.deepEqual(at(text), [], text);
  });

  it("leave out the document itself", () => assert.deepEqual(at("`other.md`", "docs/other.md"), []));
});
