// Commands on work items that write what a person says: new, start, adopt, tick, note, labels.
import * as vscode from "vscode";
import { Fault } from "../../protocol/errors.ts";
import type { ListedItem } from "../../protocol/work.ts";
import { faultOf } from "../daemon.ts";
import { called } from "../looks.ts";
import { isRow, itemOf, itemsOf, repoOf, serviceOf } from "../nodes.ts";
import { anItem, askLine, pickItem, pickService } from "../pick.ts";
import { tell, tellFolder, working } from "../say.ts";
import type { Run, Window } from "../window.ts";
import { changeSeveral } from "./bulk.ts";

export const add: Run = async (window, given) => {
  const title = vscode.l10n.t("New Work Item");
  const service = wantedService(given) ?? (await pickService(window, title));
  if (service === undefined) return;
  const prompt = vscode.l10n.t("What is to change in {0}, in a line", service);
  const text = await askLine({
    title: `${title} (1/2)`,
    prompt,
    placeHolder: vscode.l10n.t("Add TLS to the public endpoints"),
  });
  if (text === undefined) return;
  const kind = await pickKind(window, `${title} (2/2)`);
  if (!kind) return;
  const item = await window.daemon.act("work.add", { title: text, service, ...kind });
  window.pages.open(item.id);
  return item;
};

/** A title's button is given the row that has the focus: only a service says which one is meant. */
const wantedService = (given: unknown): string | undefined =>
  isRow(given) && given.kind !== "service" ? undefined : serviceOf(given);

type Type = ListedItem["type"];
type Kind = { type: Type } | { template: string };

/** A type, or a template somebody saved. */
async function pickKind(window: Window, title: string): Promise<Kind | undefined> {
  const { templates } = await window.daemon.ask("work.templates", {});
  if (templates.length === 0) {
    const type = await pickType(title);
    return type && { type };
  }
  const rows: (vscode.QuickPickItem & { how?: Kind })[] = [
    ...typeRows().map((row) => ({ ...row, how: { type: row.label } })),
    { label: vscode.l10n.t("Templates"), kind: vscode.QuickPickItemKind.Separator },
    ...templates.map(({ name, type }) => ({ label: name, description: type, how: { template: name } })),
  ];
  const placeHolder = vscode.l10n.t("What kind of work? It decides the checklist");
  return (await vscode.window.showQuickPick(rows, { title, placeHolder, matchOnDescription: true }))?.how;
}

const typeRows = () => Object.entries(typeWords()).map(([type, description]) => ({ label: type as Type, description }));

async function pickType(title: string): Promise<Type | undefined> {
  const rows = typeRows();
  const placeHolder = vscode.l10n.t("What kind of work? It decides the checklist");
  return (await vscode.window.showQuickPick(rows, { title, placeHolder, matchOnDescription: true }))?.label;
}

const typeWords = (): Record<Type, string> => ({
  feature: vscode.l10n.t("something the service could not do before"),
  service: vscode.l10n.t("a service set up, moved or taken down"),
  integration: vscode.l10n.t("two services that shall work together"),
  documentation: vscode.l10n.t("words only"),
  bug: vscode.l10n.t("something that does not do what it should"),
  maintenance: vscode.l10n.t("updates, tidying, configuration"),
});

export const show: Run = async (window, given) => {
  const title = vscode.l10n.t("Open Work Item");
  const placeholder = vscode.l10n.t("Number, or words of the title, description or notes");
  const id = itemOf(given) ?? (await pickItem(window, { title, placeholder, filter: { all: true }, offerNew: true }));
  if (id !== undefined) window.pages.open(id);
};

export const start: Run = async (window, given) => startItem(window, given, false);
export const worktree: Run = async (window, given) => startItem(window, given, true);

async function startItem(window: Window, given: unknown, worktree: boolean): Promise<unknown> {
  const title = vscode.l10n.t("Start Work Item");
  const placeholder = vscode.l10n.t("Which planned item?");
  const service = serviceOf(given) ?? window.repos.current?.service ?? undefined;
  const filter = { status: ["planned" as const], ...(service && { service }) };
  const id = itemOf(given) ?? (await pickItem(window, { title, placeholder, filter, offerNew: true }));
  if (id === undefined) return;
  const begin = (how: { carry?: boolean; worktree?: boolean }) =>
    working(title, (options) => window.daemon.act("work.start", { item: id, ...how }, options));
  const item = await begin({ worktree }).catch(async (error: unknown) => {
    const fault = faultOf(error);
    const dirty = fault.fault === "refused" && fault.reasons.some(({ check }) => check === "clean");
    const way = dirty ? await pickWayOut(fault.message) : undefined;
    if (!dirty) throw error;
    return way && begin(way);
  });
  if (!item) return;
  if (item.worktree) offerFolder(item.worktree, called(item));
  return item;
}

/** A dirty work tree has two ways out, and neither loses anything. */
async function pickWayOut(sentence: string): Promise<{ carry: true } | { worktree: true } | undefined> {
  const rows = [
    { label: vscode.l10n.t("Take the changes along"), description: vscode.l10n.t("to the new branch"), carry: true },
    {
      label: vscode.l10n.t("Leave them here"),
      description: vscode.l10n.t("and work in a folder beside, with the branch checked out there"),
      carry: false,
    },
  ];
  const chosen = await vscode.window.showQuickPick(rows, {
    title: sentence,
    placeHolder: vscode.l10n.t("How to go on?"),
  });
  if (!chosen) return undefined;
  return chosen.carry ? { carry: true } : { worktree: true };
}

const offerFolder = (folder: string, name: string): void =>
  tellFolder(vscode.l10n.t("{0} has a work tree of its own: {1}", name, folder), folder);

export const adopt: Run = async (window, given) => {
  const repo = repoOf(given) ?? window.repos.current?.repo;
  const branch = window.repos.snapshot.repos.find((shown) => shown.repo === repo)?.branch;
  if (!repo || !branch) return void tell(vscode.l10n.t("There is no branch here that an item could take."));
  const title = vscode.l10n.t("Make {0} a Work Item", branch);
  const prompt = vscode.l10n.t("Title of the work item");
  const value = branch.replace(/^.*\//, "").replaceAll(/[-_]+/g, " ");
  const text = await askLine({ title, prompt, value });
  if (text === undefined) return;
  const item = await window.daemon.act("work.adopt", { repo, branch, title: text });
  window.pages.open(item.id);
  return item;
};

/** Checks the item's branch out, by VS Code's git, where it is not in the way of what is uncommitted. */
export const switchTo: Run = async (window, given) => {
  const id = itemOf(given);
  if (id === undefined) return;
  const { branch, worktree, service } = await window.daemon.ask("work.get", { item: id });
  if (worktree) return offerFolder(worktree, `#${id}`);
  const repo = window.repos.service(service)?.repo;
  const repository = repo && window.repos.git?.getRepository(vscode.Uri.file(repo));
  if (!branch || !repository)
    return void tell(vscode.l10n.t("The repository of #{0} is not open in this window.", id), openRepo(repo));
  try {
    await repository.checkout(branch);
  } catch (error) {
    // VS Code's git has what git said beside its own message.
    const { stderr, message } = error as Error & { stderr?: string };
    const said = stderr ?? message;
    throw new Fault(
      "refused",
      said
        .replace(/^error: /, "")
        .trim()
        .split("\n")
        .slice(0, 4)
        .join(" "),
    );
  }
};

const openRepo = (repo: string | undefined) => ({
  title: vscode.l10n.t("Open Folder"),
  run: () =>
    repo && vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(repo), { forceNewWindow: true }),
});

export const check: Run = async (window, given) => {
  const id = await anItem(window, itemOf(given), activeQuestion(vscode.l10n.t("Tick the Checklist")));
  if (id === undefined) return;
  const item = await window.daemon.ask("work.get", { item: id });
  const rows = item.checklist.map(({ text, done }, i) => ({ label: text, picked: done, point: i + 1, done }));
  const chosen = await vscode.window.showQuickPick(rows, {
    title: vscode.l10n.t("Checklist of {0}", called(item)),
    placeHolder: rows.length > 0 ? vscode.l10n.t("What is done") : vscode.l10n.t("The checklist is empty."),
    canPickMany: true,
    ignoreFocusOut: true,
  });
  if (!chosen) return;
  const ticked = rows.filter((row) => !row.done && chosen.includes(row)).map(({ point }) => point);
  const unticked = rows.filter((row) => row.done && !chosen.includes(row)).map(({ point }) => point);
  // Points have numbers: if somebody moved one meanwhile, nothing is ticked.
  let { version: ifVersion } = item;
  const act = async (method: "work.check" | "work.uncheck", points: number[]) => {
    if (points.length > 0) ({ version: ifVersion } = await window.daemon.act(method, { item: id, points, ifVersion }));
  };
  await act("work.check", ticked);
  await act("work.uncheck", unticked);
};

export const note: Run = async (window, given) => {
  const id = await anItem(window, itemOf(given), activeQuestion(vscode.l10n.t("Write Notes")));
  // Notes are some lines: they are written on the page.
  if (id !== undefined) window.pages.open(id, "notes");
};

export const document: Run = async (window, given) => {
  const id = await anItem(window, itemOf(given), activeQuestion(vscode.l10n.t("Open the Required Document")));
  if (id === undefined) return;
  const item = await window.daemon.ask("work.get", { item: id });
  if (item.document === null) return void tell(vscode.l10n.t("{0} needs no document.", called(item)));
  const { path } = await window.daemon.act("work.document", { item: id });
  const folder = window.repos.folderOf(item);
  if (folder) await vscode.window.showTextDocument(vscode.Uri.joinPath(vscode.Uri.file(folder), path));
};

/** Of one item the labels it shall have; of several, labels for all of them beside their own. */
export const label: Run = async (window, given, selected) => {
  const ids = await someItems(window, given, selected, vscode.l10n.t("Set Labels"));
  const [only] = ids;
  if (only === undefined) return;
  if (ids.length > 1) return addLabels(window, ids);
  const { id, labels, version } = await window.daemon.ask("work.get", { item: only });
  const said = await askLabels([id], vscode.l10n.t("Separated by commas; empty for none"), labels);
  if (said) await window.daemon.act("work.edit", { item: id, label: said, ifVersion: version });
};

async function addLabels(window: Window, ids: number[]): Promise<void> {
  const addLabel = await askLabels(ids, vscode.l10n.t("Labels to add, separated by commas"));
  if (addLabel) await changeSeveral(window, ids, { addLabel });
}

/** @param now what one item has, which may become none */
async function askLabels(ids: number[], prompt: string, now?: string[]): Promise<string[] | undefined> {
  const title = vscode.l10n.t("Labels of {0}", ids.map((id) => `#${id}`).join(", "));
  const answer = await askLine({ title, prompt, value: now?.join(", ") ?? "", optional: now !== undefined });
  return answer?.split(",").flatMap((one) => one.trim() || []);
}

export const type: Run = async (window, given, selected) => {
  const title = vscode.l10n.t("Set Type");
  const ids = await someItems(window, given, selected, title);
  const [only] = ids;
  const chosen = only === undefined ? undefined : await pickType(title);
  if (only === undefined || !chosen) return;
  if (ids.length > 1) await changeSeveral(window, ids, { type: chosen });
  else await window.daemon.act("work.edit", { item: only, type: chosen });
};

export const copy: Run = async (_, given, selected) => {
  await vscode.env.clipboard.writeText(
    itemsOf(given, selected)
      .map((id) => `#${id}`)
      .join(", "),
  );
};

async function someItems(window: Window, given: unknown, selected: unknown, title: string): Promise<number[]> {
  const ids = itemsOf(given, selected);
  if (ids.length > 0) return ids;
  const id = await anItem(window, undefined, activeQuestion(title));
  return id === undefined ? [] : [id];
}

export const activeQuestion = (title: string) => ({
  title,
  placeholder: vscode.l10n.t("Of which item?"),
  filter: { status: ["active" as const, "planned" as const] },
});
