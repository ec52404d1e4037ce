// A thin face on the daemon: registers what VS Code shows, and connects in the background.
import * as vscode from "vscode";
import { Daemon, type DaemonStatus } from "./daemon.ts";

export function activate(context: vscode.ExtensionContext): void {
  const daemon = new Daemon(context.asAbsolutePath("dist/daemon.cjs"));
  const item = vscode.window.createStatusBarItem("calcifer.daemon", vscode.StatusBarAlignment.Left, 100);
  context.subscriptions.push(
    daemon,
    item,
    vscode.commands.registerCommand("calcifer.daemon.status", () => showStatus(daemon)),
  );
  item.name = vscode.l10n.t("Calcifer");
  item.command = "calcifer.daemon.status";
  item.text = "$(flame) Calcifer";
  item.show();
  // Activation does not wait for a process to start.
  void fillIn(item, daemon);
}

async function fillIn(item: vscode.StatusBarItem, daemon: Daemon): Promise<void> {
  try {
    const { version } = await daemon.status();
    item.text = `$(flame) Calcifer ${version}`;
    item.tooltip = vscode.l10n.t("The Calcifer daemon answers.");
  } catch (error) {
    item.text = "$(flame) Calcifer $(warning)";
    item.tooltip = sentence(error);
  }
}

/** @returns the status shown, for callers of the command; undefined when no daemon answered */
async function showStatus(daemon: Daemon): Promise<DaemonStatus | undefined> {
  try {
    const status = await daemon.status();
    const { version, pid, uptime } = status;
    const text = vscode.l10n.t("Calcifer {0}: daemon {1}, up for {2} s", version, pid, Math.round(uptime));
    // Resolves only when the message is closed, which nobody here waits for.
    void vscode.window.showInformationMessage(text);
    return status;
  } catch (error) {
    void vscode.window.showErrorMessage(sentence(error));
    return undefined;
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
