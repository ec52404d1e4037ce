// work.list with filters and searches, in a table ten times as large.
import { addItems } from "./measure/items.ts";
import { makeRepository } from "./measure/repository.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { interleave, p99 } from "./measure/series.ts";
import type { Bench } from "./measure/stage.ts";
import { times, Wire } from "./measure/wire.ts";
import { seldom, usual } from "./measure/words.ts";

/** What a person asks for; each is judged by itself, so that a slow one does not hide among the others. */
const questions = {
  "usual word, open": { search: usual },
  "usual word, service and status": { search: usual, service: "repo", status: ["active"] },
  "usual words, type, all": { search: `${usual} update`, type: "bug", all: true },
  "usual words, one service's active bugs": {
    search: `${usual} update`,
    service: "repo",
    status: ["active"],
    type: "bug",
  },
  "rare word, all": { search: seldom, all: true },
  "beginning of a word, type, done": { search: usual.slice(0, 3), type: "feature", status: ["done"] },
  "service and type": { service: "repo", type: "bug" },
};
type Question = keyof typeof questions;
const names = Object.keys(questions) as Question[];

export default {
  name: "list-filter",
  what: "work.list with filter and search, 100,000 items beside 10,000",
  run: async (bench) => {
    const [few, many] = [await daemonWith(bench, 10_000), await daemonWith(bench, 100_000)];
    const repeat = (name: Question) => Array.from({ length: 25 }, () => questions[name]);
    const contenders = names.flatMap((name) => [
      [`few ${name}`, () => times(few, "work.list", repeat(name))],
      [`many ${name}`, () => times(many, "work.list", repeat(name))],
    ]);
    const taken = await interleave<string>(Object.fromEntries(contenders), { rounds: bench.rounds(40, 6) });
    const asked = names.map((name) => {
      const [ours, series] = [taken[`many ${name}`] ?? [], taken[`few ${name}`] ?? []];
      return { name, ours, beside: { name: "10,000 items", series }, statistic: p99 };
    });
    // Where fewer items are found than a page holds, ten times the items are ten times the page.
    const full: boolean[] = [];
    for (const name of names) full.push((await isFull(few, name)) && (await isFull(many, name)));
    const slowest = asked.reduce((a, b) => (p99(a.ours) > p99(b.ours) ? a : b));
    return {
      lines: [
        ...asked.map(({ name, ...measured }, n) =>
          compare({
            what: `${name}${full[n] ? "" : " (few hits)"}`,
            ...measured,
            ...(full[n] && { target: { ratio: 2 } }),
          }),
        ),
        compare({ ...slowest, what: `the slowest: ${slowest.name}`, target: { most: 5 } }),
      ],
      slopes: asked.map(({ name, ours, beside }) => slope(name, ["10,000 items", beside.series], ["100,000", ours])),
    };
  },
} satisfies Row;

async function isFull(wire: Wire, name: Question): Promise<boolean> {
  return (await wire.result<{ next: string | null }>("work.list", questions[name])).next !== null;
}

async function daemonWith(bench: Bench, items: number): Promise<Wire> {
  const home = bench.home(`items${items}`);
  const repo = makeRepository(`${home.folder}/repo`, { commits: 10, files: 100 }, home.env);
  await home.ask("service.add", { path: repo, commit: true });
  for (const n of [1, 2, 3, 4]) await home.ask("service.add", { path: repo, name: `other${n}` });
  bench.say(`filling a database with ${items} items`);
  await addItems(home, items);
  await home.ask("daemon.status");
  const wire = await Wire.open(home.socket);
  bench.afterwards(() => wire.close());
  return wire;
}
