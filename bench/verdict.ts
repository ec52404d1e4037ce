// The verdict of a branch in a long, wide repository, beside what a person would ask there: git status.
import { makeRepository, stageChange } from "./measure/repository.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { interleave, p99 } from "./measure/series.ts";
import { type Bench, run, timeOf } from "./measure/stage.ts";
import { times, Wire } from "./measure/wire.ts";

const perTurn = 5;

export default {
  name: "verdict",
  what: "verdict of a branch in a repository of 10,000 commits and 5,000 files, beside git status there",
  run: async (bench) => {
    const [small, large] = [await place(bench, 100, 100), await place(bench, 10_000, 5000)];
    const cached = Array.from({ length: perTurn }, () => ({ item: 1 }));
    const fresh = [{ item: 1, fresh: true }];
    const taken = await interleave(
      {
        cached: () => times(large.wire, "gate.show", cached),
        fresh: () => times(large.wire, "gate.show", fresh),
        status: large.status,
        smallCached: () => times(small.wire, "gate.show", cached),
        smallFresh: () => times(small.wire, "gate.show", fresh),
        smallStatus: small.status,
      },
      { rounds: bench.rounds(60, 10), warmups: 5, pause: 10 },
    );
    const beside = { name: "git status", series: taken.status };
    const [from, to] = ["100 commits, 100 files", "10,000, 5,000"];
    return {
      lines: [
        compare({ what: "verdict, cached", ours: taken.cached, beside, target: { ratio: 0.1 } }),
        compare({ what: "verdict, fresh", ours: taken.fresh, beside, target: { ratio: 2 } }),
        compare({ what: "verdict, cached", ours: taken.cached, beside, statistic: p99 }),
      ],
      slopes: [
        slope("verdict, cached", [from, taken.smallCached], [to, taken.cached]),
        slope("verdict, fresh", [from, taken.smallFresh], [to, taken.fresh]),
        slope("git status", [from, taken.smallStatus], [to, taken.status]),
      ],
    };
  },
} satisfies Row;

/** A repository with an item's branch of three commits checked out. */
async function place(bench: Bench, commits: number, files: number): Promise<{ wire: Wire; status: () => number }> {
  const home = bench.home(`commits${commits}`);
  const repo = makeRepository(`${home.folder}/repo`, { commits, files }, home.env);
  await home.ask("service.add", { path: repo, commit: true });
  await home.ask("work.add", { title: "Change things", service: "repo" });
  await home.ask("work.start", { item: 1 });
  for (let n = 1; n <= 3; n++) {
    stageChange(repo, n, 1, home.env);
    run("git", ["commit", "-q", "-m", `Change ${n}`], repo, home.env);
  }
  const wire = await Wire.open(home.socket);
  bench.afterwards(() => wire.close());
  const { line } = await wire.result<{ line: string }>("gate.show", { item: 1 });
  bench.say(`${commits} commits, ${files} files: ${line}`);
  return { wire, status: () => timeOf("git", ["status"], repo, home.env) };
}
