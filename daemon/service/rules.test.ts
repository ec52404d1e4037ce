// Which branch is the trunk, fact by fact.
import assert from "node:assert/strict";
import { chooseTrunk, type TrunkFacts } from "./rules.ts";

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
