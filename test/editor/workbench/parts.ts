// What every part of the workbench is: something on the page that can be found, waited for and read.
import type { Page } from "playwright-core";

export abstract class Part {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }
}
