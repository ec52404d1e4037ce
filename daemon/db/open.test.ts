import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Kysely, sql } from "kysely";
import type { Fault } from "../../protocol/errors.ts";
import { cleanUp, newHome } from "../life/trial.ts";
import type { Migrations } from "./migrate.ts";
import { migrations as ours } from "./migrations/all.ts";
import { sqlite } from "./native.ts";
import { openStore, type Store } from "./open.ts";
import { networkFuse } from "./place.ts";

const fault = (name: string, words: RegExp) => (error: unknown) =>
  (error as Fault).fault === name && words.test((error as Fault).message);
const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
const later: Migrations = {
  ...ours,
  "0099-later": {
    up: async (db) => {
      await sql`create table later (id integer primary key)`.execute(db);
      await sql`insert into later values (1)`.execute(db);
    },
  },
};

describe("the database", () => {
  const stores: Store[] = [];
  const open = async (data: string, more: object = {}) => {
    const store = await openStore({ data, ...more });
    stores.push(store);
    return store;
  };
  const close = (store: Store) => stores.splice(stores.indexOf(store), 1)[0]?.close();
  afterEach(() => {
    for (const store of stores.splice(0)) store.close();
  });
  after(cleanUp);

  const item = (key: string, more: object = {}) => ({
    key,
    title: `Title of ${key}`,
    type: "bug",
    service_id: null,
    status: "planned",
    description: "",
    notes: "",
    labels: "[]",
    checklist: "[]",
    document: null,
    branch: null,
    worktree: null,
    created: "2026-01-01T00:00:00.000Z",
    started: null,
    finished: null,
    merged_commit: null,
    merged_trunk: null,
    merged_at: null,
    pushed: null,
    kept_tip: null,
    ...more,
  });
  const add = (store: Store, key: string, more: object = {}) =>
    store
      .write((db) => db.insertInto("items").values(item(key, more)).executeTakeFirstOrThrow())
      .then((r) => Number(r.insertId));
  const service = (name: string) => ({
    name,
    repo: `/r/${name}`,
    git_dir: `/r/${name}/.git`,
    trunk: "main",
    changes: "CHANGES.md",
    docs: "docs",
    added: "",
    removed: null,
  });

  it("is made for its owner alone, durable, with foreign keys", async () => {
    const data = newHome();
    const store = await open(data);
    assert.equal(statSync(store.file).mode & 0o777, 0o600);
    const settings = await store.write(async (db) => ({
      journal: (await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db)).rows[0]?.journal_mode,
      sync: (await sql<{ synchronous: number }>`pragma synchronous`.execute(db)).rows[0]?.synchronous,
      keys: (await sql<{ foreign_keys: number }>`pragma foreign_keys`.execute(db)).rows[0]?.foreign_keys,
    }));
    assert.deepEqual(settings, { journal: "wal", sync: 2, keys: 1 });
  });

  it("cannot be written through the reader", async () => {
    const store = await open(newHome());
    await assert.rejects(store.db.insertInto("items").values(item("x")).execute(), /readonly/);
  });

  it("finds what was written, after a new start too", async () => {
    const data = newHome();
    const store = await open(data);
    await add(store, "a");
    close(store);
    const again = await open(data);
    assert.deepEqual(
      (await again.db.selectFrom("items").select("key").execute()).map((row) => row.key),
      ["a"],
    );
    assert.deepEqual(
      readdirSync(path.join(data)).filter((name) => name === "backups"),
      [],
      "no copy without a migration",
    );
  });

  it("never gives a number twice", async () => {
    const store = await open(newHome());
    const first = await add(store, "a");
    await store.write((db) => db.deleteFrom("items").execute());
    assert.equal(await add(store, "b"), first + 1);
  });

  it("rolls back whole, and goes on", async () => {
    const store = await open(newHome());
    const failing = store.write(async (db) => {
      await db.insertInto("items").values(item("a")).execute();
      throw new Error("no");
    });
    await assert.rejects(failing, /no/);
    await add(store, "b");
    assert.deepEqual(
      (await store.db.selectFrom("items").select("key").execute()).map((row) => row.key),
      ["b"],
    );
  });

  it("writes one at a time, in order", async () => {
    const store = await open(newHome());
    const order: string[] = [];
    const slow = store.write(async (db) => {
      await db.insertInto("items").values(item("slow")).execute();
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push("slow");
    });
    const quick = store.write(async () => order.push("quick"));
    await Promise.all([slow, quick]);
    assert.deepEqual(order, ["slow", "quick"]);
  });

  it("knows services by unique names, until they are removed", async () => {
    const store = await open(newHome());
    const put = () => store.write((db) => db.insertInto("services").values(service("gateway")).execute());
    await put();
    await assert.rejects(put(), /UNIQUE/);
    await store.write((db) => db.updateTable("services").set({ removed: "now" }).execute());
    await put();
  });

  it("knows a branch once per service", async () => {
    const store = await open(newHome());
    await store.write((db) =>
      db
        .insertInto("services")
        .values([service("a"), service("b")])
        .execute(),
    );
    await add(store, "1", { service_id: 1, branch: "x" });
    await add(store, "2", { service_id: 2, branch: "x" });
    await add(store, "3", { service_id: 1 });
    await add(store, "4", { service_id: 1 });
    await assert.rejects(add(store, "5", { service_id: 1, branch: "x" }), /UNIQUE/);
    await assert.rejects(add(store, "6", { service_id: 9 }), /FOREIGN KEY/);
  });

  it("finds items by words, also after they changed or went", async () => {
    const store = await open(newHome());
    const found = async (words: string) =>
      (
        await sql<{ rowid: number }>`select rowid from items_fts where items_fts match ${words} order by rowid`.execute(
          store.db,
        )
      ).rows.map((r) => r.rowid);
    const one = await add(store, "a", { title: "Énable TLS", notes: "certificates" });
    const two = await add(store, "b", { description: "about tls" });
    assert.deepEqual(await found("tls"), [one, two]);
    assert.deepEqual(await found("enable"), [one]);
    await store.write((db) => db.updateTable("items").set({ title: "Other" }).where("id", "=", one).execute());
    assert.deepEqual(await found("tls"), [two]);
    assert.deepEqual(await found("certificates"), [one]);
    await store.write((db) => db.deleteFrom("items").where("id", "=", two).execute());
    assert.deepEqual(await found("tls"), []);
    await store.write((db) => sql`insert into items_fts (items_fts) values ('integrity-check')`.execute(db));
  });

  it("finds every usual list by an index, without sorting", async () => {
    const store = await open(newHome());
    const plan = async (where: string) =>
      (
        await sql
          .raw<{ detail: string }>(
            `explain query plan select * from items where ${where} and id < 9 order by id desc limit 50`,
          )
          .execute(store.db)
      ).rows
        .map((r) => r.detail)
        .join("; ");
    for (const where of [
      "open = 1",
      "status = 'done'",
      "service_id = 1",
      "service_id = 1 and open = 1",
      "service_id = 1 and status = 'done'",
      "type = 'bug' and open = 1",
      "type = 'bug' and status = 'done'",
    ]) {
      assert.match(await plan(where), /^SEARCH items USING INDEX \w+ \([^)]*rowid<\?\)$/, where);
    }
    const events = async (where: string) =>
      (
        await sql
          .raw<{ detail: string }>(
            `explain query plan select * from events where ${where} and seq > 3 order by seq limit 50`,
          )
          .execute(store.db)
      ).rows
        .map((r) => r.detail)
        .join("; ");
    for (const where of ["item = 1", "service = 'a'", "name = 'work.added'"])
      assert.match(await events(where), /^SEARCH events USING INDEX \w+ \([^)]*rowid>\?\)$/, where);
  });

  describe("of another version", () => {
    it("is copied, then brought forward", async () => {
      const data = newHome();
      const store = await open(data);
      await add(store, "old");
      close(store);
      const now = await open(data, { migrations: later, now: () => new Date("2026-05-01T10:00:00Z") });
      assert.equal((await sql<{ id: number }>`select id from later`.execute(now.db)).rows.length, 1);
      assert.deepEqual((await now.db.selectFrom("items").select("key").execute()).length, 1);
      assert.deepEqual(readdirSync(path.join(data, "backups")), ["calcifer-2026-05-01T10-00-00Z-migration.db"]);
      const copy = new (await sqlite())(path.join(data, "backups", "calcifer-2026-05-01T10-00-00Z-migration.db"), {
        readonly: true,
      });
      assert.deepEqual(copy.prepare("select key from items").pluck().all(), ["old"]);
      assert.equal(copy.prepare("select count(*) from sqlite_schema where name = 'later'").pluck().get(), 0);
      copy.close();
    });

    it("stays as it was when a migration fails", async () => {
      const data = newHome();
      close(await open(data));
      const broken: Migrations = {
        ...ours,
        "0002-first-half": {
          up: async (db: Kysely<unknown>) => void (await sql`create table half (id integer)`.execute(db)),
        },
        "0003-broken": { up: async (db: Kysely<unknown>) => void (await sql`create nonsense`.execute(db)) },
      };
      await assert.rejects(
        open(data, { migrations: broken }),
        fault("internal", /could not be brought to this version.*It is as it was\./),
      );
      const store = await open(data);
      const tables = await sql<{ name: string }>`select name from sqlite_schema where name = 'half'`.execute(store.db);
      assert.deepEqual(tables.rows, []);
    });

    it("is refused when it is newer, and not a byte changes", async () => {
      const data = newHome();
      const store = await open(data, { migrations: later });
      await add(store, "future");
      close(store);
      const before = digest(path.join(data, "calcifer.db"));
      await assert.rejects(
        open(data),
        fault("incompatible", /newer Calcifer \(it has 0099-later\); it was left as it is/),
      );
      assert.equal(digest(path.join(data, "calcifer.db")), before);
    });

    it("is refused when it is newer and its daemon was killed: its log stays too", async () => {
      const data = newHome();
      const store = await open(data, { migrations: later });
      await add(store, "future");
      const files = ["calcifer.db", "calcifer.db-wal"].map((name) => ({
        name,
        bytes: readFileSync(path.join(data, name)),
      }));
      const killed = newHome();
      for (const { name, bytes } of files) writeFileSync(path.join(killed, name), bytes);
      await assert.rejects(open(killed), fault("incompatible", /newer/));
      for (const { name, bytes } of files) assert.deepEqual(readFileSync(path.join(killed, name)), bytes, name);
    });
  });

  describe("that cannot be used", () => {
    it("because it is damaged", async () => {
      const data = newHome();
      writeFileSync(
        path.join(data, "calcifer.db"),
        "this is no database, and long enough to look like one ".repeat(40),
      );
      await assert.rejects(open(data), fault("refused", /is damaged\.$/));
    });

    it("because another program holds it", async () => {
      const data = newHome();
      close(await open(data));
      const other = new (await sqlite())(path.join(data, "calcifer.db"));
      other.pragma("locking_mode = exclusive");
      other.exec("begin exclusive");
      await assert.rejects(open(data, { timeout: 50 }), fault("conflict", /is locked by another program\.$/));
      other.close();
    });

    it("because its folder cannot be made", async () => {
      const data = newHome();
      writeFileSync(path.join(data, "file"), "");
      await assert.rejects(
        open(path.join(data, "file", "deeper")),
        fault("refused", /cannot keep its data in .*: a part of that path is a file\.$/),
      );
      await assert.rejects(open("/proc/calcifer"), fault("refused", /cannot keep its data in/));
    });

    it("because it is a folder", async () => {
      const data = newHome();
      mkdirSync(path.join(data, "calcifer.db"));
      await assert.rejects(open(data));
    });
  });

  it("is not kept on a network file system", () => {
    const mounts = [
      "22 1 0:20 / / rw - ext4 /dev/vda rw",
      "30 22 0:40 / /home/me/far rw - fuse.sshfs host: rw",
      "31 30 0:41 / /home/me/far/near rw - fuse.ntfs-3g /dev/sdb rw",
      "32 22 0:42 / /with\\040space rw - fuse.rclone x rw",
    ].join("\n");
    assert.equal(networkFuse("/home/me/far/calcifer", mounts), "sshfs");
    assert.equal(networkFuse("/home/me/far/near/calcifer", mounts), undefined);
    assert.equal(networkFuse("/home/me/farther", mounts), undefined);
    assert.equal(networkFuse("/with space/x", mounts), "rclone");
  });
});
