import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Fault } from "../../protocol/errors.ts";
import { Daemon, type Ground } from "../../test/daemon.ts";

const isFault = (fault: string, message: RegExp) => (error: unknown) =>
  error instanceof Fault && error.fault === fault && message.test(error.message);

const pack = (scripts: Record<string, string>) => JSON.stringify({ scripts });
const all = ["settings", "extensions", "tasks", "launch"].map((name) => `.vscode/${name}.json`);

describe("ide", () => {
  let daemon: Daemon;
  let ground: Ground;
  let count = 0;
  before(async () => {
    daemon = await Daemon.open();
  });
  after(() => daemon.leave());
  beforeEach(async () => {
    ground = await daemon.repo(`ide${++count}`);
    ground.write("package.json", pack({ test: "node --test", dev: "x" }));
  });

  const ask = (more: object = {}) => daemon.client.ide.vscode({ repo: ground.top, ...more });
  const contents = () =>
    Object.fromEntries(all.map((file) => [file, existsSync(ground.path(file)) ? ground.read(file) : undefined]));

  describe("offers", () => {
    it("tasks and launches, of a repository that is no service, too; nothing is written", async () => {
      const { repo, tasks, launches } = await daemon.client.ide.offers({ repo: ground.top });
      assert.equal(repo, ground.top);
      assert.deepEqual(
        tasks.map(({ label, group, background }) => [label, group, background]),
        [
          ["npm run dev", "run", true],
          ["npm run test", "test", false],
        ],
      );
      assert.deepEqual(
        launches.map(({ type, test }) => [type, test]),
        [
          ["node", false],
          ["node", true],
        ],
      );
      assert.equal(existsSync(ground.path(".vscode")), false);
    });

    it("what first-level folders have, but not through links, nor what is installed", async () => {
      const elsewhere = mkdtempSync(path.join(os.tmpdir(), "ide-"));
      try {
        for (const folder of ["web", "node_modules", "deep/er"]) mkdirSync(ground.path(folder), { recursive: true });
        ground.write("web/go.mod", "module x");
        ground.write("node_modules/go.mod", "module x");
        ground.write("deep/er/go.mod", "module x");
        symlinkSync(elsewhere, ground.path("linked"));
        symlinkSync(ground.path("package.json"), ground.path("deep/package.json"));
        const { tasks } = await daemon.client.ide.offers({ repo: ground.top });
        assert.deepEqual([...new Set(tasks.map(({ cwd }) => cwd))], ["", "web"]);
      } finally {
        rmSync(elsewhere, { recursive: true });
      }
    });

    it("only those in a service's paths", async () => {
      for (const folder of ["web", "api"]) {
        mkdirSync(ground.path(folder));
        ground.write(`${folder}/go.mod`, "module x");
      }
      await daemon.client.service.add({ path: ground.top, name: "narrow", paths: ["web/**"] });
      const { tasks } = await daemon.client.ide.offers({ service: "narrow" });
      assert.deepEqual([...new Set(tasks.map(({ cwd }) => cwd))], ["web"]);
    });

    it("of a service nobody knows: says so", async () => {
      await assert.rejects(daemon.client.ide.offers({ service: "nobody" }), isFault("missing", /nobody/));
    });
  });

  describe("vscode", () => {
    it("shows the difference and writes nothing unasked", async () => {
      const { files, written, detected } = await ask();
      assert.equal(written, false);
      assert.deepEqual(detected, [{ what: "Node.js (npm)", from: "package.json" }]);
      assert.deepEqual(
        files.map(({ path: file, state }) => [file, state]),
        [
          [".vscode/tasks.json", "new"],
          [".vscode/launch.json", "new"],
        ],
      );
      assert.match(
        files[0]?.diff ?? "",
        /^--- \/dev\/null\n\+\+\+ b\/\.vscode\/tasks\.json\n@@ -0,0 \+1,\d+ @@\n\+\{\n/,
      );
      assert.equal(existsSync(ground.path(".vscode")), false);
    });

    it("writes what it showed, once: again changes nothing, and tells of it only once", async () => {
      const shown = await ask();
      assert.equal((await ask({ write: true })).written, true);
      const first = contents();
      for (const { path: file, after } of shown.files) assert.equal(first[file], after);
      const again = await ask({ write: true });
      assert.deepEqual([again.written, again.files.map(({ state }) => state)], [false, ["same", "same"]]);
      assert.deepEqual(contents(), first);
      const { events } = await daemon.client.event.list({ name: "ide.", limit: 1000 });
      assert.deepEqual(
        events.filter(({ data }) => data.repo === ground.top).map(({ data }) => data.files),
        [[".vscode/tasks.json", ".vscode/launch.json"]],
      );
    });

    it("taken out, everything is as it was, byte for byte", async () => {
      mkdirSync(ground.path(".vscode"));
      ground.write(".vscode/tasks.json", '{ // mine\r\n\t"tasks": [ {"label":"x",}, ] }');
      const before = contents();
      await ask({ write: true });
      assert.notDeepEqual(contents(), before);
      const { files } = await ask({ remove: true });
      assert.deepEqual(
        files.map(({ state }) => state),
        ["changed", "removed"],
      );
      assert.notDeepEqual(contents(), before);
      await ask({ remove: true, write: true });
      assert.deepEqual(contents(), before);
      assert.deepEqual((await ask({ remove: true, write: true })).files, []);
    });

    it("taken out, a folder that was made for it goes too", async () => {
      await ask({ write: true });
      await ask({ remove: true, write: true });
      assert.equal(existsSync(ground.path(".vscode")), false);
      assert.equal(existsSync(path.join(ground.top, ".git/calcifer/vscode.json")), false);
    });

    it("follows what the repository becomes, around what a person wrote meanwhile", async () => {
      await ask({ write: true });
      const mine = ground.read(".vscode/tasks.json").replace('"tasks": [', '"tasks": [\n    { "label": "mine" },');
      ground.write(".vscode/tasks.json", mine);
      ground.write("package.json", pack({ test: "node --test", lint: "x" }));
      await ask({ write: true });
      const labels = () =>
        [...ground.read(".vscode/tasks.json").matchAll(/"label": "(.*)"/g)].map(([, label]) => label);
      assert.deepEqual(labels(), ["mine", "npm run test", "npm run lint"]);
      const after = contents();
      assert.equal((await ask({ write: true })).written, false);
      assert.deepEqual(contents(), after);
      await ask({ remove: true, write: true });
      assert.deepEqual(labels(), ["mine"]);
    });

    it("what was theirs before and is like ours stays when ours goes", async () => {
      await ask({ write: true });
      const text = ground.read(".vscode/launch.json");
      await ask({ remove: true, write: true });
      mkdirSync(ground.path(".vscode"), { recursive: true });
      ground.write(".vscode/launch.json", text);
      await ask({ write: true });
      await ask({ remove: true, write: true });
      assert.equal(ground.read(".vscode/launch.json"), text);
    });

    it("in a shared repository it is the same, whichever service is named", async () => {
      for (const folder of ["web", "api", "old"]) ground.write(`${folder}/go.mod`, "module x");
      await daemon.client.service.add({ path: ground.top, name: "shared-web", paths: ["web/**"] });
      await daemon.client.service.add({ path: ground.top, name: "shared-api", paths: ["api/**"] });
      await daemon.client.ide.vscode({ service: "shared-web", write: true });
      const text = ground.read(".vscode/tasks.json");
      assert.match(text, /go test \.\/\.\.\. \(web\)/);
      assert.match(text, /go test \.\/\.\.\. \(api\)/);
      assert.doesNotMatch(text, /\(old\)|npm/);
      assert.equal((await daemon.client.ide.vscode({ service: "shared-api", write: true })).written, false);
    });

    it("a broken file is refused with its place, and no other is written", async () => {
      mkdirSync(ground.path(".vscode"));
      ground.write(".vscode/launch.json", '{\n  "configurations": [}\n');
      const before = contents();
      await assert.rejects(
        ask({ write: true }),
        isFault("refused", /^\.vscode\/launch\.json is broken at line 2, column 22: /),
      );
      assert.deepEqual(contents(), before);
    });

    it("a link that leads out of the repository is refused, and nothing is written through it", async () => {
      const elsewhere = mkdtempSync(path.join(os.tmpdir(), "ide-"));
      try {
        symlinkSync(elsewhere, ground.path(".vscode"));
        await assert.rejects(ask({ write: true }), isFault("refused", /^\.vscode\/.*leads out of the repository/));
        assert.equal(existsSync(path.join(elsewhere, "tasks.json")), false);
      } finally {
        rmSync(elsewhere, { recursive: true });
      }
    });

    it("notes of somebody else's making are no notes", async () => {
      mkdirSync(path.join(ground.top, ".git/calcifer"), { recursive: true });
      const evil = { after: "x", pieces: [], before: "x" };
      ground.write(".git/calcifer/vscode.json", JSON.stringify({ "../../evil": evil }));
      assert.deepEqual((await ask({ remove: true, write: true })).files, []);
      assert.equal((await ask({ write: true })).written, true);
    });
  });
});
