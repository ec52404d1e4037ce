// Commands about the daemon and Calcifer itself.
import * as vscode from "vscode";
import { tell, tellFault } from "../say.ts";
import type { Run } from "../window.ts";

/** @returns the status shown, for callers of the command */
export const status: Run = async ({ daemon }) => {
  const { state } = daemon;
  const again = { title: vscode.l10n.t("Try Again"), run: () => daemon.reconnect() };
  if (state.is === "failed") return tellFault(state.fault, again, logs(daemon.output));
  const status = await daemon.ask("daemon.status", {});
  const { version, pid, uptime, clients } = status;
  const minutes = Math.round(uptime / 60);
  void tell(
    vscode.l10n.t("Calcifer {0}: daemon {1}, up for {2} min, {3} clients.", version, pid, minutes, clients),
    logs(daemon.output),
  );
  return status;
};

const logs = (output: vscode.LogOutputChannel) => ({
  title: vscode.l10n.t("Show Log"),
  run: () => output.show(true),
});

export const restart: Run = ({ daemon }) => daemon.reconnect();
export const log: Run = ({ daemon }) => daemon.output.show(true);

export const backup: Run = async ({ daemon }) => {
  const made = await daemon.act("backup.now", {});
  void tell(vscode.l10n.t("The database is copied to {0}.", made.path));
};

/** Versions, and nothing of anybody's repositories. */
export const report: Run = async ({ daemon, extension }) => {
  const status = daemon.state.is === "up" ? await daemon.ask("daemon.status", {}).catch(() => undefined) : undefined;
  const issueBody = [
    `- Calcifer ${extension.extension.packageJSON.version}, daemon ${status?.version ?? daemon.state.is}`,
    `- VS Code ${vscode.version} (${vscode.env.appHost}, ${vscode.env.remoteName ?? "local"})`,
    `- runtime ${process.version}, daemon's ${status?.node ?? "unknown"}, ${process.platform} ${process.arch}`,
    "",
    vscode.l10n.t("What I did:"),
    "",
    vscode.l10n.t("What I expected, and what happened:"),
    "",
  ].join("\n");
  await vscode.commands.executeCommand("workbench.action.openIssueReporter", {
    extensionId: extension.extension.id,
    issueBody,
  });
};

export const walkthrough: Run = async ({ extension }) => {
  const { id, packageJSON } = extension.extension;
  const { title } = packageJSON.contributes.walkthroughs[0];
  const open = () => vscode.commands.executeCommand("workbench.action.openWalkthrough", `${id}#start`, false);
  const before = vscode.window.tabGroups.activeTabGroup.activeTab;
  await open();
  // VS Code reads walkthroughs when the first one is shown, and shows its own until it has read ours.
  const { activeTab } = vscode.window.tabGroups.activeTabGroup;
  if (!activeTab?.label.includes(title)) {
    // A walkthrough's tab is of no kind that extensions know; it keeps its name for as long as it is there.
    if (activeTab && activeTab !== before && activeTab.input === undefined)
      await vscode.window.tabGroups.close(activeTab);
    await open();
  }
  await vscode.commands.executeCommand("setContext", "calcifer.walkthrough", true);
};
