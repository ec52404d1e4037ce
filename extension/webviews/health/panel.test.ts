// What the host of the Health page does in the window: one page, asked for only while it is seen, what it opens.
import assert from "node:assert/strict";
import { oneDown } from "../../../test/editor/health-samples.ts";
import type { Health } from "../../health.ts";
import { fakeDaemon, fakeRepos, Showing, vscode, world } from "../sandbox.ts";

const extension = { fsPath: "/extension" } as never;

/** Knows how services stand, and who looks. */
class FakeHealth {
  looking = 0;
  refreshed = 0;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly snapshot = {
    services: oneDown.map(({ from, days, ...row }) => ({
      ...row,
      days: days.map(([uptime, down, degraded]) => ({ day: from, uptime, down, degraded })),
    })),
    incidents: [],
    measured: true,
    note: "",
  };
  look = () => {
    this.looking++;
    return { dispose: () => this.looking-- };
  };
  refresh = async () => void this.refreshed++;
  change = () => this.#changed.fire();
}

describe("the host of the Health page", () => {
  beforeEach(() => {
    world.ran.length = 0;
    world.trusted = true;
  });

  async function setUp() {
    const { HealthPage } = await import("./panel.ts");
    const health = new FakeHealth();
    const { daemon, calls } = fakeDaemon((method) => {
      throw new Error(`${method} is not known here`);
    });
    const { repos } = fakeRepos([]);
    Object.assign(repos, { service: () => ({ repo: "/srv/postgres" }) });
    Object.assign(daemon, { connect: () => {} });
    const page = new HealthPage(extension, daemon, repos, health as unknown as Health);
    const showing = new Showing();
    await page.deserializeWebviewPanel(showing as never);
    await showing.hears(({ state }) => state?.known);
    return { page, showing, health, calls };
  }

  it("is one: a second panel that is restored is closed", async () => {
    const { page } = await setUp();
    let closed = false;
    await page.deserializeWebviewPanel(Object.assign(new Showing(), { dispose: () => (closed = true) }) as never);
    assert.ok(closed);
  });

  it("looks while it is seen, and says something new with each answer", async () => {
    const { showing, health } = await setUp();
    assert.equal(health.looking, 1);
    const turn = () => Number(showing.posted.findLast(({ state }) => state)?.state?.turn);
    const before = turn();
    health.change();
    await showing.hears(() => turn() > before);
    showing.show(false);
    assert.equal(health.looking, 0);
    const hidden = turn();
    health.change();
    assert.equal(turn(), hidden);
    showing.show(true);
    assert.equal(health.looking, 1);
  });

  it("hands over all services, their days without names", async () => {
    const { showing } = await setUp();
    showing.say({ id: 1, method: "all", params: {} });
    const answer = (await showing.hears(({ id }) => id === 1)) as { result?: { services: unknown[] } };
    assert.deepEqual(answer.result?.services, oneDown);
  });

  it("says what to show until the page has shown it", async () => {
    const { page, showing, health } = await setUp();
    Object.assign(showing, { reveal: () => {} });
    page.open({ incident: 7 });
    const show = { service: null, state: null, incident: 7 };
    await showing.hears(({ state }) => state?.show);
    health.change();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(showing.posted.findLast(({ state }) => state)?.state?.show, show);
    showing.say({ id: 2, method: "shown", params: {} });
    await showing.hears(({ id }) => id === 2);
    health.change();
    await showing.hears(({ state }) => state?.show === null && Number(state.turn) > 3);
  });

  it("runs the command with what it is about, and asks anew behind it", async () => {
    const { showing, health } = await setUp();
    showing.say({ id: 3, method: "run", params: { command: "calcifer.health.pause", endpoint: 6 } });
    await showing.hears(({ id }) => id === 3);
    assert.deepEqual(world.ran, [["calcifer.health.pause", { endpoint: 6 }]]);
    assert.equal(health.refreshed, 1);
  });

  it("runs no other command, and opens no file outside of the repository", async () => {
    const { showing } = await setUp();
    showing.say({ id: 4, method: "run", params: { command: "workbench.action.quit" } });
    assert.equal((await showing.hears(({ id }) => id === 4)).fault?.fault, "invalid");
    for (const [n, path] of ["../../etc/passwd", "/etc/passwd", "command:evil"].entries()) {
      showing.say({ id: 10 + n, method: "document", params: { service: "postgres", path } });
      await showing.hears(({ id }) => id === 10 + n);
    }
    assert.deepEqual(world.ran, []);
    showing.say({ id: 20, method: "document", params: { service: "postgres", path: "docs/healthz.md" } });
    await showing.hears(({ id }) => id === 20);
    assert.equal(world.ran[0]?.[0], "vscode.open");
  });

  it("acts for no page in a workspace that is not trusted", async () => {
    const { showing, calls } = await setUp();
    world.trusted = false;
    showing.say({ id: 5, method: "health.check", params: { endpoint: "6" } });
    assert.equal((await showing.hears(({ id }) => id === 5)).fault?.fault, "refused");
    assert.deepEqual(calls, []);
  });
});
