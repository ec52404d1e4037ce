// What a page takes for a message of its host, and what it lets fall.
import assert from "node:assert/strict";
import { isToPage } from "./guard.ts";

const fields = { n: "number", name: "string?", all: "array", item: "object?" };
const state = { n: 1, name: null, all: [], item: null };
const fault = { fault: "refused", message: "No." };

const cases: [what: string, message: unknown, is: boolean][] = [
  ["a state", { state }, true],
  ["a state with more", { state: { ...state, name: "a", item: {}, more: 1 } }, true],
  ["a state without a field", { state: { n: 1, name: null, all: [] } }, false],
  ["a state with null where nothing may be missing", { state: { ...state, all: null } }, false],
  ["a state with a list for an object", { state: { ...state, item: [] } }, false],
  ["no state", { state: null }, false],
  ["an answer", { id: 1, result: {} }, true],
  ["an answer of nothing", { id: 1 }, true],
  ["an answer to nobody", { result: {} }, false],
  ["progress", { id: 1, progress: "Running…" }, true],
  ["progress that is no words", { id: 1, progress: {} }, false],
  ["a fault", { id: 1, fault }, true],
  ["a fault without a sentence", { id: 1, fault: { fault: "refused" } }, false],
  ["a fault that is null", { id: 1, fault: null }, false],
  ["a word", "ready", false],
  ["nothing", undefined, false],
  ["null", null, false],
  ["a list", [{ state }], false],
];

describe("a message to a page", () => {
  for (const [what, message, is] of cases)
    it(`${is ? "may be" : "is not"} ${what}`, () => assert.equal(isToPage(message, fields), is));
});
