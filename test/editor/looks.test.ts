// How Calcifer looks in dark, light and high contrast, and that axe finds nothing serious in any of them.
import assert from "node:assert/strict";
import { picture } from "./pictures.ts";
import type { Place } from "./workbench/place.ts";
import { gateway } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";

async function prepare(place: Place): Promise<string> {
  await place.service("gateway", gateway);
  const add = (title: string, ...rest: string[]) => place.calcifer("gateway", "work", "add", title, ...rest);
  await add("Add TLS to the public endpoints", "--type", "feature", "--label", "security");
  await add("Rate-limit the login", "--type", "bug", "--label", "security");
  await add("Tell how certificates are renewed", "--type", "documentation");
  await place.calcifer("gateway", "work", "start", "1");
  place.edit("gateway/Caddyfile", (text) => text.replace("}", "  tls internal\n}"));
  place.write("gateway/renewal.sh", "#!/bin/sh\ncaddy reload\n");
  return "gateway";
}

const themes = { dark: "Dark 2026", light: "Light 2026", contrast: "Dark High Contrast" };

story("how it looks", { prepare }, (now) => {
  it("opens an item beside the views", async () => {
    const { window } = now;
    await window.status.shows("#1", "to do");
    await window.showCalcifer();
    await window.widen(380);
    await window.work.row("#1").click();
    await window.item(1).seen("Active");
    await window.services.fold();
  });

  for (const [name, theme] of Object.entries(themes))
    it(`is at home in ${theme}`, async () => {
      const { window } = now;
      await window.theme(theme);
      const page = window.item(1);
      await page.isPainted(name === "contrast" ? "vscode-high-contrast" : `vscode-${name}`);
      await picture(window.page, `${name}-item`);
      await window.work.fold();
      await (await window.commit.at("#message")).fill("Terminate TLS at the gateway");
      await window.commit.seen("Commit 2 Files");
      await picture(window.page, `${name}-commit`);
      await window.work.unfold();
      await window.status.check.click();
      await window.quick.row("CHANGES.md has no entry").waitFor();
      await picture(window.page, `${name}-checks`);
      await window.quick.escape();
      assert.deepEqual(await page.complaints(), []);
      assert.deepEqual(await window.commit.complaints(), []);
    });
});
