// From the click on Calcifer in the activity bar to its first row, beside Source Control's in the same kind of window.
import { type Desk, makeDesk } from "./measure/desk.ts";
import { Editor } from "./measure/editor.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { type Chain, interleaveChains } from "./measure/series.ts";
import type { Bench } from "./measure/stage.ts";
import { rows, seen, sourceControlRows, type Window } from "./measure/window.ts";

const containers = {
  ours: { icon: "Calcifer", row: seen(rows("Now")) },
  scm: { icon: "Source Control", row: seen(sourceControlRows) },
};
type Who = keyof typeof containers;
/** The daemon is not there yet; the window was there before and is loaded again; the window has been open for a while. */
type When = "cold" | "reload" | "settled";
type Name = `${"few" | "many"} ${Who} ${When}`;

export default {
  name: "editor-first-item",
  what: "from the click on Calcifer to its first row, beside Source Control",
  run: async (bench) => {
    const few = await windows(bench, "few", await makeDesk(bench, 100), ["ours"]);
    const many = await windows(bench, "many", await makeDesk(bench, 10_000), ["ours", "scm"]);
    const taken = await interleaveChains<Name>([...few, ...many], {
      rounds: bench.rounds(8, 2),
      warmups: bench.rounds(1, 0),
    });
    const line = (when: When, what: string) =>
      compare({
        what,
        ours: taken[`many ours ${when}`],
        beside: { name: "Source Control", series: taken[`many scm ${when}`] },
      });
    const grows = (when: When, what: string) =>
      slope(what, ["100 items", taken[`few ours ${when}`]], ["10,000", taken[`many ours ${when}`]]);
    return {
      lines: [
        line("cold", "clicked as soon as it is there, no daemon yet"),
        line("reload", "clicked as soon as it is there, window loaded again"),
        line("settled", "clicked in a window at rest"),
      ],
      slopes: [
        grows("cold", "first row, no daemon yet"),
        grows("reload", "first row, loaded again"),
        grows("settled", "first row, window at rest"),
      ],
      notes: [
        "Right after opening, the click waits for what VS Code itself still loads; at rest it is the view alone. " +
          "Source Control's first row is that of the changed files: the box above them is always there.",
      ],
    };
  },
} satisfies Row;

async function windows(bench: Bench, size: "few" | "many", desk: Desk, who: Who[]): Promise<Chain<Name>[]> {
  const editor = await Editor.start(bench, { home: desk.home });
  const early = who.map((name) => async () => earlyClicks(editor, desk, size, name));
  return [...early, () => clicksAtRest(editor, desk, size, who)];
}

async function earlyClicks(editor: Editor, { home, repo }: Desk, size: "few" | "many", who: Who) {
  await home.stop();
  const { icon, row } = containers[who];
  const window = await editor.open(repo);
  const cold = await click(window, icon, row);
  await window.settled();
  await window.icon("Explorer").click();
  // VS Code writes what is remembered every few seconds.
  await window.page.waitForTimeout(8000);
  await editor.reload();
  const reload = await click(window, icon, row);
  await editor.close();
  return { [`${size} ${who} cold`]: cold, [`${size} ${who} reload`]: reload } as Partial<Record<Name, number>>;
}

/** Both icons are waited for, so that neither is clicked at an earlier stage of the start than the other. */
async function click(window: Window, icon: string, row: string): Promise<number> {
  await window.icon("Calcifer").waitFor({ timeout: 60_000 });
  return window.show(icon, row);
}

let turn = 0;

async function clicksAtRest(editor: Editor, { home, repo }: Desk, size: "few" | "many", who: Who[]) {
  await home.ask("daemon.status");
  const window = await editor.open(repo);
  await window.settled();
  const taken: Partial<Record<Name, number>> = {};
  // The second one finds the side bar's parts loaded: they take turns in being first.
  for (const name of turn++ % 2 === 0 ? who : who.toReversed()) {
    taken[`${size} ${name} settled`] = await window.show(containers[name].icon, containers[name].row);
    await window.page.waitForTimeout(1000);
  }
  await editor.close();
  return taken;
}
