// What a click on a work item's page opens: diffs, files, links.
import path from "node:path";
import * as vscode from "vscode";
import type { GitApi } from "../../git.ts";
import type { Repos } from "../../repos.ts";
import { type Compared, isDeleted, openInGit, showAll, showCommit, showDiff } from "../toolkit/diff.ts";
import { fileOf, isWeb, isWithin } from "./links.ts";
import type { ItemState } from "./words.ts";

type DiffFile = NonNullable<ItemState["diff"]>["files"][number];

export class Opener {
  readonly #repos: Repos;
  readonly #state: () => ItemState;

  constructor(repos: Repos, state: () => ItemState) {
    this.#repos = repos;
    this.#state = state;
  }

  async diff(file: string): Promise<undefined> {
    const found = this.#state().diff?.files.find(({ path: one }) => one === file);
    const git = await this.#git();
    if (!found || !git) return;
    await showDiff({ ...this.#compared(git, found), what: this.#against() });
  }

  async diffAll(): Promise<undefined> {
    const git = await this.#git();
    const { item, diff } = this.#state();
    if (!git || !item || !diff) return;
    const files = diff.files.map((file) => this.#compared(git, file));
    await showAll(`#${item.id} ${item.title} (${this.#against()})`, files);
  }

  async commit(id: string): Promise<undefined> {
    const git = await this.#git();
    const repo = this.#folder;
    if (!git || repo === undefined) return;
    const subject = this.#state().item?.commits.find((commit) => commit.id === id)?.subject ?? "";
    await showCommit(git, repo, id, subject);
  }

  /** @param file in the repository, and nowhere else */
  async file(file: string, line?: number): Promise<undefined> {
    const folder = this.#folder;
    if (folder === undefined || !isWithin(file)) return;
    const target = path.join(folder, file);
    const options = line === undefined ? {} : { selection: new vscode.Range(line - 1, 0, line - 1, 0) };
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(target), options);
  }

  async link(href: string): Promise<undefined> {
    if (isWeb(href)) await vscode.env.openExternal(vscode.Uri.parse(href.trim(), true));
    else await this.file(fileOf(href) ?? "");
  }

  /** The work tree of the item, else the repository. */
  get #folder(): string | undefined {
    const { item, diff } = this.#state();
    return item?.worktree ?? diff?.repo;
  }

  #against(): string {
    return vscode.l10n.t("against {0}", this.#state().diff?.trunk ?? "");
  }

  #compared(git: GitApi, { path: file, from, state }: DiffFile): Compared {
    const { diff, item } = this.#state();
    const folder = this.#folder ?? "";
    const uri = vscode.Uri.file(path.join(folder, file));
    const before = vscode.Uri.file(path.join(folder, from ?? file));
    // Where the branch is checked out the file itself is shown, so that one can go on editing.
    const here = this.#repos.snapshot.repos.some(({ repo, branch }) => repo === folder && branch === item?.branch);
    return {
      path: file,
      before: state === "A" || !diff?.base ? undefined : git.toGitUri(before, diff.base),
      after: isDeleted(state) ? undefined : here || !diff?.tip ? uri : git.toGitUri(uri, diff.tip),
    };
  }

  /** With the item's repository opened in it. */
  async #git(): Promise<GitApi | undefined> {
    const { git } = this.#repos;
    const folder = this.#folder;
    if (!git || folder === undefined) return undefined;
    await openInGit(git, folder);
    return git;
  }
}
