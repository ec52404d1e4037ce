// The view Work: items by status, service, type or label; a page at a time, so that ten thousand cost no more than fifty.
import * as vscode from "vscode";
import { type Daemon, faultOf } from "../daemon.ts";
import type { Repos } from "../repos.ts";
import { faded } from "./faded.ts";
import { dragging } from "./work-drag.ts";
import { type Filter, type Grouping, type GroupNode, groupFilter, groupId, type WorkNode } from "./work-nodes.ts";
import { resolveTooltip, workRow } from "./work-rows.ts";

/** How the view is set; kept over a reload, for this workspace. */
interface Settings {
  by: Grouping;
  filter: Filter;
}

interface Page {
  items: Extract<WorkNode, { kind: "item" }>[];
  next: string | null;
}

const remembered = { settings: "calcifer.work.settings", shown: "calcifer.work.shown" };
const firstPage = 100;
const furtherPage = 400;
/** Events of one act come together. */
const settle = 100;

export class WorkView implements vscode.TreeDataProvider<WorkNode>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<WorkNode | undefined>;
  readonly tree: vscode.TreeView<WorkNode>;
  readonly #daemon: Daemon;
  readonly #repos: Repos;
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<WorkNode | undefined>();
  readonly #disposables: vscode.Disposable[] = [this.#changed];
  #settings: Settings;
  #groups: GroupNode[];
  /** what has been asked for, by group */
  #pages = new Map<string, Page>();
  #timer: NodeJS.Timeout | undefined;
  #dirty = true;

  constructor(daemon: Daemon, repos: Repos, memory: vscode.Memento) {
    this.#daemon = daemon;
    this.#repos = repos;
    this.#memory = memory;
    this.onDidChangeTreeData = this.#changed.event;
    this.#settings = memory.get<Settings>(remembered.settings) ?? { by: "status", filter: {} };
    const shown = memory.get<{ groups: GroupNode[]; pages: [string, Page][] }>(remembered.shown);
    this.#groups = shown?.groups ?? [];
    this.#pages = new Map(shown?.pages);
    this.tree = vscode.window.createTreeView("calcifer.work", {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
      dragAndDropController: dragging(daemon),
    });
    this.#disposables.push(
      this.tree,
      this.tree.onDidChangeVisibility(({ visible }) => visible && this.#dirty && this.refresh()),
      repos.onDidChange(() => this.#soon()),
    );
    this.#tell();
  }

  get filter(): Filter {
    return this.#settings.filter;
  }

  setFilter(filter: Filter): void {
    this.#set({ ...this.#settings, filter });
  }

  groupBy(by: Grouping): void {
    this.#set({ ...this.#settings, by });
  }

  /** Asks again for all that is shown. */
  refresh(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#load();
  }

  async more(group: GroupNode): Promise<void> {
    const page = this.#pages.get(group.id);
    if (!page?.next) return;
    const settings = this.#settings;
    const further = await this.#page(group, furtherPage, page.next);
    if (settings !== this.#settings) return;
    this.#pages.set(group.id, { items: [...page.items, ...further.items], next: further.next });
    this.#changed.fire(undefined);
  }

  async getChildren(node?: WorkNode): Promise<WorkNode[]> {
    if (!node) return this.#groups;
    if (node.kind !== "group") return [];
    const page = this.#pages.get(node.id) ?? (await this.#firstPage(node));
    return page.next === null
      ? page.items
      : [...page.items, { kind: "more", group: node, left: node.count - page.items.length }];
  }

  getTreeItem(node: WorkNode): vscode.TreeItem {
    return faded(workRow(node, this.#openItem(node), this.#settings.by), this.#repos.stale);
  }

  resolveTreeItem(row: vscode.TreeItem, node: WorkNode, token: vscode.CancellationToken): Promise<vscode.TreeItem> {
    return resolveTooltip(this.#daemon, row, node, token);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #openItem(node: WorkNode) {
    return node.kind === "item" ? this.#repos.snapshot.open.find(({ id }) => id === node.item.id) : undefined;
  }

  #set(settings: Settings): void {
    this.#settings = settings;
    void this.#memory.update(remembered.settings, settings);
    this.#pages.clear();
    this.#tell();
    void this.refresh();
  }

  #soon(): void {
    // Dimmed or not is seen at once, what changed when the daemon has been asked.
    clearTimeout(this.#timer);
    if (this.#repos.stale) this.#changed.fire(undefined);
    else this.#timer = setTimeout(() => void this.#load(), settle);
  }

  async #load(): Promise<void> {
    this.#dirty = true;
    if (this.#daemon.state.is !== "up" || (!this.tree.visible && this.#groups.length > 0)) return;
    const settings = this.#settings;
    try {
      const { groups } = await this.#daemon.ask("work.groups", { by: settings.by, ...settings.filter });
      const nodes = groups.map(({ value, count }) => groupNode(settings.by, value, count));
      const pages = await this.#pagesAgain(nodes);
      // Meanwhile it was set otherwise: that has its own answer on the way.
      if (settings !== this.#settings) return;
      this.#groups = nodes;
      this.#pages = pages;
      this.#dirty = false;
      this.#remember();
      this.#tell();
      this.#changed.fire(undefined);
    } catch (error) {
      this.#daemon.output.warn(faultOf(error).message);
    }
  }

  /** Of every group that was opened, as many items as before. */
  async #pagesAgain(groups: GroupNode[]): Promise<Map<string, Page>> {
    const opened = groups.filter(({ id }) => this.#pages.has(id));
    const pages = await Promise.all(
      opened.map(async (group) => {
        const before = this.#pages.get(group.id)?.items.length ?? 0;
        return [group.id, await this.#atLeast(group, Math.max(before, firstPage))] as const;
      }),
    );
    return new Map(pages);
  }

  async #atLeast(group: GroupNode, count: number): Promise<Page> {
    let page = await this.#page(group, Math.min(count, 500));
    while (page.next !== null && page.items.length < count) {
      const further = await this.#page(group, Math.min(count - page.items.length, 500), page.next);
      page = { items: [...page.items, ...further.items], next: further.next };
    }
    return page;
  }

  async #firstPage(group: GroupNode): Promise<Page> {
    try {
      const settings = this.#settings;
      const page = await this.#page(group, firstPage);
      // Meanwhile the view was set otherwise: this answers an old question.
      if (settings !== this.#settings) return page;
      this.#pages.set(group.id, page);
      this.#remember();
      return page;
    } catch (error) {
      this.#daemon.output.warn(faultOf(error).message);
      return { items: [], next: null };
    }
  }

  async #page(group: GroupNode, limit: number, after?: string): Promise<Page> {
    const asked = { ...this.#settings.filter, ...groupFilter(group), limit, ...(after && { after }) };
    const { items, next } = await this.#daemon.ask("work.list", asked);
    return { items: items.map((item) => ({ kind: "item", item, service: item.service, group: group.id })), next };
  }

  /** For the first paint of the next window. */
  #remember(): void {
    const pages = [...this.#pages].map(([id, { items }]) => [id, { items: items.slice(0, firstPage), next: null }]);
    void this.#memory.update(remembered.shown, { groups: this.#groups, pages });
  }

  /** Context keys, and the words beside the view's name. */
  #tell(): void {
    const { filter, by } = this.#settings;
    const filtered = Object.keys(filter).length > 0;
    const context = (key: string, value: unknown) => vscode.commands.executeCommand("setContext", key, value);
    void context("calcifer.work.filtered", filtered);
    void context("calcifer.work.groupBy", by);
    const empty = this.#groups.length === 0 && !this.#dirty;
    void context("calcifer.work.empty", empty ? (filtered ? "filtered" : "none") : undefined);
    this.tree.description = filterWords(filter);
  }
}

const groupNode = (by: Grouping, value: string | null, count: number): GroupNode => ({
  kind: "group",
  id: groupId(by, value),
  by,
  value,
  count,
});

function filterWords({ all, ...rest }: Filter): string {
  const words = Object.values(rest).map(String);
  return [...words, ...(all ? [vscode.l10n.t("done and dropped too")] : [])].join(", ");
}
