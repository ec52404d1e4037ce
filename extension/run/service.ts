// Commands on services.
import path from "node:path";
import * as vscode from "vscode";
import type { Finding } from "../../protocol/service.ts";
import { faultOf, type ResultOf } from "../daemon.ts";
import { isRow, repoOf, serviceOf } from "../nodes.ts";
import { askLine, pickService } from "../pick.ts";
import { tell, warn, working } from "../say.ts";
import type { Run, Window } from "../window.ts";

export const add: Run = async (window, given) => {
  // A title's button is given the row that has the focus, which is a service already.
  const folder = isRow(given) ? await pickRepository(window) : (repoOf(given) ?? (await pickRepository(window, given)));
  if (folder === undefined) return;
  const register = (trunk?: string) =>
    working(vscode.l10n.t("Registering {0}", path.basename(folder)), (options) =>
      window.daemon.act("service.add", { path: folder, ...(trunk && { trunk }) }, options),
    );
  const added = await register().catch(async (error: unknown) => {
    // Which branch is the trunk can be unsure; a person knows.
    if (faultOf(error).fault !== "invalid" || !/trunk/.test(faultOf(error).message)) throw error;
    const trunk = await askLine({ title: faultOf(error).message, prompt: vscode.l10n.t("The trunk branch") });
    return trunk === undefined ? undefined : register(trunk);
  });
  if (added) await offerAdoption(window, added);
  return added?.service;
};

/** @param given `here`: a button that says which one it means */
async function pickRepository(window: Window, given?: unknown): Promise<string | undefined> {
  const here = window.repos.snapshot.repos.filter(({ service }) => service === null).map(({ repo }) => repo);
  if (here.length === 1 && given === "here") return here[0];
  const other = { label: vscode.l10n.t("Another Folder…"), repo: undefined, alwaysShow: true };
  const rows = here.map((repo) => ({ label: path.basename(repo), description: repo, repo }));
  const options = {
    title: vscode.l10n.t("Register a Repository"),
    placeHolder: vscode.l10n.t("Which repository?"),
    matchOnDescription: true,
  };
  const chosen = rows.length > 0 ? await vscode.window.showQuickPick([...rows, other], options) : other;
  if (!chosen) return undefined;
  if (chosen.repo !== undefined) return chosen.repo;
  const folders = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: vscode.l10n.t("Register"),
  });
  return folders?.[0]?.fsPath;
}

/** The files it wrote are to be committed on the trunk: that once, without an entry. */
async function offerAdoption(window: Window, { service, wrote, commit }: ResultOf<"service.add">): Promise<void> {
  const registered = vscode.l10n.t("{0} is registered, and git runs Calcifer's hooks there.", service.name);
  if (wrote.length === 0 || commit !== null) return void tell(registered);
  const adopt = () =>
    window.daemon.act("work.commit", {
      repo: service.repo,
      message: vscode.l10n.t("Adopt Calcifer"),
      noEntry: "set-up",
      paths: wrote,
    });
  void tell(
    vscode.l10n.t("{0} New: {1}. Commit them on {2}?", registered, wrote.join(", "), service.trunk),
    { title: vscode.l10n.t("Commit"), run: adopt },
    { title: vscode.l10n.t("Show Files"), run: () => vscode.commands.executeCommand("workbench.view.scm") },
  );
}

export const doctor: Run = async (window, given) => {
  const service = serviceOf(given) ?? (await pickService(window, vscode.l10n.t("Check the Hooks")));
  if (service !== undefined) await diagnose(window, service, false);
};

async function diagnose(window: Window, service: string, fix: boolean): Promise<void> {
  const title = vscode.l10n.t("Probing the hooks of {0}", service);
  const found = await working(title, (options) => window.daemon.act("service.doctor", { service, fix }, options));
  for (const { state, message } of found.findings) window.daemon.output.info(`${service}: ${state}: ${message}`);
  const log = { title: vscode.l10n.t("Show Log"), run: () => window.daemon.output.show(true) };
  if (found.healthy)
    return void tell(
      vscode.l10n.t("git enforces the gate in {0}: a real probe was refused as it should be.", service),
      log,
    );
  const wrong = found.findings.filter(({ state }) => state !== "yes").map(sentence);
  const mend = { title: vscode.l10n.t("Put Hooks in Force"), run: () => diagnose(window, service, true) };
  await warn(wrong.slice(0, 3).join(" "), ...(fix ? [log] : [mend, log]));
}

const sentence = ({ message }: Finding): string => message;

export const openFolder: Run = async (window, given) => {
  const folder = folderOf(window, given);
  if (folder) await vscode.commands.executeCommand("vscode.openFolder", folder, { forceNewWindow: true });
};

export const terminal: Run = (window, given) => {
  const cwd = folderOf(window, given);
  if (cwd) vscode.window.createTerminal({ cwd, name: serviceOf(given) ?? "" }).show();
};

export const policy: Run = async (window, given) => {
  const service = serviceOf(given) ?? (await pickService(window, vscode.l10n.t("Open .calcifer.yaml")));
  const folder = folderOf(window, service);
  if (folder) await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, ".calcifer.yaml"));
};

function folderOf(window: Window, given: unknown): vscode.Uri | undefined {
  const repo = window.repos.service(serviceOf(given))?.repo ?? repoOf(given);
  return repo === undefined ? undefined : vscode.Uri.file(repo);
}

export const rename: Run = async (window, given) => {
  const service = serviceOf(given);
  if (service === undefined) return;
  const title = vscode.l10n.t("Rename {0}", service);
  const prompt = vscode.l10n.t("Lower-case letters, digits, dots, dashes and underscores");
  const name = await askLine({ title, prompt, value: service, most: 64 });
  if (name !== undefined && name !== service) await window.daemon.act("service.edit", { service, name });
};

export const remove: Run = async (window, given) => {
  const service = serviceOf(given) ?? (await pickService(window, vscode.l10n.t("Remove Service")));
  if (service === undefined) return;
  const items = window.repos.service(service)?.items ?? 0;
  const yes = vscode.l10n.t("Remove");
  const kept = items > 0 ? vscode.l10n.t("Its {0} open items are kept, without a service.", items) : "";
  const detail = [
    vscode.l10n.t(
      "Calcifer's hooks are uninstalled and what was there before is put back. No file of yours is deleted.",
    ),
    kept,
  ].join("\n");
  const question = vscode.l10n.t("Remove the service {0}?", service);
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) !== yes) return;
  await window.daemon.act("service.remove", { service, force: items > 0 });
};
