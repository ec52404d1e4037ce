// `calcifer work list` as a shell runs it, beside the runtime alone and beside taskwarrior.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { addItems } from "./measure/items.ts";
import { makeRepository } from "./measure/repository.ts";
import { compare, type Line, missing, type Row, slope } from "./measure/row.ts";
import { type Contender, interleave, randomNumbers } from "./measure/series.ts";
import { type Bench, bareNode, type Home, plainEnv, run, timeOf } from "./measure/stage.ts";
import { sentence } from "./measure/words.ts";

export default {
  name: "cli-list",
  what: "calcifer work list (50 of 10,000), beside node -e 0 and taskwarrior",
  run: async (bench) => {
    const [few, many] = [await homeWith(bench, 100), await homeWith(bench, 10_000)];
    const list = (home: Home) => timeOf(process.execPath, [home.cli, "work", "list"], home.folder, home.env);
    const task = taskwarrior(bench, 10_000);
    const contenders: Record<"few" | "many" | "node", Contender> = {
      few: () => list(few),
      many: () => list(many),
      node: () => bareNode(many.env),
    };
    const turns = { rounds: bench.rounds(60, 10) };
    const taken = task
      ? await interleave({ ...contenders, task }, turns)
      : { task: undefined, ...(await interleave(contenders, turns)) };
    const what = "work list, 50 of 10,000";
    const target = { ratio: 0.4 };
    const besideTask: Line = taken.task
      ? compare({ what, ours: taken.many, beside: { name: "task list limit:50", series: taken.task }, target })
      : missing(what, "taskwarrior", "task is not installed", target);
    return {
      lines: [
        compare({ what, ours: taken.many, beside: { name: "node -e 0", series: taken.node }, target: { ratio: 1.8 } }),
        besideTask,
      ],
      slopes: [slope("work list", ["100 items", taken.few], ["10,000", taken.many])],
    };
  },
} satisfies Row;

async function homeWith(bench: Bench, items: number): Promise<Home> {
  const home = bench.home(`items${items}`);
  const repo = makeRepository(`${home.folder}/repo`, { commits: 10, files: 100 }, home.env);
  await home.ask("service.add", { path: repo, commit: true });
  await addItems(home, items);
  await home.ask("daemon.status");
  return home;
}

function taskwarrior(bench: Bench, count: number): Contender | undefined {
  const folder = path.join(bench.folder, "tasks");
  mkdirSync(folder, { recursive: true });
  const env = { ...plainEnv(folder), TASKDATA: folder, TASKRC: path.join(folder, "taskrc") };
  writeFileSync(env.TASKRC, `data.location=${folder}\nconfirmation=no\nnews.version=99\n`);
  try {
    run("task", ["--version"], folder, env);
  } catch {
    return undefined;
  }
  const random = randomNumbers(count);
  const tasks = Array.from({ length: count }, () => ({
    description: sentence(random, 4),
    project: sentence(random, 1),
    status: "pending",
  }));
  bench.say(`giving taskwarrior ${count} tasks`);
  run("task", ["import"], folder, env, JSON.stringify(tasks));
  run("task", ["list", "limit:50"], folder, env);
  return () => timeOf("task", ["list", "limit:50"], folder, env);
}
