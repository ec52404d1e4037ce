// VS Code's own Source Control: git refuses there too, with our sentence; the trunk is protected.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { type GitRepository, gitApi } from "../../../extension/git.ts";
import { file, git, registered, seen, started, top, write } from "./inside.ts";

type Committing = GitRepository & {
  add(paths: string[]): Promise<void>;
  commit(message: string): Promise<void>;
  isBranchProtected(): boolean;
};

async function repository(): Promise<Committing> {
  const api = await gitApi();
  return (
    (api?.getRepository(vscode.Uri.file(top)) as Committing | null) ?? assert.fail("VS Code's git has no repository")
  );
}

describe("Source Control", () => {
  it("is refused a commit without an entry, in our words", async () => {
    const { id } = await started("Commit by the API");
    const repo = await repository();
    write("api.txt", "one\n");
    await repo.add([file("api.txt").fsPath]);
    await assert.rejects(repo.commit("Without an entry"), ({ stderr }: { stderr: string }) => {
      assert.equal(stderr.split("\n")[0], `Calcifer: CHANGES.md has no entry for #${id} "Commit by the API".`);
      return true;
    });
  });

  it("knows the trunk as protected, and the item's branch as not", async () => {
    const { repos } = await registered();
    const repo = await repository();
    git("switch", "-q", "main");
    await vscode.commands.executeCommand("git.refresh");
    await seen(repo.state.onDidChange, () => repo.state.HEAD?.name === "main", "main in Source Control");
    assert.equal(repo.isBranchProtected(), true);
    const { branch } = await started("Not protected");
    await vscode.commands.executeCommand("git.refresh");
    await seen(repo.state.onDidChange, () => repo.state.HEAD?.name === branch, "the branch in Source Control");
    assert.equal(repo.isBranchProtected(), false);
    assert.equal(repos.current?.branch, branch);
  });
});
