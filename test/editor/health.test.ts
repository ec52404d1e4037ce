// A service that fails, and is well again, as a person sees it: the page, the tree, the status bar, one message.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Place } from "./workbench/place.ts";
import { gateway } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";
import { until } from "./workbench/until.ts";
import { words } from "./workbench/words.ts";

const pictures = path.resolve(import.meta.dirname, "../../reports/screenshots");

/** The service that is watched: a web server, on the same port each time it is started. */
class Web {
  #server: Server | undefined;
  port = 0;

  async start(): Promise<void> {
    const server = createServer((_, answer) => answer.end('{"status":"ok"}'));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }
}

const web = new Web();

async function prepare(place: Place): Promise<string> {
  await web.start();
  await place.service("gateway", gateway);
  await place.calcifer("gateway", "work", "add", "Answer with 404", "--type", "bug");
  return "gateway";
}

interface Listed {
  incidents: { id: number; state: string; item: { id: number } | null }[];
}

story("health in a window", { prepare }, (now) => {
  after("stop the service", () => web.stop());
  const incidents = async () => (await now.place.ask<Listed>("incident", "list", "--all")).incidents;
  const shot = (name: string) => {
    mkdirSync(pictures, { recursive: true });
    return now.window.page.screenshot({ path: path.join(pictures, `story-health-${name}.png`) });
  };

  it("watches an endpoint after three questions, and shows it", async () => {
    const { window } = now;
    await window.status.shows("no item");
    await window.showCalcifer();
    await window.quick.command("Calcifer: Add Endpoint");
    await window.quick.open(/Watch an Endpoint of gateway/);
    await window.quick.type("example.org");
    await window.quick.says(/It begins with https/);
    await window.quick.answer(`http://127.0.0.1:${web.port}/healthz`);
    await window.quick.says(/How it is called/);
    assert.equal(await window.quick.input.inputValue(), "healthz");
    await window.quick.accept();
    await window.quick.row("Every 5 seconds").click();
    await window.tab(/^Health$/).waitFor();
    await window.health.stands("gateway", "up");
    await window.health.shows(/200 in/);
    assert.equal(await window.status.health.count(), 0);
    assert.equal(await window.toasts.all.count(), 0);
  });

  it("shows the state in the tree", async () => {
    const { window } = now;
    await window.services.unfold();
    await window.services.row("gateway").at.locator(".codicon-pass").waitFor();
  });

  it("tells within two checks that it is down: page, message, status bar, tree", async () => {
    const { window } = now;
    await web.stop();
    const stopped = Date.now();
    const sentence = await window.toasts.read(/gateway is down/);
    const took = Date.now() - stopped;
    console.log(`      told ${took} ms after the server was stopped`);
    assert.match(sentence, /refused/);
    assert.ok(took < 15_000, `${took} ms`);
    await window.status.health.filter({ hasText: "gateway down" }).waitFor();
    assert.match((await window.status.health.getAttribute("class")) ?? "", /error-kind/);
    await window.health.stands("gateway", "down");
    await window.health.shows(/Incident \d+:/);
    await window.services.row("gateway").at.locator(".codicon-error").waitFor();
    for (const view of ["Commit", "Work"]) await window.pane(view).fold();
    await window.services.row("gateway").click();
    await window.services.row(/refused/).seen();
    assert.equal(await window.toasts.all.count(), 1);
  });

  for (const [name, theme] of Object.entries({
    light: "Light 2026",
    contrast: "Dark High Contrast",
    dark: "Dark 2026",
  }))
    it(`is at home in ${theme}`, async () => {
      const { window } = now;
      await window.theme(theme);
      await window.health.isPainted(name === "contrast" ? "vscode-high-contrast" : `vscode-${name}`);
      await shot(name);
      assert.deepEqual(await window.health.complaints(), []);
    });

  it("says in the status bar's tooltip what is down, since when and why, and leads to the page", async () => {
    const { window } = now;
    await window.status.health.hover();
    const tooltip = window.page.locator(".workbench-hover:visible, .monaco-hover:visible").filter({ hasText: "since" });
    assert.match(await words(tooltip.first()), /gateway since \d\d:\d\d[\s\S]*refused[\s\S]*Incident 1/);
    await shot("tooltip");
    await window.rest();
    await window.press("Control+F4");
    await window.status.health.click();
    await window.tab(/^Health$/).waitFor();
    await (await window.health.at(".chip[aria-pressed=true]")).filter({ hasText: "down" }).waitFor();
  });

  it("opens a work item from the message", async () => {
    const { window } = now;
    await window.toasts.press(/gateway is down/, "Open Work Item");
    await window.tab(/#2/).waitFor();
    assert.match(await window.item(2).heading(), /healthz|gateway/);
    await until(async () => (await incidents())[0]?.item?.id, 2);
    await window.tab(/^Health$/).click();
  });

  it("acknowledges it from the tree, with a reason", async () => {
    const { window } = now;
    await window.services.row(/refused/).press("Acknowledge Incident");
    await window.quick.open(/Acknowledge Incident 1/);
    await window.quick.answer("The disk is full");
    await until(async () => (await incidents())[0]?.state, "acknowledged");
    await (await window.health.row("gateway")).click();
    await window.health.shows(/The disk is full/);
  });

  it("keeps the page over a reload, and says nothing a second time", async () => {
    const { window } = now;
    await window.page.reload();
    await window.tab(/^Health$/).waitFor();
    await window.status.health.filter({ hasText: "gateway down" }).waitFor();
    await window.health.shows(/The disk is full/);
    assert.equal(await window.toasts.all.count(), 0);
  });

  it("is resolved when the service answers again, without a word", async () => {
    const { window } = now;
    await web.start();
    await until(async () => (await incidents())[0]?.state, "resolved", 20_000);
    await window.health.stands("gateway", "up");
    await window.status.health.waitFor({ state: "hidden" });
    assert.equal(await window.toasts.all.count(), 0);
  });

  it("removes an endpoint only after it was asked", async () => {
    const { window } = now;
    await (await window.health.row("gateway")).click();
    await (await window.health.at('button[aria-label="Remove healthz…"]')).click();
    assert.match(await window.dialog.says("Stop watching gateway/healthz?"), /is forgotten/);
    await window.dialog.press("Cancel");
    await (await window.health.at('button[aria-label="Remove healthz…"]')).click();
    await window.dialog.press("Remove");
    await window.health.seen("Nothing of this service is watched yet.");
  });
});
