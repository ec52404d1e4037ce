// What the Health page is shown with in tests: services that are well and that are not, and a host that answers for them.
import type { HealthPageState, HealthWords, Row } from "../../extension/webviews/health/words.ts";
import type { Doors } from "../../extension/webviews/toolkit/bridge.ts";
import { Fault } from "../../protocol/errors.ts";
import type { HealthState } from "../../protocol/health.ts";
import type { Incident } from "../../protocol/incident.ts";

/** Fixed, so that pictures are the same every day. */
const now = Date.parse("2026-11-21T10:00:00Z");
const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
const day = 1440;

export const healthPageState: HealthPageState = {
  connection: "up",
  trusted: true,
  known: true,
  measured: true,
  note: "",
  turn: 1,
  show: null,
};

const usual = { method: "GET" as const, headers: [], body: "", expect: ["2xx"], text: "ok", json: null, header: null };
type Endpoint = NonNullable<ReturnType<typeof endpointOf>>;

function endpointOf(id: number, service: string, name: string, state: HealthState, more: object = {}) {
  const why = state === "down" ? "connection refused" : state === "blocked" ? "postgres is down" : "200 in 43 ms";
  const last = { at: ago(0.5), state: state === "down" ? ("down" as const) : ("up" as const), ms: 43, why };
  return {
    id,
    name,
    service,
    environment: "production",
    kind: "https" as const,
    target: `https://${service}.example.org/${name}`,
    interval: 60,
    timeout: 10,
    failures: 2,
    slow: 500,
    family: "any" as const,
    http: { ...usual, follow: true, certificateDays: 14, insecure: false, version: "$.version" },
    item: null,
    page: `docs/endpoints/${name}.md`,
    paused: null,
    created: ago(60 * day),
    state,
    since: ago(state === "up" ? 9 * day : 14),
    why,
    blockedBy: state === "blocked" ? "postgres" : null,
    last: { ...last, version: "1.4.2", certificateDays: 41 },
    incident: state === "down" ? 7 : null,
    ...more,
  };
}

/** A number from 0 to 1 that is the same every time. */
const wobble = (n: number): number => Math.abs(Math.sin(n * 12.9898) * 43_758.5453) % 1;

export function rowOf(service: string, n: number, state: HealthState = "up", more: Partial<Row> = {}): Row {
  const nothing = state === "not measured";
  return {
    service,
    state,
    since: nothing ? null : ago(state === "up" ? 9 * day : 14),
    why: {
      up: "",
      down: "healthz: connection refused",
      degraded: "healthz: 812 ms, slow from 500 ms",
      blocked: "postgres is down",
      "not measured": "The endpoint is paused.",
    }[state],
    blockedBy: state === "blocked" ? "postgres" : null,
    endpoints: 1 + (n % 3),
    incident: state === "down" ? 7 : null,
    labels: [["edge"], ["data", "critical"], []][n % 3] ?? [],
    environments: n % 4 === 0 ? ["production", "staging"] : ["production"],
    uptime: nothing ? null : state === "down" ? 97.31 : wobble(n) > 0.7 ? 99.95 : 100,
    spark: Array.from({ length: 24 }, (_, hour) =>
      nothing || (hour > 5 && hour < 8 && n % 4 === 1)
        ? null
        : 30 + wobble(n + hour / 24) * 40 + (hour === 19 ? 60 : 0),
    ),
    from: "2026-10-23",
    days: Array.from({ length: 30 }, (_, at) => {
      if (nothing || at < (n % 5) * 2) return [null, 0, 0];
      if (at === 29 && state === "down") return [97.3, 2330, 0];
      if (wobble(n * 31 + at) > 0.96) return [98.2, 1560, 0];
      return wobble(n * 17 + at) > 0.95 ? [100, 0, 5400] : [100, 0, 0];
    }),
    ...more,
  };
}

export const allWell: Row[] = ["auth", "billing", "gateway", "intranet", "mail", "postgres", "search", "vpn"].map(
  (service, n) => rowOf(service, n),
);

/** postgres is down; what needs it is blocked. */
export const oneDown: Row[] = allWell.map((row, n) => {
  if (row.service === "postgres") return rowOf("postgres", n, "down");
  if (row.service === "auth" || row.service === "billing") return rowOf(row.service, n, "blocked");
  if (row.service === "search") return rowOf("search", n, "degraded");
  if (row.service === "vpn") return rowOf("vpn", n, "not measured");
  if (row.service === "mail")
    return rowOf("mail", n, "not measured", { endpoints: 0, environments: [], why: "", days: [], spark: [], from: "" });
  return row;
});

export const incident: Incident = {
  id: 7,
  service: "postgres",
  environment: "production",
  state: "open",
  severity: "down",
  cause: "healthz: connection refused",
  opened: ago(14),
  acknowledged: null,
  resolved: null,
  seconds: 14 * 60,
  endpoints: [{ id: 6, name: "healthz", service: "postgres" }],
  blocks: ["auth", "billing"],
  times: 1,
  item: null,
  suspects: [
    {
      at: ago(19),
      how: "live",
      service: "postgres",
      commit: "4f1d2c9a7be35608d1c2b3a4f5e6d7c8b9a0f1e2",
      item: null,
      title: "v16.2",
    },
    {
      at: ago(32),
      how: "merged",
      service: "postgres",
      commit: "9a8b7c6d5e4f30211203f4e5d6c7b8a9f0e1d2c3",
      item: 41,
      title: "Tune the connection pool",
    },
    {
      at: ago(190),
      how: "merged",
      service: "gateway",
      commit: "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
      item: null,
      title: "Redirect plain HTTP",
    },
  ],
};

export const manyRows = (count: number): Row[] =>
  Array.from({ length: count }, (_, n) => {
    const state = n % 97 === 5 ? "down" : n % 53 === 7 ? "degraded" : n % 71 === 3 ? "not measured" : "up";
    return rowOf(`service-${String(n).padStart(3, "0")}`, n, state, state === "down" ? { incident: null } : {});
  });

type HealthDoors = Pick<Doors<HealthWords>, "call" | "functions">;

export class HealthHost {
  rows: Row[] = oneDown;
  incidents: Incident[] = [incident];
  refuse: Fault | undefined;
  /** endpoints of the service that is asked for */
  endpoints: Endpoint[] | undefined;
  readonly calls: [string, unknown][] = [];

  readonly doors: HealthDoors = {
    call: async (method, _kind, params) => {
      this.calls.push([method, params]);
      if (this.refuse) throw this.refuse;
      if (method === "health.show") return this.#show(params as { endpoint: string; since: string });
      if (method === "incident.show") return this.#incident((params as { incident: number }).incident);
      const endpoint = endpointOf(6, "postgres", "healthz", "down");
      return method === "health.check" ? { endpoint, outcome: endpoint.last } : endpoint;
    },
    functions: {
      all: () => ({ services: this.rows, incidents: this.incidents }),
      shown: (params) => this.#heard("shown", params),
      item: (params) => this.#heard("item", params),
      commit: (params) => this.#heard("commit", params),
      document: (params) => this.#heard("document", params),
      run: (params) => this.#heard("run", params),
    },
  };

  #heard(name: string, params: unknown): undefined {
    this.calls.push([name, params]);
  }

  #incident(id: number) {
    const found =
      id === 7
        ? this.incidents[0]
        : {
            ...incident,
            id,
            state: "resolved" as const,
            cause: "healthz: 502",
            opened: ago(700),
            resolved: { at: ago(660), by: "daemon", reason: "It answers again." },
          };
    if (!found) throw new Fault("missing", `There is no incident ${id}.`);
    return {
      ...found,
      timeline: [
        { at: found.opened, what: "opened", text: found.cause, by: "daemon" },
        { at: ago(13), what: "blocked", text: "auth and billing depend on it", by: "daemon" },
        { at: ago(9), what: "note", text: "The disk is full; cleaning up", by: "cli" },
      ],
    };
  }

  #show({ endpoint: service, since }: { endpoint: string; since: string }) {
    const minutes = { "1h": 60, "6h": 360, "24h": day, "7d": 7 * day, "30d": 30 * day, "90d": 90 * day }[since] ?? day;
    const count = 240;
    const step = (minutes * 60) / count;
    const of = this.rows.find((row) => row.service === service);
    const names = ["healthz", "login", "api"].slice(0, of?.endpoints ?? 1);
    const all =
      this.endpoints ??
      names.map((name, n) => endpointOf(6 + n, service, name, of?.state ?? "up", n === 1 ? { item: 41 } : {}));
    return {
      from: new Date(now - minutes * 60_000).toISOString(),
      to: new Date(now).toISOString(),
      step,
      series: all.map((endpoint, n) => ({
        endpoint,
        uptime: { "24h": 97.31, "7d": 99.61, "30d": 99.9, "90d": 99.97 },
        p50: 43 + n * 20,
        p95: 120 + n * 30,
        buckets: Array.from({ length: count }, (_, at) => bucket(at, n, count, step, of?.state === "down", minutes)),
      })),
      incidents:
        of?.state === "down"
          ? [
              { id: 7, opened: ago(14), resolved: null, cause: "healthz: connection refused" },
              { id: 5, opened: ago(700), resolved: ago(660), cause: "healthz: 502" },
            ]
          : [],
      deploys: [
        { at: ago(19), environment: "production", version: "v16.2" },
        { at: ago(800), environment: "production", version: "v16.1" },
      ],
    };
  }
}

function bucket(at: number, n: number, count: number, step: number, fails: boolean, minutes: number) {
  const time = now - minutes * 60_000 + at * step * 1000;
  const gap = at > count * 0.3 && at < count * 0.36;
  const minutesAgo = (now - time) / 60_000;
  const down = fails && (minutesAgo <= 14 || (minutesAgo > 660 && minutesAgo <= 700));
  const degraded = !gap && at % 57 === 20;
  const p50 = 38 + n * 22 + wobble(at + n) * 14 + (degraded ? 400 : 0);
  return {
    at: new Date(time).toISOString(),
    up: gap || down ? 0 : 6,
    degraded: degraded ? 2 : 0,
    down: down ? 6 : 0,
    p50: gap || down ? null : p50,
    p95: gap || down ? null : p50 * 1.6 + wobble(at * 3) * 30,
  };
}
