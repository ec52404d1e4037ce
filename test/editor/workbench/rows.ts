// A view of the side bar: its header with actions, its rows, what it says when it has none.
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { Part } from "./parts.ts";

export class View extends Part {
  readonly name: string;

  constructor(page: Part["page"], name: string) {
    super(page);
    this.name = name;
  }

  get pane(): Locator {
    return this.page.locator(".pane", { has: this.header });
  }

  get header(): Locator {
    // Between the two stands what the view is filtered by.
    return this.page.locator(`.pane-header[aria-label^="${this.name}"][aria-label$="Section"]`);
  }

  /** Rows as a person reads them, from top to bottom. */
  get rows(): Locator {
    return this.pane.locator(".monaco-list-row");
  }

  /** The row that shows these words. */
  row(words: string | RegExp): Row {
    return new Row(this.rows.filter({ hasText: words }).first());
  }

  get welcome(): Locator {
    return this.pane.locator(".welcome-view-content").filter({ visible: true });
  }

  /** A button of the header, which shows when the pointer is over the view. */
  async press(action: string): Promise<void> {
    await this.header.hover();
    await this.header.locator(`.action-label[aria-label^=${JSON.stringify(action)}]`).click();
  }

  /** Picks from the header's further actions, through submenus. */
  async overflow(...entries: string[]): Promise<void> {
    await this.header.hover();
    await this.header.locator(".action-label.codicon-toolbar-more").click();
    for (const entry of entries) await choose(this.page, entry);
  }

  async fold(): Promise<void> {
    if ((await this.header.getAttribute("aria-expanded")) === "true") await this.header.locator("h3").click();
  }

  async unfold(): Promise<void> {
    if ((await this.header.getAttribute("aria-expanded")) === "false") await this.header.locator("h3").click();
  }

  async texts(): Promise<string[]> {
    return (await this.rows.allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
  }
}

/** What is used of a browser's globals. */
interface Dom {
  MutationObserver: new (heard: () => void) => { observe(at: unknown, what: object): void; disconnect(): void };
}

export class Row {
  readonly at: Locator;

  constructor(at: Locator) {
    this.at = at;
  }

  async seen(): Promise<this> {
    await this.at.waitFor();
    return this;
  }

  /** Waits until it is drawn as known from before. */
  async dimmed(): Promise<void> {
    await this.at.locator(".monaco-icon-label[class*='monaco-decoration']").waitFor();
  }

  click(): Promise<void> {
    return this.at.click();
  }

  /** Turns the wheel until the row is in sight. */
  async reveal(): Promise<void> {
    const { mouse } = this.at.page();
    const list = this.at.locator("xpath=ancestor::*[contains(@class,'pane-body')]");
    for (let turns = 0; turns < 20; turns++) {
      const [row, around] = [await this.at.boundingBox(), await list.boundingBox()];
      if (!row || !around || row.y + row.height <= around.y + around.height) return;
      await mouse.move(around.x + around.width / 2, around.y + around.height / 2);
      await mouse.wheel(0, row.height * 2);
    }
  }

  /** An inline action, which shows when the pointer is over the row. */
  async press(action: string): Promise<void> {
    const button = this.at.locator(`.action-label[aria-label^=${JSON.stringify(action)}]`);
    const deadline = Date.now() + 10_000;
    await this.at.waitFor();
    await this.#settled();
    for (;;) {
      try {
        await this.reveal();
        await this.at.hover({ timeout: 1000 });
        return await button.click({ timeout: 1000 });
      } catch (error) {
        // The row was drawn anew below the pointer, which then has to move.
        if (Date.now() > deadline) throw error;
        await this.at.page().mouse.move(900, 300);
      }
    }
  }

  /** Waits until its view is drawn: while rows are drawn anew, VS Code calls a command without the row it was clicked on. */
  async #settled(): Promise<void> {
    const view = this.at.locator("xpath=ancestor::*[contains(@class,'pane-body')]");
    await view.evaluate(
      (element) =>
        new Promise<void>((resolve) => {
          const [still, most] = [250, 3000];
          const done = () => {
            observer.disconnect();
            clearTimeout(last);
            resolve();
          };
          let timer = setTimeout(done, still);
          const last = setTimeout(done, most);
          const { MutationObserver: Observer } = globalThis as unknown as Dom;
          const observer = new Observer(() => {
            clearTimeout(timer);
            timer = setTimeout(done, still);
          });
          observer.observe(element, { subtree: true, childList: true, attributes: true, characterData: true });
        }),
    );
  }

  /** What is told while the pointer is over it. */
  async tooltip(words: string | RegExp): Promise<Locator> {
    const page = this.at.page();
    const told = page.locator(".workbench-hover:visible, .monaco-hover:visible").filter({ hasText: words }).first();
    const deadline = Date.now() + 10_000;
    for (;;) {
      await this.at.hover();
      try {
        await told.waitFor({ timeout: 2500 });
        return told;
      } catch (error) {
        // The row was drawn anew below the pointer, which then has to move.
        if (Date.now() > deadline) throw error;
        await page.mouse.move(1100, 18);
      }
    }
  }

  async actions(): Promise<string[]> {
    await this.at.hover();
    const labels = this.at.locator(".actions .action-label[aria-label]");
    return Promise.all((await labels.all()).map(async (one) => (await one.getAttribute("aria-label")) ?? ""));
  }

  /** Picks from the context menu, through submenus. */
  async menu(...entries: string[]): Promise<void> {
    await this.reveal();
    await this.at.click({ button: "right" });
    for (const entry of entries) await choose(this.at.page(), entry);
  }

  /** Drags it onto another one, and lets go when that one shows that it would take it. */
  async drag(onto: Row): Promise<void> {
    const { keyboard, mouse } = this.at.page();
    for (let left = 5; left > 0; left--) {
      await this.#settled();
      await this.reveal();
      await this.at.hover();
      await mouse.down();
      const taken = await this.#moveOnto(onto);
      // A row that was drawn anew below the pointer is not being dragged.
      if (!taken) await keyboard.press("Escape");
      await mouse.up();
      if (taken) return;
    }
    assert.fail("no row took it");
  }

  async #moveOnto(onto: Row): Promise<boolean> {
    const takes = onto.at.and(this.at.page().locator(".drop-target"));
    const { x, y, height } = (await onto.at.boundingBox()) ?? assert.fail("there is no row to drag it onto");
    const deadline = Date.now() + 1500;
    // A row answers to a pointer that moves over it, as a hand's always does.
    for (let nudge = 0; Date.now() < deadline; nudge = 1 - nudge) {
      await this.at.page().mouse.move(x + 60 + nudge, y + height / 2, { steps: 3 });
      if ((await takes.count()) > 0) return true;
    }
    return false;
  }
}

/** Picks an entry of the menu that is open. */
async function choose(page: Page, entry: string): Promise<void> {
  const found = page.locator(".monaco-menu .action-menu-item").filter({ hasText: entry }).first();
  const leadsOn = (await found.getAttribute("aria-haspopup")) === "true";
  await found.click();
  if (leadsOn) return;
  // A menu lets a click go by that comes right after it was opened.
  await found.waitFor({ state: "detached", timeout: 500 }).catch(() => found.click());
}
