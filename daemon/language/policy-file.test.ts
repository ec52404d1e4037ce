// `.calcifer.yaml` in an editor: a real daemon over its socket, a real repository.
import assert from "node:assert/strict";
import path from "node:path";
import type { Diagnostic } from "vscode-languageserver-types";
import { Home } from "../../test/home.ts";
import { at, Editor, messageOf, uriOf } from "./trial.ts";

describe("the policy in an editor", function () {
  this.timeout(30_000);
  let home: Home;
  let uri: string;
  let editor: Editor;

  before(async () => {
    home = new Home();
    await home.start();
    uri = uriOf(path.join(await home.service("gateway"), ".calcifer.yaml"));
    editor = await Editor.begun(home.env);
    editor.open(uri, "trunk: main\n", "yaml");
  });
  after(() => home?.leave());

  async function wrong(text: string): Promise<Diagnostic> {
    editor.replace(uri, text);
    const { version } = editor.document(uri);
    const [only, more] = await editor.diagnostics(uri, (_, v) => v === version);
    assert.ok(only && !more, `one mistake in ${text}`);
    return only;
  }

  const under = (text: string, { start, end }: Diagnostic["range"]) =>
    text
      .split(/\r?\n/)
      .slice(start.line, end.line + 1)
      .map((line, n) => (n === end.line - start.line ? line.slice(0, end.character) : line))
      .map((line, n) => (n === 0 ? line.slice(start.character) : line))
      .join("\n");

  const mistakes: [string, string, string, string, string][] = [
    ["a key", "trunc: main\n", "unknown-key", "trunc", "trunk: main\n"],
    ["a key below", "changes:\n  fil: A.md\n", "unknown-key", "fil", "changes:\n  file: A.md\n"],
    ["a key that means nothing", "trunk: main\nzzzz:\n  a: 1\n", "unknown-key", "zzzz", "trunk: main\n"],
    ["a value", "push: alway # so\n", "wrong-value", "alway", "push: always # so\n"],
    ["a value in CRLF", "trunk: main\r\npush: alway\r\n", "wrong-value", "alway", "trunk: main\r\npush: always\r\n"],
    [
      "one of a list",
      'merge: { require: [entry, "note"] }\n',
      "wrong-value",
      '"note"',
      "merge: { require: [entry, notes] }\n",
    ],
    ["a text for a list", "protected: main\n", "wrong-value", "main", 'protected: ["main"]\n'],
    ["a text for yes or no", "strict: maybe\n", "wrong-value", "maybe", "strict: true\n"],
    ["a path out of the repository", "docs: ../docs\n", "wrong-value", "../docs", 'docs: "docs"\n'],
    ["a key twice", "trunk: main\npush: ask\ntrunk: next\n", "duplicate-key", "trunk", "trunk: main\npush: ask\n"],
  ];
  for (const [what, text, code, place, mended] of mistakes)
    it(`finds and mends ${what}`, async () => {
      const found = await wrong(text);
      assert.equal(found.code, `calcifer/${code}`);
      assert.equal(under(text, found.range), place);
      // The last good policy stays in force, so nothing waits for it.
      assert.equal(found.severity, 2);
      assert.doesNotMatch(messageOf(found), /calcifer\.yaml:\d/);
      const [fix] = await editor.actions(uri, found);
      assert.equal(editor.after(uri, fix?.edit), mended);
      assert.equal(fix?.isPreferred ?? false, /Did you mean|second time/.test(messageOf(found)));
      if (code === "duplicate-key") assert.equal(found.relatedInformation?.[0]?.location.range.start.line, 0);
    });

  it("puts back the policy that is in force where nothing can be read", async () => {
    const found = await wrong("trunk: [main\n");
    assert.equal(found.code, "calcifer/policy-syntax");
    const [fix] = await editor.actions(uri, found);
    assert.match(editor.after(uri, fix?.edit), /^service: gateway$/m);
    assert.equal(fix?.isPreferred, undefined);
  });

  const completions: [string, RegExp, RegExp | undefined][] = [
    ["^", /^service,trunk,.*,services$/, undefined],
    ["trunk: main\n^", /^service,protected,/, undefined],
    ["changes:\n  ^", /^file,entries,commit,ignore$/, undefined],
    ["changes:\n  file: A.md\n  com^", /^entries,commit,ignore$/, undefined],
    ["merge:\n  strategy: ^", /^merge,squash,ff$/, undefined],
    ["merge:\n  require: [entry, ^", /^entry,checklist,.*current$/, undefined],
    ["merge:\n  require:\n    - entry\n    - no^", /^entry,checklist/, undefined],
    ["strict: ^", /^true,false$/, undefined],
    ["services:\n  ^", /^gateway$/, undefined],
    ["services:\n  gateway:\n    ^", /^docs,path,changes,tests,types$/, undefined],
    ["types:\n  bug:\n    ^", /^checklist,document$/, undefined],
    ["trunk: ^", /^$/, undefined],
    ["# ^", /^$/, undefined],
  ];
  for (const [marked, labels] of completions)
    it(`offers what may stand in ${JSON.stringify(marked)}`, async () => {
      const { text, line, character } = at(marked);
      editor.replace(uri, text);
      const list = await editor.completion(uri, line, character);
      assert.match((list?.items ?? []).map((item) => item.label).join(","), labels);
    });

  const hovers: [string, RegExp | undefined][] = [
    [
      "changes:\n  com^mit: every",
      /^\*\*changes\\\.commit\*\*\n\nWhich commits.*\n\nOne of `every`, `first`, `off`\.\n\nDefault: `"every"`$/,
    ],
    ["types: { bug: { check^list: [] } }", /^\*\*types\\\.bug\\\.checklist\*\*\n\nWhat a new work item of type bug/],
    ["mer^ge:\n  strategy: ff", /Has keys of its own: `strategy`, `require`/],
    ["trunk: ma^in", undefined],
    ["no^thing: 1", undefined],
  ];
  for (const [marked, says] of hovers)
    it(`explains the key in ${JSON.stringify(marked)}`, async () => {
      const { text, line, character } = at(marked);
      editor.replace(uri, text);
      const hover = await editor.hover(uri, line, character);
      if (says) assert.match(((hover ?? assert.fail()).contents as { value: string }).value, says);
      else assert.equal(hover, null);
    });

  it("is silent about a file of that name elsewhere", async () => {
    const other = uriOf(path.join(path.dirname(new URL(uri).pathname), "docs", ".calcifer.yaml"));
    editor.open(other, "trunc: main\n", "yaml");
    assert.equal(await editor.hover(other, 0, 2), null);
    await wrong("trunc: main\n");
    assert.deepEqual(editor.published(other), []);
  });
});
