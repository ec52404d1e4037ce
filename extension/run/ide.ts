// Commands of the room ide.
import path from "node:path";
import * as vscode from "vscode";
import type { ResultOf } from "../daemon.ts";
import { repoOf, serviceOf } from "../nodes.ts";
import { tell } from "../say.ts";
import type { Run } from "../window.ts";

type Proposal = ResultOf<"ide.vscode">;

/** Shows what .vscode would get, beside what is there, and writes it when a person says so. */
export const writeVscode: Run = async (window, given) => {
  const service = serviceOf(given);
  const repo = repoOf(given) ?? window.repos.current?.repo ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (service === undefined && repo === undefined)
    return void tell(vscode.l10n.t("There is no repository in this window that Calcifer knows."));
  const asked = service === undefined ? { repo } : { service };
  const proposal = await window.daemon.act("ide.vscode", asked);
  const changed = proposal.files.filter(({ state }) => state !== "same");
  if (changed.length === 0) return void tellSame(proposal);
  const title = vscode.l10n.t("Proposed: {0} in {1}", ".vscode", path.basename(proposal.repo));
  const shown = await showChanges(title, proposal, changed);
  try {
    if (!(await agreed(proposal))) return undefined;
    const { written } = await window.daemon.act("ide.vscode", { ...asked, write: true });
    return written;
  } finally {
    shown.dispose();
  }
};

function tellSame({ files, detected }: Proposal): Thenable<unknown> {
  if (detected.length === 0) return tell(vscode.l10n.t("Calcifer found nothing here that it has templates for."));
  if (files.length === 0) return tell(vscode.l10n.t("There is nothing to write."));
  return tell(vscode.l10n.t(".vscode is as it should be."));
}

/** Asked beside the difference, not over it: one can scroll through it first. */
async function agreed({ repo, detected, files }: Proposal): Promise<boolean> {
  const found = vscode.l10n.t("Found: {0}", [...new Set(detected.map(({ what }) => what))].join(", "));
  const kept = files.flatMap((file) => file.kept.map((key) => `${path.basename(file.path)}: ${key}`));
  const stay = kept.length > 0 ? vscode.l10n.t("Yours stays: {0}", kept.slice(0, 10).join(", ")) : "";
  const write = { label: vscode.l10n.t("Write"), ...(stay !== "" && { detail: stay }) };
  const options = {
    title: vscode.l10n.t("Write These Files into {0}?", path.join(repo, ".vscode")),
    placeHolder: found,
    ignoreFocusOut: true,
  };
  return (await vscode.window.showQuickPick([write, { label: vscode.l10n.t("Cancel") }], options)) === write;
}

const scheme = "calcifer-proposed";

/** The proposal beside the files. What is returned ends it. */
async function showChanges(title: string, { repo }: Proposal, changed: Proposal["files"]): Promise<vscode.Disposable> {
  const texts = new Map(changed.map((file) => [`/${file.path}`, file.after ?? ""]));
  const provided = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: (uri) => (uri.query === "none" ? "" : texts.get(uri.path)),
  });
  const rows = changed.map((file) => {
    const real = vscode.Uri.joinPath(vscode.Uri.file(repo), file.path);
    // Asked anew each time: VS Code keeps what it was told of an address.
    const after = vscode.Uri.from({ scheme, path: `/${file.path}`, query: String(Date.now()) });
    return [real, file.state === "new" ? after.with({ query: "none" }) : real, after];
  });
  await vscode.commands.executeCommand("vscode.changes", title, rows);
  return provided;
}
