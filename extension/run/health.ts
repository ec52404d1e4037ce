// Commands on endpoints, and the Health page.
import * as vscode from "vscode";
import type { ParamsOf, ResultOf } from "../daemon.ts";
import type { HealthState } from "../health.ts";
import { oneLine } from "../looks.ts";
import { serviceOf } from "../nodes.ts";
import { askLine, pickService } from "../pick.ts";
import { tell, working } from "../say.ts";
import { type Choice, type Question, steps } from "../steps.ts";
import { healthIcon, healthWord } from "../views/health-rows.ts";
import type { Run, Window } from "../window.ts";

type Endpoint = ResultOf<"health.list">["endpoints"][number];

/** What a command is called with: a row of a tree, or what the page or a sign hands over. */
interface About {
  state?: HealthState;
  endpoint?: number;
  since?: string;
}
const about = (given: unknown): About => (typeof given === "object" && given !== null ? (given as About) : {});

export const show: Run = (window, given) => {
  const { state = null } = about(given);
  window.health.open({ service: serviceOf(given) ?? null, state });
};

/** @returns the endpoint's number */
export const add: Run = async (window, given) => {
  const service = serviceOf(given) ?? (await pickService(window, vscode.l10n.t("Add Endpoint")));
  if (service === undefined) return undefined;
  const title = vscode.l10n.t("Watch an Endpoint of {0}", service);
  const answers = await steps(title, [target, name, every]);
  if (!answers) return undefined;
  const [address = "", called = "", interval = "60s"] = answers;
  const { endpoint, notes } = await working(title, (options) =>
    window.daemon.act("health.add", { service, target: address, name: called, interval }, options),
  );
  for (const note of notes) window.daemon.output.info(note);
  window.health.open({ service });
  return endpoint.id;
};

const schemes = /^(https?|tcp|icmp|dns):\/\/[^\s/]/i;

const target: Question = () => ({
  prompt: vscode.l10n.t("What is asked: https://host/path, tcp://host:port, icmp://host or dns://name"),
  placeholder: "https://example.org/healthz",
  problem: (text) =>
    schemes.test(text) ? undefined : vscode.l10n.t("It begins with https://, http://, tcp://, icmp:// or dns://"),
});

const name: Question = ([address = ""]) => ({
  prompt: vscode.l10n.t("How it is called in this service"),
  value: nameFrom(address),
  problem: (text) =>
    text === ""
      ? vscode.l10n.t("Some words are needed here.")
      : text.length > 100
        ? vscode.l10n.t("At most 100 characters.")
        : undefined,
});

/** The last part of the path, else the host's first. */
function nameFrom(address: string): string {
  const rest = address.replace(/^[a-z]+:\/\//i, "").split(/[?#]/)[0] ?? "";
  const [host = "", ...path] = rest.split("/").filter(Boolean);
  return (path.at(-1) ?? host.replace(/[:\]].*$/, "").split(".")[0] ?? "").slice(0, 100);
}

const every: Question = () => ({
  placeholder: vscode.l10n.t("How often is it asked?"),
  value: "60s",
  choices: intervals(),
});

const intervals = (): Choice[] => [
  { label: vscode.l10n.t("Every 5 seconds"), value: "5s" },
  { label: vscode.l10n.t("Every 15 seconds"), value: "15s" },
  { label: vscode.l10n.t("Every 30 seconds"), value: "30s" },
  { label: vscode.l10n.t("Every minute"), value: "60s" },
  { label: vscode.l10n.t("Every 5 minutes"), value: "5m" },
  { label: vscode.l10n.t("Every 15 minutes"), value: "15m" },
  { label: vscode.l10n.t("Every hour"), value: "1h" },
];

export const check: Run = async (window, given) => {
  const found = await anEndpoint(window, given, vscode.l10n.t("Check an Endpoint Now"));
  if (!found) return;
  const title = vscode.l10n.t("Checking {0}", nameOf(found));
  const { endpoint, outcome } = await working(title, (options) =>
    window.daemon.act("health.check", { endpoint: String(found.id) }, options),
  );
  void tell(`${nameOf(endpoint)}: ${oneLine(outcome.why)}`, {
    title: vscode.l10n.t("Show"),
    run: () => window.health.open({ service: endpoint.service }),
  });
};

export const pause: Run = async (window, given) => {
  const found = await anEndpoint(window, given, vscode.l10n.t("Pause an Endpoint"), ({ paused }) => paused === null);
  if (!found) return;
  const reason = await askLine({
    title: vscode.l10n.t("Pause {0}", nameOf(found)),
    prompt: vscode.l10n.t("Why? May be left empty"),
    most: 500,
    optional: true,
  });
  if (reason !== undefined) await window.daemon.act("health.pause", { endpoint: String(found.id), reason });
};

export const resume: Run = async (window, given) => {
  const found = await anEndpoint(window, given, vscode.l10n.t("Resume an Endpoint"), ({ paused }) => paused !== null);
  if (found) await window.daemon.act("health.resume", { endpoint: String(found.id) });
};

export const remove: Run = async (window, given) => {
  const found = await anEndpoint(window, given, vscode.l10n.t("Remove an Endpoint"));
  if (!found) return;
  const yes = vscode.l10n.t("Remove");
  const question = vscode.l10n.t("Stop watching {0}?", nameOf(found));
  const detail = vscode.l10n.t("All that was measured of it is forgotten. To keep that, pause it instead.");
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) !== yes) return;
  await window.daemon.act("health.remove", { endpoint: String(found.id) });
};

export const edit: Run = async (window, given) => {
  const found = await anEndpoint(window, given, vscode.l10n.t("Edit an Endpoint"));
  if (!found) return;
  const title = vscode.l10n.t("Edit {0}", nameOf(found));
  const field = await vscode.window.showQuickPick(fieldsOf(found), {
    title,
    placeHolder: vscode.l10n.t("What is to be another?"),
    matchOnDescription: true,
  });
  if (!field) return;
  const value =
    field.key === "interval"
      ? (await steps(title, [() => ({ ...every([]), value: `${found.interval}s` })]))?.[0]
      : await askLine({ title, prompt: field.label, value: field.now, most: 2000 });
  if (value === undefined || value === field.now) return;
  await window.daemon.act("health.edit", { endpoint: String(found.id), [field.key]: value } as ParamsOf<"health.edit">);
};

interface Field extends vscode.QuickPickItem {
  key: "interval" | "target" | "name" | "slow" | "failures" | "timeout" | "environment";
  now: string;
}

function fieldsOf({
  interval,
  target: address,
  name: called,
  slow,
  failures,
  timeout,
  environment,
}: Endpoint): Field[] {
  const field = (key: Field["key"], label: string, now: string): Field => ({
    key,
    label,
    now,
    description: oneLine(now),
  });
  return [
    field("interval", vscode.l10n.t("From one check to the next"), `${interval}s`),
    field("target", vscode.l10n.t("Target"), address),
    field("name", vscode.l10n.t("Name"), called),
    field("slow", vscode.l10n.t("Milliseconds from which on it is degraded"), slow === null ? "" : String(slow)),
    field("failures", vscode.l10n.t("Failures in a row that make it down"), String(failures)),
    field("timeout", vscode.l10n.t("How long an answer may take"), `${timeout}s`),
    field("environment", vscode.l10n.t("Environment"), environment),
  ];
}

export const exportCsv: Run = async (window, given) => {
  const service = serviceOf(given);
  const since = about(given).since ?? (await pickSince());
  if (since === undefined) return;
  const { csv, rows } = await working(vscode.l10n.t("Exporting what was measured"), (options) =>
    window.daemon.ask("health.export", { since, ...(service !== undefined && { endpoint: service }) }, options),
  );
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = `health-${(service ?? "all").replaceAll(/[^\w.-]+/g, "-")}-${since}.csv`;
  const to = await vscode.window.showSaveDialog({
    title: vscode.l10n.t("Export as CSV"),
    filters: { CSV: ["csv"] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, file) }),
  });
  if (!to) return;
  await vscode.workspace.fs.writeFile(to, new TextEncoder().encode(csv));
  void tell(vscode.l10n.t("{0} rows were written to {1}.", rows, vscode.workspace.asRelativePath(to)), {
    title: vscode.l10n.t("Open"),
    run: () => vscode.commands.executeCommand("vscode.open", to),
  });
};

async function pickSince(): Promise<string | undefined> {
  const rows = [
    { label: vscode.l10n.t("24 hours"), since: "24h" },
    { label: vscode.l10n.t("7 days"), since: "7d" },
    { label: vscode.l10n.t("30 days"), since: "30d" },
    { label: vscode.l10n.t("90 days"), since: "90d" },
  ];
  const options = { title: vscode.l10n.t("Export as CSV"), placeHolder: vscode.l10n.t("How far back?") };
  return (await vscode.window.showQuickPick(rows, options))?.since;
}

const nameOf = ({ service, name: called }: Endpoint): string => oneLine(`${service}/${called}`);

/** The endpoint that is given, else the only one, else what a person picks. */
async function anEndpoint(
  { daemon }: Window,
  given: unknown,
  title: string,
  fits: (endpoint: Endpoint) => boolean = () => true,
): Promise<Endpoint | undefined> {
  const number = about(given).endpoint;
  const service = serviceOf(given);
  const { endpoints } = await daemon.ask("health.list", service === undefined ? {} : { service });
  if (number !== undefined) return endpoints.find(({ id }) => id === number);
  const all = endpoints.filter(fits);
  if (all.length === 0) return void tell(vscode.l10n.t("There is no such endpoint."));
  if (all.length === 1 && service !== undefined) return all[0];
  const rows = all.map((endpoint) => ({
    label: nameOf(endpoint),
    description: `${healthWord(endpoint)} · ${oneLine(endpoint.target)}`,
    iconPath: healthIcon(endpoint.state),
    endpoint,
  }));
  const options = { title, placeHolder: vscode.l10n.t("Which endpoint?"), matchOnDescription: true };
  return (await vscode.window.showQuickPick(rows, options))?.endpoint;
}
