// What the extension host holds in memory with Calcifer, its views opened once and then left alone, beside one without it.
import { setTimeout as sleep } from "node:timers/promises";
import { type Desk, makeDesk } from "./measure/desk.ts";
import { Editor } from "./measure/editor.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { type Chain, interleaveChains } from "./measure/series.ts";
import type { Bench } from "./measure/stage.ts";
import { rows, seen, sourceControlRows } from "./measure/window.ts";

/** Milliseconds after which a window is at rest. */
const quiet = 5000;

type Who = "few" | "many" | "without";
type Name = `${Who} ${"resident" | "heap"}`;

export default {
  name: "editor-memory",
  what: "memory of the extension host with Calcifer, beside the same without it",
  run: async (bench) => {
    const [few, many] = [await makeDesk(bench, 100), await makeDesk(bench, 10_000)];
    const chains = [
      await windows(bench, "few", few, true),
      await windows(bench, "many", many, true),
      await windows(bench, "without", many, false),
    ];
    const taken = await interleaveChains<Name>(chains, { rounds: bench.rounds(6, 2), warmups: 0 });
    const line = (who: "few" | "many", kind: "resident" | "heap", what: string) =>
      compare({
        what,
        ours: taken[`${who} ${kind}`],
        beside: { name: "without Calcifer", series: taken[`without ${kind}`] },
        unit: "MiB",
      });
    const grows = (kind: "resident" | "heap") =>
      slope(`${kind} MiB`, ["100 items", taken[`few ${kind}`]], ["10,000", taken[`many ${kind}`]]);
    return {
      lines: [
        line("many", "resident", "extension host, resident, 10,000 items"),
        line("many", "heap", "of it JavaScript's heap, collected, 10,000 items"),
        line("few", "resident", "extension host, resident, 100 items"),
      ],
      slopes: [grows("resident"), grows("heap")],
    };
  },
} satisfies Row;

async function windows(bench: Bench, who: Who, { home, repo }: Desk, calcifer: boolean): Promise<Chain<Name>> {
  const editor = await Editor.start(bench, { home, calcifer });
  return async () => {
    const window = await editor.open(repo);
    await window.settled(calcifer);
    await window.show("Source Control", seen(sourceControlRows));
    if (calcifer) await window.show("Calcifer", seen(rows("Work"), "row.ariaLevel === '2'"));
    await sleep(2000);
    await window.icon("Explorer").click();
    await sleep(quiet);
    const resident = (await editor.host()).residentMiB;
    const heap = await editor.inspect(async (inspector) => {
      await inspector.ask("HeapProfiler.enable");
      await inspector.ask("HeapProfiler.collectGarbage");
      return (await inspector.ask<{ usedSize: number }>("Runtime.getHeapUsage")).usedSize / 2 ** 20;
    });
    await editor.close();
    return { [`${who} resident`]: resident, [`${who} heap`]: heap } as Partial<Record<Name, number>>;
  };
}
