// What is on a person's desk when a window opens: a home, a registered repository on an item's branch, work items.
import { appendFileSync } from "node:fs";
import path from "node:path";
import { addItems } from "./items.ts";
import { commitFiles, fileName, makeRepository } from "./repository.ts";
import type { Bench, Home } from "./stage.ts";

export interface Desk {
  home: Home;
  repo: string;
}

/** @param files more files, committed on the trunk */
export async function makeDesk(bench: Bench, items: number, files: Record<string, string> = {}): Promise<Desk> {
  const home = bench.home(`items${items}`);
  const repo = makeRepository(path.join(home.folder, "repo"), { commits: 10, files: 100 }, home.env);
  if (Object.keys(files).length > 0) commitFiles(repo, files, home.env);
  await home.ask("service.add", { path: repo, commit: true });
  bench.say(`filling a database with ${items} items`);
  await addItems(home, items);
  const { id } = await home.ask<{ id: number }>("work.add", { title: "On the desk", service: "repo" });
  await home.ask("work.start", { item: id });
  // Something for Source Control to show.
  appendFileSync(path.join(repo, fileName(0)), "changed\n");
  return { home, repo };
}
