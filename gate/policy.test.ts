import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import {
  branchName,
  checklistFor,
  defaultPolicy,
  documentPath,
  initialPolicy,
  matches,
  parsePolicy,
  policyFor,
  policySchema,
  setPolicy,
} from "./policy.ts";

const runs = { numRuns: Number(process.env.RUNS ?? 1000) };
const said = (text: string) =>
  parsePolicy(text).problems.map(({ message }) => message.replace(/^\.calcifer\.yaml:/, ""));
const full = `service: gateway
trunk: main                 # protected: [main, "release/*"] guards more
changes:
  file: CHANGES.md
  entries: file             # file | fragments (changes/<item>-<slug>.md, rendered into CHANGES.md at release)
  commit: every             # every | first | off
  ignore: ["docs/**"]       # commits touching only these need none
merge:
  strategy: merge           # merge | squash | ff
  require: [entry, checklist, notes, document, clean, no-conflict, judged]
complete:
  require: [merged, checklist, notes, document]
branch: "work/{id}-{slug}"
types:
  bug: { checklist: ["A test fails without the fix"], document: docs/changes/{id}-{slug}.md }
`;

const without = (checks: readonly string[], ...named: string[]) => checks.filter((check) => !named.includes(check));

describe("policy: reading", () => {
  it("the example of the manual", () => {
    const { policy, problems } = parsePolicy(full);
    assert.deepEqual(problems, []);
    assert.deepEqual(policy, {
      ...defaultPolicy,
      service: "gateway",
      protected: ["main"],
      changes: { ...defaultPolicy.changes, ignore: ["docs/**"] },
      merge: { ...defaultPolicy.merge, require: without(defaultPolicy.merge.require, "tests", "depends") },
      complete: { ...defaultPolicy.complete, require: without(defaultPolicy.complete.require, "parts") },
      types: {
        ...defaultPolicy.types,
        bug: { checklist: ["A test fails without the fix"], document: "docs/changes/{id}-{slug}.md" },
      },
    });
  });
  it("every key", () => {
    const text = `service: "42"\ntrunk: master\nprotected: [master, "release/*"]\ndocs: doc\npath: ["a/**"]
changes: { file: a/NEWS.md, entries: fragments, commit: "off", ignore: [] }\nmerge: { strategy: ff, require: [current] }
tests: { command: npm test, prepare: npm ci, limit: 90s, coverage: { report: c/lcov.info, min: 70 } }
complete: { require: [] }\nbranch: "{type}/{id}"\nstrict: true\nkeep-branch: true\npush: never\ntypes: { feature: { checklist: [], document: null } }
services: { x: { path: [x], docs: x/docs, changes: { file: x/C.md }, types: { bug: { checklist: [x] } } } }`;
    assert.deepEqual(parsePolicy(text), {
      problems: [],
      policy: {
        service: "42",
        trunk: "master",
        protected: ["master", "release/*"],
        docs: "doc",
        path: ["a/**"],
        changes: { file: "a/NEWS.md", entries: "fragments", commit: "off", ignore: [] },
        merge: { strategy: "ff", require: ["current"] },
        complete: { require: [] },
        tests: {
          command: "npm test",
          prepare: "npm ci",
          limit: "90s",
          coverage: { report: "c/lcov.info", min: 70 },
        },
        branch: "{type}/{id}",
        strict: true,
        "keep-branch": true,
        push: "never",
        types: { ...defaultPolicy.types, feature: { checklist: [], document: undefined } },
        services: {
          x: { path: ["x"], docs: "x/docs", changes: { file: "x/C.md" }, types: { bug: { checklist: ["x"] } } },
        },
      },
    });
  });
  for (const [name, text] of [
    ["an empty file", ""],
    ["comments", "# trunk: x\n"],
    ["a null", "~"],
    ["an empty mapping", "changes:\n#  file: x\n"],
    ["a byte order mark", "\uFEFF"],
    ["an empty document", "---\n"],
  ] as const) {
    it(`${name} means the defaults`, () =>
      assert.deepEqual(parsePolicy(text), { policy: defaultPolicy, problems: [] }));
  }
  it("a mistake leaves the default in place, and the rest as said", () => {
    const { policy } = parsePolicy(
      "trunk: 3\nmerge:\n  strategy: sqush\n  require: [clean]\npush: never\nchanges: x\n",
    );
    assert.deepEqual(policy, { ...defaultPolicy, merge: { strategy: "merge", require: ["clean"] }, push: "never" });
  });
  it("the trunk is protected when it is named", () => {
    assert.deepEqual(parsePolicy("trunk: master").policy.protected, ["master"]);
    assert.deepEqual(parsePolicy("").policy.protected, []);
    assert.deepEqual(parsePolicy("trunk: master\nprotected: []").policy.protected, []);
  });
  it("aliases stand for what they name", () => {
    const { policy, problems } = parsePolicy(
      "types:\n  bug: &b { checklist: [&x a] }\n  feature: *b\n  service: { checklist: [*x] }\ntrunk: *x\n",
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      [policy.types.feature?.checklist, policy.types.service?.checklist, policy.trunk],
      [["a"], ["a"], "a"],
    );
  });
  it("values are the reader's own", () => {
    parsePolicy("").policy.changes.ignore.push("x");
    assert.deepEqual(parsePolicy("").policy.changes.ignore, []);
  });
});

describe("policy: mistakes, word for word", () => {
  const shownMin: Record<string, string> = {
    "-1": "-1",
    "101": "101",
    ".nan": "NaN",
    '"70"': '"70"',
    "70%": '"70%"',
    "[70]": "a list",
  };
  const cases: [string, string[]][] = [
    ["stategy: x", ['1:1: unknown key "stategy". Did you mean "merge.strategy"?']],
    ["merge:\n  stategy: squash", ['2:3: unknown key "stategy". Did you mean "strategy"?']],
    [
      "merge:\n  strategy: sqush",
      ['2:13: merge.strategy must be one of merge, squash, ff; it is "sqush". Did you mean "squash"?'],
    ],
    [
      "merge: { strategy: FF }",
      ['1:20: merge.strategy must be one of merge, squash, ff; it is "FF". Did you mean "ff"?'],
    ],
    ["merge: { strategy: rebase }", ['1:20: merge.strategy must be one of merge, squash, ff; it is "rebase".']],
    ["merge: { strategy: [ff] }", ["1:20: merge.strategy must be one of merge, squash, ff; it is a list."]],
    ["push:", ["1:6: push must be one of ask, always, never; it is empty."]],
    ["push: {}", ["1:7: push must be one of ask, always, never; it is keys and values."]],
    ["Trunk: x", ['1:1: unknown key "Trunk". Did you mean "trunk"?']],
    ["turnk: x", ['1:1: unknown key "turnk". Did you mean "trunk"?']],
    ["keepbranch: true", ['1:1: unknown key "keepbranch". Did you mean "keep-branch"?']],
    ["file: x", ['1:1: unknown key "file". Did you mean "changes.file"?']],
    ["colour: x", ['1:1: unknown key "colour".']],
    ["? [a]\n: x", ['1:3: unknown key "".']],
    ["<<: x", ['1:1: unknown key "<<".']],
    ["__proto__: x", ['1:1: unknown key "__proto__".']],
    ["types:\n  bugs: {}", ['2:3: unknown key "bugs". Did you mean "bug"?']],
    ["types:\n  bug: { chekclist: [] }", ['2:10: unknown key "chekclist". Did you mean "checklist"?']],
    ["strict: yes", ['1:9: strict must be true or false; it is "yes".']],
    ["strict: 1", ["1:9: strict must be true or false; it is 1."]],
    ["trunk: 42", ["1:8: trunk must be text; it is 42. Write it in quotes."]],
    ["trunk: true", ["1:8: trunk must be text; it is true. Write it in quotes."]],
    ["trunk: ''", ['1:8: trunk must be text; it is "".']],
    ["trunk: [main]", ["1:8: trunk must be text; it is a list."]],
    ["trunk: -x", ['1:8: trunk must be a valid branch name; "-x" is not.']],
    ["trunk: a..b", ['1:8: trunk must be a valid branch name; "a..b" is not.']],
    ["trunk: a.lock/b", ['1:8: trunk must be a valid branch name; "a.lock/b" is not.']],
    ["trunk: a@{b", ['1:8: trunk must be a valid branch name; "a@{b" is not.']],
    ['trunk: "a\\u202Eb"', ['1:8: trunk has control characters in "a\\u{202e}b".']],
    ['trunk: "a\\nb"', ['1:8: trunk has control characters in "a\\nb".']],
    ["protected: main", ['1:12: protected must be a list; it is "main". Write ["main"].']],
    ["path: 3", ["1:7: path must be a list; it is 3."]],
    ["path: [a, 3]", ["1:11: path must be a list of texts; 3 is none."]],
    ["path:\n  - a\n  - ''", ['3:5: path must be a list of texts; "" is none.']],
    ["path: [[a]]", ["1:8: path must be a list of texts; keys and values is none."]],
    ["path: [../a]", ['1:8: path has "../a", which means nothing inside the repository.']],
    ['path: ["a\\tb"]', ['1:8: path has control characters in "a\\tb".']],
    [
      "merge:\n  require: [entry, entri]",
      [
        '2:20: merge.require must be a list of entry, checklist, notes, document, clean, no-conflict, judged, tests, depends, current; "entri" is none of them. Did you mean "entry"?',
      ],
    ],
    [
      "complete: { require: [clean] }",
      ['1:23: complete.require must be a list of merged, checklist, notes, document, parts; "clean" is none of them.'],
    ],
    ["merge: squash", ['1:8: merge must have keys of its own: strategy, require; it is "squash".']],
    ["merge: [a]", ["1:8: merge must have keys of its own: strategy, require; it is a list."]],
    ["services: x", ['1:11: services must have keys of its own: the names of services; it is "x".']],
    ["services:\n  x: { paths: [a] }", ['2:8: unknown key "paths". Did you mean "path"?']],
    ["services:\n  x: { trunk: main }", ['2:8: unknown key "trunk". Did you mean "trunk" at the top level?']],
    ["services:\n  x: 3", ['2:6: services.x must have keys of its own: docs, path, changes, tests, types; it is "3".']],
    [
      "changes: { file: ../CHANGES.md }",
      ['1:18: changes.file must be a path inside the repository; "../CHANGES.md" is not.'],
    ],
    [
      "changes: { file: /etc/passwd }",
      ['1:18: changes.file must be a path inside the repository; "/etc/passwd" is not.'],
    ],
    [
      "changes: { file: .git/config }",
      ['1:18: changes.file must be a path inside the repository; ".git/config" is not.'],
    ],
    ["changes: { file: a\\b }", ['1:18: changes.file must be a path inside the repository; "a\\\\b" is not.']],
    [
      "types: { bug: { document: ../{id}.md } }",
      ['1:27: types.bug.document must be a path inside the repository; "../{id}.md" is not.'],
    ],
    [
      "types: { bug: { document: 'd/{idd}.md' } }",
      ['1:27: types.bug.document can contain {docs}, {id}, {slug}, {type}; it has {idd}. Did you mean "id"?'],
    ],
    [
      "types: { bug: { document: false } }",
      ["1:27: types.bug.document must be text; it is false. Write it in quotes."],
    ],
    ["branch: work", ['1:9: branch must contain {id}, or two items could hold one branch; it is "work".']],
    ["branch: 'work {id}'", ['1:9: branch must make a valid branch name; "work {id}" does not.']],
    ["branch: '{id}/{title}'", ["1:9: branch can contain {id}, {slug}, {type}; it has {title}."]],
    ["trunk: a\ntrunk: b", ['2:1: the key "trunk" stands here a second time; it is already on line 1.']],
    ["- a", ['1:1: the file must be keys and values, such as "trunk: main"; it is a list.']],
    ["hello", ['1:1: the file must be keys and values, such as "trunk: main"; it is one text.']],
    ["trunk: 'x", ["1:10: this is no YAML: missing closing 'quote."]],
    ["a: b: c", ["1:4: this is no YAML: nested mappings are not allowed in compact mappings."]],
    [
      "trunk: a\n---\ntrunk: b",
      ["2:1: this is no YAML: source contains multiple documents; please use YAML.parseAllDocuments()."],
    ],
    ["push: *a", ["1:7: *a names no anchor before it.", "1:7: push must be one of ask, always, never; it is empty."]],
    ["\r\ntrunk: 1\r\n", ["2:8: trunk must be text; it is 1. Write it in quotes."]],
    [`trunk: ${"x".repeat(70)} y`, [`1:8: trunk must be a valid branch name; "${"x".repeat(60)}…" is not.`]],
    [`${"x".repeat(101)}: 1`, [`1:1: unknown key "${"x".repeat(60)}…".`]],
    ...["10", "0s", "1.5h", "25h", "10 m", "-1s"].map((limit): [string, string[]] => [
      `tests: { command: x, limit: "${limit}" }`,
      [`1:29: tests.limit must be a duration up to a day, such as 90s, 10m or 2h; it is "${limit}".`],
    ]),
    ...["-1", "101", ".nan", '"70"', "70%", "[70]"].map((min): [string, string[]] => [
      `tests: { coverage: { report: x, min: ${min} } }`,
      [`1:38: tests.coverage.min must be a number from 0 to 100; it is ${shownMin[min]}.`],
    ]),
    ["tests: { command: 1 }", ["1:19: tests.command must be text; it is 1. Write it in quotes."]],
    ['tests: { command: "a\\nb" }', ['1:19: tests.command has control characters in "a\\nb".']],
    [
      "tests: { coverage: { report: ../lcov.info } }",
      ['1:30: tests.coverage.report must be a path inside the repository; "../lcov.info" is not.'],
    ],
    [
      "tests: { coverage: { min: 70 } }",
      ["1:27: tests.coverage.min needs tests.coverage.report, the file to read it from."],
    ],
    [
      "services: { a: { tests: { coverage: { min: 70 } } } }",
      ["1:44: services.a.tests.coverage.min needs tests.coverage.report, the file to read it from."],
    ],
    ["merge: { require: [tests] }", ["1:19: merge.require asks for tests, and there is no tests.command."]],
    ["merge: { require: [tests] }\nservices: { a: { tests: { command: x } } }", []],
    [
      "push: x\nstrict: x",
      ['1:7: push must be one of ask, always, never; it is "x".', '2:9: strict must be true or false; it is "x".'],
    ],
  ];
  for (const [text, expected] of cases) it(JSON.stringify(text), () => assert.deepEqual(said(text), expected));
  it("with line, column and path", () => {
    assert.deepEqual(parsePolicy("merge:\n  strategy: x").problems, [
      {
        line: 2,
        column: 13,
        path: "merge.strategy",
        message: '.calcifer.yaml:2:13: merge.strategy must be one of merge, squash, ff; it is "x".',
      },
    ]);
  });
});

describe("policy: hostile files", () => {
  // mocha keeps whole stacks, which makes each of the library's errors slow.
  const { stackTraceLimit } = Error;
  before(() => {
    Error.stackTraceLimit = 10;
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  const size = 32_000;
  const cases: [string, string, RegExp][] = [
    ["1 MB", "x".repeat(1_000_000), /^1:1: the file is larger than 32 KiB\.$/],
    ["deep lists", "[".repeat(size), /no YAML/],
    ["deep mappings", "{a: ".repeat(size / 4), /no YAML/],
    ["deep block lists", "- ".repeat(size / 2), /it is nested too deeply\.$/],
    ["quotes", '"'.repeat(size), /no YAML/],
    ["colons", ": ".repeat(size / 2), /no YAML/],
    ["many keys", Array.from({ length: 2000 }, (_, i) => `k${i}: 1`).join("\n"), /unknown key "k0"/],
    ["one key many times", "trunk: x\n".repeat(3000), /second time/],
    ["an alias bomb", `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nprotected: *c\n`, /unknown key "a"/],
    ["many aliases", `path: [&a x${", *a".repeat(200)}]`, /^1:\d+: there are more than 100 aliases\.$/],
    ["an alias within itself", "services: &s { x: *s }", /unknown key "x"/],
    ["nothing readable", "\u0000\u0001\uFFFE", /./],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => {
      const start = performance.now();
      const { problems } = parsePolicy(text);
      assert.match(problems[0]?.message.replace(".calcifer.yaml:", "") ?? "", expected);
      assert.ok(problems.length <= 50);
      assert.ok(performance.now() - start < 5000);
    });
  }
  it("never throws, and has a whole policy, whatever the file", () => {
    const piece = fc.constantFrom(
      "trunk",
      "merge",
      "types",
      "bug",
      "require",
      "services",
      ":",
      ": ",
      "\n",
      "\n  ",
      "\n- ",
      "- ",
      "[",
      "]",
      "{",
      "}",
      ", ",
      "&a ",
      "*a",
      "!!x ",
      "'",
      '"',
      "|",
      ">",
      "#",
      "? ",
      "x",
      "%",
      "---\n",
      "...",
      "\t",
      "~",
      "@",
      "\r",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, piece, fc.string({ unit: "binary", maxLength: 3 })), { size: "max", maxLength: 40 }),
        (pieces) => {
          const { policy } = parsePolicy(pieces.join(""));
          assert.deepEqual(Object.keys(policy), Object.keys(defaultPolicy));
          for (const key of ["trunk", "branch"] as const) assert.equal(typeof policy[key], "string");
        },
      ),
      runs,
    );
  });
});

describe("policy: what follows for an item", () => {
  const item = { id: 42, title: "Add TLS", type: "feature" };
  it("its branch", () => {
    assert.equal(branchName(defaultPolicy, item), "work/42-add-tls");
    assert.equal(branchName(parsePolicy("branch: '{type}/{id}'").policy, item), "feature/42");
  });
  it("its document", () => {
    const documents = ["feature", "service", "integration", "documentation", "bug", "maintenance", "constructor"].map(
      (type) => documentPath(defaultPolicy, { ...item, type }),
    );
    const path = "docs/changes/42-add-tls.md";
    assert.deepEqual(documents, [path, path, path, undefined, undefined, undefined, undefined]);
  });
  it("its checklist", () => {
    assert.deepEqual(checklistFor(parsePolicy("types: { bug: { checklist: [a] } }").policy, "bug"), ["a"]);
    assert.deepEqual(checklistFor(defaultPolicy, "other"), []);
    for (const type of Object.keys(defaultPolicy.types))
      assert.ok([2, 3, 4].includes(checklistFor(defaultPolicy, type).length));
  });
  it("by its service", () => {
    const { policy } = parsePolicy(
      "docs: d\nservices:\n  a: { path: [a/**], docs: a/d, changes: { file: a/C.md }, types: { bug: { document: 'x/{id}.md' } } }\n  __proto__: {}",
    );
    const own = policyFor(policy, "a");
    assert.deepEqual([own.service, own.path, own.changes.file, own.changes.commit], ["a", ["a/**"], "a/C.md", "every"]);
    assert.deepEqual(
      [documentPath(own, item), documentPath(own, { ...item, type: "bug" })],
      ["a/d/changes/42-add-tls.md", "x/42.md"],
    );
    assert.deepEqual(checklistFor(own, "bug"), checklistFor(policy, "bug"));
    assert.equal(policyFor(policy, "b"), policy);
    const tests = parsePolicy(
      "tests: { command: all, coverage: { report: r, min: 70 } }\nservices: { a: { tests: { command: one, coverage: { min: 0 } } } }",
    ).policy;
    assert.deepEqual(policyFor(tests, "a").tests, {
      command: "one",
      prepare: undefined,
      limit: "10m",
      coverage: { report: "r", min: 0 },
    });
    assert.equal(policyFor(policy, "toString"), policy);
    assert.equal(policyFor(policy, "__proto__").service, "__proto__");
  });
  it("a branch pattern that passes makes names that git takes", () => {
    const piece = fc.constantFrom(
      "{id}",
      "{slug}",
      "{type}",
      "work",
      "/",
      ".",
      "..",
      "-",
      "@",
      "{",
      "~",
      " ",
      "^",
      ":",
      "\\",
      "*",
      "[",
      ".lock",
      "HEAD",
      "ü",
      "é/",
    );
    const git = (name: string) => spawnSync("git", ["check-ref-format", "--branch", name]).status === 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const pattern = `${pieces.join("")}`;
        const { policy, problems } = parsePolicy(`branch: ${JSON.stringify(pattern)}`);
        if (problems.length === 0) assert.ok(git(branchName(policy, item)), pattern);
        else if (pattern.includes("{id}") && !/[{}]/.test(pattern.replace(/\{(id|slug|type)\}/g, ""))) {
          assert.ok(!git(pattern.replace(/\{\w+\}/g, "x")), pattern);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("policy: globs", () => {
  const cases: [string, string[], string[]][] = [
    ["docs/**", ["docs/a", "docs/a/b", "docs/.x/y"], ["docs", "doc/a", "a/docs/b"]],
    ["docs/", ["docs/a", "docs/a/b"], ["docs"]],
    ["/docs/*", ["docs/a"], ["docs/a/b", "/docs/a"]],
    ["./a", ["a"], ["b"]],
    ["**", ["a", "a/b"], []],
    ["**/*.md", ["a.md", "x/y/a.md", ".md"], ["a.mdx", "a/md"]],
    ["*.md", ["a.md"], ["x/a.md"]],
    ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/xb", "ab", "a/b/c"]],
    ["a/**b", ["a/b", "a/xb"], ["a/x/b"]],
    ["a**b", ["ab", "axb"], ["a/b"]],
    ["release/*", ["release/1.0"], ["release/1/0", "release"]],
    ["a?c", ["abc", "a😀c"], ["a/c", "ac"]],
    ["{a,b}/c", ["a/c", "b/c"], ["c", "{a,b}/c"]],
    ["{a,{b,c}d}e", ["ae", "bde", "cde"], ["be"]],
    ["{**/,}x", ["x", "a/x"], ["ax"]],
    ["{a}", ["{a}"], ["a"]],
    ["{a,b", ["{a,b"], ["a"]],
    ["{a\\,b,c}", ["a,b", "c"], ["a"]],
    ["[id].ts", ["[id].ts"], ["i.ts"]],
    ["\\*\\?\\{", ["*?{"], ["xy{"]],
    ["a\\", ["a\\"], ["a"]],
    ["a.b", ["a.b"], ["axb"]],
    ["", [""], ["a"]],
    ["a".repeat(1001), [], ["a".repeat(1001)]],
  ];
  for (const [glob, yes, no] of cases) {
    it(JSON.stringify(glob.slice(0, 40)), () => {
      for (const path of yes) assert.ok(matches([glob], path), path);
      for (const path of no) assert.ok(!matches([glob], path), path);
    });
  }
  it("the last word counts", () => {
    const globs = ["docs/**", "!docs/api/**", "docs/api/index.md"];
    assert.deepEqual(
      ["docs/a", "docs/api/a", "docs/api/index.md", "x"].map((path) => matches(globs, path)),
      [true, false, true, false],
    );
    assert.equal(matches([], "a"), false);
    assert.equal(matches(["!a"], "b"), false);
  });
  it("takes no time to speak of, whatever the glob", () => {
    const start = performance.now();
    for (const glob of [
      "*a".repeat(200),
      "**/".repeat(200),
      "{a,b}".repeat(150),
      "{".repeat(900),
      `${"{a,".repeat(200)}${"}".repeat(200)}`,
    ])
      matches([glob], "a/".repeat(2000));
    for (let i = 0; i < 2000; i++) matches([`a${i}*`], `a${i}b`);
    assert.ok(performance.now() - start < 3000);
  });
});

describe("policy: writing", () => {
  it("a first one is read without problems, and says what was asked", () => {
    const name = fc.oneof(
      fc.constantFrom("gateway", "yes", "42", "a: b", "x # y", "null", "é", "- a"),
      fc.string({ minLength: 1 }).filter((text) => /\S/.test(text) && !/\p{C}/u.test(text)),
    );
    const path = fc.constantFrom("docs", "CHANGES.md", "a b/c.md", "#x", "a/yes", "é.md", "{x}");
    fc.assert(
      fc.property(
        name,
        fc.constantFrom("main", "yes", "1.0", "release/x", "#x"),
        path,
        path,
        (service, trunk, changesFile, docs) => {
          const { policy, problems } = parsePolicy(initialPolicy({ service, trunk, changesFile, docs }));
          assert.deepEqual(problems, []);
          assert.deepEqual(
            [policy.service, policy.trunk, policy.changes.file, policy.docs],
            [service, trunk, changesFile, docs],
          );
        },
      ),
      runs,
    );
  });
  it("each option in its comments is right, too", () => {
    const text = initialPolicy({ service: "x", trunk: "main", changesFile: "C.md", docs: "d" });
    const { problems, policy } = parsePolicy(
      text
        .replace(/^# (?=protected)/m, "")
        .replace(/^# {3}(?=commit|ignore)/gm, "  ")
        .replace(/^#( {3}strategy)/m, "$1")
        .replace(/^# (merge|push)/gm, "$1"),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual([policy.protected, policy.changes.ignore], [["main", "release/*"], ["docs/**"]]);
  });

  const cases: [string, string, Parameters<typeof setPolicy>[2], string][] = [
    ["# top\ntrunk: main # here\n# end\n", "trunk", "master", "# top\ntrunk: master # here\n# end\n"],
    ["trunk: main", "push", "never", "trunk: main\npush: never"],
    ["", "trunk", "main", "trunk: main\n"],
    ["# only this", "merge.strategy", "ff", "# only this\nmerge:\n  strategy: ff\n"],
    [
      "merge:\n    strategy: ff # x\n\n# y\npush: ask\n",
      "merge.require",
      ["clean"],
      "merge:\n    strategy: ff # x\n    require: [clean]\n\n# y\npush: ask\n",
    ],
    ["merge:\n  # x\npush: ask\n", "merge.strategy", "ff", "merge:\n  strategy: ff\n  # x\npush: ask\n"],
    ["merge: {}\n", "merge.strategy", "ff", "merge:\n  strategy: ff\n"],
    ["merge: ~ # x\n", "merge.strategy", "ff", "merge: # x\n  strategy: ff\n"],
    ["merge: { strategy: ff }\n", "merge.require", ["clean"], "merge: { strategy: ff, require: [clean] }\n"],
    ["{ trunk: main }\n", "types.bug.document", null, "{ trunk: main, types: { bug: { document: null } } }\n"],
    ["{}\n", "trunk", "main", "{ trunk: main }\n"],
    ["path: # these\n  - a # one\n  - b\n# end\n", "path", ["c d", "!e"], 'path: ["c d", "!e"] # these\n# end\n'],
    ["path:\n- a\n- b", "path", [], "path: []"],
    ["push:\n", "push", "never", "push: never\n"],
    ["push: # x\n", "push", "never", "push: never # x\n"],
    ["strict: false\r\npush: ask\r\n", "keep-branch", true, "strict: false\r\npush: ask\r\nkeep-branch: true\r\n"],
    ["strict: false\n", "strict", true, "strict: true\n"],
    [
      "types:\n  bug:\n    checklist:\n      - a\npush: ask\n",
      "types.bug.document",
      "d/{id}.md",
      'types:\n  bug:\n    checklist:\n      - a\n    document: "d/{id}.md"\npush: ask\n',
    ],
    [
      "push: ask\n",
      "services.a.b.changes.file",
      "C.md",
      "push: ask\nservices:\n  a.b:\n    changes:\n      file: C.md\n",
    ],
    ["types: { bug: {} }\n", "types.bug.document", null, "types: { bug: { document: null } }\n"],
    ["services:\n  a.b:\n    path: [x]\n", "services.a.b.docs", "d", "services:\n  a.b:\n    path: [x]\n    docs: d\n"],
    ["service: |\n  x\n", "trunk", "main", "service: |\n  x\ntrunk: main\n"],
    ["service: a\n  b\n", "service", "c", "service: c\n"],
    ["trunk: 3\npush: x\n", "push", "ask", "trunk: 3\npush: ask\n"],
  ];
  for (const [before, path, value, after] of cases) {
    it(`${path} in ${JSON.stringify(before)}`, () => assert.equal(setPolicy(before, path, value), after));
  }
  const refused: [string, string, Parameters<typeof setPolicy>[2], string][] = [
    ["", "colour", "x", 'There is no key "colour" in .calcifer.yaml.'],
    ["", "merge", "x", 'There is no key "merge" in .calcifer.yaml.'],
    ["", "trunk.x", "x", 'There is no key "trunk.x" in .calcifer.yaml.'],
    ["", "services.x", "x", 'There is no key "services.x" in .calcifer.yaml.'],
    ["", "push", "x", 'push must be one of ask, always, never; it is "x".'],
    [
      "",
      "merge.require",
      ["entri"],
      'merge.require must be a list of entry, checklist, notes, document, clean, no-conflict, judged, tests, depends, current; "entri" is none of them. Did you mean "entry"?',
    ],
    ["'", "push", "ask", ".calcifer.yaml is no YAML as it is; mend that first."],
    ["- a", "push", "ask", ".calcifer.yaml must be keys and values as it is; mend that first."],
    ["merge: x", "merge.strategy", "ff", '"merge" has no keys of its own in .calcifer.yaml; mend that first.'],
    [
      "types: { bug: &a { checklist: [] }, feature: *a }",
      "types.feature.document",
      null,
      '"feature" is an alias in .calcifer.yaml; write it out first.',
    ],
  ];
  for (const [text, path, value, message] of refused) {
    it(`refuses ${path} in ${JSON.stringify(text)}`, () =>
      assert.throws(() => setPolicy(text, path, value), { message }));
  }
  it("sets what is read back, and nothing else", () => {
    const options: [string, Parameters<typeof setPolicy>[2]][] = [
      ["push", "never"],
      ["changes.ignore", ["a b", "*", "c"]],
      ["merge.strategy", "ff"],
      ["types.bug.document", "x/{id}.md"],
      ["strict", true],
      ["trunk", "yes"],
      ["complete.require", []],
    ];
    const value = fc.constantFrom(...options);
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 6 }),
        fc.constantFrom("", full, "{}", "merge:\n# x\n", "changes: {}\ntypes: { bug: {} }\n"),
        (edits, start) => {
          const text = edits.reduce<string>((so, [path, to]) => setPolicy(so, path, to), start);
          const { policy, problems } = parsePolicy(text);
          assert.deepEqual(problems, []);
          for (const [path, to] of edits) {
            const read = path.split(".").reduce((at: unknown, name) => (at as Record<string, unknown>)[name], policy);
            assert.deepEqual(read, to);
          }
          for (const comment of start.match(/#.*/g) ?? []) assert.ok(text.includes(comment));
        },
      ),
      runs,
    );
  });
});

describe("policy: schema for editors", () => {
  it("knows every key, with default, choices and sentence", () => {
    const schema = policySchema() as {
      $schema: string;
      properties: Record<string, Record<string, unknown>>;
      additionalProperties: boolean;
    };
    assert.equal(schema.$schema, "http://json-schema.org/draft-07/schema#");
    assert.equal(schema.additionalProperties, false);
    assert.deepEqual(Object.keys(schema.properties).sort(), Object.keys(defaultPolicy).sort());
    assert.deepEqual(schema.properties.push, {
      description: "Whether a merge is pushed to the remote.",
      enum: ["ask", "always", "never"],
      default: "ask",
    });
    assert.deepEqual(schema.properties.strict?.type, "boolean");
    assert.match(
      JSON.stringify(schema.properties.types),
      /"document":\{"description":"[^"]+","type":\["string","null"\],"minLength":1,"default":null\}/,
    );
    assert.match(
      JSON.stringify(schema.properties.services),
      /"additionalProperties":\{"type":\["object","null"\],"properties":\{"docs"/,
    );
    assert.match(JSON.stringify(schema.properties.merge), /"items":\{"enum":\["entry"/);
  });
});
