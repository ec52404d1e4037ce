// Commands about the verdict: its checks with what can be done, a waiver.
import * as vscode from "vscode";
import { shellVariables } from "../../protocol/identity.ts";
import type { Check } from "../../protocol/shared.ts";
import { faultOf, type ResultOf } from "../daemon.ts";
import { called, checkIcon } from "../looks.ts";
import { itemOf, repoOf } from "../nodes.ts";
import { askLine, tellNotCheckedOut } from "../pick.ts";
import { ownItem, type Shown } from "../repos.ts";
import { tell, warn, working } from "../say.ts";
import { checksOf, checkWay, leftToDo, openFirst, standing } from "../verdict.ts";
import type { Run, Window } from "../window.ts";

interface Choice extends vscode.QuickPickItem {
  run?: () => unknown;
}

/** The checks as a quick pick: each row does what brings it forward. */
export const show: Run = async (window, given) => {
  const id = itemOf(given);
  const repo = repoOf(given) ?? window.repos.current?.repo;
  if (id === undefined && repo === undefined) return void tellNoRepository();
  const shown = await window.daemon.ask("gate.show", id === undefined ? { repo } : { item: id });
  const options = {
    title: titleOf(shown),
    placeHolder: vscode.l10n.t("Pick a check to bring it forward"),
    matchOnDescription: true,
    matchOnDetail: true,
  };
  const chosen = await vscode.window.showQuickPick(rows({ ...shown, repo: repoOf(given) ?? shown.repo }), options);
  await chosen?.run?.();
};

const tellNoRepository = () => tell(vscode.l10n.t("There is no repository in this window that Calcifer knows."));

/** Which checks they are stands in the rows. */
function titleOf(shown: Shown): string {
  const left = leftToDo(shown);
  return shown.item && left > 0 ? vscode.l10n.t("{0}: {1} to do", called(shown.item), left) : shown.line;
}

function rows(shown: Shown): Choice[] {
  const item = ownItem(shown);
  if (!item)
    return [
      row("add", vscode.l10n.t("New Work Item…"), "calcifer.work.add"),
      row("play", vscode.l10n.t("Start Work Item…"), "calcifer.work.start"),
    ];
  const ready = standing(shown) === "ready";
  const separator = { label: vscode.l10n.t("Item"), kind: vscode.QuickPickItemKind.Separator };
  return [
    ...(ready ? [row("git-merge", vscode.l10n.t("Merge & Complete"), "calcifer.work.finish", item.id)] : []),
    ...openFirst(checksOf(shown)).map((check) => checkRow(check, shown)),
    separator,
    row("git-commit", vscode.l10n.t("Commit with Entry…"), "calcifer.work.commit", { repo: shown.repo, item }),
    row("go-to-file", vscode.l10n.t("Open {0}", called(item)), "calcifer.work.show", item.id),
    row("refresh", vscode.l10n.t("Check Again"), "calcifer.work.refresh"),
  ];
}

function checkRow(check: Check, shown: Shown): Choice {
  const done = check.state === "yes";
  const about = { check, repo: shown.repo, item: shown.item };
  return {
    label: check.message,
    iconPath: checkIcon(check),
    ...(!done && { description: checkWay(check).title }),
    ...(!done &&
      check.detail && {
        detail: check.detail
          .slice(0, 4)
          .map((one) => one.trim())
          .join(", "),
      }),
    ...(!done && { run: () => vscode.commands.executeCommand("calcifer.gate.act", about) }),
  };
}

const row = (icon: string, label: string, command: string, ...given: unknown[]): Choice => ({
  label,
  iconPath: new vscode.ThemeIcon(icon),
  run: () => vscode.commands.executeCommand(command, ...given),
});

type AboutCheck = { check?: Pick<Check, "id" | "next"> } | undefined;

/** Brings a check forward: `{check, repo, item}`. */
export const act: Run = (_window, given) => {
  const check = (given as AboutCheck)?.check;
  return check && vscode.commands.executeCommand(checkWay(check).command, given);
};

let channel: vscode.OutputChannel | undefined;

/** Made by the first run: most windows run no tests of ours. */
function testOutput(window: Window): vscode.OutputChannel {
  if (!channel) {
    channel = vscode.window.createOutputChannel(vscode.l10n.t("Calcifer: Tests"));
    window.extension.subscriptions.push(channel);
  }
  return channel;
}

/** What this window's tools are found by. The terminal's own settings are VS Code's affair. */
const shellHere = (): Record<string, string> =>
  Object.fromEntries(shellVariables.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

/** Runs the tests of an item's branch; what they say goes to the output as it comes. @returns whether they passed */
export const test: Run = async (window, given) => {
  const { current } = window.repos;
  const id = itemOf(given) ?? (current && ownItem(current)?.id);
  if (id === undefined) return void tellNoRepository();
  const output = testOutput(window);
  output.clear();
  output.show(true);
  const show = { title: vscode.l10n.t("Show Output"), run: () => output.show() };
  try {
    const ran = await working(vscode.l10n.t("Running the tests of #{0}", id), ({ token, progress }) => {
      const said = (line: string) => {
        output.appendLine(line);
        progress?.(line);
      };
      return window.daemon.act("gate.test", { item: id, env: shellHere() }, { token, progress: said });
    });
    output.appendLine(ran.line);
    const more = [ran.line, ...notTested(ran)].join(" ");
    void (ran.passed ? tell(more, show) : warn(more, show));
    return ran.passed;
  } catch (error) {
    const fault = faultOf(error);
    output.appendLine(fault.message);
    if (fault.fault === "cancelled") return false;
    throw error;
  }
};

function notTested({ uncommitted, moved }: ResultOf<"gate.test">): string[] {
  return [
    ...(uncommitted ? [vscode.l10n.t("Uncommitted changes were not tested.")] : []),
    ...(moved ? [vscode.l10n.t("The branch has moved on meanwhile.")] : []),
  ];
}

export const waive: Run = async (window, given) => {
  const id = itemOf(given);
  const repo = repoOf(given) ?? (id === undefined ? window.repos.current?.repo : window.repos.whereCheckedOut(id));
  if (repo === undefined) return void (id === undefined ? tellNoRepository() : tellNotCheckedOut(id));
  const check = await pickCheck((given as AboutCheck)?.check?.id);
  if (check === undefined) return;
  const reason = await askLine({
    title:
      check === "entry"
        ? vscode.l10n.t("Waive the Entry of the Next Commit")
        : vscode.l10n.t("Waive the Commits so Far"),
    prompt: vscode.l10n.t("Why? Readers of the history see it"),
    most: 500,
  });
  if (reason === undefined) return;
  const { commit } = await window.daemon.act("gate.waive", { check, reason, repo });
  if (commit === null) void tell(vscode.l10n.t("The next commit needs no entry: {0}", reason));
};

type Waivable = "entry" | "judged";

async function pickCheck(id: string | undefined): Promise<Waivable | undefined> {
  if (id === "entry" || id === "judged") return id;
  const rows = [
    { label: vscode.l10n.t("The entry of the next commit"), check: "entry" as const },
    { label: vscode.l10n.t("The commits so far"), check: "judged" as const },
  ];
  const options = {
    title: vscode.l10n.t("Waive a Check"),
    placeHolder: vscode.l10n.t("What is not needed this time?"),
  };
  return (await vscode.window.showQuickPick(rows, options))?.check;
}
