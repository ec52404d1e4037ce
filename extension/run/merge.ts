// Commands that bring an item to its end, or back: update, merge, finish, push, drop, restore, delete.
import * as vscode from "vscode";
import type { Fault } from "../../protocol/errors.ts";
import { faultOf, type ResultOf } from "../daemon.ts";
import { called } from "../looks.ts";
import { itemOf, itemsOf, repoOf } from "../nodes.ts";
import { anItem, pickItem } from "../pick.ts";
import { type Offer, tell, tellFault, warn, working } from "../say.ts";
import type { Run, Window } from "../window.ts";
import { dropSeveral } from "./bulk.ts";
import { activeQuestion } from "./work.ts";

export const finish: Run = (window, given, selected) =>
  each(window, given, selected, vscode.l10n.t("Merge & Complete"), (id) => bring(window, id, "work.finish"));
export const merge: Run = (window, given, selected) =>
  each(window, given, selected, vscode.l10n.t("Merge Only"), (id) => bring(window, id, "work.merge"));

async function each(
  window: Window,
  given: unknown,
  selected: unknown,
  title: string,
  act: (id: number) => Promise<unknown>,
): Promise<void> {
  const several = itemsOf(given, selected);
  if (several.length > 1) {
    // What one is refused is no reason to leave the others.
    for (const id of several) await act(id).catch((error: unknown) => tellFault(error));
    return;
  }
  const id = await anItem(window, several[0], activeQuestion(title));
  if (id !== undefined) await act(id);
}

/** An offline remote is no reason to give up: the merge is local, and pushed later. */
async function bring(window: Window, id: number, method: "work.finish" | "work.merge", offline = false): Promise<void> {
  const title =
    method === "work.finish" ? vscode.l10n.t("Merging and completing #{0}", id) : vscode.l10n.t("Merging #{0}", id);
  try {
    const done = await working(title, (options) => window.daemon.act(method, { item: id, offline }, options));
    tellDone(window, done);
  } catch (error) {
    const fault = faultOf(error);
    if (fault.fault === "unreachable" && !offline && window.daemon.state.is === "up") {
      const without = { title: vscode.l10n.t("Merge Without It"), run: () => bring(window, id, method, true) };
      return tellFault(fault, without);
    }
    tellFault(fault, ...waysOn(fault, id));
  }
}

function waysOn(fault: Fault, id: number): Offer[] {
  if (fault.fault !== "refused") return [];
  const checks = { title: vscode.l10n.t("Show Merge Checks"), run: () => command("calcifer.gate.show", id) };
  const conflicting = fault.reasons.some(({ check }) => check === "no-conflict");
  const update = { title: vscode.l10n.t("Update from Trunk"), run: () => command("calcifer.work.update", id) };
  return conflicting ? [update, checks] : [checks];
}

const command = (id: string, ...given: unknown[]) => vscode.commands.executeCommand(id, ...given);

function tellDone(window: Window, done: ResultOf<"work.finish"> | ResultOf<"work.merge">): void {
  const { item, notes, pushed } = done;
  const name = called(item);
  const sentence =
    item.status === "done" ? vscode.l10n.t("{0} is merged and complete.", name) : vscode.l10n.t("{0} is merged.", name);
  const pushing = { title: vscode.l10n.t("Push"), run: () => pushItem(window, item.id) };
  const offers = pushed === false ? [pushing] : [];
  void tell([sentence, ...notes].join(" "), ...offers);
}

export const push: Run = async (window, given) => {
  const title = vscode.l10n.t("Push the Merge");
  const placeholder = vscode.l10n.t("Of which item?");
  const id = itemOf(given) ?? (await pickItem(window, { title, placeholder, filter: { status: ["done"] } }));
  if (id !== undefined) await pushItem(window, id);
};

async function pushItem(window: Window, id: number): Promise<void> {
  const title = vscode.l10n.t("Pushing the merge of #{0}", id);
  try {
    await working(title, (options) => window.daemon.act("work.push", { item: id }, options));
  } catch (error) {
    tellFault(error, { title: vscode.l10n.t("Try Again"), run: () => pushItem(window, id) });
  }
}

export const update: Run = async (window, given) => {
  const id = await anItem(window, itemOf(given), activeQuestion(vscode.l10n.t("Update from Trunk")));
  if (id !== undefined) await updateItem(window, id, false);
};

async function updateItem(window: Window, id: number, offline: boolean): Promise<void> {
  const title = vscode.l10n.t("Updating #{0} from the trunk", id);
  try {
    const { conflicts } = await working(title, (options) =>
      window.daemon.act("work.update", { item: id, offline }, options),
    );
    if (conflicts.length > 0) await offerConflicts(window, id, conflicts);
  } catch (error) {
    const fault = faultOf(error);
    const without = { title: vscode.l10n.t("Update Without It"), run: () => updateItem(window, id, true) };
    const remote = fault.fault === "unreachable" && window.daemon.state.is === "up";
    tellFault(fault, ...(remote && !offline ? [without] : []));
  }
}

async function offerConflicts(window: Window, id: number, conflicts: string[]): Promise<void> {
  const folder = window.repos.folderOf(await window.daemon.ask("work.get", { item: id }));
  const files = folder ? conflicts.map((file) => vscode.Uri.joinPath(vscode.Uri.file(folder), file)) : [];
  const sentence =
    conflicts.length === 1
      ? vscode.l10n.t("{0} conflicts with the trunk. Resolve it, then commit.", conflicts[0] ?? "")
      : vscode.l10n.t("{0} files conflict with the trunk. Resolve them, then commit.", conflicts.length);
  void warn(sentence, { title: vscode.l10n.t("Open Merge Editor"), run: () => openMerge(files) });
}

async function openMerge(files: vscode.Uri[]): Promise<void> {
  // The last one opened is in front: that is the first.
  for (const file of files.slice(0, 10).reverse()) await command("git.openMergeEditor", file);
}

/** In the middle of an update: the files that conflict still. */
export const resolve: Run = async (window, given) => {
  const repo = repoOf(given) ?? window.repos.current?.repo;
  if (repo === undefined) return;
  const { files } = await window.daemon.ask("work.uncommitted", { repo });
  const conflicting = files.filter(({ state }) => /^(DD|AU|UD|UA|DU|AA|UU)$/.test(state));
  await openMerge(conflicting.map(({ path }) => vscode.Uri.joinPath(vscode.Uri.file(repo), path)));
};

export const drop: Run = async (window, given, selected) => {
  const several = itemsOf(given, selected);
  if (several.length > 1) return dropSeveral(window, several);
  const id = await anItem(window, several[0], activeQuestion(vscode.l10n.t("Drop")));
  const item = id === undefined ? undefined : await giveUp(window, id, "work.drop");
  if (item) tellDropped(window, item);
};

/** Asked about once, by all their names; then again for commits that only a branch has. */
export const remove: Run = async (window, given, selected) => {
  const several = itemsOf(given, selected);
  const only =
    several.length > 1 ? undefined : await anItem(window, several[0], activeQuestion(vscode.l10n.t("Delete")));
  const ids = only === undefined ? several : [only];
  const items = await Promise.all(ids.map((item) => window.daemon.ask("work.get", { item })));
  if (items.length === 0 || !(await confirmDeletion(items.map(called)))) return;
  for (const { id } of items) await giveUp(window, id, "work.delete").catch((error: unknown) => tellFault(error));
};

type Verb = "work.drop" | "work.delete";
type Gone = { id: number; title: string };

/** What only its branch has is listed before it goes. @returns undefined when a person thought better of it */
async function giveUp(window: Window, id: number, verb: Verb): Promise<Gone | undefined> {
  const item = await window.daemon.ask("work.get", { item: id });
  try {
    await window.daemon.act(verb, { item: id });
  } catch (error) {
    const fault = faultOf(error);
    const count = unmergedIn(fault);
    if (count === undefined) throw fault;
    if (!(await confirmCommits(called(item), verb, fault))) return undefined;
    await window.daemon.act(verb, { item: id, abandonCommits: count });
  }
  return item;
}

function tellDropped(window: Window, item: Gone): void {
  const sentence = vscode.l10n.t("{0} was dropped. Its branch is kept and can be restored.", called(item));
  const undo = () => window.daemon.act("work.restore", { item: item.id });
  void tell(sentence, { title: vscode.l10n.t("Undo"), run: undo });
}

/** How many commits the daemon wants to hear named; undefined when it refuses for another reason. */
function unmergedIn({ fault, reasons }: Fault): number | undefined {
  const said = reasons.find(({ check }) => check === "unmerged")?.next;
  const count = /--abandon-commits (\d+)/.exec(said ?? "")?.[1];
  return fault === "refused" && count !== undefined ? Number(count) : undefined;
}

async function confirmDeletion(names: string[]): Promise<boolean> {
  const yes = vscode.l10n.t("Delete");
  const kept = vscode.l10n.t("Description, checklist and notes go with it. Events stay.");
  const [only] = names;
  const question =
    names.length === 1 && only ? vscode.l10n.t("Delete {0}?", only) : vscode.l10n.t("Delete {0} items?", names.length);
  const detail =
    names.length === 1 ? kept : [...names.slice(0, 20), ...(names.length > 20 ? ["…"] : []), "", kept].join("\n");
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

async function confirmCommits(name: string, verb: Verb, { reasons }: Fault): Promise<boolean> {
  const yes = verb === "work.drop" ? vscode.l10n.t("Drop, Keep the Tip") : vscode.l10n.t("Delete, Keep the Tip");
  const question = verb === "work.drop" ? vscode.l10n.t("Drop {0}?", name) : vscode.l10n.t("Delete {0}?", name);
  const kept =
    verb === "work.drop"
      ? vscode.l10n.t("The branch's tip is kept, and Restore brings it back.")
      : vscode.l10n.t("The branch's tip is kept under refs/calcifer/dropped.");
  const detail = [...reasons.map(({ message }) => message), "", kept].join("\n");
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

export const restore: Run = async (window, given, selected) => {
  const title = vscode.l10n.t("Restore Dropped Item");
  const placeholder = vscode.l10n.t("Which dropped item?");
  const several = itemsOf(given, selected);
  const only =
    several.length > 0 ? [] : [await pickItem(window, { title, placeholder, filter: { status: ["dropped"] } })];
  for (const id of [...several, ...only]) if (id !== undefined) await window.daemon.act("work.restore", { item: id });
};
