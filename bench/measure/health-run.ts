// Lets the keeper of health check 5,000 endpoints each minute for some seconds, and says what that cost.
import { readFileSync } from "node:fs";
import { Repos } from "../../daemon/git/repos.ts";
import { openHealth } from "../../daemon/health/health.ts";
import { realClock } from "../../daemon/life/clock.ts";
import { start } from "../../daemon/life/house.ts";
import { p99 } from "./series.ts";

const [, , home = "", kind = "http", target = "", seconds = "25"] = process.argv;
const endpoints = 5000;
const drifts: number[] = [];

const settings = {
  method: "GET",
  headers: [],
  body: "",
  expect: ["2xx"],
  text: "ok",
  json: null,
  header: null,
  follow: true,
  certificateDays: 14,
  insecure: false,
  version: null,
};

/** Of this process and of the children that have ended, in ms. */
const cpu = (): number => {
  const own = process.cpuUsage();
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (own.user + own.system) / 1000 + (Number(fields[13]) + Number(fields[14])) * 10;
};
const resident = (): number => process.memoryUsage().rss / 2 ** 20;

const running = await start({
  env: { ...process.env, CALCIFER_HOME: home, CALCIFER_STAY: "1" },
  furnish: (world) => {
    const repos = new Repos(world);
    const health = openHealth(world, repos, realClock, { began: (late) => drifts.push(late) });
    return { api: {}, rooms: {}, keepers: health.keepers, begin: () => fill(world), end: () => repos.close() };
  },
});
if (!running) throw new Error("another daemon has this home");
const before = resident();
await pause(2000);
drifts.length = 0;
const from = cpu();
await pause(Number(seconds) * 1000);
const checks = drifts.length;
const spent = cpu() - from;
if (checks < (endpoints / 60) * Number(seconds) * 0.9) throw new Error(`only ${checks} checks`);
const result = { cpu: (spent / checks) * 10_000, drift: p99(drifts), resident: resident(), before };
running.stop("measured");
await running.ended;
console.log(JSON.stringify(result));

async function fill(world: Parameters<Parameters<typeof start>[0]["furnish"]>[0]): Promise<void> {
  await world.ownCall().write(async ({ db }) => {
    const at = new Date().toISOString();
    const service = { name: "web", repo: "/no", git_dir: "/no", trunk: "main", changes: "", docs: "", added: at };
    await db
      .insertInto("services")
      .values({ ...service, removed: null } as never)
      .execute();
    const http = kind === "http" ? JSON.stringify(settings) : null;
    for (let n = 1; n <= endpoints; n++) {
      // Many addresses of this machine: a batch has no two alike.
      const to = kind === "icmp" ? `127.${1 + (n >> 14)}.${(n >> 7) & 127}.${1 + (n & 127)}` : target;
      const watched = {
        service_id: 1,
        name: `e${n}`,
        environment: "production",
        kind,
        target: to,
        interval: 60,
        timeout: 5000,
      };
      const how = {
        failures: 2,
        slow: null,
        family: "any",
        http,
        item_id: null,
        page: null,
        paused: null,
        paused_reason: null,
      };
      // As if all had been looked at a moment ago: nobody is checked out of turn.
      const stands = { state: "up", since: at, why: "", blocked_by: null, created: at };
      await db
        .insertInto("endpoints")
        .values({ ...watched, ...how, ...stands } as never)
        .execute();
    }
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
