// Git's hooks with real git: what they refuse, what they let pass, what they leave alone; answered here, and alone by cli/hook.ts.
import assert from "node:assert/strict";
import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { type InstallOptions, installHooks } from "../daemon/git/hooks.ts";
import { mark } from "../daemon/git/item-marks.ts";
import { shell } from "../daemon/life/launcher.ts";
import { version } from "../protocol/generated.ts";
import { Deframer, frame } from "../protocol/wire.ts";
import { Home, type Ran } from "../test/home.ts";
import { branch, changes, item, Sample, trailer } from "../test/sample.ts";
import { answerHook, type HookInput, pendingWaiver, repoOfHook, waiverFile } from "./hook.ts";
import { Objects, openRepo } from "./repo.ts";

const root = path.dirname(import.meta.dirname);
const zero = "0".repeat(40);
let home: Home;
let close: () => Promise<void>;
describe("hook", () => {
  before(async () => {
    home = new Home();
    close = await answering(home.path("socket"));
  });
  after(async () => {
    await close();
    await home.leave();
  });

  /** What the daemon does with hooks, and no more. */
  async function answering(socket: string): Promise<() => Promise<void>> {
    const server = createServer((connection) => {
      const deframer = new Deframer();
      connection.on("error", () => {});
      connection.on("data", (chunk) => {
        for (const text of deframer.push(chunk)) {
          const { id, params } = JSON.parse(text) as { id: number; params: HookInput };
          answer(params).then(
            ({ exit, stderr }) => {
              const hex = Buffer.from(stderr).toString("hex");
              connection.write(frame({ jsonrpc: "2.0", id, result: { exit, hex } }));
            },
            (error: unknown) =>
              connection.write(frame({ jsonrpc: "2.0", id, error: { code: 1, message: String(error) } })),
          );
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    return () => new Promise((resolve) => server.close(() => resolve()));
  }

  async function answer(input: HookInput) {
    const repo = await repoOfHook(input);
    const objects = new Objects(repo.gitDir);
    try {
      return await answerHook(repo, objects, input);
    } finally {
      objects.close();
    }
  }

  let count = 0;

  /** A sample with our hooks in; `alone`: no daemon answers them. */
  async function sample(
    policy?: string,
    { alone = false, ...more }: Partial<InstallOptions> & { alone?: boolean } = {},
  ): Promise<Sample> {
    const s = await Sample.in(home, `r${++count}`, policy ?? "trunk: main\n");
    await install(s.top, { ...more, ...(alone && { socket: home.path("nobody") }) });
    return s;
  }

  async function install(top: string, more: Partial<InstallOptions> = {}): Promise<void> {
    const { git } = await openRepo(top);
    await installHooks(git, {
      launcher: home.path("home/bin/calcifer-hook"),
      socket: home.path("socket"),
      changesFiles: ["CHANGES.md"],
      protected: ["main"],
      strict: false,
      version,
      ...more,
    });
  }

  const refused = [
    'Calcifer: CHANGES.md has no entry for #42 "Add TLS".',
    "  Each commit on work/42-add-tls adds or edits a line in CHANGES.md that names (#42).",
    '  Nothing for readers? Say so, on the record: calcifer gate waive entry --reason "…"',
    '  Next: calcifer commit -m "…" --entry "what readers should know"',
    "",
  ].join("\n");

  const write = (s: Sample, file: string, text: string) => home.write(path.join(s.top, file), text);
  const state = async (s: Sample) => [
    await s.git("rev-parse", "HEAD"),
    await s.git("ls-files", "-s"),
    await s.git("status", "--porcelain"),
  ];
  const message = (s: Sample, ref = "HEAD") => s.git("log", "-1", "--format=%B", ref);
  const ok = (ran: Ran) => assert.equal(ran.code, 0, ran.stderr);

  describe("a commit on an item's branch", () => {
    for (const alone of [false, true]) {
      const how = alone ? "without a daemon" : "with one";
      it(`without an entry is refused, and nothing moves; ${how}`, async () => {
        const s = await sample(undefined, { alone });
        write(s, "edge.conf", "tls\n");
        await s.git("add", "edge.conf");
        const before = await state(s);
        const ran = await home.git(s.top, "commit", "-m", "Terminate TLS");
        assert.deepEqual(ran, { code: 1, stdout: "", stderr: refused });
        assert.deepEqual(await state(s), before);
      });
      it(`with an entry is made, with its trailer; ${how}`, async () => {
        const s = await sample(undefined, { alone });
        write(s, "edge.conf", "tls\n");
        write(s, "CHANGES.md", s.withEntry("TLS"));
        await s.git("add", "-A");
        ok(await home.git(s.top, "commit", "-q", "-m", "Terminate TLS"));
        assert.equal(await message(s), `Terminate TLS\n\n${trailer}`);
      });
    }

    it("the index counts, not the work tree", async () => {
      const s = await sample();
      write(s, "CHANGES.md", s.withEntry("TLS"));
      write(s, "edge.conf", "tls\n");
      await s.git("add", "edge.conf");
      assert.equal((await home.git(s.top, "commit", "-m", "x")).stderr, refused);
    });

    it("commit -a, and commit with paths: the index git makes for it counts", async () => {
      const s = await sample();
      write(s, "edge.conf", "tls\n");
      assert.equal((await home.git(s.top, "commit", "-a", "-m", "x")).stderr, refused);
      write(s, "CHANGES.md", s.withEntry("TLS"));
      assert.equal((await home.git(s.top, "commit", "-m", "x", "edge.conf")).stderr, refused);
      ok(await home.git(s.top, "commit", "-q", "-m", "One", "CHANGES.md"));
      assert.equal(await s.git("status", "--porcelain"), " M edge.conf");
      write(s, "CHANGES.md", s.withEntry("More"));
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "Two"));
      assert.equal(await s.git("status", "--porcelain"), "");
    });

    it("--amend is judged with what it amends", async () => {
      for (const alone of [false, true]) {
        const s = await sample(undefined, { alone });
        write(s, "CHANGES.md", s.withEntry("TLS"));
        ok(await home.git(s.top, "commit", "-q", "-a", "-m", "One"));
        write(s, "edge.conf", "tls\n");
        ok(await home.git(s.top, "commit", "-q", "-a", "--amend", "-m", "Better"));
        assert.equal(await message(s), `Better\n\n${trailer}`);
        ok(await home.git(s.top, "commit", "-q", "--amend", "--no-edit"));
        assert.equal(await message(s), `Better\n\n${trailer}`, "the trailer is there once");
        write(s, "CHANGES.md", changes);
        assert.equal((await home.git(s.top, "commit", "-a", "--amend", "--no-edit")).stderr, refused);
      }
    });

    it("with an editor: refused before it opens; the trailer is in its text", async () => {
      const s = await sample();
      const editor = home.script(
        "editor",
        `cp "$1" '${home.path("seen")}'\n[ -z "$WORDS" ] || { printf '%s\\n' "$WORDS"; cat "$1"; } >"$1.new" && mv "$1.new" "$1" 2>/dev/null\nexit 0`,
      );
      const edit = (WORDS: string, ...args: string[]) =>
        home.run(s.top, "git", ["commit", ...args], { env: { GIT_EDITOR: editor, WORDS } });
      write(s, "edge.conf", "tls\n");
      const no = await edit("TLS", "-a");
      assert.deepEqual([no.code, no.stderr, home.has("seen")], [1, refused, false]);
      write(s, "CHANGES.md", s.withEntry("TLS"));
      const before = await state(s);
      const empty = await edit("", "-a");
      assert.deepEqual([empty.code, empty.stderr], [1, "Calcifer: no message was written, so there is no commit.\n"]);
      assert.deepEqual(await state(s), before);
      assert.match(home.read("seen"), new RegExp(`^\n\n${trailer}\n\n+# Please enter`));
      ok(await edit("With words", "-a", "-q"));
      assert.equal(await message(s), `With words\n\n${trailer}`);
      write(s, "edge.conf", "more\n");
      ok(await edit("x", "-a", "-q", "--no-verify"));
    });

    it("a waiver that waits goes into the next commit, and is used up", async () => {
      const s = await sample();
      const repo = await openRepo(s.top);
      const leave = (on: string) =>
        home.write(waiverFile(repo), JSON.stringify({ branch: on, check: "entry", reason: "generated files" }));
      leave("another");
      write(s, "edge.conf", "a\n");
      assert.equal((await home.git(s.top, "commit", "-a", "-m", "x")).stderr, refused, "a waiver of another branch");
      leave(branch);
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "Generate"));
      assert.equal(await message(s), `Generate\n\nCalcifer-Waiver: entry; generated files\n${trailer}`);
      assert.equal(pendingWaiver(repo, branch), undefined);
      write(s, "edge.conf", "b\n");
      assert.equal((await home.git(s.top, "commit", "-a", "-m", "x")).stderr, refused);
      home.write(waiverFile(repo), "{");
      assert.equal((await home.git(s.top, "commit", "-a", "-m", "x")).stderr, refused, "what cannot be read is none");
      leave(branch);
      const editor = home.script("words", `printf 'Words\\n' | cat - "$1" >"$1.new" && mv "$1.new" "$1"`);
      ok(await home.run(s.top, "git", ["commit", "-q", "-a"], { env: { GIT_EDITOR: editor } }));
      assert.equal(await message(s), `Words\n\nCalcifer-Waiver: entry; generated files\n${trailer}`);
    });

    it("a waiver that a refused commit did not use still waits", async () => {
      const s = await sample();
      const repo = await openRepo(s.top);
      home.write(waiverFile(repo), JSON.stringify({ branch, check: "judged", reason: "old" }));
      write(s, "edge.conf", "a\n");
      assert.equal((await home.git(s.top, "commit", "-a", "-m", "x")).stderr, refused);
      assert.deepEqual(pendingWaiver(repo, branch), { branch, check: "judged", reason: "old" });
    });

    it("a waiver in the message itself", async () => {
      const s = await sample();
      write(s, "edge.conf", "a\n");
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "x", "-m", "Calcifer-Waiver: entry; because"));
      assert.equal(await message(s), `x\n\nCalcifer-Waiver: entry; because\n${trailer}`);
    });

    it("messages that git composes are left alone", async () => {
      const s = await sample("changes: { commit: first }\n");
      write(s, "CHANGES.md", s.withEntry("TLS"));
      write(s, "edge.conf", "tls\n");
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "One"));
      write(s, "edge.conf", "tls 1.3\n");
      ok(await home.git(s.top, "commit", "-q", "-a", "--fixup", "HEAD"));
      assert.equal(await message(s), "fixup! One");
      ok(await home.git(s.top, "revert", "--no-edit", "HEAD"));
      assert.match(await message(s), /^Revert "fixup! One"\n\nThis reverts commit \w+\.$/);
      await s.onMain(() => s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "Theirs"));
      ok(await home.git(s.top, "merge", "-q", "--no-edit", "main"));
      assert.equal(await message(s), "Merge branch 'main' into work/42-add-tls");
    });

    it("a rebase is not judged on its way", async () => {
      const s = await sample();
      await s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "x");
      write(s, "edge.conf", "tls\n");
      ok(await home.git(s.top, "commit", "-q", "-a", "--no-verify", "-m", "Sneak"));
      await s.onMain(() => s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "Theirs"));
      ok(await home.git(s.top, "rebase", "-q", "main"));
      ok(
        await home.run(s.top, "git", ["rebase", "-q", "-i", "--force-rebase", "main"], {
          env: { GIT_SEQUENCE_EDITOR: "sed -i s/^pick/reword/", GIT_EDITOR: ":" },
        }),
      );
    });

    it("in a linked work tree, with its own index and its own waiver", async () => {
      const s = await sample();
      await s.git("switch", "-q", "main");
      const linked = `${s.top}.linked`;
      await s.git("worktree", "add", "-q", linked, branch);
      home.write(path.join(linked, "edge.conf"), "tls\n");
      assert.equal((await home.git(linked, "commit", "-a", "-m", "x")).stderr, refused);
      const repo = await openRepo(linked);
      assert.notEqual(waiverFile(repo), waiverFile(await openRepo(s.top)));
      home.write(waiverFile(repo), JSON.stringify({ branch, check: "entry", reason: "r" }));
      ok(await home.git(linked, "commit", "-q", "-a", "-m", "x"));
      assert.equal(await message(s, branch), `x\n\nCalcifer-Waiver: entry; r\n${trailer}`);
    });

    it("a branch of no item is nobody's business, unless the policy is strict", async () => {
      const s = await sample("strict: true\n", { strict: true });
      await s.git("switch", "-q", "-c", "fix", "main");
      write(s, "edge.conf", "x\n");
      const ran = await home.git(s.top, "commit", "-a", "-m", "x");
      assert.equal(
        ran.stderr,
        "Calcifer: The branch fix belongs to no work item, and the policy is strict.\n  Next: calcifer work adopt fix\n",
      );
      const lax = await sample();
      await lax.git("switch", "-q", "-c", "fix", "main");
      write(lax, "edge.conf", "x\n");
      ok(await home.git(lax.top, "commit", "-q", "-a", "-m", "x"));
      assert.equal(await message(lax), "x");
    });

    it("HEAD on no branch is nobody's business", async () => {
      const s = await sample();
      await s.git("checkout", "-q", "--detach");
      write(s, "edge.conf", "x\n");
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "x"));
      assert.equal(await message(s), "x");
    });

    it("started from a folder below, with names that want quoting", async () => {
      const s = await sample();
      write(s, "sub folder/it's $x", "x\n");
      await s.git("add", "-A");
      const ran = await home.git(path.join(s.top, "sub folder"), "commit", "-m", "x");
      assert.equal(ran.stderr, refused);
    });
  });

  describe("a protected branch", () => {
    const guarded = (what: string) =>
      `Calcifer: main is protected: ${what} may come to it only by a work item's merge.`;
    const first = (ran: Ran) => ran.stderr.split("\n")[0];
    const onMain = async (policy?: string, more?: Parameters<typeof sample>[1]) => {
      const s = await sample(policy, more);
      await s.git("switch", "-q", "main");
      return s;
    };

    for (const alone of [false, true]) {
      const how = alone ? "without a daemon" : "with one";
      it(`takes no commit, not with --no-verify either; ${how}`, async () => {
        const s = await onMain(undefined, { alone });
        write(s, "edge.conf", "x\n");
        const before = await state(s);
        const plain = await home.git(s.top, "commit", "-a", "-m", "Fix");
        assert.deepEqual(plain.stderr.split("\n").slice(0, 5), [
          guarded('"Fix"'),
          "  Open an item for it and take the change along: calcifer work start <id> --carry",
          "  Changes reach main by: calcifer work finish <id>",
          '  A commit that has to be made here, on the record: calcifer commit -m "…" --no-entry "why"',
          '  Next: calcifer work add "what you are changing"',
        ]);
        const forced = await home.git(s.top, "commit", "--no-verify", "-a", "-m", "Fix");
        assert.deepEqual([plain.code === 0, forced.code === 0, first(forced)], [false, false, guarded('"Fix"')]);
        assert.equal((await state(s))[0], before[0]);
      });
    }

    it("takes a waived commit", async () => {
      const s = await onMain();
      write(s, "edge.conf", "x\n");
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "Adopt", "-m", "Calcifer-Waiver: entry; set-up"));
      home.write(
        waiverFile(await openRepo(s.top)),
        JSON.stringify({ branch: "main", check: "entry", reason: "urgent" }),
      );
      write(s, "edge.conf", "y\n");
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "Hotfix"));
      assert.equal(await message(s), "Hotfix\n\nCalcifer-Waiver: entry; urgent");
    });

    it("takes no merge by hand, fast or not, and no branch -f", async () => {
      const s = await sample();
      await s.commit();
      await s.git("switch", "-q", "main");
      const tip = await home.tip(s.top);
      for (const args of [
        ["merge", "--no-ff", "--no-edit", branch],
        ["merge", "--ff-only", branch],
        ["reset", "--hard", branch],
        ["update-ref", "refs/heads/main", branch],
      ]) {
        const ran = await home.git(s.top, ...args);
        assert.notEqual(ran.code, 0, args.join(" "));
        assert.ok(ran.stderr.includes(guarded('"Terminate TLS"')), `${args.join(" ")}: ${ran.stderr}`);
        assert.equal(await home.tip(s.top, "main"), tip, args.join(" "));
        await s.git("reset", "-q", "--hard", "HEAD");
      }
      await s.git("switch", "-q", branch);
      assert.equal(first(await home.git(s.top, "branch", "-f", "main", branch)), guarded('"Terminate TLS"'));
    });

    it("counts the commits", async () => {
      const s = await sample();
      await s.commit();
      await s.commit({ entry: "More" });
      await s.git("switch", "-q", "main");
      assert.equal(first(await home.git(s.top, "merge", "-q", "--ff-only", branch)), guarded("2 commits"));
    });

    it("takes no content by amending Calcifer's merge, or by a merge that holds more than its parents", async () => {
      const s = await sample();
      await s.commit();
      await s.git("switch", "-q", "main");
      await s.git("-c", "core.hooksPath=/dev/null", "merge", "-q", "--no-ff", "-m", `Merge #42\n\n${trailer}`, branch);
      write(s, "edge.conf", "sneaked\n");
      const ran = await home.git(s.top, "commit", "-a", "--amend", "--no-edit");
      assert.deepEqual([ran.code === 0, first(ran)], [false, guarded('"Merge #42"')]);
      await s.git("reset", "-q", "--hard");
      ok(await home.git(s.top, "commit", "-q", "--amend", "-m", `Merge #42, worded better\n\n${trailer}`));
      write(s, "edge.conf", "on the record\n");
      ok(await home.git(s.top, "commit", "-q", "-a", "--amend", "-m", "Merge", "-m", "Calcifer-Waiver: entry; why"));
    });

    it("takes no waiver of a check that asks about no commit", async () => {
      const s = await onMain();
      write(s, "edge.conf", "x\n");
      for (const waiver of ["nonsense; x", "notes; x"]) {
        const ran = await home.git(s.top, "commit", "-a", "-m", "Fix", "-m", `Calcifer-Waiver: ${waiver}`);
        assert.equal(first(ran), guarded('"Fix"'), waiver);
      }
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "Fix", "-m", "Calcifer-Waiver: judged; read by Grace"));
    });

    it("follows its own remote only: no fork, and no branch that ends alike", async () => {
      const s = await onMain();
      await home.remote(s.top);
      const other = home.path(`r${count}.other`);
      await home.must(home.folder, "clone", "-q", `${s.top}.origin.git`, other);
      await home.commit(other, "Theirs", { "o.conf": "x\n" });
      await home.must(other, "push", "-q", "origin", "main:x/main");
      await s.git("remote", "add", "fork", other);
      await s.git("fetch", "-q", "--all");
      for (const ref of ["origin/x/main", "fork/main"])
        assert.equal(first(await home.git(s.top, "merge", "-q", "--ff-only", ref)), guarded('"Theirs"'), ref);
      await s.git("fetch", "-q", "fork", "main");
      assert.equal(first(await home.git(s.top, "merge", "-q", "--ff-only", "FETCH_HEAD")), guarded('"Theirs"'));
      await s.git("config", "branch.main.remote", "fork");
      ok(await home.git(s.top, "merge", "-q", "--ff-only", "fork/main"));
    });

    it("is not deleted; other branches are, and a rename is never cut short", async () => {
      const s = await sample();
      await s.commit();
      await s.git("branch", "fix", branch);
      const tips = async () => [await home.tip(s.top, "main"), await home.tip(s.top, "fix")];
      const before = await tips();
      for (const args of [
        ["branch", "-D", "main"],
        ["update-ref", "-d", "refs/heads/main"],
        // Packed, it is deleted another way.
        ["pack-refs", "--all"],
        ["branch", "-D", "main"],
        ["update-ref", "-d", "refs/heads/main"],
      ]) {
        if (args[0] === "pack-refs") {
          ok(await home.git(s.top, ...args));
          continue;
        }
        const ran = await home.git(s.top, ...args);
        assert.notEqual(ran.code, 0, args.join(" "));
        assert.match(
          ran.stderr,
          /^Calcifer: main is protected: it may not be deleted\.[\s\S]*Next: git branch main-copy main$/m,
          args.join(" "),
        );
        assert.deepEqual(await tips(), before, args.join(" "));
      }
      ok(await home.git(s.top, "branch", "-m", "fix", "fix-2"));
      ok(await home.git(s.top, "branch", "-D", "fix-2"));
      ok(await home.git(s.top, "gc", "-q"));
      // git deletes the one before it asks for the other: a no would lose it.
      await s.git("branch", "fix", branch);
      ok(await home.git(s.top, "branch", "-M", "fix", "main"));
    });

    it("goes back, may be made anew", async () => {
      const s = await onMain();
      await s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "Mistake");
      ok(await home.git(s.top, "reset", "-q", "--hard", "HEAD~1"));
      await s.git("switch", "-q", branch);
      await s.git("-c", "core.hooksPath=/dev/null", "branch", "-m", "main", "old-main");
      ok(await home.git(s.top, "branch", "main", "old-main"));
    });

    it("follows the remote: pull, fetch and fast-forward", async () => {
      const s = await onMain();
      await home.remote(s.top);
      const other = home.path(`r${count}.other`);
      await home.must(home.folder, "clone", "-q", `${s.top}.origin.git`, other);
      await home.commit(other, "Theirs", { "o.conf": "x\n" });
      await home.must(other, "push", "-q", "origin", "main");
      ok(await home.git(s.top, "pull", "-q", "--ff-only"));
      await home.commit(other, "More", { "p.conf": "x\n" });
      await home.must(other, "push", "-q", "origin", "main");
      await s.git("fetch", "-q");
      ok(await home.git(s.top, "merge", "-q", "--ff-only", "origin/main"));
      assert.equal(await home.tip(s.top), await home.tip(other));
      // As an editor does to update a branch that is not checked out.
      await s.git("switch", "-q", branch);
      await home.commit(other, "Again", { "p.conf": "y\n" });
      await home.must(other, "push", "-q", "origin", "main");
      ok(await home.git(s.top, "fetch", "-q", "origin", "main:main"));
      assert.equal(await home.tip(s.top, "main"), await home.tip(other));
      await home.commit(other, "Not pushed", { "r.conf": "x\n" });
      assert.equal(first(await home.git(s.top, "fetch", "-q", other, "main:main")), guarded('"Not pushed"'));
      await home.must(other, "reset", "-q", "--hard", "HEAD~1");
      await home.must(other, "push", "-q", "origin", "main:feature");
      await home.commit(other, "Elsewhere", { "q.conf": "x\n" });
      await home.must(other, "push", "-q", "origin", "HEAD:feature");
      assert.equal(first(await home.git(s.top, "fetch", "-q", "origin", "feature:main")), guarded('"Elsewhere"'));
    });

    it("merges what the remote has with what is here", async () => {
      const s = await onMain();
      await home.remote(s.top);
      const other = home.path(`r${count}.other`);
      await home.must(home.folder, "clone", "-q", `${s.top}.origin.git`, other);
      await home.commit(other, "Theirs", { "o.conf": "x\n" });
      await home.must(other, "push", "-q", "origin", "main");
      await s.git("commit", "-q", "--allow-empty", "-m", "Ours", "-m", "Calcifer-Waiver: entry; here");
      ok(await home.git(s.top, "pull", "-q", "--no-rebase", "--no-edit"));
    });

    it("its first commit may be made", async () => {
      const top = home.path(`r${++count}`);
      await home.must(home.folder, "init", "-q", top);
      await install(top);
      home.write(path.join(top, "a"), "a\n");
      await home.must(top, "add", "a");
      ok(await home.git(top, "commit", "-q", "-m", "First"));
      home.write(path.join(top, "a"), "b\n");
      assert.equal(first(await home.git(top, "commit", "-a", "-m", "Second")), guarded('"Second"'));
    });

    it("by glob; and other branches are free", async () => {
      const s = await onMain('protected: [main, "release/*"]\n', { protected: ["main", "release/*"] });
      ok(await home.git(s.top, "switch", "-q", "-c", "release/1"));
      write(s, "edge.conf", "x\n");
      assert.match(
        first(await home.git(s.top, "commit", "-a", "-m", "Fix")) ?? "",
        /^Calcifer: release\/1 is protected: "Fix"/,
      );
      ok(await home.git(s.top, "switch", "-q", "-c", "free"));
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "Fix"));
      ok(await home.git(s.top, "tag", "v1"));
    });

    it("a branch that only looks protected to sh is free", async () => {
      // sh knows fewer globs than the policy, so it asks more often than needed.
      const s = await onMain('protected: ["{main,stable}"]\n', { protected: ["{main,stable}"] });
      await s.git("switch", "-q", "-c", "other");
      write(s, "edge.conf", "x\n");
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "Fix"));
    });

    it("any service's protection counts", async () => {
      const s = await onMain("services: { a: {}, b: {} }\n", { protected: ["main", "stable"] });
      await s.git("branch", "stable");
      const noted = ["main", "stable"].map((trunk) => ({ name: trunk, trunk, changes: "CHANGES.md", docs: "docs" }));
      home.write(path.join(s.top, ".git/calcifer/services.json"), JSON.stringify(noted));
      await s.git("switch", "-q", "stable");
      write(s, "edge.conf", "x\n");
      assert.match(first(await home.git(s.top, "commit", "-a", "-m", "Fix")) ?? "", /^Calcifer: stable is protected/);
    });
  });

  describe("a push", () => {
    const adopted = async () => {
      const s = await Sample.in(home, `r${++count}`);
      await s.git("switch", "-q", "main");
      await home.commit(s.top, "Old and unjudged", { "a.conf": "x\n" });
      await home.commit(s.top, "Adopt Calcifer\n\nCalcifer-Waiver: entry; set-up", {
        ".calcifer.yaml": "trunk: main\n",
      });
      await install(s.top);
      await home.must(home.folder, "init", "-q", "--bare", `${s.top}.git`);
      await s.git("remote", "add", "origin", `${s.top}.git`);
      return s;
    };
    /** As if Calcifer had not been there. */
    const sneak = (s: Sample, ...args: string[]) =>
      s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", ...args);
    const push = (s: Sample, ...args: string[]) => home.git(s.top, "push", "-q", ...args);

    it("the first one of an old history", async () => {
      const s = await adopted();
      ok(await push(s, "-u", "origin", "main"));
    });
    it("an unjudged commit on a protected branch is refused", async () => {
      const s = await adopted();
      ok(await push(s, "origin", "main"));
      await sneak(s, "-m", "Sneak");
      const id = (await home.tip(s.top)).slice(0, 8);
      for (const args of [
        ["origin", "main"],
        ["origin", "HEAD:main"],
        ["origin", "HEAD^{commit}:refs/heads/main"],
        [`${s.top}.git`, "main"],
      ]) {
        const ran = await push(s, ...args);
        assert.equal(
          ran.stderr.split("\n")[0],
          `Calcifer: ${id} "Sneak" was never judged, and main is protected.`,
          args.join(" "),
        );
        assert.match(ran.stderr, /^ {2}Next: calcifer status$/m);
      }
      await sneak(s, "-m", "Another");
      assert.match((await push(s, "origin", "main")).stderr, /^Calcifer: 2 commits were never judged/);
      await sneak(s, "-m", "On the record", "-m", "Calcifer-Waiver: judged; they were urgent");
      ok(await push(s, "origin", "main"));
    });
    it("what the merge gate lets pass, the push does, too", async () => {
      const s = await adopted();
      await s.git("switch", "-q", "-C", branch, "main");
      await s.commit();
      await s.git("-c", "core.hooksPath=/dev/null", "revert", "--no-edit", "HEAD");
      await sneak(s, "-m", "fixup! Terminate TLS");
      await sneak(s, "-m", "Sneak");
      await sneak(s, "-m", "Waive", "-m", `Calcifer-Waiver: judged; old\n${trailer}`);
      await s.git("switch", "-q", "main");
      await s.git("-c", "core.hooksPath=/dev/null", "merge", "-q", "--no-ff", "-m", `Merge #42\n\n${trailer}`, branch);
      ok(await push(s, "origin", "main"));
    });
    it("a merge of ours that was amended is refused; one that a person resolved on the branch is not", async () => {
      const s = await adopted();
      ok(await push(s, "origin", "main"));
      await s.git("switch", "-q", "-C", branch, "main");
      await s.commit({ files: { "edge.conf": "mine\n" } });
      await s.onMain(async () => {
        write(s, "edge.conf", "theirs\n");
        await s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "Theirs", "-m", trailer);
      });
      assert.notEqual((await home.git(s.top, "merge", "-q", "--no-edit", "main")).code, 0);
      write(s, "edge.conf", "both\n");
      await s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "--no-edit");
      await s.git("switch", "-q", "main");
      await s.git("-c", "core.hooksPath=/dev/null", "merge", "-q", "--no-ff", "-m", `Merge #42\n\n${trailer}`, branch);
      const merge = await home.tip(s.top);
      write(s, "edge.conf", "sneaked\n");
      await s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "--amend", "--no-edit");
      assert.match((await push(s, "origin", "main")).stderr, /^Calcifer: \w{8} "Merge #42" was never judged/);
      await s.git("reset", "-q", "--hard", "HEAD~1");
      await s.git("-c", "core.hooksPath=/dev/null", "reset", "-q", "--hard", merge);
      ok(await push(s, "origin", "main"));
    });
    it("what another branch of the remote has was not judged for that", async () => {
      const s = await adopted();
      ok(await push(s, "origin", "main"));
      await sneak(s, "-m", "Sneak");
      ok(await push(s, "origin", "main:elsewhere"));
      assert.match((await push(s, "origin", "main")).stderr, /^Calcifer: \w{8} "Sneak" was never judged/);
      await sneak(s, "--amend", "-m", "Sneak", "-m", "Calcifer-Waiver: nonsense; x");
      assert.match((await push(s, "origin", "main")).stderr, /^Calcifer: \w{8} "Sneak" was never judged/);
    });
    it("a revert and a fixup pass without a trailer, as at the merge gate", async () => {
      const s = await adopted();
      await sneak(s, "-m", "Mistake", "-m", trailer);
      await sneak(s, "-m", 'Revert "Mistake"');
      await sneak(s, "-m", "fixup! Mistake");
      ok(await push(s, "origin", "main"));
    });
    it("a waiver does not speak for what came after it", async () => {
      const s = await adopted();
      await sneak(s, "-m", "Before");
      await sneak(s, "-m", "Waive", "-m", "Calcifer-Waiver: judged; old");
      await sneak(s, "-m", "After");
      assert.match((await push(s, "origin", "main")).stderr, /^Calcifer: \w{8} "After" was never judged/);
    });
    it("other branches and tags are pushed freely, also beside a protected one", async () => {
      const s = await adopted();
      await s.git("switch", "-q", "-c", "fix");
      await sneak(s, "-m", "Anything");
      ok(await push(s, "origin", "fix"));
      await s.git("tag", "v1");
      ok(await push(s, "origin", "main", "fix:fix-2", "v1"));
    });
    it("deleting, and going back, is not judged", async () => {
      const s = await adopted();
      await sneak(s, "-m", "Mistake", "-m", "Calcifer-Waiver: entry; x");
      ok(await push(s, "origin", "main", "main:refs/heads/release"));
      await s.git("reset", "-q", "--hard", "HEAD~1");
      ok(await push(s, "--force", "origin", "main"));
      await home.must(`${s.top}.git`, "symbolic-ref", "HEAD", "refs/heads/release");
      ok(await push(s, "origin", ":main"));
    });
    it("a remote that has commits we have not seen", async () => {
      const s = await adopted();
      ok(await push(s, "origin", "main"));
      const other = home.path(`r${count}.other`);
      await home.must(home.folder, "clone", "-q", `${s.top}.git`, other);
      await home.commit(other, "Theirs");
      await home.must(other, "push", "-q", "origin", "main");
      await sneak(s, "-m", "Sneak");
      assert.match((await push(s, "origin", "main")).stderr, /^Calcifer: \w{8} "Sneak" was never judged/);
    });
    it("without a policy nothing was ever to be judged", async () => {
      const s = await Sample.in(home, `r${++count}`);
      await s.git("switch", "-q", "main");
      await install(s.top);
      await home.must(home.folder, "init", "-q", "--bare", `${s.top}.git`);
      await sneak(s, "-m", "Anything");
      ok(await push(s, `${s.top}.git`, "main"));
    });
  });

  describe("the merge driver", () => {
    it("merges two entries that git alone would call a conflict", async () => {
      const s = await sample();
      await s.commit({ entry: "Mine" });
      await s.onMain(async () => {
        write(s, "CHANGES.md", s.withEntry("Theirs", 43));
        await s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "Theirs");
      });
      ok(await home.git(s.top, "merge", "-q", "--no-edit", "main"));
      assert.match(s.read("CHANGES.md"), /- Mine \(#42\)\n- Theirs \(#43\)\n\n## 1\.0\.0/);
      ok(await home.git(s.top, "reset", "-q", "--hard", "HEAD~1"));
      ok(await home.git(s.top, "rebase", "-q", "main"));
      assert.match(s.read("CHANGES.md"), /- Theirs \(#43\)\n- Mine \(#42\)\n\n## 1\.0\.0/);
    });
    it("leaves a real conflict to the person, marked", async () => {
      const s = await sample();
      const files = { "CHANGES.md": changes.replace("An older one", "Mine") };
      await s.commit({ entry: null, files, trailers: ["Calcifer-Waiver: entry; wording", trailer] });
      await s.onMain(async () => {
        write(s, "CHANGES.md", changes.replace("An older one", "Theirs"));
        await s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "Theirs");
      });
      const ran = await home.git(s.top, "merge", "-q", "--no-edit", "main");
      assert.equal(ran.code, 1);
      assert.equal(await s.git("diff", "--name-only", "--diff-filter=U"), "CHANGES.md");
      assert.match(s.read("CHANGES.md"), /<<<<<<< ours\n- Mine \(#7\)\n=======\n- Theirs \(#7\)\n>>>>>>> theirs\n/);
    });
  });

  describe("the program and its edges", () => {
    const input = (s: Sample, hook: string, more: Partial<HookInput> = {}): HookInput => ({
      hook,
      args: [],
      cwd: s.top,
      env: {},
      stdin: "",
      ...more,
    });
    const program = (cwd: string, ...args: string[]) =>
      home.run(cwd, process.execPath, [path.join(root, "cli/hook.ts"), ...args]);

    it("its version; and what it is not for", async () => {
      assert.deepEqual(await program(home.folder, "--version"), { code: 0, stdout: `${version}\n`, stderr: "" });
      const other = await program(home.folder, "work", "list");
      assert.deepEqual(
        [other.code, other.stderr],
        [2, "Calcifer: this program is for git hooks. The command line is: calcifer --help\n"],
      );
      assert.equal((await program(home.folder)).code, 2);
    });
    it("where it cannot judge it says so and lets pass", async () => {
      const ran = await program(home.folder, "hook", "commit-msg", "COMMIT_EDITMSG");
      assert.deepEqual(
        [ran.code, ran.stderr],
        [0, `Calcifer could not judge, so it lets this pass: ${home.folder} is not in a git repository.\n`],
      );
    });
    it("an uninstalled Calcifer holds no repository: said in a line, and git goes on", async () => {
      const s = await sample(undefined, { alone: true, launcher: home.path("gone/calcifer-hook") });
      home.write("gone/calcifer-hook", shell(process.execPath, home.path("gone/hook.cjs"), home.path("gone")));
      chmodSync(home.path("gone/calcifer-hook"), 0o755);
      write(s, "edge.conf", "x\n");
      const ran = await home.git(s.top, "commit", "-q", "-a", "-m", "x");
      ok(ran);
      assert.match(
        ran.stderr,
        /^Calcifer is gone \(.*calcifer-hook not found or does not start\); this commit was not judged\./,
      );
    });
    it("a hook it has no question for lets git go on", async () => {
      const s = await sample();
      for (const hook of ["post-commit", "constructor", "__proto__", ""])
        assert.deepEqual(await answer(input(s, hook)), { exit: 0, stderr: "" });
    });
    it("reads and writes no message outside the git directory", async () => {
      const s = await sample();
      home.write("secret", "Subject\n");
      home.write(path.join(s.top, ".git/COMMIT_EDITMSG"), "Mine\n");
      await answer(input(s, "prepare-commit-msg", { args: [home.path("secret")] }));
      await answer(input(s, "prepare-commit-msg", { args: ["../secret"] }));
      assert.equal(home.read("secret"), "Subject\n");
      assert.equal(s.read(".git/COMMIT_EDITMSG"), `Mine\n\n${trailer}\n`);
      await answer(input(s, "commit-msg"));
    });
    it("merges and squashes are not looked at", async () => {
      const s = await sample();
      home.write(path.join(s.top, ".git/COMMIT_EDITMSG"), "Mine\n");
      for (const source of ["merge", "squash"])
        await answer(input(s, "prepare-commit-msg", { args: [".git/COMMIT_EDITMSG", source] }));
      assert.equal(s.read(".git/COMMIT_EDITMSG"), "Mine\n");
    });
    it("refs are judged once, when it is not too late", async () => {
      const s = await sample();
      const tip = await s.commit();
      const asked = (state: string, stdin: string) =>
        answer(input(s, "reference-transaction", { args: [state], stdin }));
      const move = `${zero} ${tip} refs/heads/main\n`;
      assert.equal((await asked("prepared", move)).exit, 1);
      assert.equal((await asked("committed", move)).exit, 0);
      assert.equal((await asked("aborted", move)).exit, 0);
      assert.equal((await asked("prepared", `nonsense\n${zero} ${tip} refs/tags/main\n`)).exit, 0);
      for (const old of [tip, zero])
        assert.equal((await asked("prepared", `${old} ${zero} refs/heads/main\n`)).exit, 1);
      assert.equal((await asked("prepared", `${tip} ${zero} refs/heads/gone\n`)).exit, 0);
    });
    it("where git cannot tell what is new, that is said, and no verdict given", async () => {
      const s = await sample();
      const stdin = `${zero} ${"1".repeat(40)} refs/heads/main\n`;
      await assert.rejects(
        answer(input(s, "reference-transaction", { args: ["prepared"], stdin })),
        /git cannot read the history: fatal: bad object 1{40}/,
      );
      const push = `refs/heads/main ${"1".repeat(40)} refs/heads/main ${zero}\n`;
      await assert.rejects(answer(input(s, "pre-push", { args: ["origin", "url"], stdin: push })), /bad object/);
    });
    it("the process that runs the hook is asked for --amend, and a wrong number is no answer", async () => {
      const s = await sample();
      await s.commit();
      home.write(path.join(s.top, ".git/COMMIT_EDITMSG"), "x\n");
      const asked = (pid: string | undefined) => answer(input(s, "commit-msg", { env: { CALCIFER_GIT_PID: pid } }));
      write(s, "edge.conf", "x\n");
      await s.git("add", "-A");
      for (const pid of [undefined, "x", "../1", "999999999", String(process.pid)])
        assert.equal((await asked(pid)).exit, 1, pid);
    });
    it("a repository named by GIT_DIR", async () => {
      const s = await sample();
      const repo = await repoOfHook(
        input(s, "pre-commit", { cwd: home.folder, env: { GIT_DIR: path.join(s.top, ".git"), GIT_WORK_TREE: s.top } }),
      );
      assert.equal(repo.gitDir, path.join(s.top, ".git"));
    });
    it("two marks with one number are two items: the key tells them apart", async () => {
      const s = await sample();
      await s.git("switch", "-q", "-c", "work/42-foreign", "main");
      await mark(await openRepo(s.top), "work/42-foreign", { ...item, key: "aaaaaaaa", title: "Foreign" });
      write(s, "CHANGES.md", s.withEntry("Foreign"));
      ok(await home.git(s.top, "commit", "-q", "-a", "-m", "x", "-m", trailer));
      assert.equal(await message(s), `x\n\n${trailer}\nWork-Item: #42 aaaaaaaa`);
    });
    it("git's own hook files are ours to run even when they lost their x", async () => {
      const s = await sample();
      chmodSync(path.join(s.top, ".git/hooks/pre-commit"), 0o644);
      write(s, "edge.conf", "x\n");
      // Without pre-commit, commit-msg still judges.
      assert.match((await home.git(s.top, "commit", "-a", "-m", "x")).stderr, /Calcifer: CHANGES\.md has no entry/);
      rmSync(path.join(s.top, ".git/hooks/pre-commit"));
      assert.equal((await home.git(s.top, "commit", "-a", "-m", "x")).stderr, refused);
    });
  });
});
