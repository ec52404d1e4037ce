// Services through a real daemon and real git: registered, changed, moved, removed to the byte; and how each is refused.
import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { Home, said, withPath } from "../../test/home.ts";
import { snapshot } from "../git/sandbox.ts";

describe("service", () => {
  let home: Home;
  let service: Home["call"]["service"];
  let work: Home["call"]["work"];
  before(async () => {
    home = new Home();
    ({ service, work } = home.call);
    await home.start();
  });
  after(() => home.leave());

  let count = 0;
  const repo = (files?: Record<string, string>) => home.repo(`r${++count}`, files);
  const name = () => `r${count}`;

  describe("add", () => {
    it("writes the policy and the changes file, puts the hooks in, says what to do next", async () => {
      const top = await repo();
      const since = (await home.happened()).seq;
      const added = await service.add({ path: top });
      assert.deepEqual(added.wrote, [".calcifer.yaml", "CHANGES.md"]);
      assert.equal(added.commit, null);
      assert.equal(added.next, 'calcifer commit -m "Adopt Calcifer" --no-entry "set-up" .calcifer.yaml CHANGES.md');
      assert.equal(added.doctor.healthy, true, JSON.stringify(added.doctor.findings));
      const { added: _, ...shown } = added.service;
      assert.deepEqual(shown, {
        name: name(),
        repo: top,
        trunk: "main",
        changes: "CHANGES.md",
        docs: "docs",
        title: "",
        kind: "application",
        owner: "",
        labels: [],
        links: [],
        paths: [],
        compose: [],
        dependsOn: [],
        environments: [],
        template: null,
        retired: null,
        hooks: "in force",
        items: 0,
      });
      assert.equal(home.read(top, "CHANGES.md"), "# Changes\n\n## Unreleased\n");
      assert.match(home.read(top, ".calcifer.yaml"), new RegExp(`\nservice: ${name()}\ntrunk: main\n`));
      assert.equal(await home.must(top, "status", "--porcelain"), "?? .calcifer.yaml\n?? CHANGES.md");
      const { events } = await home.happened(since);
      assert.deepEqual(
        events.map((e) => [e.name, e.service, e.data]),
        [["service.added", name(), { repo: top }]],
      );

      await home.must(top, "switch", "-q", "main");
      const { id } = await work.add({ title: "Go", service: name() });
      await work.start({ item: id });
      assert.equal(
        await home.must(top, "status", "--porcelain"),
        "?? .calcifer.yaml\n?? CHANGES.md",
        "what it wrote comes along",
      );
      await home.must(top, "switch", "-q", "main");
      const commit = await work.commit({
        message: "Adopt Calcifer",
        noEntry: "set-up",
        paths: [".calcifer.yaml", "CHANGES.md"],
        repo: top,
      });
      assert.equal(commit.branch, "main");
    });

    it("--commit: on the trunk, what else is staged left alone", async () => {
      const top = await repo();
      home.write(path.join(top, "mine"), "x\n");
      await home.must(top, "add", "mine");
      const { commit, next } = await service.add({ path: top, commit: true });
      assert.equal(await home.tip(top, "main"), commit);
      assert.equal(
        await home.must(top, "log", "-1", "--format=%B"),
        "Adopt Calcifer\n\nCalcifer-Waiver: entry; set-up",
      );
      assert.equal(await home.must(top, "show", "--format=", "--name-only"), ".calcifer.yaml\nCHANGES.md");
      assert.equal(await home.must(top, "status", "--porcelain"), "A  mine");
      assert.equal(next, `calcifer work add "what is to change" --service ${name()}`);
    });

    it("--commit where both are committed already: there is nothing to commit", async () => {
      const top = await repo({ ".calcifer.yaml": "trunk: main\n", "CHANGES.md": "# Changes\n" });
      const { wrote, commit } = await service.add({ path: top, commit: true });
      assert.deepEqual([wrote, commit], [[], null]);
    });

    it("--commit where the trunk is not checked out, or the repository's own hook refuses", async () => {
      const top = await repo();
      await home.must(top, "switch", "-q", "-c", "other");
      assert.deepEqual(await said(service.add({ path: top, trunk: "main", commit: true })), {
        fault: "refused",
        message: `The first commit belongs on main, and that is not checked out in ${top}.`,
        hint: "Switch to it: git switch main, or leave --commit out",
      });
      assert.equal(await home.must(top, "status", "--porcelain"), "");
      await home.must(top, "switch", "-q", "main");
      home.script(path.join(top, ".git/hooks/pre-commit"), "echo 'lint: no' >&2; exit 1");
      assert.deepEqual(await said(service.add({ path: top, commit: true })), {
        fault: "refused",
        message: `${name()} is registered, but its first commit was refused: lint: no.`,
        hint: 'Commit it when that is mended: calcifer commit -m "Adopt Calcifer" --no-entry "set-up" .calcifer.yaml CHANGES.md',
      });
      assert.equal((await service.show({ service: name() })).hooks, "in force");
    });

    it("the trunk: asked for, stated, of the remote, the only one; else it asks", async () => {
      const add = async (prepare: (top: string) => Promise<unknown>, more: { trunk?: string } = {}) => {
        const top = await repo();
        await prepare(top);
        return (await service.add({ path: top, ...more })).service.trunk;
      };
      const branches =
        (...names: string[]) =>
        async (top: string) => {
          for (const branch of names) await home.must(top, "branch", branch);
        };
      assert.equal(await add(branches("next"), { trunk: "next" }), "next");
      assert.equal(
        await add(async (top) => {
          await branches("next")(top);
          home.write(path.join(top, ".calcifer.yaml"), "trunk: next\n");
        }),
        "next",
      );
      assert.equal(await add((top) => home.must(top, "branch", "-m", "odd")), "odd");
      const top = await repo();
      await home.must(top, "branch", "-m", "a");
      await home.must(top, "branch", "b");
      assert.deepEqual(await said(service.add({ path: top })), {
        fault: "invalid",
        message: "Which branch is the trunk cannot be told; there are: a, b.",
        hint: "Say which branch is the trunk: --trunk <branch>",
      });
      assert.deepEqual(await said(service.add({ path: top, trunk: "c" })), {
        fault: "missing",
        message: "There is no branch c; there are: a, b.",
        hint: "Say which branch is the trunk: --trunk <branch>",
      });
      await home.must(home.folder, "clone", "-q", top, `${top}.clone`);
      await home.must(`${top}.clone`, "branch", "b", "origin/b");
      assert.equal((await service.add({ path: `${top}.clone`, name: "a-clone" })).service.trunk, "a");
    });

    it("from any folder in it, by a link, with a name of one's own", async () => {
      const top = await repo({ "sub/x": "x\n" });
      symlinkSync(top, `${top}-link`);
      const added = await service.add({ path: path.join(`${top}-link`, "sub"), name: "my.service-1" });
      assert.deepEqual([added.service.repo, added.service.name], [top, "my.service-1"]);
    });

    it("what is no repository to work in", async () => {
      mkdirSync(home.path("plain"));
      assert.deepEqual(await said(service.add({ path: home.path("plain") })), {
        fault: "missing",
        message: `${home.path("plain")} is not in a git repository.`,
        hint: "Go to a service's repository, or make one here: git init",
      });
      assert.deepEqual(await said(service.add({ path: home.path("nowhere") })), {
        fault: "missing",
        message: `There is no folder ${home.path("nowhere")}.`,
      });
      assert.deepEqual(await said(service.add({ path: "relative" })), {
        fault: "invalid",
        message: "path: relative is not an absolute path.",
      });
      await home.must(home.folder, "init", "-q", "--bare", "bare.git");
      assert.deepEqual(await said(service.add({ path: home.path("bare.git") })), {
        fault: "refused",
        message: `${home.path("bare.git")} is a bare repository: it has no work tree to edit and commit in.`,
        hint: `Register a work tree of it. Make one: git -C "${home.path("bare.git")}" worktree add <folder>`,
      });
      await home.must(home.folder, "init", "-q", "empty");
      assert.deepEqual(await said(service.add({ path: home.path("empty") })), {
        fault: "refused",
        message: `${home.path("empty")} has no commit yet, so there is no trunk to branch from.`,
        hint: 'Make the first one: git commit --allow-empty -m "Start"',
      });
      assert.deepEqual(
        (await service.list({})).services.filter((s) => /plain|bare|empty/.test(s.name)),
        [],
      );
    });

    it("a name that is taken, or none; a repository that is registered", async () => {
      const top = await repo();
      await service.add({ path: top });
      assert.deepEqual(await said(service.add({ path: top })), {
        fault: "conflict",
        message: `${top} is registered already, as ${name()}.`,
        hint: "Another service in the same repository needs a name of its own: --name <name>",
      });
      const other = await home.repo("other");
      assert.deepEqual(await said(service.add({ path: other, name: name() })), {
        fault: "conflict",
        message: `There is a service ${name()} already, at ${top}.`,
        hint: "Choose another name: --name <name>",
      });
      assert.equal(
        (await said(service.add({ path: other, name: "No Name" }))).message,
        "name: must be 1–64 lower-case letters, digits, dots, dashes or underscores",
      );
      assert.equal(await home.must(other, "status", "--porcelain"), "");
    });

    it("a changes file that is a link leading nowhere, or in a folder that is not there", async () => {
      const top = await repo();
      symlinkSync(home.path("outside.md"), path.join(top, "CHANGES.md"));
      await service.add({ path: top });
      assert.equal(home.has("outside.md"), false, "nothing is written through it");
      const other = await repo();
      assert.deepEqual(await said(service.add({ path: other, changes: "docs/NEWS.md" })), {
        fault: "missing",
        message: `There is no folder docs in ${other}.`,
        hint: "Make it first.",
      });
    });

    it("a folder that leads out of the repository: nothing is written, nothing registered", async () => {
      const top = await repo({ ".gitignore": "x\n" });
      home.write("elsewhere/x", "");
      symlinkSync(home.path("elsewhere"), path.join(top, "docs"));
      assert.deepEqual(await said(service.add({ path: top, changes: "docs/NEWS.md" })), {
        fault: "refused",
        message: "docs/NEWS.md leads out of the repository, and Calcifer does not write through it.",
        hint: "Make it a plain file, or name another one in .calcifer.yaml under changes: file.",
      });
      assert.deepEqual([home.has("elsewhere/NEWS.md"), home.has(top, ".calcifer.yaml")], [false, false]);
      assert.equal((await said(service.show({ service: name() }))).fault, "missing");
    });

    it("a policy with a mistake: registered, the mistake said wherever a verdict is", async () => {
      const top = await repo({ ".calcifer.yaml": "chnages:\n  commit: first\n" });
      await service.add({ path: top });
      await home.item(name(), "x");
      const { merge } = await home.call.gate.show({ repo: top });
      assert.deepEqual(merge?.warnings, [
        '.calcifer.yaml:1:1: unknown key "chnages". Did you mean "changes"?',
        "Meanwhile the defaults hold for what is wrong.",
      ]);
    });

    it("without git", async () => {
      const top = await repo();
      await withPath(home.path("nothing"), async () => {
        assert.deepEqual(await said(service.add({ path: top })), {
          fault: "unreachable",
          message: "git was not found.",
          hint: "Install git 2.38 or newer and make sure it is on the PATH.",
        });
      });
      assert.deepEqual(
        (await service.list({})).services.filter((s) => s.name === name()),
        [],
        "nothing was registered",
      );
      assert.equal((await service.add({ path: top })).service.hooks, "in force", "and may be tried again");
    });

    it("with a git too old for hooks that hold: said, and not registered", async () => {
      const top = await repo();
      const real = (await home.run(top, "sh", ["-c", "command -v git"])).stdout.trim();
      const old = `case " $* " in *" version "*) echo "git version 2.20.1"; exit 0 ;; esac\nexec ${real} "$@"`;
      const bin = path.dirname(home.script("old/git", old));
      await withPath(`${bin}:${process.env.PATH}`, async () => {
        assert.deepEqual(await said(service.add({ path: top })), {
          fault: "unreachable",
          message: "git 2.20.1 is too old for Calcifer's hooks.",
          hint: "Install git 2.38 or newer.",
        });
      });
      assert.equal((await said(service.show({ service: name() }))).fault, "missing");
      assert.equal((await service.add({ path: top })).service.hooks, "in force", "and may be tried again");
    });
  });

  describe("several in one repository", () => {
    const policy = `trunk: main
services:
  edge: { path: ["edge/**"], changes: { file: edge/CHANGES.md } }
  core: { path: ["core/**"], changes: { file: core/CHANGES.md } }
`;
    it("each with its own changes file; one of them is named, or asked for", async () => {
      const top = await home.repo("shared", {
        ".calcifer.yaml": policy,
        "edge/CHANGES.md": "# Changes\n",
        "core/CHANGES.md": "# Changes\n",
      });
      await service.add({ path: top, name: "edge", changes: "edge/CHANGES.md" });
      await service.add({ path: top, name: "core", changes: "core/CHANGES.md" });
      assert.deepEqual(await said(work.add({ title: "x", repo: top })), {
        fault: "invalid",
        message: `Several services share ${top}: edge, core.`,
        hint: "Name one: --service <name>",
      });
      for (const each of ["edge", "core"]) {
        const { id } = await home.item(each, `For ${each}`);
        home.write(path.join(top, `${each}/x`), "x\n");
        const made = await work.commit({ message: each, repo: top, entry: `For ${each}`, all: true });
        assert.deepEqual(
          made.files.map((f) => f.path),
          [`${each}/CHANGES.md`, `${each}/x`],
        );
        home.write(path.join(top, `${each}/y`), "x\n");
        await home.must(top, "add", "-A");
        assert.match(
          (await home.git(top, "commit", "-m", "x")).stderr,
          new RegExp(`^Calcifer: ${each}/CHANGES\\.md has no entry for #${id}`),
        );
        await home.must(top, "reset", "-q", "--hard");
        await home.ready(id);
        assert.equal((await work.finish({ item: id })).item.service, each);
      }
    });
    it("the hooks stay until the last one goes", async () => {
      const top = home.path("shared");
      assert.deepEqual(await service.remove({ service: "edge" }), { name: "edge", restored: [] });
      assert.equal((await service.show({ repo: top })).name, "core");
      assert.deepEqual(
        (JSON.parse(home.read(top, ".git/calcifer/services.json")) as { name: string }[]).map((s) => s.name),
        ["core"],
      );
      assert.ok((await service.remove({ service: "core" })).restored.length > 0);
      assert.equal(home.has(top, ".git/calcifer"), false);
    });
  });

  describe("edit", () => {
    it("name, trunk and docs; what is wrong changes nothing", async () => {
      const top = await repo();
      await service.add({ path: top, commit: true });
      const other = await home.repo("taken");
      await service.add({ path: other });
      await home.must(top, "branch", "stable");
      const { id } = await home.item(name(), "Renamed");
      const since = (await home.happened()).seq;
      const edited = await service.edit({ service: name(), name: "renamed", trunk: "stable", docs: "manual" });
      assert.deepEqual([edited.name, edited.trunk, edited.docs, edited.items], ["renamed", "stable", "manual", 1]);
      const { events } = await home.happened(since);
      assert.deepEqual(
        events.filter((e) => e.name === "service.edited").map((e) => [e.service, e.data]),
        [["renamed", { changed: ["name", "trunk", "docs"] }]],
      );
      const branch = (await work.get({ item: id })).branch as string;
      assert.equal(
        await home.must(top, "config", `branch.${branch}.calciferService`),
        "renamed",
        "hooks find it by its new name",
      );
      assert.deepEqual(await said(service.edit({ service: "renamed", name: "taken" })), {
        fault: "conflict",
        message: `There is a service taken already, at ${other}.`,
        hint: "Choose another name: --name <name>",
      });
      assert.equal(
        (await said(service.edit({ service: "renamed", trunk: "gone" }))).message,
        `There is no branch gone; there are: main, stable, ${branch}.`,
      );
      assert.equal((await said(service.edit({ service: "nobody", docs: "x" }))).fault, "missing");
      assert.equal((await service.show({ service: "renamed" })).trunk, "stable");
    });

    it("a repository that was moved is missed in words, and found again", async () => {
      const top = await repo();
      await service.add({ path: top, commit: true });
      const { id } = await home.item(name(), "Moved");
      const place = `${top}-moved`;
      renameSync(top, place);
      assert.equal((await service.show({ service: name() })).hooks, "cannot tell");
      assert.deepEqual(await said(work.update({ item: id })), {
        fault: "missing",
        message: `The repository of ${name()} is not at ${top} any more.`,
        hint: `Say where it is: calcifer service edit ${name()} --path <path>`,
      });
      const edited = await service.edit({ service: name(), path: place });
      assert.deepEqual([edited.repo, edited.hooks], [place, "in force"]);
      home.write(path.join(place, "x"), "x\n");
      await home.must(place, "add", "x");
      assert.match((await home.git(place, "commit", "-m", "x")).stderr, /^Calcifer: CHANGES\.md has no entry for #/);
      await work.commit({ message: "x", repo: place, entry: "x", all: true });
      await home.ready(id);
      assert.equal((await work.finish({ item: id })).item.status, "done");
    });
  });

  describe("remove", () => {
    it("puts config, hooks and info back to the byte, and leaves branches and files alone", async () => {
      const top = await repo();
      home.script(path.join(top, ".git/hooks/pre-commit"), "exit 0");
      home.write(path.join(top, ".git/info/attributes"), "*.x binary");
      await home.must(top, "config", "--add", "user.nick", "ada");
      const before = snapshot(path.join(top, ".git"));
      await service.add({ path: top, commit: true });
      const { id, branch } = await home.item(name(), "Left");
      assert.notDeepEqual(snapshot(path.join(top, ".git")), before);
      const refusal = await said(service.remove({ service: name() }));
      assert.deepEqual(refusal, {
        fault: "refused",
        message: `${name()} has 1 open item.`,
        reasons: [
          {
            check: "items",
            message: "They would be left without a service.",
            next: `calcifer work list --service ${name()}`,
          },
        ],
        hint: "Finish or drop them first, or take --force: they are kept.",
      });
      const { restored } = await service.remove({ service: name(), force: true });
      assert.ok(restored.length > 0);
      assert.deepEqual(snapshot(path.join(top, ".git")), before);
      assert.equal(await home.must(top, "branch", "--show-current"), branch);
      assert.equal((await work.get({ item: id })).service, null);
      assert.equal((await said(service.show({ service: name() }))).message, `There is no service ${name()}.`);
      assert.deepEqual(await said(work.finish({ item: id })), {
        fault: "missing",
        message: `The service of #${id} was removed.`,
        hint: "Register its repository again: calcifer service add <path>",
      });
      await service.add({ path: top });
      assert.equal((await work.get({ item: id })).service, name(), "its items come back to it");
      assert.equal((await work.start({ item: id })).branch, branch);
      assert.equal(await home.must(top, "config", `branch.${branch}.calciferItem`), `${id}`);
    });

    it("what was left for the next commit goes, in every work tree", async () => {
      const top = await repo();
      await home.must(top, "worktree", "add", "-q", `${top}.beside`);
      const found = async () => (await home.run(top, "find", [".git", "-name", "calcifer*"])).stdout;
      await service.add({ path: top });
      for (const gitDir of [".git", `.git/worktrees/${path.basename(top)}.beside`])
        for (const file of ["calcifer-turn", "calcifer-waiver", "calcifer-index-0123456789ab", "calcifer-commit.json"])
          home.write(path.join(top, gitDir, file), "{}");
      await service.remove({ service: name() });
      assert.equal(await found(), "");
    });

    it("a service whose folder is no repository any more, also where that lies in another one", async () => {
      const top = await repo();
      await service.add({ path: top });
      rmSync(path.join(top, ".git"), { recursive: true });
      assert.deepEqual(await service.remove({ service: name() }), { name: name(), restored: [] });
      const outer = await home.service("outer");
      const inner = await home.repo("outer/inner");
      await service.add({ path: inner, name: "inner" });
      rmSync(path.join(inner, ".git"), { recursive: true });
      assert.deepEqual(await service.remove({ service: "inner" }), { name: "inner", restored: [] });
      assert.equal((await service.show({ repo: outer })).hooks, "in force");
    });

    it("a service whose repository is gone", async () => {
      const top = await repo();
      await service.add({ path: top });
      rmSync(top, { recursive: true });
      assert.deepEqual(await service.remove({ service: name() }), { name: name(), restored: [] });
    });
  });

  it("list and show: open items are counted; the repository one is in is meant when none is named", async () => {
    const top = await repo();
    await service.add({ path: top, commit: true });
    await work.add({ title: "One", service: name() });
    await home.item(name(), "Two");
    const { services } = await service.list({});
    assert.equal(services.find((s) => s.name === name())?.items, 2);
    assert.deepEqual(
      services.map((s) => s.name),
      services.map((s) => s.name).sort(),
    );
    assert.equal((await service.show({ repo: top })).name, name());
    const other = await home.repo("nobodys");
    assert.equal((await said(service.show({ repo: other }))).message, `${other} is not registered as a service.`);
    assert.equal((await said(service.show({}))).message, "service: No service was named, and no repository either.");
  });

  it("doctor: what is broken is found, said, and put right with --fix", async () => {
    const top = await repo();
    await service.add({ path: top, commit: true });
    await home.must(top, "config", "core.hooksPath", "elsewhere");
    const sick = await service.doctor({ repo: top });
    assert.equal(sick.healthy, false);
    assert.ok(sick.findings.some((f) => f.state === "no" && f.next !== undefined));
    assert.equal((await service.show({ service: name() })).hooks, "not in force");
    const well = await service.doctor({ service: name(), fix: true });
    assert.equal(well.healthy, true, JSON.stringify(well.findings));
    const stranger = await home.repo("stranger");
    assert.equal((await service.doctor({ repo: stranger })).service, null);
  });
});
