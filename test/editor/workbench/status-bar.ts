// Calcifer's entries in the status bar.
import type { Locator } from "playwright-core";
import { Part } from "./parts.ts";

export class StatusBar extends Part {
  get item(): Locator {
    return this.page.locator('.statusbar-item[id="calcifer.calcifer.calcifer.item"]');
  }

  get check(): Locator {
    return this.page.locator('.statusbar-item[id="calcifer.calcifer.calcifer.check"]');
  }

  /** Only while a service is down. */
  get health(): Locator {
    return this.page.locator('.statusbar-item[id="calcifer.calcifer.calcifer.health"]');
  }

  /** Waits until it reads like this. */
  async shows(item: string | RegExp, check?: string | RegExp): Promise<void> {
    await this.item.filter({ hasText: item }).filter({ visible: true }).waitFor();
    if (check !== undefined) await this.check.filter({ hasText: check }).filter({ visible: true }).waitFor();
  }
}
