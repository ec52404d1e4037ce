// Somebody's first hour with Calcifer in VS Code, by mouse: from a repository that is no service to a merged change.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { picture } from "./pictures.ts";
import { unregistered } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";
import { until } from "./workbench/until.ts";
import { words } from "./workbench/words.ts";

const title = "Add TLS to the public endpoints";
const branch = "work/1-add-tls-to-the-public-endpoints";
const document = "docs/changes/1-add-tls-to-the-public-endpoints.md";

story("a first hour with Calcifer", { prepare: unregistered }, (now) => {
  const git = (...args: string[]) => now.place.git("gateway", ...args);

  it("opens without a toast and without an editor", async () => {
    const { icon, page, toasts, tabs } = now.window;
    await icon.waitFor();
    await page.locator('.statusbar-item[id="status.scm.0"], .statusbar-item', { hasText: "main" }).first().waitFor();
    assert.deepEqual([await toasts.all.count(), await tabs.count()], [0, 0]);
  });

  it("welcomes with one button, the rest as links", async () => {
    const { window } = now;
    await window.showCalcifer();
    await window.widen(360);
    await window.welcome.filter({ hasText: "is not registered" }).waitFor();
    assert.deepEqual(await window.welcome.locator(".monaco-button").allInnerTexts(), ["Register This Repository"]);
    await picture(window.page, "welcome");
    assert.deepEqual([await window.toasts.all.count(), await window.tabs.count()], [0, 0]);
  });

  it("shows a walkthrough of five steps, none of them done", async () => {
    const { walkthrough, welcome } = now.window;
    await welcome.getByText("See how Calcifer works").click();
    await walkthrough.steps.first().waitFor();
    assert.equal(await walkthrough.steps.count(), 5);
    assert.deepEqual(await walkthrough.complete(), []);
    await picture(now.window.page, "walkthrough");
  });

  it("registers the repository by the button, and commits the policy when told to", async () => {
    const { welcome, toasts, walkthrough } = now.window;
    await welcome.getByRole("button", { name: "Register This Repository" }).click();
    const said = await toasts.read(/is registered/);
    assert.match(
      said,
      /^gateway is registered, and git runs Calcifer's hooks there\. New: \.calcifer\.yaml, CHANGES\.md\./,
    );
    assert.ok(existsSync(now.place.path("gateway/.git/hooks/commit-msg")));
    await walkthrough.completes("register");
    await toasts.press(/is registered/, "Commit");
    await until(() => git("log", "-1", "--format=%s"), "Adopt Calcifer");
    assert.equal(await git("show", "--name-only", "--format="), ".calcifer.yaml\nCHANGES.md");
    await until(() => git("status", "--short"), "");
  });

  it("says what each view is for while it is empty", async () => {
    const { window } = now;
    await window.now.row("Nothing under way on the trunk").seen();
    await window.work.welcome.filter({ hasText: "A work item is one intended change to one service." }).waitFor();
    await window.commit.seen("main is the trunk. Changes are made on a work item's branch.");
    await window.services.row("gateway").seen();
    await window.status.shows("no item");
    await picture(window.page, "empty");
  });

  it("asks for a title and a type, and changes nothing on Escape", async () => {
    const { work, quick } = now.window;
    await work.welcome.getByRole("button", { name: "New Work Item" }).click();
    await quick.open("New Work Item");
    await quick.type(" ");
    await quick.says(/Some words are needed here\./);
    await quick.type("x".repeat(201));
    await quick.says(/At most 200 characters; there are 201\./);
    await quick.type(title);
    await quick.accept();
    await quick.row("documentation").waitFor();
    await quick.escape();
    assert.deepEqual(await now.place.items(), []);
  });

  it("makes the item, and opens its page", async () => {
    const { work, quick, walkthrough } = now.window;
    await walkthrough.steps.first().waitFor();
    await work.welcome.getByRole("button", { name: "New Work Item" }).click();
    await quick.open("New Work Item");
    await quick.answer(title);
    await quick.pick(/^feature/);
    const page = now.window.item(1);
    await page.seen("Planned");
    assert.equal(await page.heading(), title);
    assert.deepEqual(
      (await now.place.items()).map(({ id, title, status }) => [id, title, status]),
      [[1, title, "planned"]],
    );
    await work.row(`#1 ${title}`).seen();
  });

  it("shows two ways out of a dirty work tree, and none loses anything", async () => {
    const { work, quick } = now.window;
    now.place.edit("gateway/Caddyfile", (text) => text.replace("}", "  tls internal\n}"));
    await work.row("#1").press("Start Work Item");
    await quick.row("Take the changes along").waitFor();
    assert.match(await words(quick.title), /^1 file is uncommitted/);
    assert.equal(await quick.rows.count(), 2);
    await quick.escape();
    assert.equal(await git("branch", "--show-current"), "main");
  });

  it("starts it with the changes taken along", async () => {
    const { work, quick, status, now: current } = now.window;
    await work.row("#1").press("Start Work Item");
    await quick.pick("Take the changes along");
    await status.shows(`#1 ${title.slice(0, 12)}`, "to do");
    assert.equal(await git("branch", "--show-current"), branch);
    assert.equal(await git("status", "--short"), " M Caddyfile");
    await current.row("CHANGES.md has no entry").seen();
    assert.deepEqual(await now.window.toasts.all.count(), 0);
  });

  it("shows the checks by the status bar, with what brings each forward", async () => {
    const { status, quick } = now.window;
    await status.check.click();
    await quick.row("CHANGES.md has no entry").filter({ hasText: "Write an entry" }).waitFor();
    await quick.escape();
  });

  it("creates the document that a feature needs, by the page", async () => {
    const page = now.window.item(1);
    await page.press("Create from Template");
    await now.window.tab(/1-add-tls/).waitFor();
    assert.ok(existsSync(now.place.path("gateway", document)));
    // The bare template is no document yet.
    now.place.edit(path.join("gateway", document), (text) => `${text}\nTLS ends at the gateway.\n`);
    await now.window.tab("#1").click();
  });

  it("says why it cannot commit yet, and previews the entry", async () => {
    const { commit } = now.window;
    const button = await commit.button("Commit 2 Files");
    await button.waitFor();
    await commit.seen("Write a message.");
    assert.equal(await button.getAttribute("aria-disabled"), "true");
    await commit.entry("Public endpoints speak TLS");
    await commit.section("Security");
    await until(() => commit.added(), ["### Security", "- Public endpoints speak TLS (#1)"]);
    assert.deepEqual(await commit.complaints(), []);
  });

  it("commits chosen files with message, entry and trailer by Ctrl+Enter", async () => {
    const { commit, now: current } = now.window;
    now.place.write("gateway/scratch.txt", "not for anybody\n");
    const scratch = await commit.checkbox("scratch.txt");
    await scratch.uncheck();
    await commit.message("Terminate TLS at the gateway");
    for (const view of ["Now", "Work", "Services"]) await now.window.pane(view).fold();
    await now.window.rest();
    await picture(now.window.page, "commit");
    for (const view of ["Now", "Work"]) await now.window.pane(view).unfold();
    await (await commit.at("#message")).press("Control+Enter");
    await commit.seen(/Committed [0-9a-f]{7} Terminate TLS at the gateway/);
    assert.equal(
      await git("log", "-1", "--format=%s%n%(trailers:only)"),
      await trailer("Terminate TLS at the gateway"),
    );
    assert.deepEqual((await git("show", "--name-only", "--format=")).split("\n"), [
      "CHANGES.md",
      "Caddyfile",
      document,
    ]);
    assert.match(await git("show", "HEAD:CHANGES.md"), /### Security\n\n- Public endpoints speak TLS \(#1\)/);
    await until(() => git("status", "--short"), "?? scratch.txt");
    await current.row(/CHANGES\.md has an entry|1 file is uncommitted/).seen();
  });

  const trailer = async (subject: string) => {
    const { key } = await now.place.item(1);
    return `${subject}\nWork-Item: #1 ${key}`;
  };

  it("moves points of the checklist by keys, and ticks them on the page", async () => {
    const page = now.window.item(1);
    const [first = "", second = ""] = await page.points();
    await (await page.checkbox(first)).press("Alt+ArrowDown");
    await until(async () => (await page.points()).slice(0, 2), [second, first]);
    assert.deepEqual((await now.place.item(1)).checklist.map(({ text }) => text).slice(0, 2), [second, first]);
    await (await page.checkbox(first)).check();
    await (await page.checkbox(second)).check();
    await page.seen("2 of 3");
    assert.equal((await now.place.item(1)).checklist.filter(({ done }) => done).length, 2);
  });

  it("ticks the last one in the quick pick", async () => {
    const { now: current, quick } = now.window;
    await current.row("1 of 3 points is open").press("Tick the Checklist");
    await quick.open(/Checklist of #1/);
    await quick.pick("The docs say how to use it");
    await quick.accept();
    await until(async () => (await now.place.item(1)).checklist.every(({ done }) => done), true);
    await now.window.item(1).seen("3 of 3");
  });

  it("keeps notes that are too long in the field, says so, and saves them once they fit", async () => {
    const page = now.window.item(1);
    const notes = await page.notes();
    await notes.fill("n".repeat(2001));
    await page.seen("1 characters too many: the notes are not saved until they fit.");
    await notes.blur();
    assert.equal((await now.place.item(1)).notes, "");
    assert.equal((await notes.inputValue()).length, 2001);
    await notes.fill("n".repeat(2000));
    await page.seen("2,000 / 2,000");
    await notes.blur();
    await until(async () => (await now.place.item(1)).notes.length, 2000);
    await notes.fill("Certificates are renewed by Caddy itself.");
    await notes.blur();
    await until(async () => (await now.place.item(1)).notes, "Certificates are renewed by Caddy itself.");
  });

  it("is ready when nothing is left to do: status bar, badge, page", async () => {
    const { status, icon } = now.window;
    await now.place.run("gateway", "rm", "scratch.txt");
    await status.shows("#1", "ready");
    await icon.locator(".badge-content", { hasText: "1" }).waitFor();
    const page = now.window.item(1);
    await (await page.at("vscode-button[aria-disabled=false]")).filter({ hasText: "Merge & Complete" }).waitFor();
    assert.deepEqual(await page.complaints(), []);
    await (await page.at("textarea.title")).scrollIntoViewIfNeeded();
    // VS Code's git has noticed, too.
    await now.window.page
      .locator(".statusbar-item")
      .filter({ hasText: new RegExp(`${branch}\\s*$`) })
      .first()
      .waitFor();
    await now.window.rest();
    await picture(now.window.page, "ready");
  });

  it("merges and completes by one press, and tells it", async () => {
    const { toasts, status } = now.window;
    const page = now.window.item(1);
    await page.press("Merge & Complete");
    const said = await toasts.read(/is merged and complete/);
    assert.match(said, new RegExp(`^#1 ${title} is merged and complete\\.`));
    assert.equal((await now.place.item(1)).status, "done");
    assert.match(await git("log", "-1", "--format=%P", "main"), /^\w{40} \w{40}$/);
    assert.match(await git("show", "main:CHANGES.md"), /Public endpoints speak TLS \(#1\)/);
    await page.seen("Done");
    await status.shows(/no item|#1/);
    assert.equal(await toasts.all.count(), 1);
    await toasts.clear();
  });

  it("has completed every step of the walkthrough by itself", async () => {
    const { walkthrough, quick } = now.window;
    await quick.command("Calcifer: Get Started");
    await walkthrough.steps.first().waitFor();
    await until(() => walkthrough.complete(), ["register", "item", "start", "commit", "merge"]);
  });
});
