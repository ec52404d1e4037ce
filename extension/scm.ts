// VS Code's own Source Control: protected branches, and an entry in the Commit button's menu.
import * as vscode from "vscode";
import type { GitApi } from "./git.ts";
import type { Repos } from "./repos.ts";
import { setting } from "./settings.ts";

export function joinSourceControl(git: GitApi, repos: Repos, subscriptions: vscode.Disposable[]): void {
  subscriptions.push(
    git.registerPostCommitCommandsProvider({
      getCommands: (repository) =>
        repos.of(repository.rootUri)?.service == null
          ? []
          : [
              {
                command: "calcifer.gate.show",
                title: vscode.l10n.t("{0} Commit & Show Merge Checks", "$(checklist)"),
                tooltip: vscode.l10n.t("Commit, then show what still stands between this branch and the trunk"),
                arguments: [{ repo: repository.rootUri.fsPath }],
              },
            ],
    }),
  );
  const protection = new Protection(git, repos);
  subscriptions.push(protection);
}

/** Trunks are protected as far as VS Code asks before it commits there; that git refuses is the hooks' work. */
class Protection implements vscode.Disposable {
  readonly #git: GitApi;
  readonly #repos: Repos;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registered = new Map<string, vscode.Disposable>();
  readonly #told = new Map<string, string>();
  readonly #listeners: vscode.Disposable[];

  constructor(git: GitApi, repos: Repos) {
    this.#git = git;
    this.#repos = repos;
    this.#listeners = [
      this.#changed,
      repos.onDidChange(() => this.#follow()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("calcifer.branchProtection")) this.#follow();
      }),
    ];
    this.#follow();
  }

  dispose(): void {
    for (const one of [...this.#listeners, ...this.#registered.values()]) one.dispose();
  }

  #follow(): void {
    for (const { rootUri } of this.#git.repositories) {
      this.#register(rootUri);
      const trunks = this.#trunks(rootUri).join("\n");
      if (this.#told.get(rootUri.fsPath) === trunks) continue;
      this.#told.set(rootUri.fsPath, trunks);
      this.#changed.fire(rootUri);
    }
  }

  #register(root: vscode.Uri): void {
    if (this.#registered.has(root.fsPath)) return;
    const provider = {
      onDidChangeBranchProtection: this.#changed.event,
      provideBranchProtection: () => [{ remote: "", rules: [{ include: this.#trunks(root) }] }],
    };
    this.#registered.set(root.fsPath, this.#git.registerBranchProtectionProvider(root, provider));
  }

  #trunks(root: vscode.Uri): string[] {
    const shown = this.#repos.of(root);
    return shown?.service == null || !setting("calcifer.branchProtection.enabled", root) ? [] : [shown.trunk];
  }
}
