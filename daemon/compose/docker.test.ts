// What docker compose is asked, and what becomes of its answer.
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { withPath } from "../../test/home.ts";
import { findProjects, type Project } from "./compose.ts";
import { portText } from "./rules.ts";

// A stand-in: a real `docker compose` is not in Debian, and tests fetch nothing.
describe("docker compose, by a stand-in for it", () => {
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
  const of = (project: Project, name: string) => project.services.get(name) ?? assert.fail(`no ${name}`);
  const images = (project: Project) => Object.fromEntries([...project.services].map(([name, s]) => [name, s.image]));

  const compose = "services: { web: { image: ours } }\n";
  async function asked(script: string, files: Record<string, string> = { "compose.yaml": compose }, env?: string) {
    const bin = path.join(folder({ docker: `#!/bin/sh\n${script}\n` }));
    chmodSync(path.join(bin, "docker"), 0o755);
    const top = folder(files);
    if (env !== undefined) symlinkSync(env, path.join(top, ".env"));
    const docker = { there: true };
    const { projects } = await withPath(`${bin}:${process.env.PATH}`, () =>
      findProjects(top, docker, AbortSignal.any([])),
    );
    return { project: projects[0] as Project, docker, top };
  }
  const answer = `echo '{"name":"said","services":{"web":{"image":"theirs","ports":[{"mode":"ingress","target":80,"published":"8080","protocol":"tcp"}],"depends_on":{"db":{"condition":"service_started"}}}}}'`;

  it("is asked, by arguments, with none of our environment", async () => {
    const { project, top } = await asked(`printf '%s\\n' "$@" > args; env > env; ${answer}`);
    assert.deepEqual([project.by, project.name, images(project)], ["docker", "said", { web: "theirs" }]);
    assert.deepEqual(of(project, "web").ports.map(portText), ["*:8080→80/tcp"]);
    const args = readFileSync(path.join(top, "args"), "utf8").trim().split("\n");
    assert.deepEqual(args, [
      "compose",
      "--project-directory",
      top,
      "--profile",
      "*",
      "-f",
      path.join(top, "compose.yaml"),
      "config",
      "--format",
      "json",
    ]);
    assert.doesNotMatch(readFileSync(path.join(top, "env"), "utf8"), /^(GIT_|USER|npm_)/m);
  });

  it("is not there: our own reader", async () => {
    const { project, docker } = await asked("echo 'docker: unknown command: docker compose' >&2; exit 1");
    assert.deepEqual(
      [project.by, images(project), docker.there, project.notes],
      ["calcifer", { web: "ours" }, false, []],
    );
  });

  it("does not take the files, or says what is no JSON: our own reader, and its words", async () => {
    const refused = await asked("echo 'service web is wrong' >&2; exit 15");
    assert.deepEqual(refused.project.notes, ["docker compose does not take compose.yaml: service web is wrong"]);
    const strange = await asked("echo hello");
    assert.deepEqual([strange.project.by, strange.project.notes.length], ["calcifer", 1]);
    const endless = await asked("yes");
    assert.match(endless.project.notes[0] ?? "", /more than 4 MiB/);
  });

  it("is not asked about files that lead elsewhere", async () => {
    for (const text of [
      "include: [https://example.org/x.yaml]\n",
      "include: [/etc/hosts]\n",
      "services: { a: { env_file: /etc/shadow } }\n",
    ]) {
      const { project, top } = await asked(`touch asked; ${answer}`, { "compose.yaml": text });
      assert.equal(project.by, "calcifer");
      assert.equal(existsSync(path.join(top, "asked")), false);
    }
  });

  it("nor about such that have something beside them read from elsewhere: `.env`, labels, what a base asks for", async () => {
    const cases: Record<string, string>[] = [
      { "compose.yaml": "services: { a: { label_file: ../../elsewhere } }\n" },
      { "compose.yaml": "include: [{ path: b.yaml, env_file: /etc/hosts }]\n", "b.yaml": "services: { b: {} }\n" },
      // Inside, were it relative to the project; it is relative to the base.
      {
        "deep/er/compose.yaml": "services: { a: { extends: { file: ../../base.yaml, service: a } } }\n",
        "base.yaml": "services: { a: { env_file: ../elsewhere } }\n",
      },
    ];
    for (const files of cases) assert.equal((await asked(answer, files)).project.by, "calcifer", JSON.stringify(files));
    const linked = await asked(answer, { "compose.yaml": "services: { a: {} }\n" }, "/etc/hosts");
    assert.equal(linked.project.by, "calcifer");
  });
});
