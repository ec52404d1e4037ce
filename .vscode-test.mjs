// How @vscode/test-cli runs the in-host tests: on the headless VS Code of scripts/editor when VSCODE_TEST_EXE names it,
// else on a downloaded desktop VS Code (VSCODE_TEST_VERSION picks which; `engines.vscode` says the oldest).
import { mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { defineConfig } from "@vscode/test-cli";

const executable = process.env.VSCODE_TEST_EXE;
// Short names, because sockets are made in these folders.
const folder = (name) => mkdtempSync(path.join(os.tmpdir(), `cal-${name}-`));

export default defineConfig({
  files: ".cache/host-tests/test/editor/host/**/*.test.cjs",
  extensionDevelopmentPath: import.meta.dirname,
  workspaceFolder: folder("ws"),
  launchArgs: [`--user-data-dir=${folder("user")}`, `--extensions-dir=${folder("ext")}`],
  skipExtensionDependencies: true,
  env: { CALCIFER_HOME: folder("home") },
  mocha: {
    ui: "bdd",
    timeout: 20_000,
    reporter: path.join(import.meta.dirname, ".cache/host-tests/scripts/mocha-reporter.cjs"),
  },
  ...(executable
    ? { useInstallation: { fromPath: executable } }
    : { version: process.env.VSCODE_TEST_VERSION ?? "stable" }),
});
