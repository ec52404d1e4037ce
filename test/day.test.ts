// A day with Calcifer, as a new user has it: two services from a template, watched; one breaks by a merge, is mended, and is well again.
// One story: each step stands on those before it. Real servers, real git, a daemon in a process of its own.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import net from "node:net";
import { soon } from "../daemon/life/trial.ts";
import { shellVariables } from "../protocol/identity.ts";
import { type Child, Home } from "./home.ts";

/** Seconds from one check to the next. */
const interval = 5;
/** Milliseconds for what takes two checks, also on a machine with other things to do. */
const patience = 60_000;

describe("a day with two services", function () {
  this.timeout(2 * patience);
  this.bail(true);

  let home: Home;
  let daemon: Child;
  const ports: Record<string, number> = {};
  const tops: Record<string, string> = {};
  const setUp: Record<string, number> = {};
  const servers: Record<string, ChildProcess> = {};
  const of = <T>(all: Record<string, T>, name: string): T => all[name] ?? assert.fail(`there is no ${name}`);

  before(async () => {
    const { stdout: cache } = await run("npm", ["config", "get", "cache"]);
    home = new Home();
    // What npm has fetched before is not fetched again for this home.
    home.write(
      ".npmrc",
      `cache=${cache.trim()}\nprefer-offline=true\naudit=false\nfund=false\nupdate-notifier=false\n`,
    );
    daemon = await home.startChild();
  });
  after(async () => {
    for (const name of Object.keys(servers)) await kill(name);
    await home.leave();
  });

  it("two services are made from a template, set up in their items, and merged with their documents", async () => {
    for (const name of ["api", "web"]) {
      ports[name] = await freePort();
      const made = await home.call.service.new({
        template: "node-api",
        name,
        set: [`port=${ports[name]}`, `title=The ${name}`],
        folder: home.path(name),
      });
      tops[name] = made.folder;
      setUp[name] = made.item ?? assert.fail("no item");
      // As it says what to do next: the item first, so that the lock file is on its branch.
      assert.deepEqual(made.next.slice(1, 3), [`calcifer work start ${made.item}`, "npm install"]);
      await home.call.work.start({ item: made.item as number });
      const installed = await run("npm", ["install"], made.folder);
      assert.equal(installed.code, 0, installed.stderr);
    }
    // The site needs the API to be well: its health check asks.
    const app = `${of(tops, "web")}/src/app.js`;
    const asks = `const api = await fetch("http://127.0.0.1:${ports.api}/healthz").catch(() => undefined);`;
    home.write(
      app,
      home
        .read(app)
        .replace('"/healthz", (_request, response) => {', `"/healthz", async (_request, response) => {\n    ${asks}`)
        .replace("response.set(", "response.status(api?.ok ? 200 : 503).set(")
        .replace('{ status: "ok"', '{ status: api?.ok ? "ok" : "no api"'),
    );
    const test = `${of(tops, "web")}/test/app.test.js`;
    home.write(
      test,
      home
        .read(test)
        .replace(
          /^.*response.status, 200.*\n.*await response.json.*$/m,
          '  assert.equal((await response.json()).version, "1.2.3");',
        ),
    );
  });

  it("they are started by the task that is offered, and watched", async () => {
    for (const name of ["api", "web"]) {
      await launch(name);
      const { endpoint } = await home.call.health.add({
        service: name,
        target: `http://127.0.0.1:${ports[name]}/healthz`,
        interval: `${interval}s`,
      });
      assert.deepEqual([endpoint.item, endpoint.page], [setUp[name], "docs/endpoints/healthz.md"]);
      assert.match(
        home.read(of(tops, name), "docs/endpoints/healthz.md"),
        new RegExp(`http://127.0.0.1:${ports[name]}/`),
      );
    }
    const after = await home.call.service.depend({ service: "web", on: ["api"] });
    assert.deepEqual(after.dependsOn, ["api"]);
    await states({ api: "up", web: "up" });
    assert.deepEqual((await home.call.incident.list({})).incidents, []);
  });

  it("their items are merged, with document, page and lock file", async () => {
    for (const name of ["api", "web"]) {
      const item = of(setUp, name);
      const { path } = await home.call.work.document({ item });
      home.write(
        `${tops[name]}/${path}`,
        `# Set up ${name} (#${item})\n\nThe ${name} answers questions about kumquats.\n`,
      );
      await merge(name, item, `The ${name} is watched`);
      const files = await home.must(of(tops, name), "ls-tree", "-r", "--name-only", "main");
      for (const file of [path, "docs/endpoints/healthz.md", "package-lock.json"])
        assert.ok(files.includes(file), file);
    }
  });

  let culprit: number;
  let incident: number;

  it("a merged change breaks the API: when it is started anew, an incident opens after two checks and names the change", async () => {
    const { id } = await home.item("api", "Answer from a cache", { type: "maintenance" });
    culprit = id;
    const server = `${of(tops, "api")}/src/server.js`;
    home.write(server, `${home.read(server)}\nif (!process.env.CACHE) throw new Error("there is no cache");\n`);
    await merge("api", id, "Answers come from a cache");

    const seq = (await home.happened()).seq;
    await kill("api");
    const killed = new Date().toISOString();
    await launch("api", false);
    const opened = await event(seq, "incident.opened", "api");
    incident = opened.data.incident as number;
    assert.match(String(opened.data.suspect), new RegExp(`^#${culprit} Answer from a cache`));

    const { csv } = await home.call.health.export({ endpoint: "api/healthz" });
    const next = Date.parse(opened.at) + (interval * 1000) / 2;
    const checks = csv.split("\r\n").map((row) => row.split(","));
    const failed = checks.filter(
      ([, , , at = "", , , , down]) => down === "1" && at >= killed && Date.parse(at) < next,
    );
    assert.equal(failed.length, 2, csv);
  });

  it("the site waits for the API: it has no incident of its own", async () => {
    await states({ api: "down", web: "blocked" });
    const { endpoints } = await home.call.health.list({ service: "web" });
    assert.equal(endpoints[0]?.blockedBy, "api");
    const { incidents } = await home.call.incident.list({});
    assert.deepEqual(
      incidents.map((i) => [i.id, i.service, i.severity, i.blocks]),
      [[incident, "api", "down", ["web"]]],
    );
    const [suspect] = incidents[0]?.suspects ?? [];
    assert.deepEqual([suspect?.how, suspect?.service, suspect?.item], ["merged", "api", culprit]);
    const dashboard = await home.call.home.show({});
    assert.deepEqual(
      dashboard.incidents.map((i) => i.id),
      [incident],
    );
  });

  it("the daemon is killed meanwhile: what it knew is what it knows, and nothing is made up", async () => {
    const before = (await home.call.incident.show({ incident })).timeline;
    const seq = (await home.happened()).seq;
    daemon.child.kill("SIGKILL");
    await daemon.ended;
    daemon = await home.startChild();
    const started = new Date().toISOString();
    const checked = async () =>
      (await home.call.health.list({})).endpoints.every(({ last }) => last !== null && last.at > started);
    await soon(checked, "a check of each", patience);
    await states({ api: "down", web: "blocked" });
    assert.deepEqual((await home.call.incident.show({ incident })).timeline, before);
    const { names } = await home.happened(seq);
    assert.deepEqual(
      names.filter((n) => /^(incident|health)\./.test(n)),
      [],
    );
  });

  it("a bug is opened from the incident, and its mend merged; the API is started, and the incident ends by itself", async () => {
    await home.call.incident.acknowledge({ incident, reason: "the cache is not there yet" });
    const { item } = await home.call.incident.item({ incident });
    const bug = await home.call.work.show({ item: item?.id });
    assert.deepEqual([bug.type, bug.service, bug.labels], ["bug", "api", ["incident"]]);
    assert.match(bug.description, /Answer from a cache/);

    await home.call.work.start({ item: bug.id });
    const server = `${of(tops, "api")}/src/server.js`;
    home.write(server, home.read(server).replace(/\nif \(!process.*\n/, ""));
    await merge("api", bug.id, "Answers come without a cache, too");

    const seq = (await home.happened()).seq;
    await launch("api");
    await event(seq, "incident.resolved", "api");
    await states({ api: "up", web: "up" });
    const over = await home.call.incident.show({ incident });
    assert.deepEqual([over.state, over.resolved?.by], ["resolved", "daemon"]);
    const told = over.timeline.map(({ what, text }) => `${what}: ${text}`);
    for (const [place, point] of [
      /^opened: healthz: connection refused/,
      /^blocked: web waits for api/,
      /^acknowledged: the cache is not there yet/,
      new RegExp(`^linked: #${bug.id} `),
      new RegExp(`^changed: #${bug.id} .* is finished`),
      /^recovered: healthz answers again/,
      /^resolved: /,
    ].entries())
      assert.ok(
        told.some((line) => point.test(line)),
        `point ${place}, ${point}, in:\n${told.join("\n")}`,
      );
    assert.deepEqual((await home.call.incident.list({})).incidents, []);
  });

  it("all of it is found", async () => {
    const find = async (words: string, kind: string) =>
      (await home.call.docs.search({ words: [words, `kind:${kind}`] })).hits.map((hit) => [
        hit.service,
        hit.item ?? hit.incident ?? hit.path,
      ]);
    await soon(async () => (await find("kumquats", "document")).length === 2, "the documents", patience);
    assert.deepEqual((await find("kumquats", "document")).map(([service]) => service).toSorted(), ["api", "web"]);
    assert.deepEqual(await find('"connection refused"', "incident"), [["api", incident]]);
    await soon(async () => (await find('"come from a cache"', "entry")).length === 1, "the entry", patience);
    const pages = (await home.call.docs.list({})).documents.filter((d) => d.kind === "endpoint");
    assert.deepEqual(pages.map((d) => d.service).toSorted(), ["api", "web"]);
  });

  // ---- what a person does

  /** Commits what lies there, has it tested, and merges. */
  async function merge(name: string, item: number, entry: string): Promise<void> {
    const repo = of(tops, name);
    await home.call.work.commit({ message: entry, entry, all: true, repo });
    await home.ready(item);
    const tested = await home.call.gate.test({ item, env: shell });
    assert.equal(tested.state, "passed", JSON.stringify(tested));
    await home.call.work.finish({ item });
  }

  /** Runs what the editor would: the first task that runs the service. */
  async function launch(name: string, well = true): Promise<void> {
    const { tasks, repo } = await home.call.ide.offers({ service: name });
    const task = tasks.find((t) => t.group === "run" && t.background) ?? assert.fail("no task runs it");
    const server = spawn(task.command, task.args, { cwd: `${repo}/${task.cwd}`, detached: true, stdio: "ignore" });
    servers[name] = server;
    if (well) await soon(() => answers(of(ports, name)), `an answer of ${name}`, patience);
    else await new Promise((resolve) => server.once("exit", resolve));
  }

  /** Ends it as a power cut would, with all that it started. */
  async function kill(name: string): Promise<void> {
    const { pid, exitCode, signalCode } = of(servers, name);
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const ended = new Promise((resolve) => of(servers, name).once("exit", resolve));
    process.kill(-pid, "SIGKILL");
    await ended;
  }

  function run(
    program: string,
    args: string[],
    cwd = "/",
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
      const said = { stdout: "", stderr: "" };
      for (const stream of ["stdout", "stderr"] as const) child[stream].on("data", (chunk) => (said[stream] += chunk));
      child.on("error", reject).on("close", (code) => resolve({ code, ...said }));
    });
  }

  // ---- what is waited for

  /** The services stand so, all at once. */
  async function states(wanted: Record<string, string>): Promise<void> {
    let seen: unknown;
    const so = async () => {
      const { services } = await home.call.health.services({});
      seen = Object.fromEntries(services.map((s) => [s.service, s.state]));
      return JSON.stringify(seen) === JSON.stringify(wanted);
    };
    await soon(so, JSON.stringify(wanted), patience).catch((error) =>
      assert.fail(`${error.message}; it is ${JSON.stringify(seen)}`),
    );
  }

  async function event(since: number, name: string, service: string) {
    const found = async () => (await home.happened(since)).events.find((e) => e.name === name && e.service === service);
    await soon(async () => (await found()) !== undefined, `${name} of ${service}`, patience);
    return (await found()) ?? assert.fail();
  }
});

/** As the CLI hands its shell over. */
const shell = Object.fromEntries(
  shellVariables.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
);

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    () => true,
    () => false,
  );

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
