// How @vscode/test-cli runs the in-host tests: on the headless VS Code of scripts/editor when VSCODE_TEST_EXE names it,
// else on a downloaded desktop VS Code (VSCODE_TEST_VERSION picks which; `engines.vscode` says the oldest).
import { mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { defineConfig } from "@vscode/test-cli";

const executable = process.env.VSCODE_TEST_EXE;
// Short names, because sockets are made in these folders.
const folder = (name) => realpathSync(mkdtempSync(path.join(os.tmpdir(), `cal-${name}-`)));
const gitConfig = path.join(folder("git"), "config");
writeFileSync(gitConfig, "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n");

export default defineConfig({
  files: ".cache/host-tests/test/editor/host/**/*.test.cjs",
  extensionDevelopmentPath: import.meta.dirname,
  workspaceFolder: folder("ws"),
  launchArgs: [`--user-data-dir=${folder("user")}`, `--extensions-dir=${folder("ext")}`],
  skipExtensionDependencies: true,
  env: { CALCIFER_HOME: folder("home"), GIT_CONFIG_GLOBAL: gitConfig, GIT_CONFIG_NOSYSTEM: "1" },
  mocha: {
    ui: "bdd",
    timeout: 20_000,
    reporter: path.join(import.meta.dirname, ".cache/host-tests/scripts/mocha-reporter.cjs"),
  },
  ...(executable
    ? { useInstallation: { fromPath: executable } }
    : { version: process.env.VSCODE_TEST_VERSION ?? "stable" }),
});
