// History in a real database: rolled up, read, kept for its time, and how large it becomes.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { sqlite } from "../db/native.ts";
import { cleanUp } from "../life/trial.ts";
import { hour, kept, type MeasuredBy, minute, writeDays, writeHours, writeMeasurements } from "./history.ts";
import { daysFrom, hoursFrom } from "./rollup.ts";
import { Trial } from "./trial.ts";

describe("the history of health", function () {
  this.timeout(60_000);
  let trial: Trial;
  beforeEach(async () => {
    trial = await new Trial().start();
    await trial.service("web");
  });
  afterEach(() => trial.stop());
  after(cleanUp);

  const call = () => trial.world.ownCall();
  const count = async (table: "measurements" | "measured_hours" | "measured_days") =>
    Number(
      (
        await trial.world.db
          .selectFrom(table)
          .select((e) => e.fn.countAll().as("n"))
          .executeTakeFirstOrThrow()
      ).n,
    );
  const put = (all: MeasuredBy[]) => call().write(({ db }) => writeMeasurements(db, all));
  /** One probe a minute; down in the minutes for which `down` says so, not measured where it says undefined. */
  const minutes = (
    endpoint: number,
    from: number,
    n: number,
    down: (i: number) => boolean | undefined = () => false,
  ): MeasuredBy[] =>
    Array.from({ length: n }, (_, i): MeasuredBy[] => {
      const bad = down(i);
      if (bad === undefined) return [];
      return [
        {
          endpoint,
          at: from + i * minute + 777,
          state: bad ? "down" : "up",
          stands: 60,
          ms: bad ? null : 50 + (i % 10),
        },
      ];
    }).flat();
  const reread = async () => {
    await trial.stop();
    await trial.start();
  };
  const show = (since: string, points = 300) => trial.room.show({ endpoint: "web", since, points }, call());

  it("is the same figure before and after it is rolled up, with its gaps", async () => {
    const id = await trial.endpoint("web", 1, { paused: trial.now() });
    const from = trial.clock.now().getTime() - 30 * hour;
    // Three hours nobody looked; half an hour down.
    await put(minutes(id, from, 30 * 60, (i) => (i >= 600 && i < 780 ? undefined : i >= 1200 && i < 1230)));
    await reread();
    const before = await show("24h");
    await trial.health.rollup.step();
    assert.ok((await count("measured_hours")) >= 26, "hours were rolled up");
    const after = await show("24h");
    assert.deepEqual(after, before);
    const [series] = after.series;
    assert.equal(after.step, 300);
    const gaps = series?.buckets.filter(
      (b, i, all) => i > 0 && Date.parse(b.at) - Date.parse(all[i - 1]?.at ?? "") > 300_000,
    );
    assert.equal(gaps?.length, 1, "one gap");
    assert.equal(
      series?.buckets.reduce((n, b) => n + b.down, 0),
      30,
    );
    const measuredMinutes = 24 * 60 - 180;
    assert.ok(
      Math.abs((series?.uptime["24h"] ?? 0) - (1 - 30 / measuredMinutes) * 100) < 0.1,
      String(series?.uptime["24h"]),
    );
    assert.ok(Math.abs((series?.p50 ?? 0) - 54) <= 3, String(series?.p50));
    const { services } = await trial.room.services({}, call());
    assert.equal(
      services[0]?.spark.filter((ms) => ms === null).length,
      4,
      "three hours without, and the one that begins",
    );
  });

  it("is kept for its time, and deleted while others read", async () => {
    const id = await trial.endpoint("web", 1, { paused: trial.now() });
    const now = trial.clock.now().getTime();
    const from = Math.floor((now - 2.5 * 24 * hour) / (24 * hour)) * 24 * hour;
    await put(minutes(id, from, Math.floor((now - from) / minute)));
    await reread();
    let [reads, over] = [0, false];
    const reading = (async () => {
      while (!over) {
        const { series } = await show("90d");
        assert.equal(series[0]?.uptime["90d"], 100);
        reads++;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await trial.health.rollup.step();
    over = true;
    await reading;
    assert.ok(reads > 3, `${reads} reads`);
    const oldest = await trial.world.db
      .selectFrom("measurements")
      .select((e) => e.fn.min("minute").as("m"))
      .executeTakeFirstOrThrow();
    assert.ok(Number(oldest.m) * minute >= now - kept.probes - minute, "probes of two days are left");
    assert.equal(await count("measured_days"), 2);
    // Long after: nothing of it is left, at any grain.
    trial.clock.move(kept.days + 10 * 24 * hour);
    await trial.health.rollup.step();
    assert.deepEqual(
      [await count("measurements"), await count("measured_hours"), await count("measured_days")],
      [0, 0, 0],
    );
  });

  it("a roll-up that was cut off is done again, to the same", async () => {
    const id = await trial.endpoint("web", 1, { paused: trial.now() });
    await put(minutes(id, trial.clock.now().getTime() - 6 * hour, 6 * 60, (i) => i % 7 === 0));
    await reread();
    const cut = new AbortController();
    cut.abort();
    await trial.health.rollup.step(cut.signal);
    await trial.health.rollup.step();
    const rows = await trial.world.db.selectFrom("measured_hours").selectAll().execute();
    await call().write(({ db }) => db.deleteFrom("measured_until").execute());
    await reread();
    await trial.health.rollup.step();
    assert.deepEqual(await trial.world.db.selectFrom("measured_hours").selectAll().execute(), rows);
  });

  it("an endpoint that is removed takes its history along", async () => {
    const [id, other] = [
      await trial.endpoint("web", 1, { paused: trial.now() }),
      await trial.endpoint("web", 2, { paused: trial.now() }),
    ];
    const from = trial.clock.now().getTime() - 30 * hour;
    for (const one of [id, other]) await put(minutes(one, from, 30 * 60));
    await reread();
    await trial.health.rollup.step();
    const all = await count("measurements");
    const removed = await trial.room.remove({ endpoint: "web/tcp-1" }, call());
    assert.equal(removed.measurements, 1800);
    assert.equal(await count("measurements"), all - 1800);
    assert.equal(await trial.state(id), "gone");
    assert.equal((await show("24h")).series.length, 1);
    const shown = await trial.room.export({ endpoint: "web", since: "24h" }, call());
    assert.ok(shown.rows >= 1439 && !shown.csv.includes("tcp-1,"), String(shown.rows));
  });

  it("a thousand endpoints each minute for two years stay below a gigabyte", async () => {
    // Answers as a busy web has them: spread over two orders of magnitude, one in fifty fails.
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state / 0x7fffffff;
    };
    const ms = () => Math.exp(3 + 1.2 * (random() + random() + random() - 1.5) * 2);
    const probe = (endpoint: number, at: number): MeasuredBy =>
      random() < 0.02
        ? { endpoint, at, state: "down", stands: 60, ms: null }
        : { endpoint, at, state: "up", stands: 60, ms: ms() };
    const [endpoints, first] = [40, 490_000 * hour];
    const Native = await sqlite();
    const size = async (fill: () => Promise<void>) => {
      const native = new Native(`${trial.home}/calcifer.db`);
      const pages = () =>
        Number(native.pragma("page_count", { simple: true })) -
        Number(native.pragma("freelist_count", { simple: true }));
      const before = pages();
      await fill();
      const used = (pages() - before) * 4096;
      native.close();
      return used;
    };
    // As they come: everyone in every minute.
    const probes = Array.from({ length: 600 }, (_, m) =>
      Array.from({ length: endpoints }, (_, e) => probe(1000 + e, first + m * minute + e * 1499)),
    );
    const perProbe =
      (await size(async () => {
        for (const one of probes) await put(one);
      })) /
      (600 * endpoints);
    const hours = Array.from({ length: 48 }, (_, h) =>
      hoursFrom(
        490_000 + h,
        Array.from({ length: endpoints }, (_, e) =>
          Array.from({ length: 60 }, (_, m) => probe(1000 + e, first + h * hour + m * minute)),
        ).flat(),
      ),
    );
    const perHour =
      (await size(() =>
        call().write(async ({ db }) => {
          for (const rows of hours) await writeHours(db, rows);
        }),
      )) /
      (48 * endpoints);
    const days = Array.from({ length: 20 }, (_, d) =>
      daysFrom(
        Math.floor(490_000 / 24) + d,
        hours
          .slice(0, 24)
          .flat()
          .map((h) => ({ ...h, hour: h.hour + d * 24 - (490_000 % 24) })),
      ),
    );
    const perDay =
      (await size(() =>
        call().write(async ({ db }) => {
          for (const rows of days) await writeDays(db, rows);
        }),
      )) /
      (20 * endpoints);
    const n = { probes: 1000 * 1440 * 2, hours: 1000 * 24 * 60, days: 1000 * 731 };
    const total = n.probes * perProbe + n.hours * perHour + n.days * perDay;
    const mb = (b: number) => `${Math.round(b / 1e6)} MB`;
    console.log(
      `      ${n.probes} probes × ${perProbe.toFixed(1)} B = ${mb(n.probes * perProbe)}, ${n.hours} hours × ${perHour.toFixed(0)} B = ${mb(n.hours * perHour)}, ${n.days} days × ${perDay.toFixed(0)} B = ${mb(n.days * perDay)}: ${mb(total)}`,
    );
    assert.ok(statSync(`${trial.home}/calcifer.db`).size > 0);
    assert.ok(total < 1e9, mb(total));
  });
});
