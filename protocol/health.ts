// Health: what is checked, how it stands, and how it stood.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { environmentName } from "./service.ts";
import { item, repo, time } from "./shared.ts";

export const endpointKinds = ["icmp", "tcp", "http", "https", "dns"] as const;
/** `not measured`: asleep, no network, the daemon off, paused. `blocked`: something it depends on is down. Only degraded and down count. */
export const healthStates = ["up", "degraded", "down", "not measured", "blocked"] as const;
export type HealthState = (typeof healthStates)[number];
export const healthState = z.enum(healthStates);

/** One check of an endpoint. */
export const Outcome = z.object({
  at: time,
  state: z.enum(["up", "degraded", "down", "not measured"]).describe("what this one probe says"),
  ms: z.number().nullable().describe("milliseconds to the answer; null without one"),
  why: z.string().describe("one sentence: `200 in 43 ms`, `connection refused`, `certificate expired 3 days ago`"),
  version: z.string().nullable().describe("the version it read"),
  certificateDays: z.number().nullable().describe("days until its certificate expires; below 0: expired"),
});
export type Outcome = z.infer<typeof Outcome>;

export const Http = z.object({
  method: z.enum(["GET", "HEAD", "POST", "PUT", "OPTIONS"]),
  headers: z.array(z.string()).describe("`Name: value`; a secret is a reference: `Authorization: Bearer {env:TOKEN}`"),
  body: z.string(),
  expect: z.array(z.string()).describe("statuses that are well: 200, 2xx, 300-308"),
  text: z.string().nullable().describe("text the body must hold"),
  json: z.string().nullable().describe("`$.status = ok`: a JSON path and what must stand there"),
  header: z.string().nullable().describe("`Name: value` the answer must have"),
  follow: z.boolean().describe("follow redirects"),
  certificateDays: z.number().int().describe("degraded when the certificate has fewer days left"),
  insecure: z.boolean().describe("a certificate nobody signed is no fault"),
  version: z
    .string()
    .nullable()
    .describe("where the live version is read: a JSON path (`$.version`) or `header X-Version`"),
});
export type Http = z.infer<typeof Http>;

export const Endpoint = z.object({
  id: z.number().int(),
  name: z.string().describe("unique in its service"),
  service: z.string(),
  environment: z.string(),
  kind: z.enum(endpointKinds),
  target: z.string().describe("an address: host, host:port, or URL"),
  interval: z.number().int().describe("seconds from one check to the next"),
  timeout: z.number().describe("seconds"),
  failures: z.number().int().describe("failures in a row that make it down"),
  slow: z.number().int().nullable().describe("milliseconds from which on it is degraded"),
  family: z.enum(["any", "4", "6"]).describe("IP version"),
  http: Http.nullable(),
  item: z.number().int().nullable().describe("the work item it was made for"),
  page: z.string().nullable().describe("path of its document in the repository"),
  paused: z.object({ at: time, reason: z.string() }).nullable(),
  created: time,
  state: healthState,
  since: time,
  why: z.string(),
  blockedBy: z.string().nullable().describe("the service it depends on that is down"),
  last: Outcome.nullable(),
  incident: z.number().int().nullable().describe("the open incident"),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** Share of the measured time that was up or degraded, in per cent; null where nothing was measured. */
export const Uptime = z.object({
  "24h": z.number().nullable(),
  "7d": z.number().nullable(),
  "30d": z.number().nullable(),
  "90d": z.number().nullable(),
});

/** A service with what its endpoints say. */
export const ServiceHealth = z.object({
  service: z.string(),
  state: healthState.describe("the worst of its endpoints; not measured without any"),
  since: time.nullable(),
  why: z.string(),
  blockedBy: z.string().nullable(),
  endpoints: z.number().int(),
  incident: z.number().int().nullable(),
  labels: z.array(z.string()),
  environments: z.array(z.string()),
  uptime: z.number().nullable().describe("per cent of the last 24 hours"),
  spark: z
    .array(z.number().nullable())
    .describe("median milliseconds of each of the last 24 hours, oldest first; null: none"),
  days: z
    .array(z.object({ day: z.string(), uptime: z.number().nullable(), down: z.number(), degraded: z.number() }))
    .describe("the last 30 days, oldest first; seconds down and degraded"),
});
export type ServiceHealth = z.infer<typeof ServiceHealth>;

/** What was measured in a stretch of time. Where nothing was measured there is no bucket, or its counts are 0. */
export const Bucket = z.object({
  at: time.describe("its beginning"),
  up: z.number().int().describe("probes"),
  degraded: z.number().int(),
  down: z.number().int(),
  p50: z.number().nullable().describe("milliseconds"),
  p95: z.number().nullable(),
});
export type Bucket = z.infer<typeof Bucket>;

/** `90s`, `15m`, `24h`, `7d`. */
export const span = z.string().regex(/^\d{1,4}(s|m|h|d)$/, "must be a number with s, m, h or d, such as 24h");

const endpointRef = z.string().max(200).describe("an endpoint: its number, `service/name`, or a service with one only");
const settable = {
  environment: environmentName.optional().describe("the environment (default production)"),
  interval: span.optional().describe("from one check to the next, 5s to 1d (default 60s)"),
  timeout: span.optional().describe("how long an answer may take (default 10s)"),
  failures: z.coerce
    .number()
    .int()
    .min(1)
    .max(20)
    .optional()
    .describe("failures in a row that make it down (default 2)"),
  slow: z.coerce.number().int().min(1).max(600_000).optional().describe("milliseconds from which on it is degraded"),
  family: z.enum(["any", "4", "6"]).optional().describe("IP version (default any)"),
  method: Http.shape.method.optional().describe("HTTP method (default GET)"),
  headers: z.array(z.string().max(4000)).max(30).optional().describe("`Name: value`; secrets as {env:NAME}"),
  body: z.string().max(65_536).optional().describe("body of the request"),
  expect: z
    .array(z.string().max(20))
    .max(30)
    .optional()
    .describe("a status that is well: 200, 2xx, 300-308 (default 2xx)"),
  text: z.string().max(1000).optional().describe("text the body must hold"),
  json: z.string().max(1000).optional().describe("`$.status = ok`: what must stand in the JSON body"),
  header: z.string().max(1000).optional().describe("`Name: value` the answer must have"),
  noFollow: z.boolean().optional().describe("do not follow redirects"),
  certificateDays: z.coerce
    .number()
    .int()
    .min(0)
    .max(365)
    .optional()
    .describe("degraded with fewer days left (default 14)"),
  insecure: z.boolean().optional().describe("accept a certificate nobody signed"),
  version: z.string().max(200).optional().describe("where the live version is read: `$.version` or `header X-Version`"),
  item: item.describe("the work item it is made for (default: the active one of the service's repository)"),
};
const filters = {
  service: z.string().optional().describe("only of this service"),
  state: healthState.optional().describe("only in this state"),
  environment: environmentName.optional().describe("only in this environment"),
  label: z.string().optional().describe("only of services with this label"),
};
const which = { endpoint: endpointRef };

export const health = room({
  summary: "endpoints, what they answer, and what they answered",
  methods: {
    add: method({
      summary: "Watch an endpoint of a service",
      kind: "act",
      positional: ["service", "target"],
      params: z.object({
        service: z.string().describe("the service"),
        target: z.string().min(1).max(2000).describe("https://host/path, tcp://host:port, icmp://host or dns://name"),
        name: z.string().max(100).optional().describe("its name (default: from the target)"),
        ...settable,
        noPage: z.boolean().default(false).describe("write no document for it"),
        repo,
      }),
      result: z.object({ endpoint: Endpoint, notes: z.array(z.string()) }),
      faults: ["invalid", "missing", "conflict", "refused"],
      examples: [
        "calcifer health add web https://example.org/healthz --interval 30s --text ok",
        "calcifer health add db tcp://127.0.0.1:5432",
        "calcifer health add vpn icmp://10.0.0.1",
      ],
    }),
    list: method({
      summary: "How every endpoint stands",
      kind: "ask",
      params: z.object(filters),
      result: z.object({
        endpoints: z.array(Endpoint),
        measured: z.boolean().describe("false: nothing can be measured now"),
        note: z.string().describe("why not; empty when it is"),
      }),
      faults: ["missing"],
      examples: ["calcifer health list", "calcifer health list --state down"],
    }),
    services: method({
      summary: "How every service stands",
      kind: "ask",
      params: z.object(filters),
      result: z.object({ services: z.array(ServiceHealth), measured: z.boolean(), note: z.string() }),
      examples: ["calcifer health services"],
    }),
    show: method({
      summary: "An endpoint or a service over time",
      kind: "ask",
      positional: ["endpoint"],
      params: z.object({
        endpoint: z.string().max(200).describe("an endpoint (number or service/name), or a service"),
        since: span.default("24h").describe("how far back: 1h to 90d"),
        points: z.coerce.number().int().min(10).max(2000).default(300).describe("at most this many buckets"),
      }),
      result: z.object({
        from: time,
        to: time,
        step: z.number().describe("seconds in a bucket"),
        series: z.array(
          z.object({
            endpoint: Endpoint,
            uptime: Uptime,
            p50: z.number().nullable().describe("milliseconds, over the range"),
            p95: z.number().nullable(),
            buckets: z.array(Bucket),
          }),
        ),
        incidents: z.array(
          z.object({ id: z.number().int(), opened: time, resolved: time.nullable(), cause: z.string() }),
        ),
        deploys: z.array(z.object({ at: time, environment: z.string(), version: z.string() })),
      }),
      faults: ["missing", "invalid"],
      examples: ["calcifer health show web --since 24h", "calcifer health show web/healthz --since 7d"],
    }),
    check: method({
      summary: "Check an endpoint now, once",
      kind: "act",
      positional: ["endpoint"],
      params: z.object(which),
      result: z.object({ endpoint: Endpoint, outcome: Outcome }),
      faults: ["missing"],
      examples: ["calcifer health check web/healthz"],
    }),
    edit: method({
      summary: "Change how an endpoint is watched",
      kind: "act",
      positional: ["endpoint"],
      params: z.object({
        ...which,
        name: z.string().max(100).optional().describe("its name"),
        target: z.string().min(1).max(2000).optional().describe("its target"),
        ...settable,
        repo,
      }),
      result: Endpoint,
      faults: ["invalid", "missing", "conflict"],
      examples: ["calcifer health edit web/healthz --interval 15s"],
    }),
    pause: method({
      summary: "Do not check an endpoint for a while",
      kind: "act",
      positional: ["endpoint"],
      params: z.object({ ...which, reason: z.string().max(500).default("").describe("why") }),
      result: Endpoint,
      faults: ["missing"],
      examples: ['calcifer health pause web/healthz --reason "moving the server"'],
    }),
    resume: method({
      summary: "Check a paused endpoint again",
      kind: "act",
      positional: ["endpoint"],
      params: z.object(which),
      result: Endpoint,
      faults: ["missing"],
      examples: ["calcifer health resume web/healthz"],
    }),
    export: method({
      summary: "What was measured, as CSV",
      kind: "ask",
      positional: ["endpoint"],
      params: z.object({
        endpoint: z.string().max(200).optional().describe("an endpoint or a service; all if left out"),
        since: span.default("24h").describe("how far back"),
      }),
      result: z.object({ csv: z.string(), rows: z.number().int() }),
      faults: ["missing"],
      examples: ["calcifer health export web --since 30d"],
    }),
    remove: method({
      summary: "Stop watching an endpoint and forget its history",
      kind: "act",
      positional: ["endpoint"],
      params: z.object(which),
      result: z.object({ id: z.number().int(), name: z.string(), service: z.string(), measurements: z.number().int() }),
      faults: ["missing"],
      examples: ["calcifer health remove web/healthz"],
    }),
  },
  events: {
    added: event({
      summary: "an endpoint is watched",
      data: z.object({ endpoint: z.number().int(), name: z.string() }),
    }),
    edited: event({
      summary: "an endpoint is watched in another way",
      data: z.object({ endpoint: z.number().int(), name: z.string(), changed: z.array(z.string()) }),
    }),
    removed: event({
      summary: "an endpoint is watched no longer",
      data: z.object({ endpoint: z.number().int(), name: z.string() }),
    }),
    changed: event({
      summary: "an endpoint stands differently",
      data: z.object({
        endpoint: z.number().int(),
        name: z.string(),
        from: healthState,
        to: healthState,
        why: z.string(),
      }),
    }),
  },
});
