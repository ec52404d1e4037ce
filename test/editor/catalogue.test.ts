// Many services in a window: found in compose files, made from a template, drawn, searched, synchronized, retired.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { picture } from "./pictures.ts";
import type { Place } from "./workbench/place.ts";
import { gateway } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";
import { until } from "./workbench/until.ts";
import { words } from "./workbench/words.ts";

const compose = `services:
  web:
    image: nginx
    ports: ["127.0.0.1:8080:80"]
    depends_on: [db, cache]
  db:
    image: postgres
  cache:
    image: redis
`;
const certificates = `# Certificates

Who they belong to, when they end, and what has to be done before that.

## Where they are

On the gateway, in the folder of Caddy.

## Renewal

Renewal is done by hand, with the blue folder.

1. Order a new key.
2. Put it beside the old one.
3. Load it, and look at it with a browser.
`;

interface Service {
  name: string;
  dependsOn: string[];
  hooks: string;
  environments: { name: string; live: { version: string } | null }[];
}

async function prepare(place: Place): Promise<string> {
  await place.service("gateway", { ...gateway, "docs/certificates.md": certificates });
  await place.repository("shop", { "compose.yaml": compose });
  await place.calcifer("gateway", "work", "add", "Renew the blue certificates in time", "--type", "maintenance");
  await place.calcifer("gateway", "work", "add", "Order a new key", "--type", "maintenance", "--label", "autumn");
  await remotes(place);
  place.write("all.code-workspace", JSON.stringify({ folders: [{ path: "gateway" }, { path: "shop" }] }));
  return "all.code-workspace";
}

/** Both have one; that of gateway has gone another way meanwhile. */
async function remotes(place: Place): Promise<void> {
  for (const name of ["gateway", "shop"]) {
    await place.git(".", "init", "-q", "--bare", `${name}.git`);
    await place.git(name, "remote", "add", "origin", place.path(`${name}.git`));
    await place.git(name, "push", "-q", "--no-verify", "-u", "origin", "main");
  }
  await place.git(".", "clone", "-q", "gateway.git", "colleague");
  place.write("colleague/README.md", "# Gateway, as a colleague sees it\n");
  await place.git("colleague", "commit", "-qam", "Say it better");
  await place.git("colleague", "push", "-q", "origin", "main");
  place.write("gateway/README.md", "# Gateway, our own\n");
  await place.git("gateway", "-c", "core.hooksPath=/dev/null", "commit", "-qam", "Say it our way");
}

story("many services in a window", { prepare }, (now) => {
  const services = async (...more: string[]) =>
    (await now.place.ask<{ services: Service[] }>("service", "list", ...more)).services;
  const names = async (...more: string[]) => (await services(...more)).map(({ name }) => name).sort();
  const service = (name: string) => now.place.ask<Service>("service", "show", name);
  const tick = async (name: string) => {
    await now.window.quick.row(name).locator(".label-name").first().click();
    await now.window.quick.box.getByRole("button", { name: "OK", exact: true }).click();
  };

  it("finds services in a compose file, and registers those that are chosen", async () => {
    const { window } = now;
    await window.status.shows("no item");
    await window.showCalcifer();
    await window.widen(340);
    for (const view of ["Now", "Commit"]) await window.pane(view).fold();
    await window.services.row(/^gateway/).seen();
    await window.quick.command("Calcifer: Detect Services in Compose Files");
    await window.quick.open("Detect Services in Compose Files");
    await window.quick.row("web").filter({ hasText: "depends on" }).waitFor();
    await window.quick.accept();
    assert.match(await window.toasts.read(/Registered/), /^Registered: (?=.*cache)(?=.*db)(?=.*web)/);
    assert.deepEqual(await names(), ["cache", "db", "gateway", "web"]);
  });

  it("draws what needs what, as compose says", async () => {
    const { window } = now;
    await window.toasts.press(/Registered/, "Show Graph");
    await window.tab("Service Graph").waitFor();
    await window.graph.seen("4 services");
    await window.graph.lines(2);
  });

  it("sets what a service needs, and the drawing follows", async () => {
    const { window } = now;
    await window.work.fold();
    await window.services.row(/^gateway/).menu("Set Dependencies…");
    await window.quick.open("Set Dependencies");
    await tick("web");
    await until(async () => (await service("gateway")).dependsOn, ["web"]);
    await window.graph.lines(3);
  });

  it("closes a circle only when it was said once more", async () => {
    const { window } = now;
    const choose = async () => {
      await window.services.row(/^db/).menu("Set Dependencies…");
      await window.quick.open("Set Dependencies");
      await tick("gateway");
    };
    await choose();
    await window.toasts.read(/circle|need each other/);
    assert.deepEqual((await service("db")).dependsOn, []);
    await window.toasts.press(/circle|need each other/, "Set It Anyway");
    await until(async () => (await service("db")).dependsOn, ["gateway"]);
    await window.graph.seen("They need each other");
    await choose();
    await until(async () => (await service("db")).dependsOn, []);
    await window.toasts.clear();
  });

  it("draws how each stands, and opens the Health of one that is clicked", async () => {
    const { window, place } = now;
    await place.calcifer(".", "health", "add", "db", "tcp://127.0.0.1:1", "--interval", "5s", "--failures", "1");
    await window.graph.stands("db", "down");
    await window.toasts.clear();
    await (await window.graph.box("db")).hover();
    await window.graph.seen("If db fails, these fail with it: gateway, web");
    await picture(window.page, "service-graph");
    assert.deepEqual(await window.graph.complaints(), []);
    await window.theme("Light 2026");
    await window.graph.isPainted("vscode-light");
    await (await window.graph.box("db")).hover();
    await window.graph.seen("If db fails, these fail with it: gateway, web");
    await picture(window.page, "service-graph-light");
    await window.theme("Dark 2026");
    await window.graph.isPainted("vscode-dark");
    await (await window.graph.box("db")).click();
    await window.tab("Health").waitFor();
    await window.health.stands("db", "down");
    await window.quick.command("View: Close All Editors");
    await until(() => window.tabs.count(), 0);
  });

  it("makes a service from a template: what is asked, what can be changed, what is there then", async () => {
    const { window, place } = now;
    await window.services.overflow("New Service from Template…");
    await window.quick.open("New Service from Template (1/2)");
    await window.quick.pick("Static site");
    await window.quick.open("New Service from Template (2/2)");
    await window.quick.type("My Shop");
    await window.quick.says(/lower-case letters/);
    await window.quick.type("web");
    await window.quick.says(/There is a service web already\./);
    await window.quick.answer("landing");
    await window.quick.open("New Service from Template: landing");
    await window.quick.row("Make landing").filter({ hasText: "compose.yaml" }).waitFor();
    assert.match(await words(window.quick.row("Where shall it be?")), /\/landing$/);
    await picture(window.page, "new-service");
    await window.quick.pick("What is it called");
    await window.quick.answer("$(bug) <b>");
    await window.quick.row("title").waitFor();
    assert.equal(await window.quick.row("Make landing").count(), 0);
    await window.quick.pick("What is it called");
    await window.quick.answer("Landing page");
    await window.quick.row("Make landing").waitFor();
    assert.ok(!existsSync(place.path("landing")));
    await window.quick.pick("Make landing");
    await window.toasts.read(/landing is a service now/);
    await window.tab(/#3/).waitFor();
    assert.equal(await window.item(3).heading(), "Set up landing");
    assert.match(place.read("landing/README.md"), /Landing page/);
    assert.equal((await service("landing")).hooks, "in force");
    assert.equal(await place.git("landing", "status", "--short"), "");
    await window.services.row(/^landing/).seen();
    await window.toasts.clear();
  });

  it("says that nothing in its template has changed", async () => {
    const { window } = now;
    await window.services.row(/^landing/).menu("What Changed in Its Template");
    await window.toasts.read(/landing is as its template static-site makes it today/);
    await window.toasts.clear();
  });

  it("says what is merged and not live", async () => {
    const { window, place } = now;
    await window.services.row(/^gateway/).menu("Say What Is Live…");
    await window.quick.open("Say What Is Live: gateway");
    await window.quick.answer(await place.git("gateway", "rev-parse", "--short", "HEAD^"));
    await window.quick.says(/environment/);
    await window.quick.accept();
    await until(async () => (await service("gateway")).environments.map(({ name }) => name), ["production"]);
    await window.services.row(/^gateway/).click();
    // What is told of a row would lie over the next one.
    await window.rest();
    await window.services.row(/^production/).seen();
    assert.match(await words(window.services.row(/^production/).at), /1 commit not live/);
    await window.services.row(/^production/).click();
    await window.quick.open("Merged but Not Live: gateway");
    await window.quick.pick("Say it our way");
    await window.tab(/Say it our way/).waitFor();
    // Once it is there it takes the focus, which would close a menu.
    await window.page
      .locator(".view-line", { hasText: /Gateway,\sour\sown/ })
      .first()
      .waitFor();
    await window.quick.command("View: Close All Editors");
    await until(() => window.tabs.count(), 0);
    await window.services.row(/^gateway/).click();
  });

  it("retires no service that has open items, and shows them", async () => {
    const { window, place } = now;
    await window.services.row(/^landing/).menu("Retire Service…");
    await window.quick.open("Retire Service: landing");
    await window.quick.answer("");
    await window.toasts.press(/landing has 1 open item/, "Show Its Items");
    await window.work.row("#3").seen();
    assert.equal(await window.work.row("#1").at.count(), 0);
    await window.work.fold();
    await window.quick.command("Calcifer: Clear Filter and Search");
    await place.calcifer("landing", "work", "drop", "3");
    // A menu does not outlive the rows that are drawn anew below it.
    await window.services
      .row(/^landing/)
      .at.filter({ hasNotText: "open item" })
      .waitFor();
  });

  it("retires a service, and brings it back by message and by palette", async () => {
    const { window } = now;
    await window.services.row(/^landing/).menu("Retire Service…");
    await window.quick.open("Retire Service: landing");
    await window.quick.answer("Only tried");
    await window.services.row(/^landing/).at.waitFor({ state: "detached" });
    await window.toasts.press(/landing is retired/, "Bring Back");
    await window.services.row(/^landing/).seen();
    await window.services.row(/^landing/).menu("Retire Service…");
    await window.quick.open("Retire Service: landing");
    await window.quick.answer("");
    await window.services.row(/^landing/).at.waitFor({ state: "detached" });
    await window.toasts.clear();
    await window.quick.command("Calcifer: Bring a Retired Service Back");
    await window.quick.open("Bring a Retired Service Back");
    await window.quick.pick("landing");
    await until(() => names(), ["cache", "db", "gateway", "landing", "web"]);
  });

  it("searches everything while typing, with the document behind, and takes it back on Escape", async () => {
    const { window } = now;
    await window.quick.command("View: Close All Editors");
    await until(() => window.tabs.count(), 0);
    await window.quick.command("Calcifer: Search Everything");
    await window.quick.open("Search Documents, Items, Entries and Incidents");
    await window.quick.type("blue");
    await window.quick.row("certificates.md").filter({ hasText: "blue folder" }).waitFor();
    await window.quick.row("#1").waitFor();
    while (!(await window.quick.row("certificates.md").getAttribute("class"))?.includes("focused"))
      await window.press("ArrowDown");
    await window.tab("certificates.md").waitFor();
    await window.editor.line("Renewal is done by hand").waitFor();
    await picture(window.page, "search");
    await window.quick.escape();
    await window.tab("certificates.md").waitFor({ state: "detached" });
  });

  it("opens the document, and the page of an item", async () => {
    const { window } = now;
    const search = async (text: string, row: string) => {
      await window.quick.command("Calcifer: Search Everything");
      await window.quick.open("Search Documents");
      await window.quick.type(text);
      await window.quick.row(row).waitFor();
      await window.quick.pick(row);
    };
    await search("blue kind:document", "certificates.md");
    // No longer a preview.
    await window.tab("certificates.md").locator(".monaco-icon-label:not(.italic)").first().waitFor();
    await window.press("Control+F4");
    await search("blue kind:item", "Renew the blue");
    await window.tab(/#1/).and(window.page.locator(".active")).waitFor();
  });

  it("writes a new document", async () => {
    const { window, place } = now;
    await window.services.row(/^gateway/).menu("New Document…");
    await window.quick.open("New Document");
    await window.quick.pick(/^decision/);
    await window.quick.open("New Document: decision");
    await window.quick.answer("Why certificates are renewed by hand");
    await window.tab(/why-certificates/).waitFor();
    assert.match(await place.run("gateway", "ls", "docs/decisions"), /why-certificates-are-renewed-by-hand\.md$/);
    await window.press("Control+F4");
  });

  it("synchronizes all services, and reports which has trouble", async () => {
    const { window, place } = now;
    await window.services.overflow("Synchronize All Services with Their Remotes");
    await window.toasts.press(/refused/, "Show Report");
    // Trouble comes first.
    await window.quick.rows
      .first()
      .filter({ hasText: /gateway.*gone different ways/ })
      .waitFor();
    await picture(window.page, "sync-report");
    await window.quick.pick("gateway");
    await window.terminal.shows(/merge origin\/main/);
    assert.equal(await place.git("gateway", "log", "-1", "--format=%s"), "Say it our way");
    await window.press("Control+C", "Control+`");
    await window.toasts.clear();
  });

  it("relates two items, and the page shows it; the other one, too", async () => {
    const { window } = now;
    await window.services.fold();
    await window.work.unfold();
    await window.work.row("#1").menu("Plan", "Relate to Another Item…");
    await window.quick.open("Relate to Another Item: #1");
    await window.quick.pick("It depends on");
    await window.quick.row("#2").waitFor();
    await window.quick.pick("#2");
    await window.work.row("#1").click();
    await window.item(1).seen(/Depends on\s*#2 Order a new key/);
    await (await window.item(1).at(".related .link")).click();
    await window.item(2).seen(/Blocks\s*#1/);
    // The views follow the page that is in front.
    await window.rest();
    await window.work.row("#1").menu("Plan", "Take a Relation Back…");
    await window.quick.open("Take a Relation Back: #1");
    await window.quick.pick("#2");
    await until(async () => (await now.place.ask<{ relations: unknown[] }>("work", "show", "1")).relations, []);
  });

  it("copies an item, and opens another from a template that one was saved as", async () => {
    const { window, place } = now;
    await window.work.row("#2").menu("Plan", "Copy Work Item…");
    await window.tab(/#4 Order a new key/).waitFor();
    await window.work.row("#2").menu("Plan", "Save as Template…");
    await window.quick.open("Save as Template");
    await window.quick.answer("key");
    await window.toasts.read(/opened from the template key/);
    await window.toasts.clear();
    await window.services.unfold();
    await window.services.row(/^gateway/).press("New Work Item");
    await window.quick.answer("Order one more");
    await window.quick.open("New Work Item (2/2)");
    await window.quick.pick(/^key/);
    await window.tab(/#5 Order one more/).waitFor();
    const labels = async (id: number) => (await place.ask<{ labels: string[] }>("work", "show", `${id}`)).labels;
    assert.deepEqual([await labels(4), await labels(5)], [["autumn"], ["autumn"]]);
    await window.services.fold();
  });

  it("keeps a filter under a name, and uses it", async () => {
    const { window } = now;
    await window.work.press("Filter Work Items");
    await tick("autumn");
    await window.work.row("#1").at.waitFor({ state: "detached" });
    await window.work.overflow("Save Filter…");
    await window.quick.open("Save Filter");
    await window.quick.answer("this season");
    await window.work.overflow("Clear Filter and Search");
    await window.work.row("#1").seen();
    await window.work.overflow("Saved Filters…");
    await window.quick.open("Saved Filters");
    await window.quick.pick("this season");
    await window.work.row("#1").at.waitFor({ state: "detached" });
    await window.work.row("#5").seen();
  });

  it("drops several items after it was asked once, and undoes it", async () => {
    const { window, place } = now;
    const status = async (...ids: number[]) => Promise.all(ids.map(async (id) => (await place.item(id)).status));
    await window.work.row("#4").click();
    await window.work.row("#5").at.click({ modifiers: ["Control"] });
    await window.work.row("#5").menu("Drop…");
    assert.match(await window.dialog.says("Drop 2 items?"), /#4 Order a new key[\s\S]*#5 Order one more/);
    await window.dialog.press("Cancel");
    assert.deepEqual(await status(4, 5), ["planned", "planned"]);
    await window.work.row("#5").menu("Drop…");
    await window.dialog.press("Drop");
    await window.toasts.read(/2 items were dropped\./);
    assert.deepEqual(await status(4, 5), ["dropped", "dropped"]);
    await window.toasts.press(/2 items were dropped/, "Undo");
    await until(() => status(4, 5), ["planned", "planned"]);
  });
});
