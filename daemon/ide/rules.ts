// What a repository is, and what an editor should know of it: facts in, tasks and configurations out.
import type { IdeLaunch, IdeTask } from "../../protocol/ide.ts";
import { detectDotnet, detectGo, detectJava, detectRust } from "./detect-compiled.ts";
import { detectNode } from "./detect-node.ts";
import { detectContainers, detectMake, detectPhp, detectRuby } from "./detect-others.ts";
import { detectPython } from "./detect-python.ts";
import { clean, type Folder, type Found, type Task } from "./found.ts";

/** Everything that was found, with labels no two tasks share. */
export interface Offers {
  detected: Found["detected"];
  tasks: (IdeTask & { matchers?: string[] })[];
  launches: IdeLaunch[];
  extensions: string[];
  settings: Record<string, unknown>;
}

const most = { tasks: 200, launches: 60 };

/** @param top the repository's top, whose lock file holds for the packages below, whether or not it is looked at itself */
export function detect(folders: readonly Folder[], top: Folder | undefined): Offers {
  const found = folders.flatMap((folder) =>
    [
      detectNode(folder, folder.path === "" ? undefined : top),
      detectPython(folder),
      detectGo(folder),
      detectRust(folder),
      detectDotnet(folder),
      detectJava(folder),
      detectPhp(folder),
      detectRuby(folder),
      detectContainers(folder),
      detectMake(folder),
    ].filter((one) => one !== undefined),
  );
  return {
    detected: found.flatMap((one) => one.detected),
    tasks: labelled(found.flatMap((one) => one.tasks)).slice(0, most.tasks),
    launches: firstOf(found.flatMap((one) => one.launches)).slice(0, most.launches),
    extensions: [...new Set(found.flatMap((one) => one.extensions))],
    settings: merged(found),
  };
}

/** A task is called what one would type. */
function labelled(tasks: Task[]): Offers["tasks"] {
  const byLabel = new Map<string, Offers["tasks"][number]>();
  for (const task of tasks) {
    const line = clean([task.command, ...task.args].join(" ").replace(/^npx --no -- /, "npx "));
    const label = task.cwd === "" ? line : `${line} (${clean(task.cwd)})`;
    if (!byLabel.has(label)) byLabel.set(label, { label, ...task });
  }
  return [...byLabel.values()];
}

const firstOf = (launches: IdeLaunch[]): IdeLaunch[] =>
  [...new Map(launches.toReversed().map((launch) => [launch.name, launch])).values()].reverse();

/** The first folder's word counts, the top's before all. */
function merged(found: Found[]): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const { settings } of found)
    for (const [key, value] of Object.entries(settings)) {
      const before = all[key];
      all[key] = isTable(value) && isTable(before) ? { ...value, ...before } : (before ?? value);
    }
  return all;
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Folders to look at for a service's globs: what stands before the first wildcard. Without globs the top. */
export function rootsOf(globs: readonly string[]): string[] {
  const roots = globs
    .filter((glob) => !glob.startsWith("!"))
    .map((glob) => {
      const literal = glob.replace(/^\.?\//, "").replace(/[*?{[\\].*$/s, "");
      return literal.slice(0, Math.max(0, literal.lastIndexOf("/")));
    });
  return roots.length === 0 ? [""] : [...new Set(roots)].sort();
}
