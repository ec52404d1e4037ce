// kill -9 while four clients write: what was acknowledged is there, once; what was not is done once when it is repeated.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { sqlite } from "../../daemon/db/native.ts";
import { cleanUp, client, newHome, startProcess, wholeDaemon } from "../../daemon/life/trial.ts";
import type { Connection } from "../../protocol/connect.ts";
import type { Fault } from "../../protocol/errors.ts";
import type { EventRecord } from "../../protocol/event.ts";

const rounds = Number(process.env.CALCIFER_ROUNDS ?? 20);
const writers = 4;

describe("kill -9 under writing clients", function () {
  this.timeout(60_000 + rounds * 10_000);
  after(cleanUp);

  it(`loses nothing that was acknowledged, and does nothing twice, in ${rounds} rounds`, async () => {
    const home = newHome();
    const repo = newHome();
    execFileSync("git", ["init", "-q", "-b", "main", repo]);
    execFileSync("git", [
      "-C",
      repo,
      "-c",
      "user.name=a",
      "-c",
      "user.email=a@b",
      "commit",
      "-q",
      "--allow-empty",
      "-m",
      "first",
    ]);

    const acknowledged = new Map<string, number>();
    const counts = { repeated: 0, killed: 0 };
    let up: { promise: Promise<void>; resolve: () => void } = Promise.withResolvers<void>();
    let over = false;
    let heard = () => {};

    const write = async (writer: number): Promise<void> => {
      let connection: Connection | undefined;
      for (let n = 0; !over; ) {
        const title = `item ${writer}-${n}`;
        try {
          await up.promise;
          connection ??= await client(home);
          const { id } = (await connection.request("work.add", { title, service: "probe", idempotencyKey: title })) as {
            id: number;
          };
          assert.ok(!acknowledged.has(title));
          acknowledged.set(title, id);
          heard();
          n++;
        } catch (error) {
          if ((error as Fault).fault !== "unreachable") throw error;
          counts.repeated++;
          connection?.close();
          connection = undefined;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
      connection?.close();
    };

    let running = startProcess(home, { program: wholeDaemon });
    assert.equal((await running.said).ready, true, running.stderr());
    const first = await client(home);
    await first.request("service.add", { path: repo, name: "probe", commit: true });
    first.close();
    up.resolve();
    const writing = Promise.all(Array.from({ length: writers }, (_, w) => write(w)));
    writing.catch(() => {});

    for (let round = 0; round < rounds; round++) {
      // The writers are at it again; then at any moment of their work.
      await Promise.race([new Promise<void>((resolve) => (heard = resolve)), writing]);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
      up = Promise.withResolvers<void>();
      running.child.kill("SIGKILL");
      counts.killed++;
      await running.exit;
      running = startProcess(home, { program: wholeDaemon });
      assert.equal((await running.said).ready, true, `a clean start after ${counts.killed} kills: ${running.stderr()}`);
      up.resolve();
    }
    await new Promise<void>((resolve) => (heard = resolve));
    over = true;
    await writing;

    const last = await client(home);
    const { events } = await allEvents(last);
    last.close();
    running.child.kill("SIGTERM");
    assert.deepEqual(await running.exit, { code: 0, signal: null });

    const native = new (await sqlite())(path.join(home, "calcifer.db"), { readonly: true });
    assert.equal(native.pragma("integrity_check", { simple: true }), "ok");
    const items = native.prepare("select id, title from items").all() as { id: number; title: string }[];
    native.close();
    const lost = [...acknowledged].filter(
      ([title, id]) => !items.some((item) => item.id === id && item.title === title),
    );
    const twice = items.length - new Set(items.map((item) => item.title)).size;
    console.log(
      `      ${counts.killed} kills, ${acknowledged.size} acknowledged writes, ${counts.repeated} repeated calls, ${lost.length} lost, ${twice} twice`,
    );
    assert.deepEqual(lost, []);
    assert.equal(twice, 0);
    assert.equal(items.length, acknowledged.size);
    assert.deepEqual(
      events.map((event) => event.item).sort((a, b) => Number(a) - Number(b)),
      items.map((item) => item.id).sort((a, b) => a - b),
      "one event for each",
    );
  });
});

async function allEvents(connection: Connection): Promise<{ events: EventRecord[] }> {
  const events: EventRecord[] = [];
  for (;;) {
    const since = events.at(-1)?.seq ?? 0;
    const page = (await connection.request("event.list", { since, limit: 1000, name: "work.added" })) as {
      events: EventRecord[];
    };
    if (page.events.length === 0) return { events };
    events.push(...page.events);
  }
}
