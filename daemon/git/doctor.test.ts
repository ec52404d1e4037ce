// The doctor: says what git really does, in a healthy repository and in each sick one, and leaves nothing behind.
import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Diagnosis } from "../../protocol/service.ts";
import { Diagnosis as DiagnosisSchema } from "../../protocol/service.ts";
import { doctor, hooksInForce, markBranch, uninstallHooks } from "./hooks.ts";
import { Sandbox, snapshot } from "./sandbox.ts";

const modules = path.resolve(import.meta.dirname, "../../node_modules");

describe("doctor", () => {
  let box: Sandbox;
  let top: string;
  let common: string;

  beforeEach(async () => {
    box = new Sandbox();
    top = await box.repo("repo");
    common = path.join(top, ".git");
  });
  afterEach(() => box.remove());

  const examine = async (at = top): Promise<Diagnosis> =>
    DiagnosisSchema.parse(await doctor(box.runner(at), { launcher: box.launcher, socket: box.socket }));
  const state = (diagnosis: Diagnosis, id: string) => diagnosis.findings.find((f) => f.id === id)?.state;
  const message = (diagnosis: Diagnosis, id: string) => diagnosis.findings.find((f) => f.id === id)?.message ?? "";
  const sick = (diagnosis: Diagnosis) => diagnosis.findings.filter((f) => f.state !== "yes").map((f) => f.id);

  /** Every file of the repository and its work tree, with its bytes. */
  const everything = () => snapshot(path.dirname(top), ["repo"]);

  it("finds a repository with hooks healthy, by a probe in both environments", async () => {
    await box.install(top);
    const found = await examine();
    assert.deepEqual(sick(found), []);
    assert.equal(found.healthy, true);
    assert.equal(found.layout, "plain");
    assert.match(message(found, "terminal"), /comes to every hook, and a refusal stops it/);
    assert.match(message(found, "gui"), /comes to every hook/);
    for (const id of [
      "git",
      "hooks",
      "folder",
      "executable",
      "launcher",
      "terminal",
      "gui",
      "chain",
      "driver",
      "history",
    ])
      assert.equal(state(found, id), "yes", id);
  });

  it("moves nothing, leaves nothing, asks nobody and runs no hook of the person's", async () => {
    for (const hook of ["pre-commit", "commit-msg", "post-commit", "reference-transaction", "pre-push"])
      box.personsHook(path.join(common, "hooks", hook));
    await box.install(top);
    await box.addFile(top, "staged");
    writeFileSync(path.join(top, "unstaged"), "x");
    const before = everything();
    box.takeLog();
    const found = await examine();
    assert.equal(found.healthy, true);
    assert.match(
      message(found, "chain"),
      /^What was here before still runs: pre-commit, commit-msg, reference-transaction, pre-push\.$/,
    );
    assert.equal(box.takeLog(), "");
    assert.deepEqual(everything(), before);
  });

  it("works before the first commit", async () => {
    const empty = path.join(box.root, "empty");
    mkdirSync(empty);
    await box.must(empty, "init", "-q");
    await box.install(empty);
    assert.deepEqual(sick(await examine(empty)), []);
    assert.notEqual((await box.git(empty, "rev-parse", "-q", "--verify", "HEAD")).code, 0);
  });

  it("works in a linked work tree, a submodule and a bare repository", async () => {
    await box.install(top);
    const linked = path.join(box.root, "linked");
    await box.must(top, "worktree", "add", "-q", linked);
    assert.deepEqual(sick(await examine(linked)), []);
    assert.equal(await box.must(linked, "status", "--porcelain"), "");

    const outer = await box.repo("outer");
    await box.must(outer, "submodule", "add", "-q", top, "part");
    await box.install(path.join(outer, "part"));
    const part = await examine(path.join(outer, "part"));
    assert.deepEqual([sick(part), part.layout], [[], "submodule"]);

    const bare = path.join(box.root, "bare.git");
    await box.must(box.root, "clone", "-q", "--bare", top, bare);
    await box.install(bare);
    assert.deepEqual(sick(await examine(bare)), []);
    const tree = path.join(box.root, "of bare");
    await box.must(bare, "worktree", "add", "-q", "-b", "x", tree);
    const found = await examine(tree);
    assert.deepEqual([sick(found), found.layout], [[], "bare with work trees"]);
  });

  it("works where a work tree sets core.hooksPath for itself", async () => {
    const linked = path.join(box.root, "linked");
    await box.must(top, "worktree", "add", "-q", linked);
    await box.must(top, "config", "extensions.worktreeConfig", "true");
    await box.must(linked, "config", "--worktree", "core.hooksPath", "own");
    box.personsHook(path.join(linked, "own/commit-msg"));
    await box.install(top);
    const found = await examine(linked);
    assert.deepEqual(sick(found), []);
    assert.equal(message(found, "chain"), "What was here before still runs: commit-msg.");
    await box.must(linked, "config", "--worktree", "core.hooksPath", "own");
    const past = await examine(top);
    assert.deepEqual(sick(past), ["worktrees"]);
    assert.match(message(past, "worktrees"), /linked \(own\)/);
  });

  it("says no where nothing is installed", async () => {
    const found = await examine();
    assert.equal(found.healthy, false);
    for (const id of ["hooks", "folder", "terminal", "gui", "driver"]) assert.equal(state(found, id), "no", id);
    assert.equal(found.findings.find((f) => f.id === "hooks")?.next, "calcifer doctor --fix");
  });

  it("sees that a hook may not be executed", async () => {
    await box.install(top);
    chmodSync(path.join(common, "hooks/commit-msg"), 0o644);
    const found = await examine();
    assert.equal(state(found, "executable"), "no");
    assert.equal(state(found, "terminal"), "no");
    assert.match(message(found, "terminal"), /does not come to commit-msg\./);
    await box.install(top);
    assert.equal((await examine()).healthy, true);
  });

  it("sees that husky took core.hooksPath back, and is in front of it again after a reinstall", async () => {
    box.script(path.join(top, ".husky/pre-commit"), "exit 0");
    writeFileSync(path.join(top, "package.json"), '{"scripts":{"prepare":"husky"}}');
    const husky = () => box.run(top, process.execPath, [path.join(modules, "husky/bin.js")]);
    await husky();
    const original = snapshot(common);
    await box.install(top);
    const fine = await examine();
    assert.deepEqual(sick(fine), ["others"]);
    assert.equal(fine.healthy, true);
    await husky();
    assert.match((await hooksInForce(box.runner(top))).why, /core\.hooksPath is \.husky\/_ \(local\) again/);
    const found = await examine();
    assert.deepEqual(sick(found), ["hooks", "folder", "terminal", "gui", "others"]);
    assert.match(message(found, "terminal"), /goes past the gate: .*\.husky\/_, where Calcifer's are not/);
    await box.install(top);
    assert.equal((await examine()).healthy, true);
    await uninstallHooks(box.runner(top));
    assert.deepEqual(snapshot(common), original);
  });

  it("sees that lefthook wrote its hooks over ours, and puts ours in front again", async () => {
    await box.install(top);
    box.personsHook(path.join(common, "hooks/post-merge"));
    writeFileSync(
      path.join(top, "lefthook.yml"),
      'commit-msg:\n  commands:\n    log:\n      run: echo lefthook runs >>"$LOG"\n',
    );
    const ran = await box.run(top, path.join(modules, ".bin/lefthook"), ["install"]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(
      (await hooksInForce(box.runner(top))).why,
      /commit-msg .* is not Calcifer's any more: lefthook wrote its own/,
    );
    assert.equal(state(await examine(), "hooks"), "no");
    await box.install(top);
    const found = await examine();
    assert.equal(found.layout, "lefthook");
    assert.equal(found.healthy, true);
    assert.ok(!existsSync(path.join(common, "hooks/commit-msg.old")), "lefthook's copy of ours is gone");
    markBranch(common, "main");
    box.takeLog();
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(box.takeLog(), /lefthook runs\n[\s\S]*ours hook commit-msg/);
    await uninstallHooks(box.runner(top));
    assert.match(readFileSync(path.join(common, "hooks/commit-msg"), "utf8"), /call_lefthook run "commit-msg"/);
  });

  it("sees that what the hooks ask is gone, is another one, or does not start", async () => {
    await box.install(top);
    writeFileSync(box.launcher, "#!/bin/sh\necho 'no node here' >&2; exit 127\n");
    assert.match(message(await examine(), "launcher"), /does not start: no node here/);
    rmSync(box.launcher);
    assert.equal(state(await examine(), "launcher"), "no");
    const elsewhere = await doctor(box.runner(top), { launcher: "/other/calcifer-hook", socket: box.socket });
    assert.match(message(elsewhere, "launcher"), /The hooks ask .*, but this Calcifer is \/other/);
    const deaf = await doctor(box.runner(top), { launcher: box.launcher, socket: "/other/socket" });
    assert.match(message(deaf, "launcher"), /The hooks knock at .*, but this daemon listens at \/other\/socket/);
  });

  it("sees that the terminal comes to the hooks and the desktop does not, without running what is there instead", async () => {
    box.personsHook(path.join(box.home, "gui-hooks/pre-commit"));
    await box.must(top, "config", "--global", "core.hooksPath", "~/gui-hooks");
    // Set in a shell's own file, which a program started from the desktop never reads.
    const shell = path.join(box.root, "shell.gitconfig");
    writeFileSync(shell, "[protocol]\n\tversion = 2\n");
    const was = process.env.GIT_CONFIG_GLOBAL;
    process.env.GIT_CONFIG_GLOBAL = shell;
    box.env.GIT_CONFIG_GLOBAL = shell;
    try {
      assert.equal((await box.install(top)).place, "hooks");
      box.takeLog();
      // The runner's own variable is the sandbox's word for what the shell set; the desktop's environment blanks it.
      const found = await examine();
      assert.equal(state(found, "terminal"), "yes");
      assert.equal(state(found, "gui"), "no");
      assert.match(message(found, "gui"), /goes past the gate: git takes pre-commit, .* from .*gui-hooks/);
      assert.equal(box.takeLog(), "");
    } finally {
      if (was === undefined) delete process.env.GIT_CONFIG_GLOBAL;
      else process.env.GIT_CONFIG_GLOBAL = was;
    }
  });

  it("sees that a hook that was there is not reached any more", async () => {
    box.personsHook(path.join(box.root, "team/commit-msg"));
    await box.must(top, "config", "core.hooksPath", path.join(box.root, "team"));
    await box.install(top);
    box.personsHook(path.join(box.root, "team/post-merge"));
    assert.match(message(await examine(), "hooks"), /has new hooks that are not passed on: post-merge/);
    await box.install(top);
    assert.equal((await examine()).healthy, true);
    const hook = path.join(common, "calcifer/hooks/commit-msg");
    writeFileSync(hook, readFileSync(hook, "utf8").replace(/^before=.*$/m, "before=/nowhere"));
    assert.match(message(await examine(), "chain"), /do not run any more: commit-msg/);
  });

  it("sees that the merge driver is not in force", async () => {
    await box.install(top);
    writeFileSync(path.join(common, "info/attributes"), "*.md merge=union\n");
    assert.match(message(await examine(), "driver"), /git merges CHANGES\.md by other means/);
    await box.must(top, "config", "--remove-section", "merge.calcifer");
    assert.match(message(await examine(), "driver"), /not set up/);
    await box.install(top);
    assert.equal((await examine()).healthy, true);
    assert.equal(readFileSync(path.join(common, "info/attributes"), "utf8").split("\n")[0], "*.md merge=union");
  });

  it("says that a shallow clone limits what can be told", async () => {
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "second");
    const shallow = path.join(box.root, "shallow");
    await box
      .must(box.root, "clone", "-q", "--depth", "1", `file://${encodeURI(top)}`, shallow)
      .catch(() => box.must(box.root, "clone", "-q", "--depth", "1", `file://${top}`, shallow));
    await box.install(shallow);
    const found = await examine(shallow);
    assert.deepEqual(sick(found), ["history"]);
    assert.equal(found.findings.find((f) => f.id === "history")?.next, "git fetch --unshallow");
  });

  it("clears up after a doctor that was killed, and not after one at work", async () => {
    await box.install(top);
    const probes = path.join(common, "calcifer/probes");
    for (const token of ["4194399xdead", `${process.ppid}xalive`])
      mkdirSync(path.join(probes, token), { recursive: true });
    await examine();
    assert.deepEqual(readdirSync(probes), [`${process.ppid}xalive`]);
  });

  it("gives no way past the gate: a commit that calls itself a probe is refused", async () => {
    await box.install(top);
    markBranch(common, "main");
    box.refuse("commit-msg", "reference-transaction");
    const pretend = (env: Record<string, string>) =>
      box.run(top, "git", ["commit", "-q", "--allow-empty", "-m", "m"], { env });
    assert.notEqual((await pretend({ CALCIFER_PROBE: "x" })).code, 0);
    assert.notEqual((await pretend({ CALCIFER_PROBE: "../.." })).code, 0);
    const made = path.join(common, "calcifer/probes/mine");
    mkdirSync(made, { recursive: true });
    writeFileSync(path.join(made, "seen"), "");
    assert.notEqual((await pretend({ CALCIFER_PROBE: "mine" })).code, 0);
    assert.equal(await box.must(top, "rev-list", "--count", "HEAD"), "1");
  });

  it("finds a repository again that was moved", async () => {
    box.personsHook(path.join(top, "team/commit-msg"));
    await box.must(top, "config", "core.hooksPath", "team");
    const original = snapshot(common);
    await box.install(top);
    const moved = path.join(box.root, "moved");
    renameSync(top, moved);
    assert.equal((await hooksInForce(box.runner(moved))).state, "no");
    await box.install(moved);
    assert.equal((await examine(moved)).healthy, true);
    await uninstallHooks(box.runner(moved));
    assert.deepEqual(snapshot(path.join(moved, ".git")), original);
  });

  it("judges a copy by itself", async () => {
    await box.install(top);
    const copy = path.join(box.root, "copy");
    cpSync(top, copy, { recursive: true });
    assert.equal((await examine(copy)).healthy, true);
  });
});
