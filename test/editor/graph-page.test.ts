// The built page of the service graph in a real browser: boxes, lines, what fails with what, 200 services.
import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { type GraphState, words } from "../../extension/webviews/graph/words.ts";
import { type Opening, pagesInBrowser } from "./page-host.ts";
import { axe } from "./pictures.ts";

const root = path.resolve(import.meta.dirname, "../..");
const pictures = path.join(root, "reports/screenshots");
const evil = '<img src=x onerror="document.title=1">';

type Node = NonNullable<GraphState["nodes"]>[number];
const states: Record<string, Node["state"]> = { db: "down", api: "blocked", worker: "blocked", cache: "degraded" };
const kinds: Record<string, Node["kind"]> = { db: "infrastructure", cache: "infrastructure", vpn: "network" };
const node = (service: string): Node => ({
  service,
  kind: kinds[service] ?? "application",
  label: service,
  state: states[service] ?? "up",
  why: "",
});
const line = (from: string, to: string) => ({ from, to, source: "declared" as const });
const lines = [
  line("web", "api"),
  line("api", "db"),
  line("api", "cache"),
  line("worker", "queue"),
  line("worker", "db"),
  line("mail", "queue"),
];
const services = ["web", "api", "worker", "mail", "queue", "db", "cache", "vpn"];
const small: GraphState = { connection: "up", trusted: true, nodes: services.map(node), edges: lines, circles: [] };

function many(count: number): GraphState {
  const names = Array.from({ length: count }, (_, i) => `service-${i}`);
  const needs = names.flatMap((from, i) => (i === 0 ? [] : [line(from, `service-${Math.floor((i - 1) / 3)}`)]));
  return { ...small, nodes: names.map(node), edges: needs };
}

describe("the page of the service graph", () => {
  const openedPage = pagesInBrowser();
  before(() => void mkdirSync(pictures, { recursive: true }));

  async function open(more: Partial<Opening<typeof words>> = {}) {
    const calls: [string, unknown][] = [];
    const note = (name: string) => (params: object) => {
      calls.push([name, params]);
      return undefined;
    };
    const functions = { open: note("open"), copy: note("copy"), run: note("run"), refresh: note("refresh") };
    const doors = { call: async () => undefined, functions };
    const one = await openedPage({
      name: "graph",
      words,
      doors,
      state: small,
      width: 1000,
      height: 640,
      ...more,
    });
    await one.page.locator("#page > header").waitFor();
    const box = (name: string) => one.page.getByRole("button", { name: new RegExp(`^${name}, `) });
    return { ...one, calls, box };
  }

  it("is less than 150 kB of script", () => {
    assert.ok(statSync(path.join(root, "dist/webviews/graph.js")).size < 150_000);
  });

  for (const theme of ["dark", "light", "contrast"]) {
    it(`nothing serious is found by axe, ${theme}`, async () => {
      const { page, box } = await open({ theme });
      await box("db").hover();
      await page.locator(".failing").first().waitFor();
      await page.screenshot({ path: path.join(pictures, `graph-${theme}.png`) });
      assert.deepEqual(await axe(page.mainFrame()), []);
    });
  }

  it("tells by pointer and by keyboard what fails with a service", async () => {
    const { page, box } = await open();
    await box("db").hover();
    const told = page.locator("#told");
    assert.equal(await told.textContent(), "If db fails, these fail with it: api, web, worker");
    assert.equal(await page.locator("path.hot:not(marker *)").count(), 3);
    await box("vpn").focus();
    assert.equal(await told.textContent(), "Nothing depends on vpn.");
  });

  it("opens what is clicked, and the graph as text", async () => {
    const { page, box, calls } = await open();
    await box("api").press("Enter");
    await page.getByRole("button", { name: "Open as Mermaid" }).click();
    assert.deepEqual(calls, [
      ["open", { service: "api" }],
      ["copy", { format: "mermaid" }],
    ]);
  });

  it("zooms by buttons and by the wheel, and fits again", async () => {
    const { page, box } = await open();
    const width = async () => Math.round((await box("api").boundingBox())?.width ?? 0);
    const fitted = await width();
    await page.getByRole("button", { name: "Zoom in" }).click();
    const larger = await width();
    assert.ok(larger > fitted, `${larger} > ${fitted}`);
    await page.locator(".canvas").hover();
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, 100);
    await page.keyboard.up("Control");
    await page.waitForFunction(`!document.querySelector(".percent").textContent.startsWith("12")`);
    assert.ok((await width()) < larger);
    await page.getByRole("button", { name: "Fit in the window" }).click();
    assert.equal(await width(), fitted);
  });

  it("draws 200 services, all of them in their places", async () => {
    const { page } = await open({ state: many(200) });
    assert.equal(await page.locator(".box").count(), 200);
    assert.equal(await page.locator("svg > path").count(), 199);
    await page.screenshot({ path: path.join(pictures, "graph-200.png") });
  });

  it("shows hostile names as words, circles by their names, and says when there is nothing", async () => {
    const state = { ...small, nodes: [node(evil), node("b")], edges: [line(evil, "b"), line("b", evil)] };
    const { page, push } = await open({ state: { ...state, circles: [[evil, "b", evil]] } });
    assert.match((await page.locator("#told").textContent()) ?? "", /They need each other: <img src=x/);
    assert.equal(await page.locator("#page img").count(), 0);
    assert.equal(await page.title(), "graph");
    await push({ ...small, nodes: [], edges: [] });
    await page.getByText("No service is registered yet.").waitFor();
    await push({ ...small, edges: [] });
    await page.getByText("No dependency is known yet.").waitFor();
  });
});
