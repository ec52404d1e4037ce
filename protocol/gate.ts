// The gate: the checks asked at one moment, their verdict, and the exceptions to it.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { item, repo, Verdict } from "./shared.ts";

export const gate = room({
  summary: "what stands between a branch and the trunk",
  methods: {
    show: method({
      summary: "The verdict of the current branch, or of an item, with every check",
      kind: "ask",
      alias: "status",
      positional: ["item"],
      params: z.object({ item, repo, fresh: z.boolean().default(false).describe("ask git, not the cache") }),
      result: z.object({
        repo: z.string(),
        service: z.string().nullable(),
        branch: z.string().nullable(),
        trunk: z.string(),
        item: z.object({ id: z.number().int(), title: z.string(), status: z.string() }).nullable(),
        merge: Verdict.nullable().describe("null on a branch of no item"),
        complete: Verdict.nullable(),
        uncommitted: z.number().int().nullable(),
        line: z.string().describe("the whole in one line"),
      }),
      faults: ["missing"],
      examples: ["calcifer status", "calcifer gate show 42 --json"],
    }),
    waive: method({
      summary: "Record an exception to a check: `entry` for the next commit, `judged` for the commits so far",
      kind: "act",
      positional: ["check"],
      params: z.object({
        check: z.enum(["entry", "judged"]).describe("the check to waive"),
        reason: z.string().trim().min(1).max(500).describe("why; readers of the history see it"),
        repo,
      }),
      result: z.object({
        check: z.string(),
        reason: z.string(),
        branch: z.string(),
        commit: z.string().nullable().describe("the commit that carries it; null while it waits for the next one"),
      }),
      faults: ["invalid", "missing", "refused"],
      examples: [
        'calcifer gate waive entry --reason "generated files only"',
        'calcifer gate waive judged --reason "commits from before the hooks were in"',
      ],
    }),
    hook: method({
      summary: "Judge for a git hook. The hook's own spelling: no hello, text in hexadecimal",
      kind: "act",
      hidden: true,
      params: z.object({
        version: z.string().describe("version of the hook scripts"),
        hook: z.string(),
        args: z.array(z.string()),
        cwd: z.string(),
        env: z.record(z.string(), z.string()).describe("GIT_DIR, GIT_INDEX_FILE, GIT_EDITOR … as git gave them"),
        stdin: z.string().default(""),
      }),
      result: z.object({
        exit: z.number().int(),
        hex: z.string().describe("what to write to stderr, UTF-8 in hexadecimal"),
      }),
    }),
  },
  events: {
    waived: event({
      summary: "a check was waived",
      data: z.object({ check: z.string(), reason: z.string(), branch: z.string() }),
    }),
    refused: event({
      summary: "a hook refused",
      data: z.object({ hook: z.string(), line: z.string(), repo: z.string() }),
    }),
  },
});
