// Commands on documents: a new one from a template, and the search over everything, with a preview of what is pointed at.
import path from "node:path";
import * as vscode from "vscode";
import type { Hit } from "../../protocol/docs.ts";
import { faultOf } from "../daemon.ts";
import { oneLine } from "../looks.ts";
import { isRow, serviceOf } from "../nodes.ts";
import { askLine, pickService } from "../pick.ts";
import { tell, tellFault } from "../say.ts";
import type { Run, Window } from "../window.ts";

export const make: Run = async (window, given) => {
  const title = vscode.l10n.t("New Document");
  const service = (isRow(given) ? serviceOf(given) : undefined) ?? (await pickService(window, title));
  if (service === undefined) return;
  const { templates } = await window.daemon.ask("docs.templates", { service });
  // The document of a work item is opened from the item.
  const rows = templates
    .filter(({ path: where }) => !where.includes("{id}"))
    .map(({ name, summary, path: where }) => ({
      label: name,
      description: summary,
      detail: where,
    }));
  const placeHolder = vscode.l10n.t("What kind of document for {0}?", service);
  const template = await vscode.window.showQuickPick(rows, { title, placeHolder, matchOnDescription: true });
  if (!template) return;
  const words = await askLine({
    title: `${title}: ${template.label}`,
    prompt: vscode.l10n.t("Its title; empty for the usual one"),
    optional: true,
  });
  if (words === undefined) return;
  const made = await window.daemon.act("docs.new", {
    service,
    template: template.label,
    ...(words && { title: words }),
  });
  if (!made.created) void tell(vscode.l10n.t("{0} was there already.", made.path));
  await vscode.window.showTextDocument(vscode.Uri.file(made.file));
};

interface Found extends vscode.QuickPickItem {
  hit?: Hit;
}

const icons: Record<Hit["kind"], string> = {
  document: "file",
  item: "checklist",
  entry: "list-unordered",
  incident: "flame",
};
/** Typing goes on; asking for every letter helps nobody. */
const pause = 120;

export const search: Run = (window) => searchFor(window, "");
/** Of one service, which can be taken away from what is typed. */
export const searchIn: Run = (window, given) => {
  const service = serviceOf(given);
  return searchFor(window, service === undefined ? "" : `service:${service} `);
};

/** A list that is asked anew while typing; a document that is pointed at is shown behind it. */
function searchFor(window: Window, value: string): void {
  const pick = vscode.window.createQuickPick<Found>();
  const preview = new Preview(window);
  pick.title = vscode.l10n.t("Search Documents, Items, Entries and Incidents");
  pick.placeholder = vscode.l10n.t('Words, or "some words as they stand"; kind:document or service:web narrow it');
  pick.matchOnDescription = pick.matchOnDetail = true;
  pick.value = value;
  fillWhileTyping(window, pick);
  let chosen: Hit | undefined;
  pick.onDidChangeActive(([active]) => preview.show(active?.hit));
  pick.onDidAccept(() => {
    chosen = pick.selectedItems[0]?.hit;
    if (chosen) pick.hide();
  });
  pick.onDidHide(() => {
    pick.dispose();
    void (chosen ? open(window, chosen).catch(tellFault) : preview.undo());
  });
  pick.show();
}

/** Shows a document without opening it for good, and takes it back when nothing was chosen. */
class Preview {
  readonly #window: Window;
  readonly #before = vscode.window.tabGroups.activeTabGroup.activeTab;
  #shown: vscode.Uri | undefined;
  #showing = Promise.resolve();

  constructor(window: Window) {
    this.#window = window;
  }

  show(hit: Hit | undefined): void {
    if (!hit?.path) return;
    const uri = vscode.Uri.file(hit.path);
    this.#showing = this.#showing.then(async () => {
      try {
        await vscode.window.showTextDocument(uri, { preview: true, preserveFocus: true, ...at(hit) });
        this.#shown = uri;
      } catch (error) {
        // It may have gone since it was read.
        this.#window.daemon.output.debug(faultOf(error).message);
      }
    });
  }

  async undo(): Promise<void> {
    await this.#showing;
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    const is = tab?.input instanceof vscode.TabInputText ? tab.input.uri.toString() : undefined;
    if (!tab?.isPreview || tab === this.#before || is === undefined || is !== this.#shown?.toString()) return;
    await vscode.window.tabGroups.close(tab);
  }
}

function fillWhileTyping(window: Window, pick: vscode.QuickPick<Found>): void {
  let timer: NodeJS.Timeout | undefined;
  let asked = 0;
  const fill = async (text: string) => {
    const turn = ++asked;
    pick.busy = true;
    const rows = await find(window, text).catch((error: unknown) => [
      { label: faultOf(error).message, alwaysShow: true },
    ]);
    if (turn !== asked) return;
    pick.items = rows;
    pick.busy = false;
  };
  pick.onDidChangeValue((text) => {
    clearTimeout(timer);
    timer = setTimeout(() => void fill(text), pause);
  });
  pick.onDidHide(() => {
    clearTimeout(timer);
    asked++;
  });
}

async function find(window: Window, text: string): Promise<Found[]> {
  if (text.trim() === "") return [];
  const { hits } = await window.daemon.ask("docs.search", { words: [text], limit: 50 });
  if (hits.length === 0) return [{ label: vscode.l10n.t("Nothing was found."), alwaysShow: true }];
  return hits.map((hit) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: found words stand between them
    const snippet = oneLine(hit.snippet.replaceAll(/[\u0002\u0003]/g, "").replaceAll(/\s+/g, " "));
    return {
      label: oneLine(hit.title),
      iconPath: new vscode.ThemeIcon(icons[hit.kind]),
      description: oneLine(
        [hit.item && `#${hit.item}`, hit.service, hit.path && path.basename(hit.path)].filter(Boolean).join(" · "),
      ),
      ...(snippet !== hit.title && { detail: snippet }),
      // It was found by words that may stand anywhere in it.
      alwaysShow: true,
      hit,
    };
  });
}

async function open(window: Window, hit: Hit): Promise<void> {
  if (hit.incident !== null) return void vscode.commands.executeCommand("calcifer.incident.show", hit.incident);
  if (hit.item !== null && hit.path === null) return window.pages.open(hit.item);
  if (hit.path !== null)
    await vscode.window.showTextDocument(vscode.Uri.file(hit.path), { preview: false, ...at(hit) });
}

function at({ line }: Hit): { selection?: vscode.Range } {
  return line === null ? {} : { selection: new vscode.Range(line - 1, 0, line - 1, 0) };
}
