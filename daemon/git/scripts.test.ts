// What the hook scripts themselves do: whom they ask, when, with what, and what they do without an answer.
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { driverCommand } from "./driver.ts";
import { markBranch, markedBranches, unmarkBranch } from "./hooks.ts";
import { hookGlob } from "./marks.ts";
import { fakeDaemon, Sandbox, says } from "./sandbox.ts";
import { ourHooks, readMarker, shellWord } from "./scripts.ts";

describe("hook scripts", () => {
  let box: Sandbox;
  let top: string;
  let common: string;

  beforeEach(async () => {
    box = new Sandbox();
    top = await box.repo("repo");
    common = path.join(top, ".git");
    await box.install(top);
  });
  afterEach(() => box.remove());

  const commit = (...more: string[]) => box.git(top, "commit", "-q", "--allow-empty", "-m", "message", ...more);

  async function onBranch(name: string, ofItem = true) {
    if (ofItem) markBranch(common, name);
    await box.must(top, "checkout", "-q", "-b", name);
    box.takeLog();
  }

  describe("whom they leave alone", () => {
    it("asks nobody on a branch of no item", async () => {
      await onBranch("free", false);
      assert.equal((await commit()).code, 0);
      assert.equal(box.takeLog(), "");
    });

    it("asks there too where the policy is strict", async () => {
      await box.install(top, { strict: true });
      await onBranch("free", false);
      await commit();
      assert.match(box.takeLog(), /ours hook commit-msg/);
    });

    it("asks nobody on a detached HEAD", async () => {
      await box.must(top, "checkout", "-q", "--detach");
      box.takeLog();
      assert.equal((await commit()).code, 0);
      assert.equal(box.takeLog(), "");
    });

    it("asks no more when the branch is unmarked", async () => {
      await onBranch("work/1");
      unmarkBranch(common, "work/1");
      await commit();
      assert.equal(box.takeLog(), "");
    });

    it("does not ask pre-commit when the message is given, and asks it when an editor is to open", async () => {
      await onBranch("work/1");
      await commit();
      assert.doesNotMatch(box.takeLog(), /pre-commit/);
      await box.run(top, "git", ["commit", "--allow-empty"], { env: { GIT_EDITOR: "echo words >" } });
      assert.match(box.takeLog(), /ours hook pre-commit$/m);
    });

    it("asks on a protected branch before an editor opens, leaves the message to reference-transaction", async () => {
      box.takeLog();
      await box.run(top, "git", ["commit", "--allow-empty"], { env: { GIT_EDITOR: "echo words >" } });
      const log = box.takeLog();
      assert.match(log, /ours hook pre-commit$/m);
      assert.doesNotMatch(log, /ours hook commit-msg/);
      assert.match(log, /ours hook reference-transaction prepared/);
    });

    it("asks for the message on a protected branch when a waiver waits", async () => {
      writeFileSync(path.join(common, "calcifer-waiver"), "{}");
      box.takeLog();
      await commit();
      assert.match(box.takeLog(), /ours hook commit-msg/);
    });

    it("asks for the trailer where commit-msg will not add it: before an editor opens, and with --no-verify", async () => {
      await onBranch("work/1");
      box.takeLog();
      await box.run(top, "git", ["commit", "--allow-empty"], { env: { GIT_EDITOR: "echo words >" } });
      assert.match(box.takeLog(), /ours hook prepare-commit-msg \S+[\s\S]*ours hook commit-msg/);
      await commit();
      const log = box.takeLog();
      assert.doesNotMatch(log, /prepare-commit-msg/);
      assert.match(log, /ours hook commit-msg/);
      await box.must(top, "commit", "-q", "--allow-empty", "--no-verify", "-m", "words");
      assert.match(box.takeLog(), /ours hook prepare-commit-msg \S+ message/);
    });

    it("leaves messages of merges and squashes to git", async () => {
      await onBranch("work/1");
      await box.must(top, "checkout", "-q", "-b", "side", "main");
      await box.must(top, "commit", "-q", "--allow-empty", "-m", "side");
      await box.must(top, "checkout", "-q", "work/1");
      await commit();
      box.takeLog();
      await box.must(top, "merge", "-q", "--no-ff", "-m", "merged", "side");
      assert.doesNotMatch(box.takeLog(), /prepare-commit-msg/);
    });

    it("asks about a protected branch only when it moves to something else", async () => {
      box.takeLog();
      await box.must(top, "branch", "-f", "main2", "main");
      await box.must(top, "tag", "main");
      await box.must(top, "update-ref", "refs/remotes/origin/main", "HEAD");
      await box.must(top, "checkout", "-q", "-b", "other");
      assert.equal(box.takeLog(), "");
      await box.must(top, "branch", "release/1.0/x");
      assert.match(box.takeLog(), /ours< 0+ \w+ refs\/heads\/release\/1\.0\/x/);
      await box.must(top, "branch", "-D", "release/1.0/x");
      assert.match(box.takeLog(), /ours< \w+ 0+ refs\/heads\/release\/1\.0\/x/);
      await box.must(top, "branch", "release/1.0/x");
      box.takeLog();
      await box.must(top, "update-ref", "-d", "refs/heads/release/1.0/x");
      assert.match(box.takeLog(), /ours< 0+ 0+ refs\/heads\/release\/1\.0\/x/);
      await box.must(top, "branch", "-m", "main2", "main3");
      await box.must(top, "branch", "-D", "main3");
      assert.equal(box.takeLog(), "");
    });
  });

  it("refuses with the first line first", async () => {
    box.refuse("reference-transaction");
    const ran = await commit("--no-verify");
    assert.notEqual(ran.code, 0);
    assert.equal(ran.stderr.split("\n")[0], "Calcifer: no, says the launcher.");
  });

  for (const name of [
    "a;b",
    ["$(touch$", "{IFS}x)"].join(""),
    "-x",
    "it's",
    'a"b',
    "ünï/日本",
    "a&b|c",
    "`id`",
    "work/42-a",
    "#1",
    "a=b",
    "!x",
    "%s",
  ]) {
    it(`is not led astray by a branch called ${name}`, async () => {
      markBranch(common, name);
      assert.deepEqual(markedBranches(common), [name]);
      await box.must(top, "symbolic-ref", "HEAD", `refs/heads/${name}`);
      box.takeLog();
      box.refuse("commit-msg");
      assert.notEqual((await commit()).code, 0);
      assert.match(box.takeLog(), /ours hook commit-msg/);
      unmarkBranch(common, name);
      assert.equal((await commit()).code, 0);
      assert.ok(!existsSync(path.join(common, "calcifer/branches")), "nothing left");
      await box.install(top, { protected: [name] });
      box.refuse("reference-transaction");
      assert.notEqual((await commit()).code, 0, "protected");
    });
  }

  it("marks no branch outside its folder", () => {
    for (const name of ["", "..", "../x", "a/../../x", "/etc/x", "a//b", "a/.", "a\0b"])
      assert.throws(() => markBranch(common, name), /cannot be the name of a branch/, name);
  });

  it("marks a branch in the way of whose name an older mark lies", () => {
    markBranch(common, "work");
    markBranch(common, "work/1/2");
    assert.deepEqual(markedBranches(common), ["work/1/2"]);
    markBranch(common, "work");
    assert.deepEqual(markedBranches(common), ["work"]);
  });

  it("matches at least what a policy's pattern matches", () => {
    const cases = {
      main: "main",
      "release/*": "release/*",
      "release/**": "release/*",
      "**/x": "*x",
      "{main,dev}": "*",
      "v[0-9]": "v?",
      "!main": "*",
      "a\\b": "ab",
      "": "",
    };
    for (const [pattern, glob] of Object.entries(cases)) assert.equal(hookGlob(pattern), glob, pattern);
  });

  it("works with no environment at all", async () => {
    await onBranch("work/1");
    const env = Object.fromEntries(Object.keys(box.env).map((name) => [name, undefined]));
    const who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    const ran = await box.run(top, "/usr/bin/git", [...who, "commit", "-q", "--allow-empty", "-m", "m"], {
      env: { ...env, LOG: box.log },
    });
    assert.equal(ran.stderr, "");
    assert.match(box.takeLog(), /ours hook commit-msg/);
    box.refuse("commit-msg");
    assert.equal(
      (
        await box.run(top, "/usr/bin/git", [...who, "commit", "-q", "--allow-empty", "-m", "m"], {
          env: { ...env, LOG: box.log },
        })
      ).code,
      1,
    );
  });

  for (const shell of ["/bin/bash --posix", "/bin/busybox sh"]) {
    const [program = "", ...flags] = shell.split(" ");
    if (!existsSync(program)) {
      console.log(`missing: ${program}; the hooks are not tried under it`);
      continue;
    }
    it(`says the same under ${shell}`, async () => {
      for (const hook of ourHooks) {
        const file = path.join(common, "hooks", hook);
        writeFileSync(file, readFileSync(file, "utf8").replace("#!/bin/sh", `#!${program} ${flags.join(" ")}`.trim()));
      }
      box.personsHook(path.join(common, "hooks/reference-transaction.before-calcifer"), "reference-transaction");
      await onBranch("free", false);
      assert.equal((await commit()).code, 0);
      assert.doesNotMatch(box.takeLog(), /ours/);
      await onBranch("work/1");
      box.refuse("commit-msg");
      assert.equal((await commit()).stderr, "Calcifer: no, says the launcher.\n");
      await box.must(top, "checkout", "-q", "main");
      box.takeLog();
      box.refuse("reference-transaction");
      const ran = await commit();
      assert.equal(ran.stderr.split("\n")[0], "Calcifer: no, says the launcher.");
      const [theirs, ours] = box.takeLog().split(/^ours hook reference-transaction prepared$/m);
      assert.match(
        theirs ?? "",
        /theirs reference-transaction prepared\ntheirs< .* HEAD\ntheirs< .* refs\/heads\/main\n$/,
      );
      assert.match(ours ?? "", /^\nours< .* HEAD\nours< .* refs\/heads\/main\n/);
      const daemon = await fakeDaemon(box.socket, () => says(1, "Ü\n"));
      try {
        assert.equal((await commit()).stderr.split("\n")[0], "Ü");
        assert.match(daemon.asked[0]?.stdin ?? "", /refs\/heads\/main\n$/);
      } finally {
        await daemon.close();
      }
    });
  }

  it("knows its own hooks by their marker", () => {
    for (const hook of ["pre-commit", "pre-push"])
      assert.deepEqual(readMarker(readFileSync(path.join(common, "hooks", hook), "utf8")), { version: "1.0.0", hook });
    assert.equal(readMarker("#!/bin/sh\necho calcifer-hook"), undefined);
  });

  describe("with the daemon up", () => {
    const verdict = `Calcifer: CHANGES.md has no entry for #42 "Ü — 'q' \\ $x".\nWhy.\n`;

    it("asks it, in its own spelling, and nobody else", async () => {
      const daemon = await fakeDaemon(box.socket, () => says(0));
      try {
        await onBranch("work/1");
        const ran = await box.run(top, "git", ["commit", "-q", "--allow-empty", "-m", 'two\n"lines" \\ ü'], {
          env: { CALCIFER_X: 'a"b\\c\n\x01ü' },
        });
        assert.deepEqual([ran.code, ran.stderr], [0, ""]);
        assert.equal(box.takeLog(), "", "the launcher was not started");
        const [first] = daemon.asked;
        assert.deepEqual(
          daemon.asked.map((asked) => asked.hook),
          ["commit-msg"],
          "one question for a commit",
        );
        assert.deepEqual(first?.args, [".git/COMMIT_EDITMSG"]);
        assert.equal(first?.cwd, top);
        assert.equal(first?.version, "1.0.0");
        assert.equal(first?.env.CALCIFER_X, 'a"b\\c\n\x01ü');
        assert.equal(first?.env.GIT_INDEX_FILE, ".git/index");
        assert.match(first?.env.CALCIFER_GIT_PID ?? "", /^\d+$/);
        assert.equal(first?.stdin, "");
        assert.equal(first?.env.HOME, undefined);
      } finally {
        await daemon.close();
      }
    });

    it("says what it says, to the byte, and refuses", async () => {
      const daemon = await fakeDaemon(box.socket, (r) =>
        says(r.hook === "commit-msg" ? 3 : 0, r.hook === "commit-msg" ? verdict : ""),
      );
      try {
        await onBranch("work/1");
        const ran = await commit();
        assert.notEqual(ran.code, 0);
        assert.equal(ran.stderr, verdict);
      } finally {
        await daemon.close();
      }
    });

    it("says no more in a locale this machine does not have, as VS Code sets one", async () => {
      const daemon = await fakeDaemon(box.socket, (r) =>
        says(r.hook === "commit-msg" ? 3 : 0, r.hook === "commit-msg" ? verdict : ""),
      );
      try {
        await onBranch("work/1");
        const args = ["commit", "-q", "--allow-empty", "-m", "message"];
        const ran = await box.run(top, "git", args, { env: { LC_ALL: "xx_XX.UTF-8", LANG: "xx_XX.UTF-8" } });
        assert.equal(ran.stderr, verdict);
      } finally {
        await daemon.close();
      }
    });

    it("gives it the lines of a ref transaction and of a push", async () => {
      const daemon = await fakeDaemon(box.socket, () => says(0));
      try {
        await commit();
        assert.match(daemon.asked[0]?.stdin ?? "", /^\w{40} \w{40} HEAD\n\w{40} \w{40} refs\/heads\/main\n$/);
        const remote = path.join(box.root, "remote.git");
        await box.must(box.root, "init", "-q", "--bare", remote);
        await box.must(top, "push", "-q", remote, "main");
        const push = daemon.asked.find((r) => r.hook === "pre-push");
        assert.deepEqual(push?.args, [remote, remote]);
        assert.match(push?.stdin ?? "", /^refs\/heads\/main \w{40} refs\/heads\/main 0{40}\n$/);
      } finally {
        await daemon.close();
      }
    });

    const noAnswers: [string, unknown][] = [
      ["an error of another version", { error: { code: 5, message: "incompatible" } }],
      ["a hang-up", ""],
      ["a frame cut short", 'Content-Length: 500\r\n\r\n{"result":{"exit":0,"hex":""'],
      ["no JSON", "Content-Length: 3\r\n\r\nabc"],
      ["no header", "HTTP/1.1 400 Bad Request\r\n\r\n"],
      ["a result without words", { result: { exit: 0 } }],
    ];
    for (const [what, answer] of noAnswers) {
      it(`takes ${what} for no answer and goes to the launcher`, async () => {
        const daemon = await fakeDaemon(box.socket, () => answer);
        try {
          await onBranch("work/1");
          box.refuse("commit-msg");
          assert.notEqual((await commit()).code, 0);
          assert.match(box.takeLog(), /ours hook commit-msg/);
          assert.ok(daemon.asked.length > 0);
        } finally {
          await daemon.close();
        }
      });
    }

    it("goes to the launcher when the socket is dead", async () => {
      const daemon = await fakeDaemon(box.socket, () => says(0));
      // A socket nobody listens on any more stays behind after kill -9.
      await box.run(box.root, process.execPath, [
        "-e",
        `const s=require("net").createServer().listen(${JSON.stringify(`${box.socket}2`)},()=>process.kill(process.pid,"SIGKILL"))`,
      ]);
      await daemon.close();
      assert.ok(existsSync(`${box.socket}2`));
      await box.install(top, { socket: `${box.socket}2` });
      await onBranch("work/1");
      assert.equal((await commit()).code, 0);
      assert.match(box.takeLog(), /ours hook commit-msg/);
    });

    it("goes to the launcher without perl", async () => {
      const daemon = await fakeDaemon(box.socket, () => says(0));
      try {
        for (const perl of [null, "/nowhere/perl"]) {
          await box.install(top, { perl });
          markBranch(common, "main");
          assert.equal((await commit()).code, 0);
          assert.match(box.takeLog(), /ours hook commit-msg/);
        }
        assert.equal(daemon.asked.length, 0);
      } finally {
        await daemon.close();
      }
    });
  });

  describe("with Calcifer gone", () => {
    it("lets git go on, with one line", async () => {
      rmSync(box.launcher);
      await onBranch("work/1");
      const ran = await commit();
      assert.equal(ran.code, 0);
      assert.match(
        ran.stderr,
        /^Calcifer is gone \(.*calcifer-hook not found or does not start\); this commit was not judged\. To end this: [^\n]*calcifer service remove\n$/,
      );
    });

    it("does so too when the launcher does not start", async () => {
      writeFileSync(box.launcher, '#!/bin/sh\nexec /nowhere/node "$@" 2>/dev/null\n');
      await onBranch("work/1");
      const ran = await commit();
      assert.equal(ran.code, 0);
      assert.equal(ran.stderr.match(/Calcifer is gone/g)?.length, 1);
    });

    it("does so too for a protected branch and a push", async () => {
      rmSync(box.launcher);
      const ran = await commit();
      assert.equal(ran.code, 0);
      assert.match(ran.stderr, /^Calcifer is gone .*this change of a protected branch was not judged.*\n$/);
    });

    it("merges CHANGES.md as text", async () => {
      rmSync(box.launcher);
      for (const [branch, where] of [
        ["b1", 0],
        ["b2", 9],
      ] as const) {
        await box.must(top, "checkout", "-q", "main");
        if (where === 0) {
          writeFileSync(path.join(top, "CHANGES.md"), Array.from({ length: 10 }, (_, i) => `${i}\n`).join(""));
          await box.must(top, "add", ".");
          await commit();
        }
        await box.must(top, "checkout", "-q", "-b", branch);
        writeFileSync(
          path.join(top, "CHANGES.md"),
          readFileSync(path.join(top, "CHANGES.md"), "utf8").replace(`${where}\n`, `${where} ${branch}\n`),
        );
        await box.must(top, "commit", "-qam", branch);
      }
      const ran = await box.git(top, "merge", "-q", "--no-edit", "b1");
      assert.deepEqual([ran.code, ran.stderr], [0, ""]);
      assert.equal(readFileSync(path.join(top, "CHANGES.md"), "utf8"), "0 b1\n1\n2\n3\n4\n5\n6\n7\n8\n9 b2\n");
      writeFileSync(path.join(top, "CHANGES.md"), "mine\n");
      await box.must(top, "commit", "-qam", "mine");
      await box.must(top, "checkout", "-q", "b1");
      writeFileSync(path.join(top, "CHANGES.md"), "theirs\n");
      await box.must(top, "commit", "-qam", "theirs");
      assert.equal((await box.git(top, "merge", "-q", "b2")).code, 1, "a conflict is a conflict");
      assert.match(readFileSync(path.join(top, "CHANGES.md"), "utf8"), /^<{7}[\s\S]*theirs[\s\S]*mine[\s\S]*>{7}/);
    });
  });

  it("merges CHANGES.md by the launcher, and no other file of that name", async () => {
    for (const branch of ["b1", "b2"]) {
      await box.must(top, "checkout", "-q", "-b", branch, "main");
      writeFileSync(path.join(top, "CHANGES.md"), `${branch}\n`);
      await box.must(top, "add", ".");
      await box.must(top, "commit", "-qm", branch);
    }
    box.takeLog();
    await box.must(top, "merge", "-q", "--no-edit", "b1");
    assert.match(box.takeLog(), /^driver CHANGES\.md$/m);
    assert.equal(readFileSync(path.join(top, "CHANGES.md"), "utf8"), "b2\nb1\n");
    assert.match(
      await box.must(top, "check-attr", "merge", "--", "CHANGES.md", "sub/CHANGES.md"),
      /^CHANGES\.md: merge: calcifer\nsub\/CHANGES\.md: merge: unspecified$/,
    );
  });

  it("quotes whatever path the launcher has", () => {
    assert.equal(shellWord("a'b"), "'a'\\''b'");
    assert.match(driverCommand("/100% it's"), /\[ -x '\/100%% it'\\''s' \]/);
  });

  it("names files with spaces, wildcards and quotes literally in info/attributes", async () => {
    const odd = ['a b/CHANGES "x".md', "[c]*.md", "ü\\.md"];
    await box.install(top, { changesFiles: odd });
    const answer = await box.must(top, "check-attr", "-z", "merge", "--", ...odd, "c1.md");
    assert.deepEqual(
      answer.split("\0").filter((_, i) => i % 3 === 2),
      ["calcifer", "calcifer", "calcifer", "unspecified"],
    );
  });

  it("is not slow on a transaction of many refs", async function () {
    this.timeout(30_000);
    const head = await box.must(top, "rev-parse", "HEAD");
    box.personsHook(path.join(common, "hooks/reference-transaction.before-calcifer"));
    const input = Array.from({ length: 3000 }, (_, i) => `create refs/heads/n${i} ${head}\n`).join("");
    const started = Date.now();
    const ran = await box.run(top, "git", ["update-ref", "--stdin"], { input });
    assert.equal(ran.code, 0, ran.stderr);
    assert.ok(Date.now() - started < 10_000, `${Date.now() - started} ms`);
    assert.equal(box.takeLog().match(/theirs< \w+ \w+ refs\/heads\/n/g)?.length, 6000, "prepared and committed");
  });
});
