// What the daemon offers for a folder of the window: tasks and launch configurations, asked for when VS Code asks.
import path from "node:path";
import * as vscode from "vscode";
import { batchFile } from "../protocol/batch.ts";
import type { Daemon, ResultOf } from "./daemon.ts";
import { faultOf } from "./daemon.ts";

export type Offers = ResultOf<"ide.offers">;

/** Milliseconds a menu of VS Code's waits for us, beside what others offer. */
const patience = 5000;

export class OffersByFolder {
  readonly #daemon: Daemon;
  /** what was told last: shown while the daemon is away */
  readonly #last = new Map<string, Offers>();

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  /** Nothing in a folder that is not trusted: what it names would be run. */
  async of(folder: vscode.WorkspaceFolder, token?: vscode.CancellationToken): Promise<Offers | undefined> {
    if (!vscode.workspace.isTrusted || folder.uri.scheme !== "file") return undefined;
    const repo = folder.uri.fsPath;
    if (this.#daemon.state.is !== "up") return this.#last.get(repo);
    const stop = new vscode.CancellationTokenSource();
    const late = setTimeout(() => stop.cancel(), patience);
    const asked = token?.onCancellationRequested(() => stop.cancel());
    try {
      const offers = await this.#daemon.ask("ide.offers", { repo }, { token: stop.token });
      this.#last.set(repo, offers);
      return offers;
    } catch (error) {
      const fault = faultOf(error);
      // A folder without a repository is nothing to tell.
      if (fault.fault !== "missing" && fault.fault !== "cancelled") this.#daemon.output.warn(fault.message);
      return undefined;
    } finally {
      clearTimeout(late);
      asked?.dispose();
      stop.dispose();
    }
  }

  /** The same of every folder of the window; a repository that is open twice counts once. */
  async all(token?: vscode.CancellationToken): Promise<{ folder: vscode.WorkspaceFolder; offers: Offers }[]> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const asked = await Promise.all(folders.map(async (folder) => ({ folder, offers: await this.of(folder, token) })));
    const seen = new Set<string>();
    return asked.flatMap(({ folder, offers }) => {
      if (!offers || seen.has(offers.repo)) return [];
      seen.add(offers.repo);
      return [{ folder, offers }];
    });
  }
}

/** The interpreter that was chosen in the editor stands for `python3`, where there is a way to choose one. */
export function program(command: string, args: readonly string[]): string {
  if (command === "python3" && vscode.extensions.getExtension("ms-python.python")) {
    const chosen = "command:python.interpreterPath";
    return `\${${chosen}}`;
  }
  return (process.platform === "win32" && batchFile(command, args)) || command;
}

/** With the repository in place of `${workspaceFolder}`: the window may have a folder of it open only. */
export function placed<T>(value: T, repo: string): T {
  if (typeof value === "string") return value.replaceAll(`\${${"workspaceFolder"}}`, repo) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => placed(one, repo)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, placed(one as unknown, repo)])) as T;
}

export const folderIn = (repo: string, cwd: string): string => path.join(repo, ...cwd.split("/"));
