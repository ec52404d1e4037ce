// The search over documents, beside what a person would ask in a repository: git grep over the same files.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commitFiles, emptyChanges } from "./measure/repository.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { interleave, p99, randomNumbers, timed } from "./measure/series.ts";
import { type Bench, type Home, run } from "./measure/stage.ts";
import { times, Wire } from "./measure/wire.ts";
import { seldom, sentence, usual } from "./measure/words.ts";

const questions = {
  "usual word": [usual],
  "usual words": [`${usual} update gateway`],
  "rare word": [seldom],
  "words in quotes": ['"certificate gateway"'],
  "beginning of a word": [usual.slice(0, 2)],
  "words and one letter": [`${seldom} b`],
};
const names = Object.keys(questions) as (keyof typeof questions)[];

interface Place {
  wire: Wire;
  /** how long others waited while all was read for the first time */
  pauses: number[];
  grep: (words: string) => Promise<number>;
}

export default {
  name: "docs-search",
  what: "search over 10,000 documents, beside git grep over the same files",
  run: async (bench) => {
    const [few, many] = [await place(bench, 1000), await place(bench, 10_000)];
    const taken = await interleave<string>(
      Object.fromEntries(
        names.flatMap((name) => [
          [`few ${name}`, () => times(few.wire, "docs.search", [{ words: questions[name] }])],
          [`many ${name}`, () => times(many.wire, "docs.search", [{ words: questions[name] }])],
        ]),
      ),
      { rounds: bench.rounds(60, 10), warmups: 3 },
    );
    const grep = await interleave(
      { few: async () => [await few.grep(usual)], many: async () => [await many.grep(usual)] },
      { rounds: bench.rounds(20, 5), warmups: 2 },
    );
    const beside = { name: "git grep", series: grep.many };
    const all = names.flatMap((name) => taken[`many ${name}`] ?? []);
    return {
      lines: [
        ...names.map((name) =>
          compare({ what: name, ours: taken[`many ${name}`] ?? [], beside, target: { ratio: 1 } }),
        ),
        compare({ what: "first results, all questions", ours: all, beside, statistic: p99, target: { most: 50 } }),
        compare({
          what: "another question, while 10,000 are read for the first time",
          ours: many.pauses,
          beside: { name: "1,000", series: few.pauses },
          statistic: p99,
        }),
      ],
      slopes: [
        ...names.map((name) =>
          slope(name, ["1,000", taken[`few ${name}`] ?? []], ["10,000", taken[`many ${name}`] ?? []]),
        ),
        slope("git grep", ["1,000", grep.few], ["10,000", grep.many]),
      ],
      notes: [`Longest wait of another question while 10,000 were read: ${Math.max(...many.pauses).toFixed(1)} ms.`],
    };
  },
} satisfies Row;

async function place(bench: Bench, documents: number): Promise<Place> {
  const home = bench.home(`docs${documents}`);
  const repo = path.join(home.folder, "repo");
  mkdirSync(repo);
  run("git", ["init", "-q"], repo, home.env);
  bench.say(`writing ${documents} documents`);
  commitFiles(repo, { "CHANGES.md": emptyChanges }, home.env);
  const random = randomNumbers(documents);
  for (let n = 0; n < documents; n++) {
    const folder = path.join(repo, "docs", `part${n % 50}`);
    if (n < 50) mkdirSync(folder, { recursive: true });
    const text = Array.from({ length: 40 }, () => sentence(random, 12)).join("\n");
    writeFileSync(path.join(folder, `${n}.md`), `# ${sentence(random, 4)}\n\n${text}\n`);
  }
  writeFileSync(path.join(repo, "docs", "z.md"), `# ${lastWord}\n`);
  run("git", ["add", "-A"], repo, home.env);
  run("git", ["commit", "-q", "-m", "chore: documents"], repo, home.env);
  const { wire, pauses } = await indexed(bench, home, repo);
  const grep = (words: string) =>
    timed(() =>
      spawnSync("git", ["grep", "-n", "-i", "-w", "-e", words, "--", "*.md"], {
        cwd: repo,
        env: home.env,
        maxBuffer: 1e9,
      }),
    );
  return { wire, pauses, grep };
}

/** Only in the file that is read last: they are read in the order of their paths. */
const lastWord = "omega";

/** Asks something else all the while, until every document is there. */
async function indexed(bench: Bench, home: Home, repo: string): Promise<Pick<Place, "wire" | "pauses">> {
  await home.ask("service.add", { path: repo, commit: true });
  const wire = await Wire.open(home.socket);
  bench.afterwards(() => wire.close());
  const pauses: number[] = [];
  for (let there = false; !there; ) {
    for (let n = 0; n < 50; n++) {
      pauses.push(...(await times(wire, "daemon.status", [{}])));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    there = (await wire.result<{ hits: unknown[] }>("docs.search", { words: [lastWord] })).hits.length > 0;
  }
  return { wire, pauses };
}
