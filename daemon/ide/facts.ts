// Reads the few files that say what a repository is. Bounded, and never past a symbolic link.
import { isUtf8 } from "node:buffer";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Folder, isPlain } from "./found.ts";

const most = { folders: 60, names: 2000, bytes: 512 * 1024 };

const telling = new RegExp(
  `^(${[
    "package\\.json",
    "pyproject\\.toml",
    "requirements[\\w.-]*\\.txt",
    "Pipfile",
    "go\\.mod",
    "Cargo\\.toml",
    "composer\\.json",
    "Gemfile",
    ".+\\.csproj",
    "pom\\.xml",
    "build\\.gradle(\\.kts)?",
    "[Mm]akefile",
    "GNUmakefile",
  ].join("|")})$`,
);
/** Folders whose names are looked at as well: where a program's first file lies, or its tests. */
const inner = /^(app|src|cmd|test|tests|spec|bin)$/;
/** Made by tools, or somebody else's. */
const skipped = /^(\..*|node_modules|vendor|dist|build|out|target|coverage|__pycache__|venv|env)$/;

/** @param roots folders in the repository to look at, with their first level of folders; empty: its top */
export function gather(top: string, roots: readonly string[]): Folder[] {
  const seen = new Map<string, Folder>();
  for (const root of roots) {
    if (!isPlain(root) || !isWithin(top, root)) continue;
    const folder = look(top, root);
    if (!folder) continue;
    seen.set(root, folder);
    for (const name of [...folder.names].filter((n) => /^[^/]+\/$/.test(n)).sort()) {
      if (seen.size >= most.folders) break;
      const plain = name.slice(0, -1);
      const below = root === "" ? plain : `${root}/${plain}`;
      const child = skipped.test(plain) || !isPlain(plain) || seen.has(below) ? undefined : look(top, below);
      if (child) seen.set(below, child);
    }
  }
  return [...seen.values()];
}

/** Whether every step to a folder is a folder itself, not a link. */
function isWithin(top: string, folder: string): boolean {
  if (folder === "") return true;
  const steps = folder.split("/");
  return steps.every((step, i) => {
    if (step === "" || step === "." || step === ".." || step === ".git") return false;
    return lstatSync(path.join(top, ...steps.slice(0, i + 1)), { throwIfNoEntry: false })?.isDirectory() ?? false;
  });
}

function look(top: string, folder: string): Folder | undefined {
  const full = path.join(top, folder);
  const entries = list(full);
  if (!entries) return undefined;
  const names = new Set<string>();
  const texts: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const entry of entries) {
    if (entry.isDirectory()) names.add(`${entry.name}/`);
    if (entry.isDirectory() && inner.test(entry.name))
      for (const child of list(path.join(full, entry.name)) ?? [])
        if (child.isFile() || child.isDirectory())
          names.add(`${entry.name}/${child.name}${child.isDirectory() ? "/" : ""}`);
    if (!entry.isFile()) continue;
    names.add(entry.name);
    const text = telling.test(entry.name) ? read(path.join(full, entry.name)) : undefined;
    if (text !== undefined) texts[entry.name] = text;
  }
  return { path: folder, names, texts };
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).slice(0, most.names);
  } catch {
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    if (lstatSync(file).size > most.bytes) return undefined;
    const bytes = readFileSync(file);
    return isUtf8(bytes) ? bytes.toString("utf8").replace(/^\uFEFF/, "") : undefined;
  } catch {
    return undefined;
  }
}
