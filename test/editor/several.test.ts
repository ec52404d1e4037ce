// Two repositories in one window.
import assert from "node:assert/strict";
import { picture } from "./pictures.ts";
import type { Place } from "./workbench/place.ts";
import { billing, started } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";

async function prepare(place: Place): Promise<string> {
  await started(place);
  await place.service("billing", billing);
  await place.calcifer("billing", "work", "add", "Round to cents", "--type", "bug");
  await place.calcifer("billing", "work", "start", "2");
  place.write("both.code-workspace", JSON.stringify({ folders: [{ path: "gateway" }, { path: "billing" }] }));
  return "both.code-workspace";
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
    await window.quick.row(file).waitFor();
    await window.quick.accept();
    await window.tab(file).waitFor();
  };

  it("groups items by service", async () => {
    const { window } = now;
    await window.work.unfold();
    await window.work.row("Active").seen();
    await window.work.overflow("Group By", "Service");
    await window.work.row(/^billing/).seen();
    await window.work.row(/^gateway/).seen();
    assert.deepEqual((await window.work.texts()).length, 4);
  });
});
