// The Health page: an editor tab.
import type { Locator } from "playwright-core";
import { WebPage } from "./web-page.ts";

export class HealthPage extends WebPage {
  protected readonly title = "Health";
  protected readonly behind = "--vscode-editor-background";

  /** A service of the list. */
  async row(service: string): Promise<Locator> {
    return this.at(`.service[data-service="${service}"]`);
  }

  /** Waits until a service stands like this. */
  async stands(service: string, state: string): Promise<void> {
    const row = await this.row(service);
    await row.locator(".unseen").filter({ hasText: state }).waitFor({ state: "attached" });
  }

  async shows(words: string | RegExp): Promise<void> {
    await (await this.at("#detail")).filter({ hasText: words }).waitFor();
  }
}
