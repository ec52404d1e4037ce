// What a person is told of failing services unasked: a sign in the status bar while one is down, one message for each incident.
import * as vscode from "vscode";
import { cut } from "../protocol/count.ts";
import type { Health, Incident, ServiceHealth } from "./health.ts";
import { escaped, oneLine } from "./looks.ts";
import { tellFault, warn } from "./say.ts";
import { setting } from "./settings.ts";
import { moment } from "./views/health-rows.ts";

/** Behind the merge check. */
const besideCheck = 89.8;
/** A name longer than this would crowd out what other extensions say. */
const mostName = 12;
const told = "calcifer.incidents.told";
/** Numbers of incidents that are remembered: more are never open at once. */
const mostTold = 500;
/** The window a person looks at speaks first, and the others hear of it. */
const otherWindows = 2000;

export class HealthSigns implements vscode.Disposable {
  readonly #health: Health;
  readonly #memory: vscode.Memento;
  readonly #sign = vscode.window.createStatusBarItem("calcifer.health", vscode.StatusBarAlignment.Left, besideCheck);
  readonly #disposables: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;
  #text = "";

  /** @param memory of all windows */
  constructor(health: Health, memory: vscode.Memento) {
    this.#health = health;
    this.#memory = memory;
    this.#sign.name = vscode.l10n.t("Calcifer: Health");
    this.#sign.command = { command: "calcifer.health.show", title: "", arguments: [{ state: "down" }] };
    this.#disposables = [this.#sign, health.onDidChange(() => this.#update())];
  }

  /** As it stands, empty where hidden. */
  get text(): string {
    return this.#text;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #update(): void {
    const { services = [], incidents = [] } = this.#health.snapshot ?? {};
    void vscode.commands.executeCommand("setContext", "calcifer.watched", services.some(isWatched));
    void vscode.commands.executeCommand("setContext", "calcifer.incident", incidents.length > 0);
    this.#show(services);
    if (this.#untold().length === 0) return;
    const wait = vscode.window.state.focused ? 0 : otherWindows * (1 + Math.random());
    // Not put off by what comes meanwhile: where states change all the time it would never be told.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#tell().catch(tellFault);
    }, wait);
  }

  #show(services: ServiceHealth[]): void {
    const down = this.#health.over ? [] : services.filter(({ state }) => state === "down");
    const [first] = down;
    this.#text = first ? `$(flame) ${signWords(down)}` : "";
    if (!first) {
      this.#sign.hide();
      return;
    }
    this.#sign.text = this.#text;
    this.#sign.backgroundColor = new vscode.ThemeColor("statusBarItem.errorBackground");
    this.#sign.tooltip = tooltip(down, services.filter(({ state }) => state === "blocked").length);
    const named = down.map(({ service }) => oneLine(service)).join(", ");
    this.#sign.accessibilityInformation = {
      label: vscode.l10n.t("Calcifer: {0} down: {1}", down.length, named),
      role: "button",
    };
    this.#sign.show();
  }

  #untold(): Incident[] {
    const before = this.#memory.get<string[]>(told) ?? [];
    return (this.#health.snapshot?.incidents ?? []).filter((incident) => !before.includes(keyOf(incident)));
  }

  async #tell(): Promise<void> {
    const untold = this.#untold();
    if (untold.length === 0) return;
    const open = new Set(this.#health.snapshot?.incidents.map(keyOf));
    // Those that are still open come last: they are not forgotten for newer ones.
    const before = (this.#memory.get<string[]>(told) ?? []).toSorted(
      (a, b) => Number(open.has(a)) - Number(open.has(b)),
    );
    await this.#memory.update(told, [...before, ...untold.map(keyOf)].slice(-mostTold));
    if (!setting("calcifer.health.notifications")) return;
    const [first] = untold;
    const about = untold.length === 1 ? first : undefined;
    await warn(sentence(untold), ...offers(about));
  }
}

const isWatched = ({ endpoints }: ServiceHealth): boolean => endpoints > 0;

/** Another home has other incidents of the same numbers. */
const keyOf = ({ id, opened }: Incident): string => `${id} ${opened}`;

function signWords(down: ServiceHealth[]): string {
  const [first] = down;
  if (first && down.length === 1) return vscode.l10n.t("{0} down", cut(oneLine(first.service), mostName));
  return vscode.l10n.t("{0} down", down.length);
}

function tooltip(down: ServiceHealth[], blocked: number): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.isTrusted = { enabledCommands: ["calcifer.incident.show"] };
  const shown = down.slice(0, 10);
  text.appendMarkdown("| | | | |\n|:-:|:--|:--|:--|\n");
  for (const { service, since, why, incident } of shown) {
    const link =
      incident === null
        ? ""
        : `[${vscode.l10n.t("Incident {0}", incident)}](command:calcifer.incident.show?${incident})`;
    const start = since === null ? "" : vscode.l10n.t("since {0}", moment(since));
    text.appendMarkdown(`| $(error) | **${escaped(service)}** ${start} | ${escaped(why)} | ${link} |\n`);
  }
  if (down.length > shown.length)
    text.appendMarkdown(`\n\n${vscode.l10n.t("and {0} more", down.length - shown.length)}`);
  if (blocked > 0)
    text.appendMarkdown(
      `\n\n$(circle-slash) ${blocked === 1 ? vscode.l10n.t("1 service is blocked by that.") : vscode.l10n.t("{0} services are blocked by that.", blocked)}`,
    );
  return text;
}

/** One message for what began at once. */
function sentence(incidents: Incident[]): string {
  const [first] = incidents;
  if (!first || incidents.length > 1) {
    const names = [...new Set(incidents.map(({ service }) => oneLine(service)))].slice(0, 4).join(", ");
    return vscode.l10n.t("{0} incidents are open: {1}", incidents.length, names);
  }
  const { service, severity, cause, blocks, suspects } = first;
  const [suspect] = suspects;
  const state =
    severity === "down"
      ? vscode.l10n.t("{0} is down.", oneLine(service))
      : vscode.l10n.t("{0} is degraded.", oneLine(service));
  const blocked =
    blocks.length > 0 && vscode.l10n.t("Blocked by that: {0}.", blocks.slice(0, 4).map(oneLine).join(", "));
  const before = suspect && vscode.l10n.t("Changed before: {0}.", cut(oneLine(suspect.title), 80));
  return [state, `${cut(oneLine(cause), 160)}.`.replace(/([.!?])\.$/, "$1"), blocked, before].filter(Boolean).join(" ");
}

function offers(incident: Incident | undefined): { title: string; run: () => unknown }[] {
  const run = (command: string, ...given: unknown[]) => vscode.commands.executeCommand(command, ...given);
  const show = incident
    ? () => run("calcifer.incident.show", incident.id)
    : () => run("calcifer.health.show", { state: "down" });
  const configuration = vscode.workspace.getConfiguration();
  return [
    { title: vscode.l10n.t("Show"), run: show },
    ...(incident
      ? [{ title: vscode.l10n.t("Open Work Item"), run: () => run("calcifer.incident.item", incident.id) }]
      : []),
    {
      title: vscode.l10n.t("Don't Show Again"),
      run: () => configuration.update("calcifer.health.notifications", false, vscode.ConfigurationTarget.Global),
    },
  ];
}
