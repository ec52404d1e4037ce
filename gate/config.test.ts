import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { settingsIn } from "./config.ts";

describe("git config, read without git", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "calcifer-config-"));
  const file = path.join(folder, "config");
  after(() => rmSync(folder, { recursive: true }));

  /** What git reads, in the same form; undefined when it complains. */
  const byGit = (text: string): string[] | undefined => {
    writeFileSync(file, text);
    try {
      const said = execFileSync("git", ["config", "--file", file, "--no-includes", "--list", "-z"], { stdio: "pipe" });
      return said
        .toString("utf8")
        .split("\0")
        .filter((field) => field !== "");
    } catch {
      return undefined;
    }
  };
  const byUs = (text: string): string[] | undefined =>
    settingsIn(text)?.map(
      (s) => `${[s.section, s.subsection, s.key].filter((p) => p !== undefined).join(".")}\n${s.value}`,
    );

  const plain = [
    "",
    "[core]\n\tbare = false\n",
    '[branch "work/1-a"]\n\tcalciferItem = 1\n\tcalciferTitle = Add TLS\n',
    '[branch "odd \\"name\\" \\\\ ]"] merge = refs/heads/x ; why\n',
    '[a]\nb = "quoted # ; " and more  # comment\nc = " kept "\nd = one\\ttwo\\nthree\\"\\\\\n',
    "# nothing\n; nothing\n[A]\nB-c=x\r\n  d   =   spaced   words   \r\n",
    '[user]\n\tname = Ünï "ç" 日本\n',
    '[a]\n\tb =\n\tc = ""\n',
  ];
  for (const text of plain)
    it(`reads ${JSON.stringify(text)} as git does`, () => assert.deepEqual(byUs(text), byGit(text)));

  const odd = [
    "[include]\n\tpath = other\n",
    '[includeIf "gitdir:x"]\n\tpath = other\n',
    "[a]\nb = goes \\\non\n",
    "[a]\nb = tab\tinside\n",
    '[a]\nb = "open\n',
    "[a.b]\nc = d\n",
    "[a]\nb = \\x\n",
    "b = c\n",
    "[a\n",
    "[a]\n= b\n",
  ];
  for (const text of odd) it(`leaves ${JSON.stringify(text)} to git`, () => assert.equal(settingsIn(text), undefined));

  it("never reads anything else than git", () => {
    const pieces = fc.constantFrom(
      "[a]",
      '[b "c"]',
      "\n",
      "\n",
      "\n",
      "k",
      " = ",
      "=",
      " ",
      "\t",
      '"',
      "\\",
      "\\n",
      '\\"',
      "#",
      ";",
      "v w",
      "ü",
      "]",
      "[",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const text = `[s]\n${parts.join("")}`;
        const ours = byUs(text);
        // What has no value is `true` to us, and nothing at all in git's list.
        if (ours !== undefined)
          assert.deepEqual(
            ours,
            byGit(text)?.map((f) => (f.includes("\n") ? f : `${f}\ntrue`)),
            text,
          );
      }),
      { numRuns: 600 },
    );
  }).timeout(30_000);
});
