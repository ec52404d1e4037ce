import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Git } from "./git.ts";
import { mergeBase } from "./merge-base.ts";

describe("where two lines of history parted", () => {
  let folder: string;
  const asked: string[] = [];
  let answer = { code: 0, stdout: Buffer.from("base\n"), stderr: "" };
  const git: Git = async (args) => {
    asked.push(args.join(" "));
    return answer;
  };
  const base = (tip: string) =>
    mergeBase({ git, top: folder, gitDir: folder, commonDir: folder, bare: false }, "trunk", tip);

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "cb-"));
    asked.length = 0;
    answer = { code: 0, stdout: Buffer.from("base\n"), stderr: "" };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is asked once, and again when a clone became deeper or shallower", async () => {
    assert.deepEqual([await base("tip"), await base("tip")], ["base", "base"]);
    assert.deepEqual(asked, ["merge-base trunk tip"]);
    writeFileSync(path.join(folder, "shallow"), "x\n");
    await base("tip");
    assert.equal(asked.length, 2);
  });

  it("is not remembered where git could not tell", async () => {
    answer = { code: 1, stdout: Buffer.from(""), stderr: "" };
    assert.equal(await base("tip"), undefined);
    answer = { code: 0, stdout: Buffer.from("later\n"), stderr: "" };
    assert.equal(await base("tip"), "later");
  });
});
