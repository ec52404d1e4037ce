// What git is asked before a verdict, and what it answers: real repositories, each with one thing about it.
import assert from "node:assert/strict";
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import path from "node:path";
import { Home } from "../test/home.ts";
import { branch, changes, item, Sample, trailer, withRepo } from "../test/sample.ts";
import { commitFacts, gitVersion, isBare, uncommitted } from "./facts.ts";
import { gitIn, lines } from "./git.ts";
import { mergedTree, withFile } from "./merging.ts";
import { policyNow } from "./policy-in-force.ts";
import { isUnknown } from "./unknown.ts";

let home: Home;
describe("facts", () => {
  before(() => {
    home = new Home();
  });
  after(() => home.leave());

  let count = 0;
  const sample = (policy?: string) => Sample.in(home, `r${++count}`, policy);

  describe("entries of a branch", () => {
    it("one that the branch adds", async () => {
      const s = await sample();
      await s.commit({ entry: "TLS on all endpoints" });
      const { entries, entryProblems, commits } = await s.facts();
      assert.deepEqual(isUnknown(entries) ? entries : entries.map((e) => e.text), ["TLS on all endpoints (#42)"]);
      assert.deepEqual(entryProblems, []);
      assert.equal(isUnknown(commits) ? commits : commits[0]?.entry, true);
    });

    it("not one that the trunk had already", async () => {
      const s = await sample();
      await s.onMain(() => s.commit({ entry: "Before" }));
      await s.git("merge", "-q", "--ff-only", "main");
      await s.commit({ entry: null, files: { "edge.conf": "tls\n" } });
      assert.deepEqual((await s.facts()).entries, []);
    });

    it("not somebody else's entry, edited", async () => {
      const s = await sample();
      await s.commit({
        entry: null,
        files: { "CHANGES.md": changes.replace("An older one", "An older one, improved") },
      });
      const { entries, commits } = await s.facts();
      assert.deepEqual(entries, []);
      assert.equal(isUnknown(commits) ? commits : commits[0]?.entry, false);
    });

    it("not somebody else's entry that now names the item, too, unless it is under Unreleased", async () => {
      const s = await sample();
      await s.commit({
        entry: null,
        files: { "CHANGES.md": changes.replace("The first (#1)", "The first (#1) (#42)") },
      });
      const { entries, entryProblems } = await s.facts();
      assert.deepEqual(entries, []);
      assert.deepEqual(entryProblems, [
        { line: 9, message: 'The entry of #42 stands under "1.0.0", not under Unreleased.' },
      ]);
    });

    it("against the merge base, though the trunk has gone on", async () => {
      const s = await sample();
      await s.commit();
      await s.onMain(() => s.commit({ entry: "Meanwhile", trailers: [] }));
      const { entries } = await s.facts();
      assert.deepEqual(isUnknown(entries) ? entries : entries.map((e) => e.text), ["TLS (#42)"]);
    });

    it("one added and taken out again is none", async () => {
      const s = await sample();
      await s.commit();
      await s.commit({ message: "Not that", entry: null, files: { "CHANGES.md": changes } });
      const { entries, commits } = await s.facts();
      assert.deepEqual(entries, []);
      assert.deepEqual(isUnknown(commits) ? commits : commits.map((c) => c.entry), [true, false]);
    });

    it("fragments: each its own file, for its own item, with words in it", async () => {
      const s = await sample("changes: { entries: fragments }\n");
      await s.commit({
        entry: null,
        files: { "changes/42-add-tls.md": "section: Added\n\nTLS\n", "changes/7-x.md": "No\n" },
      });
      await s.commit({ entry: null, files: { "changes/42-more.md": "\n" } });
      await s.commit({ entry: null, files: { "docs/changes/42-add-tls.md": "Elsewhere\n" } });
      const { entries, entryProblems, commits } = await s.facts();
      assert.deepEqual(isUnknown(entries) ? entries : entries.map((e) => [e.section, e.text]), [["Added", "TLS"]]);
      assert.deepEqual(entryProblems, [{ line: 1, message: "changes/42-more.md has no text." }]);
      assert.deepEqual(isUnknown(commits) ? commits : commits.map((c) => c.entry), [true, true, false]);
    });
  });

  describe("commits of a branch", () => {
    it("who, when, whose, what was waived", async () => {
      const s = await sample("changes: { ignore: ['docs/**'] }\n");
      const first = await s.commit({ message: "One" });
      await s.commit({ message: "Two", entry: null, files: { "docs/a b.md": "x" }, trailers: [] });
      await s.commit({ message: "Three", entry: null, trailers: ["Calcifer-Waiver: entry; why not", trailer] });
      const { commits } = await s.facts();
      assert.ok(!isUnknown(commits));
      assert.deepEqual(
        commits.map(({ id: _, at: __, ...c }) => c),
        [
          { subject: "One", author: "Ada Lovelace", keys: [item.key], waivers: [], exempt: false, entry: true },
          { subject: "Two", author: "Ada Lovelace", keys: [], waivers: [], exempt: true, entry: false },
          {
            subject: "Three",
            author: "Ada Lovelace",
            keys: [item.key],
            waivers: [{ check: "entry", reason: "why not" }],
            exempt: true,
            entry: false,
          },
        ],
      );
      assert.equal(commits[0]?.id, first);
      assert.match(commits[0]?.at ?? "", /^\d{4}-\d\d-\d\dT/);
    });

    it("merges of the trunk into the branch are not judged, and what came with them is not the branch's", async () => {
      const s = await sample();
      await s.commit();
      await s.onMain(() => s.commit({ message: "Theirs", entry: null, files: { "other.conf": "x\n" }, trailers: [] }));
      await s.git("merge", "-q", "--no-ff", "-m", "Merge main", "main");
      const { commits, touched, moved, conflicts } = await s.facts();
      assert.deepEqual(isUnknown(commits) ? commits : commits.map((c) => c.subject), ["Terminate TLS"]);
      assert.deepEqual([touched, moved, conflicts], [["CHANGES.md"], [], []]);
    });

    it("of a branch without commits", async () => {
      const s = await sample();
      const facts = await s.facts();
      assert.deepEqual([facts.commits, facts.entries, facts.touched, facts.merged], [[], [], [], false]);
    });

    it("an odd message breaks nothing: quotes, control characters, no body, latin1", async () => {
      const s = await sample();
      await s.git("config", "i18n.commitEncoding", "latin1");
      const odd = ['"quoted" \u001b[1m', "tab\tand \u0001 one", "caf\u00e9"];
      for (const message of odd) await s.commit({ message, entry: null, trailers: [] });
      const { commits } = await s.facts();
      assert.equal(isUnknown(commits) ? commits : commits.length, 3);
    });
  });

  describe("against the trunk", () => {
    it("what has moved on both sides, and where it conflicts", async () => {
      const s = await sample();
      await s.commit({ files: { "edge.conf": "one\nTLS\nthree\n", "mine.conf": "x\n" } });
      await s.onMain(() =>
        s.commit({ entry: null, files: { "edge.conf": "one\nplain\nthree\n", "other.conf": "x\n" }, trailers: [] }),
      );
      const { touched, moved, conflicts, merged } = await s.facts();
      assert.deepEqual(touched, ["CHANGES.md", "edge.conf", "mine.conf"]);
      assert.deepEqual(moved, ["edge.conf"]);
      assert.deepEqual(conflicts, ["edge.conf"]);
      assert.ok(isUnknown(merged));
      assert.equal(
        merged.unknown,
        "the branch conflicts with the trunk, so whether its content is there cannot be told",
      );
    });

    it("two branches that each add an entry never conflict, and both entries stay", async () => {
      for (const attributes of [false, true]) {
        const s = await sample();
        if (attributes) home.write(path.join(s.top, ".git/info/attributes"), "/CHANGES.md merge=calcifer\n");
        await s.commit({ entry: "Mine" });
        await s.onMain(async () => home.commit(s.top, "Theirs", { "CHANGES.md": s.withEntry("Theirs", 43) }));
        assert.deepEqual((await s.facts()).conflicts, []);
        const text = await mergedChanges(s);
        assert.match(
          text,
          /- An older one \(#7\)\n- Theirs \(#43\)\n- Mine \(#42\)\n\n## 1\.0\.0/,
          `attributes: ${attributes}`,
        );
      }
    });

    it("an entry stays unreleased when the trunk made a release meanwhile, also where a text merge would be clean", async () => {
      for (const attributes of [false, true]) {
        const s = await sample();
        if (attributes) home.write(path.join(s.top, ".git/info/attributes"), "/CHANGES.md merge=calcifer\n");
        await s.commit({ entry: "Mine" });
        const released = changes.replace("## Unreleased\n", "## Unreleased\n\n## 1.1.0 - 2026-11-20\n");
        await s.onMain(() => home.commit(s.top, "Release", { "CHANGES.md": released }));
        const text = await mergedChanges(s);
        assert.match(
          text,
          /## Unreleased\n\n- Mine \(#42\)\n\n## 1\.1\.0[^#]*- An older one \(#7\)\n\n## 1\.0\.0/,
          `attributes: ${attributes}`,
        );
      }
    });

    it("the same entry changed in two ways is a conflict, and so is a file deleted on one side", async () => {
      const s = await sample();
      await s.commit({ entry: null, files: { "CHANGES.md": changes.replace("An older one", "Mine") } });
      await s.onMain(() => home.commit(s.top, "x", { "CHANGES.md": changes.replace("An older one", "Theirs") }));
      assert.deepEqual((await s.facts()).conflicts, ["CHANGES.md"]);
      const t = await sample();
      await t.commit();
      await t.onMain(() => home.commit(t.top, "x", { "CHANGES.md": null }));
      assert.deepEqual((await t.facts()).conflicts, ["CHANGES.md"]);
    });

    it("a conflict elsewhere does not blame the changes file, unless that conflicts, too", async () => {
      const s = await sample();
      await s.commit({ files: { "edge.conf": "mine\n" } });
      await s.onMain(async () =>
        home.commit(s.top, "x", { "edge.conf": "theirs\n", "CHANGES.md": s.withEntry("Theirs", 43) }),
      );
      assert.deepEqual((await s.facts()).conflicts, ["edge.conf"]);
      const t = await sample();
      await t.commit({
        entry: null,
        files: { "edge.conf": "mine\n", "CHANGES.md": changes.replace("An older one", "Mine") },
      });
      await t.onMain(() =>
        home.commit(t.top, "x", { "edge.conf": "theirs\n", "CHANGES.md": changes.replace("An older one", "Theirs") }),
      );
      assert.deepEqual((await t.facts()).conflicts, ["CHANGES.md", "edge.conf"]);
    });

    it("criss-cross: two merge bases", async () => {
      const s = await sample();
      await s.commit({ entry: "Mine" });
      await s.onMain(() => home.commit(s.top, "Theirs", { "CHANGES.md": s.withEntry("Theirs", 43) }));
      const [mine, theirs] = [await s.home.tip(s.top, branch), await s.home.tip(s.top, "main")];
      const both = await mergedChanges(s);
      // Each side merges the other's first commit, and goes on.
      for (const [on, other, more] of [
        [branch, theirs, "More"],
        ["main", mine, "Others"],
      ] as const) {
        await s.git("switch", "-q", on);
        await s.home.git(s.top, "merge", "-q", "--no-commit", "--no-ff", other);
        home.write(path.join(s.top, "CHANGES.md"), both);
        await s.git("add", "CHANGES.md");
        await s.git("commit", "-q", "-m", `Merge\n\n${trailer}`);
        await home.commit(s.top, `${more}\n\n${trailer}`, { "CHANGES.md": s.withEntry(more, on === branch ? 42 : 44) });
      }
      await s.git("switch", "-q", branch);
      assert.equal((await s.git("merge-base", "--all", "main", branch)).split("\n").length, 2);
      const { conflicts, merged } = await s.facts();
      assert.deepEqual([conflicts, merged], [[], false]);
      const found = [...(await mergedChanges(s)).matchAll(/^- (.*)$/gm)].map((m) => m[1]);
      assert.deepEqual(found.sort(), [
        "An older one (#7)",
        "Mine (#42)",
        "More (#42)",
        "Others (#44)",
        "The first (#1)",
        "Theirs (#43)",
      ]);
    });

    it("no common history: nothing can be told", async () => {
      const s = await sample();
      await s.git("checkout", "-q", "--orphan", "alone");
      await s.git("branch", "-q", "-D", branch);
      await s.git("checkout", "-q", "-b", branch);
      await s.commit();
      const facts = await s.facts();
      const why = { unknown: "the branch and the trunk share no history" };
      assert.deepEqual(
        [facts.base, facts.commits, facts.entries, facts.touched, facts.moved, facts.conflicts],
        [why, why, why, why, why, why],
      );
      assert.ok(isUnknown(facts.merged));
    });

    it("a shallow clone: cannot tell, and says what to do", async () => {
      const s = await sample();
      await s.commit();
      await s.onMain(() => s.commit({ entry: null, files: { "other.conf": "x\n" }, trailers: [] }));
      const clone = home.path(`r${count}-shallow`);
      await home.must(home.folder, "clone", "-q", "--depth", "1", "--no-single-branch", `file://${s.top}`, clone);
      await home.must(clone, "branch", "-q", "main", "origin/main");
      const { base, commits, conflicts } = await s.facts({}, clone);
      const why = { unknown: "this is a shallow clone; get the history with: git fetch --unshallow" };
      assert.deepEqual([base, commits, conflicts], [why, why, why]);
      await home.must(clone, "fetch", "-q", "--unshallow");
      assert.deepEqual((await s.facts({}, clone)).conflicts, []);
    });
  });

  describe("is it in the trunk?", () => {
    const merged = async (s: Sample, mergedCommit: string | null = null) =>
      (
        await s.facts({
          record: { status: "active", checklist: [], notes: "", document: null, mergedCommit, needs: [], parts: [] },
        })
      ).merged;

    it("a branch just made is not", async () => {
      assert.equal(await merged(await sample()), false);
    });
    it("a merge by hand is seen by ancestry", async () => {
      const s = await sample();
      await s.commit();
      assert.equal(await merged(s), false);
      await s.onMain(() => s.git("merge", "-q", "--no-ff", "--no-edit", branch));
      assert.equal(await merged(s), true);
    });
    it("a fast-forward, too", async () => {
      const s = await sample();
      await s.commit();
      await s.onMain(() => s.git("merge", "-q", "--ff-only", branch));
      assert.equal(await merged(s), true);
    });
    it("a squash is seen by its content", async () => {
      const s = await sample();
      await s.commit({ files: { "edge.conf": "tls\n" } });
      await s.commit({ message: "More", entry: null, files: { "more.conf": "x\n" } });
      await s.onMain(async () => {
        await s.git("merge", "-q", "--squash", branch);
        await s.git("commit", "-q", "-m", "Add TLS (#42)");
        await home.commit(s.top, "Afterwards", { "other.conf": "x\n" });
      });
      assert.equal(await merged(s), true);
    });
    it("a squash that is followed by a change of the same lines cannot be told", async () => {
      const s = await sample();
      await s.commit({ files: { "edge.conf": "tls\n" } });
      await s.onMain(async () => {
        await s.git("merge", "-q", "--squash", branch);
        await s.git("commit", "-q", "-m", "Add TLS (#42)");
        await home.commit(s.top, "Afterwards", { "edge.conf": "tls 1.3\n" });
      });
      assert.ok(isUnknown(await merged(s)));
    });
    it("our own record knows, whatever came after on the trunk; not once the branch goes on", async () => {
      for (const squash of [false, true]) {
        const s = await sample();
        await s.commit({ files: { "edge.conf": "tls\n" } });
        const commit = await s.onMain(async () => {
          await s.git("merge", "-q", ...(squash ? ["--squash", branch] : ["--no-ff", "--no-edit", branch]));
          if (squash) await s.git("commit", "-q", "-m", "Add TLS (#42)");
          const at = await home.tip(s.top);
          await home.commit(s.top, "Afterwards", { "edge.conf": "plain again\n" });
          return at;
        });
        assert.equal(await merged(s, commit), true);
        if (squash) assert.notEqual(await merged(s, null), true, "nobody but the record knows");
        await s.commit({ entry: null, files: { "edge.conf": "more\n" } });
        assert.notEqual(await merged(s, commit), true, `squash: ${squash}`);
      }
    });
  });

  describe("the document", () => {
    const state = async (s: Sample) =>
      (
        await s.facts({
          record: {
            status: "active",
            checklist: [],
            notes: "",
            document: "docs/42.md",
            mergedCommit: null,
            needs: [],
            parts: [],
          },
        })
      ).document;

    it("missing, bare, there; as the branch has it, not as it lies there", async () => {
      const s = await sample();
      home.write(path.join(s.top, "docs/42.md"), "# TLS\n\nUncommitted.\n");
      assert.deepEqual(await state(s), { path: "docs/42.md", state: "missing" });
      await s.commit({ files: { "docs/42.md": "# TLS\n\n## What it does\n\n<!-- say it -->\n" } });
      assert.deepEqual(await state(s), { path: "docs/42.md", state: "bare" });
      await s.commit({ entry: "More", files: { "docs/42.md": "# TLS\n\nIt encrypts.\n" } });
      assert.deepEqual(await state(s), { path: "docs/42.md", state: "there" });
      assert.equal((await s.facts()).document, undefined);
    });
    it("by the policy of the type where there is no database", async () => {
      const s = await sample("types: { maintenance: { document: 'docs/{id}-{slug}.md' } }\n");
      assert.deepEqual((await s.facts({ record: undefined })).document, {
        path: "docs/42-add-tls.md",
        state: "missing",
      });
    });
    it("what counts as bare", () => {
      for (const bare of ["", "\n \n", "# A\n\n## B\n", "# A\r\n<!-- x\ny -->\n", "<!-- never closed"])
        assert.equal(isBare(bare), true, bare);
      for (const some of ["x", "# A\n\nx", "<!-- x --> y", "- "]) assert.equal(isBare(some), false, some);
    });
  });

  describe("what is uncommitted", () => {
    it("changed, staged, new, in folders, with any name", async () => {
      const s = await sample();
      assert.deepEqual((await s.facts()).dirty, []);
      home.write(path.join(s.top, "edge.conf"), "x\n");
      home.write(path.join(s.top, 'new/it\'s "ü"\n.txt'), "x\n");
      home.write(path.join(s.top, "staged"), "x\n");
      await s.git("add", "staged");
      assert.deepEqual((await s.facts()).dirty, [
        { state: " M", path: "edge.conf" },
        { state: "A ", path: "staged" },
        { state: "??", path: 'new/it\'s "ü"\n.txt' },
      ]);
    });
    it("of the linked work tree that has the branch", async () => {
      const s = await sample();
      await s.git("switch", "-q", "main");
      assert.equal((await s.facts()).dirty, undefined, "checked out nowhere");
      const linked = `${s.top}.linked`;
      await s.git("worktree", "add", "-q", linked, branch);
      home.write(path.join(s.top, "edge.conf"), "of main\n");
      assert.deepEqual((await s.facts()).dirty, []);
      home.write(path.join(linked, "x"), "x");
      assert.deepEqual((await s.facts()).dirty, [{ state: "??", path: "x" }]);
      assert.deepEqual((await s.facts({}, linked)).dirty, [{ state: "??", path: "x" }], "asked from there");
      renameSync(linked, `${linked}.away`);
      assert.deepEqual((await s.facts()).dirty, { unknown: `its work tree ${linked} is not there` });
    });
    it("cannot be told where git fails", async () => {
      const s = await sample();
      home.write(path.join(s.top, ".git/index"), "broken");
      const found = await uncommitted(gitIn(s.top), s.top);
      assert.ok(isUnknown(found));
      assert.match(found.unknown, /index file/);
    });
  });

  describe("a commit about to be made", () => {
    const facts = (s: Sample, more: Partial<Parameters<typeof commitFacts>[2]> = {}) =>
      withRepo(s.top, (repo, objects) =>
        commitFacts(repo, objects, { branch, item, trunk: "main", message: "", amending: false, ...more }),
      );

    it("the staged tree counts, not what lies in the work tree", async () => {
      const s = await sample();
      home.write(path.join(s.top, "CHANGES.md"), s.withEntry("TLS"));
      home.write(path.join(s.top, "edge.conf"), "x\n");
      await s.git("add", "edge.conf");
      const before = await facts(s);
      assert.deepEqual([before.changed, before.entryHere], [["edge.conf"], false]);
      await s.git("add", "CHANGES.md");
      const after = await facts(s);
      assert.deepEqual([after.entryHere, after.entryOnBranch], [true, true]);
    });
    it("amending is judged against the commit before", async () => {
      const s = await sample();
      await s.commit();
      assert.equal((await facts(s)).entryHere, false);
      assert.equal((await facts(s, { amending: true })).entryHere, true);
    });
    it("amending the very first commit", async () => {
      const s = await sample();
      await s.git("checkout", "-q", "--orphan", "fresh");
      home.write(path.join(s.top, "CHANGES.md"), s.withEntry("TLS"));
      await s.git("add", "-A");
      assert.equal((await facts(s)).entryHere, true);
      await s.git("commit", "-q", "-m", "x");
      assert.equal((await facts(s, { amending: true })).entryHere, true);
    });
    it("policy first: an earlier commit of the branch has the entry", async () => {
      const s = await sample("changes: { commit: first }\n");
      assert.equal((await facts(s)).entryOnBranch, false);
      await s.commit();
      const found = await facts(s);
      assert.deepEqual([found.entryHere, found.entryOnBranch], [false, true]);
      assert.equal((await facts(s, { trunk: "gone" })).entryOnBranch, false, "without a merge base");
    });
    it("another index than the repository's", async () => {
      const s = await sample();
      home.write(path.join(s.top, "CHANGES.md"), s.withEntry("TLS"));
      const index = path.join(s.top, ".git/next-index");
      const ran = await home.run(s.top, "git", ["add", "CHANGES.md"], { env: { GIT_INDEX_FILE: index } });
      assert.equal(ran.code, 0);
      assert.equal((await facts(s, { indexFile: index })).entryHere, true);
      assert.equal((await facts(s)).entryHere, false);
    });
    it("deleting the changes file is no entry", async () => {
      const s = await sample();
      await s.git("rm", "-q", "CHANGES.md");
      assert.equal((await facts(s)).entryHere, false);
    });
    it("in the middle of a merge or a sequence nothing is asked", async () => {
      const s = await sample();
      home.write(path.join(s.top, "edge.conf"), "x\n");
      await s.git("add", "edge.conf");
      home.write(path.join(s.top, ".git/MERGE_HEAD"), `${await home.tip(s.top)}\n`);
      assert.deepEqual([(await facts(s)).underWay, (await facts(s)).changed], ["merge", []]);
      for (const state of ["CHERRY_PICK_HEAD", "REVERT_HEAD"]) {
        home.write(path.join(s.top, ".git", state), "x\n");
        assert.equal((await facts(s)).underWay, "sequence", state);
        await home.run(s.top, "rm", [`.git/${state}`]);
      }
      for (const state of ["rebase-merge", "rebase-apply", "sequencer"]) {
        mkdirSync(path.join(s.top, ".git", state));
        assert.deepEqual((await facts(s)).changed, [], state);
        assert.equal((await facts(s)).underWay, "sequence", state);
        await home.run(s.top, "rm", ["-r", `.git/${state}`]);
      }
    });
    it("a branch of no item is looked at only where the policy is strict", async () => {
      for (const strict of [true, false]) {
        const s = await sample(`strict: ${strict}\n`);
        home.write(path.join(s.top, "edge.conf"), "x\n");
        await s.git("add", "edge.conf");
        assert.deepEqual((await facts(s, { item: undefined })).changed, strict ? ["edge.conf"] : []);
        assert.deepEqual((await facts(s, { item: undefined, branch: undefined })).changed, []);
      }
    });
    it("what the message waives", async () => {
      const s = await sample();
      assert.deepEqual((await facts(s, { message: "x\n\nCalcifer-Waiver: entry; why\n" })).waived, [
        { check: "entry", reason: "why" },
      ]);
    });
  });

  describe("git itself", () => {
    it("its version as a number", async () => {
      const says = (version: string) => gitVersion(async () => ({ code: 0, stdout: Buffer.from(version), stderr: "" }));
      assert.ok((await says("git version 2.38.0")) >= 2.038);
      assert.ok((await says("git version 2.37.9")) < 2.038);
      assert.ok((await says("git version 2.100.0.windows.1")) > 2.038);
      assert.ok((await says("git version 3.0.0")) > 2.038);
      assert.equal(await says("what?"), 0);
    });
    it("an older one cannot merge without a work tree", async () => {
      const s = await sample();
      await s.commit();
      await withRepo(s.top, async (repo, objects) => {
        const { policy } = await policyNow(repo, objects, "main");
        const [trunkTip, tip] = [await home.tip(s.top, "main"), await home.tip(s.top, branch)];
        const q = { trunkTip, tip, policy };
        assert.deepEqual(await mergedTree(repo, objects, { ...q, mergeTreeWorks: false }), {
          unknown: "git is older than 2.38 and cannot merge without a work tree",
        });
        const failed = await mergedTree(repo, objects, { ...q, tip: "0".repeat(40), mergeTreeWorks: true });
        assert.ok(isUnknown(failed));
      });
    });
    it("what the repository says of merging counts, and nothing is left where people look", async () => {
      const s = await sample();
      const commit = async (files: Record<string, string>, message: string) => {
        for (const [file, text] of Object.entries(files)) home.write(path.join(s.top, file), text);
        await s.git("add", "-A");
        await s.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", message);
        return s.git("rev-parse", "HEAD");
      };
      const base = await commit({ ".gitattributes": "*.list merge=union\n", "a.list": "1\n" }, "base");
      const tip = await commit({ "a.list": "1\n2\n" }, "ours");
      await s.git("checkout", "-q", "--detach", base);
      const trunkTip = await commit({ "a.list": "1\n3\n" }, "theirs");
      await withRepo(s.top, async (repo, objects) => {
        const { policy } = await policyNow(repo, objects, "main");
        const merged = await mergedTree(repo, objects, { trunkTip, tip, policy, mergeTreeWorks: true });
        assert.ok(!isUnknown(merged));
        assert.deepEqual(merged.conflicts, []);
      });
      assert.equal(await s.git("status", "--porcelain"), "");
    });
    it("a tree with one file replaced: mode kept, folders made", async () => {
      const s = await sample();
      await s.commit({ files: { "bin/run": "x\n" } });
      await home.run(s.top, "chmod", ["+x", "bin/run"]);
      await s.commit({ entry: null, files: {}, args: ["-a"] });
      const tree = await s.git("rev-parse", "HEAD^{tree}");
      const git = gitIn(s.top);
      const list = async (t: string) => lines(await git(["ls-tree", "-r", t]));
      const replaced = await withFile(git, tree, "bin/run", "y\n");
      assert.equal(await s.git("cat-file", "blob", `${replaced}:bin/run`), "y");
      assert.match((await list(replaced)).join("\n"), /^100755 blob \w+\tbin\/run$/m);
      const added = await withFile(git, tree, "a/b/c", "new\n");
      assert.deepEqual(
        (await list(added)).filter((l) => !/\ta\/b\/c$/.test(l)),
        await list(tree),
      );
      assert.equal(await s.git("cat-file", "blob", `${added}:a/b/c`), "new");
    });
    it("a symbolic link to a work tree is the same repository", async () => {
      const s = await sample();
      await s.commit();
      symlinkSync(s.top, `${s.top}-link`);
      assert.deepEqual((await s.facts({}, `${s.top}-link`)).conflicts, []);
    });
  });

  /** CHANGES.md as the merge of the branch into main would have it. */
  async function mergedChanges(s: Sample): Promise<string> {
    return withRepo(s.top, async (repo, objects) => {
      const { policy } = await policyNow(repo, objects, "main");
      const [trunkTip, tip] = [await home.tip(s.top, "main"), await home.tip(s.top, branch)];
      const merged = await mergedTree(repo, objects, { trunkTip, tip, policy, mergeTreeWorks: true });
      assert.ok(!isUnknown(merged) && merged.tree !== undefined, JSON.stringify(merged));
      return (await objects.readText(`${merged.tree}:CHANGES.md`)) ?? "";
    });
  }
});
