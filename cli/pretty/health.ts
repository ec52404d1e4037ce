// Endpoints, how they stand, and how they stood.
import type { Endpoint, Outcome, ServiceHealth } from "../../protocol/health.ts";
import { columns, labelled, type Paper } from "../paper.ts";
import { ago, clean, count } from "../text.ts";
import { spark } from "./chart.ts";
import { shown } from "./health-show.ts";
import { addressOf, duration, nameOf, per, styleOf } from "./health-words.ts";
import { done, heading, next, warning } from "./marks.ts";
import type { Printer } from "./printer.ts";

/** What is empty has no colour either: a line's end is found by it. */
const incident = (on: Paper) => (text: string) => (text === "" ? "" : on.red(text));

type Listed = { endpoints: Endpoint[]; measured: boolean; note: string };

function list({ endpoints, measured, note }: Listed, on: Paper, params: Record<string, unknown>): string[] {
  if (endpoints.length === 0)
    return Object.keys(params).length > 0
      ? ["No endpoint is like that.", next(on, "calcifer health list")]
      : ["Nothing is watched yet.", next(on, "calcifer health add <service> https://example.org/healthz")];
  const lines = columns(
    on,
    [
      { head: "endpoint", style: on.bold },
      { head: "state", style: (text) => styleOf(on, text.trim())(text) },
      { head: "since" },
      { head: "answer", right: true },
      { head: "why", flex: true },
      { head: "incident", style: incident(on) },
      { head: "environment", spare: 2 },
      { head: "target", spare: 1, style: on.dim },
    ],
    endpoints.map((e) => [
      nameOf(e),
      e.state,
      ago(e.since, on.now).replace(/ ago$/, ""),
      duration(e.last?.ms ?? null),
      e.state === "up" ? "" : clean(e.why),
      e.incident === null ? "" : `#${e.incident}`,
      clean(e.environment),
      addressOf(e),
    ]),
  );
  const bad = endpoints.filter((e) => e.state === "down" || e.state === "degraded");
  const worst = bad.find((e) => e.state === "down") ?? bad[0];
  return [
    ...(measured ? [] : [warning(on, clean(note)), ""]),
    ...lines,
    "",
    summary(endpoints, on),
    ...(worst ? [next(on, `calcifer health show ${nameOf(worst)}`)] : []),
  ];
}

function summary(endpoints: readonly Endpoint[], on: Paper): string {
  const states = ["down", "blocked", "degraded", "not measured", "up"] as const;
  const parts = states.flatMap((state) => {
    const n = endpoints.filter((e) => e.state === state).length;
    return n === 0 ? [] : [styleOf(on, state)(`${n} ${state}`)];
  });
  return `${count(endpoints.length, "endpoint")}: ${parts.join(", ")}`;
}

type Services = { services: ServiceHealth[]; measured: boolean; note: string };

function services({ services: all, measured, note }: Services, on: Paper): string[] {
  if (all.length === 0) return ["No service is like that.", next(on, "calcifer service list")];
  const lines = columns(
    on,
    [
      { head: "service", style: on.bold },
      { head: "state", style: (text) => styleOf(on, text.trim())(text) },
      { head: "since" },
      { head: "24 h", right: true },
      { head: "endpoints", right: true },
      { head: "answers", style: on.cyan, spare: 1 },
      { head: "why", flex: true },
      { head: "incident", style: incident(on) },
    ],
    all.map((s) => [
      clean(s.service),
      s.state,
      s.since === null ? "" : ago(s.since, on.now).replace(/ ago$/, ""),
      per(s.uptime),
      String(s.endpoints),
      spark(s.spark, on.blocks),
      s.state === "up" ? "" : clean(s.why),
      s.incident === null ? "" : `#${s.incident}`,
    ]),
  );
  return [...(measured ? [] : [warning(on, clean(note)), ""]), ...lines];
}

/** How an endpoint is watched. */
function facts(e: Endpoint, on: Paper): string[] {
  const http = e.http;
  const rows: [string, string][] = [
    ["target", addressOf(e)],
    ["environment", clean(e.environment)],
    ["checked", `every ${e.interval} s, ${e.timeout} s at most; ${count(e.failures, "failure")} in a row make it down`],
    ...(e.slow === null ? [] : [["degraded", `from ${e.slow} ms on`] as [string, string]]),
    ...(http
      ? [
          [
            "expects",
            [http.expect.join(", "), http.text === null ? null : JSON.stringify(http.text), http.json, http.header]
              .filter((x) => x !== null)
              .map((x) => clean(x))
              .join("; "),
          ] as [string, string],
        ]
      : []),
    ...(http && http.headers.length > 0 ? [["headers", http.headers.map(clean).join("; ")] as [string, string]] : []),
    ...(e.item === null ? [] : [["item", `#${e.item}`] as [string, string]]),
    ...(e.page === null ? [] : [["page", clean(e.page)] as [string, string]]),
    ["state", `${styleOf(on, e.state)(e.state)}: ${clean(e.why)}`],
  ];
  return labelled(
    on,
    rows.map(([label, text]) => [on.dim(label), text] as const),
  );
}

function added({ endpoint, notes }: { endpoint: Endpoint; notes: string[] }, on: Paper): string[] {
  return [
    done(on, `${nameOf(endpoint)} is watched now.`),
    ...facts(endpoint, on),
    ...notes.map((note) => warning(on, clean(note))),
    next(on, `calcifer health check ${nameOf(endpoint)}`),
  ];
}

const edited = (endpoint: Endpoint, on: Paper): string[] => [
  done(on, `Changed ${nameOf(endpoint)}.`),
  ...facts(endpoint, on),
];

const paused = (endpoint: Endpoint, on: Paper): string[] => [
  done(on, `${nameOf(endpoint)} is not checked until you say so.`),
  next(on, `calcifer health resume ${nameOf(endpoint)}`),
];

const resumed = (endpoint: Endpoint, on: Paper): string[] => [done(on, `${nameOf(endpoint)} is checked again.`)];

interface Removed {
  name: string;
  service: string;
  measurements: number;
}

const removed = ({ name, service, measurements }: Removed, on: Paper): string[] => [
  done(on, `${clean(service)}/${clean(name)} is watched no longer; ${count(measurements, "measurement")} forgotten.`),
];

function checked({ endpoint, outcome }: { endpoint: Endpoint; outcome: Outcome }, on: Paper): string[] {
  const more = [
    outcome.version === null ? "" : `version ${clean(outcome.version)}`,
    outcome.certificateDays === null ? "" : `certificate: ${count(outcome.certificateDays, "day")} left`,
  ].filter((text) => text !== "");
  return [
    heading(on, nameOf(endpoint), addressOf(endpoint)),
    `  ${styleOf(on, outcome.state)(outcome.state)}: ${clean(outcome.why)}`,
    ...(more.length === 0 ? [] : [`  ${on.dim(more.join(", "))}`]),
    ...(outcome.state === endpoint.state
      ? []
      : [`  It stands as ${styleOf(on, endpoint.state)(endpoint.state)}: ${clean(endpoint.why)}`]),
  ];
}

/** As it is: it goes into a file, or into a program. */
const exported = ({ csv }: { csv: string }): string[] => [csv.replace(/\r\n$/, "")];

export const healthPrinters: Record<string, Printer> = {
  "health.add": added,
  "health.edit": edited,
  "health.list": list,
  "health.services": services,
  "health.show": shown,
  "health.remove": removed,
  "health.pause": paused,
  "health.resume": resumed,
  "health.check": checked,
  "health.export": exported,
};
