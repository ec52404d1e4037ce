import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
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
} from "../daemon/life/trial.ts";
import { connect, oneShot } from "./connect.ts";
import type { Fault } from "./errors.ts";
import { contractHash, version } from "./generated.ts";

const fault = (name: string) => (error: unknown) =>
  (error as Fault).fault === name && /\w \w.*[.?]$/.test((error as Fault).message);

describe("connect", () => {
  after(cleanUp);

  it("says so when no daemon runs and none is to be started", async () => {
    await assert.rejects(client(newHome()), fault("unreachable"));
  });

  it("asks, is told no, hears events and progress, cancels", async () => {
    const home = newHome();
    const running = await startHere(home);
    const connection = await client(home);
    assert.equal(connection.welcome.version, version);
    assert.deepEqual(await connection.request("probe.echo", { text: "x" }), { text: "x" });
    await assert.rejects(
      connection.request("probe.refuse"),
      (error: Fault) => error.fault === "refused" && error.reasons[0]?.check === "probe",
    );

    const heard: string[] = [];
    const stop = connection.onNotification((method) => heard.push(method));
    await connection.request("event.subscribe");
    await connection.request("probe.put", { key: "a" });
    await soon(() => heard.length === 1, "the event");
    stop();

    const progress: string[] = [];
    const abort = new AbortController();
    const waiting = connection.request(
      "probe.wait",
      { steps: 2 },
      { signal: abort.signal, onProgress: (message, percent) => progress.push(`${message} ${percent}`) },
    );
    await soon(() => progress.length === 2, "the progress");
    abort.abort();
    await assert.rejects(waiting, fault("cancelled"));
    assert.deepEqual(progress, ["step 1 50", "step 2 100"]);

    connection.close();
    await assert.rejects(connection.request("probe.keys"), fault("unreachable"));
    await connection.closed;
    running.stop("test");
    await running.ended;
  });

  it("starts a daemon, which outlives the client, and uses it again", async () => {
    const home = newHome();
    const options = { env: envFor(home), client: "cli" as const, start: startable(home) };
    const first = (await oneShot("daemon.status", {}, options)) as { pid: number };
    const again = (await oneShot("daemon.status", {}, options)) as { pid: number };
    assert.equal(again.pid, first.pid);
    assert.notEqual(first.pid, process.pid);
    await stopDaemon(home);
  });

  it("means the same home by a relative path, and hands nothing of a hook's environment on", async () => {
    const home = newHome();
    const env = {
      ...envFor(path.relative(process.cwd(), home)),
      GIT_DIR: "/nowhere",
      NODE_OPTIONS: "--no-such-option",
    };
    const options = { env, client: "cli" as const, start: { ...startable(home), env } };
    const status = (await oneShot("daemon.status", {}, options)) as { database: string };
    assert.equal(status.database, path.join(home, "calcifer.db"));
    await stopDaemon(home);
  });

  it("tells why a daemon could not start", async () => {
    const home = newHome();
    const start = { execPath: process.execPath, args: ["-e", "console.error('Error: no such luck'); process.exit(3)"] };
    await assert.rejects(connect({ env: envFor(home), client: "cli", start }), (error: Fault) =>
      /no such luck/.test(error.message),
    );
    const nothing = { execPath: "/no/such/node", args: [] };
    await assert.rejects(connect({ env: envFor(home), client: "cli", start: nothing }), fault("unreachable"));
  });

  it("finds a daemon that listens where another environment led it", async () => {
    const [data, run] = [newHome(), newHome()];
    const env = {
      ...process.env,
      CALCIFER_HOME: undefined,
      HOME: data,
      XDG_DATA_HOME: data,
      XDG_STATE_HOME: data,
      XDG_CONFIG_HOME: data,
    };
    await startHere(data, { env: { ...env, XDG_RUNTIME_DIR: run } });
    const { pid } = (await oneShot(
      "daemon.status",
      {},
      { env: { ...env, XDG_RUNTIME_DIR: undefined }, client: "cli" },
    )) as { pid: number };
    assert.equal(pid, process.pid);
  });
});

describe("hello", () => {
  after(cleanUp);

  const hello = { version, contract: contractHash, client: "cli" };

  it("is welcomed", async () => {
    const home = newHome();
    await startHere(home);
    const raw = await Raw.to(home);
    assert.deepEqual((await raw.call("hello", hello)).result, {
      version,
      contract: contractHash,
      pid: process.pid,
      seq: 0,
    });
    assert.ok((await raw.call("hello", { client: "other" })).result);
    assert.ok((await raw.call("hello")).result);
    raw.socket.destroy();
  });

  it("of an older client: it is asked to update, nothing it sent is done, the daemon stays", async () => {
    const home = newHome();
    await startHere(home, { identity: { version: "0.3.0", contract: "other" } });
    const raw = await Raw.to(home);
    const [answer, behind] = await Promise.all([raw.call("hello", hello), raw.call("probe.put", { key: "never" })]);
    assert.equal(answer.error?.data?.fault, "incompatible");
    assert.deepEqual(answer.error?.data?.data, { daemon: "0.3.0", action: "update" });
    assert.match(answer.error?.message ?? "", /^The daemon is Calcifer 0\.3\.0, this client 0\.1\.0\.$/);
    assert.equal(behind.error?.data?.fault, "incompatible");
    await assert.rejects(client(home, { start: startable(home) }), fault("incompatible"));
    const other = await Raw.to(home);
    assert.deepEqual((await other.call("probe.keys")).result, { keys: [] });
    raw.socket.destroy();
    other.socket.destroy();
  });

  it("of a newer client: the daemon finishes what is under way, goes, and the client starts its own, once", async () => {
    const home = newHome();
    const old = startProcess(home, { trial: { identity: { version: "0.0.9", contract: "other" } } });
    await old.said;
    const bystander = await Raw.to(home);
    const writes = Array.from({ length: 20 }, (_, n) => bystander.call("probe.put", { key: `k${n}` }));
    const connection = await client(home, { start: startable(home) });
    assert.deepEqual(await old.exit, { code: 0, signal: null });
    assert.equal(connection.welcome.version, version);
    const acknowledged = (await Promise.allSettled(writes)).filter(
      (w) => w.status === "fulfilled" && w.value.result,
    ).length;
    const { keys } = (await connection.request("probe.keys")) as { keys: string[] };
    assert.ok(keys.length >= acknowledged && acknowledged > 0, `${keys.length} of ${acknowledged}`);
    connection.close();
    await stopDaemon(home);
  });

  it("never loops: a second daemon that does not fit either is an error", async () => {
    const home = newHome();
    const misfit = { identity: { version: "0.0.9", contract: "other" } };
    await startProcess(home, { trial: misfit }).said;
    await assert.rejects(client(home, { start: startable(home, misfit) }), fault("incompatible"));
    await soon(() => !existsSync(path.join(home, "daemon.json")), "the second one goes, too");
  });
});
