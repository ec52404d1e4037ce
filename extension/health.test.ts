// What this window knows of health: when it asks, what it keeps, what it says unasked, and how often.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { HealthState, ServiceHealth } from "../protocol/health.ts";
import type { Incident } from "../protocol/incident.ts";
import type { Daemon } from "./daemon.ts";
// First: it stands in for VS Code.
import { vscode, world } from "./webviews/sandbox.ts";

const service = (name: string, state: HealthState, more: Partial<ServiceHealth> = {}): ServiceHealth => ({
  service: name,
  state,
  since: "2026-11-21T09:46:00Z",
  why: "healthz: connection refused",
  blockedBy: null,
  endpoints: 1,
  incident: null,
  labels: [],
  environments: [],
  uptime: 99,
  spark: [],
  days: [],
  ...more,
});

const incident = (id: number, more: Partial<Incident> = {}): Incident => ({
  id,
  service: "web",
  environment: "production",
  state: "open",
  severity: "down",
  cause: "healthz: connection refused",
  opened: `2026-11-21T09:4${id}:00Z`,
  acknowledged: null,
  resolved: null,
  seconds: 60,
  endpoints: [],
  blocks: [],
  times: 1,
  item: null,
  suspects: [],
  ...more,
});

/** A daemon that answers what it is told to, and says that something happened. */
class FakeDaemon {
  services: ServiceHealth[] = [];
  incidents: Incident[] = [];
  asked = 0;
  readonly #state = new vscode.EventEmitter<{ is: string }>();
  readonly #heard = new vscode.EventEmitter<{ name: string }>();
  readonly state = { is: "up" };
  readonly onDidChangeState = this.#state.event;
  readonly onDidHear = this.#heard.event;
  readonly output = { warn: () => {} };

  ask = async (method: string) => {
    if (method === "health.services") this.asked++;
    return method === "health.services"
      ? { services: this.services, measured: true, note: "" }
      : { incidents: this.incidents };
  };
  say = (name: string) => this.#heard.fire({ name });
  become(is: string): void {
    this.state.is = is;
    this.#state.fire({ is });
  }
}

class Memory {
  readonly #kept = new Map<string, unknown>();
  get = (key: string) => this.#kept.get(key);
  update = async (key: string, value: unknown) => void this.#kept.set(key, value);
}

async function until(is: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !is(); turn++) await sleep(5);
  assert.ok(is(), String(is));
}

describe("what a window knows of health", () => {
  const opened: { dispose(): void }[] = [];
  afterEach(() => {
    for (const one of opened.splice(0)) one.dispose();
  });

  async function setUp(memory = new Memory()) {
    const [{ Health }, { HealthSigns }] = await Promise.all([import("./health.ts"), import("./health-signs.ts")]);
    const fake = new FakeDaemon();
    const health = new Health(fake as unknown as Daemon);
    const signs = new HealthSigns(health, memory as never);
    opened.push(health, signs);
    return { fake, health, signs, memory };
  }
  beforeEach(() => {
    world.warned.length = 0;
    world.answer = undefined;
    world.settings = { "calcifer.health.notifications": true };
    world.focused = true;
    world.ran.length = 0;
  });

  it("asks once for many events, and for events that concern it only", async () => {
    const { fake, health } = await setUp();
    fake.services = [service("web", "down")];
    for (let n = 0; n < 20; n++) fake.say("health.changed");
    fake.say("work.added");
    await until(() => health.snapshot !== undefined);
    assert.equal(fake.asked, 1);
    assert.equal(health.of("web")?.state, "down");
    fake.say("work.added");
    await sleep(250);
    assert.equal(fake.asked, 1);
  });

  it("rests between two questions, however much happens", async () => {
    const { fake } = await setUp();
    const begun = performance.now();
    let last = begun;
    for (; last < begun + 1000; last = performance.now()) {
      fake.say("health.changed");
      await sleep(5);
    }
    assert.ok(fake.asked >= 1 && fake.asked <= 1 + (last - begun) / 700, `${fake.asked} in ${last - begun} ms`);
  });

  it("shows no sign once nobody measures any more", async () => {
    const { fake, health, signs } = await setUp();
    fake.services = [service("web", "down")];
    await health.refresh();
    assert.notEqual(signs.text, "");
    fake.become("lost");
    assert.notEqual(signs.text, "");
    fake.become("stopped");
    assert.equal(signs.text, "");
    fake.become("up");
    await until(() => signs.text !== "");
  });

  it("knows nothing of a service without an endpoint", async () => {
    const { fake, health } = await setUp();
    fake.services = [service("docs", "not measured", { endpoints: 0 })];
    await health.refresh();
    assert.equal(health.of("docs"), undefined);
    assert.equal(health.of(null), undefined);
  });

  it("finds the incident of a service among the open ones", async () => {
    const { fake, health } = await setUp();
    fake.services = [service("web", "down", { incident: 2 }), service("db", "up")];
    fake.incidents = [incident(1), incident(2)];
    await health.refresh();
    assert.equal(health.incidentOf("web")?.id, 2);
    assert.equal(health.incidentOf("db"), undefined);
  });

  it("is asked anew for what came while it was asking", async () => {
    const { fake, health } = await setUp();
    const first = health.refresh();
    fake.services = [service("web", "up")];
    await health.refresh();
    await first;
    assert.equal(health.of("web")?.state, "up");
    assert.equal(fake.asked, 2);
  });

  it("shows its sign only while something is down", async () => {
    const { fake, health, signs } = await setUp();
    fake.services = [service("web", "degraded"), service("api", "blocked", { blockedBy: "db" })];
    await health.refresh();
    assert.equal(signs.text, "");
    fake.services = [service("a-service-with-a-long-name", "down")];
    await health.refresh();
    assert.equal(signs.text, "$(flame) a-service-w… down");
    fake.services = [service("web", "down"), service("api", "down")];
    await health.refresh();
    assert.equal(signs.text, "$(flame) 2 down");
    fake.services = [service("web", "up")];
    await health.refresh();
    assert.equal(signs.text, "");
  });

  it("tells an incident once: not again in another window, nor after a reload, nor when it is over", async () => {
    const { fake, health, memory } = await setUp();
    fake.incidents = [
      incident(1, {
        blocks: ["api"],
        suspects: [
          { at: "2026-11-21T09:40:00Z", how: "merged", service: "web", commit: null, item: 42, title: "Add TLS" },
        ],
      }),
    ];
    await health.refresh();
    await until(() => world.warned.length > 0);
    const [[sentence, ...offers] = []] = world.warned;
    assert.equal(sentence, "web is down. healthz: connection refused. Blocked by that: api. Changed before: Add TLS.");
    assert.deepEqual(offers, ["Show", "Open Work Item", "Don't Show Again"]);
    const other = await setUp(memory);
    other.fake.incidents = fake.incidents;
    await other.health.refresh();
    fake.incidents = [];
    await health.refresh();
    await sleep(50);
    assert.equal(world.warned.length, 1);
  });

  it("lets the window that is looked at speak first", async () => {
    world.focused = false;
    const { fake, health } = await setUp();
    fake.incidents = [incident(1)];
    await health.refresh();
    await sleep(100);
    assert.equal(world.warned.length, 0);
  });

  it("tells what began at once in one message", async () => {
    const { fake, health } = await setUp();
    fake.incidents = [incident(1), incident(2, { service: "db\n$(bug)" })];
    await health.refresh();
    await until(() => world.warned.length > 0);
    assert.equal(world.warned[0]?.[0], "2 incidents are open: web, db $\u200b(bug)");
    assert.ok(!world.warned[0]?.includes("Open Work Item"));
  });

  it("makes no link of what somebody wrote", async () => {
    const { fake, health } = await setUp();
    fake.incidents = [incident(1, { cause: "[Mend](command:workbench.action.quit)" })];
    await health.refresh();
    await until(() => world.warned.length > 0);
    assert.match(world.warned[0]?.[0] ?? "", /\[Mend\]/);
    assert.doesNotMatch(world.warned[0]?.[0] ?? "", /\]\(/);
  });

  it("does not tell of an old incident again for many newer ones", async () => {
    const { fake, health, memory } = await setUp();
    const told = () => (memory.get("calcifer.incidents.told") ?? []) as string[];
    const old = incident(1);
    for (const round of [0, 1, 2]) {
      const many = Array.from({ length: 300 }, (_, n) => incident(2, { opened: `${round} ${n}` }));
      fake.incidents = [...many, old];
      await health.refresh();
      await until(() => told().includes(`2 ${round} 299`));
      assert.ok(told().includes(`1 ${old.opened}`));
    }
  });

  it("does what the message offers", async () => {
    world.answer = "Open Work Item";
    const { fake, health } = await setUp();
    fake.incidents = [incident(3)];
    await health.refresh();
    await until(() => world.ran.some(([command]) => command === "calcifer.incident.item"));
    assert.deepEqual(world.ran.at(-1), ["calcifer.incident.item", 3]);
  });

  it("says nothing where a person wants no messages, also not later", async () => {
    world.settings = { "calcifer.health.notifications": false };
    const { fake, health } = await setUp();
    fake.incidents = [incident(1)];
    await health.refresh();
    await sleep(30);
    world.settings = { "calcifer.health.notifications": true };
    await health.refresh();
    await sleep(30);
    assert.equal(world.warned.length, 0);
  });
});
