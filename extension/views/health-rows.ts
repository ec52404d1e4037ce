// How states and incidents look in trees, tooltips and the status bar: an icon and a word, never a colour alone.
import * as vscode from "vscode";
import type { HealthState, Incident, ServiceHealth } from "../health.ts";
import { escaped, oneLine } from "../looks.ts";

const icons: Record<HealthState, [icon: string, colour: string]> = {
  up: ["pass", "testing.iconPassed"],
  degraded: ["warning", "problemsWarningIcon.foreground"],
  down: ["error", "problemsErrorIcon.foreground"],
  blocked: ["circle-slash", "problemsWarningIcon.foreground"],
  "not measured": ["circle-outline", "testing.iconUnset"],
};

export function healthIcon(state: HealthState): vscode.ThemeIcon {
  const [icon, colour] = icons[state];
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour));
}

export function healthWord({ state, blockedBy }: Pick<ServiceHealth, "state" | "blockedBy">): string {
  if (state === "up") return vscode.l10n.t("up");
  if (state === "degraded") return vscode.l10n.t("degraded");
  if (state === "down") return vscode.l10n.t("down");
  if (state === "not measured") return vscode.l10n.t("not measured");
  return blockedBy === null ? vscode.l10n.t("blocked") : vscode.l10n.t("blocked by {0}", oneLine(blockedBy));
}

/** For a tooltip: the state, since when, why. Empty where nothing is watched. */
export function healthLines(health: ServiceHealth | undefined): string {
  if (!health) return "";
  const since = health.since === null ? "" : ` ${vscode.l10n.t("since {0}", moment(health.since))}`;
  const uptime = health.uptime === null ? "" : ` · ${vscode.l10n.t("{0} of 24 hours", percent(health.uptime))}`;
  const why = health.why === "" ? "" : `\n\n${escaped(health.why)}`;
  return `\n\n**${escaped(healthWord(health))}**${since}${uptime}${why}`;
}

/** An open incident as a row below its service. */
export function incidentRow(incident: Incident, id: string): vscode.TreeItem {
  const row = new vscode.TreeItem(oneLine(incident.cause), vscode.TreeItemCollapsibleState.None);
  const acknowledged = incident.acknowledged !== null;
  row.id = id;
  row.iconPath = new vscode.ThemeIcon(
    acknowledged ? "bell-slash" : "bell-dot",
    new vscode.ThemeColor(
      incident.severity === "down" ? "problemsErrorIcon.foreground" : "problemsWarningIcon.foreground",
    ),
  );
  row.description = acknowledged ? vscode.l10n.t("acknowledged") : moment(incident.opened);
  row.contextValue = `incident ${incident.state} ${incident.item ? "linked" : ""}`.trim();
  row.command = { command: "calcifer.incident.show", title: vscode.l10n.t("Open Incident"), arguments: [incident.id] };
  row.tooltip = new vscode.MarkdownString(incidentLines(incident));
  row.accessibilityInformation = {
    label: vscode.l10n.t("Incident {0}: {1}, {2}", incident.id, oneLine(incident.cause), row.description),
  };
  return row;
}

function incidentLines({ id, cause, opened, acknowledged, blocks, item, suspects }: Incident): string {
  const [suspect] = suspects;
  const lines = [
    `**${vscode.l10n.t("Incident {0}", id)}** · ${vscode.l10n.t("since {0}", moment(opened))}`,
    escaped(cause),
    acknowledged && vscode.l10n.t("Acknowledged: {0}", escaped(acknowledged.reason)),
    blocks.length > 0 && vscode.l10n.t("Blocks {0}", escaped(blocks.join(", "))),
    item && vscode.l10n.t("Work item: {0}", escaped(`#${item.id} ${item.title}`)),
    suspect && vscode.l10n.t("Changed before: {0}", escaped(suspect.title)),
  ];
  return lines.filter(Boolean).join("\n\n");
}

/** The clock's time; with the day, when it was another one. */
export function moment(time: string): string {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return date.toLocaleString(vscode.env.language, today ? clock : { day: "numeric", month: "short", ...clock });
}

export const percent = (number: number): string =>
  `${number.toLocaleString(vscode.env.language, { maximumFractionDigits: number > 99 ? 2 : 1 })} %`;
