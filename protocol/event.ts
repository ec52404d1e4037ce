// The event log: what happened, in order, forever. It is the audit trail, and how faces learn that something changed.
import * as z from "zod";
import { method, room } from "./contract.ts";
import { limit, time } from "./shared.ts";

export const EventRecord = z.object({
  seq: z.number().int().describe("position in the log, growing, without reuse"),
  at: time,
  name: z.string().describe("room.what, e.g. work.started"),
  item: z.number().int().nullable(),
  service: z.string().nullable().describe("the service's name"),
  by: z.string().describe("who asked: cli, extension, hook, daemon, other"),
  data: z.record(z.string(), z.unknown()),
});
export type EventRecord = z.infer<typeof EventRecord>;

const since = z.coerce.number().int().min(0).default(0).describe("only events after this sequence number");

export const event = room({
  summary: "what happened, in order",
  methods: {
    list: method({
      summary: "List events after a sequence number",
      kind: "ask",
      alias: "events",
      params: z.object({
        since,
        limit: limit(1000, 100),
        item: z.coerce.number().int().optional().describe("only of this work item"),
        service: z.string().optional().describe("only of this service"),
        name: z.string().optional().describe("only events whose name starts so: work, work.started"),
        newest: z.boolean().default(false).describe("newest first"),
      }),
      result: z.object({ events: z.array(EventRecord), seq: z.number().int().describe("the newest there is") }),
      examples: ["calcifer events --since 120", "calcifer events --follow", "calcifer events --item 42 --json"],
    }),
    subscribe: method({
      summary: "Get every event after a sequence number, as `event` notifications, until the connection ends",
      kind: "ask",
      hidden: true,
      params: z.object({ since: since.describe("events after this are sent first, so a reconnect misses nothing") }),
      result: z.object({ seq: z.number().int().describe("the newest there is") }),
    }),
  },
});
