// Merge & Complete, killed behind each of its steps as by kill -9: the next daemon finishes or undoes it, and git and database agree.
import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import path from "node:path";
import type { Moment } from "../../daemon/work/fault.ts";
import { Home } from "../home.ts";

const onRecord = (message: string) => `${message}\n\nCalcifer-Waiver: entry; x`;

describe("fault: a merge that is killed", function () {
  this.timeout(30_000);
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.leave());

  interface Item {
    id: number;
    key: string;
    branch: string;
    top: string;
    git: (...args: string[]) => Promise<string>;
  }

  /** What a daemon of this process does, started before and stopped after. */
  async function withDaemon<T>(act: () => Promise<T>): Promise<T> {
    const running = await home.start();
    try {
      return await act();
    } finally {
      running.stop("next");
      await running.ended;
    }
  }

  const prepared = (name: string, policy = "", worktree = false): Promise<Item> =>
    withDaemon(async () => {
      const top = await home.service(name, { "edge.conf": "one\n", ".calcifer.yaml": `trunk: main\n${policy}` });
      const made = await home.item(name, "Add TLS", { worktree });
      const folder = made.worktree ?? top;
      home.write(path.join(folder, "tls.conf"), "tls\n");
      await home.call.work.commit({ message: "Add TLS", repo: folder, entry: "TLS", all: true });
      await home.ready(made.id);
      return {
        id: made.id,
        key: made.key,
        branch: made.branch as string,
        top,
        git: (...args) => home.must(top, ...args),
      };
    });

  /** Finishes the item with a daemon that dies behind a step. */
  async function killedAt(moment: Moment, { id }: Item): Promise<void> {
    const { child, ended } = await home.startChild({ CALCIFER_DIE_AT: moment });
    const answer = home.call.work.finish({ item: id }).then(
      () => "answered",
      () => "cut off",
    );
    await ended;
    assert.equal(child.signalCode, "SIGKILL");
    assert.equal(await answer, "cut off");
  }

  const mergesOf = async ({ git, key }: Item) =>
    (await git("log", "--first-parent", "--format=%H", `--grep=^Work-Item: .* ${key}$`, "main"))
      .split("\n")
      .filter(Boolean);
  const happened = async (id: number, name: string) => (await home.call.event.list({ item: id, name })).events.length;

  /** Trunk, branch, work tree and item say the same: merged, once. */
  async function mergedOnce(item: Item, more: { branchGone?: boolean } = {}): Promise<void> {
    const { id, git, branch, top } = item;
    const now = await home.call.work.get({ item: id });
    assert.equal(now.status, "done");
    assert.deepEqual(await mergesOf(item), [now.merged?.commit]);
    assert.deepEqual([await happened(id, "work.merged"), await happened(id, "work.finished")], [1, 1]);
    assert.equal(await git("ls-tree", "--name-only", "main", "tls.conf"), "tls.conf");
    if (more.branchGone !== false) {
      assert.deepEqual([now.branch, now.worktree], [null, null]);
      assert.equal((await home.git(top, "rev-parse", "-q", "--verify", `refs/heads/${branch}`)).code, 1);
      assert.equal((await home.git(top, "config", "--get-regexp", `^branch\\.${branch}\\.`)).code, 1);
      assert.deepEqual([await git("branch", "--show-current"), home.read(top, "tls.conf")], ["main", "tls\n"]);
    }
    assert.equal(await git("status", "--porcelain"), "");
    await assert.rejects(home.call.work.finish({ item: id }), { message: `#${id} is done already.` });
  }

  const moments: Moment[] = ["planned", "moved", "followed", "recorded", "left", "deleted", "closed"];
  for (const moment of moments)
    it(`behind "${moment}"`, async () => {
      const item = await prepared("gateway");
      const before = await home.tip(item.top, "main");
      await killedAt(moment, item);
      const undone = moment === "planned";
      assert.equal((await home.tip(item.top, "main")) === before, undone);
      await withDaemon(async () => {
        if (undone) {
          // Nothing had moved, so nothing is left of it; the next call does it all.
          assert.equal((await home.call.work.get({ item: item.id })).status, "active");
          await home.call.work.finish({ item: item.id });
        }
        await mergedOnce(item);
      });
    });

  it("with a squash, where ancestry says nothing", async () => {
    const item = await prepared("gateway", "merge: { strategy: squash }\n");
    await killedAt("moved", item);
    await withDaemon(() => mergedOnce(item));
  });

  it("with a work tree of its own, and the trunk's elsewhere", async () => {
    for (const moment of ["moved", "left"] as const) {
      const item = await prepared(`gateway-${moment}`, "", true);
      await killedAt(moment, item);
      await withDaemon(() => mergedOnce(item));
    }
  });

  it("twice: once behind a step, and the one that takes it up behind a later one", async () => {
    const item = await prepared("gateway");
    await killedAt("moved", item);
    const { ended } = await home
      .startChild({ CALCIFER_DIE_AT: "recorded" })
      .catch(() => ({ ended: Promise.resolve() }));
    await ended;
    await withDaemon(() => mergedOnce(item));
  });

  it("and the trunk goes on before the next daemon: planned is undone, and built anew on what is there", async () => {
    const item = await prepared("gateway");
    await killedAt("planned", item);
    await item.git("switch", "-q", "main");
    const theirs = await home.commit(item.top, onRecord("Meanwhile"), { "o.conf": "x\n" });
    await withDaemon(async () => {
      const { commit } = await home.call.work.finish({ item: item.id });
      assert.equal(await item.git("rev-parse", `${commit}^1`), theirs);
      await mergedOnce(item);
    });
  });

  it("and the trunk goes on before the next daemon: recorded is finished, the trunk left where it is", async () => {
    const item = await prepared("gateway");
    await killedAt("recorded", item);
    await item.git("switch", "-q", "main");
    const theirs = await home.commit(item.top, onRecord("Meanwhile"), { "o.conf": "x\n" });
    await withDaemon(async () => {
      await mergedOnce(item);
      assert.equal(await home.tip(item.top, "main"), theirs);
    });
  });

  it("and the branch goes on before the next daemon: it is kept, with what is on it", async () => {
    const item = await prepared("gateway");
    await killedAt("recorded", item);
    assert.equal(await item.git("branch", "--show-current"), item.branch);
    const late = await home.commit(item.top, onRecord("Late"), { "late.conf": "x\n" }, "--no-verify");
    await withDaemon(async () => {
      await mergedOnce(item, { branchGone: false });
      assert.equal(await home.tip(item.top, item.branch), late);
    });
  });

  it("and the repository is away when the next daemon starts: taken up when it is back", async () => {
    const item = await prepared("gateway");
    await killedAt("moved", item);
    renameSync(item.top, `${item.top}-away`);
    await withDaemon(async () => {
      assert.equal((await home.call.work.get({ item: item.id })).status, "active");
      renameSync(`${item.top}-away`, item.top);
      assert.equal((await home.call.work.finish({ item: item.id })).item.status, "done");
      await mergedOnce(item);
    });
  });

  it("merge alone, killed; then asked to finish: completed, and merged once", async () => {
    const item = await prepared("gateway");
    const { ended } = await home.startChild({ CALCIFER_DIE_AT: "moved" });
    const cut = home.call.work.merge({ item: item.id }).catch(() => "cut off");
    await ended;
    assert.equal(await cut, "cut off");
    await withDaemon(async () => {
      assert.equal((await home.call.work.get({ item: item.id })).status, "active");
      assert.equal((await home.call.work.finish({ item: item.id })).item.status, "done");
      await mergedOnce(item);
    });
  });

  it("two clients finish one item at once, over connections of their own: merged once", async () => {
    const item = await prepared("gateway");
    await home.startChild();
    const other = await home.connect();
    const both = await Promise.allSettled([
      home.request("work.finish", { item: item.id }),
      other.request("work.finish", { item: item.id }),
    ]);
    other.close();
    assert.deepEqual(both.map((b) => b.status).sort(), ["fulfilled", "rejected"]);
    await mergedOnce(item);
  });
});
