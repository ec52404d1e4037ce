// All the page of the service graph and its host may say to each other.
import * as z from "zod";
import { healthState } from "../../../protocol/health.ts";
import { Edge, kinds } from "../../../protocol/service.ts";
import type { Words } from "../toolkit/envelope.ts";
import { nothing, surroundings, windowCommands } from "../toolkit/surroundings.ts";

const empty = z.object({});

export const words = {
  methods: [],
  functions: {
    /** what is known of a service's health */
    open: { params: z.object({ service: z.string().max(100) }), result: nothing },
    /** the graph as text, in an editor */
    copy: { params: z.object({ format: z.enum(["mermaid", "dot"]) }), result: nothing },
    run: { params: z.object({ command: z.enum(["calcifer.service.depend", ...windowCommands]) }), result: nothing },
    refresh: { params: empty, result: nothing },
  },
  state: z.object({
    ...surroundings,
    /** null: not known yet */
    nodes: z
      .array(
        z.object({
          service: z.string(),
          kind: z.enum(kinds),
          label: z.string(),
          /** null: nothing of it is watched */
          state: healthState.nullable(),
          why: z.string(),
        }),
      )
      .nullable(),
    edges: z.array(Edge),
    circles: z.array(z.array(z.string())),
  }),
} satisfies Words;

export type GraphWords = typeof words;
export type GraphState = z.output<GraphWords["state"]>;
export type GraphNode = NonNullable<GraphState["nodes"]>[number];
