// What is known of a folder, and what is made of it: tasks, launch configurations, extensions, settings.
import type { IdeLaunch, IdeTask } from "../../protocol/ide.ts";

/** A folder as the detectors see it. */
export interface Folder {
  /** in the repository, with slashes; empty: its top */
  path: string;
  /** its files, and `name/` for its folders; of a few folders also what is in them: `src/main.rs` */
  names: ReadonlySet<string>;
  /** contents of the files that say what a project is, by name */
  texts: Readonly<Record<string, string>>;
}

export type Task = Omit<IdeTask, "label"> & {
  /** VS Code's names of what finds problems in the output */
  matchers?: string[];
};

/** What one detector found in one folder. */
export interface Found {
  detected: { what: string; from: string }[];
  tasks: Task[];
  launches: IdeLaunch[];
  extensions: string[];
  /** by key; the value of a key such as `[go]` is an object of settings */
  settings: Record<string, unknown>;
}

export const nothing = (): Found => ({ detected: [], tasks: [], launches: [], extensions: [], settings: {} });

/** Adds to a detector's findings, with the folder and the file they come from filled in. */
export class Finder {
  readonly found = nothing();
  private readonly folder: Folder;
  private readonly from: string;

  constructor(folder: Folder, from: string) {
    this.folder = folder;
    this.from = inFolder(folder.path, from);
  }

  what(what: string): void {
    this.found.detected.push({ what, from: this.from });
  }

  task(group: IdeTask["group"], line: readonly string[], more: { background?: boolean; matchers?: string[] } = {}) {
    const [command = "", ...args] = line;
    // VS Code replaces ${…} in arguments, also by what a command answers: what a repository names must not.
    if (line.some((part) => part.includes("${") || part.includes("\0"))) return;
    const { background = false, matchers } = more;
    const task = { group, command, args, cwd: this.folder.path, background, from: this.from };
    this.found.tasks.push({ ...task, ...(matchers && { matchers }) });
  }

  /** @param configuration without type, name and cwd */
  launch(type: string, name: string, configuration: Record<string, unknown>, test = false): void {
    const { path } = this.folder;
    const title = path === "" ? name : `${name} (${clean(path)})`;
    const whole = { type, name: title, request: "launch", ...configuration };
    this.found.launches.push({ name: title, type, test, configuration: whole, from: this.from });
  }

  extensions(...ids: string[]): void {
    this.found.extensions.push(...ids);
  }

  set(settings: Record<string, unknown>): void {
    Object.assign(this.found.settings, settings);
  }

  /** The folder, or a file in it, as launch.json spells it. */
  here(file = ""): string {
    return [variable("workspaceFolder"), this.folder.path, file].filter((part) => part !== "").join("/");
  }
}

export const inFolder = (folder: string, file: string): string => (folder === "" ? file : `${folder}/${file}`);

/** `${name}`, which VS Code replaces. */
export const variable = (name: string): string => `\${${name}}`;

/** A name that can stand in a configuration: no variable of VS Code's, no control characters, no way out. */
export const isPlain = (name: string): boolean =>
  name.length <= 200 && !/\p{Cc}|\$\{|^-|^\/|^[A-Za-z]:|(^|[\\/])\.\.([\\/]|$)/u.test(name);

/** One line without what a terminal would obey. */
export const clean = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, 200);
