// Results of documents and the search, for the golden file of the printers.
type Sample = [title: string, method: string, result: unknown, params?: Record<string, unknown>];

const at = "2026-11-18T12:00:00Z";
const hit = { service: "gateway", path: null, line: null, item: null, incident: null, at };

export const docsSamples: Sample[] = [
  [
    "docs list",
    "docs.list",
    {
      documents: [
        { service: "gateway", path: "README.md", title: "Gateway", kind: "other", item: null, changed: at },
        {
          service: "gateway",
          path: "docs/changes/42-add-tls.md",
          title: "Add TLS to every public endpoint, \u001b[31mred\u001b[0m and long enough to be cut",
          kind: "item",
          item: 42,
          changed: at,
        },
        {
          service: "web",
          path: "docs/endpoints/healthz.md",
          title: "healthz of web",
          kind: "endpoint",
          item: null,
          changed: at,
        },
      ],
    },
  ],
  ["docs list, none", "docs.list", { documents: [] }],
  [
    "docs templates",
    "docs.templates",
    {
      templates: [
        {
          name: "runbook",
          summary: "what to do, step by step, when somebody has to act",
          path: "docs/runbook.md",
          source: "built in",
        },
        {
          name: "postmortem",
          summary: "your own",
          path: "docs/{slug}.md",
          source: "/home/ada/.config/calcifer/documents/postmortem.md",
        },
      ],
    },
  ],
  [
    "docs new",
    "docs.new",
    { service: "gateway", path: "docs/runbook.md", file: "/src/gateway/docs/runbook.md", created: true },
  ],
  [
    "docs new, there already",
    "docs.new",
    { service: "gateway", path: "docs/runbook.md", file: "/src/gateway/docs/runbook.md", created: false },
  ],
  [
    "docs touched",
    "docs.touched",
    {
      documents: [
        {
          service: "gateway",
          path: "docs/tls.md",
          title: "TLS",
          mentions: [
            { file: "src/tls.ts", line: 3 },
            { file: "src/certificates.ts", line: 120 },
          ],
          edited: false,
        },
        {
          service: "gateway",
          path: "README.md",
          title: "Gateway",
          mentions: [{ file: "src/tls.ts", line: 40 }],
          edited: true,
        },
      ],
    },
  ],
  ["docs touched, none", "docs.touched", { documents: [] }],
  [
    "search",
    "docs.search",
    {
      hits: [
        {
          ...hit,
          kind: "document",
          title: "Renewal",
          snippet:
            "…every sixty days the \u0002certificate\u0003 is renewed by a timer; see to it that the \u0002certificate\u0003 in the vault is the same as the one at the edge…",
          path: "/src/gateway/docs/renewal.md",
          line: 12,
        },
        {
          ...hit,
          kind: "item",
          title: "Renew the certificate",
          snippet: "Renew the \u0002certificate\u0003",
          item: 42,
        },
        {
          ...hit,
          kind: "entry",
          title: "1.4.0, Added",
          snippet: "The \u0002certificate\u0003 is \u001b[31mrenewed\u001b[0m by itself (#42)",
          path: "/src/gateway/CHANGES.md",
          line: 9,
          item: 42,
        },
        {
          ...hit,
          kind: "incident",
          title: "healthz: certificate expired",
          snippet: "the \u0002certificate\u0003 expired",
          incident: 3,
        },
      ],
      more: true,
    },
    { words: ["certificate"] },
  ],
  ["search, nothing", "docs.search", { hits: [], more: false }, { words: ["certificate"] }],
];
