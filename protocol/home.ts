// The dashboard: everything a face shows first, in one call.
import * as z from "zod";
import { method, room } from "./contract.ts";
import { EventRecord } from "./event.ts";
import { Incident } from "./incident.ts";
import { repo, states } from "./shared.ts";
import { ListedItem } from "./work.ts";

const Judged = ListedItem.extend({
  verdict: z.enum(states).nullable().describe("of the merge gate; null while it has no branch"),
  line: z.string().nullable(),
  standing: z.enum(["planned", "ready", "blocked", "conflicting", "cannot tell", "merged, not pushed"]),
});

export const home = room({
  summary: "the dashboard",
  methods: {
    show: method({
      summary: "What fails; what is open, ready, blocked and done; hooks not in force; what can be restored",
      kind: "ask",
      alias: "home",
      params: z.object({ repo, fresh: z.boolean().default(false).describe("ask git, not the cache") }),
      result: z.object({
        active: Judged.nullable().describe("the item whose branch is checked out in this repository"),
        counts: z.object({
          planned: z.number().int(),
          active: z.number().int(),
          done: z.number().int(),
          dropped: z.number().int(),
        }),
        open: z.array(Judged).describe("active items, at most 100"),
        planned: z.array(ListedItem).describe("at most 20, newest first"),
        incidents: z
          .array(
            Incident.pick({
              id: true,
              service: true,
              environment: true,
              state: true,
              severity: true,
              cause: true,
              opened: true,
            }),
          )
          .describe("those that are not resolved, newest first, at most 20"),
        unenforced: z
          .array(z.object({ service: z.string(), why: z.string() }))
          .describe("services whose hooks are not in force"),
        restorable: z.array(ListedItem).describe("dropped items whose branch can be brought back, at most 20"),
        events: z.array(EventRecord).describe("the newest ten"),
      }),
      examples: ["calcifer home"],
    }),
  },
});
