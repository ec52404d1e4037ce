// VS Code's own Source Control: its message box, its button, its files.
import type { Locator } from "playwright-core";
import { Part } from "./parts.ts";

export class SourceControl extends Part {
  async show(): Promise<void> {
    await this.page.keyboard.press("Control+Shift+G");
    await this.box.waitFor();
  }

  get box(): Locator {
    return this.page.locator(".scm-view .scm-input .monaco-editor").first();
  }

  row(words: string | RegExp): Locator {
    return this.page.locator(".scm-view .monaco-list-row").filter({ hasText: words }).first();
  }

  /** Commits everything, with its button. */
  async commit(message: string): Promise<void> {
    await this.box.click();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.type(message);
    await this.page.locator(".scm-view .button-container .monaco-button", { hasText: "Commit" }).first().click();
  }
}
