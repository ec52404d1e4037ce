// What VS Code tells without being asked: toasts at the lower right, and dialogs that want an answer.
import type { Locator } from "playwright-core";
import { Part } from "./parts.ts";
import { words as read } from "./words.ts";

export class Toasts extends Part {
  get all(): Locator {
    return this.page.locator(".notification-toast:visible");
  }

  saying(words: string | RegExp): Locator {
    return this.all.filter({ hasText: words });
  }

  /** The whole sentence, once it is there. */
  async read(words: string | RegExp): Promise<string> {
    const toast = this.saying(words).first();
    await toast.waitFor();
    return read(toast.locator(".notification-list-item-message"));
  }

  async press(words: string | RegExp, button: string): Promise<void> {
    await this.saying(words).first().getByRole("button", { name: button, exact: true }).click();
  }

  async dismiss(words: string | RegExp): Promise<void> {
    const toast = this.saying(words).first();
    await toast.hover();
    await toast.locator(".action-label.codicon-notifications-clear").click();
    await toast.waitFor({ state: "detached" });
  }

  /** Nothing is left over for the next one. */
  async clear(): Promise<void> {
    while ((await this.all.count()) > 0) await this.dismiss(/./);
  }
}

export class Dialog extends Part {
  get box(): Locator {
    return this.page.locator(".monaco-dialog-box");
  }

  /** All that is said, beside the buttons. */
  get words(): Locator {
    return this.box.locator(".dialog-message-container");
  }

  async says(words: string | RegExp): Promise<string> {
    await this.words.filter({ hasText: words }).waitFor();
    return read(this.words);
  }

  async press(button: string): Promise<void> {
    await this.box.getByRole("button", { name: button, exact: true }).click();
    await this.box.waitFor({ state: "detached" });
  }
}
