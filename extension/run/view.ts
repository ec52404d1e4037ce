// Commands that set what the view Work shows.
import * as vscode from "vscode";
import { askLine } from "../pick.ts";
import type { Grouping, GroupNode } from "../views/work-nodes.ts";
import type { Run, Window } from "../window.ts";

export const search: Run = async (window) => {
  const { search: _, ...filter } = window.work.filter;
  const words = await askLine({
    title: vscode.l10n.t("Search Work Items"),
    prompt: vscode.l10n.t("Words in title, description or notes; empty for all"),
    value: window.work.filter.search ?? "",
    optional: true,
  });
  if (words !== undefined) window.work.setFilter(words ? { ...filter, search: words } : filter);
};

interface Choice extends vscode.QuickPickItem {
  key?: "service" | "type" | "label" | "all";
  value?: string;
}

export const filter: Run = async (window) => {
  const rows = await choices(window);
  const chosen = await vscode.window.showQuickPick(rows, {
    title: vscode.l10n.t("Filter Work Items"),
    placeHolder: vscode.l10n.t("What to show: one of each kind"),
    matchOnDescription: true,
    canPickMany: true,
  });
  if (!chosen) return;
  const { search } = window.work.filter;
  // Of a kind the one that is newly ticked.
  const newest = chosen.toSorted((a, b) => Number(b.picked) - Number(a.picked));
  const picked = Object.fromEntries(
    newest.flatMap(({ key, value }) => (key ? [[key, key === "all" ? true : value]] : [])),
  );
  window.work.setFilter({ ...(search && { search }), ...picked });
};

async function choices(window: Window): Promise<Choice[]> {
  const now = window.work.filter;
  const groups = async (by: Exclude<Grouping, "status">): Promise<Choice[]> => {
    const counted = await window.daemon.ask("work.groups", { by, all: now.all ?? false });
    return counted.groups.flatMap(({ value, count }) =>
      value === null ? [] : [{ label: value, description: String(count), key: by, value, picked: now[by] === value }],
    );
  };
  const kind = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const [services, types, labels] = await Promise.all([groups("service"), groups("type"), groups("label")]);
  return [
    { label: vscode.l10n.t("Done and dropped ones too"), key: "all", picked: now.all ?? false },
    ...(services.length > 1 ? [kind(vscode.l10n.t("Service")), ...services] : []),
    kind(vscode.l10n.t("Type")),
    ...types,
    ...(labels.length > 0 ? [kind(vscode.l10n.t("Label")), ...labels] : []),
  ];
}

export const clear: Run = (window) => window.work.setFilter({});
export const groupBy =
  (by: Grouping): Run =>
  (window) =>
    window.work.groupBy(by);
export const more: Run = (window, given) => window.work.more(given as GroupNode);
export const refresh: Run = async (window) => {
  await window.repos.refresh(true);
  await window.work.refresh();
};
