// Starts the real VS Code server, quietly, and opens its workbench in headless Chromium.
// Knows VS Code's flags and settings, nothing of Calcifer.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Browser, chromium, type Page } from "playwright-core";
import { getChromium } from "./get-chromium.ts";
import { getVsCode } from "./get-vscode.ts";

/** Settings that keep everything away that would appear by itself. Written before the server starts: later edits are not always noticed. */
const quietSettings = {
  "chat.commandCenter.enabled": false,
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.autofetch": false,
  "git.openRepositoryInParentFolders": "never",
  "remote.autoForwardPorts": false,
  "security.workspace.trust.enabled": false,
  "telemetry.feedback.enabled": false,
  "telemetry.telemetryLevel": "off",
  // Rendered as DOM, so that a test can read what the terminal shows.
  "terminal.integrated.gpuAcceleration": "off",
  "update.mode": "none",
  "window.autoDetectColorScheme": false,
  "workbench.colorTheme": "Dark 2026",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.experimentalOnboarding": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
};

const quietFlags = [
  "--accept-server-license-terms",
  "--disable-experiments",
  "--disable-telemetry",
  "--disable-update-check",
  "--disable-workspace-trust",
  "--without-connection-token",
];

export type ServerOptions = {
  /** Everything the server writes, sockets included: keep the path short. */
  dataFolder: string;
  /** Needed to load an extension from source; silently suppresses toasts, refuses modal dialogs and stays in the light theme. */
  driver?: boolean;
  flags?: string[];
  environment?: { [name: string]: string };
  settings?: { [key: string]: unknown };
};

export type Server = {
  port: number;
  /** All it printed so far. */
  output: () => string;
  stop: () => Promise<void>;
};

export async function startServer(options: ServerOptions): Promise<Server> {
  writeSettings(options);
  const port = await freePort();
  const server = spawnServer(port, options);
  let output = "";
  server.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
  server.stderr?.setEncoding("utf8").on("data", (text) => (output += text));
  // A harness that crashes must not leave a server behind.
  const kill = () => server.kill("SIGKILL");
  process.once("exit", kill);
  server.once("exit", () => process.off("exit", kill));
  await answers(server, port, () => output);
  return { port, output: () => output, stop: () => stop(server) };
}

function writeSettings({ dataFolder, settings }: ServerOptions): void {
  const folder = path.join(dataFolder, "data/User");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify({ ...quietSettings, ...settings }, null, 1));
}

function spawnServer(port: number, { dataFolder, driver, flags, environment }: ServerOptions): ChildProcess {
  const main = path.join(getVsCode(), "out/server-main.js");
  const where = ["--host", "127.0.0.1", "--port", String(port), "--server-data-dir", dataFolder];
  const driving = driver ? ["--enable-smoke-test-driver"] : [];
  return spawn(process.execPath, [main, ...where, ...quietFlags, ...driving, ...(flags ?? [])], {
    env: {
      ...process.env,
      EXTENSIONS_GALLERY: "{}",
      // VS Code leaves sockets in both.
      TMPDIR: dataFolder,
      XDG_RUNTIME_DIR: dataFolder,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function answers(server: ChildProcess, port: number, output: () => string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && server.exitCode === null && server.signalCode === null) {
    const response = await fetch(`http://127.0.0.1:${port}/version`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(50);
  }
  server.kill("SIGKILL");
  throw new Error(`VS Code's server did not start:\n${output()}`);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill();
  await gone;
}

export async function launchBrowser(): Promise<Browser> {
  const { executable, environment } = await getChromium();
  return chromium.launch({
    executablePath: executable,
    env: { ...process.env, ...environment },
    // No sandbox: tests run as root in containers.
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
  });
}

export type Workbench = {
  page: Page;
  /** The exit status of the in-host test run, when `testsPath` was given. */
  testsEnded: Promise<number>;
};

export type WorkbenchOptions = {
  port: number;
  folder?: string;
  /** Extensions to load from source. */
  extensions?: string[];
  /** A module with `run()`, called inside the extension host. */
  testsPath?: string | undefined;
  /** What tests print, in the form of console.log's arguments. */
  log?: (words: unknown[]) => void;
};

export async function openWorkbench(browser: Browser, options: WorkbenchOptions): Promise<Workbench> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  const ended = Promise.withResolvers<number>();
  // Names that VS Code's test driver calls.
  await page.exposeFunction("codeAutomationLog", (_kind: string, words: unknown[]) => options.log?.(words));
  await page.exposeFunction("codeAutomationExit", (status: number) => ended.resolve(status));
  await page.goto(address(options));
  return { page, testsEnded: ended.promise };
}

function address({ port, folder = "", extensions = [], testsPath }: WorkbenchOptions): string {
  const remote = (file: string) => `vscode-remote://127.0.0.1:${port}${file}`;
  const payload = extensions.map((extension) => ["extensionDevelopmentPath", remote(extension)]);
  if (testsPath) payload.push(["extensionTestsPath", remote(testsPath)]);
  const query = new URLSearchParams({ folder, ...(payload.length > 0 && { payload: JSON.stringify(payload) }) });
  // VS Code takes the folder literally: no `+` for a space, no %2F for a slash.
  return `http://127.0.0.1:${port}/?${query.toString().replaceAll("+", "%20").replaceAll("%2F", "/")}`;
}
