// What Calcifer adds to the start of a window: loading its code and calling activate(), beside VS Code's own git extension.
import { type Desk, makeDesk } from "./measure/desk.ts";
import { Editor } from "./measure/editor.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { type Chain, interleaveChains } from "./measure/series.ts";
import type { Bench } from "./measure/stage.ts";
import { rows, seen, type Window } from "./measure/window.ts";

const ours = "calcifer.calcifer";
const git = "vscode.git";

type What = "shown" | "own" | "load" | "call";
type Name = `${"fresh" | "restored"} ${"ours" | "git"} ${What}`;

export default {
  name: "editor-activate",
  what: "the extension's activation, beside VS Code's git extension in the same window",
  run: async (bench) => {
    const fresh = await freshWindow(bench, await makeDesk(bench, 0));
    const restored = await restoredWindow(bench, await makeDesk(bench, 10_000));
    const taken = await interleaveChains<Name>([fresh, restored], { rounds: bench.rounds(12, 3) });
    const line = (
      kind: "fresh" | "restored",
      what: What,
      words: string,
      target?: { ratio: number } | { most: number },
    ) =>
      compare({
        what: words,
        ours: taken[`${kind} ours ${what}`],
        beside: { name: "git extension", series: taken[`${kind} git ${what}`] },
        ...(target && { target }),
      });
    return {
      lines: [
        line("fresh", "own", "load + activate(), new window", { ratio: 0.5 }),
        line("fresh", "own", "the same", { most: 60 }),
        line("fresh", "load", "of it loading the code"),
        line("fresh", "call", "of it calling activate()"),
        line("restored", "own", "load + activate(), its views restored, 10,000 items", { ratio: 0.5 }),
        line("restored", "own", "the same", { most: 60 }),
        line("restored", "call", "of it calling activate()"),
        line("fresh", "shown", "as Running Extensions shows it, new window"),
        line("restored", "shown", "as Running Extensions shows it, views restored"),
      ],
      slopes: [
        slope(
          "load + activate()",
          ["new window", taken["fresh ours own"]],
          ["views restored, 10,000 items", taken["restored ours own"]],
        ),
        slope("activate()", ["new window", taken["fresh ours call"]], ["restored", taken["restored ours call"]]),
      ],
      notes: [
        "Loading is taken from VS Code's marks in the extension host, around nothing but require(). What Running Extensions shows begins " +
          "before an await, in which the other extensions of the same activation event are loaded: there it is told only.",
      ],
    };
  },
} satisfies Row;

/** A window that never was there before: Calcifer is activated when VS Code has started. */
async function freshWindow(bench: Bench, { home, repo }: Desk): Promise<Chain<Name>> {
  const editor = await Editor.start(bench, { home });
  return async () => {
    const window = await editor.open(repo);
    await window.settled();
    const taken = await activation("fresh", editor, window);
    await editor.close();
    return taken;
  };
}

/** A window that was left with Calcifer's views open: it is activated for them, and has what they showed to read. */
async function restoredWindow(bench: Bench, { home, repo }: Desk): Promise<Chain<Name>> {
  const editor = await Editor.start(bench, { home });
  let window: Window | undefined;
  return async () => {
    if (!window) {
      window = await editor.open(repo);
      await window.show("Calcifer", seen(rows("Work"), "row.ariaLevel === '2'"));
      // VS Code writes what is remembered every few seconds.
      await window.settled();
      await window.page.waitForTimeout(8000);
    }
    await editor.reload();
    await window.settled();
    return activation("restored", editor, window);
  };
}

async function activation(
  kind: "fresh" | "restored",
  editor: Editor,
  window: Window,
): Promise<Partial<Record<Name, number>>> {
  const shown = await window.activations();
  const marks = await editor.inspect((inspector) => inspector.evaluate<[string, number][]>(marked));
  const at = new Map(marks);
  const figures = Object.entries({ ours, git }).flatMap(([who, id]) => {
    const told = shown.get(id);
    const load = (at.get(`did${id}`) ?? Number.NaN) - (at.get(`will${id}`) ?? Number.NaN);
    if (!told || Number.isNaN(load))
      throw new Error(
        `VS Code does not say how ${id} was activated: ${JSON.stringify([...shown])}, ${JSON.stringify(marks)}`,
      );
    const parts: Record<What, number> = {
      shown: told.load + told.call,
      own: load + told.call,
      load,
      call: told.call,
    };
    return Object.entries(parts).map(([what, time]) => [`${kind} ${who} ${what}`, time]);
  });
  return Object.fromEntries(figures) as Partial<Record<Name, number>>;
}

/** When the code of each extension began to be loaded, and was. */
const marked = `MonacoPerformanceMarks.getMarks()
  .map(({ name, startTime }) => [/^code\\/extHost\\/(will|did)LoadExtensionCode\\/(.*)$/.exec(name), startTime])
  .flatMap(([found, at]) => (found ? [[found[1] + found[2], at]] : []))`;
