// The text editor that is in front.
import type { Locator } from "playwright-core";
import { Part } from "./parts.ts";

export class Editor extends Part {
  get #here(): Locator {
    return this.page.locator(".editor-group-container.active .monaco-editor[data-uri]").first();
  }

  line(words: string | RegExp): Locator {
    return this.#here
      .locator(".view-line")
      .filter({ hasText: spaced(words) })
      .first();
  }

  get squiggle(): Locator {
    return this.#here.locator(".squiggly-error, .squiggly-warning, .squiggly-info, .squiggly-hint");
  }

  lens(words: string | RegExp): Locator {
    return this.#here.locator(".codelens-decoration").filter({ hasText: words }).first();
  }

  get hover(): Locator {
    return this.page.locator(".monaco-hover:visible");
  }

  suggestion(words: string | RegExp): Locator {
    return this.page.locator(".suggest-widget.visible .monaco-list-row").filter({ hasText: words }).first();
  }

  /** Goes to the next problem and takes a fix for it. */
  async fix(name: RegExp): Promise<void> {
    await this.#here.locator(".view-lines").click();
    await this.page.keyboard.press("F8");
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("Control+.");
    const offered = this.page.locator(".action-widget .monaco-list-row.action").filter({ hasText: name }).first();
    await offered.waitFor();
    await offered.click();
  }
}

/** An editor draws spaces that do not break. */
function spaced(words: string | RegExp): string | RegExp {
  return typeof words === "string"
    ? new RegExp(words.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "\\s"))
    : words;
}
