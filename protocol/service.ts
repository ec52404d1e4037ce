// Services as far as the change loop needs them: a name, a repository, a trunk, its hooks.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { repo, time } from "./shared.ts";

export const serviceName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/,
    "must be 1–64 lower-case letters, digits, dots, dashes or underscores",
  )
  .describe("the service's name");

export const Service = z.object({
  name: z.string(),
  repo: z.string().describe("canonical path of the repository's work tree, or of the bare repository"),
  trunk: z.string(),
  changes: z.string().describe("path of CHANGES.md in the repository"),
  docs: z.string(),
  added: time,
  hooks: z.enum(["in force", "not in force", "cannot tell"]).describe("whether git runs our hooks there"),
  items: z.number().int().describe("items planned or active"),
});
export type Service = z.infer<typeof Service>;

/** One thing the doctor looked at. */
export const Finding = z.object({
  id: z.string(),
  state: z.enum(["yes", "no", "unknown"]),
  message: z.string(),
  next: z.string().optional(),
});
export type Finding = z.infer<typeof Finding>;

export const Diagnosis = z.object({
  service: z.string().nullable(),
  repo: z.string(),
  layout: z.string().describe("where git looks for hooks here: plain, husky, core.hooksPath (global) …"),
  findings: z.array(Finding),
  healthy: z.boolean(),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

const named = z.string().optional().describe("the service; the one of this repository if left out");

export const service = room({
  summary: "the services Calcifer tracks",
  methods: {
    add: method({
      summary: "Register a git repository as a service: policy, CHANGES.md, hooks",
      kind: "act",
      positional: ["path"],
      params: z.object({
        path: z.string().max(4096).describe("the repository"),
        name: serviceName.optional().describe("name; from the folder if left out"),
        trunk: z.string().optional().describe("the trunk branch; found out if left out"),
        changes: z.string().optional().describe("path of the changes file (default CHANGES.md)"),
        docs: z.string().optional().describe("folder of documents (default docs)"),
        commit: z.boolean().default(false).describe("commit the policy and CHANGES.md on the trunk at once"),
      }),
      result: z.object({
        service: Service,
        wrote: z.array(z.string()).describe("files written into the work tree, or committed with `commit`"),
        commit: z.string().nullable().describe("the adoption commit, if it was made"),
        doctor: Diagnosis,
        next: z.string().nullable().describe("the next command"),
      }),
      faults: ["invalid", "missing", "refused", "conflict"],
      examples: ["calcifer service add .", "calcifer service add ~/src/gateway --name gateway --trunk main --commit"],
    }),
    list: method({
      summary: "List the services",
      kind: "ask",
      params: z.object({}),
      result: z.object({ services: z.array(Service) }),
      examples: ["calcifer service list"],
    }),
    show: method({
      summary: "Show one service",
      kind: "ask",
      positional: ["service"],
      params: z.object({ service: named, repo }),
      result: Service,
      faults: ["missing"],
      examples: ["calcifer service show gateway"],
    }),
    edit: method({
      summary: "Change a service: its name, its place, its trunk",
      kind: "act",
      positional: ["service"],
      params: z.object({
        service: named,
        repo,
        name: serviceName.optional().describe("new name"),
        path: z.string().max(4096).optional().describe("where the repository is now"),
        trunk: z.string().optional().describe("new trunk branch"),
        docs: z.string().optional().describe("folder of documents"),
      }),
      result: Service,
      faults: ["invalid", "missing", "conflict"],
      examples: ["calcifer service edit gateway --path ~/new/place"],
    }),
    remove: method({
      summary: "Forget a service: uninstall its hooks, delete nothing of yours",
      kind: "act",
      positional: ["service"],
      params: z.object({
        service: named,
        repo,
        force: z
          .boolean()
          .default(false)
          .describe("also with items planned or active; they are kept, without a service"),
      }),
      result: z.object({ name: z.string(), restored: z.array(z.string()).describe("what was put back as it was") }),
      faults: ["missing", "refused"],
      examples: ["calcifer service remove gateway"],
    }),
    doctor: method({
      summary: "Find out, by a real probe, whether git enforces the gate here",
      kind: "act",
      alias: "doctor",
      positional: ["service"],
      params: z.object({
        service: named,
        repo,
        fix: z.boolean().default(false).describe("put the hooks back in force where they are not"),
      }),
      result: Diagnosis,
      faults: ["missing"],
      examples: ["calcifer doctor", "calcifer doctor gateway --fix"],
    }),
  },
  events: {
    added: event({ summary: "a service was registered", data: z.object({ repo: z.string() }) }),
    edited: event({ summary: "a service changed", data: z.object({ changed: z.array(z.string()) }) }),
    removed: event({ summary: "a service was forgotten", data: z.object({ repo: z.string() }) }),
    moved: event({
      summary: "refs or the index of a service's repository moved",
      data: z.object({ repo: z.string(), refs: z.array(z.string()) }),
    }),
  },
});
