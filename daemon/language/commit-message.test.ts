// A commit's message in an editor: a real daemon over its socket, a real repository.
import assert from "node:assert/strict";
import path from "node:path";
import { Home } from "../../test/home.ts";
import { at, Editor, uriOf } from "./trial.ts";

describe("a commit's message in an editor", function () {
  this.timeout(30_000);
  let home: Home;
  let top: string;
  let item: { id: number; key: string };
  let uri: string;
  let editor: Editor;

  before(async () => {
    home = new Home();
    await home.start();
    top = await home.service("gateway");
    item = await home.item("gateway", "Add TLS");
    uri = uriOf(path.join(top, ".git", "COMMIT_EDITMSG"));
    editor = await Editor.begun(home.env, { commandLinks: true });
    editor.open(uri, "\n", "git-commit");
  });
  after(() => home?.leave());

  it("says which trailer is added, until it is there", async () => {
    editor.replace(uri, "Speak TLS\n");
    const [lens, more] = await editor.lenses(uri);
    assert.equal(lens?.command?.title, `Calcifer adds “Work-Item: #${item.id} ${item.key}”, for #${item.id} "Add TLS"`);
    assert.equal(lens?.range.start.line, 0);
    assert.equal(more, undefined);
    editor.replace(uri, `Speak TLS\n\nWork-Item: #${item.id} ${item.key}\n# a comment of git's\n`);
    assert.deepEqual(await editor.lenses(uri), []);
    editor.replace(uri, 'Revert "Speak TLS"\n');
    assert.deepEqual(await editor.lenses(uri), []);
  });

  it("says which waiver waits", async () => {
    editor.replace(uri, "Speak TLS\n");
    await home.call.gate.waive({ check: "entry", reason: "nothing to tell", repo: top });
    const titles = (await editor.lenses(uri)).map((lens) => lens.command?.title ?? "");
    assert.equal(titles.length, 2);
    assert.match(titles[1] ?? "", /^Calcifer adds “Calcifer-Waiver: entry; nothing to tell”$/);
    editor.replace(uri, "Speak TLS\n\nCalcifer-Waiver: entry; nothing to tell\n");
    assert.equal((await editor.lenses(uri)).length, 1);
    // A commit took it, and nobody was asked who could take it away.
    const message = "Speak TLS\n\nCalcifer-Waiver: entry; nothing to tell";
    await home.must(top, "-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", message);
    editor.replace(uri, "Speak TLS\n");
    assert.equal((await editor.lenses(uri)).length, 1);
  });

  it("offers items as a trailer, and by number", async () => {
    for (const [marked, first] of [
      ["Speak TLS\n\nWork-Item: ^", `Work-Item: #${item.id} ${item.key}`],
      ["Speak TLS\n\nWork-Item: #^", `Work-Item: #${item.id} ${item.key}`],
      ["Speak TLS\n\nwork^", `Work-Item: #${item.id} ${item.key}`],
      ["Speak TLS for #^", `#${item.id}`],
    ] as const) {
      const { text, line, character } = at(marked);
      editor.replace(uri, text);
      const list = await editor.completion(uri, line, character);
      assert.equal(list?.items[0]?.textEdit?.newText, first, marked);
      assert.equal(list?.items[0]?.detail, "Add TLS");
    }
    for (const marked of ["Speak TLS\n\n#^", "wor^", "Speak ^"]) {
      const { text, line, character } = at(marked);
      editor.replace(uri, text);
      assert.deepEqual((await editor.completion(uri, line, character))?.items, [], marked);
    }
  });

  it("explains the trailer, ours and another's", async () => {
    editor.replace(uri, `Speak TLS\n\nWork-Item: #${item.id} ${item.key}\nWork-Item: #${item.id} abcd2345\n`);
    const ours = (await editor.hover(uri, 2, 3))?.contents as { value: string };
    assert.match(ours.value, /Add TLS/);
    const theirs = (await editor.hover(uri, 3, 3))?.contents as { value: string };
    assert.match(theirs.value, /An item of another database/);
    assert.doesNotMatch(theirs.value, /Add TLS/);
  });

  it("knows the box above the changes in VS Code, however its address is written", async () => {
    const root = uriOf(top);
    for (const box of [
      `vscode-scm:git/scm0/input?rootUri=${encodeURIComponent(root)}`,
      `vscode-scm:git/scm0/input?${encodeURIComponent(`rootUri=${encodeURIComponent(root)}`)}`,
    ]) {
      editor.open(box, "#", "scminput");
      assert.equal((await editor.completion(box, 0, 1))?.items[0]?.textEdit?.newText, `#${item.id}`, box);
      editor.close(box);
    }
  });

  it("knows the message of a linked work tree", async () => {
    const { worktree, id } = await home.item("gateway", "Beside", { worktree: true });
    assert.ok(worktree);
    const gitDir = await home.must(worktree, "rev-parse", "--absolute-git-dir");
    const beside = uriOf(path.join(gitDir, "COMMIT_EDITMSG"));
    editor.open(beside, "x\n", "gitcommit");
    assert.match((await editor.lenses(beside))[0]?.command?.title ?? "", new RegExp(`#${id} "Beside"`));
  });

  it("never takes another database's item for its own", async () => {
    const clone = home.path("clone");
    await home.must(home.folder, "clone", "-q", "-b", "main", top, clone);
    await home.call.service.add({ path: clone, name: "clone", trunk: "main" });
    await home.must(clone, "switch", "-q", "-c", "theirs", "main");
    for (const [name, value] of [
      ["calciferitem", String(item.id)],
      ["calciferkey", "zzzz2345"],
      ["calcifertitle", "Their thing"],
    ])
      await home.must(clone, "config", `branch.theirs.${name}`, value as string);
    const changes = uriOf(path.join(clone, "CHANGES.md"));
    editor.open(changes, `## Unreleased\n\n- Do (#${item.id})\n`);
    const hover = (await editor.hover(changes, 2, 6))?.contents as { value: string };
    assert.match(hover.value, /Their thing.*\n\nAn item of another database/s);
    // Their entry satisfies them, and is no unknown item.
    assert.deepEqual(await editor.diagnostics(changes), []);
  });
});
