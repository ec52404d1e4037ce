// Each snippet is contributed, has what VS Code reads, and with its placeholders filled in is what it says it is.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";
import { parse } from "yaml";
import { parsePolicy } from "../gate/policy.ts";

const root = path.dirname(import.meta.dirname);

interface Snippet {
  prefix: string;
  body: string | string[];
  description: string;
}

const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const manifest = JSON.parse(read("package.json")) as {
  contributes: { snippets: { language: string; path: string }[] };
};
const contributed = manifest.contributes.snippets;
const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** As it stands after Tab was pressed through it. */
function filled(body: string | string[]): string {
  const text = [body].flat().join("\n");
  const defaults = new Map<string, string>();
  const placeholder = /\$\{(\d+):((?:[^${}]|\$\d+)*)\}/g;
  for (const [, number = "", value = ""] of text.matchAll(placeholder))
    if (!defaults.has(number)) defaults.set(number, value);
  const once = text.replace(placeholder, (_, number: string) => defaults.get(number) ?? "");
  return once.replace(/\$(\d+)/g, (_, number: string) => defaults.get(number) ?? "").replaceAll("\t", "    ");
}

const javascript = (file: string) => (text: string) =>
  assert.deepEqual(
    parseSync(file, text).errors.map(({ message }) => message),
    [],
  );

function balanced(text: string): void {
  const open: string[] = [];
  const pairs: Record<string, string> = { ")": "(", "]": "[", "}": "{" };
  for (const character of text.replace(/"(?:[^"\\]|\\.)*"|\/\/.*/g, "")) {
    if ("([{".includes(character)) open.push(character);
    else if (character in pairs) assert.equal(open.pop(), pairs[character], `${character} in\n${text}`);
  }
  assert.deepEqual(open, []);
}

function python(text: string): void {
  balanced(text);
  if (!hasPython) return;
  const parsed = spawnSync("python3", ["-c", "import ast,sys; ast.parse(sys.stdin.read())"], { input: text });
  assert.equal(parsed.status, 0, String(parsed.stderr));
}

function yaml(text: string): void {
  const value = parse(text) as { services?: Record<string, { image: string }>; service?: string };
  if (value.services) {
    assert.equal(Object.values(value.services)[0]?.image, "caddy:2");
    return;
  }
  const { policy, problems } = parsePolicy(text);
  assert.deepEqual(problems, []);
  assert.equal(policy.trunk, "main");
}

const checks: Record<string, (text: string) => void> = {
  javascript: javascript("a.js"),
  typescript: javascript("a.ts"),
  python,
  go: (text) => {
    balanced(text);
    assert.match(text, /^package [a-z]+$/m);
  },
  yaml,
  dockercompose: yaml,
  markdown: (text) => assert.match(text, /^- .*\(#.*\)$|^Calcifer-Waiver: entry; ./),
};

describe("snippets", () => {
  it("every file is contributed, and every contribution is a file", () => {
    const files = readdirSync(path.join(root, "snippets")).map((name) => `./snippets/${name}`);
    assert.deepEqual(contributed.map((one) => one.path).sort(), files.sort());
  });

  it("module, route and test for each language", () => {
    for (const { language, path: file } of contributed.filter((one) => /script|python|go/.test(one.language)))
      assert.deepEqual(
        Object.values(JSON.parse(read(file)) as Record<string, Snippet>).map(({ prefix }) => prefix),
        ["calcifer-module", "calcifer-route", "calcifer-test"],
        language,
      );
  });

  for (const { language, path: file } of contributed)
    for (const [name, snippet] of Object.entries(JSON.parse(read(file)) as Record<string, Snippet>))
      it(`${language}: ${name}`, () => {
        assert.match(snippet.prefix, /^[a-z-]+$/);
        assert.ok(snippet.description.length > 10);
        const text = filled(snippet.body);
        assert.doesNotMatch(text, /\$\{|\$\d/);
        const check = checks[language] ?? assert.fail(`nobody checks ${language}`);
        check(text);
      });
});
