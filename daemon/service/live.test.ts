// Live against merged, through a real daemon and real git: what a version is, what is not live yet, whose word counts.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { gitIn } from "../../gate/git.ts";
import type { Connection } from "../../protocol/connect.ts";
import { Home, said } from "../../test/home.ts";
import type { Opened } from "../git/repos.ts";
import { start } from "../life/house.ts";
import { furnish } from "../main.ts";
import type { World } from "../world.ts";
import { between } from "./between.ts";
import { liveOf, recordLive, serviceByName } from "./service.ts";

describe("service live", () => {
  let home: Home;
  let service: Home["call"]["service"];
  let work: Home["call"]["work"];
  before(async () => {
    home = new Home();
    ({ service, work } = home.call);
    await home.start();
  });
  after(() => home.leave());

  let count = 0;
  const fresh = async (files?: Record<string, string>) => {
    const name = `l${++count}`;
    const top = await home.repo(name, files);
    await service.add({ path: top, commit: true });
    return { name, top };
  };
  /** A change on the trunk that the gate lets by, since it was made elsewhere. */
  const merged = async (top: string, message: string, files: Record<string, string>) => {
    await home.must(top, "-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "before");
    for (const [file, text] of Object.entries(files)) home.write(`${top}/${file}`, text);
    await home.must(top, "add", "-A");
    await home.must(top, "-c", "core.hooksPath=/dev/null", "commit", "-q", "--amend", "-m", message);
    return home.tip(top);
  };
  const only = async (name: string, more: object = {}) => {
    const { environments } = await service.live({ service: name, ...more });
    assert.equal(environments.length, 1);
    return environments[0] as (typeof environments)[0];
  };
  const setLive = async (name: string, version: string, environment = "production") => {
    const { environments } = await service["live-set"]({ service: name, version, environment });
    return environments.find((one) => one.name === environment)?.live ?? null;
  };

  it("a version is a tag with or without v, a commit id, or what git describe says; else nothing", async () => {
    const { name, top } = await fresh();
    const first = await home.tip(top);
    await home.must(top, "tag", "v1.4.0");
    await home.must(top, "tag", "-a", "2.0", "-m", "Two");
    await home.must(top, "branch", "abcdef1");
    const cases: [string, string | null][] = [
      ["v1.4.0", first],
      ["1.4.0", first],
      ["v2.0", first],
      [first, first],
      [first.toUpperCase(), first],
      [first.slice(0, 7), first],
      [`v1.4.0-3-g${first.slice(0, 8)}`, first],
      [first.slice(0, 6), null],
      ["main", null],
      ["HEAD", null],
      ["abcdef1", null],
      ["v1.4.0~0", null],
      ["v1.4.0^{commit}", null],
      ["v*", null],
      ["--all", null],
      ["1.4", null],
      ["0".repeat(40), null],
      ["$(touch /tmp/x) \u001b[31m", null],
    ];
    for (const [version, commit] of cases) assert.equal((await setLive(name, version))?.commit, commit, version);
  });

  it("commits, entries and items that are merged and not live; then they are", async () => {
    const { name, top } = await fresh();
    const live = await home.tip(top);
    await setLive(name, live);
    assert.deepEqual(
      { ...(await only(name)), live: undefined },
      {
        environment: "production",
        live: undefined,
        state: "yes",
        why: "All of main is live.",
        behind: 0,
        commits: [],
        entries: [],
        items: [],
      },
    );
    const { id } = await work.add({ title: "Faster", service: name });
    await work.start({ item: id });
    home.write(`${top}/fast`, "x\n");
    await work.commit({ all: true, message: "Make it fast", entry: "It is *fast* now", repo: top });
    await work.check({ item: id, all: true });
    await work.note({ item: id, text: "Measured." });
    await work.finish({ item: id });
    const behind = await only(name);
    assert.equal(behind.state, "no");
    assert.deepEqual(
      behind.items.map(({ id: item, title }) => ({ item, title })),
      [{ item: id, title: "Faster" }],
    );
    assert.deepEqual(behind.entries, [`It is *fast* now (#${id})`]);
    assert.equal(behind.behind, behind.commits.length);
    assert.ok(behind.commits.some(({ subject }) => subject === "Make it fast"));

    // Released in between: still not live.
    await home.call.changes.release({ version: "1.0.0", service: name });
    assert.deepEqual((await only(name)).entries, [`It is *fast* now (#${id})`]);
    await setLive(name, "1.0.0");
    assert.equal((await only(name)).state, "yes");
  });

  it("cannot be told: of a branch, gone from the repository, unknown, without a trunk, without a repository", async () => {
    const { name, top } = await fresh();
    const state = async (more?: object) => {
      const { state, why, behind, commits } = await only(name, more);
      assert.equal(behind, null);
      assert.deepEqual(commits, []);
      return `${state}: ${why}`;
    };
    await home.must(top, "switch", "-qc", "side");
    const side = await merged(top, "Aside", { side: "x\n" });
    await home.must(top, "switch", "-q", "main");
    await setLive(name, side);
    assert.equal(await state(), `unknown: The commit ${side.slice(0, 10)} is not on main.`);
    await home.must(top, "branch", "-D", "-q", "side");
    await home.must(top, "reflog", "expire", "--expire=now", "--all");
    await home.must(top, "gc", "-q", "--prune=now");
    assert.equal(await state(), `unknown: The commit ${side.slice(0, 10)} is not in the repository here.`);
    await setLive(name, "build-77");
    assert.equal(await state(), "unknown: build-77 is no commit and no tag of the repository.");
    assert.equal(await state({ environment: "staging" }), "unknown: Nothing is known to be live in staging.");
    assert.equal(await state({ against: "staging" }), "unknown: build-77 is no commit and no tag of the repository.");
    // The tag comes after the deployment.
    await home.must(top, "tag", "build-77");
    assert.equal((await only(name)).state, "yes");
    assert.equal(await state({ against: "staging" }), "unknown: Nothing is known to be live in staging.");
    rmSync(top, { recursive: true });
    assert.match(await state(), /^unknown: /);
  });

  it("in a shared repository only what touches the service's files counts", async () => {
    const { name, top } = await fresh({ "web/a": "1\n", "db/a": "1\n" });
    await service.edit({ service: name, paths: ["web/**", "!web/docs/"] });
    const from = await home.tip(top);
    await setLive(name, from);
    await merged(top, "Of the database", { "db/a": "2\n" });
    await merged(top, "Of documents", { "web/docs/x": "2\n" });
    assert.equal((await only(name)).state, "yes");
    await merged(top, "Of the web", { "web/a": "2\n" });
    const behind = await only(name);
    assert.equal(behind.why, "1 commit of main is not live.");
    assert.deepEqual(
      behind.commits.map((c) => c.subject),
      ["Of the web"],
    );
    // A merge that changes more than it merges is seen by its content.
    await setLive(name, "HEAD");
    await setLive(name, await home.tip(top));
    await home.must(top, "switch", "-qc", "evil");
    await merged(top, "Nothing of the web", { "db/b": "1\n" });
    await home.must(top, "switch", "-q", "main");
    await home.must(top, "-c", "core.hooksPath=/dev/null", "merge", "-q", "--no-ff", "--no-commit", "evil");
    home.write(`${top}/web/a`, "evil\n");
    await home.must(top, "add", "-A");
    await home.must(top, "-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "Merge");
    assert.equal((await only(name)).why, "Its files differ from those of main.");
  });

  it("is not told where git cannot read all of it", async () => {
    const { name, top } = await fresh({ "web/a": "1\n" });
    const from = await home.tip(top);
    const to = await merged(top, "Of the web", { "web/a": "2\n" });
    const git = gitIn(top);
    for (const fails of ["rev-list", "diff-tree"]) {
      const half = (args: string[]) => git(args[0] === fails ? ["no-such-command"] : args);
      const opened = { repo: { commonDir: `${top} ${fails} ${name}`, git: half } } as unknown as Opened;
      await assert.rejects(between(opened, from, to, ["db/**"]), /git cannot read the history/);
    }
  });

  it("two environments compare the same way", async () => {
    const { name, top } = await fresh();
    await setLive(name, await home.tip(top));
    await merged(top, "Newer", { x: "1\n" });
    await setLive(name, await home.tip(top), "staging");
    const environments = (await service.live({ service: name })).environments.map((e) => `${e.environment} ${e.state}`);
    assert.deepEqual(environments, ["production no", "staging yes"]);
    const behind = await only(name, { environment: "production", against: "staging" });
    assert.equal(behind.why, "1 commit of staging is not live.");
    assert.deepEqual(
      behind.commits.map((c) => c.subject),
      ["Newer"],
    );
    const ahead = await only(name, { environment: "staging", against: "production" });
    assert.equal(ahead.why, "All of production is live, and 1 commit more.");
    await service.edit({ service: name, paths: ["x"] });
    assert.equal((await only(name, { environment: "staging", against: "production" })).state, "yes");
    assert.equal(await setLive(name, "none", "staging"), null);
    assert.deepEqual(
      (await service.show({ service: name })).environments.map((e) => e.name),
      ["production"],
    );
  });
});

describe("service live: whose word counts", () => {
  let home: Home;
  let world: World;
  let connection: Connection;
  before(async () => {
    home = new Home();
    const running = await start({
      env: home.env,
      furnish: (given, inner) => {
        world = given;
        return furnish(given, inner);
      },
    });
    assert.ok(running);
    home.atEnd(async () => {
      running.stop("the test is over");
      await running.ended;
    });
    connection = await home.connect();
  });
  after(() => home.leave());

  it("a deployment holds against a probe and a hand for an hour; what is said again is written seldom", async () => {
    await connection.request("service.add", { path: await home.repo("web") });
    const web = await serviceByName(world.db, "web");
    const begin = Date.now();
    const say = (source: "deployment" | "probe" | "hand", version: string, minutes: number) => {
      const at = new Date(begin + minutes * 60_000).toISOString();
      const report = { service: web, environment: "production", version, commit: null, source, at };
      return world.ownCall().write((tx) => recordLive(tx, report));
    };
    assert.equal(await say("probe", "1", -120), true);
    assert.equal(await say("deployment", "2", 0), true);
    assert.equal(await say("probe", "1", 1), false);
    assert.equal(await say("probe", "2", 2), true);
    const refused = await said(connection.request("service.live-set", { service: "web", version: "3" }));
    assert.equal(refused.message, "2 is live in production: a deployment was recorded less than an hour ago.");
    assert.equal(await say("deployment", "1", -1), false);
    assert.equal(await say("probe", "3", 61), true);
    assert.equal(await say("probe", "3", 62), true);
    assert.deepEqual((await liveOf(world.db, web.id)).get(web.id)?.[0]?.live, {
      version: "3",
      commit: null,
      source: "probe",
      at: new Date(begin + 61 * 60_000).toISOString(),
    });
    const events = await world.db.selectFrom("events").select("data").where("name", "=", "service.live").execute();
    assert.deepEqual(
      events.map((e) => (JSON.parse(e.data) as { version: string }).version),
      ["1", "2", "3"],
    );
  });
});
