import assert from "node:assert/strict";
import { type Beside, mayPull, mayPush, type No, outcome, quoted, sumUp, type Wish } from "./rules.ts";

const beside = (more: Partial<Beside> = {}): Beside => ({
  branch: "main",
  remote: "origin",
  tip: "a",
  there: "b",
  ahead: 0,
  behind: 0,
  folder: "/repo",
  trunk: true,
  item: false,
  push: "ask",
  ...more,
});
const line = (may: string | No | undefined) =>
  typeof may === "object" ? `${may.outcome ?? "said"}: ${may.why} -> ${may.next ?? ""}` : (may ?? "nothing");
const item = { branch: "work/1-x", trunk: false, item: true };
const ways = "refused: main and origin/main have gone different ways: 1 commit here, 2 commits there.";

describe("remote rules", () => {
  const pulls: [string, Partial<Beside>, string][] = [
    ["in step", {}, "nothing"],
    ["ahead", { ahead: 2 }, "nothing"],
    ["behind", { behind: 2 }, "forward"],
    ["not there", { there: null, ahead: 3 }, "nothing"],
    ["both", { ahead: 1, behind: 2 }, `${ways} -> git -C /repo merge origin/main`],
    [
      "both, in a strange folder",
      { ahead: 1, behind: 2, folder: "/a b" },
      `${ways} -> git -C '/a b' merge origin/main`,
    ],
    [
      "both, not checked out",
      { ahead: 1, behind: 2, folder: null },
      `${ways} -> git switch main && git merge origin/main`,
    ],
  ];
  for (const [name, more, expected] of pulls)
    it(`pull: ${name}`, () => assert.equal(line(mayPull(beside(more))), expected));

  const pushes: [string, Partial<Beside>, string, Wish?][] = [
    ["in step", {}, "nothing"],
    ["ahead", { ahead: 2 }, "push"],
    ["behind", { behind: 2 }, "nothing"],
    ["both", { ahead: 1, behind: 2 }, `${ways} -> git -C /repo merge origin/main`],
    ["a trunk that is not there", { there: null }, "push"],
    ["an item's branch that is ahead", { ...item, ahead: 1 }, "push"],
    ["an item's branch that is not there", { ...item, ahead: 1, there: null }, "push"],
    ["an item's branch with nothing on it", { ...item, there: null }, "nothing"],
    [
      "another branch",
      { branch: "$(x)", trunk: false, ahead: 1, there: null },
      "said: $(x) belongs to no work item, so it is not pushed. -> calcifer work adopt '$(x)'",
    ],
    ["another branch with nothing on it", { trunk: false, there: null }, "nothing"],
    ["the policy says never: asked for by name it is done", { ahead: 1, push: "never" }, "push", "push"],
    [
      "the policy says never: not along with the rest",
      { ahead: 1, push: "never" },
      "said: main is not pushed: the policy says push: never. -> ",
      "sync",
    ],
  ];
  for (const [name, more, expected, wish = "sync"] of pushes)
    it(`push: ${name}`, () => assert.equal(line(mayPush(beside(more), wish)), expected));

  it("the worst is the outcome", () => {
    const no = (outcome: No["outcome"]): No => ({ why: "", next: null, outcome });
    assert.equal(outcome([], []), "nothing to do");
    assert.equal(outcome(["x"], [no(null)]), "done");
    assert.equal(outcome(["x"], [no(null), no("refused")]), "refused");
    assert.equal(outcome(["x"], [no("refused"), no("unreachable")]), "unreachable");
  });

  it("in one line", () => {
    const of = (...outcomes: Parameters<typeof sumUp>[1][number]["outcome"][]) =>
      outcomes.map((outcome) => ({ outcome }));
    assert.equal(sumUp("sync", []), "There are no services, so there is nothing to do.");
    assert.equal(sumUp("pull", of("done")), "1 repository brought forward.");
    assert.equal(
      sumUp("sync", of("done", "nothing to do", "refused", "unreachable", "no remote", "done")),
      "6 repositories: 2 synced, 1 with nothing to do, 1 refused, 1 unreachable, 1 without a remote.",
    );
  });

  it("for a shell", () => {
    assert.equal(quoted("origin/main"), "origin/main");
    assert.equal(quoted("it's; $(x)"), "'it'\\''s; $(x)'");
  });
});
