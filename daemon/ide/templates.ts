// The four files of .vscode as pieces: each a key, or an element of a list, that can be put in and taken out by itself.
import { batchFile } from "../../protocol/batch.ts";
import { python } from "./detect-python.ts";
import { variable } from "./found.ts";
import type { Offers } from "./rules.ts";

/** A key with its value, or, with an id, an element of the list at the key. */
export interface Piece {
  at: string[];
  /** what the element is known by: its label, its name, or itself */
  id?: string | undefined;
  value: unknown;
}

export interface Wanted {
  path: string;
  pieces: Piece[];
}

export const paths = [
  ".vscode/settings.json",
  ".vscode/extensions.json",
  ".vscode/tasks.json",
  ".vscode/launch.json",
] as const;

/** What an element of a list is known by; undefined for what is none of ours. */
export function idOf(element: unknown): string | undefined {
  if (typeof element === "string") return element.toLowerCase();
  if (typeof element !== "object" || element === null) return undefined;
  const { label, name } = element as { label?: unknown; name?: unknown };
  const id = label ?? name;
  return typeof id === "string" ? id : undefined;
}

export function vscodeFiles(offers: Offers): Wanted[] {
  const list = (at: string, values: readonly unknown[]): Piece[] =>
    values.map((value) => ({ at: [at], id: idOf(value), value }));
  const versioned = (version: string, pieces: Piece[]): Piece[] =>
    pieces.length === 0 ? [] : [{ at: ["version"], value: version }, ...pieces];
  const [settings, extensions, tasks, launch] = paths;
  return [
    { path: settings, pieces: Object.entries(offers.settings).flatMap(settingPieces) },
    { path: extensions, pieces: list("recommendations", offers.extensions) },
    { path: tasks, pieces: versioned("2.0.0", list("tasks", tasksOf(offers))) },
    { path: launch, pieces: versioned("0.2.0", list("configurations", launchesOf(offers))) },
  ];
}

const launchesOf = ({ launches }: Offers) => launches.map(({ configuration }) => configuration);

/** Settings of a language stand one by one, so that a person's own for the same language stay. */
function settingPieces([key, value]: [string, unknown]): Piece[] {
  if (!key.startsWith("[")) return [{ at: [key], value }];
  return Object.entries(value as object).map(([inner, one]) => ({ at: [key, inner], value: one }));
}

function tasksOf({ tasks }: Offers): object[] {
  const first = (group: string) => tasks.find((task) => task.group === group);
  const defaults = new Set([first("test"), first("build")]);
  return tasks.map((task) => {
    const { label, command, args, cwd, group, background, matchers = [] } = task;
    const windows = batchFile(command, args);
    const shown = group === "test" || group === "build";
    return {
      label,
      type: "process",
      command: command === python ? variable("command:python.interpreterPath") : command,
      ...(windows !== undefined && { windows: { command: windows } }),
      args,
      ...(cwd !== "" && { options: { cwd: `${variable("workspaceFolder")}/${cwd}` } }),
      ...(shown && { group: defaults.has(task) ? { kind: group, isDefault: true } : group }),
      ...(background && { isBackground: true }),
      problemMatcher: matchers,
    };
  });
}
