// Reads a verdict for the views, the status bar and the quick pick: its checks, how the work stands, what brings a check forward.
import * as vscode from "vscode";
import type { Check } from "../protocol/shared.ts";
import type { Shown } from "./repos.ts";

/** Those of the merge gate, until the branch is merged. */
export function checksOf({ merge, complete }: Shown): Check[] {
  const merged = complete?.checks.some(({ id, state }) => id === "merged" && state === "yes");
  return (merged ? complete : merge)?.checks ?? [];
}

/** What is left to do is in sight, however small a view is. */
export function openFirst(checks: Check[]): Check[] {
  const place = ({ state, required }: Check) => (state === "yes" ? 3 : !required ? 2 : state === "no" ? 0 : 1);
  return checks.toSorted((a, b) => place(a) - place(b));
}

/** How many checks hold the merge up. */
export const leftToDo = (shown: Shown): number =>
  checksOf(shown).filter(({ state, required }) => required && state === "no").length;

/** As `calcifer home` calls it; nothing judged is nothing known. */
export function standing(shown: Shown): "ready" | "conflicting" | "blocked" | "unknown" {
  const checks = checksOf(shown);
  if (checks.length === 0) return "unknown";
  if (checks.some(({ id, state }) => id === "no-conflict" && state === "no")) return "conflicting";
  if (leftToDo(shown) > 0) return "blocked";
  return checks.some(({ state, required }) => required && state === "unknown") ? "unknown" : "ready";
}

/** The word for how an item stands, as the daemon spells it. */
export function standingWord(standing: string): string {
  const words: Record<string, string> = {
    planned: vscode.l10n.t("planned"),
    active: vscode.l10n.t("active"),
    done: vscode.l10n.t("done"),
    dropped: vscode.l10n.t("dropped"),
    ready: vscode.l10n.t("ready"),
    blocked: vscode.l10n.t("blocked"),
    conflicting: vscode.l10n.t("conflicting"),
    "cannot tell": vscode.l10n.t("cannot tell"),
    "merged, not pushed": vscode.l10n.t("merged, not pushed"),
  };
  return words[standing] ?? standing;
}

/** The action that brings a check forward, and its name. Nothing here merges or commits by itself. */
export function checkWay({ id, next }: Pick<Check, "id" | "next">): { title: string; command: string } {
  const commit = { title: vscode.l10n.t("Commit"), command: "calcifer.work.commit" };
  // A branch without commits has nothing to waive.
  if (id === "judged" && next?.startsWith("calcifer commit")) return commit;
  const ways: Record<string, { title: string; command: string }> = {
    entry: { title: vscode.l10n.t("Write an entry"), command: "calcifer.changes.add" },
    judged: { title: vscode.l10n.t("Waive"), command: "calcifer.gate.waive" },
    tests: { title: vscode.l10n.t("Run tests"), command: "calcifer.gate.test" },
    checklist: { title: vscode.l10n.t("Tick"), command: "calcifer.work.check" },
    notes: { title: vscode.l10n.t("Write notes"), command: "calcifer.work.note" },
    document: { title: vscode.l10n.t("Open document"), command: "calcifer.work.document" },
    clean: commit,
    "no-conflict": { title: vscode.l10n.t("Update from trunk"), command: "calcifer.work.update" },
    current: { title: vscode.l10n.t("Update from trunk"), command: "calcifer.work.update" },
  };
  return ways[id] ?? { title: vscode.l10n.t("Open item"), command: "calcifer.work.show" };
}
