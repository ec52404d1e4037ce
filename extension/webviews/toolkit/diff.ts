// Shows a file, or many, as VS Code shows changes.
import path from "node:path";
import * as vscode from "vscode";
import type { GitApi, GitRepository } from "../../git.ts";

/** The parts of the git extension's API that only pages use. */
interface Git extends GitApi {
  openRepository?(root: vscode.Uri): Promise<GitRepository | null>;
}
interface Repository extends GitRepository {
  diffBetween(before: string, after: string): Promise<{ uri: vscode.Uri; originalUri: vscode.Uri; status: number }[]>;
}

/** The git extension's numbers for a file that is added, and for one that is deleted. */
const added = 1;
const deleted = 6;

/** Has VS Code's git open a repository, or nothing could be read at a commit. */
export async function openInGit(git: GitApi, repo: string): Promise<GitRepository | null> {
  const uri = vscode.Uri.file(repo);
  return git.getRepository(uri) ?? (await (git as Git).openRepository?.(uri)) ?? null;
}

/** All that one commit changed. */
export async function showCommit(git: GitApi, repo: string, id: string, subject = ""): Promise<void> {
  const repository = (await openInGit(git, repo)) as Repository | null;
  const changes = (await repository?.diffBetween(`${id}^`, id)) ?? [];
  const files = changes.map(({ uri, originalUri, status }) => ({
    path: uri.fsPath,
    before: status === added ? undefined : git.toGitUri(originalUri, `${id}^`),
    after: status === deleted ? undefined : git.toGitUri(uri, id),
  }));
  await showAll(`${id.slice(0, 7)} ${subject}`.trim(), files);
}

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
