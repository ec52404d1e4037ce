// What a person sees, held in pretty.golden.txt. `GOLDEN=update npm test -- cli/pretty` rewrites it, to be read as a diff.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { api } from "../protocol/api.ts";
import type { Room } from "../protocol/contract.ts";
import { Fault } from "../protocol/errors.ts";
import { commands, rooms } from "./commands.ts";
import { commandHelp, overview, roomHelp } from "./help.ts";
import { columns, paper } from "./paper.ts";
import { now, samples } from "./pretty.samples.ts";
import { pretty } from "./pretty.ts";
import { faultText, json } from "./print.ts";
import { ago, clean, cleanLines, colours, cut, lasting, width, wrap } from "./text.ts";

const golden = path.join(import.meta.dirname, "pretty.golden.txt");
const page = paper({ isTerminal: true, columns: 80 }, { NO_COLOR: "1" }, now);
const coloured = paper({ isTerminal: true, columns: 80 }, {}, now);

const fault = new Fault("refused", "#42 cannot be merged: 2 checks say no.", {
  reasons: [
    { check: "entry", message: "CHANGES.md has no entry for #42.", next: 'calcifer changes add "…"' },
    { check: "notes", message: "The notes are empty." },
  ],
  hint: "See: calcifer status 42",
});

const helpPages: [string, string][] = [
  ["calcifer", overview(page)],
  ["calcifer work --help", roomHelp(rooms.find((r) => r.name === "work") as (typeof rooms)[0], commands, page)],
  ...["work add", "work note", "work merge", "work commit", "gate ci"].map((name): [string, string] => {
    const command = commands.find((c) => c.words.join(" ") === name);
    return [`calcifer ${name} --help`, commandHelp(command as (typeof commands)[0], page)];
  }),
];

function everything(): string {
  const results = samples.map(
    ([name, method, result, params]) => `=== ${name}\n${pretty(method, result, page, params)}\n`,
  );
  const helps = helpPages.map(([name, text]) => `=== ${name}\n${text}\n`);
  return [...results, `=== a refusal\n${faultText(fault, page)}\n`, ...helps].join("\n");
}

describe("what a person sees", () => {
  it("is as in pretty.golden.txt", () => {
    if (process.env.GOLDEN === "update") writeFileSync(golden, everything());
    assert.equal(everything(), readFileSync(golden, "utf8"));
  });

  it("has a printer for every command that is sent to the daemon", () => {
    const printed = new Set(samples.map(([, method]) => method));
    const alike = new Set([
      "work.uncheck",
      "work.check-add",
      "work.check-edit",
      "work.check-remove",
      "work.check-move",
      "service.edit",
    ]);
    const without = commands.flatMap((c) =>
      c.method && !printed.has(c.method) && !alike.has(c.method) ? [c.method] : [],
    );
    assert.deepEqual(without, []);
  });

  for (const [name, method, result] of samples) {
    it(`${name}: the sample fits the contract`, () => {
      const [room, verb] = method.split(".") as [string, string];
      const { result: schema } = ((api as Record<string, Room>)[room] as Room).methods[verb] as Room["methods"][string];
      const { success, error } = schema.safeParse(result);
      assert.ok(success, error?.message);
    });

    it(`${name}: coloured, it is the same text`, () => {
      const bare = pretty(method, result, coloured).replace(colours, "");
      assert.equal(bare, pretty(method, result, page));
    });

    // What is to be pasted is not broken, nor is a sentence that stands alone.
    it(`${name}: no line is wider than the terminal, where words allow`, () => {
      const lines = pretty(method, result, page).split("\n");
      assert.deepEqual(
        lines.filter((line) => width(line) > 80 && !/\S{40}|→|Next:|Written|^[✓✗?!]/.test(line)),
        [],
      );
    });
  }
});

describe("text of others", () => {
  it("loses what a terminal would obey", () => {
    assert.equal(clean("a\u001b[31mb\u001b[0mc"), "abc");
    assert.equal(clean("a\u001b]0;title\u0007b"), "ab");
    assert.equal(clean("a\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\b"), "alinkb");
    assert.equal(clean("a\u009b31mb\u0007\u0000\u007f"), "ab");
    assert.equal(clean("left\u202eright\u2066\u200f"), "leftright");
    assert.equal(clean("one\r\ntwo\tthree\u2028four"), "one two three four");
    assert.equal(cleanLines("one\r\ntwo\rthree"), "one\ntwothree");
    assert.equal(json({ a: "\u009b\u202e\u2028" }), '{\n  "a": "\\u009b\\u202e\\u2028"\n}');
  });

  const widths: [string, number][] = [
    ["abc", 3],
    ["漢字", 4],
    ["🔥", 2],
    ["👩‍👩‍👧", 2],
    ["e\u0301", 1],
    ["한", 2],
    ["🇩🇪", 2],
    ["", 0],
    ["é…", 2],
  ];
  for (const [text, columns] of widths)
    it(`${JSON.stringify(text)} takes ${columns}`, () => assert.equal(width(text), columns));

  it("is cut and wrapped by what a person sees", () => {
    assert.equal(cut("漢字漢字", 5), "漢字…");
    assert.equal(cut("abc", 3), "abc");
    assert.deepEqual(wrap("one two three", 8), ["one two", "three"]);
    assert.deepEqual(wrap("unbreakable", 4), ["unbreakable"]);
  });

  it("stands in columns", () => {
    const rows = [
      ["漢字", "1"],
      ["ab", "23"],
    ];
    assert.deepEqual(columns(page, [{ head: "name" }, { head: "n", right: true }], rows), [
      "name   n",
      "漢字   1",
      "ab    23",
    ]);
    assert.deepEqual(columns(page, [{ head: "empty" }, { head: "n" }], [["", "x"]]), ["n", "x"]);
  });

  it("tells times as a person does", () => {
    const times: [number, string][] = [
      [5, "just now"],
      [90, "2 min ago"],
      [7200, "2 h ago"],
      [86_400 * 3, "3 days ago"],
      [86_400, "1 day ago"],
      [86_400 * 60, "2026-09-21"],
      [-3600, "2026-11-20"],
    ];
    for (const [seconds, told] of times) assert.equal(ago(new Date(now - seconds * 1000).toISOString(), now), told);
    assert.equal(lasting(59), "59 s");
  });
});
