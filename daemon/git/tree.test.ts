import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Changed, uncommitted } from "../../gate/facts.ts";
import { gitIn } from "../../gate/git.ts";
import { isUnknown } from "../../gate/unknown.ts";
import { soon } from "../life/trial.ts";
import { Tree } from "./tree.ts";

describe("what is uncommitted, remembered", () => {
  let root = "";
  let top = "";
  let tree: Tree;
  let asked = 0;
  const before = { ...process.env };
  const git = (...args: string[]) => execFileSync("git", args, { cwd: top, encoding: "utf8" });
  const write = (file: string, text = "text\n") => {
    mkdirSync(path.dirname(path.join(top, file)), { recursive: true });
    writeFileSync(path.join(top, file), text);
  };
  const ask = () => {
    asked++;
    return uncommitted(gitIn(top), top);
  };
  const paths = async (): Promise<string[]> => {
    const files = await tree.uncommitted(ask);
    return isUnknown(files) ? [files.unknown] : files.map((f: Changed) => f.path);
  };
  const truth = async (): Promise<string[]> => {
    const files = await uncommitted(gitIn(top), top);
    return isUnknown(files) ? [files.unknown] : files.map((f) => f.path);
  };
  const watched = () => soon(() => tree.isWatched, "every folder is watched");
  /** What it says comes to be what git says, and then costs nothing. */
  const agrees = async (what: string) => {
    const said = await truth();
    await soon(async () => (await paths()).join() === said.join(), `it says ${said.join() || "nothing"} after ${what}`);
    await watched();
    await paths();
    const now = asked;
    assert.deepEqual(await paths(), said, what);
    assert.equal(asked, now, `nothing is asked again after ${what}`);
    return said;
  };

  beforeEach(async () => {
    root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "cx-")));
    process.env.HOME = root;
    process.env.XDG_CONFIG_HOME = path.join(root, ".config");
    writeFileSync(path.join(root, ".gitconfig"), "[user]\n\tname = a\n\temail = a@e\n");
    top = path.join(root, "repo");
    mkdirSync(top);
    git("init", "-q", "-b", "main");
    for (const file of ["a.txt", "src/b.txt", "src/deep/er/c.txt", "doc/d.txt"]) write(file);
    write(".gitignore", "out/\n*.log\n");
    git("add", "-A");
    git("commit", "-q", "-m", "one");
    asked = 0;
    tree = new Tree(top, gitIn(top));
    await tree.start();
  });
  afterEach(async () => {
    await tree.stop();
    for (const name of ["HOME", "XDG_CONFIG_HOME"]) process.env[name] = before[name] as string;
    rmSync(root, { recursive: true, force: true });
  });

  it("asks git once as long as nothing moves, also for those who ask at the same time", async () => {
    await watched();
    assert.deepEqual(await Promise.all([paths(), paths(), paths()]), [[], [], []]);
    assert.deepEqual(await paths(), []);
    assert.equal(asked, 1);
  });

  const steps: [string, () => void, string[]][] = [
    ["a file changes", () => write("src/deep/er/c.txt", "changed, longer\n"), ["src/deep/er/c.txt"]],
    ["a file is new", () => write("new.txt"), ["new.txt"]],
    ["a file is gone", () => rmSync(path.join(top, "doc/d.txt")), ["doc/d.txt"]],
    [
      "a folder with all in it is gone",
      () => rmSync(path.join(top, "src"), { recursive: true }),
      ["src/b.txt", "src/deep/er/c.txt"],
    ],
    ["a file may be executed", () => chmodSync(path.join(top, "a.txt"), 0o755), ["a.txt"]],
    ["a file in new folders", () => write("x/y/z.txt"), ["x/y/z.txt"]],
    [
      "a folder is moved",
      () => renameSync(path.join(top, "src/deep"), path.join(top, "moved")),
      ["src/deep/er/c.txt", "moved/er/c.txt"],
    ],
    ["what is ignored changes", () => write(".gitignore", "*.txt\n"), [".gitignore"]],
    [
      "what is ignored appears",
      () => {
        for (const file of ["out/o.txt", "src/x.log"]) write(file);
      },
      [],
    ],
    ["a link to a folder", () => symlinkSync("src", path.join(top, "link")), ["link"]],
    [
      "a user-wide ignore",
      () => {
        write("n.tmp");
        write("../.config/git/ignore", "*.tmp\n");
      },
      [],
    ],
  ];
  for (const [what, step, expected] of steps)
    it(`sees that ${what}`, async () => {
      await agrees("the start");
      step();
      assert.deepEqual((await agrees(what)).sort(), [...expected].sort());
    });

  it("sees a file in an untracked folder come, change place and go", async () => {
    mkdirSync(path.join(top, "empty/deep"), { recursive: true });
    await agrees("an empty folder");
    write("empty/deep/f.txt");
    assert.deepEqual(await agrees("a file in it"), ["empty/deep/f.txt"]);
    rmSync(path.join(top, "empty/deep/f.txt"));
    assert.deepEqual(await agrees("it is gone"), []);
  });

  it("sees what happens in folders that were taken away and put back", async () => {
    await agrees("the start");
    rmSync(path.join(top, "src"), { recursive: true });
    git("checkout", "-q", "--", "src");
    tree.moved();
    assert.deepEqual(await agrees("they are back"), []);
    write("src/deep/er/c.txt", "changed, and longer\n");
    assert.deepEqual(await agrees("a change in them"), ["src/deep/er/c.txt"]);
  });

  it("does not remember what it cannot know: a submodule, too many folders, no work tree", async () => {
    const id = git("rev-parse", "HEAD").trim();
    git("update-index", "--add", "--cacheinfo", `160000,${id},module`);
    tree.unsure();
    await soon(() => tree.size === 0, "a submodule is not watched");
    const now = asked;
    await paths();
    await paths();
    assert.equal(asked, now + 2);
    git("rm", "-q", "--cached", "module");
    tree.unsure();
    await watched();
    rmSync(top, { recursive: true });
    await soon(() => !tree.isWatched && tree.size === 0, "nothing is watched any more");
    assert.match((await paths())[0] ?? "", /is not there/);
  });
});
