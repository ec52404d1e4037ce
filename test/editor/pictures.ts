// Pictures for the README, the pages inside a workbench, and what axe has to say about them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Frame, Page } from "playwright-core";

const folder = path.join(import.meta.dirname, "screenshots");

/**
 * Takes a picture, and keeps it as screenshots/<name>.png when it looks different from the one there: a tree in git is
 * not to change because a letter was smoothed differently.
 * @returns whether it was written
 */
export async function picture(page: Page, name: string): Promise<boolean> {
  const file = path.join(folder, `${name}.png`);
  const taken = await page.screenshot({ animations: "disabled", caret: "hide" });
  const browser = page.context().browser();
  if (existsSync(file) && browser && !(await differ(browser, readFileSync(file), taken))) return false;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, taken);
  return true;
}

/** Whether more than one pixel in a thousand is of noticeably another colour. */
async function differ(browser: Browser, one: Buffer, other: Buffer): Promise<boolean> {
  if (one.equals(other)) return false;
  const page = await browser.newPage();
  try {
    const [a, b] = [one, other].map((png) => JSON.stringify(`data:image/png;base64,${png.toString("base64")}`));
    return (await page.evaluate(`(${comparison})(${a}, ${b})`)) as boolean;
  } finally {
    await page.close();
  }
}

// A text, because it runs in the browser: the names of the DOM are not for the rest of us.
const comparison = `async (one, other) => {
  const pixels = async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await pixels(one), await pixels(other)];
  if (a.width !== b.width || a.height !== b.height) return true;
  let different = 0;
  for (let at = 0; at < a.data.length; at += 4)
    if ([0, 1, 2].some((channel) => Math.abs(a.data[at + channel] - b.data[at + channel]) > 24)) different++;
  return different * 1000 > a.width * a.height;
}`;

/** The document inside a webview of the workbench. @param title its document's title, when there is more than one */
export async function webview(page: Page, title?: string): Promise<Frame> {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    for (const outer of await page.locator("iframe.webview.ready").elementHandles()) {
      const active = await (await outer.contentFrame())?.$("#active-frame");
      const frame = await active?.contentFrame();
      // One that is replaced at this moment has no title.
      if (frame && (title === undefined || (await frame.title().catch(() => undefined)) === title)) return frame;
    }
    await sleep(50);
  }
  throw new Error(title === undefined ? "There is no webview." : `There is no webview with the title “${title}”.`);
}

export interface Violation {
  id: string;
  impact: string;
  help: string;
  /** where it was found, as CSS selectors */
  at: string[];
}

/** What axe finds serious or critical. */
export async function axe(frame: Frame): Promise<Violation[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  // Not a script tag, which the page's content security policy refuses.
  await frame.evaluate(source);
  const { violations } = (await frame.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    violations: (Omit<Violation, "at"> & { nodes: { target: unknown[] }[] })[];
  };
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, help, nodes }) => ({ id, impact, help, at: nodes.map(({ target }) => target.join(" ")) }));
}
