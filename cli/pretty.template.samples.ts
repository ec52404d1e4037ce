// Samples of services that were found and made, for pretty.test.ts.

const proposal = {
  name: "web",
  compose: "shop/web",
  repo: "/src/shop",
  files: ["/src/shop/compose.yaml"],
  image: "shop/web:2",
  kind: "application",
  ports: ["127.0.0.1:8080→80/tcp"],
  healthcheck: "curl -f http://localhost/healthz",
  endpoints: ["http://127.0.0.1:8080/healthz"],
  dependsOn: ["db"],
  profiles: [],
  registered: null,
};
const found = {
  read: proposal.files,
  by: "calcifer",
  proposals: [proposal, { ...proposal, name: "db", image: null, kind: "infrastructure", endpoints: [], dependsOn: [] }],
  registered: [],
  notes: ["compose.yaml:4:9 web.ports.0: \u001b[31meighty is no port."],
};
const variable = {
  name: "port",
  question: "On which port?",
  type: "number",
  default: "80",
  choices: [],
  pattern: null,
};
const template = {
  name: "static-site",
  title: "Static site",
  summary: "Pages as files",
  version: "1.0.0",
  kind: "application",
  source: "built in",
  variables: [variable, { ...variable, name: "size", type: "choice", default: null, choices: ["s", "l"] }],
  files: ["README.md"],
};
const service = {
  name: "pages",
  title: "",
  kind: "application",
  owner: "",
  labels: [],
  links: [],
  paths: [],
  compose: ["compose.yaml"],
  dependsOn: [],
  environments: [],
  template: { name: "static-site", version: "1.0.0" },
  retired: null,
  repo: "/src/pages",
  trunk: "main",
  changes: "CHANGES.md",
  docs: "docs",
  added: "2026-11-18T12:00:00Z",
  hooks: "in force",
  items: 1,
};
const made = {
  service: null,
  folder: "/src/pages",
  files: ["CHANGES.md", "README.md"],
  variables: { name: "pages", port: "80" },
  commit: null,
  item: null,
  next: ["calcifer service new static-site pages"],
};
const diff = {
  service: "pages",
  template: "static-site",
  from: "1.0.0",
  to: "1.1.0",
  files: [
    { path: "README.md", state: "changed", diff: "--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-one\n+two\n" },
    { path: "old.txt", state: "removed", diff: "-x\n" },
    { path: "same.txt", state: "same", diff: "" },
  ],
};

export const templateSamples: [name: string, method: string, result: unknown][] = [
  ["service detect", "service.detect", found],
  ["service detect --register", "service.detect", { ...found, registered: ["web"], notes: [] }],
  ["service detect, none", "service.detect", { ...found, read: [], proposals: [], notes: [] }],
  ["service templates", "service.templates", { templates: [template], problems: ["/x: There is no template.yaml."] }],
  ["service new --plan", "service.new", made],
  [
    "service new",
    "service.new",
    {
      ...made,
      service,
      commit: "0123456789abcdef0123456789abcdef01234567",
      item: 7,
      next: ["cd /src/pages", "calcifer work start 7"],
    },
  ],
  ["service template-diff", "service.template-diff", diff],
  ["service template-diff, nothing", "service.template-diff", { ...diff, to: "1.0.0", files: [] }],
];
