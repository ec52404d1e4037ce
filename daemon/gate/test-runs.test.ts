// `gate.test` against real git, real commands and a real daemon.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { connect } from "../../protocol/connect.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Check } from "../../protocol/shared.ts";
import { Daemon, type Ground } from "../../test/daemon.ts";
import { badge } from "./badge.ts";

const isFault = (fault: string, message: RegExp) => (error: unknown) =>
  error instanceof Fault && error.fault === fault && message.test(error.message);

/** A process of that number, which is not merely waiting to be buried. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\tZ/m.test(existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "");
  } catch {
    return false;
  }
};

async function until(what: string, condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("gate test", () => {
  let daemon: Daemon;
  let ground: Ground;
  let count = 0;
  before(async () => {
    daemon = await Daemon.open();
  });
  after(() => daemon.leave());
  beforeEach(async () => {
    ground = await daemon.service(`t${++count}`);
  });

  /** The trunk's policy for tests, and an item's branch with one commit. */
  async function begun(tests: string): Promise<number> {
    ground.write(".calcifer.yaml", `trunk: main\ntests: ${tests}\n`);
    await daemon.client.work.commit({ repo: ground.top, message: "Policy", noEntry: "test", all: true });
    const { id } = await daemon.client.work.add({ title: "Add TLS", service: `t${count}` });
    await daemon.client.work.start({ item: id, repo: ground.top });
    await change("app.txt", "one\n");
    return id;
  }
  async function change(file: string, text: string): Promise<void> {
    ground.write(file, text);
    await daemon.client.work.commit({ repo: ground.top, message: "Change", entry: `It has ${text.trim()}`, all: true });
  }
  const show = (item: number) => daemon.client.gate.show({ item });
  const test = (item: number) => daemon.client.gate.test({ item });
  const check = async (item: number): Promise<Check | undefined> =>
    (await show(item)).merge?.checks.find((c) => c.id === "tests");
  const said = async (item: number) => {
    const found = await check(item);
    return found && [found.state, found.required, found.message.replace(/[\d.]+ s/, "N s")];
  };
  const folder = () => path.join(daemon.running.world.folders.state, "tests");
  const nothingLeft = () =>
    until("the run's folder is gone", () => readdirSync(path.join(folder(), "runs")).length === 0);

  it("is no check where the policy names no command", async () => {
    const id = await begun('{ limit: "5m" }');
    assert.equal(await check(id), undefined);
    await assert.rejects(test(id), isFault("refused", /names no command for its tests/));
  });

  it("asks for a run, and holds a pass until the branch moves on", async () => {
    const id = await begun('{ command: "test -f app.txt && git log -1 --format=%s && git status --short && pwd" }');
    assert.deepEqual(await said(id), [
      "unknown",
      true,
      "Cannot tell: the tests were not run on the branch as it is now.",
    ]);
    assert.equal((await check(id))?.next, `calcifer gate test ${id}`);
    const run = await test(id);
    assert.deepEqual([run.state, run.exit, run.passed, run.uncommitted, run.moved], ["passed", 0, true, 0, false]);
    assert.equal(run.tail[1], "Change");
    assert.match(run.tail[2] ?? "", new RegExp(`/tests/runs/[^/]+/t${count}$`));
    assert.deepEqual(await said(id), ["yes", true, "The tests passed in N s."]);
    await nothingLeft();
    const { data } = await daemon.event((e) => e.name === "gate.tested" && e.item === id, "gate.tested");
    assert.deepEqual([data.state, data.commit, data.tree], ["passed", run.commit, run.tree]);
    await change("app.txt", "two\n");
    assert.equal((await said(id))?.[0], "unknown");
  });

  it("is red where they fail, with the exit status and the last words", async () => {
    const id = await begun('{ command: "echo before; echo wrong >&2; exit 7" }');
    const run = await test(id);
    assert.deepEqual([run.state, run.exit, run.passed, run.line], ["failed", 7, false, "The tests failed, exit 7."]);
    assert.deepEqual(run.tail.slice(1).sort(), ["before", "wrong"]);
    assert.deepEqual(await said(id), ["no", true, "The tests failed, exit 7."]);
    await assert.rejects(daemon.client.work.finish({ item: id }), isFault("refused", /tests failed|to do/));
  });

  it("says that a command is not there", async () => {
    const run = await test(await begun('{ command: "no-such-tool --all" }'));
    assert.deepEqual([run.state, run.exit], ["failed", 127]);
    assert.match(run.tail.at(-1) ?? "", /no-such-tool/);
  });

  it("prepares first, and cannot tell where that failed", async () => {
    const id = await begun('{ prepare: "touch ready", command: "test -f ready" }');
    assert.equal((await test(id)).state, "passed");
    ground = await daemon.service(`t${++count}`);
    const other = await begun('{ prepare: "exit 3", command: "echo never" }');
    const run = await test(other);
    assert.deepEqual([run.state, run.step, run.exit, run.passed], ["failed", "prepare", 3, false]);
    assert.deepEqual(await said(other), [
      "unknown",
      true,
      "Cannot tell: what prepares the tests failed, exit 3, so they were not run.",
    ]);
  });

  it("ends what takes too long, and all that it started", async () => {
    const pids = path.join(daemon.folder, "pids");
    const id = await begun(
      JSON.stringify({
        limit: "1s",
        command: `trap '' TERM; sleep 600 & echo $! >${pids}; sleep 600 & echo $$ >>${pids}; wait; wait`,
      }),
    );
    const run = await test(id);
    assert.equal(run.state, "timed out");
    assert.ok(run.seconds < 4, `${run.seconds} s`);
    for (const pid of readFileSync(pids, "utf8").trim().split("\n")) assert.ok(!isAlive(Number(pid)), `${pid} lives`);
    assert.deepEqual(await said(id), ["no", true, "The tests did not end within N s."]);
  });

  it("is stopped by who asked, with everything it started, and that is no failed test", async () => {
    const pids = path.join(daemon.folder, "stopped");
    const id = await begun(
      JSON.stringify({
        command: `sh -c 'trap "" TERM; echo $$ >>${pids}; sleep 600' & echo $$ >>${pids}; echo on its way; wait`,
      }),
    );
    const abort = new AbortController();
    const told: string[] = [];
    const connection = await connect({ client: "cli", env: daemon.env });
    const stopped = connection.request(
      "gate.test",
      { item: id },
      { signal: abort.signal, onProgress: (m) => told.push(m) },
    );
    const numbers = () => (existsSync(pids) ? readFileSync(pids, "utf8").trim().split("\n") : []);
    await until("it runs", () => numbers().length === 2 && told.includes("on its way"));
    abort.abort();
    await assert.rejects(stopped, isFault("cancelled", /were stopped|was stopped/));
    connection.close();
    for (const pid of numbers()) assert.ok(!isAlive(Number(pid)), `${pid} lives`);
    assert.deepEqual(await said(id), ["unknown", true, "Cannot tell: the run of the tests was stopped."]);
    await nothingLeft();
  });

  it("a run that was stopped takes nothing from a pass", async () => {
    const go = path.join(daemon.folder, "slow");
    const id = await begun(JSON.stringify({ command: `! test -f ${go} || sleep 600` }));
    assert.equal((await test(id)).passed, true);
    writeFileSync(go, "");
    const abort = new AbortController();
    const connection = await connect({ client: "cli", env: daemon.env });
    const stopped = connection.request(
      "gate.test",
      { item: id },
      { signal: abort.signal, onProgress: (line) => line.startsWith("$ ") && abort.abort() },
    );
    await assert.rejects(stopped, isFault("cancelled", /stopped/));
    connection.close();
    assert.equal((await said(id))?.[0], "yes");
  });

  it("reads what is covered from the report of this run, never from one that came with the branch", async () => {
    const id = await begun(
      '{ command: "test ! -f c/lcov.info && mkdir -p c && echo SF:a > c/lcov.info && cat numbers >> c/lcov.info", coverage: { report: c/lcov.info, min: 70 } }',
    );
    ground.write("c/lcov.info", "SF:a\nLF:1\nLH:1\nend_of_record\n");
    await change("numbers", "LF:100\nLH:61\nend_of_record\n");
    const little = await test(id);
    assert.deepEqual([little.state, little.coverage, little.passed], ["passed", 61, false]);
    assert.deepEqual(await said(id), [
      "no",
      true,
      "The tests passed, and cover 61 % of the lines; 70 % are asked for.",
    ]);
    assert.equal((await daemon.client.gate.badge({ repo: ground.top })).coverage, 61);
    await change("numbers", "LF:100\nLH:70\nend_of_record\n");
    assert.equal((await test(id)).passed, true);
    const badge = await daemon.client.gate.badge({ service: `t${count}` });
    assert.deepEqual([badge.coverage, badge.trunk], [70, false]);
    assert.match(badge.svg, /^<svg [\s\S]*>70 %<\/text>[\s\S]*<\/svg>\n$/);
    await daemon.client.work.check({ item: id, all: true });
    await daemon.client.work.note({ item: id, text: "Noted." });
    await daemon.client.work.merge({ item: id });
    assert.equal((await daemon.client.gate.badge({ service: `t${count}` })).trunk, true);
  });

  it("a report that is not there is no number", async () => {
    const id = await begun('{ command: "true", coverage: { report: c/lcov.info, min: 1 } }');
    const run = await test(id);
    assert.deepEqual([run.state, run.passed, run.coverage], ["passed", false, null]);
    assert.match(run.line, /Cannot tell: .* the tests left no c\/lcov\.info/);
  });

  it("leaves nothing in the background", async () => {
    const pids = path.join(daemon.folder, "left");
    const run = await test(await begun(JSON.stringify({ command: `sleep 600 & echo $! >${pids}` })));
    assert.equal(run.state, "passed");
    await until("the process is gone", () => !isAlive(Number(readFileSync(pids, "utf8"))));
  });

  it("keeps a flood of 50 MB in a file of eight, with its beginning and its end", async () => {
    const command = "echo first; head -c 52428800 /dev/zero | tr '\\\\0' 'x' | fold -w 100; echo; echo last";
    const run = await test(await begun(JSON.stringify({ command: command.replaceAll("\\\\", "\\") })));
    assert.equal(run.state, "passed");
    assert.equal(run.tail.at(-1), "last");
    assert.ok(run.tail.length <= 40);
    assert.ok(statSync(run.log).size < 9 * 1024 * 1024);
    const log = readFileSync(run.log, "utf8");
    assert.match(log.slice(0, 300), /\nfirst\nx/);
    assert.match(log, /bytes are left out here/);
    assert.match(log.slice(-20), /last\n$/);
  });

  it("tests what is committed, and says what is not", async () => {
    const id = await begun('{ command: "cat app.txt" }');
    writeFileSync(path.join(ground.top, "app.txt"), "not yet\n");
    const run = await test(id);
    assert.deepEqual([run.uncommitted, run.tail.at(-1)], [1, "one"]);
  });

  it("tests the branch of a linked work tree, and registers none", async () => {
    ground.write(".calcifer.yaml", 'trunk: main\ntests: { command: "cat app.txt; git worktree list" }\n');
    await daemon.client.work.commit({ repo: ground.top, message: "Policy", noEntry: "test", all: true });
    const { id } = await daemon.client.work.add({ title: "Elsewhere", service: `t${count}` });
    const { worktree } = await daemon.client.work.start({ item: id, repo: ground.top, worktree: true });
    writeFileSync(path.join(worktree as string, "app.txt"), "linked\n");
    await daemon.client.work.commit({ repo: worktree as string, message: "x", entry: "x", all: true });
    const before = await ground.git("worktree", "list");
    const run = await test(id);
    assert.equal(run.tail[1], "linked");
    assert.equal(run.tail.length, 3);
    assert.equal(await ground.git("worktree", "list"), before);
  });

  it("says that the branch moved on meanwhile: the run counts for what it ran on", async () => {
    const go = path.join(daemon.folder, "go");
    const id = await begun(JSON.stringify({ command: `echo here; until test -f ${go}; do sleep 0.05; done` }));
    const running = test(id);
    await until(
      "it runs",
      () => existsSync(path.join(folder(), "runs")) && readdirSync(path.join(folder(), "runs")).length > 0,
    );
    await assert.rejects(test(id), isFault("conflict", /running already/));
    await change("app.txt", "moved\n");
    writeFileSync(go, "");
    const run = await running;
    assert.deepEqual([run.passed, run.moved], [true, true]);
    assert.equal((await said(id))?.[0], "unknown");
  });

  it("counts only a run by the command of the policy in force, which is the trunk's", async () => {
    const id = await begun('{ command: "true" }');
    ground.write(".calcifer.yaml", `trunk: main\ntests: { command: "touch ${daemon.folder}/pwned" }\n`);
    await change("app.txt", "loosened\n");
    assert.equal((await test(id)).command, "true");
    assert.ok(!existsSync(path.join(daemon.folder, "pwned")));
    assert.equal((await said(id))?.[0], "yes");
    await ground.git("switch", "-q", "main");
    ground.write(".calcifer.yaml", 'trunk: main\ntests: { command: "true && true" }\n');
    await daemon.client.work.commit({ repo: ground.top, message: "Stricter", noEntry: "test", all: true });
    assert.equal((await said(id))?.[0], "unknown");
  });

  it("runs nothing while the trunk has no policy, whatever the branch says", async () => {
    await ground.git("rm", "-q", "--cached", ".calcifer.yaml").catch(() => {});
    await ground.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "None");
    const { id } = await daemon.client.work.add({ title: "Sneak", service: `t${count}` });
    await daemon.client.work.start({ item: id, repo: ground.top });
    ground.write(".calcifer.yaml", `tests: { command: "touch ${daemon.folder}/sneaked" }\n`);
    await assert.rejects(test(id), isFault("refused", /main has no \.calcifer\.yaml/));
    assert.ok(!existsSync(path.join(daemon.folder, "sneaked")));
  });

  it("runs nothing of a policy with mistakes, also where an earlier one was good", async () => {
    const id = await begun('{ command: "true" }');
    await show(id);
    await ground.git("switch", "-q", "main");
    ground.write(".calcifer.yaml", 'trunk: main\ntests: { command: "true", limit: soon }\n');
    await daemon.client.work.commit({ repo: ground.top, message: "Broken", noEntry: "test", all: true });
    await assert.rejects(test(id), isFault("refused", /policy on main has mistakes/));
  });

  it("is nothing that a hook may ask for, and needs a branch", async () => {
    const id = await begun(`{ command: "touch ${daemon.folder}/hooked" }`);
    const hook = await connect({ client: "hook", env: daemon.env });
    await assert.rejects(hook.request("gate.test", { item: id }), isFault("refused", /hook runs no tests/));
    hook.close();
    assert.ok(!existsSync(path.join(daemon.folder, "hooked")));
    const planned = await daemon.client.work.add({ title: "Later", service: `t${count}` });
    await assert.rejects(test(planned.id), isFault("refused", /is planned and has no branch to test/));
  });

  it("keeps the newest two hundred runs of a service, and their logs", async () => {
    const id = await begun('{ command: "true" }');
    const { db } = daemon.running.world;
    const first = await test(id);
    const row = await db
      .selectFrom("test_runs")
      .selectAll()
      .where("commit_id", "=", first.commit)
      .executeTakeFirstOrThrow();
    const { id: _, ...same } = row;
    await daemon.running.world.ownCall().write(async (tx) => {
      for (let n = 0; n < 199; n++)
        await tx.db
          .insertInto("test_runs")
          .values({ ...same, log: null })
          .execute();
    });
    assert.ok(existsSync(first.log));
    const last = await test(id);
    assert.ok(!existsSync(first.log) && existsSync(last.log));
    const { n } = await db
      .selectFrom("test_runs")
      .select((e) => e.fn.countAll<number>().as("n"))
      .where("service_id", "=", row.service_id)
      .executeTakeFirstOrThrow();
    assert.equal(n, 200);
  });

  it("makes a badge whose words are only words", () => {
    const svg = badge("cover<age>", `"70" & 'more'`, '"/><script>');
    assert.ok(!/<script|<age>/.test(svg));
    assert.match(svg, /&quot;70&quot; &amp; &#39;more&#39;/);
  });

  it("leaves the person's repository alone, whatever the tests do with git", async () => {
    const id = await begun(
      JSON.stringify({
        command:
          "git switch -q main && git commit -q --allow-empty -m x && git branch -D work/* ; git config core.x y; git gc -q --prune=now; true",
      }),
    );
    const state = async () => [await ground.git("for-each-ref"), await ground.git("config", "--local", "--list")];
    const before = await state();
    assert.equal((await test(id)).passed, true);
    assert.deepEqual(await state(), before);
    await ground.git("fsck", "--connectivity-only");
  });

  it("hands the tests the caller's PATH, and no secret of the daemon's", async () => {
    process.env.SECRET_OF_DAEMON = "s3";
    try {
      const id = await begun('{ command: "env" }');
      const { tail } = await daemon.client.gate.test({ item: id, env: { PATH: `/own/bin:${process.env.PATH}` } });
      assert.ok(tail.some((line) => line.startsWith("PATH=/own/bin:")));
      assert.ok(!tail.some((line) => /SECRET_OF_DAEMON|^CALCIFER_/.test(line)));
    } finally {
      delete process.env.SECRET_OF_DAEMON;
    }
  });

  it("removes folders that the tests made unwritable", async () => {
    const id = await begun('{ command: "mkdir -p a/b && touch a/b/c && chmod -R a-w a" }');
    await test(id);
    await nothingLeft();
  });
});
