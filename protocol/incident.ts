// Incidents: periods in which a service failed, what changed before, and what was done.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { title } from "./item.ts";
import { item, limit, repo, time } from "./shared.ts";

export const incidentStates = ["open", "acknowledged", "resolved"] as const;

/** Something that went to the trunk, or live, in the hours before. */
export const Suspect = z.object({
  at: time,
  how: z.enum(["merged", "live"]),
  service: z.string(),
  commit: z.string().nullable(),
  item: z.number().int().nullable(),
  title: z.string().describe("the item's title, the entry, the commit's subject or the version"),
});
export type Suspect = z.infer<typeof Suspect>;

export const TimelinePoint = z.object({
  at: time,
  what: z.enum(["opened", "changed", "blocked", "acknowledged", "note", "linked", "recovered", "resolved", "again"]),
  text: z.string(),
  by: z.string().describe("cli, extension, daemon …"),
});
export type TimelinePoint = z.infer<typeof TimelinePoint>;

export const Incident = z.object({
  id: z.number().int(),
  service: z.string().describe("the service that failed first"),
  environment: z.string(),
  state: z.enum(incidentStates),
  severity: z.enum(["down", "degraded"]).describe("the worst it came to"),
  cause: z.string().describe("one sentence: `healthz: connection refused`"),
  opened: time,
  acknowledged: z.object({ at: time, by: z.string(), reason: z.string() }).nullable(),
  resolved: z.object({ at: time, by: z.string(), reason: z.string() }).nullable(),
  seconds: z.number().describe("how long it lasted, or has lasted"),
  endpoints: z.array(z.object({ id: z.number().int(), name: z.string(), service: z.string() })),
  blocks: z.array(z.string()).describe("services that depend on it, and are blocked"),
  times: z.number().int().describe("how often it failed; more than 1: it flapped"),
  item: z.object({ id: z.number().int(), title: z.string(), status: z.string() }).nullable(),
  suspects: z.array(Suspect).describe("newest first; what changed before it began"),
});
export type Incident = z.infer<typeof Incident>;

const one = { incident: z.coerce.number().int().positive().describe("number of the incident") };

export const incident = room({
  summary: "what failed, since when, and what was done about it",
  methods: {
    list: method({
      summary: "Incidents, newest first",
      kind: "ask",
      params: z.object({
        service: z.string().optional().describe("only of this service"),
        all: z.boolean().default(false).describe("also those that are resolved"),
        limit: limit(500, 50),
      }),
      result: z.object({ incidents: z.array(Incident) }),
      examples: ["calcifer incident list", "calcifer incident list --service web --all"],
    }),
    show: method({
      summary: "One incident, with its timeline",
      kind: "ask",
      positional: ["incident"],
      params: z.object(one),
      result: Incident.extend({ timeline: z.array(TimelinePoint) }),
      faults: ["missing"],
      examples: ["calcifer incident show 3"],
    }),
    acknowledge: method({
      summary: "Say that somebody looks after it; it ends with the recovery",
      kind: "act",
      positional: ["incident", "reason"],
      params: z.object({
        ...one,
        reason: z.string().trim().min(1).max(500).describe("what is known, or who is on it"),
      }),
      result: Incident,
      faults: ["missing", "refused"],
      examples: ['calcifer incident acknowledge 3 "the disk is full, cleaning up"'],
    }),
    note: method({
      summary: "Add to the timeline",
      kind: "act",
      positional: ["incident", "text"],
      params: z.object({ ...one, text: z.string().trim().min(1).max(4000).describe("what happened") }),
      result: Incident,
      faults: ["missing"],
      examples: ['calcifer incident note 3 "restarted the database"'],
    }),
    item: method({
      summary: "Open a work item from an incident",
      kind: "act",
      positional: ["incident", "title"],
      params: z.object({
        ...one,
        title: title.optional().describe("its title (default: from the cause)"),
      }),
      result: Incident,
      faults: ["missing", "refused"],
      examples: ["calcifer incident item 3"],
    }),
    link: method({
      summary: "Link a work item to an incident",
      kind: "act",
      positional: ["incident", "item"],
      params: z.object({ ...one, item, repo }),
      result: Incident,
      faults: ["missing", "refused"],
      examples: ["calcifer incident link 3 42"],
    }),
    resolve: method({
      summary: "Close an incident",
      kind: "act",
      positional: ["incident", "reason"],
      params: z.object({
        ...one,
        reason: z.string().trim().min(1).max(500).describe("what ended it"),
        anyway: z.boolean().default(false).describe("also while its endpoints still fail"),
      }),
      result: Incident,
      faults: ["missing", "refused"],
      examples: ['calcifer incident resolve 3 "rolled back to v1.3"'],
    }),
  },
  events: {
    opened: event({
      summary: "an incident began",
      data: z.object({ incident: z.number().int(), cause: z.string(), suspect: z.string().nullable() }),
    }),
    changed: event({
      summary: "something was done about an incident",
      data: z.object({ incident: z.number().int(), what: TimelinePoint.shape.what, text: z.string() }),
    }),
    resolved: event({
      summary: "an incident ended",
      data: z.object({ incident: z.number().int(), reason: z.string() }),
    }),
  },
});
