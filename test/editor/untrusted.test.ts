// A folder that is not trusted: what is known can be read, nothing is written, nothing of the folder is run.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { picture } from "./pictures.ts";
import type { Place } from "./workbench/place.ts";
import { fulfil, gateway, started } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";

async function prepare(place: Place): Promise<string> {
  await started(place);
  // What a hostile repository would try.
  const trap = `touch ${place.path("sprung")}`;
  await place.git("gateway", "config", "core.fsmonitor", trap);
  place.write("gateway/.vscode/settings.json", JSON.stringify({ "calcifer.runtime": place.path("trap.sh") }));
  place.write("trap.sh", `#!/bin/sh\n${trap}\n`);
  await place.run(".", "chmod", "+x", "trap.sh");
  return "gateway";
}

story("a service in a folder that is not trusted", { prepare, trust: true }, (now) => {
  it("shows items and checks", async () => {
    const { window } = now;
    await window.icon.waitFor();
    await window.showCalcifer();
    await window.work.row("#1").seen();
    await window.now.row("The notes are empty.").seen();
    await window.status.shows("#1", "to do");
  });

  it("offers acts disabled, and says why", async () => {
    const { window } = now;
    await window.commit.seen("This workspace is not trusted");
    const button = await window.commit.button("Commit");
    assert.equal(await button.first().getAttribute("aria-disabled"), "true");
    const page = window.item(1);
    await window.work.row("#1").click();
    await page.seen("This workspace is not trusted");
    assert.equal(await (await page.button("Merge & Complete")).getAttribute("aria-disabled"), "true");
    assert.equal(await (await page.at("#notes")).getAttribute("readonly"), "");
    for (const box of await (await page.at(".checklist input")).all()) assert.equal(await box.isDisabled(), true);
    await window.rest();
    await picture(window.page, "untrusted-item");
  });

  it("offers no command that acts", async () => {
    const offered = await now.window.quick.commands();
    assert.ok(offered.includes("Calcifer: Show Merge Checks…"), offered.join("\n"));
    for (const act of ["New Work Item", "Start Work Item", "Commit with Entry", "Merge & Complete", "Drop"])
      assert.deepEqual(
        offered.filter((name) => name.includes(act)),
        [],
      );
  });

  it("has written nothing and run nothing", async () => {
    const { place } = now;
    assert.equal(existsSync(place.path("sprung")), false, "something of the folder was run");
    const branch = await place.run("gateway", "cat", ".git/HEAD");
    assert.match(branch, /refs\/heads\/work\/1-/);
    assert.equal((await place.item(1)).status, "active");
  });

  it("acts and follows Source Control once it is trusted, without a reload", async () => {
    const { window, place } = now;
    await place.run("gateway", "rm", "-r", ".vscode");
    await place.run("gateway", "git", "config", "--unset", "core.fsmonitor");
    await window.press("Control+F4");
    await window.quick.command("Workspaces: Manage Workspace Trust");
    await window.page
      .locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ })
      .first()
      .click();
    await window.press("Escape");
    await (await window.commit.at("#message:not([readonly]):not([disabled])")).waitFor();
    await window.quick.command("Calcifer: Tick the Checklist");
    await window.quick.open(/Checklist of #1/);
    await window.page.keyboard.press("Escape");
    // What a terminal does is seen.
    await fulfil(place, 1);
    await place.calcifer("gateway", "changes", "add", "Unknown pages are answered with 404");
    await place.git("gateway", "commit", "-qam", "Answer with 404");
    await window.status.shows("#1", "ready");
    await window.work.row("#1").press("Merge & Complete");
    await window.toasts.read(/is merged and complete/);
    assert.equal((await place.item(1)).status, "done");
  });
});

story(
  "a strange repository that is not trusted",
  {
    trust: true,
    prepare: async (place) => {
      await place.repository("gateway", gateway);
      return "gateway";
    },
  },
  (now) => {
    it("is not registered, and says what that needs", async () => {
      const { window, place } = now;
      await window.icon.waitFor();
      await window.showCalcifer();
      await window.welcome.filter({ hasText: "This workspace is not trusted" }).waitFor();
      assert.deepEqual(await window.welcome.locator(".monaco-button").allInnerTexts(), ["Manage Workspace Trust"]);
      assert.equal(existsSync(place.path("gateway/.git/hooks/commit-msg")), false);
      assert.equal(existsSync(place.path("gateway/.git/calcifer")), false);
      assert.equal(await window.toasts.all.count(), 0);
    });
  },
);
