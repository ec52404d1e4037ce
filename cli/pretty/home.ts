// The dashboard, in the order in which it asks for attention.
import type * as z from "zod";
import type { home } from "../../protocol/home.ts";
import type { ListedItem } from "../../protocol/work.ts";
import type { Paper } from "../paper.ts";
import { ago, clean, count, cut, indent, padEnd, width, wrap } from "../text.ts";
import { eventLine } from "./event.ts";
import { heading, mark, named, next } from "./marks.ts";
import type { Printer } from "./printer.ts";
import { itemRows } from "./work.ts";

type Home = z.infer<(typeof home)["methods"]["show"]["result"]>;
type Judged = Home["open"][number];

function show(result: Home, on: Paper): string[] {
  const { active, counts, open, planned, incidents, unenforced, restorable, events } = result;
  const others = open.filter((item) => item.id !== active?.id);
  const tally = `${counts.planned} planned · ${counts.active} active · ${counts.done} done · ${counts.dropped} dropped`;
  const lines = [
    `${on.bold("Calcifer")}  ${on.dim(tally)}`,
    ...section(on, "Incidents", failing(incidents, on)),
    ...section(on, "On this branch", active ? judged([active], on) : []),
    ...section(on, active ? "Also active" : "Active", judged(others, on)),
    ...section(
      on,
      "Planned",
      items(planned, on),
      counts.planned > planned.length ? `the newest ${planned.length}` : "",
    ),
    ...section(
      on,
      "Hooks not in force",
      unenforced.flatMap(({ service, why }) => [
        `  ${mark("no", on)} ${clean(service)}: ${clean(why)}`,
        `    ${on.dim("→")} calcifer doctor ${clean(service)} --fix`,
      ]),
    ),
    ...section(on, "Dropped, can be restored", items(restorable, on)),
    ...section(on, "Lately", lately(events, on)),
  ];
  return [...lines, ...after(result, on)];
}

const section = (on: Paper, title: string, lines: readonly string[], rest = ""): string[] =>
  lines.length === 0 ? [] : ["", heading(on, title, rest), ...lines];

const items = (list: readonly ListedItem[], on: Paper): string[] =>
  list.length === 0 ? [] : indent(itemRows(list, { ...on, width: on.width - 2 }).slice(1), 2);

const failing = (list: Home["incidents"], on: Paper): string[] =>
  list.flatMap(({ id, service, environment, state, severity, cause, opened }) => {
    const sign = severity === "down" ? on.red("✗") : on.yellow("!");
    const where = environment === "production" ? clean(service) : `${clean(service)} (${clean(environment)})`;
    const rest = on.dim(`${state === "acknowledged" ? "acknowledged, " : ""}began ${ago(opened, on.now)}`);
    return [
      `  ${sign} ${on.bold(where)} ${severity}: ${cut(clean(cause), Math.max(20, on.width - width(where) - 12))}`,
      `    ${rest}  ${on.dim("→")} calcifer incident show ${id}`,
    ];
  });

function judged(list: readonly Judged[], on: Paper): string[] {
  const names = Math.max(0, ...list.map((item) => width(item.standing)));
  return list.flatMap((item) => {
    const sign = item.verdict === null ? on.dim("·") : mark(item.verdict, on);
    const said = item.verdict === "yes" ? [] : wrap(withoutName(item), on.width - 6 - names).filter(Boolean);
    return [
      `  ${sign} ${on.dim(padEnd(item.standing, names))}  ${named(item)}${item.service ? on.dim(`  ${clean(item.service)}`) : ""}`,
      ...said.map((line) => " ".repeat(6 + names) + on.dim(line)),
    ];
  });
}

/** The verdict's line names the item; here it stands right above. */
const withoutName = ({ id, title, line }: Judged): string => clean((line ?? "").replace(`#${id} "${title}" `, ""));

/** Moved refs are for views that want to ask again; who moved them has an event of its own. */
const lately = (events: Home["events"], on: Paper): string[] =>
  events.filter(({ name }) => name !== "service.moved").map((event) => `  ${eventLine(event, on, { seq: false })}`);

function after({ active, counts, open }: Home, on: Paper): string[] {
  const all = counts.planned + counts.active + counts.done + counts.dropped;
  if (all === 0)
    return [
      "",
      "There are no work items yet.",
      next(on, 'calcifer work add "what is to change" (in a repository added with calcifer service add)'),
    ];
  if (active?.standing === "ready") return ["", next(on, `calcifer work finish ${active.id}`)];
  if (active) return ["", next(on, "calcifer status")];
  const ready = open.filter((item) => item.standing === "ready");
  return ready.length > 0
    ? ["", next(on, `calcifer work finish ${ready[0]?.id} (${count(ready.length, "item is", "items are")} ready)`)]
    : [];
}

export const homePrinters: Record<string, Printer> = { "home.show": show };
