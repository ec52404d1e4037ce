// CHANGES.md in an editor: what is wrong with it, what mends that, what completes and explains a reference.
import assert from "node:assert/strict";
import { picture } from "./pictures.ts";
import { started } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";

story("CHANGES.md in an editor", { prepare: started }, (now) => {
  it("says in the problems that the entry is missing, and above Unreleased what is needed", async () => {
    const { window } = now;
    await window.status.shows("#1", "to do");
    await window.quick.command("Calcifer: Open CHANGES.md");
    await window.tab("CHANGES.md").waitFor();
    await window.editor.squiggle.first().waitFor();
    await window.editor.lens(/#1/).waitFor();
    await window.press("Control+Shift+M");
    await window.problem(/has no entry for #1/).waitFor();
    await picture(window.page, "changes-problem");
  });

  it("writes the entry by a quick fix, and the problem goes", async () => {
    const { window, place } = now;
    await window.editor.fix(/entry/i);
    await window.editor.line("- Answer with 404, not with 500 (#1)").waitFor();
    await window.press("Control+S");
    await window.problem(/has no entry for #1/).waitFor({ state: "detached" });
    assert.match(place.read("gateway/CHANGES.md"), /- Answer with 404, not with 500 \(#1\)/);
    await window.press("Control+J");
  });

  it("explains #1 on hover", async () => {
    const { window } = now;
    await window.editor.line("(#1)").click();
    await window.press("End", "ArrowLeft", "ArrowLeft", "Control+K", "Control+I");
    const hover = window.editor.hover.filter({ hasText: "Answer with 404" });
    await hover.first().waitFor();
    await picture(window.page, "changes-hover");
  });

  it("completes items after (#", async () => {
    const { window } = now;
    await window.editor.line("(#1)").click();
    await window.press("End", "Enter");
    await window.type("Another line (#");
    await window.editor.suggestion("#1").waitFor();
    await window.press("Enter");
    await window.editor.line("Another line (#1)").waitFor();
  });
});
