// What changed between a template's files as they were made and as they would be made now.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Git } from "../../gate/git.ts";

export interface FileDiff {
  path: string;
  state: "added" | "changed" | "removed" | "same";
  /** unified; empty where there is nothing to show */
  diff: string;
}

type Files = ReadonlyMap<string, Buffer>;

/** @param gitIn git in a folder, for the diff itself */
export async function diffRendered(before: Files, after: Files, gitIn: (folder: string) => Git): Promise<FileDiff[]> {
  const aside = mkdtempSync(path.join(os.tmpdir(), "calcifer-diff-"));
  try {
    const git = gitIn(aside);
    const names = [...new Set([...before.keys(), ...after.keys()])].sort();
    const found: FileDiff[] = [];
    for (const name of names) {
      const [a, b] = [before.get(name), after.get(name)];
      const state = !a ? "added" : !b ? "removed" : a.equals(b) ? "same" : "changed";
      found.push({ path: name, state, diff: state === "same" ? "" : await unified(git, aside, name, a, b) });
    }
    return found;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

async function unified(
  git: Git,
  aside: string,
  name: string,
  a: Buffer | undefined,
  b: Buffer | undefined,
): Promise<string> {
  const put = (side: string, contents: Buffer | undefined): string => {
    if (!contents) return "/dev/null";
    const file = path.join(side, name);
    // A tree of git's may hold any name, `..` too.
    if (path.normalize(name) !== path.join(path.sep, name).slice(1)) throw new Error(`${name} leads elsewhere.`);
    mkdirSync(path.dirname(path.join(aside, file)), { recursive: true });
    writeFileSync(path.join(aside, file), contents);
    return file;
  };
  const sides = [put("a", a), put("b", b)];
  const options = ["--no-index", "--no-color", "--no-ext-diff", "--no-textconv", "--no-prefix"];
  const said = await git(["diff", ...options, "--", ...sides]);
  // The lines before are about the files' own folders and modes.
  const text = said.stdout.toString("utf8");
  const from = text.search(/^(---|Binary files) /m);
  return from < 0 ? "" : text.slice(from);
}
