// Small files that hooks can test without starting a process: which branches belong to an item, what is protected.
import { mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { notesFolder } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";

const branchesFolder = (commonDir: string): string => path.join(commonDir, notesFolder, "branches");

/**
 * Lets the hooks judge commits on a branch. Doing it twice is the same as once.
 * @throws Fault invalid, for a name that is no branch's
 */
export function markBranch(commonDir: string, branch: string): void {
  const root = branchesFolder(commonDir);
  const file = markFile(root, branch);
  clearTheWay(root, file);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, "");
}

/** Makes the branch nobody's again for the hooks; nothing happens when it was nobody's. */
export function unmarkBranch(commonDir: string, branch: string): void {
  const root = branchesFolder(commonDir);
  const file = markFile(root, branch);
  if (!isFile(file)) return;
  rmSync(file, { force: true });
  removeEmpty(path.dirname(file), root);
}

/** The branches that are marked, sorted. */
export function markedBranches(commonDir: string): string[] {
  const root = branchesFolder(commonDir);
  try {
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"))
      .sort();
  } catch {
    return [];
  }
}

/** What hooks need to know of a repository's policies. Written at once, so that a changed policy needs no new hooks. */
export interface Guard {
  /** branch names; `*` and `?` match as in sh, also across `/` */
  protected: readonly string[];
  /** judge branches that belong to no item, too */
  strict: boolean;
}

export function writeGuard(commonDir: string, guard: Guard): void {
  const folder = path.join(commonDir, notesFolder);
  mkdirSync(folder, { recursive: true });
  const globs = [...new Set(guard.protected.map(hookGlob).filter((glob) => glob !== ""))];
  writeFileSync(path.join(folder, "protected"), globs.map((glob) => `${glob}\n`).join(""));
  if (guard.strict) writeFileSync(path.join(folder, "strict"), "");
  else rmSync(path.join(folder, "strict"), { force: true });
}

/**
 * A pattern sh can match, at least as wide as the given one: the hook only decides whether to ask.
 * Braces, classes and negation become `*` and `?`; a backslash no branch can have is dropped.
 */
export function hookGlob(pattern: string): string {
  if (pattern.startsWith("!")) return "*";
  return pattern
    .replace(/[@+!]\(.*\)/g, "*")
    .replace(/\{.*\}/g, "*")
    .replace(/\[[^\]]*\]?/g, "?")
    .replace(/\*\*\/?/g, "*")
    .replace(/[\\\n\r\0]/g, "")
    .trim();
}

function markFile(root: string, branch: string): string {
  const file = path.resolve(root, branch);
  if (!couldBeBranch(branch) || !file.startsWith(root + path.sep))
    throw new Fault("invalid", `${JSON.stringify(branch)} cannot be the name of a branch.`);
  return file;
}

/** Whether a file of this name stays in its folder; git is stricter still. */
export const couldBeBranch = (branch: string): boolean =>
  !branch.includes("\0") && branch.split("/").every((part) => part !== "" && part !== "." && part !== "..");

/** `work` and `work/42` cannot both be branches: a mark in the way is of a branch that is gone. */
function clearTheWay(root: string, file: string): void {
  for (let parent = path.dirname(file); parent.length > root.length; parent = path.dirname(parent))
    if (isFile(parent)) rmSync(parent);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) rmSync(file, { recursive: true });
}

function removeEmpty(folder: string, root: string): void {
  for (let at = folder; at.length >= root.length; at = path.dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      return;
    }
  }
}

const isFile = (file: string): boolean => {
  try {
    return statSync(file).isFile();
  } catch {
    // ENOTDIR, when a mark of another branch lies in the way
    return false;
  }
};
