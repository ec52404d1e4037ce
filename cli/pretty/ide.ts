// What .vscode would get, and what an editor is offered.
import type * as z from "zod";
import type { ide } from "../../protocol/ide.ts";
import { columns, type Paper } from "../paper.ts";
import { clean, cleanLines, count, indent } from "../text.ts";
import { done, heading, next, warning } from "./marks.ts";
import type { Printer } from "./printer.ts";

type Written = z.infer<(typeof ide)["methods"]["vscode"]["result"]>;
type Offers = z.infer<(typeof ide)["methods"]["offers"]["result"]>;

const mostLines = 120;

function vscode({ detected, files, written }: Written, on: Paper, params: Record<string, unknown>): string[] {
  const removing = params.remove === true;
  const changed = files.filter(({ state }) => state !== "same");
  const kept = files.flatMap(({ path, kept: keys }) => keys.map((key) => `${path}: ${key}`));
  const told = kept.map((key) => warning(on, `Yours stays: ${clean(key)}`));
  const byFile = Object.entries(Object.groupBy(detected, ({ from }) => from));
  const found = byFile
    .map(([from, all]) => `${all?.map(({ what }) => clean(what)).join(", ")} (${clean(from)})`)
    .join("; ");
  const seen = removing ? [] : [on.dim(found === "" ? "Nothing Calcifer knows was found." : `Found: ${found}`)];
  if (changed.length === 0) return [...seen, done(on, nothingToDo(removing, files, found)), ...told];
  const verbs = { new: "new", changed: "changed", removed: "removed", same: "" };
  const rows = changed.map(({ path, state }) => [verbs[state], clean(path)]);
  const list = indent(columns(on, [{ head: "", style: on.yellow }, { head: "" }], rows).slice(1), 2);
  if (written)
    return [
      done(on, removing ? "What Calcifer put into .vscode is out again:" : ".vscode is written:"),
      ...list,
      ...told,
    ];
  const line = ["calcifer ide vscode", ...(typeof params.service === "string" ? [clean(params.service)] : [])];
  return [
    ...seen,
    ...changed.flatMap(({ diff }) => coloured(diff, on)),
    ...told,
    `${count(changed.length, "file")} would ${removing ? "lose what Calcifer put in" : "be written"}. Nothing was changed.`,
    next(on, [...line, ...(removing ? ["--remove"] : []), "--write"].join(" ")),
  ];
}

function nothingToDo(removing: boolean, files: Written["files"], found: string): string {
  if (removing) return "Nothing in .vscode is Calcifer's here.";
  return files.length === 0 || found === "" ? "There is nothing to write." : ".vscode is as it should be.";
}

function coloured(diff: string, on: Paper): string[] {
  const lines = cleanLines(diff).replace(/\n$/, "").split("\n");
  const shown = lines.slice(0, mostLines).map((line) => {
    if (/^(---|\+\+\+) /.test(line)) return on.bold(line);
    if (line.startsWith("@@")) return on.cyan(line);
    return line.startsWith("+") ? on.green(line) : line.startsWith("-") ? on.red(line) : line;
  });
  return [...shown, ...(lines.length > mostLines ? [on.dim(`… ${lines.length - mostLines} more lines`)] : []), ""];
}

function offers({ tasks, launches, extensions }: Offers, on: Paper): string[] {
  if (tasks.length + launches.length + extensions.length === 0) return ["Calcifer knows nothing to offer here."];
  const taskRows = tasks.map(({ group, label, from }) => [group, clean(label), clean(from)]);
  const launchRows = launches.map(({ type, name, from }) => [clean(type), clean(name), clean(from)]);
  const table = (rows: string[][]) =>
    indent(
      columns(
        { ...on, width: on.width - 2 },
        [
          { head: "", style: on.yellow },
          { head: "", flex: true },
          { head: "", style: on.dim, spare: 1 },
        ],
        rows,
      ).slice(1),
      2,
    );
  const section = (title: string, lines: string[]) => (lines.length === 0 ? [] : [heading(on, title), ...lines, ""]);
  return [
    ...section("Tasks", table(taskRows)),
    ...section("Debugging", table(launchRows)),
    ...section(
      "Extensions",
      extensions.map((id) => `  ${clean(id)}`),
    ),
    next(on, "calcifer ide vscode"),
  ];
}

export const idePrinters: Record<string, Printer> = { "ide.vscode": vscode, "ide.offers": offers };
