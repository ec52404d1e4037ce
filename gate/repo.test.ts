// A repository as the gate sees it: where it is, whose branch is whose, and its objects through one process.
import assert from "node:assert/strict";
import { chownSync, mkdirSync } from "node:fs";
import path from "node:path";
import { Home, said, withPath } from "../test/home.ts";
import { headBranch, marks, noGit, Objects, openRepo, tracked } from "./repo.ts";

describe("repo", () => {
  let home: Home;
  let top: string;
  before(async () => {
    home = new Home();
    top = await home.repo("r", { "a.txt": "a\n", "sub/b.txt": "b\n" });
  });
  after(() => home.leave());

  it("from its top, a folder below, a linked work tree, its git directory, bare", async () => {
    const common = path.join(top, ".git");
    const place = async (folder: string) => {
      const { git: _, ...repo } = await openRepo(folder);
      return repo;
    };
    const here = { top, gitDir: common, commonDir: common, bare: false };
    assert.deepEqual(await place(top), here);
    assert.deepEqual(await place(path.join(top, "sub")), here);
    const linked = home.path("linked tree");
    await home.must(top, "worktree", "add", "-q", linked, "-b", "x");
    assert.deepEqual(await place(linked), {
      top: linked,
      gitDir: path.join(common, "worktrees/linked-tree"),
      commonDir: common,
      bare: false,
    });
    assert.deepEqual(await place(common), { ...here, top: common });
    await home.must(home.folder, "clone", "-q", "--bare", top, "bare.git");
    const bare = home.path("bare.git");
    assert.deepEqual(await place(bare), { top: bare, gitDir: bare, commonDir: bare, bare: true });
  });

  it("what is none: in words, with a way out", async () => {
    mkdirSync(home.path("plain"));
    const hint = "Go to a service's repository, or make one here: git init";
    assert.deepEqual(await said(openRepo(home.path("plain"))), {
      fault: "missing",
      message: `${home.path("plain")} is not in a git repository.`,
      hint,
    });
    assert.deepEqual(await said(openRepo(home.path("nowhere"))), {
      fault: "missing",
      message: `There is no folder ${home.path("nowhere")}.`,
    });
    await withPath(home.path("nothing"), async () => {
      assert.deepEqual(await said(openRepo(top)), {
        fault: "unreachable",
        message: "git was not found.",
        hint: "Install git 2.38 or newer and make sure it is on the PATH.",
      });
    });
    const other = noGit(Object.assign(new Error("EACCES"), { code: "EACCES" }));
    assert.equal(other.message, "git could not be started: EACCES.");
  });

  it("another user's is not trusted unless the person says so", async () => {
    // Only root can give a folder away.
    if (process.getuid?.() !== 0) return;
    const theirs = await home.repo("theirs");
    for (const folder of [theirs, path.join(theirs, ".git")]) chownSync(folder, 4242, 4242);
    assert.deepEqual(await said(openRepo(theirs)), {
      fault: "refused",
      message: `git does not trust ${theirs}: it belongs to another user.`,
      hint: "If you trust it, tell git so: git config --global --add safe.directory <folder>",
    });
  });

  it("the branch HEAD is on", async () => {
    const repo = await openRepo(top);
    assert.equal(await headBranch(repo), "main");
    await home.must(top, "switch", "-q", "-c", "work/1-ü");
    assert.equal(await headBranch(repo), "work/1-ü");
    await home.must(top, "switch", "-q", "--detach");
    assert.equal(await headBranch(repo), undefined);
    await home.must(top, "switch", "-q", "main");
    await home.must(home.folder, "init", "-q", "fresh");
    assert.equal(await headBranch(await openRepo(home.path("fresh"))), "main", "without a commit, too");
    // A reftable repository has a stand-in in its HEAD file, so git is asked.
    const asked: string[][] = [];
    home.write("stand-in/HEAD", "ref: refs/heads/.invalid\n");
    const git = async (args: string[]) => {
      asked.push(args);
      return { code: 0, stdout: Buffer.from("main\n"), stderr: "" };
    };
    assert.equal(await headBranch({ ...repo, git, gitDir: home.path("stand-in") }), "main");
    assert.deepEqual(asked, [["symbolic-ref", "-q", "--short", "HEAD"]]);
  });

  it("whose branch is whose: only what is whole, and again when the config changed", async () => {
    const repo = await openRepo(top);
    const say = (branch: string, values: Record<string, string>) =>
      Promise.all([]).then(async () => {
        for (const [key, value] of Object.entries(values))
          await home.must(top, "config", `branch.${branch}.${key}`, value);
      });
    assert.equal((await marks(repo)).size, 0);
    await say('odd."name=ü', { calciferItem: "7", calciferKey: "aaaaaaaa" });
    await say("whole", {
      calciferItem: "8",
      calciferKey: "bbbbbbbb",
      calciferTitle: 'A "title" = #; \\',
      calciferService: "gateway",
      remote: "origin",
    });
    await say("no-key", { calciferItem: "9" });
    await say("no-number", { calciferItem: "x", calciferKey: "cccccccc" });
    await say("zero", { calciferItem: "0", calciferKey: "dddddddd" });
    assert.deepEqual(
      [...(await marks(repo))],
      [
        ['odd."name=ü', { id: 7, key: "aaaaaaaa", title: "", service: undefined }],
        ["whole", { id: 8, key: "bbbbbbbb", title: 'A "title" = #; \\', service: "gateway" }],
      ],
    );
    // What our own reader does not understand, git is asked.
    await home.must(top, "config", "include.path", "more");
    assert.deepEqual([...(await marks(repo)).keys()].sort(), ['odd."name=ü', "whole"]);
    const config = home.read(top, ".git/config");
    home.write(path.join(top, ".git/config"), `${config}[broken\n`);
    const { fault, message } = await said(marks(repo));
    assert.equal(fault, "unreachable");
    assert.match(message, /^git cannot read .*\/config: fatal: bad config line \d+/);
    home.write(path.join(top, ".git/config"), config);
    assert.equal((await marks(repo)).size, 2, "a failure is not remembered");
  });

  it("the services noted for hooks", async () => {
    const repo = await openRepo(top);
    assert.deepEqual(tracked(repo), []);
    home.write(path.join(top, ".git/calcifer/services.json"), '[{"name":"a","trunk":"main"}]');
    assert.deepEqual(tracked(repo), [{ name: "a", trunk: "main" }]);
    home.write(path.join(top, ".git/calcifer/services.json"), "{");
    assert.deepEqual(tracked(repo), []);
  });

  describe("objects", () => {
    let objects: Objects;
    beforeEach(() => {
      objects = new Objects(path.join(top, ".git"));
    });
    afterEach(() => objects.close());

    it("many at once, large and small, there and not, each to its own question", async () => {
      const large = Array.from({ length: 200_000 }, (_, n) => `line ${n}`).join("\n");
      await home.commit(top, "Large", { "large.txt": large, "empty.txt": "" });
      const names = [
        "main:a.txt",
        "main:large.txt",
        "main:gone.txt",
        "main:empty.txt",
        "nonsense",
        "main:sub/b.txt",
        "main:large.txt",
      ];
      const read = await Promise.all(names.map((name) => objects.readText(name)));
      assert.deepEqual(
        read.map((t) => (t === large ? "large" : t)),
        ["a\n", "large", undefined, "", undefined, "b\n", "large"],
      );
      assert.match((await objects.readText("main")) ?? "", /^tree [0-9a-f]{40}\nparent /);
    });

    it("a name with a newline is no second question", async () => {
      const [odd, even] = await Promise.all([
        objects.readText("main:a.txt\nmain:sub/b.txt"),
        objects.readText("main:a.txt"),
      ]);
      assert.deepEqual([odd, even], [undefined, "a\n"]);
      assert.equal(await objects.readText("main:a.txt\0"), undefined);
    });

    it("again after it was closed", async () => {
      assert.equal(await objects.readText("main:a.txt"), "a\n");
      objects.close();
      objects.close();
      assert.equal(await objects.readText("main:a.txt"), "a\n");
    });

    it("where git ends, or is not there, each question is answered by a fault; the next try starts anew", async () => {
      const nowhere = new Objects(home.path("nowhere"));
      assert.deepEqual(await said(nowhere.read("main:a.txt")), {
        fault: "unreachable",
        message: "git ended while it was reading objects.",
      });
      nowhere.close();
      await withPath(home.path("nothing"), async () =>
        assert.equal((await said(objects.read("main:a.txt"))).message, "git was not found."),
      );
      assert.equal(await objects.readText("main:a.txt"), "a\n");
    });
  });
});
