// Tasks and launch configurations are offered live, and a task runs.
import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { registered, top, write } from "./inside.ts";

const scripts = (more: object) =>
  write("package.json", JSON.stringify({ scripts: { test: 'node -e "process.exit(0)"', ...more } }));

const labels = async () => (await vscode.tasks.fetchTasks({ type: "calcifer" })).map(({ name }) => name);

describe("tasks and launch configurations", () => {
  before(async () => {
    await registered();
    scripts({ start: "node server.js" });
  });
  after(() => rmSync(path.join(top, "package.json"), { force: true }));

  it("are offered, with no file written, and follow what is there", async () => {
    assert.deepEqual(await labels(), ["npm run start", "npm run test"]);
    scripts({ lint: "true" });
    assert.deepEqual(await labels(), ["npm run test", "npm run lint"]);
    assert.equal(existsSync(path.join(top, ".vscode")), false);
  });

  it("a task is a program with arguments, and runs", async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: "calcifer" });
    const task = tasks.find(({ name }) => name === "npm run test") ?? assert.fail("it is not offered");
    const { process, args } = task.execution as vscode.ProcessExecution;
    assert.deepEqual([process, args], ["npm", ["run", "test"]]);
    assert.equal(task.group?.id, vscode.TaskGroup.Test.id);
    const ended = new Promise<number | undefined>((resolve) => {
      const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (execution.task.name !== task.name) return;
        listener.dispose();
        resolve(exitCode);
      });
    });
    await vscode.tasks.executeTask(task);
    assert.equal(await ended, 0);
  });

  it("launch configurations of one debugger each, for the debuggers that are there", async () => {
    scripts({ start: "node server.js" });
    const { launches } = await registered();
    const folder = vscode.workspace.workspaceFolders?.[0];
    const offered = await launches.for("node").provideDebugConfigurations(folder);
    assert.deepEqual(
      offered.map(({ type, request, name, cwd }) => [type, request, name, cwd]),
      [
        ["node", "launch", "Debug the server (npm run start)", top],
        ["node", "launch", "Debug the tests (npm run test)", top],
      ],
    );
    assert.deepEqual(await launches.for("go").provideDebugConfigurations(folder), []);
    const known = new Set(
      vscode.extensions.all.flatMap(({ packageJSON }) =>
        ((packageJSON as { contributes?: { debuggers?: { type: string }[] } }).contributes?.debuggers ?? []).map(
          ({ type }) => type,
        ),
      ),
    );
    assert.deepEqual(
      launches.types.filter((type) => !known.has(type)),
      [],
    );
  });
});
