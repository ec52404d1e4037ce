// Documents and what a search finds.
import path from "node:path";
import type { Document, Hit } from "../../protocol/docs.ts";
import { columns, type Paper } from "../paper.ts";
import { ago, clean, count, indent, wrap } from "../text.ts";
import { done, heading, next } from "./marks.ts";
import type { Printer } from "./printer.ts";

function list({ documents }: { documents: Document[] }, on: Paper): string[] {
  if (documents.length === 0) return ["There are no documents yet.", next(on, "calcifer docs templates")];
  const rows = documents.map((d) => [
    clean(d.service),
    clean(d.path),
    clean(d.title),
    d.item === null ? d.kind : `${d.kind} #${d.item}`,
    ago(d.changed, on.now),
  ]);
  return columns(
    on,
    [
      { head: "service", style: on.bold },
      { head: "document" },
      { head: "title", flex: true },
      { head: "for", style: on.dim, spare: 2 },
      { head: "changed", style: on.dim, spare: 1 },
    ],
    rows,
  );
}

interface Template {
  name: string;
  summary: string;
  path: string;
  source: string;
}

function templates({ templates: all }: { templates: Template[] }, on: Paper): string[] {
  const rows = all.map((t) => [clean(t.name), clean(t.summary), clean(t.path), clean(t.source)]);
  const head = [
    { head: "template", style: on.bold },
    { head: "for", flex: true as const },
    { head: "written to" },
    { head: "from", style: on.dim, spare: 1 },
  ];
  return [...columns(on, head, rows), "", next(on, "calcifer docs new runbook")];
}

function made(result: { service: string; path: string; file: string; created: boolean }, on: Paper): string[] {
  if (result.created)
    return [done(on, `Written: ${clean(result.path)} (${clean(result.service)}).`), `  ${clean(result.file)}`];
  return [`${clean(result.path)} is there already; it stays as it is.`, `  ${clean(result.file)}`];
}

interface Touched {
  service: string;
  path: string;
  title: string;
  mentions: { file: string; line: number }[];
  edited: boolean;
}

function touched({ documents }: { documents: Touched[] }, on: Paper): string[] {
  if (documents.length === 0) return ["No document mentions a file that this branch touches."];
  return documents.flatMap((d) => [
    heading(on, clean(d.path), `${clean(d.title)}${d.edited ? "; changed on this branch, too" : ""}`),
    ...columns(
      on,
      [{ head: "" }, { head: "", flex: true }],
      d.mentions.map((m) => [`  line ${m.line}`, clean(m.file)]),
    ).slice(1),
  ]);
}

function search({ hits, more }: { hits: Hit[]; more: boolean }, on: Paper): string[] {
  if (hits.length === 0)
    return ["Nothing was found.", on.dim('Words are looked for as they begin; "in quotes" as they stand.')];
  const lines = hits.flatMap((hit) => [headOf(hit, on), ...indent(snippet(hit, on), 4)]);
  const n = count(hits.length, "hit", "hits");
  return more
    ? [...lines, on.dim(`The best ${n}; narrow it with kind: or service:, or ask for more with --limit.`)]
    : lines;
}

function headOf(hit: Hit, on: Paper): string {
  const of = hit.kind === "incident" ? `incident ${hit.incident}` : hit.kind === "item" ? `#${hit.item}` : hit.kind;
  const place =
    hit.path === null ? "" : `  ${on.dim(clean(shortened(hit.path) + (hit.line === null ? "" : `:${hit.line}`)))}`;
  const service = hit.service === null ? "" : ` ${on.cyan(clean(hit.service))}`;
  return `${on.dim(of)}${service}  ${on.bold(clean(hit.title))}${place}`;
}

/** From where one stands, where that is shorter. */
function shortened(file: string): string {
  const near = path.relative(process.cwd(), file);
  return near.length < file.length && !near.startsWith("..") ? near : file;
}

/** Found words stand out; where there are no colours, in brackets of their own. */
function snippet({ snippet: text, title }: Hit, on: Paper): string[] {
  const parts = text.replaceAll("\u0003", "\u0002").split("\u0002").map(clean);
  if (parts.join("") === clean(title)) return [];
  const marked = on.yellow("x") === "x" ? (part: string) => part : (part: string) => on.yellow(on.bold(part));
  const plain = wrap(parts.join(""), Math.max(40, on.width - 4)).slice(0, 3);
  return highlighted(plain, parts, marked);
}

/** Puts the marks back into wrapped lines: a found word may go over the end of one. */
function highlighted(lines: string[], parts: string[], mark: (part: string) => string): string[] {
  const flags = parts.flatMap((part, n) => Array.from(part.replace(/\s/g, ""), () => n % 2 === 1));
  let at = 0;
  return lines.map((line) => {
    const runs: [boolean, string][] = [];
    for (const letter of line) {
      const is = letter.trim() === "" ? (runs.at(-1)?.[0] ?? false) : (flags[at++] ?? false);
      const last = runs.at(-1);
      if (last?.[0] === is) last[1] += letter;
      else runs.push([is, letter]);
    }
    return runs.map(([is, run]) => (is ? mark(run) : run)).join("");
  });
}

export const docsPrinters: Record<string, Printer> = {
  "docs.list": list,
  "docs.templates": templates,
  "docs.new": made,
  "docs.touched": touched,
  "docs.search": search,
};
