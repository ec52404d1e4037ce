// Starting: many at once, after a crash, in places that will not do, with databases of other times.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import net from "node:net";
import path from "node:path";
import { migrate } from "../../daemon/db/migrate.ts";
import { migrations } from "../../daemon/db/migrations/all.ts";
import { sqlite } from "../../daemon/db/native.ts";
import { openStore } from "../../daemon/db/open.ts";
import {
  cleanUp,
  client,
  envFor,
  newHome,
  Raw,
  soon,
  startable,
  startHere,
  startProcess,
  stopDaemon,
} from "../../daemon/life/trial.ts";
import { connect, oneShot } from "../../protocol/connect.ts";
import { type Fault, type FaultData, faults } from "../../protocol/errors.ts";
import { folders, longestSocketPath } from "../../protocol/paths.ts";

describe("starting", function () {
  this.timeout(60_000);
  afterEach(cleanUp);

  it("20 clients at once with no daemon: one daemon, 20 answers", async () => {
    const home = newHome();
    const options = { env: envFor(home), client: "cli" as const, start: startable(home), timeout: 50_000 };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => oneShot("daemon.status", {}, options) as Promise<{ pid: number }>),
    );
    const pids = new Set(answers.map((answer) => answer.pid));
    console.log(`      ${answers.length} answers, ${pids.size} daemon`);
    assert.equal(pids.size, 1);
    await stopDaemon(home);
  });

  it("8 daemons at once: one has the home, the others say so and leave quietly", async () => {
    const home = newHome();
    const processes = Array.from({ length: 8 }, () => startProcess(home));
    const said = await Promise.all(processes.map((each) => each.said));
    assert.equal(said.filter((each) => each.pid !== undefined).length, 1);
    assert.equal(said.filter((each) => each.another === true).length, 7);
    const losers = processes.filter((_, i) => said[i]?.another);
    for (const loser of losers) assert.deepEqual(await loser.exit, { code: 0, signal: null });
  });

  it("a mark left by a client that died while it started one costs a wait, no more", async () => {
    const home = newHome();
    writeFileSync(path.join(home, "starting"), "");
    const past = Date.now() / 1000 - 2.5;
    utimesSync(path.join(home, "starting"), past, past);
    const { pid } = (await oneShot(
      "daemon.status",
      {},
      { env: envFor(home), client: "cli", start: startable(home) },
    )) as { pid: number };
    assert.ok(pid > 0);
    await stopDaemon(home);
  });

  it("after kill -9: a stale socket, a stale note of its pid, and the lock all give way", async () => {
    const home = newHome();
    const first = startProcess(home);
    await first.said;
    first.child.kill("SIGKILL");
    await first.exit;
    const { socket } = folders(envFor(home));
    assert.ok(existsSync(socket) && existsSync(path.join(home, "daemon.json")));
    const second = (await oneShot(
      "daemon.status",
      {},
      { env: envFor(home), client: "cli", start: startable(home) },
    )) as { pid: number };
    assert.notEqual(second.pid, first.child.pid);
    await stopDaemon(home);
    await soon(() => !existsSync(socket) && !existsSync(path.join(home, "daemon.json")), "nothing is left behind");
  });

  it("a socket of somebody who does not speak our language is an error in time, not a wait for ever", async () => {
    const home = newHome();
    const { socket } = folders(envFor(home));
    mkdirSync(path.dirname(socket), { mode: 0o700 });
    const deaf = net.createServer().listen(socket);
    await assert.rejects(
      connect({ env: envFor(home), client: "other", timeout: 300 }),
      (error: Fault) => error.fault === "unreachable",
    );
    deaf.close();
  });

  it("a read-only folder: a sentence", async () => {
    const home = newHome();
    chmodSync(home, 0o555);
    const env = { CALCIFER_HOME: path.join(home, "deeper"), CALCIFER_CHECK_RESULTS: undefined };
    // Nothing is read-only to root.
    const nobody = process.getuid?.() === 0 ? { uid: 65534 } : {};
    const refused = startProcess(home, { env, ...nobody });
    const { error } = (await refused.said) as { error: FaultData };
    assert.equal(error.fault, "refused");
    assert.match(error.message, /^Calcifer cannot keep its data in .*: you may not write there\.$/);
    assert.equal((await refused.exit).code, 1);
    assert.match(refused.stderr(), /you may not write there/);
    chmodSync(home, 0o700);
  });

  it("a client hears the daemon's sentence", async () => {
    const home = newHome();
    const file = path.join(home, "file");
    writeFileSync(file, "");
    const env = envFor(path.join(file, "in", "a", "file"));
    await assert.rejects(
      connect({ env, client: "cli", start: { ...startable(home), env } }),
      (error: Fault) => error.fault === "refused" && error.message.endsWith("a part of that path is a file."),
    );
  });

  it("a socket path over 107 bytes: another place, found by everyone", async () => {
    const home = path.join(newHome(), "x".repeat(90), "y".repeat(60));
    const { socket } = folders(envFor(home));
    assert.ok(
      path.join(home, "run", "daemon.sock").length > longestSocketPath &&
        Buffer.byteLength(socket) <= longestSocketPath,
    );
    const { pid } = (await oneShot(
      "daemon.status",
      {},
      { env: envFor(home), client: "cli", start: startable(home) },
    )) as { pid: number };
    assert.ok(pid > 0);
    assert.equal(statSync(path.dirname(socket)).mode & 0o777, 0o700);
    await stopDaemon(home);
  });

  it("goes when nobody needs it, and stays when it is told to", async () => {
    const idle = startProcess(newHome(), { env: { CALCIFER_IDLE_SECONDS: "0.3" } });
    await idle.said;
    assert.deepEqual(await idle.exit, { code: 0, signal: null });
    const home = newHome();
    const stays = startProcess(home, { env: { CALCIFER_IDLE_SECONDS: "0.1", CALCIFER_STAY: "1" } });
    await stays.said;
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.ok(await client(home));
  });

  it("does not go while a client is there, nor in the midst of a call", async () => {
    const home = newHome();
    const idle = startProcess(home, { env: { CALCIFER_IDLE_SECONDS: "0.2" } });
    await idle.said;
    const raw = await Raw.to(home);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok((await raw.call("daemon.status")).result);
    raw.socket.destroy();
    assert.deepEqual(await idle.exit, { code: 0, signal: null });
  });

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    it(`ends in order on ${signal}: what is under way is answered, the database is one file, the socket is gone`, async () => {
      const home = newHome();
      const daemon = startProcess(home);
      await daemon.said;
      const raw = await Raw.to(home);
      const writes = Array.from({ length: 50 }, (_, n) => raw.call("probe.put", { key: `k${n}` }));
      await Promise.race(writes);
      daemon.child.kill(signal);
      const answers = await Promise.all(writes);
      assert.deepEqual(await daemon.exit, { code: 0, signal: null });
      const done = answers.filter((answer) => answer.result).length;
      assert.ok(answers.every((answer) => answer.result || answer.error?.code === faults.unreachable.code));
      assert.deepEqual(
        readdirSync(home).filter((name) => /wal|shm|json/.test(name)),
        [],
      );
      assert.ok(!existsSync(folders(envFor(home)).socket));
      const native = new (await sqlite())(path.join(home, "calcifer.db"), { readonly: true });
      assert.equal(native.prepare("select count(*) from items").pluck().get(), done);
      native.close();
    });

  it("writes launchers that run the programs beside it with the same runtime", async () => {
    const home = newHome();
    const daemon = startProcess(home);
    await daemon.said;
    const launcher = path.join(home, "bin", "calcifer-hook");
    await soon(() => existsSync(launcher) && existsSync(path.join(home, "bin", "calcifer")), "the launchers");
    assert.equal(statSync(launcher).mode & 0o777, 0o700);
    const text = readFileSync(launcher, "utf8");
    assert.match(text, /^#!\/bin\/sh\n\[ -r .* \|\| exit 127\nexport ELECTRON_RUN_AS_NODE=1 /);
    assert.match(text, new RegExp(`\nexec '${process.execPath}' '.*/dist/hook\\.cjs' "\\$@"\n$`));
    assert.equal(spawnSync("sh", ["-n", launcher]).status, 0);
  });
});

describe("databases of other times", function () {
  this.timeout(30_000);
  afterEach(cleanUp);
  const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

  it("from the future: refused with its own fault, and not a byte changed", async () => {
    const home = newHome();
    const file = path.join(home, "calcifer.db");
    const native = new (await sqlite())(file);
    native.pragma("journal_mode = wal");
    await migrate(native, { ...migrations, "0099-later": { up: async () => {} } });
    native.close();
    const before = digest(file);
    await assert.rejects(
      client(home, { start: startable(home) }),
      (error: Fault) =>
        error.fault === "incompatible" &&
        /written by a newer Calcifer/.test(error.message) &&
        error.hint === "Update Calcifer here, then try again.",
    );
    assert.equal(digest(file), before);
  });

  it("from the first version: brought forward, after a copy", async () => {
    const home = newHome();
    const store = await openStore({ data: home, migrations: { "0001-first": migrations["0001-first"] } });
    await store.write((db) =>
      db
        .insertInto("events")
        .values({ at: "2026-01-01T00:00:00.000Z", name: "work.added", item: 1, service: null, by: "cli", data: "{}" })
        .execute(),
    );
    store.close();
    await startHere(home);
    const raw = await Raw.to(home);
    assert.equal(((await raw.call("event.list")).result as { seq: number }).seq, 1);
    const forward = Object.keys(migrations).length > 1;
    assert.equal(existsSync(path.join(home, "backups")), forward);
    raw.socket.destroy();
  });
});
