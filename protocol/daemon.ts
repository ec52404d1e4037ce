// The daemon itself.
import * as z from "zod";
import { method, room } from "./contract.ts";

export const daemon = room({
  summary: "the daemon on this machine",
  methods: {
    status: method({
      summary: "Whether the daemon runs, and which",
      kind: "ask",
      params: z.object({}),
      result: z.object({
        pid: z.number().int(),
        version: z.string(),
        contract: z.string(),
        node: z.string().describe("version of the JavaScript runtime"),
        socket: z.string(),
        database: z.string(),
        uptime: z.number().describe("seconds"),
        clients: z.number().int().describe("connections now"),
        seq: z.number().int().describe("the newest event"),
        memory: z.number().int().describe("resident bytes"),
        log: z.string(),
      }),
      examples: ["calcifer daemon status --json"],
    }),
    stop: method({
      summary: "Finish what is under way, then exit",
      kind: "act",
      params: z.object({}),
      result: z.object({ pid: z.number().int() }),
      examples: ["calcifer daemon stop"],
    }),
  },
});
