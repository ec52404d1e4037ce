// VS Code's terminal.
import type { Locator } from "playwright-core";
import { Part } from "./parts.ts";

export class Terminal extends Part {
  get rows(): Locator {
    return this.page.locator(".terminal-wrapper.active .xterm-rows").first();
  }

  async open(): Promise<void> {
    await this.page.keyboard.press("Control+`");
    await this.rows.filter({ hasText: "$" }).waitFor();
  }

  async type(line: string): Promise<void> {
    await this.page.locator(".terminal-wrapper.active textarea").first().focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press("Enter");
  }

  async shows(words: string | RegExp): Promise<void> {
    await this.rows.filter({ hasText: words }).waitFor();
  }
}
