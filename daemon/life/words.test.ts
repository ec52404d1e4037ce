import assert from "node:assert/strict";
import * as z from "zod";
import { nearest, shown, wrongFields } from "./words.ts";

describe("words for what is wrong", () => {
  const schema = z.object({
    title: z.string().min(1).max(5).optional(),
    many: z.array(z.int()).max(2).optional(),
    how: z.enum(["fast", "slow"]).optional(),
    only: z.literal("x").optional(),
    item: z.union([z.number(), z.boolean()]).optional(),
    inner: z.object({ deep: z.array(z.object({ n: z.number().min(3) })) }).optional(),
    needed: z.number().optional(),
    version: z.string().regex(/^\d+$/, "must look like 14").optional(),
  });

  const rows: [object, string[]][] = [
    [{ title: "" }, ["title: must have at least 1 character; it is empty"]],
    [{ title: "abcdef" }, ["title: must have at most 5 characters; it has 6"]],
    [{ title: 5 }, ["title: must be a text; it is 5"]],
    [{ title: ["a"] }, ["title: must be a text; it is a list"]],
    [{ many: [1, 2, 3] }, ["many: must have at most 2 elements; it has 3"]],
    [{ many: [1, "2"] }, ['many[2]: must be a number; it is "2"']],
    [{ how: "medium" }, ['how: must be one of fast, slow; it is "medium"']],
    [{ only: "y" }, ['only: must be x; it is "y"']],
    [{ item: "z" }, ['item: cannot be "z"']],
    [{ inner: { deep: [{ n: 3 }, { n: 1 }] } }, ["inner.deep[2].n: must be at least 3; it is 1"]],
    [{ inner: {} }, ["inner.deep: is missing"]],
    [{ version: "x" }, ["version: must look like 14"]],
  ];
  for (const [params, words] of rows)
    it(words.join(), () => {
      const { error } = schema.safeParse(params);
      assert.deepEqual(
        wrongFields(error?.issues ?? [], params).map((field) => field.message),
        words,
      );
    });

  it("shows a value in one short line", () => {
    assert.equal(shown("a\nb"), '"a\\nb"');
    assert.ok(shown("x".repeat(500)).length <= 60);
    assert.equal(shown(undefined), "nothing");
  });

  const near: [string, string | undefined][] = [
    ["work.lits", "work.list"],
    ["Work.List", "work.list"],
    ["work.ad", "work.add"],
    ["something.else", undefined],
    ["", undefined],
    ["w".repeat(10_000), undefined],
  ];
  for (const [name, meant] of near)
    it(`takes ${name.slice(0, 20) || "nothing"} for ${meant ?? "nothing it knows"}`, () => {
      assert.equal(nearest(name, ["work.list", "work.add", "daemon.status"]), meant);
    });
});
