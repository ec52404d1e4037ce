// The extension and its daemon: commands are there, a lost daemon is found again, nothing asked meanwhile is lost.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { actions } from "../../../extension/actions.ts";
import { connect } from "../../../protocol/connect.ts";
import { stopDaemon } from "../stop-daemon.ts";
import { home, parts, registered, seen } from "./inside.ts";

describe("the extension", () => {
  it("offers every command of its table, and no other", async () => {
    await parts();
    const offered = (await vscode.commands.getCommands(true)).filter(
      (id) => id.startsWith("calcifer.") && !/\.(focus|open|resetViewLocation|removeView|toggleVisibility)$/.test(id),
    );
    assert.deepEqual(offered.sort(), Object.keys(actions).sort());
  });

  it("shows the daemon's version", async () => {
    const status = await vscode.commands.executeCommand<{ version: string }>("calcifer.daemon.status");
    assert.equal(status.version, vscode.extensions.getExtension("calcifer.calcifer")?.packageJSON.version);
  });
});

describe("a daemon that is killed", () => {
  it("leaves rows dimmed, is started again, and answers what was asked meanwhile", async () => {
    const { daemon, repos, now } = await registered();
    const { pid } = await daemon.ask("daemon.status", {});
    const states: string[] = [];
    const listener = daemon.onDidChangeState(({ is }) => states.push(is));
    process.kill(pid, "SIGKILL");
    await seen(daemon.onDidChangeState, () => daemon.state.is !== "up", "its loss");
    const [row] = now.getChildren();
    assert.ok(row);
    assert.ok(now.getTreeItem(row).resourceUri, "the row is not dimmed");
    const meanwhile = daemon.ask("daemon.status", {});
    await seen(repos.onDidChange, () => !repos.stale, "its return");
    listener.dispose();
    assert.notEqual((await meanwhile).pid, pid);
    assert.deepEqual(states, ["lost", "up"]);
    assert.equal(now.getTreeItem(row).resourceUri, undefined);
  });

  it("does what was asked of it once, and no event is missed", async () => {
    const { daemon } = await registered();
    const heard: string[] = [];
    const listener = daemon.onDidHear(({ name }) => heard.push(name));
    const { pid } = await daemon.ask("daemon.status", {});
    const act = daemon.act("work.add", { title: "Once", service: "gateway" });
    process.kill(pid, "SIGKILL");
    const { id } = await act;
    const { items } = await daemon.ask("work.list", { search: "Once" });
    assert.deepEqual(
      items.map((item) => item.id),
      [id],
    );
    await seen(daemon.onDidHear, () => heard.includes("work.added"), "the event");
    listener.dispose();
    assert.equal(heard.filter((name) => name === "work.added").length, 1);
  });
});

describe("a daemon that a person stops", () => {
  it("stays stopped until somebody acts", async () => {
    const { daemon, statusBar, repos } = await registered();
    await stopDaemon(home);
    await seen(daemon.onDidChangeState, () => daemon.state.is === "stopped", "that it was stopped");
    assert.equal(statusBar.texts[1], "$(debug-stop) stopped");
    await assert.rejects(daemon.ask("daemon.status", {}), /was stopped/);
    await assert.rejects(connect({ client: "other", timeout: 500 }), /No daemon runs/);
    await daemon.act("work.add", { title: "Wakes it", service: "gateway" });
    await seen(repos.onDidChange, () => !repos.stale, "its return");
  });
});

after("stop the daemon", () => stopDaemon(home));
