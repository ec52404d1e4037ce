// What may be done with an item, fact by fact. The list of cases is the policy.
import assert from "node:assert/strict";
import {
  abandonReasons,
  dirtyFiles,
  dirtyReasons,
  documentTemplate,
  mergeReasons,
  outOfRange,
  sectionOf,
  startReasons,
  ticked,
  titleOf,
} from "./rules.ts";

type Standing = Parameters<typeof startReasons>[0];
const standing = (more: Partial<Standing> = {}): Standing => ({
  id: 42,
  title: "Add TLS",
  status: "active",
  branch: "work/42-add-tls",
  merged: null,
  ...more,
});
const merged = { commit: "1".repeat(40), trunk: "main", at: "2026-11-20T08:00:00.000Z", pushed: null };

describe("work rules: start", () => {
  const cases: [Standing["status"], object[]][] = [
    ["planned", []],
    ["active", []],
    ["done", [{ check: "status", message: "#42 is done.", next: 'calcifer work add "what is left to change"' }]],
    ["dropped", [{ check: "status", message: "#42 was dropped.", next: "calcifer work restore 42" }]],
  ];
  for (const [status, reasons] of cases)
    it(status, () => assert.deepEqual(startReasons(standing({ status })), reasons));

  it("a dirty work tree, what Calcifer wrote itself left out", () => {
    const own = [".calcifer.yaml", "CHANGES.md"];
    assert.deepEqual(dirtyReasons(42, [], own), []);
    assert.deepEqual(
      dirtyReasons(
        42,
        own.map((path) => ({ state: "??", path })),
        own,
      ),
      [],
    );
    const files = [
      { state: "??", path: ".calcifer.yaml" },
      { state: " M", path: "CHANGES.md" },
      { state: "??", path: "new" },
    ];
    assert.deepEqual(dirtyReasons(42, files, own), [
      {
        check: "clean",
        message: " M CHANGES.md",
        next: "calcifer work start 42 --carry",
      },
      { check: "clean", message: "?? new" },
    ]);
    const many = Array.from({ length: 30 }, (_, n) => ({ state: "??", path: `${n}` }));
    assert.equal(dirtyReasons(42, many, own).length, 20);
    assert.equal(dirtyFiles([...files, ...many], own).length, 32);
  });
});

describe("work rules: merge", () => {
  const only = (status: string) => `#42 is ${status}; only what is active and has a branch can be merged.`;
  const cases: [string, Partial<Standing>, object[]][] = [
    ["active with a branch", {}, []],
    ["merged, and gone on", { merged }, []],
    [
      "merged, branch gone",
      { merged, branch: null },
      [{ check: "status", message: "#42 is merged already.", next: "calcifer work finish 42" }],
    ],
    [
      "active, branch lost",
      { branch: null },
      [{ check: "status", message: only("active"), next: "calcifer work start 42" }],
    ],
    [
      "planned",
      { status: "planned", branch: null },
      [{ check: "status", message: only("planned"), next: "calcifer work start 42" }],
    ],
    ["done", { status: "done" }, [{ check: "status", message: "#42 is done already.", next: undefined }]],
    [
      "dropped",
      { status: "dropped" },
      [{ check: "status", message: only("dropped"), next: "calcifer work restore 42" }],
    ],
  ];
  for (const [name, more, reasons] of cases) it(name, () => assert.deepEqual(mergeReasons(standing(more)), reasons));
});

describe("work rules: give up", () => {
  const commits = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ id: `${i}`.repeat(40), subject: `Commit ${i}` }));
  const named = (n: number) =>
    commits(n).map((c) => ({ check: "unmerged", message: `${c.id.slice(0, 8)} ${c.subject}` }));
  const cases: [string, Partial<Standing>, number | undefined, number | undefined, "drop" | "delete", object[]][] = [
    ["nothing unmerged", {}, 0, undefined, "drop", []],
    ["nothing unmerged, and said so", {}, 0, 0, "drop", []],
    ["the right number", {}, 2, 2, "drop", []],
    [
      "one unmerged",
      {},
      1,
      undefined,
      "drop",
      [
        {
          check: "unmerged",
          message: "1 commit is only on work/42-add-tls.",
          next: "calcifer work drop 42 --abandon-commits 1",
        },
        ...named(1),
      ],
    ],
    [
      "several unmerged",
      {},
      2,
      undefined,
      "delete",
      [
        {
          check: "unmerged",
          message: "2 commits are only on work/42-add-tls.",
          next: "calcifer work delete 42 --abandon-commits 2",
        },
        ...named(2),
      ],
    ],
    [
      "the wrong number",
      {},
      2,
      3,
      "drop",
      [
        {
          check: "unmerged",
          message: "There are 2 unmerged commits, not 3.",
          next: "calcifer work drop 42 --abandon-commits 2",
        },
        ...named(2),
      ],
    ],
    [
      "the wrong number, of one",
      {},
      1,
      0,
      "drop",
      [
        {
          check: "unmerged",
          message: "There is 1 unmerged commit, not 0.",
          next: "calcifer work drop 42 --abandon-commits 1",
        },
        ...named(1),
      ],
    ],
    [
      "a number where there is nothing",
      {},
      0,
      1,
      "drop",
      [{ check: "unmerged", message: "There are 0 unmerged commits, not 1.", next: "calcifer work drop 42" }],
    ],
    [
      "what cannot be told",
      {},
      undefined,
      5,
      "delete",
      [{ check: "unmerged", message: "Cannot tell what only its branch has.", next: "calcifer doctor" }],
    ],
    [
      "done, drop",
      { status: "done" },
      0,
      undefined,
      "drop",
      [{ check: "status", message: "#42 is done; what is done cannot be dropped." }],
    ],
    ["done, delete", { status: "done" }, 0, undefined, "delete", []],
    [
      "dropped, drop",
      { status: "dropped" },
      0,
      undefined,
      "drop",
      [{ check: "status", message: "#42 was dropped already.", next: "calcifer work restore 42" }],
    ],
    ["dropped, delete", { status: "dropped" }, 0, undefined, "delete", []],
  ];
  for (const [name, more, unmerged, abandon, verb, reasons] of cases)
    it(name, () =>
      assert.deepEqual(
        abandonReasons(standing(more), unmerged === undefined ? undefined : commits(unmerged), abandon, verb),
        reasons,
      ),
    );
  it("names at most twenty", () => assert.equal(abandonReasons(standing(), commits(50), undefined, "drop").length, 21));
});

describe("work rules: the checklist", () => {
  const list = (...done: boolean[]) => done.map((d, i) => ({ text: `p${i + 1}`, done: d }));
  const cases: [string, boolean[], number[] | "all", boolean, boolean[] | string][] = [
    ["ticks some", [false, false, false], [1, 3], true, [true, false, true]],
    ["unticks one", [true, true], [2], false, [true, false]],
    ["ticks a ticked one", [true], [1], true, [true]],
    ["all", [false, true], "all", true, [true, true]],
    ["all of none", [], "all", true, []],
    ["none named", [false], [], true, "points: name at least one point, or --all."],
    ["out of range", [false, false], [1, 3], true, "point: there is no point 3; the checklist has 2 (1–2)."],
    ["of an empty one", [], [1], true, "point: there is no point 1; the checklist is empty."],
  ];
  for (const [name, before, points, done, after] of cases)
    it(name, () =>
      assert.deepEqual(ticked(list(...before), points, done), typeof after === "string" ? after : list(...after)),
    );
  it("a number out of range is one sentence", () =>
    assert.equal(outOfRange(9, 1), "point: there is no point 9; the checklist has 1 (1–1)."));
});

describe("work rules: names and templates", () => {
  const titles = {
    "fix-timeouts": "Fix timeouts",
    "feature/add_tls-1.3": "Add tls 1.3",
    "work/42-add-tls": "Add tls",
    "élan-vital": "Élan vital",
    "---": "---",
    "a/": "a/",
    x: "X",
  };
  for (const [branch, title] of Object.entries(titles))
    it(`${branch} is ${title}`, () => assert.equal(titleOf(branch), title));

  it("each type has headings of its own, and nothing but headings", () => {
    const types = ["feature", "service", "integration", "documentation", "bug", "maintenance"] as const;
    const all = types.map((type) => documentTemplate({ id: 42, title: "Add TLS", type }));
    assert.equal(new Set(all).size, types.length);
    for (const text of all) assert.match(text, /^# Add TLS \(#42\)\n(\n## [^\n]+\n)+$/);
    assert.equal(all[5], "# Add TLS (#42)\n\n## What was done\n\n## How to undo it\n");
  });

  it("each type has the sub-heading its entries stand under", () => {
    const sections = {
      feature: "Added",
      service: "Added",
      integration: "Added",
      bug: "Fixed",
      documentation: "Changed",
      maintenance: "Changed",
    };
    for (const [type, section] of Object.entries(sections))
      assert.equal(sectionOf(type as keyof typeof sections), section);
  });
});
