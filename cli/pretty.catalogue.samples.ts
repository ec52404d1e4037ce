// Results of the catalogue of services, for the golden file of the printers.
import type { Service } from "../protocol/service.ts";

type Sample = [title: string, method: string, result: unknown, params?: Record<string, unknown>];

const [id, other] = ["4f2a9c1d7e8b3a605f1c2d3e4b5a69788796a5b4", "0d9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170"];
const at = "2026-11-20T09:00:00.000Z";
const live = { version: "v1.4.0", commit: id, source: "deployment" as const, at };
const odd = { version: "build-77", commit: null, source: "probe" as const, at };

const web: Service = {
  name: "web",
  title: "The web shop",
  kind: "application",
  owner: "ada",
  labels: ["public", "shop"],
  links: [{ title: "Grafana", url: "https://grafana.example/d/web" }],
  paths: ["web/**"],
  compose: ["compose.yaml"],
  dependsOn: ["api", "cache"],
  environments: [
    { name: "production", live },
    { name: "staging", live: odd },
  ],
  template: { name: "node-api", version: "1.2.0" },
  retired: null,
  repo: "/src/shop",
  trunk: "main",
  changes: "web/CHANGES.md",
  docs: "docs",
  added: "2026-11-11T12:00:00.000Z",
  hooks: "in force",
  items: 2,
};
const db: Service = {
  ...web,
  name: "db",
  title: "",
  kind: "infrastructure",
  owner: "",
  labels: [],
  links: [],
  paths: [],
  compose: [],
  dependsOn: [],
  environments: [{ name: "production", live: odd }],
  template: null,
  items: 0,
};

const behind = {
  environment: "production",
  live,
  state: "no",
  why: "12 commits of main are not live.",
  behind: 12,
  commits: [
    { id, subject: "Terminate TLS at the edge", author: "Ada", at },
    { id: other, subject: "Redirect plain HTTP", author: "Grace", at },
  ],
  entries: [
    "Every public endpoint speaks TLS; plain HTTP is redirected, and clients that cannot follow are told so (#42)",
  ],
  items: [{ id: 42, title: "Add TLS to every public endpoint", merged: at }],
};
const none = { behind: null, commits: [], entries: [], items: [] };

export const catalogueSamples: Sample[] = [
  ["service list, the whole catalogue", "service.list", { services: [web, db, { ...db, name: "old", retired: at }] }],
  ["service list, none like that", "service.list", { services: [] }, { label: "edge" }],
  ["service show, all of it", "service.show", web],
  [
    "service show, retired",
    "service.show",
    { ...db, retired: at, retiredReason: "sqlite is enough", hooks: "not in force" },
  ],
  ["service retire", "service.retire", { ...db, retired: at }],
  ["service restore", "service.restore", db],
  ["service depend", "service.depend", web],
  ["service undepend", "service.undepend", db],
  [
    "service graph",
    "service.graph",
    {
      nodes: [
        { service: "web", kind: "application", label: "The web shop" },
        { service: "db", kind: "infrastructure", label: "db" },
      ],
      edges: [{ from: "web", to: "db", source: "declared" }],
      circles: [],
      text: "web\n└─ db",
    },
  ],
  [
    "service graph, no edges",
    "service.graph",
    {
      nodes: [{ service: "web", kind: "application", label: "web" }],
      edges: [],
      circles: [],
      text: "On their own: web",
    },
  ],
  ["service graph, nothing", "service.graph", { nodes: [], edges: [], circles: [], text: "" }],
  [
    "service graph --format mermaid",
    "service.graph",
    { nodes: [], edges: [], circles: [], text: 'flowchart LR\n  s0["web"]' },
    { format: "mermaid" },
  ],
  [
    "service impact",
    "service.impact",
    {
      service: "db",
      fails: [
        { service: "api", via: [] },
        { service: "web", via: ["api"] },
      ],
    },
  ],
  ["service impact, one", "service.impact", { service: "api", fails: [{ service: "web", via: [] }] }],
  ["service impact, none", "service.impact", { service: "web", fails: [] }],
  [
    "service live",
    "service.live",
    {
      service: "web",
      trunk: "main",
      environments: [
        behind,
        {
          environment: "staging",
          live: odd,
          state: "unknown",
          why: "build-77 is no commit and no tag of the repository.",
          ...none,
        },
        {
          environment: "test",
          live: { ...live, version: id },
          state: "yes",
          why: "All of main is live.",
          ...none,
          behind: 0,
        },
      ],
    },
  ],
  ["service live, nothing known", "service.live", { service: "web", trunk: "main", environments: [] }],
  ["service live-set", "service.live-set", web, { environment: "production" }],
  ["service live-set, no commit", "service.live-set", db, {}],
  ["service live-set none", "service.live-set", { ...db, environments: [] }, { environment: "staging" }],
];
