// The gate: the checks asked at one moment, their verdict, and the exceptions to it.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { shellVariables } from "./identity.ts";
import { item, repo, time, Verdict } from "./shared.ts";

const testStates = ["passed", "failed", "cancelled", "timed out"] as const;

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
    test: method({
      summary: "Run the tests of an item's branch in a clean copy of its last commit, and record the outcome",
      kind: "act",
      positional: ["item"],
      params: z.object({
        item,
        repo,
        env: z
          .partialRecord(
            z.enum(shellVariables),
            z
              .string()
              .max(65_536)
              .refine((t) => !t.includes("\0"), "must have no NUL"),
          )
          .optional()
          .describe("where the shell that asks finds its tools; what is not named is as the daemon has it"),
      }),
      result: z.object({
        item: z.number().int(),
        service: z.string(),
        branch: z.string(),
        commit: z.string().describe("what was tested"),
        tree: z.string(),
        command: z.string().describe("tests.command of the policy in force"),
        state: z.enum(testStates),
        step: z.enum(["prepare", "command"]).describe("what ended the run: tests.prepare, or the tests"),
        exit: z.number().int().nullable().describe("null: ended by a signal"),
        coverage: z.number().nullable().describe("percentage of lines; null where no report could be read"),
        noCoverage: z.string().nullable().describe("why there is none"),
        min: z.number().nullable().describe("the percentage that is asked for"),
        passed: z.boolean().describe("the check `tests` says yes for this commit"),
        at: time,
        seconds: z.number(),
        log: z.string().describe("the file with the whole output"),
        tail: z.array(z.string()).describe("its last lines"),
        uncommitted: z.number().int().nullable().describe("files of the work tree that were not tested"),
        moved: z.boolean().describe("the branch has other commits by now"),
        line: z.string().describe("the outcome in one sentence"),
      }),
      faults: ["missing", "refused", "conflict", "cancelled"],
      examples: ["calcifer gate test", "calcifer gate test 42 --json"],
    }),
    badge: method({
      summary: "A badge with the coverage of a service's tests, as SVG",
      kind: "ask",
      positional: ["service"],
      params: z.object({
        service: z.string().max(200).optional().describe("the service; that of this repository"),
        repo,
      }),
      result: z.object({
        service: z.string(),
        coverage: z.number().nullable().describe("percentage of lines; null: no run is known that said so"),
        commit: z.string().nullable().describe("what was tested"),
        at: time.nullable(),
        trunk: z.boolean().describe("it is the trunk as it is now that was tested"),
        svg: z.string(),
      }),
      faults: ["missing", "invalid"],
      examples: ["calcifer gate badge > coverage.svg"],
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
    tested: event({
      summary: "tests were run",
      data: z.object({
        state: z.enum(testStates),
        command: z.string(),
        tree: z.string(),
        commit: z.string(),
        branch: z.string(),
        coverage: z.number().nullable(),
        seconds: z.number(),
      }),
    }),
    refused: event({
      summary: "a hook refused",
      data: z.object({ hook: z.string(), line: z.string(), repo: z.string() }),
    }),
  },
});
