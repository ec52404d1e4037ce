// What a branch brings, and what a merge has brought, through a real daemon and real git.
import assert from "node:assert/strict";
import { chmodSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Home, said } from "../../test/home.ts";
import { filesIn } from "./diff.ts";

describe("diff", () => {
  let home: Home;
  let top: string;
  let count = 0;
  const long = Array.from({ length: 30 }, (_, n) => `line ${n}\n`).join("");
  before(async () => {
    home = new Home();
    await home.start();
  });
  after(() => home.leave());
  beforeEach(async () => {
    top = await home.service(`s${++count}`, { "edge.conf": "one\n", "long.txt": long, "tool.sh": "#!/bin/sh\n" });
  });

  const diff = (item: number) => home.call.work.diff({ item });
  const commit = (message: string, entry: string | undefined, files: Record<string, string | null>) => {
    for (const [file, text] of Object.entries(files))
      if (text === null) rmSync(path.join(top, file));
      else home.write(path.join(top, file), text);
    const why = entry === undefined ? { noEntry: "test" } : { entry };
    return home.call.work.commit({ repo: top, message, all: true, ...why });
  };
  const policy = (more: string) =>
    commit("Policy", undefined, { ".calcifer.yaml": `service: s${count}\ntrunk: main\n${more}` });
  const begun = (title = "Add TLS") => home.item(`s${count}`, title);
  const finished = async (id: number) => {
    await home.ready(id);
    return home.call.work.finish({ item: id, repo: top });
  };
  const nothing = { base: null, tip: null, commits: [], files: [], entries: [], truncated: false };

  it("an item without a branch brings nothing, nor one that was begun just now", async () => {
    const { id } = await home.call.work.add({ title: "x", service: `s${count}` });
    assert.deepEqual(await diff(id), { item: id, repo: top, trunk: "main", ...nothing });
    await home.call.work.start({ item: id });
    const tip = await home.tip(top);
    assert.deepEqual(await diff(id), { item: id, repo: top, trunk: "main", ...nothing, base: tip, tip });
    assert.deepEqual(await home.call.work.diff({ repo: top }), await diff(id), "the active one");
  });

  it("commits newest first, files with their lines and renames, entries; not what the trunk has got meanwhile", async () => {
    const base = await home.tip(top);
    const { id } = await begun();
    const first = await commit("First", "TLS everywhere", { "edge.conf": "one\ntwo\n", "new.txt": "x\n" });
    await home.must(top, "mv", "long.txt", "longer.txt");
    const hostile = ['tab\tand "quotes"', "line\nend", "1\t2\tx", ":100644 x", "ünï→"];
    for (const name of hostile) writeFileSync(path.join(top, name), "x\n");
    writeFileSync(path.join(top, "image.bin"), Buffer.from([0, 1, 2, 0]));
    chmodSync(path.join(top, "tool.sh"), 0o755);
    home.write(path.join(top, "CHANGES.md"), `${home.read(top, "CHANGES.md")}- Of another item (#99999)\n`);
    const second = await commit("Second", "And a second line", { "longer.txt": `${long}more\n`, "new.txt": null });
    rmSync(path.join(top, "edge.conf"));
    symlinkSync("tool.sh", path.join(top, "edge.conf"));
    const third = await commit("Third", undefined, {});
    await home.must(top, "switch", "-q", "main");
    await commit("Trunk", undefined, { "trunk.txt": "x\n", "CHANGES.md": "# Changes\n\n## Unreleased\n\n- Other\n" });
    const found = await diff(id);
    assert.deepEqual([found.base, found.tip, found.truncated], [base, third.commit, false]);
    assert.deepEqual(
      found.commits.map((c) => [c.id, c.subject, c.author]),
      [third, second, first].map((c) => [c.commit, c.subject, "Ada Lovelace"]),
    );
    const byPath = Object.fromEntries(found.files.map(({ path: name, ...file }) => [name, file]));
    assert.deepEqual(byPath["longer.txt"], { from: "long.txt", state: "R", added: 1, deleted: 0 });
    assert.deepEqual(byPath["image.bin"], { state: "A", added: null, deleted: null });
    assert.deepEqual(byPath["tool.sh"], { state: "M", added: 0, deleted: 0 });
    assert.equal(byPath["edge.conf"]?.state, "T");
    for (const name of hostile) assert.deepEqual(byPath[name], { state: "A", added: 1, deleted: 0 }, name);
    assert.deepEqual(
      Object.keys(byPath).sort(),
      ["CHANGES.md", "edge.conf", "image.bin", "longer.txt", "tool.sh", ...hostile].sort(),
    );
    assert.deepEqual(found.entries, [
      { text: `TLS everywhere (#${id})`, line: 5 },
      { text: `And a second line (#${id})`, line: 7 },
    ]);
  });

  it("a branch that took the trunk in brings only its own", async () => {
    const { id, branch } = await begun();
    const first = await commit("First", "TLS", { "a.txt": "a\n" });
    await home.must(top, "switch", "-q", "main");
    const { commit: trunk } = await commit("Trunk", undefined, { "trunk.txt": "x\n" });
    await home.must(top, "switch", "-q", branch as string);
    await home.call.work.update({ item: id });
    const second = await commit("Second", undefined, { "b.txt": "b\n" });
    const found = await diff(id);
    assert.deepEqual([found.base, found.tip], [trunk, second.commit]);
    assert.deepEqual(
      found.commits.map((c) => c.id),
      [second.commit, first.commit],
    );
    assert.deepEqual(
      found.files.map((f) => f.path),
      ["CHANGES.md", "a.txt", "b.txt"],
    );
  });

  it("a branch that shares nothing with the trunk: its commits, and no comparison", async () => {
    const { id, branch } = await begun();
    await home.must(top, "switch", "-q", "--orphan", "other");
    const alone = await home.commit(top, "Alone", { x: "x\n" });
    await home.must(top, "branch", "-q", "-f", branch as string, alone);
    const found = await diff(id);
    assert.deepEqual([found.base, found.tip, found.commits.map((c) => c.id), found.files], [null, alone, [alone], []]);
  });

  for (const strategy of ["merge", "squash", "ff"])
    it(`of a merged item (${strategy}): what its merge has brought, for ever`, async () => {
      await policy(`merge:\n  strategy: ${strategy}\n`);
      const base = await home.tip(top);
      const { id } = await begun();
      const commits = [
        await commit("One", "TLS", { "a.txt": "a\n" }),
        await commit("Two", undefined, { "b.txt": "b\n" }),
      ];
      const before = await diff(id);
      const { commit: merge } = await finished(id);
      await commit("Later", undefined, { "later.txt": "x\n" });
      const found = await diff(id);
      assert.deepEqual([found.base, found.tip], [base, merge]);
      assert.deepEqual(
        found.commits.map((c) => c.id),
        commits.map((c) => c.commit).reverse(),
      );
      assert.deepEqual(
        found.files.map((f) => f.path),
        ["CHANGES.md", "a.txt", "b.txt"],
      );
      assert.deepEqual(found.entries, [{ text: `TLS (#${id})`, line: 5 }]);
      assert.deepEqual({ ...found, tip: before.tip }, before, "as it was before");
    });

  it("of a fast-forwarded item that had taken the trunk in: its own, not what it took in", async () => {
    await policy("merge:\n  strategy: ff\n");
    const { id, branch } = await begun();
    const took: string[] = [];
    for (const name of ["a", "b"]) {
      await commit(name, name, { [`${name}.txt`]: "x\n" });
      await home.must(top, "switch", "-q", "main");
      took.push((await commit("Trunk", undefined, { [`trunk-${name}.txt`]: "x\n" })).commit);
      await home.must(top, "switch", "-q", branch as string);
      await home.call.work.update({ item: id });
    }
    const last = await commit("Last", undefined, { "c.txt": "x\n" });
    const before = await diff(id);
    await finished(id);
    const found = await diff(id);
    assert.deepEqual([found.base, found.tip], [took.at(-1), last.commit]);
    assert.deepEqual(
      found.files.map((f) => f.path),
      ["CHANGES.md", "a.txt", "b.txt", "c.txt"],
    );
    assert.deepEqual(found, before, "as it was before");
  });

  it("says so where the commit of the merge is not in this clone", async () => {
    const { id } = await begun();
    await commit("One", "TLS", { "a.txt": "a\n" });
    const { commit: merge } = await finished(id);
    await home.must(top, "switch", "-q", "--detach");
    await home.must(top, "update-ref", "refs/heads/main", `${merge}^1`);
    await home.must(top, "switch", "-q", "main", "--discard-changes");
    await home.must(top, "reflog", "expire", "--expire=now", "--all");
    await home.must(top, "-c", "gc.reflogExpire=now", "gc", "-q", "--prune=now");
    const { fault, message } = await said(diff(id));
    assert.equal(fault, "missing");
    assert.match(message, /^The commit \w{8} that merged #\d+ is not in this clone\.$/);
  });

  it("of an item that was merged elsewhere: its own commits, not the trunk's newest", async () => {
    const base = await home.tip(top);
    const { id, branch } = await begun();
    const made = await commit("One", "TLS", { "a.txt": "a\n" });
    await home.must(top, "switch", "-q", "main");
    await home.must(top, "merge", "-q", "--squash", branch as string);
    await home.must(top, "-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "Squashed elsewhere");
    await commit("Later", undefined, { "later.txt": "x\n" });
    await finished(id);
    const found = await diff(id);
    assert.deepEqual([found.base, found.tip], [base, made.commit]);
    assert.deepEqual(
      found.files.map((f) => f.path),
      ["CHANGES.md", "a.txt"],
    );
  });

  it("a branch that went on after its merge brings what is new on it", async () => {
    await policy("keep-branch: true\n");
    const { id, branch } = await begun();
    await commit("One", "TLS", { "a.txt": "a\n" });
    await home.ready(id);
    const { commit: merge } = await home.call.work.merge({ item: id });
    assert.equal((await diff(id)).tip, merge);
    await home.must(top, "switch", "-q", branch as string);
    const more = await commit("More", "Again", { "b.txt": "b\n" });
    const found = await diff(id);
    assert.deepEqual([found.tip, found.files.map((f) => f.path)], [more.commit, ["CHANGES.md", "b.txt"]]);
  });

  it("entries that are kept one to a file; one that cannot be read is none", async () => {
    await policy("changes:\n  entries: fragments\n");
    const { id } = await begun();
    await commit("One", "TLS", { [`changes/${id}-broken.md`]: "section: Added\n", "changes/9999-other.md": "Other\n" });
    assert.deepEqual((await diff(id)).entries, [{ text: "TLS", line: 1 }]);
  });

  it("at most 2,000 files, and says so", async () => {
    const { id } = await begun();
    for (let n = 0; n < 2001; n++) home.write(path.join(top, `many/${n}`), "");
    await commit("Many", "Many", {});
    const found = await diff(id);
    assert.deepEqual([found.files.length, found.truncated, found.commits.length], [2000, true, 1]);
  });

  it("says what is missing: the item, its service, its repository", async () => {
    const { id } = await begun();
    assert.equal((await said(diff(99_999))).message, "There is no work item #99999.");
    rmSync(top, { recursive: true });
    assert.equal((await said(diff(id))).fault, "missing");
    await home.call.service.remove({ service: `s${count}`, force: true });
    assert.equal((await said(diff(id))).message, `The service of #${id} was removed.`);
  });

  it("reads what git says whatever a path looks like", () => {
    const raw = (state: string) => `:100644 100644 aaaa bbbb ${state}`;
    assert.deepEqual(filesIn([raw("M"), ":x", raw("R090"), "-\t-\ta", "b", "1\t2\t:x", "3\t4\t", "-\t-\ta", "b"]), [
      { path: ":x", state: "M", added: 1, deleted: 2 },
      { path: "b", from: "-\t-\ta", state: "R", added: 3, deleted: 4 },
    ]);
    assert.deepEqual(filesIn([]), []);
  });
});
