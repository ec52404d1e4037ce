// CHANGES.md of a service: its entries, adding one, releasing.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { item, repo } from "./shared.ts";

const service = z.string().optional().describe("the service; the one of this repository if left out");

export const Entry = z.object({
  text: z.string(),
  items: z.array(z.number().int()),
  section: z.string().optional(),
  release: z.string().optional().describe("left out: unreleased"),
  line: z.number().int(),
});

export const changes = room({
  summary: "CHANGES.md, by its structure",
  methods: {
    show: method({
      summary: "Show the entries: unreleased ones, or those of a release",
      kind: "ask",
      positional: ["release"],
      params: z.object({
        release: z.string().optional().describe("a version; unreleased if left out"),
        all: z.boolean().default(false).describe("all releases"),
        service,
        repo,
      }),
      result: z.object({ file: z.string(), entries: z.array(Entry) }),
      faults: ["missing"],
      examples: ["calcifer changes show", "calcifer changes show 1.4.0"],
    }),
    add: method({
      summary: "Write an entry for the item into CHANGES.md, without committing",
      kind: "act",
      positional: ["text"],
      params: z.object({
        text: z.string().trim().min(1).max(4000).describe("one line for readers"),
        item,
        section: z.string().max(80).optional().describe("sub-heading: Added, Fixed …"),
        repo,
      }),
      result: z.object({ file: z.string(), line: z.number().int(), text: z.string() }),
      faults: ["invalid", "missing", "refused"],
      examples: ['calcifer changes add "TLS on all public endpoints" --section Added'],
    }),
    preview: method({
      summary: "Where an entry would stand in CHANGES.md, and in which neighbourhood; writes nothing",
      kind: "ask",
      hidden: true,
      params: z.object({
        text: z.string().max(4000).default("").describe("one line for readers; empty shows the place alone"),
        item,
        section: z.string().max(80).optional().describe("sub-heading: Added, Fixed …"),
        paths: z.array(z.string()).max(10_000).optional().describe("files of the commit to come, for `needed`"),
        repo,
      }),
      result: z.object({
        file: z.string().describe("the changes file, or the fragment that would be made"),
        line: z.number().int().nullable().describe("1-based line of the entry; null without text"),
        lines: z
          .array(z.object({ text: z.string(), added: z.boolean() }))
          .describe("what would be added, headings too, with at most three lines before and after"),
        sections: z.array(z.string()).describe("sub-headings to choose from, those of Unreleased first"),
        existing: z
          .array(z.object({ text: z.string(), line: z.number().int() }))
          .describe("entries of the item that the branch or the work tree adds already"),
        needed: z.boolean().describe("a commit made now is refused without an entry"),
      }),
      faults: ["invalid", "missing", "refused"],
    }),
    release: method({
      summary: "Turn Unreleased into a dated version, commit and tag it on the trunk",
      kind: "act",
      positional: ["version"],
      params: z.object({
        version: z
          .string()
          .regex(/^v?\d+(\.\d+){0,3}([-+][0-9A-Za-z.-]+)?$/, "must look like 1.4.0")
          .describe("the version"),
        date: z.iso.date().optional().describe("date of the release; today if left out"),
        noTag: z.boolean().default(false).describe("commit only"),
        service,
        repo,
      }),
      result: z.object({
        version: z.string(),
        commit: z.string(),
        tag: z.string().nullable(),
        entries: z.number().int(),
      }),
      faults: ["invalid", "missing", "refused", "conflict"],
      examples: ["calcifer changes release 1.4.0"],
    }),
  },
  events: {
    released: event({ summary: "a version was released", data: z.object({ version: z.string(), commit: z.string() }) }),
  },
});
