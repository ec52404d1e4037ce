// Commands on incidents.
import * as vscode from "vscode";
import { faultOf } from "../daemon.ts";
import type { Incident } from "../health.ts";
import { oneLine } from "../looks.ts";
import { askLine, pickItem } from "../pick.ts";
import { tell } from "../say.ts";
import { moment } from "../views/health-rows.ts";
import type { Run, Window } from "../window.ts";

/** A row of a tree, what the page hands over, or the number. */
function numberOf(given: unknown): number | undefined {
  if (typeof given === "number") return given;
  const incident = (given as { incident?: number | { id?: number } } | undefined)?.incident;
  return typeof incident === "number" ? incident : incident?.id;
}

/** The one that is given, else the only open one, else what a person picks. */
async function anIncident({ daemon }: Window, given: unknown, title: string): Promise<Incident | undefined> {
  const number = numberOf(given);
  if (number !== undefined) return daemon.ask("incident.show", { incident: number });
  const { incidents } = await daemon.ask("incident.list", {});
  if (incidents.length === 0) return void tell(vscode.l10n.t("No incident is open."));
  if (incidents.length === 1) return incidents[0];
  const rows = incidents.map((incident) => ({
    label: oneLine(incident.service),
    description: `${moment(incident.opened)} · ${oneLine(incident.cause)}`,
    iconPath: new vscode.ThemeIcon(incident.acknowledged ? "bell-slash" : "bell-dot"),
    incident,
  }));
  const options = { title, placeHolder: vscode.l10n.t("Which incident?"), matchOnDescription: true };
  return (await vscode.window.showQuickPick(rows, options))?.incident;
}

export const show: Run = async (window, given) => {
  const found = await anIncident(window, given, vscode.l10n.t("Show Incident"));
  if (found) window.health.open({ service: found.service, incident: found.id });
};

export const acknowledge: Run = async (window, given) => {
  const found = await anIncident(window, given, vscode.l10n.t("Acknowledge an Incident"));
  if (!found) return;
  const title = vscode.l10n.t("Acknowledge Incident {0}", found.id);
  const reason = await askLine({ title, prompt: vscode.l10n.t("What is known, or who is on it?"), most: 500 });
  if (reason !== undefined) await window.daemon.act("incident.acknowledge", { incident: found.id, reason });
};

export const note: Run = async (window, given) => {
  const found = await anIncident(window, given, vscode.l10n.t("Add a Note to an Incident"));
  if (!found) return;
  const title = vscode.l10n.t("Add a Note to Incident {0}", found.id);
  const text = await askLine({ title, prompt: vscode.l10n.t("What happened?"), most: 4000 });
  if (text !== undefined) await window.daemon.act("incident.note", { incident: found.id, text });
};

/** @returns the work item's number; the one there is, or a new one */
export const item: Run = async (window, given) => {
  const found = await anIncident(window, given, vscode.l10n.t("Open a Work Item from an Incident"));
  if (!found) return undefined;
  const made = found.item ? found : await window.daemon.act("incident.item", { incident: found.id });
  if (made.item) window.pages.open(made.item.id);
  return made.item?.id;
};

export const link: Run = async (window, given) => {
  const found = await anIncident(window, given, vscode.l10n.t("Link a Work Item to an Incident"));
  if (!found) return;
  const number = await pickItem(window, {
    title: vscode.l10n.t("Link a Work Item to Incident {0}", found.id),
    placeholder: vscode.l10n.t("Which work item?"),
  });
  if (number !== undefined) await window.daemon.act("incident.link", { incident: found.id, item: number });
};

export const resolve: Run = async (window, given) => {
  const found = await anIncident(window, given, vscode.l10n.t("Resolve an Incident"));
  if (!found) return;
  const title = vscode.l10n.t("Resolve Incident {0}", found.id);
  const reason = await askLine({ title, prompt: vscode.l10n.t("What ended it?"), most: 500 });
  if (reason === undefined) return;
  const close = (anyway: boolean) => window.daemon.act("incident.resolve", { incident: found.id, reason, anyway });
  await close(false).catch(async (error: unknown) => {
    const fault = faultOf(error);
    if (fault.fault !== "refused") throw error;
    // It still fails; a person may know better.
    const yes = vscode.l10n.t("Resolve Anyway");
    const detail = fault.reasons.map(({ message }) => message).join("\n");
    if ((await vscode.window.showWarningMessage(fault.message, { modal: true, detail }, yes)) === yes)
      await close(true);
  });
};
