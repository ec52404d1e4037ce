// CHANGES.md, the policy and commit messages in an editor: what is wrong with them, what mends that, what completes and
// explains a reference, what Calcifer is going to add.
import { picture } from "./pictures.ts";
import { started } from "./workbench/samples.ts";
import { story } from "./workbench/story.ts";
import { until } from "./workbench/until.ts";

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
    await until(async () => /- Answer with 404, not with 500 \(#1\)/.test(place.read("gateway/CHANGES.md")), true);
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
    await window.press("Control+S");
  });

  it("finds a misspelt key of the policy where it is, and spells it", async () => {
    const { window, place } = now;
    place.edit("gateway/.calcifer.yaml", (text) => text.replace(/^trunk:/m, "trunc:"));
    await window.quick.command("Calcifer: Open .calcifer.yaml");
    await window.tab(".calcifer.yaml").waitFor();
    await window.editor.squiggle.first().waitFor();
    await window.press("Control+Shift+M");
    await window.problem(/trunc/).waitFor();
    await picture(window.page, "policy-problem");
    await window.editor.fix(/trunk/i);
    await window.editor.line(/^trunk:/).waitFor();
    await window.press("Control+S");
    await window.problem(/trunc/).waitFor({ state: "detached" });
    await until(async () => /^trunk: main$/m.test(place.read("gateway/.calcifer.yaml")), true);
    await window.press("Control+J");
  });

  it("writes the trailer into the message of a commit, and says that it comes back when it is deleted", async () => {
    const { window, place } = now;
    const { key } = await place.item(1);
    await window.scm.show();
    await window.scm.commit("");
    await window.dialog.says("no staged changes");
    await window.dialog.box.getByRole("button", { name: "Yes", exact: true }).click();
    await window.tab("COMMIT_EDITMSG").waitFor();
    await window.editor.line(`Work-Item: #1 ${key}`).click();
    await window.press("End", "Shift+Home", "Delete");
    await window.editor.lens(`Calcifer adds “Work-Item: #1 ${key}”, for #1 "Answer with 404`).waitFor();
    await window.rest();
  });
});
