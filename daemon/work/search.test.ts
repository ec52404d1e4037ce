import assert from "node:assert/strict";
import { sql } from "kysely";
import { openStore, type Store } from "../db/open.ts";
import { cleanUp, newHome } from "../life/trial.ts";
import { searchExpression } from "./search.ts";
import { changeItem, insertItem, listItems, type Page } from "./store.ts";

describe("searching work items", () => {
  let store: Store;
  const filter = (more: Partial<Page>): Page => ({
    status: [],
    noService: false,
    noLabel: false,
    all: false,
    limit: 10,
    ...more,
  });
  const titles = async (more: Partial<Page>) => (await listItems(store.db, filter(more))).items.map((i) => i.title);

  const add = (
    title: string,
    more: { type?: "bug" | "feature"; description?: string; labels?: string[]; serviceId?: number } = {},
  ) =>
    store.write((db) =>
      insertItem(
        db,
        {
          key: title.replaceAll(" ", "").padEnd(8, "0"),
          title,
          type: "bug",
          description: "",
          labels: [],
          checklist: [],
          created: "2026-01-01T00:00:00.000Z",
          serviceId: 1,
          service: "gateway",
          ...more,
        },
        () => undefined,
      ),
    );

  beforeEach(async () => {
    store = await openStore({ data: newHome() });
    const service = {
      repo: "/r",
      git_dir: "/r/.git",
      trunk: "main",
      changes: "CHANGES.md",
      docs: "docs",
      added: "",
      removed: null,
    };
    for (const name of ["gateway", "billing"])
      await store.write((db) =>
        db
          .insertInto("services")
          .values({ ...service, name })
          .execute(),
      );
    await add("Add TLS");
    await add("Renew certificates", { type: "feature", description: "for TLS", labels: ["security"] });
    await add("Bill in active euros", { serviceId: 2, labels: ["tls"] });
  });
  afterEach(() => store.close());
  after(cleanUp);

  it("finds beginnings of words in title and description, newest first", async () => {
    assert.deepEqual(await titles({ search: "tl" }), ["Renew certificates", "Add TLS"]);
    assert.deepEqual(await titles({ search: "cert tls" }), ["Renew certificates"]);
    assert.deepEqual(await titles({ search: "certificates, renewed" }), []);
  });

  it("keeps to status, type, service and label", async () => {
    assert.deepEqual(await titles({ search: "tls", type: "feature" }), ["Renew certificates"]);
    assert.deepEqual(await titles({ search: "tls", label: "security" }), ["Renew certificates"]);
    assert.deepEqual(await titles({ search: "e", service: "billing" }), ["Bill in active euros"]);
    assert.deepEqual(await titles({ search: "tls", service: "nobody" }), []);
  });

  it("follows an item whose status or service changes", async () => {
    await store.write((db) => changeItem(db, 1, { status: "done", serviceId: 2 }));
    assert.deepEqual(await titles({ search: "tls" }), ["Renew certificates"]);
    assert.deepEqual(await titles({ search: "tls", all: true, service: "billing" }), ["Add TLS"]);
    assert.deepEqual(await titles({ search: "tls", status: ["done"] }), ["Add TLS"]);
    await store.write((db) => sql`insert into items_fts (items_fts) values ('integrity-check')`.execute(db));
  });

  it("does not take what a list is filtered by for a word of the item", async () => {
    assert.deepEqual(await titles({ search: "active" }), ["Bill in active euros"]);
    assert.deepEqual(await titles({ search: "planned" }), []);
    assert.deepEqual(await titles({ search: "s2" }), []);
  });

  it("takes nobody's search for an expression", async () => {
    for (const search of ['"', "tls OR *", "facets : open", "(", "NEAR(a b)", "-", "", "a' b"])
      await titles({ search });
    assert.deepEqual(await titles({ search: "- *" }), []);
  });

  it("goes on where a page ended", async () => {
    const first = await listItems(store.db, filter({ search: "tls", limit: 1 }));
    assert.deepEqual([first.items[0]?.title, first.next], ["Renew certificates", "2"]);
    const second = await listItems(store.db, filter({ search: "tls", limit: 1, after: first.next as string }));
    assert.deepEqual([second.items[0]?.title, second.next], ["Add TLS", null]);
  });

  it("walks the index from its end and sorts nothing", async () => {
    const words = searchExpression(filter({ search: "tls", type: "bug" }), ["planned", "done"], [1, 2]);
    const { rows } = await sql<{ detail: string }>`explain query plan
      select * from items_fts cross join items where items.id = items_fts.rowid and items_fts match ${words}
      order by items_fts.rowid desc limit 51`.execute(store.db);
    const plan = rows.map((row) => row.detail).join("\n");
    assert.match(plan, /^SCAN items_fts/);
    assert.doesNotMatch(plan, /TEMP B-TREE/);
  });
});
