// Finds compose files and reads them, and nothing that lies outside of the folder a reading was allowed.
import { type Dirent, existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { setImmediate as breath } from "node:timers/promises";
import { parseEnv, type Variables } from "./interpolate.ts";
import { largest } from "./tree.ts";

/** In the order in which compose prefers them. */
const names = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const overrides = names.map((name) => name.replace("compose.", "compose.override."));

/** Reads inside of one folder. What is refused is said in words, once for all that is asked. */
export class Ground {
  readonly root: string;

  /** @param root a folder that is there */
  constructor(root: string) {
    this.root = realpathSync(root);
  }

  /** @returns the text; or why not, beginning with a verb */
  read(file: string, most = largest): { text: string } | { why: string; outside: boolean } {
    const real = this.real(file);
    if (real === undefined) return { why: "is not there", outside: !this.holds(path.resolve(file)) };
    if (!this.holds(real)) return { why: `lies outside of ${this.root}`, outside: true };
    const stat = statSync(real);
    if (!stat.isFile()) return { why: "is no file", outside: false };
    if (stat.size > most) return { why: `is larger than ${Math.round(most / 1024)} KiB`, outside: false };
    return { text: readFileSync(real, "utf8") };
  }

  /** Whether a path lies in the folder, once links are followed. */
  contains(file: string): boolean {
    return this.holds(this.real(file) ?? path.resolve(file));
  }

  /** As it is shown: from the folder on. */
  shown(file: string): string {
    const from = path.relative(this.root, this.real(file) ?? file);
    return from.startsWith("..") ? file : from;
  }

  private holds(real: string): boolean {
    return real === this.root || real.startsWith(this.root + path.sep);
  }

  private real(file: string): string | undefined {
    try {
      return realpathSync(file);
    } catch {
      return undefined;
    }
  }
}

/** The variables a project's files may name: those of its `.env`, and never the daemon's own. */
export function variablesOf(ground: Ground, files: readonly string[]): Map<string, string> {
  const all = files.flatMap((file) => {
    const read = ground.read(file, 64 * 1024);
    return "text" in read ? [...parseEnv(read.text)] : [];
  });
  return new Map(all);
}

/** The files of a folder's project, absolute, the later laid over the earlier; none where there is no project. */
export function filesOf(folder: string, variables: Variables): string[] {
  const named = variables.get("COMPOSE_FILE") ?? "";
  if (named !== "") {
    const separator = variables.get("COMPOSE_PATH_SEPARATOR") || path.delimiter;
    return named
      .split(separator)
      .filter((one) => one !== "")
      .map((one) => path.resolve(folder, one));
  }
  const there = (all: string[]): string[] => all.filter((name) => existsSync(path.join(folder, name))).slice(0, 1);
  const main = there(names);
  return main.length === 0 ? [] : [...main, ...there(overrides)].map((name) => path.join(folder, name));
}

const deepest = 4;
const mostFolders = 5000;
const uninteresting = /^(\..*|node_modules|vendor|dist|build|target|venv|__pycache__)$/;

/** Folders with a compose file in a folder and some levels below, the folder itself first. */
export async function projectFolders(folder: string): Promise<{ folders: string[]; whole: boolean }> {
  const queue: [string, number][] = [[folder, 0]];
  const folders: string[] = [];
  let seen = 0;
  for (let next = queue.shift(); next && seen < mostFolders; next = queue.shift(), seen++) {
    const [at, depth] = next;
    if (seen % 100 === 99) await breath();
    const entries = entriesOf(at);
    if (entries.some((entry) => names.includes(entry.name) || isComposeEnv(at, entry))) folders.push(at);
    if (depth === deepest) continue;
    for (const entry of entries)
      if (entry.isDirectory() && !uninteresting.test(entry.name)) queue.push([path.join(at, entry.name), depth + 1]);
  }
  return { folders, whole: queue.length === 0 };
}

function isComposeEnv(folder: string, entry: Dirent): boolean {
  if (entry.name !== ".env" || !entry.isFile()) return false;
  const file = path.join(folder, entry.name);
  return statSync(file).size < 64 * 1024 && /^\s*(export\s+)?COMPOSE_FILE\s*=/m.test(readFileSync(file, "utf8"));
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
