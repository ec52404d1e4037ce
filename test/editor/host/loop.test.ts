// The change loop as the views and the status bar tell it, beside what git says.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { git, registered, seen, started, write } from "./inside.ts";

describe("an item in Now and in the status bar", () => {
  it("shows the trunk without an item", async () => {
    const { now, statusBar, repos } = await registered();
    git("switch", "-q", "main");
    await seen(repos.onDidChange, () => repos.current?.branch === "main", "the trunk");
    const [row] = now.getChildren();
    assert.ok(row);
    assert.equal(now.getTreeItem(row).contextValue, "trunk");
    assert.deepEqual(statusBar.texts, ["$(flame) no item", ""]);
  });

  it("shows every check of a started item with its sentence, and what can be done", async () => {
    const { now, statusBar } = await registered();
    const { id, branch } = await started("Add TLS");
    const [row] = now.getChildren();
    assert.ok(row);
    const item = now.getTreeItem(row);
    assert.deepEqual([item.label, item.description], [`#${id} Add TLS`, branch]);
    const checks = now.getChildren(row).map((node) => now.getTreeItem(node));
    const entry = checks.find(({ contextValue }) => contextValue === "check entry no");
    assert.match(entry?.label as string, /CHANGES\.md has no entry for/);
    assert.equal(entry?.command?.command, "calcifer.changes.show");
    const left = checks.filter(({ iconPath }) => (iconPath as vscode.ThemeIcon).id === "x").length;
    assert.deepEqual(statusBar.texts, [`$(flame) #${id} Add TLS`, `$(x) ${left} to do`]);
  });

  it("sees a commit that was made outside VS Code, and is ready when nothing is left", async () => {
    const { daemon, repos, statusBar, now } = await registered();
    const { id } = await started("Say hello");
    write("hello.txt", "hello\n");
    const { commit } = await daemon.act("work.commit", {
      repo: repos.current?.repo,
      message: "Say hello",
      entry: "It says hello",
      all: true,
    });
    assert.equal(git("rev-parse", "HEAD"), commit);
    await daemon.act("work.check", { item: id, all: true });
    await daemon.act("work.note", { item: id, text: "Nothing else to know." });
    await seen(repos.onDidChange, () => statusBar.texts[1] === "$(check) ready", "the status bar saying ready");
    assert.deepEqual(now.badge, { value: 1, tooltip: "1 item is ready to merge" });
    await vscode.commands.executeCommand("calcifer.work.finish", id);
    assert.equal(git("log", "-1", "--format=%P", "main").split(" ").length, 2);
    assert.equal((await daemon.ask("work.get", { item: id })).status, "done");
    await seen(repos.onDidChange, () => now.badge === undefined, "the badge gone");
  });

  it("says conflicts when trunk and branch touch the same line", async () => {
    const { daemon, repos, statusBar } = await registered();
    const { id, branch } = await started("Change the host");
    write("Caddyfile", "branch.example.org\n");
    await daemon.act("work.commit", { repo: repos.current?.repo, message: "Branch", entry: "Host", all: true });
    git("switch", "-q", "main");
    write("Caddyfile", "trunk.example.org\n");
    // As somebody without our hooks would.
    git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "Trunk");
    git("switch", "-q", branch);
    await seen(repos.onDidChange, () => statusBar.texts[1] === "$(warning) conflicts", "the conflict");
    await daemon.act("work.drop", { item: id, abandonCommits: 1 });
  });

  it("gives up an item and takes that back", async () => {
    const { daemon } = await registered();
    const { id, branch } = await started("Drop me");
    await vscode.commands.executeCommand("calcifer.work.drop", id);
    assert.equal((await daemon.ask("work.get", { item: id })).status, "dropped");
    assert.equal(git("branch", "--list", branch), "");
    await vscode.commands.executeCommand("calcifer.work.restore", id);
    assert.equal((await daemon.ask("work.get", { item: id })).status, "active");
    assert.notEqual(git("branch", "--list", branch), "");
  });

  it("shows what is left to do before what is done", async () => {
    const { now } = await registered();
    await started("In order");
    const [row] = now.getChildren();
    const icons = now.getChildren(row).map((node) => (now.getTreeItem(node).iconPath as vscode.ThemeIcon).id);
    assert.ok(icons.includes("x") && icons.includes("check"), icons.join());
    assert.ok(icons.lastIndexOf("x") < icons.indexOf("check"), icons.join());
  });

  it("deletes nothing without asking, a dropped item neither", async () => {
    const { daemon } = await registered();
    const { id } = await started("Keep me");
    await daemon.act("work.drop", { item: id });
    // VS Code refuses every question in tests, as a person would with Escape.
    await vscode.commands.executeCommand("calcifer.work.delete", id);
    assert.equal((await daemon.ask("work.get", { item: id })).status, "dropped");
  });

  it("waives, commits and writes nowhere for an item whose branch is not checked out", async () => {
    const { daemon } = await registered();
    const { id } = await started("Elsewhere");
    await started("Here");
    const before = git("rev-parse", "HEAD");
    const asked = [{ item: { id }, check: { id: "judged" } }, { item: id }];
    await vscode.commands.executeCommand("calcifer.gate.waive", asked[0]);
    await vscode.commands.executeCommand("calcifer.changes.add", asked[1]);
    assert.equal(git("rev-parse", "HEAD"), before);
    assert.equal(git("status", "--short"), "");
    assert.equal((await daemon.ask("work.get", { item: id })).status, "active");
  });

  it("keeps out of the status bar when it is told to", async () => {
    const { statusBar } = await registered();
    const settings = vscode.workspace.getConfiguration("calcifer");
    const changed = (value: boolean | undefined) =>
      settings.update("statusBar.enabled", value, vscode.ConfigurationTarget.Global);
    await changed(false);
    assert.deepEqual(statusBar.texts, ["", ""]);
    await changed(undefined);
    assert.match(statusBar.texts[0], /flame/);
  });
});
