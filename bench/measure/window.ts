// A window of VS Code, and clocks inside it: from a click to the frame in which something is seen.
// Knows where things are in the workbench; what is timed the rows know.
import { setTimeout as sleep } from "node:timers/promises";
import type { Locator, Page } from "playwright-core";

/** What every document of a window has before its own scripts. A text, as all that runs there: the names of the DOM are not for us. */
export const clock = `
globalThis.bench = {
  now: () => performance.timeOrigin + performance.now(),
  // Milliseconds from the next click or key to the frame in which something is there.
  time: (seen) => new Promise((resolve, reject) => {
    const names = ["click", "keydown"];
    let start;
    const begin = (event) => { start ??= event.timeStamp; };
    for (const name of names) addEventListener(name, begin, true);
    const end = (act) => { for (const name of names) removeEventListener(name, begin, true); act(); };
    const late = performance.now() + 60000;
    const look = () => {
      if (start !== undefined && seen()) end(() => resolve(performance.now() - start));
      else if (performance.now() > late) end(() => reject(new Error("never seen: " + seen)));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }),
  // Begins to note the times between frames; what it returns ends it.
  frames: () => {
    const gaps = [];
    let last, going = true;
    const frame = (at) => {
      if (last !== undefined) gaps.push(at - last);
      last = at;
      if (going) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return () => { going = false; return gaps; };
  },
  shown: (element) => Boolean(element) && element.getClientRects().length > 0 && element.textContent.trim() !== "",
};
addEventListener("click", (event) => { bench.clicked = performance.timeOrigin + event.timeStamp; }, true);
`;

/** Milliseconds of quiet after which a window counts as settled. */
const quiet = 2000;

/** A view of the side bar. Found by its title: its spoken name changes with the description beside it. */
export const pane = (view: string): string => `.pane:has(> .pane-header .title:text-is("${view}"))`;

/** The rows of a view in the side bar, as an expression of the window's document. */
export const rows = (view: string): string =>
  `[...([...document.querySelectorAll(".pane")]
    .find((pane) => pane.querySelector(".pane-header .title")?.textContent === "${view}")
    ?.querySelectorAll(".monaco-list-row") ?? [])]`;

/** Whether some of these rows are seen. @param test an expression of the row */
export const seen = (found: string, test = "true"): string => `${found}.some((row) => bench.shown(row) && (${test}))`;

/** Rows of files in Source Control, or their group: what stands there besides is the box for the message. */
export const sourceControlRows = `[...document.querySelectorAll(".scm-view .resource-group, .scm-view .resource")]`;

/** As VS Code measured it, in milliseconds. */
export interface Activation {
  /** from when it set out to load the code until that was loaded: other extensions may be loaded meanwhile */
  load: number;
  /** the call of activate() until it returned */
  call: number;
  event: string;
}

export class Window {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** A name of the activity bar: Calcifer, Source Control, Explorer. */
  icon(name: string): Locator {
    // Not the label alone, over which a badge may lie.
    return this.page
      .locator(".activitybar .action-item", { has: this.page.locator(`.action-label[aria-label^="${name}"]`) })
      .first();
  }

  /** Resolves when git and, if it is there, Calcifer have said what they have to say, and nothing happens any more. */
  async settled(calcifer = true): Promise<void> {
    const entries = ['[id^="status.scm"]', ...(calcifer ? ['[id="calcifer.calcifer.calcifer.item"]'] : [])];
    for (const entry of entries)
      await this.page.locator(`.statusbar-item${entry}`).first().waitFor({ timeout: 60_000 });
    await sleep(quiet);
  }

  /** Shows a container of the side bar. @returns milliseconds from the click until something is seen */
  async show(name: string, is: string): Promise<number> {
    await this.icon(name).waitFor({ timeout: 60_000 });
    return this.time(() => this.icon(name).click(), is);
  }

  /** Milliseconds from the first click or key of an act to the frame in which something is seen. */
  async time(act: () => Promise<unknown>, is: string): Promise<number> {
    // The clock has to be there before the click: a key overtakes an evaluation that is still on its way.
    await this.page.evaluate(`void (bench.waiting = bench.time(() => ${is}))`);
    await act();
    return Number(await this.page.evaluate("bench.waiting"));
  }

  /** Waits until something is seen. */
  async until(is: string): Promise<void> {
    await this.page.waitForFunction(`(() => ${is})()`, undefined, { timeout: 60_000 });
  }

  /** Folds all views of a container but one. */
  async only(view: string): Promise<void> {
    const open = this.page
      .locator(`.pane-header.expanded:not(:has(.title:text-is("${view}")))`)
      .filter({ visible: true });
    for (let left = await open.count(); left > 0; left = await open.count()) {
      await open.first().locator(".title").click();
      await sleep(200);
    }
    await this.page.mouse.move(640, 450);
  }

  async command(name: string): Promise<void> {
    await this.page.keyboard.press("F1");
    const box = this.page.locator(".quick-input-widget:visible");
    await box.locator("input").first().fill(`>${name}`);
    await box.locator(".monaco-list-row.focused", { hasText: name }).first().waitFor();
    await this.page.keyboard.press("Enter");
  }

  async closeEditors(): Promise<void> {
    await this.command("View: Close All Editors");
    await this.page.locator(".tabs-container .tab").first().waitFor({ state: "detached" });
  }

  /** What VS Code says of activations, under "Startup Performance": the figures of "Running Extensions", in their parts. */
  async activations(): Promise<Map<string, Activation>> {
    await this.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await this.command("Developer: Startup Performance");
    await this.until(
      `[...document.querySelectorAll(".view-line")].some((line) => /System.Info/.test(line.textContent))`,
    );
    const text = await this.#copied("## Extension Activation Stats");
    await this.closeEditors();
    const row = /^\| (\S+) +\| (?:true|false) +\| (-?\d+) +\| (-?\d+) +\| -?\d+ +\| (\S+) +\|/gm;
    return new Map(
      [...text.matchAll(row)].map(([, id = "", load, call, event = ""]) => [
        id,
        { load: Number(load), call: Number(call), event },
      ]),
    );
  }

  /** All of the text of the editor, once that is in it: in the document are only the lines in view. */
  async #copied(part: string): Promise<string> {
    for (let turn = 0; turn < 40; turn++) {
      await this.page.locator(".editor-instance .view-lines").first().click();
      await this.page.keyboard.press("Control+a");
      await this.page.keyboard.press("Control+c");
      const text = String(await this.page.evaluate("navigator.clipboard.readText()"));
      if (text.includes(part)) return text;
      await sleep(250);
    }
    throw new Error(`“${part}” was not in the editor.`);
  }

  /** Turns the wheel over a list, so many pixels down. @returns the times between frames meanwhile */
  async scroll(list: string, pixels: number): Promise<number[]> {
    const box = await this.page.locator(list).filter({ visible: true }).first().boundingBox();
    if (!box) throw new Error(`${list} is not there to be scrolled.`);
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await this.page.mouse.wheel(0, -1_000_000);
    await sleep(300);
    await this.page.evaluate("void (bench.stop = bench.frames())");
    const turns = Math.ceil(pixels / notch);
    for (let turn = 0; turn < turns; turn++) await Promise.all([this.page.mouse.wheel(0, notch), sleep(16)]);
    return (await this.page.evaluate("bench.stop()")) as number[];
  }
}

/** Pixels of one notch of a wheel. */
const notch = 120;
