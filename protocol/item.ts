// What a work item is: its schemas, and which items a list is asked for.
import * as z from "zod";
import { personCount } from "./count.ts";
import { time } from "./shared.ts";

export const types = ["feature", "service", "integration", "documentation", "bug", "maintenance"] as const;
export const statuses = ["planned", "active", "done", "dropped"] as const;

export const title = z
  .string()
  .trim()
  .refine((t) => personCount(t) >= 1 && personCount(t) <= 200, {
    error: (i) => `must have 1 to 200 characters; it has ${personCount(String(i.input))}`,
  })
  .refine(
    (t) => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(t),
    "must be one line without control characters",
  )
  .describe("what is to change, in a line");
export const notes = z
  .string()
  .refine((t) => personCount(t) <= 2000, {
    error: (i) => `must have at most 2,000 characters; it has ${personCount(String(i.input)).toLocaleString("en")}`,
  })
  .describe("what a reader should know afterwards, at most 2,000 characters");
export const label = z.string().trim().min(1).max(50);
export const type = z.enum(types).describe("the kind of work");
export const description = z.string().max(65_536).describe("Markdown");

export const Item = z.object({
  id: z.number().int().describe("number, per database"),
  key: z.string().describe("eight characters, unique everywhere; travels in commit trailers"),
  title: z.string(),
  type,
  service: z.string().nullable().describe("null once the service was removed"),
  status: z.enum(statuses),
  description: z.string(),
  notes: z.string(),
  labels: z.array(z.string()),
  checklist: z.array(z.object({ text: z.string(), done: z.boolean() })),
  document: z.string().nullable().describe("path of the required document in the repository"),
  branch: z.string().nullable(),
  worktree: z.string().nullable().describe("the linked work tree made for it"),
  created: time,
  started: time.nullable(),
  finished: time.nullable(),
  merged: z
    .object({ commit: z.string(), trunk: z.string(), at: time, pushed: z.boolean().nullable() })
    .nullable()
    .describe("our merge record; pushed is null where there is no remote"),
  version: z.number().int().describe("grows with each change; give it as ifVersion to edit only what you saw"),
});
export type Item = z.infer<typeof Item>;

/** What the fault `conflict` carries as its data where `ifVersion` did not fit: the item as it is now. */
export const Conflict = z.object({ version: z.number().int(), item: Item });
export type Conflict = z.infer<typeof Conflict>;

export const Commit = z.object({ id: z.string(), subject: z.string(), author: z.string(), at: time });

export const ListedItem = Item.pick({
  id: true,
  key: true,
  title: true,
  type: true,
  service: true,
  status: true,
  branch: true,
  labels: true,
  created: true,
  version: true,
}).extend({
  done: z.number().int().describe("ticked points"),
  points: z.number().int().describe("points of the checklist"),
  merged: z.boolean().describe("there is a merge record"),
  pushed: z.boolean().nullable().describe("false: merged, not pushed; null: not merged, or no remote"),
});
export type ListedItem = z.infer<typeof ListedItem>;

/** A list, or the one there would be in it: `"done"` says what `["done"]` says. */
const oneOrMany = <T extends z.ZodType<string, string>>(schema: T) =>
  z.preprocess((given: z.input<T> | z.input<T>[]) => (typeof given === "string" ? [given] : given), z.array(schema));

/** Which items: what a list and its groups are asked with. */
export const filters = {
  status: oneOrMany(z.enum(statuses)).default([]).describe("only with this status (default: planned and active)"),
  service: z.string().optional().describe("only of this service"),
  noService: z.boolean().default(false).describe("only without a service: theirs was removed"),
  type: type.optional().describe("only of this type"),
  label: z.string().optional().describe("only with this label"),
  noLabel: z.boolean().default(false).describe("only without a label"),
  search: z.string().max(200).optional().describe("words to find in title, description and notes"),
  all: z.boolean().default(false).describe("also done and dropped ones"),
};
export const groupings = ["status", "service", "type", "label"] as const;
