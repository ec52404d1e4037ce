// Results as the daemon gives them, for the golden file: what a person sees of each.

import type { Service } from "../protocol/service.ts";
import type { Item, ListedItem } from "../protocol/work.ts";
import { catalogueSamples } from "./pretty.catalogue.samples.ts";
import { docsSamples } from "./pretty.docs.samples.ts";
import { healthSamples } from "./pretty.health.samples.ts";
import { ideSamples } from "./pretty.ide.samples.ts";
import { incidentSamples } from "./pretty.incident.samples.ts";
import { planningSamples } from "./pretty.planning.samples.ts";
import { templateSamples } from "./pretty.template.samples.ts";

export const now = Date.parse("2026-11-20T12:00:00Z");
const earlier = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
const [id, other] = ["4f2a9c1d7e8b3a605f1c2d3e4b5a69788796a5b4", "0d9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170"];

const item: Item = {
  id: 42,
  key: "k7f2q9m3",
  title: "Add TLS to every public endpoint",
  type: "feature",
  service: "gateway",
  status: "active",
  description: "Terminate TLS at the edge.\n\n- certificates from the internal CA\n- plain HTTP redirects",
  notes: "",
  labels: ["security", "edge"],
  checklist: [
    { text: "Tests cover the new behaviour", done: true },
    {
      text: "Dashboards still show traffic, also for the customers whose clients speak nothing newer than TLS 1.2",
      done: false,
    },
  ],
  document: "docs/changes/42-add-tls.md",
  branch: "work/42-add-tls",
  worktree: null,
  created: earlier(26 * 60),
  started: earlier(180),
  finished: null,
  merged: null,
  version: 7,
};
const merged: Item = { ...item, merged: { commit: id, trunk: "main", at: earlier(3), pushed: false } };
const planned: Item = {
  ...item,
  status: "planned",
  branch: null,
  started: null,
  checklist: [],
  labels: [],
  description: "",
  document: null,
};

const listed = (more: Partial<ListedItem>): ListedItem => ({
  id: 42,
  key: "k7f2q9m3",
  title: item.title,
  type: "feature",
  service: "gateway",
  status: "active",
  branch: item.branch,
  labels: ["security"],
  created: earlier(26 * 60),
  version: 5,
  done: 1,
  points: 2,
  merged: false,
  pushed: null,
  ...more,
});
const list: ListedItem[] = [
  listed({}),
  listed({
    id: 7,
    title:
      "Timeouts: \u001b[31mred\u001b[0m and\u202e bidi, 漢字 and 🔥 in one title that is longer than a line of eighty columns",
    type: "bug",
    labels: [],
    service: "billing",
    done: 0,
    points: 0,
    created: earlier(2),
  }),
  listed({
    id: 103,
    title: "Write the runbook",
    type: "documentation",
    status: "planned",
    service: null,
    branch: null,
    labels: [],
    done: 0,
    points: 1,
    created: "2026-03-02T08:00:00Z",
  }),
];

const checks = [
  {
    id: "entry",
    state: "no",
    message: 'CHANGES.md has no entry for #42 "Add TLS to every public endpoint".',
    next: 'calcifer changes add "TLS on all public endpoints"',
    required: true,
  },
  { id: "judged", state: "yes", message: "2 commits, all judged.", required: true },
  {
    id: "checklist",
    state: "no",
    message: "1 of 2 points is open.",
    next: "calcifer work check 42 2",
    detail: ["2  Dashboards still show traffic"],
    required: true,
  },
  {
    id: "no-conflict",
    state: "unknown",
    message: "Cannot tell whether it conflicts with main: the clone is shallow.",
    next: "git fetch --unshallow",
    required: true,
  },
  {
    id: "current",
    state: "no",
    message: "main has moved in 1 file this branch touches.",
    next: "calcifer work update 42",
    detail: ["edge/nginx.conf"],
    required: false,
  },
] as const;
const verdict = {
  gate: "merge",
  state: "no",
  line: "not ready to merge: 2 checks say no, 1 cannot tell",
  checks,
  warnings: ['.calcifer.yaml 3:5: unknown key "strategi"; did you mean strategy?'],
};
const tested = {
  item: 42,
  service: "gateway",
  branch: "work/42-add-tls",
  commit: "0123456789abcdef0123456789abcdef01234567",
  tree: "89abcdef0123456789abcdef0123456789abcdef",
  command: "npm test",
  state: "passed",
  step: "command",
  exit: 0,
  coverage: 72.4,
  noCoverage: null,
  min: 70,
  passed: true,
  at: "2026-11-20T08:00:00.000Z",
  seconds: 4.26,
  log: "/home/ada/.local/state/calcifer/tests/logs/2026-11-20-0a1b2c.log",
  tail: ["$ npm test", "  12 passing"],
  uncommitted: 0,
  moved: false,
  line: "The tests passed in 4.3 s and cover 72.4 % of the lines (70 % are asked for).",
};
const green = { gate: "merge", state: "yes", line: "ready to merge", checks: [checks[1]], warnings: [] };
const complete = {
  ...green,
  gate: "complete",
  state: "no",
  checks: [
    { id: "merged", state: "no", message: "not merged", required: true },
    { id: "document", state: "no", message: "docs/changes/42-add-tls.md is the bare template.", required: true },
  ],
};
const status = {
  repo: "/src/gateway",
  service: "gateway",
  branch: "work/42-add-tls",
  trunk: "main",
  item: { id: 42, title: item.title, status: "active" },
  merge: verdict,
  complete,
  uncommitted: 2,
  line: '#42 "Add TLS to every public endpoint" is not ready to merge: 2 checks say no, 1 cannot tell.',
};

/** An item that belongs to no other. */
const alone = { parent: null, parts: [], relations: [] };

const service: Service = {
  name: "gateway",
  title: "",
  kind: "infrastructure",
  owner: "ada",
  labels: ["edge"],
  links: [],
  paths: [],
  compose: [],
  dependsOn: [],
  environments: [],
  template: null,
  retired: null,
  repo: "/src/gateway",
  trunk: "main",
  changes: "CHANGES.md",
  docs: "docs",
  added: earlier(60 * 24 * 9),
  hooks: "in force",
  items: 3,
};
const diagnosis = {
  service: "gateway",
  repo: "/src/gateway",
  layout: "core.hooksPath (global)",
  healthy: false,
  findings: [
    { id: "installed", state: "yes", message: "The hooks are in /home/ada/.githooks." },
    {
      id: "probe",
      state: "no",
      message: "A probe commit without an entry went through.",
      next: "calcifer doctor gateway --fix",
    },
    { id: "gui", state: "unknown", message: "Cannot tell what git does when a desktop program starts it." },
  ],
};

const event = (seq: number, minutes: number, name: string, data: Record<string, unknown>) => ({
  seq,
  at: earlier(minutes),
  name,
  item: 42,
  service: "gateway",
  by: "cli",
  data,
});
const events = [
  event(118, 1560, "work.added", { title: item.title }),
  event(119, 180, "work.started", { branch: item.branch }),
  event(120, 0, "work.committed", { commit: id, subject: "Terminate TLS at the edge" }),
];
const changed = [
  { path: "CHANGES.md", state: "M " },
  { path: "edge/nginx.conf", state: "A " },
];
const judged = { ...listed({}), verdict: "no", line: "no entry in CHANGES.md; 1 point open", standing: "blocked" };

/** A name, the method, its result, and what was asked where that matters. */
export const samples: [name: string, method: string, result: unknown, params?: Record<string, unknown>][] = [
  [
    "home",
    "home.show",
    {
      active: judged,
      counts: { planned: 1, active: 2, done: 14, dropped: 1 },
      open: [judged, { ...listed({ id: 7, title: "Timeouts" }), verdict: "yes", line: "ready", standing: "ready" }],
      planned: [list[2]],
      incidents: [
        {
          id: 3,
          service: "billing",
          environment: "staging",
          state: "acknowledged",
          severity: "down",
          cause: "healthz: connection \u001b[31mrefused",
          opened: earlier(180),
        },
      ],
      unenforced: [{ service: "billing", why: "core.hooksPath points elsewhere" }],
      restorable: [listed({ id: 12, title: "Try HTTP/3", status: "dropped" })],
      events,
    },
  ],
  [
    "home, on the first day",
    "home.show",
    {
      active: null,
      counts: { planned: 0, active: 0, done: 0, dropped: 0 },
      open: [],
      planned: [],
      incidents: [],
      unenforced: [],
      restorable: [],
      events: [],
    },
  ],
  ["work add", "work.add", planned],
  ["work list", "work.list", { items: list, next: "eyJpZCI6N30" }],
  ["work list, nothing", "work.list", { items: [], next: null }],
  ["work list, nothing that fits", "work.list", { items: [], next: null }, { service: "gateway" }],
  [
    "work show",
    "work.show",
    {
      ...item,
      notes: "Renewal is by cron.",
      uncommitted: 1,
      ...alone,
      commits: [
        { id, subject: "Terminate TLS at the edge", author: "Ada", at: earlier(100) },
        { id: other, subject: "Redirect plain HTTP", author: "Ada", at: earlier(130) },
      ],
    },
  ],
  [
    "work diff",
    "work.diff",
    {
      item: 42,
      repo: "/src/gateway",
      base: other,
      tip: id,
      trunk: "main",
      commits: [{ id, subject: "Terminate TLS at the edge", author: "Ada", at: earlier(100) }],
      files: [
        { path: "CHANGES.md", state: "M", added: 2, deleted: 0 },
        { path: "edge/tls/nginx.conf", from: "edge/nginx.conf", state: "R", added: 12, deleted: 120 },
        { path: "edge/\u001b[31mlogo.png", state: "A", added: null, deleted: null },
      ],
      entries: [{ text: "TLS on all public endpoints (#42)", section: "Added", line: 5 }],
      truncated: false,
    },
  ],
  [
    "work diff, no branch",
    "work.diff",
    {
      item: 42,
      repo: "/src/gateway",
      base: null,
      tip: null,
      trunk: "main",
      commits: [],
      files: [],
      entries: [],
      truncated: false,
    },
  ],
  [
    "work groups",
    "work.groups",
    {
      groups: [
        { value: "edge", count: 12 },
        { value: "security", count: 3 },
        { value: null, count: 1 },
      ],
      total: 14,
    },
    { by: "label" },
  ],
  ["work groups, nothing that fits", "work.groups", { groups: [], total: 0 }, { by: "status" }],
  [
    "work show, planned, with others",
    "work.show",
    {
      ...planned,
      commits: [],
      uncommitted: null,
      parent: { id: 30, title: "Encrypt everything", status: "active" },
      parts: [{ id: 51, title: "Certificates for staging", status: "done" }],
      relations: [
        { kind: "depends on", id: 17, title: "Our own authority", status: "planned" },
        { kind: "blocks", id: 60, title: "Turn off port 80", status: "planned" },
      ],
    },
  ],
  ...planningSamples,
  ["work edit", "work.edit", item],
  ["work start", "work.start", item],
  ["work start --worktree", "work.start", { ...item, worktree: "/src/gateway-42" }],
  ["work adopt", "work.adopt", item],
  ["work note", "work.note", item],
  ["work check", "work.check", item],
  ["work document", "work.document", { path: "docs/changes/42-add-tls.md", created: true }],
  [
    "commit",
    "work.commit",
    {
      commit: id,
      subject: "Terminate TLS at the edge",
      branch: item.branch,
      item: 42,
      files: changed,
      left: [{ path: "notes.txt", state: "??" }],
      entry: "- TLS on all public endpoints (#42)",
    },
  ],
  ["work update", "work.update", { item, commit: id, conflicts: [] }],
  ["work update, conflicts", "work.update", { item, commit: null, conflicts: ["edge/nginx.conf"] }],
  [
    "work merge",
    "work.merge",
    { item: merged, commit: id, pushed: false, notes: ["main was not pushed: the remote is ahead."] },
  ],
  [
    "work finish",
    "work.finish",
    {
      item: { ...merged, status: "done", merged: { ...merged.merged, pushed: null } },
      commit: id,
      pushed: null,
      notes: [],
    },
  ],
  ["work push", "work.push", { item: merged, pushed: true }],
  ["work drop", "work.drop", { item: { ...item, status: "dropped" }, kept: "refs/calcifer/dropped/42" }],
  ["work restore", "work.restore", item],
  ["work delete", "work.delete", { id: 42, kept: null }],
  ["status", "gate.show", status],
  ["status, ready", "gate.show", { ...status, merge: green, complete, uncommitted: 0, line: "#42 is ready to merge." }],
  [
    "status, on the trunk",
    "gate.show",
    {
      ...status,
      branch: "main",
      item: null,
      merge: null,
      complete: null,
      uncommitted: null,
      line: 'main is the trunk of gateway; nothing is under way here. Open an item: calcifer work add "what is to change" --service gateway',
    },
  ],
  [
    "status, no service",
    "gate.show",
    {
      ...status,
      service: null,
      branch: "main",
      item: null,
      merge: null,
      complete: null,
      uncommitted: 0,
      line: "Calcifer does not track this repository.",
    },
  ],
  ["gate test", "gate.test", tested],
  ["gate test, uncommitted, moved on", "gate.test", { ...tested, uncommitted: 2, moved: true }],
  [
    "gate test, failed",
    "gate.test",
    {
      ...tested,
      state: "failed",
      exit: 1,
      passed: false,
      uncommitted: 1,
      line: "The tests failed, exit 1.",
      tail: ["$ npm test", "  1 failing", "\u001b[2Jgone"],
    },
  ],
  [
    "gate test, too little covered",
    "gate.test",
    {
      ...tested,
      passed: false,
      coverage: 61,
      line: "The tests passed, and cover 61 % of the lines; 70 % are asked for.",
    },
  ],
  [
    "gate test, not prepared",
    "gate.test",
    {
      ...tested,
      state: "failed",
      step: "prepare",
      exit: 1,
      passed: false,
      line: "Cannot tell: what prepares the tests failed, exit 1, so they were not run.",
      tail: ["$ npm ci", "npm error network"],
    },
  ],
  [
    "gate badge",
    "gate.badge",
    {
      service: "gateway",
      coverage: 61,
      commit: tested.commit,
      at: tested.at,
      trunk: false,
      svg: '<svg xmlns="http://www.w3.org/2000/svg"></svg>\n',
    },
  ],
  ["gate waive", "gate.waive", { check: "entry", reason: "generated files only", branch: item.branch, commit: null }],
  [
    "gate waive, at once",
    "gate.waive",
    { check: "judged", reason: "commits from before the hooks were in", branch: item.branch, commit: id },
  ],
  [
    "service add",
    "service.add",
    {
      service,
      wrote: [".calcifer.yaml", "CHANGES.md"],
      commit: null,
      doctor: { ...diagnosis, healthy: true, findings: [] },
      next: 'calcifer commit -m "Adopt Calcifer" --no-entry "set-up"',
    },
  ],
  [
    "service list",
    "service.list",
    { services: [service, { ...service, name: "billing", repo: "/src/billing", hooks: "not in force", items: 0 }] },
  ],
  ["service list, none", "service.list", { services: [] }],
  ["service show", "service.show", service],
  ["service remove", "service.remove", { name: "gateway", restored: ["core.hooksPath = .husky/_"] }],
  ["doctor", "service.doctor", diagnosis],
  ...healthSamples,
  ...catalogueSamples,
  ...templateSamples,
  [
    "changes show",
    "changes.show",
    {
      file: "CHANGES.md",
      entries: [
        { text: "TLS on all public endpoints (#42)", items: [42], section: "Added", line: 5 },
        { text: "Slow requests end after 30 s (#7)", items: [7], section: "Fixed", line: 8 },
        { text: "First release", items: [], release: "1.0.0", line: 12 },
      ],
    },
  ],
  ["changes add", "changes.add", { file: "CHANGES.md", line: 5, text: "- TLS on all public endpoints (#42)" }],
  ["changes release", "changes.release", { version: "1.4.0", commit: id, tag: "v1.4.0", entries: 2 }],
  ["events", "event.list", { events, seq: 130 }, { limit: 3 }],
  ["events, none", "event.list", { events: [], seq: 130 }, { since: 130 }],
  [
    "backup now",
    "backup.now",
    {
      name: "calcifer-2026-11-20T12-00-00Z-asked.db",
      at: earlier(0),
      bytes: 1_234_567,
      why: "asked",
      path: "/data/backups/calcifer-2026-11-20T12-00-00Z-asked.db",
    },
  ],
  [
    "backup list",
    "backup.list",
    {
      folder: "/data/backups",
      backups: [{ name: "calcifer-2026-11-20T08-00-00Z-daily.db", at: earlier(240), bytes: 812_000, why: "daily" }],
    },
  ],
  [
    "backup restore, the plan",
    "backup.restore",
    {
      restored: false,
      name: "a.db",
      kept: null,
      plan: ["Copy the database as it is now.", "Put a.db in its place.", "Let every client look again."],
    },
  ],
  [
    "backup restore --yes",
    "backup.restore",
    { restored: true, name: "a.db", kept: "calcifer-2026-11-20T12-00-00Z-restore.db", plan: [] },
  ],
  [
    "daemon status",
    "daemon.status",
    {
      pid: 4711,
      version: "0.1.0",
      contract: "0123456789abcdef",
      node: "v24.21.0",
      socket: "/run/user/1000/calcifer/daemon.sock",
      database: "/data/calcifer.db",
      uptime: 11_000,
      clients: 2,
      seq: 130,
      memory: 61_000_000,
      log: "/state/daemon.log",
    },
  ],
  ...ideSamples,
  ...docsSamples,
  ...incidentSamples,
];
