// Results of incidents and remotes, for the golden file of the printers.
type Sample = [title: string, method: string, result: unknown, params?: Record<string, unknown>];

const commit = "4f2a9c1d7e8b3a605f1c2d3e4b5a69788796a5b4";
const at = (time: string) => `2026-11-20T${time}Z`;

const incident = {
  id: 3,
  service: "web",
  environment: "production",
  state: "acknowledged",
  severity: "down",
  cause: "healthz: connection refused",
  opened: at("11:20:00"),
  acknowledged: { at: at("11:31:00"), by: "cli", reason: "the disk is full, cleaning up" },
  resolved: null,
  seconds: 2400,
  endpoints: [
    { id: 1, name: "healthz", service: "web" },
    { id: 2, name: "api", service: "web" },
  ],
  blocks: ["orders", "shop"],
  times: 2,
  item: null,
  suspects: [
    { at: at("11:26:00"), how: "merged", service: "web", commit, item: 44, title: "Half a mend" },
    { at: at("11:12:00"), how: "live", service: "web", commit, item: null, title: "v1.4.0" },
    { at: at("10:50:00"), how: "merged", service: "db", commit, item: 42, title: "Tune the pool: Fewer connections" },
    { at: at("08:20:00"), how: "merged", service: "web", commit, item: null, title: "Rotate \u001b[31mlogs" },
  ],
};
const point = (time: string, what: string, text: string, by = "daemon") => ({ at: at(time), what, text, by });
const timeline = [
  { ...point("11:20:00", "opened", incident.cause), at: "2026-11-19T23:59:58Z" },
  point("11:20:05", "changed", "Changed before it, newest first: web v1.4.0 went live, and 2 more"),
  point("11:21:00", "blocked", "shop waits for web"),
  point("11:31:00", "acknowledged", "the disk is full, cleaning up", "cli"),
  point(
    "11:40:00",
    "note",
    "Removed what the nightly copies had left, which was more than half of the disk.\nLogs are next.",
    "extension",
  ),
];
const over = {
  ...incident,
  id: 2,
  state: "resolved",
  environment: "staging",
  severity: "degraded",
  cause: "healthz: 2,300 ms, which is slower than 800 ms",
  opened: "2026-11-18T11:20:00Z",
  resolved: { at: "2026-11-18T11:22:00Z", by: "daemon", reason: "all endpoints answer again" },
  acknowledged: null,
  seconds: 120,
  times: 1,
  blocks: [],
  suspects: [],
};
const linked = { ...incident, item: { id: 44, title: "healthz: connection refused", status: "planned" } };

const synced = (more: object) => ({
  services: ["web"],
  repo: "/src/web",
  remote: "origin",
  branch: "main",
  outcome: "nothing to do",
  ahead: 0,
  behind: 0,
  did: [],
  why: "",
  next: null,
  ...more,
});
const repos = [
  synced({
    outcome: "done",
    branch: "work/42-add-tls",
    did: ["Fetched origin: 1 branch moved, 2 new.", "Pushed 2 commits of work/42-add-tls."],
  }),
  synced({ services: ["dns", "mail"] }),
  synced({
    services: ["db"],
    outcome: "refused",
    ahead: 1,
    behind: 2,
    why: "main and origin/main have gone different ways: 1 commit here, 2 commits there.",
    next: "git -C /src/db merge origin/main",
  }),
  synced({
    services: ["shop"],
    outcome: "unreachable",
    ahead: null,
    behind: null,
    why: "origin asks for a password, and Calcifer never types one.",
    next: "git -C /src/shop fetch origin",
  }),
  synced({
    services: ["vpn"],
    branch: null,
    outcome: "no remote",
    remote: null,
    ahead: null,
    behind: null,
    why: "It has no remote.",
    next: "git -C /src/vpn remote add origin <url>",
  }),
];
const line = "5 repositories: 1 synced, 1 with nothing to do, 1 refused, 1 unreachable, 1 without a remote.";
const single = (verb: string) => ({ repos: [synced({})], line: `1 repository ${verb}.` });

export const incidentSamples: Sample[] = [
  ["incident list", "incident.list", { incidents: [incident, over] }, { all: true }],
  ["incident list, nothing", "incident.list", { incidents: [] }],
  ["incident list --all, nothing", "incident.list", { incidents: [] }, { all: true }],
  ["incident show", "incident.show", { ...incident, timeline }],
  [
    "incident show, resolved",
    "incident.show",
    { ...over, timeline: [point("11:20:00", "opened", over.cause), point("11:22:00", "resolved", "all is well")] },
  ],
  ["incident acknowledge", "incident.acknowledge", incident],
  ["incident note", "incident.note", incident],
  ["incident resolve", "incident.resolve", over],
  ["incident link", "incident.link", linked],
  ["incident item", "incident.item", linked],
  ["sync", "remote.sync", { repos, line }],
  ["remote fetch", "remote.fetch", single("with nothing to do")],
  ["remote pull", "remote.pull", single("with nothing to do")],
  ["remote push", "remote.push", single("with nothing to do")],
];
