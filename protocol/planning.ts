// Planning with many items: parts and relations, copies, templates, saved filters, one change for several.
import * as z from "zod";
import { event, method } from "./contract.ts";
import { filters, Item, label, statuses, title, type } from "./item.ts";
import { ItemRef, item, repo } from "./shared.ts";

export const Related = z.object({ id: z.number().int(), title: z.string(), status: z.enum(statuses) });
export type Related = z.infer<typeof Related>;

/** As the one who says it sees it: the item … the other. */
export const relationKinds = ["blocks", "depends-on", "relates-to"] as const;

const one = { item, repo };
const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine(
    (text) => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text),
    "must be one line without control characters",
  )
  .describe("its name");

export const SavedFilter = z.object({ name: z.string(), ...filters });
export type SavedFilter = z.infer<typeof SavedFilter>;

export const ItemTemplate = z.object({
  name: z.string(),
  type,
  description: z.string(),
  labels: z.array(z.string()),
  checklist: z.array(z.string()),
});
export type ItemTemplate = z.infer<typeof ItemTemplate>;

const several = {
  items: z.array(ItemRef).max(500).default([]).describe("numbers of items"),
  filter: z.string().max(100).optional().describe("all items of a saved filter, at most 500"),
};

export const planning = {
  clone: method({
    summary: "Open a copy of an item: title, type, description, labels and checklist, nothing ticked",
    kind: "act",
    positional: ["item"],
    params: z.object({
      ...one,
      title: title.optional().describe("another title"),
      service: z.string().optional().describe("for another service"),
    }),
    result: Item,
    faults: ["invalid", "missing"],
    examples: ["calcifer work clone 42 --service billing"],
  }),
  relate: method({
    summary: "Say how two items belong together",
    kind: "act",
    positional: ["item", "kind", "other"],
    params: z.object({
      ...one,
      kind: z.enum(relationKinds).describe("the first blocks, depends on or relates to the second"),
      other: ItemRef.describe("the second item"),
    }),
    result: Item,
    faults: ["invalid", "missing", "refused"],
    examples: ["calcifer work relate 42 depends-on 17", "calcifer work relate 42 relates-to 9"],
  }),
  unrelate: method({
    summary: "Take back what was said of two items",
    kind: "act",
    positional: ["item", "other"],
    params: z.object({ ...one, other: ItemRef.describe("the second item") }),
    result: Item,
    faults: ["missing"],
    examples: ["calcifer work unrelate 42 17"],
  }),
  bulk: method({
    summary: "Change several items at once; says what became of each",
    kind: "act",
    positional: ["items…"],
    params: z.object({
      ...several,
      type: type.optional(),
      addLabel: z.array(label).max(20).default([]).describe("a label they shall have; may be given several times"),
      removeLabel: z.array(label).max(20).default([]).describe("a label they shall not have"),
      service: z.string().optional().describe("another service; only while they have no branch"),
      parent: z.string().max(40).optional().describe("the item they are parts of; empty for none"),
      drop: z.boolean().default(false).describe("give them up, as far as nothing is lost with them"),
      plan: z.boolean().default(false).describe("only tell which it would be"),
    }),
    result: z.object({
      changed: z.array(z.number().int()),
      same: z.array(z.number().int()).describe("were like that already"),
      refused: z.array(z.object({ id: z.number().int(), why: z.string(), next: z.string().nullable() })),
    }),
    faults: ["invalid", "missing"],
    examples: ["calcifer work bulk 3 4 5 --add-label autumn", "calcifer work bulk --filter stale --drop --plan"],
  }),
  filters: method({
    summary: "The saved filters",
    kind: "ask",
    params: z.object({}),
    result: z.object({ filters: z.array(SavedFilter) }),
    examples: ["calcifer work filters"],
  }),
  "filter-save": method({
    summary: "Keep a filter under a name",
    kind: "act",
    positional: ["name"],
    params: z.object({ name, ...filters }),
    result: SavedFilter,
    faults: ["invalid"],
    examples: ["calcifer work filter-save urgent --label security --service gateway"],
  }),
  "filter-remove": method({
    summary: "Forget a saved filter",
    kind: "act",
    positional: ["name"],
    params: z.object({ name }),
    result: z.object({ name: z.string() }),
    faults: ["missing"],
    examples: ["calcifer work filter-remove urgent"],
  }),
  templates: method({
    summary: "Templates that items can be opened from",
    kind: "ask",
    params: z.object({}),
    result: z.object({ templates: z.array(ItemTemplate) }),
    examples: ["calcifer work templates"],
  }),
  "template-save": method({
    summary: "Keep an item's type, description, labels and checklist as a template",
    kind: "act",
    positional: ["name", "item"],
    params: z.object({ name, ...one }),
    result: ItemTemplate,
    faults: ["missing"],
    examples: ["calcifer work template-save certificate 42"],
  }),
  "template-remove": method({
    summary: "Forget a template of items",
    kind: "act",
    positional: ["name"],
    params: z.object({ name }),
    result: z.object({ name: z.string() }),
    faults: ["missing"],
    examples: ["calcifer work template-remove certificate"],
  }),
} as const;

export const planningEvents = {
  related: event({
    summary: "how an item belongs to another changed",
    data: z.object({ other: z.number().int(), kind: z.string().nullable().describe("null: no longer") }),
  }),
  filters: event({ summary: "the saved filters changed", data: z.object({ name: z.string() }) }),
  templates: event({ summary: "the templates of items changed", data: z.object({ name: z.string() }) }),
};
