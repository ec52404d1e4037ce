// Detecting and making services, through a real daemon and real git.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Home, said } from "../../test/home.ts";

describe("services detected in compose files", () => {
  let home: Home;
  before(async () => {
    home = new Home();
    await home.start();
  });
  after(() => home.leave());
  const detect = (more: object) => home.call.service.detect(more);

  const compose =
    "services:\n  web:\n    image: shop/web\n    depends_on: [db]\n    ports: ['127.0.0.1:8080:80']\n  db:\n    image: postgres:18\n";

  it("proposes, registers what is named, connects, and proposes only what is new", async () => {
    const top = await home.repo("shop", { "compose.yaml": compose });
    const first = await detect({ repo: top });
    assert.deepEqual(first.registered, []);
    assert.deepEqual(
      first.proposals.map((p) => [p.name, p.compose, p.kind, p.endpoints, p.dependsOn, p.registered, p.repo]),
      [
        ["web", "shop/web", "application", ["tcp://127.0.0.1:8080"], ["db"], null, top],
        ["db", "shop/db", "infrastructure", [], [], null, top],
      ],
    );
    assert.deepEqual((await home.call.service.list({})).services, [], "nothing is registered unasked");

    const second = await detect({ folders: [top], register: ["web"] });
    assert.deepEqual([second.registered, second.notes], [["web"], []]);
    const third = await detect({ folders: ["."], repo: top, all: true });
    assert.deepEqual(third.registered, ["db"]);
    const web = await home.call.service.show({ service: "web" });
    assert.deepEqual([web.dependsOn, web.compose, web.repo], [["db"], ["compose.yaml"], top]);
    assert.equal((await home.call.service.show({ service: "db" })).kind, "infrastructure");

    await home.call.service.edit({ service: "db", name: "shop-database" });
    const again = await detect({ repo: top });
    assert.deepEqual(
      again.proposals.map((p) => [p.name, p.registered]),
      [
        ["web", "web"],
        ["shop-database", "shop-database"],
      ],
    );
    home.write("shop/compose.yaml", `${compose}  cache: { image: redis }\n`);
    const more = await detect({ repo: top, all: true });
    assert.deepEqual(more.registered, ["cache"]);
  });

  it("says why one cannot be registered, and takes no name it does not know", async () => {
    mkdirSync(home.path("loose"));
    writeFileSync(home.path("loose/compose.yaml"), compose);
    const { proposals, registered, notes } = await detect({ folders: [home.path("loose")], all: true });
    assert.deepEqual(
      proposals.map((p) => [p.name, p.repo]),
      [
        ["loose-web", null],
        ["db", null],
      ],
    );
    assert.deepEqual(registered, []);
    assert.match(notes[0] ?? "", /loose-web is not registered: .* is in no git repository/);
    assert.deepEqual(await said(detect({ folders: [home.path("loose")], register: ["none"] })), {
      fault: "missing",
      message: "No service none was found.",
      hint: "There are: loose-web, db",
    });
    assert.equal((await said(detect({ folders: [home.path("nowhere")] }))).fault, "missing");
    assert.equal((await said(detect({ folders: ["relative"] }))).fault, "invalid");
  });
});

describe("services made from templates", () => {
  let home: Home;
  before(async () => {
    home = new Home();
    await home.start();
  });
  after(() => home.leave());
  const make = (more: object) =>
    home.call.service.new({ template: "static-site", repo: home.folder, ...more } as never);

  /** A template of one's own. */
  function template(
    at: string,
    more = "",
    files: Record<string, string> = { "hello.txt": "Hello {{who}} from {{name}}\n" },
  ) {
    const about =
      "name: own\ntitle: Own\nsummary: Our own\nversion: 1.0.0\nkind: network\nvariables:\n  - { name: who, question: Who?, default: you, pattern: '[a-z]+' }\n";
    home.write(`${at}/template.yaml`, about + more);
    for (const [name, text] of Object.entries(files)) home.write(`${at}/files/${name}`, text);
    return home.path(at);
  }

  it("makes all of it: files, commit, hooks, item; and knows where it came from", async () => {
    const planned = await make({ name: "pages", set: ["port=8181"], plan: true });
    assert.equal(planned.service, null);
    assert.equal(home.has("pages"), false, "a plan writes nothing");
    const result = await make({ name: "pages", set: ["port=8181"], env: { GIT_AUTHOR_NAME: "Grace" } });
    assert.deepEqual(result.files, planned.files);
    const top = home.path("pages");
    assert.equal(await home.must(top, "status", "--porcelain"), "");
    assert.equal(
      await home.must(top, "log", "--format=%an|%s"),
      "Grace|Make pages from the template static-site 1.0.0",
    );
    assert.match(home.read("pages/compose.yaml"), /PORT:-8181/);
    assert.deepEqual(
      [result.service?.hooks, result.service?.template],
      ["in force", { name: "static-site", version: "1.0.0" }],
    );
    assert.equal(result.commit, await home.tip(top));
    const { items } = await home.call.work.list({ service: "pages" });
    assert.deepEqual(
      items.map((one) => [one.id, one.title, one.type]),
      [[result.item, "Set up pages", "service"]],
    );
    assert.ok(result.next.includes("calcifer health add pages http://127.0.0.1:8181/healthz --version '$.version'"));
    const diff = await home.call.service["template-diff"]({ service: "pages" });
    assert.deepEqual(
      diff.files.filter((file) => file.state !== "same"),
      [],
    );
    const { proposals } = await home.call.service.detect({ folders: [top] });
    assert.deepEqual(
      proposals.map((p) => p.registered),
      ["pages"],
    );
  });

  it("from a folder, one beside the configuration, and a git repository; and tells what changed there since", async () => {
    const folder = template("mine");
    await make({ template: folder, name: "a1", noItem: true });
    assert.equal(home.read("a1/hello.txt"), "Hello you from a1\n");
    assert.ok(home.has("a1/CHANGES.md"), "what the template lacks is adopted");
    template("home/config/templates/own");
    assert.ok((await home.call.service.templates({})).templates.some((one) => one.name === "own"));
    await make({ template: "own", name: "a2", set: ["who=me"], noItem: true });

    const origin = template("origin", "", { "hello.txt": "One {{who}}\n", "gone.txt": "x\n" });
    home.script("origin/files/run.sh", `touch ${home.path("ran")}`);
    await home.must(origin, "init", "-q");
    home.script("origin/.git/hooks/post-checkout", `touch ${home.path("ran")}`);
    await home.commit(origin, "First", { "files/hello.txt": "One {{who}}\n" });
    await home.must(origin, "add", "-A");
    await home.must(origin, "commit", "-q", "-m", "All");
    await make({ template: `file://${origin}`, name: "a3", set: ["who=me"], noItem: true });
    await home.commit(origin, "Second", {
      "files/hello.txt": "Two {{who}}\n",
      "files/new.txt": "n\n",
      "files/gone.txt": null,
    });
    const { files } = await home.call.service["template-diff"]({ service: "a3" });
    assert.deepEqual(
      files.filter((file) => file.state !== "same").map((file) => [file.path, file.state]),
      [
        ["gone.txt", "removed"],
        ["hello.txt", "changed"],
        ["new.txt", "added"],
      ],
    );
    assert.match(files.find((file) => file.path === "hello.txt")?.diff ?? "", /^-One me\n\+Two me$/m);
    assert.equal(home.has("ran"), false, "nothing of a template is run");
  });

  it("is refused, and leaves nothing behind", async () => {
    home.write("full/x", "");
    const inHome = () => readdirSync(home.folder).sort();
    const there = inHome();
    const cases: [object, string, RegExp][] = [
      [{ template: "none", name: "b" }, "missing", /There is no template none/],
      [{ name: "b", set: ["colour=red"] }, "invalid", /There is no variable colour/],
      [{ name: "b", set: ["port=eighty"] }, "invalid", /eighty is no number/],
      [{ name: "full" }, "conflict", /is there already, and not empty/],
      [{ name: "pages", folder: home.path("other") }, "conflict", /There is a service pages already/],
      [{ template: "file:///nowhere/at/all", name: "b" }, "unreachable", /cannot be cloned/],
      [{ template: "ext::sh -c touch% x", name: "b" }, "missing", /There is no template|is no template/],
      [{ name: "b", env: { GIT_AUTHOR_NAME: "", GIT_AUTHOR_EMAIL: "" } }, "refused", /git/],
    ];
    for (const [asked, fault, message] of cases) {
      const refused = await said(make({ noItem: true, ...asked }));
      assert.equal(refused.fault, fault, refused.message);
      assert.match(refused.message, message);
      assert.deepEqual(inHome(), there, JSON.stringify(asked));
    }
    // Registered, and then the commit of what the template did not bring is refused: git knows nobody.
    const own = template("bare-bones");
    const config = readFileSync(home.path("gitconfig"), "utf8");
    home.write("gitconfig", "[user]\n\tuseConfigOnly = true\n");
    const before = inHome();
    const [who, at] = ["Ann", "ann@example.org"];
    const env = { GIT_AUTHOR_NAME: who, GIT_AUTHOR_EMAIL: at, GIT_COMMITTER_NAME: who, GIT_COMMITTER_EMAIL: at };
    const refused = await said(make({ template: own, name: "b", folder: home.path("made/for/b"), env }));
    home.write("gitconfig", config);
    assert.match(refused.message, /its first commit was refused/);
    assert.deepEqual(inHome(), before);
    assert.ok(!(await home.call.service.list({})).services.some((one) => one.name === "b"));
  });

  it("hostile templates: paths that lead elsewhere, links, unknown placeholders, patterns that take for ever", async () => {
    const slow = "  - { name: slow, question: q, pattern: '(a+)+b', default: x }\n";
    const bad: [string, RegExp][] = [
      [template("bad1", "", { "dot_git/hooks/post-commit": "x" }), /no path for a file/],
      [template("bad2", "", { "a.txt": "{{nobody}}" }), /asks for \{\{nobody\}\}/],
      [template("bad3", "  - { name: dir, question: q, default: '..' }\n", { "{{dir}}": "x" }), /no path for a file/],
    ];
    for (const [folder, message] of bad)
      assert.match((await said(make({ template: folder, name: "c", noItem: true }))).message, message);
    const pattern = make({
      template: template("bad4", slow),
      name: "c",
      set: [`slow=${"a".repeat(60)}`],
      noItem: true,
    });
    assert.match((await said(pattern)).message, /does not fit/);
    assert.equal(home.has("c"), false);
    assert.equal(path.basename(home.folder).startsWith("ch-"), true);
  });
});
