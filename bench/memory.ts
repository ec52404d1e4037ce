// What an idle daemon holds in memory with 50 repositories and 10,000 items, beside a runtime that does nothing.
import { readFileSync } from "node:fs";
import { addItems } from "./measure/items.ts";
import { makeRepository } from "./measure/repository.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { interleave } from "./measure/series.ts";
import { type Bench, type Home, run, start } from "./measure/stage.ts";

/** Milliseconds of quiet after which a daemon counts as idle. */
const quiet = 3000;

export default {
  name: "memory",
  what: "daemon memory, idle, 50 repositories watched, 10,000 items, beside bare node",
  run: async (bench) => {
    const [few, many] = [await homeWith(bench, 1, 100), await homeWith(bench, 50, 10_000)];
    const taken = await interleave(
      { few: () => daemonSize(few), many: () => daemonSize(many), node: () => nodeSize(many.env) },
      { rounds: bench.rounds(5, 2), warmups: 0 },
    );
    const node = { name: "node, waiting", series: taken.node };
    return {
      lines: [
        compare({
          what: "resident, 50 repositories, 10,000 items",
          ours: taken.many,
          beside: node,
          target: { ratio: 2.5 },
          unit: "MiB",
        }),
      ],
      slopes: [slope("resident MiB", ["1 repository, 100 items", taken.few], ["50, 10,000", taken.many])],
    };
  },
} satisfies Row;

async function homeWith(bench: Bench, repositories: number, items: number): Promise<Home> {
  const home = bench.home(`repositories${repositories}`);
  bench.say(`registering ${repositories} repositories`);
  for (let n = 0; n < repositories; n++) {
    const repo = makeRepository(`${home.folder}/repo${n}`, { commits: 10, files: 100 }, home.env);
    await home.ask("service.add", { path: repo, commit: true });
  }
  await addItems(home, items);
  return home;
}

/** A fresh daemon that has shown its dashboard once, as the editor asks for it, and was then left alone. */
async function daemonSize(home: Home): Promise<number> {
  await home.ask("home.show");
  const { pid } = await home.ask<{ pid: number }>("daemon.status");
  await rest();
  const size = residentMiB(pid);
  await home.stop();
  return size;
}

async function nodeSize(env: NodeJS.ProcessEnv): Promise<number> {
  const { child } = await start(["-e", "console.log('ready'); setInterval(() => {}, 1e9)"], env);
  await rest();
  const size = residentMiB(child.pid as number);
  child.removeAllListeners("exit").kill();
  return size;
}

const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, quiet));

function residentMiB(pid: number): number {
  if (process.platform !== "linux")
    return Number(run("ps", ["-o", "rss=", "-p", String(pid)], "/", process.env)) / 1024;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
