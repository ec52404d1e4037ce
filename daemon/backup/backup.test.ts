import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { sql } from "kysely";
import type { Backup } from "../../protocol/backup.ts";
import type { Connection } from "../../protocol/connect.ts";
import type { Fault } from "../../protocol/errors.ts";
import type { EventRecord } from "../../protocol/event.ts";
import { migrate } from "../db/migrate.ts";
import { migrations } from "../db/migrations/all.ts";
import { sqlite } from "../db/native.ts";
import { HandClock } from "../life/clock.ts";
import type { Running } from "../life/house.ts";
import { cleanUp, client, newHome, soon, startHere } from "../life/trial.ts";
import { nextDue } from "./daily.ts";

describe("backup", () => {
  let home: string;
  let folder: string;
  let running: Running;
  let connection: Connection;
  let clock: HandClock;
  beforeEach(async () => {
    home = newHome();
    folder = path.join(home, "backups");
    clock = new HandClock("2026-03-01T12:00:00Z");
    running = await startHere(home, { clock });
    connection = await client(home);
  });
  afterEach(async () => {
    connection.close();
    await cleanUp();
  });

  const put = (key: string) => connection.request("probe.put", { key }) as Promise<{ id: number }>;
  const keys = async () => ((await connection.request("probe.keys")) as { keys: string[] }).keys;
  const now = () => connection.request("backup.now") as Promise<Backup & { path: string }>;
  const restore = (name: string, yes = true) =>
    connection.request("backup.restore", { name, yes }) as Promise<{
      restored: boolean;
      kept: string | null;
      plan: string[];
    }>;
  const refused = (words: RegExp) => (error: unknown) =>
    (error as Fault).fault === "refused" && words.test((error as Fault).message);

  it("copies the database while it is written, into one sound file", async () => {
    await put("before");
    const [copy] = await Promise.all([now(), ...Array.from({ length: 30 }, (_, n) => put(`during-${n}`))]);
    assert.equal(copy.why, "asked");
    assert.deepEqual(readdirSync(folder), [copy.name]);
    const native = new (await sqlite())(copy.path, { readonly: true });
    assert.equal(native.pragma("integrity_check", { simple: true }), "ok");
    assert.equal(native.prepare("select count(*) from items where key = 'before'").pluck().get(), 1);
    native.close();
    assert.deepEqual(
      ((await connection.request("backup.list")) as { backups: Backup[] }).backups.map((b) => b.name),
      [copy.name],
    );
  });

  it("shows the plan, and does nothing without a yes", async () => {
    await put("a");
    const { name } = await now();
    await put("b");
    const shown = await restore(name, false);
    assert.deepEqual([shown.restored, shown.kept], [false, null]);
    assert.equal(shown.plan.length, 3);
    assert.deepEqual(await keys(), ["a", "b"]);
    assert.deepEqual(readdirSync(folder), [name]);
  });

  it("restores: content goes back, numbers go on, subscribers hear of it, nothing is lost", async () => {
    const heard: EventRecord[] = [];
    connection.onNotification((_, params) => heard.push(params as EventRecord));
    await connection.request("event.subscribe");
    await put("a");
    const { name } = await now();
    await put("b");
    const { id } = await put("c");
    await soon(() => heard.length === 4, "four events");
    const { restored, kept } = await restore(name);
    assert.equal(restored, true);
    assert.deepEqual(await keys(), ["a"]);
    await soon(() => heard.length === 5, "the restoring");
    assert.deepEqual([heard[4]?.seq, heard[4]?.name, heard[4]?.data], [5, "backup.restored", { name }]);
    assert.equal((await put("d")).id, id + 1, "the number of an item that is gone is not given again");
    await soon(() => heard.length === 6, "the next event");
    assert.equal(heard[5]?.seq, 6);

    // What was there is in the copy, and can be had back.
    clock.move(60_000);
    await restore(kept as string);
    assert.deepEqual(await keys(), ["a", "b", "c"]);
    assert.equal((await put("e")).id, id + 2);
  });

  it("survives a new start after restoring", async () => {
    await put("a");
    const { name } = await now();
    await put("b");
    await restore(name);
    await put("c");
    running.stop("test");
    await running.ended;
    await startHere(home, { clock });
    connection = await client(home);
    assert.deepEqual(await keys(), ["a", "c"]);
  });

  it("refuses a name it does not know, a damaged copy, and a newer one; what is there stays", async () => {
    await put("a");
    await assert.rejects(restore("../calcifer.db"), (error: Fault) => error.fault === "missing");
    const { name, path: file } = await now();
    truncateSync(file, 8192);
    await assert.rejects(restore(name), refused(/is no sound database/));
    const garbage = "calcifer-2026-01-01T00-00-00Z-asked.db";
    writeFileSync(path.join(folder, garbage), "x".repeat(9000));
    await assert.rejects(restore(garbage), refused(/is no sound database/));
    const newer = "calcifer-2026-01-02T00-00-00Z-asked.db";
    const native = new (await sqlite())(path.join(folder, newer));
    await migrate(native, { ...migrations, "0099-later": { up: async () => {} } });
    native.close();
    await assert.rejects(restore(newer), (error: Fault) => error.fault === "incompatible");
    assert.deepEqual(await keys(), ["a"]);
    assert.deepEqual(
      readdirSync(folder).filter((each) => !each.endsWith(".db")),
      [],
      "nothing half-made is left",
    );
  });

  it("brings an older copy forward, and leaves the copy as it is", async () => {
    await put("a");
    await now();
    const older = "calcifer-2025-01-01T00-00-00Z-asked.db";
    // Before the first migration there was nothing.
    const native = new (await sqlite())(path.join(folder, older));
    await migrate(native, { "0000-nothing": { up: async () => {} } });
    native.exec("delete from kysely_migration");
    native.close();
    const before = readFileSync(path.join(folder, older));
    await restore(older);
    assert.deepEqual(await keys(), []);
    assert.equal((await put("b")).id, 2);
    assert.deepEqual(readFileSync(path.join(folder, older)), before);
  });

  it("keeps the newest copies only", async () => {
    for (let n = 0; n < 22; n++) {
      clock.move(1000);
      await now();
    }
    assert.equal(readdirSync(folder).length, 20);
  });

  it("makes one copy a day, as the clock says, when something happened", async () => {
    const daily = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name.includes("daily")) : []);
    // The keeper looks once an hour; which hour of the moved clock finds it looking is its own affair.
    const hours = (until: () => boolean, what: string) =>
      soon(() => {
        clock.move(3_700_000);
        return until();
      }, what);
    await put("a");
    await hours(() => daily().length === 1, "the first");
    await put("b");
    // A laptop that slept for three days.
    clock.move(3 * 86_400_000);
    await hours(() => daily().length === 2, "the second");
    for (let day = 0; day < 8; day++) {
      const before = daily().at(-1);
      await put(`day-${day}`);
      await hours(() => daily().at(-1) !== before, "the next");
    }
    assert.equal(daily().length, 7);
    const last = daily();
    await assert.rejects(
      soon(
        () => {
          clock.move(3_700_000);
          return daily().join() !== last.join();
        },
        "a copy of nothing new",
        300,
      ),
    );
  });

  it("is due a day after the last", () => {
    const noon = new Date("2026-03-01T12:00:00Z");
    assert.equal(nextDue(undefined, noon).getTime(), noon.getTime());
    assert.equal(nextDue(new Date("2026-03-01T11:00:00Z"), noon).toISOString(), "2026-03-02T11:00:00.000Z");
  });

  it("sees to it that the tables are sound after all this", async () => {
    await put("a");
    const { name } = await now();
    await put("b");
    await restore(name);
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(running.world.db);
    assert.deepEqual(rows, [{ integrity_check: "ok" }]);
  });
});
