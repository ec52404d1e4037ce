// Fills a home with services, each with a small repository that is there, and with what they need; written as the daemon
// would have, while it is down.
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { openStore } from "../../daemon/db/open.ts";
import { makeRepository } from "./repository.ts";
import type { Home } from "./stage.ts";

/** Each but the first is needed by three others: a tree, some layers deep. */
export async function addServices(home: Home, count: number): Promise<void> {
  const first = path.join(home.folder, "services", "first");
  mkdirSync(path.dirname(first), { recursive: true });
  makeRepository(first, { commits: 2, files: 3 }, home.env);
  // Its copies have its hooks.
  await home.ask("service.add", { path: first, name: "first", commit: true });
  await home.stop();
  const names = Array.from({ length: count }, (_, n) => `service-${String(n).padStart(3, "0")}`);
  const added = new Date().toISOString();
  const rows = names.map((name) => {
    const repo = path.join(home.folder, "services", name);
    cpSync(first, repo, { recursive: true });
    return { ...usual, name, repo, git_dir: path.join(repo, ".git"), added };
  });
  const store = await openStore({ data: home.data });
  try {
    await store.write(async (db) => {
      const ids: number[] = [];
      for (const row of rows) {
        const { id } = await db.insertInto("services").values(row).returning("id").executeTakeFirstOrThrow();
        const needs_id = ids[Math.floor((ids.length - 1) / 3)];
        ids.push(id);
        if (needs_id !== undefined)
          await db
            .insertInto("service_dependencies")
            .values({ service_id: id, needs_id, source: "declared" })
            .execute();
      }
    });
  } finally {
    store.close();
  }
}

const usual = { trunk: "main", changes: "CHANGES.md", docs: "docs", removed: null, template: null, retired: null };
