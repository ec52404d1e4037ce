// An acknowledged work.add beside one durable transaction of SQLite's own, on the same disk.
import path from "node:path";
import Sqlite from "better-sqlite3";
import { openStore } from "../daemon/db/open.ts";
import { addItems } from "./measure/items.ts";
import { makeRepository } from "./measure/repository.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { interleave, p99 } from "./measure/series.ts";
import type { Bench } from "./measure/stage.ts";
import { times, Wire } from "./measure/wire.ts";

const perTurn = 20;
const description = "What is to be done, in a line.";

export default {
  name: "write",
  what: "acknowledged write (item and event), beside one SQLite transaction with synchronous=FULL",
  run: async (bench) => {
    const [few, many] = [await daemonWith(bench, 100), await daemonWith(bench, 100_000)];
    const same = await sameTransaction(bench);
    const bare = bareTransaction(bench);
    let n = 0;
    const wishes = () =>
      Array.from({ length: perTurn }, () => ({ title: `Write number ${++n}`, service: "repo", description }));
    const taken = await interleave(
      {
        few: () => times(few, "work.add", wishes()),
        many: () => times(many, "work.add", wishes()),
        same: () => repeated(same),
        bare: () => repeated(bare),
      },
      { rounds: bench.rounds(60, 10) },
    );
    const what = "work.add, 100,000 items";
    const beside = { name: "the same transaction", series: taken.same };
    return {
      lines: [
        compare({ what, ours: taken.many, beside, target: { ratio: 3 } }),
        compare({ what, ours: taken.many, beside: { name: "two rows, no index", series: taken.bare } }),
        compare({ what, ours: taken.many, beside, statistic: p99 }),
      ],
      slopes: [slope("work.add", ["100 items", taken.few], ["100,000", taken.many])],
      notes: [
        "The same transaction: one item and one event into our own tables, indexes and full text included, by SQLite alone.",
      ],
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

/** What SQLite alone takes for it: our tables, our settings, prepared statements, nothing asked and nobody told. */
async function sameTransaction(bench: Bench): Promise<() => void> {
  const data = path.join(bench.folder, "same");
  (await openStore({ data })).close();
  const db = durable(bench, path.join(data, "calcifer.db"));
  const item = db.prepare(
    "insert into items (key, title, type, status, description, checklist, created) values (?, ?, 'maintenance', 'planned', ?, ?, ?)",
  );
  const event = db.prepare(
    "insert into events (at, name, item, service, by, data) values (?, 'work.added', ?, 'repo', 'other', ?)",
  );
  let n = 0;
  const both = db.transaction(() => {
    const [title, at] = [`Write number ${++n}`, new Date().toISOString()];
    const { lastInsertRowid } = item.run(n.toString(36).padStart(8, "0"), title, description, "x".repeat(100), at);
    event.run(at, lastInsertRowid, JSON.stringify({ title }));
  });
  return () => both.immediate();
}

/** The least that can be called one. */
function bareTransaction(bench: Bench): () => void {
  const db = durable(bench, path.join(bench.folder, "bare.db"));
  db.exec(
    "create table items (id integer primary key, text text); create table events (seq integer primary key, text text)",
  );
  const item = db.prepare("insert into items (text) values (?)");
  const event = db.prepare("insert into events (text) values (?)");
  const both = db.transaction(() => {
    item.run("x".repeat(600));
    event.run("x".repeat(120));
  });
  return () => both.immediate();
}

function durable(bench: Bench, file: string): Sqlite.Database {
  const db = new Sqlite(file);
  bench.afterwards(() => db.close());
  db.pragma("journal_mode = wal");
  db.pragma("synchronous = full");
  return db;
}

const repeated = (transaction: () => void): number[] =>
  Array.from({ length: perTurn }, () => {
    const start = performance.now();
    transaction();
    return performance.now() - start;
  });
