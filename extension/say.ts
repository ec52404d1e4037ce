// What a person is told: a fault as a sentence with a way on, work under way with a way to stop it.
import * as vscode from "vscode";
import type { Fault } from "../protocol/errors.ts";
import type { CallOptions } from "./daemon.ts";
import { faultOf } from "./daemon.ts";

export interface Offer {
  title: string;
  run: () => unknown;
}

/** Resolves when the message is gone; what was chosen is done. */
export async function tell(sentence: string, ...offers: Offer[]): Promise<void> {
  await carryOut(offers, await vscode.window.showInformationMessage(plain(sentence), ...titles(offers)));
}

export async function warn(sentence: string, ...offers: Offer[]): Promise<void> {
  await carryOut(offers, await vscode.window.showWarningMessage(plain(sentence), ...titles(offers)));
}

/** In a message VS Code makes a link of `[words](command:…)` and runs what it names; somebody's words stay words. */
const plain = (text: string): string => text.replaceAll("](", "]\u200b(");

const titles = (offers: Offer[]): string[] => offers.map(({ title }) => title);

/** Nobody waits for what a message offers, so what goes wrong with it is told here. */
async function carryOut(offers: Offer[], chosen: string | undefined): Promise<void> {
  try {
    await offers.find(({ title }) => title === chosen)?.run();
  } catch (error) {
    tellFault(error);
  }
}

/** Says what failed, why, and what to do: nothing where a person stopped it. */
export function tellFault(error: unknown, ...offers: Offer[]): void {
  const fault = faultOf(error);
  if (fault.fault === "cancelled") return;
  const log = { title: vscode.l10n.t("Show Log"), run: () => vscode.commands.executeCommand("calcifer.daemon.logs") };
  const own = offers.length > 0 ? offers : [log];
  const show = fault.fault === "refused" || fault.fault === "conflict" ? warn : fail;
  void show(sentences(fault, offers.length === 0), ...own);
}

async function fail(sentence: string, ...offers: Offer[]): Promise<void> {
  await carryOut(offers, await vscode.window.showErrorMessage(plain(sentence), ...titles(offers)));
}

/** In a toast there is room for the verdict and its first reasons; the hint, where no button says what to do. */
function sentences({ message, reasons, hint }: Fault, hinting: boolean): string {
  const more = reasons.map((reason) => reason.message).filter((said) => said !== message);
  const rest = more.length > 3 ? ["…"] : [];
  return [message, ...more.slice(0, 3), ...rest, ...(hinting && hint ? [hint] : [])].join(" ");
}

/** Milliseconds after which it should be seen that something is under way. */
const noticeable = 800;

/** Carries out what may take long: shown, with a way to stop it, once it does. */
export async function working<T>(title: string, act: (options: CallOptions) => Promise<T>): Promise<T> {
  const stop = new vscode.CancellationTokenSource();
  let report: ((message: string) => void) | undefined;
  let last: string | undefined;
  const progress = (message: string): void => {
    last = message;
    report?.(message);
  };
  const answer = act({ token: stop.token, progress });
  const late = setTimeout(() => {
    const options = { location: vscode.ProgressLocation.Notification, title: plain(title), cancellable: true };
    void vscode.window.withProgress(options, async (bar, token) => {
      token.onCancellationRequested(() => stop.cancel());
      report = (message) => bar.report({ message: plain(message) });
      if (last !== undefined) report(last);
      // How it ended is told elsewhere.
      await answer.catch(() => {});
    });
  }, noticeable);
  try {
    return await answer;
  } finally {
    clearTimeout(late);
    stop.dispose();
  }
}

/** Tells of a folder that is new, and offers to open it. */
export function tellFolder(sentence: string, folder: string): void {
  const uri = vscode.Uri.file(folder);
  void tell(
    sentence,
    {
      title: vscode.l10n.t("Open in New Window"),
      run: () => vscode.commands.executeCommand("vscode.openFolder", uri, { forceNewWindow: true }),
    },
    {
      title: vscode.l10n.t("Add to This Window"),
      run: () => vscode.workspace.updateWorkspaceFolders(vscode.workspace.workspaceFolders?.length ?? 0, 0, { uri }),
    },
  );
}
