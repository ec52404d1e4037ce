// What a person reads on the page.
import type { Locator } from "playwright-core";

/** As it is laid out, once it is there; not what the DOM has that nobody sees. */
export async function words(at: Locator): Promise<string> {
  await at.waitFor();
  return (await at.allInnerTexts()).join(" ").trim();
}
