// Documents: those of all services, made from templates, found by their words.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { item, limit, repo, time } from "./shared.ts";

export const searchKinds = ["document", "item", "entry", "incident"] as const;

export const Document = z.object({
  service: z.string(),
  path: z.string().describe("in the repository"),
  title: z.string().describe("its first heading, else its file name"),
  kind: z.enum(["service", "item", "endpoint", "other"]).describe("what it was made for"),
  item: z.number().int().nullable(),
  changed: time,
});
export type Document = z.infer<typeof Document>;

export const Hit = z.object({
  kind: z.enum(searchKinds),
  service: z.string().nullable(),
  title: z.string(),
  snippet: z.string().describe("text around what was found; found words between U+0002 and U+0003"),
  path: z.string().nullable().describe("absolute, of a document or a changes file"),
  line: z.number().int().nullable().describe("from 1"),
  item: z.number().int().nullable(),
  incident: z.number().int().nullable(),
  at: time.nullable(),
});
export type Hit = z.infer<typeof Hit>;

const named = z.string().optional().describe("the service; the one of this repository if left out");

export const docs = room({
  summary: "documents of all services, and the search over everything",
  methods: {
    list: method({
      summary: "The documents of a service, or of all",
      kind: "ask",
      positional: ["service"],
      params: z.object({ service: z.string().optional().describe("only of this service"), limit: limit(5000, 500) }),
      result: z.object({ documents: z.array(Document) }),
      faults: ["missing"],
      examples: ["calcifer docs list", "calcifer docs list web"],
    }),
    templates: method({
      summary: "Templates that documents can be made from",
      kind: "ask",
      params: z.object({ service: named, repo }),
      result: z.object({
        templates: z.array(
          z.object({
            name: z.string(),
            summary: z.string(),
            path: z.string().describe("where it writes to"),
            source: z.string(),
          }),
        ),
      }),
      faults: ["missing"],
      examples: ["calcifer docs templates"],
    }),
    new: method({
      summary: "Write a document from a template",
      kind: "act",
      positional: ["template", "title"],
      params: z.object({
        template: z.string().max(100).describe("runbook, overview, decision …; see calcifer docs templates"),
        title: z.string().max(200).optional().describe("its title"),
        service: named,
        item,
        path: z.string().max(400).optional().describe("where it is written, in the repository"),
        repo,
      }),
      result: z.object({
        service: z.string(),
        path: z.string(),
        file: z.string().describe("absolute"),
        created: z.boolean(),
      }),
      faults: ["invalid", "missing", "refused", "conflict"],
      examples: ["calcifer docs new runbook", 'calcifer docs new decision "Why we left Redis" --service web'],
    }),
    touched: method({
      summary: "Documents that mention files the branch touches",
      kind: "ask",
      positional: ["item"],
      params: z.object({ item, repo }),
      result: z.object({
        documents: z.array(
          Document.pick({ service: true, path: true, title: true }).extend({
            mentions: z.array(z.object({ file: z.string(), line: z.number().int().describe("from 1") })),
            edited: z.boolean().describe("the branch touches the document, too"),
          }),
        ),
      }),
      faults: ["missing"],
      examples: ["calcifer docs touched 42"],
    }),
    search: method({
      summary: "Find words in documents, items, entries and incidents of all services",
      kind: "ask",
      alias: "search",
      positional: ["words…"],
      params: z.object({
        words: z
          .array(z.string().max(400))
          .min(1)
          .describe('words; "in quotes" as they stand; kind:document service:web narrow it'),
        kind: z.enum(searchKinds).optional().describe("only of this kind"),
        service: z.string().optional().describe("only of this service"),
        limit: limit(200, 20),
      }),
      result: z.object({ hits: z.array(Hit), more: z.boolean() }),
      faults: ["invalid"],
      examples: ['calcifer search "certificate renewal"', "calcifer search tls kind:entry service:gateway"],
    }),
  },
  events: {
    written: event({ summary: "a document was made", data: z.object({ path: z.string(), template: z.string() }) }),
  },
});
