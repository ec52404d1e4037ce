// Real repositories with real remotes: what is fetched, brought forward and pushed, and what is left as it was.
import assert from "node:assert/strict";
import { renameSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Synced } from "../../protocol/remote.ts";
import { Home, said } from "../../test/home.ts";

const ours = (message: string) => `${message}\n\nCalcifer-Waiver: entry; x`;

describe("remote room", () => {
  let home: Home;
  let remote: Home["call"]["remote"];
  before(async () => {
    home = new Home();
    await home.start();
    remote = home.call.remote;
  });
  after(() => home.leave());

  let count = 0;
  interface Place {
    name: string;
    top: string;
    bare: string;
    git: (...args: string[]) => Promise<string>;
  }
  async function service(policy = ""): Promise<Place> {
    const name = `s${++count}`;
    const top = await home.service(name, { "a.txt": "one\n", ".calcifer.yaml": `trunk: main\n${policy}` });
    const bare = await home.remote(top);
    return { name, top, bare, git: (...args) => home.must(top, ...args) };
  }

  /** Somebody else pushes. @returns the commit */
  async function theirs({ bare }: Place, files: Record<string, string>, branch = "main"): Promise<string> {
    const other = home.path(`other-${++count}`);
    await home.must(home.folder, "clone", "-q", "-b", branch, bare, other);
    const made = await home.commit(other, "Theirs", files);
    await home.must(other, "push", "-q", "origin", branch);
    return made;
  }

  const one = async (verb: keyof typeof remote, { name }: Pick<Place, "name">): Promise<Synced> => {
    const { repos } = await remote[verb]({ services: [name] });
    assert.equal(repos.length, 1);
    return repos[0] as Synced;
  };
  const brief = ({ outcome, ahead, behind, did, why, next }: Synced) => ({ outcome, ahead, behind, did, why, next });
  const well = { why: "", next: null };
  const tips = (s: Place) => s.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads");

  it("in step: nothing to do", async () => {
    const s = await service();
    for (const verb of ["fetch", "pull", "push", "sync"] as const)
      assert.deepEqual(brief(await one(verb, s)), { outcome: "nothing to do", ahead: 0, behind: 0, did: [], ...well });
  });

  it("behind: fetch only looks, pull brings it forward, with what is uncommitted beside it", async () => {
    const s = await service();
    const tip = await theirs(s, { "b.txt": "x\n" });
    home.write(path.join(s.top, "a.txt"), "mine\n");
    const before = await tips(s);
    const did = ["Fetched origin: 1 branch moved."];
    assert.deepEqual(brief(await one("fetch", s)), { outcome: "done", ahead: 0, behind: 1, did, ...well });
    assert.equal(await tips(s), before);
    const pulled = brief(await one("pull", s));
    assert.deepEqual(pulled, {
      outcome: "done",
      ahead: 0,
      behind: 0,
      did: ["Brought main forward by 1 commit."],
      ...well,
    });
    assert.deepEqual(
      [await home.tip(s.top), home.read(s.top, "a.txt"), home.read(s.top, "b.txt")],
      [tip, "mine\n", "x\n"],
    );
  });

  it("behind, and what is uncommitted is in the way: left as it is, tracked or not", async () => {
    const s = await service();
    await theirs(s, { "a.txt": "theirs\n", "new.txt": "theirs\n" });
    home.write(path.join(s.top, "a.txt"), "mine\n");
    const before = await tips(s);
    const refused = await one("sync", s);
    assert.deepEqual([refused.outcome, refused.behind, await tips(s)], ["refused", 1, before]);
    assert.equal(refused.why, `main would change what is uncommitted in ${s.top}: a.txt.`);
    assert.equal(refused.next, `git -C ${s.top} stash --include-untracked`);
    await s.git("checkout", "-q", "a.txt");
    home.write(path.join(s.top, "new.txt"), "mine\n");
    assert.match((await one("pull", s)).why, /: new\.txt\.$/);
    assert.deepEqual([home.read(s.top, "new.txt"), await tips(s)], ["mine\n", before]);
  });

  it("a person's settings that would rebase, stash or prune change nothing of that", async () => {
    const s = await service();
    for (const [key, value] of [
      ["merge.autoStash", "true"],
      ["pull.rebase", "true"],
      ["fetch.prune", "true"],
      ["push.default", "matching"],
    ] as const)
      await s.git("config", key, value);
    await s.git("push", "-q", "origin", "main:refs/heads/gone");
    await s.git("fetch", "-q");
    await home.must(s.bare, "branch", "-D", "gone");
    await theirs(s, { "a.txt": "theirs\n" });
    home.write(path.join(s.top, "a.txt"), "mine\n");
    assert.equal((await one("sync", s)).outcome, "refused");
    assert.equal(home.read(s.top, "a.txt"), "mine\n");
    assert.equal(await s.git("stash", "list"), "");
    assert.ok(await s.git("rev-parse", "origin/gone"), "not pruned");
  });

  it("diverged: nothing moves, and the way out loses nothing", async () => {
    const s = await service();
    const there = await theirs(s, { "b.txt": "x\n" });
    const here = await home.commit(s.top, ours("Ours"), { "c.txt": "x\n" });
    const way = {
      outcome: "refused",
      ahead: 1,
      behind: 1,
      why: "main and origin/main have gone different ways: 1 commit here, 1 commit there.",
      next: `git -C ${s.top} merge origin/main`,
    };
    assert.deepEqual(brief(await one("sync", s)), { ...way, did: ["Fetched origin: 1 branch moved."] });
    assert.deepEqual(brief(await one("push", s)), { ...way, did: [] });
    assert.deepEqual([await home.tip(s.top), await home.tip(s.bare, "main")], [here, there]);
    await s.git("-c", "core.hooksPath=/dev/null", "merge", "-q", "--no-edit", "origin/main");
    assert.deepEqual((await one("sync", s)).did, ["Pushed 2 commits of main."]);
  });

  it("on an item's branch: the trunk comes forward beside it, the branch is pushed", async () => {
    const s = await service();
    const { id } = await home.item(s.name, "Add TLS");
    home.write(path.join(s.top, "tls.txt"), "x\n");
    await home.call.work.commit({ message: "TLS", repo: s.top, entry: "TLS", all: true });
    const branch = (await home.call.work.get({ item: id })).branch as string;
    const tip = await theirs(s, { "b.txt": "x\n" });
    const done = await one("sync", s);
    assert.deepEqual(done.did, [
      "Fetched origin: 1 branch moved.",
      `Pushed ${branch}, which origin did not have.`,
      "Brought main forward by 1 commit.",
    ]);
    assert.deepEqual([done.branch, done.outcome, done.ahead, done.behind], [branch, "done", 0, 0]);
    assert.equal(await home.tip(s.top, "main"), tip);
    assert.equal(await home.tip(s.bare, branch), await home.tip(s.top, branch));
    assert.equal(home.has(s.top, "b.txt"), false, "the work tree is the branch's");
    const more = await theirs(s, { "d.txt": "x\n" }, branch);
    await one("pull", s);
    assert.equal(await home.tip(s.top), more);
  });

  it("a trunk that another work tree has comes forward there", async () => {
    const s = await service();
    const apart = home.path(`${s.name}-apart`);
    await s.git("switch", "-q", "-c", "idea");
    await s.git("worktree", "add", "-q", apart, "main");
    const tip = await theirs(s, { "b.txt": "x\n" });
    await one("pull", s);
    assert.deepEqual([await home.tip(apart), home.has(apart, "b.txt"), home.has(s.top, "b.txt")], [tip, true, false]);
    await theirs(s, { "b.txt": "y\n" });
    home.write(path.join(apart, "b.txt"), "mine\n");
    const refused = await one("pull", s);
    assert.equal(refused.why, `main would change what is uncommitted in ${apart}: b.txt.`);
    assert.equal(await home.tip(s.top, "main"), tip);
    rmSync(apart, { recursive: true });
    const away = await one("pull", s);
    assert.deepEqual([away.outcome, away.why], ["refused", `main is checked out in ${apart}, which is not there.`]);
    assert.equal(await home.tip(s.top, "main"), tip);
  });

  it("detached: the trunk alone; another branch is not pushed, and that is said", async () => {
    const s = await service();
    const tip = await theirs(s, { "b.txt": "x\n" });
    await s.git("switch", "-q", "--detach");
    const at = await home.tip(s.top);
    const detached = await one("pull", s);
    assert.deepEqual([detached.branch, detached.outcome, detached.behind], [null, "done", 0]);
    assert.deepEqual([await home.tip(s.top), await home.tip(s.top, "main")], [at, tip]);
    await s.git("switch", "-q", "-c", "idea");
    await home.commit(s.top, "Idea", { "i.txt": "x\n" });
    const idea = await one("sync", s);
    assert.deepEqual(
      [idea.outcome, idea.ahead, idea.why, idea.next],
      ["nothing to do", 1, "idea belongs to no work item, so it is not pushed.", "calcifer work adopt idea"],
    );
  });

  it("ahead: pushed, and the items merged in it are pushed; also where somebody else pushed", async () => {
    const s = await service("push: never\n");
    const finish = async (title: string) => {
      const { id } = await home.item(s.name, title);
      home.write(path.join(s.top, `${id}.txt`), "x\n");
      await home.call.work.commit({ message: title, repo: s.top, entry: title, all: true });
      await home.ready(id);
      await home.call.work.finish({ item: id });
      await s.git("switch", "-q", "main");
      return id;
    };
    const pushed = async (id: number) => (await home.call.work.get({ item: id })).merged?.pushed;
    const id = await finish("One");
    const sync = await one("sync", s);
    assert.deepEqual([sync.outcome, sync.why], ["nothing to do", "main is not pushed: the policy says push: never."]);
    assert.equal(await pushed(id), false);
    const since = (await home.happened()).seq;
    assert.match((await one("push", s)).did.join(), /^Pushed \d+ commits? of main\.$/);
    assert.equal(await home.tip(s.bare, "main"), await home.tip(s.top, "main"));
    assert.equal(await pushed(id), true);
    assert.ok((await home.happened(since)).names.includes("work.pushed"));
    const by = await finish("Two");
    await s.git("push", "-q", "origin", "main");
    await one("fetch", s);
    assert.equal(await pushed(by), true);
  });

  it("a hook of the remote refuses: in its own words; nothing is forced", async () => {
    const s = await service();
    home.script(path.join(s.bare, "hooks/pre-receive"), "echo 'main is closed until Monday' >&2; exit 1");
    await home.commit(s.top, ours("Ours"), { "c.txt": "x\n" });
    const refused = await one("push", s);
    assert.deepEqual(
      [refused.outcome, refused.ahead, refused.why],
      ["refused", 1, "origin refused main: main is closed until Monday."],
    );
  });

  it("no remote, a remote that is gone, a repository that is gone: each a word, and the others go on", async () => {
    const [none, gone, away, fine] = [await service(), await service(), await service(), await service()];
    await none.git("remote", "remove", "origin");
    await gone.git("remote", "set-url", "origin", home.path("nowhere.git"));
    renameSync(away.top, `${away.top}-moved`);
    await theirs(fine, { "b.txt": "x\n" });
    const { repos, line } = await remote.sync({ services: [none, gone, away, fine].map((s) => s.name) });
    renameSync(`${away.top}-moved`, away.top);
    assert.deepEqual(
      repos.map((r) => r.outcome),
      ["no remote", "unreachable", "unreachable", "done"],
    );
    assert.equal(line, "4 repositories: 1 synced, 2 unreachable, 1 without a remote.");
    assert.match(repos[1]?.why ?? "", /^origin cannot be reached: /);
    assert.deepEqual([repos[1]?.ahead, repos[1]?.behind], [null, null], "cannot tell");
    assert.equal(repos[2]?.next, `calcifer service edit ${away.name} --path <where it is now>`);
  });

  it("hostile remotes start nothing", async () => {
    const s = await service();
    const touch = `touch ${home.path("pwned")}`;
    await s.git("config", "remote.origin.url", `ext::sh -c '${touch}'`);
    assert.equal((await one("sync", s)).outcome, "unreachable");
    await s.git("config", "branch.main.remote", `--upload-pack=${touch};`);
    assert.match((await one("sync", s)).why, /git would take for an option/);
    await s.git("config", "branch.main.remote", `ext::sh -c '${touch}'`);
    assert.equal((await one("sync", s)).outcome, "unreachable");
    assert.equal(home.has("pwned"), false);
  });

  it("services that share a repository are one; one nobody knows is refused", async () => {
    const s = await service();
    await home.call.service.add({ path: s.top, name: `${s.name}-b` });
    const { repos } = await remote.fetch({ services: [`${s.name}-b`, s.name, s.name] });
    assert.deepEqual(
      repos.map((r) => r.services),
      [[`${s.name}-b`, s.name]],
    );
    assert.equal((await said(remote.sync({ services: [s.name, "nobody"] }))).fault, "missing");
  });

  it("twenty at a go; of which one never answers: stopped when asked to, with nothing left behind", async () => {
    const many = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const top = await home.repo(`s${++count}`);
        await home.call.service.add({ path: top, commit: false });
        return { name: path.basename(top), top, bare: await home.remote(top) };
      }),
    );
    for (const { top } of many.slice(0, 10)) await home.must(top, "update-ref", "-d", "refs/remotes/origin/main");
    const progress: string[] = [];
    const names = many.map((s) => s.name);
    const done = (await home.request("remote.sync", { services: names }, { onProgress: (m) => progress.push(m) })) as {
      repos: Synced[];
      line: string;
    };
    assert.equal(done.line, "20 repositories: 10 synced, 10 with nothing to do.");
    assert.deepEqual(
      done.repos.map((r) => r.services[0]),
      names,
      "in the order asked for",
    );
    assert.equal(progress.length, 20);
    let asked = () => {};
    const server = createServer(() => asked());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`;
    await home.must(many[7]?.top as string, "remote", "set-url", "origin", url);
    const heard = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const closed = new Promise<void>((resolve) => {
      server.once("connection", (socket) => socket.once("close", () => resolve()));
    });
    const stop = new AbortController();
    const refusal = said(home.request("remote.sync", { services: names }, { signal: stop.signal }));
    await heard;
    stop.abort();
    assert.equal((await refusal).fault, "cancelled");
    await closed;
    server.closeAllConnections();
    server.close();
  }).timeout(60_000);
});
