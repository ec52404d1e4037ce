// Schemas that several rooms use.
import * as z from "zod";

export const states = ["yes", "no", "unknown"] as const;

export const Check = z.object({
  id: z.string().describe("the check's name, as in the policy: entry, judged, checklist …"),
  state: z.enum(states).describe("yes, no, or cannot tell"),
  message: z.string().describe("one sentence"),
  next: z.string().optional().describe("a safe command that brings it forward"),
  detail: z.array(z.string()).optional().describe("the files, commits or points it is about"),
  required: z.boolean().describe("false: shown as a warning, does not hold anything up"),
});
export type Check = z.infer<typeof Check>;

export const Verdict = z.object({
  gate: z.enum(["commit", "merge", "complete"]),
  state: z.enum(states).describe("yes only if every required check says yes"),
  line: z.string().describe("the verdict in one line"),
  checks: z.array(Check),
  warnings: z.array(z.string()).describe("about the policy file and the like; they hold nothing up"),
});
export type Verdict = z.infer<typeof Verdict>;

/** An item as a person names it: `42`, `#42`, `.`, or nothing for the active item of the repository. */
export const ItemRef = z.union([z.number().int().positive(), z.string().max(40)]);
export const repo = z.string().max(4096).optional().describe("path in the repository; the current folder if left out");
export const item = ItemRef.optional().describe("work item: 42, #42, or . for the active one of this repository");
export const limit = (most: number, usual: number) =>
  z.coerce.number().int().min(1).max(most).default(usual).describe(`at most this many (1–${most})`);
export const time = z.iso.datetime().describe("UTC, ISO 8601");
