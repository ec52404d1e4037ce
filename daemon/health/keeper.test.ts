// The keeper on a clock moved by hand: turns, states, sleep, witnesses, dependencies, what is written.
import assert from "node:assert/strict";
import { sqlite } from "../db/native.ts";
import { cleanUp } from "../life/trial.ts";
import type { Answer } from "./rules.ts";
import { refused, Trial, well } from "./trial.ts";

describe("the keeper of health", () => {
  let trial: Trial;
  beforeEach(async () => {
    trial = await new Trial().start();
    await trial.service("db");
    await trial.service("web", "db");
  });
  afterEach(() => trial.stop());
  after(cleanUp);

  const events = async (name: string) =>
    (await trial.world.db.selectFrom("events").select("name").execute()).filter((e) => e.name === name).length;

  it("checks each once in its interval, at its own time", async () => {
    for (let port = 1; port <= 20; port++) await trial.endpoint("web", port);
    await trial.pass(10);
    trial.asked = [];
    await trial.pass(60);
    assert.deepEqual(
      [...trial.asked].sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    assert.ok(trial.health.keeper.busy());
  });

  it("one that does not answer holds up none, and is not asked twice at once", async () => {
    const hanging = Promise.withResolvers<Answer>();
    trial.answers.set(1, hanging.promise);
    const slow = trial.endpoint("web", 1, { interval: 5 });
    await new Promise((resolve) => setImmediate(resolve));
    trial.clock.move(100);
    const quick = trial.endpoint("web", 2, { interval: 5 });
    for (let n = 0; n < 40; n++) {
      trial.clock.move(1000);
      for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(trial.asked.filter((port) => port === 1).length, 1);
    assert.ok(trial.asked.filter((port) => port === 2).length >= 7, trial.asked.join());
    trial.answers.delete(1);
    hanging.resolve(well);
    await Promise.all([slow, quick]);
  });

  it("goes down after failures in a row, with one event and one incident, and comes back with the first answer", async () => {
    const id = await trial.endpoint("web", 1);
    await trial.pass(61);
    assert.equal(await trial.state(id), "up");
    trial.answers.set(1, refused);
    while ((await trial.state(id)) === "up") await trial.pass(1);
    assert.equal(await trial.state(id), "down");
    const [shown] = (await trial.room.list({}, trial.world.ownCall())).endpoints;
    assert.deepEqual([shown?.why, shown?.incident !== null, shown?.last?.state], ["connection refused", true, "down"]);
    await trial.pass(120);
    trial.answers.delete(1);
    await trial.pass(60);
    assert.deepEqual(await trial.changes(id), ["not measured → up", "up → down", "down → up"]);
    assert.equal(await events("incident.opened"), 1);
  });

  it("a single failure is measured and changes nothing", async () => {
    const id = await trial.endpoint("web", 1);
    await trial.pass(61);
    trial.answers.set(1, refused);
    const before = trial.asked.length;
    while (trial.asked.length === before) await trial.pass(1);
    trial.answers.delete(1);
    // It is looked at again within a quarter of its interval.
    await trial.pass(16);
    assert.deepEqual(await trial.changes(id), ["not measured → up"]);
    assert.ok((await trial.measured(id)).includes(2), "the failure was measured");
    assert.equal((await trial.measured(id)).at(-1), 0);
  });

  it("a sleep is a gap: nothing is down because of it, and failures before it do not count on", async () => {
    const id = await trial.endpoint("web", 1);
    await trial.pass(61);
    trial.answers.set(1, refused);
    const before = trial.asked.length;
    while (trial.asked.length === before) await trial.pass(1);
    trial.clock.move(8 * 3_600_000);
    await trial.settled();
    assert.equal(await trial.state(id), "not measured");
    trial.answers.delete(1);
    await trial.pass(15);
    assert.deepEqual(await trial.changes(id), ["not measured → up", "up → not measured", "not measured → up"]);
    const { series } = await trial.room.show({ endpoint: "web", since: "24h", points: 300 }, trial.world.ownCall());
    assert.equal(series[0]?.uptime["24h"], 100, "the failure that was never confirmed says nothing");
    assert.ok((series[0]?.buckets.length ?? 0) <= 3, "the night has no buckets");
  });

  it("a probe that slept with the machine says nothing", async () => {
    const hanging = Promise.withResolvers<Answer>();
    const id = await trial.endpoint("web", 1, { failures: 1 });
    await trial.pass(61);
    trial.answers.set(1, hanging.promise);
    const before = trial.asked.length;
    for (let n = 0; n < 70 && trial.asked.length === before; n++) {
      trial.clock.move(1000);
      for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
    }
    trial.clock.move(3_600_000);
    trial.answers.delete(1);
    hanging.resolve(refused);
    await trial.settled();
    await trial.pass(15);
    assert.ok(!(await trial.changes(id)).some((change) => change.endsWith("down")), (await trial.changes(id)).join());
  });

  it("a clock that is put back changes nothing, and checks go on", async () => {
    const id = await trial.endpoint("web", 1);
    await trial.pass(61);
    trial.clock.move(-7_200_000);
    trial.asked = [];
    // The loop looks up when it is woken; a daemon does so every half minute.
    await trial.room.check({ endpoint: String(id) }, trial.world.ownCall());
    await trial.health.keeper.changed(id);
    await trial.pass(70);
    assert.equal(await trial.state(id), "up");
    assert.ok(trial.asked.length >= 2, String(trial.asked.length));
  });

  it("without network nothing is down; this machine itself needs none", async () => {
    const [far, near] = [await trial.endpoint("web", 1), await trial.endpoint("web", 2, { host: "127.0.0.1" })];
    await trial.pass(61);
    trial.network = { there: false, why: "neither the gateway nor a name server answers" };
    for (const port of [1, 2]) trial.answers.set(port, refused);
    await trial.pass(130);
    assert.deepEqual([await trial.state(far), await trial.state(near)], ["not measured", "down"]);
    const shown = (await trial.room.list({}, trial.world.ownCall())).endpoints.find((e) => e.id === far);
    assert.equal(shown?.why, "no network: neither the gateway nor a name server answers");
    assert.ok(!(await trial.measured(far)).includes(2), "no failure was counted");
  });

  it("an endpoint elsewhere that answers is witness enough", async () => {
    trial.network = { there: false, why: "silence" };
    const one = await trial.endpoint("web", 1, { interval: 10 });
    await trial.endpoint("db", 2, { interval: 10 });
    await trial.pass(11);
    trial.answers.set(1, refused);
    await trial.pass(30);
    assert.equal(await trial.state(one), "down");
    assert.ok(trial.witnessed > 0);
  });

  it("what a service depends on is looked at first: one cause, one incident", async () => {
    const [web, db] = [await trial.endpoint("web", 1), await trial.endpoint("db", 2)];
    await trial.pass(61);
    for (const port of [1, 2]) trial.answers.set(port, refused);
    await trial.pass(120);
    assert.deepEqual([await trial.state(db), await trial.state(web)], ["down", "blocked"]);
    assert.equal(await events("incident.opened"), 1);
    const { services } = await trial.room.services({}, trial.world.ownCall());
    assert.deepEqual(
      services.map((s) => [s.service, s.state, s.blockedBy]),
      [
        ["db", "down", null],
        ["web", "blocked", "db"],
      ],
    );
    trial.answers.clear();
    await trial.pass(61);
    assert.deepEqual([await trial.state(db), await trial.state(web)], ["up", "up"]);
    assert.ok(!(await trial.changes(web)).some((change) => change.endsWith("down")), (await trial.changes(web)).join());
  });

  it("a healthy dependency does not keep a service from going down", async () => {
    const web = await trial.endpoint("web", 1);
    await trial.endpoint("db", 2);
    await trial.pass(61);
    trial.answers.set(1, refused);
    await trial.pass(90);
    assert.equal(await trial.state(web), "down");
  });

  it("pauses and goes on; a check in the meantime does not count", async () => {
    const id = await trial.endpoint("web", 1);
    await trial.pass(61);
    const paused = await trial.room.pause({ endpoint: "web", reason: "moving" }, trial.world.ownCall());
    assert.deepEqual([paused.state, paused.why, paused.paused?.reason], ["not measured", "paused: moving", "moving"]);
    assert.equal(trial.health.keeper.busy(), false);
    trial.asked = [];
    trial.answers.set(1, refused);
    await trial.pass(120);
    assert.deepEqual(trial.asked, []);
    const { outcome } = await trial.room.check({ endpoint: "web/tcp-1" }, trial.world.ownCall());
    assert.equal(outcome.state, "down");
    assert.equal(await trial.state(id), "not measured");
    trial.answers.delete(1);
    await trial.room.resume({ endpoint: "1" }, trial.world.ownCall());
    await trial.pass(2);
    assert.equal(await trial.state(id), "up");
  });

  it("a check asked for now counts, and leaves the schedule alone", async () => {
    const id = await trial.endpoint("web", 1, { failures: 1 });
    await trial.pass(61);
    trial.answers.set(1, refused);
    const { endpoint, outcome } = await trial.room.check({ endpoint: "web" }, trial.world.ownCall());
    assert.deepEqual([endpoint.state, outcome.state, outcome.why], ["down", "down", "connection refused"]);
    trial.asked = [];
    await trial.pass(60);
    assert.equal(trial.asked.length, 1);
    assert.equal(await trial.state(id), "down");
  });

  it("a check whose endpoint was changed meanwhile does not count", async () => {
    const hanging = Promise.withResolvers<Answer>();
    const id = await trial.endpoint("web", 1, { failures: 1 });
    await trial.pass(61);
    trial.answers.set(1, hanging.promise);
    const checked = trial.room.check({ endpoint: "web" }, trial.world.ownCall());
    await new Promise((resolve) => setImmediate(resolve));
    trial.answers.delete(1);
    await trial.health.keeper.changed(id);
    hanging.resolve(refused);
    await checked;
    await trial.settled();
    assert.equal(await trial.state(id), "up");
  });

  it("retired services are not checked, and are again when they come back", async () => {
    const id = await trial.endpoint("web", 1);
    await trial.pass(61);
    const retire = (at: string | null) =>
      trial.world.ownCall().write(async (tx) => {
        await tx.db.updateTable("services").set({ retired: at }).where("name", "=", "web").execute();
        await tx.happened(at === null ? "service.restored" : "service.retired", { service: "web", data: {} });
      });
    await retire(trial.now());
    trial.asked = [];
    await trial.pass(70);
    assert.deepEqual(trial.asked, []);
    await retire(null);
    await trial.pass(70);
    assert.ok(trial.asked.length >= 1);
    assert.equal(await trial.state(id), "up");
  });

  it("a renamed service's endpoint goes on as it stands, not as it stood when it was first read", async () => {
    const id = await trial.endpoint("web", 1, { failures: 1 });
    await trial.pass(61);
    // Read again, so that it is known as up; then it goes down.
    await trial.health.keeper.changed(id);
    trial.answers.set(1, refused);
    await trial.pass(61);
    assert.equal(await trial.state(id), "down");
    trial.answers.delete(1);
    await trial.world.ownCall().write(async (tx) => {
      await tx.db.updateTable("services").set({ name: "site" }).where("name", "=", "web").execute();
      await tx.happened("service.edited", { service: "site", data: {} });
    });
    await trial.pass(61);
    assert.equal(await trial.state(id), "up");
  });

  it("an endpoint with another target is not measured any more, with its event", async () => {
    const id = await trial.endpoint("web", 1, { failures: 1 });
    trial.answers.set(1, refused);
    await trial.pass(61);
    const call = trial.world.ownCall();
    await trial.room.edit({ endpoint: "web", target: "tcp://192.0.2.1:2" } as never, call);
    assert.deepEqual(await trial.changes(id), ["not measured → down", "down → not measured"]);
    assert.deepEqual([await events("health.edited"), await events("incident.opened")], [1, 1]);
  });

  it("what was being written when its endpoint was changed does not stand against it", async () => {
    const id = await trial.endpoint("web", 1, { failures: 1 });
    await trial.pass(61);
    const hanging = Promise.withResolvers<Answer>();
    trial.answers.set(1, hanging.promise);
    const checking = trial.room.check({ endpoint: "web" }, trial.world.ownCall());
    await new Promise((resolve) => setTimeout(resolve, 20));
    trial.answers.delete(1);
    hanging.resolve(refused);
    await Promise.all([
      checking,
      trial.room.edit({ endpoint: "web", interval: "30s" } as never, trial.world.ownCall()),
    ]);
    await trial.pass(40);
    assert.equal(await trial.state(id), "up");
  });

  it("a machine that is too busy again and again has looked at nothing", async function () {
    this.timeout(30_000);
    await trial.stop();
    let busy = false;
    await trial.start({
      probe: async () => {
        for (const end = performance.now() + 450; busy && performance.now() < end; );
        return well;
      },
    });
    const id = await trial.endpoint("web", 1, { interval: 5 });
    await trial.pass(6);
    assert.equal(await trial.state(id), "up");
    busy = true;
    for (let n = 0; n < 3; n++) {
      trial.clock.move(6000);
      await trial.settled();
    }
    assert.equal(await trial.state(id), "not measured");
    busy = false;
    await trial.pass(6);
    assert.equal(await trial.state(id), "up");
  });

  it("an end does not wait for those that wait for their turn", async () => {
    await trial.stop();
    let [asked, hangs] = [0, false];
    await trial.start({
      probe: async (_, signal) => {
        if (!hangs) return well;
        asked++;
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve(refused), { once: true }));
      },
    });
    const ids: number[] = [];
    for (let port = 1; port <= 260; port++) ids.push(await trial.endpoint("web", port));
    hangs = true;
    const { keeper } = trial.health;
    const checks = ids.flatMap((id) => keeper.of(id) ?? []).map((w) => keeper.checked(w));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(asked, 256);
    await trial.stop();
    assert.equal((await Promise.all(checks)).length, 260);
    assert.equal(asked, 256);
    await trial.start();
  });

  it("a new start right after the end leaves everything as it was; after a long time nothing is known", async () => {
    const id = await trial.endpoint("web", 1, { failures: 1 });
    trial.answers.set(1, refused);
    await trial.pass(61);
    assert.equal(await trial.state(id), "down");
    await trial.stop();
    trial.clock.move(30_000);
    await trial.start();
    assert.equal(await trial.state(id), "down");
    await trial.stop();
    trial.clock.move(3_600_000);
    trial.answers.delete(1);
    await trial.start();
    assert.equal(await trial.state(id), "not measured");
    await trial.pass(12);
    assert.equal(await trial.state(id), "up");
    assert.deepEqual(await trial.changes(id), ["not measured → down", "down → not measured", "not measured → up"]);
  });

  it("a database that cannot be written changes no state and loses nothing", async function () {
    this.timeout(30_000);
    const id = await trial.endpoint("web", 1, { failures: 1, interval: 5 });
    await trial.pass(10);
    await trial.health.recorder.flush();
    const before = (await trial.measured(id)).length;
    const other = new (await sqlite())(`${trial.home}/calcifer.db`);
    other.exec("begin immediate");
    // Longer than a write waits for its turn.
    await trial.pass(1);
    trial.asked = [];
    const { outcome } = await trial.room
      .check({ endpoint: "web" }, trial.world.ownCall())
      .catch(() => ({ outcome: { state: "up" } }));
    assert.equal(outcome.state, "up");
    other.exec("rollback");
    other.close();
    await trial.pass(70);
    assert.equal(await trial.state(id), "up");
    assert.deepEqual(await trial.changes(id), ["not measured → up"]);
    const after = await trial.measured(id);
    assert.ok(after.length > before && after.every((state) => state === 0));
  });
});
