// The command that makes a service from a template: which, how it is called, and what its variables are.
import path from "node:path";
import * as vscode from "vscode";
import type { Template } from "../../protocol/service.ts";
import { faultOf, type ResultOf } from "../daemon.ts";
import { askLine } from "../pick.ts";
import { tellFolder, warn, working } from "../say.ts";
import { type Question, steps } from "../steps.ts";
import type { Run, Window } from "../window.ts";

/** What is to be made, as far as it was said. */
interface Wanted {
  template: Template;
  name: string;
  values: Map<string, string>;
  folder: string;
}

export const make: Run = async (window) => {
  const title = vscode.l10n.t("New Service from Template");
  const { templates, problems } = await window.daemon.ask("service.templates", {});
  for (const problem of problems) window.daemon.output.warn(problem);
  if (templates.length === 0) return warn(vscode.l10n.t("There is no template."));
  const answers = await steps(title, [which(templates), called(window)]);
  const template = templates.find(({ name }) => name === answers?.[0]);
  const [, name] = answers ?? [];
  if (!template || name === undefined) return;
  const values = new Map(template.variables.map((one) => [one.name, first(one, name)]));
  const wanted = await settle(window, { template, name, values, folder: usualFolder(window, name) });
  if (!wanted) return;
  const made = await working(vscode.l10n.t("Making {0}", name), (options) =>
    window.daemon.act("service.new", asked(wanted), options),
  );
  tellFolder(vscode.l10n.t("{0} is a service now: {1}", name, made.folder), made.folder);
  if (made.item !== null) window.pages.open(made.item);
  return made;
};

/** What is called in a few words is called by its name until somebody says more. */
const first = ({ name, type, default: usual }: Template["variables"][number], service: string): string =>
  name === "title" && type === "text" ? service.charAt(0).toUpperCase() + service.slice(1) : (usual ?? "");

const which =
  (templates: Template[]): Question =>
  () => ({
    placeholder: vscode.l10n.t("What kind of service?"),
    choices: templates.map(({ name, title, summary }) => ({
      label: title,
      description: summary,
      value: name,
    })),
  });

const called =
  (window: Window): Question =>
  () => ({
    prompt: vscode.l10n.t("Its name, which is the folder's as well: lower-case letters, digits, dots and dashes"),
    placeholder: "orders",
    problem: (text) => {
      if (!/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/.test(text))
        return vscode.l10n.t(
          "1 to 64 lower-case letters, digits, dots, dashes or underscores; a letter or digit at the ends.",
        );
      return window.repos.service(text) ? vscode.l10n.t("There is a service {0} already.", text) : undefined;
    },
  });

/** Beside the repository of this window; empty without one: then a person is asked. */
function usualFolder(window: Window, name: string): string {
  const here = window.repos.current?.repo ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return here === undefined ? "" : path.join(path.dirname(here), name);
}

const asked = ({ template, name, values, folder }: Wanted) => ({
  template: template.name,
  name,
  folder,
  set: template.variables.map((one) => `${one.name}=${values.get(one.name) ?? ""}`),
});

interface Row extends vscode.QuickPickItem {
  change?: () => Promise<Partial<Wanted> | undefined>;
  go?: true;
}

/** Shows what would be made until it is taken: each row is an answer that can be changed. */
async function settle(window: Window, first: Wanted): Promise<Wanted | undefined> {
  for (let wanted = first; ; ) {
    if (wanted.folder === "") {
      const parent = await pickParent(wanted.name);
      if (parent === undefined) return undefined;
      wanted = { ...wanted, folder: path.join(parent, wanted.name) };
    }
    const chosen = await vscode.window.showQuickPick(await rows(window, wanted), {
      title: vscode.l10n.t("New Service from Template: {0}", wanted.name),
      placeHolder: vscode.l10n.t("Enter makes it; choose a line to change it"),
      ignoreFocusOut: true,
    });
    if (!chosen) return undefined;
    if (chosen.go) return wanted;
    wanted = { ...wanted, ...(await chosen.change?.()) };
  }
}

async function rows(window: Window, wanted: Wanted): Promise<Row[]> {
  const { template, name, values, folder } = wanted;
  const variables = template.variables.map((one): Row => {
    const value = values.get(one.name) ?? "";
    return {
      label: `$(edit) ${one.question}`,
      description: value,
      change: async () => {
        const answer = await askVariable(one, value, `${template.title}: ${name}`);
        return answer === undefined ? undefined : { values: new Map(values).set(one.name, answer) };
      },
    };
  });
  const place: Row = {
    label: `$(folder) ${vscode.l10n.t("Where shall it be?")}`,
    description: folder,
    change: async () => {
      const parent = await pickParent(name);
      return parent === undefined ? undefined : { folder: path.join(parent, name) };
    },
  };
  const separator = { label: vscode.l10n.t("With these answers"), kind: vscode.QuickPickItemKind.Separator };
  return [await verdict(window, wanted), separator, ...variables, place];
}

/** To make it, or why it cannot be made like this. */
async function verdict(window: Window, wanted: Wanted): Promise<Row> {
  try {
    const plan = await window.daemon.act("service.new", { ...asked(wanted), plan: true });
    return {
      label: `$(check) ${vscode.l10n.t("Make {0}", wanted.name)}`,
      description: vscode.l10n.t("{0} files, a first commit, a work item", plan.files.length),
      detail: telling(plan),
      go: true,
    };
  } catch (error) {
    return { label: `$(error) ${faultOf(error).message}`, alwaysShow: true };
  }
}

/** Those first that a person knows it by. */
const telling = ({ files }: ResultOf<"service.new">): string =>
  files.toSorted((a, b) => weight(a) - weight(b)).join(", ");
const weight = (file: string): number => (file.startsWith(".") ? 2 : 0) + (file.includes("/") ? 1 : 0);

function askVariable(one: Template["variables"][number], value: string, title: string): Promise<string | undefined> {
  const choices = one.type === "yes or no" ? ["yes", "no"] : one.choices;
  if (choices.length === 0) return askLine({ title, prompt: one.question, value, most: 400 });
  const options = { title, placeHolder: one.question };
  return Promise.resolve(vscode.window.showQuickPick(choices, options));
}

async function pickParent(name: string): Promise<string | undefined> {
  const folders = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    title: vscode.l10n.t("The folder that {0} is made in", name),
    openLabel: vscode.l10n.t("Make It Here"),
  });
  return folders?.[0]?.fsPath;
}
