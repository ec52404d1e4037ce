import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { Daemon, type Ground } from "../../test/daemon.ts";

describe("home", () => {
  let daemon: Daemon;
  let ground: Ground;
  let count = 0;
  before(async () => {
    daemon = await Daemon.open();
  });
  after(() => daemon.leave());
  beforeEach(async () => {
    ground = await daemon.service(`s${++count}`);
  });

  const home = (repo = ground.top, fresh = false) => daemon.client.home.show({ repo, fresh });
  const begun = async (title: string) => {
    const { id } = await daemon.client.work.add({ title, service: `s${count}` });
    await daemon.client.work.start({ item: id, repo: ground.top });
    return id;
  };
  const commit = async (file: string, text: string) => {
    ground.write(file, text);
    await daemon.client.work.commit({
      repo: ground.top,
      message: `Change ${file}`,
      entry: `Change ${file}`,
      all: true,
    });
  };
  const made = async (title: string, file: string, text: string) => {
    const id = await begun(title);
    await commit(file, text);
    await daemon.client.work.note({ item: id, text: "Notes" });
    await daemon.client.work.check({ item: id, all: true });
    await ground.git("switch", "-q", "main");
    return id;
  };
  const standing = async (id: number, fresh = false) => (await home(ground.top, fresh)).open.find((i) => i.id === id);

  it("is there where there is no repository, and before there is any item", async () => {
    const empty = await home(daemon.folder);
    assert.deepEqual(
      [empty.active, empty.open, empty.planned, empty.restorable, empty.unenforced],
      [null, [], [], [], []],
    );
    assert.deepEqual(empty.counts, { planned: 0, active: 0, done: 0, dropped: 0 });
    assert.ok(empty.events.length > 0);
    assert.equal((await daemon.client.home.show({})).active, null);
  });

  it("is there wherever one stands: no folder, a file, a bare repository, none of ours, on no branch", async () => {
    const bare = path.join(daemon.folder, `bare${count}.git`);
    await ground.git("clone", "-q", "--bare", ground.top, bare);
    const stranger = await daemon.repo(`stranger${count}`);
    const id = await begun("Here");
    assert.equal((await home()).active?.id, id);
    const elsewhere = [path.join(daemon.folder, "nowhere"), ground.path("README.md"), "", "src", bare, stranger.top];
    for (const repo of elsewhere) assert.equal((await home(repo)).active, null, repo);
    assert.equal((await home(ground.path(".git"))).active?.id, id);
    await ground.git("switch", "-q", "--detach");
    const detached = await home();
    assert.deepEqual([detached.active, detached.open.some((i) => i.id === id)], [null, true]);
  });

  it("has the item of this branch, and how each stands", async () => {
    const ready = await made("Ready", "a.txt", "a\n");
    const conflicting = await made("Conflicting", "README.md", "# Ours\n");
    ground.write("README.md", "# Theirs\n");
    await daemon.client.work.commit({ repo: ground.top, message: "Theirs", noEntry: "test", all: true });
    const blocked = await begun("Blocked");
    await daemon.watch.settled();
    for (const fresh of [false, true]) {
      const shown = await home(ground.top, fresh);
      const of = (id: number) => shown.open.find((i) => i.id === id);
      assert.equal(shown.active?.id, blocked);
      assert.deepEqual(
        [ready, conflicting, blocked].map((id) => [of(id)?.standing, of(id)?.verdict]),
        [
          ["ready", "yes"],
          ["conflicting", "no"],
          ["blocked", "no"],
        ],
      );
      assert.match(of(ready)?.line ?? "", /is ready to merge into main/);
      assert.equal(shown.events.length, 10);
      assert.ok(shown.events.every((e) => e.name !== "service.moved"));
      assert.ok((shown.events[0]?.seq ?? 0) > (shown.events[1]?.seq ?? 0));
    }
  });

  it("shows what is merged and not pushed, until it is", async () => {
    const remote = path.join(daemon.folder, `remote${count}.git`);
    await ground.git("clone", "-q", "--bare", ground.top, remote);
    await ground.git("remote", "add", "origin", remote);
    await ground.git("fetch", "-q", "origin");
    const id = await made("Unpushed", "a.txt", "a\n");
    await daemon.client.work.finish({ item: id, repo: ground.top });
    const item = await standing(id);
    assert.equal(item?.standing, "merged, not pushed");
    assert.match(item?.line ?? "", new RegExp(`calcifer work push ${id}$`));
    await daemon.client.work.push({ item: id });
    assert.equal(await standing(id), undefined);
  });

  it("cannot tell of an item whose repository or branch is gone, and tells of all others", async () => {
    const gone = await made("Gone", "a.txt", "a\n");
    const other = await made("Other", "b.txt", "b\n");
    await ground.git("branch", "-D", `work/${gone}-gone`);
    const lost = await standing(gone);
    assert.deepEqual([lost?.standing, lost?.verdict], ["cannot tell", "unknown"]);
    assert.match(lost?.line ?? "", /There is no branch/);
    assert.equal((await standing(other))?.standing, "ready");
    rmSync(ground.top, { recursive: true });
    assert.match((await standing(other))?.line ?? "", /is not at .* any more|There is no folder/);
    await daemon.client.service.remove({ service: `s${count}`, force: true }).catch(() => {});
  });

  it("shows planned and dropped items, newest first, and services whose hooks are not in force", async () => {
    const first = await daemon.client.work.add({ title: "First", service: `s${count}` });
    const second = await daemon.client.work.add({ title: "Second", service: `s${count}` });
    const dropped = await made("Dropped", "a.txt", "a\n");
    await daemon.client.work.drop({ item: dropped, abandonCommits: 1 });
    await ground.git("config", "core.hooksPath", "elsewhere");
    const shown = await home();
    assert.deepEqual(
      shown.planned.slice(0, 2).map((i) => i.id),
      [second.id, first.id],
    );
    assert.ok(shown.restorable.some((i) => i.id === dropped));
    const mine = (found: typeof shown) => found.unenforced.find((s) => s.service === `s${count}`);
    assert.match(mine(shown)?.why ?? "", /core\.hooksPath is elsewhere/);
    await ground.git("config", "--unset", "core.hooksPath");
    assert.equal(mine(await home()), undefined);
    rmSync(ground.path(".git/hooks/commit-msg"));
    assert.match(mine(await home())?.why ?? "", /commit-msg/);
  });
});
