// One editor after another over the daemon's socket: what they may get wrong, and what is kept of them.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Home, withPath } from "../../test/home.ts";
import { Editor, messageOf, uriOf } from "./trial.ts";

const open = "# Changes\n\n## Unreleased\n";

describe("language sessions", function () {
  this.timeout(30_000);
  let home: Home;
  let top: string;
  let uri: string;

  before(async () => {
    home = new Home();
    await home.start();
    top = await home.service("gateway");
    await home.item("gateway", "Add TLS");
    uri = uriOf(path.join(top, "CHANGES.md"));
  });
  after(() => home?.leave());

  /** The daemon still answers. */
  const lives = async (editor: Editor) => assert.ok((await editor.ask("daemon.status", {})).result);

  it("asks for initialize first, and takes it once", async () => {
    const editor = await Editor.to(home.env);
    assert.equal((await editor.ask("textDocument/hover", {})).error?.code, -32002);
    editor.open(uri, open);
    assert.equal((await editor.ask("shutdown", undefined)).result, null);
    const { result } = await editor.begin();
    assert.equal(
      (result as { capabilities: { textDocumentSync: { change: number } } }).capabilities.textDocumentSync.change,
      2,
    );
    assert.equal((await editor.begin()).error?.code, -32600);
    // What was opened before was not taken.
    assert.equal(await editor.hover(uri, 0, 0), null);
    editor.end();
  });

  it("answers nothing but exit after shutdown, and ends only its own connection", async () => {
    const [editor, other] = await Promise.all([Editor.begun(home.env), Editor.begun(home.env)]);
    assert.equal(await editor.must("shutdown", undefined), null);
    assert.equal((await editor.ask("textDocument/hover", {})).error?.code, -32600);
    editor.tell("exit", undefined);
    await editor.closed;
    await lives(other);
    other.end();
  });

  it("takes messages in their order, from the first", async () => {
    const editor = await Editor.to(home.env);
    const begun = editor.begin();
    editor.open(uri, open);
    for (let n = 0; n < 50; n++)
      editor.edit(uri, {
        range: { start: { line: 3 + n, character: 0 }, end: { line: 3 + n, character: 0 } },
        text: `- ${n}\n`,
      });
    const symbols = editor.symbols(uri);
    assert.ok((await begun).result);
    const [, unreleased] = await symbols;
    assert.deepEqual(
      unreleased?.children?.map((c) => c.name).slice(0, 50),
      Array.from({ length: 50 }, (_, n) => `${n}`),
    );
    editor.end();
  });

  const position = { line: 0, character: 0 };
  const malformed: [string, unknown][] = [
    ["textDocument/hover", undefined],
    ["textDocument/hover", []],
    ["textDocument/hover", { textDocument: { uri: 5 }, position }],
    ["textDocument/hover", { textDocument: { uri: "file:///x" }, position: { line: -1, character: 0 } }],
    ["textDocument/hover", { textDocument: { uri: "file:///x" }, position: { line: 1e300, character: 0 } }],
    ["textDocument/completion", { textDocument: null, position }],
    ["textDocument/codeAction", { textDocument: { uri: "file:///x" }, range: { start: position } }],
    ["textDocument/codeLens", { textDocument: "x" }],
    ["codeLens/resolve", { range: { start: position, end: position }, data: { uri: {}, what: 1 } }],
    ["codeLens/resolve", { range: { start: position, end: position } }],
    ["textDocument/documentLink", 7],
    ["textDocument/documentSymbol", { textDocument: { uri: null } }],
  ];
  for (const [method, params] of malformed)
    it(`says what is wrong with ${method} of ${JSON.stringify(params)}`, async () => {
      const editor = await Editor.begun(home.env);
      const { error } = await editor.ask(method, params);
      assert.ok(error && [-32602, -32600].includes(error.code), JSON.stringify(error));
      assert.match(error.message, /\w+ .+/);
      await lives(editor);
      editor.end();
    });

  it("is not hurt by notifications of any shape, nor by addresses that lead nowhere", async () => {
    const editor = await Editor.begun(home.env);
    for (const method of ["didOpen", "didChange", "didClose", "didSave"])
      for (const params of [undefined, [], {}, { textDocument: 1 }, { textDocument: { uri: [], version: "x" } }])
        editor.tell(`textDocument/${method}`, params);
    editor.tell("textDocument/didChange", { textDocument: { uri, version: 9 }, contentChanges: [{ text: "x" }] });
    for (const settings of [undefined, null, 5, { calcifer: 5 }, { calcifer: { codeLens: { enabled: "no" } } }])
      editor.tell("workspace/didChangeConfiguration", { settings });
    for (const strange of [
      "",
      "x",
      "file:",
      "file:///",
      "file://host/CHANGES.md",
      "file:///%00/CHANGES.md",
      "file:///%2F%2e%2e/CHANGES.md",
      "untitled:CHANGES.md",
      "git:/CHANGES.md?{}",
      "vscode-scm:",
      "vscode-scm:git/scm0/input?rootUri=%",
      "vscode-scm:git/scm0/input?rootUri=file%3A%2F%2F%2Fnowhere",
      "__proto__",
      `file:///${"a/".repeat(3000)}CHANGES.md`,
      uriOf("/proc/self/CHANGES.md"),
    ]) {
      editor.open(strange, open);
      assert.equal(await editor.hover(strange, 0, 0), null, strange);
      assert.deepEqual(editor.published(strange), [], strange);
      editor.close(strange);
    }
    await lives(editor);
    editor.end();
  });

  it("takes what an initialize leaves out, or gets wrong", async () => {
    for (const [options, capabilities] of [
      [undefined, {}],
      [
        { commandLinks: "yes", codeLens: 0, diagnosticsHelp: [] },
        { workspace: 5, textDocument: { hover: { contentFormat: "x" } } },
      ],
      [[], null],
    ] as const) {
      const editor = await Editor.to(home.env);
      assert.ok((await editor.begin(options, capabilities as never)).result);
      editor.open(uri, open);
      assert.equal((await editor.diagnostics(uri)).length, 1);
      assert.ok((await editor.lenses(uri)).length > 0);
      editor.end();
    }
    const bare = await Editor.to(home.env);
    assert.ok((await bare.ask("initialize", undefined)).result);
    bare.end();
  });

  it("places positions beyond the end at the end", async () => {
    const editor = await Editor.begun(home.env);
    editor.open(uri, open);
    const far = { line: 99_999, character: 99_999 };
    editor.edit(uri, { range: { start: far, end: far }, text: "\n- Last\n" });
    assert.equal((await editor.symbols(uri))[1]?.children?.[0]?.name, "Last");
    assert.equal(await editor.hover(uri, 99_999, 0), null);
    assert.deepEqual((await editor.completion(uri, 99_999, 7))?.items, []);
    editor.end();
  });

  it("answers a cancelled request as cancelled", async () => {
    const editor = await Editor.begun(home.env);
    editor.open(uri, open);
    const answer = editor.ask("textDocument/codeLens", { textDocument: { uri } }, 4242);
    editor.tell("$/cancelRequest", { id: 4242 });
    assert.equal((await answer).error?.code, -32800);
    editor.end();
  });

  it("reads a document of nearly 5 MB, and none that is longer", async () => {
    const editor = await Editor.begun(home.env);
    const line = `- ${"An entry of a usual length, 👋 and all ".repeat(2)}(#1)\n`;
    const large = `${open}\n${line.repeat(Math.floor(4_900_000 / line.length))}`;
    editor.open(uri, large);
    // Each but the first is there already; nobody reads them all.
    assert.equal((await editor.diagnostics(uri)).length, 200);
    assert.equal((await editor.symbols(uri)).length, 2);
    const end = { line: editor.document(uri).lineCount, character: 0 };
    editor.edit(uri, { range: { start: end, end }, text: line.repeat(2000) });
    assert.deepEqual(await editor.symbols(uri), []);
    // An edit of what is not kept cannot be followed; the whole text can.
    editor.edit(uri, { range: { start: { line: 0, character: 0 }, end }, text: open });
    assert.deepEqual(await editor.symbols(uri), []);
    editor.replace(uri, open);
    assert.equal((await editor.symbols(uri)).length, 2);
    await lives(editor);
    editor.end();
  });

  it("keeps each editor's documents to itself, and forgets them with its connection", async () => {
    const [one, other] = await Promise.all([Editor.begun(home.env), Editor.begun(home.env)]);
    one.open(uri, open);
    assert.equal((await one.diagnostics(uri)).length, 1);
    assert.deepEqual(await other.symbols(uri), []);
    assert.deepEqual(other.published(uri), []);
    one.end();
    await one.closed;
    await lives(other);
    other.end();
  });

  it("asks git nothing about a folder of no service", async () => {
    const elsewhere = await home.repo("elsewhere", { "CHANGES.md": open });
    mkdirSync(home.path("no-git"));
    const mark = home.path("git-was-asked");
    const bin = home.path("bin");
    home.script("bin/git", `echo "$@" >> '${mark}'; exit 1`);
    const editor = await Editor.begun(home.env);
    await withPath(bin, async () => {
      for (const folder of [elsewhere, home.path("no-git")]) {
        const strange = uriOf(path.join(folder, "CHANGES.md"));
        editor.open(strange, open);
        assert.deepEqual(await editor.symbols(strange), []);
      }
    });
    assert.equal(home.has("git-was-asked"), false);
    editor.end();
  });

  it("speaks up as soon as the repository becomes a service's, and is silent when it is none any more", async () => {
    const later = await home.repo("later", { "CHANGES.md": open });
    const editor = await Editor.begun(home.env);
    const strange = uriOf(path.join(later, "CHANGES.md"));
    editor.open(strange, `${open}\n- (#1)\n`);
    assert.deepEqual(await editor.symbols(strange), []);
    await home.call.service.add({ path: later, name: "later", commit: true });
    const [found] = await editor.diagnostics(strange, (all) => all.length > 0);
    assert.equal(found?.code, "calcifer/malformed-entry");
    await home.call.service.remove({ service: "later", force: true });
    await editor.diagnostics(strange, (all) => all.length === 0);
    editor.end();
  });

  it("finds the changes file where the policy has it", async () => {
    const other = await home.repo("other");
    mkdirSync(path.join(other, "docs"));
    writeFileSync(path.join(other, "docs/NEWS.md"), open);
    writeFileSync(path.join(other, ".calcifer.yaml"), "service: other\nchanges:\n  file: docs/NEWS.md\n");
    await home.call.service.add({ path: other, name: "other", commit: true });
    await home.item("other", "Say news");
    const editor = await Editor.begun(home.env);
    const news = uriOf(path.join(other, "docs/NEWS.md"));
    editor.open(news, open);
    const [missing] = await editor.diagnostics(news);
    assert.match(messageOf(missing), /^docs\/NEWS\.md has no entry for #\d+ "Say news"/);
    const usual = uriOf(path.join(other, "CHANGES.md"));
    editor.open(usual, open);
    assert.deepEqual(await editor.symbols(usual), []);
    editor.end();
  });
});
