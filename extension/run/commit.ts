// Commands about commits, entries and CHANGES.md.
import * as vscode from "vscode";
import { itemOf, repoOf, serviceOf } from "../nodes.ts";
import { anItem, askLine, pickService, tellNotCheckedOut } from "../pick.ts";
import { tell } from "../say.ts";
import type { Run } from "../window.ts";
import { activeQuestion } from "./work.ts";

/** Opens the view Commit, on the repository it was asked for. */
export const commit: Run = async (window, given) => {
  const id = itemOf(given);
  const repo = repoOf(given) ?? (id === undefined ? undefined : window.repos.whereCheckedOut(id));
  if (id !== undefined && repo === undefined) return void tellNotCheckedOut(id);
  if (repo) window.repos.choose(repo);
  await vscode.commands.executeCommand("calcifer.commit.focus");
};

/** Writes the entry, and shows it where it stands. */
export const addEntry: Run = async (window, given) => {
  const title = vscode.l10n.t("Write an Entry");
  const id = await anItem(window, itemOf(given), activeQuestion(title));
  if (id === undefined) return;
  const repo = repoOf(given) ?? window.repos.whereCheckedOut(id);
  if (repo === undefined) return void tellNotCheckedOut(id);
  const { title: value } = await window.daemon.ask("work.get", { item: id });
  const prompt = vscode.l10n.t("One line for the readers of CHANGES.md; #{0} is added to it", id);
  const text = await askLine({ title: `${title} (1/2)`, prompt, value, most: 4000 });
  if (text === undefined) return;
  const { sections } = await window.daemon.ask("changes.preview", { text, item: id, repo });
  const section = await pickSection(`${title} (2/2)`, sections);
  if (section === undefined) return;
  const written = { text, item: id, repo, ...(section && { section }) };
  const { file, line } = await window.daemon.act("changes.add", written);
  await showLine(vscode.Uri.joinPath(vscode.Uri.file(repo), file), line);
};

/** @returns an empty text for no sub-heading */
async function pickSection(title: string, sections: string[]): Promise<string | undefined> {
  const none = { label: vscode.l10n.t("No sub-heading"), section: "" };
  const rows = [none, ...sections.map((section) => ({ label: section, section }))];
  const placeHolder = vscode.l10n.t("Under which sub-heading?");
  return (await vscode.window.showQuickPick(rows, { title, placeHolder }))?.section;
}

async function showLine(file: vscode.Uri, line: number): Promise<void> {
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at) });
}

export const showChanges: Run = async (window, given) => {
  const shown = window.repos.snapshot.repos.find(({ repo }) => repo === repoOf(given));
  const service = serviceOf(given) ?? shown?.service ?? (await pickService(window, vscode.l10n.t("Open CHANGES.md")));
  const about = window.repos.service(service);
  if (!about) return;
  const folder = vscode.Uri.file(repoOf(given) ?? about.repo);
  const file = vscode.Uri.joinPath(folder, about.changes);
  const unreleased = await window.daemon.ask("changes.preview", { repo: folder.fsPath }).catch(() => undefined);
  await showLine(file, unreleased?.existing[0]?.line ?? 1);
};

export const release: Run = async (window, given) => {
  const title = vscode.l10n.t("Release");
  const service = serviceOf(given) ?? (await pickService(window, title));
  if (service === undefined) return;
  const { entries } = await window.daemon.ask("changes.show", { service });
  if (entries.length === 0) return void tell(vscode.l10n.t("Nothing of {0} is unreleased.", service));
  const prompt = vscode.l10n.t("Version of {0} for {1} unreleased entries, such as 1.4.0", service, entries.length);
  const version = await askLine({ title, prompt, placeHolder: "1.4.0", most: 40 });
  if (version === undefined) return;
  const yes = vscode.l10n.t("Release");
  const detail = vscode.l10n.t(
    "Unreleased becomes {0} in CHANGES.md, committed on the trunk and tagged. Nothing is pushed.",
    version,
  );
  const question = vscode.l10n.t("Release {0} of {1}?", version, service);
  if ((await vscode.window.showInformationMessage(question, { modal: true, detail }, yes)) !== yes) return;
  const done = await window.daemon.act("changes.release", { version, service });
  void tell(vscode.l10n.t("{0} {1} is released as {2}.", service, done.version, done.tag ?? done.commit.slice(0, 8)));
};
