import assert from "node:assert/strict";
import { chmodSync, existsSync, lstatSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Fault } from "../../protocol/errors.ts";
import { Daemon, type Ground } from "../../test/daemon.ts";

const isFault = (fault: string, message: RegExp) => (error: unknown) =>
  error instanceof Fault && error.fault === fault && message.test(error.message);

describe("changes", () => {
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

  const begun = async (title = "Add TLS") => {
    const { id } = await daemon.client.work.add({ title, service: `s${count}` });
    return daemon.client.work.start({ item: id, repo: ground.top });
  };
  const onTrunk = (files: Record<string, string>, message = "On main") => {
    for (const [file, text] of Object.entries(files)) ground.write(file, text);
    return daemon.client.work.commit({ repo: ground.top, message, noEntry: "test", all: true });
  };
  const policy = (more: string) => onTrunk({ ".calcifer.yaml": `service: s${count}\ntrunk: main\n${more}` });
  const state = async () => [
    await ground.git("rev-parse", "HEAD"),
    await ground.git("status", "--porcelain"),
    ground.read("CHANGES.md"),
  ];

  describe("show", () => {
    it("has what is unreleased, a release, or all", async () => {
      await onTrunk({
        "CHANGES.md": "# Changes\n\n## Unreleased\n\n### Added\n\n- New (#2)\n\n## 1.0.0 - 2026-01-01\n\n- Old (#1)\n",
      });
      const show = (p: object = {}) => daemon.client.changes.show({ repo: ground.top, ...p });
      assert.deepEqual(await show(), {
        file: "CHANGES.md",
        entries: [{ text: "New (#2)", items: [2], section: "Added", line: 7 }],
      });
      assert.deepEqual(
        (await show({ release: "v1.0.0" })).entries.map((e) => e.text),
        ["Old (#1)"],
      );
      assert.deepEqual(
        (await show({ all: true })).entries.map((e) => e.release),
        [undefined, "1.0.0"],
      );
      await assert.rejects(show({ release: "2.0" }), isFault("missing", /no release 2\.0/));
    });

    it("says that there is no file", async () => {
      rmSync(ground.path("CHANGES.md"));
      await assert.rejects(
        daemon.client.changes.show({ repo: ground.top }),
        isFault("missing", /There is no CHANGES\.md/),
      );
    });
  });

  describe("preview", () => {
    const preview = (p: object = {}) => daemon.client.changes.preview({ repo: ground.top, ...p });
    const usual = ["Added", "Changed", "Fixed", "Removed", "Security", "Deprecated"];
    /** `+` before what would be added. */
    const drawn = (lines: { text: string; added: boolean }[]) => lines.map((l) => `${l.added ? "+" : " "}${l.text}`);
    const released =
      "# Changes\n\n## Unreleased\n\n### Under the hood\n\n- Old (#1)\n\n### fixed\n\n- Older (#2)\n\n## 1.0.0\n";

    it("shows the lines that add would write, and writes nothing", async () => {
      await onTrunk({ "CHANGES.md": released });
      const { id } = await begun();
      const before = await state();
      for (const section of [undefined, "Under the hood", "Fixed", "New kind"]) {
        const seen = await preview({ text: "Words", section });
        assert.deepEqual(await state(), before);
        const added = await daemon.client.changes.add({ text: "Words", section, repo: ground.top });
        const lines = ground.read("CHANGES.md").split("\n");
        assert.deepEqual([seen.file, seen.line], [added.file, added.line]);
        assert.equal(lines[added.line - 1], `- Words (#${id})`);
        const was = before[2]?.split("\n") ?? [];
        assert.equal(seen.lines.filter((l) => l.added).length, lines.length - was.length);
        const first = lines.findIndex((_, n) => seen.lines.every((l, i) => lines[n + i] === l.text));
        assert.ok(first >= 0, "the lines stand so in the file");
        assert.equal(seen.lines[added.line - 1 - first]?.added, true);
        assert.deepEqual(seen.sections, [
          "Under the hood",
          "fixed",
          "Added",
          "Changed",
          "Removed",
          "Security",
          "Deprecated",
        ]);
        await ground.git("checkout", "-q", "CHANGES.md");
      }
      const { lines, line } = await preview({ text: "Words", section: "Under the hood" });
      assert.deepEqual(
        [drawn(lines), line],
        [
          ["### Under the hood", "", "- Old (#1)"]
            .map((l) => ` ${l}`)
            .concat(`+- Words (#${id})`, " ", " ### fixed", " "),
          8,
        ],
      );
    });

    it("with a file that is not there, with Windows' line ends, with the same words once more", async () => {
      const { id } = await begun();
      rmSync(ground.path("CHANGES.md"));
      assert.deepEqual(drawn((await preview({ text: "Words", section: "Added" })).lines), [
        "+# Changes",
        "+",
        "+## Unreleased",
        "+",
        "+### Added",
        "+",
        `+- Words (#${id})`,
      ]);
      assert.equal(existsSync(ground.path("CHANGES.md")), false);
      ground.write("CHANGES.md", `# Changes\r\n\r\n## Unreleased\r\n\r\n- Words (#${id})\r\n`);
      const again = await preview({ text: "Words" });
      assert.deepEqual(drawn(again.lines), [" ## Unreleased", " ", ` - Words (#${id})`, `+- Words (#${id})`]);
      assert.equal(again.line, 6);
    });

    it("without words, or none yet: the place, the sub-headings, and what the branch adds already", async () => {
      await onTrunk({ "CHANGES.md": "# Changes\n\n## Unreleased\n\n- Old (#1)\n" });
      const { id } = await begun();
      await daemon.client.work.commit({ repo: ground.top, message: "One", entry: "First", all: true });
      await daemon.client.changes.add({ text: "Second", repo: ground.top });
      for (const text of [undefined, "", " - ", `(#${id})`]) {
        const seen = await preview({ text });
        assert.deepEqual([seen.line, seen.sections], [null, usual]);
        assert.deepEqual(drawn(seen.lines), [" - Old (#1)", ` - First (#${id})`, ` - Second (#${id})`]);
        assert.deepEqual(seen.existing, [
          { text: `First (#${id})`, line: 6 },
          { text: `Second (#${id})`, line: 7 },
        ]);
      }
      await assert.rejects(preview({ text: "Words", section: "1.0.0" }), isFault("invalid", /sub-heading/));
    });

    it("goes where the item is checked out; refuses one that is not; on no item's branch shows a plain entry", async () => {
      const { id } = await daemon.client.work.add({ title: "Beside", service: `s${count}` });
      await assert.rejects(preview({ item: id, text: "x" }), isFault("refused", /not checked out anywhere/));
      const { worktree } = await daemon.client.work.start({ item: id, repo: ground.top, worktree: true });
      ground.at(worktree as string).write("CHANGES.md", "# Changes\n\n## Unreleased\n\n- Beside alone\n");
      assert.match(drawn((await preview({ item: id, text: "x" })).lines).join("\n"), /^ - Beside alone$/m);
      const plain = await preview({ text: "x" });
      assert.deepEqual([drawn(plain.lines).at(-1), plain.existing], ["+- x", []]);
      await assert.rejects(preview({ repo: daemon.folder, text: "x" }), isFault("missing", /not in a git repository/));
      const bare = path.join(daemon.folder, `bare${count}.git`);
      await ground.git("clone", "-q", "--bare", ground.top, bare);
      await assert.rejects(preview({ repo: bare, text: "x" }), isFault("refused", /is a bare repository/));
    });

    it("shows the fragment that would be made, or added to", async () => {
      await policy("changes:\n  entries: fragments\n");
      const { id: planned } = await daemon.client.work.add({ title: "Add TLS", service: `s${count}` });
      await onTrunk({ [`changes/${planned}-before.md`]: "From the trunk\n" });
      const { id } = await daemon.client.work.start({ item: planned, repo: ground.top });
      ground.write("changes/9999-broken.md", "");
      const file = `changes/${id}-add-tls.md`;
      const first = await preview({ text: "Words", section: "Fixed" });
      assert.deepEqual(
        [first.file, first.line, drawn(first.lines), first.existing],
        [file, 3, ["+section: Fixed", "+", "+Words"], []],
      );
      assert.equal(existsSync(ground.path(file)), false);
      assert.deepEqual(drawn((await preview()).lines), []);
      await daemon.client.changes.add({ text: "Words", repo: ground.top });
      const second = await preview({ text: "More" });
      assert.deepEqual([drawn(second.lines), second.line], [[" Words", "+More"], 2]);
      assert.deepEqual(second.existing, [{ text: "Words", line: 1 }]);
    });
  });

  describe("preview says whether a commit needs an entry", () => {
    const needed = async (paths?: string[]) =>
      (await daemon.client.changes.preview({ repo: ground.top, ...(paths && { paths }) })).needed;

    it("each one does, but for files the policy ignores", async () => {
      await policy("changes:\n  ignore: ['docs/**']\n");
      await begun();
      assert.deepEqual(
        [await needed(), await needed(["docs/a.md"]), await needed(["docs/a.md", "b.txt"])],
        [true, false, true],
      );
    });

    for (const entries of ["file", "fragments"])
      it(`none where the commit has one (${entries}), in the files that go into it`, async () => {
        await policy(`changes:\n  entries: ${entries}\n`);
        await begun();
        const { file } = await daemon.client.changes.add({ text: "Words", repo: ground.top });
        assert.deepEqual(
          [await needed(), await needed(["a.txt", file]), await needed(["a.txt"]), await needed([])],
          [false, false, true, true],
        );
        await daemon.client.work.commit({ repo: ground.top, message: "Say it", all: true });
        ground.write(file, `${ground.read(file)}\n`);
        const more = entries === "fragments" ? [false, false] : [true, true];
        assert.deepEqual([await needed(), await needed([file])], more);
        assert.equal(await needed(["a.txt"]), true);
      });

    for (const entries of ["file", "fragments"])
      it(`only the first one does (${entries}), where the policy says so; none on a branch of no item`, async () => {
        await policy(`changes:\n  commit: first\n  entries: ${entries}\n`);
        assert.equal(await needed(), false);
        await begun();
        assert.equal(await needed(), true);
        const { file } = await daemon.client.changes.add({ text: "Words", repo: ground.top });
        assert.deepEqual([await needed(), await needed([file]), await needed(["a.txt"])], [false, false, true]);
        await daemon.client.work.commit({ repo: ground.top, message: "Say it", all: true });
        assert.equal(await needed(["a.txt"]), false);
      });

    it("none while a waiver waits, but again when a commit took it", async () => {
      await begun();
      await daemon.client.gate.waive({ check: "entry", reason: "a typo", repo: ground.top });
      assert.equal(await needed(["a.txt"]), false);
      ground.write("a.txt", "x\n");
      await daemon.client.work.commit({ repo: ground.top, message: "Typo", all: true });
      assert.equal(await needed(["a.txt"]), true);
    });

    it("none while a merge is under way", async () => {
      const { branch } = await begun();
      await ground.git("switch", "-q", "main");
      await onTrunk({ "trunk.txt": "x\n" });
      await ground.git("switch", "-q", branch as string);
      assert.equal(await needed(["trunk.txt"]), true);
      await ground.git("merge", "--no-commit", "--no-ff", "main");
      assert.equal(await needed(["trunk.txt"]), false);
      await ground.git("merge", "--abort");
    });
  });

  describe("add", () => {
    it("writes the entry of the item into its work tree, mode and neighbours kept", async () => {
      await begun();
      chmodSync(ground.path("CHANGES.md"), 0o664);
      const { id } = (await daemon.client.work.list({ service: `s${count}` })).items[0] as { id: number };
      const added = await daemon.client.changes.add({
        text: "TLS on all endpoints",
        repo: ground.top,
        section: "Added",
      });
      assert.deepEqual(added, { file: "CHANGES.md", line: 7, text: `TLS on all endpoints (#${id})` });
      assert.equal(
        ground.read("CHANGES.md"),
        `# Changes\n\n## Unreleased\n\n### Added\n\n- TLS on all endpoints (#${id})\n`,
      );
      assert.equal(statSync(ground.path("CHANGES.md")).mode & 0o777, 0o664);
      assert.equal(await ground.git("status", "--porcelain"), "M CHANGES.md");
    });

    it("goes where the item is checked out, wherever it is asked from", async () => {
      const { id } = await daemon.client.work.add({ title: "Beside", service: `s${count}` });
      const { worktree } = await daemon.client.work.start({ item: id, repo: ground.top, worktree: true });
      await daemon.client.changes.add({ item: id, text: "Beside", repo: ground.top });
      assert.match(ground.at(worktree as string).read("CHANGES.md"), new RegExp(`- Beside \\(#${id}\\)`));
      assert.doesNotMatch(ground.read("CHANGES.md"), /Beside/);
    });

    it("refuses an item that is checked out nowhere, and words that are none", async () => {
      const { id } = await daemon.client.work.add({ title: "Planned", service: `s${count}` });
      await assert.rejects(
        daemon.client.changes.add({ item: id, text: "x", repo: ground.top }),
        isFault("refused", /not checked out anywhere/),
      );
      await begun();
      await assert.rejects(
        daemon.client.changes.add({ text: "(#1)", repo: ground.top }),
        isFault("invalid", /no words/),
      );
      await assert.rejects(
        daemon.client.changes.add({ text: "Words", section: "1.0.0", repo: ground.top }),
        isFault("invalid", /sub-heading/),
      );
    });

    it("follows no link, and writes nothing outside or into git's own folder", async () => {
      const outside = path.join(daemon.folder, `outside${count}`);
      mkdirSync(outside);
      writeFileSync(path.join(outside, "CHANGES.md"), "outside\n");
      await begun();
      rmSync(ground.path("CHANGES.md"));
      symlinkSync(path.join(outside, "CHANGES.md"), ground.path("CHANGES.md"));
      await assert.rejects(
        daemon.client.changes.add({ text: "Words", repo: ground.top }),
        isFault("refused", /is a symbolic link/),
      );
      assert.ok(lstatSync(ground.path("CHANGES.md")).isSymbolicLink());
      assert.equal(ground.at(outside).read("CHANGES.md"), "outside\n");
    });

    for (const [file, why] of [
      ["link/CHANGES.md", /leads out of the repository/],
      ["link/deep/CHANGES.md", /leads out of the repository/],
      [".git/hooks/post-commit", /git's own folder/],
      ["../CHANGES.md", /leads out of the repository/],
    ] as const)
      it(`refuses a policy that names ${file}`, async () => {
        const outside = path.join(daemon.folder, `outside${count}`);
        mkdirSync(outside);
        await ground.git("switch", "-q", "-c", "evil");
        ground.write(".calcifer.yaml", `service: s${count}\ntrunk: main\nchanges:\n  file: ${file}\n`);
        symlinkSync(outside, ground.path("link"));
        await ground.git("add", "-A");
        await ground.git("commit", "-q", "-m", "Evil");
        await ground
          .git("branch", "-f", "main", "evil")
          .catch(() => ground.git("-c", "core.hooksPath=/dev/null", "branch", "-f", "main", "evil"));
        await ground.git("switch", "-q", "main");
        await begun();
        const refused = await daemon.client.changes
          .add({ text: "Words", repo: ground.top })
          .catch((error: unknown) => error);
        // A policy that is wrong may be refused as a whole: then the usual file is written.
        if (refused instanceof Fault) assert.match(refused.message, why);
        else assert.equal((refused as { file: string }).file, "CHANGES.md");
        assert.equal(
          existsSync(path.join(outside, "CHANGES.md")) ||
            existsSync(path.join(outside, "deep")) ||
            existsSync(ground.path(".git/hooks/post-commit")),
          false,
        );
      });

    it("stands under the sub-heading of the item's type, in a file that sorts its entries: as a commit's does", async () => {
      await onTrunk({ "CHANGES.md": "# Changes\n\n## Unreleased\n\n### Changed\n\n- Old (#1)\n" });
      const { id } = await daemon.client.work.add({ title: "Bug", type: "bug", service: `s${count}` });
      await daemon.client.work.start({ item: id, repo: ground.top });
      await daemon.client.changes.add({ text: "Words", repo: ground.top });
      assert.match(ground.read("CHANGES.md"), /- Old \(#1\)\n\n### Fixed\n\n- Words \(#\d+\)\n$/);
    });

    it("writes a fragment where the policy keeps them, and adds to it", async () => {
      await policy("changes:\n  entries: fragments\n");
      const { id } = await begun();
      const first = await daemon.client.changes.add({
        text: "TLS on all endpoints",
        section: "Added",
        repo: ground.top,
      });
      assert.deepEqual(first, { file: `changes/${id}-add-tls.md`, line: 3, text: "TLS on all endpoints" });
      await daemon.client.changes.add({ text: "And inside", repo: ground.top });
      assert.equal(ground.read(first.file), "section: Added\n\nTLS on all endpoints\nAnd inside\n");
      assert.deepEqual(
        (await daemon.client.changes.show({ repo: ground.top })).entries.map((e) => [e.items, e.section]),
        [[[id], "Added"]],
      );
      await ground.git("add", "-A");
      const made = await ground.tried("commit", "-q", "-m", "With a fragment");
      assert.equal(made.code, 0, made.stderr);
    });
  });

  describe("release", () => {
    const release = (p: object = {}) =>
      daemon.client.changes.release({ version: "1.4.0", date: "2026-11-20", repo: ground.top, ...p });
    const entries = "# Changes\n\n## Unreleased\n\n- One (#1)\n- Two (#2)\n";

    it("dates what is unreleased, commits and tags it, past the guard of the trunk", async () => {
      await onTrunk({ "CHANGES.md": entries });
      ground.write("staged.txt", "s");
      await ground.git("add", "staged.txt");
      ground.write("README.md", "# Not committed\n");
      const done = await release();
      assert.deepEqual([done.version, done.tag, done.entries], ["1.4.0", "v1.4.0", 2]);
      assert.equal(
        ground.read("CHANGES.md"),
        "# Changes\n\n## Unreleased\n\n## 1.4.0 - 2026-11-20\n\n- One (#1)\n- Two (#2)\n",
      );
      assert.equal(await ground.git("rev-parse", "main", "v1.4.0^{commit}"), `${done.commit}\n${done.commit}`);
      assert.equal(await ground.git("cat-file", "-t", "v1.4.0"), "tag");
      assert.match(
        await ground.git("log", "-1", "--format=%B"),
        /^Release 1\.4\.0\n\nCalcifer-Waiver: entry; release 1\.4\.0$/,
      );
      assert.equal(await ground.git("show", "--format=", "--name-only", "HEAD"), "CHANGES.md");
      assert.equal((await ground.tried("status", "--porcelain")).stdout, " M README.md\nA  staged.txt\n");
      const told = await daemon.event(
        (e) => e.name === "changes.released" && e.service === `s${count}`,
        "the release is told",
      );
      assert.deepEqual(told.data, { version: "1.4.0", commit: done.commit });
    });

    it("takes v1.4.0 for 1.4.0, today without a date, and no tag when asked", async () => {
      await onTrunk({ "CHANGES.md": entries });
      const done = await release({ version: "v1.4.0", date: undefined, noTag: true });
      assert.deepEqual([done.version, done.tag], ["1.4.0", null]);
      assert.match(ground.read("CHANGES.md"), /^## 1\.4\.0 - \d{4}-\d\d-\d\d$/m);
      assert.equal(await ground.git("tag"), "");
    });

    it("gathers the fragments, and deletes them", async () => {
      await policy("changes:\n  entries: fragments\n");
      await onTrunk({
        "changes/12-b.md": "section: Fixed\n\nTwelve\n",
        "changes/3-a.md": "Three\n",
        "changes/README.md": "kept\n",
        "CHANGES.md": "# Changes\n\n## Unreleased\n",
      });
      const done = await release();
      assert.equal(done.entries, 2);
      const text = ground.read("CHANGES.md");
      assert.match(text, /## 1\.4\.0 - 2026-11-20/);
      assert.match(text, /- Three \(#3\)/);
      assert.match(text, /### Fixed\n\n- Twelve \(#12\)/);
      assert.equal(await ground.git("ls-files", "changes"), "changes/README.md");
      assert.equal(existsSync(ground.path("changes/3-a.md")), false);
      assert.equal(await ground.git("status", "--porcelain"), "");
    });

    const refusals: [string, string, RegExp, () => Promise<unknown>, object?][] = [
      ["a tag that is there", "conflict", /tag v1\.4\.0 already/, () => ground.git("tag", "v1.4.0")],
      [
        "a version that is there",
        "conflict",
        /1\.4\.0 is in the file already/,
        () => onTrunk({ "CHANGES.md": `${entries}\n## 1.4.0 - 2026-01-01\n\n- Old (#1)\n` }),
      ],
      [
        "nothing to release",
        "refused",
        /nothing to release/,
        () => onTrunk({ "CHANGES.md": "# Changes\n\n## Unreleased\n\n" }),
      ],
      [
        "a changes file that is not committed",
        "refused",
        /uncommitted: CHANGES\.md/,
        async () => ground.write("CHANGES.md", `${entries}- Three (#3)\n`),
      ],
      ["another branch than the trunk", "refused", /made on main/, () => ground.git("switch", "-q", "-c", "other")],
      ["a date there is not", "invalid", /date/, async () => {}, { date: "2026-02-30" }],
      ["a version that is none", "invalid", /1\.4\.0/, async () => {}, { version: "next" }],
    ];
    for (const [what, fault, message, prepare, p] of refusals)
      it(`refuses ${what}, and nothing has changed`, async () => {
        await onTrunk({ "CHANGES.md": entries });
        await prepare();
        const before = await state();
        await assert.rejects(release(p), isFault(fault, message));
        assert.deepEqual(await state(), before);
      });

    it("is undone as a whole when a hook of the repository's own says no", async () => {
      await onTrunk({ "CHANGES.md": entries });
      const before = await state();
      const hook = ground.path(".git/hooks/commit-msg");
      writeFileSync(hook, "#!/bin/sh\necho no release on fridays >&2\nexit 1\n", { mode: 0o755 });
      await assert.rejects(release(), isFault("refused", /no release on fridays/));
      assert.deepEqual(await state(), before);
      assert.equal(await ground.git("tag"), "");
    });

    it("works from another work tree, on the one that has the trunk", async () => {
      await onTrunk({ "CHANGES.md": entries });
      await ground.git("worktree", "add", "-q", "-b", "side", `${ground.top}-side`);
      const done = await daemon.client.changes.release({ version: "1.4.0", repo: `${ground.top}-side` });
      assert.equal(await ground.git("rev-parse", "main"), done.commit);
      assert.match(ground.read("CHANGES.md"), /## 1\.4\.0/);
    });
  });
});
