import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { Daemon, type Ground } from "../../test/daemon.ts";
import { soon } from "../life/trial.ts";
import { markedBranches } from "./marks.ts";

describe("the watch", () => {
  let daemon: Daemon;
  let ground: Ground;
  let count = 0;
  before(async () => {
    daemon = await Daemon.open();
  });
  after(() => daemon.leave());

  /** A service with an item that is under way. */
  const begun = async (title = "Add TLS") => {
    const name = `s${++count}`;
    ground = await daemon.service(name);
    const item = await daemon.client.work.add({ title, service: name });
    const started = await daemon.client.work.start({ item: item.id, repo: ground.top });
    await daemon.watch.settled();
    return started;
  };
  const entry = (text: string) => daemon.client.changes.add({ repo: ground.top, text });
  const commit = async (message: string) => {
    await entry(`${message}, for readers`);
    await ground.git("add", "-A");
    await ground.git("commit", "-q", "-m", message);
    return ground.git("rev-parse", "HEAD");
  };
  const committed = async (item: number) =>
    (await daemon.events()).filter((e) => e.name === "work.committed" && e.item === item).map((e) => e.data.subject);
  const moves = async () =>
    (await daemon.events())
      .filter((e) => e.name === "service.moved" && e.service === `s${count}`)
      .map((e) => e.data.refs);

  it("tells of a commit made in a terminal within a second, and records it", async () => {
    const { id, branch } = await begun();
    const made = await commit("In a terminal");
    const asked = performance.now();
    const told = await daemon.event((e) => e.name === "work.committed" && e.item === id, "the commit is told");
    assert.ok(performance.now() - asked < 1000);
    assert.deepEqual(told.data, { commit: made, subject: "In a terminal" });
    assert.equal(told.by, "daemon");
    await daemon.watch.settled();
    assert.deepEqual((await moves()).at(-1), [`refs/heads/${branch}`]);
    const recorded = await daemon.running.world.db
      .selectFrom("item_commits")
      .selectAll()
      .where("item_id", "=", id)
      .execute();
    assert.deepEqual(
      recorded.map((c) => [c.commit_id, c.subject, c.author]),
      [[made, "In a terminal", "Ada Lovelace"]],
    );
  });

  it("tells once of what Calcifer itself committed", async () => {
    const { id } = await begun();
    ground.write("a.txt", "a");
    await daemon.client.work.commit({ repo: ground.top, message: "By Calcifer", entry: "One", all: true });
    await daemon.watch.settled();
    assert.deepEqual(await committed(id), ["By Calcifer"]);
  });

  it("forgets a commit that was amended away, and one that was reset", async () => {
    const { id } = await begun();
    await commit("First");
    await daemon.watch.settled();
    await ground.git("commit", "-q", "--amend", "-m", "First, better");
    await daemon.watch.settled();
    await commit("Second");
    await daemon.watch.settled();
    await ground.git("reset", "-q", "--hard", "HEAD~1");
    await daemon.watch.settled();
    const recorded = await daemon.running.world.db
      .selectFrom("item_commits")
      .select("subject")
      .where("item_id", "=", id)
      .execute();
    assert.deepEqual(recorded, [{ subject: "First, better" }]);
    assert.deepEqual(await committed(id), ["First", "First, better", "Second"]);
  });

  it("says nothing of an index that moved, or of a ref that is where it was", async () => {
    await begun();
    const before = await moves();
    ground.write("a.txt", "a");
    await ground.git("add", "a.txt");
    await ground.git("status");
    await ground.git("pack-refs", "--all");
    await ground.git("branch", "short");
    await ground.git("branch", "-D", "short");
    await daemon.watch.settled();
    assert.deepEqual(
      (await moves()).slice(before.length).filter((refs) => JSON.stringify(refs) !== '["refs/heads/short"]'),
      [],
    );
  });

  it("follows a renamed branch, with the mark that hooks look for", async () => {
    const { id, branch } = await begun();
    await ground.git("branch", "-m", "deep/er/name");
    await daemon.event((e) => e.name === "work.edited" && e.item === id, "the branch is followed");
    await daemon.watch.settled();
    assert.equal((await daemon.client.work.get({ item: id })).branch, "deep/er/name");
    assert.deepEqual(markedBranches(path.join(ground.top, ".git")), ["deep/er/name"]);
    ground.write("a.txt", "a");
    await ground.git("add", "-A");
    assert.match((await ground.tried("commit", "-m", "no entry")).stderr, /has no entry for #/);
    assert.notEqual(branch, "deep/er/name");
  });

  it("sees branches in new folders, in packs and in linked work trees", async () => {
    const { id, branch } = await begun();
    const beside = ground.at(path.join(daemon.folder, `beside-${count}`));
    await ground.git("switch", "-q", "main");
    await ground.git("worktree", "add", "-q", beside.top, branch as string);
    await ground.git("pack-refs", "--all", "--prune");
    await daemon.watch.settled();
    beside.write("b.txt", "b");
    await daemon.client.changes.add({ repo: beside.top, text: "From beside" });
    await beside.git("add", "-A");
    await beside.git("commit", "-q", "-m", "From beside");
    await daemon.event(
      (e) => e.name === "work.committed" && e.item === id,
      "the commit in the linked work tree is told",
    );
    const { uncommitted } = await daemon.client.gate.show({ item: id });
    assert.equal(uncommitted, 0);
    beside.write("c.txt", "c");
    await daemon.watch.settled();
    assert.equal((await daemon.client.gate.show({ item: id })).uncommitted, 1);
  });

  it("catches up with what happened while there was no daemon", async () => {
    const { id } = await begun();
    await entry("While away");
    await daemon.stop();
    await ground.git("add", "-A");
    const away = await ground.tried("commit", "-q", "-m", "While away");
    assert.equal(away.code, 0, away.stderr);
    await daemon.start();
    assert.deepEqual(await committed(id), ["While away"]);
    await daemon.watch.settled();
    assert.deepEqual(await committed(id), ["While away"]);
  });

  it("records what an adopted branch brings along without an event for each", async () => {
    const other = await begun();
    await ground.git("switch", "-q", "-c", "older", "main");
    for (const n of [1, 2])
      await ground.git("commit", "-q", "--allow-empty", "--date=2020-01-01T00:00:00Z", "-m", `Old ${n}`);
    const { id } = await daemon.client.work.adopt({ branch: "older", repo: ground.top });
    await daemon.watch.settled();
    assert.deepEqual(await committed(id), []);
    const recorded = await daemon.running.world.db
      .selectFrom("item_commits")
      .select("subject")
      .where("item_id", "=", id)
      .execute();
    assert.deepEqual(recorded.map((c) => c.subject).sort(), ["Old 1", "Old 2"]);
    assert.notEqual(id, other.id);
  });

  it("keeps what hooks protect in step with the policy on the trunk", async () => {
    ground = await daemon.service(`s${++count}`);
    ground.write(".calcifer.yaml", `${ground.read(".calcifer.yaml")}protected: [main, "release/*"]\n`);
    await ground.git("add", "-A");
    await daemon.client.gate.waive({ check: "entry", reason: "policy", repo: ground.top });
    await ground.git("commit", "-q", "-m", "Protect releases");
    await daemon.watch.settled();
    assert.equal(ground.read(".git/calcifer/protected"), "main\nrelease/*\n");
  });

  it("is not stopped by a message nobody should write", async () => {
    const { id } = await begun();
    await entry("Odd");
    await ground.git("add", "-A");
    await ground.git("commit", "-q", "-m", "Odd \u001f\u001e\u001f subject");
    await daemon.watch.settled();
    assert.deepEqual(await committed(id), ["Odd \u001f\u001e\u001f subject"]);
  });

  it("goes on when a repository is away for a while, and when it is back", async () => {
    const { id } = await begun();
    const away = `${ground.top}-away`;
    renameSync(ground.top, away);
    await daemon.watch.settled();
    assert.equal(
      (await daemon.client.home.show({ repo: daemon.folder })).open.find((i) => i.id === id)?.standing,
      "cannot tell",
    );
    renameSync(away, ground.top);
    await daemon.watch.settled();
    await commit("Back again");
    await daemon.event((e) => e.name === "work.committed" && e.item === id, "the commit is told");
  });

  it("watches the repository that came in another one's place", async () => {
    const { id } = await begun();
    const other = `${ground.top}-other`;
    execFileSync("cp", ["-r", ground.top, other]);
    rmSync(ground.top, { recursive: true });
    renameSync(other, ground.top);
    await daemon.watch.settled();
    await commit("In the other");
    await daemon.event((e) => e.name === "work.committed" && e.item === id, "the commit is told");
    ground.write("a.txt", "a");
    await soon(async () => (await daemon.client.gate.show({ item: id })).uncommitted === 1, "the new file is seen");
  });

  it("goes on when a renamed branch cannot be followed", async () => {
    const first = await begun();
    const second = await daemon.client.work.add({ title: "Second", service: `s${count}` });
    await daemon.client.work.start({ item: second.id, repo: ground.top });
    await ground.git("branch", "-m", "renamed");
    await ground.git("config", "branch.renamed.calciferKey", first.key);
    await ground.git("branch", "-D", first.branch as string);
    await daemon.watch.settled();
    await ground.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "After that");
    await daemon.watch.settled();
    await daemon.watch.settled();
    const refs = await moves();
    assert.equal(refs.filter((r) => JSON.stringify(r) === '["refs/heads/renamed"]').length, 1);
  });

  it("stops with its service", async () => {
    await begun();
    const { repos } = daemon.watch.size;
    await daemon.client.service.remove({ service: `s${count}`, force: true });
    await daemon.watch.settled();
    assert.equal(daemon.watch.size.repos, repos - 1);
    assert.ok(existsSync(ground.top));
    rmSync(ground.top, { recursive: true });
  });
});
