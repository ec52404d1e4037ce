// What the gate says, fact by fact. The list of cases is the policy.
import assert from "node:assert/strict";
import type { BranchFacts, CommitFacts, MadeCommit } from "./facts.ts";
import { defaultPolicy, type Policy } from "./policy.ts";
import {
  type CheckId,
  called,
  checks,
  commitAdvice,
  commitReasons,
  keepsItsMessage,
  protectedAdvice,
  protectedReasons,
  pushReasons,
  reasonsOf,
  refusal,
  required,
  verdictOf,
} from "./rules.ts";
import type { TestRun } from "./tests.ts";

const item = { id: 42, key: "k7f2q9m3", title: "Add TLS", service: "gateway" };
const unknown = { unknown: "git is older than 2.38" };

type Change = Partial<Omit<Policy, "changes" | "merge" | "complete">> & {
  changes?: Partial<Policy["changes"]>;
  merge?: Partial<Policy["merge"]>;
  complete?: Partial<Policy["complete"]>;
};

const policyWith = ({ changes, merge, complete, ...rest }: Change = {}): Policy => ({
  ...defaultPolicy,
  protected: ["main"],
  ...rest,
  changes: { ...defaultPolicy.changes, ...changes },
  merge: { ...defaultPolicy.merge, ...merge },
  complete: { ...defaultPolicy.complete, ...complete },
});

const noEntry = {
  check: "entry",
  message: 'CHANGES.md has no entry for #42 "Add TLS".',
  next: 'calcifer commit -m "…" --entry "what readers should know"',
};

describe("rules: a commit about to be made", () => {
  const commit = (facts: Partial<CommitFacts> = {}, policy: Change = {}): CommitFacts => ({
    branch: "work/42-add-tls",
    item,
    policy: policyWith(policy),
    underWay: undefined,
    changed: ["src/edge.ts"],
    entryHere: false,
    entryOnBranch: false,
    waived: [],
    ...facts,
  });
  const waived = [{ check: "entry", reason: "generated" }];
  const stranger = {
    check: "item",
    message: "The branch fix belongs to no work item, and the policy is strict.",
    next: "calcifer work adopt fix",
  };
  const cases: [string, Partial<CommitFacts>, Change, unknown[]][] = [
    ["without an entry", {}, {}, [noEntry]],
    ["with an entry", { entryHere: true }, {}, []],
    ["an entry of an earlier commit, policy every", { entryOnBranch: true }, {}, [noEntry]],
    ["an entry of an earlier commit, policy first", { entryOnBranch: true }, { changes: { commit: "first" } }, []],
    ["no entry on the branch, policy first", {}, { changes: { commit: "first" } }, [noEntry]],
    ["policy off", {}, { changes: { commit: "off" } }, []],
    ["a waiver of the entry", { waived }, {}, []],
    ["a waiver of something else", { waived: [{ check: "judged", reason: "old" }] }, {}, [noEntry]],
    ["only ignored files", { changed: ["docs/a.md", "docs/b/c.md"] }, { changes: { ignore: ["docs/**"] } }, []],
    ["ignored files and another", { changed: ["docs/a.md", "x.ts"] }, { changes: { ignore: ["docs/**"] } }, [noEntry]],
    ["nothing changed (--allow-empty)", { changed: [] }, {}, []],
    ["in the middle of a merge", { underWay: "merge" }, {}, []],
    ["in the middle of a rebase", { underWay: "sequence" }, {}, []],
    [
      "another changes file",
      {},
      { changes: { file: "docs/NEWS.md" } },
      [{ ...noEntry, message: 'docs/NEWS.md has no entry for #42 "Add TLS".' }],
    ],
    [
      "fragments",
      {},
      { changes: { entries: "fragments" } },
      [{ ...noEntry, message: 'The changes folder has no entry for #42 "Add TLS".' }],
    ],
    ["a branch of no item", { item: undefined, branch: "fix" }, {}, []],
    ["a branch of no item, strict", { item: undefined, branch: "fix" }, { strict: true }, [stranger]],
    ["HEAD on no branch, strict", { item: undefined, branch: undefined }, { strict: true }, []],
    ["nothing changed, strict", { item: undefined, branch: "fix", changed: [] }, { strict: true }, []],
    ["waived, strict", { item: undefined, branch: "fix", waived }, { strict: true }, []],
    ["in a rebase, strict", { item: undefined, branch: "fix", underWay: "sequence" }, { strict: true }, []],
    // A protected branch has a guard of its own, the reference-transaction hook.
    ["the trunk, strict", { item: undefined, branch: "main" }, { strict: true }, []],
    [
      "a protected branch by glob, strict",
      { item: undefined, branch: "release/1" },
      { strict: true, protected: ["main", "release/*"] },
      [],
    ],
    [
      "a branch with an awkward name, strict",
      { item: undefined, branch: "it's $(x)" },
      { strict: true },
      [
        {
          check: "item",
          message: "The branch it's $(x) belongs to no work item, and the policy is strict.",
          next: "calcifer work adopt 'it'\\''s $(x)'",
        },
      ],
    ],
    [
      "a branch that reads as an option, strict",
      { item: undefined, branch: "-x" },
      { strict: true },
      [
        {
          ...stranger,
          message: "The branch -x belongs to no work item, and the policy is strict.",
          next: "calcifer work adopt '-x'",
        },
      ],
    ],
  ];
  for (const [name, facts, policy, reasons] of cases)
    it(name, () => assert.deepEqual(commitReasons(commit(facts, policy)), reasons));

  it("tells why the rule is there, and the way round it", () => {
    const way = 'Nothing for readers? Say so, on the record: calcifer gate waive entry --reason "…"';
    assert.deepEqual(commitAdvice(commit()), [
      "Each commit on work/42-add-tls adds or edits a line in CHANGES.md that names (#42).",
      way,
    ]);
    assert.deepEqual(commitAdvice(commit({}, { changes: { commit: "first", entries: "fragments" } })), [
      "The branch work/42-add-tls needs a line in the changes folder that names (#42) first.",
      way,
    ]);
    assert.deepEqual(commitAdvice(commit({ item: undefined })), []);
  });
});

describe("rules: what a hook writes", () => {
  it("the verdict is the first line", () => {
    assert.equal(
      refusal([noEntry], ["Because."]),
      'Calcifer: CHANGES.md has no entry for #42 "Add TLS".\n  Because.\n  Next: calcifer commit -m "…" --entry "what readers should know"\n',
    );
  });
  it("several reasons, one next step once", () => {
    const two = refusal([
      { check: "a", message: "One.", next: "do" },
      { check: "b", message: "Two.", next: "do" },
      { check: "c", message: "Three." },
    ]);
    assert.equal(two, "Calcifer: One.\n  Two.\n  Three.\n  Next: do\n");
  });
  it("nothing in it moves the cursor or turns the text", () => {
    assert.equal(refusal([{ check: "a", message: "a\u001b[2J\u202eb\nc" }]), "Calcifer: a[2Jbc\n");
    assert.equal(refusal([]), "Calcifer: \n");
  });
  it("a title cannot forge a line", () => {
    assert.equal(called({ id: 7, title: 'x\n#8 "y"\u001b[1m\u2028\u200f' }), '#7 "x#8 "y"[1m"');
    assert.equal(called({ id: 7, title: "👩‍💻" }), '#7 "👩‍💻"');
    assert.equal(called({ id: 7, title: "a".repeat(300) }), `#7 "${"a".repeat(200)}"`);
  });
});

describe("rules: a protected branch", () => {
  const commit = (subject: string, waived = false) => ({ id: "0123456789abcdef", subject, waived });
  const next = 'calcifer work add "what you are changing"';
  const cases: [string, { id: string; subject: string; waived: boolean }[], string | undefined][] = [
    ["goes back, or to what the remote has", [], undefined],
    ["a waived commit", [commit("Adopt", true)], undefined],
    ["one new commit", [commit("Fix")], 'main is protected: "Fix" may come to it only by a work item\'s merge.'],
    [
      "a waived one and one that is not",
      [commit("Adopt", true), commit("Fix")],
      'main is protected: "Fix" may come to it only by a work item\'s merge.',
    ],
    [
      "several",
      [commit("Fix"), commit("More")],
      "main is protected: 2 commits may come to it only by a work item's merge.",
    ],
    [
      "a long subject",
      [commit("x".repeat(100))],
      `main is protected: "${"x".repeat(80)}" may come to it only by a work item's merge.`,
    ],
  ];
  for (const [name, commits, message] of cases)
    it(name, () =>
      assert.deepEqual(
        protectedReasons({ branch: "main", commits }),
        message === undefined ? [] : [{ check: "protected", message, next }],
      ),
    );
  it("names three safe ways", () => {
    assert.deepEqual(protectedAdvice("main"), [
      "Open an item for it and take the change along: calcifer work start <id> --carry",
      "Changes reach main by: calcifer work finish <id>",
      'A commit that has to be made here, on the record: calcifer commit -m "…" --no-entry "why"',
    ]);
  });
  it("a push of unjudged commits", () => {
    assert.deepEqual(pushReasons("main", []), []);
    assert.deepEqual(pushReasons("main", [commit("Fix")]), [
      {
        check: "judged",
        message: '01234567 "Fix" was never judged, and main is protected.',
        next: "calcifer status",
      },
    ]);
    assert.equal(
      pushReasons("main", [commit("Fix"), commit("More")])[0]?.message,
      "2 commits were never judged, and main is protected.",
    );
  });
});

const made = (more: Partial<MadeCommit> = {}): MadeCommit => ({
  id: "0123456789abcdef",
  subject: "Terminate TLS",
  author: "Ada",
  at: "2026-11-20T08:00:00+01:00",
  keys: [item.key],
  waivers: [],
  exempt: false,
  entry: true,
  ...more,
});

const entry = { text: "TLS (#42)", items: [42], section: undefined, release: undefined, line: 5, endLine: 5 };

const branch = (facts: Partial<BranchFacts> = {}, policy: Change = {}): BranchFacts => ({
  item,
  branch: "work/42-add-tls",
  trunk: "main",
  policy: policyWith(policy),
  tip: "1".repeat(40),
  trunkTip: "2".repeat(40),
  base: "2".repeat(40),
  commits: [made()],
  entries: [entry],
  entryProblems: [],
  touched: ["CHANGES.md", "src/edge.ts"],
  conflicts: [],
  moved: [],
  merged: false,
  dirty: [],
  tests: undefined,
  document: undefined,
  record: {
    status: "active",
    checklist: [],
    notes: "Noted.",
    document: null,
    mergedCommit: null,
    needs: [],
    parts: [],
  },
  ...facts,
});

const waiver = { check: "entry", reason: "generated" };
const cannotTell = { state: "unknown", message: "Cannot tell: git is older than 2.38." };
const elsewhere = { state: "unknown", message: "Cannot tell: the work item is in another database." };
const yes = (message: string) => ({ state: "yes", message });
const record = (more: object) => ({ record: { ...(branch().record as object), ...more } as BranchFacts["record"] });

const other = (status: string) => ({ id: 17, title: "Our own CA", status });

const tests: Policy["tests"] = {
  command: "npm test",
  prepare: undefined,
  limit: "10m",
  coverage: { report: undefined, min: undefined },
};
const min = (least: number): Change => ({ tests: { ...tests, coverage: { report: "c/lcov.info", min: least } } });
const run = (more: Partial<TestRun> = {}): Partial<BranchFacts> => ({
  tests: {
    state: "passed",
    step: "command",
    command: "npm test",
    exit: 0,
    coverage: null,
    noCoverage: null,
    at: "2026-11-20T08:00:00Z",
    seconds: 4.26,
    ...more,
  },
});
const again = "calcifer gate test 42";
const red = (message: string) => ({ state: "no", message, next: again });
const grey = (why: string) => ({ state: "unknown", message: `Cannot tell: ${why}.`, next: again });

/** facts, policy, what the check `tests` says */
const testsTable: [string, Partial<BranchFacts>, Change, object][] = [
  ["not run", {}, { tests }, grey("the tests were not run on the branch as it is now")],
  ["not run, in the trunk", { commits: [], merged: true }, { tests }, yes("Its commits are in the trunk.")],
  [
    "not run, nothing begun",
    { commits: [], merged: false },
    { tests },
    grey("the tests were not run on the branch as it is now"),
  ],
  ["unknown", { tests: unknown }, { tests }, cannotTell],
  ["passed", run(), { tests }, yes("The tests passed in 4.3 s.")],
  ["passed, took long", run({ seconds: 200 }), { tests }, yes("The tests passed in 3 min.")],
  ["failed", run({ state: "failed", exit: 1 }), { tests }, red("The tests failed, exit 1.")],
  ["killed", run({ state: "failed", exit: null }), { tests }, red("The tests failed.")],
  [
    "timed out",
    run({ state: "timed out", exit: null, seconds: 600 }),
    { tests },
    red("The tests did not end within 10 min."),
  ],
  ["stopped", run({ state: "cancelled", exit: null }), { tests }, grey("the run of the tests was stopped")],
  [
    "preparing failed",
    run({ state: "failed", step: "prepare", exit: 1 }),
    { tests },
    grey("what prepares the tests failed, exit 1, so they were not run"),
  ],
  [
    "preparing took too long",
    run({ state: "timed out", step: "prepare", seconds: 60 }),
    { tests },
    grey("what prepares the tests did not end within 60 s"),
  ],
  [
    "covered, nothing asked",
    run({ coverage: 61.25 }),
    { tests },
    yes("The tests passed in 4.3 s and cover 61.2 % of the lines."),
  ],
  [
    "covered enough",
    run({ coverage: 70 }),
    min(70),
    yes("The tests passed in 4.3 s and cover 70 % of the lines (70 % are asked for)."),
  ],
  [
    "covered too little, by a hair",
    run({ coverage: 69.999 }),
    min(70),
    red("The tests passed, and cover 69.9 % of the lines; 70 % are asked for."),
  ],
  [
    "no report",
    run({ noCoverage: "the tests left no c/lcov.info" }),
    min(70),
    grey("the tests passed, and how much they cover is not known: the tests left no c/lcov.info"),
  ],
  [
    "asked for since",
    run(),
    min(0),
    grey("the tests passed, and how much they cover is not known: no report was asked for"),
  ],
  [
    "failed, covered enough",
    run({ state: "failed", exit: 1, coverage: 90 }),
    min(70),
    red("The tests failed, exit 1."),
  ],
];

/** check, case, facts, policy, what it says */
const table: [CheckId, string, Partial<BranchFacts>, Change, object][] = [
  ...testsTable.map((row): [CheckId, ...typeof row] => ["tests", ...row]),
  ["entry", "one", {}, {}, { ...yes("CHANGES.md has 1 entry for #42."), detail: ["TLS (#42)"] }],
  [
    "entry",
    "two",
    { entries: [entry, { ...entry, text: "More (#42)" }] },
    {},
    { ...yes("CHANGES.md has 2 entries for #42."), detail: ["TLS (#42)", "More (#42)"] },
  ],
  [
    "entry",
    "a fragment",
    {},
    { changes: { entries: "fragments" } },
    { ...yes("The changes folder has 1 entry for #42."), detail: ["TLS (#42)"] },
  ],
  ["entry", "none", { entries: [] }, {}, { state: "no", message: noEntry.message, next: noEntry.next }],
  [
    "entry",
    "none, no commit",
    { entries: [], commits: [] },
    {},
    { state: "no", message: noEntry.message, next: noEntry.next },
  ],
  ["entry", "none, in the trunk", { entries: [], commits: [], merged: true }, {}, yes("Its commits are in the trunk.")],
  [
    "entry",
    "none, and whether it is in the trunk cannot be told",
    { entries: [], commits: [], merged: unknown },
    {},
    { state: "no", message: noEntry.message, next: noEntry.next },
  ],
  [
    "entry",
    "none, commits unknown",
    { entries: [], commits: unknown },
    {},
    { state: "no", message: noEntry.message, next: noEntry.next },
  ],
  [
    "entry",
    "waived by every commit",
    { entries: [], commits: [made({ waivers: [waiver] }), made({ exempt: true })] },
    {},
    { ...yes("No entry is needed: waived by every commit."), detail: ["01234567 Ada, 2026-11-20: generated"] },
  ],
  [
    "entry",
    "waived by one of two",
    { entries: [], commits: [made({ waivers: [waiver] }), made()] },
    {},
    { state: "no", message: noEntry.message, next: noEntry.next },
  ],
  [
    "entry",
    "only ignored files",
    { entries: [], commits: [made({ exempt: true, entry: false })] },
    {},
    yes("No entry is needed: the policy ignores every file it changes."),
  ],
  [
    "entry",
    "a waiver of something else does not count",
    { entries: [], commits: [made({ waivers: [{ check: "judged", reason: "old" }] })] },
    {},
    { state: "no", message: noEntry.message, next: noEntry.next },
  ],
  [
    "entry",
    "malformed",
    {
      entryProblems: [
        { line: 7, message: "The entry of #42 has no words besides the reference." },
        { line: 9, message: "Twice" },
      ],
    },
    {},
    {
      state: "no",
      message: "CHANGES.md:7: The entry of #42 has no words besides the reference.",
      next: "calcifer changes show",
      detail: ["line 7: The entry of #42 has no words besides the reference.", "line 9: Twice"],
    },
  ],
  [
    "entry",
    "a malformed fragment",
    { entryProblems: [{ line: 1, message: "changes/42-x.md has no text" }] },
    { changes: { entries: "fragments" } },
    {
      state: "no",
      message: "changes/42-x.md has no text.",
      next: "calcifer changes show",
      detail: ["line 1: changes/42-x.md has no text"],
    },
  ],
  ["entry", "unknown", { entries: unknown }, {}, cannotTell],

  ["judged", "one commit", {}, {}, yes("1 commit judged.")],
  ["judged", "two commits", { commits: [made(), made()] }, {}, yes("2 commits judged.")],
  [
    "judged",
    "with a waiver",
    { commits: [made(), made({ entry: false, waivers: [waiver] })] },
    {},
    { ...yes("2 commits judged, 1 with a waiver."), detail: ["01234567 Ada, 2026-11-20: generated"] },
  ],
  [
    "judged",
    "no commit",
    { commits: [] },
    {},
    { state: "no", message: "work/42-add-tls has no commits yet.", next: 'calcifer commit -m "…" --entry "…"' },
  ],
  ["judged", "all in the trunk", { commits: [], merged: true }, {}, yes("Its commits are in the trunk.")],
  ["judged", "unknown", { commits: unknown }, {}, cannotTell],
  [
    "judged",
    "no trailer",
    { commits: [made({ keys: [] })] },
    {},
    {
      state: "no",
      message: '01234567 "Terminate TLS" has no Work-Item trailer of #42.',
      next: 'calcifer gate waive judged --reason "…"',
    },
  ],
  [
    "judged",
    "the trailer of another item, though a revert",
    { commits: [made({ keys: ["aaaaaaaa"], subject: 'Revert "x"' })] },
    {},
    {
      state: "no",
      message: '01234567 "Revert "x"" has no Work-Item trailer of #42.',
      next: 'calcifer gate waive judged --reason "…"',
    },
  ],
  [
    "judged",
    "a revert keeps git's message",
    { commits: [made({ keys: [], subject: 'Revert "x"' })] },
    {},
    yes("1 commit judged."),
  ],
  ["judged", "so does a fixup", { commits: [made({ keys: [], subject: "fixup! x" })] }, {}, yes("1 commit judged.")],
  [
    "judged",
    "two without an entry, made with --no-verify",
    { commits: [made({ entry: false }), made({ entry: false })] },
    {},
    {
      state: "no",
      message: '2 commits passed no gate: 01234567 "Terminate TLS" has no entry in CHANGES.md and no waiver.',
      next: 'calcifer gate waive judged --reason "…"',
      detail: Array.from({ length: 2 }, () => '01234567 "Terminate TLS" has no entry in CHANGES.md and no waiver'),
    },
  ],
  [
    "judged",
    "without an entry, policy first",
    { commits: [made({ entry: false })] },
    { changes: { commit: "first" } },
    yes("1 commit judged."),
  ],
  [
    "judged",
    "without an entry, ignored files",
    { commits: [made({ entry: false, exempt: true })] },
    {},
    yes("1 commit judged."),
  ],
  [
    "judged",
    "a waiver of judged speaks for those before it",
    {
      commits: [
        made({ keys: [] }),
        made({ keys: [], entry: false, waivers: [{ check: "judged", reason: "old ones" }] }),
        made(),
      ],
    },
    {},
    { ...yes("3 commits judged, 1 with a waiver."), detail: ["01234567 Ada, 2026-11-20: old ones"] },
  ],
  [
    "judged",
    "but not for those after it",
    { commits: [made({ waivers: [{ check: "judged", reason: "old" }] }), made({ keys: [] })] },
    {},
    {
      state: "no",
      message: '01234567 "Terminate TLS" has no Work-Item trailer of #42.',
      next: 'calcifer gate waive judged --reason "…"',
    },
  ],

  ["checklist", "none", {}, {}, yes("There is no checklist.")],
  ["checklist", "ticked", record({ checklist: [{ text: "a", done: true }] }), {}, yes("All 1 point ticked.")],
  [
    "checklist",
    "one open",
    record({
      checklist: [
        { text: "a", done: true },
        { text: "b", done: false },
      ],
    }),
    {},
    { state: "no", message: "1 of 2 points is open: b", next: "calcifer work check 42 2", detail: ["2. b"] },
  ],
  [
    "checklist",
    "several open",
    record({
      checklist: [
        { text: "a", done: false },
        { text: "b", done: true },
        { text: "c", done: false },
      ],
    }),
    {},
    { state: "no", message: "2 of 3 points are open: a", next: "calcifer work check 42 1 3", detail: ["1. a", "3. c"] },
  ],
  ["checklist", "no database", { record: undefined }, {}, elsewhere],

  ["notes", "some", {}, {}, yes("There are notes.")],
  [
    "notes",
    "blank",
    record({ notes: " \n" }),
    {},
    { state: "no", message: "The notes are empty.", next: 'calcifer work note 42 "…"' },
  ],
  [
    "depends",
    "done and dropped",
    record({ needs: [other("done"), other("dropped")] }),
    {},
    yes("Nothing that it depends on is open."),
  ],
  [
    "depends",
    "one that is planned",
    record({ needs: [other("done"), other("planned")] }),
    {},
    {
      state: "no",
      message: 'It depends on #17 "Our own CA", which is planned.',
      next: "calcifer work show 17",
    },
  ],
  [
    "depends",
    "several",
    record({ needs: [other("active"), other("planned")] }),
    {},
    {
      state: "no",
      message: 'It depends on #17 "Our own CA", which is active, and 1 other.',
      next: "calcifer work show 17",
      detail: ['#17 "Our own CA", active', '#17 "Our own CA", planned'],
    },
  ],
  ["depends", "no database", { record: undefined }, {}, elsewhere],
  ["parts", "done", record({ parts: [other("done")] }), {}, yes("None of its parts is open.")],
  [
    "parts",
    "one that is active",
    record({ parts: [other("active")] }),
    {},
    { state: "no", message: 'A part of it is #17 "Our own CA", which is active.', next: "calcifer work show 17" },
  ],
  ["parts", "no database", { record: undefined }, {}, elsewhere],
  ["notes", "no database", { record: undefined }, {}, elsewhere],

  ["document", "none needed", {}, {}, yes("No document is required.")],
  ["document", "there", { document: { path: "docs/42.md", state: "there" } }, {}, yes("docs/42.md is there.")],
  [
    "document",
    "missing",
    { document: { path: "docs/42.md", state: "missing" } },
    {},
    { state: "no", message: "docs/42.md is not on the branch.", next: "calcifer work document 42" },
  ],
  [
    "document",
    "bare",
    { document: { path: "docs/my file.md", state: "bare" } },
    {},
    {
      state: "no",
      message: "docs/my file.md is still the bare template.",
      next: 'calcifer commit -m "Document #42" --entry "…" \'docs/my file.md\'',
    },
  ],

  ["clean", "clean", {}, {}, yes("Nothing is uncommitted.")],
  [
    "clean",
    "checked out nowhere",
    { dirty: undefined },
    {},
    yes("It is checked out nowhere, so nothing is uncommitted."),
  ],
  [
    "clean",
    "one file",
    { dirty: [{ state: " M", path: "a.ts" }] },
    {},
    {
      state: "no",
      message: "1 file is uncommitted: a.ts",
      next: 'calcifer commit -m "…" --entry "…" --all',
      detail: [" M a.ts"],
    },
  ],
  [
    "clean",
    "many",
    { dirty: Array.from({ length: 25 }, (_, n) => ({ state: "??", path: `${n}` })) },
    {},
    {
      state: "no",
      message: "25 files are uncommitted: 0 …",
      next: 'calcifer commit -m "…" --entry "…" --all',
      detail: Array.from({ length: 20 }, (_, n) => `?? ${n}`),
    },
  ],
  ["clean", "unknown", { dirty: unknown }, {}, cannotTell],

  ["no-conflict", "none", {}, {}, yes("It merges clean with main.")],
  [
    "no-conflict",
    "one",
    { conflicts: ["a"] },
    {},
    { state: "no", message: "It conflicts with main in a.", next: "calcifer work update 42", detail: ["a"] },
  ],
  [
    "no-conflict",
    "many",
    { conflicts: ["a", "b", "c", "d", "e"] },
    {},
    {
      state: "no",
      message: "It conflicts with main in a, b, c and 2 more.",
      next: "calcifer work update 42",
      detail: ["a", "b", "c", "d", "e"],
    },
  ],
  ["no-conflict", "unknown", { conflicts: unknown }, {}, cannotTell],

  ["current", "not moved", {}, {}, yes("main has not moved in files this branch touches.")],
  [
    "current",
    "only the changes file",
    { moved: ["CHANGES.md"] },
    {},
    yes("main has not moved in files this branch touches."),
  ],
  [
    "current",
    "moved",
    { moved: ["CHANGES.md", "a"] },
    {},
    {
      state: "no",
      message: "main has moved in 1 file this branch touches: a",
      detail: ["a"],
      next: "calcifer work update 42",
    },
  ],
  [
    "current",
    "moved in several, conflicts unknown",
    { moved: ["a", "b"], conflicts: unknown },
    {},
    {
      state: "no",
      message: "main has moved in 2 files this branch touches: a …",
      detail: ["a", "b"],
      next: "calcifer work update 42",
    },
  ],
  // The conflict says what to do already.
  [
    "current",
    "moved and conflicting",
    { moved: ["a"], conflicts: ["a"] },
    {},
    { state: "no", message: "main has moved in 1 file this branch touches: a", detail: ["a"] },
  ],
  ["current", "unknown", { moved: unknown }, {}, cannotTell],

  ["merged", "merged", { merged: true }, {}, yes("It is in main.")],
  [
    "merged",
    "not",
    {},
    {},
    { state: "no", message: "work/42-add-tls is not merged into main.", next: "calcifer work finish 42" },
  ],
  ["merged", "unknown", { merged: unknown }, {}, cannotTell],
];

describe("rules: the checks", () => {
  for (const [check, name, facts, policy, says] of table)
    it(`${check}: ${name}`, () => assert.deepEqual(checks[check](branch(facts, policy)), says));

  it("every check is said to say yes, no and cannot tell, where it can", () => {
    const never: Partial<Record<CheckId, string[]>> = { document: ["unknown"] };
    for (const id of Object.keys(checks) as CheckId[]) {
      const states = new Set(
        table.filter(([check]) => check === id).map(([, , , , says]) => (says as { state: string }).state),
      );
      assert.deepEqual(
        [...states].sort(),
        ["no", "unknown", "yes"].filter((s) => !never[id]?.includes(s)),
        id,
      );
    }
  });

  it("messages that git composes", () => {
    for (const kept of ['Revert "x"', "fixup! x", "squash! x", "amend! x"])
      assert.equal(keepsItsMessage(kept), true, kept);
    for (const own of ["Revert x", "fixup x", " fixup! x", "Merge branch x"])
      assert.equal(keepsItsMessage(own), false, own);
  });
});

describe("rules: the verdict", () => {
  it("yes", () => {
    const merge = verdictOf("merge", branch(), []);
    assert.equal(merge.state, "yes");
    assert.equal(merge.line, '#42 "Add TLS" is ready to merge into main.');
    assert.deepEqual(
      merge.checks.map((c) => [c.id, c.required]),
      [
        ["entry", true],
        ["checklist", true],
        ["notes", true],
        ["document", true],
        ["clean", true],
        ["no-conflict", true],
        ["judged", true],
        ["current", false],
      ],
    );
    assert.equal(verdictOf("complete", branch({ merged: true }), []).line, '#42 "Add TLS" can be completed.');
  });
  it("no, with the first reason", () => {
    const one = verdictOf("merge", branch({ entries: [] }), ["a warning"]);
    assert.equal(one.state, "no");
    assert.equal(one.line, '#42 "Add TLS" cannot merge into main yet: CHANGES.md has no entry for #42 "Add TLS".');
    assert.deepEqual(one.warnings, ["a warning"]);
    assert.deepEqual(reasonsOf(one), [noEntry]);
    const two = verdictOf("complete", branch(record({ notes: "" })), []);
    assert.equal(two.line, '#42 "Add TLS" cannot be completed yet, 2 to do: work/42-add-tls is not merged into main.');
    assert.deepEqual(
      reasonsOf(two).map((r) => r.check),
      ["merged", "notes"],
    );
  });
  it("cannot tell is no yes", () => {
    const verdict = verdictOf("merge", branch({ conflicts: unknown }), []);
    assert.equal(verdict.state, "unknown");
    assert.deepEqual(reasonsOf(verdict), [{ check: "no-conflict", message: "Cannot tell: git is older than 2.38." }]);
    assert.equal(verdictOf("merge", branch({ conflicts: unknown, entries: [] }), []).state, "no");
  });
  it("what is not required holds nothing up", () => {
    const facts = branch({ entries: [], moved: ["a"] }, { merge: { require: ["notes"] } });
    const verdict = verdictOf("merge", facts, []);
    assert.equal(verdict.state, "yes");
    assert.deepEqual(
      verdict.checks.map((c) => c.id),
      ["notes", "current"],
    );
    assert.deepEqual(reasonsOf(verdict), []);
  });
  it("current may be required, and is asked once", () => {
    const verdict = verdictOf("merge", branch({ moved: ["a"] }, { merge: { require: ["current"] } }), []);
    assert.deepEqual(
      verdict.checks.map((c) => [c.id, c.required]),
      [["current", true]],
    );
    assert.equal(verdict.state, "no");
  });
  it("narrowed to what can be asked without a database", () => {
    const verdict = verdictOf("merge", branch({ record: undefined }), [], ["entry", "judged"]);
    assert.deepEqual(
      verdict.checks.map((c) => c.id),
      ["entry", "judged"],
    );
    assert.equal(verdict.state, "yes");
  });
  it("tests is no check without a command, required with one, and told where the policy's list leaves it out", () => {
    const ids = (facts: BranchFacts) =>
      verdictOf("merge", facts, [])
        .checks.filter((c) => c.id === "tests")
        .map((c) => c.required);
    assert.deepEqual(ids(branch()), []);
    assert.deepEqual(ids(branch({}, { tests })), [true]);
    assert.deepEqual(ids(branch({}, { tests, merge: { require: ["entry"] } })), [false]);
    assert.equal(verdictOf("merge", branch({}, { tests }), []).state, "unknown");
    assert.ok(!required(branch({}, { tests }), "complete").includes("tests"));
  });
  it("a check of a newer version is left out", () => {
    assert.deepEqual(required(branch({}, { complete: { require: ["merged", "signed"] } }), "complete"), ["merged"]);
  });
});
