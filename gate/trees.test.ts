import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Objects } from "./repo.ts";
import { Trees, treeOf } from "./trees.ts";

describe("what a path is in a commit, read from trees", () => {
  for (const format of ["sha1", "sha256"]) {
    describe(`in a repository of ${format}`, () => {
      let top = "";
      let objects: Objects;
      const git = (...args: string[]) =>
        execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@e", ...args], {
          cwd: top,
          encoding: "utf8",
        }).trim();

      before(() => {
        top = realpathSync(mkdtempSync(path.join(os.tmpdir(), "cx-")));
        git("init", "-q", `--object-format=${format}`);
        for (const file of ["a", "a.b/c", "a-b", "deep/er/and/er/f", "deep/line\nend", "ä ö/ü", " sp ace /x"]) {
          mkdirSync(path.dirname(path.join(top, file)), { recursive: true });
          writeFileSync(path.join(top, file), file);
        }
        symlinkSync("a", path.join(top, "link"));
        git("add", "-A");
        git("update-index", "--chmod=+x", "a-b");
        git("commit", "-q", "-m", "one");
        objects = new Objects(path.join(top, ".git"));
      });
      after(() => {
        objects.close();
        rmSync(top, { recursive: true, force: true });
      });

      it("is what git says, for files and folders", async () => {
        const tree = await treeOf(objects, git("rev-parse", "HEAD"));
        assert.equal(tree, git("rev-parse", "HEAD^{tree}"));
        const trees = new Trees(objects);
        const rows = git("ls-tree", "-r", "-t", "-z", "HEAD").split("\0").filter(Boolean);
        assert.equal(rows.length, 15);
        for (const row of rows) {
          const [mode = "", , id = ""] = (row.split("\t", 1)[0] as string).split(" ");
          const name = row.slice(row.indexOf("\t") + 1);
          assert.equal(await trees.at(tree as string, name), `${mode.replace(/^0/, "")} ${id}`, name);
        }
      });

      it("is nothing where there is nothing, and a fault where a tree cannot be read", async () => {
        const tree = (await treeOf(objects, git("rev-parse", "HEAD"))) as string;
        const trees = new Trees(objects);
        for (const name of ["", "b", "a/b", "deep/er/and/er/f/g", "link/a", "DEEP"])
          assert.equal(await trees.at(tree, name), undefined, name);
        await assert.rejects(trees.at("0".repeat(tree.length), "a"), /cannot be read/);
        assert.equal(await treeOf(objects, tree), undefined);
      });
    });
  }
});
