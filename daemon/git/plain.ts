// Hooks in git's own hooks folder, in front of those that were there. Moves files; what is in them is of scripts.ts.
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { removeIfEmpty } from "./edit.ts";
import type { PlainPlace } from "./record.ts";
import { type Baked, hookScript, ourHooks, readMarker } from "./scripts.ts";
import { listFolder, readIf } from "./site.ts";

const suffix = ".before-calcifer";

export function installPlain(folder: string, baked: Baked, earlier: PlainPlace | undefined): PlainPlace {
  const madeFolder = !existsSync(folder) || (earlier?.madeFolder ?? false);
  mkdirSync(folder, { recursive: true });
  for (const hook of ourHooks) {
    const file = path.join(folder, hook);
    if (present(file) && !isOurs(file)) setAside(file);
    const script = hookScript(
      hook,
      {
        notes: "../calcifer",
        before: `$here/${hook}${suffix}`,
        beforeSays: `That is ${hook}${suffix}, and runs first.`,
      },
      baked,
    );
    writeScript(file, script);
  }
  return { kind: "plain", madeFolder };
}

/** @returns what was put back, for a person to read */
export function uninstallPlain(folder: string, earlier: PlainPlace | undefined): string[] {
  const restored: string[] = [];
  for (const hook of ourHooks) {
    const file = path.join(folder, hook);
    const before = file + suffix;
    if (present(file) && !isOurs(file)) {
      // Another tool took the place since. It keeps it; what waited behind us goes where the tool put us.
      if (present(before)) giveWay(file);
      dropOurs(file);
      continue;
    }
    if (present(before)) {
      renameSync(before, file);
      restored.push(`the hook ${hook} that was there`);
    } else if (present(file)) rmSync(file);
  }
  if (earlier?.madeFolder) removeIfEmpty(folder);
  return restored;
}

/** What a person or tool put there moves behind ours. */
function setAside(file: string): void {
  if (present(file + suffix)) giveWay(file);
  dropOurs(file);
  renameSync(file, file + suffix);
}

/**
 * A tool overwrote our hook while one waited behind it. Had we not been there, the tool would have set that one aside
 * under its own name for such things, where it found us instead; so it goes there.
 */
function giveWay(file: string): void {
  const slots = [`${file}.legacy`, `${file}.old`];
  const slot = slots.find((s) => present(s) && isOurs(s)) ?? freeName(`${file}.old`);
  renameSync(file + suffix, slot);
}

/** Copies of our hook under the names other tools use for what they set aside: pre-commit runs its `.legacy`. */
function dropOurs(file: string): void {
  for (const slot of [`${file}.legacy`, `${file}.old`]) if (present(slot) && isOurs(slot)) rmSync(slot);
}

function freeName(file: string): string {
  for (let n = 0; ; n++) {
    const name = n === 0 ? file : `${file}.${n}`;
    if (!present(name)) return name;
  }
}

/**
 * Whether a hook in the folder asks under which name it was started, as dispatchers do (husky 4, overcommit):
 * it would not know itself as `<name>.before-calcifer`.
 */
export function asksItsName(folder: string): boolean {
  const byName =
    /basename[^\n]{0,30}\$\{?(?:0|BASH_SOURCE)|\$\{(?:0|BASH_SOURCE[^}]*?)##\*\/|\$PROGRAM_NAME|File\.basename\(\s*\$0|os\.path\.basename\(\s*(?:sys\.argv\[0\]|__file__)|Path\((?:sys\.argv\[0\]|__file__)\)\.(?:name|stem)|path\.basename\(\s*(?:process\.argv\[1\]|__filename)/;
  return ourHooks.some((hook) =>
    [hook, hook + suffix].some((name) => byName.test(readIf(path.join(folder, name), 1 << 16) ?? "")),
  );
}

/** Hooks of ours, or set aside by us, that lie in the folder. */
export const leftInPlain = (folder: string): boolean =>
  listFolder(folder).some((name) => name.endsWith(suffix) || isOurs(path.join(folder, name)));

export const isOurs = (file: string): boolean => readMarker(readIf(file, 4096) ?? "") !== undefined;

/** Also a link that leads nowhere: it holds the name. */
export const present = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) !== undefined;

/** Replaced in one step: git may start the hook at this moment. */
export function writeScript(file: string, script: string): void {
  if (readIf(file) === script && (lstatSync(file).mode & 0o100) !== 0) return;
  writeFileSync(`${file}.new`, script, { mode: 0o755 });
  renameSync(`${file}.new`, file);
}
