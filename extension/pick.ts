// Quick picks over items and services.
import * as vscode from "vscode";
import { personCount } from "../protocol/count.ts";
import type { ListedItem } from "../protocol/work.ts";
import { faultOf, type ParamsOf } from "./daemon.ts";
import { called, typeIcon } from "./looks.ts";
import { ownItem } from "./repos.ts";
import { tell } from "./say.ts";
import { standingWord } from "./verdict.ts";
import type { Window } from "./window.ts";

interface ItemChoice extends vscode.QuickPickItem {
  id?: number;
  make?: true;
}

export interface ItemQuestion {
  title: string;
  placeholder: string;
  filter?: ParamsOf<"work.list">;
  /** the last choice is to open a new item */
  offerNew?: boolean;
}

/** @returns the item's number; undefined when Escape was pressed, or a new item is being made instead */
export async function pickItem(window: Window, question: ItemQuestion): Promise<number | undefined> {
  const pick = vscode.window.createQuickPick<ItemChoice>();
  pick.title = question.title;
  pick.placeholder = question.placeholder;
  pick.matchOnDescription = true;
  pick.busy = true;
  const chosen = new Promise<ItemChoice | undefined>((resolve) => {
    pick.onDidAccept(() => resolve(pick.selectedItems[0]));
    pick.onDidHide(() => resolve(undefined));
  });
  fillWhileTyping(window, pick, question);
  pick.show();
  const choice = await chosen;
  pick.dispose();
  if (choice?.make) await vscode.commands.executeCommand("calcifer.work.add");
  return choice?.id;
}

/** The first page is there at once; what is typed is searched for in all of them. */
function fillWhileTyping(window: Window, pick: vscode.QuickPick<ItemChoice>, question: ItemQuestion): void {
  let timer: NodeJS.Timeout | undefined;
  let asked = 0;
  const fill = async (search: string) => {
    const turn = ++asked;
    pick.busy = true;
    try {
      const items = await find(window, search.trim().replace(/^#/, ""), question);
      if (turn === asked) pick.items = choices(items, question);
    } catch (error) {
      pick.placeholder = faultOf(error).message;
    }
    if (turn === asked) pick.busy = false;
  };
  pick.onDidChangeValue((value) => {
    clearTimeout(timer);
    timer = setTimeout(() => void fill(value), 150);
  });
  pick.onDidHide(() => clearTimeout(timer));
  void fill("");
}

/** By number, else by words anywhere in the item. */
async function find(window: Window, words: string, { filter }: ItemQuestion): Promise<Found[]> {
  const numbered = /^\d+$/.test(words)
    ? await window.daemon.ask("work.get", { item: Number(words) }).catch(() => undefined)
    : undefined;
  // Alone: VS Code sorts titles that have the digits before it, and Enter takes the first.
  if (numbered) return [numbered];
  const { items } = await window.daemon.ask("work.list", { ...filter, limit: 100, ...(words && { search: words }) });
  return items;
}

type Found = Pick<ListedItem, "id" | "title" | "service" | "status" | "labels" | "type">;

function choices(items: Found[], { offerNew }: ItemQuestion): ItemChoice[] {
  const rows = items.map((item) => ({
    id: item.id,
    label: called(item),
    description: [item.service, standingWord(item.status), ...item.labels].filter(Boolean).join(" · "),
    iconPath: typeIcon(item.type),
    // It was found by words that may stand in its notes.
    alwaysShow: true,
  }));
  if (!offerNew) return rows;
  const separator = { label: "", kind: vscode.QuickPickItemKind.Separator };
  return [
    ...rows,
    separator,
    { label: vscode.l10n.t("New Work Item…"), iconPath: new vscode.ThemeIcon("add"), alwaysShow: true, make: true },
  ];
}

/** The item a command is about: the one given, else that of the current branch, else what a person picks. */
export async function anItem(
  window: Window,
  given: number | undefined,
  question: ItemQuestion,
): Promise<number | undefined> {
  if (given !== undefined) return given;
  const here = window.repos.current && ownItem(window.repos.current);
  return here?.id ?? pickItem(window, question);
}

export const tellNotCheckedOut = (id: number): Promise<void> =>
  tell(vscode.l10n.t("The branch of #{0} is checked out in no folder of this window.", id), {
    title: vscode.l10n.t("Switch to Its Branch"),
    run: () => vscode.commands.executeCommand("calcifer.work.switch", id),
  });

/** @returns the only service without asking; undefined when Escape was pressed */
export async function pickService(window: Window, title: string): Promise<string | undefined> {
  const { services } = window.repos.snapshot;
  if (services.length <= 1) return services[0]?.name;
  const here = window.repos.current?.service;
  const rows = services
    .map(({ name, repo }) => ({ label: name, description: repo, iconPath: new vscode.ThemeIcon("server") }))
    .sort((a, b) => Number(b.label === here) - Number(a.label === here));
  const options = { title, placeHolder: vscode.l10n.t("Which service?"), matchOnDescription: true };
  return (await vscode.window.showQuickPick(rows, options))?.label;
}

/** A line of text that is checked while it is typed. @returns undefined when Escape was pressed */
export async function askLine(options: {
  title: string;
  prompt: string;
  value?: string;
  placeHolder?: string;
  most?: number;
  optional?: boolean;
}): Promise<string | undefined> {
  const { most = 200, optional = false, ...rest } = options;
  const answer = await vscode.window.showInputBox({
    ...rest,
    ignoreFocusOut: true,
    validateInput: (text) => {
      if (!optional && text.trim() === "") return vscode.l10n.t("Some words are needed here.");
      const length = personCount(text);
      return length > most ? vscode.l10n.t("At most {0} characters; there are {1}.", most, length) : undefined;
    },
  });
  return answer?.trim();
}
