// What is typed → what is asked, in tables; and what is said when it cannot be read.
import assert from "node:assert/strict";
import { Fault } from "../protocol/errors.ts";
import { find, type Parsed, parse } from "./args.ts";
import { commands } from "./commands.ts";
import { nearest, unknownCommand } from "./near.ts";

function read(typed: readonly string[], stdin?: string): Parsed {
  const { command, words, rest } = find(typed, commands);
  if (!command) throw unknownCommand(words, commands);
  return parse(command, rest, stdin === undefined ? undefined : () => stdin);
}

const words = (line: string): string[] =>
  Array.from(line.matchAll(/(?:'[^']*'|[^\s'])+/g), ([word]) => word.replaceAll("'", ""));

function faultOf(typed: readonly string[]): Fault {
  try {
    read(typed);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  assert.fail("it was understood");
}

describe("the command line", () => {
  const understood: [line: string, method: string | undefined, params: Record<string, unknown>][] = [
    ["work add 'Add TLS'", "work.add", { title: "Add TLS" }],
    ["work add 'Add TLS' --label a --label b", "work.add", { title: "Add TLS", label: ["a", "b"] }],
    ["work add --type=bug 'Add TLS'", "work.add", { title: "Add TLS", type: "bug" }],
    ["work add --title 'Add TLS' --service gateway", "work.add", { title: "Add TLS", service: "gateway" }],
    ["work add -- --odd", "work.add", { title: "--odd" }],
    ["work list", "work.list", {}],
    ["work list --limit 10 --all", "work.list", { limit: 10, all: true }],
    ["work list -a", "work.list", { all: true }],
    ["work list --status active --status done", "work.list", { status: ["active", "done"] }],
    ["work list --no-label", "work.list", { noLabel: true }],
    ["work groups label --no-service", "work.groups", { by: "label", noService: true }],
    ["work diff", "work.diff", {}],
    ["work check-edit 42 2 'In other words'", "work.check-edit", { item: 42, point: 2, text: "In other words" }],
    ["work check-edit . 2 'In other words'", "work.check-edit", { item: ".", point: 2, text: "In other words" }],
    ["work list --no-all", "work.list", { all: false }],
    ["work show", "work.show", {}],
    ["work show 42", "work.show", { item: 42 }],
    ["work show #42", "work.show", { item: 42 }],
    ["work show .", "work.show", { item: "." }],
    ["work note 42 'All is well'", "work.note", { item: 42, text: "All is well" }],
    ["work note 'All is well'", "work.note", { text: "All is well" }],
    ["work note . 42", "work.note", { item: ".", text: "42" }],
    ["work check 42 1 3", "work.check", { item: 42, points: [1, 3] }],
    ["work check . 2", "work.check", { item: ".", points: [2] }],
    ["work check --all", "work.check", { all: true }],
    ["work check-add 'It still works'", "work.check-add", { text: "It still works" }],
    ["work check-move 42 3 1", "work.check-move", { item: 42, point: 3, to: 1 }],
    ["work merge", "work.merge", {}],
    ["work merge --push", "work.merge", { push: true }],
    ["work merge --no-push", "work.merge", { push: false }],
    ["work drop 42 --abandon-commits 2", "work.drop", { item: 42, abandonCommits: 2 }],
    ["work adopt fix-timeouts --item #7", "work.adopt", { branch: "fix-timeouts", item: 7 }],
    ["commit -m 'Fix it' --no-entry typo", "work.commit", { message: "Fix it", noEntry: "typo" }],
    ["commit -am 'Fix it'", "work.commit", { all: true, message: "Fix it" }],
    ["commit -m'Fix it'", "work.commit", { message: "Fix it" }],
    ["commit -m=-a", "work.commit", { message: "-a" }],
    ["work commit -m 'Fix it'", "work.commit", { message: "Fix it" }],
    ["status", "gate.show", {}],
    ["gate show 42", "gate.show", { item: 42 }],
    ["home", "home.show", {}],
    ["home show", "home.show", {}],
    ["doctor gateway --fix", "service.doctor", { service: "gateway", fix: true }],
    ["events --item #42 --since 7", "event.list", { item: 42, since: 7 }],
    ["events --follow", "event.list", { follow: true }],
    ["gate ci --base origin/main --format github", undefined, { base: "origin/main", format: "github" }],
    ["changes release 1.4.0 --no-tag", "changes.release", { version: "1.4.0", noTag: true }],
    ["rpc work.get '{\"item\":1}'", undefined, { method: "work.get", params: '{"item":1}' }],
    ["rpc work.get -", undefined, { method: "work.get", params: "-" }],
  ];

  for (const [line, method, params] of understood) {
    it(`calcifer ${line}`, () => {
      const parsed = read(words(line));
      assert.equal(parsed.command.method, method);
      assert.deepEqual(parsed.params, params);
    });
  }

  const refused: [line: string, message: RegExp, hint?: RegExp][] = [
    ["work ad 'Add TLS'", /no command "work ad"/, /calcifer work add\?/],
    ["wrok list", /no command "wrok list"/, /calcifer work list\?/],
    ["comit", /no command "comit"/, /calcifer commit\?/],
    ["finish 42", /no command "finish 42"/, /calcifer work finish\?/],
    ["teapot", /no command "teapot"/, /calcifer --help/],
    ["work add", /needs <title>/, /For example: calcifer work add/],
    ["commit", /needs -m <message>|needs --message <message>/, /For example/],
    ["work add 'Add TLS' --lable x", /has no option --lable/, /--label/],
    ["work add Add TLS", /more words follow/, /calcifer work add "Add TLS"/],
    ["work note 42 all is well", /more words follow/, /calcifer work note 42 "all is well"/],
    ["work show 42 43", /does not know what to do with "43"/],
    ["work list --status actve", /cannot be "actve"/, /mean active/],
    ["work list --limit many", /--limit must be a number/],
    ["work list --limit", /--limit needs a value/],
    ["work list --status", /--status needs a value/],
    ["work list --all=perhaps", /takes no value/],
    ["work list --service a --service b", /given twice/],
    ["commit -m --all", /--message needs a value, and --all is an option/, /--message=--all/],
    ["work check 42 one", /must be a number/],
    ["gate waive entry", /needs --reason <reason>/],
  ];

  for (const [line, message, hint] of refused) {
    it(`calcifer ${line}: refused`, () => {
      const fault = faultOf(words(line));
      assert.equal(fault.fault, "invalid");
      assert.match(fault.message, message);
      if (hint) assert.match(fault.hint ?? "", hint);
    });
  }

  it("takes what is common to all before and after the command", () => {
    assert.deepEqual(read(words("--json --repo /x work list")).globals, { json: true, help: false, repo: "/x" });
    assert.deepEqual(read(words("work list --repo=/x --json")).globals, { json: true, help: false, repo: "/x" });
    assert.equal(read(words("work add --help")).globals.help, true);
  });

  it("reads a text from standard input for a dash, once", () => {
    assert.deepEqual(read(words("work note 42 -"), "Two\nlines\n").params, { item: 42, text: "Two\nlines" });
    assert.deepEqual(read(words("work add Title --description -"), "- a list\n").params, {
      title: "Title",
      description: "- a list",
    });
    assert.throws(
      () => read(words("commit -m - --entry -"), "x"),
      /Only one value can come from standard input; --message has it/,
    );
  });

  it("knows every command by both of its names", () => {
    for (const command of commands) {
      assert.equal(find(command.words, commands).command, command);
      if (command.alias) assert.equal(find([command.alias], commands).command, command);
    }
  });
});

describe("near misses", () => {
  const cases: [string, string[], string | undefined][] = [
    ["lst", ["list", "show"], "list"],
    ["hsow", ["list", "show"], "show"],
    ["--lable", ["--label", "--limit"], "--label"],
    ["sub", ["subscribe", "list"], "subscribe"],
    ["teapot", ["list", "show"], undefined],
    ["", ["list"], undefined],
  ];
  for (const [typed, candidates, expected] of cases) {
    it(`${typed || "nothing"} → ${expected ?? "nothing"}`, () => assert.equal(nearest(typed, candidates), expected));
  }
});
