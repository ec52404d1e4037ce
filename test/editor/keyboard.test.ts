// The whole loop without a mouse: the palette, the views, the pages.
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import type { Place } from "./workbench/place.ts";
import { gateway } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";
import { until } from "./workbench/until.ts";

const title = "Say how long the login is blocked";

/** What the compiler is not told of the DOM. */
interface Matching {
  matches(selector: string): boolean;
}

async function prepare(place: Place): Promise<string> {
  await place.service("gateway", gateway);
  return "gateway";
}

story("the loop by keyboard alone", { prepare }, (now) => {
  const git = (...args: string[]) => now.place.git("gateway", ...args);

  it("adds an item", async () => {
    const { window } = now;
    await window.status.shows("no item");
    await window.quick.command("Calcifer: New Work Item");
    await window.quick.open("New Work Item");
    await window.type(title);
    await window.press("Enter");
    await window.quick.row("feature").waitFor();
    await window.type("bug");
    await window.press("Enter");
    await window.item(1).seen("Planned");
  });

  it("starts it", async () => {
    const { window } = now;
    await window.quick.command("Calcifer: Start Work Item");
    await window.quick.row("#1").waitFor();
    await window.press("Enter");
    await window.status.shows("#1", "to do");
    assert.match(await git("branch", "--show-current"), /^work\/1-/);
  });

  it("commits with an entry", async () => {
    const { window, place } = now;
    place.edit("gateway/README.md", (text) => `${text}\nA login is blocked for ten minutes.\n`);
    await window.quick.command("Calcifer: Commit with Entry");
    await window.commit.seen("README.md");
    await tabTo(await window.commit.at("#message"));
    await window.type("Tell the time a login is blocked");
    await tabTo(await window.commit.at("#entry"));
    await window.press("Home", "Shift+End");
    await window.type("The login says how long it is blocked");
    await window.press("Control+Enter");
    await window.commit.seen(/Committed [0-9a-f]{7}/);
    assert.match(await git("show", "HEAD:CHANGES.md"), /- The login says how long it is blocked \(#1\)/);
  });

  it("ticks the checklist", async () => {
    const { window, place } = now;
    await window.quick.command("Calcifer: Tick the Checklist");
    await window.quick.open(/Checklist of #1/);
    const points = (await place.item(1)).checklist.length;
    for (let i = 0; i < points; i++) await window.press("ArrowDown", "Space");
    await window.press("Enter");
    await until(async () => (await place.item(1)).checklist.every(({ done }) => done), true);
  });

  it("writes notes on the page", async () => {
    const { window, place } = now;
    await window.quick.command("Calcifer: Write Notes");
    await window.item(1).seen("Active");
    await tabTo(await window.item(1).notes());
    await window.type("Blocked for ten minutes.");
    await window.press("Tab");
    await until(async () => (await place.item(1)).notes, "Blocked for ten minutes.");
  });

  it("merges and completes", async () => {
    const { window, place } = now;
    await window.status.shows("#1", "ready");
    await window.quick.command("Calcifer: Merge & Complete");
    await window.toasts.read(/is merged and complete/);
    assert.equal((await place.item(1)).status, "done");
    assert.match(await git("log", "-1", "--format=%P", "main"), /^\w{40} \w{40}$/);
  });

  it("starts the next one beside, and leaves what is uncommitted where it is", async () => {
    const { window, place } = now;
    await window.toasts.clear();
    await place.calcifer("gateway", "work", "add", "Log refused logins", "--type", "maintenance");
    place.edit("gateway/README.md", (text) => `${text}\nHalf a sent`);
    await window.quick.command("Calcifer: Start Work Item");
    await window.quick.row("#2").waitFor();
    await window.press("Enter");
    await window.quick.row("Leave them here").waitFor();
    await window.press("ArrowDown", "Enter");
    const said = await window.toasts.read(/work tree of its own/);
    const { worktree } = await place.ask<{ worktree: string }>("work", "show", "2");
    assert.equal(said, `#2 Log refused logins has a work tree of its own: ${worktree}`);
    const offered = await window.toasts
      .saying(/work tree/)
      .locator(".monaco-button")
      .allInnerTexts();
    assert.deepEqual(offered, ["Open in New Window", "Add to This Window"]);
    const { branch } = await place.item(2);
    assert.equal(await place.git(worktree, "branch", "--show-current"), branch);
    assert.equal(await place.git(worktree, "status", "--short"), "");
    assert.match(place.read("gateway/README.md"), /Half a sent$/);
    assert.equal(await git("status", "--short"), " M README.md");
    assert.notEqual(await git("branch", "--show-current"), branch);
  });

  /** As a person would: Tab until it has the focus. */
  const tabTo = async (field: Locator) => {
    for (let i = 0; i < 40; i++) {
      if (await field.evaluate((one) => (one as unknown as Matching).matches(":focus"))) return;
      await now.window.press("Tab");
    }
    assert.fail(`Tab does not reach ${field.toString()}`);
  };
});
