// The view Work: groups, pages, filters; what an item's row says.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { WorkNode } from "../../../extension/views/work-nodes.ts";
import { registered } from "./inside.ts";

const of = <K extends WorkNode["kind"]>(kind: K, nodes: WorkNode[]) =>
  nodes.filter((node): node is Extract<WorkNode, { kind: K }> => node.kind === kind);

describe("the view Work", () => {
  before("130 planned items", async () => {
    const { daemon, work } = await registered();
    for (let i = 1; i <= 130; i++)
      await daemon.act("work.add", {
        title: `Many ${i}`,
        service: "gateway",
        type: i % 2 ? "bug" : "feature",
        label: i === 7 ? ["lucky"] : [],
      });
    await vscode.commands.executeCommand("calcifer.work.focus");
    await work.refresh();
  });

  afterEach("as it was", async () => {
    const { work } = await registered();
    work.setFilter({});
    work.groupBy("status");
  });

  async function shown(kind: "status" | "service" | "type" | "label", filter = {}): Promise<WorkNode[]> {
    const { work } = await registered();
    work.setFilter(filter);
    work.groupBy(kind);
    await work.refresh();
    return work.getChildren();
  }

  it("shows a page of a group, and the rest when asked", async () => {
    const { work } = await registered();
    const planned = of("group", await shown("status")).find(({ value }) => value === "planned");
    assert.ok(planned);
    const page = await work.getChildren(planned);
    assert.equal(of("item", page).length, 100);
    const [more] = of("more", page);
    assert.equal(more?.left, planned.count - 100);
    await vscode.commands.executeCommand("calcifer.work.more", planned);
    const all = await work.getChildren(planned);
    assert.equal(of("item", all).length, planned.count);
    assert.equal(of("more", all).length, 0);
  });

  it("groups by type and by label; without a label comes last", async () => {
    const types = of("group", await shown("type")).map(({ value }) => value);
    assert.ok(types.includes("bug") && types.includes("feature"));
    const labels = of("group", await shown("label"));
    assert.deepEqual([labels[0]?.value, labels[0]?.count, labels.at(-1)?.value], ["lucky", 1, null]);
  });

  it("filters and searches, and says so beside its name", async () => {
    const { work } = await registered();
    const groups = of("group", await shown("status", { label: "lucky" }));
    assert.deepEqual(
      groups.map(({ count }) => count),
      [1],
    );
    assert.equal(work.tree.description, "lucky");
    assert.equal(of("group", await shown("status", { search: "Many 130" }))[0]?.count, 1);
    assert.deepEqual(await shown("status", { search: "nothingofthatkind" }), []);
  });

  it("shows a title with markup as that text", async () => {
    const { work, daemon } = await registered();
    const title = "<img src=x onerror=alert(1)> $(bug) [x](command:evil)";
    const { id } = await daemon.act("work.add", { title, service: "gateway" });
    const [group] = of("group", await shown("status", { search: "onerror" }));
    const [node] = await work.getChildren(group);
    assert.ok(node);
    const row = work.getTreeItem(node);
    // A zero-width space keeps VS Code from reading an icon's name.
    assert.equal(row.label, `#${id} ${title.replace("$(", "$\u200b(")}`);
    const { tooltip } = await work.resolveTreeItem(row, node, new vscode.CancellationTokenSource().token);
    assert.ok(tooltip instanceof vscode.MarkdownString && !tooltip.supportHtml && !tooltip.isTrusted);
    assert.ok(tooltip.value.includes("&lt;img src=x onerror=alert\\(1\\)>"), tooltip.value);
  });
});
