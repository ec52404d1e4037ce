// `calcifer commit` through a real daemon and real git: what goes in, what stays as it was, and that a refused one moves nothing.
import assert from "node:assert/strict";
import { chmodSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Home, said } from "../../test/home.ts";

const changes = "# Changes\n\n## Unreleased\n\n- An older one (#7)\n\n## 1.0.0 - 2026-01-01\n\n- The first (#1)\n";

describe("commit", () => {
  let home: Home;
  /** A service; each test has an item of its own checked out. */
  let top: string;
  let id: number;
  let key: string;
  before(async () => {
    home = new Home();
    await home.start();
    top = await home.service("gateway", { "edge.conf": "one\n", "other.conf": "one\n", "CHANGES.md": changes });
  });
  after(() => home.leave());
  beforeEach(async () => {
    ({ id, key } = await home.item("gateway", "Add TLS"));
  });
  afterEach(async () => {
    rmSync(path.join(top, ".git/hooks/pre-commit.before-calcifer"), { force: true });
    await home.git(top, "merge", "--abort");
    await home.must(top, "reset", "-q", "--hard");
    await home.must(top, "clean", "-q", "-f", "-d");
    await home.must(top, "switch", "-q", "main");
  });

  type Asked = Parameters<typeof home.call.work.commit>[0];
  const commit = (more: Partial<Asked>) => home.call.work.commit({ message: "Terminate TLS", repo: top, ...more });
  const git = (...args: string[]) => home.must(top, ...args);
  const lie = (file: string, text: string) => home.write(path.join(top, file), text);
  const read = (file: string) => home.read(top, file);
  const status = () => git("status", "--porcelain");
  const committed = (file: string, at = "HEAD") => home.git(top, "show", `${at}:${file}`).then((ran) => ran.stdout);
  const trailer = () => `Work-Item: #${id} ${key}`;

  /** Everything a refused commit must not move. */
  const everything = async () => ({
    index: readFileSync(path.join(top, ".git/index")).toString("hex"),
    head: await git("rev-parse", "HEAD"),
    reflog: await git("reflog", "--all"),
    status: await status(),
    files: ["edge.conf", "other.conf", "CHANGES.md"].map(read),
    notes: await git("ls-files", "--others", "--", ".git"),
  });
  const refusedWithoutATrace = async (more: Partial<Asked>) => {
    const before = await everything();
    const refusal = await said(commit(more));
    assert.deepEqual(await everything(), before);
    assert.equal((await home.run(top, "sh", ["-c", "ls .git | grep calcifer-index"])).stdout, "");
    return refusal;
  };
  const nothingMoved = "Nothing has moved: your files and the index are as they were.";

  describe("what would lose something", () => {
    it("a conflict in CHANGES.md is a person's to resolve", async () => {
      const base = await git("hash-object", "-w", "CHANGES.md");
      const stages = [1, 2, 3].map((stage) => `100644 ${base} ${stage}\tCHANGES.md\n`).join("");
      await home.run(top, "git", ["update-index", "--index-info"], {
        input: `0 ${"0".repeat(40)}\tCHANGES.md\n${stages}`,
      });
      const { message, reasons } = await refusedWithoutATrace({ entry: "TLS" });
      assert.equal(message, "1 file is in conflict.");
      assert.deepEqual(reasons, [{ check: "no-conflict", message: "CHANGES.md" }]);
    });

    it("a file that is not UTF-8 is not written back", async () => {
      writeFileSync(path.join(top, "CHANGES.md"), Buffer.from("# Changes\n\n- caf\xe9 (#7)\n", "latin1"));
      await git("add", "CHANGES.md");
      const { message } = await refusedWithoutATrace({ entry: "TLS" });
      assert.equal(message, "CHANGES.md is not UTF-8, so Calcifer does not write into it.");
    });

    it("a change of the same size in the second the index was written is seen", async () => {
      const index = path.join(top, ".git/index");
      const second = Math.floor(Date.now() / 1000) - 5;
      lie("edge.conf", "one\n");
      utimesSync(path.join(top, "edge.conf"), second, second);
      await git("update-index", "--refresh");
      lie("edge.conf", "two\n");
      for (const file of [path.join(top, "edge.conf"), index]) utimesSync(file, second, second);
      await commit({ entry: "TLS", all: true });
      assert.equal(await committed("edge.conf"), "two\n");
    });

    it("a lock that another git left is said, before anything is made", async () => {
      lie("edge.conf", "two\n");
      writeFileSync(path.join(top, ".git/index.lock"), "");
      try {
        const { message } = await said(commit({ entry: "TLS", all: true }));
        assert.equal(message, `Another git is at work in ${top}: ${path.join(top, ".git/index.lock")} is there.`);
        assert.equal(await committed("edge.conf"), "one\n");
      } finally {
        rmSync(path.join(top, ".git/index.lock"));
      }
    });

    it("nobody stages anything while a hook runs, so nothing staged is lost", async () => {
      home.script(
        path.join(top, ".git/hooks/pre-commit.before-calcifer"),
        "unset GIT_INDEX_FILE; git add other.conf 2>>.git/said || true",
      );
      lie("edge.conf", "two\n");
      await git("add", "edge.conf");
      lie("other.conf", "two\n");
      await commit({ entry: "TLS" });
      assert.match(read(".git/said"), /index\.lock': File exists/);
      assert.equal(await status(), " M other.conf");
    });
  });

  describe("what goes in", () => {
    it("what is staged, with the entry; the rest stays as it was", async () => {
      lie("edge.conf", "tls\n");
      await git("add", "edge.conf");
      lie("other.conf", "later\n");
      lie("new", "x\n");
      const since = (await home.happened()).seq;
      const made = await commit({ entry: "TLS on all endpoints" });
      assert.deepEqual(made, {
        commit: await git("rev-parse", "HEAD"),
        subject: "Terminate TLS",
        branch: `work/${id}-add-tls`,
        item: id,
        files: [
          { state: "M ", path: "CHANGES.md" },
          { state: "M ", path: "edge.conf" },
        ],
        left: [
          { state: " M", path: "other.conf" },
          { state: "??", path: "new" },
        ],
        entry: `TLS on all endpoints (#${id})`,
      });
      assert.equal(await git("log", "-1", "--format=%B"), `Terminate TLS\n\n${trailer()}`);
      assert.equal(await committed("CHANGES.md"), changes.replace("(#7)\n", `(#7)\n- TLS on all endpoints (#${id})\n`));
      assert.equal(read("CHANGES.md"), await committed("CHANGES.md"));
      assert.equal(await status(), " M other.conf\n?? new");
      const { events } = await home.happened(since);
      const about = events.filter((e) => e.name === "work.committed");
      assert.deepEqual(
        about.map(({ item, service, data }) => ({ item, service, data })),
        [{ item: id, service: "gateway", data: { commit: made.commit, subject: "Terminate TLS" } }],
      );
      const shown = await home.call.work.show({ item: id });
      assert.deepEqual([shown.commits.map((c) => c.id), shown.uncommitted], [[made.commit], 2]);
    });

    it("--all: new, changed and deleted files", async () => {
      lie("edge.conf", "tls\n");
      lie("new folder/ü $x", "x\n");
      rmSync(path.join(top, "other.conf"));
      const { files, left } = await commit({ entry: "TLS", all: true });
      assert.deepEqual(files, [
        { state: "M ", path: "CHANGES.md" },
        { state: "M ", path: "edge.conf" },
        { state: "A ", path: "new folder/ü $x" },
        { state: "D ", path: "other.conf" },
      ]);
      assert.deepEqual([left, await status()], [[], ""]);
    });

    it("paths, seen from the folder one is in; what else was staged stays staged, with the same contents", async () => {
      lie("other.conf", "staged\n");
      lie("sub/[a]*.conf", "x\n");
      lie("sub/b.conf", "x\n");
      await git("add", "other.conf", "sub/b.conf");
      lie("other.conf", "staged, and then changed\n");
      lie("edge.conf", "tls\n");
      const { files } = await commit({
        entry: "TLS",
        repo: path.join(top, "sub"),
        paths: ["../edge.conf", "[a]*.conf"],
      });
      assert.deepEqual(
        files.map((f) => f.path),
        ["CHANGES.md", "edge.conf", "sub/[a]*.conf"],
      );
      assert.equal(await status(), "MM other.conf\nA  sub/b.conf");
      assert.equal(await git("show", ":other.conf"), "staged");
      assert.equal(read("other.conf"), "staged, and then changed\n");
    });

    it("a path that was deleted", async () => {
      rmSync(path.join(top, "other.conf"));
      lie("edge.conf", "x\n");
      const { files } = await commit({ entry: "TLS", paths: ["other.conf"] });
      assert.deepEqual(
        files.map((f) => `${f.state}${f.path}`),
        ["M CHANGES.md", "D other.conf"],
      );
      assert.equal(await status(), " M edge.conf");
    });

    it("other edits of CHANGES.md stay what they were: staged ones staged, the rest in the work tree", async () => {
      const staged = changes.replace("The first", "The very first");
      const lies = staged.replace("# Changes", "# Changes of the gateway");
      lie("CHANGES.md", staged);
      await git("add", "CHANGES.md");
      lie("CHANGES.md", lies);
      lie("edge.conf", "tls\n");
      await commit({ entry: "TLS", paths: ["edge.conf"] });
      const withEntry = (text: string) => text.replace("(#7)\n", `(#7)\n- TLS (#${id})\n`);
      assert.equal(await committed("CHANGES.md"), withEntry(changes));
      assert.equal((await home.git(top, "show", ":CHANGES.md")).stdout, withEntry(staged));
      assert.equal(read("CHANGES.md"), withEntry(lies));
      assert.equal(await status(), "MM CHANGES.md");
    });

    it("unstaged edits of CHANGES.md, where only what is staged is asked for", async () => {
      lie("CHANGES.md", changes.replace("# Changes", "# News"));
      lie("edge.conf", "tls\n");
      await git("add", "edge.conf");
      await commit({ entry: "TLS" });
      assert.match(await committed("CHANGES.md"), /^# Changes\n/);
      assert.match(read("CHANGES.md"), new RegExp(`^# News\n[^]*- TLS \\(#${id}\\)\n`));
      assert.equal(await status(), " M CHANGES.md");
    });

    it("the entry in the style of the file: Windows' line ends, another bullet, no final newline", async () => {
      for (const [before, after] of [
        [
          "# Changes\r\n\r\n## Unreleased\r\n\r\n* One (#7)\r\n",
          `# Changes\r\n\r\n## Unreleased\r\n\r\n* One (#7)\r\n* TLS (#${id})\r\n`,
        ],
        ["## Unreleased\n\n+ One (#7)", `## Unreleased\n\n+ One (#7)\n+ TLS (#${id})`],
        ["", `# Changes\n\n## Unreleased\n\n- TLS (#${id})\n`],
      ] as const) {
        await home.commit(top, `As it was\n\nCalcifer-Waiver: entry; x\n${trailer()}`, { "CHANGES.md": before });
        lie("edge.conf", `${Math.random()}\n`);
        await commit({ entry: "TLS", all: true });
        assert.equal(await committed("CHANGES.md"), after);
        assert.equal(read("CHANGES.md"), after);
      }
    });

    it("the entry under a sub-heading, which is made when it is not there", async () => {
      lie("edge.conf", "tls\n");
      await commit({ entry: "TLS", section: "Security", all: true });
      assert.match(read("CHANGES.md"), new RegExp(`### Security\n\n- TLS \\(#${id}\\)\n`));
    });

    it("an entry that names the item already is not made to say it twice", async () => {
      lie("edge.conf", "tls\n");
      assert.equal((await commit({ entry: `(#${id}) TLS`, all: true })).entry, `(#${id}) TLS`);
      assert.equal(read("CHANGES.md").split(`(#${id})`).length, 2);
    });

    it("no entry, with a reason: a waiver on the record", async () => {
      lie("edge.conf", "tls\n");
      const { entry } = await commit({
        message: "Format\n\nBody.\n",
        noEntry: "nothing readers\nwould notice",
        all: true,
      });
      assert.equal(entry, null);
      assert.equal(
        await git("log", "-1", "--format=%B"),
        `Format\n\nBody.\n\nCalcifer-Waiver: entry; nothing readers would notice\n${trailer()}`,
      );
    });

    it("by whom and when the caller says; what is not said is git's configuration, whoever started the daemon", async () => {
      const by = () => git("log", "-1", "--format=%an <%ae> %aI | %cn <%ce> %cI");
      lie("a", "");
      const env = {
        GIT_AUTHOR_NAME: "Grace",
        GIT_AUTHOR_EMAIL: "grace@example.org",
        GIT_AUTHOR_DATE: "2026-01-02T03:04:05+00:00",
        GIT_COMMITTER_DATE: "2026-01-02T03:04:06+00:00",
      };
      await commit({ entry: "TLS", all: true, env });
      assert.equal(
        await by(),
        "Grace <grace@example.org> 2026-01-02T03:04:05+00:00 | Ada Lovelace <ada@example.org> 2026-01-02T03:04:06+00:00",
      );
      process.env.GIT_AUTHOR_NAME = "Whoever";
      try {
        lie("b", "");
        await commit({ noEntry: "test", all: true, env: {} });
      } finally {
        delete process.env.GIT_AUTHOR_NAME;
      }
      assert.match(await by(), /^Ada Lovelace <ada@example.org> .* \| Ada Lovelace /);
    });
    it("in a linked work tree", async () => {
      const other = await home.item("gateway", "Beside", { worktree: true });
      const folder = other.worktree as string;
      home.write(path.join(folder, "edge.conf"), "tls\n");
      const made = await home.call.work.commit({ message: "There", repo: folder, entry: "TLS", all: true });
      assert.deepEqual([made.item, made.left], [other.id, []]);
      assert.equal(await home.must(folder, "status", "--porcelain"), "");
      assert.equal(await status(), "");
    });

    it("what a person's own hook adds", async () => {
      home.script(
        path.join(top, ".git/hooks/pre-commit.before-calcifer"),
        "echo formatted >edge.conf && git add edge.conf",
      );
      lie("edge.conf", "tls\n");
      await git("add", "edge.conf");
      await commit({ entry: "TLS" });
      assert.equal(await committed("edge.conf"), "formatted\n");
      assert.equal(await status(), "");
    });

    it("the end of a merge, as a whole", async () => {
      await home.commit(top, `Mine\n\nCalcifer-Waiver: entry; x\n${trailer()}`, { "edge.conf": "mine\n" });
      await git("switch", "-q", "main");
      await home.commit(top, "Theirs\n\nCalcifer-Waiver: entry; x", { "edge.conf": "theirs\n" });
      await git("switch", "-q", `work/${id}-add-tls`);
      assert.equal((await home.git(top, "merge", "-q", "main")).code, 1);
      assert.equal((await refusedWithoutATrace({})).fault, "refused");
      lie("edge.conf", "both\n");
      await git("add", "edge.conf");
      assert.deepEqual(await said(commit({ paths: ["edge.conf"] })), {
        fault: "refused",
        message: "git is in the middle of a merge, which is committed as a whole.",
        hint: "Leave the paths out: what is staged is committed, with the merge.",
      });
      await commit({ message: "Merge main" });
      assert.equal((await git("log", "-1", "--format=%P")).split(" ").length, 2);
      assert.equal(await status(), "");
    });

    it("a fragment, where the policy keeps entries so", async () => {
      const apart = await home.service("apart", { ".calcifer.yaml": "changes: { entries: fragments }\n", x: "1\n" });
      const other = await home.item("apart", "Add TLS");
      home.write(path.join(apart, "x"), "2\n");
      const made = await home.call.work.commit({
        message: "One",
        repo: apart,
        entry: "TLS on all endpoints",
        section: "Added",
        all: true,
      });
      assert.deepEqual(
        made.files.map((f) => f.path),
        [`changes/${other.id}-add-tls.md`, "x"],
      );
      assert.equal(home.read(apart, `changes/${other.id}-add-tls.md`), "section: Added\n\nTLS on all endpoints\n");
      home.write(path.join(apart, "x"), "3\n");
      await home.call.work.commit({ message: "Two", repo: apart, entry: "And on others", all: true });
      assert.match(home.read(apart, `changes/${other.id}-add-tls.md`), /TLS on all endpoints\nAnd on others\n$/);
    });
  });

  describe("how it says no", () => {
    it("without an entry: the gate's words, the reason, and nothing has moved", async () => {
      lie("edge.conf", "tls\n");
      await git("add", "edge.conf");
      lie("other.conf", "x\n");
      const message = `CHANGES.md has no entry for #${id} "Add TLS".`;
      const next = 'calcifer commit -m "…" --entry "what readers should know"';
      for (const more of [{}, { all: true }, { paths: ["other.conf"] }])
        assert.deepEqual(await refusedWithoutATrace(more), {
          fault: "refused",
          message,
          reasons: [{ check: "entry", message, next }],
          hint: nothingMoved,
        });
    });

    it("a person's own hook: its first line", async () => {
      home.script(
        path.join(top, ".git/hooks/pre-commit.before-calcifer"),
        "echo 'lint: edge.conf:1 is wrong' >&2; echo more >&2; exit 1",
      );
      lie("edge.conf", "tls\n");
      await git("add", "edge.conf");
      assert.deepEqual(await refusedWithoutATrace({ entry: "TLS" }), {
        fault: "refused",
        message: "lint: edge.conf:1 is wrong.",
        hint: nothingMoved,
      });
    });

    it("nothing to commit, or nothing of it staged", async () => {
      assert.deepEqual(await refusedWithoutATrace({}), { fault: "refused", message: "There is nothing to commit." });
      lie("edge.conf", "tls\n");
      lie("new", "x\n");
      assert.deepEqual(await refusedWithoutATrace({}), {
        fault: "refused",
        message: "Nothing is staged.",
        reasons: [
          { check: "uncommitted", message: " M edge.conf" },
          { check: "uncommitted", message: "?? new" },
        ],
        hint: "Take them all with --all, name paths, or stage them: git add",
      });
    });

    it("parameters that contradict each other, or say nothing", async () => {
      const says = async (more: Partial<Asked>) => {
        const { fault, message } = await refusedWithoutATrace(more);
        return [fault, message];
      };
      lie("edge.conf", "tls\n");
      assert.deepEqual(await says({ entry: "a", noEntry: "b" }), [
        "invalid",
        "entry: give an entry, or a reason for none with --no-entry; not both.",
      ]);
      assert.deepEqual(await says({ all: true, paths: ["a"] }), ["invalid", "paths: give paths, or --all; not both."]);
      for (const entry of [" ", `(#${id})`, "(#1) (#2)"])
        assert.deepEqual(await says({ entry, all: true }), ["invalid", "entry: is empty; write one line for readers."]);
      assert.deepEqual((await said(home.call.work.commit({ message: "x" }))).message, "repo: no repository was named.");
    });

    it("an identity that is none of git's, or would be two lines of a commit", async () => {
      lie("a", "");
      const asked = async (env: object) => (await refusedWithoutATrace({ entry: "TLS", all: true, env })).message;
      assert.match(await asked({ GIT_DIR: "/tmp" }), /^env/);
      assert.match(await asked({ GIT_AUTHOR_NAME: "Ada\nparent 0" }), /must have no control characters$/);
      assert.match(await asked({ GIT_AUTHOR_NAME: 7 }), /^env/);
      assert.match(await asked({ GIT_AUTHOR_DATE: "some day" }), /^[Ii]nvalid date format: some day/);
    });
    it("a path that is not there", async () => {
      assert.deepEqual(await refusedWithoutATrace({ entry: "TLS", paths: ["edge.cnf"] }), {
        fault: "missing",
        message: "pathspec 'edge.cnf' did not match any files.",
        hint: "See what there is: git status",
      });
    });

    it("on the trunk: only on the record", async () => {
      await git("switch", "-q", "main");
      lie("edge.conf", "tls\n");
      const message = 'main is protected: "Terminate TLS" may come to it only by a work item\'s merge.';
      assert.deepEqual(await refusedWithoutATrace({ entry: "TLS", all: true }), {
        fault: "refused",
        message,
        reasons: [{ check: "protected", message, next: 'calcifer work add "what you are changing"' }],
        hint: nothingMoved,
      });
      const made = await commit({ noEntry: "set-up", all: true });
      assert.deepEqual([made.branch, made.item], ["main", null]);
      assert.equal(await git("log", "-1", "--format=%B"), "Terminate TLS\n\nCalcifer-Waiver: entry; set-up");
    });

    it("on a branch of no item: a plain commit", async () => {
      await git("switch", "-q", "-C", "free");
      lie("edge.conf", "free\n");
      const made = await commit({ entry: "For readers", all: true });
      assert.deepEqual([made.item, made.entry], [null, "For readers"]);
      assert.equal(await git("log", "-1", "--format=%B"), "Terminate TLS");
      assert.match(read("CHANGES.md"), /- For readers\n/);
    });

    it("on no branch, in the middle of a rebase, in a bare repository", async () => {
      await git("switch", "-q", "--detach");
      assert.deepEqual(await said(commit({})), {
        fault: "refused",
        message: "HEAD is on no branch here, so a commit would belong to nothing.",
        hint: "Switch to an item's branch: calcifer work start <id>",
      });
      lie(".git/REVERT_HEAD", "x");
      assert.equal((await said(commit({}))).message, "git is in the middle of a rebase, cherry-pick or revert.");
      rmSync(path.join(top, ".git/REVERT_HEAD"));
      const bare = `${top}.bare`;
      await home.must(home.folder, "clone", "-q", "--bare", top, bare);
      assert.equal(
        (await said(commit({ repo: bare }))).message,
        `${bare} is a bare repository: there is nothing to commit in.`,
      );
    });

    it("a changes file that is a link: nothing is written through it", async () => {
      home.write("outside.md", "mine\n");
      rmSync(path.join(top, "CHANGES.md"));
      symlinkSync(home.path("outside.md"), path.join(top, "CHANGES.md"));
      await git("add", "-A");
      const { fault, message } = await said(commit({ entry: "TLS" }));
      assert.deepEqual(
        [fault, message],
        ["refused", "CHANGES.md is a symbolic link, and Calcifer does not write through it."],
      );
      assert.equal(home.read("outside.md"), "mine\n");
      assert.equal(await git("rev-parse", "HEAD"), await git("rev-parse", "main"));
    });

    it("a git that does not know who commits", async () => {
      const before = home.read("gitconfig");
      home.write("gitconfig", before.replace(/\[user\]\n.*\n.*\n/, "[user]\n\tuseConfigOnly = true\n"));
      lie("edge.conf", "tls\n");
      await git("add", "edge.conf");
      try {
        assert.deepEqual(await refusedWithoutATrace({ entry: "TLS" }), {
          fault: "refused",
          message: "git does not know who you are.",
          hint: 'Tell it: git config --global user.name "You" and git config --global user.email you@example.org',
        });
      } finally {
        home.write("gitconfig", before);
      }
    });

    it("hooks that were taken away do not open the gate", async () => {
      for (const hook of ["pre-commit", "commit-msg", "reference-transaction"])
        chmodSync(path.join(top, ".git/hooks", hook), 0o644);
      try {
        lie("edge.conf", "without hooks\n");
        assert.match((await refusedWithoutATrace({ all: true })).message, /has no entry/);
      } finally {
        await home.call.service.doctor({ service: "gateway", fix: true });
      }
    });
  });

  it("what is uncommitted, and whose", async () => {
    lie("edge.conf", "x\n");
    const files = [{ state: " M", path: "edge.conf" }];
    assert.deepEqual(await home.call.work.uncommitted({ repo: top }), {
      branch: `work/${id}-add-tls`,
      item: id,
      files,
    });
    await git("switch", "-q", "--detach");
    assert.deepEqual(await home.call.work.uncommitted({ repo: top }), { branch: null, item: null, files });
    assert.equal((await said(home.call.work.uncommitted({}))).message, "repo: no repository was named.");
  });

  it("what is uncommitted where there is no work tree: that there is none", async () => {
    const bare = `${top}.bare.git`;
    await git("clone", "-q", "--bare", ".", bare);
    for (const repo of [bare, path.join(top, ".git")])
      assert.deepEqual(await said(home.call.work.uncommitted({ repo })), {
        fault: "missing",
        message: `${repo} has no work tree, so nothing is uncommitted there.`,
        hint: "See where there is one: git worktree list",
      });
  });

  it("a waiver that waits is used up by the next commit without an entry, with and without hooks", async () => {
    const trailers = () => git("log", "-1", "--format=%(trailers:key=Calcifer-Waiver,valueonly)");
    for (const hooks of [true, false]) {
      await home.call.gate.waive({ check: "entry", reason: `for ${hooks}`, repo: top });
      lie("edge.conf", `${hooks}\n`);
      if (!hooks) for (const hook of ["pre-commit", "commit-msg"]) chmodSync(path.join(top, ".git/hooks", hook), 0o644);
      try {
        await home.call.work.commit({ message: "Note", repo: top, all: true });
      } finally {
        await home.call.service.doctor({ service: "gateway", fix: true });
      }
      assert.equal(await trailers(), `entry; for ${hooks}`);
      lie("edge.conf", `${hooks}, again\n`);
      assert.match(
        (await said(home.call.work.commit({ message: "Note", repo: top, all: true }))).message,
        /has no entry/,
      );
    }
  });

  it("policy first: the second commit needs no entry", async () => {
    const first = await home.service("first", { ".calcifer.yaml": "changes: { commit: first }\n", x: "1\n" });
    await home.item("first", "Once");
    const act = (more: object) => home.call.work.commit({ message: "x", repo: first, all: true, ...more });
    home.write(path.join(first, "x"), "2\n");
    assert.match((await said(act({}))).message, /has no entry/);
    await act({ entry: "Once" });
    home.write(path.join(first, "x"), "3\n");
    await act({});
  });
});
