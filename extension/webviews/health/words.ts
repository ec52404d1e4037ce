// All the Health page and its host may say to each other.
import * as z from "zod";
import { healthState, ServiceHealth } from "../../../protocol/health.ts";
import { Incident } from "../../../protocol/incident.ts";
import type { Words } from "../toolkit/envelope.ts";
import { nothing, surroundings, windowCommands } from "../toolkit/surroundings.ts";

const empty = z.object({});

/** A service in the list. Hundreds are sent at once, so that days have no names: uptime in per cent, seconds down, seconds degraded. */
const Row = ServiceHealth.omit({ days: true }).extend({
  /** of the first day */
  from: z.string(),
  days: z.array(z.tuple([z.number().nullable(), z.number(), z.number()])),
});

/** What the page was asked to show: told until it is shown. */
const Show = z.object({
  service: z.string().nullable(),
  state: healthState.nullable(),
  incident: z.number().int().nullable(),
});

export const words = {
  methods: ["health.show", "health.check", "health.resume", "incident.show"],
  functions: {
    /** how all services stand, and what is open */
    all: { params: empty, result: z.object({ services: z.array(Row), incidents: z.array(Incident) }) },
    /** what was to be shown is shown */
    shown: { params: empty, result: nothing },
    /** a work item's page */
    item: { params: z.object({ id: z.number().int() }), result: nothing },
    /** what a commit changed */
    commit: { params: z.object({ service: z.string(), id: z.string().regex(/^[0-9a-f]{7,64}$/) }), result: nothing },
    /** an endpoint's document */
    document: { params: z.object({ service: z.string(), path: z.string() }), result: nothing },
    run: {
      params: z.object({
        command: z.enum([
          "calcifer.health.add",
          "calcifer.health.pause",
          "calcifer.health.edit",
          "calcifer.health.remove",
          "calcifer.health.export",
          "calcifer.incident.acknowledge",
          "calcifer.incident.note",
          "calcifer.incident.item",
          "calcifer.incident.resolve",
          "calcifer.incident.link",
          ...windowCommands,
        ]),
        service: z.string().optional(),
        endpoint: z.number().int().optional(),
        incident: z.number().int().optional(),
        since: z.string().optional(),
      }),
      result: nothing,
    },
  },
  state: z.object({
    ...surroundings,
    /** false: nothing was heard of the daemon yet */
    known: z.boolean(),
    measured: z.boolean(),
    note: z.string(),
    /** grows with every answer of the daemon: what the page shows is to be asked for again */
    turn: z.number().int(),
    show: Show.nullable(),
  }),
} satisfies Words;

export type HealthWords = typeof words;
export type HealthPageState = z.output<HealthWords["state"]>;
export type Row = z.output<typeof Row>;
export type Show = z.output<typeof Show>;
export type Command = z.output<HealthWords["functions"]["run"]["params"]>["command"];
