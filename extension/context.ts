// Context keys: what the manifest's `when` clauses ask.
import * as vscode from "vscode";
import type { Daemon } from "./daemon.ts";
import { ownItem, type Repos } from "./repos.ts";

/** What a step of the walkthrough is completed by. */
export type Deed = "add" | "start" | "commit" | "finish";

export function keepContext(daemon: Daemon, repos: Repos, memory: vscode.Memento): vscode.Disposable[] {
  const told = new Map<string, string>();
  const tell = (key: string, value: unknown) => {
    const spelled = JSON.stringify(value);
    if (told.get(key) === spelled) return;
    told.set(key, spelled);
    void vscode.commands.executeCommand("setContext", key, value);
  };
  const tellAll = () => {
    tell("calcifer.situation", repos.situation);
    tell("calcifer.serviceCount", repos.snapshot.services.length);
    tell("calcifer.item", repos.current !== undefined && ownItem(repos.current) !== null);
    tell("calcifer.daemon", daemon.state.is);
    tell("calcifer.roots", registeredRoots(repos));
  };
  const done = (deed: Deed) => {
    tell(`calcifer.did.${deed}`, true);
    void memory.update(`calcifer.did.${deed}`, true);
  };
  for (const deed of Object.values(deeds)) if (memory.get(`calcifer.did.${deed}`)) tell(`calcifer.did.${deed}`, true);
  tellAll();
  return [
    repos.onDidChange(tellAll),
    daemon.onDidChangeState(tellAll),
    // Done from the terminal counts as well.
    daemon.onDidHear(({ name }) => {
      const deed = deeds[name];
      if (deed) done(deed);
    }),
  ];
}

/** As Source Control spells the repositories it shows. */
const registeredRoots = (repos: Repos): string[] =>
  (repos.git?.repositories ?? [])
    .filter(({ rootUri }) => repos.of(rootUri)?.service != null)
    .map(({ rootUri }) => rootUri.toString());

const deeds: Record<string, Deed> = {
  "work.added": "add",
  "work.started": "start",
  "work.committed": "commit",
  "work.finished": "finish",
};
