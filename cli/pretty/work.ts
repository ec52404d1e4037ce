// Work items: the list, one item, and what became of an act on one.

import type * as z from "zod";
import type { Commit, Item, ListedItem } from "../../protocol/work.ts";
import { columns, labelled, type Paper } from "../paper.ts";
import { ago, clean, cleanLines, count, indent, wrap } from "../text.ts";
import { checklist } from "./checklist.ts";
import { files } from "./files.ts";
import { done, heading, named, next, short, warning } from "./marks.ts";
import { belongingRows } from "./planning.ts";
import type { Printer } from "./printer.ts";

type Shown = Item &
  Parameters<typeof belongingRows>[0] & { commits: z.infer<typeof Commit>[]; uncommitted: number | null };
type Changed = { path: string; state: string };
interface Committed {
  commit: string;
  subject: string;
  branch: string;
  item: number | null;
  files: Changed[];
  left: Changed[];
  entry: string | null;
}

/** A head and a row per item. */
export function itemRows(items: readonly ListedItem[], on: Paper): string[] {
  return columns(
    on,
    [
      { head: "#", right: true, style: on.cyan },
      { head: "status", style: (s) => statusStyle(s, on) },
      { head: "type", spare: 2 },
      { head: "service" },
      { head: "title", flex: true, style: on.bold },
      { head: "labels", style: on.dim, spare: 1 },
      { head: "points", right: true, spare: 3 },
      { head: "opened", style: on.dim, spare: 4 },
    ],
    items.map((item) => [
      `#${item.id}`,
      item.status,
      item.type,
      clean(item.service ?? "no service"),
      clean(item.title),
      item.labels.map(clean).join(" "),
      item.points === 0 ? "" : `${item.done}/${item.points}`,
      ago(item.created, on.now),
    ]),
  );
}

const statusStyle = (status: string, on: Paper): string => {
  const word = status.trim();
  return word === "active" ? on.green(status) : word === "planned" ? status : on.dim(status);
};

function list(
  result: { items: ListedItem[]; next: string | null },
  on: Paper,
  params: Record<string, unknown>,
): string[] {
  if (result.items.length === 0) return nothing(on, params);
  const more = result.next === null ? [] : ["", `${on.dim("More:")} the same with --after ${clean(result.next)}`];
  return [...itemRows(result.items, on), ...more];
}

function nothing(on: Paper, params: Record<string, unknown>): string[] {
  const filters = Object.keys(params).filter((key) => !["all", "limit", "after", "repo"].includes(key));
  if (filters.length > 0)
    return ["No work items fit.", ...(params.all ? [] : [next(on, "the same with --all, for done and dropped ones")])];
  if (params.all) return ["There are no work items yet.", next(on, 'calcifer work add "what is to change"')];
  return [
    "No work items are planned or active.",
    next(on, 'calcifer work add "what is to change", or calcifer work list --all'),
  ];
}

function show(item: Shown, on: Paper): string[] {
  return [
    heading(on, named(item)),
    [item.status, item.type, clean(item.service ?? "no service"), `opened ${ago(item.created, on.now)}`].join(
      on.dim(" · "),
    ),
    "",
    ...labelled(on, facts(item, on)),
    ...paragraph(on, "Description", item.description),
    ...checklist(item, on),
    ...belongingRows(item, on),
    ...paragraph(on, "Notes", item.notes),
    ...commitRows(item.commits, on),
    ...afterShow(item, on),
  ];
}

function facts(item: Shown, on: Paper): (readonly [string, string])[] {
  const dirty = item.uncommitted ? `, ${count(item.uncommitted, "file")} uncommitted` : "";
  const rows: (readonly [string, string | null])[] = [
    ["branch", item.branch && clean(item.branch) + dirty],
    ["work tree", item.worktree && clean(item.worktree)],
    ["labels", item.labels.length > 0 ? item.labels.map(clean).join(", ") : null],
    ["document", item.document && clean(item.document)],
    ["merged", item.merged && mergedLine(item.merged, on)],
    ["key", item.key],
  ];
  return rows
    .filter((row): row is readonly [string, string] => Boolean(row[1]))
    .map(([label, text]) => [on.dim(label), text] as const);
}

const mergedLine = (merged: NonNullable<Item["merged"]>, on: Paper): string =>
  `into ${clean(merged.trunk)} as ${short(merged.commit)}, ${ago(merged.at, on.now)}${merged.pushed === false ? ", not pushed" : ""}`;

const paragraph = (on: Paper, title: string, text: string): string[] =>
  text.trim() === "" ? [] : ["", heading(on, title), ...indent(wrap(cleanLines(text.trimEnd()), on.width - 2), 2)];

/** An empty line, the heading, a row per commit; nothing where there are none. */
export function commitRows(commits: Shown["commits"], on: Paper): string[] {
  if (commits.length === 0) return [];
  const rows = commits.map((c) => [short(c.id), clean(c.subject), clean(c.author), ago(c.at, on.now)]);
  const heads = [
    { head: "", style: on.yellow },
    { head: "", flex: true as const },
    { head: "", style: on.dim },
    { head: "", style: on.dim },
  ];
  return ["", heading(on, "Commits"), ...indent(columns({ ...on, width: on.width - 2 }, heads, rows).slice(1), 2)];
}

function afterShow(item: Shown, on: Paper): string[] {
  if (item.status === "planned") return ["", next(on, `calcifer work start ${item.id}`)];
  if (item.status === "active") return ["", next(on, `calcifer status ${item.id}`)];
  return item.status === "dropped" ? ["", next(on, `calcifer work restore ${item.id} brings it back`)] : [];
}

function added(item: Item, on: Paper): string[] {
  const where = [item.type, item.service && `service ${clean(item.service)}`].filter(Boolean).join(", ");
  return [done(on, `Opened ${named(item)} (${where}).`), next(on, `calcifer work start ${item.id}`)];
}

function started(item: Item, on: Paper): string[] {
  const where = item.worktree === null ? [] : [`  Its work tree is ${clean(item.worktree)}`];
  return [
    done(on, `${named(item)} is active, on branch ${clean(item.branch ?? "")}.`),
    ...where,
    next(on, 'edit, then calcifer commit --all -m "what and why" --entry "one line for readers"'),
  ];
}

function adopted(item: Item, on: Paper): string[] {
  return [
    done(on, `${named(item)} has the branch ${clean(item.branch ?? "")}.`),
    next(on, `calcifer status ${item.id}`),
  ];
}

const edited: Printer = (item: Item, on: Paper) => [done(on, `Changed ${named(item)}.`)];

function noted(item: Item, on: Paper): string[] {
  return [done(on, `Wrote the notes of ${named(item)}.`), ...unfinished(item, on)];
}

function ticked(item: Item, on: Paper): string[] {
  return [...checklist(item, on).slice(1), ...unfinished(item, on)];
}

function unfinished(item: Item, on: Paper): string[] {
  if (item.status !== "active") return [];
  const open = item.checklist.findIndex((point) => !point.done) + 1;
  return [next(on, open > 0 ? `calcifer work check ${item.id} ${open}` : `calcifer status ${item.id}`)];
}

function documented({ path, created }: { path: string; created: boolean }, on: Paper): string[] {
  return created
    ? [done(on, `Wrote ${clean(path)} from the template.`), next(on, "fill it in, then commit it")]
    : [`${clean(path)} is there already; nothing was written.`];
}

function committed(result: Committed, on: Paper): string[] {
  const left =
    result.left.length === 0
      ? []
      : ["", `Still uncommitted: ${count(result.left.length, "file")}`, ...files(result.left, on)];
  const entry = result.entry === null ? [] : [`  ${on.dim("entry")}  ${clean(result.entry)}`];
  const then = result.item === null ? [] : [next(on, "calcifer status")];
  return [
    done(on, `${on.yellow(short(result.commit))} ${clean(result.subject)} ${on.dim(`(${clean(result.branch)})`)}`),
    ...entry,
    ...files(result.files, on),
    ...left,
    ...then,
  ];
}

function updated(result: { item: Item; commit: string | null; conflicts: string[] }, on: Paper): string[] {
  if (result.conflicts.length > 0) {
    return [
      warning(on, `Both sides changed ${count(result.conflicts.length, "file")}; git has left marks in them:`),
      ...result.conflicts.map((file) => `  ${clean(file)}`),
      next(on, "resolve them, git add them, then git commit"),
    ];
  }
  if (result.commit === null) return [`${named(result.item)} has everything the trunk has.`];
  return [
    done(on, `Brought the trunk into ${clean(result.item.branch ?? "the branch")} as ${short(result.commit)}.`),
    next(on, `calcifer status ${result.item.id}`),
  ];
}

interface Merged {
  item: Item;
  commit: string | null;
  pushed: boolean | null;
  notes: string[];
}

function merged({ item, commit, pushed, notes }: Merged, on: Paper): string[] {
  const into = `${clean(item.merged?.trunk ?? "the trunk")}${commit === null ? "" : ` as ${short(commit)}`}`;
  return [
    done(on, `Merged ${named(item)} into ${into}${pushed ? ", and pushed it" : ""}.`),
    ...notes.map((note) => warning(on, clean(note))),
    ...(pushed === false
      ? [next(on, `calcifer work push ${item.id}`)]
      : item.status === "active"
        ? [next(on, `calcifer work finish ${item.id}`)]
        : []),
  ];
}

function finished({ item, commit, pushed, notes }: Merged, on: Paper): string[] {
  const how =
    commit === null
      ? ""
      : ` It is in ${clean(item.merged?.trunk ?? "the trunk")} as ${short(commit)}${pushed ? ", pushed" : ""}.`;
  return [
    done(on, `${named(item)} is done.${how}`),
    ...notes.map((note) => warning(on, clean(note))),
    ...(pushed === false ? [next(on, `calcifer work push ${item.id}`)] : []),
  ];
}

function pushed({ item, pushed: went }: { item: Item; pushed: boolean }, on: Paper): string[] {
  return [
    went
      ? done(on, `Pushed ${clean(item.merged?.trunk ?? "the trunk")} with ${named(item)}.`)
      : `There was nothing to push for ${named(item)}.`,
  ];
}

function dropped({ item, kept }: { item: Item; kept: string | null }, on: Paper): string[] {
  return [
    done(on, `Dropped ${named(item)}.`),
    ...(kept === null ? [] : [`  Its branch's tip is kept as ${clean(kept)}.`]),
    next(on, `calcifer work restore ${item.id} brings it back`),
  ];
}

function restored(item: Item, on: Paper): string[] {
  const branch = item.branch === null ? "" : `, with its branch ${clean(item.branch)}`;
  return [done(on, `${named(item)} is ${item.status} again${branch}.`), next(on, `calcifer work show ${item.id}`)];
}

function deleted({ id, kept }: { id: number; kept: string | null }, on: Paper): string[] {
  return [
    done(on, `Deleted #${id}; its events stay.`),
    ...(kept === null ? [] : [`  Its branch's tip is kept as ${clean(kept)}.`]),
  ];
}

export const workPrinters: Record<string, Printer> = {
  "work.add": added,
  "work.clone": added,
  "work.list": list,
  "work.show": show,
  "work.edit": edited,
  "work.start": started,
  "work.adopt": adopted,
  "work.note": noted,
  "work.check": ticked,
  "work.uncheck": ticked,
  "work.check-add": ticked,
  "work.check-edit": ticked,
  "work.check-remove": ticked,
  "work.check-move": ticked,
  "work.document": documented,
  "work.commit": committed,
  "work.update": updated,
  "work.merge": merged,
  "work.push": pushed,
  "work.finish": finished,
  "work.drop": dropped,
  "work.restore": restored,
  "work.delete": deleted,
};
