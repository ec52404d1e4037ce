// Bringing the trunk into an item's branch: a merge as git makes it, in the item's own work tree.
import assert from "node:assert/strict";
import path from "node:path";
import { Home, said } from "../../test/home.ts";

describe("update", () => {
  let home: Home;
  let top: string;
  let work: Home["call"]["work"];
  before(async () => {
    home = new Home();
    work = home.call.work;
    await home.start();
    top = await home.service("gateway", { "edge.conf": "one\n" });
  });
  after(() => home.leave());
  afterEach(async () => {
    await home.git(top, "merge", "--abort");
    await home.must(top, "reset", "-q", "--hard");
    await home.must(top, "switch", "-q", "main");
  });

  const git = (...args: string[]) => home.must(top, ...args);
  const onRecord = (message: string) => `${message}\n\nCalcifer-Waiver: entry; x`;
  async function begun(title: string, edge: string) {
    const { id, branch } = await home.item("gateway", title);
    home.write(path.join(top, "edge.conf"), edge);
    await work.commit({ message: title, repo: top, entry: title, all: true });
    return { id, branch: branch as string };
  }
  /** A commit on main, made from the branch that is checked out. */
  async function onMain(files: Record<string, string>): Promise<string> {
    const branch = await git("branch", "--show-current");
    await git("switch", "-q", "main");
    const made = await home.commit(top, onRecord("Theirs"), files);
    await git("switch", "-q", branch);
    return made;
  }

  it("nothing to bring", async () => {
    const { id } = await begun("Current", "current\n");
    assert.deepEqual((await work.update({ item: id })).commit, null);
  });

  it("a clean merge, entries of both kept", async () => {
    const { id, branch } = await begun("Clean", "clean\n");
    const theirs = await onMain({
      "CHANGES.md": `${home.read(top, "CHANGES.md").replace(/- Clean.*\n/, "- Theirs\n")}`,
      "o.conf": "x\n",
    });
    const { commit, conflicts, item } = await work.update({ item: id });
    assert.deepEqual([conflicts, item.id], [[], id]);
    assert.equal(await git("rev-parse", branch), commit);
    assert.equal(await git("log", "-1", "--format=%s"), `Merge main into ${branch}`);
    assert.equal(await git("rev-parse", "HEAD^2"), theirs);
    assert.match(home.read(top, "CHANGES.md"), new RegExp(`- Clean \\(#${id}\\)\n- Theirs\n`));
    assert.equal((await home.call.gate.show({ item: id })).merge?.checks.find((c) => c.id === "judged")?.state, "yes");
  });

  it("a conflict is left in the work tree for any editor, and named", async () => {
    const { id } = await begun("Conflict", "mine\n");
    await onMain({ "edge.conf": "theirs\n" });
    const { commit, conflicts } = await work.update({ item: id });
    assert.deepEqual([commit, conflicts], [null, ["edge.conf"]]);
    assert.match(home.read(top, "edge.conf"), /<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> /);
    assert.deepEqual(await said(work.update({ item: id })), {
      fault: "refused",
      message: `git is in the middle of something in ${top}.`,
      hint: "Finish it first; git status says how.",
    });
    home.write(path.join(top, "edge.conf"), "both\n");
    await git("add", "-A");
    await work.commit({ message: "Merge main", repo: top });
    assert.deepEqual((await work.update({ item: id })).commit, null);
  });

  it("in the item's own work tree, wherever one is", async () => {
    const { id, worktree } = await home.item("gateway", "Beside", { worktree: true });
    const theirs = await home.commit(top, onRecord("Theirs"), { "p.conf": "x\n" });
    const { commit } = await work.update({ item: id });
    assert.equal(commit, theirs, "a branch without commits is moved on");
    assert.equal(home.read(worktree as string, "p.conf"), "x\n");
    assert.equal(await git("branch", "--show-current"), "main");
  });

  it("a tag that is called like the trunk is not the trunk", async () => {
    const { id } = await begun("Tagged", "tagged\n");
    await git("tag", "main", "main~1");
    try {
      const theirs = await onMain({ "trunk.conf": "x\n" });
      const { commit } = await work.update({ item: id });
      assert.equal(await git("rev-parse", `${commit}^2`), theirs);
      await git("worktree", "add", "-q", home.path("trunk"), "main");
      const since = await git("rev-parse", "refs/heads/main");
      await work.drop({ item: id, abandonCommits: 1 });
      assert.equal(await git("rev-parse", "HEAD"), since);
    } finally {
      await git("tag", "-d", "main");
      await home.git(top, "worktree", "remove", home.path("trunk"));
      await git("switch", "-q", "main");
    }
  });

  it("not with uncommitted changes, not checked out, not without a branch", async () => {
    const { id, branch } = await begun("Not now", "not now\n");
    home.write(path.join(top, "edge.conf"), "mine\n");
    const dirty = await said(work.update({ item: id }));
    assert.deepEqual([dirty.fault, dirty.message], ["refused", `1 file is uncommitted on ${branch}.`]);
    await git("checkout", "-q", "edge.conf");
    await git("switch", "-q", "main");
    assert.deepEqual(await said(work.update({ item: id })), {
      fault: "refused",
      message: `${branch} is not checked out anywhere.`,
      hint: `Check it out first: calcifer work start ${id}`,
    });
    const planned = await work.add({ title: "Planned", service: "gateway" });
    assert.deepEqual(await said(work.update({ item: planned.id })), {
      fault: "refused",
      message: `#${planned.id} is planned and has no branch to update.`,
      hint: `Start it: calcifer work start ${planned.id}`,
    });
  });

  it("what git refuses is said in its words: a new file in the way", async () => {
    const { id } = await begun("In the way", "in the way\n");
    await onMain({ "q.conf": "theirs\n" });
    home.write(path.join(top, "q.conf"), "mine\n");
    const { fault, message } = await said(work.update({ item: id }));
    assert.deepEqual(
      [fault, message],
      ["refused", "The following untracked working tree files would be overwritten by merge:"],
    );
    assert.equal(home.read(top, "q.conf"), "mine\n");
    await git("clean", "-q", "-f");
  });

  it("with a remote: its trunk where that is ahead; offline is said", async () => {
    const { id } = await begun("Remote", "remote\n");
    const bare = await home.remote(top);
    const other = home.path("other");
    await home.must(home.folder, "clone", "-q", bare, other);
    const theirs = await home.commit(other, "Theirs", { "r.conf": "x\n" });
    await home.must(other, "push", "-q", "origin", "main");
    await work.update({ item: id, offline: true });
    assert.equal(home.has(top, "r.conf"), false);
    await work.update({ item: id });
    assert.equal(await git("rev-parse", "HEAD^2"), theirs);
    await git("remote", "set-url", "origin", home.path("gone.git"));
    const away = await said(work.update({ item: id }));
    assert.equal(away.fault, "unreachable");
    assert.equal(away.hint, `To go on with what is here: calcifer work update ${id} --offline`);
    assert.deepEqual((await work.update({ item: id, offline: true })).commit, null);
    await git("remote", "remove", "origin");
  });
});
