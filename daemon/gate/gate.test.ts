import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { answerHook, repoOfHook } from "../../gate/hook.ts";
import { Objects } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { version } from "../../protocol/generated.ts";
import { Daemon, type Ground } from "../../test/daemon.ts";

const isFault = (fault: string, message: RegExp) => (error: unknown) =>
  error instanceof Fault && error.fault === fault && message.test(error.message);

describe("gate", () => {
  let daemon: Daemon;
  let ground: Ground;
  let count = 0;
  before(async () => {
    daemon = await Daemon.open();
  });
  after(() => daemon.leave());
  beforeEach(async () => {
    ground = await daemon.service(`s${++count}`);
  });

  const add = (title = "Add TLS") => daemon.client.work.add({ title, service: `s${count}` });
  const begun = async (title?: string) => {
    const { id } = await add(title);
    return daemon.client.work.start({ item: id, repo: ground.top });
  };
  const show = (item?: number) => daemon.client.gate.show({ repo: ground.top, ...(item !== undefined && { item }) });
  const onTrunk = (file: string) => {
    ground.write(file, "x");
    return daemon.client.work.commit({ repo: ground.top, message: "Trunk", noEntry: "test", all: true });
  };
  const newestMessage = () => ground.git("log", "-1", "--format=%B");

  describe("show", () => {
    it("says on the trunk that nothing is under way, and what is planned", async () => {
      const nothing = await show();
      assert.deepEqual([nothing.item, nothing.merge, nothing.complete, nothing.uncommitted], [null, null, null, 0]);
      assert.match(
        nothing.line,
        /^main is the trunk of s\d+; nothing is under way here\. Open an item: calcifer work add/,
      );
      const { id } = await add();
      assert.match(
        (await show()).line,
        new RegExp(`Planned is #${id} "Add TLS"\\. Start it: calcifer work start ${id}$`),
      );
      await add();
      assert.match((await show()).line, /2 items are planned: calcifer work list --service s\d+ --status planned$/);
    });

    it("says whose the branch is not: nobody's, detached, of no service", async () => {
      await ground.git("switch", "-q", "-c", "loose");
      assert.match((await show()).line, /^loose belongs to no work item.*calcifer work adopt loose$/);
      await ground.git("switch", "-q", "--detach");
      const detached = await show();
      assert.equal(detached.branch, null);
      assert.match(detached.line, /^HEAD is on no branch here/);
      const stranger = await daemon.repo(`stranger${count}`);
      const other = await daemon.client.gate.show({ repo: stranger.top });
      assert.equal(other.service, null);
      assert.match(other.line, /is not registered as a service\. Register it: calcifer service add \./);
      await assert.rejects(
        daemon.client.gate.show({ repo: daemon.folder }),
        isFault("missing", /not in a git repository/),
      );
    });

    it("tells a repository that is not registered from a folder that is none, whatever HEAD is on", async () => {
      const clean = { item: null, merge: null, complete: null };
      const asked = async (repo: string) => {
        const { item, merge, complete, service, branch, uncommitted, line } = await daemon.client.gate.show({ repo });
        assert.deepEqual({ item, merge, complete }, clean);
        return [service, branch, uncommitted, line];
      };
      const register = (name: string) => `${name} is not registered as a service. Register it: calcifer service add .`;
      const stranger = await daemon.repo(`odd${count}`);
      stranger.write("new", "");
      assert.deepEqual(await asked(stranger.top), [null, "main", 1, register(`odd${count}`)]);
      await stranger.git("switch", "-q", "--detach");
      assert.deepEqual(await asked(stranger.top), [null, null, 1, register(`odd${count}`)]);
      const unborn = ground.at(daemon.folder);
      await unborn.git("init", "-q", `unborn${count}`);
      assert.deepEqual(await asked(path.join(daemon.folder, `unborn${count}`)), [
        null,
        "main",
        0,
        register(`unborn${count}`),
      ]);
      const bare = path.join(daemon.folder, `bare${count}.git`);
      await ground.git("clone", "-q", "--bare", ground.top, bare);
      const noClone = `bare${count}.git is a bare repository, with nothing to work in. Register a clone of it.`;
      assert.deepEqual(await asked(bare), [null, "main", null, noClone]);
      assert.deepEqual((await asked(ground.path(".git"))).slice(0, 3), [`s${count}`, "main", null]);
      await ground.git("switch", "-q", "--detach");
      assert.deepEqual((await asked(ground.top)).slice(0, 3), [`s${count}`, null, 0]);
    });

    it("says of a folder that is no repository's what it is", async () => {
      const refused = (repo: string) =>
        daemon.client.gate.show({ repo }).then(
          () => assert.fail("it was answered"),
          (error: unknown) => `${(error as Fault).fault}: ${(error as Fault).message}`,
        );
      assert.equal(await refused(daemon.folder), `missing: ${daemon.folder} is not in a git repository.`);
      const nowhere = path.join(daemon.folder, "nowhere");
      assert.equal(await refused(nowhere), `missing: There is no folder ${nowhere}.`);
      const file = ground.path("README.md");
      assert.equal(await refused(file), `missing: ${file} is a file, not a folder.`);
      assert.equal(await refused("src"), "invalid: src is not an absolute path.");
      assert.equal(await refused(""), "invalid: An empty text is not an absolute path.");
      const broken = await daemon.repo(`broken${count}`);
      writeFileSync(broken.path(".git/config"), "[core\n");
      assert.equal(
        await refused(broken.top),
        `missing: git cannot open the repository of ${broken.top}: bad config line 1 in file .git/config.`,
      );
    });

    it("has no verdict for an item without a branch", async () => {
      const { id } = await add();
      const planned = await show(id);
      assert.deepEqual([planned.branch, planned.merge, planned.item?.status], [null, null, "planned"]);
      assert.match(planned.line, /has no branch yet\. Start it/);
      await daemon.client.work.drop({ item: id });
      assert.match((await show(id)).line, /was dropped\. Bring it back: calcifer work restore/);
    });

    it("judges somebody else's item by what its commits say, under its title", async () => {
      const { id, branch } = await begun();
      await ground.git("config", `branch.${branch}.calciferKey`, "zzzzzzzz");
      await ground.git("config", `branch.${branch}.calciferTitle`, "Their own");
      const foreign = await show();
      assert.deepEqual(foreign.item, { id, title: "Their own", status: "foreign" });
      assert.match(foreign.line, /belongs to #\d+ "Their own" of another database\. Take it over: calcifer work adopt/);
      const checks = new Map(foreign.merge?.checks.map((c) => [c.id, c.state]));
      assert.deepEqual([checks.get("notes"), checks.get("entry")], ["unknown", "no"]);
    });

    it("names the items that touch the files it conflicts in", async () => {
      for (const n of [1, 2]) {
        const { branch } = await begun(`Item ${n}`);
        ground.write("README.md", `# Item ${n}\n`);
        await daemon.client.work.commit({ repo: ground.top, message: `Item ${n}`, entry: "Readme", all: true });
        assert.equal((await show()).branch, branch);
        await ground.git("switch", "-q", "main");
      }
      ground.write("README.md", "# The trunk\n");
      await daemon.client.work.commit({ repo: ground.top, message: "Trunk", noEntry: "test", all: true });
      const [second, first] = (await daemon.client.work.list({ service: `s${count}` })).items;
      const detail = (await show(first?.id)).merge?.checks.find((c) => c.id === "no-conflict")?.detail;
      assert.deepEqual(detail, ["README.md", `also changed by #${second?.id} "Item 2": README.md`]);
    });
  });

  describe("waive", () => {
    it("an entry: the next commit carries it, the one after does not", async () => {
      const { id } = await begun();
      ground.write("a.txt", "a");
      await ground.git("add", "-A");
      assert.match((await ground.tried("commit", "-q", "-m", "One")).stderr, /has no entry/);
      const waived = await daemon.client.gate.waive({ check: "entry", reason: "generated\nfiles ", repo: ground.top });
      assert.equal(waived.commit, null);
      await ground.git("commit", "-q", "-m", "One");
      assert.match(await newestMessage(), /^One\n\nCalcifer-Waiver: entry; generated files\nWork-Item: #\d+ \w{8}$/);
      assert.equal(existsSync(ground.path(".git/calcifer-waiver")), false);
      const event = await daemon.event((e) => e.name === "gate.waived" && e.item === id, "the waiver is told");
      assert.equal(event.data.check, "entry");
      ground.write("b.txt", "b");
      await ground.git("add", "-A");
      assert.match((await ground.tried("commit", "-q", "-m", "Two")).stderr, /has no entry/);
    });

    it("an entry: used by a commit with --no-verify, too; not by a merge that git words, nor by the same one before", async () => {
      const { branch } = await begun();
      const waive = () => daemon.client.gate.waive({ check: "entry", reason: "generated\nfiles", repo: ground.top });
      const change = async (file: string) => {
        ground.write(file, file);
        await ground.git("add", "-A");
      };
      for (const file of ["a.txt", "b.txt"]) {
        await waive();
        await change(file);
        await ground.git("commit", "-q", "--no-verify", "-m", "Quick");
        assert.match(await newestMessage(), /^Quick\n\nCalcifer-Waiver: entry; generated files\n/, file);
      }
      await change("c.txt");
      assert.match((await ground.tried("commit", "-q", "-m", "Three")).stderr, /has no entry/);
      assert.equal(existsSync(ground.path(".git/calcifer-waiver")), false);
      await waive();
      await ground.git("stash", "-q");
      await ground.git("switch", "-q", "main");
      await onTrunk("trunk.txt");
      await ground.git("switch", "-q", branch as string);
      await ground.git("merge", "-q", "--no-edit", "main");
      await ground.git("stash", "pop", "-q");
      await ground.git("commit", "-q", "-m", "Three");
      assert.match(await newestMessage(), /^Three\n\nCalcifer-Waiver: entry; generated files\n/);
    });

    it("an entry: for the branch it was said on, in the work tree it was said in", async () => {
      await begun();
      await daemon.client.gate.waive({ check: "entry", reason: "here only", repo: ground.top });
      await begun("Another");
      ground.write("a.txt", "a");
      await ground.git("add", "-A");
      assert.match((await ground.tried("commit", "-q", "-m", "One")).stderr, /has no entry/);
      assert.equal(existsSync(ground.path(".git/calcifer-waiver")), true);
    });

    it("an entry: on the trunk, whose guard lets a waived commit pass", async () => {
      ground.write("a.txt", "a");
      await ground.git("add", "-A");
      const refused = await ground.tried("commit", "-q", "-m", "On main");
      assert.match(refused.stderr, /^Calcifer: main is protected/);
      await daemon.client.gate.waive({ check: "entry", reason: "hot fix", repo: ground.top });
      await ground.git("commit", "-q", "-m", "On main");
      assert.match(await newestMessage(), /Calcifer-Waiver: entry; hot fix/);
    });

    it("judged: speaks at once for the commits before it, and leaves alone what is staged", async () => {
      const { id } = await begun();
      ground.write("a.txt", "a");
      await ground.git("add", "-A");
      await ground.git("commit", "-q", "--no-verify", "-m", "Unjudged");
      ground.write("staged.txt", "s");
      await ground.git("add", "staged.txt");
      assert.equal((await show()).merge?.checks.find((c) => c.id === "judged")?.state, "no");
      const { commit } = await daemon.client.gate.waive({
        check: "judged",
        reason: "from before the hooks",
        repo: ground.top,
      });
      assert.equal(commit, await ground.git("rev-parse", "HEAD"));
      assert.match(
        await newestMessage(),
        /^Waive judged: from before the hooks\n\nCalcifer-Waiver: judged; from before the hooks\nWork-Item: #\d+ \w{8}$/,
      );
      assert.equal(await ground.git("diff", "--cached", "--name-only"), "staged.txt");
      assert.equal(await ground.git("diff", "--name-only", "HEAD~1", "HEAD"), "");
      const judged = (await show(id)).merge?.checks.find((c) => c.id === "judged");
      assert.equal(judged?.state, "yes", judged?.message);
      assert.match(judged?.detail?.at(-1) ?? "", /from before the hooks/);
    });

    it("nothing where there is nothing to waive for", async () => {
      const waive = (check: "entry" | "judged", repo = ground.top) =>
        daemon.client.gate.waive({ check, reason: "x", repo });
      await assert.rejects(waive("judged"), isFault("refused", /main belongs to no work item/));
      await ground.git("switch", "-q", "--detach");
      await assert.rejects(waive("entry"), isFault("refused", /on no branch/));
      await assert.rejects(
        daemon.client.gate.waive({ check: "entry", reason: " ", repo: ground.top }),
        isFault("invalid", /reason/),
      );
      await ground.git("clone", "-q", "--bare", ".", `${ground.top}.git`);
      await assert.rejects(waive("entry", `${ground.top}.git`), isFault("refused", /bare/));
    });
  });

  describe("hook", () => {
    const input = (hook: string, args: string[] = [], env: Record<string, string> = {}) => ({
      version,
      hook,
      args,
      cwd: ground.top,
      env,
      stdin: "",
    });

    it("of another version is told so", async () => {
      await assert.rejects(
        daemon.client.gate.hook({ ...input("commit-msg"), version: "0.0.1" }),
        isFault("incompatible", /version 0\.0\.1/),
      );
    });

    it("gets the answer it would get without a daemon, and a refusal is an event", async () => {
      const { id } = await begun();
      ground.write("a.txt", "a");
      await ground.git("add", "-A");
      writeFileSync(ground.path(".git/COMMIT_EDITMSG"), "One\n");
      const asked = input("commit-msg", [".git/COMMIT_EDITMSG"], { GIT_INDEX_FILE: ".git/index", GIT_EDITOR: ":" });
      const repo = await repoOfHook(asked);
      const objects = new Objects(repo.gitDir);
      const alone = await answerHook(repo, objects, asked);
      objects.close();
      const answered = await daemon.client.gate.hook(asked);
      assert.deepEqual({ exit: answered.exit, stderr: Buffer.from(answered.hex, "hex").toString() }, alone);
      const { by, data } = await daemon.event((e) => e.name === "gate.refused" && e.item === id, "the refusal is told");
      assert.equal(by, "hook");
      assert.deepEqual(data, {
        hook: "commit-msg",
        line: alone.stderr.split("\n")[0]?.replace("Calcifer: ", ""),
        repo: ground.top,
      });
    });

    it("may name its repository itself, as in a linked work tree or with GIT_WORK_TREE", async () => {
      const { branch } = await begun();
      await ground.git("switch", "-q", "main");
      const beside = ground.at(path.join(daemon.folder, `beside${count}`));
      await ground.git("worktree", "add", "-q", beside.top, branch as string);
      beside.write("a.txt", "a");
      await beside.git("add", "-A");
      assert.match((await beside.tried("commit", "-m", "One")).stderr, /^Calcifer: CHANGES.md has no entry/);
      const gitDir = await beside.git("rev-parse", "--absolute-git-dir");
      const outside = ground.at(daemon.folder);
      const far = await outside.tried(`--git-dir=${gitDir}`, `--work-tree=${beside.top}`, "commit", "-m", "One");
      assert.match(far.stderr, /^Calcifer: CHANGES.md has no entry/);
      await daemon.client.changes.add({ repo: beside.top, text: "Words" });
      await beside.git("add", "-A");
      const near = await outside.tried(`--git-dir=${gitDir}`, `--work-tree=${beside.top}`, "commit", "-m", "One");
      assert.equal(near.code, 0, near.stderr);
    });

    it("in a repository inside another one is answered for its own", async () => {
      await begun();
      await daemon.client.gate.show({ repo: ground.top });
      const inner = ground.at(ground.path("inner"));
      ground.write("inner/x", "x");
      await daemon.client.gate.show({ repo: inner.top });
      await inner.git("init", "-q", "-b", "main");
      writeFileSync(inner.path(".git/COMMIT_EDITMSG"), "One\n");
      const answer = await daemon.client.gate.hook({ ...input("commit-msg", [".git/COMMIT_EDITMSG"]), cwd: inner.top });
      assert.equal(answer.exit, 0);
    });

    it("asks nothing of us lets git go on; where there is no repository, a fault", async () => {
      assert.deepEqual(await daemon.client.gate.hook(input("post-commit")), { exit: 0, hex: "" });
      assert.deepEqual(await daemon.client.gate.hook(input("constructor")), { exit: 0, hex: "" });
      await assert.rejects(
        daemon.client.gate.hook({ ...input("commit-msg"), cwd: daemon.folder }),
        isFault("missing", /not in a git repository/),
      );
    });
  });
});
