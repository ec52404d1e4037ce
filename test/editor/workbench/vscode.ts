// A VS Code with the extension installed from its package, as a person has it: no test driver, toasts and dialogs are real.
import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import {
  installVsix,
  launchBrowser,
  openWorkbench,
  type Server,
  startServer,
} from "../../../scripts/editor/workbench.ts";
import { here, makePackages } from "../../../scripts/package.ts";
import { Place } from "./place.ts";
import { Window } from "./window.ts";

export interface WindowOptions {
  /** Makes what is there before the window opens. @returns the folder, or `.code-workspace` file, to open */
  prepare: (place: Place) => Promise<string>;
  settings?: Record<string, unknown>;
  trust?: boolean;
}

const viewport = { width: 1280, height: 800 };

let packed: Promise<string> | undefined;
/** Of this platform, made once. */
function vsix(): Promise<string> {
  packed ??= makePackages([here()]).then((made) => made.get(here()) ?? "");
  return packed;
}

let browser: Promise<Browser> | undefined;
/** Called by mocha when all the files are through. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export async function openVsCode({ prepare, settings, trust }: WindowOptions): Promise<VsCode> {
  const place = new Place();
  const data = place.path("vscode");
  mkdirSync(data);
  const [opened] = await Promise.all([prepare(place), vsix().then((file) => installVsix(data, file))]);
  const server = await startServer({
    dataFolder: data,
    environment: place.env,
    settings: { ...ours, ...settings },
    ...(trust && { trust }),
  });
  browser ??= launchBrowser();
  const what = opened.endsWith(".code-workspace") ? { workspace: place.path(opened) } : { folder: place.path(opened) };
  const { page } = await openWorkbench(await browser, { port: server.port, ...what, viewport });
  // Below what mocha grants a test, so that it is said what was waited for.
  page.setDefaultTimeout(12_000);
  return new VsCode(place, server, new Window(page));
}

const ours = {
  "editor.minimap.enabled": false,
  "git.confirmSync": false,
  "workbench.reduceMotion": "on",
};

export class VsCode {
  readonly place: Place;
  readonly window: Window;
  readonly #server: Server;

  constructor(place: Place, server: Server, window: Window) {
    this.place = place;
    this.#server = server;
    this.window = window;
  }

  async close(): Promise<void> {
    await this.window.page.context().close();
    await this.#server.stop();
    await this.place.leave();
  }
}
