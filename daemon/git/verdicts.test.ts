import assert from "node:assert/strict";
import path from "node:path";
import { type Git, gitIn } from "../../gate/git.ts";
import { Daemon, type Ground } from "../../test/daemon.ts";
import { itemById } from "../work/store.ts";
import { locate } from "../work/work.ts";
import type { World } from "../world.ts";
import { Repos } from "./repos.ts";
import { Verdicts } from "./verdicts.ts";

/** The world, with what git was asked in it. */
function counting(world: World): { asked: string[]; world: World } {
  const asked: string[] = [];
  const git = (cwd: string): Git => {
    const run = gitIn(cwd);
    return (args, options) => {
      asked.push(args.join(" "));
      return run(args, options);
    };
  };
  return { asked, world: { ...world, git } };
}

describe("verdicts with a memory", () => {
  let daemon: Daemon;
  let ground: Ground;
  let count = 0;
  let id = 0;
  before(async () => {
    daemon = await Daemon.open();
  });
  after(() => daemon.leave());
  beforeEach(async () => {
    const name = `s${++count}`;
    ground = await daemon.service(name);
    ({ id } = await daemon.client.work.add({ title: "Add TLS", service: name }));
    await daemon.client.work.start({ item: id, repo: ground.top });
    await daemon.watch.settled();
  });

  const commit = async (file: string, text: string) => {
    ground.write(file, text);
    await daemon.client.work.commit({
      repo: ground.top,
      message: `Change ${file}`,
      entry: `Change ${file}`,
      all: true,
    });
  };

  /** What is remembered is what git says now. */
  const agrees = async (what: string) => {
    await daemon.watch.settled();
    for (const item of [id, undefined]) {
      const remembered = await daemon.client.gate.show({ item, repo: ground.top });
      assert.deepEqual(remembered, await daemon.client.gate.show({ item, repo: ground.top, fresh: true }), what);
      assert.deepEqual(await daemon.client.gate.show({ item, repo: ground.top }), remembered, what);
    }
    return daemon.client.work.verdict({ item: id });
  };

  it("are what git says, at every step of an item's life", async () => {
    await agrees("the start");
    await commit("a.txt", "a\n");
    assert.equal((await agrees("a commit")).checks.find((c) => c.id === "judged")?.state, "yes");
    ground.write("b.txt", "b\n");
    await daemon.watch.settled();
    assert.equal((await agrees("a new file")).checks.find((c) => c.id === "clean")?.state, "no");
    await ground.git("stash", "-q", "-u");
    await agrees("a stash");
    await daemon.client.work.note({ item: id, text: "Notes" });
    await daemon.client.work.check({ item: id, all: true });
    assert.equal((await agrees("notes and checklist")).state, "yes");
    await daemon.client.work.edit({ item: id, document: "docs/x.md" });
    assert.equal((await agrees("a document is wanted")).state, "no");
    await commit("docs/x.md", "# X\n\nText.\n");
    assert.equal((await agrees("the document is there")).state, "yes");
    await daemon.client.work.edit({ item: id, title: "Another title" });
    assert.match((await agrees("another title")).line, /Another title/);
    await ground.git("commit", "-q", "--amend", "--no-edit", "--date=2020-01-01T00:00:00Z");
    await agrees("an amend");
    await ground.git("switch", "-q", "main");
    await agrees("another branch");
    await ground.git("branch", "-m", `work/${id}-add-tls`, "renamed");
    assert.equal((await agrees("a new name")).state, "yes");
  });

  it("see that the trunk moved, and came to conflict", async () => {
    await commit("README.md", "# Ours\n");
    await ground.git("switch", "-q", "main");
    ground.write("README.md", "# Theirs\n");
    await daemon.client.work.commit({ repo: ground.top, message: "Theirs", noEntry: "test", all: true });
    const verdict = await agrees("a conflict");
    assert.equal(verdict.checks.find((c) => c.id === "no-conflict")?.state, "no");
    await ground.git("reset", "-q", "--hard", "HEAD~1");
    assert.equal((await agrees("the trunk is back")).checks.find((c) => c.id === "no-conflict")?.state, "yes");
  });

  it("see another policy on the trunk, and a broken one that lies there uncommitted", async () => {
    await ground.git("switch", "-q", "main");
    ground.write(".calcifer.yaml", `${ground.read(".calcifer.yaml")}merge:\n  require: [entry]\n`);
    assert.deepEqual((await agrees("a draft")).checks.filter((c) => c.required).length > 1, true);
    await daemon.client.work.commit({ repo: ground.top, message: "Policy", noEntry: "test", all: true });
    assert.deepEqual(
      (await agrees("a policy")).checks.filter((c) => c.required).map((c) => c.id),
      ["entry"],
    );
    ground.write(".calcifer.yaml", "merge: 7\n");
    assert.equal((await agrees("a broken draft")).warnings.length, 1);
  });

  it("cost no process of git while nothing moves", async () => {
    await commit("a.txt", "a\n");
    const { asked, world } = counting(daemon.running.world);
    const repos = new Repos(world);
    const verdicts = new Verdicts({ uncommitted: async () => [] });
    const of = async (options?: object) =>
      verdicts.of(await locate(world, repos, await itemById(world.db, id)), options);
    const first = await of();
    assert.ok(asked.length > 0);
    asked.length = 0;
    assert.deepEqual(await of(), first);
    assert.deepEqual(asked, []);
    await of({ fresh: true });
    assert.ok(asked.length > 0);
    repos.close();
  });

  it("for who acts on them: what commits say is remembered, what is uncommitted is asked", async () => {
    await commit("a.txt", "a\n");
    const { asked, world } = counting(daemon.running.world);
    const repos = new Repos(world);
    const verdicts = new Verdicts({ uncommitted: async () => [] });
    const located = await locate(world, repos, await itemById(world.db, id));
    const tips = { tip: await ground.git("rev-parse", "HEAD"), trunkTip: await ground.git("rev-parse", "main") };
    const commands = async (act: () => Promise<unknown>) => {
      asked.length = 0;
      await act();
      return new Set(asked.map((command) => command.split(" ")[0]));
    };
    assert.ok((await commands(() => verdicts.of(located, { tips }))).has("log"));
    ground.write("new.txt", "new\n");
    const again = await commands(async () => {
      const clean = (await verdicts.of(located, { tips })).merge.checks.find((c) => c.id === "clean");
      assert.equal(clean?.state, "no");
    });
    assert.deepEqual(again, new Set(["status"]));
    repos.close();
  });

  it("for who acts on them: asked of git at once, while others wait for the same", async () => {
    await commit("a.txt", "a\n");
    const [asks, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let isFirst = true;
    const git = (cwd: string): Git => {
      const run = gitIn(cwd);
      return async (args, options) => {
        if (args[0] === "log" && isFirst) {
          isFirst = false;
          asks.resolve();
          await goOn.promise;
        }
        return run(args, options);
      };
    };
    const world = { ...daemon.running.world, git };
    const repos = new Repos(world);
    const verdicts = new Verdicts();
    const located = await locate(world, repos, await itemById(world.db, id));
    const tips = { tip: await ground.git("rev-parse", "HEAD"), trunkTip: await ground.git("rev-parse", "main") };
    const other = verdicts.of(located);
    await asks.promise;
    const ours = await verdicts.of(located, { tips });
    goOn.resolve();
    assert.deepEqual((await other).merge, ours.merge);
    repos.close();
  });

  it("do not keep what git could not tell", async () => {
    const name = `c${count}`;
    const shallow = ground.at(path.join(daemon.folder, name));
    await commit("a.txt", "a\n");
    await ground.git("clone", "-q", "--depth", "1", "--no-single-branch", `file://${ground.top}`, shallow.top);
    await shallow.git("switch", "-q", "main");
    await daemon.client.service.add({ path: shallow.top, name });
    const adopted = await daemon.client.work.adopt({ branch: `work/${id}-add-tls`, repo: shallow.top });
    const told = async () =>
      (await daemon.client.work.verdict({ item: adopted.id })).checks.find((c) => c.id === "judged");
    assert.match((await told())?.message ?? "", /shallow clone/);
    await shallow.git("fetch", "-q", "--unshallow");
    assert.doesNotMatch((await told())?.message ?? "", /shallow clone/);
  });

  it("ask for the same facts once, however many want them", async () => {
    const { asked, world } = counting(daemon.running.world);
    const repos = new Repos(world);
    const verdicts = new Verdicts();
    const located = await locate(world, repos, await itemById(world.db, id));
    asked.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => verdicts.of(located)));
    assert.equal(asked.filter((a) => a.startsWith("log ")).length <= 2, true, asked.join());
    repos.close();
  });
});
