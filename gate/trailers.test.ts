// The two trailers: read from messages as git has them, written into messages as git hands them out.
import assert from "node:assert/strict";
import { itemTrailer, trailersOf, waiverTrailer, withTrailer } from "./trailers.ts";

const key = "k7f2q9m3";
const trailer = `Work-Item: #42 ${key}`;
const comments = "# Please enter the commit message for your changes.\n#\n# On branch work/42\n";
const scissors =
  "# ------------------------ >8 ------------------------\n# Do not modify\ndiff --git a/x b/x\n+Work-Item: #1 aaaaaaaa\n";

describe("trailers: read", () => {
  const cases: [string, string, string[], [string, string][]][] = [
    ["none", "Add TLS\n", [], []],
    ["the item", `Add TLS\n\n${trailer}\n`, [key], []],
    ["without a final newline", `Add TLS\n\n${trailer}`, [key], []],
    ["in any case, with odd spaces", `Add TLS\n\nWORK-ITEM:#42\t${key.toUpperCase()}  \n`, [key], []],
    [
      "with line ends of Windows",
      `Add TLS\r\n\r\n${trailer}\r\nCalcifer-Waiver: entry; why\r\n`,
      [key],
      [["entry", "why"]],
    ],
    ["two items", `x\n\n${trailer}\nWork-Item: #7 aaaaaaaa\n`, [key, "aaaaaaaa"], []],
    ["beside those of others", `x\n\nSigned-off-by: a\n${trailer}\nChange-Id: I1\n`, [key], []],
    ["before git's comments", `x\n\n${trailer}\n\n${comments}`, [key], []],
    ["not behind the scissors", `x\n\nbody\n${scissors}`, [], []],
    ["not in the body", `x\n\n${trailer}\n\nMore words.\n`, [], []],
    ["not in the subject", `${trailer}\n`, [], []],
    ["not with a key too long", `x\n\n${trailer}x\n`, [], []],
    ["not without a number", `x\n\nWork-Item: ${key}\n`, [], []],
    ["not in a quotation", `x\n\n> ${trailer}\n`, [], []],
    [
      "a waiver",
      "x\n\nCalcifer-Waiver: entry; generated files; all of them\n",
      [],
      [["entry", "generated files; all of them"]],
    ],
    ["a waiver in any case", "x\n\ncalcifer-waiver:  Judged ;  old commits \n", [], [["judged", "old commits"]]],
    ["a waiver needs a reason", "x\n\nCalcifer-Waiver: entry;  \n", [], []],
    ["a waiver needs a check", "x\n\nCalcifer-Waiver: ; why\n", [], []],
    ["an empty message", "", [], []],
    ["only comments", comments, [], []],
  ];
  for (const [name, message, keys, waivers] of cases)
    it(name, () =>
      assert.deepEqual(trailersOf(message), { keys, waivers: waivers.map(([check, reason]) => ({ check, reason })) }),
    );
});

describe("trailers: written", () => {
  it("of an item and of a waiver", () => {
    assert.equal(itemTrailer({ id: 42, key }), trailer);
    assert.equal(waiverTrailer("entry", "  two\n lines\tof it "), "Calcifer-Waiver: entry; two lines of it");
  });

  const cases: [string, string, string][] = [
    ["a subject", "Add TLS\n", `Add TLS\n\n${trailer}\n`],
    ["a subject without newline", "Add TLS", `Add TLS\n\n${trailer}\n`],
    ["a body", "Add TLS\n\nWhy.\n", `Add TLS\n\nWhy.\n\n${trailer}\n`],
    ["joins the trailers there are", "x\n\nSigned-off-by: a\n", `x\n\nSigned-off-by: a\n${trailer}\n`],
    ["joins a folded trailer", "x\n\nAcked-by: a\n b\n", `x\n\nAcked-by: a\n b\n${trailer}\n`],
    [
      "joins what cherry-pick wrote",
      "x\n\n(cherry picked from commit 1)\n",
      `x\n\n(cherry picked from commit 1)\n${trailer}\n`,
    ],
    ["a subject like a trailer is none", "fix: the edge\n", `fix: the edge\n\n${trailer}\n`],
    ["text is no trailer", "x\n\nNote: this\nis text\n", `x\n\nNote: this\nis text\n\n${trailer}\n`],
    ["before git's comments, which stay", `\n${comments}`, `\n\n${trailer}\n\n\n${comments}`],
    ["between text and comments", `Add TLS\n\n${comments}`, `Add TLS\n\n${trailer}\n\n\n${comments}`],
    ["before the scissors", `x\n${scissors}`, `x\n\n${trailer}\n\n${scissors}`],
    ["once", `x\n\n${trailer}\n`, `x\n\n${trailer}\n`],
    [
      "also where the body quotes it",
      `x\n\n${trailer}\n\nis what it says.\n`,
      `x\n\n${trailer}\n\nis what it says.\n\n${trailer}\n`,
    ],
  ];
  for (const [name, before, after] of cases)
    it(name, () => {
      assert.equal(withTrailer(before, trailer), after);
      assert.equal(withTrailer(after, trailer), after, "a second time changes it");
      assert.deepEqual(trailersOf(`s\n\n${after.trimStart()}`).keys, [key]);
    });

  it("what was written is read again", () => {
    const message = withTrailer(withTrailer("x\n", waiverTrailer("entry", "a: b; c")), itemTrailer({ id: 42, key }));
    assert.equal(message, `x\n\nCalcifer-Waiver: entry; a: b; c\n${trailer}\n`);
    assert.deepEqual(trailersOf(message), { keys: [key], waivers: [{ check: "entry", reason: "a: b; c" }] });
  });
});
