// Incidents as health tells of them, and as people look after them.
import assert from "node:assert/strict";
import { Home, said } from "../../test/home.ts";
import type { Running } from "../life/house.ts";
import { soon } from "../life/trial.ts";
import { addDependencies, serviceByName } from "../service/service.ts";
import { type Change, endpointRemoved, incidentsOf, incidentWords, openIncidents, transition } from "./incident.ts";

const minute = 60_000;

describe("incident", () => {
  let home: Home;
  let running: Running;
  let incident: Home["call"]["incident"];
  before(async () => {
    home = new Home();
    running = await home.start();
    incident = home.call.incident;
  });
  after(() => home.leave());

  let count = 0;
  const service = async () => {
    const name = `s${++count}`;
    return { name, top: await home.service(name, { "a.txt": "one\n" }) };
  };
  let endpoints = 0;
  const endpoint = (of: string, more: Partial<Change> = {}): Omit<Change, "to" | "at"> => ({
    endpoint: ++endpoints,
    name: "healthz",
    service: of,
    environment: "production",
    from: "up",
    why: "connection refused",
    blockedBy: null,
    ...more,
  });

  const happens = (about: Omit<Change, "to" | "at">, to: Change["to"], more: Partial<Change> = {}) =>
    running.world.ownCall().write((tx) => transition(tx, { ...about, to, at: new Date(), ...more }));
  const show = (id: number | null) => incident.show({ incident: id as number });
  const timeline = async (id: number | null) => (await show(id)).timeline.map((p) => `${p.what}: ${p.text}`);
  const of = async (name: string) => (await incident.list({ service: name, all: true })).incidents;
  /** Commits were looked for. */
  const gathered = (id: number | null) =>
    soon(async () => {
      const row = await running.world.db
        .selectFrom("incidents")
        .select("gathered")
        .where("id", "=", id as number)
        .executeTakeFirst();
      return row?.gathered === 1;
    }, "the commits");

  it("opens with the first, takes others in, is told once, ends when all answer", async () => {
    const { name } = await service();
    const since = (await home.happened()).seq;
    const [one, two] = [endpoint(name), endpoint(name, { name: "api" })];
    const id = await happens(one, "down");
    assert.equal(await happens(two, "degraded", { why: "2,300 ms" }), id);
    const open = await show(id);
    assert.deepEqual(
      [open.service, open.environment, open.state, open.severity, open.cause, open.times, open.resolved],
      [name, "production", "open", "down", "healthz: connection refused", 1, null],
    );
    assert.deepEqual(
      open.endpoints.map((e) => [e.name, e.service]),
      [
        ["healthz", name],
        ["api", name],
      ],
    );
    assert.equal((await openIncidents(running.world.db)).get(two.endpoint), id);
    await happens(one, "up", { why: "200 in 3 ms" });
    assert.equal((await show(id)).state, "open");
    assert.equal(await happens(two, "up", { why: "200 in 9 ms" }), null);
    const over = await show(id);
    assert.deepEqual(
      [over.state, over.resolved?.by, over.resolved?.reason],
      ["resolved", "daemon", "all endpoints answer again"],
    );
    assert.deepEqual(
      (await timeline(id)).filter((t) => !t.includes("Changed before")),
      [
        "opened: healthz: connection refused",
        "changed: Also api: 2,300 ms",
        "recovered: healthz answers again: 200 in 3 ms",
        "recovered: api answers again: 200 in 9 ms",
        "resolved: all endpoints answer again",
      ],
    );
    const { names } = await home.happened(since);
    assert.equal(names.filter((n) => n === "incident.opened").length, 1);
    assert.equal(names.filter((n) => n === "incident.resolved").length, 1);
    assert.equal((await openIncidents(running.world.db)).has(two.endpoint), false);
  });

  it("two that fail in the same second are one; told twice, it is done once", async () => {
    const { name } = await service();
    const all = Array.from({ length: 8 }, () => endpoint(name));
    const at = new Date();
    const ids = await Promise.all([...all, ...all].map((e) => happens(e, "down", { at })));
    assert.equal(new Set(ids).size, 1);
    const [only, second] = await of(name);
    assert.equal(second, undefined);
    assert.equal(only?.endpoints.length, 8);
    assert.equal((await timeline(ids[0] ?? null)).filter((t) => /^(opened|changed: Also)/.test(t)).length, 8);
  });

  it("other environments are other incidents", async () => {
    const { name } = await service();
    const one = await happens(endpoint(name), "down");
    const two = await happens(endpoint(name, { environment: "staging" }), "down");
    assert.notEqual(one, two);
  });

  it("flapping folds into one: opened once, and a new acknowledgement is asked for", async () => {
    const { name } = await service();
    const e = endpoint(name);
    const start = Date.now() - 60 * minute;
    const at = (n: number) => ({ at: new Date(start + n * minute) });
    const since = (await home.happened()).seq;
    const id = await happens(e, "down", at(0));
    await incident.acknowledge({ incident: id as number, reason: "on it" });
    assert.equal((await show(id)).state, "acknowledged");
    for (const n of [1, 10, 19]) {
      await happens(e, "up", at(n));
      assert.equal((await show(id)).state, "resolved");
      assert.equal(await happens(e, "down", at(n + 8)), id);
      const again = await show(id);
      assert.deepEqual([again.state, again.acknowledged, again.resolved], ["open", null, null]);
    }
    assert.equal((await show(id)).times, 4);
    await happens(e, "up", at(30));
    const next = await happens(e, "down", at(41));
    assert.notEqual(next, id, "later it is another one");
    const { names } = await home.happened(since);
    assert.equal(names.filter((n) => n === "incident.opened").length, 2);
    assert.deepEqual(
      (await incidentsOf(running.world.db, [e.endpoint], at(20).at, at(50).at)).map((s) => s.id),
      [id, next],
    );
    assert.deepEqual(await incidentsOf(running.world.db, [e.endpoint], at(31).at, at(40).at), []);
  });

  it("services that wait for it are listed, also at second hand; they have none of their own", async () => {
    const [db, api, web] = [await service(), await service(), await service()];
    const id = await happens(endpoint(db.name), "down");
    assert.equal(await happens(endpoint(api.name), "blocked", { blockedBy: db.name }), null);
    await happens(endpoint(api.name), "blocked", { blockedBy: db.name });
    await happens(endpoint(web.name), "blocked", { blockedBy: api.name });
    const shown = await show(id);
    assert.deepEqual(shown.blocks, [api.name, web.name]);
    assert.equal(shown.timeline.filter((p) => p.what === "blocked").length, 2);
    assert.deepEqual([await of(api.name), await of(web.name)], [[], []]);
  });

  it("one that failed first, and turns out to wait for another, folds into that one", async () => {
    const [db, web] = [await service(), await service()];
    const e = endpoint(web.name);
    const own = await happens(e, "down");
    const cause = await happens(endpoint(db.name), "down");
    assert.equal(await happens(e, "blocked", { blockedBy: db.name }), null);
    assert.equal((await show(own)).resolved?.reason, `what is left waits for ${db.name}`);
    assert.deepEqual((await show(cause)).blocks, [web.name]);
  });

  it("an endpoint that is removed or paused resolves nothing, and that is told", async () => {
    const { name } = await service();
    const [one, two] = [endpoint(name), endpoint(name, { name: "api" })];
    const id = await happens(one, "down");
    await happens(two, "down");
    await happens(one, "not measured", { why: "paused: moving" });
    await running.world.ownCall().write((tx) => endpointRemoved(tx, two.endpoint, new Date()));
    assert.equal((await show(id)).state, "open");
    assert.deepEqual(
      (await timeline(id)).filter((t) => t.includes("cannot be told")),
      [
        "changed: healthz is not measured: paused: moving. It cannot be told whether it still fails.",
        "changed: api is no longer watched. It cannot be told whether it still fails.",
      ],
    );
    const closed = await incident.resolve({ incident: id as number, reason: "switched off for good" });
    assert.equal(closed.resolved?.by, "cli");
  });

  it("the removal is heard of as an event, too", async () => {
    const { name } = await service();
    const e = endpoint(name);
    const id = await happens(e, "down");
    await running.world
      .ownCall()
      .write((tx) => tx.happened("health.removed", { service: name, data: { endpoint: e.endpoint, name: e.name } }));
    await soon(async () => (await timeline(id)).some((t) => t.includes("no longer watched")), "the removal");
  });

  it("a service that is retired or forgotten leaves no incident that seems to fail: it is told, and a person may close it", async () => {
    for (const leave of ["retire", "remove"] as const) {
      const { name } = await service();
      const id = await happens(endpoint(name), "down");
      await home.call.service[leave]({ service: name });
      const told = `changed: healthz is not measured: its service was ${leave === "retire" ? "retired" : "forgotten"}. It cannot be told whether it still fails.`;
      await soon(async () => (await timeline(id)).includes(told), "the word");
      assert.equal((await show(id)).state, "open");
      assert.equal((await incident.resolve({ incident: id as number, reason: "it is no more" })).state, "resolved");
    }
  });

  it("what went to the trunk or live before is suspected: items with entries at once, commits soon", async () => {
    const { name, top } = await service();
    const { id: item } = await home.item(name, "Add TLS");
    home.write(`${top}/b.txt`, "x\n");
    await home.call.work.commit({ message: "TLS", repo: top, entry: "Speaks TLS", all: true });
    await home.ready(item);
    const { commit } = await home.call.work.finish({ item });
    await home.git(top, "switch", "-q", "main");
    const direct = await home.commit(top, "Tune the \u0007pool\n\nCalcifer-Waiver: entry; x", { "c.txt": "y\n" });
    await running.world.ownCall().write((tx) =>
      tx.happened("service.live", {
        service: name,
        data: { environment: "production", version: "v2", commit: null, source: "hand" },
      }),
    );
    const since = (await home.happened()).seq;
    const id = await happens(endpoint(name), "down", { at: new Date(Date.now() + 1000) });
    const { events } = await home.happened(since);
    assert.equal(events.find((e) => e.name === "incident.opened")?.data.suspect, `${name} v2 went live`);
    await gathered(id);
    const { suspects } = await show(id);
    assert.deepEqual(
      suspects.filter((s) => s.how === "live").map((s) => [s.title, s.service]),
      [["v2", name]],
    );
    const merged = suspects.filter((s) => s.how === "merged");
    assert.deepEqual(
      merged.find((s) => s.item === item),
      {
        at: merged.find((s) => s.item === item)?.at,
        how: "merged",
        service: name,
        commit,
        item,
        title: "Add TLS: Speaks TLS",
      },
    );
    assert.equal(merged.filter((s) => s.commit === commit).length, 1, "the merge is not told twice");
    assert.match(merged.find((s) => s.commit === direct)?.title ?? "", /^Tune the .*pool$/);
    await soon(async () => (await timeline(id)).some((t) => t.startsWith("changed: Changed before it")), "the point");
  });

  it("what changed between two failures of one incident is suspected, too; the first version a probe reads is not", async () => {
    const { name, top } = await service();
    const e = endpoint(name);
    const live = (version: string, before: string | null) =>
      running.world.ownCall().write((tx) =>
        tx.happened("service.live", {
          service: name,
          data: { environment: "production", version, commit: null, source: "probe", before },
        }),
      );
    await live("1", null);
    const id = await happens(e, "down");
    await gathered(id);
    await happens(e, "up");
    await live("2", "1");
    const direct = await home.commit(top, "Half a mend\n\nCalcifer-Waiver: entry; x", { "c.txt": "z\n" });
    assert.equal(await happens(e, "down", { at: new Date(Date.now() + 1000) }), id);
    await soon(async () => (await show(id)).suspects.some((s) => s.commit === direct), "the later commit");
    const { suspects } = await show(id);
    assert.deepEqual(
      suspects.filter((s) => s.how === "live").map((s) => s.title),
      ["2"],
    );
    assert.ok((await timeline(id)).some((t) => t.startsWith("changed: Changed before it")));
  });

  it("of services that share a repository, and of those it needs: each its own files", async () => {
    const { name: db, top } = await service();
    const web = `s${++count}`;
    await home.call.service.add({ path: top, name: web });
    for (const one of [db, web]) await home.call.service.edit({ service: one, path: top, paths: [`${one}/**`] });
    await running.world.ownCall().write(async (tx) => {
      const [from, to] = [await serviceByName(tx.db, web), await serviceByName(tx.db, db)];
      await addDependencies(tx, from, [to], "declared");
    });
    await home.commit(top, `Ours\n\nCalcifer-Waiver: entry; x`, { [`${web}/a`]: "1\n" });
    await home.git(top, "switch", "-q", "-c", "side");
    await home.commit(top, `On the side\n\nCalcifer-Waiver: entry; x`, { [`${db}/a`]: "1\n" });
    await home.git(top, "switch", "-q", "main");
    await home.commit(top, `Elsewhere\n\nCalcifer-Waiver: entry; x`, { "c.txt": "1\n" });
    await home.must(top, "-c", "core.hooksPath=/dev/null", "merge", "-q", "--no-ff", "-m", "Theirs", "side");
    const later = { at: new Date(Date.now() + 1000) };
    const ids = [await happens(endpoint(db), "down", later), await happens(endpoint(web), "down", later)];
    for (const id of ids) await gathered(id);
    const seen = await Promise.all(
      ids.map(async (id) => (await show(id)).suspects.map((s) => `${s.service}: ${s.title}`)),
    );
    assert.deepEqual(
      seen.map((s) => s.toSorted()),
      [[`${db}: Theirs`], [`${db}: Theirs`, `${web}: Ours`]],
    );
  });

  it("a repository that is gone does not hold it up", async () => {
    const { name, top } = await service();
    const id = await happens(endpoint(name), "down");
    await home.run(home.folder, "rm", ["-rf", top]);
    await gathered(id);
    assert.equal((await show(id)).state, "open");
  });

  it("of a service that was retired meanwhile: looked at, listed, told in words; no item is made for it", async () => {
    const { name } = await service();
    const id = await happens(endpoint(name), "down");
    await running.world.ownCall().write(async (tx) => {
      await tx.db.updateTable("services").set({ retired: new Date().toISOString() }).where("name", "=", name).execute();
    });
    await gathered(id);
    assert.deepEqual(
      (await of(name)).map((one) => one.id),
      [id],
    );
    assert.match((await said(incident.item({ incident: id as number }))).message, /is retired/);
  });

  it("acknowledge, note, resolve: refused while it fails, unless anyway; not twice", async () => {
    const { name } = await service();
    const id = (await happens(endpoint(name), "down")) as number;
    await incident.acknowledge({ incident: id, reason: "the disk is full" });
    await incident.note({ incident: id, text: "cleaned up\nwith care" });
    assert.deepEqual(await said(incident.resolve({ incident: id, reason: "done" })), {
      fault: "refused",
      message: `Incident ${id} is not over: healthz still fails.`,
      hint: "It resolves by itself when they answer again. To close it all the same: --anyway",
    });
    assert.equal((await show(id)).state, "acknowledged", "a refusal changes nothing");
    const closed = await incident.resolve({ incident: id, reason: "rolled back", anyway: true });
    assert.deepEqual([closed.state, closed.resolved?.reason, closed.resolved?.by], ["resolved", "rolled back", "cli"]);
    assert.equal((await said(incident.resolve({ incident: id, reason: "again", anyway: true }))).fault, "refused");
    assert.equal((await said(incident.acknowledge({ incident: id, reason: "late" }))).fault, "refused");
    assert.equal((await said(incident.note({ incident: 9999, text: "x" }))).fault, "missing");
    const [words] = await incidentWords(running.world.db, { only: id });
    assert.deepEqual(words?.notes.split("\n"), ["cleaned up", "with care", "the disk is full", "rolled back"]);
  });

  it("opens a bug on the service, tells when it is finished; links another", async () => {
    const { name, top } = await service();
    const id = (await happens(endpoint(name, { why: "`rm -rf` \u202eis\nnot <b>obeyed</b>" }), "down")) as number;
    const { item } = await incident.item({ incident: id });
    assert.ok(item);
    const made = await home.call.work.get({ item: item.id });
    assert.deepEqual([made.type, made.service, made.title], ["bug", name, "healthz: `rm -rf` is not <b>obeyed</b>"]);
    assert.match(
      made.description,
      /^Incident \d+: s\d+ failed in production since .*\n\n`healthz: 'rm -rf' is not <b>obeyed<\/b>`\n/,
    );
    assert.equal((await said(incident.item({ incident: id }))).fault, "refused");
    await home.call.work.start({ item: item.id });
    home.write(`${top}/fix.txt`, "x\n");
    await home.call.work.commit({ message: "Fix", repo: top, entry: "Mended", all: true });
    await home.ready(item.id);
    await home.call.work.finish({ item: item.id });
    const told = `changed: #${item.id} ${made.title} is finished`;
    await soon(async () => (await timeline(id)).includes(told), "the point");
    const other = await home.call.work.add({ title: "Look closer", service: name });
    const linked = await incident.link({ incident: id, item: other.id });
    assert.deepEqual(linked.item, { id: other.id, title: "Look closer", status: "planned" });
    await incident.link({ incident: id, item: other.id });
    assert.equal((await timeline(id)).filter((t) => t.startsWith("linked: ")).length, 2);
    await home.call.work.drop({ item: other.id });
    assert.equal((await said(incident.link({ incident: id, item: other.id }))).fault, "refused");
  });

  it("is listed while it is open; all with --all, newest first", async () => {
    const { name } = await service();
    const e = endpoint(name);
    const long = Date.now() - 100 * minute;
    await happens(e, "down", { at: new Date(long) });
    await happens(e, "up", { at: new Date(long + minute) });
    const id = await happens(e, "down");
    assert.deepEqual(
      (await incident.list({ service: name })).incidents.map((i) => i.id),
      [id],
    );
    const [newest, oldest] = await of(name);
    assert.deepEqual([newest?.id, oldest?.seconds], [id, 60]);
    assert.equal((await said(incident.list({ service: "nobody" }))).fault, "missing");
  });
});
