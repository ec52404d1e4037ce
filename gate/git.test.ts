// The runner of git: what it keeps out, how it ends, and that nothing it started is left.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import path from "node:path";
import { Home, withPath } from "../test/home.ts";
import { fields, gitIn, lines, text } from "./git.ts";

describe("git", () => {
  let home: Home;
  let top: string;
  before(async () => {
    home = new Home();
    top = await home.repo("r");
  });
  after(() => home.leave());

  /** A git that waits without end, and what tells that it is gone. */
  async function waiting() {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(home.path("alive"), resolve));
    const gone = new Promise<void>((resolve) => {
      server.once("connection", (socket) => {
        socket.resume();
        socket.once("close", () => server.close(() => resolve()));
      });
    });
    const began = new Promise<void>((resolve) => server.once("connection", () => resolve()));
    // As a helper of git does: it holds a connection, and does not look whether git is still there.
    const helper = `require("net").connect(${JSON.stringify(home.path("alive"))});setInterval(() => {}, 1000)`;
    const args = ["-c", `alias.hang=!'${process.execPath}' -e '${helper}'`, "hang"];
    return { args, began, gone };
  }

  it("resolves whatever git says, with its words", async () => {
    const git = gitIn(top);
    const good = await git(["rev-parse", "--is-bare-repository"]);
    assert.deepEqual([good.code, text(good), lines(good)], [0, "false", ["false"]]);
    const bad = await git(["rev-parse", "--verify", "nothing"]);
    assert.deepEqual([bad.code, text(bad), bad.stderr], [128, undefined, "fatal: Needed a single revision\n"]);
    assert.deepEqual(fields(await git(["ls-files", "-z"])), ["README.md"]);
    assert.equal(text(await git(["hash-object", "--stdin"], { input: "x\n" }))?.length, 40);
    assert.equal(text(await git(["rev-parse", "--show-prefix"], { cwd: path.join(top, ".git/..") })), undefined);
  });

  it("rejects only where git cannot be started", async () => {
    await withPath(home.path("nothing"), () => assert.rejects(gitIn(top)(["version"]), { code: "ENOENT" }));
  });

  it("an input that git does not read is no failure of ours", async () => {
    assert.equal((await gitIn(top)(["version"], { input: "x".repeat(1 << 20) })).code, 0);
  });

  it("keeps a surrounding hook's variables out, and lets what it is given in", async () => {
    process.env.GIT_DIR = "/nowhere";
    process.env.GIT_INDEX_FILE = "/nowhere/index";
    try {
      assert.equal(text(await gitIn(top)(["rev-parse", "--absolute-git-dir"])), path.join(top, ".git"));
      assert.equal(
        text(await gitIn(home.folder, { GIT_DIR: path.join(top, ".git") })(["rev-parse", "--absolute-git-dir"])),
        path.join(top, ".git"),
      );
    } finally {
      delete process.env.GIT_DIR;
      delete process.env.GIT_INDEX_FILE;
    }
  });

  it("starts nothing that the repository names: no hook, no fsmonitor; hooks when they are asked for", async () => {
    const ran = home.path("ran");
    home.script("evil", `echo "$0" >>'${ran}'`);
    for (const hook of ["pre-commit", "post-commit"])
      home.script(path.join(top, ".git/hooks", hook), `echo ${hook} >>'${ran}'`);
    await home.must(top, "config", "core.fsmonitor", home.path("evil"));
    await home.must(top, "config", "core.pager", home.path("evil"));
    await gitIn(top)(["status"]);
    await gitIn(top)(["log"]);
    await gitIn(top)(["commit", "-q", "--allow-empty", "-m", "x"]);
    assert.equal(home.has("ran"), false);
    await gitIn(top)(["commit", "-q", "--allow-empty", "-m", "x"], { hooks: true });
    assert.equal(home.read("ran"), "pre-commit\npost-commit\n");
    await home.must(top, "config", "--unset", "core.fsmonitor");
  });

  it("ends what is silent for too long, and all that it started", async () => {
    const { args, gone } = await waiting();
    assert.equal((await gitIn(top)(args, { patience: 300 })).code, 124);
    await gone;
  });

  it("ends what it is asked to end, and all that it started", async () => {
    const { args, began, gone } = await waiting();
    const stop = new AbortController();
    const result = gitIn(top)(args, { signal: stop.signal });
    await began;
    stop.abort();
    assert.equal((await result).code, 130);
    await gone;
  });

  it("asked to end before it began", async () => {
    assert.equal(
      (await gitIn(top)(["-c", "alias.hang=!sleep 100", "hang"], { signal: AbortSignal.abort() })).code,
      130,
    );
  });

  it("what was in time is not ended", async () => {
    const stop = new AbortController();
    const result = await gitIn(top)(["version"], { signal: stop.signal, patience: 60_000 });
    stop.abort();
    assert.equal(result.code, 0);
  });
});
