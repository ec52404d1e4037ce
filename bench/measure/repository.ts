// Repositories of a given size, made through `git fast-import`; large ones are kept for the next run.
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { randomNumbers } from "./series.ts";
import { cache, run } from "./stage.ts";
import { sentence } from "./words.ts";

export interface Size {
  commits: number;
  files: number;
}

/** Makes a repository of a size with `main` checked out. It has no remote and no hooks. */
export function makeRepository(folder: string, size: Size, env: NodeJS.ProcessEnv): string {
  const kept = keptHistory(size, env);
  run("git", ["clone", "-q", "--local", "--branch", "main", kept, folder], path.dirname(folder), env);
  run("git", ["remote", "remove", "origin"], folder, env);
  // What was checked out this very second counts as possibly changed until the index is written again.
  run("git", ["status"], folder, env);
  return folder;
}

function keptHistory(size: Size, env: NodeJS.ProcessEnv): string {
  const folder = path.join(cache, `history-1-${size.commits}-${size.files}.git`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const aside = `${folder}.${process.pid}`;
  run("git", ["init", "-q", "--bare", aside], cache, env);
  run("git", ["fast-import", "--quiet"], aside, env, history(size));
  run("git", ["gc", "-q"], aside, env);
  // Another run may have been faster.
  if (existsSync(folder)) rmSync(aside, { recursive: true });
  else renameSync(aside, folder);
  return folder;
}

/** The first commit has every file, each later one changes three. */
function history({ commits, files }: Size): string {
  const random = randomNumbers(files);
  const all = Array.from({ length: files }, (_, n) => n);
  const parts: string[] = [];
  for (let n = 0; n < commits; n++) {
    const changed = n === 0 ? all : [0, 1, 2].map(() => Math.floor(random() * files));
    const who = `Bench <bench@example.org> ${1_600_000_000 + n * 3600} +0000`;
    parts.push(`commit refs/heads/main\ncommitter ${who}\n${data(`Change ${n}\n`)}`);
    for (const file of new Set(changed)) parts.push(`M 100644 inline ${fileName(file)}\n${data(contents(n, file))}`);
  }
  return parts.join("");
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
export const fileName = (n: number): string => `src/part${String(n % 50).padStart(2, "0")}/file${n}.txt`;

function contents(commit: number, file: number): string {
  const random = randomNumbers(file);
  const fixed = Array.from({ length: 12 }, () => sentence(random, 8));
  return `${fixed.join("\n")}\nlast changed in ${commit}\n`;
}

/** Changes a file, adds an entry for an item to CHANGES.md, and stages both. */
export function stageChange(folder: string, n: number, item: number, env: NodeJS.ProcessEnv): void {
  appendFileSync(path.join(folder, "CHANGES.md"), `- Change ${n} (#${item})\n`);
  appendFileSync(path.join(folder, fileName(n % 50)), `changed in round ${n}\n`);
  run("git", ["add", "CHANGES.md", fileName(n % 50)], folder, env);
}

/** Writes and commits, on the trunk, what every contender starts from. */
export function commitFiles(folder: string, files: Record<string, string>, env: NodeJS.ProcessEnv): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  run("git", ["add", "--", ...Object.keys(files)], folder, env);
  run("git", ["commit", "-q", "-m", "chore: prepare"], folder, env);
}

export const emptyChanges = "# Changes\n\n## Unreleased\n\n";
