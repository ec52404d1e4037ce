// How an endpoint is watched: from what a person asked for to what is kept. Bad settings are refused here, before anything is written.
import type { Api } from "../../protocol/api.ts";
import type { Parsed } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Http } from "../../protocol/health.ts";
import { checkHeaders, jsonTest, readHeader, statusTest, versionPlace } from "./expect.ts";
import type { StoredEndpoint } from "./store.ts";
import { type Kind, readTarget, type Target } from "./target.ts";

type Methods = Api["health"]["methods"];
type Loose<T> = { [K in keyof T]?: T[K] | undefined };
export type Asked = Loose<Parsed<Methods["add"]>> & Loose<Parsed<Methods["edit"]>>;
export type Settings = Pick<
  StoredEndpoint,
  "environment" | "kind" | "target" | "interval" | "timeout" | "failures" | "slow" | "family" | "http"
>;

const usual: Omit<Settings, "kind" | "target" | "http"> = {
  environment: "production",
  interval: 60,
  timeout: 10_000,
  failures: 2,
  slow: null,
  family: "any",
};
/** What a request is when nobody says otherwise. */
export const usualHttp: Http = {
  method: "GET",
  headers: [],
  body: "",
  expect: ["2xx"],
  text: null,
  json: null,
  header: null,
  follow: true,
  certificateDays: 14,
  insecure: false,
  version: null,
};

/** @param before how it was watched until now. @throws Fault invalid */
export function settingsFrom(asked: Asked, before?: Settings): { settings: Settings; target: Target } {
  const target = readTarget(asked.target ?? (before ? addressOf(before) : ""));
  const { kind } = target;
  const web = kind === "http" || kind === "https";
  if (!web) refuseWebSettings(asked, kind);
  const base = before ?? usual;
  const interval = asked.interval === undefined ? base.interval : secondsOf(asked.interval, "interval");
  if (interval < 5 || interval > 86_400) throw new Fault("invalid", "interval: It must be from 5s to 1d.");
  const timeout =
    asked.timeout === undefined ? Math.min(base.timeout, interval * 1000) : secondsOf(asked.timeout, "timeout") * 1000;
  if (timeout < 1000 || timeout > 120_000) throw new Fault("invalid", "timeout: It must be from 1s to 120s.");
  if (timeout > interval * 1000) throw new Fault("invalid", "timeout: It must not be longer than the interval.");
  const settings: Settings = {
    environment: asked.environment ?? base.environment,
    kind,
    target: target.target,
    interval,
    timeout,
    failures: asked.failures ?? base.failures,
    slow: asked.slow ?? base.slow,
    family: asked.family ?? base.family,
    http: web ? httpFrom(asked, before?.http ?? usualHttp) : null,
  };
  return { settings, target };
}

/** A target with its scheme, as it is shown and can be given again. */
export const addressOf = ({ kind, target }: { kind: Kind; target: string }): string =>
  kind === "http" || kind === "https" ? target : `${kind}://${target}`;

const units = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90s`, `15m`, `24h`, `7d` in seconds. @throws Fault invalid */
export function secondsOf(span: string, field: string): number {
  const [, n, unit] = /^(\d{1,4})([smhd])$/.exec(span) ?? [];
  const seconds = Number(n) * units[(unit ?? "s") as keyof typeof units];
  if (!(seconds > 0)) throw new Fault("invalid", `${field}: It must be a number with s, m, h or d, such as 30s.`);
  return seconds;
}

function httpFrom(asked: Asked, before: Http): Http {
  const http: Http = {
    method: asked.method ?? before.method,
    headers: asked.headers ?? before.headers,
    body: asked.body ?? before.body,
    expect: asked.expect ?? before.expect,
    text: cleared(asked.text, before.text),
    json: cleared(asked.json, before.json),
    header: cleared(asked.header, before.header),
    follow: asked.noFollow === undefined ? before.follow : !asked.noFollow,
    certificateDays: asked.certificateDays ?? before.certificateDays,
    insecure: asked.insecure ?? before.insecure,
    version: cleared(asked.version, before.version),
  };
  checkHeaders(http.headers);
  statusTest(http.expect);
  if (http.json !== null) jsonTest(http.json);
  if (http.header !== null) readHeader(http.header, "header");
  if (http.version !== null) versionPlace(http.version);
  if (http.method === "HEAD" && (http.text !== null || http.json !== null))
    throw new Fault("invalid", "method: An answer to HEAD has no body to look into.");
  if (http.body !== "" && (http.method === "GET" || http.method === "HEAD"))
    throw new Fault("invalid", `body: A ${http.method} request has none.`, { hint: "Take --method POST or PUT." });
  return http;
}

/** An empty text takes an expectation away. */
const cleared = (asked: string | undefined, before: string | null): string | null =>
  asked === undefined ? before : asked === "" ? null : asked;

const webOnly = [
  "method",
  "headers",
  "body",
  "expect",
  "text",
  "json",
  "header",
  "noFollow",
  "certificateDays",
  "insecure",
  "version",
] as const;

function refuseWebSettings(asked: Asked, kind: Kind): void {
  const stray = webOnly.find((field) => asked[field] !== undefined);
  if (stray !== undefined)
    throw new Fault("invalid", `${stray}: Only http and https endpoints have it; this one is ${kind}.`);
}

/** What makes an endpoint well, one phrase each: for its page. */
export function expectationsOf({ kind, http, slow, timeout }: Settings): string[] {
  const answer = { icmp: "an answer to a ping", tcp: "a connection", dns: "a record" }[kind as "icmp" | "tcp" | "dns"];
  return [
    ...(http ? [`status ${http.expect.join(", ")}`] : [`${answer ?? "an answer"} within ${timeout / 1000} s`]),
    ...(http?.text ? [`the text ${JSON.stringify(http.text)} in the body`] : []),
    ...(http?.json ? [`${http.json} in its JSON`] : []),
    ...(http?.header ? [`the header ${http.header}`] : []),
    ...(kind === "https" && http ? [`a certificate that is valid for ${http.certificateDays} days more`] : []),
    ...(slow === null ? [] : [`an answer in less than ${slow} ms`]),
  ];
}
