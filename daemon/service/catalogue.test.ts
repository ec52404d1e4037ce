// The catalogue through a real daemon and real git: what is known of a service, what it needs, retired and back.
import assert from "node:assert/strict";
import { Home, said } from "../../test/home.ts";

const sentence = async (call: Promise<unknown>): Promise<string> => {
  const { fault, message } = await said(call);
  return `${fault}: ${message}`;
};

describe("service catalogue", () => {
  let home: Home;
  let service: Home["call"]["service"];
  let work: Home["call"]["work"];
  before(async () => {
    home = new Home();
    ({ service, work } = home.call);
    await home.start();
  });
  after(() => home.leave());

  const add = async (name: string, more: object = {}) =>
    (await service.add({ path: await home.repo(name), name, ...more })).service;
  const names = async (filter: Parameters<typeof service.list>[0]) =>
    (await service.list(filter)).services.map((s) => s.name);

  it("title, kind, owner, labels, links, paths and compose files: given, changed, taken out, filtered by", async () => {
    const made = await add("edge", {
      title: "The edge",
      kind: "network",
      owner: "ada",
      label: ["public", "tls", "public"],
      link: ["Grafana=https://grafana.example/d/edge?a=b", "https://status.example"],
      paths: ["./edge/**", "!edge/docs/"],
      compose: ["deploy/compose.yaml"],
    });
    const known = {
      title: "The edge",
      kind: "network",
      owner: "ada",
      labels: ["public", "tls"],
      links: [
        { title: "Grafana", url: "https://grafana.example/d/edge?a=b" },
        { title: "status.example", url: "https://status.example" },
      ],
      paths: ["edge/**", "!edge/docs/"],
      compose: ["deploy/compose.yaml"],
    };
    assert.deepEqual({ ...made, ...known }, made);
    assert.deepEqual(await service.show({ service: "edge" }), made);
    await add("plain");
    assert.deepEqual(await names({ kind: "network" }), ["edge"]);
    assert.deepEqual(await names({ label: "tls" }), ["edge"]);
    assert.deepEqual(await names({ label: "tl" }), []);
    assert.deepEqual(await names({ owner: "ada", kind: "application" }), []);

    const since = (await home.happened()).seq;
    const edited = await service.edit({ service: "edge", owner: "", label: [""], link: [], kind: "infrastructure" });
    assert.deepEqual(edited, { ...made, owner: "", labels: [], links: [], kind: "infrastructure" });
    assert.deepEqual(
      (await home.happened(since)).events.map((e) => [e.name, e.data]),
      [["service.edited", { changed: ["kind", "owner", "labels", "links"] }]],
    );
  });

  it("what is no link and no path in the repository changes nothing", async () => {
    const before = await service.list({});
    const top = await home.repo("odd");
    for (const link of ["Grafana", "x=javascript:alert(1)", "file:///etc/passwd", "=", "x=https://"])
      assert.match(await sentence(service.add({ path: top, link: [link] })), /^invalid: link: /);
    for (const file of ["/etc/passwd", "../other/compose.yaml", "a/../../b", "C:\\x", "!/etc"])
      assert.match(await sentence(service.add({ path: top, compose: [file] })), /^invalid: compose: /);
    assert.match(await sentence(service.edit({ service: "edge", paths: ["../**"] })), /^invalid: paths: /);
    assert.deepEqual(await service.list({}), before);
    assert.equal(home.has("odd", ".calcifer.yaml"), false);
  });

  describe("what is needed", () => {
    before(async () => {
      for (const name of ["web", "api", "db", "on"]) await add(name);
    });

    it("said with or without `on`, once, and taken back", async () => {
      const since = (await home.happened()).seq;
      assert.deepEqual((await service.depend({ service: "web", on: ["on", "api"] })).dependsOn, ["api"]);
      assert.deepEqual((await service.depend({ service: "web", on: ["api", "db", "db"] })).dependsOn, ["api", "db"]);
      assert.deepEqual((await service.depend({ service: "web", on: ["on"] })).dependsOn, ["api", "db", "on"]);
      assert.deepEqual((await service.undepend({ service: "web", on: ["on", "on"] })).dependsOn, ["api", "db"]);
      assert.deepEqual((await service.undepend({ service: "web", on: ["db", "on"] })).dependsOn, ["api"]);
      const { events } = await home.happened(since);
      assert.deepEqual(
        events.map((e) => [e.name, e.service, e.data]),
        [
          ["service.depends", "web", { added: ["api"], removed: [] }],
          ["service.depends", "web", { added: ["db"], removed: [] }],
          ["service.depends", "web", { added: ["on"], removed: [] }],
          ["service.depends", "web", { added: [], removed: ["on"] }],
          ["service.depends", "web", { added: [], removed: ["db"] }],
        ],
      );
      assert.equal(await sentence(service.undepend({ service: "web", on: ["db"] })), "missing: web does not need db.");
      assert.equal(
        await sentence(service.depend({ service: "web", on: ["web"] })),
        "invalid: on: web cannot need itself.",
      );
      assert.equal(
        await sentence(service.depend({ service: "web", on: ["api", "nope"] })),
        "missing: There is no service nope.",
      );
    });

    it("a circle is refused with the way around, and taken when it is meant", async () => {
      await service.depend({ service: "api", on: ["db"] });
      const refusal = service.depend({ service: "db", on: ["on", "web"] });
      assert.equal(await sentence(refusal), "refused: If db needs web, that closes a circle: db → web → api → db.");
      assert.deepEqual((await service.show({ service: "db" })).dependsOn, []);
      assert.deepEqual((await service.graph({})).circles, []);
      await service.depend({ service: "db", on: ["web"], circle: true });
      const { circles, text } = await service.graph({ service: "web" });
      assert.deepEqual(circles, [["api", "db", "web"]]);
      assert.equal(
        text,
        ["api", "└─ db", "   └─ web", "      └─ api  (a circle)", "", "A circle: api → db → web → api"].join("\n"),
      );
      await service.undepend({ service: "db", on: ["web"] });
    });

    it("drawn as text, DOT and Mermaid, with nothing of a title taken for syntax", async () => {
      await service.edit({ service: "db", kind: "infrastructure", title: 'D"B\\ ]; <b>#1</b> `x`' });
      const all = await service.graph({});
      assert.equal(all.text, ["web", "└─ api", "   └─ db", "", "On their own: edge, on, plain"].join("\n"));
      assert.deepEqual(all.edges, [
        { from: "api", to: "db", source: "declared" },
        { from: "web", to: "api", source: "declared" },
      ]);
      const { text: dot } = await service.graph({ service: "db", format: "dot" });
      assert.equal(
        dot,
        [
          "digraph services {",
          "  rankdir=LR;",
          '  "api" [label="api", shape=box];',
          '  "db" [label="D\\"B\\\\ ]; <b>#1</b> `x`", shape=cylinder];',
          '  "web" [label="web", shape=box];',
          '  "api" -> "db";',
          '  "web" -> "api";',
          "}",
        ].join("\n"),
      );
      const { text: mermaid } = await service.graph({ service: "db", format: "mermaid" });
      assert.equal(
        mermaid,
        [
          "flowchart LR",
          '  s0["api"]',
          '  s1[("D#34;B#92; #93;#59; #60;b#62;#35;1#60;/b#62; #96;x#96;")]',
          '  s2["web"]',
          "  s0 --> s1",
          "  s2 --> s0",
        ].join("\n"),
      );
    });

    it("what fails with one, and the way", async () => {
      assert.deepEqual(await service.impact({ service: "db" }), {
        service: "db",
        fails: [
          { service: "api", via: [] },
          { service: "web", via: ["api"] },
        ],
      });
      assert.deepEqual((await service.impact({ repo: home.path("web") })).fails, []);
    });

    it("a removed service is needed no more", async () => {
      await service.depend({ service: "on", on: ["api"] });
      await service.remove({ service: "on" });
      assert.deepEqual((await service.impact({ service: "api" })).fails, [{ service: "web", via: [] }]);
    });
  });

  describe("retired", () => {
    it("not with open items, not while it is needed; then hooks go out, and it is listed no more", async () => {
      const top = home.path("api");
      const before = await service.show({ service: "api" });
      const { id } = await work.add({ title: "Go", service: "api" });
      assert.equal(await sentence(service.retire({ service: "api" })), "refused: api has 1 open item.");
      await work.drop({ item: id });
      assert.equal(await sentence(service.retire({ repo: top })), "refused: api is needed: by web.");
      assert.deepEqual(await service.show({ service: "api" }), before);
      await service.undepend({ service: "web", on: ["api"] });

      const since = (await home.happened()).seq;
      const retired = await service.retire({ service: "api", reason: "replaced by rpc" });
      assert.notEqual(retired.retired, null);
      assert.equal(retired.retiredReason, "replaced by rpc");
      assert.equal(retired.hooks, "not in force");
      assert.deepEqual(
        (await home.happened(since)).events.map((e) => [e.name, e.service, e.data]),
        [["service.retired", "api", { reason: "replaced by rpc" }]],
      );
      assert.equal(await sentence(service.retire({ service: "api" })), "conflict: api is retired already.");
      assert.equal((await names({})).includes("api"), false);
      assert.equal((await names({ retired: true })).includes("api"), true);
      assert.deepEqual((await service.graph({})).edges, []);
      const free = await home.must(top, "config", "--get-regexp", "calcifer").catch(() => "");
      assert.equal(free, "");
      assert.equal((await work.get({ item: id })).service, "api");
      assert.match(
        await sentence(work.add({ title: "More", service: "api" })),
        /^missing: The service api is retired\./,
      );
      assert.match(
        await sentence(service.add({ path: top })),
        /^conflict: .* is registered already, as api, which is retired\.$/,
      );
      assert.match(await sentence(service.doctor({ service: "api" })), /^missing: /);
    });

    it("and back, with its hooks and what it needed", async () => {
      const back = await service.restore({ service: "api" });
      assert.equal(back.hooks, "in force");
      assert.equal(back.retired, null);
      assert.deepEqual(back.dependsOn, ["db"]);
      assert.deepEqual(
        (await service.graph({})).edges.map((e) => `${e.from} ${e.to}`),
        ["api db"],
      );
      assert.equal(await sentence(service.restore({ service: "api" })), "conflict: api is not retired.");
    });

    it("of two in one repository, the hooks stay for the other", async () => {
      await service.add({ path: home.path("db"), name: "backup" });
      const retired = await service.retire({ service: "backup" });
      assert.equal(retired.hooks, "in force");
      assert.deepEqual(
        (JSON.parse(home.read("db/.git/calcifer/services.json")) as { name: string }[]).map((s) => s.name),
        ["db"],
      );
      assert.deepEqual((await service.remove({ service: "backup" })).restored, []);
      assert.equal((await service.show({ service: "db" })).hooks, "in force");
    });
  });
});
