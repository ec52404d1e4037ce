// The launchers at a stable path: git hooks and terminals call those, whatever installed us and whatever runtime we have.
import { chmodSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeFolder } from "../../protocol/connect.ts";
import type { Folders } from "../../protocol/paths.ts";

/** Folder with the bundles: beside this program when it is one, `<root>/dist` when run from source. */
export function distFolder(program: string): string {
  const folder = path.dirname(program);
  return program.endsWith(".ts") ? path.join(path.dirname(folder), "dist") : folder;
}

/** Writes `<data>/bin/calcifer-hook` and `<data>/bin/calcifer`, each whole or not at all. */
export function writeLaunchers({ data, state }: Pick<Folders, "data" | "state">, dist: string): void {
  const bin = path.join(data, "bin");
  makeFolder(bin);
  for (const [name, program] of [
    ["calcifer-hook", "hook.cjs"],
    ["calcifer", "cli.cjs"],
  ] as const) {
    replace(path.join(bin, name), shell(process.execPath, path.join(dist, program), path.join(state, "compiled")));
    if (process.platform === "win32")
      replace(path.join(bin, `${name}.cmd`), batch(process.execPath, path.join(dist, program)));
  }
}

/**
 * ELECTRON_RUN_AS_NODE makes VS Code's own runtime behave as Node; Node does not know it.
 * @param compiled folder where Node keeps what it compiled: a hook without a daemon starts in two thirds of the time
 */
export function shell(node: string, program: string, compiled: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const variables = `export ELECTRON_RUN_AS_NODE=1 NODE_COMPILE_CACHE=${quote(compiled)}`;
  // Node's own word for a program that is not there is 1, which from a hook would be a refusal: 127 says it cannot start.
  const there = `[ -r ${quote(program)} ] || exit 127`;
  return `#!/bin/sh\n${there}\n${variables}\nexec ${quote(node)} ${quote(program)} "$@"\n`;
}

function batch(node: string, program: string): string {
  const quote = (text: string) => `"${text.replaceAll("%", "%%")}"`;
  return `@echo off\r\nset ELECTRON_RUN_AS_NODE=1\r\n${quote(node)} ${quote(program)} %*\r\n`;
}

function replace(file: string, text: string): void {
  if (read(file) === text) return;
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, text, { mode: 0o700 });
  chmodSync(aside, 0o700);
  renameSync(aside, file);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
