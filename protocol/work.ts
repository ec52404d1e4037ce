// Work items: one intended change to one service each, from plan to merge.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { identityVariables } from "./identity.ts";
import { Commit, description, filters, groupings, Item, ListedItem, label, notes, title, type } from "./item.ts";
import { planning, planningEvents, Related } from "./planning.ts";
import { item, limit, repo, Verdict } from "./shared.ts";

export { Commit, Conflict, groupings, Item, ListedItem, statuses, types } from "./item.ts";

const Changed = z.object({
  path: z.string(),
  state: z.string().describe("two letters as in git status --short: ` M`, `A `, `??`"),
});

const DiffFile = z.object({
  path: z.string(),
  from: z.string().optional().describe("the path it was renamed from"),
  state: z.string().describe("one letter as in git diff --name-status: A, M, D, R, T"),
  added: z.number().int().nullable().describe("lines; null where git sees a binary file"),
  deleted: z.number().int().nullable().describe("lines; null where git sees a binary file"),
});

const identityValue = z
  .string()
  .max(1000)
  .refine((t) => !/\p{Cc}/u.test(t), "must have no control characters");

const ifVersion = z.coerce.number().int().optional().describe("refuse unless the item is still at this version");
const index = z.coerce.number().int().min(1).describe("number of the point, from 1");
const point = z.string().trim().min(1).max(500).describe("the point");
const one = { item, repo };

export const work = room({
  summary: "work items, from plan to merge",
  methods: {
    add: method({
      summary: "Open a work item on a service",
      kind: "act",
      positional: ["title"],
      params: z.object({
        title,
        service: z.string().optional().describe("the service; the one of this repository if left out"),
        type: type.optional().describe("the kind of work (default: the template's, else maintenance)"),
        label: z.array(label).max(20).default([]).describe("a label; may be given several times"),
        description: description.default(""),
        template: z.string().max(100).optional().describe("a template: type, labels, description and checklist"),
        parent: item.describe("the item it is a part of"),
        repo,
      }),
      result: Item,
      faults: ["invalid", "missing"],
      examples: ['calcifer work add "Add TLS" --service gateway --type feature --label security'],
    }),
    list: method({
      summary: "List work items, newest first",
      kind: "ask",
      params: z.object({
        ...filters,
        filter: z.string().max(100).optional().describe("a saved filter; what is said beside it counts more"),
        parent: z.coerce.number().int().positive().optional().describe("only the parts of this item"),
        limit: limit(500, 50),
        after: z.string().optional().describe("the cursor of the page before"),
      }),
      result: z.object({ items: z.array(ListedItem), next: z.string().nullable().describe("cursor of the next page") }),
      examples: [
        "calcifer work list",
        "calcifer work list --service gateway --status active",
        "calcifer work list --search tls --all",
      ],
    }),
    groups: method({
      summary: "Count work items by status, service, type or label",
      kind: "ask",
      positional: ["by"],
      params: z.object({ by: z.enum(groupings).describe("what to group by"), ...filters }),
      result: z.object({
        groups: z
          .array(
            z.object({
              value: z.string().nullable().describe("null: items without a service, or without a label"),
              count: z.number().int(),
            }),
          )
          .describe("statuses in the order of life: active, planned, done, dropped; others by name, null last"),
        total: z.number().int().describe("items in all; one with two labels is in two groups"),
      }),
      examples: ["calcifer work groups status --all", "calcifer work groups label --service gateway"],
    }),
    show: method({
      summary: "Show one work item",
      kind: "ask",
      positional: ["item"],
      params: z.object(one),
      result: Item.extend({
        commits: z.array(Commit).describe("commits on its branch, newest first; after the merge, those recorded"),
        uncommitted: z
          .number()
          .int()
          .nullable()
          .describe("files changed in its work tree; null when it is not checked out"),
        parent: Related.nullable().describe("the item it is a part of"),
        parts: z.array(Related),
        relations: z.array(Related.extend({ kind: z.enum(["blocks", "depends on", "relates to"]) })),
      }),
      faults: ["missing"],
      examples: ["calcifer work show 42", "calcifer work show"],
    }),
    diff: method({
      summary: "What an item's branch brings to the trunk: commits, files, entries",
      kind: "ask",
      positional: ["item"],
      params: z.object(one),
      result: z.object({
        item: z.number().int(),
        repo: z.string(),
        base: z
          .string()
          .nullable()
          .describe("the commit both sides share; of a merged item the trunk before the merge"),
        tip: z.string().nullable().describe("the branch's tip; of a merged item the merge; null without a branch"),
        trunk: z.string(),
        commits: z.array(Commit).describe("newest first, at most 2,000"),
        files: z.array(DiffFile).describe("by path, at most 2,000"),
        entries: z
          .array(z.object({ text: z.string(), section: z.string().optional(), line: z.number().int() }))
          .describe("entries that are added for the item"),
        truncated: z.boolean().describe("there are more files or commits than are told"),
      }),
      faults: ["missing"],
      examples: ["calcifer work diff 42", "calcifer work diff"],
    }),
    get: method({
      summary: "A work item as the database has it, without asking git",
      kind: "ask",
      hidden: true,
      params: z.object({ item: z.coerce.number().int().positive().describe("number of the item") }),
      result: Item,
      faults: ["missing"],
    }),
    edit: method({
      summary: "Change a work item's title, type, description, labels, service or document",
      kind: "act",
      positional: ["item"],
      params: z.object({
        ...one,
        title: title.optional(),
        type: type.optional(),
        description: description.optional(),
        label: z.array(label).max(20).optional().describe("the labels it shall have; may be given several times"),
        service: z.string().optional().describe("another service; only while it has no branch"),
        document: z.string().max(400).optional().describe("path of the required document; empty for none"),
        parent: z.string().max(40).optional().describe("the item it is a part of; empty for none"),
        ifVersion,
      }),
      result: Item,
      faults: ["invalid", "missing", "conflict", "refused"],
      examples: ['calcifer work edit 42 --title "Add TLS 1.3" --label security --label edge'],
    }),
    start: method({
      summary: "Make the item's branch from the trunk and check it out",
      kind: "act",
      positional: ["item"],
      params: z.object({
        ...one,
        worktree: z
          .boolean()
          .default(false)
          .describe("in a sibling folder of its own, instead of switching this work tree"),
        carry: z.boolean().default(false).describe("take uncommitted changes along"),
        adopt: z.string().optional().describe("take an existing branch instead of making one"),
      }),
      result: Item,
      faults: ["missing", "refused", "conflict"],
      examples: ["calcifer work start 42", "calcifer work start 42 --worktree"],
    }),
    adopt: method({
      summary: "Make a work item for an existing branch, or take over a foreign one's",
      kind: "act",
      positional: ["branch"],
      params: z.object({
        branch: z.string().describe("the branch"),
        repo,
        item: item.describe("an item that has no branch yet; a new one is made if left out"),
        title: title.optional().describe("title of the new item; from the branch if left out"),
        type: type.default("maintenance"),
      }),
      result: Item,
      faults: ["missing", "refused", "conflict"],
      examples: ["calcifer work adopt fix-timeouts"],
    }),
    note: method({
      summary: "Write the item's notes (required before completion)",
      kind: "act",
      positional: ["item", "text"],
      params: z.object({
        ...one,
        text: notes,
        append: z.boolean().default(false).describe("add a paragraph instead of replacing"),
        ifVersion,
      }),
      result: Item,
      faults: ["invalid", "missing", "conflict"],
      examples: ['calcifer work note 42 "Certificates come from the internal CA; renewal is by cron."'],
    }),
    check: method({
      summary: "Tick points of the checklist",
      kind: "act",
      positional: ["item", "points…"],
      params: z.object({
        ...one,
        points: z.array(index).default([]).describe("numbers of points"),
        all: z.boolean().default(false).describe("all of them"),
        ifVersion,
      }),
      result: Item,
      faults: ["invalid", "missing", "conflict"],
      examples: ["calcifer work check 42 1 3", "calcifer work check 42 --all"],
    }),
    uncheck: method({
      summary: "Untick points of the checklist",
      kind: "act",
      positional: ["item", "points…"],
      params: z.object({
        ...one,
        points: z.array(index).default([]).describe("numbers of points"),
        all: z.boolean().default(false).describe("all of them"),
        ifVersion,
      }),
      result: Item,
      faults: ["invalid", "missing", "conflict"],
      examples: ["calcifer work uncheck 42 3"],
    }),
    "check-add": method({
      summary: "Add a point to the checklist",
      kind: "act",
      positional: ["item", "text"],
      params: z.object({ ...one, text: point, ifVersion }),
      result: Item,
      faults: ["invalid", "missing", "conflict"],
      examples: ['calcifer work check-add 42 "Dashboards still show traffic"'],
    }),
    "check-edit": method({
      summary: "Change the words of a point of the checklist",
      kind: "act",
      positional: ["item", "point", "text"],
      params: z.object({ ...one, point: index, text: point, ifVersion }),
      result: Item,
      faults: ["invalid", "missing", "conflict"],
      examples: ['calcifer work check-edit 42 2 "Dashboards show traffic per region"'],
    }),
    "check-remove": method({
      summary: "Remove a point from the checklist",
      kind: "act",
      positional: ["item", "point"],
      params: z.object({ ...one, point: index, ifVersion }),
      result: Item,
      faults: ["invalid", "missing", "conflict"],
      examples: ["calcifer work check-remove 42 2"],
    }),
    "check-move": method({
      summary: "Move a point of the checklist to another place",
      kind: "act",
      positional: ["item", "point", "to"],
      params: z.object({ ...one, point: index, to: index.describe("the place it shall have, from 1"), ifVersion }),
      result: Item,
      faults: ["invalid", "missing", "conflict"],
      examples: ["calcifer work check-move 42 3 1"],
    }),
    document: method({
      summary: "Write the item's required document from the template of its type, if it is not there",
      kind: "act",
      positional: ["item"],
      params: z.object(one),
      result: z.object({ path: z.string(), created: z.boolean() }),
      faults: ["missing", "refused"],
      examples: ["calcifer work document 42"],
    }),
    uncommitted: method({
      summary: "What is uncommitted in a work tree",
      kind: "ask",
      hidden: true,
      params: z.object({ repo }),
      result: z.object({ branch: z.string().nullable(), item: z.number().int().nullable(), files: z.array(Changed) }),
      faults: ["missing"],
    }),
    commit: method({
      summary: "Commit with an entry in CHANGES.md and the item's trailer",
      kind: "act",
      alias: "commit",
      positional: ["paths…"],
      params: z.object({
        message: z.string().min(1).max(65_536).describe("the commit message"),
        entry: z.string().max(4000).optional().describe("one line for readers, written into CHANGES.md"),
        noEntry: z.string().min(1).max(500).optional().describe("no entry, for this reason; recorded as a waiver"),
        section: z.string().max(80).optional().describe("sub-heading for the entry: Added, Fixed …"),
        all: z.boolean().default(false).describe("all changes, untracked files too"),
        paths: z.array(z.string()).default([]).describe("only these"),
        env: z
          .partialRecord(z.enum(identityVariables), identityValue)
          .optional()
          .describe("who commits, and when, as git's variables; what is not named comes from git's configuration"),
        repo,
      }),
      result: z.object({
        commit: z.string(),
        subject: z.string(),
        branch: z.string(),
        item: z.number().int().nullable(),
        files: z.array(Changed).describe("what is in the commit"),
        left: z.array(Changed).describe("what is still uncommitted"),
        entry: z.string().nullable().describe("the entry as written"),
      }),
      faults: ["invalid", "missing", "refused"],
      examples: [
        'calcifer commit -m "Terminate TLS at the edge" --entry "TLS on all public endpoints" --all',
        'calcifer commit -m "Fix typo" --no-entry "nothing readers would notice" README.md',
      ],
    }),
    update: method({
      summary: "Bring the trunk's changes into the item's branch (a normal git merge in its work tree)",
      kind: "act",
      positional: ["item"],
      params: z.object({ ...one, offline: z.boolean().default(false).describe("do not ask the remote first") }),
      result: z.object({
        item: Item,
        commit: z.string().nullable().describe("the merge commit; null if there was nothing to bring"),
        conflicts: z.array(z.string()),
      }),
      faults: ["missing", "refused", "unreachable"],
      examples: ["calcifer work update 42"],
    }),
    merge: method({
      summary: "Merge the item's branch into the trunk, once every check says yes",
      kind: "act",
      positional: ["item"],
      params: z.object({
        ...one,
        offline: z.boolean().default(false).describe("do not fetch the trunk first"),
        push: z.boolean().optional().describe("push the trunk afterwards (default: as the policy says)"),
      }),
      result: z.object({
        item: Item,
        commit: z.string(),
        pushed: z.boolean().nullable(),
        notes: z.array(z.string()).describe("what a person should know: not pushed and why, a branch kept and why"),
      }),
      faults: ["missing", "refused", "conflict", "unreachable"],
      examples: ["calcifer work merge 42"],
    }),
    push: method({
      summary: "Push the trunk that holds a merged item; never forces",
      kind: "act",
      positional: ["item"],
      params: z.object(one),
      result: z.object({ item: Item, pushed: z.boolean() }),
      faults: ["missing", "refused", "unreachable"],
      examples: ["calcifer work push 42"],
    }),
    finish: method({
      summary: "Validate, merge and complete in one",
      kind: "act",
      positional: ["item"],
      params: z.object({
        ...one,
        offline: z.boolean().default(false).describe("do not fetch the trunk first"),
        push: z.boolean().optional().describe("push the trunk afterwards (default: as the policy says)"),
      }),
      result: z.object({
        item: Item,
        commit: z.string().nullable(),
        pushed: z.boolean().nullable(),
        notes: z.array(z.string()),
      }),
      faults: ["missing", "refused", "conflict", "unreachable"],
      examples: ["calcifer work finish 42", "calcifer work finish"],
    }),
    drop: method({
      summary: "Give an item up; its branch's tip is kept so that it can be restored",
      kind: "act",
      positional: ["item"],
      params: z.object({
        ...one,
        abandonCommits: z.coerce
          .number()
          .int()
          .min(0)
          .optional()
          .describe("how many unmerged commits you mean to leave behind"),
      }),
      result: z.object({ item: Item, kept: z.string().nullable().describe("the ref that keeps the branch's tip") }),
      faults: ["missing", "refused"],
      examples: ["calcifer work drop 42", "calcifer work drop 42 --abandon-commits 2"],
    }),
    restore: method({
      summary: "Bring a dropped item back, with its branch",
      kind: "act",
      positional: ["item"],
      params: z.object(one),
      result: Item,
      faults: ["missing", "refused", "conflict"],
      examples: ["calcifer work restore 42"],
    }),
    delete: method({
      summary: "Delete an item; its events stay",
      kind: "act",
      positional: ["item"],
      params: z.object({
        ...one,
        abandonCommits: z.coerce
          .number()
          .int()
          .min(0)
          .optional()
          .describe("how many unmerged commits you mean to leave behind"),
      }),
      result: z.object({ id: z.number().int(), kept: z.string().nullable() }),
      faults: ["missing", "refused"],
      examples: ["calcifer work delete 42"],
    }),
    verdict: method({
      summary: "What still stands between the item and the trunk",
      kind: "ask",
      hidden: true,
      params: z.object({ ...one, fresh: z.boolean().default(false).describe("ask git, not the cache") }),
      result: Verdict,
      faults: ["missing"],
    }),
    ...planning,
  },
  events: {
    ...planningEvents,
    added: event({ summary: "an item was opened", data: z.object({ title: z.string() }) }),
    edited: event({ summary: "an item changed", data: z.object({ changed: z.array(z.string()) }) }),
    started: event({ summary: "an item got its branch", data: z.object({ branch: z.string() }) }),
    committed: event({
      summary: "a commit was made on an item's branch",
      data: z.object({ commit: z.string(), subject: z.string() }),
    }),
    merged: event({
      summary: "an item's branch was merged",
      data: z.object({ commit: z.string(), trunk: z.string() }),
    }),
    pushed: event({ summary: "the trunk with an item's merge was pushed", data: z.object({ commit: z.string() }) }),
    finished: event({ summary: "an item was completed", data: z.object({}) }),
    dropped: event({ summary: "an item was given up", data: z.object({ tip: z.string().nullable() }) }),
    restored: event({ summary: "a dropped item was brought back", data: z.object({ branch: z.string().nullable() }) }),
    deleted: event({ summary: "an item was deleted", data: z.object({ title: z.string() }) }),
  },
});
