import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Fault } from "../../protocol/errors.ts";
import { Daemon, type Ground } from "../../test/daemon.ts";
import { soon } from "../life/trial.ts";

const isFault = (fault: string, message: RegExp) => (error: unknown) =>
  error instanceof Fault && error.fault === fault && message.test(error.message);

describe("docs", () => {
  let daemon: Daemon;
  let ground: Ground;
  let service: string;
  let count = 0;
  before(async () => {
    daemon = await Daemon.open();
  });
  after(() => daemon.leave());
  beforeEach(async () => {
    service = `s${++count}`;
    ground = await daemon.service(service);
  });

  const search = async (words: string, p: object = {}) =>
    (await daemon.client.docs.search({ words: [words], service, ...p })).hits;
  const found = async (words: string, p: object = {}) => (await search(words, p)).map((hit) => hit.title);
  const until = (words: string, titles: string[], p: object = {}) => {
    let seen: string[] = [];
    const same = async () => {
      seen = await found(words, p);
      return JSON.stringify([...seen].sort()) === JSON.stringify([...titles].sort());
    };
    return soon(same, `${words} finds ${titles.join(", ")}`, 5000).catch((error: Error) =>
      assert.fail(`${error.message}; it finds ${seen.join(", ")}`),
    );
  };
  const write = (file: string, text: string | Buffer) => {
    mkdirSync(path.dirname(ground.path(file)), { recursive: true });
    writeFileSync(ground.path(file), text);
  };
  const begun = async (title: string, p: object = {}) => {
    const { id } = await daemon.client.work.add({ title, service, ...p });
    await daemon.client.work.start({ item: id, repo: ground.top });
    return id;
  };

  describe("search", () => {
    it("finds what was saved, what was changed, and not what is gone", async () => {
      write("docs/tls.md", "# TLS\n\nThe certificate is renewed.\n");
      await until("certificate", ["TLS"]);
      const [hit] = await search("certificate");
      assert.deepEqual(
        { ...hit, at: "" },
        {
          kind: "document",
          service,
          title: "TLS",
          snippet: "# TLS The \u0002certificate\u0003 is renewed.",
          path: ground.path("docs/tls.md"),
          line: 3,
          item: null,
          incident: null,
          at: "",
        },
      );
      write("docs/tls.md", "# Keys\n\nNothing to see.\n");
      await until("certificate", []);
      await until("keys", ["Keys"]);
      mkdirSync(ground.path("docs/new/deep"), { recursive: true });
      write("docs/new/deep/x.md", "# Deep\n\nkeys\n");
      await until("keys", ["Keys", "Deep"]);
      renameSync(ground.path("docs/new/deep/x.md"), ground.path("docs/new/y.md"));
      await until("deep", ["Deep"]);
      rmSync(ground.path("docs/tls.md"));
      await until("keys", ["Deep"]);
    });

    it("reads what git would take, and follows no link", async () => {
      const outside = path.join(daemon.folder, `outside${count}`);
      mkdirSync(outside);
      writeFileSync(path.join(outside, "secret.md"), "# Secret\n\nzebra\n");
      write(".gitignore", "ignored\n*.tmp.md\n");
      write("ignored/a.md", "zebra");
      write("b.tmp.md", "zebra");
      write("node_modules/pkg/README.md", "zebra");
      write("vendor/pkg/README.md", "zebra");
      write("docs/code.txt", "zebra");
      write("docs/binary.md", Buffer.from([0x7a, 0, 1, 2]));
      symlinkSync(path.join(outside, "secret.md"), ground.path("docs/link.md"));
      symlinkSync(outside, ground.path("docs/linked"));
      // git knows this one; its folder has become a link since.
      write("moved/secret.md", "zebra");
      await ground.git("add", "moved/secret.md");
      rmSync(ground.path("moved"), { recursive: true });
      symlinkSync(outside, ground.path("moved"));
      write("src/UPPER.MD", "# Upper\n\nzebra\n");
      write("docs/large.md", `# Large\n\nzebra\n${"word ".repeat(300_000)}\ngiraffe\n`);
      await ground.git("add", "-f", "docs/link.md", "vendor/pkg/README.md");
      await until("zebra", ["Upper", "Large"]);
      assert.deepEqual(await found("giraffe"), []);
    });

    it("finds items as they are written, entries with their line, and documents of other services", async () => {
      const other = await daemon.service(`other${count}`);
      other.write("docs.md", "# Elsewhere\n\nwombat\n");
      const { id } = await daemon.client.work.add({ title: "Feed the wombat", service, description: "Daily." });
      assert.deepEqual(await found("wombats OR wombat"), []);
      assert.deepEqual(await found("wombat"), ["Feed the wombat"]);
      await daemon.client.work.edit({ item: id, title: "Feed it", description: "A Wömbat eats grass." });
      const [hit] = await search("wombat gra");
      assert.deepEqual([hit?.item, hit?.snippet], [id, "A \u0002Wömbat\u0003 eats \u0002grass\u0003."]);
      await daemon.client.work.note({ item: id, text: "It bit me." });
      assert.deepEqual(await found("bit kind:item"), ["Feed it"]);
      write(
        "CHANGES.md",
        `# Changes\n\n## Unreleased\n\n### Added\n\n- A wombat (#${id})\n\n## 1.0.0\n\n- An old wombat (#1)\n`,
      );
      await until("wombat", ["Unreleased, Added", "1.0.0"], { kind: "entry" });
      const lines = (await search("wombat", { kind: "entry" })).map(({ line, item, path: file }) => [line, item, file]);
      assert.deepEqual(
        lines.sort(),
        [
          [11, 1, ground.path("CHANGES.md")],
          [7, id, ground.path("CHANGES.md")],
        ].sort(),
      );
      write("CHANGES.md", `# Changes\n\n## Unreleased\n\n- First (#2)\n- A wombat (#${id})\n`);
      await until("wombat", ["Unreleased"], { kind: "entry" });
      assert.deepEqual(
        (await search("wombat kind:entry")).map((h) => h.line),
        [6],
      );
      await soon(
        async () => (await daemon.client.docs.search({ words: ["wombat", "kind:document"] })).hits.length === 1,
        "the other's",
      );
      await daemon.client.service.remove({ service: `other${count}` });
      await soon(
        async () => (await daemon.client.docs.search({ words: ["wombat", "kind:document"] })).hits.length === 0,
        "none",
      );
    });

    it("follows what settings make of a file that stays as it is, and whose it is", async () => {
      write("handbook/duty.md", "# Duty\n\nA numbat on call.\n");
      write("HISTORY.md", "# Changes\n\n## Unreleased\n\n- A numbat (#1)\n");
      await until("numbat", ["Duty", "Changes"], { kind: "document" });
      const kinds = async () =>
        (await daemon.client.docs.list({ service })).documents.map((d) => `${d.path} ${d.kind}`).sort();
      assert.ok((await kinds()).includes("handbook/duty.md other"));
      await daemon.client.service.edit({ service, docs: "handbook" });
      await soon(async () => (await kinds()).includes("handbook/duty.md service"), "a document of the service");
      const policy = readFileSync(ground.path(".calcifer.yaml"), "utf8");
      write(".calcifer.yaml", `${policy}\nchanges:\n  file: HISTORY.md\n`);
      await daemon.client.work.commit({ repo: ground.top, message: "Move", noEntry: "test", all: true });
      await until("numbat", ["Unreleased"], { kind: "entry" });
      await until("numbat", ["Duty"], { kind: "document" });
      // Of two in one repository each document is found once, also when one of them is retired.
      const second = `${service}-second`;
      await daemon.client.service.add({ path: ground.top, name: second, docs: "handbook" });
      await daemon.client.service.retire({ service });
      await until("numbat", ["Duty"], { kind: "document", service: second });
      const all = await daemon.client.docs.search({ words: ["numbat", "kind:document"] });
      assert.deepEqual(
        all.hits.map((hit) => hit.service),
        [second],
      );
    });

    it("puts titles above texts, takes quotes as they stand, and says that there is more", async () => {
      write("docs/a.md", "# Other\n\nOnce there was a lion in the text of it.\n");
      write("docs/b.md", "# The lion\n\nNothing more of it here.\n");
      write("docs/c.md", "# Third\n\na text with a lion too, and with words.\n");
      await until("lion", ["The lion", "Other", "Third"]);
      assert.equal((await found("lion"))[0], "The lion");
      assert.deepEqual(await found('"text of it"'), ["Other"]);
      assert.deepEqual(await found("lio tex"), []);
      assert.deepEqual((await found("text lio")).sort(), ["Other", "Third"]);
      const one = await daemon.client.docs.search({ words: ["lion"], service, limit: 1 });
      assert.deepEqual([one.hits.length, one.more], [1, true]);
      assert.equal((await daemon.client.docs.search({ words: ["lion"], service, limit: 3 })).more, false);
    });

    it("says what it cannot be asked", async () => {
      await assert.rejects(search("***"), isFault("invalid", /no word/));
      await assert.rejects(found("x kind:odd"), isFault("invalid", /none of document/));
      await assert.rejects(found("x", { service: "nobody" }), isFault("invalid", /no service "nobody"/));
    });
  });

  it("has a finished item's document at once", async () => {
    const id = await begun("Teach it", { type: "feature" });
    const { path: file } = await daemon.client.work.document({ item: id });
    write(file, `# Teach it (#${id})\n\n## What it does\n\nIt teaches the narwhal.\n`);
    await daemon.client.work.commit({ repo: ground.top, message: "Teach", entry: "It teaches", all: true });
    await daemon.client.work.check({ item: id, all: true });
    await daemon.client.work.note({ item: id, text: "Done." });
    await daemon.client.work.finish({ item: id, repo: ground.top });
    await until("narwhal", [`Teach it (#${id})`]);
    const { documents } = await daemon.client.docs.list({ service });
    assert.deepEqual(
      documents.map((d) => [d.path, d.kind, d.item]),
      [
        ["README.md", "other", null],
        [file, "item", id],
      ],
    );
  });

  it("knows after a start what changed while nobody looked", async () => {
    write("docs/before.md", "# Before\n\nocelot\n");
    await until("ocelot", ["Before"]);
    await daemon.stop();
    rmSync(ground.path("docs/before.md"));
    write("docs/after.md", "# After\n\nocelot\n");
    await daemon.start();
    await until("ocelot", ["After"]);
  });

  describe("new", () => {
    const make = (template: string, p: object = {}) => daemon.client.docs.new({ template, repo: ground.top, ...p });

    it("writes from a template, once", async () => {
      const made = await make("runbook");
      assert.deepEqual(made, { service, path: "docs/runbook.md", file: ground.path("docs/runbook.md"), created: true });
      assert.match(ground.read("docs/runbook.md"), new RegExp(`^# Runbook of ${service}\n\n## `));
      write("docs/runbook.md", "mine\n");
      assert.equal((await make("runbook")).created, false);
      assert.equal(ground.read("docs/runbook.md"), "mine\n");
      const events = (await daemon.events()).filter((e) => e.name === "docs.written" && e.service === service);
      assert.deepEqual(
        events.map((e) => e.data),
        [{ path: "docs/runbook.md", template: "runbook" }],
      );
    });

    it("numbers decisions, and asks for a title where there is none", async () => {
      await assert.rejects(make("decision"), isFault("invalid", /needs a title/));
      assert.equal(
        (await make("decision", { title: "Why we left Redis" })).path,
        "docs/decisions/0001-why-we-left-redis.md",
      );
      assert.equal((await make("decision", { title: "Why not" })).path, "docs/decisions/0002-why-not.md");
      assert.equal((await make("decision", { title: "Why we left Redis" })).created, false);
      assert.equal((await make("runbook", { title: "Restore" })).path, "docs/runbooks/restore.md");
    });

    it("differs by kind of service, and writes an item's document as work document does", async () => {
      await daemon.client.service.edit({ service, kind: "network" });
      await make("overview");
      assert.match(ground.read("docs/overview.md"), /## Who may reach whom/);
      rmSync(ground.path("docs/overview.md"));
      const id = await begun("Add TLS", { type: "feature" });
      const { path: file, created } = await make("feature");
      assert.deepEqual([file, created], [`docs/changes/${id}-add-tls.md`, true]);
      const written = ground.read(file);
      rmSync(ground.path(file));
      await daemon.client.work.document({ item: id });
      assert.equal(ground.read(file), written);
    });

    it("takes the user's own, and the repository's before those", async () => {
      const config = path.join(daemon.folder, "cal", "config", "documents");
      mkdirSync(config, { recursive: true });
      writeFileSync(
        path.join(config, "postmortem.md"),
        "---\nsummary: what went wrong\npath: '{docs}/post/{date}-{slug}.md'\n---\n# {title} of {service}\n\n{unknown}\n",
      );
      writeFileSync(path.join(config, "runbook.md"), "# Mine\n");
      write("docs/templates/runbook.md", "# Ours, {title}\n");
      const { templates } = await daemon.client.docs.templates({ repo: ground.top });
      const post = templates.find((t) => t.name === "postmortem");
      assert.deepEqual(post, {
        name: "postmortem",
        summary: "what went wrong",
        path: "docs/post/{date}-{slug}.md",
        source: path.join(config, "postmortem.md"),
      });
      assert.equal(templates.find((t) => t.name === "runbook")?.source, ground.path("docs/templates/runbook.md"));
      const made = await make("postmortem", { title: "The outage" });
      assert.match(made.path, /^docs\/post\/\d{4}-\d\d-\d\d-the-outage\.md$/);
      assert.equal(ground.read(made.path), `# The outage of ${service}\n\n{unknown}\n`);
      rmSync(config, { recursive: true });
    });

    it("reads one whose lines have no end, and a file where the folder would be", async () => {
      write("docs/templates/slow.md", `---\npath: a${" ".repeat(900_000)}b\n---\nx\n`);
      const { templates } = await daemon.client.docs.templates({ service });
      assert.ok(templates.some((one) => one.name === "slow"));
      rmSync(ground.path("docs/templates"), { recursive: true });
      write("docs/templates", "no folder\n");
      assert.ok((await daemon.client.docs.templates({ service })).templates.length > 0);
    });

    it("writes nowhere but into the repository, and only Markdown", async () => {
      const outside = path.join(daemon.folder, `out${count}`);
      mkdirSync(outside);
      symlinkSync(outside, ground.path("linked"));
      symlinkSync(path.join(outside, "target.md"), ground.path("link.md"));
      mkdirSync(ground.path("folder.md"));
      const cases: [string, string, RegExp][] = [
        ["../x.md", "invalid", /not a path in the repository/],
        ["/tmp/x.md", "invalid", /not a path in the repository/],
        ["docs/../../x.md", "invalid", /not a path in the repository/],
        ["a\u0000b.md", "invalid", /not a path in the repository/],
        [".github/workflows/x.yml", "invalid", /no Markdown file/],
        ["docs/.md", "invalid", /no Markdown file/],
        ["folder.md", "invalid", /is a folder/],
        ["linked/x.md", "refused", /leads out of the repository/],
        ["link.md", "refused", /symbolic link/],
        [".git/x.md", "refused", /git's own folder/],
      ];
      for (const [wish, fault, message] of cases)
        await assert.rejects(make("runbook", { path: wish }), isFault(fault, message), wish);
      assert.equal(existsSync(path.join(outside, "x.md")), false);
      await assert.rejects(make("nothing"), isFault("missing", /no template "nothing"/));
      assert.equal((await make("runbook", { path: "docs/a/b.md" })).created, true);
    });
  });

  it("lists documents that mention what a branch touches", async () => {
    write("src/app.ts", "1\n");
    write("src/tls.ts", "1\n");
    write("docs/tls.md", "# TLS\n\nSee `src/tls.ts`,\nnot old/src/app.ts.\n");
    write("docs/app.md", "# App\n\nsrc/app.ts and CHANGES.md\n");
    await daemon.client.work.commit({ repo: ground.top, message: "Files", noEntry: "test", all: true });
    await until("tls", ["TLS"]);
    const id = await begun("Change");
    assert.deepEqual(await daemon.client.docs.touched({ item: id }), { documents: [] });
    write("src/tls.ts", "2\n");
    await daemon.client.work.commit({ repo: ground.top, message: "Change", entry: "Changed", all: true });
    const tls = {
      service,
      path: "docs/tls.md",
      title: "TLS",
      mentions: [{ file: "src/tls.ts", line: 3 }],
      edited: false,
    };
    assert.deepEqual((await daemon.client.docs.touched({ item: id })).documents, [tls]);
    // What is not committed yet counts, too.
    write("src/app.ts", "2\n");
    write("docs/tls.md", "# TLS\n\nSee `src/tls.ts`.\n");
    const { documents } = await daemon.client.docs.touched({ item: id });
    assert.deepEqual(
      documents.map((d) => [d.path, d.edited]),
      [
        ["docs/app.md", false],
        ["docs/tls.md", true],
      ],
    );
  });
});
