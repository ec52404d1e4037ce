// Verdicts on real repositories: which policy counts, what `judged` catches, what CI can say without a database.
import assert from "node:assert/strict";
import path from "node:path";
import { Fault } from "../protocol/errors.ts";
import { Home, said } from "../test/home.ts";
import { branch, item, Sample, trailer, withRepo } from "../test/sample.ts";
import { judgeRange, tipsOf, trunkOf, worktreeOf } from "./judge.ts";
import { policyNow } from "./policy-in-force.ts";
import { openRepo } from "./repo.ts";
import type { CheckId } from "./rules.ts";

const root = path.dirname(import.meta.dirname);
let home: Home;
describe("judge", () => {
  before(() => {
    home = new Home();
  });
  after(() => home.leave());

  let count = 0;
  const sample = (policy?: string) => Sample.in(home, `r${++count}`, policy);
  const nothing = {
    status: "active",
    checklist: [],
    notes: "",
    document: null,
    mergedCommit: null,
    needs: [],
    parts: [],
  };

  async function check(s: Sample, id: CheckId): Promise<{ state: string; message: string } | undefined> {
    const found = (await s.judge()).merge.checks.find((c) => c.id === id);
    return found && { state: found.state, message: found.message };
  }

  describe("a branch", () => {
    it("ready, then merged", async () => {
      const s = await sample();
      await s.commit();
      const before = await s.judge();
      assert.deepEqual([before.merge.state, before.merge.line], ["yes", '#42 "Add TLS" is ready to merge into main.']);
      assert.deepEqual(
        [before.complete.state, before.complete.line],
        ["no", '#42 "Add TLS" cannot be completed yet: work/42-add-tls is not merged into main.'],
      );
      await s.onMain(() => s.git("merge", "-q", "--no-ff", "--no-edit", branch));
      const after = await s.judge();
      assert.equal(after.complete.line, '#42 "Add TLS" can be completed.');
      assert.equal(after.merge.state, "yes", "what is in the trunk already holds nothing up");
    });
    it("nothing done yet", async () => {
      const { merge } = await (await sample()).judge({ record: nothing });
      assert.equal(
        merge.line,
        '#42 "Add TLS" cannot merge into main yet, 3 to do: CHANGES.md has no entry for #42 "Add TLS".',
      );
      const open = merge.checks.filter((c) => c.required && c.state === "no");
      assert.deepEqual(
        open.map((c) => c.id),
        ["entry", "notes", "judged"],
      );
    });
    it("frozen commits are judged, whatever the branch does meanwhile", async () => {
      const s = await sample();
      await s.commit();
      const tips = { tip: await home.tip(s.top), trunkTip: await home.tip(s.top, "main") };
      await s.commit({ entry: null, trailers: [], files: { "x.conf": "x\n" } });
      assert.equal((await s.judge({ tips })).merge.state, "yes");
      assert.equal((await s.judge()).merge.state, "no");
    });
    it("a branch or a trunk that is gone is named", async () => {
      const s = await sample();
      const hint = `Look what there is: git -C "${s.top}" branch`;
      const missing = (name: string) => ({
        fault: "missing",
        message: `There is no branch ${name} in ${s.top}.`,
        hint,
      });
      assert.deepEqual(await said(s.judge({ branch: "work/gone" })), missing("work/gone"));
      assert.deepEqual(await said(s.judge({ trunk: "gone" })), missing("gone"));
      await withRepo(s.top, (repo) => assert.rejects(tipsOf(repo, "../../HEAD", "main"), Fault));
    });
  });

  describe("judged", () => {
    it("catches what --no-verify let through: no trailer, no entry", async () => {
      const s = await sample();
      await s.commit();
      const id = (await s.commit({ message: "Sneak", entry: null, trailers: [], files: { "x.conf": "x\n" } })).slice(
        0,
        8,
      );
      assert.deepEqual(await check(s, "judged"), {
        state: "no",
        message: `${id} "Sneak" has no Work-Item trailer of #42.`,
      });
      const t = await sample();
      await t.commit();
      const other = (await t.commit({ message: "Sneak", entry: null, files: { "x.conf": "x\n" } })).slice(0, 8);
      assert.deepEqual(await check(t, "judged"), {
        state: "no",
        message: `${other} "Sneak" has no entry in CHANGES.md and no waiver.`,
      });
    });
    it("a waiver in the commit itself, with who, when and why", async () => {
      const s = await sample();
      await s.commit();
      const id = await s.commit({
        entry: null,
        trailers: ["Calcifer-Waiver: entry; generated", trailer],
        files: { "x.conf": "x\n" },
      });
      const day = new Date().toISOString().slice(0, 10);
      const { merge } = await s.judge();
      assert.deepEqual(
        merge.checks.find((c) => c.id === "judged"),
        {
          id: "judged",
          state: "yes",
          message: "2 commits judged, 1 with a waiver.",
          detail: [`${id.slice(0, 8)} Ada Lovelace, ${day}: generated`],
          required: true,
        },
      );
    });
    it("a waiver of judged, in a commit after them", async () => {
      const s = await sample();
      await s.commit();
      await s.commit({ message: "Sneak", entry: null, trailers: [], files: { "x.conf": "x\n" } });
      await s.commit({ entry: null, trailers: ["Calcifer-Waiver: judged; from before the hooks", trailer] });
      assert.equal((await check(s, "judged"))?.state, "yes");
      await s.commit({ message: "Again", entry: null, trailers: [], files: { "y.conf": "x\n" } });
      assert.equal((await check(s, "judged"))?.state, "no");
    });
    it("reverts and fixups keep git's message, and need an entry or a waiver all the same", async () => {
      const s = await sample("changes: { commit: first }\n");
      await s.commit({ files: { "x.conf": "x\n" } });
      await s.git("revert", "--no-edit", "HEAD");
      assert.equal(await s.git("log", "-1", "--format=%s"), 'Revert "Terminate TLS"');
      await s.commit({ message: "fixup! Terminate TLS", entry: "TLS", trailers: [] });
      assert.equal((await check(s, "judged"))?.state, "yes");
      const every = await sample();
      await every.commit({ files: { "x.conf": "x\n" } });
      await every.commit({ message: "fixup! Terminate TLS", entry: null, trailers: [], files: { "x.conf": "y\n" } });
      assert.match((await check(every, "judged"))?.message ?? "", /"fixup! Terminate TLS" has no entry in CHANGES\.md/);
    });
    it("policy off and ignored files", async () => {
      const s = await sample("changes: { commit: off, ignore: ['docs/**'] }\n");
      await s.commit({ entry: null, files: { "x.conf": "x\n" } });
      assert.equal((await check(s, "judged"))?.state, "yes");
      assert.equal((await check(s, "entry"))?.state, "no", "commits may go without, the merge may not");
      const t = await sample("changes: { ignore: ['docs/**'] }\n");
      await t.commit({ entry: null, files: { "docs/how.md": "x\n" } });
      assert.equal((await t.judge()).merge.state, "yes");
      assert.equal((await check(t, "entry"))?.message, "No entry is needed: the policy ignores every file it changes.");
    });
    it("a merge that was amended with more; one as git made it, or a person resolved it, is fine", async () => {
      const s = await sample();
      await s.commit({ files: { "edge.conf": "mine\n" } });
      await s.onMain(() => home.commit(s.top, "Theirs", { "edge.conf": "theirs\n" }));
      await home.git(s.top, "merge", "-q", "--no-edit", "main");
      home.write(path.join(s.top, "edge.conf"), "both\n");
      await s.git("commit", "-q", "-a", "--no-edit");
      assert.deepEqual(await check(s, "judged"), { state: "yes", message: "1 commit judged." });
      await s.onMain(() => home.commit(s.top, "More", { "o.conf": "x\n" }));
      await s.git("merge", "-q", "--no-edit", "main");
      assert.equal((await check(s, "judged"))?.state, "yes");
      home.write(path.join(s.top, "o.conf"), "sneaked\n");
      await s.git("commit", "-q", "-a", "--amend", "--no-edit");
      const why = /^\w{8} "Merge branch 'main' into work\/42-add-tls" has no Work-Item trailer of #42\.$/;
      assert.match((await check(s, "judged"))?.message ?? "", why);
      const said = ["-m", "Merge", "-m", `Calcifer-Waiver: entry; nothing for readers\n${trailer}`];
      await s.git("commit", "-q", "--amend", ...said);
      assert.equal((await check(s, "judged"))?.state, "yes");
    });
    it("the commits of another item, merged in, are not this one's", async () => {
      const s = await sample();
      await s.commit();
      await s.git("switch", "-q", "-c", "work/43-other", "main");
      await s.commit({
        message: "Other",
        entry: null,
        trailers: ["Work-Item: #43 aaaaaaaa"],
        files: { "o.conf": "x\n" },
      });
      await s.git("switch", "-q", branch);
      await s.git("merge", "-q", "--no-edit", "work/43-other");
      assert.match((await check(s, "judged"))?.message ?? "", /"Other" has no Work-Item trailer of #42/);
    });
  });

  describe("which policy counts", () => {
    const now = (top: string, trunk = "main", service?: string) =>
      withRepo(top, (repo, objects) => policyNow(repo, objects, trunk, service));

    it("a branch cannot loosen its own gate", async () => {
      const s = await sample("merge: { require: [entry, notes] }\n");
      await s.commit({ entry: null, files: { ".calcifer.yaml": "merge: { require: [] }\n" } });
      const { merge } = await s.judge({ record: nothing });
      assert.deepEqual(
        merge.checks.filter((c) => c.required).map((c) => c.id),
        ["entry", "notes"],
      );
    });
    it("the last good one stays in force while the trunk's is broken, with a warning", async () => {
      const s = await sample("changes: { commit: off }\n");
      home.write(path.join(s.top, ".git/calcifer/services.json"), "[]");
      assert.equal((await now(s.top)).policy.changes.commit, "off");
      await s.onMain(() => home.commit(s.top, "Break it", { ".calcifer.yaml": "chnages: { commit: every }\n" }));
      const { policy, warnings } = await now(s.top);
      assert.equal(policy.changes.commit, "off");
      assert.match(warnings[0] ?? "", /^\.calcifer\.yaml:1:1: unknown key "chnages"\. Did you mean "changes"\?$/);
      assert.equal(warnings[1], "Meanwhile the last good policy stays in force.");
    });
    it("with no good one before, the defaults hold for what is wrong", async () => {
      const s = await sample("changes: { commit: often, file: NEWS.md }\n");
      const { policy, warnings } = await now(s.top);
      assert.deepEqual([policy.changes.commit, policy.changes.file], ["every", "NEWS.md"]);
      assert.equal(warnings.at(-1), "Meanwhile the defaults hold for what is wrong.");
    });
    it("until one is committed, the file as it lies there", async () => {
      const s = await sample();
      home.write(path.join(s.top, ".calcifer.yaml"), "changes: { commit: off }\n");
      assert.equal((await now(s.top)).policy.changes.commit, "off");
      assert.equal((await now(s.top, "no-such-branch")).policy.changes.commit, "off");
    });
    it("a draft with a mistake is a warning before it is committed", async () => {
      const s = await sample("changes: { commit: off }\n");
      assert.deepEqual((await s.judge()).merge.warnings, []);
      home.write(path.join(s.top, ".calcifer.yaml"), "push: sometimes\n");
      assert.match((await s.judge()).merge.warnings.join(), /^\.calcifer\.yaml:1:7: push /);
    });
    it("the trunk is protected unless the policy says otherwise", async () => {
      const s = await sample();
      assert.deepEqual((await now(s.top)).policy.protected, ["main"]);
      const t = await sample('protected: ["release/*"]\n');
      assert.deepEqual((await now(t.top)).policy.protected, ["release/*"]);
    });
    it("each service of a shared repository has its own", async () => {
      const s = await sample("services: { edge: { changes: { file: edge/CHANGES.md } }, core: {} }\n");
      assert.equal((await now(s.top, "main", "edge")).policy.changes.file, "edge/CHANGES.md");
      assert.equal((await now(s.top, "main", "core")).policy.changes.file, "CHANGES.md");
      assert.equal((await now(s.top)).policy.changes.file, "CHANGES.md");
    });
    it("the trunk that was noted for the service", async () => {
      const s = await sample();
      const repo = await openRepo(s.top);
      assert.equal(trunkOf(repo, undefined), "main");
      const noted = [
        { name: "edge", trunk: "edge-main", changes: "", docs: "" },
        { name: "core", trunk: "core-main", changes: "", docs: "" },
      ];
      home.write(path.join(s.top, ".git/calcifer/services.json"), JSON.stringify(noted));
      assert.equal(trunkOf(repo, { service: "core" }), "core-main");
      assert.equal(trunkOf(repo, { service: "gone" }), "edge-main");
      assert.equal(trunkOf(repo, undefined), "edge-main");
    });
  });

  describe("work trees", () => {
    it("the one that has the branch: here, linked, none; also in a bare repository", async () => {
      const s = await sample();
      assert.equal(await worktreeOf(await openRepo(s.top), branch), s.top);
      assert.equal(await worktreeOf(await openRepo(s.top), "main"), undefined);
      const linked = home.path(`r${count}.linked`);
      await s.git("worktree", "add", "-q", linked, "main");
      assert.equal(await worktreeOf(await openRepo(s.top), "main"), linked);
      assert.equal(await worktreeOf(await openRepo(linked), branch), s.top);
      const bare = home.path(`r${count}.git`);
      await home.must(home.folder, "clone", "-q", "--bare", s.top, bare);
      const beside = home.path(`r${count}.beside`);
      await home.must(bare, "worktree", "add", "-q", beside, "main");
      assert.equal(await worktreeOf(await openRepo(bare), "main"), beside);
      assert.equal(await worktreeOf(await openRepo(bare), branch), undefined);
    });
  });

  describe("a range, as CI does", () => {
    const range = (top: string, base: string, head = "HEAD") =>
      withRepo(top, (repo, objects) => judgeRange(repo, objects, { base, head }));
    const clone = async (s: Sample, ...args: string[]) => {
      const folder = home.path(`r${count}.ci`);
      await home.must(home.folder, "clone", "-q", ...args, `file://${s.top}`, folder);
      return folder;
    };

    it("the item is the one its commits name", async () => {
      const s = await sample();
      await s.commit();
      const folder = await clone(s);
      const verdict = await range(folder, "origin/main");
      assert.equal(verdict.line, '#42 "TLS" is ready to merge into main.');
      assert.deepEqual(
        verdict.checks.map((c) => c.id),
        ["entry", "no-conflict", "judged"],
      );
      assert.deepEqual(verdict.warnings, ["document was not asked for: the type of #42 is not known here."]);
      await home.must(folder, "checkout", "-q", "--detach");
      assert.equal((await range(folder, "origin/main")).state, "yes", "HEAD on no branch");
      assert.equal((await range(folder, "refs/remotes/origin/main", branch)).state, "yes");
    });
    it("leaves the tests to a step of CI's own, and says so", async () => {
      const s = await sample('tests: { command: "npm test" }\n');
      await s.commit();
      const verdict = await range(s.top, "main");
      assert.ok(!verdict.checks.some((c) => c.id === "tests"));
      assert.equal(
        verdict.warnings.at(-1),
        "tests was not asked for: no run of them is recorded here. Run them as a step of their own: npm test",
      );
    });
    it("a document that every type needs is asked for; an item of unknown type says it cannot tell", async () => {
      const types = ["feature", "service", "integration", "documentation", "bug", "maintenance"];
      const same = types.map((type) => `  ${type}: { document: "docs/{id}.md" }\n`).join("");
      const s = await sample(`types:\n${same}`);
      await s.commit();
      const verdict = await range(s.top, "main");
      assert.equal(verdict.checks.find((c) => c.id === "document")?.message, "docs/42.md is not on the branch.");
      const t = await sample();
      await t.commit();
      const { merge } = await t.judge({ item: { ...item, type: undefined }, record: undefined });
      const { state, message } = merge.checks.find((c) => c.id === "document") ?? {};
      assert.deepEqual([state, message], ["unknown", "Cannot tell: the type of #42 is not known here."]);
    });
    it("a commit that went round the hooks", async () => {
      const s = await sample();
      await s.commit();
      await s.commit({ message: "Sneak", entry: null, trailers: [], files: { "x.conf": "x\n" } });
      const verdict = await range(await clone(s), "origin/main");
      assert.equal(verdict.state, "no");
      assert.match(
        verdict.line,
        /^#42 "TLS" cannot merge into main yet: \w{8} "Sneak" has no Work-Item trailer of #42\.$/,
      );
    });
    it("commits of no item", async () => {
      const s = await sample();
      await s.commit({ trailers: [] });
      const verdict = await range(s.top, "main");
      assert.deepEqual([verdict.state, verdict.line], ["no", "No commit beyond main names a work item."]);
    });
    it("a commit that is not there, or reads as an option", async () => {
      const s = await sample();
      const hint = "In CI, fetch the whole history: git fetch --unshallow, or fetch-depth: 0";
      const missing = (name: string) => ({ fault: "missing", message: `There is no commit ${name} here.`, hint });
      assert.deepEqual(await said(range(s.top, "gone")), missing("gone"));
      assert.deepEqual(await said(range(s.top, "main", "--all")), missing("--all"));
    });
    it("a shallow clone: cannot tell, and says --unshallow", async () => {
      const s = await sample();
      await s.commit();
      await s.onMain(() => s.commit({ message: "Theirs", entry: null, trailers: [], files: { "o.conf": "x\n" } }));
      const folder = await clone(s, "--depth", "1", "--no-single-branch");
      const verdict = await range(folder, "origin/main");
      assert.equal(verdict.state, "unknown");
      assert.match(verdict.line, /git fetch --unshallow/);
      const single = home.path(`r${count}.single`);
      await home.must(home.folder, "clone", "-q", "--depth", "1", `file://${s.top}`, single);
      const without = await range(single, "origin/main");
      assert.deepEqual(
        [without.state, without.line, without.checks[0]?.next],
        [
          "unknown",
          "Cannot tell: this is a shallow clone; what lies beyond origin/main is not all here.",
          "git fetch --unshallow",
        ],
      );
      // The merge that a forge checks out for a pull request.
      await home.must(folder, "checkout", "-q", "--detach", "origin/main");
      assert.equal((await range(folder, "origin/main")).state, "unknown");
    });

    it("calcifer gate ci: text, JSON, annotations; 0 for yes, 3 for no and for cannot tell", async () => {
      const s = await sample();
      await s.commit();
      const yes = await ci(s.top);
      assert.deepEqual(yes, {
        code: 0,
        stdout: [
          '#42 "TLS" is ready to merge into main.',
          "  ✓ entry: CHANGES.md has 1 entry for #42.",
          "  ✓ no-conflict: It merges clean with main.",
          "  ✓ judged: 1 commit judged.",
          "  ! document was not asked for: the type of #42 is not known here.",
          "",
        ].join("\n"),
        stderr: "",
      });
      const id = (
        await s.commit({ message: "100% sneaky \u001b[1m", entry: null, trailers: [], files: { "x.conf": "x\n" } })
      ).slice(0, 8);
      const no = await ci(s.top, "github");
      assert.equal(no.code, 3);
      const why = `${id} "100% sneaky  [1m" has no Work-Item trailer of #42.`;
      assert.equal(
        no.stdout,
        `::error title=Calcifer judged::${why.replace("%", "%25")}\n::warning title=Calcifer policy::document was not asked for: the type of #42 is not known here.\n#42 "TLS" cannot merge into main yet: ${why}\n`,
      );
      const json = await ci(s.top, "json");
      assert.equal(json.code, 3);
      assert.equal((JSON.parse(json.stdout) as { state: string }).state, "no");
      const text = await ci(s.top, "text");
      assert.match(text.stdout, /\n {2}✗ judged: .*\n {6}→ calcifer gate waive judged --reason "…"\n/);
    });

    it("a git older than 2.38 cannot tell whether it merges", async () => {
      const s = await sample();
      await s.commit();
      await s.onMain(() => s.commit({ message: "Theirs", entry: null, trailers: [], files: { "o.conf": "x\n" } }));
      const real = (await home.run(home.folder, "sh", ["-c", "command -v git"])).stdout.trim();
      for (const version of ["2.31.0", "2.37.9"]) {
        const bin = path.dirname(
          home.script(
            `old-${version}/git`,
            `case " $* " in
*" --version "*) echo "git version ${version}"; exit 0 ;;
*" --write-tree "*) echo "usage: git merge-tree <base-tree> <branch1> <branch2>" >&2; exit 129 ;;
esac
exec ${real} "$@"`,
          ),
        );
        const { code, stdout } = await ci(s.top, "json", { PATH: `${bin}:${process.env.PATH}` });
        assert.equal(code, 3);
        const verdict = JSON.parse(stdout) as { state: string; line: string };
        assert.deepEqual(
          [verdict.state, verdict.line],
          [
            "unknown",
            '#42 "TLS" cannot merge into main yet: Cannot tell: git is older than 2.38 and cannot merge without a work tree.',
          ],
        );
      }
    });

    /** In a process of its own: what git can do is found out once in each. */
    function ci(top: string, format = "text", env: Record<string, string> = {}) {
      const program = `import { ci } from ${JSON.stringify(path.join(root, "cli/local/ci.ts"))};
process.exitCode = await ci({ base: "main", format: ${JSON.stringify(format)}, repo: ${JSON.stringify(top)} });`;
      return home.run(top, process.execPath, ["--input-type=module", "-e", program], { env });
    }
  });

  it("the mark in the repository's config is the item's", async () => {
    const s = await sample();
    await withRepo(s.top, async (repo) => {
      const { marks } = await import("./repo.ts");
      assert.deepEqual((await marks(repo)).get(branch), item);
    });
  });
});
