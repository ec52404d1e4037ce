import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { type Keeper, Keepers } from "./keepers.ts";
import { HandClock, pause, realClock } from "./life/clock.ts";
import { cleanUp, newHome, soon } from "./life/trial.ts";
import { openLog } from "./log.ts";

const quiet = openLog("/dev/null/none").logger;
const untilStopped = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

describe("keepers", () => {
  it("are started again when they fail, with growing pauses", async () => {
    const keepers = new Keepers(quiet, 10);
    const starts: number[] = [];
    keepers.start({
      name: "falls",
      run: async (signal) => {
        starts.push(performance.now());
        if (starts.length < 4) throw new Error("no");
        await untilStopped(signal);
      },
    });
    await soon(() => starts.length === 4, "the fourth start");
    const waits = starts.slice(1).map((at, i) => at - (starts[i] as number));
    assert.ok((waits[0] as number) >= 9 && (waits[1] as number) >= 19 && (waits[2] as number) >= 39, waits.join());
    assert.equal(await keepers.stop("falls", 1000), true);
  });

  it("are stopped by name, in the midst of a pause too; one that does not stop is left behind", async () => {
    const keepers = new Keepers(quiet, 60_000);
    const failing: Keeper = { name: "fails", run: () => Promise.reject(new Error("no")) };
    keepers.start(failing);
    keepers.start({ name: "deaf", run: () => new Promise(() => {}) });
    assert.throws(() => keepers.start(failing), /two keepers/);
    await pause(5);
    assert.equal(await keepers.stop("fails", 1000), true);
    const alive = setInterval(() => {}, 1000);
    assert.equal(await keepers.stop("deaf", 20), false);
    clearInterval(alive);
    assert.equal(await keepers.stop("nobody", 20), true);
  });

  it("say whether they have business", () => {
    const keepers = new Keepers(quiet);
    let busy = false;
    keepers.start({ name: "worker", run: untilStopped, busy: () => busy });
    assert.equal(keepers.busy, false);
    busy = true;
    assert.equal(keepers.busy, true);
  });
});

describe("the clock", () => {
  it("moved by hand wakes whoever waits, and a signal does too", async () => {
    const clock = new HandClock("2026-01-01T00:00:00Z");
    const end = new AbortController();
    const woken: string[] = [];
    const hour = clock.until(new Date("2026-01-01T01:00:00Z"), end.signal).then(() => woken.push("hour"));
    const day = clock.until(new Date("2026-01-02T00:00:00Z"), end.signal).then(() => woken.push("day"));
    clock.move(3_599_000);
    await pause(1);
    assert.deepEqual(woken, []);
    clock.move(1000);
    await hour;
    end.abort();
    await day;
    assert.deepEqual(woken, ["hour", "day"]);
  });

  it("real, waits and is aborted", async () => {
    const alive = setInterval(() => {}, 1000);
    const end = new AbortController();
    const started = Date.now();
    await realClock.until(new Date(started + 20), end.signal);
    assert.ok(Date.now() >= started + 20);
    setTimeout(() => end.abort(), 5);
    await realClock.until(new Date(started + 3_600_000), end.signal);
    clearInterval(alive);
  });
});

describe("the log", () => {
  after(cleanUp);

  it("begins a new file when it is large, and keeps two old ones", () => {
    const folder = newHome();
    const log = openLog(folder, {});
    for (let n = 0; n < 5; n++) {
      log.logger.info({ n }, "x".repeat(2000));
      assert.equal(log.rotate(1000), true);
    }
    assert.equal(log.rotate(1000), false);
    log.logger.info("the newest");
    assert.deepEqual(readdirSync(folder).sort(), ["daemon.log", "daemon.log.1", "daemon.log.2"]);
    assert.match(readFileSync(log.file, "utf8"), /the newest/);
    assert.match(readFileSync(`${log.file}.1`, "utf8"), /"n":4/);
    assert.equal(statSync(log.file).mode & 0o777, 0o600);
  });

  it("does without a folder it cannot have, and without one that goes", () => {
    openLog("/proc/none", {}).logger.error("to nowhere");
    const folder = path.join(newHome(), "deep");
    mkdirSync(folder);
    const log = openLog(folder, {});
    rmSync(folder, { recursive: true });
    log.logger.error("still here");
    assert.equal(log.rotate(0), false);
  });

  it("has a level", () => {
    const folder = newHome();
    const log = openLog(folder, { CALCIFER_LOG: "error" });
    log.logger.info("no");
    log.logger.error("yes");
    assert.doesNotMatch(readFileSync(log.file, "utf8"), /"no"/);
    assert.equal(openLog(newHome(), { CALCIFER_LOG: "nonsense" }).logger.level, "info");
  });
});
