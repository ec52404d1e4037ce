// The changes file in an editor: a real daemon over its socket, a real repository.
import assert from "node:assert/strict";
import path from "node:path";
import type { DocumentLink, Range } from "vscode-languageserver-types";
import { Home } from "../../test/home.ts";
import { at, Editor, messageOf, uriOf } from "./trial.ts";

const empty = "# Changes\n\n## Unreleased\n";
const released = "# Changes\n\n## Unreleased\n\n## 1.0.0 - 2026-01-01\n\n### Added\n\n- Old (#1000)\n";

describe("the changes file in an editor", function () {
  this.timeout(30_000);
  let home: Home;
  let top: string;
  let id: number;
  let uri: string;
  let editor: Editor;

  before(async () => {
    home = new Home();
    await home.start();
    top = await home.service("gateway", { "README.md": "# Sample\n", "CHANGES.md": released });
    ({ id } = await home.item("gateway", "Add **TLS** [x](command:evil)", { type: "feature" }));
    uri = uriOf(path.join(top, "CHANGES.md"));
    editor = await Editor.begun(home.env, { commandLinks: true, diagnosticsHelp: "https://example.org/editors" });
  });
  beforeEach(() => editor.open(uri, released));
  afterEach(() => editor.close(uri));
  after(() => home?.leave());

  const codes = (found: { code?: unknown }[]) => found.map((d) => d.code);
  const withCode = (code: string) =>
    editor.diagnostics(uri, (all, version) => version === editor.document(uri).version && codes(all).includes(code));
  const entry = (text: string) => released.replace("## Unreleased\n", `## Unreleased\n\n${text}\n`);

  it("says that the item has no entry, and writes it", async () => {
    const [missing] = await withCode("calcifer/no-entry");
    assert.ok(missing);
    assert.deepEqual(missing.range, { start: { line: 2, character: 0 }, end: { line: 2, character: 13 } });
    assert.equal(missing.severity, 1);
    assert.equal(missing.source, "calcifer");
    assert.equal(missing.codeDescription?.href, "https://example.org/editors#no-entry");
    assert.match(messageOf(missing), /^CHANGES\.md has no entry for #\d+ ".*"\. .*cannot be merged\. Write one/);
    const [write] = await editor.actions(uri, missing);
    assert.equal(write?.isPreferred, true);
    assert.deepEqual(write?.diagnostics, [missing]);
    editor.replace(uri, editor.after(uri, write?.edit));
    assert.match(
      editor.text(uri),
      /## Unreleased\n\n### Changed\n\n- Add \*\*TLS\*\* \[x\]\(command:evil\) \(#\d+\)\n/,
    );
    await editor.diagnostics(uri, (all, version) => version === 2 && all.length === 0);
  });

  const malformed: [string, (id: number) => string, RegExp, RegExp][] = [
    ["without words", (n) => `- (#${n})`, /no words besides/, /- Add \*\*TLS.* \(#\d+\)\n/],
    ["that only mentions it", (n) => `- Speaks TLS, see #${n}.`, /without naming it/, /- Speaks TLS, see \(#\d+\)\./],
    ["that names it in code", (n) => `- Speaks \`(#${n})\``, /without naming it/, /- Speaks `\(#\d+\)` \(#\d+\)\n/],
    ["outside a bullet", (n) => `Speaks TLS (#${n})`, /outside a bullet/, /\n- Speaks TLS \(#\d+\)\n/],
    [
      "there twice",
      (n) => `- Speaks TLS (#${n})\n- Speaks TLS (#${n})`,
      /second time/,
      /\n- Speaks TLS \(#\d+\)\n\n##/,
    ],
  ];
  for (const [what, text, says, mended] of malformed)
    it(`mends an entry ${what}`, async () => {
      editor.replace(uri, entry(text(id)));
      const [found, more] = await withCode("calcifer/malformed-entry");
      assert.match(messageOf(found), says);
      assert.deepEqual([found?.severity, more], [1, undefined]);
      const [fix] = await editor.actions(uri, found as never);
      assert.equal(fix?.isPreferred, true);
      const after = editor.after(uri, fix?.edit);
      assert.match(after, mended);
      editor.replace(uri, after);
      await editor.diagnostics(uri, (all, version) => version === 3 && all.length === 0);
    });

  it("leads from a second entry to the first", async () => {
    editor.replace(uri, entry(`- Speaks TLS (#${id})\n- Speaks TLS (#${id})`));
    const [found] = await withCode("calcifer/malformed-entry");
    assert.equal(found?.relatedInformation?.[0]?.location.range.start.line, 4);
  });

  it("moves an entry that stands above every heading", async () => {
    editor.replace(uri, `- Speaks TLS (#${id})\n\n${released}`);
    const [found] = await withCode("calcifer/malformed-entry");
    assert.match(messageOf(found), /above every heading, not under Unreleased/);
    const [fix] = await editor.actions(uri, found as never);
    assert.match(
      editor.after(uri, fix?.edit),
      /^\s*# Changes\s+## Unreleased\s+### Changed\s+- Speaks TLS \(#\d+\)\s+## 1\.0\.0/,
    );
  });

  it("moves an entry out of a release, under the same sub-heading", async () => {
    editor.replace(uri, released.replace("- Old", `- Speaks TLS (#${id})\n- Old`));
    const found = await withCode("calcifer/released");
    assert.deepEqual(codes(found), ["calcifer/released"]);
    assert.equal(found[0]?.severity, 1);
    assert.equal(found[0]?.relatedInformation?.[0]?.location.range.start.line, 2);
    const [fix] = await editor.actions(uri, found[0] as never);
    assert.match(
      editor.after(uri, fix?.edit),
      /## Unreleased\n\n### Added\n\n- Speaks TLS \(#\d+\)\n\n## 1\.0\.0.*\n\n### Added\n\n- Old \(#1000\)\n$/,
    );
  });

  it("lets an old entry be reworded, and a release be made", async () => {
    editor.replace(uri, entry(`- Speaks TLS (#${id})`).replace("- Old (", "- Very old ("));
    await editor.diagnostics(uri, (all, version) => version === 2 && all.length === 0);
    editor.replace(uri, released.replace("## 1.0.0", `## 1.1.0 - 2026-02-02\n\n- Other (#${id})\n\n## 1.0.0`));
    assert.deepEqual(codes(await withCode("calcifer/no-entry")), ["calcifer/no-entry"]);
  });

  it("doubts an item nobody knows, but not those that came with the trunk", async () => {
    editor.replace(uri, entry(`- Speaks TLS (#${id}, #777)\n- More (#778)`));
    const found = await withCode("calcifer/unknown-item");
    assert.deepEqual(
      found.map((d) => [d.severity, d.range.start.line, /#\d+/.exec(messageOf(d))?.[0]]),
      [
        [2, 4, "#777"],
        [2, 5, "#778"],
      ],
    );
    const [remove] = await editor.actions(uri, found[0] as never);
    assert.match(editor.after(uri, remove?.edit), /- Speaks TLS \(#\d+\)\n- More \(#778\)/);
    const [replace, drop] = await editor.actions(uri, found[1] as never);
    assert.match(editor.after(uri, replace?.edit), new RegExp(`- More \\(#${id}\\)`));
    assert.match(editor.after(uri, drop?.edit), /- More\n/);
  });

  it("offers the branch's item first, and others of the service", async () => {
    const planned = await home.call.work.add({ title: "Later", service: "gateway" });
    for (const [marked, first, last] of [
      ["- Speaks TLS (^", `(#${id})`, `(#${planned.id})`],
      ["- Speaks TLS (#^)", `(#${id})`, `(#${planned.id})`],
      ["- Speaks TLS #^", `(#${id})`, `(#${planned.id})`],
      ["- Speaks TLS (#7, #^)", `#${id}`, `#${planned.id}`],
    ] as const) {
      const { text, line, character } = at(`## Unreleased\n\n${marked}`);
      editor.replace(uri, text);
      const list = await editor.completion(uri, line, character, {
        context: { triggerKind: 2, triggerCharacter: "#" },
      });
      const items = list?.items ?? [];
      assert.equal(items[0]?.textEdit?.newText, first, marked);
      assert.ok(
        items.some((item) => item.textEdit?.newText === last),
        marked,
      );
      assert.equal(items[0]?.detail, "Add **TLS** [x](command:evil)");
      assert.equal(items[0]?.preselect, true);
      const { range } = (items[0]?.textEdit ?? assert.fail()) as { range: Range };
      const made = text.split("\n")[2] ?? "";
      const whole = made.slice(0, range.start.character) + first + made.slice(range.end.character);
      assert.match(whole, /^- Speaks TLS \((#7, )?#\d+\)$/);
    }
    await home.call.work.drop({ item: planned.id });
  });

  it("offers nothing where nothing is to be named", async () => {
    for (const marked of ["#^", "- see [a](^", "- x ^"]) {
      const { text, line, character } = at(marked);
      editor.replace(uri, text);
      assert.deepEqual(
        (await editor.completion(uri, line, character, { context: { triggerKind: 2 } }))?.items,
        [],
        marked,
      );
    }
  });

  it("explains an item, in words that do nothing", async () => {
    const { text, line, character } = at(`## Unreleased\n\n- 👋🏽 Speaks (#${id}^)`);
    editor.replace(uri, text);
    const hover = await editor.hover(uri, line, character);
    const { value } = (hover?.contents ?? {}) as { value: string };
    assert.match(value, /^\*\*\\#\d+ Add \\\*\\\*TLS\\\*\\\* \\\[x\\\]\\\(command\\:evil\\\)\*\*/);
    assert.match(value, /feature · active · gateway · `work\/\d+-/);
    assert.match(value, /cannot merge into main yet/);
    assert.match(value, /its entry is not committed yet/);
    assert.doesNotMatch(value, /has no entry/);
    // Two halves of an emoji, twice: positions count UTF-16.
    assert.deepEqual(hover?.range, {
      start: { line: 2, character: 15 },
      end: { line: 2, character: 15 + `#${id}`.length },
    });
    assert.equal(await editor.hover(uri, 0, 3), null);
  });

  it("says that there is no entry where the document has none of the item, or an old one", async () => {
    editor.replace(uri, `## 1.0.0\n\n- Old (#${id})\n\n## Unreleased\n\nSee #${id}`);
    for (const [line, character] of [
      [2, 8],
      [6, 6],
    ] as const) {
      const hover = await editor.hover(uri, line, character);
      const { value } = (hover?.contents ?? {}) as { value: string };
      assert.match(value, /CHANGES\\\.md has no entry/);
    }
  });

  it("explains in plain text to an editor that wants that", async () => {
    const other = await Editor.to(home.env);
    await other.begin({}, { textDocument: { hover: { contentFormat: ["plaintext"] } } });
    other.open(uri, `- (#${id})`);
    const { contents } = (await other.hover(uri, 0, 4)) ?? {};
    const { kind, value } = contents as { kind: string; value: string };
    assert.equal(kind, "plaintext");
    assert.match(value, /^#\d+ Add \*\*TLS\*\* \[x\]\(command:evil\)\n/);
    // Nor does it have commands to link to.
    assert.deepEqual(await other.must("textDocument/documentLink", { textDocument: { uri } }), []);
    const flat = (await other.symbols(uri)) as unknown as { location: object }[];
    assert.ok(flat[0]?.location);
    other.end();
  });

  it("links to the items that are there", async () => {
    editor.replace(uri, entry(`- Speaks TLS (#${id}, #777)`));
    const links = await editor.must<DocumentLink[]>("textDocument/documentLink", { textDocument: { uri } });
    assert.equal(links.length, 1);
    assert.equal(links[0]?.target, `command:calcifer.work.show?${encodeURIComponent(`[{"item":${id}}]`)}`);
  });

  it("has two lenses over Unreleased, whose words come when they are seen", async () => {
    editor.replace(uri, entry("- Something\n- Else"));
    const placed = await editor.must<{ command?: object }[]>("textDocument/codeLens", { textDocument: { uri } });
    assert.ok(placed.every((lens) => lens.command === undefined));
    const lenses = await editor.lenses(uri);
    assert.deepEqual(
      lenses.map(({ command, range }) => [range.start.line, command]),
      [
        [
          2,
          {
            title: "2 entries · next release…",
            command: "calcifer.changes.release",
            arguments: [{ service: "gateway", repo: top }],
          },
        ],
        [2, { title: `Add entry for #${id}`, command: "calcifer.changes.add", arguments: [{ item: id, repo: top }] }],
      ],
    );
    editor.replace(uri, entry(`- Speaks TLS (#${id})`));
    assert.deepEqual(
      (await editor.lenses(uri)).map((lens) => lens.command?.title),
      ["1 entry · next release…"],
    );
  });

  it("has a lens that only says so where nothing is to be released", async () => {
    const [lens] = await editor.lenses(uri);
    assert.deepEqual(lens?.command, { title: "no entries yet", command: "" });
  });

  it("offers the entry where entries are kept one to a file, and finds it there", async () => {
    const kept = await home.repo("kept", { "CHANGES.md": empty });
    home.write("kept/.calcifer.yaml", "service: kept\nchanges:\n  entries: fragments\n");
    await home.call.service.add({ path: kept, name: "kept", commit: true });
    const item = await home.item("kept", "Apart");
    const file = uriOf(path.join(kept, "CHANGES.md"));
    editor.open(file, empty);
    assert.deepEqual(await editor.diagnostics(file), []);
    assert.deepEqual((await editor.lenses(file))[1]?.command?.title, `Add entry for #${item.id}`);
    await home.call.changes.add({ item: item.id, text: "Apart" });
    assert.equal((await editor.lenses(file)).length, 1);
    editor.close(file);
  });

  it("has no lenses when they are switched off", async () => {
    editor.tell("workspace/didChangeConfiguration", { settings: { calcifer: { codeLens: { enabled: false } } } });
    await editor.until(() => editor.heard.find((m) => m.method === "workspace/codeLens/refresh"), "a refresh");
    assert.deepEqual(await editor.lenses(uri), []);
    editor.tell("workspace/didChangeConfiguration", { settings: { calcifer: { codeLens: { enabled: true } } } });
    assert.equal((await editor.lenses(uri)).length, 2);
    const other = await Editor.begun(home.env, { codeLens: false });
    other.open(uri, empty);
    assert.deepEqual(await other.lenses(uri), []);
    other.end();
  });

  it("tells the editor to ask for lenses again when they differ, and only then", async () => {
    const other = await home.item("gateway", "Lens");
    await editor.lenses(uri);
    const refreshes = () => editor.heard.filter((m) => m.method === "workspace/codeLens/refresh").length;
    const before = refreshes();
    // The finding names the title, no lens does.
    await home.call.work.edit({ item: other.id, title: "Lens of another title" });
    await editor.diagnostics(uri, (all) => all.some((d) => messageOf(d).includes("another title")));
    assert.equal(refreshes(), before);
    await home.call.work.drop({ item: other.id });
    await editor.until(() => (refreshes() > before ? true : undefined), "a refresh");
    await home.must(top, "switch", "-q", `work/${id}-add-tls-x-command-evil`);
    await withCode("calcifer/no-entry");
  });

  it("has an outline", async () => {
    const [changes, open, old] = await editor.symbols(uri);
    assert.deepEqual([changes?.name, open?.name, old?.name], ["Changes", "Unreleased", "1.0.0 - 2026-01-01"]);
    assert.deepEqual(
      old?.children?.map((c) => [c.name, c.children?.map((e) => [e.name, e.detail])]),
      [["Added", [["Old", "#1000"]]]],
    );
    assert.equal(old?.range.end.line, 9);
  });

  it("has an outline of a file that is nothing but headings, and of lines that are nothing but blanks", async () => {
    editor.replace(uri, "## 1.0.0\n".repeat(300_000));
    const atMost = (n: number) => assert.ok(n <= 10_000 && n > 9990, String(n));
    atMost((await editor.symbols(uri)).length);
    editor.replace(uri, `## 1.0.0\n- x${" ".repeat(300_000)}y\n${"- Entry\n### Added\n".repeat(20_000)}`);
    const count = (all: { children?: unknown[] }[]): number =>
      all.length + all.reduce((so, { children = [] }) => so + count(children as { children?: unknown[] }[]), 0);
    const symbols = await editor.symbols(uri);
    atMost(count(symbols));
    assert.equal(symbols[0]?.children?.[0]?.name, "x");
  });

  it("mends what stands behind many blanks", async () => {
    const blanks = " ".repeat(300_000);
    editor.replace(uri, entry(`- Speaks TLS (#${id})\n- x${blanks}y (#${id},${blanks}#777)`));
    const [unknown] = await withCode("calcifer/unknown-item");
    const [fix] = await editor.actions(uri, unknown as never);
    assert.ok(editor.after(uri, fix?.edit).includes(`y (#${id})\n`));
  });

  it("keeps CRLF, and a file without an end", async () => {
    editor.replace(uri, "# Changes\r\n\r\n## Unreleased\r\n\r\n* One 👋 (#1000)");
    const [missing] = await withCode("calcifer/no-entry");
    const [write] = await editor.actions(uri, missing as never);
    assert.match(editor.after(uri, write?.edit), /\r\n\* One 👋 \(#1000\)\r\n\* Add .*\(#\d+\)$/);
    const change = write?.edit?.documentChanges?.[0];
    const edits = change && "edits" in change ? change.edits.map((one) => (one as { newText: string }).newText) : [];
    assert.equal(edits.length, 1);
    assert.ok(edits[0]?.startsWith("\r\n* Add"), "only what is new");
  });

  it("follows small changes as they are typed", async () => {
    editor.replace(uri, "# 👋\n\n## Unreleased\n\n- \n");
    let character = 2;
    for (const piece of ["T", "L", "S", " ", "👋", " ", "(", "#", `${id}`, ")"]) {
      editor.edit(uri, { range: { start: { line: 4, character }, end: { line: 4, character } }, text: piece });
      character += piece.length;
    }
    const { version } = editor.document(uri);
    assert.deepEqual(await editor.diagnostics(uri, (_, v) => v === version), []);
    assert.match(
      ((await editor.symbols(uri))[0]?.children?.[0] ?? (await editor.symbols(uri))[1]?.children?.[0])?.name ?? "",
      /^TLS 👋$/,
    );
  });

  it("hears of a commit and a switch made in a terminal", async () => {
    await withCode("calcifer/no-entry");
    await home.must(top, "switch", "-q", "main");
    await editor.diagnostics(uri, (all) => all.length === 0);
    await home.must(top, "switch", "-q", `work/${id}-add-tls-x-command-evil`);
    await withCode("calcifer/no-entry");
  });

  it("asks for no entry where every commit is waived", async () => {
    await withCode("calcifer/no-entry");
    const made = await home.git(
      top,
      "commit",
      "--allow-empty",
      "-m",
      "Waived\n\nCalcifer-Waiver: entry; nothing to tell",
    );
    assert.equal(made.code, 0, made.stderr);
    await editor.diagnostics(uri, (all) => all.length === 0);
    await home.must(top, "reset", "-q", "--hard", "HEAD~1");
    await withCode("calcifer/no-entry");
  });

  it("is silent about a document that was closed", async () => {
    await withCode("calcifer/no-entry");
    editor.close(uri);
    await editor.until(
      () => (editor.published(uri).at(-1)?.diagnostics.length === 0 ? true : undefined),
      "it is cleared",
    );
  });

  it("finds the file of a linked work tree, by a link to it, and where the policy puts it", async () => {
    const { worktree } = await home.item("gateway", "Beside", { worktree: true });
    const folder = worktree ?? assert.fail("no work tree");
    const beside = uriOf(path.join(folder, "CHANGES.md"));
    editor.open(beside, released);
    const [missing] = await editor.diagnostics(beside, (all) => all.length > 0);
    assert.match(messageOf(missing), /"Beside"/);
  });
});
