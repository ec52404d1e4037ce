// Planning with many items, through a real daemon: parts, relations, copies, templates, saved filters, bulk changes.
import assert from "node:assert/strict";
import { Home } from "../../test/home.ts";
import { circleOf } from "./rules.ts";

let home: Home;
let work: Home["call"]["work"];

describe("planning", () => {
  before(async () => {
    home = new Home();
    work = home.call.work;
    await home.start();
    await home.service("gateway");
    await home.service("billing");
  });
  after(() => home.leave());

  const item = async (title: string, more: object = {}) => (await work.add({ title, service: "gateway", ...more })).id;
  const shown = async (id: number) => {
    const { parent, parts, relations } = await work.show({ item: id });
    return {
      parent: parent?.id ?? null,
      parts: parts.map(({ id }) => id),
      relations: relations.map(({ kind, id }) => `${kind} ${id}`),
    };
  };

  describe("relations", () => {
    it("are told from both sides", async () => {
      const [a, b, c] = [await item("A"), await item("B"), await item("C")];
      await work.relate({ item: a, kind: "depends-on", other: b });
      await work.relate({ item: a, kind: "blocks", other: c });
      await work.relate({ item: c, kind: "relates-to", other: `#${b}` });
      assert.deepEqual((await shown(a)).relations, [`depends on ${b}`, `blocks ${c}`]);
      assert.deepEqual((await shown(b)).relations, [`blocks ${a}`, `relates to ${c}`]);
      assert.deepEqual((await shown(c)).relations, [`depends on ${a}`, `relates to ${b}`]);
      await work.unrelate({ item: b, other: c });
      assert.deepEqual((await shown(c)).relations, [`depends on ${a}`]);
      await assert.rejects(work.unrelate({ item: b, other: c }), { message: `Nothing was said of #${b} and #${c}.` });
    });

    it("do not close a circle", async () => {
      const [a, b, c] = [await item("A"), await item("B"), await item("C")];
      await work.relate({ item: a, kind: "depends-on", other: b });
      await work.relate({ item: b, kind: "depends-on", other: c });
      await assert.rejects(work.relate({ item: c, kind: "depends-on", other: a }), {
        fault: "refused",
        message: `#${c} depends on #${a} would close a circle: #${c} → #${a} → #${b} → #${c}.`,
        hint: `Take one of them back: calcifer work unrelate ${a} ${b}`,
      });
      await assert.rejects(work.relate({ item: a, kind: "relates-to", other: a }), { fault: "invalid" });
      assert.deepEqual((await shown(c)).relations, [`blocks ${b}`]);
    });

    it("go with a deleted item", async () => {
      const [a, b] = [await item("A"), await item("B")];
      await work.relate({ item: a, kind: "depends-on", other: b });
      await work.delete({ item: b });
      assert.deepEqual((await shown(a)).relations, []);
    });

    it("hold a merge up while what the item depends on is open", async () => {
      const [a, b] = [await item("A"), await item("B")];
      await work.relate({ item: a, kind: "depends-on", other: b });
      await work.start({ item: a });
      const depends = async () =>
        (await work.verdict({ item: a, fresh: true })).checks.find(({ id }) => id === "depends");
      assert.equal((await depends())?.state, "no");
      assert.match((await depends())?.message ?? "", new RegExp(`#${b} "B", which is planned`));
      await work.drop({ item: b });
      assert.equal((await depends())?.state, "yes");
      await work.drop({ item: a });
    });
  });

  describe("parts", () => {
    it("belong to one item, and can leave it", async () => {
      const whole = await item("Whole");
      const first = await item("First", { parent: whole });
      const second = await item("Second");
      await work.edit({ item: second, parent: `#${whole}` });
      assert.deepEqual((await shown(whole)).parts, [first, second]);
      const listed = await work.list({ parent: whole });
      assert.deepEqual(
        listed.items.map(({ id }) => id),
        [second, first],
      );
      await work.edit({ item: second, parent: String(first) });
      assert.deepEqual(await shown(first), { parent: whole, parts: [second], relations: [] });
      await assert.rejects(work.edit({ item: whole, parent: String(second) }), { fault: "refused" });
      await work.edit({ item: second, parent: "" });
      assert.deepEqual((await shown(second)).parent, null);
    });
  });

  describe("copies and templates", () => {
    it("take over all but what was done", async () => {
      const id = await item("Renew certificates", { type: "bug", label: ["tls"], description: "**Yearly**" });
      await work["check-add"]({ item: id, text: "Old one revoked" });
      await work.check({ item: id, all: true });
      const copy = await work.clone({ item: id, service: "billing" });
      assert.deepEqual(
        [copy.title, copy.type, copy.service, copy.labels, copy.description, copy.status],
        ["Renew certificates", "bug", "billing", ["tls"], "**Yearly**", "planned"],
      );
      assert.equal(copy.checklist.at(-1)?.text, "Old one revoked");
      assert.ok(copy.checklist.every(({ done }) => !done));

      await work["template-save"]({ name: "certificate", item: id });
      const made = await work.add({
        title: "Renew again",
        service: "gateway",
        template: "certificate",
        label: ["now"],
      });
      assert.deepEqual([made.type, made.labels, made.description], ["bug", ["tls", "now"], "**Yearly**"]);
      assert.deepEqual(made.checklist, copy.checklist);
      assert.deepEqual(
        (await work.templates({})).templates.map(({ name }) => name),
        ["certificate"],
      );
      await work["template-remove"]({ name: "certificate" });
      await assert.rejects(work.add({ title: "Once more", service: "gateway", template: "certificate" }), {
        message: 'There is no template of items "certificate".',
      });
    });
  });

  describe("saved filters", () => {
    it("are kept, and narrowed by what is said beside them", async () => {
      const bug = await item("Leaks", { type: "bug", label: ["memory"] });
      const feature = await item("Limits", { type: "feature", label: ["memory"] });
      await work["filter-save"]({ name: "memory", label: "memory" });
      const ids = async (more: object = {}) =>
        (await work.list({ filter: "memory", ...more })).items.map(({ id }) => id);
      assert.deepEqual(await ids(), [feature, bug]);
      assert.deepEqual(await ids({ type: "bug" }), [bug]);
      await work["filter-save"]({ name: "memory", label: "memory", type: "feature" });
      assert.deepEqual(await ids(), [feature]);
      assert.deepEqual((await work.filters({})).filters.length, 1);
      await work["filter-remove"]({ name: "memory" });
      await assert.rejects(ids(), { fault: "missing", hint: /filter-save/ });
    });
  });

  describe("one change for several", () => {
    it("tells what became of each, and goes on after a refusal", async () => {
      const [a, b, c] = [await item("A"), await item("B", { label: ["old"] }), await item("C")];
      await work.start({ item: c });
      const done = await work.bulk({
        items: [a, b, c],
        addLabel: ["autumn"],
        removeLabel: ["old"],
        service: "billing",
      });
      assert.deepEqual([done.changed, done.same], [[a, b], []]);
      assert.deepEqual(
        done.refused.map(({ id, why }) => [id, /has a branch in gateway/.test(why)]),
        [[c, true]],
      );
      assert.deepEqual((await work.show({ item: b })).labels, ["autumn"]);
      assert.deepEqual((await work.show({ item: c })).labels, []);
      const again = await work.bulk({ items: [a, b], addLabel: ["autumn"] });
      assert.deepEqual([again.changed, again.same], [[], [a, b]]);
      assert.deepEqual((await work.bulk({ items: [a, b], parent: `#${c}` })).changed, [a, b]);
      assert.deepEqual((await work.bulk({ items: [a, b], parent: String(c) })).same, [a, b]);
      assert.deepEqual((await work.bulk({ items: [a, c], parent: "" })).same, [c]);
      assert.equal((await work.show({ item: a })).parent, null);
      await assert.rejects(work.bulk({ items: [a, b], parent: "999999" }), { fault: "missing" });
      await work.drop({ item: c });
    });

    it("loses no label that somebody gives meanwhile", async () => {
      const id = await item("Busy", { label: ["first"] });
      const given = Array.from({ length: 8 }, (_, n) => `l${n}`);
      const done = await Promise.all(given.map((label) => work.bulk({ items: [id], addLabel: [label] })));
      const changed = given.filter((_, n) => done[n]?.changed.length === 1);
      assert.deepEqual((await work.show({ item: id })).labels.toSorted(), ["first", ...changed].toSorted());
      assert.ok(changed.length > 0);
    });

    it("takes a saved filter, plans first, and drops what loses nothing", async () => {
      const [a, b] = [await item("Stale A", { label: ["stale"] }), await item("Stale B", { label: ["stale"] })];
      await work["filter-save"]({ name: "stale", label: "stale" });
      const plan = await work.bulk({ filter: "stale", drop: true, plan: true });
      assert.deepEqual(plan.changed, [b, a]);
      assert.equal((await work.show({ item: a })).status, "planned");
      await work.bulk({ filter: "stale", drop: true });
      assert.equal((await work.show({ item: a })).status, "dropped");
      await assert.rejects(work.bulk({ items: [] }), { fault: "invalid" });
      await assert.rejects(work.bulk({ items: [999_999], addLabel: ["x"] }), { fault: "missing" });
    });
  });
});

describe("rules of planning", () => {
  const ways = new Map([
    [1, [2, 3]],
    [2, [4]],
    [3, [4]],
    [4, []],
  ]);
  for (const [from, to, circle] of [
    [4, 1, [4, 1, 2, 4]],
    [2, 1, [2, 1, 2]],
    [5, 5, [5, 5]],
    [1, 4, undefined],
    [5, 1, undefined],
    [4, 5, undefined],
  ] as const)
    it(`${from} to ${to}: ${circle?.join(" → ") ?? "no circle"}`, () =>
      assert.deepEqual(circleOf(ways, from, to), circle));
});
