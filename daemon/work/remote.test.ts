// A trunk that others push to, too: fetched before a merge, pushed afterwards if it shall be, never forced, never waited for without end.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Home, said } from "../../test/home.ts";

describe("remote", () => {
  let home: Home;
  let work: Home["call"]["work"];
  before(async () => {
    home = new Home();
    work = home.call.work;
    await home.start();
  });
  after(() => home.leave());

  let count = 0;
  interface Place {
    name: string;
    top: string;
    bare: string;
    git: (...args: string[]) => Promise<string>;
    /** main, as the remote has it */
    theirs: () => Promise<string>;
  }

  let usual: Place | undefined;

  /** A service of a test's own where it needs another policy, else the usual one, in step with its remote. */
  async function service(policy?: string): Promise<Place> {
    if (policy !== undefined) return newService(policy);
    usual ??= await newService("");
    const { git, bare, top } = usual;
    await git("reset", "-q", "--hard");
    await git("switch", "-q", "main");
    await home.git(top, "config", "--unset-all", "include.path");
    for (const remote of (await git("remote")).split("\n").filter(Boolean)) await git("remote", "remove", remote);
    await home.git(top, "merge", "--abort");
    await git("remote", "add", "origin", bare);
    rmSync(path.join(bare, "hooks/pre-receive"), { force: true });
    await git("-c", "core.hooksPath=/dev/null", "push", "-q", "--force", "-u", "origin", "main");
    return usual;
  }

  async function newService(policy: string): Promise<Place> {
    const name = `s${++count}`;
    const top = await home.service(name, { "edge.conf": "one\n", ".calcifer.yaml": `trunk: main\n${policy}` });
    const bare = await home.remote(top);
    return { name, top, bare, git: (...args) => home.must(top, ...args), theirs: () => home.tip(bare, "main") };
  }

  async function ready({ name, top }: Place, title = "Add TLS"): Promise<number> {
    const { id } = await home.item(name, title);
    home.write(path.join(top, `${id}.conf`), `${title}\n`);
    await work.commit({ message: title, repo: top, entry: title, all: true });
    await home.ready(id);
    return id;
  }

  /** Somebody else pushes to main. @returns the commit */
  async function somebodyPushes({ bare }: Place, files: Record<string, string>): Promise<string> {
    const other = home.path(`other-${++count}`);
    await home.must(home.folder, "clone", "-q", bare, other);
    const made = await home.commit(other, "Theirs", files);
    await home.must(other, "push", "-q", "origin", "main");
    return made;
  }

  const notPushed = (id: number) => [`main was not pushed. Push it: calcifer work push ${id}`];

  it("ask, which is the usual: not pushed, and said so; work push does it, and again is no harm", async () => {
    const s = await service();
    const id = await ready(s);
    const since = (await home.happened()).seq;
    const { commit, pushed, notes, item } = await work.finish({ item: id });
    assert.deepEqual([pushed, item.merged?.pushed, notes], [false, false, notPushed(id)]);
    assert.notEqual(await s.theirs(), commit);
    const home_ = await home.call.home.show({});
    assert.equal(home_.open.find((o) => o.id === id)?.standing, "merged, not pushed");
    const after = await work.push({ item: id });
    assert.deepEqual([after.pushed, after.item.merged?.pushed, await s.theirs()], [true, true, commit]);
    assert.equal((await work.push({ item: id })).pushed, true);
    const { events } = await home.happened(since);
    assert.deepEqual(
      events.filter((e) => e.name === "work.pushed").map((e) => e.data),
      [{ commit }, { commit }],
    );
  });

  it("--push pushes at once; --no-push does not, though the policy says always; never is never", async () => {
    const asked = await service();
    assert.equal((await work.finish({ item: await ready(asked), push: true })).pushed, true);
    const always = await service("push: always\n");
    const { pushed, commit, notes } = await work.finish({ item: await ready(always, "One") });
    assert.deepEqual([pushed, notes, await always.theirs()], [true, [], commit]);
    assert.equal((await work.finish({ item: await ready(always, "Two"), push: false })).pushed, false);
    const never = await service("push: never\n");
    const id = await ready(never);
    assert.deepEqual((await work.finish({ item: id })).notes, notPushed(id));
  });

  describe("no program that the repository's own configuration names is started", () => {
    const touch = (name: string) => home.script(`${name}.sh`, `touch '${home.path(name)}'\nexit 1`);

    it("a remote that is called like an option", async () => {
      const s = await newService("");
      const id = await ready(s);
      await s.git("config", "branch.main.remote", `--upload-pack=${touch("option")};`);
      const { fault, message } = await said(work.finish({ item: id }));
      assert.deepEqual(
        [fault, message],
        [
          "refused",
          `The remote of main is called "--upload-pack=${home.path("option.sh")};", which git would take for an option.`,
        ],
      );
      assert.equal(home.has("option"), false);
    });

    it("the other end's program, a signature, a transport", async () => {
      const s = await newService("");
      const id = await ready(s);
      await s.git("config", "remote.origin.uploadpack", touch("upload"));
      await s.git("config", "remote.origin.receivepack", touch("receive"));
      await s.git("config", "core.alternateRefsCommand", touch("alternates"));
      await s.git("config", "core.sshCommand", touch("ssh"));
      assert.equal((await work.finish({ item: id, push: true })).pushed, true);
      const next = await ready(s, "Next");
      await s.git("config", "alias.remote-own", `!${touch("transport")}`);
      await s.git("config", "remote.origin.url", "own::x");
      await said(work.finish({ item: next }));
      await s.git("config", "remote.origin.url", "ssh://nowhere.invalid/x");
      await said(work.finish({ item: next }));
      await s.git("config", "core.gitProxy", touch("proxy"));
      await s.git("config", "remote.origin.url", "git://nowhere.invalid/x");
      await said(work.finish({ item: next }));
      for (const name of ["upload", "receive", "alternates", "ssh", "transport", "proxy"])
        assert.equal(home.has(name), false, name);
    });

    it("its credential helper; the person's own is asked", async () => {
      const s = await newService("");
      const id = await ready(s);
      const server = createServer((_, response) => {
        response.writeHead(401, { "WWW-Authenticate": 'Basic realm="x"' }).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await s.git("config", "--global", `credential.${url}.helper`, touch("person"));
      await s.git("config", "credential.helper", touch("repository"));
      await s.git("config", `credential.${url}.helper`, touch("repository"));
      await s.git("config", "remote.origin.url", `${url}/x.git`);
      try {
        assert.equal((await said(work.finish({ item: id }))).fault, "unreachable");
      } finally {
        server.close();
        await s.git("config", "--global", "--remove-section", `credential.${url}`);
      }
      assert.deepEqual([home.has("person"), home.has("repository")], [true, false]);
    });
  });

  it("merged and not pushed: one push is a push of all that it holds", async () => {
    const s = await service();
    const one = await ready(s, "One");
    await work.finish({ item: one });
    const other = await ready(s, "Two");
    await work.finish({ item: other, push: true });
    assert.equal((await work.get({ item: one })).merged?.pushed, true);
    const third = await ready(s, "Three");
    await work.finish({ item: third });
    assert.equal((await work.get({ item: third })).merged?.pushed, false);
    const fourth = await ready(s, "Four");
    await work.finish({ item: fourth });
    await work.push({ item: third });
    assert.equal((await work.get({ item: fourth })).merged?.pushed, true, "the newer one, by a push of the older");
  });

  it("merged before, pushed with the finish", async () => {
    const s = await service();
    const id = await ready(s);
    await work.merge({ item: id });
    const { item, pushed, commit } = await work.finish({ item: id, push: true });
    assert.deepEqual([item.status, pushed, await s.theirs()], ["done", true, commit]);
  });

  it("a remote that is ahead: the merge is built on it", async () => {
    const s = await service();
    const id = await ready(s);
    const ahead = await somebodyPushes(s, { "o.conf": "x\n" });
    const { commit } = await work.finish({ item: id, push: true });
    assert.equal(await s.git("rev-parse", "main^1"), ahead);
    assert.deepEqual([await s.theirs(), home.read(s.top, "o.conf")], [commit, "x\n"]);
  });

  it("a remote that is ahead, and conflicts: refused, nothing moved here", async () => {
    const s = await service();
    const id = await ready(s);
    await somebodyPushes(s, { [`${id}.conf`]: "theirs\n" });
    const before = await home.tip(s.top, "main");
    assert.match((await said(work.finish({ item: id }))).message, /It conflicts with main in \d+\.conf\.$/);
    assert.equal(await home.tip(s.top, "main"), before);
    assert.deepEqual((await work.update({ item: id })).conflicts, [`${id}.conf`]);
  });

  it("merged there by a pull request: finished, pushed already", async () => {
    const s = await service();
    const id = await ready(s);
    const branch = (await work.get({ item: id })).branch as string;
    await s.git("push", "-q", "origin", branch);
    const other = home.path(`other-${++count}`);
    await home.must(home.folder, "clone", "-q", s.bare, other);
    await home.must(other, "merge", "-q", "--squash", `origin/${branch}`);
    const squash = await home.commit(other, "Add TLS (#1)");
    await home.must(other, "push", "-q", "origin", "main");
    const { item, commit, pushed, notes } = await work.finish({ item: id });
    assert.deepEqual([item.status, commit, pushed, notes], ["done", squash, true, []]);
    assert.equal(await home.tip(s.top, "main"), squash);
  });

  it("both have gone on: refused, with the way out; fixed by a pull", async () => {
    const s = await service();
    const id = await ready(s);
    await somebodyPushes(s, { "o.conf": "x\n" });
    await s.git("switch", "-q", "main");
    await home.commit(s.top, "Ours\n\nCalcifer-Waiver: entry; x", { "p.conf": "x\n" });
    assert.deepEqual(await said(work.finish({ item: id })), {
      fault: "refused",
      message: "main and origin/main have gone different ways.",
      hint: "Bring them together first: git pull origin main",
    });
    await s.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main");
    assert.equal((await work.finish({ item: id, push: true })).pushed, true);
  });

  it("offline: said, and --offline goes on; pushed later", async () => {
    const s = await service("push: always\n");
    const id = await ready(s);
    await s.git("remote", "set-url", "origin", home.path("gone.git"));
    const before = await s.git("for-each-ref");
    const refusal = await said(work.finish({ item: id }));
    assert.deepEqual([refusal.fault, refusal.hint], ["unreachable", "To go on with what is known here: --offline"]);
    assert.match(refusal.message, /^origin cannot be reached: '.*gone\.git' does not appear to be a git repository\.$/);
    assert.equal(await s.git("for-each-ref"), before);
    const { item, pushed, notes } = await work.finish({ item: id, offline: true });
    assert.deepEqual([item.status, item.merged?.pushed, pushed], ["done", false, false]);
    assert.match(notes[0] ?? "", /^Merged, not pushed: origin cannot be reached: /);
    assert.equal(notes[1], `Try again: calcifer work push ${id}`);
    await s.git("remote", "set-url", "origin", s.bare);
    assert.equal((await work.push({ item: id })).pushed, true);
  });

  it("a remote that refuses: merged, not pushed, in its own words; nothing is forced", async () => {
    const s = await service();
    const id = await ready(s);
    const hook = home.script(path.join(s.bare, "hooks/pre-receive"), "echo 'main is closed until Monday' >&2; exit 1");
    const { item, pushed, notes } = await work.finish({ item: id, push: true });
    assert.deepEqual([item.status, pushed], ["done", false]);
    assert.deepEqual(notes, [
      "Merged, not pushed: origin refused main: main is closed until Monday.",
      `Try again: calcifer work push ${id}`,
    ]);
    const again = await said(work.push({ item: id }));
    assert.deepEqual(again, {
      fault: "refused",
      message: "origin refused main: main is closed until Monday.",
      hint: "The merge stands here; ask who keeps the remote.",
    });
    home.script(hook, "exit 0");
    assert.equal((await work.push({ item: id })).pushed, true);
  });

  it("a remote that moved on between merge and push: refused, never forced", async () => {
    const s = await service();
    const id = await ready(s);
    await work.finish({ item: id });
    const theirs = await somebodyPushes(s, { "o.conf": "x\n" });
    assert.deepEqual(await said(work.push({ item: id })), {
      fault: "refused",
      message: "origin has commits on main that are not here.",
      hint: "Bring them in first: git pull origin main",
    });
    assert.equal(await s.theirs(), theirs);
    await s.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main");
    assert.equal((await work.push({ item: id })).pushed, true);
  });

  it("nothing to push, and nowhere to push to", async () => {
    const s = await service();
    const id = await ready(s);
    assert.deepEqual(await said(work.push({ item: id })), {
      fault: "refused",
      message: `#${id} is not merged, so there is nothing to push.`,
      hint: `Merge it: calcifer work merge ${id}`,
    });
    await s.git("remote", "remove", "origin");
    assert.equal((await work.finish({ item: id })).pushed, null);
    assert.deepEqual(await said(work.push({ item: id })), {
      fault: "refused",
      message: `${s.name} has no remote to push to.`,
      hint: "Add one: git remote add origin <url>",
    });
  });

  it("a remote that an included file names, the only one there is", async () => {
    const s = await service();
    const id = await ready(s);
    await s.git("remote", "remove", "origin");
    await s.git("config", "--remove-section", "branch.main").catch(() => {});
    home.write(
      path.join(s.top, ".git/more"),
      `[remote "upstream"]\n\turl = ${s.bare}\n\tfetch = +refs/heads/*:refs/remotes/upstream/*\n`,
    );
    await s.git("config", "include.path", "more");
    const { commit, pushed } = await work.finish({ item: id, push: true });
    assert.deepEqual([pushed, await s.theirs()], [true, commit]);
  });

  it("a remote without the trunk, yet", async () => {
    const s = await service();
    const id = await ready(s);
    await home.must(home.folder, "init", "-q", "--bare", `${s.top}.new.git`);
    await s.git("remote", "set-url", "origin", `${s.top}.new.git`);
    assert.equal((await work.finish({ item: id, push: true })).pushed, true);
  });

  describe("over HTTP", () => {
    let server: Server;
    let url: string;
    let asked: () => void;
    before(async () => {
      server = createServer((request, response) => {
        asked();
        if (request.url?.startsWith("/silent")) return;
        response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    beforeEach(() => {
      asked = () => {};
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });

    it("one that asks for a password: said, never typed, never waited for", async () => {
      const s = await service();
      const id = await ready(s);
      await s.git("remote", "set-url", "origin", `${url}/locked.git`);
      assert.deepEqual(await said(work.finish({ item: id })), {
        fault: "unreachable",
        message: "origin asks for a password, and Calcifer never types one.",
        hint: "Let git know it by a credential helper or an SSH agent, then try: git fetch origin. To go on with what is known here: --offline",
      });
      assert.equal((await said(work.update({ item: id }))).fault, "unreachable");
      const { notes } = await work.finish({ item: id, offline: true, push: true });
      assert.equal(notes[0], "Merged, not pushed: origin asks for a password, and Calcifer never types one.");
    });

    it("one that never answers: stopped when asked to, and no git is left behind", async () => {
      const s = await service();
      const id = await ready(s);
      await s.git("remote", "set-url", "origin", `${url}/silent.git`);
      const stop = new AbortController();
      const heard = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const closed = new Promise<void>((resolve) => {
        server.once("connection", (socket) => socket.once("close", () => resolve()));
      });
      const refusal = said(home.request("work.finish", { item: id }, { signal: stop.signal }));
      await heard;
      stop.abort();
      assert.equal((await refusal).fault, "cancelled");
      await closed;
      await s.git("remote", "set-url", "origin", s.bare);
      assert.equal((await work.finish({ item: id })).item.status, "done", "and nothing is held");
    });
  });
});
