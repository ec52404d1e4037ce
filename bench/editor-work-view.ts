// The view Work with 10,000 items beside 100: its first rows, a search, scrolling; beside VS Code's Explorer with 500 files.
import type { Locator } from "playwright-core";
import { type Desk, makeDesk } from "./measure/desk.ts";
import { Editor } from "./measure/editor.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { type Chain, interleaveChains, p95 } from "./measure/series.ts";
import type { Bench } from "./measure/stage.ts";
import { pane, rows, seen, type Window } from "./measure/window.ts";

type Size = "few" | "many";
type Name = `${Size} ${"first" | "search" | "clear"}` | "more" | "page gap" | "whole gap" | "files gap";

const item = seen(rows("Work"), "row.ariaLevel === '2'");
/** Of every row: what is shown at all, in one word. */
const signature = `${rows("Work")}.map((row) => row.textContent).join("\\n")`;
/** Words that are in many items, also where there are few. */
const searches = ["update", "certificate", "gateway"];
const files = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`many/file${n}.txt`, `${n}\n`]));
/** Pixels of a row. */
const height = 22;

export default {
  name: "editor-work-view",
  what: "the view Work with 10,000 items, beside 100, and scrolling beside the Explorer with 500 files",
  run: async (bench) => {
    const few = await windows(bench, "few", await makeDesk(bench, 100));
    const many = await windows(bench, "many", await makeDesk(bench, 10_000, files));
    const taken = await interleaveChains<Name>([few, many], { rounds: bench.rounds(8, 2) });
    const grown = (what: string, name: "first" | "search" | "clear") =>
      compare({ what, ours: taken[`many ${name}`], beside: { name: "100 items", series: taken[`few ${name}`] } });
    const grows = (what: string, name: "first" | "search" | "clear") =>
      slope(what, ["100 items", taken[`few ${name}`]], ["10,000", taken[`many ${name}`]]);
    const explorer = { name: "Explorer, 500 files", series: taken["files gap"] };
    return {
      lines: [
        grown("from the click to the first items, 10,000 items", "first"),
        grown("from a search to its rows, 10,000 items", "search"),
        grown("from clearing it to the rows, 10,000 items", "clear"),
        compare({
          what: "Show More: 400 rows, beside the first 100",
          ours: taken.more,
          beside: { name: "first items", series: taken["many first"] },
        }),
        compare({ what: "scrolling 500 rows, p95 of frame gaps", ours: taken["whole gap"], beside: explorer }),
      ],
      slopes: [
        grows("first items", "first"),
        grows("search", "search"),
        slope("scrolling, p95 of gaps", ["100 rows", taken["page gap"]], ["500", taken["whole gap"]]),
      ],
    };
  },
} satisfies Row;

async function windows(bench: Bench, size: Size, { home, repo }: Desk): Promise<Chain<Name>> {
  const editor = await Editor.start(bench, { home });
  return async () => {
    const window = await editor.open(repo);
    await window.settled();
    const first = await window.show("Calcifer", item);
    await window.only("Work");
    const taken: Partial<Record<Name, number | number[]>> = {
      [`${size} first`]: first,
      ...(await search(window, size)),
    };
    if (size === "many") Object.assign(taken, await scrolling(window));
    await editor.close();
    return taken;
  };
}

async function search(window: Window, size: Size): Promise<Partial<Record<Name, number[]>>> {
  const [found, cleared]: [number[], number[]] = [[], []];
  for (const words of searches) {
    found.push(await after(window, () => searchFor(window, words)));
    cleared.push(await after(window, () => searchFor(window, "")));
  }
  return { [`${size} search`]: found, [`${size} clear`]: cleared };
}

async function searchFor(window: Window, words: string): Promise<void> {
  await window.command("Calcifer: Search Work Items");
  const box = window.page.locator(".quick-input-widget:visible");
  await box.locator(".quick-input-title", { hasText: "Search Work Items" }).waitFor();
  await box.locator("input[type=text], .quick-input-box input").first().fill(words);
}

/** Milliseconds from Enter, after something was filled in, to other rows than before. */
async function after(window: Window, fill: () => Promise<void>): Promise<number> {
  await window.page.waitForTimeout(500);
  await fill();
  // Nobody presses Enter in the same moment; what was typed has to reach the extension.
  await window.page.waitForTimeout(500);
  await window.page.evaluate(`void (bench.before = ${signature})`);
  return window.time(() => window.page.keyboard.press("Enter"), `${item} && ${signature} !== bench.before`);
}

async function scrolling(window: Window): Promise<Partial<Record<Name, number>>> {
  const work = `${pane("Work")} .monaco-list`;
  const gap = async (list: string, count: number) => p95(await window.scroll(list, count * height));
  // The other group is folded, so that the rows are those of one.
  await window.page
    .locator(work)
    .locator(".monaco-list-row", { hasText: /^Active/ })
    .first()
    .click();
  await window.until(`!${seen(rows("Work"), "row.textContent.includes('On the desk')")}`);
  const taken: Partial<Record<Name, number>> = { "page gap": await gap(work, 100) };
  const last = window.page.locator(work).locator(".monaco-list-row", { hasText: "Show more" }).first();
  await bottom(window, last);
  await window.page.evaluate(`void (bench.before = ${signature})`);
  taken.more = await window.time(
    () => last.click(),
    `${signature} !== bench.before && !${signature}.includes("Show more")`,
  );
  await window.page.waitForTimeout(500);
  taken["whole gap"] = await gap(work, 500);
  await window.icon("Explorer").click();
  const folder = window.page.locator(".explorer-folders-view .monaco-list-row", { hasText: "many" }).first();
  await folder.click();
  await window.until(
    seen(
      `[...document.querySelectorAll(".explorer-folders-view .monaco-list-row")]`,
      "/^file\\d/.test(row.textContent.trim())",
    ),
  );
  await window.page.waitForTimeout(500);
  taken["files gap"] = await gap(".explorer-folders-view .monaco-list", 500);
  return taken;
}

/** Turns the wheel on, where the pointer is, until the group's last row is there. */
async function bottom(window: Window, last: Locator): Promise<void> {
  for (let turn = 0; turn < 100 && !(await last.isVisible()); turn++) {
    await window.page.mouse.wheel(0, 10 * height);
    await window.page.waitForTimeout(50);
  }
  await last.waitFor();
}
