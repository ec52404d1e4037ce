// The view Services: what a service's row and its tooltip say of the catalogue, and what is merged but not live.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { ServicesNode } from "../../../extension/views/services.ts";
import { git, registered, seen } from "./inside.ts";

const evil = "<img src=x onerror=alert(1)> $(bug) [x](command:evil)";

describe("the view Services", () => {
  async function service(): Promise<ServicesNode> {
    const { services } = await registered();
    const node = (await services.getChildren()).find((one) => one.service === "gateway");
    return node ?? assert.fail("there is no row for gateway");
  }

  async function tooltip(): Promise<vscode.MarkdownString> {
    const { services } = await registered();
    const { tooltip: said } = services.getTreeItem(await service());
    assert.ok(said instanceof vscode.MarkdownString && !said.supportHtml && !said.isTrusted);
    return said;
  }

  async function edit(changes: { owner?: string; label?: string[]; link?: string[]; title?: string }): Promise<void> {
    const { daemon, repos } = await registered();
    await daemon.act("service.edit", { service: "gateway", ...changes });
    await repos.refresh();
  }

  after("as it was", () => edit({ owner: "", label: [""], link: [""], title: "" }));

  it("says nothing of what nobody has said", async () => {
    assert.doesNotMatch((await tooltip()).value, /Owner|Labels|Depends on|Live|Made from/);
  });

  it("says whose it is, its labels, and where to look", async () => {
    await edit({
      owner: "Ada",
      label: ["edge"],
      link: ["Dashboard=https://example.org/d?a=(1)"],
      title: "The Gateway",
    });
    const { value } = await tooltip();
    assert.match(value, /\*\*The Gateway\*\*/);
    assert.match(value, /Owner: Ada/);
    assert.match(value, /Labels: edge/);
    assert.ok(value.includes("[Dashboard](https://example.org/d?a=%281%29)"), value);
    const { services } = await registered();
    assert.match(String(services.getTreeItem(await service()).description), /^The Gateway/);
  });

  it("shows words with markup as those words", async () => {
    await edit({ owner: evil, link: [`${evil.replaceAll("=", "")}=https://example.org/`] });
    const { value } = await tooltip();
    assert.ok(value.includes("&lt;img"), value);
    assert.doesNotMatch(value, /<img|[^\\]\]\(command:/);
  });

  it("has a row for an environment in which not all that is merged is live", async () => {
    const { daemon, repos, services } = await registered();
    const below = async () => (await services.getChildren(await service())).filter(({ kind }) => kind === "behind");
    assert.deepEqual(await below(), []);
    const set = async (version: string) => {
      const version_ = () => repos.service("gateway")?.environments.find(({ live }) => live)?.live?.version;
      await daemon.act("service.live-set", { service: "gateway", version, environment: "production" });
      await seen(repos.onDidChange, () => version_() === version, `${version} as live`);
    };
    const head = git("rev-parse", "main");
    await set(head);
    assert.deepEqual(await below(), []);
    await set("nobody-knows-this");
    const [row] = await below();
    assert.ok(row);
    assert.equal(services.getTreeItem(row).description, "cannot tell what is live");
    await set(git("rev-parse", "main~1"));
    const [behind] = await below();
    assert.ok(behind);
    assert.match(String(services.getTreeItem(behind).description), /^1 commit not live/);
  });
});
