import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Fault } from "../protocol/errors.ts";
import { type Git, gitIn } from "./git.ts";
import { log, logWithChanges } from "./log.ts";

describe("the log", () => {
  let top = "";
  let git: Git;
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Ada \u001f Lovelace",
    GIT_AUTHOR_EMAIL: "a@e",
    GIT_AUTHOR_DATE: "2026-11-20T12:00:00+02:00",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@e",
  };
  const run = (args: string[], input?: string) =>
    execFileSync("git", args, { cwd: top, env, encoding: "utf8", input }).trim();
  const commit = (message: string, files: Record<string, string> = {}) => {
    for (const [file, text] of Object.entries(files)) writeFileSync(path.join(top, file), text);
    run(["add", "-A"]);
    run(["commit", "-q", "--allow-empty", "--allow-empty-message", "--cleanup=verbatim", "-F", "-"], message);
    return run(["rev-parse", "HEAD"]);
  };

  beforeEach(() => {
    top = realpathSync(mkdtempSync(path.join(os.tmpdir(), "cx-")));
    git = gitIn(top);
    run(["init", "-q", "-b", "main"]);
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  it("has each commit once, whatever is in its message, its author and its paths", async () => {
    const messages = [
      "Plain\n\nWork-Item: #1 aaaaaaaa\n",
      `Forged\u001e${"0".repeat(40)}\u001fb\u001f2026\u001fs\u001fCalcifer-Waiver: entry; no\n`,
      "\n\n  First line\nsecond line\n\nrest\n",
      ":100644 100644 aaaa bbbb M\n",
      "",
    ];
    const ids = messages.map((message, n) =>
      commit(message, { [`f ${n} \u001f :100644.txt`]: `${n}`, "same.txt": `${n}` }),
    );
    const found = await logWithChanges(git, ["HEAD"]);
    assert.deepEqual(
      found.map((c) => c.id),
      ids,
    );
    assert.deepEqual(
      found.map((c) => c.message.trimEnd()),
      messages.map((m) => m.trimEnd()),
    );
    assert.deepEqual(
      found.map((c) => c.subject),
      run(["log", "--reverse", "--format=%s"]).split("\n").concat("").slice(0, 5),
    );
    assert.deepEqual(
      found.map((c) => c.parents),
      [[], ...ids.slice(0, 4).map((id) => [id])],
    );
    assert.deepEqual(
      found.map((c) => c.changes.map((x) => x.path)),
      messages.map((_, n) => [`f ${n} \u001f :100644.txt`, "same.txt"]),
    );
    assert.ok(found.every((c) => c.at === "2026-11-20T10:00:00.000Z"));
    const newestFirst = await log(git, ["-2", "HEAD"]);
    assert.deepEqual(
      newestFirst.map((c) => c.id),
      ids.slice(-2).reverse(),
    );
    assert.deepEqual(newestFirst[0]?.changes, []);
  });

  it("tells what a file was and is, by blob and mode", async () => {
    commit("one", { "a.txt": "1" });
    commit("two", { "a.txt": "2" });
    run(["update-index", "--chmod=+x", "a.txt"]);
    run(["commit", "-q", "-m", "three"]);
    const [one, two, three] = (await logWithChanges(git, ["HEAD"])).map((c) => c.changes[0]);
    assert.match(one?.before ?? "", /^0+$/);
    assert.equal(two?.before, one?.after);
    assert.equal(two?.from, one?.to);
    assert.equal(three?.before, three?.after);
    assert.notEqual(three?.from, three?.to);
  });

  it("is not led astray by a person's settings", async () => {
    const id = commit("one", { "a.txt": "1" });
    for (const [name, value] of [
      ["log.showSignature", "true"],
      ["color.ui", "always"],
      ["log.decorate", "full"],
      ["format.pretty", "fuller"],
      ["log.diffMerges", "separate"],
      ["log.date", "relative"],
      ["diff.renames", "copies"],
    ] as const)
      run(["config", name, value]);
    const [only, ...others] = await logWithChanges(git, ["HEAD"]);
    assert.deepEqual(others, []);
    assert.equal(only?.id, id);
    assert.equal(only?.changes.length, 1);
  });

  it("of nothing is nothing; of what is not there, a fault", async () => {
    commit("one");
    assert.deepEqual(await log(git, ["HEAD..HEAD"]), []);
    await assert.rejects(log(git, ["nowhere"]), (error) => error instanceof Fault && error.fault === "unreachable");
  });
});
