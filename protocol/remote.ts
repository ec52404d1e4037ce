// Remotes of all services' repositories: fetching, pulling, pushing, with a word for each.
import * as z from "zod";
import { method, room } from "./contract.ts";
import { repo } from "./shared.ts";

const outcomes = ["done", "nothing to do", "refused", "unreachable", "no remote"] as const;

/** One repository's part; services that share it are named together. */
export const Synced = z.object({
  services: z.array(z.string()),
  repo: z.string(),
  remote: z.string().nullable(),
  branch: z.string().nullable().describe("the branch that is checked out"),
  outcome: z.enum(outcomes),
  ahead: z.number().int().nullable().describe("commits the remote does not have; null: cannot tell"),
  behind: z.number().int().nullable(),
  did: z.array(z.string()).describe("what was done, a sentence each"),
  why: z.string().describe("why not; empty when all is well"),
  next: z.string().nullable().describe("a safe command"),
});
export type Synced = z.infer<typeof Synced>;

const params = z.object({
  services: z.array(z.string()).default([]).describe("these services; all if left out"),
  repo,
});
const result = z.object({
  repos: z.array(Synced),
  line: z.string().describe("the whole in one line"),
});
const positional = ["services…"];

export const remote = room({
  summary: "fetch, pull and push the repositories of all services; never forces",
  methods: {
    fetch: method({
      summary: "Fetch every service's repository",
      kind: "act",
      positional,
      params,
      result,
      faults: ["missing"],
      examples: ["calcifer remote fetch", "calcifer remote fetch web db"],
    }),
    pull: method({
      summary: "Bring branches forward to their remote, only where that loses nothing",
      kind: "act",
      positional,
      params,
      result,
      faults: ["missing"],
      examples: ["calcifer remote pull"],
    }),
    push: method({
      summary: "Push what the remote does not have; never forces",
      kind: "act",
      positional,
      params,
      result,
      faults: ["missing"],
      examples: ["calcifer remote push web"],
    }),
    sync: method({
      summary: "Fetch, pull and push every service's repository, with a word for each",
      kind: "act",
      alias: "sync",
      positional,
      params,
      result,
      faults: ["missing"],
      examples: ["calcifer sync", "calcifer sync web"],
    }),
  },
});
