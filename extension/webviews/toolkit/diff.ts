// Shows a file, or many, as VS Code shows changes.
import path from "node:path";
import * as vscode from "vscode";

/** Two letters of `git status --short`, or one of `git diff --name-status`. */
export function isDeleted(state: string): boolean {
  return state.endsWith("D") || state === "D ";
}

export interface Compared {
  /** as it is called in the repository */
  path: string;
  /** undefined: it was not there */
  before: vscode.Uri | undefined;
  /** undefined: it is gone */
  after: vscode.Uri | undefined;
}

/** @param what stands behind the file's name in the title */
export async function showDiff({ path: file, before, after, what }: Compared & { what: string }): Promise<void> {
  const title = `${path.basename(file)} (${what})`;
  if (before && after) await vscode.commands.executeCommand("vscode.diff", before, after, title, { preview: true });
  else await vscode.commands.executeCommand("vscode.open", after ?? before, { preview: true }, title);
}

/** In one editor, one below the other. */
export async function showAll(title: string, files: Compared[]): Promise<void> {
  const resources = files.map(({ before, after }) => [after ?? before, before, after]);
  await vscode.commands.executeCommand("vscode.changes", title, resources);
}
