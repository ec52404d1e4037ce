// Commands that plan with many items: copies, relations, parts, templates, saved filters.
import * as vscode from "vscode";
import type { relationKinds } from "../../protocol/planning.ts";
import { called } from "../looks.ts";
import { itemOf } from "../nodes.ts";
import { anItem, askLine, pickItem } from "../pick.ts";
import { tell, tellFault } from "../say.ts";
import type { Run } from "../window.ts";

export const clone: Run = async (window, given) => {
  const title = vscode.l10n.t("Copy Work Item");
  const id = await anItem(window, itemOf(given), { title, placeholder: vscode.l10n.t("Which item?") });
  if (id === undefined) return;
  const item = await window.daemon.act("work.clone", { item: id });
  window.pages.open(item.id);
  return item;
};

type Kind = (typeof relationKinds)[number] | "part";

export const relate: Run = async (window, given) => {
  const title = vscode.l10n.t("Relate to Another Item");
  const id = await anItem(window, itemOf(given), { title, placeholder: vscode.l10n.t("Which item?") });
  if (id === undefined) return;
  const rows: { label: string; way: Kind }[] = [
    { label: vscode.l10n.t("It depends on …"), way: "depends-on" },
    { label: vscode.l10n.t("It blocks …"), way: "blocks" },
    { label: vscode.l10n.t("It relates to …"), way: "relates-to" },
    { label: vscode.l10n.t("It is a part of …"), way: "part" },
  ];
  const placeHolder = vscode.l10n.t("How do they belong together?");
  const chosen = await vscode.window.showQuickPick(rows, { title: `${title}: #${id}`, placeHolder });
  if (!chosen) return;
  const other = await pickItem(window, { title: `${title}: #${id}`, placeholder: chosen.label, filter: { all: true } });
  if (other === undefined) return;
  if (chosen.way === "part") return window.daemon.act("work.edit", { item: id, parent: String(other) });
  return window.daemon.act("work.relate", { item: id, kind: chosen.way, other });
};

export const unrelate: Run = async (window, given) => {
  const title = vscode.l10n.t("Take a Relation Back");
  const id = await anItem(window, itemOf(given), { title, placeholder: vscode.l10n.t("Which item?") });
  if (id === undefined) return;
  const { parent, parts, relations } = await window.daemon.ask("work.show", { item: id });
  const rows = [
    ...(parent ? [{ label: called(parent), description: vscode.l10n.t("it is a part of it"), id: parent.id }] : []),
    ...relations.map((one) => ({ label: called(one), description: one.kind, id: one.id })),
    ...parts.map((one) => ({ label: called(one), description: vscode.l10n.t("a part of it"), id: one.id })),
  ];
  if (rows.length === 0) return void tell(vscode.l10n.t("#{0} belongs to no other item.", id));
  const chosen = await vscode.window.showQuickPick(rows, { title: `${title}: #${id}` });
  if (chosen) await window.daemon.act("work.unrelate", { item: id, other: chosen.id });
};

export const saveTemplate: Run = async (window, given) => {
  const title = vscode.l10n.t("Save as Template");
  const id = await anItem(window, itemOf(given), { title, placeholder: vscode.l10n.t("Which item?") });
  if (id === undefined) return;
  const prompt = vscode.l10n.t("Its name. Type, description, labels and checklist of #{0} are kept.", id);
  const name = await askLine({ title, prompt, most: 100 });
  if (name === undefined) return;
  await window.daemon.act("work.template-save", { item: id, name });
  void tell(vscode.l10n.t("New items can be opened from the template {0}.", name));
};

export const saveFilter: Run = async (window) => {
  const { search, ...filter } = window.work.filter;
  if (Object.keys(window.work.filter).length === 0)
    return void tell(vscode.l10n.t("Set a filter in the view Work first."));
  const title = vscode.l10n.t("Save Filter");
  const name = await askLine({ title, prompt: vscode.l10n.t("Its name"), most: 100 });
  if (name !== undefined) await window.daemon.act("work.filter-save", { name, ...filter, ...(search && { search }) });
};

export const useFilter: Run = async (window) => {
  const { filters } = await window.daemon.ask("work.filters", {});
  if (filters.length === 0)
    return void tell(vscode.l10n.t("No filter is saved yet."), {
      title: vscode.l10n.t("Save This One…"),
      run: () => vscode.commands.executeCommand("calcifer.work.filter.save"),
    });
  const rows = filters.map((filter) => ({
    label: filter.name,
    description: [filter.service, filter.type, filter.label, filter.search].filter(Boolean).join(" · "),
    filter,
    buttons: [{ iconPath: new vscode.ThemeIcon("trash"), tooltip: vscode.l10n.t("Forget") }],
  }));
  const pick = vscode.window.createQuickPick<(typeof rows)[number]>();
  pick.title = vscode.l10n.t("Saved Filters");
  pick.items = rows;
  pick.onDidTriggerItemButton(({ item }) => {
    window.daemon.act("work.filter-remove", { name: item.label }).then(() => {
      pick.items = pick.items.filter((row) => row !== item);
    }, tellFault);
  });
  pick.onDidAccept(() => {
    const [chosen] = pick.selectedItems;
    pick.hide();
    if (!chosen) return;
    const { service, type, label, search, all } = chosen.filter;
    window.work.setFilter({
      ...(service !== undefined && { service }),
      ...(type !== undefined && { type }),
      ...(label !== undefined && { label }),
      ...(search !== undefined && { search }),
      ...(all && { all }),
    });
  });
  pick.onDidHide(() => pick.dispose());
  pick.show();
};
