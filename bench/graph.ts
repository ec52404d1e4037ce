// The graph of 200 services beside 20: asked over the socket, and drawn in a window, from the command to its last box.
import { makeDesk } from "./measure/desk.ts";
import { Editor } from "./measure/editor.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { type Chain, interleave, interleaveChains } from "./measure/series.ts";
import { addServices } from "./measure/services.ts";
import type { Bench } from "./measure/stage.ts";
import type { Window } from "./measure/window.ts";
import { times, Wire } from "./measure/wire.ts";

type Size = "few" | "many";
type Name = `${Size} paint`;

const counts: Record<Size, number> = { few: 20, many: 200 };
const perTurn = 20;

export default {
  name: "graph",
  what: "the graph of 200 services, beside 20: over the socket, and drawn in a window",
  run: async (bench) => {
    const [few, many] = [await place(bench, "few"), await place(bench, "many")];
    const questions = Array.from({ length: perTurn }, () => ({}));
    const asked = await interleave(
      {
        few: () => times(few.wire, "service.graph", questions),
        many: () => times(many.wire, "service.graph", questions),
      },
      { rounds: bench.rounds(40, 8), warmups: 3 },
    );
    const drawn = await interleaveChains<Name>([few.window, many.window], { rounds: bench.rounds(6, 2), warmups: 0 });
    return {
      lines: [
        compare({
          what: "service.graph, 200 services",
          ours: asked.many,
          beside: { name: "20 services", series: asked.few },
          target: { most: 20 },
        }),
        compare({
          what: "from the command to the last of 200 boxes",
          ours: drawn["many paint"],
          beside: { name: "20 services", series: drawn["few paint"] },
          target: { most: 1000 },
        }),
      ],
      slopes: [
        slope("service.graph", ["20 services", asked.few], ["200", asked.many]),
        slope("drawing", ["20 services", drawn["few paint"]], ["200", drawn["many paint"]]),
      ],
      notes: ["The first webview of a window starts a service worker of VS Code's: the page is opened once before."],
    };
  },
} satisfies Row;

async function place(bench: Bench, size: Size): Promise<{ wire: Wire; window: Chain<Name> }> {
  const { home, repo } = await makeDesk(bench, 10 + counts[size]);
  bench.say(`making ${counts[size]} services`);
  await addServices(home, counts[size]);
  await home.ask("daemon.status");
  const wire = await Wire.open(home.socket);
  bench.afterwards(() => wire.close());
  const editor = await Editor.start(bench, { home });
  const window = async () => {
    const opened = await editor.open(repo);
    await opened.settled();
    await painted(opened, counts[size]);
    await opened.closeEditors();
    const took = await painted(opened, counts[size]);
    await editor.close();
    return { [`${size} paint`]: took };
  };
  return { wire, window };
}

/** From Enter on the command to a page with so many boxes. */
async function painted(window: Window, count: number): Promise<number> {
  await window.page.evaluate(
    `void addEventListener("keydown", (event) => { if (event.key === "Enter") bench.entered = bench.now(); }, true)`,
  );
  await window.command("Calcifer: Show Service Graph");
  const begun = Number(await window.page.evaluate("bench.entered"));
  const asked = `document.querySelectorAll(".box").length >= ${count} ? bench.now() : null`;
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    for (const frame of window.page.frames().slice(1)) {
      const at = await frame.evaluate<number | null>(asked).catch(() => null);
      if (at !== null) return at - begun;
    }
    await window.page.waitForTimeout(10);
  }
  throw new Error("The graph never had its boxes.");
}
