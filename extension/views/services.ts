// The view Services: each with the items under way, its trunk, and whether git runs our hooks there.
import * as vscode from "vscode";
import type { ListedItem } from "../../protocol/work.ts";
import { type Daemon, faultOf, type ResultOf } from "../daemon.ts";
import type { Health, Incident, ServiceHealth } from "../health.ts";
import { called, escaped, kindIcons, oneLine, typeIcon } from "../looks.ts";
import type { OpenItem, Repos, Service } from "../repos.ts";
import { standingWord } from "../verdict.ts";
import { faded } from "./faded.ts";
import { healthIcon, healthLines, healthWord, incidentRow } from "./health-rows.ts";
import { serviceLines } from "./service-lines.ts";

type ServiceNode = {
  kind: "service";
  service: string;
  repo: string;
  about: Service;
  health: ServiceHealth | undefined;
};
type IncidentNode = { kind: "incident"; service: string; incident: Incident };
type ItemNode = { kind: "item"; item: ListedItem; service: string; open: OpenItem | undefined };
type TrunkNode = { kind: "trunk"; service: string; repo: string; trunk: string; entries: number | undefined };
/** An environment in which not all that is merged is live, or of which that cannot be told. */
type BehindNode = { kind: "behind"; service: string; repo: string; about: Behind };
type Behind = ResultOf<"service.live">["environments"][number];
type MoreNode = { kind: "more"; service: string; count: number };
export type ServicesNode = ServiceNode | IncidentNode | ItemNode | TrunkNode | BehindNode | MoreNode;

/** Below a service its items are a reminder; all of them are in Work. */
const mostItems = 20;

export class ServicesView implements vscode.TreeDataProvider<ServicesNode>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<void>;
  readonly #daemon: Daemon;
  readonly #repos: Repos;
  readonly #health: Health;
  readonly #tree: vscode.TreeView<ServicesNode>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];
  #standing = "";

  constructor(daemon: Daemon, repos: Repos, health: Health) {
    this.#daemon = daemon;
    this.#repos = repos;
    this.#health = health;
    this.onDidChangeTreeData = this.#changed.event;
    this.#disposables = [
      this.#changed,
      repos.onDidChange(() => this.#changed.fire()),
      health.onDidChange(() => this.#stands()),
    ];
    this.#tree = vscode.window.createTreeView("calcifer.services", { treeDataProvider: this, showCollapseAll: true });
  }

  async getChildren(node?: ServicesNode): Promise<ServicesNode[]> {
    if (node?.kind === "service") return this.#below(node);
    if (node) return [];
    return this.#repos.snapshot.services.map((about) => ({
      kind: "service",
      service: about.name,
      repo: about.repo,
      about,
      health: this.#health.of(about.name),
    }));
  }

  getTreeItem(node: ServicesNode): vscode.TreeItem {
    return faded(rows[node.kind](node as never), this.#repos.stale);
  }

  dispose(): void {
    this.#tree.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** New measurements alone are nothing that a row shows. */
  #stands(): void {
    const { services = [], incidents = [] } = this.#health.snapshot ?? {};
    const rows = services.map(({ service, state, since, blockedBy, why, endpoints }) => [
      service,
      state,
      since,
      blockedBy,
      why,
      endpoints,
    ]);
    const standing = JSON.stringify([rows, incidents.map(({ id, state, cause, item }) => [id, state, cause, item])]);
    if (standing === this.#standing) return;
    this.#standing = standing;
    this.#changed.fire();
  }

  #incident({ name }: Service): IncidentNode[] {
    const incident = this.#health.incidentOf(name);
    return incident ? [{ kind: "incident", service: name, incident }] : [];
  }

  async #below({ about }: ServiceNode): Promise<ServicesNode[]> {
    const [trunk, behind] = await Promise.all([this.#trunk(about), this.#behind(about)]);
    const first = [...this.#incident(about), trunk, ...behind];
    try {
      const { items } = await this.#daemon.ask("work.list", { service: about.name, limit: mostItems });
      const order = [...items].sort((a, b) => Number(b.status === "active") - Number(a.status === "active"));
      const nodes = order.map((item): ItemNode => {
        const open = this.#repos.snapshot.open.find(({ id }) => id === item.id);
        return { kind: "item", item, service: about.name, open };
      });
      const more = about.items - items.length;
      return [...first, ...nodes, ...(more > 0 ? [{ kind: "more" as const, service: about.name, count: more }] : [])];
    } catch (error) {
      this.#daemon.output.warn(faultOf(error).message);
      return first;
    }
  }

  /** Nothing where no environment is known: most services have none. */
  async #behind({ name, repo, environments }: Service): Promise<BehindNode[]> {
    if (environments.every(({ live }) => live === null)) return [];
    const known = await this.#daemon.ask("service.live", { service: name }).catch(() => undefined);
    const behind = known?.environments.filter(({ live, state }) => live !== null && state !== "yes") ?? [];
    return behind.map((one) => ({ kind: "behind", service: name, repo, about: one }));
  }

  async #trunk({ name, repo, trunk }: Service): Promise<TrunkNode> {
    // A repository that has moved away still has its row.
    const shown = await this.#daemon.ask("changes.show", { service: name }).catch(() => undefined);
    return { kind: "trunk", service: name, repo, trunk, entries: shown?.entries.length };
  }
}

const rows = {
  service: ({ about, health }: ServiceNode): vscode.TreeItem => {
    const row = new vscode.TreeItem(about.name, vscode.TreeItemCollapsibleState.Collapsed);
    const inForce = about.hooks === "in force";
    row.id = about.name;
    row.iconPath = serviceIcon(about, health);
    const word = health && health.state !== "up" && healthWord(health);
    row.description = [titleOf(about), word, counted(about.items), !inForce && hooksWord(about)]
      .filter(Boolean)
      .join(" · ");
    row.tooltip = serviceTooltip(about, health);
    row.contextValue = `service ${inForce ? "inForce" : "notInForce"}${health ? " watched" : ""}${about.template ? " templated" : ""}`;
    if (health) row.accessibilityInformation = { label: `${about.name}, ${healthWord(health)}, ${row.description}` };
    return row;
  },
  incident: ({ incident, service }: IncidentNode): vscode.TreeItem => incidentRow(incident, `${service}\0incident`),
  item: ({ item, open, service }: ItemNode): vscode.TreeItem => {
    const row = new vscode.TreeItem(called(item), vscode.TreeItemCollapsibleState.None);
    row.id = `${service}\0${item.id}`;
    row.iconPath = typeIcon(item.type, open?.standing);
    row.description = standingWord(open?.standing ?? item.status);
    row.contextValue = `item ${item.status} ${open?.standing ?? ""}`.trim();
    row.command = { command: "calcifer.work.show", title: vscode.l10n.t("Open Work Item"), arguments: [item.id] };
    if (open?.line) row.tooltip = new vscode.MarkdownString(escaped(open.line));
    return row;
  },
  trunk: ({ trunk, entries, service }: TrunkNode): vscode.TreeItem => {
    const row = new vscode.TreeItem(trunk, vscode.TreeItemCollapsibleState.None);
    row.id = `${service}\0trunk`;
    row.iconPath = new vscode.ThemeIcon("git-branch");
    row.description = unreleased(entries);
    row.tooltip = vscode.l10n.t("The trunk of {0}: {1}", service, row.description);
    row.contextValue = "trunkOf";
    row.command = { command: "calcifer.changes.show", title: "", arguments: [{ service }] };
    return row;
  },
  behind: ({ about, service }: BehindNode): vscode.TreeItem => {
    const row = new vscode.TreeItem(about.environment, vscode.TreeItemCollapsibleState.None);
    row.id = `${service}\0live\0${about.environment}`;
    row.iconPath = new vscode.ThemeIcon(about.state === "no" ? "cloud-upload" : "question");
    row.description = notLive(about);
    row.tooltip = new vscode.MarkdownString(
      `**${escaped(about.environment)}**: ${escaped(about.live?.version ?? "")}\n\n${escaped(about.why)}`,
    );
    row.contextValue = "behind";
    row.command = { command: "calcifer.service.live", title: "", arguments: [{ service }] };
    row.accessibilityInformation = { label: `${about.environment}, ${row.description}` };
    return row;
  },
  more: ({ count, service }: MoreNode): vscode.TreeItem => {
    const row = new vscode.TreeItem(vscode.l10n.t("{0} more in Work", count), vscode.TreeItemCollapsibleState.None);
    row.id = `${service}\0more`;
    row.command = { command: "calcifer.work.focus", title: "" };
    return row;
  },
};

/** As people call it, where that says more than its name. */
const titleOf = ({ name, title }: Service): string => (title.toLowerCase() === name ? "" : oneLine(title));

/** Hooks that are not in force are a warning only while nothing worse is to be told. */
function serviceIcon({ hooks, kind }: Service, health: ServiceHealth | undefined): vscode.ThemeIcon {
  const inForce = hooks === "in force";
  if (health && (inForce || health.state === "down")) return healthIcon(health.state);
  if (inForce) return new vscode.ThemeIcon(kindIcons[kind]);
  return new vscode.ThemeIcon("warning", new vscode.ThemeColor("problemsWarningIcon.foreground"));
}

function counted(items: number): string {
  if (items === 0) return "";
  return items === 1 ? vscode.l10n.t("1 open item") : vscode.l10n.t("{0} open items", items);
}

function unreleased(entries: number | undefined): string {
  if (entries === undefined) return vscode.l10n.t("CHANGES.md cannot be read");
  if (entries === 0) return vscode.l10n.t("nothing unreleased");
  return entries === 1 ? vscode.l10n.t("1 unreleased entry") : vscode.l10n.t("{0} unreleased entries", entries);
}

function notLive({ behind, items }: Behind): string {
  if (behind === null) return vscode.l10n.t("cannot tell what is live");
  const commits = behind === 1 ? vscode.l10n.t("1 commit not live") : vscode.l10n.t("{0} commits not live", behind);
  return [commits, ...items.slice(0, 3).map(({ id }) => `#${id}`)].join(" · ");
}

function hooksWord({ hooks }: Service): string {
  return hooks === "not in force"
    ? vscode.l10n.t("hooks not in force")
    : vscode.l10n.t("cannot tell whether hooks run");
}

function serviceTooltip(about: Service, health: ServiceHealth | undefined): vscode.MarkdownString {
  const inForce = about.hooks === "in force" ? vscode.l10n.t("hooks in force") : hooksWord(about);
  const first = `**${escaped(about.title || about.name)}** · ${escaped(about.trunk)} · ${inForce}`;
  return new vscode.MarkdownString(
    [first, escaped(about.repo), ...serviceLines(about)].join("\n\n") + healthLines(health),
  );
}
