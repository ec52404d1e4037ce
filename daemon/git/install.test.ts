// Installing over, beside and after others; taking out what others changed since.
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Fault } from "../../protocol/errors.ts";
import { attributePattern } from "./driver.ts";
import { hooksInForce, installHooks, layout, markBranch, markedBranches, uninstallHooks } from "./hooks.ts";
import { Sandbox, snapshot } from "./sandbox.ts";

describe("installing hooks", () => {
  let box: Sandbox;
  let top: string;
  let common: string;

  beforeEach(async () => {
    box = new Sandbox();
    top = await box.repo("repo");
    common = path.join(top, ".git");
  });
  afterEach(() => box.remove());

  const config = () => readFileSync(path.join(common, "config"), "utf8");
  const uninstall = (at = top) => uninstallHooks(box.runner(at));

  /** Installs, lets `meanwhile` happen, uninstalls; what is left must be what `meanwhile` alone would have left. */
  async function without(meanwhile: () => Promise<unknown>) {
    const before = snapshot(common);
    await meanwhile();
    const expected = snapshot(common);
    for (const [name, entry] of Object.entries(before))
      if (name === "config") writeFileSync(path.join(common, name), entry.slice(4), "latin1");
    await box.install(top);
    await meanwhile();
    await uninstall();
    assert.deepEqual(snapshot(common), expected);
  }

  it("says where the hooks are", async () => {
    assert.deepEqual(await box.install(top), {
      folder: path.join(common, "hooks"),
      place: "hooks",
      previous: undefined,
    });
    await box.must(top, "config", "core.hooksPath", "team");
    assert.deepEqual(await box.install(top), {
      folder: path.join(common, "calcifer/hooks"),
      place: "own",
      previous: "team",
    });
  });

  it("works from a folder below the top, and for a relative core.hooksPath there", async () => {
    box.personsHook(path.join(top, "team/commit-msg"));
    await box.must(top, "config", "core.hooksPath", "team");
    mkdirSync(path.join(top, "deep/er"), { recursive: true });
    await installHooks(box.runner(path.join(top, "deep/er")), box.options());
    assert.equal((await hooksInForce(box.runner(path.join(top, "deep/er")))).state, "yes");
    await box.must(path.join(top, "deep"), "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(box.takeLog(), /theirs commit-msg/);
  });

  it("keeps git's settings that others wrote since", () =>
    without(async () => box.must(top, "config", "user.name", "somebody else")));
  it("keeps a branch section written since", () =>
    without(async () => box.must(top, "config", "branch.work/1.calciferKey", "abcdefgh")));
  it("keeps core settings written since, with core.hooksPath of ours beside them", async () => {
    box.personsHook(path.join(box.home, "hooks/commit-msg"));
    await box.must(top, "config", "--global", "core.hooksPath", "~/hooks");
    await without(async () => box.must(top, "config", "core.pager", "less"));
  });
  it("keeps a core.hooksPath somebody set since", async () => {
    await box.install(top);
    await box.must(top, "config", "core.hooksPath", "their/own");
    await uninstall();
    assert.equal(await box.must(top, "config", "--local", "core.hooksPath"), "their/own");
  });

  it("restores a config without a final newline, with comments, CRLF and bytes that are no text", async () => {
    const odd = Buffer.concat([
      readFileSync(path.join(common, "config")),
      Buffer.from("# caf\xe9\r\n[core]\r\n\thooksPath = team ; why\r\n[x]\ty = 1", "latin1"),
    ]);
    writeFileSync(path.join(common, "config"), odd);
    chmodSync(path.join(common, "config"), 0o600);
    box.personsHook(path.join(top, "team/commit-msg"));
    const before = snapshot(common);
    await box.install(top);
    assert.equal((await hooksInForce(box.runner(top))).state, "yes");
    assert.equal(statSync(path.join(common, "config")).mode & 0o777, 0o600);
    await box.install(top, { version: "2.0.0" });
    await box.must(top, "config", "user.name", "since");
    await uninstall();
    assert.equal(
      readFileSync(path.join(common, "config"), "latin1"),
      `${odd.toString("latin1")}\n[user]\n\tname = since\n`,
    );
    writeFileSync(path.join(common, "config"), odd);
    await box.install(top);
    await uninstall();
    assert.deepEqual(snapshot(common), before);
  });

  it("restores info/attributes that were there, and takes the file away that was not", async () => {
    const file = path.join(common, "info/attributes");
    for (const text of ["*.png binary", "*.png binary\n", "\n\n", ""]) {
      writeFileSync(file, text);
      await box.install(top);
      assert.match(readFileSync(file, "utf8"), /^\/CHANGES\.md merge=calcifer$/m);
      await uninstall();
      assert.equal(readFileSync(file, "utf8"), text);
    }
    rmSync(path.join(common, "info"), { recursive: true });
    await box.install(top);
    await uninstall();
    assert.ok(!existsSync(path.join(common, "info")));
  });

  it("takes its lines out of info/attributes that others changed since", async () => {
    await box.install(top);
    const file = path.join(common, "info/attributes");
    writeFileSync(file, `# mine\n${readFileSync(file, "utf8")}*.x text\n`);
    await box.install(top, { changesFiles: ["a.md"] });
    await uninstall();
    assert.equal(readFileSync(file, "utf8"), "# mine\n*.x text\n");
  });

  it("restores everything although its record is lost", async () => {
    box.personsHook(path.join(common, "hooks/commit-msg"));
    const before = snapshot(common);
    await box.install(top);
    rmSync(path.join(common, "calcifer/install.json"));
    await uninstall();
    assert.deepEqual(snapshot(common), before);
    await box.must(top, "config", "--global", "core.hooksPath", "/nowhere");
    await box.install(top);
    rmSync(path.join(common, "calcifer/install.json"));
    await uninstall();
    assert.deepEqual(snapshot(common), before);
  });

  it("is made whole by the next install after one that was killed in the middle", async () => {
    box.personsHook(path.join(top, "team/commit-msg"));
    await box.must(top, "config", "core.hooksPath", "team");
    const before = snapshot(common);
    await box.install(top);
    // As killed between the change of the config and the last writing of the record: no edits in it.
    const file = path.join(common, "calcifer/install.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), edits: {} }));
    await box.install(top);
    assert.equal((await hooksInForce(box.runner(top))).state, "yes");
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(box.takeLog(), /theirs commit-msg/);
    await uninstall();
    assert.deepEqual(snapshot(common), before);
  });

  it("keeps links, odd modes and hooks that may not run, and their bytes", async () => {
    const hooks = path.join(common, "hooks");
    symlinkSync("../../scripts/check", path.join(hooks, "pre-commit"));
    box.personsHook(path.join(top, "scripts/check"), "linked pre-commit");
    symlinkSync("nowhere", path.join(hooks, "pre-push"));
    box.script(path.join(hooks, "commit-msg"), "exit 9", 0o644);
    const before = snapshot(common);
    await box.install(top);
    assert.ok(lstatSync(path.join(hooks, "pre-commit.before-calcifer")).isSymbolicLink());
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(box.takeLog(), /theirs linked pre-commit/);
    await uninstall();
    assert.deepEqual(snapshot(common), before);
  });

  it("does not write into a hooks folder that is a link to somewhere else", async () => {
    rmSync(path.join(common, "hooks"), { recursive: true });
    box.personsHook(path.join(top, "shared/commit-msg"));
    symlinkSync("../shared", path.join(common, "hooks"));
    const before = [snapshot(common), snapshot(top, ["shared"])];
    assert.equal((await box.install(top)).place, "own");
    assert.deepEqual(snapshot(top, ["shared"]), before[1]);
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(box.takeLog(), /theirs commit-msg/);
    await uninstall();
    assert.deepEqual([snapshot(common), snapshot(top, ["shared"])], before);
  });

  it("leaves hooks in place that ask for their own name", async () => {
    box.script(path.join(common, "hooks/dispatch"), 'echo "theirs as $(basename "$0")" >>"$LOG"');
    symlinkSync("dispatch", path.join(common, "hooks/commit-msg"));
    const before = snapshot(common);
    assert.equal((await box.install(top)).place, "own");
    assert.equal((await box.install(top)).place, "own");
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(box.takeLog(), /theirs as commit-msg/);
    await uninstall();
    assert.deepEqual(snapshot(common), before);
  });

  it("comes after a setting that is included, whichever is read last", async () => {
    box.personsHook(path.join(top, "team/commit-msg"));
    writeFileSync(path.join(top, ".gitconfig"), "[core]\n\thooksPath = team\n");
    await box.must(top, "config", "include.path", "../.gitconfig");
    const before = snapshot(common);
    await box.install(top);
    assert.equal((await hooksInForce(box.runner(top))).state, "yes");
    await box.install(top);
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(box.takeLog(), /theirs commit-msg/);
    await uninstall();
    assert.deepEqual(snapshot(common), before);
  });

  it("goes from git's own folder to one of ours and back, as core.hooksPath comes and goes", async () => {
    box.personsHook(path.join(common, "hooks/commit-msg"), "plain");
    const before = snapshot(common);
    await box.install(top);
    await box.must(top, "config", "core.hooksPath", "team");
    box.personsHook(path.join(top, "team/commit-msg"), "of the team");
    assert.equal((await hooksInForce(box.runner(top))).state, "no");
    assert.equal((await box.install(top)).place, "own");
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(box.takeLog(), /^theirs of the team/m);
    await box.must(top, "config", "--unset", "core.hooksPath");
    assert.match((await hooksInForce(box.runner(top))).why, /was unset/);
    assert.equal((await box.install(top)).place, "hooks");
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(box.takeLog(), /^theirs plain/m);
    await uninstall();
    assert.deepEqual(snapshot(common), before);
  });

  it("follows a global core.hooksPath that changes", async () => {
    for (const name of ["one", "two"]) {
      box.personsHook(path.join(box.home, name, "commit-msg"), name);
      await box.must(top, "config", "--global", "core.hooksPath", `~/${name}`);
      await box.install(top);
      await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
      assert.match(box.takeLog(), new RegExp(`theirs ${name} `));
      assert.equal(await layout(box.runner(top)), "core.hooksPath (global)");
    }
  });

  it("treats core.hooksPath=/dev/null and an empty one as what they are: no hooks before ours", async () => {
    for (const value of ["/dev/null", ""]) {
      await box.must(top, "config", "core.hooksPath", value);
      const before = snapshot(common);
      await box.install(top);
      markBranch(common, "main");
      await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
      assert.match(box.takeLog(), /ours hook commit-msg/);
      await uninstall();
      assert.deepEqual(snapshot(common), before);
    }
  });

  it("survives the removal of the work tree whose settings another was made from", async () => {
    await box.must(top, "config", "extensions.worktreeConfig", "true");
    const [one, two] = [path.join(box.root, "one"), path.join(box.root, "two")];
    await box.must(top, "worktree", "add", "-q", one);
    await box.must(one, "config", "--worktree", "core.hooksPath", "team");
    await box.install(top);
    // git 2.36 and newer copy config.worktree, with our folder in it.
    await box.must(one, "worktree", "add", "-q", two);
    box.personsHook(path.join(two, "team/commit-msg"));
    await box.must(top, "worktree", "remove", "--force", one);
    markBranch(common, "two");
    await box.must(two, "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(box.takeLog(), /theirs commit-msg[\s\S]*ours hook commit-msg/);
    await box.install(two);
    assert.equal((await hooksInForce(box.runner(two))).state, "yes");
    await uninstall(two);
    assert.equal(await box.must(two, "config", "--worktree", "core.hooksPath"), "team");
  });

  it("gives a hook back its place that pre-commit moved ours away from", async () => {
    const hooks = path.join(common, "hooks");
    box.personsHook(path.join(hooks, "commit-msg"), "a person's");
    await box.install(top);
    // What `pre-commit install` does: what is there becomes .legacy, which its own hook runs first.
    const ours = readFileSync(path.join(hooks, "commit-msg"), "utf8");
    writeFileSync(path.join(hooks, "commit-msg.legacy"), ours, { mode: 0o755 });
    box.script(
      path.join(hooks, "commit-msg"),
      '# File generated by pre-commit\n"$(dirname "$0")/commit-msg.legacy" "$@" || exit 1\necho "theirs pre-commit" >>"$LOG"',
    );
    markBranch(common, "main");
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
    assert.match(
      box.takeLog(),
      /theirs a person's[\s\S]*ours hook commit-msg[\s\S]*theirs pre-commit/,
      "even before a reinstall all three run",
    );
    assert.match((await hooksInForce(box.runner(top))).why, /pre-commit wrote its own/);
    await box.install(top);
    await box.must(top, "commit", "-q", "--allow-empty", "-m", "m");
    const log = box.takeLog();
    assert.match(log, /theirs a person's[\s\S]*theirs pre-commit[\s\S]*ours hook commit-msg/);
    assert.equal(log.match(/ours hook commit-msg/g)?.length, 1);
    await uninstall();
    assert.match(readFileSync(path.join(hooks, "commit-msg.legacy"), "utf8"), /a person's/);
    assert.match(readFileSync(path.join(hooks, "commit-msg"), "utf8"), /generated by pre-commit/);
  });

  it("keeps what waited behind a hook of ours that was overwritten, when it is uninstalled", async () => {
    const hooks = path.join(common, "hooks");
    box.personsHook(path.join(hooks, "commit-msg"), "first");
    await box.install(top);
    box.personsHook(path.join(hooks, "commit-msg"), "second");
    await uninstall();
    assert.match(readFileSync(path.join(hooks, "commit-msg"), "utf8"), /second/);
    assert.match(readFileSync(path.join(hooks, "commit-msg.old"), "utf8"), /first/);
  });

  it("marks the branches again that the config gives to items", async () => {
    await box.must(top, "config", "branch.work/7-x.calciferKey", "abcdefgh");
    await box.must(top, "config", "branch.../../x.calciferKey", "abcdefgh");
    await box.install(top);
    assert.deepEqual(markedBranches(common), ["work/7-x"]);
  });

  it("waits for whom git is writing the config, and says so in the end", async function () {
    this.timeout(10_000);
    writeFileSync(path.join(common, "config.lock"), "");
    await assert.rejects(
      box.install(top),
      (fault: Fault) => fault.fault === "conflict" && /Another program is writing/.test(fault.message),
    );
    rmSync(path.join(common, "config.lock"));
    await box.install(top);
    assert.equal((await hooksInForce(box.runner(top))).state, "yes");
    assert.ok(!existsSync(path.join(common, "config.lock")));
  });

  it("says so where there is no repository", async () => {
    await assert.rejects(box.install(box.home), (fault: Fault) => fault.fault === "missing");
    assert.equal((await hooksInForce(box.runner(box.home))).state, "unknown");
  });

  it("asks git no more than twice whether hooks are in force", async () => {
    await box.install(top);
    const git = box.runner(top);
    let asked = 0;
    await hooksInForce((args, options) => {
      asked++;
      return git(args, options);
    });
    assert.equal(asked, 2);
  });

  it("writes each setting once, however often it is installed", async () => {
    for (let i = 0; i < 3; i++) await box.install(top, { version: `1.0.${i}`, launcher: `${box.launcher}${i}` });
    assert.equal(config().match(/\[merge "calcifer"\]/g)?.length, 1);
    assert.match(await box.must(top, "config", "merge.calcifer.driver"), /calcifer-hook2' merge-driver %O %A %B %P/);
  });

  it("spells a path as info/attributes wants it", () => {
    const cases = { "CHANGES.md": "/CHANGES.md", "./a/b.md": "/a/b.md", "a b": '"/a b"', "*": "/\\*", 'q"': '"/q\\""' };
    for (const [file, pattern] of Object.entries(cases)) assert.equal(attributePattern(file), pattern);
  });
});
