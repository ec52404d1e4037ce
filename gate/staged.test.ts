import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { stagedBlob } from "./staged.ts";

describe("what is staged for a file, read from the index", () => {
  let top = "";
  const git = (...args: string[]) => execFileSync("git", args, { cwd: top, encoding: "utf8" }).trim();
  const index = () => path.join(top, ".git", "index");
  const staged = (file: string) => git("ls-files", "-s", "--", file).split(" ")[1];

  beforeEach(() => {
    top = mkdtempSync(path.join(os.tmpdir(), "cx-"));
    git("init", "-q");
    // Enough, and long enough, for several pieces.
    for (let n = 0; n < 40; n++) {
      const folder = path.join(top, `folder-${"x".repeat(n)}`);
      mkdirSync(folder);
      for (let m = 0; m < 25; m++) writeFileSync(path.join(folder, `${"y".repeat(m)}.txt`), `${n} ${m}`);
    }
    for (const file of ["CHANGES.md", "ä ü.md", "zz.md", `${"l".repeat(200)}.md`])
      writeFileSync(path.join(top, file), file);
    git("-c", "index.version=2", "add", "-A");
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  it("is what git says, for every file", () => {
    const rows = execFileSync("git", ["ls-files", "-s", "-z"], { cwd: top, encoding: "utf8" })
      .split("\0")
      .filter(Boolean);
    assert.equal(rows.length, 1004);
    for (const row of rows) assert.equal(stagedBlob(index(), row.slice(row.indexOf("\t") + 1), 20), row.split(" ")[1]);
  });

  it("is nothing for a file that is not there, before, between or behind others", () => {
    for (const file of ["A", "CHANGES", "CHANGES.md2", "folder-", "zzz", ""])
      assert.equal(stagedBlob(index(), file, 20), undefined, file);
    assert.equal(stagedBlob(path.join(top, "no such index"), "CHANGES.md", 20), undefined);
    assert.equal(stagedBlob(path.join(top, "CHANGES.md"), "CHANGES.md", 20), undefined);
  });

  it("is left to git where the format says more than we read", () => {
    writeFileSync(path.join(top, "new.md"), "new");
    git("add", "-N", "new.md");
    assert.equal(stagedBlob(index(), "new.md", 20), undefined);
    assert.equal(stagedBlob(index(), "zz.md", 20), staged("zz.md"));
    git("update-index", "--index-version", "4");
    assert.equal(stagedBlob(index(), "zz.md", 20), undefined);
  });

  it("is left to git in a split index, where the entry is in the other half", () => {
    git("update-index", "--split-index");
    assert.equal(stagedBlob(index(), "CHANGES.md", 20), undefined);
    writeFileSync(path.join(top, "CHANGES.md"), "another text");
    git("add", "CHANGES.md");
    const found = stagedBlob(index(), "CHANGES.md", 20);
    assert.ok(found === undefined || found === staged("CHANGES.md"));
  });

  it("is left to git in a conflict", () => {
    const id = staged("zz.md");
    const rows = [1, 2, 3].map((stage) => `100644 ${id} ${stage}\tCHANGES.md\n`).join("");
    execFileSync("git", ["update-index", "--index-info"], {
      cwd: top,
      input: `0 ${"0".repeat(40)}\tCHANGES.md\n${rows}`,
    });
    assert.equal(stagedBlob(index(), "CHANGES.md", 20), undefined);
    assert.equal(stagedBlob(index(), "zz.md", 20), id);
  });

  it("has names of 32 bytes in a repository of SHA-256", () => {
    git("init", "-q", "--object-format=sha256", "two");
    top = path.join(top, "two");
    writeFileSync(path.join(top, "CHANGES.md"), "x");
    git("add", "-A");
    assert.equal(stagedBlob(index(), "CHANGES.md", 32), staged("CHANGES.md"));
    top = path.dirname(top);
  });
});
