import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { branchTip, branchTips, gitDirAt, worktrees } from "./refs.ts";
import { openRepo, type Repo } from "./repo.ts";

describe("refs read from git's files", () => {
  let root = "";
  let top = "";
  let repo: Repo;
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@e",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@e",
  };
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: top, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  const commit = () => git("commit", "-q", "--allow-empty", "-m", "c");
  const told = () =>
    new Map(
      git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")
        .split("\n")
        .filter(Boolean)
        .map((l) => l.split(" ") as [string, string]),
    );
  const byName = (map: Map<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

  beforeEach(async () => {
    root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "cx-")));
    top = path.join(root, "repo");
    mkdirSync(top);
    git("init", "-q", "-b", "main");
    commit();
    repo = await openRepo(top);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("are what git says: loose, packed, both, deep and with letters of all kinds", async () => {
    git("branch", "work/1-a");
    git("branch", "ä/ü");
    git("pack-refs", "--all");
    commit();
    git("branch", "deep/er/and/er");
    assert.deepEqual(byName(await branchTips(repo)), byName(told()));
    for (const [name, tip] of told()) assert.equal(await branchTip(repo, name), tip, name);
  });

  it("follow what changes, packed and unpacked", async () => {
    git("branch", "work/1-a");
    for (let n = 0; n < 3; n++) {
      commit();
      git("branch", "-f", "work/1-a");
      assert.equal(await branchTip(repo, "work/1-a"), git("rev-parse", "HEAD"));
      git("pack-refs", "--all");
      assert.equal(await branchTip(repo, "work/1-a"), git("rev-parse", "HEAD"));
    }
    git("branch", "-D", "work/1-a");
    assert.equal(await branchTip(repo, "work/1-a"), undefined);
    assert.deepEqual(byName(await branchTips(repo)), byName(told()));
  });

  it("are none where there is no such branch, whatever its name", async () => {
    for (const name of ["none", "work", "../../HEAD", "../config", ".", "", "a/../main", "--all"])
      assert.equal(await branchTip(repo, name), undefined, name);
    git("branch", "work/1-a");
    assert.equal(await branchTip(repo, "work"), undefined);
  });

  it("follow a symbolic ref", async () => {
    git("symbolic-ref", "refs/heads/alias", "refs/heads/main");
    assert.equal(await branchTip(repo, "alias"), git("rev-parse", "main"));
    git("symbolic-ref", "refs/heads/round", "refs/heads/round");
    assert.equal(await branchTip(repo, "round"), undefined);
  });

  it("are left to git where a file is not as git writes it", async () => {
    symlinkSync("main", path.join(top, ".git/refs/heads/link"));
    assert.equal(await branchTip(repo, "link"), git("rev-parse", "main"));
  });

  const askedWorktrees = () =>
    git("worktree", "list", "--porcelain")
      .split("\n\n")
      .filter(Boolean)
      .map((block) => ({
        path: /^worktree (.*)$/m.exec(block)?.[1],
        branch: /^branch refs\/heads\/(.*)$/m.exec(block)?.[1],
        bare: /^bare$/m.test(block),
      }));
  const seenWorktrees = async (from: Repo) =>
    (await worktrees(from)).map(({ path: place, branch, bare }) => ({ path: place, branch, bare }));

  it("work trees are those git lists, seen from each of them", async () => {
    git("worktree", "add", "-q", "-b", "work/2-b", "../two b");
    git("worktree", "add", "-q", "--detach", "../three");
    for (const folder of [".", "../two b", "../three"])
      assert.deepEqual(await seenWorktrees(await openRepo(path.join(top, folder))), askedWorktrees(), folder);
    for (const { path: place, gitDir } of await worktrees(repo)) assert.equal(gitDir, gitDirAt(place));
  });

  it("work trees of a bare repository, too, and of one whose folder is named otherwise", async () => {
    git("clone", "-q", "--bare", top, path.join(root, "bare.git"));
    top = path.join(root, "bare.git");
    git("worktree", "add", "-q", "-b", "work/3-c", "../four");
    for (const folder of [top, path.join(root, "four")])
      assert.deepEqual(await seenWorktrees(await openRepo(folder)), askedWorktrees(), folder);
  });

  it("the folder of a work tree's git directory", () => {
    assert.equal(gitDirAt(top), path.join(top, ".git"));
    assert.equal(gitDirAt(root), undefined);
    const other = path.join(root, "other");
    mkdirSync(other);
    writeFileSync(path.join(other, ".git"), "gitdir: ../repo/.git\n");
    assert.equal(gitDirAt(other), path.join(top, ".git"));
  });
});
