// The catalogue: what runs, whose it is, where its repository lies, what it needs, and what of it is live where.
import * as z from "zod";
import { event, method, room } from "./contract.ts";
import { identityVariables } from "./identity.ts";
import { repo, time } from "./shared.ts";

export const serviceName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/,
    "must be 1–64 lower-case letters, digits, dots, dashes or underscores",
  )
  .describe("the service's name");

export const kinds = ["application", "infrastructure", "network"] as const;

/** `production`, `staging` …: a world of its own. */
export const environmentName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, "must be 1–32 lower-case letters, digits or dashes")
  .describe("the environment");

/** What runs in an environment, and how we know. */
export const Live = z.object({
  version: z.string().describe("as it was reported: a tag, a commit, a build number"),
  commit: z.string().nullable().describe("the commit it is; null where it maps to none in the repository"),
  source: z.enum(["deployment", "probe", "hand"]).describe("how it is known, most trusted first"),
  at: time.describe("since when this is known"),
});
export type Live = z.infer<typeof Live>;

export const Link = z.object({ title: z.string().max(100), url: z.url({ protocol: /^https?$/ }).max(2000) });

export const Service = z.object({
  name: z.string(),
  title: z.string().describe("as people call it; empty: like the name"),
  kind: z.enum(kinds),
  owner: z.string().describe("who is asked first; empty where nobody is named"),
  labels: z.array(z.string()),
  links: z.array(Link).describe("dashboards and the like"),
  paths: z.array(z.string()).describe("globs of its files where several share the repository; empty: all of it"),
  compose: z.array(z.string()).describe("compose files, in the repository"),
  dependsOn: z.array(z.string()).describe("services it does not work without"),
  environments: z.array(z.object({ name: z.string(), live: Live.nullable() })),
  template: z.object({ name: z.string(), version: z.string() }).nullable().describe("what it was made from"),
  retired: time.nullable(),
  retiredReason: z.string().optional().describe("why it was retired, where that was said"),
  repo: z.string().describe("canonical path of the repository's work tree, or of the bare repository"),
  trunk: z.string(),
  changes: z.string().describe("path of CHANGES.md in the repository"),
  docs: z.string(),
  added: time,
  hooks: z.enum(["in force", "not in force", "cannot tell"]).describe("whether git runs our hooks there"),
  items: z.number().int().describe("items planned or active"),
});
export type Service = z.infer<typeof Service>;

/** One thing the doctor looked at. */
export const Finding = z.object({
  id: z.string(),
  state: z.enum(["yes", "no", "unknown"]),
  message: z.string(),
  next: z.string().optional(),
});
export type Finding = z.infer<typeof Finding>;

export const Diagnosis = z.object({
  service: z.string().nullable(),
  repo: z.string(),
  layout: z.string().describe("where git looks for hooks here: plain, husky, core.hooksPath (global) …"),
  findings: z.array(Finding),
  healthy: z.boolean(),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

const title = z.string().trim().max(100).describe("as people call it");
const kind = z.enum(kinds).describe("the kind of service");
const owner = z.string().trim().max(100).describe("who is asked first");
const label = z
  .array(z.string().trim().max(50))
  .max(20)
  .describe("a label; may be given several times; an empty one alone leaves none");
const link = z.array(z.string().max(2200)).max(20).describe("a link as `Title=https://…`; may be given several times");
const paths = z.array(z.string().max(400)).max(50).describe("a glob of its files; may be given several times");
const compose = z.array(z.string().max(400)).max(20).describe("a compose file; may be given several times");

/** What `service.detect` found, and what registering it would be. */
export const Proposal = z.object({
  name: z.string().describe("the name it would get"),
  compose: z.string().describe("the compose service it is, as <project>/<service>"),
  repo: z.string().nullable().describe("the repository around the compose file; null where there is none"),
  files: z.array(z.string()).describe("compose files, absolute"),
  image: z.string().nullable(),
  kind,
  ports: z.array(z.string()).describe("published: 127.0.0.1:8080→80/tcp"),
  healthcheck: z.string().nullable(),
  endpoints: z.array(z.string()).describe("targets worth watching: tcp://127.0.0.1:8080"),
  dependsOn: z.array(z.string()),
  profiles: z.array(z.string()),
  registered: z.string().nullable().describe("the service it is already"),
});
export type Proposal = z.infer<typeof Proposal>;

export const Edge = z.object({
  from: z.string(),
  to: z.string().describe("what `from` does not work without"),
  source: z.enum(["compose", "declared"]),
});

export const TemplateVariable = z.object({
  name: z.string(),
  question: z.string(),
  type: z.enum(["text", "number", "yes or no", "choice"]),
  default: z.string().nullable(),
  choices: z.array(z.string()),
  pattern: z.string().nullable(),
});

export const Template = z.object({
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  version: z.string(),
  kind,
  source: z.string().describe("`built in`, or where it lies"),
  variables: z.array(TemplateVariable),
  files: z.array(z.string()),
});
export type Template = z.infer<typeof Template>;

const FileDiff = z.object({
  path: z.string(),
  state: z.enum(["added", "changed", "removed", "same"]),
  diff: z.string().describe("unified; empty where there is nothing to show"),
});

const named = z.string().optional().describe("the service; the one of this repository if left out");

export const service = room({
  summary: "the services Calcifer tracks",
  methods: {
    add: method({
      summary: "Register a git repository as a service: policy, CHANGES.md, hooks",
      kind: "act",
      positional: ["path"],
      params: z.object({
        path: z.string().max(4096).describe("the repository"),
        name: serviceName.optional().describe("name; from the folder if left out"),
        trunk: z.string().optional().describe("the trunk branch; found out if left out"),
        changes: z.string().optional().describe("path of the changes file (default CHANGES.md)"),
        docs: z.string().optional().describe("folder of documents (default docs)"),
        title: title.default(""),
        kind: kind.default("application"),
        owner: owner.default(""),
        label: label.default([]),
        link: link.default([]),
        paths: paths.default([]),
        compose: compose.default([]),
        commit: z.boolean().default(false).describe("commit the policy and CHANGES.md on the trunk at once"),
      }),
      result: z.object({
        service: Service,
        wrote: z.array(z.string()).describe("files written into the work tree, or committed with `commit`"),
        commit: z.string().nullable().describe("the adoption commit, if it was made"),
        doctor: Diagnosis,
        next: z.string().nullable().describe("the next command"),
      }),
      faults: ["invalid", "missing", "refused", "conflict"],
      examples: ["calcifer service add .", "calcifer service add ~/src/gateway --name gateway --trunk main --commit"],
    }),
    new: method({
      summary: "Make a service from a template: repository, first commit, registration, work item",
      kind: "act",
      positional: ["template", "name"],
      params: z.object({
        template: z.string().describe("name of a template, a folder with one, or a git repository's address"),
        name: serviceName,
        set: z
          .array(z.string().max(2000))
          .default([])
          .describe("a variable as `name=value`; may be given several times"),
        folder: z
          .string()
          .max(4096)
          .optional()
          .describe("where the repository is made (default: <current folder>/<name>)"),
        noItem: z.boolean().default(false).describe("open no work item"),
        plan: z.boolean().default(false).describe("only tell what would be written"),
        env: z
          .partialRecord(
            z.enum(identityVariables),
            z
              .string()
              .max(1000)
              .regex(/^\P{Cc}*$/u),
          )
          .optional()
          .describe("who makes the first commit, as git's variables; what is not named comes from git's configuration"),
        repo,
      }),
      result: z.object({
        service: Service.nullable().describe("null where only a plan was asked for"),
        folder: z.string(),
        files: z.array(z.string()),
        variables: z.record(z.string(), z.string()),
        commit: z.string().nullable(),
        item: z.number().int().nullable(),
        next: z.array(z.string()).describe("commands that bring it to life"),
      }),
      faults: ["invalid", "missing", "refused", "conflict", "unreachable"],
      examples: ["calcifer service new node-api orders", "calcifer service new static-site web --set port=8080"],
    }),
    templates: method({
      summary: "Templates that services can be made from",
      kind: "ask",
      params: z.object({}),
      result: z.object({ templates: z.array(Template), problems: z.array(z.string()) }),
      examples: ["calcifer service templates"],
    }),
    "template-diff": method({
      summary: "What changed in a service's template since it was made",
      kind: "ask",
      positional: ["service"],
      params: z.object({ service: named, repo }),
      result: z.object({
        service: z.string(),
        template: z.string(),
        from: z.string().describe("version it was made from"),
        to: z.string().describe("version there is now"),
        files: z.array(FileDiff),
      }),
      faults: ["missing", "refused"],
      examples: ["calcifer service template-diff orders"],
    }),
    detect: method({
      summary: "Find services in compose files; register only those you name",
      kind: "act",
      positional: ["folders…"],
      params: z.object({
        folders: z.array(z.string().max(4096)).default([]).describe("where to look; the current folder if left out"),
        register: z.array(z.string()).default([]).describe("a proposed name to register; may be given several times"),
        all: z.boolean().default(false).describe("register all that are proposed"),
        repo,
      }),
      result: z.object({
        read: z.array(z.string()).describe("compose files that were read"),
        by: z.enum(["docker", "calcifer"]).describe("who read them: docker compose, or our own reader"),
        proposals: z.array(Proposal),
        registered: z.array(z.string()),
        notes: z.array(z.string()).describe("what could not be read, or not be registered, and why"),
      }),
      faults: ["invalid", "missing", "refused"],
      examples: ["calcifer service detect ~/src", "calcifer service detect . --register web --register db"],
    }),
    list: method({
      summary: "List the services",
      kind: "ask",
      params: z.object({
        kind: kind.optional(),
        label: z.string().optional().describe("only with this label"),
        owner: z.string().optional().describe("only of this owner"),
        retired: z.boolean().default(false).describe("also the retired ones"),
      }),
      result: z.object({ services: z.array(Service) }),
      examples: ["calcifer service list", "calcifer service list --label edge"],
    }),
    show: method({
      summary: "Show one service",
      kind: "ask",
      positional: ["service"],
      params: z.object({ service: named, repo }),
      result: Service,
      faults: ["missing"],
      examples: ["calcifer service show gateway"],
    }),
    edit: method({
      summary: "Change a service: its name, its place, its trunk",
      kind: "act",
      positional: ["service"],
      params: z.object({
        service: named,
        repo,
        name: serviceName.optional().describe("new name"),
        path: z.string().max(4096).optional().describe("where the repository is now"),
        trunk: z.string().optional().describe("new trunk branch"),
        docs: z.string().optional().describe("folder of documents"),
        title: title.optional(),
        kind: kind.optional(),
        owner: owner.optional(),
        label: label.optional(),
        link: link.optional(),
        paths: paths.optional(),
        compose: compose.optional(),
      }),
      result: Service,
      faults: ["invalid", "missing", "conflict"],
      examples: ["calcifer service edit gateway --path ~/new/place"],
    }),
    depend: method({
      summary: "Say what a service does not work without",
      kind: "act",
      positional: ["service", "on…"],
      params: z.object({
        service: z.string().describe("the service"),
        on: z.array(z.string()).min(1).describe("the services it needs"),
        circle: z.boolean().default(false).describe("also where that closes a circle"),
      }),
      result: Service,
      faults: ["missing", "refused", "invalid"],
      examples: ["calcifer service depend web on db", "calcifer service depend web db cache"],
    }),
    undepend: method({
      summary: "Take a dependency back",
      kind: "act",
      positional: ["service", "on…"],
      params: z.object({
        service: z.string().describe("the service"),
        on: z.array(z.string()).min(1).describe("the services it no longer needs"),
      }),
      result: Service,
      faults: ["missing"],
      examples: ["calcifer service undepend web cache"],
    }),
    graph: method({
      summary: "Which service needs which",
      kind: "ask",
      positional: ["service"],
      params: z.object({
        service: z.string().optional().describe("only what it needs, and what needs it"),
        format: z.enum(["text", "dot", "mermaid"]).default("text").describe("how it is printed"),
      }),
      result: z.object({
        nodes: z.array(z.object({ service: z.string(), kind, label: z.string() })),
        edges: z.array(Edge),
        circles: z.array(z.array(z.string())).describe("services that need each other, around"),
        text: z.string().describe("the graph in the format asked for"),
      }),
      faults: ["missing"],
      examples: ["calcifer service graph", "calcifer service graph web --format mermaid"],
    }),
    impact: method({
      summary: "What fails when a service fails",
      kind: "ask",
      positional: ["service"],
      params: z.object({ service: named, repo }),
      result: z.object({
        service: z.string(),
        fails: z
          .array(z.object({ service: z.string(), via: z.array(z.string()).describe("the way there, nearest first") }))
          .describe("nearest first"),
      }),
      faults: ["missing"],
      examples: ["calcifer service impact db"],
    }),
    live: method({
      summary: "What is merged but not live",
      kind: "ask",
      positional: ["service"],
      params: z.object({
        service: named,
        repo,
        environment: environmentName.optional().describe("only this environment"),
        against: environmentName.optional().describe("compare with this environment instead of the trunk"),
      }),
      result: z.object({
        service: z.string(),
        trunk: z.string(),
        environments: z.array(
          z.object({
            environment: z.string(),
            live: Live.nullable(),
            state: z.enum(["yes", "no", "unknown"]).describe("yes: all that is merged is live"),
            why: z.string(),
            behind: z.number().int().nullable().describe("commits that are merged and not live; null: cannot tell"),
            commits: z.array(z.object({ id: z.string(), subject: z.string(), author: z.string(), at: time })),
            entries: z.array(z.string()),
            items: z.array(z.object({ id: z.number().int(), title: z.string(), merged: time.nullable() })),
          }),
        ),
      }),
      faults: ["missing"],
      examples: ["calcifer service live web", "calcifer service live web --environment staging --against production"],
    }),
    "live-set": method({
      summary: "Say by hand what is live in an environment",
      kind: "act",
      positional: ["service", "version"],
      params: z.object({
        service: z.string().describe("the service"),
        version: z.string().min(1).max(200).describe("a commit, tag or version; `none` when nothing is live"),
        environment: environmentName.default("production"),
      }),
      result: Service,
      faults: ["missing", "invalid", "conflict"],
      examples: ["calcifer service live-set web v1.4.0 --environment production"],
    }),
    doctor: method({
      summary: "Find out, by a real probe, whether git enforces the gate here",
      kind: "act",
      alias: "doctor",
      positional: ["service"],
      params: z.object({
        service: named,
        repo,
        fix: z.boolean().default(false).describe("put the hooks back in force where they are not"),
      }),
      result: Diagnosis,
      faults: ["missing"],
      examples: ["calcifer doctor", "calcifer doctor gateway --fix"],
    }),
    retire: method({
      summary: "Retire a service: it is no longer watched nor listed; its history stays",
      kind: "act",
      positional: ["service"],
      params: z.object({ service: named, repo, reason: z.string().max(500).default("").describe("why") }),
      result: Service,
      faults: ["missing", "refused", "conflict"],
      examples: ['calcifer service retire billing --reason "replaced by invoices"'],
    }),
    restore: method({
      summary: "Bring a retired service back",
      kind: "act",
      positional: ["service"],
      params: z.object({ service: z.string().describe("the service's name") }),
      result: Service,
      faults: ["missing", "conflict"],
      examples: ["calcifer service restore billing"],
    }),
    remove: method({
      summary: "Forget a service: uninstall its hooks, delete nothing of yours",
      kind: "act",
      positional: ["service"],
      params: z.object({
        service: named,
        repo,
        force: z
          .boolean()
          .default(false)
          .describe("also with items planned or active; they are kept, without a service"),
      }),
      result: z.object({ name: z.string(), restored: z.array(z.string()).describe("what was put back as it was") }),
      faults: ["missing", "refused"],
      examples: ["calcifer service remove gateway"],
    }),
  },
  events: {
    retired: event({ summary: "a service was retired", data: z.object({ reason: z.string() }) }),
    restored: event({ summary: "a retired service was brought back", data: z.object({}) }),
    depends: event({
      summary: "what a service needs changed",
      data: z.object({ added: z.array(z.string()), removed: z.array(z.string()) }),
    }),
    live: event({
      summary: "another version is live in an environment",
      data: z.object({
        environment: z.string(),
        version: z.string(),
        commit: z.string().nullable(),
        source: z.enum(["deployment", "probe", "hand"]),
        before: z.string().nullable().describe("the version known before; null where none was"),
      }),
    }),
    added: event({ summary: "a service was registered", data: z.object({ repo: z.string() }) }),
    edited: event({ summary: "a service changed", data: z.object({ changed: z.array(z.string()) }) }),
    removed: event({ summary: "a service was forgotten", data: z.object({ repo: z.string() }) }),
    moved: event({
      summary: "refs or the index of a service's repository moved",
      data: z.object({ repo: z.string(), refs: z.array(z.string()) }),
    }),
  },
});
