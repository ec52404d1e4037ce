// From no daemon to the first answer, as a client that starts it sees it.
import { addItems } from "./measure/items.ts";
import { makeRepository } from "./measure/repository.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { interleave, timed } from "./measure/series.ts";
import { type Bench, bareNode, type Home } from "./measure/stage.ts";

export default {
  name: "daemon-start",
  what: "daemon cold start to first answer, beside node -e 0",
  run: async (bench) => {
    const [small, large] = [await homeWith(bench, "small", 0), await homeWith(bench, "large", 10_000)];
    const times = await interleave(
      { small: () => firstAnswer(small), large: () => firstAnswer(large), node: () => bareNode(large.env) },
      { rounds: bench.rounds(30, 6), pause: 20 },
    );
    const node = { name: "node -e 0", series: times.node };
    return {
      lines: [
        compare({ what: "start to first answer, 10,000 items", ours: times.large, beside: node, target: { ratio: 4 } }),
        compare({ what: "the same, empty database", ours: times.small, beside: node }),
      ],
      slopes: [slope("start to first answer", ["empty", times.small], ["10,000 items", times.large])],
    };
  },
} satisfies Row;

async function homeWith(bench: Bench, name: string, items: number): Promise<Home> {
  const home = bench.home(name);
  const repo = makeRepository(`${home.folder}/repo`, { commits: 10, files: 100 }, home.env);
  await home.ask("service.add", { path: repo, commit: true });
  await addItems(home, items);
  return home;
}

async function firstAnswer(home: Home): Promise<number> {
  const time = await timed(() => home.ask("daemon.status"));
  await home.stop();
  return time;
}
