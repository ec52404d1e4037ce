// What Calcifer costs, beside the tools a person would otherwise pick: `npm run bench [row…] [--quick]`.
// A missed target is told and is no failure; a row that could not run is one.
import path from "node:path";
import { build, explain } from "../scripts/build.ts";
import cliList from "./cli-list.ts";
import commitHooks from "./commit-hooks.ts";
import commitHooksDown from "./commit-hooks-down.ts";
import daemonStart from "./daemon-start.ts";
import docsSearch from "./docs-search.ts";
import editorActivate from "./editor-activate.ts";
import editorFirstItem from "./editor-first-item.ts";
import editorHealthPage from "./editor-health-page.ts";
import editorMemory from "./editor-memory.ts";
import editorServicesView from "./editor-services-view.ts";
import editorWorkView from "./editor-work-view.ts";
import graph from "./graph.ts";
import healthKeeper from "./health-keeper.ts";
import healthRollups from "./health-rollups.ts";
import listFilter from "./list-filter.ts";
import type { Row } from "./measure/row.ts";
import { onStage } from "./measure/stage.ts";
import { type Played, table, writeJson } from "./measure/table.ts";
import memory from "./memory.ts";
import merge from "./merge.ts";
import pagePaint from "./page-paint.ts";
import socketGet from "./socket-get.ts";
import verdict from "./verdict.ts";
import write from "./write.ts";

const rows: Row[] = [
  commitHooks,
  commitHooksDown,
  cliList,
  daemonStart,
  socketGet,
  listFilter,
  docsSearch,
  write,
  verdict,
  merge,
  memory,
  healthKeeper,
  healthRollups,
  editorActivate,
  editorFirstItem,
  editorWorkView,
  editorServicesView,
  editorHealthPage,
  graph,
  pagePaint,
  editorMemory,
];
const results = path.resolve(import.meta.dirname, "../reports/bench.json");

async function play(row: Row, quick: boolean): Promise<Played> {
  const { name, what } = row;
  process.stderr.write(`${name}: ${what}\n`);
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 1000);
  try {
    const figures = await onStage(name, quick, (bench) => row.run(bench));
    return { name, what, seconds: seconds(), figures };
  } catch (error) {
    return { name, what, seconds: seconds(), failed: String((error as Error)?.stack ?? error) };
  }
}

function wanted(names: string[]): Row[] {
  const unknown = names.filter((name) => rows.every((row) => row.name !== name));
  if (unknown.length > 0)
    throw new Error(`There is no row ${unknown.join(", ")}. There are: ${rows.map((row) => row.name).join(", ")}`);
  return names.length === 0 ? rows : rows.filter((row) => names.includes(row.name));
}

async function bench(args: string[]): Promise<boolean> {
  const quick = args.includes("--quick");
  const chosen = wanted(args.filter((arg) => arg !== "--quick"));
  await build().catch(async (error: unknown) => {
    throw new Error(await explain(error));
  });
  const played: Played[] = [];
  for (const row of chosen) played.push(await play(row, quick));
  process.stdout.write(`\n${table(played)}\n`);
  writeJson(results, played, { quick });
  return played.every(({ failed }) => failed === undefined);
}

bench(process.argv.slice(2)).then(
  (ran) => process.exit(ran ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  },
);
