// The daemon, killed as by kill -9 while it runs tests: they end with it, the next daemon removes what they left, and knows of no run.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Home } from "../home.ts";

describe("fault: a daemon that is killed while it runs tests", function () {
  this.timeout(30_000);
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.leave());

  async function until(what: string, condition: () => boolean): Promise<void> {
    const end = Date.now() + 10_000;
    while (!condition()) {
      if (Date.now() > end) assert.fail(`never: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const isAlive = (pid: string): boolean => {
    try {
      process.kill(Number(pid), 0);
      return !/^State:\tZ/m.test(existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "");
    } catch {
      return false;
    }
  };

  it("leaves no process, no folder, no work tree and no record of it", async () => {
    const pids = home.path("pids");
    const { child, ended } = await home.startChild();
    const command = `trap '' TERM; sleep 600 & echo $! >${pids}; echo $$ >>${pids}; wait`;
    const policy = `trunk: main\ntests: { command: ${JSON.stringify(command)} }\n`;
    const top = await home.service("gateway", { "edge.conf": "one\n", ".calcifer.yaml": policy });
    const { id } = await home.item("gateway", "Add TLS");
    const answer = home.call.gate.test({ item: id }).then(
      () => "answered",
      () => "cut off",
    );
    const numbers = () => (existsSync(pids) ? readFileSync(pids, "utf8").trim().split("\n") : []);
    await until("the tests run", () => numbers().length === 2);
    const runs = home.path("home/state/tests/runs");
    assert.equal(readdirSync(runs).length, 1);

    child.kill("SIGKILL");
    await ended;
    assert.equal(await answer, "cut off");
    await until("the tests have ended", () => !numbers().some(isAlive));

    await home.startChild();
    await until("the folder is gone", () => readdirSync(runs).length === 0);
    assert.equal((await home.must(top, "worktree", "list")).split("\n").length, 1);
    const { merge } = await home.call.gate.show({ item: id });
    assert.equal(merge?.checks.find((c) => c.id === "tests")?.state, "unknown");
    assert.deepEqual(
      (await home.happened()).names.filter((name) => name === "gate.tested"),
      [],
    );
  });
});
