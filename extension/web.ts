// VS Code in a browser with no machine behind it: says what is missing. There is neither git nor a daemon there.
import * as vscode from "vscode";

export function activate(): void {
  void vscode.commands.executeCommand("setContext", "calcifer.situation", "missing");
}
