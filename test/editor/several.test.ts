// Two repositories in one window: which of them is meant, and items that are changed from the views.
import assert from "node:assert/strict";
import { open as openFile } from "node:fs/promises";
import { picture } from "./pictures.ts";
import type { Place } from "./workbench/place.ts";
import { billing, started } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";
import { until } from "./workbench/until.ts";
import { words } from "./workbench/words.ts";

async function prepare(place: Place): Promise<string> {
  await started(place);
  await place.repository("billing", billing);
  // One that waits, while there is something to wait for.
  place.write("billing/.git/hooks/pre-commit", "#!/bin/sh\n[ ! -p ../hold ] || read -r _ <../hold || :\n");
  await place.run("billing", "chmod", "+x", ".git/hooks/pre-commit");
  await place.calcifer("billing", "service", "add", ".", "--commit");
  await place.calcifer("billing", "work", "add", "Round to cents", "--type", "bug");
  await abandoned(place);
  await place.calcifer("billing", "work", "start", "2");
  place.write("both.code-workspace", JSON.stringify({ folders: [{ path: "gateway" }, { path: "billing" }] }));
  return "both.code-workspace";
}

/** An item whose branch is checked out nowhere, with a commit that went past the hooks. */
async function abandoned(place: Place): Promise<void> {
  await place.calcifer("billing", "work", "add", "Print the date", "--type", "bug");
  await place.calcifer("billing", "work", "start", "3");
  place.edit("billing/README.md", (text) => `${text}\nWith a date.\n`);
  await place.git("billing", "commit", "-qam", "Tell of the date", "--no-verify");
}

story("two repositories in a window", { prepare }, (now) => {
  it("shows a node each", async () => {
    const { window } = now;
    await window.icon.waitFor();
    await window.showCalcifer();
    await window.pane("Commit").fold();
    await window.work.fold();
    await window.services.fold();
    await window.now.row(/^gateway/).seen();
    await window.now.row(/^billing/).seen();
    await window.now.row("#1 Answer with 404").seen();
    await window.now.row("#2 Round to cents").seen();
  });

  it("follows the active editor in the status bar and in the view Commit", async () => {
    const { window } = now;
    await window.pane("Commit").unfold();
    await open("invoice.js");
    await window.status.shows("#2 Round to cents");
    await window.commit.seen("#2 Round to cents");
    await open("Caddyfile");
    await window.status.shows("#1 Answer with 404");
    await window.commit.seen("#1 Answer with 404");
    await picture(window.page, "two-repositories");
  });

  const open = async (file: string) => {
    const { window } = now;
    await window.press("Control+P");
    await window.quick.type(file);
    // What was open before is offered until what is typed has been looked for.
    await window.quick.rows.and(window.page.locator(".focused")).filter({ hasText: file }).waitFor();
    await window.quick.accept();
    await window.tab(file).and(window.page.locator(".active")).waitFor();
  };

  for (const [file, next, where] of [
    ["invoice.js", "README.md", "while it is made"],
    ["README.md", "invoice.js", "when it is through"],
  ] as const)
    it(`forgets what was typed for a commit, when the view was left and is back ${where}`, async () => {
      const { window, place } = now;
      const head = () => place.git("billing", "rev-parse", "HEAD");
      const before = await head();
      await open("invoice.js");
      // The second one finds it changed by the first.
      if (where === "while it is made") place.edit(`billing/${file}`, (text) => `${text}\n`);
      await window.commit.seen("#2 Round to cents");
      await window.commit.seen(file);
      await window.commit.message(`Change ${file}`);
      await window.commit.entry(`Something is new in ${file}`);
      await place.run(".", "mkfifo", "hold");
      await window.commit.press(/^\s*Commit 1 File/);
      // Whoever opens it to write waits for the hook that reads.
      const held = await openFile(place.path("hold"), "w");
      await window.press("Control+Shift+E");
      await window.page.locator(".explorer-folders-view").waitFor();
      if (where === "while it is made") await window.showCalcifer();
      await place.run(".", "rm", "hold");
      await held.close();
      await until(async () => (await head()) !== before, true);
      if (where !== "while it is made") await window.showCalcifer();
      await window.commit.seen("Nothing is uncommitted.");
      place.edit(`billing/${next}`, (text) => `${text}\n`);
      await window.commit.seen(next);
      await window.commit.seen(`Something is new in ${file}`);
      assert.equal(await (await window.commit.at("#message")).inputValue(), "");
      const entries = await window.commit.at("#entry");
      const typed = async () => Promise.all((await entries.all()).map((entry) => entry.inputValue()));
      await until(async () => (await typed()).join(""), "");
    });

  it("groups items by service", async () => {
    const { window } = now;
    for (const view of ["Now", "Commit"]) await window.pane(view).fold();
    await window.work.unfold();
    await window.work.row("Active").seen();
    await window.work.overflow("Group By", "Service");
    await window.work.row(/^billing/).seen();
    await window.work.row(/^gateway/).seen();
    assert.deepEqual((await window.work.texts()).length, 5);
  });

  it("waives nothing for an item that is not checked out, and says so", async () => {
    const { window, place } = now;
    const before = await place.git("billing", "log", "--all", "--format=%H %s");
    await window.work.row("#3").click();
    const page = window.item(3);
    await page.seen("Active");
    await (await page.at("a, button, vscode-button, .link")).filter({ hasText: "Waive…" }).first().click();
    assert.match(
      await window.toasts.read(/checked out/),
      /^The branch of #3 is checked out in no folder of this window\./,
    );
    assert.equal(await window.quick.box.count(), 0);
    assert.equal(await place.git("billing", "log", "--all", "--format=%H %s"), before);
    await window.toasts.clear();
  });

  it("asks which repository shall be registered, whatever row was clicked before", async () => {
    const { window, place } = now;
    await window.work.fold();
    await window.services.unfold();
    await window.services.row(/^billing/).click();
    await window.services.press("Register a Repository");
    await window.quick.box.waitFor();
    assert.match(await words(window.quick.box), /Register/);
    await window.quick.escape();
    assert.equal((await place.ask<{ services: unknown[] }>("service", "list")).services.length, 2);
    assert.equal(await window.toasts.all.count(), 0);
  });

  /** Of a row that is drawn anew right then VS Code knows nothing, and it is asked which one is meant: asked for again. */
  const newItemIn = async (service: RegExp) => {
    const { window } = now;
    const asked = window.quick.box.filter({ hasText: "New Work Item" });
    for (let left = 3; left > 0; left--) {
      await window.services.row(service).press("New Work Item");
      await asked.waitFor();
      if ((await words(asked)).includes("(1/2)")) break;
      await window.quick.escape();
    }
    await window.quick.open("New Work Item (1/2)");
  };

  it("opens an item for the service in whose row it was asked for", async () => {
    const { window, place } = now;
    await newItemIn(/^billing/);
    await window.quick.says(/in billing/);
    await window.quick.answer("Send invoices by mail");
    await window.quick.pick(/^feature/);
    await window.item(4).seen("Planned");
    assert.equal((await place.ask<{ service: string }>("work", "show", "4")).service, "billing");
    await newItemIn(/^gateway/);
    await window.quick.says(/in gateway/);
    await window.quick.answer("Compress answers");
    await window.quick.pick(/^maintenance/);
    await window.item(5).seen("Planned");
    assert.equal((await place.ask<{ service: string }>("work", "show", "5")).service, "gateway");
    await window.services.fold();
    await window.work.unfold();
  });

  it("finds an item by its number and by a word of its notes", async () => {
    const { window, place } = now;
    await place.calcifer("billing", "work", "note", "4", "Ask the accountant, she knows about francs.");
    await window.quick.command("Calcifer: Open Work Item");
    await window.quick.row("#1").waitFor();
    for (const [typed, found] of [
      ["francs", "#4"],
      ["5", "#5"],
      ["#4", "#4"],
    ] as const) {
      await window.quick.type(typed);
      await until(async () => (await words(window.quick.rows.first())).slice(0, 2), found);
    }
    await window.quick.type("francs");
    await until(async () => (await window.quick.rows.allInnerTexts()).filter((row) => row.includes("#")).length, 1);
    await window.quick.pick("#4");
    await window.tab("#4").and(window.page.locator(".active")).waitFor();
  });

  it("says that no item fits the filter, with the way back", async () => {
    const { window } = now;
    await window.work.press("Search Work Items");
    await window.quick.open("Search Work Items");
    await window.quick.answer("nothing is called like that");
    await window.work.welcome.filter({ hasText: "No work item fits the filter." }).waitFor();
    await window.work.welcome.getByRole("button", { name: "Clear Filter and Search" }).click();
    await window.work.row("#1").seen();
    await window.rest();
  });

  it("gives several items a label at once", async () => {
    const { window, place } = now;
    await window.work.overflow("Group By", "Type");
    await window.work.row(/^Maintenance/).seen();
    await window.work.row("#4").click();
    await window.work.row("#5").at.click({ modifiers: ["Control"] });
    await window.work.row("#5").menu("Edit", "Set Labels…");
    await window.quick.open("Labels of #4, #5");
    await window.quick.answer("autumn, money");
    const labels = async (id: number) => (await place.ask<{ labels: string[] }>("work", "show", `${id}`)).labels;
    for (const id of [4, 5]) await until(() => labels(id), ["autumn", "money"]);
    assert.deepEqual(await labels(2), []);
  });

  it("changes the type of an item that is dragged onto a type", async () => {
    const { window, place } = now;
    await window.work.row("#5").drag(window.work.row(/^Feature/));
    await until(async () => (await place.item(5)).type, "feature");
    await window.work.row(/^Maintenance/).at.waitFor({ state: "detached" });
  });

  it("deletes what was selected, after it was asked", async () => {
    const { window, place } = now;
    const ids = async () => (await place.items()).map(({ id }) => id).sort();
    await window.work.row("#4").click();
    await window.work.row("#5").at.click({ modifiers: ["Control"] });
    await window.work.row("#5").menu("Delete…");
    assert.match(await window.dialog.says("Delete 2 items?"), /#4 Send invoices by mail\s+#5 Compress answers/);
    await window.dialog.press("Cancel");
    assert.deepEqual(await ids(), [1, 2, 3, 4, 5]);
    await window.work.row("#5").menu("Delete…");
    await window.dialog.says("Delete 2 items?");
    await window.dialog.press("Delete");
    await until(ids, [1, 2, 3]);
    await window.work.row("#4").at.waitFor({ state: "detached" });
  });
});
