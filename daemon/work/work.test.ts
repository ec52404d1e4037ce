// Work items through a real daemon and real git: every method, what it changes, and how it says no.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import type { Fault } from "../../protocol/errors.ts";
import { Home, said } from "../../test/home.ts";

let home: Home;
/** A service whose work tree each test leaves clean and on main. */
let top: string;
let work: Home["call"]["work"];
describe("work", () => {
  before(async () => {
    home = new Home();
    work = home.call.work;
    await home.start();
    top = await home.service("gateway", { "README.md": "# Gateway\n", "edge.conf": "one\ntwo\nthree\n" });
  });
  after(() => home.leave());
  afterEach(async () => {
    await home.git(top, "merge", "--abort");
    await home.must(top, "reset", "-q", "--hard");
    await home.must(top, "clean", "-q", "-f", "-d");
    await home.must(top, "switch", "-q", "main");
  });

  const item = (title: string, more: object = {}) => home.item("gateway", title, more);
  const git = (...args: string[]) => home.must(top, ...args);
  const lie = (file: string, text: string) => home.write(path.join(top, file), text);
  const shownByName = async (since: number) => (await home.happened(since)).names.filter((n) => n.startsWith("work."));
  const newest = async () => (await home.happened()).seq;
  const missing = (id: number) => ({
    fault: "missing",
    message: `There is no work item #${id}.`,
    hint: "See what there is: calcifer work list --all",
  });

  describe("open an item", () => {
    it("with the checklist and the document of its type", async () => {
      const since = await newest();
      const made = await work.add({
        title: "  Add TLS  ",
        service: "gateway",
        type: "feature",
        label: ["edge", "security"],
        description: "**Why**",
      });
      assert.match(made.key, /^[2-9a-hjkmnp-z]{8}$/);
      const { id, key: _, created, ...rest } = made;
      assert.ok(Math.abs(Date.parse(created) - Date.now()) < 60_000);
      assert.deepEqual(rest, {
        title: "Add TLS",
        type: "feature",
        service: "gateway",
        status: "planned",
        description: "**Why**",
        notes: "",
        labels: ["edge", "security"],
        checklist: ["Tried as a user would", "Tests cover it", "The docs say how to use it"].map((text) => ({
          text,
          done: false,
        })),
        document: `docs/changes/${id}-add-tls.md`,
        branch: null,
        worktree: null,
        started: null,
        finished: null,
        merged: null,
        version: made.version,
      });
      const { events } = await home.happened(since);
      assert.deepEqual(
        events.map(({ name, item, service, by, data }) => ({ name, item, service, by, data })),
        [{ name: "work.added", item: id, service: "gateway", by: "cli", data: { title: "Add TLS" } }],
      );
    });
    it("on the service of the repository, from any folder in it", async () => {
      home.write(path.join(top, "sub/x"), "");
      assert.equal((await work.add({ title: "x", repo: path.join(top, "sub") })).service, "gateway");
    });
    it("a title has 1 to 200 characters, as a person counts, in one line", async () => {
      const emoji = "👩‍💻";
      assert.equal((await work.add({ title: emoji.repeat(200), service: "gateway" })).title, emoji.repeat(200));
      const says = async (title: string) => (await said(work.add({ title, service: "gateway" }))).message;
      assert.equal(await says("  "), "title: must have 1 to 200 characters; it has 0");
      assert.equal(await says(emoji.repeat(201)), "title: must have 1 to 200 characters; it has 201");
      assert.equal(await says("a\nb"), "title: must be one line without control characters");
      assert.equal(await says("a\u202eb"), "title: must be one line without control characters");
    });
    it("a service that is not there, and none named", async () => {
      assert.deepEqual(await said(work.add({ title: "x", service: "gatway" })), {
        fault: "missing",
        message: "There is no service gatway.",
        hint: "There is: gateway",
      });
      assert.deepEqual(await said(work.add({ title: "x" })), {
        fault: "invalid",
        message: "service: No service was named, and no repository either.",
      });
      const other = await home.repo("unregistered");
      assert.deepEqual(await said(work.add({ title: "x", repo: other })), {
        fault: "missing",
        message: `${other} is not registered as a service.`,
        hint: "Register it: calcifer service add .",
      });
    });
  });

  describe("name an item", () => {
    it("by number, with # or without; never by anything else", async () => {
      const { id } = await work.add({ title: "x", service: "gateway" });
      for (const named of [id, `${id}`, `#${id}`, ` #${id} `]) assert.equal((await work.show({ item: named })).id, id);
      assert.deepEqual(await said(work.show({ item: 999_999 })), missing(999_999));
      assert.deepEqual(await said(work.get({ item: 999_999 })), missing(999_999));
      for (const named of ["x", "4 2", "-1", "#"]) {
        const { fault, message } = await said(work.show({ item: named }));
        assert.deepEqual(
          [fault, message],
          ["invalid", `item: "${named}" is not the number of a work item; it looks like 42 or #42.`],
        );
      }
    });
    it("by what is checked out", async () => {
      const { id } = await item("Here");
      for (const named of [undefined, ".", ""]) assert.equal((await work.show({ item: named, repo: top })).id, id);
      const hint = "Name the item, such as 42. See what there is: calcifer work list";
      const none = async (repo?: string) => {
        const { message, hint: said_ } = await said(work.show({ repo }));
        assert.equal(said_, hint);
        return message;
      };
      assert.equal(await none(), "No work item was named, and no repository either.");
      await git("switch", "-q", "main");
      assert.equal(await none(top), "No work item was named, and the branch main belongs to none.");
      await git("switch", "-q", "--detach");
      assert.equal(await none(top), "No work item was named, and HEAD is on no branch here.");
      await git("switch", "-q", "-c", "foreign");
      for (const [key, value] of [
        ["calciferItem", "7"],
        ["calciferKey", "aaaaaaaa"],
        ["calciferTitle", "Theirs"],
      ] as const)
        await git("config", `branch.foreign.${key}`, value);
      assert.equal(
        await none(top),
        'The branch foreign belongs to #7 "Theirs" of another database; take it over with: calcifer work adopt foreign',
      );
      await git("switch", "-q", "main");
      await git("branch", "-D", "foreign");
      assert.deepEqual(await said(work.show({ repo: home.path("nowhere") })), {
        fault: "missing",
        message: `There is no folder ${home.path("nowhere")}.`,
      });
    });
  });

  describe("list", () => {
    it("what is open, newest first, page by page", async () => {
      const ids: number[] = [];
      for (const title of ["Alpha one", "Alpha two", "Alpha three"])
        ids.unshift((await work.add({ title, service: "gateway", type: "bug", label: ["paged"] })).id);
      const first = await work.list({ label: "paged", limit: 2 });
      assert.deepEqual(
        first.items.map((i) => i.id),
        ids.slice(0, 2),
      );
      const second = await work.list({ label: "paged", limit: 2, after: first.next as string });
      assert.deepEqual([second.items.map((i) => i.id), second.next], [ids.slice(2), null]);
      assert.deepEqual((await said(work.list({ after: "x" }))).message, "after: is not a cursor that work.list gave.");
    });
    it("by words, service, type and status", async () => {
      const { id } = await work.add({
        title: "Rotate the élan certificates",
        service: "gateway",
        type: "documentation",
        description: "quarterly",
      });
      const found = async (p: object) => (await work.list(p)).items.map((i) => i.id);
      for (const search of ["elan cert", "QUARTERLY", 'rotate "the'])
        assert.deepEqual(await found({ search }), [id], search);
      assert.deepEqual(await found({ search: '"*(' }), []);
      assert.deepEqual(await found({ type: "documentation", service: "gateway", status: ["planned"] }), [id]);
      assert.deepEqual(await found({ type: "documentation", service: "nobody" }), []);
      assert.deepEqual(await found({ type: "documentation", status: ["done"] }), []);
      await work.drop({ item: id });
      assert.deepEqual(await found({ type: "documentation" }), []);
      assert.deepEqual(await found({ type: "documentation", all: true }), [id]);
    });
    it("of several statuses, without a label, without a service: page by page in one order", async () => {
      await home.service("leaving");
      const ids: number[] = [];
      for (const title of ["a", "b", "c", "d", "e", "f"])
        ids.unshift((await work.add({ title, service: "leaving", ...(title < "e" && { label: ["kept"] }) })).id);
      const [f, e, d, c, b, a] = ids as [number, number, number, number, number, number];
      for (const item of [b, d, f]) await work.drop({ item });
      const found = async (p: object) => (await work.list({ service: "leaving", ...p })).items.map((i) => i.id);
      assert.deepEqual(await found({ status: ["dropped", "planned"] }), ids);
      assert.deepEqual(await found({ status: ["done", "dropped"] }), [f, d, b]);
      assert.deepEqual(await found({ status: ["active", "planned"] }), [e, c, a]);
      assert.deepEqual(await found({ noLabel: true }), [e]);
      assert.deepEqual(await found({ noLabel: true, all: true, label: "kept" }), []);
      const paged: number[] = [];
      for (let after: string | undefined, more = true; more; ) {
        const page = await work.list({ service: "leaving", status: ["dropped", "planned"], limit: 4, after });
        paged.push(...page.items.map((i) => i.id));
        after = page.next ?? undefined;
        more = page.next !== null;
      }
      assert.deepEqual(paged, ids);
      await home.call.service.remove({ service: "leaving", force: true });
      const without = (await work.list({ noService: true, all: true })).items;
      assert.deepEqual(
        without.map((i) => [i.id, i.service]),
        ids.map((id) => [id, null]),
      );
      assert.deepEqual(
        (await work.list({ noService: true, all: true, search: "e" })).items.map((i) => i.id),
        [e],
      );
      for (const id of ids) await work.delete({ item: id });
    });
    it("a row has what its icon needs: the version, and whether it is merged and pushed", async () => {
      const { id, version } = await work.add({ title: "Row", service: "gateway", label: ["row"] });
      const row = (await work.list({ label: "row" })).items[0];
      assert.deepEqual([row?.id, row?.version, row?.merged, row?.pushed], [id, version, false, null]);
    });
  });

  describe("groups", () => {
    it("by status, service, type and label, as a list with the same filter has them", async () => {
      await home.service("grouped");
      const ids: number[] = [];
      for (const [title, type, label] of [
        ["one", "bug", ["v10", "v9"]],
        ["two", "bug", []],
        ["three", "feature", ["v9"]],
        ["four", "maintenance", ["Ä"]],
      ] as const)
        ids.push((await work.add({ title, service: "grouped", type, label: [...label] })).id);
      const [one, two] = ids as [number, number];
      await work.drop({ item: one });
      await work.start({ item: two });
      const groups = async (p: Parameters<typeof work.groups>[0]) => {
        const found = await work.groups({ service: "grouped", ...p });
        return [...found.groups.map(({ value, count }) => `${value} ${count}`), found.total];
      };
      assert.deepEqual(await groups({ by: "status", all: true }), ["active 1", "planned 2", "dropped 1", 4]);
      assert.deepEqual(await groups({ by: "status" }), ["active 1", "planned 2", 3]);
      assert.deepEqual(await groups({ by: "type", all: true }), ["bug 2", "feature 1", "maintenance 1", 4]);
      assert.deepEqual(await groups({ by: "label", all: true }), ["Ä 1", "v9 2", "v10 1", "null 1", 4]);
      assert.deepEqual(await groups({ by: "label" }), ["Ä 1", "v9 1", "null 1", 3]);
      assert.deepEqual(await groups({ by: "label", noLabel: true }), ["null 1", 1]);
      assert.deepEqual(await groups({ by: "type", label: "v9", all: true }), ["bug 1", "feature 1", 2]);
      assert.deepEqual(await groups({ by: "status", search: "one three", all: true }), [0]);
      assert.deepEqual(await groups({ by: "status", search: "t", all: true }), ["active 1", "planned 1", 2]);
      assert.deepEqual(await groups({ by: "label", search: "t", all: true }), ["v9 1", "null 1", 2]);
      assert.deepEqual(await groups({ by: "type", search: "*" }), [0]);
      assert.deepEqual(await groups({ by: "type", service: "nobody" }), [0]);
      await git("switch", "-q", "main");
      for (const by of ["status", "service", "type", "label"] as const)
        for (const filter of [
          {},
          { all: true },
          { status: ["done" as const, "active" as const] },
          { type: "bug" as const },
        ]) {
          const { groups: found, total } = await work.groups({ by, ...filter });
          assert.equal(total, (await work.list({ ...filter, limit: 500 })).items.length);
          for (const { value, count } of found) {
            const own =
              value === null
                ? by === "label"
                  ? { noLabel: true }
                  : { noService: true }
                : { [by]: by === "status" ? [value] : value };
            assert.equal((await work.list({ ...filter, ...own, limit: 500 })).items.length, count, `${by} ${value}`);
          }
        }
      await home.call.service.remove({ service: "grouped", force: true });
      const gone = { by: "label" as const, service: undefined, noService: true, all: true };
      assert.deepEqual(await groups(gone), ["Ä 1", "v9 2", "v10 1", "null 1", 4]);
      const services = await work.groups({ by: "service", all: true });
      assert.deepEqual(services.groups.at(-1), { value: null, count: 4 });
      assert.deepEqual(await groups({ by: "type", service: undefined, noService: true, all: true }), [
        "bug 2",
        "feature 1",
        "maintenance 1",
        4,
      ]);
    });
  });

  describe("edit", () => {
    it("what a person may change, and the event that says what", async () => {
      const { id } = await work.add({ title: "Old", service: "gateway" });
      const since = await newest();
      const after = await work.edit({
        item: id,
        title: "New",
        type: "bug",
        description: "d",
        label: ["a", "b"],
        document: "docs/new.md",
      });
      assert.deepEqual(
        [after.title, after.type, after.description, after.labels, after.document],
        ["New", "bug", "d", ["a", "b"], "docs/new.md"],
      );
      assert.equal((await work.edit({ item: id, document: "" })).document, null);
      const { events } = await home.happened(since);
      assert.deepEqual(
        events.map((e) => e.data),
        [{ changed: ["title", "type", "description", "labels", "document"] }, { changed: ["document"] }],
      );
    });
    it("only what was seen, with ifVersion", async () => {
      const { id, version } = await work.add({ title: "Old", service: "gateway" });
      const now = await work.edit({ item: id, title: "New", ifVersion: version });
      assert.deepEqual(await said(work.edit({ item: id, title: "Other", ifVersion: version })), {
        fault: "conflict",
        message: `#${id} changed since you looked.`,
        hint: `Look again: calcifer work show ${id}`,
      });
      assert.deepEqual(await work.get({ item: id }), now);
    });
    it("a conflict carries the item as it is now, whatever was to be changed", async () => {
      const { id, version } = await work.add({ title: "Both", service: "gateway" });
      await work["check-remove"]({ item: id, point: 2 });
      const now = await work.note({ item: id, text: "Theirs." });
      for (const act of [
        work.edit({ item: id, title: "Mine", ifVersion: version }),
        work.note({ item: id, text: "Mine.", ifVersion: version }),
        work.check({ item: id, points: [2], ifVersion: version }),
        work.uncheck({ item: id, all: true, ifVersion: version }),
        work["check-add"]({ item: id, text: "Mine", ifVersion: version }),
        work["check-edit"]({ item: id, point: 2, text: "Mine", ifVersion: version }),
        work["check-remove"]({ item: id, point: 2, ifVersion: version }),
        work["check-move"]({ item: id, point: 2, to: 1, ifVersion: version }),
      ]) {
        const fault = await act.then(
          () => assert.fail("it was taken"),
          (error: unknown) => error as Fault,
        );
        assert.equal(fault.fault, "conflict");
        assert.deepEqual(fault.data, { version: now.version, item: now });
      }
      assert.deepEqual(await work.get({ item: id }), now);
    });
    it("no document outside the repository", async () => {
      const { id } = await work.add({ title: "x", service: "gateway" });
      for (const document of ["/etc/passwd", "../x", "docs/../../x", "a\\..\\b", "a\u0000b"])
        assert.deepEqual(await said(work.edit({ item: id, document })), {
          fault: "invalid",
          message: "document: must be a path inside the repository, such as docs/changes/42-add-tls.md",
        });
    });
    it("another service, until it has a branch", async () => {
      await home.service("mailer");
      const { id } = await work.add({ title: "x", service: "gateway" });
      assert.equal((await work.edit({ item: id, service: "mailer" })).service, "mailer");
      assert.equal((await work.edit({ item: id, service: "gateway" })).service, "gateway");
      await work.start({ item: id });
      assert.deepEqual(await said(work.edit({ item: id, service: "mailer" })), {
        fault: "refused",
        message: `#${id} has a branch in gateway, so it cannot move to mailer.`,
        hint: `Drop it there first: calcifer work drop ${id}`,
      });
      assert.equal((await said(work.edit({ item: id, service: "nobody" }))).message, "There is no service nobody.");
    });
    it("notes of at most 2,000 characters, as a person counts", async () => {
      const { id } = await work.add({ title: "x", service: "gateway" });
      const emoji = "👨‍👩‍👧";
      assert.equal((await work.note({ item: id, text: emoji.repeat(2000) })).notes, emoji.repeat(2000));
      assert.equal(
        (await said(work.note({ item: id, text: emoji.repeat(2001) }))).message,
        "text: must have at most 2,000 characters; it has 2,001",
      );
      await work.note({ item: id, text: "One." });
      assert.equal((await work.note({ item: id, text: "Two.", append: true })).notes, "One.\n\nTwo.");
      assert.deepEqual(await said(work.note({ item: id, text: "x".repeat(1995), append: true })), {
        fault: "invalid",
        message: "text: must have at most 2,000 characters; with what is there it has 2,007",
      });
      await work.note({ item: id, text: "" });
      assert.equal((await work.note({ item: id, text: "Alone.", append: true })).notes, "Alone.");
    });
    it("the checklist", async () => {
      const { id, checklist } = await work.add({ title: "x", service: "gateway" });
      assert.equal(checklist.length, 2);
      const now = async () => (await work.get({ item: id })).checklist.map((c) => `${c.done ? "x" : " "} ${c.text}`);
      await work.check({ item: id, points: [2] });
      await work["check-add"]({ item: id, text: "Third" });
      await work["check-move"]({ item: id, point: 3, to: 1 });
      assert.deepEqual(await now(), ["  Third", "  Health checks still answer", "x Rollback is known"]);
      await work["check-edit"]({ item: id, point: 3, text: "  Rollback was tried " });
      assert.deepEqual((await now()).at(-1), "x Rollback was tried", "a tick stays");
      await work["check-edit"]({ item: id, point: 3, text: "Rollback is known" });
      await work["check-remove"]({ item: id, point: 2 });
      await work.check({ item: id, all: true });
      await work.uncheck({ item: id, points: [1] });
      assert.deepEqual(await now(), ["  Third", "x Rollback is known"]);
      const range = (n: number) => ({
        fault: "invalid",
        message: `point: there is no point ${n}; the checklist has 2 (1–2).`,
      });
      assert.deepEqual(await said(work.check({ item: id, points: [1, 3] })), range(3));
      assert.deepEqual(await said(work["check-remove"]({ item: id, point: 9 })), range(9));
      assert.deepEqual(await said(work["check-edit"]({ item: id, point: 3, text: "x" })), range(3));
      assert.equal((await said(work["check-edit"]({ item: id, point: 1, text: " " }))).fault, "invalid");
      assert.deepEqual(await said(work["check-move"]({ item: id, point: 1, to: 7 })), range(7));
      assert.deepEqual(await said(work.uncheck({ item: id })), {
        fault: "invalid",
        message: "points: name at least one point, or --all.",
      });
      assert.deepEqual(await now(), ["  Third", "x Rollback is known"], "what was refused changed nothing");
    });
  });

  describe("start", () => {
    it("makes the branch from the trunk, checks it out, and says in git whose it is", async () => {
      const since = await newest();
      const made = await item("Add TLS: 1.3!");
      const branch = `work/${made.id}-add-tls-1-3`;
      assert.deepEqual([made.status, made.branch, made.worktree], ["active", branch, null]);
      assert.ok(made.started);
      assert.equal(await git("branch", "--show-current"), branch);
      assert.equal(await home.tip(top), await home.tip(top, "main"));
      assert.equal(
        await git("config", "--get-regexp", `^branch\\.${branch}\\.`),
        [
          `branch.${branch}.calciferitem ${made.id}`,
          `branch.${branch}.calciferkey ${made.key}`,
          `branch.${branch}.calcifertitle Add TLS: 1.3!`,
          `branch.${branch}.calciferservice gateway`,
        ].join("\n"),
      );
      assert.deepEqual(await shownByName(since), ["work.added", "work.started"]);
    });
    it("twice is once; from elsewhere it comes back", async () => {
      const { id, branch, started } = await item("Twice");
      const since = await newest();
      await git("switch", "-q", "main");
      const again = await work.start({ item: id });
      assert.deepEqual([again.branch, again.started], [branch, started]);
      assert.equal(await git("branch", "--show-current"), branch);
      assert.deepEqual(await shownByName(since), []);
    });
    it("with uncommitted files: refused with the list and two ways out; --carry takes them along", async () => {
      const { id } = await work.add({ title: "Dirty", service: "gateway" });
      lie("edge.conf", "mine\n");
      lie("new", "x\n");
      const refused = await said(work.start({ item: id }));
      assert.deepEqual(refused, {
        fault: "refused",
        message: `2 files are uncommitted in ${top}.`,
        reasons: [
          { check: "clean", message: " M edge.conf", next: `calcifer work start ${id} --carry` },
          { check: "clean", message: "?? new" },
        ],
        hint: `Take the changes along: calcifer work start ${id} --carry. Or leave them here, and work in a folder beside: calcifer work start ${id} --worktree`,
      });
      assert.deepEqual(
        [await git("branch", "--show-current"), (await work.get({ item: id })).status],
        ["main", "planned"],
      );
      const made = await work.start({ item: id, carry: true });
      assert.equal(await git("branch", "--show-current"), made.branch);
      assert.equal(await git("status", "--porcelain"), " M edge.conf\n?? new");
    });
    it("--carry where git cannot: its words, and nothing has moved", async () => {
      const { id } = await item("Other");
      await home.commit(top, "Change", { "edge.conf": "theirs\n" }, "--no-verify");
      await git("switch", "-q", "main");
      lie("edge.conf", "mine\n");
      const { fault, message, reasons } = (await said(work.start({ item: id, carry: true }))) as {
        fault: string;
        message: string;
        reasons: object[];
      };
      assert.deepEqual(
        [fault, message],
        ["refused", "Your local changes to the following files would be overwritten by checkout."],
      );
      assert.deepEqual(reasons, [{ check: "files", message: "edge.conf" }]);
      assert.equal(home.read(top, "edge.conf"), "mine\n");
    });
    it("--worktree: a folder beside, this one untouched; not over one that is there", async () => {
      const { id } = await work.add({ title: "Beside", service: "gateway" });
      lie("edge.conf", "mine\n");
      const folder = `${top}.work-${id}-beside`;
      home.write(path.join(folder, "x"), "");
      assert.deepEqual(await said(work.start({ item: id, worktree: true })), {
        fault: "conflict",
        message: `${folder} is there already.`,
        hint: "Move it away, or start the item without --worktree.",
      });
      rmSync(folder, { recursive: true });
      const made = await work.start({ item: id, worktree: true });
      assert.deepEqual(
        [made.worktree, await git("branch", "--show-current"), home.read(top, "edge.conf")],
        [folder, "main", "mine\n"],
      );
      assert.equal(await home.must(folder, "branch", "--show-current"), made.branch);
      assert.equal((await work.start({ item: id })).worktree, folder, "it is checked out there already");
      assert.equal((await work.show({ repo: folder })).id, id);
    });
    it("a branch of that name is there already: conflict, and --adopt takes it", async () => {
      const { id } = await work.add({ title: "Taken", service: "gateway" });
      await git("branch", `work/${id}-taken`);
      assert.deepEqual(await said(work.start({ item: id })), {
        fault: "conflict",
        message: `There is a branch work/${id}-taken already.`,
        hint: `Take it for this item: calcifer work start ${id} --adopt work/${id}-taken`,
      });
      assert.equal((await work.start({ item: id, adopt: `work/${id}-taken` })).branch, `work/${id}-taken`);
    });
    it("what was interrupted goes on: a branch that bears this item's mark", async () => {
      const { id, key } = await work.add({ title: "Half", service: "gateway" });
      await git("branch", `work/${id}-half`);
      for (const [name, value] of [
        ["calciferItem", `${id}`],
        ["calciferKey", key],
      ] as const)
        await git("config", `branch.work/${id}-half.${name}`, value);
      assert.equal((await work.start({ item: id })).status, "active");
      assert.equal(await git("branch", "--show-current"), `work/${id}-half`);
    });
    it("not what is done or dropped, and not in the middle of a merge", async () => {
      const { id } = await work.add({ title: "Gone", service: "gateway" });
      await work.drop({ item: id });
      assert.deepEqual(await said(work.start({ item: id })), {
        fault: "refused",
        message: `#${id} was dropped.`,
        reasons: [{ check: "status", message: `#${id} was dropped.`, next: `calcifer work restore ${id}` }],
      });
      const { id: other } = await work.add({ title: "Busy", service: "gateway" });
      lie(".git/MERGE_HEAD", `${await home.tip(top)}\n`);
      assert.deepEqual(await said(work.start({ item: other, carry: true })), {
        fault: "refused",
        message: `git is in the middle of a merge in ${top}.`,
        hint: "Finish it first; git status says how.",
      });
      rmSync(path.join(top, ".git/MERGE_HEAD"));
      lie(".git/CHERRY_PICK_HEAD", `${await home.tip(top)}\n`);
      assert.equal(
        (await said(work.start({ item: other }))).message,
        `git is in the middle of a rebase, cherry-pick or revert in ${top}.`,
      );
      rmSync(path.join(top, ".git/CHERRY_PICK_HEAD"));
    });
    it("an item that does not exist", async () =>
      assert.deepEqual(await said(work.start({ item: 999_999 })), missing(999_999)));
  });

  describe("adopt", () => {
    const noBranch = (branch: string) => ({
      fault: "missing",
      message: `There is no branch ${branch} in ${top}.`,
      hint: "See what there is: git branch --all",
    });
    const count = async () => (await work.list({ all: true, limit: 500 })).items.length;

    it("a branch becomes a new item's, its title from its name", async () => {
      await git("branch", "fix-the_timeouts");
      const since = await newest();
      const made = await work.adopt({ branch: "fix-the_timeouts", repo: top, type: "bug" });
      assert.deepEqual(
        [made.title, made.type, made.status, made.branch],
        ["Fix the timeouts", "bug", "active", "fix-the_timeouts"],
      );
      assert.deepEqual(await shownByName(since), ["work.added", "work.started"]);
    });
    it("or that of an item that has none yet, also by start --adopt", async () => {
      await git("branch", "mine-1");
      await git("branch", "mine-2");
      const one = await work.add({ title: "One", service: "gateway" });
      assert.equal((await work.adopt({ branch: "mine-1", repo: top, item: one.id })).id, one.id);
      const two = await work.add({ title: "Two", service: "gateway" });
      assert.equal((await work.start({ item: two.id, adopt: "mine-2" })).branch, "mine-2");
      assert.deepEqual(await said(work.start({ item: two.id, adopt: "mine-1" })), {
        fault: "conflict",
        message: `#${two.id} has the branch mine-2 already.`,
      });
    });
    it("a foreign item's branch, marked by another database: its title, a key of our own", async () => {
      await git("branch", "work/7-theirs");
      for (const [key, value] of [
        ["calciferItem", "7"],
        ["calciferKey", "aaaaaaaa"],
        ["calciferTitle", "Theirs"],
        ["calciferService", "elsewhere"],
      ] as const)
        await git("config", `branch.work/7-theirs.${key}`, value);
      const made = await work.adopt({ branch: "work/7-theirs", repo: top });
      assert.equal(made.title, "Theirs");
      assert.notEqual(made.key, "aaaaaaaa");
      assert.equal(await git("config", "branch.work/7-theirs.calciferKey"), made.key);
      assert.equal(await git("config", "branch.work/7-theirs.calciferItem"), `${made.id}`);
    });
    it("what cannot be adopted leaves no item behind", async () => {
      const { id, branch } = await item("Holder");
      const before = await count();
      assert.deepEqual(await said(work.adopt({ branch: branch as string, repo: top })), {
        fault: "conflict",
        message: `${branch} is the branch of #${id} "Holder".`,
        hint: `Look at it: calcifer work show ${id}`,
      });
      assert.deepEqual(await said(work.adopt({ branch: "nowhere", repo: top })), noBranch("nowhere"));
      assert.deepEqual(await said(work.adopt({ branch: "--all", repo: top })), noBranch("--all"));
      assert.deepEqual(await said(work.adopt({ branch: "main", repo: top })), {
        fault: "refused",
        message: "main is the trunk of gateway; an item needs a branch of its own.",
      });
      assert.deepEqual(await said(work.adopt({ branch: "x" })), {
        fault: "invalid",
        message: "repo: no repository was named.",
      });
      assert.equal(await count(), before);
    });
    it("not for an item that is dropped, or of another service", async () => {
      await git("branch", "later");
      const { id } = await work.add({ title: "Gone", service: "gateway" });
      await work.drop({ item: id });
      assert.equal((await said(work.adopt({ branch: "later", repo: top, item: id }))).message, `#${id} was dropped.`);
      assert.equal((await work.get({ item: id })).status, "dropped");
      const other = await work.add({ title: "Mail", service: "mailer" });
      assert.deepEqual(await said(work.adopt({ branch: "later", repo: top, item: other.id })), {
        fault: "refused",
        message: `#${other.id} is of mailer, and later is in gateway.`,
      });
    });
    it("two at once, of two services of one repository: one gets it", async () => {
      await home.call.service.add({ path: top, name: "beside" });
      try {
        await git("branch", "torn");
        const [mine, theirs] = await Promise.all(
          ["gateway", "beside"].map((service) => work.add({ title: "Torn", service })),
        );
        const both = await Promise.allSettled([
          work.start({ item: mine?.id, adopt: "torn" }),
          work.adopt({ item: theirs?.id, branch: "torn", repo: top }),
          work.start({ item: theirs?.id, adopt: "torn" }),
        ]);
        const holders = await Promise.all([mine, theirs].map(async (i) => (await work.get({ item: i?.id })).branch));
        assert.equal(holders.filter((b) => b === "torn").length, 1, JSON.stringify(both));
      } finally {
        await home.call.service.remove({ service: "beside", force: true });
      }
    });
    it("two at once: one gets it", async () => {
      await git("branch", "contested");
      const both = await Promise.allSettled([
        work.adopt({ branch: "contested", repo: top }),
        work.adopt({ branch: "contested", repo: top }),
      ]);
      assert.deepEqual(both.map((b) => b.status).sort(), ["fulfilled", "rejected"]);
      assert.equal((await work.list({ search: "contested" })).items.length, 1);
    });
  });
});
