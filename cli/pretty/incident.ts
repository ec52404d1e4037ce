// Incidents: what failed, since when, what changed before, what was done.
import type { Incident, Suspect, TimelinePoint } from "../../protocol/incident.ts";
import { columns, labelled, type Paper } from "../paper.ts";
import { ago, clean, cleanLines, cut, indent, lasting, wrap } from "../text.ts";
import { done, heading, named, next, short } from "./marks.ts";
import type { Printer } from "./printer.ts";

type Shown = Incident & { timeline: TimelinePoint[] };

const sign = ({ state, severity }: Incident, on: Paper): string =>
  state === "resolved" ? on.green("✓") : severity === "down" ? on.red("✗") : on.yellow("!");

const place = ({ service, environment }: Incident): string =>
  environment === "production" ? clean(service) : `${clean(service)} (${clean(environment)})`;

function list({ incidents }: { incidents: Incident[] }, on: Paper, params: Record<string, unknown>): string[] {
  if (incidents.length === 0)
    return params.all === true
      ? ["There are no incidents."]
      : ["There are no open incidents.", next(on, "calcifer incident list --all")];
  const rows = incidents.map((i) => [
    String(i.id),
    i.state,
    i.severity,
    place(i),
    clean(i.cause),
    i.times > 1 ? `${i.times}×` : "",
    ago(i.opened, on.now),
    lasting(i.seconds),
  ]);
  const state = (cell: string) =>
    cell === "open" ? on.red(cell) : cell === "resolved" ? on.green(cell) : on.yellow(cell);
  const table = columns(
    on,
    [
      { head: "#", right: true },
      { head: "state", style: state },
      { head: "severity", spare: 1 },
      { head: "service", style: on.bold },
      { head: "cause", flex: true },
      { head: "failed" },
      { head: "began", style: on.dim, spare: 2 },
      { head: "lasted", right: true, style: on.dim },
    ],
    rows,
  );
  const open = incidents.find((i) => i.state === "open") ?? incidents[0];
  return [...table, "", next(on, `calcifer incident show ${open?.id}`)];
}

function show(incident: Shown, on: Paper): string[] {
  return [
    `${sign(incident, on)} ${on.bold(`Incident ${incident.id}: ${place(incident)}`)}  ${on.dim(standing(incident))}`,
    ...indent(wrap(clean(incident.cause), on.width - 2), 2),
    "",
    ...facts(incident, on),
    ...suspects(incident.suspects, incident.opened, on),
    "",
    ...timeline(incident.timeline, on),
    ...onward(incident, on),
  ];
}

function standing({ state, severity, seconds }: Incident): string {
  return state === "resolved" ? `was ${severity} for ${lasting(seconds)}` : `${severity} for ${lasting(seconds)}`;
}

function facts(incident: Incident, on: Paper): string[] {
  const word = (what: Incident["resolved"]): string =>
    what === null ? "" : `${ago(what.at, on.now)} by ${clean(what.by)}: ${clean(what.reason)}`;
  const rows: [string, string][] = [
    ["began", ago(incident.opened, on.now)],
    ["endpoints", incident.endpoints.map((e) => clean(e.name)).join(", ")],
    ["blocks", incident.blocks.map(clean).join(", ")],
    ["failed", incident.times > 1 ? `${incident.times} times` : ""],
    ["acknowledged", word(incident.acknowledged)],
    ["resolved", word(incident.resolved)],
    ["item", incident.item === null ? "" : `${named(incident.item)} (${clean(incident.item.status)})`],
  ];
  return labelled(
    on,
    rows.filter(([, text]) => text !== "").map(([label, text]) => [on.dim(label), text] as const),
  );
}

function suspects(list: readonly Suspect[], opened: string, on: Paper): string[] {
  if (list.length === 0) return [];
  const rows = list.map((s) => [
    before(s.at, opened),
    s.how,
    clean(s.service),
    `${s.item === null ? "" : `#${s.item} `}${clean(s.title)}`,
    s.commit === null ? "" : short(s.commit),
  ]);
  const heads = [
    { head: "", right: true as const, style: on.dim },
    { head: "" },
    { head: "", style: on.bold },
    { head: "", flex: true as const },
    { head: "", style: on.dim, spare: 1 },
  ];
  return [
    "",
    heading(on, "What changed before"),
    ...indent(columns({ ...on, width: on.width - 2 }, heads, rows).slice(1), 2),
  ];
}

/** Where it failed again, something may have changed in between. */
function before(at: string, opened: string): string {
  const seconds = (Date.parse(opened) - Date.parse(at)) / 1000;
  return seconds >= 0 ? `${lasting(seconds)} before` : `${lasting(-seconds)} later`;
}

/** In UTC, as logs have it, with the date where another day begins. */
function timeline(points: readonly TimelinePoint[], on: Paper): string[] {
  const kinds = Math.max(0, ...points.map((p) => p.what.length));
  let day = "";
  const lines = points.flatMap(({ at, what, text, by }) => {
    const [date = "", time = ""] = clean(at).split("T");
    const begun = date === day ? [] : [`  ${on.dim(date)}`];
    day = date;
    const left = 14 + kinds;
    const own = by === "daemon" ? text : `${text} (${by})`;
    const [first, ...more] = wrap(cleanLines(own), Math.max(30, on.width - left));
    const style = what === "opened" || what === "again" ? on.red : what === "resolved" ? on.green : on.cyan;
    return [
      ...begun,
      `  ${on.dim(time.slice(0, 8))}  ${style(what)}${" ".repeat(kinds - what.length)}  ${first}`,
      ...indent(more, left),
    ];
  });
  return [heading(on, "Timeline", "UTC"), ...lines];
}

function onward({ id, state, item }: Incident, on: Paper): string[] {
  if (state === "open") return ["", next(on, `calcifer incident acknowledge ${id} "what is known"`)];
  return state === "acknowledged" && item === null ? ["", next(on, `calcifer incident item ${id}`)] : [];
}

const act =
  (sentence: (incident: Incident) => string, then = (i: Incident) => `calcifer incident show ${i.id}`) =>
  (incident: Incident, on: Paper): string[] => [
    done(on, sentence(incident)),
    `  ${on.dim(cut(`${place(incident)}: ${clean(incident.cause)}`, on.width - 2))}`,
    next(on, then(incident)),
  ];

/** Who looks after it goes on with its item. */
const toItem = ({ id, item }: Incident): string =>
  item === null
    ? `calcifer incident item ${id}`
    : item.status === "planned"
      ? `calcifer work start ${item.id}`
      : `calcifer work show ${item.id}`;

const linked = act(({ id, item }) => `Incident ${id} is linked to ${item === null ? "nothing" : named(item)}.`, toItem);

export const incidentPrinters: Record<string, Printer> = {
  "incident.list": list,
  "incident.show": show,
  "incident.acknowledge": act(({ id }) => `Incident ${id} is acknowledged; that ends when it recovers.`, toItem),
  "incident.note": act(({ id }) => `Noted on incident ${id}.`),
  "incident.resolve": act(({ id }) => `Incident ${id} is resolved.`),
  "incident.link": linked,
  "incident.item": linked,
};
