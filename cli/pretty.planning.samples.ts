// Results of planning with many items, for the golden file of the printers.
type Sample = [title: string, method: string, result: unknown, params?: Record<string, unknown>];

const filter = { status: [], noService: false, noLabel: false, all: false };

const item = {
  id: 42,
  key: "k7f2q9m3",
  title: "Add TLS to every public endpoint",
  type: "feature",
  service: "gateway",
  status: "planned",
  description: "",
  notes: "",
  labels: [],
  checklist: [],
  document: null,
  branch: null,
  worktree: null,
  created: "2026-11-20T07:00:00.000Z",
  started: null,
  finished: null,
  merged: null,
  version: 1,
};

const template = { name: "certificate", type: "maintenance", description: "", labels: [], checklist: [] };

export const planningSamples: Sample[] = [
  ["work clone", "work.clone", item],
  ["work relate", "work.relate", item, { kind: "depends-on", other: 17 }],
  ["work unrelate", "work.unrelate", item, { other: 17 }],
  ["work filter-remove", "work.filter-remove", { name: "urgent" }],
  ["work template-save", "work.template-save", template],
  ["work template-remove", "work.template-remove", { name: "certificate" }],
  [
    "work bulk",
    "work.bulk",
    {
      changed: [3, 4],
      same: [5],
      refused: [
        { id: 7, why: "#7 has a branch in gateway, so it cannot move to billing.", next: "calcifer work drop 7" },
      ],
    },
  ],
  ["work bulk --plan", "work.bulk", { changed: [3, 4], same: [], refused: [] }, { plan: true }],
  ["work bulk, nothing", "work.bulk", { changed: [], same: [], refused: [] }, { filter: "stale" }],
  [
    "work filters",
    "work.filters",
    {
      filters: [
        { ...filter, name: "mine" },
        { ...filter, name: "urgent", status: ["active"], service: "gateway", label: "security", noLabel: false },
      ],
    },
  ],
  ["work filters, none", "work.filters", { filters: [] }],
  ["work filter-save", "work.filter-save", { ...filter, name: "urgent" }],
  [
    "work templates",
    "work.templates",
    {
      templates: [
        {
          name: "certificate",
          type: "maintenance",
          description: "",
          labels: ["tls"],
          checklist: ["New one is served", "Old one is revoked"],
        },
      ],
    },
  ],
  ["work templates, none", "work.templates", { templates: [] }],
];
