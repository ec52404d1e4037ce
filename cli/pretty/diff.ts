// What an item's branch brings, and how many items there are of each kind.
import type * as z from "zod";
import type { work } from "../../protocol/work.ts";
import { columns, type Paper } from "../paper.ts";
import { clean, count, indent, wrap } from "../text.ts";
import { heading, short } from "./marks.ts";
import type { Printer } from "./printer.ts";
import { commitRows } from "./work.ts";

type Diff = z.infer<(typeof work)["methods"]["diff"]["result"]>;
type Groups = z.infer<(typeof work)["methods"]["groups"]["result"]>;

const mostFiles = 40;

function diff(result: Diff, on: Paper): string[] {
  const { item, base, tip, trunk, commits, files, entries, truncated } = result;
  if (tip === null) return [`#${item} has no branch, so it brings nothing to ${clean(trunk)} yet.`];
  if (commits.length === 0 && files.length === 0) return [`#${item} brings nothing to ${clean(trunk)} yet.`];
  const more = truncated ? "more than " : "";
  const range = base === null ? "the two share no history" : `${short(base)}..${short(tip)}`;
  const counts = `${more}${count(commits.length, "commit")} and ${count(files.length, "file")}`;
  return [
    `${on.bold(`#${item} brings ${counts} to ${clean(trunk)}.`)} ${on.dim(range)}`,
    ...commitRows(commits, on),
    ...changedFiles(files, on),
    ...entryLines(entries, on),
  ];
}

function changedFiles(files: Diff["files"], on: Paper): string[] {
  if (files.length === 0) return [];
  const rows = files
    .slice(0, mostFiles)
    .map((file) => [
      clean(file.state),
      file.added === null ? "binary" : `+${file.added}`,
      file.deleted === null ? "" : `-${file.deleted}`,
      file.from === undefined ? clean(file.path) : `${clean(file.from)} → ${clean(file.path)}`,
    ]);
  const heads = [
    { head: "", style: on.yellow },
    { head: "", right: true as const, style: on.green },
    { head: "", right: true as const, style: on.red },
    { head: "", flex: true as const },
  ];
  const rest = files.length - mostFiles;
  return [
    "",
    heading(on, "Files"),
    ...indent(columns({ ...on, width: on.width - 2 }, heads, rows).slice(1), 2),
    ...(rest > 0 ? [`  ${on.dim(`and ${count(rest, "more file", "more files")}`)}`] : []),
  ];
}

function entryLines(entries: Diff["entries"], on: Paper): string[] {
  if (entries.length === 0) return [];
  const lines = entries.flatMap(({ text, section }) => {
    const [first, ...more] = wrap(clean(text), on.width - 4);
    const under = section === undefined ? "" : on.dim(`  under ${clean(section)}`);
    return [`  - ${first}${more.length === 0 ? under : ""}`, ...more.map((line) => `    ${line}`)];
  });
  return ["", heading(on, "Entries"), ...lines];
}

function groups({ groups: list, total }: Groups, on: Paper, params: Record<string, unknown>): string[] {
  if (list.length === 0) return ["No work items fit."];
  const by = typeof params.by === "string" ? params.by : "group";
  const without = `no ${by}`;
  const rows = list.map(({ value, count: n }) => [value === null ? without : clean(value), String(n)]);
  return [
    ...columns(on, [{ head: by }, { head: "items", right: true }], rows),
    on.dim(`${count(total, "item")} in all`),
  ];
}

export const diffPrinters: Record<string, Printer> = { "work.diff": diff, "work.groups": groups };
