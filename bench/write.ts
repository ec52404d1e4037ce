// An acknowledged work.add beside one durable transaction of SQLite's own, on the same disk.
import path from "node:path";
import Sqlite from "better-sqlite3";
import { addItems } from "./measure/items.ts";
import { makeRepository } from "./measure/repository.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { interleave, p99 } from "./measure/series.ts";
import type { Bench } from "./measure/stage.ts";
import { times, Wire } from "./measure/wire.ts";

const perTurn = 5;

export default {
  name: "write",
  what: "acknowledged write (item and event), beside one SQLite transaction with synchronous=FULL",
  run: async (bench) => {
    const [few, many] = [await daemonWith(bench, 100), await daemonWith(bench, 100_000)];
    const transaction = plainTransaction(bench);
    let n = 0;
    const wishes = () =>
      Array.from({ length: perTurn }, () => ({
        title: `Write number ${++n}`,
        service: "repo",
        description: "What is to be done, in a line.",
      }));
    const taken = await interleave(
      {
        few: () => times(few, "work.add", wishes()),
        many: () => times(many, "work.add", wishes()),
        sqlite: () => transaction(perTurn),
      },
      { rounds: bench.rounds(60, 10) },
    );
    const beside = { name: "SQLite transaction", series: taken.sqlite };
    return {
      lines: [
        compare({ what: "work.add, 100,000 items", ours: taken.many, beside, target: { ratio: 3 } }),
        compare({ what: "work.add, 100,000 items", ours: taken.many, beside, statistic: p99 }),
      ],
      slopes: [slope("work.add", ["100 items", taken.few], ["100,000", taken.many])],
    };
  },
} satisfies Row;

async function daemonWith(bench: Bench, items: number): Promise<Wire> {
  const home = bench.home(`items${items}`);
  const repo = makeRepository(`${home.folder}/repo`, { commits: 10, files: 100 }, home.env);
  await home.ask("service.add", { path: repo, commit: true });
  await addItems(home, items);
  await home.ask("daemon.status");
  const wire = await Wire.open(home.socket);
  bench.afterwards(() => wire.close());
  return wire;
}

/** One row of an item's size and one of an event's, in a transaction that is on the disk when it returns. */
function plainTransaction(bench: Bench): (count: number) => number[] {
  const db = new Sqlite(path.join(bench.folder, "plain.db"));
  bench.afterwards(() => db.close());
  db.pragma("journal_mode = wal");
  db.pragma("synchronous = full");
  db.exec(
    "create table items (id integer primary key, text text); create table events (seq integer primary key, text text)",
  );
  const item = db.prepare("insert into items (text) values (?)");
  const event = db.prepare("insert into events (text) values (?)");
  const both = db.transaction(() => {
    item.run("x".repeat(600));
    event.run("x".repeat(120));
  });
  return (count) =>
    Array.from({ length: count }, () => {
      const start = performance.now();
      both.immediate();
      return performance.now() - start;
    });
}
