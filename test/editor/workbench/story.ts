// Tests that share one window, in the order a person would do them. A picture is kept of the window in which one failed.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Place } from "./place.ts";
import { closeBrowser, openVsCode, type VsCode, type WindowOptions } from "./vscode.ts";
import type { Window } from "./window.ts";

const reports = path.resolve(import.meta.dirname, "../../../reports");

/** The window of the story that is told. */
export class Story {
  #code: VsCode | undefined;

  get window(): Window {
    return this.#code?.window ?? assert.fail("the window did not open");
  }

  get place(): Place {
    return this.#code?.place ?? assert.fail("the window did not open");
  }

  async open(options: WindowOptions): Promise<void> {
    this.#code = await openVsCode(options);
  }

  async close(): Promise<void> {
    await this.#code?.close();
  }

  async picture(title: string): Promise<void> {
    if (!this.#code) return;
    mkdirSync(reports, { recursive: true });
    const name = title.replaceAll(/[^a-z0-9]+/gi, "-").slice(0, 80);
    await this.window.page.screenshot({ path: path.join(reports, `failed-${name}.png`) });
  }
}

export function story(title: string, options: WindowOptions, tell: (story: Story) => void): void {
  describe(title, () => {
    const now = new Story();
    before("open VS Code", async function () {
      this.timeout(60_000);
      await now.open(options);
    });
    afterEach("take a picture", async function () {
      if (this.currentTest?.state === "failed") await now.picture(this.currentTest.fullTitle());
    });
    after("close VS Code", () => now.close());
    tell(now);
  });
}

// Outside of any suite: after the last file of this run.
after("close the browser", closeBrowser);
