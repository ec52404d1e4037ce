import assert from "node:assert/strict";
import { standingOf } from "./rules.ts";

const check = (id: string, state: "yes" | "no" | "unknown", required = true) => ({ id, state, required, message: "" });
const verdict = (state: "yes" | "no" | "unknown", ...checks: ReturnType<typeof check>[]) => ({
  gate: "merge" as const,
  state,
  line: "",
  checks,
  warnings: [],
});

describe("how an item stands", () => {
  const cases: [string, ReturnType<typeof verdict>, string][] = [
    ["all checks say yes", verdict("yes", check("entry", "yes"), check("no-conflict", "yes")), "ready"],
    ["a warning holds nothing up", verdict("yes", check("current", "no", false)), "ready"],
    ["a check says no", verdict("no", check("entry", "no")), "blocked"],
    ["a conflict beside other things", verdict("no", check("entry", "no"), check("no-conflict", "no")), "conflicting"],
    ["a conflict the policy lets pass", verdict("yes", check("no-conflict", "no", false)), "conflicting"],
    ["whether it conflicts cannot be told", verdict("unknown", check("no-conflict", "unknown")), "cannot tell"],
    ["something cannot be told", verdict("unknown", check("judged", "unknown")), "cannot tell"],
  ];
  for (const [what, given, expected] of cases)
    it(`${what}: ${expected}`, () => assert.equal(standingOf(given), expected));
});
