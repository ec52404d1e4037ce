// The page of a work item: an editor tab.
import type { Locator, Page } from "playwright-core";
import { WebPage } from "./web-page.ts";

export class ItemPage extends WebPage {
  protected readonly title: string;
  protected readonly behind = "--vscode-editor-background";

  constructor(page: Page, id: number) {
    super(page);
    this.title = `#${id}`;
  }

  async heading(): Promise<string> {
    return (await this.at("textarea.title")).inputValue();
  }

  /** The points of the checklist in their order. */
  async points(): Promise<string[]> {
    const boxes = await this.at(".checklist input[type=checkbox]");
    return Promise.all((await boxes.all()).map(async (box) => (await box.getAttribute("aria-label")) ?? ""));
  }

  async notes(): Promise<Locator> {
    return this.at("#notes");
  }
}
