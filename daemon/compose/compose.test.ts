// Compose projects read from real files: names, several files, include, extends; and what is hostile among them.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose files have such variables
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { findProjects, type Project } from "./compose.ts";
import { portText } from "./rules.ts";

describe("compose projects", () => {
  let root: string;
  let count = 0;
  before(() => {
    root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "cc-")));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  /** A folder with these files, which looks like a repository. */
  function folder(files: Record<string, string>): string {
    const top = path.join(root, `p${++count}`);
    for (const [name, text] of Object.entries({ ".git/HEAD": "", ...files })) {
      mkdirSync(path.dirname(path.join(top, name)), { recursive: true });
      writeFileSync(path.join(top, name), text);
    }
    return top;
  }
  const find = async (top: string) => (await findProjects(top, { there: false }, AbortSignal.any([]))).projects;
  const one = async (files: Record<string, string>): Promise<Project> => {
    const found = await find(folder(files));
    assert.equal(found.length, 1, JSON.stringify(found));
    return found[0] as Project;
  };
  const of = (project: Project, name: string) => project.services.get(name) ?? assert.fail(`no ${name}`);
  const images = (project: Project) => Object.fromEntries([...project.services].map(([name, s]) => [name, s.image]));
  const notes = (project: Project) => project.notes.map((note) => note.replaceAll(root, "<root>"));

  describe("which files", () => {
    for (const name of ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"])
      it(`${name} and its override`, async () => {
        const project = await one({
          [name]: "services: { web: { image: a, ports: ['1:1'] } }",
          [name.replace("compose.", "compose.override.")]: "services: { web: { ports: ['2:2'] }, db: { image: b } }",
        });
        assert.deepEqual(images(project), { web: "a", db: "b" });
        assert.deepEqual(of(project, "web").ports.map(portText), ["*:1→1/tcp", "*:2→2/tcp"]);
        assert.equal(project.name, `p${count}`);
      });

    it("the preferred name where there are two", async () => {
      const project = await one({ "compose.yaml": "services: { a: {} }", "docker-compose.yml": "services: { b: {} }" });
      assert.deepEqual([...project.services.keys()], ["a"]);
    });

    it("COMPOSE_FILE, COMPOSE_PROJECT_NAME and variables from .env", async () => {
      const project = await one({
        ".env": "COMPOSE_FILE=one.yaml:deploy/two.yaml\nCOMPOSE_PROJECT_NAME=My Shop\nTAG=7\n",
        "one.yaml": "name: other\nservices:\n  web:\n    image: web:${TAG}\n",
        "deploy/two.yaml": "services:\n  web:\n    profiles: [edge]\n  db:\n    image: db:${DB_TAG:-1}\n",
        "compose.yaml": "services: { never: {} }",
      });
      assert.equal(project.name, "myshop");
      assert.deepEqual(images(project), { web: "web:7", db: "db:1" });
      assert.deepEqual(of(project, "web").profiles, ["edge"]);
      assert.deepEqual(project.notes, []);
    });

    it("several levels below; not in node_modules", async () => {
      const top = folder({
        "a/compose.yaml": "services: { a: {} }",
        "b/c/compose.yml": "name: named\nservices: { b: {} }",
        "node_modules/x/compose.yaml": "services: { x: {} }",
        "1/2/3/4/5/compose.yaml": "services: { deep: {} }",
      });
      assert.deepEqual(
        (await find(top)).map((project) => project.name),
        ["a", "named"],
      );
    });

    it("the daemon's own environment is not the project's", async () => {
      const project = await one({ "compose.yaml": "services: { web: { image: 'x:${HOME}' } }" });
      assert.deepEqual(images(project), { web: "x:" });
      assert.deepEqual(project.notes, ["compose.yaml:1:1 No value is known for HOME; taken as empty."]);
    });
  });

  describe("include and extends", () => {
    it("an included project, with its own .env, and ours before it", async () => {
      const project = await one({
        ".env": "A=ours\n",
        "compose.yaml":
          "include:\n  - db/compose.yaml\n  - path: [more.yaml, more2.yaml]\nservices:\n  web: { image: web, depends_on: [db] }\n",
        "db/.env": "A=theirs\nB=db\n",
        "db/compose.yaml": "services:\n  db: { image: '${A}/${B}' }\n",
        "more.yaml": "services: { log: { image: log, profiles: [x] } }",
        "more2.yaml": "services: { log: { image: log2 } }",
      });
      assert.deepEqual(images(project), { db: "ours/db", log: "log2", web: "web" });
      assert.deepEqual(of(project, "web").dependsOn, ["db"]);
      assert.equal(project.read.length, 4);
      assert.deepEqual(project.notes, []);
    });

    it("a service of the same file, of another, and of another's other", async () => {
      const project = await one({
        "compose.yaml":
          "services:\n  base: { image: base, ports: ['1:1'] }\n  web: { extends: base, ports: ['2:2'] }\n" +
          "  job: { extends: { file: common/job.yaml, service: job }, image: job:2 }\n",
        "common/job.yaml": "services:\n  job: { extends: { file: ../top.yaml, service: t }, depends_on: [db] }\n",
        "top.yaml": "services: { t: { image: t, healthcheck: { test: 'true' } } }",
      });
      assert.deepEqual(of(project, "web").ports.map(portText), ["*:1→1/tcp", "*:2→2/tcp"]);
      const { image, dependsOn, healthcheck } = of(project, "job");
      assert.deepEqual([image, dependsOn, healthcheck?.test], ["job:2", ["db"], "true"]);
    });

    it("anchors, merge keys, x- and what we do not know", async () => {
      const project = await one({
        "compose.yaml":
          "x-own: &own\n  image: a\n  depends_on: [db]\nservices:\n  web:\n    <<: *own\n    colour: red\n    x-y: [1]\n  db: *own\nvolumes: { v: }\nversion: '3.8'\n",
      });
      assert.deepEqual([images(project), project.notes], [{ web: "a", db: "a" }, []]);
    });

    it("!reset and !override of an override file", async () => {
      const project = await one({
        "compose.yaml":
          "services:\n  a: { image: a, ports: ['1:1'], depends_on: [b] }\n  b: { image: b, ports: ['1:1'] }\n  c: { image: c }\n",
        "compose.override.yaml":
          "services:\n  a: { ports: !reset [], depends_on: !reset null }\n  b: { ports: !override ['2:2'] }\n  c: !reset null\n",
      });
      assert.deepEqual([of(project, "a").ports, of(project, "a").dependsOn], [[], []]);
      assert.deepEqual(of(project, "b").ports.map(portText), ["*:2→2/tcp"]);
      assert.deepEqual(Object.keys(images(project)), ["a", "b"]);
    });

    it("an own address in a macvlan", async () => {
      const project = await one({
        "compose.yaml":
          "services: { vpn: { networks: { lan: { ipv4_address: 10.1.1.9 } } } }\nnetworks: { lan: { driver: macvlan }, back: {} }\n",
      });
      assert.deepEqual([...project.ownAddress], ["lan"]);
    });
  });

  describe("what cannot be read is said, with line and column; the rest is read", () => {
    const cases: [string, string, RegExp, string[]][] = [
      ["no YAML", "services:\n  web: [\n", /^compose\.yaml:\d+:\d+ /, []],
      ["a list", "- a\n", /^compose\.yaml:1:1 This is no mapping/, []],
      ["services that are none", "services: [a]\n", /^compose\.yaml:1:11 services must be a mapping/, []],
      [
        "a service that is none",
        "services:\n  web: 3\n  db: {}\n",
        /^compose\.yaml:2:8 The service web must be a mapping/,
        ["db"],
      ],
      ["a bad name", "services:\n  'a b': {}\n  db: {}\n", /^compose\.yaml:2:10 This is no name/, ["db"]],
      [
        "a bad port",
        "services:\n  web:\n    ports:\n      - eighty\n",
        /^compose\.yaml:4:9 web\.ports\.0: "eighty" is no port\.$/,
        ["web"],
      ],
      [
        "a missing value",
        "services:\n  web:\n    image: ${V:?say}\n",
        /^compose\.yaml:3:12 V has no value: say\.$/,
        ["web"],
      ],
      [
        "a base that is not there",
        "services:\n  web:\n    extends: none\n",
        /^compose\.yaml:3:14 web extends none, which is not there/,
        ["web"],
      ],
      [
        "an included file that is not there",
        "include: [no.yaml]\nservices: { web: {} }\n",
        /^no\.yaml is not there\.$/,
        ["web"],
      ],
    ];
    for (const [name, text, note, services] of cases)
      it(name, async () => {
        const project = await one({ "compose.yaml": text });
        assert.match(project.notes[0] ?? "", note);
        assert.deepEqual([...project.services.keys()], services);
      });
  });

  describe("hostile files", () => {
    it("aliases that grow are refused before they have grown", async () => {
      const levels = Array.from(
        { length: 9 },
        (_, n) => `x${n + 1}: &x${n + 1} [${Array(9).fill(`*x${n}`).join(", ")}]`,
      );
      const project = await one({
        "compose.yaml": `x0: &x0 [lol]\n${levels.join("\n")}\nservices: { web: { ports: *x9 } }\n`,
      });
      assert.match(project.notes[0] ?? "", /^compose\.yaml:1:1 Excessive alias count/);
    });

    it("a huge file, deep nesting, many values", async () => {
      const big = await one({ "compose.yaml": `services: { web: { image: "${"x".repeat(600_000)}" } }` });
      assert.deepEqual(notes(big), ["compose.yaml is larger than 128 KiB."]);
      const deep = await one({ "compose.yaml": `x: ${"[".repeat(2000)}${"]".repeat(2000)}\nservices: { web: {} }` });
      assert.match(notes(deep)[0] ?? "", /stack size exceeded|nest deeper/);
      const wide = await one({ "compose.yaml": `x: [${"1,".repeat(60_000)}1]\nservices: { web: {} }` });
      assert.match(wide.notes[0] ?? "", /more than 50000 values/);
    });

    it("a name that is there twice, variables that grow, files that include one another again and again", async () => {
      const again = await one({ "compose.yaml": "services:\n  web: { image: a }\n  web: { image: b }\n" });
      assert.deepEqual(notes(again), ["compose.yaml:3:3 This name is there twice."]);
      const names = "BCDEFGHIJKL".split("");
      const env = names.map((name, n) => `${name}=${`$${String.fromCharCode(65 + n)} `.repeat(9)}\n`).join("");
      const grown = await one({
        ".env": `A=${"x".repeat(1000)}\n${env}`,
        "compose.yaml": `services: { web: { image: "$L" }, other: { image: "$L$L$L" } }`,
      });
      assert.equal(of(grown, "web").image?.length, 64 * 1024);
      assert.match(notes(grown).join("\n"), /longer than 64 KiB/);
      const files = Object.fromEntries(
        "abcdef"
          .split("")
          .map((name, n) => [
            `${name}.yaml`,
            `include: [${Array(20).fill(`./${"bcdefg"[n]}.yaml`).join(", ")}]\nservices: { ${name}: {} }`,
          ]),
      );
      const included = await one({ ...files, "g.yaml": "services: { g: {} }", "compose.yaml": "include: [a.yaml]" });
      assert.match(notes(included).join("\n"), /More than 100 files would be read together/);
    });

    it("include and extends in a circle", async () => {
      const project = await one({
        "compose.yaml":
          "include: [a.yaml]\nservices:\n  x: { image: x, extends: y }\n  y: { image: y, extends: x }\n  z: { extends: z }\n",
        "a.yaml": "include: [b.yaml]\nservices: { a: {} }",
        "b.yaml": "include: [a.yaml]\nservices: { b: { extends: { file: c.yaml, service: c } } }",
        "c.yaml": "services: { c: { extends: { file: b.yaml, service: b } } }",
      });
      assert.deepEqual([...project.services.keys()].sort(), ["a", "b", "x", "y", "z"]);
      assert.deepEqual(images(project).x, "x");
      assert.match(notes(project).join("\n"), /b\.yaml:1:\d+ This includes itself/);
      assert.match(notes(project).join("\n"), /z extends itself/);
    });

    it("nothing outside of the repository is read: absolute, by dots, by a link, by .env", async () => {
      writeFileSync(path.join(root, "secret.yaml"), "services: { secret: { image: found } }");
      const outside = `include: [${root}/secret.yaml, ../secret.yaml, ../../../../../../etc/passwd, link.yaml]\n`;
      const top = folder({
        "compose.yaml": `${outside}services: { web: { extends: { file: ../secret.yaml, service: secret } } }\n`,
        "named/.env": "COMPOSE_FILE=../../secret.yaml\n",
        "linked/x": "",
      });
      symlinkSync(path.join(root, "secret.yaml"), path.join(top, "link.yaml"));
      symlinkSync(path.join(root, "secret.yaml"), path.join(top, "linked/compose.yaml"));
      const found = await find(top);
      assert.deepEqual(found.map(images), [{ web: undefined }, {}, {}]);
      assert.ok(found.every((project) => project.notes.some((note) => note.includes("lies outside of"))));
      assert.ok(!JSON.stringify(found).includes("found"));
    });

    it("nothing is fetched", async () => {
      for (const address of [
        "https://example.org/c.yaml",
        "git@example.org:a/b.git",
        "oci://example.org/x",
        "github.com/a/b",
      ]) {
        const project = await one({ "compose.yaml": `include: ['${address}']\nservices: { web: {} }\n` });
        assert.match(project.notes[0] ?? "", /would have to be fetched/);
      }
    });

    it("names that JavaScript knows", async () => {
      const project = await one({
        "compose.yaml": "services:\n  __proto__: { image: p }\n  constructor: { image: c, depends_on: [__proto__] }\n",
      });
      assert.deepEqual(
        [...project.services].map(([name, s]) => [name, s.image]),
        [
          ["__proto__", "p"],
          ["constructor", "c"],
        ],
      );
    });
  });
});
