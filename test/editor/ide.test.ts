// What a person sees of tasks, launch configurations and the templates for .vscode.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { picture } from "./pictures.ts";
import type { Place } from "./workbench/place.ts";
import { story } from "./workbench/story.ts";
import { until } from "./workbench/until.ts";

const manifest = JSON.stringify({ scripts: { start: "node server.js", test: "node --test" } });

async function prepare(place: Place): Promise<string> {
  await place.service("shop", {
    "package.json": manifest,
    ".vscode/launch.json": '{\n  // ours\n  "version": "0.2.0"\n}\n',
  });
  return "shop";
}

story("the templates for .vscode", { prepare }, (now) => {
  const inVscode = (file: string) => now.place.path("shop/.vscode", file);
  const propose = async () => {
    const { window } = now;
    await window.quick.command("Calcifer: Set Up .vscode…");
    await window.quick.open(/^Write These Files into .*shop/);
  };

  it("are shown beside what is there, and cancelled nothing is written", async () => {
    const { window } = now;
    await window.icon.waitFor();
    await propose();
    await window.tab(/^Proposed: \.vscode/).waitFor();
    await window.quick.pick("Cancel");
    assert.equal(existsSync(inVscode("tasks.json")), false);
    await picture(window.page, "vscode-templates");
  });

  it("are written when a person says so, around what is theirs", async () => {
    await propose();
    await now.window.quick.pick("Write");
    await until(async () => existsSync(inVscode("tasks.json")), true);
    assert.match(
      readFileSync(inVscode("launch.json"), "utf8"),
      /\/\/ ours\n {2}"version": "0\.2\.0",\n {2}"configurations"/,
    );
  });
});
