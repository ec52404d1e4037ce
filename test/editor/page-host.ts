// Opens a built page as VS Code would: its document, its policy, a theme, and a host behind the real bridge.
// Where VS Code itself is needed, workbench.test.ts has it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { Bridge, type Doors } from "../../extension/webviews/toolkit/bridge.ts";
import type { StateOf, Words } from "../../extension/webviews/toolkit/envelope.ts";
import { pageHtml } from "../../extension/webviews/toolkit/html.ts";
import { launchBrowser } from "../../scripts/editor/workbench.ts";

const root = path.resolve(import.meta.dirname, "../..");
const origin = "http://webview.test";

/** The colours of VS Code's own themes, as far as the pages use them. */
const themes: Record<string, object> = JSON.parse(readFileSync(path.join(import.meta.dirname, "themes.json"), "utf8"));
const bodyClass: Record<string, string> = {
  dark: "vscode-dark",
  light: "vscode-light",
  contrast: "vscode-high-contrast",
};

export interface Opened<W extends Words> {
  page: Page;
  push: (state: StateOf<W>) => Promise<void>;
  /** what broke the policy of the page, or threw in it */
  complaints: string[];
}

export interface Opening<W extends Words> {
  name: string;
  words: W;
  doors: Pick<Doors<W>, "call" | "functions">;
  state: StateOf<W>;
  theme?: string;
  width?: number;
  height?: number;
  /** what an earlier showing kept */
  kept?: unknown;
  background?: string;
  /** the time it is in the page, without going on */
  now?: string;
  /** the host says nothing by itself */
  silent?: boolean;
}

export async function openPage<W extends Words>(browser: Browser, opening: Opening<W>): Promise<Opened<W>> {
  const { name, words, doors, state, theme = "dark", width = 900, height = 900, kept } = opening;
  const background = opening.background ?? "--vscode-editor-background";
  const context = await browser.newContext({ viewport: { width, height }, timezoneId: "UTC" });
  const page = await context.newPage();
  if (opening.now) await page.clock.setFixedTime(opening.now);
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const post = (message: unknown) => page.evaluate(`window.postMessage(${JSON.stringify(message)})`);
  const bridge = new Bridge(words, { ...doors, post: (message) => void post(message).catch(() => {}) });
  let current = state;
  await page.exposeFunction("hostReceives", async (message: unknown) => {
    if (message !== "ready") await bridge.receive(message);
    else if (!opening.silent) bridge.push(current);
  });
  await page.addInitScript(standIn({ theme: themes[theme] ?? {}, bodyClass: bodyClass[theme], kept, background }));
  await page.route(`${origin}/**`, (route) => {
    const file = new URL(route.request().url()).pathname.slice(1);
    if (file === "") return route.fulfill({ contentType: "text/html", body: documentOf(name, state) });
    return route.fulfill({ path: path.join(root, "dist/webviews", file) });
  });
  await page.goto(`${origin}/`);
  const push = async (next: StateOf<W>) => {
    current = next;
    await post({ state: words.state.parse(next) });
  };
  return { page, push, complaints };
}

function documentOf(name: string, state: unknown): string {
  return pageHtml({
    title: name,
    language: "en",
    source: origin,
    nonce: "1234567890abcdef",
    script: `${origin}/${name}.js`,
    styles: { codicons: `${origin}/codicon.css`, page: `${origin}/${name}.css` },
    first: { state, made: "this document", version: "1.0.0", texts: undefined },
  });
}

interface Given {
  theme: object;
  bodyClass: string | undefined;
  kept: unknown;
  background: string;
}

/** Runs in the page, before its script: what VS Code puts around a webview. */
const standIn = ({ theme, bodyClass: className, kept, background }: Given): string => `
  globalThis.kept = ${JSON.stringify(kept)};
  globalThis.acquireVsCodeApi = () => ({
    postMessage: (message) => hostReceives(message),
    getState: () => kept,
    setState: (state) => { globalThis.kept = structuredClone(state); },
  });
  document.addEventListener("DOMContentLoaded", () => {
    const { style } = document.documentElement;
    for (const [key, value] of Object.entries(${JSON.stringify(theme)})) style.setProperty(key, value);
    style.background = "var(${background})";
    document.body.className = ${JSON.stringify(className)};
  });
`;

/** A browser for the tests of one subject; after each, its pages are closed, and none may have complained. */
export function pagesInBrowser(): <W extends Words>(opening: Opening<W>) => Promise<Opened<W>> {
  let browser: Browser;
  const opened: { complaints: string[]; page: Page }[] = [];
  before("start the browser", async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());
  afterEach("no page broke its policy, or threw", async () => {
    const complaints = opened.flatMap((one) => one.complaints);
    for (const { page } of opened.splice(0)) await page.context().close();
    assert.deepEqual(complaints, []);
  });
  return async (opening) => {
    const one = await openPage(browser, opening);
    opened.push(one);
    return one;
  };
}
