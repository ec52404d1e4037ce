// What the rules say of trunks, of who is believed, of what needs what, and of what is live, fact by fact.
import assert from "node:assert/strict";
import {
  around,
  chooseTrunk,
  circles,
  impactOf,
  isHeard,
  type LiveFacts,
  liveState,
  type Need,
  type Source,
  type TrunkFacts,
  wayTo,
} from "./rules.ts";

const cannotTell = (listed: string) => ({
  fault: "invalid",
  message: `Which branch is the trunk cannot be told; there are: ${listed}.`,
});

describe("service rules: the trunk", () => {
  const cases: [string, string[], Partial<TrunkFacts>, unknown][] = [
    ["the one asked for", ["main", "trunk"], { asked: "trunk", stated: "main", origin: "main" }, "trunk"],
    [
      "the one asked for is not there",
      ["main", "next"],
      { asked: "trunk" },
      { fault: "missing", message: "There is no branch trunk; there are: main, next." },
    ],
    [
      "asked for, and there is none",
      [],
      { asked: "trunk" },
      { fault: "missing", message: "There is no branch trunk; there are: none." },
    ],
    ["the policy's", ["a", "b", "c"], { stated: "b", origin: "a", configured: "c" }, "b"],
    ["origin/HEAD", ["a", "b", "c"], { origin: "a", configured: "c" }, "a"],
    ["init.defaultBranch", ["a", "c"], { configured: "c" }, "c"],
    ["what is stated but not there does not count", ["a", "b"], { stated: "x", origin: "y", configured: "b" }, "b"],
    ["the only branch", ["odd"], { configured: "main" }, "odd"],
    ["the usual name among several", ["fix", "master", "next"], {}, "master"],
    ["two usual names", ["main", "master"], {}, cannotTell("main, master")],
    ["no usual name", ["a", "b"], {}, cannotTell("a, b")],
    ["no branch at all", [], {}, cannotTell("none")],
    [
      "many branches: ten are named",
      Array.from({ length: 12 }, (_, n) => `b${n}`),
      {},
      cannotTell("b0, b1, b2, b3, b4, b5, b6, b7, b8, b9"),
    ],
  ];
  for (const [name, branches, facts, result] of cases)
    it(name, () => {
      const all = { asked: undefined, stated: undefined, origin: undefined, configured: undefined, ...facts };
      assert.deepEqual(chooseTrunk(branches, all), result);
    });
});

/** `a-b b-c`: a needs b, b needs c. */
const edgesOf = (text: string): Need[] =>
  text
    .split(" ")
    .filter((pair) => pair !== "")
    .map((pair) => pair.split("-") as [string, string])
    .map(([from, to]) => ({ from, to }));

describe("service rules: circles", () => {
  const cases: [string, string, string[][]][] = [
    ["none at all", "", []],
    ["a chain", "a-b b-c", []],
    ["a diamond", "a-b a-c b-d c-d", []],
    ["two that need each other", "b-a a-b", [["a", "b"]]],
    ["around by three, begun at its first name", "c-a b-c a-b", [["a", "b", "c"]]],
    ["with a tail on both ends", "x-a a-b b-a b-y", [["a", "b"]]],
    ["the shortest of a group", "a-b b-c c-a b-a", [["a", "b"]]],
    ["not the longer way round when a shorter begins elsewhere", "a-b b-c c-d d-a a-d", [["a", "d"]]],
    [
      "two groups",
      "a-b b-a c-d d-c b-c",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["one that needs itself is none of two", "a-a", []],
  ];
  for (const [name, edges, found] of cases) it(name, () => assert.deepEqual(circles(edgesOf(edges)), found));

  it("a chain of 20,000 does not run out of stack", () => {
    const chain = Array.from({ length: 20_000 }, (_, n) => ({ from: `s${n}`, to: `s${n + 1}` }));
    assert.deepEqual(circles(chain), []);
    assert.equal(circles([...chain, { from: "s20000", to: "s0" }])[0]?.length, 20_001);
  });
});

describe("service rules: impact", () => {
  const cases: [string, string, string, string[]][] = [
    ["nothing needs it", "a-b", "a", []],
    ["who it needs does not fail", "db-disk web-db", "db", ["web"]],
    [
      "nearest first, then by name",
      "web-api api-db cron-db app-db shop-web",
      "db",
      ["api", "app", "cron", "web via api", "shop via api web"],
    ],
    ["the shortest way counts, and each is named once", "web-api api-db web-db", "db", ["api", "web"]],
    ["of two ways as short, the one by the first name", "web-b web-a a-db b-db", "db", ["a", "b", "web via a"]],
    ["a circle ends, and does not name the service itself", "a-b b-c c-a", "a", ["c", "b via c"]],
    ["one nobody knows", "a-b", "x", []],
  ];
  for (const [name, edges, service, fails] of cases)
    it(name, () => {
      const told = impactOf(edgesOf(edges), service).map((one) =>
        one.via.length === 0 ? one.service : `${one.service} via ${one.via.join(" ")}`,
      );
      assert.deepEqual(told, fails);
    });

  it("the way from one to another, both ends with it", () => {
    assert.deepEqual(wayTo(edgesOf("a-b b-c a-x x-y y-c"), "a", "c"), ["a", "b", "c"]);
    assert.deepEqual(wayTo(edgesOf("a-b"), "a", "a"), ["a"]);
    assert.equal(wayTo(edgesOf("a-b"), "b", "a"), undefined);
  });

  it("a neighbourhood: all it needs and all that needs it, not what they need besides", () => {
    assert.deepEqual([...around(edgesOf("web-api api-db cron-db cron-mail"), "api")].sort(), ["api", "db", "web"]);
  });
});

describe("service rules: whose word on what is live counts", () => {
  const minutes = (n: number) => new Date(Date.UTC(2026, 0, 1, 12, n)).toISOString();
  const cases: [string, [Source, string], [Source, string, number], boolean][] = [
    ["the same source says another", ["hand", "1"], ["hand", "2", 1], true],
    ["a more trusted one", ["probe", "1"], ["deployment", "2", 0], true],
    ["a probe while a deployment rolls out", ["deployment", "2"], ["probe", "1", 59], false],
    ["a probe an hour later", ["deployment", "2"], ["probe", "3", 60], true],
    ["a hand against a probe that spoke a minute ago", ["probe", "1"], ["hand", "2", 1], false],
    ["a hand against a probe that is silent", ["probe", "1"], ["hand", "2", 61], true],
    ["the same from a less trusted one, however late", ["deployment", "1"], ["probe", "1", 600], false],
    ["a report of the past", ["hand", "1"], ["deployment", "2", -1], false],
  ];
  for (const [name, [source, version], [by, says, after], heard] of cases)
    it(name, () =>
      assert.equal(
        isHeard({ source, version, seen: minutes(0) }, { source: by, version: says, at: minutes(after) }),
        heard,
      ),
    );
});

describe("service rules: live against merged", () => {
  const live: LiveFacts = {
    environment: "production",
    version: "v1.4.0",
    commit: "4f2a9c1d7e8b3a605f1c2d3e4b5a69788796a5b4",
    target: { name: "main", commit: "0d9c8b7a" },
    there: true,
    onTrunk: true,
    trunk: "main",
    behind: 0,
    ahead: 0,
    differs: false,
  };
  const cases: [string, Partial<LiveFacts>, string][] = [
    ["all is live", {}, "yes All of main is live."],
    [
      "ahead of what it is compared with",
      { ahead: 1, target: { name: "staging", commit: "0d" } },
      "yes All of staging is live, and 1 commit more.",
    ],
    ["one commit behind", { behind: 1 }, "no 1 commit of main is not live."],
    ["many", { behind: 1200, ahead: 3 }, "no 1,200 commits of main are not live."],
    ["no commit touches its files, and they differ", { differs: true }, "no Its files differ from those of main."],
    ["nothing known", { version: undefined, commit: null }, "unknown Nothing is known to be live in production."],
    [
      "a version that is no commit",
      { commit: null, there: false, onTrunk: false },
      "unknown v1.4.0 is no commit and no tag of the repository.",
    ],
    [
      "a commit that is not here",
      { there: false, onTrunk: false },
      "unknown The commit 4f2a9c1d7e is not in the repository here.",
    ],
    ["a commit of a branch", { onTrunk: false }, "unknown The commit 4f2a9c1d7e is not on main."],
    ["no trunk", { target: { name: "main", commit: undefined } }, "unknown There is no main."],
    [
      "the other environment cannot be told",
      { target: { name: "staging", commit: undefined, why: "Because." } },
      "unknown Because.",
    ],
    ["git could not read", { behind: undefined }, "unknown git could not read the commits in between."],
  ];
  for (const [name, facts, told] of cases)
    it(name, () => {
      const { state, why } = liveState({ ...live, ...facts });
      assert.equal(`${state} ${why}`, told);
    });
});
