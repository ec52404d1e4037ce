// What we use of VS Code's own git extension (its API, version 1), and how to get it.
import * as vscode from "vscode";

export interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly state: {
    readonly HEAD: { readonly name?: string; readonly commit?: string } | undefined;
    readonly onDidChange: vscode.Event<void>;
  };
  readonly inputBox: { value: string };
  checkout(branch: string): Promise<void>;
  /** looks again: what others did may be noticed late, or not at all */
  status(): Promise<void>;
}

export interface GitApi {
  readonly repositories: GitRepository[];
  readonly onDidOpenRepository: vscode.Event<GitRepository>;
  readonly onDidCloseRepository: vscode.Event<GitRepository>;
  getRepository(uri: vscode.Uri): GitRepository | null;
  /** a file as it is at a commit */
  toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
  registerBranchProtectionProvider(
    root: vscode.Uri,
    provider: {
      onDidChangeBranchProtection: vscode.Event<vscode.Uri>;
      provideBranchProtection(): { remote: string; rules: { include?: string[]; exclude?: string[] }[] }[];
    },
  ): vscode.Disposable;
  registerPostCommitCommandsProvider(provider: {
    getCommands(repository: GitRepository): vscode.Command[];
  }): vscode.Disposable;
}

interface GitExtension {
  readonly enabled: boolean;
  readonly onDidChangeEnablement: vscode.Event<boolean>;
  getAPI(version: 1): GitApi;
}

/** @returns undefined where VS Code's git is switched off or missing */
export async function gitApi(): Promise<GitApi | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>("vscode.git");
  try {
    const git = await extension?.activate();
    return git?.enabled ? git.getAPI(1) : undefined;
  } catch {
    return undefined;
  }
}
