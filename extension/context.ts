// Context keys: what the manifest's `when` clauses ask.
import * as vscode from "vscode";
import type { Daemon } from "./daemon.ts";
import type { Repos } from "./repos.ts";

/** What a step of the walkthrough is completed by. */
export type Deed = "add" | "start" | "commit" | "finish";

export function keepContext(daemon: Daemon, repos: Repos, memory: vscode.Memento): vscode.Disposable[] {
  const told = new Map<string, unknown>();
  const tell = (key: string, value: unknown) => {
    if (told.get(key) === value) return;
    told.set(key, value);
    void vscode.commands.executeCommand("setContext", key, value);
  };
  const tellAll = () => {
    tell("calcifer.situation", repos.situation);
    tell("calcifer.services", repos.snapshot.services.length);
    tell("calcifer.item", repos.current?.item != null && repos.current.item.status !== "foreign");
    tell("calcifer.daemon", daemon.state.is);
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

const deeds: Record<string, Deed> = {
  "work.added": "add",
  "work.started": "start",
  "work.committed": "commit",
  "work.finished": "finish",
};
