// `calcifer commit`, killed as by kill -9 when git has moved HEAD and nothing has followed yet: asked again it answers with that commit.
import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { Home } from "../home.ts";

describe("fault: a commit that is killed", function () {
  this.timeout(30_000);
  let home: Home;
  let top: string;
  beforeEach(async () => {
    home = new Home();
    const running = await home.start();
    top = await home.service("gateway", { "edge.conf": "one\n", "other.conf": "one\n" });
    await home.item("gateway", "Add TLS");
    running.stop("next");
    await running.ended;
  });
  afterEach(() => home.leave());

  /** A daemon that dies in the person's own hook, which git runs when the commit is made and before it says so. */
  async function killedBehindHead(asked: Parameters<typeof home.call.work.commit>[0]): Promise<void> {
    const { child, ended } = await home.startChild();
    const hook = home.script(path.join(top, ".git/hooks/post-commit"), `kill -9 ${child.pid}`);
    const answer = home.call.work.commit(asked).then(
      () => "answered",
      () => "cut off",
    );
    await ended;
    assert.equal(await answer, "cut off");
    // git itself goes on without its parent, and ends when it likes.
    while (existsSync(path.join(top, ".git/HEAD.lock"))) await new Promise((resolve) => setImmediate(resolve));
    rmSync(hook);
  }

  const commitsBeyond = async (before: string) =>
    (await home.must(top, "log", "--format=%H", `${before}..HEAD`)).split("\n").filter(Boolean);

  it("with --all: the index and CHANGES.md follow, nothing is committed twice, and the index is not left locked", async () => {
    const before = await home.tip(top);
    home.write(path.join(top, "edge.conf"), "two\n");
    const asked = { message: "Terminate TLS", repo: top, entry: "TLS", all: true };
    await killedBehindHead(asked);
    const [made] = await commitsBeyond(before);
    await home.start();
    assert.equal((await home.call.work.commit(asked)).commit, made);
    assert.deepEqual(await commitsBeyond(before), [made]);
    assert.equal(await home.must(top, "status", "--porcelain"), "");
    assert.match(home.read(top, "CHANGES.md"), /- TLS \(#1\)/);
    assert.deepEqual(await leftovers(), []);
  });

  it("with paths: what else was staged stays staged", async () => {
    const before = await home.tip(top);
    home.write(path.join(top, "edge.conf"), "two\n");
    home.write(path.join(top, "other.conf"), "staged\n");
    await home.must(top, "add", "other.conf");
    await killedBehindHead({ message: "Terminate TLS", repo: top, entry: "TLS", paths: ["edge.conf"] });
    await home.start();
    assert.equal((await commitsBeyond(before)).length, 1);
    assert.equal(await home.must(top, "status", "--porcelain"), "M  other.conf");
    assert.match(home.read(top, "CHANGES.md"), /- TLS \(#1\)/);
  });

  const leftovers = async () =>
    (await home.run(top, "sh", ["-c", "ls .git | grep -E 'calcifer-(index|commit)|lock$'"])).stdout
      .split("\n")
      .filter(Boolean);
});
