// What the gate lets by and what it does not, seen in a window: a refused commit, a terminal, a conflict, a dropped item,
// a daemon that is killed.
import assert from "node:assert/strict";
import { picture } from "./pictures.ts";
import type { Place } from "./workbench/place.ts";
import { fulfil, started } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";
import { until } from "./workbench/until.ts";
import { words } from "./workbench/words.ts";

const evil = "<img src=x onerror=alert(1)> $(bug) [x](command:evil) :)";
const sentence = 'CHANGES.md has no entry for #1 "Answer with 404, not with 500".';

async function prepare(place: Place): Promise<string> {
  await started(place);
  await place.calcifer("gateway", "work", "add", evil, "--type", "documentation");
  return "gateway";
}

story("the gate in a window", { prepare }, (now) => {
  const git = (...args: string[]) => now.place.git("gateway", ...args);

  it("refuses a commit of Source Control, with its verdict as the dialog's first line", async () => {
    const { window } = now;
    await window.status.shows("#1", "to do");
    const before = await git("rev-parse", "HEAD");
    await window.scm.show();
    await window.scm.commit("Answer with 404");
    await window.dialog.says("no staged changes");
    await window.dialog.box.getByRole("button", { name: "Yes", exact: true }).click();
    assert.equal(await window.dialog.says("CHANGES.md"), `Git: Calcifer: ${sentence}`);
    await picture(window.page, "refused");
    await window.dialog.press("Cancel");
    assert.equal(await git("rev-parse", "HEAD"), before);
  });

  it("shows a commit of the terminal within a second", async () => {
    const { window, place } = now;
    await window.showCalcifer();
    await window.terminal.open();
    const was = await git("rev-parse", "HEAD");
    await window.terminal.type('calcifer commit -a -m "Answer with 404" --entry "Unknown pages are answered with 404"');
    let ended = 0;
    void until(async () => (await git("rev-parse", "HEAD")) !== was, true).then(() => (ended = Date.now()));
    await window.status.shows("#1", "2 to do");
    const took = Math.max(0, Date.now() - ended);
    console.log(`      seen ${took} ms after the commit`);
    assert.ok(ended === 0 || took < 3000, `${took} ms`);
    assert.match(await git("log", "-1", "--format=%(trailers:only)"), /^Work-Item: #1 /);
    assert.match(place.read("gateway/CHANGES.md"), /- Unknown pages are answered with 404 \(#1\)/);
    await window.terminal.shows(/Answer with 404/);
  });

  it("shows a commit of plain git, too", async () => {
    const { window, place } = now;
    place.edit("gateway/Caddyfile", (text) => text.replace("404\n", "404 # for good\n"));
    place.edit("gateway/CHANGES.md", (text) => text.replace(/(- Unknown pages.*)/, "$1\n- And stay so (#1)"));
    await window.status.shows("#1", "3 to do");
    await window.terminal.type('git add -A && git commit -qm "Say why" && git log -1 --format=%B');
    await window.status.shows("#1", "2 to do");
    assert.match(await git("log", "-1", "--format=%s %(trailers:only)"), /^Say why Work-Item: #1 /);
    assert.match(await git("show", "HEAD:CHANGES.md"), /- And stay so \(#1\)/);
    await window.terminal.shows(/Work-Item: #1/);
    await window.press("Control+`");
  });

  it("shows titles as the words they are, everywhere", async () => {
    const { window } = now;
    const alerts: string[] = [];
    window.page.on("dialog", (dialog) => alerts.push(dialog.message()));
    const row = await window.work.row("#2").seen();
    assert.match(shown(await words(row.at)), new RegExp(literally(`#2 ${evil}`)));
    const hover = await row.tooltip("Checklist");
    assert.match(shown(await words(hover)), new RegExp(literally(`#2 ${evil}`)));
    assert.doesNotMatch(await hover.innerHTML(), /<img|<a |codicon-bug/);
    await row.click();
    assert.equal(await window.item(2).heading(), evil);
    await window.tab(/#2/).waitFor();
    assert.match(shown(await words(window.tab(/#2/))), new RegExp(literally(`#2 ${evil}`)));
    await window.quick.command("Calcifer: Open Work Item");
    await window.quick.row("#2").waitFor();
    assert.match(shown(await words(window.quick.row("#2"))), new RegExp(literally(`#2 ${evil}`)));
    assert.equal(await window.quick.row("#2").locator("img, .codicon-bug").count(), 0);
    await window.quick.escape();
    assert.deepEqual(alerts, []);
  });

  it("dims what it knows while the daemon is gone, and comes back without a word", async () => {
    const { window, place } = now;
    const page = window.item(2);
    const notes = await page.notes();
    await notes.pressSequentially("Half a sent");
    const { pid } = await place.ask<{ pid: number }>("daemon", "status");
    const gone = window.status.check.filter({ hasText: "reconnecting" }).waitFor();
    const dimmed = window.now.row("The notes are empty.").dimmed();
    process.kill(pid, "SIGKILL");
    await Promise.all([gone, dimmed]);
    await window.status.shows("#1", "2 to do");
    assert.equal(await notes.inputValue(), "Half a sent");
    await (await page.at("#notes:not([readonly])")).pressSequentially("ence");
    assert.equal(await notes.inputValue(), "Half a sentence");
    assert.equal(await window.toasts.all.count(), 0);
    await notes.blur();
    await until(async () => (await place.item(2)).notes, "Half a sentence");
    await window.press("Control+F4");
  });

  it("is ready once nothing is left to do", async () => {
    await fulfil(now.place, 1);
    await now.window.status.shows("#1", "ready");
  });

  it("sees a conflict with the trunk", async () => {
    const { window, place } = now;
    // All the room for Now.
    for (const view of ["Commit", "Work", "Services"]) await window.pane(view).fold();
    // What a colleague merged, come with a pull.
    await git("worktree", "add", "-q", "../colleague", "main");
    place.edit("colleague/Caddyfile", (text) => text.replace("}", "  encode gzip\n}"));
    await place.git("colleague", "-c", "core.hooksPath=/dev/null", "commit", "-qam", "Compress");
    await git("worktree", "remove", "--force", "../colleague");
    await window.status.shows("#1", "conflicts");
    await window.now.row(/conflict/).seen();
  });

  it("updates from the trunk, and offers VS Code's merge editor", async () => {
    const { window } = now;
    await window.now.row(/conflict/).press("Update from Trunk");
    assert.match(
      await window.toasts.read(/conflict/),
      /^Caddyfile conflicts with the trunk\. Resolve it, then commit\./,
    );
    await window.toasts.press(/conflict/, "Open Merge Editor");
    const accept = window.page.getByRole("button", { name: /Complete Merge/ });
    await accept.waitFor();
    await picture(window.page, "merge-editor");
    await window.page.getByText("Accept Combination", { exact: false }).first().click();
    await accept.click();
    await until(async () => /<<<<<<<|UU/.test(await git("status", "--short")), false);
  });

  it("is ready again after the merge is committed", async () => {
    const { window } = now;
    await window.scm.show();
    await window.page.locator(".scm-view .button-container .monaco-button").first().click();
    await until(async () => (await git("log", "-1", "--format=%P")).split(" ").length, 2);
    await window.showCalcifer();
    await window.status.shows("#1", "ready");
    assert.match(await git("show", "HEAD:Caddyfile"), /encode gzip/);
    assert.match(await git("show", "HEAD:Caddyfile"), /respond 404/);
  });

  it("lists what a drop would leave behind, and undoes it", async () => {
    const { window, place } = now;
    await window.work.unfold();
    await window.work.row("#1").menu("Drop…");
    assert.match(await window.dialog.says("Drop #1"), /Answer with 404/);
    await picture(window.page, "drop");
    await window.dialog.press("Cancel");
    assert.equal((await place.item(1)).status, "active");
    await window.work.row("#1").menu("Drop…");
    await window.dialog.press("Drop, Keep the Tip");
    await window.toasts.read(/was dropped/);
    assert.equal((await place.item(1)).status, "dropped");
    await window.toasts.press(/was dropped/, "Undo");
    await until(async () => (await place.item(1)).status, "active");
    assert.match(await git("branch", "--list", "work/1-*"), /work\/1-/);
  });

  it("deletes a planned item only after it was asked", async () => {
    const { window, place } = now;
    await place.calcifer("gateway", "work", "add", "Made by mistake");
    await window.work.row("#3").menu("Delete…");
    assert.match(await window.dialog.says("Delete #3 Made by mistake?"), /Description, checklist and notes go with it/);
    await window.dialog.press("Cancel");
    assert.equal((await place.item(3)).status, "planned");
    await window.work.row("#3").menu("Delete…");
    await window.dialog.press("Delete");
    await until(async () => (await place.items()).map(({ id }) => id).sort(), [1, 2]);
    await window.work.row("#3").at.waitFor({ state: "detached" });
  });

  it("restores a dropped item by the palette", async () => {
    const { window, place } = now;
    await place.calcifer("gateway", "work", "drop", "2");
    await window.work.row("#2").at.waitFor({ state: "detached" });
    await window.quick.command("Calcifer: Restore Dropped Item");
    await window.quick.open("Restore Dropped Item");
    await window.quick.pick("#2");
    await until(async () => (await place.item(2)).status, "planned");
    await window.work.row("#2").seen();
  });

  it("shows the title of what is under way as the words it is: status bar, Now, Services, Commit", async () => {
    const { window, place } = now;
    await git("switch", "-q", "main");
    await place.calcifer("gateway", "work", "start", "2");
    place.edit("gateway/README.md", (text) => `${text}\nNew words.\n`);
    await window.status.shows(/^\s*#2/, "to do");
    assert.match(shown(await words(window.status.item)), new RegExp(`^${literally(`#2 ${evil}`.slice(0, 20))}`));
    assert.equal((await window.status.item.getAttribute("aria-label"))?.includes("onerror"), true);
    // VS Code's git has noticed the branch, too.
    await window.page.locator(".statusbar-item").filter({ hasText: "work/2-" }).first().waitFor();
    await window.status.item.hover();
    const tooltip = window.page.locator(".workbench-hover:visible, .monaco-hover:visible").filter({ hasText: "#2" });
    await tooltip.first().waitFor();
    assert.match(shown(await words(tooltip.first())), new RegExp(literally(evil)));
    assert.equal(await tooltip.first().locator("img, .codicon-bug, a[data-href*=evil]").count(), 0);
    await picture(window.page, "status-bar");
    await window.rest();
    await window.services.unfold();
    await window.services.row(/^gateway/).click();
    for (const view of [window.now, window.services]) {
      const { at } = await view.row("#2").seen();
      assert.match(shown(await words(at)), new RegExp(literally(`#2 ${evil}`)));
      assert.equal(await at.locator("img, a[href*=evil]").count(), 0);
    }
    await window.services.fold();
    await window.pane("Commit").unfold();
    await window.commit.seen("README.md");
    await window.commit.seen(evil);
    assert.equal(await (await window.commit.at("img, a[href*=evil]")).count(), 0);
    assert.equal(await (await window.commit.at("#entry")).inputValue(), evil);
  });
});

/** Without the invisible space that keeps `$(bug)` from becoming an icon. */
const shown = (text: string): string => text.replaceAll("\u200b", "").replaceAll("\u00a0", " ");

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
