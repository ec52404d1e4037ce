// Calcifer's walkthrough, in VS Code's page for them.
import type { Locator } from "playwright-core";
import { Part } from "./parts.ts";

export class Walkthrough extends Part {
  get steps(): Locator {
    return this.page.locator('.getting-started-step[data-step-id^="calcifer.calcifer#start#"]');
  }

  /** Names of the steps that are complete. */
  async complete(): Promise<string[]> {
    const done = this.steps.filter({ has: this.page.locator('[role="checkbox"][aria-checked="true"]') });
    return Promise.all(
      (await done.all()).map(async (step) => ((await step.getAttribute("data-step-id")) ?? "").split("#")[2] ?? ""),
    );
  }

  async completes(step: string): Promise<void> {
    await this.steps
      .and(this.page.locator(`[data-step-id$="#${step}"]`))
      .locator('[role="checkbox"][aria-checked="true"]')
      .waitFor({ state: "attached" });
  }
}
