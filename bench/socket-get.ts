// One item by its number, over the socket, beside a process that only sends back what it gets.
import path from "node:path";
import { addItems } from "./measure/items.ts";
import { makeRepository } from "./measure/repository.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { interleave, median, p99, randomNumbers } from "./measure/series.ts";
import { type Bench, start } from "./measure/stage.ts";
import { times, Wire } from "./measure/wire.ts";

const perTurn = 100;

export default {
  name: "socket-get",
  what: "work.get over the socket with 100,000 items, beside a raw echo",
  run: async (bench) => {
    const [few, many] = [await daemonWith(bench, 10_000), await daemonWith(bench, 100_000)];
    const sample = await many.result<object>("work.get", { item: 1 });
    const echo = await echoes(bench);
    const random = randomNumbers(7);
    const items = (most: number) => Array.from({ length: perTurn }, () => ({ item: 1 + Math.floor(random() * most) }));
    const same = Array.from({ length: perTurn }, () => sample);
    const taken = await interleave(
      {
        few: () => times(few, "work.get", items(10_000)),
        many: () => times(many, "work.get", items(100_000)),
        echo: () => times(echo, "echo", same),
      },
      { rounds: bench.rounds(60, 10), warmups: 10 },
    );
    const beside = { name: "echo of an item", series: taken.echo };
    const what = "work.get, 100,000 items";
    return {
      lines: [
        compare({ what, ours: taken.many, beside, target: { most: 0.3 }, statistic: median }),
        compare({ what, ours: taken.many, beside, target: { most: 2 }, statistic: p99 }),
        compare({ what: "work.get over the echo", ours: taken.many, beside }),
      ],
      slopes: [slope("work.get", ["10,000 items", taken.few], ["100,000", taken.many])],
    };
  },
} satisfies Row;

async function daemonWith(bench: Bench, items: number): Promise<Wire> {
  const home = bench.home(`items${items}`);
  const repo = makeRepository(`${home.folder}/repo`, { commits: 10, files: 100 }, home.env);
  await home.ask("service.add", { path: repo, commit: true });
  bench.say(`filling a database with ${items} items`);
  await addItems(home, items);
  await home.ask("daemon.status");
  const wire = await Wire.open(home.socket);
  bench.afterwards(() => wire.close());
  return wire;
}

async function echoes(bench: Bench): Promise<Wire> {
  const socket = path.join(bench.folder, "echo");
  const { child } = await start([path.join(import.meta.dirname, "measure/echo.ts"), socket], process.env);
  const wire = await Wire.open(socket);
  bench.afterwards(() => {
    wire.close();
    child.kill();
  });
  return wire;
}
