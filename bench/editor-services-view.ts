// The view Services with 500 services beside 50: its first rows, one opened, scrolling; beside the Explorer with 500 files.
import { makeDesk } from "./measure/desk.ts";
import { Editor } from "./measure/editor.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { type Chain, interleaveChains, p95 } from "./measure/series.ts";
import { addServices } from "./measure/services.ts";
import type { Bench } from "./measure/stage.ts";
import { pane, rows, seen, type Window } from "./measure/window.ts";

type Size = "few" | "many";
type Name = `${Size} ${"first" | "below"}` | "gap" | "files gap";

const counts: Record<Size, number> = { few: 50, many: 500 };
const files = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`many/file${n}.txt`, `${n}\n`]));
const service = seen(rows("Services"), `row.textContent.includes("service-0")`);
/** Pixels of all rows but those in sight. */
const way = 450 * 22;

export default {
  name: "editor-services-view",
  what: "the view Services with 500 services, beside 50, and scrolling beside the Explorer with 500 files",
  run: async (bench) => {
    const chains = [await windows(bench, "few"), await windows(bench, "many")];
    const taken = await interleaveChains<Name>(chains, { rounds: bench.rounds(8, 2) });
    const grown = (what: string, of: "first" | "below") =>
      compare({ what, ours: taken[`many ${of}`], beside: { name: "50 services", series: taken[`few ${of}`] } });
    const grows = (what: string, of: "first" | "below") =>
      slope(what, ["50 services", taken[`few ${of}`]], ["500", taken[`many ${of}`]]);
    const explorer = { name: "Explorer, 500 files", series: taken["files gap"] };
    return {
      lines: [
        grown("from the click to the first services, 500 services", "first"),
        grown("from a click on a service to what is below, 500 services", "below"),
        compare({ what: "scrolling 500 services, p95 of frame gaps", ours: taken.gap, beside: explorer }),
      ],
      slopes: [grows("first services", "first"), grows("below a service", "below")],
    };
  },
} satisfies Row;

async function windows(bench: Bench, size: Size): Promise<Chain<Name>> {
  const { home, repo } = await makeDesk(bench, 10 + counts[size], size === "many" ? files : {});
  bench.say(`making ${counts[size]} services`);
  await addServices(home, counts[size]);
  const editor = await Editor.start(bench, { home });
  return async () => {
    const window = await editor.open(repo);
    await window.settled();
    const first = await window.show("Calcifer", service);
    await window.only("Services");
    const below = await opened(window);
    const gap = size === "many" ? await scrolled(window) : {};
    await editor.close();
    return { [`${size} first`]: first, [`${size} below`]: below, ...gap };
  };
}

async function opened(window: Window): Promise<number> {
  const row = window.page.locator(`${pane("Services")} .monaco-list-row`, { hasText: "service-003" }).first();
  await window.page.waitForTimeout(500);
  const taken = await window.time(() => row.click(), seen(rows("Services"), `row.ariaLevel === "2"`));
  await row.click();
  await window.until(`!${seen(rows("Services"), `row.ariaLevel === "2"`)}`);
  return taken;
}

async function scrolled(window: Window): Promise<Partial<Record<Name, number>>> {
  const gap = async (list: string) => p95(await window.scroll(list, way));
  await window.page.waitForTimeout(500);
  const ours = await gap(`${pane("Services")} .monaco-list`);
  await window.icon("Explorer").click();
  await window.page.locator(".explorer-folders-view .monaco-list-row", { hasText: "many" }).first().click();
  await window.until(
    seen(
      `[...document.querySelectorAll(".explorer-folders-view .monaco-list-row")]`,
      "/^file\\d/.test(row.textContent.trim())",
    ),
  );
  await window.page.waitForTimeout(500);
  return { gap: ours, "files gap": await gap(".explorer-folders-view .monaco-list") };
}
