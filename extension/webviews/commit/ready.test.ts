// When the Commit button works, and what it says when it does not.
import assert from "node:assert/strict";
import { chosen, type Draft, type EntryState, obstacles, type Situation, writesEntry } from "./ready.ts";

const draft: Draft = {
  message: "Redirect plain HTTP",
  entry: "Plain HTTP is redirected",
  another: false,
  section: "",
  noEntry: false,
  reason: "",
  left: [],
};
const state: Situation["state"] = {
  connection: "up",
  trusted: true,
  item: { id: 42, title: "Add TLS", key: null },
  branch: "work/42-add-tls",
  files: [
    { path: "a", state: " M" },
    { path: "b", state: "??" },
  ],
};

type Case = {
  what: string;
  state?: Partial<Situation["state"]>;
  draft?: Partial<Draft>;
  entry?: EntryState;
  needed?: boolean;
  says: string[];
};
const cases: Case[] = [
  { what: "all is there", says: [] },
  { what: "one file is left out", draft: { left: ["a"] }, says: [] },
  { what: "every file is left out", draft: { left: ["a", "b"] }, says: ["Choose at least one file."] },
  { what: "a file that is gone is left out", draft: { left: ["gone"] }, says: [] },
  { what: "nothing is uncommitted", state: { files: [] }, says: ["Choose at least one file."] },
  { what: "it is not known what is uncommitted", state: { files: null }, says: ["Choose at least one file."] },
  { what: "the message is missing", draft: { message: " \n" }, says: ["Write a message."] },
  { what: "the entry is missing", draft: { entry: " " }, says: ["Write an entry, or say why there is none."] },
  { what: "CHANGES.md has the entry already", draft: { entry: "" }, entry: "here", says: [] },
  {
    what: "an earlier commit has it, and that is enough",
    draft: { entry: "" },
    entry: "earlier",
    needed: false,
    says: [],
  },
  {
    what: "an earlier commit has it, and every one needs one",
    draft: { entry: "" },
    entry: "earlier",
    says: ["Write an entry, or say why there is none."],
  },
  { what: "the policy wants none", draft: { entry: "" }, needed: false, says: [] },
  {
    what: "CHANGES.md has the entry and another was begun",
    draft: { entry: "", another: true },
    entry: "here",
    says: ["Write an entry, or say why there is none."],
  },
  { what: "there is no entry, with a reason", draft: { entry: "", noEntry: true, reason: "a typo" }, says: [] },
  { what: "there is no entry, without a reason", draft: { noEntry: true }, says: ["Say why there is no entry."] },
  {
    what: "nothing is there",
    draft: { message: "", entry: "", left: ["a", "b"] },
    says: ["Choose at least one file.", "Write a message.", "Write an entry, or say why there is none."],
  },
  {
    what: "the branch is no item's",
    state: { item: null, branch: "main" },
    says: ["main is not a work item's branch."],
  },
  { what: "HEAD is on no branch", state: { item: null, branch: null }, says: ["HEAD is not a work item's branch."] },
  { what: "the workspace is not trusted", state: { trusted: false }, says: ["This workspace is not trusted."] },
  { what: "the daemon is lost", state: { connection: "lost" }, says: ["The Calcifer daemon does not answer."] },
];

describe("the Commit button", () => {
  for (const { what, says, entry = "none", needed = true, ...given } of cases) {
    it(`${says.length === 0 ? "works" : "says why it does not"} when ${what}`, () => {
      const situation = { state: { ...state, ...given.state }, draft: { ...draft, ...given.draft }, entry, needed };
      assert.deepEqual(obstacles(situation), says);
    });
  }

  it("counts the files that are not left out", () => {
    assert.deepEqual(chosen(state.files, { left: ["b"] }), [{ path: "a", state: " M" }]);
  });

  it("writes an entry unless there is one, or a reason for none", () => {
    assert.ok(writesEntry(draft, "none"));
    assert.ok(!writesEntry(draft, "here"));
    assert.ok(writesEntry({ ...draft, another: true }, "here"));
    assert.ok(!writesEntry({ ...draft, another: true, noEntry: true }, "here"));
    assert.ok(writesEntry(draft, "earlier"));
    assert.ok(!writesEntry({ ...draft, entry: " " }, "earlier"));
  });
});
