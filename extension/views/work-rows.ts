// How items and groups look in the view Work.
import * as vscode from "vscode";
import type { Daemon } from "../daemon.ts";
import { called, escaped, typeIcon } from "../looks.ts";
import type { OpenItem } from "../repos.ts";
import { standingWord } from "../verdict.ts";
import type { Grouping, GroupNode, ItemNode, MoreNode, WorkNode } from "./work-nodes.ts";

export function workRow(node: WorkNode, open: OpenItem | undefined, by: Grouping): vscode.TreeItem {
  if (node.kind === "group") return groupRow(node);
  return node.kind === "more" ? moreRow(node) : itemRow(node, open, by);
}

function groupRow({ id, by, value, count }: GroupNode): vscode.TreeItem {
  const folded = by === "status" && (value === "done" || value === "dropped");
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const name = groupName(by, value);
  const row = new vscode.TreeItem(name, folded ? Collapsed : Expanded);
  row.id = id;
  row.description = count.toLocaleString(vscode.env.language);
  row.contextValue = "group";
  row.accessibilityInformation = {
    label: count === 1 ? vscode.l10n.t("{0}, 1 item", name) : vscode.l10n.t("{0}, {1} items", name, count),
  };
  return row;
}

function groupName(by: Grouping, value: string | null): string {
  if (value === null) return by === "label" ? vscode.l10n.t("No label") : vscode.l10n.t("No service");
  if (by === "service" || by === "label") return value;
  return names()[value] ?? value;
}

const names = (): Record<string, string> => ({
  active: vscode.l10n.t("Active"),
  planned: vscode.l10n.t("Planned"),
  done: vscode.l10n.t("Done"),
  dropped: vscode.l10n.t("Dropped"),
  feature: vscode.l10n.t("Feature"),
  service: vscode.l10n.t("Service"),
  integration: vscode.l10n.t("Integration"),
  documentation: vscode.l10n.t("Documentation"),
  bug: vscode.l10n.t("Bug"),
  maintenance: vscode.l10n.t("Maintenance"),
});

function stands({ item }: ItemNode, open: OpenItem | undefined, by: Grouping): string | false {
  if (item.pushed === false) return standingWord("merged, not pushed");
  if (open) return standingWord(open.standing);
  return by !== "status" && standingWord(item.status);
}

function itemRow(node: ItemNode, open: OpenItem | undefined, by: Grouping): vscode.TreeItem {
  const { item, group } = node;
  const row = new vscode.TreeItem(called(item), vscode.TreeItemCollapsibleState.None);
  row.id = `${group}\0${item.id}`;
  row.iconPath = typeIcon(item.type, open?.standing);
  row.description = [by !== "service" && item.service, stands(node, open, by), item.branch].filter(Boolean).join(" · ");
  row.contextValue = ["item", item.status, open?.standing, item.pushed === false && "unpushed"]
    .filter(Boolean)
    .join(" ");
  row.command = { command: "calcifer.work.show", title: vscode.l10n.t("Open Work Item"), arguments: [item.id] };
  row.accessibilityInformation = { label: [called(item), row.description, item.type].filter(Boolean).join(", ") };
  return row;
}

function moreRow({ group, left }: MoreNode): vscode.TreeItem {
  const row = new vscode.TreeItem(vscode.l10n.t("Show more"), vscode.TreeItemCollapsibleState.None);
  row.id = `${group.id}\0more`;
  row.description = vscode.l10n.t("{0} left", left.toLocaleString(vscode.env.language));
  row.iconPath = new vscode.ThemeIcon("ellipsis");
  row.command = { command: "calcifer.work.more", title: vscode.l10n.t("Show more"), arguments: [group] };
  return row;
}

/** Verdict, checklist, last commits: asked when somebody wants to read it. */
export async function resolveTooltip(
  daemon: Daemon,
  row: vscode.TreeItem,
  node: WorkNode,
  token: vscode.CancellationToken,
): Promise<vscode.TreeItem> {
  if (node.kind !== "item") return row;
  const { id } = node.item;
  const [item, gate] = await Promise.all([
    daemon.ask("work.show", { item: id }, { token }).catch(() => undefined),
    node.item.status === "active" ? daemon.ask("gate.show", { item: id }, { token }).catch(() => undefined) : undefined,
  ]);
  const text = new vscode.MarkdownString(`**${escaped(called(node.item))}**\n\n`);
  text.appendMarkdown(
    `${[node.item.type, node.item.service ?? "", ...node.item.labels].filter(Boolean).map(escaped).join(" · ")}\n\n`,
  );
  if (gate) text.appendMarkdown(`${escaped(gate.line)}\n\n`);
  const { done, points } = node.item;
  if (points > 0) text.appendMarkdown(`${vscode.l10n.t("Checklist: {0} of {1}", done, points)}\n\n`);
  for (const commit of item?.commits.slice(0, 3) ?? [])
    text.appendMarkdown(`- \`${commit.id.slice(0, 8)}\` ${escaped(commit.subject)}\n`);
  row.tooltip = text;
  return row;
}
