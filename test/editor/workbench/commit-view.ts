// The view Commit: a page in the side bar.
import { WebPage } from "./web-page.ts";

export class CommitView extends WebPage {
  protected readonly title = "Commit";
  protected readonly behind = "--vscode-sideBar-background";

  async message(text: string): Promise<void> {
    await (await this.at("#message")).fill(text);
  }

  async entry(text: string): Promise<void> {
    await (await this.at("#entry")).fill(text);
  }

  async section(name: string): Promise<void> {
    await (await this.at("select[aria-label=Under]")).selectOption(name);
  }

  /** The lines that CHANGES.md is going to have more. */
  async added(): Promise<string[]> {
    const lines = await this.at(".preview ins");
    await lines.first().waitFor();
    return (await lines.allInnerTexts()).map((line) => line.trim()).filter((line) => line !== "");
  }
}
