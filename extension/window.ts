// What a command may use of this window.
import type * as vscode from "vscode";
import type { Daemon } from "./daemon.ts";
import type { Repos } from "./repos.ts";
import type { WorkView } from "./views/work.ts";
import type { CommitView } from "./webviews/commit/view.ts";
import type { GraphPage } from "./webviews/graph/panel.ts";
import type { HealthPage } from "./webviews/health/panel.ts";
import type { ItemPages } from "./webviews/item/panel.ts";

export interface Window {
  daemon: Daemon;
  repos: Repos;
  work: WorkView;
  commit: CommitView;
  pages: ItemPages;
  health: HealthPage;
  graph: GraphPage;
  extension: vscode.ExtensionContext;
}

/** What a command does. It is given the row it was called on and all the rows selected, or what another part of us hands over. */
export type Run = (window: Window, given: unknown, selected: unknown) => unknown;
