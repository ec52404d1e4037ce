import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "jsonc-parser";
import { type Merged, merge, unmerge } from "./merge.ts";
import type { Piece } from "./templates.ts";

const task = (label: string, more: object = {}): Piece => ({ at: ["tasks"], id: label, value: { label, ...more } });
const setting = (key: string, value: unknown): Piece => ({ at: [key], value });
const good = (merged: ReturnType<typeof merge>): Merged =>
  "line" in merged ? assert.fail(`${merged.line}:${merged.column} ${merged.what}`) : merged;
const put = (before: string | undefined, wanted: Piece[], own: Piece[] = []) => good(merge(before, wanted, own));

const pieces = [
  setting("ours", true),
  { at: ["[go]", "editor.formatOnSave"], value: true },
  { at: ["list"], id: "a.b", value: "A.b" },
  task("test", { args: ["run", "test"] }),
];

const files: Record<string, string> = {
  "an empty object": "{}\n",
  "a line": '{ "theirs": 1 }',
  "two spaces": '{\n  "theirs": 1\n}\n',
  "tabs and no end of line": '{\n\t"theirs": 1\n}',
  "four spaces": '{\n    "theirs": {\n        "a": 1\n    }\n}\n',
  "CRLF and tabs": '{\r\n\t"theirs": 1, // why\r\n\t"b": [1]\r\n}\r\n',
  "a trailing comma": '{\n  "theirs": 1,\n}\n',
  "a trailing comma and a comment": '{\n  "theirs": 1, // why\n  // at the end\n}\n',
  comments: '// first\n{\n  // before\n  "theirs": 1 // behind\n  /* last */\n}\n// over\n',
  "lists and objects that are there":
    '{\n  "list": [\n    "x.y", // mine\n  ],\n  "[go]": { "a": 1 },\n  "tasks": []\n}\n',
  "a byte order mark": '\uFEFF{\n  "theirs": 1\n}\n',
  "a comment with braces": '{\n  "theirs": "} , {" // } ,\n}\n',
};

describe("ide: merging into .vscode", () => {
  for (const [name, before] of Object.entries(files)) {
    it(`${name}: ours are added, and taken out again byte for byte`, () => {
      const { text, own, kept } = put(before, pieces);
      const value = parse(text.replace("\uFEFF", "")) as Record<string, unknown>;
      assert.deepEqual(kept, []);
      assert.equal(value.ours, true);
      assert.equal((value["[go]"] as Record<string, unknown>)["editor.formatOnSave"], true);
      assert.deepEqual((value.list as string[]).at(-1), "A.b");
      assert.deepEqual(value.tasks, [{ label: "test", args: ["run", "test"] }]);
      const bare = name === "a line" ? '{ "theirs": 1\n}' : before;
      assert.equal(unmerge(text, own), before === "{}\n" ? undefined : bare);
    });

    it(`${name}: again changes nothing`, () => {
      const first = put(before, pieces);
      assert.equal(put(first.text, pieces, first.own).text, first.text);
    });

    it(`${name}: every line of theirs stays`, () => {
      const { text } = put(before, pieces);
      const eol = before.includes("\r\n") ? "\r\n" : "\n";
      // Commas are added between a value and its comment; lists are opened at their end.
      const bare = (line: string) =>
        line
          .trim()
          .replaceAll(",", "")
          .replace(/[\]} ]+$/, "");
      for (const line of before.split(eol)) assert.ok(text.replaceAll(",", "").includes(bare(line)), line);
      if (eol === "\r\n") assert.doesNotMatch(text, /[^\r]\n/);
      if (before.includes("\t")) assert.doesNotMatch(text, /\n {2}/);
    });
  }

  it("a file that is not there is written whole", () => {
    assert.equal(
      put(undefined, [setting("version", "2.0.0"), task("test", { args: ["a", "b"] })]).text,
      '{\n  "version": "2.0.0",\n  "tasks": [\n    {\n      "label": "test",\n      "args": ["a", "b"]\n    }\n  ]\n}\n',
    );
  });

  it("a comment stays with the value it stands at", () => {
    assert.equal(put('{\n  "a": 1 // of a\n}\n', [setting("b", 2)]).text, '{\n  "a": 1, // of a\n  "b": 2\n}\n');
  });

  it("a key of theirs with another value stays and is told", () => {
    const before = '{\n  "ours": false,\n  "tasks": [{ "label": "test", "command": "mine" }]\n}\n';
    const { text, kept, own } = put(before, [setting("ours", true), task("test")]);
    assert.equal(text, before);
    assert.deepEqual([kept, own], [["ours", "tasks › test"], []]);
  });

  it("what was theirs already, and equal, does not become ours", () => {
    const before = '{\n  "ours": true\n}\n';
    const { text, own } = put(before, [setting("ours", true)]);
    assert.deepEqual([text, own], [before, []]);
  });

  it("what changed since is brought up to date, and what is gone goes, around what a person added", () => {
    const first = put(undefined, [task("test", { args: ["a"] }), task("old")]);
    const theirs = first.text.replace('"tasks": [', '"tasks": [\n    // mine\n    { "label": "mine" },');
    const { text } = put(theirs, [task("test", { args: ["b"] }), task("new")], first.own);
    assert.match(text, /\/\/ mine\n {4}\{ "label": "mine" \}/);
    assert.deepEqual((parse(text) as { tasks: object[] }).tasks, [
      { label: "mine" },
      { label: "test", args: ["b"] },
      { label: "new" },
    ]);
  });

  it("what a person took out stays out, and what they changed is theirs", () => {
    const first = put(undefined, [setting("a", 1), setting("b", 1), setting("c", 1)]);
    const theirs = first.text.replace('  "a": 1,\n', "").replace('"b": 1', '"b": 2');
    const again = put(theirs, [setting("a", 1), setting("b", 1), setting("c", 1)], first.own);
    assert.equal(again.text, theirs);
    assert.deepEqual(again.kept, ["a (taken out)", "b"]);
    assert.equal(put(again.text, [setting("a", 1), setting("b", 1), setting("c", 1)], again.own).text, theirs);
    assert.equal(unmerge(theirs, again.own), '{\n  "b": 2\n}\n');
  });

  it("on another branch, where none of ours is, they are put in", () => {
    assert.match(put('{\n  "x": 1\n}\n', [setting("a", 1)], [setting("a", 1), setting("b", 1)]).text, /"a": 1/);
  });

  it("a second default of tests is not set beside theirs", () => {
    const before = '{\n  "tasks": [{ "label": "mine", "group": { "kind": "test", "isDefault": true } }]\n}\n';
    const { text } = put(before, [task("test", { group: { kind: "test", isDefault: true } })]);
    assert.equal((parse(text) as { tasks: { group: unknown }[] }).tasks[1]?.group, "test");
  });

  it("the version stays with tasks of a person's own", () => {
    const { text, own } = put(undefined, [setting("version", "2.0.0"), task("test")]);
    const theirs = text.replace('"tasks": [', '"tasks": [\n    { "label": "mine" },');
    const version = '{\n  "version": "2.0.0",\n';
    assert.equal(unmerge(theirs, own), `${version}  "tasks": [\n    { "label": "mine" }\n  ]\n}\n`);
    assert.equal(unmerge(text, own), undefined);
  });

  it("a comment in a list that would be emptied keeps the list", () => {
    const { text, own } = put("{}\n", [{ at: ["list"], id: "a", value: "a" }]);
    const theirs = text.replace("[\n", "[\n    // mine\n");
    assert.equal(unmerge(theirs, own), '{\n  "list": [\n    // mine\n  ]\n}\n');
  });

  const broken: [string, string, RegExp, number, number][] = [
    ["no comma", '{\n  "a": 1\n  "b": 2\n}', /comma/, 3, 3],
    ["no end", '{\n  "a": [1', /expected/, 2, 10],
    ["a list", "[1]", /an object is expected/, 1, 1],
    ["two objects", "{}\n{}", /end of file/, 2, 1],
    ["tasks that are no list", '{\r\n  "tasks": 1 }', /tasks should be a list/, 2, 12],
  ];
  for (const [name, text, what, line, column] of broken)
    it(`${name} is refused with its place`, () => {
      const found = merge(text, [task("test")], []);
      assert.ok("line" in found);
      assert.match(found.what, what);
      assert.deepEqual([found.line, found.column], [line, column]);
    });

  it("whatever a person's file holds: it stays the same but for ours, and comes back", () => {
    const theirs = fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 });
    const indents = fc.constantFrom("  ", "\t", "    ");
    fc.assert(
      fc.property(theirs, indents, (object, indent) => {
        const before = JSON.stringify(object, null, indent);
        fc.pre(!("tasks" in object) && !("ours" in object) && !("__proto__" in object) && before !== "{}");
        const { text, own } = put(before, [setting("ours", [1]), task("test")]);
        const { ours, tasks, ...rest } = parse(text) as Record<string, unknown>;
        assert.deepEqual([ours, tasks], [[1], [{ label: "test" }]]);
        assert.deepEqual(rest, parse(before));
        assert.equal(unmerge(text, own), before);
      }),
      { numRuns: 300 },
    );
  });
});
