// The status bar: the item of the current branch, and beside it what stands between the branch and the trunk.
import * as vscode from "vscode";
import { cut } from "../protocol/count.ts";
import type { Check } from "../protocol/shared.ts";
import type { Daemon, DaemonState } from "./daemon.ts";
import { called, escaped } from "./looks.ts";
import { ownItem, type Repos, type Shown } from "./repos.ts";
import { setting } from "./settings.ts";
import { checksOf, checkWay, leftToDo, standing } from "./verdict.ts";

/** Behind git's branch, before the problems. */
const besideBranch = 90;
/** A title longer than this would crowd out what other extensions say. */
const mostTitle = 24;

export class StatusBar implements vscode.Disposable {
  readonly #daemon: Daemon;
  readonly #repos: Repos;
  readonly #item = vscode.window.createStatusBarItem("calcifer.item", vscode.StatusBarAlignment.Left, besideBranch);
  readonly #check = vscode.window.createStatusBarItem(
    "calcifer.check",
    vscode.StatusBarAlignment.Left,
    besideBranch - 0.1,
  );
  readonly #disposables: vscode.Disposable[];
  #texts: [string, string] = ["", ""];

  constructor(daemon: Daemon, repos: Repos) {
    this.#daemon = daemon;
    this.#repos = repos;
    this.#item.name = vscode.l10n.t("Calcifer: Work Item");
    this.#check.name = vscode.l10n.t("Calcifer: Merge Check");
    this.#disposables = [
      this.#item,
      this.#check,
      repos.onDidChange(() => this.#show()),
      daemon.onDidChangeState(() => this.#show()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("calcifer.statusBar")) this.#show();
      }),
    ];
    this.#show();
  }

  /** Both texts as they stand, empty where hidden; codicons as `$(name)`. */
  get texts(): [item: string, check: string] {
    return this.#texts;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #show(): void {
    this.#texts = ["", ""];
    if (setting("calcifer.statusBar.enabled")) this.#decide();
    // Hidden and shown again, an entry would take away the table a person is reading.
    for (const [n, entry] of [this.#item, this.#check].entries()) entry[this.#texts[n] ? "show" : "hide"]();
  }

  #decide(): void {
    const shown = this.#repos.current;
    const { state } = this.#daemon;
    if (state.is === "failed") this.#showTrouble(state.fault.message);
    else if (shown && shown.service !== null) this.#showBranch(shown, state.is);
  }

  #showBranch(shown: Shown, daemon: DaemonState["is"]): void {
    const item = ownItem(shown);
    if (item) this.#showItem(shown, item);
    else this.#showNone(shown);
    if (daemon === "lost") this.#showLost();
    if (daemon === "stopped") this.#showStopped();
  }

  #showItem(shown: Shown, item: NonNullable<Shown["item"]>): void {
    this.#set(this.#item, `$(flame) ${cut(called(item), mostTitle)}`, called(item));
    this.#item.tooltip = table(shown);
    this.#item.command = { command: "calcifer.work.show", title: "", arguments: [item.id] };
    const [text, spoken] = checkText(shown);
    this.#set(this.#check, text, spoken);
    this.#check.tooltip = table(shown);
    this.#check.command = { command: "calcifer.gate.show", title: "", arguments: [{ repo: shown.repo, item }] };
  }

  #showNone({ service, branch, trunk, line }: Shown): void {
    const words = branch === trunk ? vscode.l10n.t("no item") : vscode.l10n.t("not an item's branch");
    this.#set(this.#item, `$(flame) ${words}`, vscode.l10n.t("Calcifer, {0}: {1}", service ?? "", words));
    this.#item.tooltip = new vscode.MarkdownString(escaped(line));
    this.#item.command = branch === trunk ? "calcifer.work.start" : "calcifer.work.adopt";
  }

  /** What was last known stays beside it. */
  #showLost(): void {
    const words = vscode.l10n.t("reconnecting");
    this.#set(this.#check, `$(sync~spin) ${words}`, vscode.l10n.t("Calcifer: reconnecting to the daemon"));
    this.#check.tooltip = vscode.l10n.t(
      "The Calcifer daemon is gone and is being started again. What is shown is what was last known.",
    );
    this.#check.command = "calcifer.daemon.logs";
  }

  #showStopped(): void {
    this.#set(
      this.#check,
      `$(debug-stop) ${vscode.l10n.t("stopped")}`,
      vscode.l10n.t("Calcifer: the daemon was stopped"),
    );
    this.#check.tooltip = vscode.l10n.t("The Calcifer daemon was stopped. Click to start it again.");
    this.#check.command = "calcifer.daemon.restart";
  }

  #showTrouble(message: string): void {
    this.#set(this.#item, `$(flame) $(warning)`, vscode.l10n.t("Calcifer: no daemon. {0}", message));
    this.#item.tooltip = message;
    this.#item.command = "calcifer.daemon.status";
  }

  #set(item: vscode.StatusBarItem, text: string, label: string): void {
    item.text = text;
    this.#texts[item === this.#item ? 0 : 1] = text;
    item.accessibilityInformation = { label, role: "button" };
  }
}

/** The merge check in a word, and as it is spoken. */
function checkText(shown: Shown): [string, string] {
  const left = leftToDo(shown);
  const conflicting = standing(shown) === "conflicting";
  if (shown.item?.status === "done") return [`$(check) ${vscode.l10n.t("done")}`, vscode.l10n.t("Merge check: done")];
  if (conflicting) return [`$(warning) ${vscode.l10n.t("conflicts")}`, vscode.l10n.t("Merge check: conflicts")];
  if (left > 0) return [`$(x) ${vscode.l10n.t("{0} to do", left)}`, vscode.l10n.t("Merge check: {0} to do", left)];
  if (standing(shown) === "unknown")
    return [`$(question) ${vscode.l10n.t("cannot tell")}`, vscode.l10n.t("Merge check: cannot tell")];
  return [`$(check) ${vscode.l10n.t("ready")}`, vscode.l10n.t("Merge check: ready to merge")];
}

function table(shown: Shown): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.isTrusted = { enabledCommands: ["calcifer.gate.act"] };
  text.appendMarkdown(`**${escaped(shown.line)}**\n\n| | | |\n|:-:|:--|:--|\n`);
  for (const check of checksOf(shown)) {
    const way = check.state === "yes" ? undefined : wayOf(check, shown);
    text.appendMarkdown(`| ${mark(check)} | ${escaped(check.message)} | ${way ?? ""} |\n`);
  }
  return text;
}

const mark = ({ state, required }: Check): string =>
  state === "yes" ? "$(check)" : state === "unknown" ? "$(question)" : required ? "$(x)" : "$(warning)";

function wayOf(check: Check, { repo, item }: Shown): string {
  const { id, next } = check;
  const given = linkArguments({ check: { id, next }, repo, item: item?.id });
  return `[${checkWay(check).title}](command:calcifer.gate.act?${given})`;
}

/** For a command link: a parenthesis that is not closed would end it. */
const linkArguments = (given: object): string =>
  encodeURIComponent(JSON.stringify([given])).replace(/[()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
