// Results of health, for the golden file of the printers.
type Sample = [title: string, method: string, result: unknown, params?: Record<string, unknown>];

const start = Date.parse("2026-11-20T12:00:00Z");
const at = (minutes: number): string => new Date(start - minutes * 60_000).toISOString();

const http = {
  method: "GET",
  headers: ["Authorization: Bearer {env:TOKEN}"],
  body: "",
  expect: ["2xx"],
  text: "ok",
  json: null,
  header: null,
  follow: true,
  certificateDays: 14,
  insecure: false,
  version: "$.version",
};
const outcome = { at: at(0.5), state: "up", ms: 42.3, why: "200 in 42 ms", version: "v1.4.0", certificateDays: 61 };
const web = {
  id: 1,
  name: "healthz",
  service: "web",
  environment: "production",
  kind: "https",
  target: "https://example.org/healthz",
  interval: 30,
  timeout: 10,
  failures: 2,
  slow: 800,
  family: "any",
  http,
  item: 42,
  page: "docs/endpoints/healthz.md",
  paused: null,
  created: at(9000),
  state: "up",
  since: at(1500),
  why: "200 in 42 ms",
  blockedBy: null,
  last: outcome,
  incident: null,
};
const db = {
  ...web,
  id: 2,
  service: "db",
  name: "tcp-5432",
  kind: "tcp",
  target: "127.0.0.1:5432",
  http: null,
  slow: null,
  item: null,
  page: null,
  state: "down",
  since: at(12),
  why: "connection refused",
  last: { ...outcome, state: "down", ms: null, why: "connection refused", version: null, certificateDays: null },
  incident: 3,
};
const shop = {
  ...web,
  id: 3,
  service: "shop",
  name: "\u001b[31mred",
  state: "blocked",
  why: "db is down; 500 in 4 ms",
  blockedBy: "db",
  since: at(11),
};
const vpn = {
  ...db,
  id: 4,
  service: "vpn",
  name: "ping",
  kind: "icmp",
  target: "10.0.0.1",
  state: "not measured",
  why: "paused: moving",
  last: null,
  incident: null,
};

const buckets = Array.from({ length: 60 }, (_, n) => ({ n, ms: 40 + 30 * Math.abs(Math.sin(n / 6)) }))
  .filter(({ n }) => n < 20 || n > 26)
  .map(({ n, ms }) => ({
    at: at(24 * (60 - n)),
    up: n === 40 ? 0 : 40,
    degraded: n === 45 ? 8 : 0,
    down: n === 40 ? 48 : 0,
    p50: n === 40 ? null : ms,
    p95: n === 40 ? null : ms * 1.6,
  }));
const series = {
  endpoint: web,
  uptime: { "24h": 99.31, "7d": 99.9012, "30d": 99.97, "90d": null },
  p50: 52,
  p95: 110,
  buckets,
};
const range = { from: at(1440), to: at(0), step: 1440 };

const day = (n: number, down: number) => ({
  day: new Date(start - (29 - n) * 86_400_000).toISOString().slice(0, 10),
  uptime: down > 0 ? 98.6 : 100,
  down,
  degraded: 0,
});
const service = (more: object) => ({
  service: "web",
  state: "up",
  since: at(1500),
  why: "200 in 42 ms",
  blockedBy: null,
  endpoints: 2,
  incident: null,
  labels: ["edge"],
  environments: ["production"],
  uptime: 100,
  spark: Array.from({ length: 24 }, (_, n) => (n === 7 ? null : 40 + n)),
  days: Array.from({ length: 30 }, (_, n) => day(n, n === 20 ? 1200 : 0)),
  ...more,
});

export const healthSamples: Sample[] = [
  [
    "an endpoint was added",
    "health.add",
    { endpoint: web, notes: ["Its page was not written: web has no work tree."] },
  ],
  ["an endpoint was changed", "health.edit", db],
  ["endpoints", "health.list", { endpoints: [db, shop, vpn, web], measured: true, note: "" }],
  ["endpoints, none", "health.list", { endpoints: [], measured: true, note: "" }],
  [
    "endpoints, nothing measured",
    "health.list",
    { endpoints: [vpn], measured: false, note: "Nothing is measured now: no network." },
  ],
  [
    "services and their health",
    "health.services",
    {
      services: [
        service({}),
        service({ service: "db", state: "down", since: at(12), why: "connection refused", incident: 3, uptime: 98.6 }),
      ],
      measured: true,
      note: "",
    },
  ],
  [
    "an endpoint over time",
    "health.show",
    {
      ...range,
      series: [series],
      incidents: [
        { id: 3, opened: at(480), resolved: at(456), cause: "healthz: connection refused" },
        { id: 5, opened: at(12), resolved: null, cause: "healthz: \u001b[31mno answer" },
      ],
      deploys: [{ at: at(490), environment: "production", version: "v1.4.0" }],
    },
  ],
  [
    "an endpoint nobody looked at",
    "health.show",
    { ...range, series: [{ ...series, endpoint: vpn, buckets: [], p50: null, p95: null }], incidents: [], deploys: [] },
  ],
  ["an endpoint was removed", "health.remove", { id: 2, name: "tcp-5432", service: "db", measurements: 2880 }],
  ["an endpoint was paused", "health.pause", { ...web, paused: { at: at(1), reason: "moving" } }],
  ["an endpoint was resumed", "health.resume", web],
  ["an endpoint was checked", "health.check", { endpoint: web, outcome }],
  ["a check that differs", "health.check", { endpoint: web, outcome: db.last }],
  ["measurements as CSV", "health.export", { csv: "service,endpoint\r\nweb,healthz\r\n", rows: 1 }],
];
