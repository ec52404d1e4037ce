// All a work item's page and its host may say to each other.
import * as z from "zod";
import { docs } from "../../../protocol/docs.ts";
import { Verdict } from "../../../protocol/shared.ts";
import { work } from "../../../protocol/work.ts";
import type { Words } from "../toolkit/envelope.ts";
import { nothing, surroundings, windowCommands } from "../toolkit/surroundings.ts";

const empty = z.object({});

export const words = {
  methods: [
    "work.edit",
    "work.note",
    "work.check",
    "work.uncheck",
    "work.check-add",
    "work.check-edit",
    "work.check-remove",
    "work.check-move",
    "work.document",
  ],
  functions: {
    /** the newest of everything */
    refresh: { params: empty, result: nothing },
    /** what the branch changes in one file, or in all of them */
    diff: { params: z.object({ path: z.string() }), result: nothing },
    diffAll: { params: empty, result: nothing },
    /** what one commit changes */
    commit: { params: z.object({ id: z.string().regex(/^[0-9a-f]{7,64}$/) }), result: nothing },
    /** a file of the repository */
    open: { params: z.object({ path: z.string(), line: z.number().int().optional() }), result: nothing },
    entry: { params: z.object({ line: z.number().int() }), result: nothing },
    /** the page of another item */
    item: { params: z.object({ id: z.number().int().positive() }), result: nothing },
    /** a link of the description */
    link: { params: z.object({ href: z.string().max(4096) }), result: nothing },
    run: {
      params: z.object({
        command: z.enum([
          "calcifer.work.start",
          "calcifer.work.commit",
          "calcifer.work.update",
          "calcifer.work.finish",
          "calcifer.work.push",
          "calcifer.work.drop",
          "calcifer.work.restore",
          "calcifer.work.delete",
          "calcifer.work.relate",
          "calcifer.gate.test",
          "calcifer.changes.add",
          "calcifer.gate.test",
          "calcifer.gate.waive",
          ...windowCommands,
        ]),
      }),
      result: nothing,
    },
  },
  state: z.object({
    ...surroundings,
    id: z.number().int(),
    /** null: not known yet, or gone */
    item: work.methods.show.result.nullable(),
    gone: z.boolean(),
    /** the description as HTML */
    description: z.string(),
    diff: work.methods.diff.result.nullable(),
    verdict: Verdict.nullable(),
    /** documents that mention what the branch touches; null: not known */
    touched: docs.methods.touched.result.shape.documents.nullable(),
    services: z.array(z.string()),
    documentThere: z.boolean().nullable(),
    /** who made the last change: cli, extension … */
    by: z.string().nullable(),
    /** the part that was asked for, told once */
    focus: z.enum(["notes", "checklist"]).nullable(),
  }),
} satisfies Words;

export type ItemWords = typeof words;
export type ItemState = z.output<ItemWords["state"]>;
export type Shown = NonNullable<ItemState["item"]>;
export type Command = z.output<ItemWords["functions"]["run"]["params"]>["command"];
