// `npm start -- --editor`: a real VS Code with the extension and sample repositories; gone without a trace at the end.
// The desktop's, if it has one; else, or with --editor=browser, the server from npm for a browser.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { here, makePackages } from "../package.ts";
import { SampleHome } from "../samples.ts";
import { installVsix, startServer, workbenchUrl } from "./workbench.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** What was opened. */
interface Opened {
  /** resolves when a person has closed it */
  closed: Promise<unknown>;
  close: () => Promise<void>;
}

async function open(sample: SampleHome, workspace: string): Promise<Opened> {
  const inBrowser = process.argv.includes("--editor=browser") || !hasDesktop();
  return inBrowser ? openInBrowser(sample, workspace) : openOnDesktop(sample, workspace);
}

/** Inside a window of VS Code's that is connected elsewhere, `code` is another program. */
function hasDesktop(): boolean {
  return !process.env.VSCODE_IPC_HOOK_CLI && spawnSync("code", ["--version"], { stdio: "ignore" }).status === 0;
}

async function openOnDesktop({ folder, env }: SampleHome, workspace: string): Promise<Opened> {
  const own = ["--user-data-dir", path.join(folder, "user"), "--extensions-dir", path.join(folder, "extensions")];
  const quiet = ["--disable-workspace-trust", "--skip-welcome", "--skip-release-notes", "--new-window", "--wait"];
  const window = spawn("code", [`--extensionDevelopmentPath=${root}`, ...own, ...quiet, workspace], {
    // A window needs its owner's home, for the screen's sake.
    env: { ...env, HOME: process.env.HOME },
    stdio: "inherit",
  });
  console.log("VS Code opens. Close its window, or press Ctrl+C here, to end the demonstration.");
  const closed = ended(window);
  const close = async () => {
    window.kill();
    await closed;
  };
  return { closed, close };
}

async function openInBrowser({ folder, env }: SampleHome, workspace: string): Promise<Opened> {
  const dataFolder = path.join(folder, "vscode");
  const vsix = (await makePackages([here()])).get(here());
  await installVsix(dataFolder, vsix ?? "");
  const token = randomBytes(16).toString("hex");
  const { HOME, CALCIFER_HOME, GIT_CONFIG_GLOBAL, GIT_CONFIG_NOSYSTEM } = env as Record<string, string>;
  const environment = { HOME, CALCIFER_HOME, GIT_CONFIG_GLOBAL, GIT_CONFIG_NOSYSTEM } as Record<string, string>;
  const server = await startServer({ dataFolder, token, environment });
  console.log(`VS Code with two sample services, for your browser (Ctrl+C ends it and removes everything):

  ${workbenchUrl(server.port, { tkn: token, workspace })}

Should it say “No Folder Opened”, reload the page: VS Code in a browser may miss a workspace the first time.`);
  return { closed: server.ended, close: server.stop };
}

function ended(process: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => process.once("exit", resolve).once("error", resolve));
}

const stopped = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
});
const sample = new SampleHome("cal-");
try {
  const opened = await open(sample, sample.workspace());
  await Promise.race([opened.closed, stopped]);
  await opened.close();
} catch (error) {
  console.error(`The demonstration stopped: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  sample.leave();
}
// The handlers of signals would keep us here.
process.exit();
