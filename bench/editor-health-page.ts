// The Health page with 500 services beside 50, in a window: from the command to its first rows, a filter, scrolling.
import type { Frame } from "playwright-core";
import { makeDesk } from "./measure/desk.ts";
import { Editor } from "./measure/editor.ts";
import { addWatched } from "./measure/endpoints.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { type Chain, interleaveChains, p95 } from "./measure/series.ts";
import type { Bench } from "./measure/stage.ts";
import type { Window } from "./measure/window.ts";

type Size = "few" | "many";
type What = "first" | "filter" | "gap";
type Name = `${Size} ${What}`;

const counts: Record<Size, number> = { few: 50, many: 500 };
/** Pixels of one notch of a wheel, and of 50 rows. */
const [notch, pixels] = [120, 50 * 34];
const rows = `[...document.querySelectorAll(".service")]`;

export default {
  name: "editor-health-page",
  what: "the Health page with 500 services, beside 50: its first rows, a filter, scrolling",
  run: async (bench) => {
    const chains = [await windows(bench, "few"), await windows(bench, "many")];
    const taken = await interleaveChains<Name>(chains, { rounds: bench.rounds(6, 2), warmups: 0 });
    const line = (what: string, of: What, most: number) => {
      const beside = { name: "50 services", series: taken[`few ${of}`] };
      return compare({ what, ours: taken[`many ${of}`], beside, target: { most } });
    };
    const grows = (what: string, of: What) =>
      slope(what, ["50 services", taken[`few ${of}`]], ["500", taken[`many ${of}`]]);
    return {
      lines: [
        line("from the command to the first rows, 500 services", "first", 1000),
        line("from a letter in the filter to its rows", "filter", 100),
        line("scrolling 50 rows, p95 of frame gaps", "gap", 34),
      ],
      slopes: [grows("first rows", "first"), grows("filter", "filter"), grows("scrolling", "gap")],
      notes: ["The first webview of a window starts a service worker of VS Code's: the page is opened once before."],
    };
  },
} satisfies Row;

async function windows(bench: Bench, size: Size): Promise<Chain<Name>> {
  const { home, repo } = await makeDesk(bench, 10 + counts[size]);
  bench.say(`filling a database with ${counts[size]} watched services`);
  await addWatched(home, counts[size]);
  const editor = await Editor.start(bench, { home });
  return async () => {
    const window = await editor.open(repo);
    await window.settled();
    await opened(window);
    await window.closeEditors();
    const { frame, took } = await opened(window);
    const filter = await filtered(frame, window);
    const gap = await scrolled(frame, window);
    await editor.close();
    return { [`${size} first`]: took, [`${size} filter`]: filter, [`${size} gap`]: gap };
  };
}

/** From Enter on the command to the first rows. */
async function opened(window: Window): Promise<{ frame: Frame; took: number }> {
  await window.page.evaluate(
    `void addEventListener("keydown", (event) => { if (event.key === "Enter") bench.entered = bench.now(); }, true)`,
  );
  await window.command("Calcifer: Show Health");
  const begun = Number(await window.page.evaluate("bench.entered"));
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    for (const frame of window.page.frames().slice(1)) {
      const asked = `bench.shown(document.querySelector(".service")) ? bench.now() : null`;
      const at = await frame.evaluate<number | null>(asked).catch(() => null);
      if (at !== null) return { frame, took: at - begun };
    }
    await window.page.waitForTimeout(10);
  }
  throw new Error("The Health page never had a row.");
}

async function filtered(frame: Frame, window: Window): Promise<number> {
  await window.page.waitForTimeout(1000);
  await frame.locator(".search").click();
  await frame.evaluate(`void (bench.before = ${rows}.length)`);
  await frame.evaluate(`void (bench.waiting = bench.time(() => ${rows}.length < bench.before))`);
  await window.page.keyboard.press("7");
  const taken = Number(await frame.evaluate("bench.waiting"));
  await frame.locator(".search").fill("");
  await window.page.waitForTimeout(500);
  return taken;
}

async function scrolled(frame: Frame, window: Window): Promise<number> {
  await frame.locator(".service").nth(3).hover();
  await frame.evaluate("void (bench.stop = bench.frames())");
  for (let done = 0; done < pixels; done += notch)
    await Promise.all([window.page.mouse.wheel(0, notch), window.page.waitForTimeout(16)]);
  return p95((await frame.evaluate("bench.stop()")) as number[]);
}
