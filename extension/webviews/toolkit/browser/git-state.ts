// git's letters for what happened to a file, as VS Code shows them.
import * as l10n from "@vscode/l10n";

export interface Decoration {
  letter: string;
  name: string;
  /** for the colour, see base.css */
  className: string;
}

/** @param state two letters of `git status --short`, or one of `git diff --name-status` */
export function decoration(state: string): Decoration {
  if (state === "??") return { letter: "U", name: l10n.t("Untracked"), className: "git-untracked" };
  if (/U|^AA$|^DD$/.test(state)) return { letter: "!", name: l10n.t("Conflict"), className: "git-conflict" };
  const letter = state.trim().slice(-1);
  if (letter === "D") return { letter, name: l10n.t("Deleted"), className: "git-deleted" };
  if (state.startsWith("A")) return { letter: "A", name: l10n.t("Added"), className: "git-added" };
  if (state.startsWith("R")) return { letter: "R", name: l10n.t("Renamed"), className: "git-renamed" };
  if (letter === "T") return { letter, name: l10n.t("Type changed"), className: "git-modified" };
  return { letter: "M", name: l10n.t("Modified"), className: "git-modified" };
}
