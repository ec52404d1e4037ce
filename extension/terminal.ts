// `calcifer` in VS Code's terminals: a script beside the extension, run by VS Code's own runtime.
import * as vscode from "vscode";
import { setting } from "./settings.ts";

export function offerInTerminal(context: vscode.ExtensionContext): void {
  const variables = context.environmentVariableCollection;
  variables.description = vscode.l10n.t("Puts the command `calcifer` on the PATH.");
  const set = () => {
    variables.clear();
    if (!setting("calcifer.terminal.enabled")) return;
    const home = setting("calcifer.home");
    const separator = process.platform === "win32" ? ";" : ":";
    // Behind what is there: an installed calcifer comes first.
    variables.append("PATH", `${separator}${context.asAbsolutePath("bin/terminal")}`);
    variables.replace("CALCIFER_NODE", setting("calcifer.runtime") || process.execPath);
    if (home) variables.replace("CALCIFER_HOME", home);
  };
  set();
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (["terminal", "home", "runtime"].some((name) => change.affectsConfiguration(`calcifer.${name}`))) set();
    }),
  );
}
