// The built Health page in a real browser: what it shows, what the keyboard does, that nothing moves while it is read.
import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { words } from "../../extension/webviews/health/words.ts";
import { Fault } from "../../protocol/errors.ts";
import { allWell, HealthHost, healthPageState, incident, manyRows, type oneDown, rowOf } from "./health-samples.ts";
import { type Opening, pagesInBrowser } from "./page-host.ts";
import { axe, picture as keep } from "./pictures.ts";
import { words as read } from "./workbench/words.ts";

const root = path.resolve(import.meta.dirname, "../..");
const pictures = path.join(root, "reports/screenshots");
const evil = '<img src=x onerror="document.title=1">';

describe("the Health page in a browser", () => {
  const openedPage = pagesInBrowser();
  before(() => void mkdirSync(pictures, { recursive: true }));

  async function open(host = new HealthHost(), more: Partial<Opening<typeof words>> = {}) {
    const size = { width: 1200, height: 900, now: "2026-11-21T10:00:00Z" };
    const one = await openedPage({
      name: "health",
      words,
      doors: host.doors,
      state: healthPageState,
      ...size,
      ...more,
    });
    await one.page.locator("#page > :not(.none)").first().waitFor();
    const row = (service: string) => one.page.locator(`.service[data-service="${service}"]`);
    const picture = (name: string) => one.page.screenshot({ path: path.join(pictures, `health-${name}.png`) });
    return { ...one, host, row, picture };
  }
  const withRows = (rows: typeof oneDown): HealthHost => Object.assign(new HealthHost(), { rows, incidents: [] });
  const serious = (page: Page) => axe(page.mainFrame());
  const names = (page: Page) => page.locator(".service .name").allTextContents();

  it("is less than 150 kB of script", () => {
    assert.ok(statSync(path.join(root, "dist/webviews/health.js")).size < 150_000);
  });

  for (const theme of ["dark", "light", "contrast"]) {
    it(`nothing serious is found by axe, ${theme}`, async () => {
      const well = await open(withRows(allWell), { theme });
      await well.row("auth").waitFor();
      await well.picture(`well-${theme}`);
      const down = await open(new HealthHost(), { theme, height: 1400 });
      await down.row("postgres").click();
      await down.page.locator(".timeline").waitFor();
      await down.page.locator(".chart canvas").waitFor();
      await down.picture(`down-${theme}`);
      if (theme !== "contrast") {
        await down.page.setViewportSize({ width: 1200, height: 860 });
        await keep(down.page, `health-page-${theme}`);
      }
      assert.deepEqual([...(await serious(well.page)), ...(await serious(down.page))], []);
    });
  }

  it("says every state by a word, beside its icon and its colour", async () => {
    const { page, row } = await open();
    for (const [service, words] of Object.entries({
      postgres: /^down postgres down since .* healthz: connection refused 97\.3 %/,
      auth: /^blocked auth blocked by postgres since/,
      search: /^degraded search degraded since/,
      vpn: /^not measured vpn not measured · The endpoint is paused\./,
      mail: /^not measured mail no endpoints –/,
      gateway: /^up gateway 9?[\d.]+ %/,
    }))
      assert.match((await read(row(service))).replace(/\s+/g, " "), words);
    const days = (await row("gateway").getAttribute("aria-description")) ?? "";
    assert.match(days, /^30 days, (none with failures|\w+ \d+: .*), 4 not measured$/);
    assert.deepEqual(
      (await page.locator(".chip").allInnerTexts()).map((text) => text.trim()),
      ["1 down", "1 degraded", "2 blocked", "2 not measured", "2 up"],
    );
  });

  it("shows hostile words as words", async () => {
    const host = withRows([rowOf(evil, 1, "down", { why: evil, labels: [evil], incident: 7 })]);
    host.incidents = [
      {
        ...incident,
        service: evil,
        cause: evil,
        blocks: [evil],
        suspects: [{ ...(incident.suspects[0] as never as object), title: evil } as never],
      },
    ];
    const { page } = await open(host);
    await page.locator(".service").click();
    await page.locator(".timeline").waitFor();
    await page.locator(".chart canvas").waitFor();
    assert.equal(await page.locator("#detail-heading").textContent(), evil);
    assert.equal(await page.locator("#page img, #page script").count(), 0);
    assert.equal(await page.title(), "health");
    assert.deepEqual(await serious(page), []);
  });

  it("goes through the services by the arrows, opens one by Enter, and comes back by Escape", async () => {
    const { page, row } = await open();
    await page.locator(".service[tabindex='0']").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.locator(":focus").getAttribute("data-service"), "search");
    await page.keyboard.press("Enter");
    await page.locator("#detail:focus").waitFor();
    assert.equal(await row("search").getAttribute("aria-selected"), "true");
    await page.keyboard.press("Escape");
    await page.locator("#detail").waitFor({ state: "detached" });
    assert.equal(await page.locator(":focus").getAttribute("data-service"), "search");
  });

  it("filters by state, label, environment and words, and says how many fit", async () => {
    const { page } = await open();
    await page.getByRole("button", { name: "2 blocked" }).click();
    assert.deepEqual(await names(page), ["auth", "billing"]);
    await page.getByRole("button", { name: "1 down" }).click();
    assert.deepEqual(await names(page), ["auth", "billing", "postgres"]);
    await page.getByRole("textbox", { name: "Filter services" }).fill("refused");
    assert.deepEqual(await names(page), ["postgres"]);
    assert.match(await read(page.locator(".shown")), /^1 of 8 services/);
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByRole("combobox", { name: "Label" }).selectOption("critical");
    assert.deepEqual(await names(page), ["billing", "mail", "vpn"]);
    await page.getByRole("textbox", { name: "Filter services" }).fill("nothing like it");
    await page.getByText("No service fits the filter.").waitFor();
  });

  it("lets nothing leave or move while states change; scroll and focus stay", async () => {
    const host = withRows(manyRows(500));
    const { page, push } = await open(host, { height: 600 });
    await page.getByRole("button", { name: /^\d+ down/ }).click();
    const before = await names(page);
    host.rows = host.rows.map((row) => ({ ...row, state: "up" as const }));
    await push({ ...healthPageState, turn: 2 });
    await page.getByRole("button", { name: "500 up" }).waitFor();
    assert.deepEqual(await names(page), before);
    await page.getByRole("button", { name: "Show all" }).click();
    const list = page.locator("#services");
    const at = page.locator('.service[data-service="service-250"]');
    await at.focus();
    await at.scrollIntoViewIfNeeded();
    const was = [
      await list.evaluate("this.scrollTop ?? document.getElementById('services').scrollTop"),
      await at.boundingBox(),
    ];
    host.rows = manyRows(500).map((row) => ({ ...row, uptime: 50 }));
    await push({ ...healthPageState, turn: 3 });
    await page.locator('.service[data-service="service-250"]', { hasText: "50 %" }).waitFor();
    assert.deepEqual(
      [await list.evaluate("document.getElementById('services').scrollTop"), await at.boundingBox()],
      was,
    );
    assert.equal(await page.locator(":focus").getAttribute("data-service"), "service-250");
  });

  it("tells the day below the pointer", async () => {
    const { row } = await open();
    const cell = row("postgres").locator(".cell-days");
    const box = await cell.locator("svg").boundingBox();
    await cell.hover({ position: { x: (box?.width ?? 0) - 2, y: 8 } });
    assert.equal(await cell.getAttribute("title"), "Nov 21: 97.3 %, down for 39 min");
  });

  it("keeps its chart while new numbers come, and tells what stands at a time by the arrows", async () => {
    const { page, push, row, host } = await open();
    await row("postgres").click();
    const canvas = await page.locator(".chart canvas").elementHandle();
    await push({ ...healthPageState, turn: 2 });
    await page.waitForFunction("true");
    await page.getByRole("button", { name: "7d", exact: true }).click();
    await page.locator(".range[aria-pressed=true]", { hasText: "7d" }).waitFor();
    assert.equal(await canvas?.evaluate("document.querySelector('.chart canvas') !== null"), true);
    assert.deepEqual(host.calls.findLast(([method]) => method === "health.show")?.[1], {
      endpoint: "postgres",
      since: "7d",
      points: 300,
    });
    await page.locator(".chart").focus();
    await page.keyboard.press("Home");
    assert.match((await page.locator("#said").textContent()) ?? "", /healthz \d+ ms, login \d+ ms/);
    assert.match(
      (await page.locator(".chart").getAttribute("aria-label")) ?? "",
      /Response times since .*healthz: median 43 ms/,
    );
  });

  it("does with an incident what can be done, and leads to what changed before", async () => {
    const { page, row, host } = await open();
    await row("postgres").click();
    for (const [name, command] of [
      ["Acknowledge…", "calcifer.incident.acknowledge"],
      ["Add Note…", "calcifer.incident.note"],
      ["Open Work Item", "calcifer.incident.item"],
      ["Resolve…", "calcifer.incident.resolve"],
    ] as const) {
      await page.getByRole("button", { name }).click();
      assert.deepEqual(host.calls.at(-1), ["run", { command, incident: 7 }]);
    }
    await page.getByRole("button", { name: "#41 Tune the connection pool" }).click();
    assert.deepEqual(host.calls.at(-1), ["item", { id: 41 }]);
    await page.getByRole("button", { name: "v16.2" }).click();
    assert.deepEqual(host.calls.at(-1), ["commit", { service: "postgres", id: incident.suspects[0]?.commit }]);
    await page.getByRole("button", { name: "healthz: 502" }).click();
    await page.getByText("Incident 5").waitFor();
    assert.equal(await page.getByRole("button", { name: "Resolve…" }).count(), 0);
  });

  it("checks an endpoint at once, and says what it answered", async () => {
    const { page, row, host } = await open();
    await row("postgres").click();
    await page.getByRole("button", { name: "Check healthz now" }).click();
    await page.locator("#said", { hasText: "healthz: connection refused" }).waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Pause healthz…" }).click();
    assert.deepEqual(host.calls.at(-1), ["run", { command: "calcifer.health.pause", endpoint: 6 }]);
    host.refuse = new Fault("refused", "It is being checked already.");
    await page.getByRole("button", { name: "Check healthz now" }).click();
    await page.locator(".refusal", { hasText: "It is being checked already." }).waitFor();
  });

  it("offers to add an endpoint where nothing is watched", async () => {
    const none = { state: "not measured" as const, endpoints: 0, days: [], spark: [], uptime: null, from: "" };
    const { page, host, picture } = await open(withRows([rowOf("web", 1, "not measured", none)]));
    await picture("empty");
    await page.getByRole("button", { name: "Add Endpoint…" }).click();
    assert.deepEqual(host.calls.at(-1), ["run", { command: "calcifer.health.add" }]);
    assert.deepEqual(await serious(page), []);
  });

  it("says why nothing is measured", async () => {
    const note = "This computer has no network, so nothing is measured.";
    const rows = allWell.map(({ service }, n) => rowOf(service, n, "not measured"));
    const { page, picture } = await open(withRows(rows), { state: { ...healthPageState, measured: false, note } });
    await page.locator(".banner", { hasText: note }).waitFor();
    await picture("unmeasured");
    assert.deepEqual(await serious(page), []);
  });

  it("shows what it is asked to show, and says that it has", async () => {
    const show = { service: null, state: null, incident: 7 };
    const { page, host, push, row } = await open(new HealthHost(), { state: { ...healthPageState, show } });
    await page.getByText("Incident 7").waitFor();
    assert.ok(host.calls.some(([name]) => name === "shown"));
    // One that is over is not among the open ones; the service that was open is not its service.
    await row("search").click();
    await page.locator("#detail-heading", { hasText: "search" }).waitFor();
    await push({ ...healthPageState, turn: 2, show: { service: null, state: null, incident: 5 } });
    await page.locator("#incident-heading", { hasText: "Incident 5" }).waitFor();
    await page.locator("#detail-heading", { hasText: incident.service }).waitFor();
    await page.locator(".endpoints li").first().waitFor();
    await push({ ...healthPageState, turn: 3, show: { service: null, state: "down", incident: null } });
    await page.locator("#detail").waitFor({ state: "detached" });
    assert.deepEqual(await names(page), ["postgres"]);
  });

  it("keeps what was chosen over a reload", async () => {
    const { page, row } = await open();
    await page.getByRole("textbox", { name: "Filter services" }).fill("p");
    await row("postgres").click();
    const kept = await page.evaluate("kept");
    const again = await open(new HealthHost(), { kept });
    assert.equal(await again.page.getByRole("textbox", { name: "Filter services" }).inputValue(), "p");
    assert.equal(await again.page.locator("#detail-heading").textContent(), "postgres");
  });

  for (const width of [300, 700]) {
    it(`needs no scrolling to the side at ${width} px`, async () => {
      const { page, row, picture } = await open(new HealthHost(), { width });
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
      await row("postgres").click();
      await page.locator(".timeline").waitFor();
      await picture(`narrow-${width}`);
      assert.equal(
        await page.evaluate(
          "document.getElementById('detail').scrollWidth <= document.getElementById('detail').clientWidth",
        ),
        true,
      );
    });
  }

  it("changes nothing in a workspace that is not trusted", async () => {
    const { page, row } = await open(new HealthHost(), { state: { ...healthPageState, trusted: false } });
    await row("postgres").click();
    await page.locator(".timeline").waitFor();
    assert.equal(await page.getByRole("button", { name: "Remove healthz…" }).isDisabled(), true);
  });

  it("has 500 services, and leads to the last of them by a key", async () => {
    const { page, row, picture } = await open(withRows(manyRows(500)));
    await row("service-499").waitFor({ state: "attached" });
    await picture("many");
    await row("service-000").focus();
    await page.keyboard.press("End");
    assert.equal(await page.locator(":focus").getAttribute("data-service"), "service-499");
    assert.equal(await row("service-499").isVisible(), true);
  });
});
