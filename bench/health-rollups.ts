// What figures over months cost: uptime and percentiles of one endpoint among a thousand, and all services at once, at two sizes.
import path from "node:path";
import { Repos } from "../daemon/git/repos.ts";
import { type Health, healthRoom, openHealth } from "../daemon/health/health.ts";
import { day, hour, type MeasuredBy, setRolled, writeMeasurements } from "../daemon/health/history.ts";
import { daysFrom, hoursFrom } from "../daemon/health/rollup.ts";
import { HandClock } from "../daemon/life/clock.ts";
import { start } from "../daemon/life/house.ts";
import type { Call, World } from "../daemon/world.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { interleave, randomNumbers, timed } from "./measure/series.ts";
import type { Bench } from "./measure/stage.ts";

const most = { most: 20 };
const now = Date.parse("2026-11-20T12:40:00Z");

export default {
  name: "health-rollups",
  what: "uptime and percentiles for 24 h to 90 days, and the health of all services, from roll-ups",
  run: async (bench) => {
    const [few, many] = [await filled(bench, 50), await filled(bench, 1000)];
    let n = 0;
    const show = (world: Filled, since: string) => () =>
      timed(() => world.room.show({ endpoint: String(1 + (n++ % world.endpoints)), since, points: 300 }, world.call()));
    const taken = await interleave(
      {
        day: show(many, "24h"),
        month: show(many, "30d"),
        quarter: show(many, "90d"),
        dayFew: show(few, "24h"),
        quarterFew: show(few, "90d"),
        services: () => timed(() => many.room.services({}, many.call())),
        servicesFew: () => timed(() => few.room.services({}, few.call())),
      },
      { rounds: bench.rounds(60, 10), warmups: 3 },
    );
    const beside = { name: "50 endpoints", series: taken.dayFew };
    return {
      lines: [
        compare({ what: "show, 24 h, 1,000 endpoints", ours: taken.day, beside, target: most }),
        compare({
          what: "show, 30 days",
          ours: taken.month,
          beside: { ...beside, series: taken.quarterFew },
          target: most,
        }),
        compare({
          what: "show, 90 days",
          ours: taken.quarter,
          beside: { ...beside, series: taken.quarterFew },
          target: most,
        }),
        compare({
          what: "all 500 services",
          ours: taken.services,
          beside: { name: "25 services", series: taken.servicesFew },
        }),
      ],
      slopes: [
        slope("show, 90 days", ["50 endpoints", taken.quarterFew], ["1,000", taken.quarter]),
        slope("all services", ["25", taken.servicesFew], ["500", taken.services]),
      ],
    };
  },
} satisfies Row;

interface Filled {
  endpoints: number;
  room: ReturnType<typeof healthRoom>;
  call: () => Call;
}

async function filled(bench: Bench, endpoints: number): Promise<Filled> {
  bench.say(`filling three months of ${endpoints} endpoints`);
  let [world, health, repos] = [] as unknown as [World, Health, Repos];
  const running = await start({
    env: { ...process.env, CALCIFER_HOME: path.join(bench.folder, `e${endpoints}`), CALCIFER_STAY: "1" },
    clock: new HandClock(new Date(now)),
    furnish: (made, { clock }) => {
      world = made;
      repos = new Repos(world);
      health = openHealth(world, repos, clock);
      return { api: {}, rooms: {}, keepers: [], end: () => repos.close() };
    },
  });
  if (!running) throw new Error("another daemon has this home");
  bench.afterwards(async () => {
    running.stop("measured");
    await running.ended;
  });
  await fill(world, endpoints);
  await health.keeper.ready();
  return { endpoints, room: healthRoom(world, repos, health), call: () => world.ownCall() };
}

/** Two endpoints a service. One hour of probes is made and packed for all; what counts is how many rows are read. */
async function fill(world: World, endpoints: number): Promise<void> {
  const random = randomNumbers(endpoints);
  const [thisHour, today] = [Math.floor(now / hour), Math.floor(now / day)];
  const probe = (at: number): MeasuredBy => ({ endpoint: 1, at, state: "up", stands: 60, ms: 20 + 80 * random() ** 2 });
  const [packed] = hoursFrom(
    0,
    Array.from({ length: 60 }, (_, m) => probe(m * 60_000)),
  );
  const [whole] = daysFrom(
    0,
    Array.from({ length: 24 }, (_, h) => ({ ...(packed as NonNullable<typeof packed>), hour: h })),
  );
  if (!packed || !whole) throw new Error("nothing was packed");
  const at = new Date(now).toISOString();
  await world.ownCall().write(async ({ db }) => {
    for (let n = 1; n <= endpoints; n++) {
      const name = `s${(n + 1) >> 1}`;
      const service = {
        name,
        repo: `/${name}`,
        git_dir: `/${name}`,
        trunk: "main",
        changes: "",
        docs: "",
        added: at,
        removed: null,
      };
      if (n % 2 === 1)
        await db
          .insertInto("services")
          .values(service as never)
          .execute();
      const how = {
        kind: "tcp",
        target: "127.0.0.1:1",
        interval: 60,
        timeout: 5000,
        failures: 2,
        slow: null,
        family: "any",
        http: null,
      };
      const rest = {
        item_id: null,
        page: null,
        paused: null,
        paused_reason: null,
        created: at,
        state: "up",
        since: at,
        why: "",
      };
      const row = { service_id: (n + 1) >> 1, name: `e${n}`, environment: "production", ...how, ...rest };
      await db
        .insertInto("endpoints")
        .values(row as never)
        .execute();
    }
    for (let h = thisHour - 170; h < thisHour; h++)
      for (let n = 1; n <= endpoints; n++)
        await db
          .insertInto("measured_hours")
          .values({ ...packed, hour: h, endpoint_id: n })
          .execute();
    for (let d = today - 91; d < today; d++)
      for (let n = 1; n <= endpoints; n++)
        await db
          .insertInto("measured_days")
          .values({ ...whole, day: d, endpoint_id: n })
          .execute();
    for (let m = 0; m < 40; m++)
      await writeMeasurements(
        db,
        Array.from({ length: endpoints }, (_, n) => ({ ...probe(thisHour * hour + m * 60_000 + n), endpoint: n + 1 })),
      );
    await setRolled(db, "hour", thisHour);
    await setRolled(db, "day", today);
  });
}
