// A start and a drop whose daemon is killed half-way, as by kill -9: what they began can be gone on with, and nothing is lost.
import assert from "node:assert/strict";
import path from "node:path";
import { Home } from "../../test/home.ts";

describe("killed half-way", function () {
  this.timeout(60_000);
  let home: Home;
  let top: string;
  before(() => {
    home = new Home();
  });
  after(() => home.leave());

  /** A PATH whose git does its work and, if it was called so, takes the daemon down before that hears of it. */
  async function deadlyPath(pattern: string): Promise<string> {
    const real = (await home.run(home.folder, "sh", ["-c", "command -v git"])).stdout.trim();
    const git = `${real} "$@"; code=$?\ncase " $* " in ${pattern}) kill -9 $PPID ;; esac\nexit $code`;
    return `${path.dirname(home.script("deadly/git", git))}:${process.env.PATH}`;
  }

  async function killedIn(pattern: string, act: () => Promise<unknown>): Promise<void> {
    const { child, ended } = await home.startChild({ PATH: await deadlyPath(pattern) });
    const answer = act().then(
      () => "answered",
      () => "cut off",
    );
    await ended;
    assert.deepEqual([child.signalCode, await answer], ["SIGKILL", "cut off"]);
  }

  async function ended({ child, ended }: Awaited<ReturnType<Home["startChild"]>>): Promise<void> {
    child.kill();
    await ended;
  }

  it("a drop behind the branch: asked for again the commits are named, and restore brings them back", async () => {
    const { work } = home.call;
    const first = await home.startChild();
    top = await home.service("gateway", { "edge.conf": "one\n" });
    const { id, branch } = await home.item("gateway", "Edge");
    home.write(path.join(top, "edge.conf"), "two\n");
    await work.commit({ message: "Two", repo: top, entry: "Two", all: true });
    const tip = await home.tip(top);
    const before = await home.tip(top, "main");
    await home.must(top, "update-ref", `refs/calcifer/dropped/${id}`, before);
    await ended(first);

    await killedIn(`*" update-ref -d refs/heads/${branch} "*`, () => work.drop({ item: id, abandonCommits: 1 }));
    assert.notEqual((await home.git(top, "rev-parse", "-q", "--verify", `refs/heads/${branch}`)).code, 0);
    const second = await home.startChild();
    const again = await work.drop({ item: id, abandonCommits: 1 });
    assert.deepEqual([again.item.status, again.kept], ["dropped", `refs/calcifer/dropped/${id}`]);
    assert.deepEqual(
      (await work.show({ item: id })).commits.map((c) => c.subject),
      ["Two"],
    );
    assert.equal((await work.restore({ item: id })).status, "active");
    assert.equal(await home.tip(top, `refs/heads/${branch}`), tip);
    assert.equal(
      await home.tip(top, `refs/calcifer/dropped/${id}-${before.slice(0, 8)}`),
      before,
      "what was kept under that number before",
    );
    await ended(second);
  });

  it("a start behind the branch: it is marked, so it is judged, and the start goes on", async () => {
    const { work } = home.call;
    const first = await home.startChild();
    const { id } = await work.add({ title: "Half", service: "gateway" });
    await ended(first);
    const branch = `work/${id}-half`;
    await killedIn(`*" switch -q --no-track -c "*`, () => work.start({ item: id }));
    assert.equal(await home.must(top, "branch", "--show-current"), branch);
    assert.equal(await home.must(top, "config", `branch.${branch}.calciferItem`), `${id}`);
    const second = await home.startChild();
    assert.equal((await work.start({ item: id })).branch, branch);
    await ended(second);
  });
});
