// The document of a webview, whenever it is wanted: VS Code makes a new one when it is hidden and shown again.
import type { Frame, Locator } from "playwright-core";
import { axe, type Violation, webview } from "../pictures.ts";
import { Part } from "./parts.ts";

export abstract class WebPage extends Part {
  protected abstract readonly title: string;
  /** the colour of what is behind it */
  protected abstract readonly behind: string;

  /** Once it shows something. */
  async frame(): Promise<Frame> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      try {
        const frame = await webview(this.page, this.title);
        await frame.locator("#page > *").first().waitFor({ timeout: 2000 });
        return frame;
      } catch (error) {
        // It was replaced while we looked.
        if (Date.now() > deadline) throw error;
      }
    }
  }

  async at(selector: string): Promise<Locator> {
    return (await this.frame()).locator(selector);
  }

  async seen(words: string | RegExp): Promise<void> {
    await (await this.at("body")).filter({ hasText: words }).waitFor();
  }

  async button(name: string | RegExp): Promise<Locator> {
    return this.at("vscode-button").then((all) => all.filter({ hasText: name }));
  }

  async press(name: string | RegExp): Promise<void> {
    await (await this.button(name)).click();
  }

  async checkbox(name: string): Promise<Locator> {
    return (await this.frame()).getByRole("checkbox", { name, exact: true });
  }

  /** Waits until the theme has reached it. @param kind VS Code's class for the theme's kind */
  async isPainted(kind: string): Promise<void> {
    await (await this.at(`body.${kind}`)).waitFor();
  }

  /** What axe finds serious. What VS Code paints behind a page shines through it, which axe does not see. */
  async complaints(): Promise<Violation[]> {
    const frame = await this.frame();
    await frame.evaluate(`document.documentElement.style.background = 'var(${this.behind})'`);
    return axe(frame);
  }
}
