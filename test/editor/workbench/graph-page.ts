// The page of the service graph: an editor tab.
import type { Locator } from "playwright-core";
import { WebPage } from "./web-page.ts";

export class GraphPage extends WebPage {
  protected readonly title = "Service Graph";
  protected readonly behind = "--vscode-editor-background";

  async box(service: string): Promise<Locator> {
    return (await this.frame()).getByRole("button", { name: new RegExp(`^${service}, `) });
  }

  /** Waits until a service stands like this. */
  async stands(service: string, state: string): Promise<void> {
    await (await this.box(service)).filter({ hasText: state }).waitFor();
  }

  /** Waits for so many lines. */
  async lines(count: number): Promise<void> {
    await (await this.at("svg > path")).nth(count - 1).waitFor({ state: "attached" });
  }
}
