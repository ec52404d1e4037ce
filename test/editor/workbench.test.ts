// The extension as a person sees it: the workbench in a browser, its status bar, a picture of it.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, openWorkbench, type Server, startServer } from "../../scripts/editor/workbench.ts";
import { stopDaemon } from "./stop-daemon.ts";

const root = path.resolve(import.meta.dirname, "../..");
const pictures = path.join(root, "reports/screenshots");

describe("the extension in the workbench", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "wb-"));
  const home = path.join(folder, "home");
  let server: Server;
  let browser: Browser;
  let page: Page;

  before("open VS Code", async () => {
    const workspace = path.join(folder, "workspace");
    mkdirSync(workspace);
    server = await startServer({ dataFolder: folder, driver: true, environment: { CALCIFER_HOME: home } });
    browser = await launchBrowser();
    ({ page } = await openWorkbench(browser, { port: server.port, folder: workspace, extensions: [root] }));
  });

  after("close VS Code", async () => {
    await browser?.close();
    await server?.stop();
    await stopDaemon(home);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it("shows the daemon's version in the status bar", async () => {
    const item = page.locator('.statusbar-item[id="calcifer.calcifer.calcifer.daemon"]');
    await item.filter({ hasText: /Calcifer \d+\.\d+\.\d+/ }).waitFor();
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: path.join(pictures, "status-bar.png") });
    assert.match((await item.getAttribute("aria-label")) ?? "", /Calcifer/);
  });
});
