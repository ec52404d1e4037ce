// What goes into git's own files: core.hooksPath, the merge driver, the lines of info/attributes. Steps of an edit.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Git } from "../../gate/git.ts";
import { Fault } from "../../protocol/errors.ts";
import { type Bytes, bytesOf, type Step } from "./edit.ts";
import { shellWord } from "./scripts.ts";

/**
 * The command git gives to sh for a merge of CHANGES.md. Without the launcher it is git's own text merge, so that an
 * uninstalled tool does not turn every merge into an error.
 */
export function driverCommand(launcher: string): string {
  // git replaces %O, %A … itself; a % of the launcher's own path is doubled.
  const program = shellWord(launcher).replaceAll("%", "%%");
  return (
    `if [ -x ${program} ]; then ${program} merge-driver %O %A %B %P; s=$?; else s=127; fi; ` +
    "case $s in 126|127) git merge-file --marker-size=%L %A %O %B;; *) exit $s;; esac"
  );
}

export const addDriver =
  (launcher: string): Step =>
  (bytes) =>
    append(
      bytes,
      `[merge "calcifer"]\n\tname = Calcifer: CHANGES.md by its structure\n\tdriver = ${quoted(driverCommand(launcher))}\n`,
    );

/**
 * Makes a config file name our hooks folder.
 * @param inPlace the file may be changed where it is; otherwise something it includes would win, and ours goes last
 */
export const setHooksPath =
  (git: Git, folder: string, inPlace: boolean): Step =>
  (bytes) =>
    inPlace
      ? gitConfig(git, bytes, ["--replace-all", "core.hooksPath", folder])
      : append(bytes, `[core]\n\thooksPath = ${quoted(folder)}\n`);

/** Whether a value of core.hooksPath names a folder of ours; also of this repository before it was moved. */
export const isOurFolder = (value: string): boolean =>
  /[/\\]calcifer[/\\](?:hooks|worktree-hooks[/\\][^/\\]+)[/\\]?$/.test(value);

/** Takes ours out of a config file that others changed since, or whose record is lost. */
export const configLeftovers =
  (git: Git, hooksPath: string | undefined, previous: string | undefined): Step =>
  async (bytes) => {
    let clean = bytes;
    while (/^[ \t]*\[merge "calcifer"\]/m.test(clean))
      clean = await gitConfig(git, clean, ["--remove-section", "merge.calcifer"]);
    const still = hooksPath !== undefined && isOurFolder(hooksPath) && /calcifer[/\\]+(?:worktree-)?hooks/.test(clean);
    if (!still) return clean;
    return previous === undefined
      ? gitConfig(
          git,
          clean,
          ["--unset-all", "core.hooksPath", "[/\\\\]calcifer[/\\\\](hooks|worktree-hooks[/\\\\][^/\\\\]+)$"],
          [5],
        )
      : gitConfig(git, clean, ["--replace-all", "core.hooksPath", previous]);
  };

const first = "# Calcifer: these files are merged by their structure; `calcifer service remove` takes this out";
const last = "# Calcifer: end";

export const addAttributes =
  (changesFiles: readonly string[]): Step =>
  (bytes) =>
    append(
      bytes,
      [first, ...changesFiles.map((file) => `${attributePattern(file)} merge=calcifer`), last, ""].join("\n"),
    );

export const attributesLeftovers: Step = (bytes) => {
  const from = bytes.indexOf(first);
  const to = bytes.indexOf(last, from);
  if (from < 0 || to < 0) return bytes;
  return bytes.slice(0, from) + bytes.slice(to + last.length).replace(/^\r?\n/, "");
};

/** One file and no other: anchored, its wildcards taken literally, quoted as git wants it. */
export function attributePattern(file: string): string {
  const literal = `/${file.replace(/^\.?\/+/, "").replace(/[*?[\]\\]/g, "\\$&")}`;
  return /[\s"]/.test(literal)
    ? `"${literal.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\t", "\\t").replaceAll("\n", "\\n")}"`
    : literal;
}

function append(bytes: Bytes, text: string): Bytes {
  const gap = bytes === "" || bytes.endsWith("\n") ? "" : "\n";
  return bytes + gap + bytesOf(text);
}

const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;

/** Lets git change a copy: the file itself changes in one step, under our lock. */
async function gitConfig(git: Git, bytes: Bytes, args: string[], alsoFine: number[] = []): Promise<Bytes> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "calcifer-config-"));
  try {
    const file = path.join(folder, "config");
    writeFileSync(file, bytes, "latin1");
    const result = await git(["config", "--file", file, ...args]);
    if (result.code !== 0 && !alsoFine.includes(result.code))
      throw new Fault(
        "internal",
        `git config ${args.join(" ")} said: ${result.stderr.trim() || `exit ${result.code}`}`,
      );
    return readFileSync(file, "latin1");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
