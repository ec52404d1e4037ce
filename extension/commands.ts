// Registers every action of the table with what it does. Forgetting one is a compile error.
import * as vscode from "vscode";
import type { ActionId } from "./actions.ts";
import { actions } from "./actions.ts";
import * as commit from "./run/commit.ts";
import * as daemon from "./run/daemon.ts";
import * as gate from "./run/gate.ts";
import * as merge from "./run/merge.ts";
import * as service from "./run/service.ts";
import * as view from "./run/view.ts";
import * as work from "./run/work.ts";
import { tell, tellFault } from "./say.ts";
import type { Run, Window } from "./window.ts";

const runs: Record<ActionId, Run> = {
  "calcifer.work.add": work.add,
  "calcifer.work.show": work.show,
  "calcifer.work.start": work.start,
  "calcifer.work.worktree": work.worktree,
  "calcifer.work.adopt": work.adopt,
  "calcifer.work.switch": work.switchTo,
  "calcifer.work.commit": commit.commit,
  "calcifer.work.check": work.check,
  "calcifer.work.note": work.note,
  "calcifer.work.document": work.document,
  "calcifer.work.label": work.label,
  "calcifer.work.type": work.type,
  "calcifer.work.update": merge.update,
  "calcifer.work.resolve": merge.resolve,
  "calcifer.work.finish": merge.finish,
  "calcifer.work.merge": merge.merge,
  "calcifer.work.push": merge.push,
  "calcifer.work.drop": merge.drop,
  "calcifer.work.restore": merge.restore,
  "calcifer.work.delete": merge.remove,
  "calcifer.work.copy": work.copy,
  "calcifer.work.search": view.search,
  "calcifer.work.filter": view.filter,
  "calcifer.work.filter.change": view.filter,
  "calcifer.work.filter.clear": view.clear,
  "calcifer.work.group.status": view.groupBy("status"),
  "calcifer.work.group.service": view.groupBy("service"),
  "calcifer.work.group.type": view.groupBy("type"),
  "calcifer.work.group.label": view.groupBy("label"),
  "calcifer.work.more": view.more,
  "calcifer.work.refresh": view.refresh,
  "calcifer.gate.show": gate.show,
  "calcifer.gate.act": gate.act,
  "calcifer.gate.waive": gate.waive,
  "calcifer.changes.add": commit.addEntry,
  "calcifer.changes.show": commit.showChanges,
  "calcifer.changes.release": commit.release,
  "calcifer.service.add": service.add,
  "calcifer.service.doctor": service.doctor,
  "calcifer.service.folder": service.openFolder,
  "calcifer.service.terminal": service.terminal,
  "calcifer.service.policy": service.policy,
  "calcifer.service.rename": service.rename,
  "calcifer.service.remove": service.remove,
  "calcifer.backup.now": daemon.backup,
  "calcifer.daemon.status": daemon.status,
  "calcifer.daemon.restart": daemon.restart,
  "calcifer.daemon.logs": daemon.log,
  "calcifer.report": daemon.report,
  "calcifer.walkthrough": daemon.walkthrough,
};

export function registerCommands(window: Window): vscode.Disposable[] {
  return Object.entries(runs).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (given: unknown, selected: unknown) => {
      // The manifest hides it; a key or a link may still call it.
      if (acts(id) && !vscode.workspace.isTrusted) return void tellUntrusted();
      try {
        return await run(window, given, selected);
      } catch (error) {
        tellFault(error);
        return undefined;
      }
    }),
  );
}

const acts = (id: string): boolean => "acts" in actions[id as ActionId];

const tellUntrusted = () =>
  tell(vscode.l10n.t("This workspace is not trusted, so Calcifer changes nothing here."), {
    title: vscode.l10n.t("Manage Workspace Trust"),
    run: () => vscode.commands.executeCommand("workbench.trust.manage"),
  });
