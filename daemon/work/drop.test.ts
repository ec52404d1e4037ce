// Giving an item up, deleting it, bringing it back: nothing that only its branch has is lost, or goes unnamed.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { Home, said } from "../../test/home.ts";

describe("drop", () => {
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
    await home.must(top, "reset", "-q", "--hard");
    await home.must(top, "clean", "-q", "-f", "-d");
    await home.must(top, "switch", "-q", "main");
  });

  const git = (...args: string[]) => home.must(top, ...args);
  const branches = async () =>
    (await git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/calcifer")).split("\n");
  const happened = async (since: number) =>
    (await home.happened(since)).events.filter((e) => e.name.startsWith("work."));
  /** An item with so many commits on its branch. */
  async function begun(title: string, count: number, more: object = {}) {
    const made = await home.item("gateway", title, more);
    const folder = made.worktree ?? top;
    for (let n = 1; n <= count; n++) {
      home.write(path.join(folder, "edge.conf"), `${title} ${n}\n`);
      await home.call.work.commit({ message: `${title} ${n}`, repo: folder, entry: `${title} ${n}`, all: true });
    }
    return {
      ...made,
      branch: made.branch as string,
      tip: await home.tip(top, made.branch as string),
      kept: `refs/calcifer/dropped/${made.id}`,
    };
  }

  it("one that was never started", async () => {
    const { id } = await work.add({ title: "Never", service: "gateway" });
    const since = (await home.happened()).seq;
    const { item, kept } = await work.drop({ item: id });
    assert.deepEqual([item.status, kept, item.finished !== null], ["dropped", null, true]);
    assert.deepEqual(
      (await happened(since)).map((e) => [e.name, e.data]),
      [["work.dropped", { tip: null }]],
    );
    assert.deepEqual(await said(work.drop({ item: id })), {
      fault: "refused",
      message: `#${id} was dropped already.`,
      reasons: [{ check: "status", message: `#${id} was dropped already.`, next: `calcifer work restore ${id}` }],
      hint: "The branch's tip is kept either way, and can be brought back.",
    });
    assert.equal((await work.restore({ item: id })).status, "planned");
  });

  it("unmerged commits are named, and their number asked for", async () => {
    const { id, branch, tip, kept } = await begun("Edge", 2);
    const lines = (await git("log", "-2", "--format=%h %s", "--abbrev=8", branch)).split("\n");
    const named = lines.map((message) => ({ check: "unmerged", message }));
    const refusal = (message: string) => ({
      fault: "refused",
      message,
      reasons: [{ check: "unmerged", message, next: `calcifer work drop ${id} --abandon-commits 2` }, ...named],
      hint: "The branch's tip is kept either way, and can be brought back.",
    });
    const before = await branches();
    assert.deepEqual(await said(work.drop({ item: id })), refusal(`2 commits are only on ${branch}.`));
    assert.deepEqual(
      await said(work.drop({ item: id, abandonCommits: 1 })),
      refusal("There are 2 unmerged commits, not 1."),
    );
    assert.deepEqual(
      await said(work.drop({ item: id, abandonCommits: 0 })),
      refusal("There are 2 unmerged commits, not 0."),
    );
    assert.deepEqual([await branches(), (await work.get({ item: id })).status], [before, "active"]);

    const since = (await home.happened()).seq;
    const dropped = await work.drop({ item: id, abandonCommits: 2 });
    assert.deepEqual([dropped.kept, dropped.item.status], [kept, "dropped"]);
    assert.deepEqual([await git("rev-parse", kept), await git("branch", "--show-current")], [tip, "main"]);
    assert.ok(!(await branches()).includes(`refs/heads/${branch}`));
    assert.equal((await home.git(top, "config", "--get-regexp", `^branch\\.${branch}\\.`)).stdout, "");
    assert.deepEqual(
      (await happened(since)).map((e) => [e.name, e.data]),
      [["work.dropped", { tip }]],
    );
    assert.deepEqual(
      (await work.show({ item: id })).commits.map((c) => c.subject),
      ["Edge 2", "Edge 1"],
    );

    const back = await work.restore({ item: id });
    assert.deepEqual([back.status, back.branch, back.finished], ["active", branch, null]);
    assert.equal(await git("rev-parse", branch), tip, "the same commits, byte for byte");
    assert.equal(await git("config", `branch.${branch}.calciferKey`), back.key);
    assert.ok(!(await branches()).includes(kept));
    assert.equal((await work.start({ item: id })).status, "active");
    assert.equal(home.read(top, "edge.conf"), "Edge 2\n");
  });

  it("a squash on the trunk counts as merged, by its content", async () => {
    const { id, branch } = await begun("Squashed", 2);
    await git("switch", "-q", "main");
    await git("merge", "-q", "--squash", branch);
    await git("commit", "-q", "-m", "Squashed", "-m", "Calcifer-Waiver: entry; by hand");
    assert.equal(
      (await said(work.drop({ item: id, abandonCommits: 2 }))).message,
      "There are 0 unmerged commits, not 2.",
    );
    assert.equal((await work.drop({ item: id })).item.status, "dropped");
  });

  it("uncommitted changes are in the way, new files are not", async () => {
    const { id, branch } = await begun("Dirty", 0);
    home.write(path.join(top, "edge.conf"), "mine\n");
    assert.deepEqual(await said(work.drop({ item: id })), {
      fault: "refused",
      message: `1 file is uncommitted on ${branch}.`,
      reasons: [{ check: "clean", message: " M edge.conf" }],
      hint: 'Commit them: calcifer commit -m "…" --entry "…" --all, or set them aside: git stash',
    });
    assert.deepEqual(
      [await git("branch", "--show-current"), (await branches()).filter((b) => b.endsWith(`/${id}`))],
      [branch, []],
    );
    await git("checkout", "-q", "edge.conf");
    home.write(path.join(top, "new"), "x\n");
    await work.drop({ item: id });
    assert.equal(home.read(top, "new"), "x\n");
  });

  it("its own work tree goes, unless something is in it; no option that would throw it away is named", async () => {
    const { id, branch, tip, worktree, kept } = await begun("Beside", 1, { worktree: true });
    const folder = worktree as string;
    home.write(path.join(folder, "new"), "x\n");
    const refused = await said(work.drop({ item: id, abandonCommits: 1 }));
    assert.deepEqual(refused, {
      fault: "refused",
      message: `The work tree ${folder} was kept: '${folder}' contains modified or untracked files.`,
      hint: "Commit or move away what is there, then drop the item again.",
    });
    assert.deepEqual([home.has(folder, "new"), await git("rev-parse", branch)], [true, tip]);
    assert.ok(!(await branches()).includes(kept), "what was refused left no trace");
    rmSync(path.join(folder, "new"));
    const { item } = await work.drop({ item: id, abandonCommits: 1 });
    assert.deepEqual([item.worktree, home.has(folder)], [null, false]);
    assert.equal((await work.restore({ item: id })).branch, branch);
    assert.equal(await git("rev-parse", branch), tip);
  });

  it("a work tree that somebody removed by hand is not in the way", async () => {
    const { id, worktree } = await begun("Vanished", 0, { worktree: true });
    rmSync(worktree as string, { recursive: true });
    assert.equal((await work.drop({ item: id })).item.status, "dropped");
  });

  it("a branch that was deleted by hand", async () => {
    const { id, branch } = await begun("Lost", 1);
    await git("switch", "-q", "main");
    await git("branch", "-q", "-D", branch);
    const { item, kept } = await work.drop({ item: id });
    assert.deepEqual([item.status, kept], ["dropped", null]);
  });

  it("restore, where another branch has the name by now, or the item is not dropped", async () => {
    const { id, branch } = await begun("Namesake", 1);
    assert.deepEqual(await said(work.restore({ item: id })), {
      fault: "refused",
      message: `#${id} is active; only a dropped item can be restored.`,
    });
    await work.drop({ item: id, abandonCommits: 1 });
    await git("branch", branch);
    assert.deepEqual(await said(work.restore({ item: id })), {
      fault: "conflict",
      message: `There is another branch ${branch} by now.`,
      hint: `Rename it first: git branch -m ${branch} <name>`,
    });
    await git("branch", "-q", "-m", branch, "elsewhere");
    assert.equal((await work.restore({ item: id })).branch, branch);
  });

  it("delete: the item goes, its events stay, its commits are kept", async () => {
    const { id, tip, kept, branch } = await begun("Deleted", 1);
    assert.equal((await said(work.delete({ item: id }))).message, `1 commit is only on ${branch}.`);
    assert.deepEqual(await work.delete({ item: id, abandonCommits: 1 }), { id, kept });
    assert.equal(await git("rev-parse", kept), tip);
    assert.equal((await said(work.get({ item: id }))).message, `There is no work item #${id}.`);
    const { events } = await home.call.event.list({ item: id });
    assert.deepEqual(
      events.map((e) => e.name),
      ["work.added", "work.started", "work.committed", "work.deleted"],
    );
    assert.deepEqual(events.at(-1)?.data, { title: "Deleted", tip });
  });

  it("delete what was dropped before, or never started", async () => {
    const { id, kept, tip } = await begun("Dropped first", 1);
    await work.drop({ item: id, abandonCommits: 1 });
    assert.deepEqual(await work.delete({ item: id }), { id, kept });
    assert.equal(await git("rev-parse", kept), tip);
    const never = await work.add({ title: "Never", service: "gateway" });
    assert.deepEqual(await work.delete({ item: never.id }), { id: never.id, kept: null });
  });

  it("two at once: once", async () => {
    const { id } = await begun("Twice", 1);
    const since = (await home.happened()).seq;
    const both = await Promise.allSettled([1, 1].map((abandonCommits) => work.drop({ item: id, abandonCommits })));
    assert.deepEqual(both.map((b) => b.status).sort(), ["fulfilled", "rejected"]);
    assert.equal((await happened(since)).filter((e) => e.name === "work.dropped").length, 1);
  });
});
