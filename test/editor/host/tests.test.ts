// Tests of an item's branch, run from the editor: their output as it comes, the check that follows, a way to stop them.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { git, registered, seen, started, write } from "./inside.ts";

const commit = async (message: string): Promise<void> => {
  const { daemon, repos } = await registered();
  await daemon.act("work.commit", { repo: repos.current?.repo, message, entry: message, all: true });
};

/** The policy is the trunk's. */
async function policy(command: string): Promise<void> {
  const { repos } = await registered();
  git("reset", "-q", "--hard");
  git("switch", "-q", "main");
  write(".calcifer.yaml", `trunk: main\ntests: { command: ${JSON.stringify(command)} }\n`);
  git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "Policy");
  await seen(repos.onDidChange, () => repos.current?.branch === "main", "the trunk");
}

describe("tests of an item's branch", () => {
  after(async () => {
    git("reset", "-q", "--hard");
    git("switch", "-q", "main");
    write(".calcifer.yaml", "trunk: main\n");
    git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "Policy");
  });

  it("are a check in Now, run by its action, and green once they passed", async () => {
    await policy("grep -q right answer.txt");
    const { now, repos } = await registered();
    const { id } = await started("Answer");
    write("answer.txt", "wrong\n");
    await commit("Answer");
    const checkOf = () => {
      const [row] = now.getChildren();
      const checks = row ? now.getChildren(row).map((node) => now.getTreeItem(node)) : [];
      return checks.find(({ contextValue }) => contextValue?.startsWith("check tests"));
    };
    await seen(repos.onDidChange, () => checkOf()?.contextValue === "check tests unknown", "the check");
    assert.equal(await vscode.commands.executeCommand("calcifer.gate.test", id), false);
    await seen(repos.onDidChange, () => checkOf()?.contextValue === "check tests no", "the failure");
    assert.equal(checkOf()?.label, "The tests failed, exit 1.");
    write("answer.txt", "right\n");
    await commit("Answer right");
    const about = { check: { id: "tests" }, item: { id } };
    assert.equal(await vscode.commands.executeCommand("calcifer.gate.act", about), true);
    await seen(repos.onDidChange, () => checkOf()?.contextValue === "check tests yes", "the pass");
  });

  it("tell what they say as it comes, and can be stopped", async () => {
    await policy("echo begun; sleep 600");
    const { daemon } = await registered();
    const { id } = await started("Stop me");
    write("stop.txt", "x\n");
    await commit("Stop");
    const stop = new vscode.CancellationTokenSource();
    const told: string[] = [];
    const progress = (line: string) => {
      told.push(line);
      if (line === "begun") stop.cancel();
    };
    await assert.rejects(daemon.act("gate.test", { item: id }, { token: stop.token, progress }), /stopped/);
    assert.deepEqual(told.slice(-2), ["$ echo begun; sleep 600", "begun"]);
    const { merge } = await daemon.ask("gate.show", { item: id });
    assert.equal(merge?.checks.find((check) => check.id === "tests")?.state, "unknown");
  });
});
