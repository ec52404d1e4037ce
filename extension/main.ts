// Makes the parts of the extension and hands them to VS Code. Waits for nothing: the daemon is looked for afterwards.
import * as vscode from "vscode";
import { keepContext } from "./context.ts";
import { Daemon } from "./daemon.ts";
import { DebugOffers } from "./debug.ts";
import { Health } from "./health.ts";
import { HealthSigns } from "./health-signs.ts";
import { OffersByFolder } from "./offers.ts";
import { registerCommands } from "./register.ts";
import { Repos } from "./repos.ts";
import { tell } from "./say.ts";
import { joinSourceControl } from "./scm.ts";
import { StatusBar } from "./status-bar.ts";
import { Tasks } from "./tasks.ts";
import { offerInTerminal } from "./terminal.ts";
import { fading } from "./views/faded.ts";
import { NowView } from "./views/now.ts";
import { ServicesView } from "./views/services.ts";
import { WorkView } from "./views/work.ts";
import { CommitView } from "./webviews/commit/view.ts";
import { GraphPage } from "./webviews/graph/panel.ts";
import { HealthPage } from "./webviews/health/panel.ts";
import { ItemPages } from "./webviews/item/panel.ts";

/** What `activate` returns: for tests inside VS Code, which cannot see trees and the status bar otherwise. */
export interface Parts {
  daemon: Daemon;
  repos: Repos;
  now: NowView;
  work: WorkView;
  services: ServicesView;
  statusBar: StatusBar;
  launches: DebugOffers;
  health: Health;
  signs: HealthSigns;
}

export function activate(context: vscode.ExtensionContext): Parts {
  const memory = context.workspaceState;
  const output = vscode.window.createOutputChannel("Calcifer", { log: true });
  const daemon = new Daemon(context.extensionUri, output);
  const repos = new Repos(daemon, memory);
  const health = new Health(daemon);
  const work = new WorkView(daemon, repos, memory);
  const commit = new CommitView(context.extensionUri, daemon, repos);
  const pages = new ItemPages(context.extensionUri, daemon, repos);
  const now = new NowView(daemon, repos);
  const services = new ServicesView(daemon, repos, health);
  const healthPage = new HealthPage(context.extensionUri, daemon, repos, health);
  const graph = new GraphPage(context.extensionUri, daemon, health);
  const signs = new HealthSigns(health, context.globalState);
  const statusBar = new StatusBar(daemon, repos);
  const offers = new OffersByFolder(daemon);
  const launches = new DebugOffers(offers);
  context.subscriptions.push(
    output,
    daemon,
    repos,
    work,
    commit,
    pages,
    now,
    services,
    statusBar,
    launches,
    vscode.tasks.registerTaskProvider("calcifer", new Tasks(offers)),
    health,
    healthPage,
    graph,
    signs,
    vscode.window.registerWebviewViewProvider("calcifer.commit", commit),
    vscode.window.registerWebviewPanelSerializer("calcifer.item", pages),
    vscode.window.registerWebviewPanelSerializer(HealthPage.viewType, healthPage),
    vscode.window.registerWebviewPanelSerializer(GraphPage.viewType, graph),
    vscode.window.registerFileDecorationProvider(fading),
    ...keepContext(daemon, repos, memory),
    ...registerCommands({ daemon, repos, work, commit, pages, health: healthPage, graph, extension: context }),
  );
  offerInTerminal(context);
  const joinGit = async () => {
    const git = await repos.joinGit();
    if (git && !joined) joinSourceControl(git, repos, context.subscriptions);
    joined ||= git !== undefined;
  };
  let joined = false;
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration(offerReload),
    vscode.workspace.onDidGrantWorkspaceTrust(joinGit),
    // VS Code's git comes when a workspace is trusted, or when it is switched on.
    vscode.extensions.onDidChange(joinGit),
  );
  void joinGit();
  return { daemon, repos, now, work, services, statusBar, launches, health, signs };
}

/** Another home has other items of the same numbers; what is open would be of the wrong one. */
function offerReload(change: vscode.ConfigurationChangeEvent): void {
  if (!change.affectsConfiguration("calcifer.home") && !change.affectsConfiguration("calcifer.runtime")) return;
  void tell(vscode.l10n.t("Calcifer's daemon is chosen when a window opens."), {
    title: vscode.l10n.t("Reload Window"),
    run: () => vscode.commands.executeCommand("workbench.action.reloadWindow"),
  });
}
