// The box at the top of the window: an input that is checked while typing, or rows to pick from.
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { Part } from "./parts.ts";

export class QuickInput extends Part {
  get box(): Locator {
    return this.page.locator(".quick-input-widget:visible");
  }

  get input(): Locator {
    return this.box.locator("input[type=text], .quick-input-box input").first();
  }

  get title(): Locator {
    return this.box.locator(".quick-input-title");
  }

  /** What is said below an input: the prompt, or what is wrong. */
  get message(): Locator {
    return this.box.locator(".quick-input-message");
  }

  get rows(): Locator {
    return this.box.locator(".monaco-list-row");
  }

  row(words: string | RegExp): Locator {
    return this.rows.filter({ hasText: words }).first();
  }

  /** Waits for the box that has this title. */
  async open(title: string | RegExp): Promise<this> {
    await this.title.filter({ hasText: title }).waitFor();
    return this;
  }

  async type(text: string): Promise<void> {
    await this.input.fill(text);
  }

  async accept(): Promise<void> {
    await this.page.keyboard.press("Enter");
  }

  async answer(text: string): Promise<void> {
    await this.type(text);
    await this.accept();
  }

  async pick(words: string | RegExp): Promise<void> {
    await this.row(words).click();
  }

  async escape(): Promise<void> {
    await this.page.keyboard.press("Escape");
    await this.box.waitFor({ state: "hidden" });
  }

  async says(words: RegExp): Promise<void> {
    await this.message.filter({ hasText: words }).waitFor();
  }

  /** Runs a command of the palette by its name; it has to be offered. */
  async command(name: string): Promise<void> {
    const row = this.rows.first();
    const deadline = Date.now() + 15_000;
    for (;;) {
      await this.page.keyboard.press("F1");
      await this.input.waitFor();
      await this.input.fill(`>${name}`);
      try {
        await row.filter({ hasText: name }).waitFor({ timeout: 3000 });
        break;
      } catch (error) {
        // The list is made when it opens: a command that is offered only since then is not in it.
        if (Date.now() > deadline) throw error;
        await this.escape();
      }
    }
    assert.match((await row.getAttribute("aria-label")) ?? "", new RegExp(name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
    await this.accept();
  }

  /** Commands of Calcifer that the palette offers. */
  async commands(): Promise<string[]> {
    await this.page.keyboard.press("F1");
    await this.input.fill(">Calcifer: ");
    await this.row(/^Calcifer: /).waitFor();
    const first = await this.rows.allInnerTexts();
    // Only rows in sight are there.
    await this.page.keyboard.press("ArrowUp");
    const last = await this.rows.allInnerTexts();
    await this.escape();
    return [...new Set([...first, ...last])].map((row) => row.split("\n")[0] ?? "");
  }
}
