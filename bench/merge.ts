// Merging an item's branch in a long, wide repository, beside git merge by hand in a twin of it.
import { appendFileSync } from "node:fs";
import path from "node:path";
import { commitFiles, emptyChanges, fileName, makeRepository, stageChange } from "./measure/repository.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { type Contender, interleave, timed } from "./measure/series.ts";
import { type Bench, type Home, run, timeOf } from "./measure/stage.ts";
import { Wire } from "./measure/wire.ts";

/** Checklist and notes are a person's work, not a cost of merging. */
const policy = "trunk: main\nmerge:\n  require: [entry, clean, no-conflict, judged]\n";

export default {
  name: "merge",
  what: "merge of a branch in a repository of 10,000 commits and 5,000 files, beside git merge by hand",
  run: async (bench) => {
    const [small, large] = [await twins(bench, 100, 100), await twins(bench, 10_000, 5000)];
    const taken = await interleave(
      { ours: large.ours, byHand: large.byHand, smallOurs: small.ours, smallByHand: small.byHand },
      { rounds: bench.rounds(25, 5), pause: 50 },
    );
    const [from, to] = ["100 commits, 100 files", "10,000, 5,000"];
    return {
      lines: [
        compare({
          what: "work merge: judge, merge, follow, record, tidy up",
          ours: taken.ours,
          beside: { name: "git merge", series: taken.byHand },
          target: { ratio: 2 },
        }),
        compare({
          what: "the same, 100 commits, 100 files",
          ours: taken.smallOurs,
          beside: { name: "git merge", series: taken.smallByHand },
        }),
      ],
      slopes: [
        slope("work merge", [from, taken.smallOurs], [to, taken.ours]),
        slope("git merge", [from, taken.smallByHand], [to, taken.byHand]),
      ],
    };
  },
} satisfies Row;

async function twins(bench: Bench, commits: number, files: number): Promise<{ ours: Contender; byHand: Contender }> {
  const home = bench.home(`commits${commits}`);
  const make = (name: string) => makeRepository(path.join(home.folder, name), { commits, files }, home.env);
  const [repo, twin] = [make("repo"), make("twin")];
  for (const folder of [repo, twin])
    commitFiles(folder, { ".calcifer.yaml": policy, "CHANGES.md": emptyChanges }, home.env);
  await home.ask("service.add", { path: repo });
  const wire = await Wire.open(home.socket);
  bench.afterwards(() => wire.close());
  return { ours: await merging(home, repo, wire), byHand: mergingByHand(home, twin) };
}

/** The next branch is begun before this one is merged: the trunk has always moved on since. */
async function merging(home: Home, repo: string, wire: Wire): Promise<Contender> {
  let n = 0;
  const begin = async (): Promise<number> => {
    const { id } = await wire.result<{ id: number }>("work.add", { title: `Change ${++n}`, service: "repo" });
    await wire.result("work.start", { item: id });
    stageChange(repo, n, id, home.env);
    run("git", ["commit", "-q", "-m", `Change ${n}`], repo, home.env);
    run("git", ["switch", "-q", "main"], repo, home.env);
    return id;
  };
  let next = await begin();
  return async () => {
    const item = next;
    next = await begin();
    return timed(() => wire.result("work.merge", { item }));
  };
}

/** No entries here: two that were added side by side are a conflict for git alone. */
function mergingByHand({ env }: Home, repo: string): Contender {
  let n = 0;
  const begin = (): string => {
    const branch = `work/${++n}-change`;
    run("git", ["switch", "-q", "-c", branch], repo, env);
    const notes = `notes-${n}.md`;
    for (const file of [fileName(n % 50), notes]) appendFileSync(path.join(repo, file), `changed in round ${n}\n`);
    run("git", ["add", fileName(n % 50), notes], repo, env);
    run("git", ["commit", "-q", "-m", `Change ${n}`], repo, env);
    run("git", ["switch", "-q", "main"], repo, env);
    return branch;
  };
  let next = begin();
  return () => {
    const branch = next;
    next = begin();
    return timeOf("git", ["merge", "--no-ff", "--no-edit", branch], repo, env);
  };
}
