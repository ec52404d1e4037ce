// What a click on a work item's page opens: diffs, files, links.
import path from "node:path";
import * as vscode from "vscode";
import type { GitApi, GitRepository } from "../../git.ts";
import type { Repos } from "../../repos.ts";
import { type Compared, isDeleted, showAll, showDiff } from "../toolkit/diff.ts";
import { fileOf, isWeb, isWithin } from "./links.ts";
import type { ItemState } from "./words.ts";

type DiffFile = NonNullable<ItemState["diff"]>["files"][number];

/** The parts of the git extension's API that only this page uses. */
interface Git extends GitApi {
  openRepository?(root: vscode.Uri): Promise<GitRepository | null>;
}
interface Repository extends GitRepository {
  diffBetween(before: string, after: string): Promise<{ uri: vscode.Uri; originalUri: vscode.Uri; status: number }[]>;
}

/** The git extension's numbers for a file that is added, and for one that is deleted. */
const added = 1;
const deleted = 6;

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
    const repository = git.getRepository(vscode.Uri.file(repo)) as Repository | null;
    const changes = (await repository?.diffBetween(`${id}^`, id)) ?? [];
    const subject = this.#state().item?.commits.find((commit) => commit.id === id)?.subject ?? "";
    const files = changes.map(({ uri, originalUri, status }) => ({
      path: uri.fsPath,
      before: status === added ? undefined : git.toGitUri(originalUri, `${id}^`),
      after: status === deleted ? undefined : git.toGitUri(uri, id),
    }));
    await showAll(`${id.slice(0, 7)} ${subject}`, files);
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

  #compared(git: Git, { path: file, from, state }: DiffFile): Compared {
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

  /** With the item's repository opened in it, or nothing could be read at a commit. */
  async #git(): Promise<Git | undefined> {
    const git = this.#repos.git as Git | undefined;
    const folder = this.#folder;
    if (!git || folder === undefined) return undefined;
    const uri = vscode.Uri.file(folder);
    if (!git.getRepository(uri)) await git.openRepository?.(uri);
    return git;
  }
}
