// Tables: values of variables, placeholders, paths, and what a template may say of itself.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: other languages have such things
import assert from "node:assert/strict";
import { readManifest } from "./manifest.ts";
import { filled, holds, pathIn, valuesOf } from "./rules.ts";

describe("template rules: values", () => {
  const variable = (name: string, more: object = {}) => ({
    name,
    question: `Which ${name}?`,
    type: "text" as const,
    default: null,
    choices: [],
    pattern: null,
    ...more,
  });
  const all = [
    variable("title", { default: "A thing" }),
    variable("port", { type: "number", default: "80", pattern: "[0-9]+" }),
    variable("tls", { type: "yes or no", default: "no" }),
    variable("size", { type: "choice", default: "s", choices: ["s", "l"] }),
  ];
  const usual = { title: "A thing", port: "80", tls: "no", size: "s" };
  const matches = (pattern: string, value: string) => new RegExp(`^(?:${pattern})$`, "u").test(value);
  const cases: [string, string[], object, string[]][] = [
    ["the defaults", [], usual, []],
    ["what was set", ["port=81", "title=a=b"], { ...usual, port: "81", title: "a=b" }, []],
    ["yes in its spellings", ["tls=True"], { ...usual, tls: "yes" }, []],
    ["no in its spellings", ["tls=FALSE"], usual, []],
    ["a choice", ["size=l"], { ...usual, size: "l" }, []],
    ["no number", ["port=eighty"], {}, ["port: eighty is no number."]],
    ["a number that does not fit", ["port=-1"], {}, ["port: -1 does not fit [0-9]+."]],
    ["neither yes nor no", ["tls=maybe"], {}, ["tls: maybe is neither yes nor no."]],
    ["none of the choices", ["size=m"], {}, ["size: m is none of s, l."]],
    ["two lines", ["title=a\nb"], {}, ["title: a value has one line and no control characters."]],
    ["no pair", ["port"], {}, ["port is no name=value."]],
    ["what is not asked", ["colour=red"], {}, ["There is no variable colour; there are: title, port, tls, size."]],
    ["what is not to be set", ["name=x"], {}, ["There is no variable name; there are: title, port, tls, size."]],
  ];
  for (const [name, set, values, problems] of cases)
    it(name, () => {
      const got = valuesOf(all, set, matches);
      assert.deepEqual(got.problems, problems);
      if (problems.length === 0) assert.deepEqual(got.values, values);
    });
  it("without a default it has to be set", () => {
    assert.deepEqual(valuesOf([variable("host")], [], matches).problems, ["host has no value: Which host?"]);
    assert.deepEqual(valuesOf([], ["a=b"], matches).problems, ["There is no variable a; there are none."]);
  });
});

describe("template rules: placeholders and paths", () => {
  const texts: [string, string, string[]][] = [
    ["{{name}} on {{port}}{{port}}", "web on 8080", []],
    [
      "{{ name }} {{.Name}} {{ $x }} ${{ github.ref }} {{NAME}}",
      "{{ name }} {{.Name}} {{ $x }} ${{ github.ref }} {{NAME}}",
      [],
    ],
    ["{{none}} {{constructor}} {{name}}", "{{none}} {{constructor}} web", ["none", "constructor"]],
  ];
  for (const [text, expected, missing] of texts)
    it(text, () => {
      const unknown: string[] = [];
      const values = { name: "web", port: "80" };
      assert.equal(
        filled(text, values, (name) => unknown.push(name)),
        expected,
      );
      assert.deepEqual(unknown, missing);
    });

  const paths: [string, string | undefined][] = [
    ["a", "a"],
    ["dot_gitignore", ".gitignore"],
    ["dot_vscode/tasks.json", ".vscode/tasks.json"],
    ["a/dot_b/c", "a/.b/c"],
    ["", undefined],
    ["/etc/passwd", undefined],
    ["../x", undefined],
    ["a/../../x", undefined],
    ["a//b", undefined],
    ["dot_.", undefined],
    ["dot_git/config", undefined],
    [".GIT/hooks/x", undefined],
    ["a/.git", undefined],
    ["git~1/config", undefined],
    ["a\\b", undefined],
    ["C:x", undefined],
    ["a\nb", undefined],
    [".g\u200Cit/config", undefined],
    ["ends. ", undefined],
  ];
  for (const [written, path] of paths) it(JSON.stringify(written), () => assert.equal(pathIn(written), path));

  it("a file that belongs to it only sometimes", () => {
    assert.deepEqual(
      [undefined, "tls=yes", "tls=no", "none=yes"].map((when) => holds(when, { tls: "yes" })),
      [true, true, false, false],
    );
  });
});

describe("template rules: what a template says of itself", () => {
  const good = "name: x\ntitle: X\nsummary: An X\nversion: 1.0.0\nkind: application\n";
  it("the least there can be", () => assert.equal(readManifest(good).variables.length, 0));
  const wrong: [string, string, RegExp][] = [
    ["no YAML", "a: [", /is no YAML/],
    ["nothing", "", /template\.yaml: /],
    ["a version of another kind", good.replace("1.0.0", "one"), /version must be like 1\.0\.0/],
    ["a key nobody knows", `${good}run: rm -rf /\n`, /Unrecognized key/],
    [
      "a variable of ours",
      `${good}variables: [{ name: trunk, question: q }]\n`,
      /variables\.0\.name is given to every template/,
    ],
    ["a pattern that is none", `${good}variables: [{ name: a, question: q, pattern: '(' }]\n`, /no regular expression/],
    ["a choice without choices", `${good}variables: [{ name: a, question: q, type: choice }]\n`, /has choices/],
    ["two of a name", `${good}variables: [{ name: a, question: q }, { name: a, question: q }]\n`, /two variables a/],
    [
      "aliases that grow",
      `x: &x [1]\ny: &y [*x,*x,*x,*x]\nz: [*y,*y,*y,*y,*y]\n`,
      /Excessive alias count|template\.yaml/,
    ],
  ];
  for (const [name, text, message] of wrong) it(name, () => assert.throws(() => readManifest(text), message));
});
