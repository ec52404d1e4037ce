// Merge & Complete through a real daemon and real git: what moves, what follows, what stays, and how it says no.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { Home, said, withPath } from "../../test/home.ts";

const onRecord = (message: string) => `${message}\n\nCalcifer-Waiver: entry; x`;

describe("merge", () => {
  let home: Home;
  let work: Home["call"]["work"];
  before(async () => {
    home = new Home();
    work = home.call.work;
    await home.start();
  });
  after(() => home.leave());

  let count = 0;
  interface Place {
    name: string;
    top: string;
    git: (...args: string[]) => Promise<string>;
  }
  let usual: Place | undefined;

  /** A service of a test's own where it needs another policy, else the usual one, as a test before it has left it. */
  async function service(policy?: string): Promise<Place> {
    if (policy !== undefined) return newService(policy);
    usual ??= await newService("");
    const { git, top } = usual;
    const linked = (await git("worktree", "list", "--porcelain")).matchAll(/^worktree (.*)$/gm);
    for (const [, folder = ""] of linked) if (folder !== top) await git("worktree", "remove", "--force", folder);
    await git("reset", "-q", "--hard");
    await git("clean", "-q", "-f", "-d");
    await git("switch", "-q", "main");
    const branches = (await git("branch", "--format=%(refname:short)")).split("\n").filter((b) => b !== "main");
    if (branches.length > 0) await git("branch", "-q", "-D", ...branches);
    return usual;
  }

  async function newService(policy: string): Promise<Place> {
    const name = `s${++count}`;
    const text = `service: ${name}\ntrunk: main\n${policy}`;
    const top = await home.service(name, { "edge.conf": "one\n", ".calcifer.yaml": text });
    return { name, top, git: (...args) => home.must(top, ...args) };
  }

  /** An item with one commit, and everything else that a merge asks for. */
  async function ready(
    { name, top }: Place,
    title = "Add TLS",
    more: Parameters<Home["item"]>[2] & { files?: Record<string, string> } = {},
  ) {
    const file = `f${++count}.conf`;
    const { files = { [file]: `${title}\n` }, ...started } = more;
    const made = await home.item(name, title, started);
    const folder = made.worktree ?? top;
    for (const [file, text] of Object.entries(files)) home.write(path.join(folder, file), text);
    await work.commit({ message: title, repo: folder, entry: title, all: true });
    await home.ready(made.id);
    return {
      id: made.id,
      key: made.key,
      branch: made.branch as string,
      worktree: made.worktree as string,
      folder,
      file,
    };
  }

  const everything = async ({ git }: Place) => [
    await git("for-each-ref"),
    await git("worktree", "list"),
    await git("status", "--porcelain"),
  ];
  const worksOn = async (since: number) => (await home.happened(since)).names.filter((n) => n.startsWith("work."));
  const newest = async () => (await home.happened()).seq;
  const message = ({ git }: Place, ref = "main") => git("log", "-1", "--format=%B", ref);
  const parents = async ({ git }: Place, ref = "main") => (await git("log", "-1", "--format=%P", ref)).split(" ");

  describe("what happens", () => {
    it("finish: judged, merged, completed, the branch gone, the work tree on the trunk", async () => {
      const s = await service();
      const { id, key, branch, file } = await ready(s);
      const [tip, trunk, since] = [await home.tip(s.top), await home.tip(s.top, "main"), await newest()];
      const { item, commit, pushed, notes } = await work.finish({ item: id });
      assert.deepEqual([pushed, notes], [null, []]);
      assert.equal(await home.tip(s.top, "main"), commit);
      assert.deepEqual(await parents(s), [trunk, tip]);
      assert.equal(await message(s), `Merge #${id} Add TLS\n\nWork-Item: #${id} ${key}`);
      assert.deepEqual(
        [item.status, item.branch, item.merged?.commit, item.merged?.trunk],
        ["done", null, commit, "main"],
      );
      assert.equal(await s.git("branch", "--format=%(refname:short)"), "main");
      assert.equal((await home.git(s.top, "config", "--get-regexp", `^branch\\.${branch}`)).stdout, "");
      assert.deepEqual([await s.git("branch", "--show-current"), await s.git("status", "--porcelain")], ["main", ""]);
      assert.equal(home.read(s.top, file), "Add TLS\n");
      assert.deepEqual(await worksOn(since), ["work.merged", "work.finished"]);
      assert.deepEqual(
        (await work.show({ item: id })).commits.map((c) => c.id),
        [tip],
      );
      assert.match(await s.git("reflog", "-1", "main"), new RegExp(`calcifer: merge #${id}$`));
    });

    it("merge, and finish later", async () => {
      const s = await service();
      const { id } = await ready(s);
      const since = await newest();
      const merged = await work.merge({ item: id });
      assert.deepEqual(
        [merged.item.status, merged.item.branch, merged.item.merged?.commit],
        ["active", null, merged.commit],
      );
      assert.deepEqual(await said(work.merge({ item: id })), {
        fault: "refused",
        message: `#${id} is merged already.`,
        reasons: [{ check: "status", message: `#${id} is merged already.`, next: `calcifer work finish ${id}` }],
      });
      await work.note({ item: id, text: "" });
      assert.deepEqual(await said(work.finish({ item: id })), {
        fault: "refused",
        message: `#${id} "Add TLS" cannot be completed yet: The notes are empty.`,
        reasons: [{ check: "notes", message: "The notes are empty.", next: `calcifer work note ${id} "…"` }],
      });
      await work.note({ item: id, text: "Noted." });
      const done = await work.finish({ item: id });
      assert.deepEqual([done.item.status, done.commit], ["done", merged.commit]);
      assert.deepEqual(await worksOn(since), ["work.merged", "work.edited", "work.edited", "work.finished"]);
      assert.deepEqual((await said(work.finish({ item: id }))).message, `#${id} is done already.`);
      assert.deepEqual((await said(work.merge({ item: id }))).message, `#${id} is done already.`);
    });

    it("squash: one commit, with the title and the trailer", async () => {
      const s = await service("merge: { strategy: squash }\n");
      const { id, key, branch, file } = await ready(s);
      home.write(path.join(s.top, "more.conf"), "x\n");
      await work.commit({ message: "More", repo: s.top, entry: "More", all: true });
      const trunk = await home.tip(s.top, "main");
      const { commit } = await work.finish({ item: id });
      assert.deepEqual(await parents(s), [trunk]);
      assert.equal(await message(s, commit as string), `Add TLS\n\nWork-Item: #${id} ${key}`);
      assert.equal(await s.git("ls-tree", "--name-only", "main", "more.conf", file), `${file}\nmore.conf`);
      assert.equal((await home.git(s.top, "rev-parse", "-q", "--verify", branch)).code, 1);
    });

    it("ff: the branch itself, and no more once the trunk has moved", async () => {
      const s = await service("merge: { strategy: ff }\n");
      const first = await ready(s, "First");
      const second = await ready(s, "Second");
      const tip = await home.tip(s.top, first.branch);
      assert.equal((await work.finish({ item: first.id })).commit, tip);
      assert.equal(await home.tip(s.top, "main"), tip);
      assert.deepEqual(await said(work.finish({ item: second.id })), {
        fault: "refused",
        message: "main has moved on, and the policy takes fast-forwards only.",
        reasons: [
          {
            check: "current",
            message: "The branch has to hold all of the trunk first.",
            next: `calcifer work update ${second.id}`,
          },
        ],
      });
      await work.update({ item: second.id });
      assert.equal((await work.finish({ item: second.id })).item.status, "done");
    });

    it("two branches that each add an entry merge one after the other, both entries in the file", async () => {
      const s = await service();
      const first = await ready(s, "First");
      const second = await ready(s, "Second");
      await work.finish({ item: first.id });
      await work.finish({ item: second.id });
      assert.match(
        home.read(s.top, "CHANGES.md"),
        new RegExp(`- First \\(#${first.id}\\)\n- Second \\(#${second.id}\\)\n`),
      );
    });

    it("the trunk's own work tree follows, what is uncommitted there stays, this one goes to the trunk's commit", async () => {
      const s = await service();
      const { id, file } = await ready(s);
      const linked = `${s.top}.main`;
      await s.git("worktree", "add", "-q", linked, "main");
      home.write(path.join(linked, "edge.conf"), "mine\n");
      home.write(path.join(linked, "new"), "x\n");
      home.write(path.join(linked, "staged"), "x\n");
      await home.must(linked, "add", "staged");
      const { commit, notes } = await work.finish({ item: id });
      assert.deepEqual(notes, []);
      assert.equal(await home.must(linked, "rev-parse", "HEAD"), commit);
      assert.equal(await home.must(linked, "status", "--porcelain"), " M edge.conf\nA  staged\n?? new");
      assert.equal(home.read(linked, file), "Add TLS\n");
      assert.deepEqual([await s.git("branch", "--show-current"), await home.tip(s.top)], ["", commit]);
    });

    it("a trunk that is checked out nowhere", async () => {
      const s = await service();
      const { id, file } = await ready(s);
      await s.git("switch", "-q", "-c", "elsewhere", "main");
      const { notes } = await work.finish({ item: id });
      assert.deepEqual(
        [notes, await s.git("branch", "--show-current"), home.has(s.top, file)],
        [[], "elsewhere", false],
      );
    });

    it("the item's own work tree is removed", async () => {
      const s = await service();
      const { id, worktree, file } = await ready(s, "Beside", { worktree: true });
      const { item, notes } = await work.finish({ item: id });
      assert.deepEqual([notes, item.worktree, home.has(worktree)], [[], null, false]);
      assert.equal(home.read(s.top, file), "Beside\n");
    });

    it("a work tree or a branch that holds more is kept, and that is said", async () => {
      const s = await service("merge: { require: [] }\n");
      const { id, worktree, branch } = await ready(s, "Beside", { worktree: true });
      home.write(path.join(worktree, "new"), "x\n");
      const { item, notes } = await work.finish({ item: id });
      assert.deepEqual(notes, [
        `The work tree ${worktree} was kept: '${worktree}' contains modified or untracked files.`,
        `${branch} was kept: ${worktree} has it checked out.`,
      ]);
      assert.deepEqual(
        [item.status, item.branch, item.worktree, home.has(worktree, "new")],
        ["done", branch, worktree, true],
      );
    });

    it("keep-branch; and what came to it after the merge is merged by the next finish, not lost", async () => {
      for (const strategy of ["merge", "squash"]) {
        const s = await service(`keep-branch: true\nmerge: { strategy: ${strategy} }\n`);
        const { id, branch } = await ready(s);
        const first = await work.merge({ item: id });
        assert.deepEqual([first.item.branch, await s.git("branch", "--show-current")], [branch, branch]);
        assert.equal((await home.call.gate.show({ item: id })).complete?.state, "yes");
        home.write(path.join(s.top, "late.conf"), "x\n");
        await work.commit({ message: "Late", repo: s.top, entry: "Late", all: true });
        const { item, commit } = await work.finish({ item: id });
        assert.notEqual(commit, first.commit);
        assert.deepEqual([item.status, item.merged?.commit], ["done", commit]);
        assert.equal(await s.git("ls-tree", "--name-only", "main", "late.conf"), "late.conf", strategy);
        assert.equal((await said(work.finish({ item: id }))).message, `#${id} is done already.`);
      }
    });

    it("merged elsewhere, by a merge or a squash: finished without another commit", async () => {
      for (const how of [["--no-ff", "--no-edit"], ["--squash"]]) {
        const s = await service();
        const { id, branch } = await ready(s);
        await s.git("switch", "-q", "main");
        await s.git("-c", "core.hooksPath=/dev/null", "merge", "-q", ...how, branch);
        if (how[0] === "--squash") await s.git("commit", "-q", "-m", onRecord("Add TLS (#1)"));
        const trunk = await home.commit(s.top, onRecord("Afterwards"), { "o.conf": "x\n" });
        const { item, commit, notes } = await work.finish({ item: id });
        assert.deepEqual([item.status, commit, await home.tip(s.top, "main"), notes], ["done", trunk, trunk, []]);
        assert.equal(await s.git("branch", "--format=%(refname:short)"), "main");
      }
    });

    it("merged elsewhere, where the policy takes fast-forwards only", async () => {
      const s = await service("merge: { strategy: ff }\n");
      const { id, branch } = await ready(s);
      await s.git("switch", "-q", "main");
      await s.git("-c", "core.hooksPath=/dev/null", "merge", "-q", "--ff-only", branch);
      const trunk = await home.commit(s.top, onRecord("Afterwards"), { "o.conf": "x\n" });
      assert.deepEqual([(await work.finish({ item: id })).commit, await home.tip(s.top, "main")], [trunk, trunk]);
    });

    it("two clients finish one item at once: merged once, the other is told", async () => {
      const s = await service();
      const { id } = await ready(s);
      const [before, since] = [await s.git("rev-list", "--count", "main"), await newest()];
      const both = await Promise.allSettled([work.finish({ item: id }), work.finish({ item: id })]);
      const [done] = both.filter((b) => b.status === "fulfilled");
      const [refused] = both.filter((b) => b.status === "rejected");
      assert.equal(done?.value.item.status, "done");
      assert.equal(String(refused?.reason), `Fault: #${id} is done already.`);
      assert.equal(await s.git("rev-list", "--count", "main"), `${Number(before) + 2}`);
      assert.deepEqual(await worksOn(since), ["work.merged", "work.finished"]);
    });

    it("two items of one repository at once: both, one on the other", async () => {
      const s = await service();
      const [first, second] = [await ready(s, "First"), await ready(s, "Second")];
      const trunk = await home.tip(s.top, "main");
      const both = await Promise.all([work.finish({ item: first.id }), work.finish({ item: second.id })]);
      assert.deepEqual(
        both.map((b) => b.item.status),
        ["done", "done"],
      );
      assert.equal(await s.git("status", "--porcelain"), "");
      assert.equal(await s.git("rev-list", "--count", "--merges", `${trunk}..main`), "2");
      assert.match(home.read(s.top, "CHANGES.md"), /- First[\s\S]*- Second|- Second[\s\S]*- First/);
    });
  });

  describe("how it says no", () => {
    async function refusedWithoutATrace(s: Place, act: () => Promise<unknown>) {
      const before = await everything(s);
      const refusal = await said(act());
      assert.deepEqual(await everything(s), before);
      return refusal;
    }

    it("the verdict, with every reason", async () => {
      const s = await service();
      const { id } = await home.item(s.name, "Add TLS");
      home.write(path.join(s.top, "new"), "x\n");
      const { fault, message, reasons, hint } = await refusedWithoutATrace(s, () => work.finish({ item: id }));
      assert.deepEqual(
        [fault, message, hint],
        [
          "refused",
          `#${id} "Add TLS" cannot merge into main yet, 5 to do: CHANGES.md has no entry for #${id} "Add TLS".`,
          `See all of it: calcifer status ${id}`,
        ],
      );
      assert.deepEqual(
        (reasons as { check: string }[]).map((r) => r.check),
        ["entry", "checklist", "notes", "clean", "judged"],
      );
      const verdict = await work.verdict({ item: id });
      assert.equal(verdict.line, message);
    });

    it("what only completion asks for", async () => {
      const s = await service("merge: { require: [entry] }\n");
      const { id } = await ready(s);
      await work.note({ item: id, text: "" });
      const { message, reasons } = await refusedWithoutATrace(s, () => work.finish({ item: id }));
      assert.equal(message, `#${id} "Add TLS" cannot be completed yet: The notes are empty.`);
      assert.deepEqual(reasons, [
        { check: "notes", message: "The notes are empty.", next: `calcifer work note ${id} "…"` },
      ]);
      assert.equal((await work.merge({ item: id })).item.status, "active");
    });

    it("a branch cannot loosen its own gate", async () => {
      const s = await service();
      const { id } = await ready(s, "Loosen", {
        files: { ".calcifer.yaml": "merge: { require: [] }\ncomplete: { require: [] }\n" },
      });
      await work.note({ item: id, text: "" });
      assert.match((await refusedWithoutATrace(s, () => work.finish({ item: id }))).message, /The notes are empty\.$/);
    });

    it("a conflict names the files; brought in and resolved, it merges", async () => {
      const s = await service();
      const { id } = await ready(s, "Mine", { files: { "edge.conf": "mine\n", "z.conf": "mine\n" } });
      await s.git("switch", "-q", "main");
      await home.commit(s.top, onRecord("Theirs"), { "edge.conf": "theirs\n", "z.conf": "theirs\n" });
      await s.git("switch", "-q", "-");
      const { message, reasons } = await refusedWithoutATrace(s, () => work.finish({ item: id }));
      const says = "It conflicts with main in edge.conf, z.conf.";
      assert.equal(message, `#${id} "Mine" cannot merge into main yet: ${says}`);
      assert.deepEqual(reasons, [{ check: "no-conflict", message: says, next: `calcifer work update ${id}` }]);
      assert.deepEqual((await work.update({ item: id })).conflicts, ["edge.conf", "z.conf"]);
      for (const file of ["edge.conf", "z.conf"]) home.write(path.join(s.top, file), "both\n");
      await s.git("add", "-A");
      await work.commit({ message: "Merge main", repo: s.top });
      assert.equal((await work.finish({ item: id })).item.status, "done");
    });

    it("a conflict, also where the policy does not ask for it", async () => {
      const s = await service("merge: { require: [] }\n");
      const { id } = await ready(s, "Mine", { files: { "edge.conf": "mine\n" } });
      await s.git("switch", "-q", "main");
      await home.commit(s.top, onRecord("Theirs"), { "edge.conf": "theirs\n" });
      assert.deepEqual(await refusedWithoutATrace(s, () => work.finish({ item: id })), {
        fault: "refused",
        message: `#${id} conflicts with main in 1 file.`,
        reasons: [{ check: "no-conflict", message: "edge.conf" }],
        hint: `Bring the trunk into the branch and resolve there: calcifer work update ${id}`,
      });
    });

    it("uncommitted files of the trunk's work tree in the way: changed, staged, new", async () => {
      const s = await service();
      const { id } = await ready(s, "Mine", { files: { "edge.conf": "mine\n", "tls.conf": "x\n" } });
      const linked = `${s.top}.main`;
      await s.git("worktree", "add", "-q", linked, "main");
      home.write(path.join(linked, "edge.conf"), "theirs\n");
      home.write(path.join(linked, "tls.conf"), "theirs\n");
      const before = await home.must(linked, "status", "--porcelain");
      assert.deepEqual(await refusedWithoutATrace(s, () => work.finish({ item: id })), {
        fault: "refused",
        message: `The merge touches 2 files that are uncommitted on main in ${linked}.`,
        reasons: [
          { check: "clean", message: " M edge.conf" },
          { check: "clean", message: "?? tls.conf" },
        ],
        hint: "Commit them there, or set them aside: git stash",
      });
      assert.equal(await home.must(linked, "status", "--porcelain"), before);
      rmSync(path.join(linked, "tls.conf"));
      await home.must(linked, "add", "edge.conf");
      assert.equal(
        (await said(work.finish({ item: id }))).message,
        `The merge touches 1 file that is uncommitted on main in ${linked}.`,
      );
      // A folder in the way of a file shows in no list of changed paths.
      await home.must(linked, "reset", "-q", "--hard");
      home.write(path.join(linked, "tls.conf/inside"), "theirs\n");
      const { message } = await refusedWithoutATrace(s, () => work.finish({ item: id }));
      assert.match(
        message,
        new RegExp(
          `^The work tree ${linked}, which has main, cannot follow: Updating 'tls\\.conf' would lose untracked files in it\\.$`,
        ),
      );
      rmSync(path.join(linked, "tls.conf"), { recursive: true });
      assert.deepEqual((await work.finish({ item: id })).notes, []);
    });

    it("a trunk that somebody moves meanwhile: compare and swap, and nothing merged", async () => {
      const s = await service();
      const { id } = await ready(s);
      const real = (await home.run(home.folder, "sh", ["-c", "command -v git"])).stdout.trim();
      const moved = await s.git("commit-tree", "-p", "main", "-m", "Meanwhile", "main^{tree}");
      const bin = path.dirname(
        home.script(
          "swap/git",
          `case "$*" in *"calcifer: merge"*) ${real} -C '${s.top}' -c core.hooksPath=/dev/null update-ref refs/heads/main ${moved} ;; esac\nexec ${real} "$@"`,
        ),
      );
      const refusal = await withPath(`${bin}:${process.env.PATH}`, () => said(work.finish({ item: id })));
      assert.deepEqual(refusal, {
        fault: "conflict",
        message: "main moved while the merge was made.",
        hint: "Nothing was merged. Try again: the merge is made on what is there now.",
      });
      assert.deepEqual([await home.tip(s.top, "main"), (await work.get({ item: id })).merged], [moved, null]);
      await work.finish({ item: id });
      assert.equal((await parents(s))[0], moved);
    });

    it("a trunk that git holds locked: said so, nothing merged, and the next try goes through", async () => {
      const s = await service();
      const { id } = await ready(s);
      const lock = path.join(s.top, ".git/refs/heads/main.lock");
      home.write(lock, "");
      const { fault, message, hint } = await refusedWithoutATrace(s, () => work.finish({ item: id }));
      assert.deepEqual([fault, hint], ["unreachable", "Nothing was merged. Try again."]);
      assert.match(message, /^git could not move main: .*main\.lock': File exists\.$/);
      rmSync(lock);
      assert.equal((await work.finish({ item: id })).item.status, "done");
    });

    it("what cannot be merged at all", async () => {
      const s = await service();
      const { id } = await work.add({ title: "Planned", service: s.name });
      const planned = `#${id} is planned; only what is active and has a branch can be merged.`;
      assert.deepEqual(await said(work.merge({ item: id })), {
        fault: "refused",
        message: planned,
        reasons: [{ check: "status", message: planned, next: `calcifer work start ${id}` }],
      });
      const lost = await ready(s, "Lost");
      await s.git("switch", "-q", "main");
      await s.git("branch", "-q", "-D", lost.branch);
      assert.deepEqual(await said(work.finish({ item: lost.id })), {
        fault: "missing",
        message: `The branch ${lost.branch} is gone from ${s.top}.`,
        hint: `Bring it back with git, or give the item up: calcifer work drop ${lost.id}`,
      });
      assert.equal((await said(work.finish({ item: 999_999 }))).message, "There is no work item #999999.");
    });

    it("a document that is required: missing, bare, there", async () => {
      const s = await service();
      const { id } = await ready(s, "Add TLS", { type: "feature" });
      const file = `docs/changes/${id}-add-tls.md`;
      const says = async () =>
        (await refusedWithoutATrace(s, () => work.finish({ item: id }))).message.replace(/^.*yet(, \d to do)?: /, "");
      assert.equal(await says(), `${file} is not on the branch.`);
      assert.deepEqual(await work.document({ item: id }), { path: file, created: true });
      assert.deepEqual(await work.document({ item: id }), { path: file, created: false });
      await work.commit({ message: "Document", repo: s.top, entry: "Document", all: true });
      assert.equal(await says(), `${file} is still the bare template.`);
      home.write(path.join(s.top, file), `${home.read(s.top, file)}\nIt encrypts.\n`);
      await work.commit({ message: "Document", repo: s.top, entry: "Documented", all: true });
      assert.equal((await work.finish({ item: id })).item.status, "done");
      const other = await work.add({ title: "x", service: s.name });
      assert.deepEqual(await said(work.document({ item: other.id })), {
        fault: "refused",
        message: `#${other.id} needs no document.`,
        hint: `Give it one: calcifer work edit ${other.id} --document docs/changes/${other.id}.md`,
      });
      await work.edit({ item: other.id, document: "d.md" });
      assert.deepEqual(await said(work.document({ item: other.id })), {
        fault: "refused",
        message: `#${other.id} is not checked out anywhere, so there is no place to write its document.`,
        hint: `Start it: calcifer work start ${other.id}`,
      });
    });
  });
});
