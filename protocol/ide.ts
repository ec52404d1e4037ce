// What an editor is told of a repository: settings, extensions, tasks and launch configurations.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { repo } from "./shared.ts";

const named = z.string().optional().describe("the service; the one of this repository if left out");

export const IdeTask = z.object({
  label: z.string(),
  group: z.enum(["run", "test", "build", "format", "lint"]),
  command: z.string().describe("a program"),
  args: z.array(z.string()),
  cwd: z.string().describe("folder in the repository; empty: its top"),
  background: z.boolean().describe("it goes on running: a server, a watch"),
  from: z.string().describe("the file that says so: package.json"),
});
export type IdeTask = z.infer<typeof IdeTask>;

export const IdeLaunch = z.object({
  name: z.string(),
  type: z.string().describe("the debugger: node, debugpy, go, php …"),
  test: z.boolean().describe("it debugs tests"),
  configuration: z.record(z.string(), z.unknown()).describe("as it would stand in launch.json"),
  from: z.string(),
});
export type IdeLaunch = z.infer<typeof IdeLaunch>;

export const ide = room({
  summary: "what an editor should know of a repository",
  methods: {
    vscode: method({
      summary: "Write .vscode from what the repository is; shows the difference first",
      kind: "act",
      positional: ["service"],
      params: z.object({
        service: named,
        repo,
        write: z.boolean().default(false).describe("write it; otherwise only the difference is told"),
        remove: z.boolean().default(false).describe("take out what was generated, and only that"),
      }),
      result: z.object({
        repo: z.string(),
        detected: z.array(z.object({ what: z.string().describe("Node.js, Python …"), from: z.string() })),
        files: z.array(
          z.object({
            path: z.string(),
            state: z.enum(["new", "changed", "same", "removed"]),
            diff: z.string().describe("unified"),
            kept: z.array(z.string()).describe("keys of yours that differ from ours and stay"),
            after: z
              .string()
              .nullable()
              .describe("the whole file as it will be; null: it is removed, or there is none"),
          }),
        ),
        written: z.boolean(),
      }),
      faults: ["missing", "refused", "conflict"],
      examples: ["calcifer ide vscode", "calcifer ide vscode web --write", "calcifer ide vscode --remove --write"],
    }),
    offers: method({
      summary: "Tasks and launch configurations that fit the repository",
      kind: "ask",
      positional: ["service"],
      params: z.object({ service: named, repo }),
      result: z.object({
        repo: z.string(),
        tasks: z.array(IdeTask),
        launches: z.array(IdeLaunch),
        extensions: z.array(z.string()),
      }),
      faults: ["missing"],
      examples: ["calcifer ide offers"],
    }),
  },
  events: {
    written: event({
      summary: ".vscode was written, or cleared of what was generated",
      data: z.object({ repo: z.string(), files: z.array(z.string()) }),
    }),
  },
});
