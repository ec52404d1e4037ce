// What in-host tests share: the extension's parts, the repository of the workspace, waiting for events.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import type { Parts } from "../../../extension/main.ts";

export const home = process.env.CALCIFER_HOME ?? assert.fail("this would use your own daemon");
export const top = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail("no folder is open");

export async function parts(): Promise<Parts> {
  const extension = vscode.extensions.getExtension<Parts>("calcifer.calcifer");
  assert.ok(extension, "calcifer.calcifer is not installed");
  return extension.activate();
}

export const git = (...args: string[]): string => execFileSync("git", args, { cwd: top, encoding: "utf8" }).trim();

export const write = (file: string, text: string): void => writeFileSync(path.join(top, file), text);

export const file = (name: string): vscode.Uri => vscode.Uri.file(path.join(top, name));

/** Resolves once the condition holds: asked now, and after every event. */
export async function seen(event: vscode.Event<unknown>, condition: () => unknown, what: string): Promise<void> {
  if (condition()) return;
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => {
      listener.dispose();
      reject(new Error(`never seen: ${what}`));
    }, 15_000);
    const listener = event(() => {
      if (!condition()) return;
      clearTimeout(late);
      listener.dispose();
      resolve();
    });
  });
}

/** The workspace's repository, registered as a service with its files committed; made by whoever comes first. */
export async function registered(): Promise<Parts> {
  const all = await parts();
  if (!existsSync(path.join(top, ".git"))) {
    git("init", "-q");
    write("Caddyfile", "example.org\n");
    git("add", "-A");
    git("commit", "-q", "-m", "Start");
  }
  const { services } = await all.daemon.ask("service.list", {});
  if (services.length === 0) await all.daemon.act("service.add", { path: top, name: "gateway", commit: true });
  await vscode.commands.executeCommand("git.openRepository", top);
  await seen(all.repos.onDidChange, () => all.repos.current?.service === "gateway", "the registered repository");
  return all;
}

/** A new item on its branch, checked out, from a clean trunk: what an earlier test left goes. */
export async function started(title: string): Promise<{ id: number; branch: string; key: string }> {
  const { daemon, repos } = await registered();
  git("reset", "-q", "--hard");
  git("clean", "-fdq");
  git("switch", "-q", "main");
  const { id } = await daemon.act("work.add", { title, service: "gateway", type: "maintenance" });
  const { branch, key } = await daemon.act("work.start", { item: id });
  await seen(repos.onDidChange, () => repos.current?.item?.id === id, `#${id} as the current item`);
  return { id, branch: branch ?? assert.fail("no branch"), key };
}
