// The extension inside VS Code: it activates without waiting, and finds or starts the daemon.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { stopDaemon } from "../stop-daemon.ts";

const id = "calcifer.calcifer";

describe("the extension and its daemon", () => {
  after("stop the daemon", () =>
    stopDaemon(process.env.CALCIFER_HOME ?? assert.fail("this would stop your own daemon")),
  );

  it("activates without waiting for the daemon", async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, `${id} is not installed`);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it("shows the daemon's version", async () => {
    const status = await vscode.commands.executeCommand<{ version: string } | undefined>("calcifer.daemon.status");
    assert.equal(status?.version, vscode.extensions.getExtension(id)?.packageJSON.version);
  });
});
