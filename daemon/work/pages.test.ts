// Pages of what lacks a label or a service: which items, and by which index.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { openStore, type Store } from "../db/open.ts";
import { listItems, type Page, type Status } from "./store.ts";

describe("pages of items", () => {
  let folder: string;
  let store: Store;
  const all: Page = { status: [], noService: false, noLabel: false, all: true, limit: 7 };
  const owners = [null, 1, 2, 3];
  const statuses: Status[] = ["planned", "active", "done", "dropped"];

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "cw-"));
    store = await openStore({ data: folder, now: () => new Date() });
    await addService("kept");
    await addService("gone-1", "2026-01-02T00:00:00.000Z");
    await addService("gone-2", "2026-01-02T00:00:00.000Z");
    for (let n = 0; n < 64; n++) {
      const row = { key: `k${n}`, title: `Item ${n}`, type: "bug", created: "2026-01-01T00:00:00.000Z" };
      const more = { service_id: owners[n % 4], status: statuses[(n >> 2) % 4], labels: n % 3 === 0 ? "[]" : '["a"]' };
      await store.write((db) =>
        db
          .insertInto("items")
          .values({ ...row, ...more } as never)
          .execute(),
      );
    }
  });
  after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const addService = (name: string, removed: string | null = null) => {
    const row = { name, repo: `/${name}`, git_dir: `/${name}`, trunk: "main", changes: "CHANGES.md", docs: "docs" };
    return store.write((db) =>
      db
        .insertInto("services")
        .values({ ...row, added: "2026-01-01T00:00:00.000Z", removed } as never)
        .execute(),
    );
  };

  async function walked(page: Page): Promise<number[]> {
    const ids: number[] = [];
    for (let after: string | undefined; ; ) {
      const { items, next } = await listItems(store.db, { ...page, after });
      assert.ok(items.length <= page.limit);
      ids.push(...items.map(({ id }) => id));
      if (next === null) return ids;
      after = next;
    }
  }
  /** The rows were added in this order. */
  const meant = (fits: (n: number) => boolean) =>
    Array.from({ length: 64 }, (_, n) => n)
      .filter(fits)
      .map((n) => n + 1)
      .reverse();

  it("without a service: those of none and of all that were removed, newest first", async () => {
    const gone = (n: number) => n % 4 !== 1;
    assert.deepEqual(await walked({ ...all, noService: true }), meant(gone));
    const done = { ...all, noService: true, status: ["done" as const] };
    assert.deepEqual(
      await walked(done),
      meant((n) => gone(n) && (n >> 2) % 4 === 2),
    );
    assert.deepEqual(
      await walked({ ...done, noLabel: true }),
      meant((n) => gone(n) && (n >> 2) % 4 === 2 && n % 3 === 0),
    );
    // Of more than it walks one by one.
    for (let n = 0; n < 60; n++) await addService(`more-${n}`, "2026-01-02T00:00:00.000Z");
    assert.deepEqual(await walked({ ...all, noService: true }), meant(gone));
  });

  for (const [filter, index] of [
    ["labels = '[]'", "items_unlabelled_any"],
    ["open = 1 and labels = '[]'", "items_unlabelled_open"],
    ["status = 'done' and labels = '[]'", "items_unlabelled_status"],
    ["type = 'bug' and labels = '[]'", "items_unlabelled_type"],
    ["service_id = 1 and labels = '[]'", "items_unlabelled_service"],
    ["service_id = 1 and open = 1 and labels = '[]'", "items_unlabelled_service_open"],
    ["service_id = 1 and status = 'done' and labels = '[]'", "items_unlabelled_service_status"],
    ["service_id is null and status = 'done'", "items_service_status"],
  ] as const)
    it(`${filter}: in the order of ${index}`, async () => {
      const asked = sql.raw(`explain query plan select * from items where ${filter} order by id desc limit 50`);
      const { rows } = await sql`${asked}`.execute(store.db);
      const plan = (rows as { detail: string }[]).map(({ detail }) => detail).join("\n");
      assert.match(plan, new RegExp(`USING INDEX ${index}\\b`));
      assert.doesNotMatch(plan, /TEMP B-TREE/);
    });
});
