// A hooks folder of Calcifer's own, in front of one that `core.hooksPath` named before.
import { mkdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { writeScript } from "./plain.ts";
import { type Baked, hookScript, ourHooks, passOnScript, shellWord } from "./scripts.ts";
import { listFolder } from "./site.ts";

export interface Previous {
  /** as the hook's sh sees it: relative to where hooks run, or absolute */
  value: string;
  /** where that is, for the work trees we know */
  folders: string[];
}

/**
 * Writes our hooks, and one that passes on for every other hook of the previous folder.
 * @param notes from `folder` to `<common git dir>/calcifer`
 */
export function installOwn(folder: string, notes: string, previous: Previous, baked: Baked): void {
  mkdirSync(folder, { recursive: true });
  const spot = (hook: string) => ({
    notes,
    before: shellWord(hookIn(previous.value, hook)),
    beforeSays: `What was in force before is ${oneLine(hookIn(previous.value, hook))}, and runs first.`,
  });
  const others = hooksIn(previous.folders).filter((name) => !isOurName(name));
  for (const hook of ourHooks) writeScript(path.join(folder, hook), hookScript(hook, spot(hook), baked));
  for (const hook of others) writeScript(path.join(folder, hook), passOnScript(hook, spot(hook), baked.version));
  for (const name of listFolder(folder))
    if (!isOurName(name) && !others.includes(name)) rmSync(path.join(folder, name), { force: true });
}

/** Hooks a folder has that nobody passes on to. */
export const notPassedOn = (folder: string, previousFolder: string): string[] => {
  const passed = new Set(listFolder(folder));
  return hooksIn([previousFolder]).filter((name) => !passed.has(name));
};

/** git runs a hook by its exact name; `h`, `_` or `pre-commit.sample` are no hooks. */
const knownHooks = new Set(
  `applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg post-commit pre-rebase
  post-checkout post-merge pre-push pre-receive update proc-receive post-receive post-update reference-transaction push-to-checkout
  pre-auto-gc post-rewrite sendemail-validate fsmonitor-watchman p4-changelist p4-prepare-changelist p4-post-changelist
  p4-pre-submit post-index-change`.split(/\s+/),
);

const hooksIn = (folders: string[]): string[] => [
  ...new Set(
    folders.flatMap((folder) =>
      listFolder(folder).filter((name) => knownHooks.has(name) && executable(path.join(folder, name))),
    ),
  ),
];
const isOurName = (name: string): boolean => (ourHooks as readonly string[]).includes(name);

function hookIn(value: string, hook: string): string {
  const file = value === "" ? `/${hook}` : value.endsWith("/") ? value + hook : `${value}/${hook}`;
  return file.startsWith("-") ? `./${file}` : file;
}

const oneLine = (text: string): string => JSON.stringify(text);

export function executable(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && (process.platform === "win32" || (found.mode & 0o111) !== 0);
}
