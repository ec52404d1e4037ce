// kill -9 while endpoints are checked: how they stood is how they stand, and nothing is down because of it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { sqlite } from "../../daemon/db/native.ts";
import { cleanUp, client, newHome, soon, startProcess, wholeDaemon } from "../../daemon/life/trial.ts";
import type { Endpoint } from "../../protocol/health.ts";

const rounds = 5;

describe("kill -9 while endpoints are checked", function () {
  this.timeout(120_000);
  after(cleanUp);

  it("leaves them as they stood", async () => {
    const [home, repo] = [newHome(), newHome()];
    execFileSync("git", ["init", "-q", "-b", "main", repo]);
    const author = ["-c", "user.name=a", "-c", "user.email=a@b"];
    execFileSync("git", ["-C", repo, ...author, "commit", "-q", "--allow-empty", "-m", "first"]);
    let [asked, heard] = [0, () => {}];
    const server = http.createServer((_, response) => {
      asked++;
      heard();
      // The answer is under way while the daemon is killed.
      setTimeout(() => response.end("ok"), 30);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;

    let running = startProcess(home, { program: wholeDaemon });
    assert.equal((await running.said).ready, true, running.stderr());
    const first = await client(home);
    await first.request("service.add", { path: repo, name: "web", commit: true });
    const settings = { interval: "5s", timeout: "2s", noPage: true, failures: 1 };
    await first.request("health.add", { service: "web", name: "up", target: `http://127.0.0.1:${port}/`, ...settings });
    await first.request("health.add", { service: "web", name: "down", target: "tcp://127.0.0.1:1", ...settings });
    const states = async (connection = first) => {
      const { endpoints } = (await connection.request("health.list", {})) as { endpoints: Endpoint[] };
      return Object.fromEntries(endpoints.map((e) => [e.name, e.state]));
    };
    await soon(async () => Object.values(await states()).every((s) => s !== "not measured"), "the first checks");
    first.close();

    for (let round = 0; round < rounds; round++) {
      const arrived = new Promise<void>((resolve) => (heard = resolve));
      const asking = await client(home);
      asking.request("health.check", { endpoint: "web/up" }).catch(() => {});
      await arrived;
      running.child.kill("SIGKILL");
      await running.exit;
      running = startProcess(home, { program: wholeDaemon });
      assert.equal((await running.said).ready, true, running.stderr());
      const connection = await client(home);
      assert.deepEqual(await states(connection), { up: "up", down: "down" }, `after ${round + 1} kills`);
      await connection.request("health.check", { endpoint: "web/up" });
      connection.close();
    }
    running.child.kill("SIGKILL");
    await running.exit;
    server.close();

    const native = new (await sqlite())(path.join(home, "calcifer.db"), { readonly: true });
    assert.equal(native.pragma("integrity_check", { simple: true }), "ok");
    const events = native.prepare("select data from events where name = 'health.changed'").pluck().all() as string[];
    const [measured] = native.prepare("select count(*) from measurements").pluck().all() as number[];
    native.close();
    console.log(
      `      ${rounds} kills, ${asked} requests, ${measured} measurements, ${events.length} changes of state`,
    );
    assert.ok(Number(measured) >= rounds, "a check that was answered is kept");
    assert.deepEqual(
      events
        .map((data) => JSON.parse(data) as { name: string; to: string })
        .map(({ name, to }) => `${name} ${to}`)
        .sort(),
      ["down down", "up up"],
    );
  });
});
