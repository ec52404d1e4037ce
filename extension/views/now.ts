// The view Now: the item of each repository's branch, and every check between it and the trunk.
import path from "node:path";
import * as vscode from "vscode";
import type { Check } from "../../protocol/shared.ts";
import type { Daemon } from "../daemon.ts";
import { called, checkIcon, escaped } from "../looks.ts";
import { ownItem, type Repos, type Shown } from "../repos.ts";
import { checksOf, openFirst, standing } from "../verdict.ts";
import { faded } from "./faded.ts";

export type NowNode = RepoNode | BranchNode | CheckNode;
type RepoNode = { kind: "repo"; repo: string; shown: Shown };
/** The item of a branch; a trunk or a branch of no item where `item` is null. */
type BranchNode = { kind: "branch"; repo: string; service: string | null; item: Shown["item"]; shown: Shown };
type CheckNode = { kind: "check"; repo: string; item: Shown["item"]; check: Check };

export class NowView implements vscode.TreeDataProvider<NowNode>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<void>;
  readonly #repos: Repos;
  readonly #tree: vscode.TreeView<NowNode>;
  readonly #listener: vscode.Disposable;

  constructor(daemon: Daemon, repos: Repos) {
    this.#repos = repos;
    this.onDidChangeTreeData = repos.onDidChange;
    this.#tree = vscode.window.createTreeView("calcifer.now", { treeDataProvider: this });
    // Where no repository was found, somebody who looks at us wants the daemon all the same.
    const look = () => this.#tree.visible && daemon.connect();
    this.#listener = vscode.Disposable.from(
      repos.onDidChange(() => this.#count()),
      this.#tree.onDidChangeVisibility(look),
    );
    look();
    this.#count();
  }

  get badge(): vscode.ViewBadge | undefined {
    return this.#tree.badge;
  }

  getChildren(node?: NowNode): NowNode[] {
    if (node?.kind === "repo") return [branchOf(node.shown)];
    if (node?.kind === "branch") return openFirst(checksOf(node.shown)).map((check) => checkNode(node, check));
    if (node || this.#repos.situation !== "ready") return [];
    const { repos } = this.#repos.snapshot;
    const [only] = repos;
    return repos.length === 1 && only
      ? [branchOf(only)]
      : repos.map((shown) => ({ kind: "repo", repo: shown.repo, shown }));
  }

  getTreeItem(node: NowNode): vscode.TreeItem {
    const item = node.kind === "repo" ? repoRow(node) : node.kind === "branch" ? branchRow(node) : checkRow(node);
    return faded(item, this.#repos.stale);
  }

  dispose(): void {
    this.#listener.dispose();
    this.#tree.dispose();
  }

  /** What waits for a person: items that can be merged. */
  #count(): void {
    const ready = this.#repos.snapshot.open.filter(({ standing }) => standing === "ready").length;
    const tooltip =
      ready === 1 ? vscode.l10n.t("1 item is ready to merge") : vscode.l10n.t("{0} items are ready to merge", ready);
    this.#tree.badge = ready > 0 ? { value: ready, tooltip } : undefined;
  }
}

const branchOf = (shown: Shown): BranchNode => ({
  kind: "branch",
  repo: shown.repo,
  service: shown.service,
  item: ownItem(shown),
  shown,
});

const checkNode = ({ repo, item }: BranchNode, check: Check): CheckNode => ({ kind: "check", repo, item, check });

function repoRow({ repo, shown }: RepoNode): vscode.TreeItem {
  const row = new vscode.TreeItem(shown.service ?? path.basename(repo), vscode.TreeItemCollapsibleState.Expanded);
  row.id = repo;
  row.iconPath = new vscode.ThemeIcon("repo");
  row.description = path.basename(repo) === row.label ? "" : path.basename(repo);
  row.tooltip = repo;
  row.contextValue = "repo";
  return row;
}

function branchRow(node: BranchNode): vscode.TreeItem {
  const { shown, item } = node;
  const row = item ? itemRow(shown, item) : strangerRow(shown);
  // Each item is opened and folded for itself, and none is folded because the trunk has nothing to show.
  row.id = `${shown.repo}\0${item?.id ?? "branch"}`;
  row.description = shown.branch ?? vscode.l10n.t("detached HEAD");
  row.tooltip = tooltip(shown);
  return row;
}

function itemRow(shown: Shown, item: NonNullable<Shown["item"]>): vscode.TreeItem {
  const row = new vscode.TreeItem(called(item), vscode.TreeItemCollapsibleState.Expanded);
  row.iconPath = new vscode.ThemeIcon("flame");
  row.contextValue = `item ${item.status} ${standing(shown)}`;
  row.command = { command: "calcifer.work.show", title: vscode.l10n.t("Open Work Item"), arguments: [item.id] };
  return row;
}

/** A trunk, a branch of no item, one of another database's item, no branch at all, or a repository of no service. */
function strangerRow(shown: Shown): vscode.TreeItem {
  const { service, branch, trunk, item } = shown;
  const label =
    service === null
      ? vscode.l10n.t("Not registered as a service")
      : item
        ? vscode.l10n.t("Belongs to {0} of another database", called(item))
        : branch === trunk
          ? vscode.l10n.t("Nothing under way on the trunk")
          : vscode.l10n.t("This branch belongs to no work item");
  const row = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
  row.iconPath = new vscode.ThemeIcon(service === null ? "circle-slash" : "git-branch");
  row.contextValue = service === null ? "unregistered" : branch === trunk ? "trunk" : branch ? "stranger" : "detached";
  return row;
}

function checkRow({ check, item, repo }: CheckNode): vscode.TreeItem {
  const row = new vscode.TreeItem(check.message, vscode.TreeItemCollapsibleState.None);
  row.id = `${repo}\0${check.id}`;
  row.iconPath = checkIcon(check);
  row.contextValue = ["check", check.id, check.state, isConflict(check) && "conflicts"].filter(Boolean).join(" ");
  row.tooltip = detail(check);
  row.accessibilityInformation = { label: `${stateWord(check)}: ${check.message}` };
  row.command = open(check, repo, item);
  return row;
}

/** Where what the check asks for is written; opening changes nothing. */
function open(check: Check, repo: string, item: Shown["item"]): vscode.Command {
  if (check.id === "entry") return { command: "calcifer.changes.show", title: "", arguments: [{ repo, item }] };
  if (check.id === "clean") return { command: "calcifer.work.commit", title: "", arguments: [{ repo, item }] };
  return { command: "calcifer.work.show", title: "", arguments: [item?.id] };
}

/** Files in the middle of a merge, as git's short status spells them. */
const isConflict = ({ id, detail }: Check): boolean =>
  id === "clean" && (detail ?? []).some((line) => /^(DD|AU|UD|UA|DU|AA|UU) /.test(line));

function stateWord({ state, required }: Check): string {
  if (state === "yes") return vscode.l10n.t("Yes");
  if (state === "unknown") return vscode.l10n.t("Cannot tell");
  return required ? vscode.l10n.t("To do") : vscode.l10n.t("Warning");
}

function detail(check: Check): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown(`**${stateWord(check)}:** ${escaped(check.message)}\n\n`);
  const lines = check.detail ?? [];
  for (const line of lines.slice(0, 12)) text.appendMarkdown(`- ${escaped(line)}\n`);
  if (lines.length > 12) text.appendMarkdown(`- ${vscode.l10n.t("{0} more", lines.length - 12)}\n`);
  if (check.next) text.appendMarkdown(`\n\n`).appendCodeblock(check.next, "sh");
  return text;
}

function tooltip({ line, merge }: Shown): vscode.MarkdownString {
  const text = new vscode.MarkdownString(`${escaped(line)}\n\n`);
  for (const warning of merge?.warnings ?? []) text.appendMarkdown(`${escaped(warning)}\n\n`);
  return text;
}
