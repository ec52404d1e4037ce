// Copies of the database.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { time } from "./shared.ts";

export const Backup = z.object({
  name: z.string().describe("file name in the backups folder"),
  at: time,
  bytes: z.number().int(),
  why: z.enum(["asked", "daily", "migration", "restore"]),
});
export type Backup = z.infer<typeof Backup>;

export const backup = room({
  summary: "copies of the database",
  methods: {
    now: method({
      summary: "Copy the database while it is in use, and check the copy",
      kind: "act",
      params: z.object({}),
      result: Backup.extend({ path: z.string() }),
      faults: ["unreachable"],
      examples: ["calcifer backup now"],
    }),
    list: method({
      summary: "List the copies, newest first",
      kind: "ask",
      params: z.object({}),
      result: z.object({ folder: z.string(), backups: z.array(Backup) }),
      examples: ["calcifer backup list"],
    }),
    restore: method({
      summary: "Put a copy in the database's place; what is there now is copied first",
      kind: "act",
      positional: ["name"],
      params: z.object({
        name: z.string().describe("the copy, as listed"),
        yes: z.boolean().default(false).describe("do it; without it the plan is shown"),
      }),
      result: z.object({
        restored: z.boolean(),
        name: z.string(),
        kept: z.string().nullable().describe("the copy of what was there"),
        plan: z.array(z.string()),
      }),
      faults: ["missing", "refused"],
      examples: [
        "calcifer backup restore calcifer-2026-11-20T08-00-00Z-daily.db",
        "calcifer backup restore NAME --yes",
      ],
    }),
  },
  events: {
    made: event({ summary: "the database was copied", data: z.object({ name: z.string(), why: z.string() }) }),
    restored: event({ summary: "a copy was put in the database's place", data: z.object({ name: z.string() }) }),
  },
});
