// Every key of `.calcifer.yaml` once: type, default, choices, sentence. The checker, the defaults and the JSON schema
// for editors all come from this table.

export const itemTypes = ["feature", "service", "integration", "documentation", "bug", "maintenance"] as const;

type Kind =
  | "text"
  | "branch name"
  | "path"
  | "pattern for branches"
  | "pattern for documents"
  | "yes or no"
  | "one of"
  | "some of"
  | "duration"
  | "percentage"
  | "texts"
  | "globs";

export interface Key {
  /** dotted */
  path: string;
  kind: Kind;
  fallback: unknown;
  choices?: readonly string[];
  /** for editors */
  description: string;
  /** whether each entry of `services` may have it, too */
  perService?: boolean;
}

const mergeChecks = [
  "entry",
  "checklist",
  "notes",
  "document",
  "clean",
  "no-conflict",
  "judged",
  "tests",
  "depends",
  "current",
] as const;
const completeChecks = ["merged", "checklist", "notes", "document", "parts"] as const;

const builtIn: Record<(typeof itemTypes)[number], { checklist: string[]; document: string | undefined }> = {
  feature: {
    checklist: ["Tried as a user would", "Tests cover it", "The docs say how to use it"],
    document: "{docs}/changes/{id}-{slug}.md",
  },
  service: {
    checklist: [
      "Health check answers",
      "Backup and restore tried",
      "Who is told when it fails is written down",
      "Rollback tried",
    ],
    document: "{docs}/changes/{id}-{slug}.md",
  },
  integration: {
    checklist: ["Works when the other side is slow or gone", "Secrets are not in the repository", "Rollback tried"],
    document: "{docs}/changes/{id}-{slug}.md",
  },
  documentation: { checklist: ["Read once by somebody else", "Commands and links tried"], document: undefined },
  bug: { checklist: ["A test fails without the fix", "The cause is in the notes"], document: undefined },
  maintenance: { checklist: ["Health checks still answer", "Rollback is known"], document: undefined },
};

function typeKeys(type: (typeof itemTypes)[number]): Key[] {
  const { checklist, document } = builtIn[type];
  return [
    {
      path: `types.${type}.checklist`,
      kind: "texts",
      fallback: checklist,
      description: `What a new work item of type ${type} has to tick off.`,
      perService: true,
    },
    {
      path: `types.${type}.document`,
      kind: "pattern for documents",
      fallback: document,
      description: `The document a work item of type ${type} must bring, with {docs}, {id}, {slug} and {type} filled in; null for none.`,
      perService: true,
    },
  ];
}

export const keys: Key[] = [
  { path: "service", kind: "text", fallback: undefined, description: "The name of the service this repository holds." },
  { path: "trunk", kind: "branch name", fallback: "main", description: "The branch that work is merged into." },
  {
    path: "protected",
    kind: "globs",
    fallback: [],
    description: "Branches that take new commits from Calcifer's merges only. Without this key: the trunk.",
  },
  { path: "docs", kind: "path", fallback: "docs", description: "The folder of the documents.", perService: true },
  {
    path: "path",
    kind: "globs",
    fallback: [],
    description: "The files that belong to this service, when several share a repository. Without this key: all.",
    perService: true,
  },
  {
    path: "changes.file",
    kind: "path",
    fallback: "CHANGES.md",
    description: "The file that tells readers what changed.",
    perService: true,
  },
  {
    path: "changes.entries",
    kind: "one of",
    choices: ["file", "fragments"],
    fallback: "file",
    description: "Where entries are written: into the file, or one file each in changes/, gathered at release.",
  },
  {
    path: "changes.commit",
    kind: "one of",
    choices: ["every", "first", "off"],
    fallback: "every",
    description: "Which commits on an item's branch must change an entry.",
  },
  {
    path: "changes.ignore",
    kind: "globs",
    fallback: [],
    description: "Commits that touch only these files need no entry.",
  },
  {
    path: "merge.strategy",
    kind: "one of",
    choices: ["merge", "squash", "ff"],
    fallback: "merge",
    description: "How a branch gets into the trunk.",
  },
  {
    path: "merge.require",
    kind: "some of",
    choices: mergeChecks,
    fallback: mergeChecks.filter((check) => check !== "current"),
    description: "The checks that must say yes before a merge; tests is one where tests.command is set.",
  },
  {
    path: "complete.require",
    kind: "some of",
    choices: completeChecks,
    fallback: [...completeChecks],
    description: "The checks that must say yes before an item is done.",
  },
  {
    path: "tests.command",
    kind: "text",
    fallback: undefined,
    description: "The command that runs the tests, as typed in a shell at the top of a clean work tree.",
    perService: true,
  },
  {
    path: "tests.prepare",
    kind: "text",
    fallback: undefined,
    description:
      "A command to run before the tests, such as npm ci: the clean work tree holds nothing but what is committed.",
    perService: true,
  },
  {
    path: "tests.limit",
    kind: "duration",
    fallback: "10m",
    description: "How long each of these commands may take: 90s, 10m, 2h.",
    perService: true,
  },
  {
    path: "tests.coverage.report",
    kind: "path",
    fallback: undefined,
    description:
      "The report of line coverage that the command writes: lcov, Cobertura XML, or Istanbul's JSON summary.",
    perService: true,
  },
  {
    path: "tests.coverage.min",
    kind: "percentage",
    fallback: undefined,
    description: "The percentage of lines that the tests must cover.",
    perService: true,
  },
  {
    path: "branch",
    kind: "pattern for branches",
    fallback: "work/{id}-{slug}",
    description: "The name of an item's branch, with {id}, {slug} and {type} filled in.",
  },
  {
    path: "strict",
    kind: "yes or no",
    fallback: false,
    description: "Whether commits on branches that belong to no work item are refused, too.",
  },
  {
    path: "keep-branch",
    kind: "yes or no",
    fallback: false,
    description: "Whether an item's branch stays after its merge.",
  },
  {
    path: "push",
    kind: "one of",
    choices: ["ask", "always", "never"],
    fallback: "ask",
    description: "Whether a merge is pushed to the remote.",
  },
  ...itemTypes.flatMap(typeKeys),
];

/** The keys as a tree: what may stand in which mapping. */
export interface Group {
  children: Map<string, Group | Key>;
  /** what stands under names that the user chooses */
  named?: Group;
}

function grouped(list: Key[]): Group {
  const root: Group = { children: new Map() };
  for (const key of list) {
    let group = root;
    const names = key.path.split(".");
    for (const name of names.slice(0, -1)) {
      const below = group.children.get(name) as Group | undefined;
      const next = below ?? { children: new Map() };
      group.children.set(name, next);
      group = next;
    }
    group.children.set(names.at(-1) as string, key);
  }
  return root;
}

export const perService: Group = grouped(keys.filter((key) => key.perService));
export const tree: Group = grouped(keys);
tree.children.set("services", { children: new Map(), named: perService });

export function isKey(node: Group | Key): node is Key {
  return "kind" in node;
}

/** JSON schema (draft 7) of `.calcifer.yaml`, for completion and checks in editors. */
export function policySchema(): object {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Calcifer's policy for a repository",
    ...schemaOf(tree),
  };
}

function schemaOf(node: Group | Key): object {
  if (isKey(node)) return { description: node.description, ...typeOf(node), ...defaultOf(node) };
  const properties = Object.fromEntries([...node.children].map(([name, child]) => [name, schemaOf(child)]));
  // A mapping of which every line is commented out is null.
  const type = node === tree ? "object" : ["object", "null"];
  return { type, properties, additionalProperties: node.named ? schemaOf(node.named) : false };
}

function typeOf({ kind, choices }: Key): object {
  switch (kind) {
    case "yes or no":
      return { type: "boolean" };
    case "duration":
      return { type: "string", pattern: "^[1-9][0-9]{0,5}[smh]$" };
    case "percentage":
      return { type: "number", minimum: 0, maximum: 100 };
    case "one of":
      return { enum: choices };
    case "some of":
      return { type: "array", items: { enum: choices } };
    case "texts":
    case "globs":
      return { type: "array", items: { type: "string", minLength: 1 } };
    case "pattern for documents":
      return { type: ["string", "null"], minLength: 1 };
    default:
      return { type: "string", minLength: 1 };
  }
}

function defaultOf({ kind, fallback }: Key): object {
  if (fallback === undefined) return kind === "pattern for documents" ? { default: null } : {};
  return { default: fallback };
}
