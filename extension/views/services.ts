// The view Services: each with the items under way, its trunk, and whether git runs our hooks there.
import * as vscode from "vscode";
import type { ListedItem } from "../../protocol/work.ts";
import { type Daemon, faultOf } from "../daemon.ts";
import { called, escaped, typeIcon } from "../looks.ts";
import type { OpenItem, Repos, Service } from "../repos.ts";
import { standingWord } from "../verdict.ts";
import { faded } from "./faded.ts";

type ServiceNode = { kind: "service"; service: string; repo: string; about: Service };
type ItemNode = { kind: "item"; item: ListedItem; service: string; open: OpenItem | undefined };
type TrunkNode = { kind: "trunk"; service: string; repo: string; trunk: string; entries: number | undefined };
type MoreNode = { kind: "more"; service: string; count: number };
export type ServicesNode = ServiceNode | ItemNode | TrunkNode | MoreNode;

/** Below a service its items are a reminder; all of them are in Work. */
const mostItems = 20;

export class ServicesView implements vscode.TreeDataProvider<ServicesNode>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<void>;
  readonly #daemon: Daemon;
  readonly #repos: Repos;
  readonly #tree: vscode.TreeView<ServicesNode>;

  constructor(daemon: Daemon, repos: Repos) {
    this.#daemon = daemon;
    this.#repos = repos;
    this.onDidChangeTreeData = repos.onDidChange;
    this.#tree = vscode.window.createTreeView("calcifer.services", { treeDataProvider: this, showCollapseAll: true });
  }

  async getChildren(node?: ServicesNode): Promise<ServicesNode[]> {
    if (node?.kind === "service") return this.#below(node);
    if (node) return [];
    return this.#repos.snapshot.services.map((about) => ({
      kind: "service",
      service: about.name,
      repo: about.repo,
      about,
    }));
  }

  getTreeItem(node: ServicesNode): vscode.TreeItem {
    return faded(rows[node.kind](node as never), this.#repos.stale);
  }

  dispose(): void {
    this.#tree.dispose();
  }

  async #below({ about }: ServiceNode): Promise<ServicesNode[]> {
    const trunk = await this.#trunk(about);
    try {
      const { items } = await this.#daemon.ask("work.list", { service: about.name, limit: mostItems });
      const order = [...items].sort((a, b) => Number(b.status === "active") - Number(a.status === "active"));
      const nodes = order.map((item): ItemNode => {
        const open = this.#repos.snapshot.open.find(({ id }) => id === item.id);
        return { kind: "item", item, service: about.name, open };
      });
      const more = about.items - items.length;
      return [trunk, ...nodes, ...(more > 0 ? [{ kind: "more" as const, service: about.name, count: more }] : [])];
    } catch (error) {
      this.#daemon.output.warn(faultOf(error).message);
      return [trunk];
    }
  }

  async #trunk({ name, repo, trunk }: Service): Promise<TrunkNode> {
    // A repository that has moved away still has its row.
    const shown = await this.#daemon.ask("changes.show", { service: name }).catch(() => undefined);
    return { kind: "trunk", service: name, repo, trunk, entries: shown?.entries.length };
  }
}

const rows = {
  service: ({ about }: ServiceNode): vscode.TreeItem => {
    const row = new vscode.TreeItem(about.name, vscode.TreeItemCollapsibleState.Collapsed);
    const inForce = about.hooks === "in force";
    row.id = about.name;
    row.iconPath = inForce
      ? new vscode.ThemeIcon("server")
      : new vscode.ThemeIcon("warning", new vscode.ThemeColor("problemsWarningIcon.foreground"));
    row.description = [counted(about.items), !inForce && hooksWord(about)].filter(Boolean).join(" · ");
    row.tooltip = serviceTooltip(about);
    row.contextValue = inForce ? "service inForce" : "service notInForce";
    return row;
  },
  item: ({ item, open, service }: ItemNode): vscode.TreeItem => {
    const row = new vscode.TreeItem(called(item), vscode.TreeItemCollapsibleState.None);
    row.id = `${service}\0${item.id}`;
    row.iconPath = typeIcon(item.type, open?.standing);
    row.description = standingWord(open?.standing ?? item.status);
    row.contextValue = `item ${item.status} ${open?.standing ?? ""}`.trim();
    row.command = { command: "calcifer.work.show", title: vscode.l10n.t("Open Work Item"), arguments: [item.id] };
    if (open?.line) row.tooltip = new vscode.MarkdownString(escaped(open.line));
    return row;
  },
  trunk: ({ trunk, entries, service }: TrunkNode): vscode.TreeItem => {
    const row = new vscode.TreeItem(trunk, vscode.TreeItemCollapsibleState.None);
    row.id = `${service}\0trunk`;
    row.iconPath = new vscode.ThemeIcon("git-branch");
    row.description = unreleased(entries);
    row.tooltip = vscode.l10n.t("The trunk of {0}: {1}", service, row.description);
    row.contextValue = "trunkOf";
    row.command = { command: "calcifer.changes.show", title: "", arguments: [{ service }] };
    return row;
  },
  more: ({ count, service }: MoreNode): vscode.TreeItem => {
    const row = new vscode.TreeItem(vscode.l10n.t("{0} more in Work", count), vscode.TreeItemCollapsibleState.None);
    row.id = `${service}\0more`;
    row.command = { command: "calcifer.work.focus", title: "" };
    return row;
  },
};

function counted(items: number): string {
  if (items === 0) return "";
  return items === 1 ? vscode.l10n.t("1 open item") : vscode.l10n.t("{0} open items", items);
}

function unreleased(entries: number | undefined): string {
  if (entries === undefined) return vscode.l10n.t("CHANGES.md cannot be read");
  if (entries === 0) return vscode.l10n.t("nothing unreleased");
  return entries === 1 ? vscode.l10n.t("1 unreleased entry") : vscode.l10n.t("{0} unreleased entries", entries);
}

function hooksWord({ hooks }: Service): string {
  return hooks === "not in force"
    ? vscode.l10n.t("hooks not in force")
    : vscode.l10n.t("cannot tell whether hooks run");
}

function serviceTooltip(about: Service): vscode.MarkdownString {
  const inForce = about.hooks === "in force" ? vscode.l10n.t("hooks in force") : hooksWord(about);
  return new vscode.MarkdownString(
    `**${escaped(about.name)}** · ${escaped(about.trunk)} · ${inForce}\n\n${escaped(about.repo)}`,
  );
}
