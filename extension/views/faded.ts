// Rows shown from memory are dimmed: a decoration, since rows have no colour of their own.
import * as vscode from "vscode";

const scheme = "calcifer-row";
const stale = vscode.Uri.from({ scheme, path: "/stale" });

/** @param isStale the daemon is not there; what is shown is what was last known */
export function faded(row: vscode.TreeItem, isStale: boolean): vscode.TreeItem {
  if (!isStale) return row;
  row.resourceUri = stale;
  if (row.iconPath instanceof vscode.ThemeIcon)
    row.iconPath = new vscode.ThemeIcon(row.iconPath.id, new vscode.ThemeColor("disabledForeground"));
  return row;
}

export const fading: vscode.FileDecorationProvider = {
  provideFileDecoration: (uri) =>
    uri.scheme === scheme
      ? new vscode.FileDecoration(undefined, undefined, new vscode.ThemeColor("disabledForeground"))
      : undefined,
};
