// The window as a person sees it: its parts by the names they have there.
import type { Locator, Page } from "playwright-core";
import { CommitView } from "./commit-view.ts";
import { Editor } from "./editor.ts";
import { GraphPage } from "./graph-page.ts";
import { HealthPage } from "./health-page.ts";
import { ItemPage } from "./item-page.ts";
import { Dialog, Toasts } from "./notices.ts";
import { QuickInput } from "./quick-input.ts";
import { View } from "./rows.ts";
import { SourceControl } from "./source-control.ts";
import { StatusBar } from "./status-bar.ts";
import { Terminal } from "./terminal.ts";
import { Walkthrough } from "./walkthrough.ts";

export class Window {
  readonly page: Page;
  readonly quick: QuickInput;
  readonly toasts: Toasts;
  readonly dialog: Dialog;
  readonly status: StatusBar;
  readonly now: View;
  readonly commit: CommitView;
  readonly work: View;
  readonly services: View;
  readonly walkthrough: Walkthrough;
  readonly scm: SourceControl;
  readonly terminal: Terminal;
  readonly editor: Editor;

  constructor(page: Page) {
    this.page = page;
    this.quick = new QuickInput(page);
    this.toasts = new Toasts(page);
    this.dialog = new Dialog(page);
    this.status = new StatusBar(page);
    this.now = new View(page, "Now");
    this.commit = new CommitView(page);
    this.work = new View(page, "Work");
    this.services = new View(page, "Services");
    this.scm = new SourceControl(page);
    this.editor = new Editor(page);
    this.terminal = new Terminal(page);
    this.walkthrough = new Walkthrough(page);
  }

  /** Calcifer's, in the activity bar. */
  get icon(): Locator {
    const named = this.page.locator('.action-label[aria-label^="Calcifer"]');
    return this.page.locator(".activitybar .action-item", { has: named });
  }

  get tabs(): Locator {
    return this.page.locator(".tabs-container .tab");
  }

  tab(name: string | RegExp): Locator {
    return this.tabs.filter({ hasText: name });
  }

  /** A row of the view Problems. */
  problem(words: string | RegExp): Locator {
    return this.page.locator(".markers-panel .monaco-list-row").filter({ hasText: words }).first();
  }

  item(id: number): ItemPage {
    return new ItemPage(this.page, id);
  }

  get graph(): GraphPage {
    return new GraphPage(this.page);
  }

  get health(): HealthPage {
    return new HealthPage(this.page);
  }

  /** What the side bar says where no view has anything to show. */
  get welcome(): Locator {
    return this.page.locator(".part.sidebar .welcome-view-content").filter({ visible: true }).first();
  }

  /** A view by its name, to be folded or to be given room. */
  pane(name: string): View {
    return new View(this.page, name);
  }

  /** Takes the pointer to where it points at nothing, and waits until what it had called up is gone. */
  async rest(): Promise<void> {
    await this.page.mouse.move(1100, 18);
    await this.page.locator(".workbench-hover:visible, .monaco-hover:visible").first().waitFor({ state: "hidden" });
  }

  /** Shows Calcifer's views, by the activity bar. */
  async showCalcifer(): Promise<void> {
    await this.icon.click();
    await this.page.locator(".part.sidebar .title-label", { hasText: "Calcifer" }).waitFor();
  }

  /** Makes room in the side bar, by its edge. */
  async widen(width: number): Promise<void> {
    const bar = await this.page.locator(".part.sidebar").boundingBox();
    if (!bar) return;
    const { mouse } = this.page;
    const y = bar.y + bar.height / 2;
    await mouse.move(bar.x + bar.width + 2, y);
    await mouse.down();
    await mouse.move(bar.x + width - 20, y);
    await mouse.move(bar.x + width, y);
    await mouse.up();
    await mouse.move(900, 400);
  }

  /** Changes the colours, as a person does. */
  async theme(name: string): Promise<void> {
    await this.press("Control+K", "Control+T");
    await this.quick.type(name);
    await this.quick.row(name).waitFor();
    await this.quick.accept();
    await this.quick.box.waitFor({ state: "hidden" });
  }

  press(...keys: string[]): Promise<void> {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  type(text: string): Promise<void> {
    return this.page.keyboard.type(text);
  }
}
