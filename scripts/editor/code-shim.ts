#!/usr/bin/env node
// Looks like a desktop VS Code to @vscode/test-electron and @vscode/test-cli; runs headless on the VS Code from npm.
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { format } from "node:util";
import { launchBrowser, openWorkbench, startServer } from "./workbench.ts";

const limit = Number(process.env.SHIM_TIMEOUT ?? 150_000);

/** Lines the workbench itself prints to the console of the tests. SHIM_RAW=1 shows them. */
const workbenchNoise = new RegExp(
  `^(${[
    "\\[",
    "%c",
    "Resol",
    "Creating a socket",
    "Ignoring fetching",
    "Updating additional",
    "No search provider",
    "Error: ",
    "Timed out waiting",
    "Started local",
    "Auto updating",
  ].join("|")})`,
);

function option(name: string): string[] {
  const start = `--${name}=`;
  return process.argv.filter((word) => word.startsWith(start)).map((word) => word.slice(start.length));
}

function print(words: unknown[]): void {
  const line = format(...words);
  if (process.env.SHIM_RAW || !workbenchNoise.test(line)) process.stdout.write(`${line}\n`);
}

async function runTests(dataFolder: string): Promise<number> {
  const flags = option("extensions-dir").flatMap((folder) => ["--extensions-dir", folder]);
  const folder = process.argv.slice(2).find((word) => !word.startsWith("-"));
  const server = await startServer({ dataFolder, driver: true, flags });
  const browser = await launchBrowser();
  try {
    const { testsEnded } = await openWorkbench(browser, {
      port: server.port,
      ...(folder && { folder: path.resolve(folder) }),
      extensions: option("extensionDevelopmentPath"),
      testsPath: option("extensionTestsPath")[0],
      log: print,
    });
    return await Promise.race([testsEnded, giveUp(server.output)]);
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function giveUp(output: () => string): Promise<number> {
  await sleep(limit, undefined, { ref: false });
  console.error(`The tests did not end within ${limit / 1000} s. The server said:\n${output()}`);
  return 124;
}

// Short, because sockets are made in it.
const dataFolder = mkdtempSync(path.join(os.tmpdir(), "vsc-"));
const status = await runTests(dataFolder);
rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
process.exit(status);
