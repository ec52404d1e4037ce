// Starts the real VS Code server, quietly, and opens its workbench in headless Chromium.
// Knows VS Code's flags and settings, nothing of Calcifer.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
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
];

/** Trust is asked for, but nobody is disturbed by the question: a folder opens in Restricted Mode. */
const trustSettings = {
  "security.workspace.trust.banner": "never",
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
};

const isWindows = process.platform === "win32";

export type ServerOptions = {
  /** Everything the server writes, sockets included: keep the path short. */
  dataFolder: string;
  /** Needed to load an extension from source; silently suppresses toasts, refuses modal dialogs and stays in the light theme. */
  driver?: boolean;
  /** Workspaces have to be trusted, as on a desktop. Without it everything is. */
  trust?: boolean;
  /** What a browser must know to get in. Without it whoever reaches the port does. */
  token?: string;
  flags?: string[];
  environment?: { [name: string]: string };
  settings?: { [key: string]: unknown };
};

export type Server = {
  port: number;
  /** All it printed so far. */
  output: () => string;
  /** Resolves when it is gone, for whatever reason. */
  ended: Promise<unknown>;
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
  const kill = () => signal(server, "SIGKILL");
  process.once("exit", kill);
  server.once("exit", () => process.off("exit", kill));
  const ended = new Promise((resolve) => server.once("exit", resolve));
  await answers(server, port, () => output);
  return { port, output: () => output, ended, stop: () => stop(server) };
}

/** Installs an extension from its package, for servers with the same data folder. */
export async function installVsix(dataFolder: string, vsix: string): Promise<void> {
  const flags = ["--accept-server-license-terms", "--server-data-dir", dataFolder, "--install-extension", vsix];
  const ran = promisify(execFile)(process.execPath, [serverMain(), ...flags], { env: environmentOf({ dataFolder }) });
  const { stdout, stderr } = await ran;
  // It says what went wrong and ends with 0.
  if (!stdout.includes("successfully installed")) throw new Error(`${vsix} was not installed:\n${stdout}${stderr}`);
}

function writeSettings({ dataFolder, trust, settings }: ServerOptions): void {
  const folder = path.join(dataFolder, "data/User");
  mkdirSync(folder, { recursive: true });
  const all = { ...quietSettings, ...(trust && trustSettings), ...settings };
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify(all, null, 1));
}

function spawnServer(port: number, options: ServerOptions): ChildProcess {
  const { dataFolder, driver, trust, token, flags = [] } = options;
  const all = [
    "--host=127.0.0.1",
    `--port=${port}`,
    `--server-data-dir=${dataFolder}`,
    ...quietFlags,
    ...(token === undefined ? ["--without-connection-token"] : ["--connection-token", token]),
    ...(trust ? [] : ["--disable-workspace-trust"]),
    ...(driver ? ["--enable-smoke-test-driver"] : []),
    ...flags,
  ];
  const env = environmentOf(options);
  // A group of its own, to be ended as one: an extension host that outlives its server starts daemons anew.
  return spawn(process.execPath, [serverMain(), ...all], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: !isWindows,
  });
}

function serverMain(): string {
  return path.join(getVsCode(), "out/server-main.js");
}

function environmentOf({ dataFolder, environment }: ServerOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    EXTENSIONS_GALLERY: "{}",
    // VS Code leaves sockets in both.
    TMPDIR: dataFolder,
    XDG_RUNTIME_DIR: dataFolder,
    ...environment,
  };
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
  signal(server, "SIGKILL");
  throw new Error(`VS Code's server did not start:\n${output()}`);
}

/** Ends the server with all it has started but daemons and terminals, which are groups of their own. */
async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    const gone = new Promise((resolve) => server.once("exit", resolve));
    const late = setTimeout(() => signal(server, "SIGKILL"), 5000);
    signal(server, "SIGTERM");
    await gone;
    clearTimeout(late);
  }
  signal(server, "SIGKILL");
}

/** For the server's whole group, where there are groups. */
function signal(server: ChildProcess, name: NodeJS.Signals): void {
  if (isWindows || server.pid === undefined) server.kill(name);
  else
    try {
      process.kill(-server.pid, name);
    } catch {
      // Nobody is left.
    }
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
  /** What to open: a folder, or a `.code-workspace` file. */
  folder?: string;
  workspace?: string;
  /** 1400 × 900, if left out. */
  viewport?: { width: number; height: number };
  /** Extensions to load from source. */
  extensions?: string[];
  /** A module with `run()`, called inside the extension host. */
  testsPath?: string | undefined;
  /** What tests print, in the form of console.log's arguments. */
  log?: (words: unknown[]) => void;
};

export async function openWorkbench(browser: Browser, options: WorkbenchOptions): Promise<Workbench> {
  const context = await browser.newContext({ viewport: options.viewport ?? { width: 1400, height: 900 } });
  const page = await context.newPage();
  const ended = Promise.withResolvers<number>();
  // Names that VS Code's test driver calls.
  await page.exposeFunction("codeAutomationLog", (_kind: string, words: unknown[]) => options.log?.(words));
  await page.exposeFunction("codeAutomationExit", (status: number) => ended.resolve(status));
  await page.goto(address(options));
  if (options.workspace !== undefined) await foldersOf(page);
  return { page, testsEnded: ended.promise };
}

/**
 * Waits for the folders of a workspace. A browser that sees a workspace for the first time may read it before VS Code's
 * server can be asked, and then shows none, for ever: one in ten times. From the second time on it remembers them.
 */
async function foldersOf(page: Page): Promise<void> {
  const folder = page.locator(".explorer-folders-view .monaco-list-row").first();
  const shown = () =>
    folder.waitFor({ timeout: 5000 }).then(
      () => true,
      () => false,
    );
  for (let tries = 0; tries < 3 && !(await shown()); tries++) await page.reload();
}

function address({ port, folder = "", workspace, extensions = [], testsPath }: WorkbenchOptions): string {
  const remote = (file: string) => `vscode-remote://127.0.0.1:${port}${file}`;
  const payload = extensions.map((extension) => ["extensionDevelopmentPath", remote(extension)]);
  if (testsPath) payload.push(["extensionTestsPath", remote(testsPath)]);
  return workbenchUrl(port, {
    ...(workspace === undefined ? { folder } : { workspace }),
    ...(payload.length > 0 && { payload: JSON.stringify(payload) }),
  });
}

/** Where a browser finds the workbench. @param query `folder` or `workspace`, `tkn` and the like */
export function workbenchUrl(port: number, query: { [name: string]: string }): string {
  // VS Code takes the folder literally: no `+` for a space, no %2F for a slash.
  const words = new URLSearchParams(query).toString().replaceAll("+", "%20").replaceAll("%2F", "/");
  return `http://127.0.0.1:${port}/?${words}`;
}
