// Commands on the catalogue: services from templates and compose files, what needs what, what is live, what is retired.
import * as vscode from "vscode";
import type { Proposal } from "../../protocol/service.ts";
import { faultOf, type ResultOf } from "../daemon.ts";
import { oneLine } from "../looks.ts";
import { serviceOf } from "../nodes.ts";
import { askLine, pickService } from "../pick.ts";
import { tell, tellFault, warn, working } from "../say.ts";
import { steps } from "../steps.ts";
import { openInGit, showCommit } from "../webviews/toolkit/diff.ts";
import type { Run, Window } from "../window.ts";

export const graph: Run = (window) => window.graph.open();

export const templateDiff: Run = async (window, given) => {
  const service = serviceOf(given) ?? (await pickService(window, vscode.l10n.t("What Changed in Its Template")));
  if (service === undefined) return;
  const { files, from, to, template } = await window.daemon.ask("service.template-diff", { service });
  const changed = files.filter(({ diff }) => diff !== "");
  if (changed.length === 0)
    return void tell(vscode.l10n.t("{0} is as its template {1} makes it today.", service, template));
  const head = `# ${service}: ${template} ${from} → ${to}\n`;
  const content = [head, ...changed.map(({ diff }) => diff)].join("\n");
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language: "diff" }));
};

// ---- from compose files

export const detect: Run = async (window) => {
  const title = vscode.l10n.t("Detect Services in Compose Files");
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  if (folders.length === 0) return void tell(vscode.l10n.t("Open a folder with compose files first."));
  const found = await working(title, (options) => window.daemon.act("service.detect", { folders }, options));
  for (const note of found.notes) window.daemon.output.warn(note);
  const fresh = found.proposals.filter(({ registered }) => registered === null);
  const possible = fresh.filter(({ repo }) => repo !== null);
  if (possible.length === 0) return tellNothingNew(found, fresh[0]);
  const chosen = await vscode.window.showQuickPick(possible.map(proposed), {
    title,
    placeHolder: vscode.l10n.t("Which of them shall be registered?"),
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (!chosen || chosen.length === 0) return;
  const register = chosen.map(({ name }) => name);
  const done = await working(title, (options) => window.daemon.act("service.detect", { folders, register }, options));
  tellRegistered(window, done, register);
  return done.registered;
};

/** @param homeless one that lies in no git repository */
function tellNothingNew({ read, notes }: ResultOf<"service.detect">, homeless?: Proposal): Promise<void> {
  if (homeless)
    return warn(vscode.l10n.t("{0} and its like lie in no git repository, which a service needs.", homeless.name));
  if (notes.length > 0) return warn(notes.slice(0, 3).join(" "));
  return read.length === 0
    ? tell(vscode.l10n.t("There is no compose file in the open folders."))
    : tell(vscode.l10n.t("All services of the compose files are registered."));
}

function tellRegistered(window: Window, { registered, notes }: ResultOf<"service.detect">, wanted: string[]): void {
  const graph = { title: vscode.l10n.t("Show Graph"), run: () => window.graph.open() };
  const failed = wanted.filter((name) => !registered.includes(name));
  const why = notes.filter((note) => failed.some((name) => note.startsWith(`${name} is not registered`)));
  const sentence = registered.length > 0 ? vscode.l10n.t("Registered: {0}.", registered.join(", ")) : "";
  const said = [sentence, ...why.slice(0, 3)].filter(Boolean).join(" ");
  // Registering wrote a policy and a CHANGES.md, which wait to be committed.
  const changes = {
    title: vscode.l10n.t("Show Files"),
    run: () => vscode.commands.executeCommand("workbench.view.scm"),
  };
  void (why.length > 0 ? warn(said, graph, changes) : tell(said, graph, changes));
}

const proposed = ({ name, image, compose, ports, dependsOn }: Proposal) => ({
  label: name,
  description: oneLine(image ?? compose),
  detail: [...ports, ...(dependsOn.length > 0 ? [vscode.l10n.t("depends on {0}", dependsOn.join(", "))] : [])].join(
    " · ",
  ),
  picked: true,
  name,
});

// ---- what needs what

export const depend: Run = async (window, given) => {
  const title = vscode.l10n.t("Set Dependencies");
  const service = serviceOf(given) ?? (await pickService(window, title));
  if (service === undefined) return;
  const { dependsOn } = await window.daemon.ask("service.show", { service });
  const others = window.repos.snapshot.services.filter(({ name }) => name !== service);
  if (others.length === 0) return void tell(vscode.l10n.t("There is no other service yet."));
  const rows = others.map(({ name, title: words }) => ({
    label: name,
    description: oneLine(words),
    picked: dependsOn.includes(name),
  }));
  const chosen = await vscode.window.showQuickPick(rows, {
    title,
    placeHolder: vscode.l10n.t("What does {0} not work without?", service),
    canPickMany: true,
    matchOnDescription: true,
  });
  if (!chosen) return;
  const wanted = chosen.map(({ label }) => label);
  const added = wanted.filter((name) => !dependsOn.includes(name));
  const gone = dependsOn.filter((name) => !wanted.includes(name));
  // Adding may be refused, and then nothing is to have changed.
  if (added.length > 0 && !(await dependOn(window, service, added, false))) return;
  if (gone.length > 0) await window.daemon.act("service.undepend", { service, on: gone });
};

/** A circle is refused until it was said once more. */
async function dependOn(window: Window, service: string, on: string[], circle: boolean): Promise<boolean> {
  try {
    await window.daemon.act("service.depend", { service, on, circle });
    return true;
  } catch (error) {
    if (circle || faultOf(error).fault !== "refused") throw error;
    const anyway = { title: vscode.l10n.t("Set It Anyway"), run: () => dependOn(window, service, on, true) };
    tellFault(error, anyway);
    return false;
  }
}

// ---- what is live

type Environment = ResultOf<"service.live">["environments"][number];
interface LiveRow extends vscode.QuickPickItem {
  open?: () => unknown;
}

export const live: Run = async (window, given) => {
  const title = vscode.l10n.t("Merged but Not Live");
  const service = serviceOf(given) ?? (await pickService(window, title));
  if (service === undefined) return;
  const { environments } = await window.daemon.ask("service.live", { service });
  if (environments.length === 0) return tellUnknown(service);
  const rows = environments.flatMap((one) => environmentRows(window, service, one));
  const options = {
    title: `${title}: ${service}`,
    placeHolder: vscode.l10n.t("Enter opens"),
    matchOnDescription: true,
  };
  const chosen = await vscode.window.showQuickPick<LiveRow>(rows, options);
  await chosen?.open?.();
};

const stateIcons = { yes: "pass", no: "cloud-upload", unknown: "question" } as const;
const mostCommits = 50;

function environmentRows(window: Window, service: string, about: Environment): LiveRow[] {
  const { environment, live: now, state, why, items, commits } = about;
  const repo = window.repos.service(service)?.repo;
  return [
    { label: environment, kind: vscode.QuickPickItemKind.Separator },
    {
      label: now ? oneLine(now.version) : vscode.l10n.t("Nothing is known"),
      iconPath: new vscode.ThemeIcon(stateIcons[state]),
      description: oneLine(why),
      open: () => vscode.commands.executeCommand("calcifer.service.live-set", { service }),
    },
    ...items.map(({ id, title }) => ({
      label: `#${id} ${oneLine(title)}`,
      iconPath: new vscode.ThemeIcon("checklist"),
      open: () => window.pages.open(id),
    })),
    ...commits.slice(0, mostCommits).map(({ id, subject, author }) => ({
      label: oneLine(subject),
      iconPath: new vscode.ThemeIcon("git-commit"),
      description: `${id.slice(0, 8)} · ${oneLine(author)}`,
      open: () => repo !== undefined && openCommit(window, repo, id, subject),
    })),
  ];
}

async function openCommit(window: Window, repo: string, id: string, subject: string): Promise<void> {
  const { git } = window.repos;
  if (git && (await openInGit(git, repo))) await showCommit(git, repo, id, subject);
}

const tellUnknown = (service: string) =>
  tell(vscode.l10n.t("Nothing is known of what is live of {0}.", service), {
    title: vscode.l10n.t("Say What Is Live…"),
    run: () => vscode.commands.executeCommand("calcifer.service.live-set", { service }),
  });

export const setLive: Run = async (window, given) => {
  const service = serviceOf(given) ?? (await pickService(window, vscode.l10n.t("Say What Is Live")));
  if (service === undefined) return;
  const { environments } = await window.daemon.ask("service.show", { service });
  const answers = await steps(vscode.l10n.t("Say What Is Live: {0}", service), [
    () => ({
      prompt: vscode.l10n.t("A commit, tag or version; none when nothing is live"),
      placeholder: "v1.4.0",
      problem: (text) => (text === "" ? vscode.l10n.t("Some words are needed here.") : undefined),
    }),
    () => ({
      prompt: vscode.l10n.t("In which environment?"),
      value: environments[0]?.name ?? "production",
      problem: (text) =>
        /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(text)
          ? undefined
          : vscode.l10n.t("1 to 32 lower-case letters, digits or dashes."),
    }),
  ]);
  if (!answers) return;
  const [version = "", environment = ""] = answers;
  return window.daemon.act("service.live-set", { service, version, environment });
};

// ---- its end

export const retire: Run = async (window, given) => {
  const title = vscode.l10n.t("Retire Service");
  const service = serviceOf(given) ?? (await pickService(window, title));
  if (service === undefined) return;
  const reason = await askLine({
    title: `${title}: ${service}`,
    prompt: vscode.l10n.t("Why? It is no longer watched nor listed; its history stays."),
    optional: true,
    most: 500,
  });
  if (reason === undefined) return;
  try {
    await window.daemon.act("service.retire", { service, reason });
  } catch (error) {
    if (faultOf(error).fault !== "refused") throw error;
    const items = {
      title: vscode.l10n.t("Show Its Items"),
      run: () => {
        window.work.setFilter({ service });
        return vscode.commands.executeCommand("calcifer.work.focus");
      },
    };
    return tellFault(error, items);
  }
  void tell(vscode.l10n.t("{0} is retired.", service), {
    title: vscode.l10n.t("Bring Back"),
    run: () => window.daemon.act("service.restore", { service }),
  });
};

export const restore: Run = async (window) => {
  const { services } = await window.daemon.ask("service.list", { retired: true });
  const retired = services.filter((one) => one.retired !== null);
  if (retired.length === 0) return void tell(vscode.l10n.t("No service is retired."));
  const rows = retired.map(({ name, repo }) => ({ label: name, description: repo }));
  const title = vscode.l10n.t("Bring a Retired Service Back");
  const chosen = await vscode.window.showQuickPick(rows, { title });
  if (chosen) await window.daemon.act("service.restore", { service: chosen.label });
};
