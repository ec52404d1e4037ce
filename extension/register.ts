// Registers every action of the table. What they do is loaded with the first that is called: it is half of our code.
import * as vscode from "vscode";
import { type ActionId, actions } from "./actions.ts";
import { tell, tellFault } from "./say.ts";
import type { Window } from "./window.ts";

export function registerCommands(window: Window): vscode.Disposable[] {
  return (Object.keys(actions) as ActionId[]).map((id) =>
    vscode.commands.registerCommand(id, async (given: unknown, selected: unknown) => {
      // The manifest hides it; a key or a link may still call it.
      if (acts(id) && !vscode.workspace.isTrusted) return void tellUntrusted();
      try {
        const { runs } = await import("./commands.ts");
        return await runs[id](window, given, selected);
      } catch (error) {
        tellFault(error);
        return undefined;
      }
    }),
  );
}

const acts = (id: ActionId): boolean => "acts" in actions[id];

const tellUntrusted = () =>
  tell(vscode.l10n.t("This workspace is not trusted, so Calcifer changes nothing here."), {
    title: vscode.l10n.t("Manage Workspace Trust"),
    run: () => vscode.commands.executeCommand("workbench.trust.manage"),
  });
