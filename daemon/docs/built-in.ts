// The templates that come with Calcifer: what a document of a service is made of, by what kind of service it is. Pure.
import type { Service } from "../../protocol/service.ts";

type Kind = Service["kind"];

export interface BuiltIn {
  summary: string;
  /** with {docs}, {slug}, {number} */
  path: string;
  /** where it is written when it was given a title; `path`, if left out */
  titledPath?: string;
  /** where none is given; undefined: one has to be given */
  title: string | undefined;
  /** headings, each with what belongs under it */
  parts(kind: Kind): [string, string][];
}

const byKind = <T>(kind: Kind, parts: Record<Kind, T>): T => parts[kind];

export const builtIn: Record<string, BuiltIn> = {
  overview: {
    summary: "what a service is for, what it is made of, who looks after it",
    path: "{docs}/overview.md",
    title: "{service}",
    parts: (kind) => [
      ["What it is for", "Who uses it, and what they cannot do without it."],
      ...byKind<[string, string][]>(kind, {
        application: [
          ["How it is built", "Its parts, and the way of one request through them."],
          ["What it needs", "Services, storage, accounts; what happens when each is away."],
        ],
        infrastructure: [
          ["What runs on it", "Which services stand still with it."],
          ["Capacity", "How much there is, how much is used, when it has to grow."],
        ],
        network: [
          ["Addresses", "Networks, ranges, names, and who hands them out."],
          ["Who may reach whom", "What is open, from where, and why."],
        ],
      }),
      ["Where it runs", "Hosts and environments, and where its configuration lies."],
      ["Who looks after it", "Whom to ask, and where."],
    ],
  },
  runbook: {
    summary: "what to do, step by step, when somebody has to act",
    path: "{docs}/runbook.md",
    titledPath: "{docs}/runbooks/{slug}.md",
    title: "Runbook of {service}",
    parts: (kind) => [
      ["Is it well?", "What to look at, and what it looks like on a good day."],
      ...byKind<[string, string][]>(kind, {
        application: [
          ["Start, stop, restart", "The commands, and how long each takes."],
          ["Go back to the version before", "And what of the data does not go back."],
        ],
        infrastructure: [
          ["Start, stop, restart", "In which order, and what has to be told beforehand."],
          ["Restore from a backup", "Where it lies, how long it takes, when it was tried last."],
          ["Replace a part", "A disk, a node, a certificate."],
        ],
        network: [
          ["When nobody gets through", "Which hop to test first, and from where."],
          ["Add or remove a member", "Keys, addresses, rules; and how to see that it worked."],
          ["The way in without it", "How to reach the machines while it is down."],
        ],
      }),
      ["What has failed before", "How it showed, what it was, what helped."],
      ["Whom to wake", "And who decides."],
    ],
  },
  decision: {
    summary: "what was decided, and why, for those who come later",
    path: "{docs}/decisions/{number}-{slug}.md",
    title: undefined,
    parts: () => [
      ["What it is about", "What had to be decided, and what forced it."],
      ["What was weighed", "The ways there were, with what speaks for and against each."],
      ["Decided", "In one sentence, with the reason that counted."],
      ["What follows", "What is easier now, what is harder, and what would make us think again."],
    ],
  },
  onboarding: {
    summary: "from nothing to a first change, for somebody new",
    path: "{docs}/onboarding.md",
    title: "Onboarding to {service}",
    parts: (kind) => [
      ["What to have", "Accounts, keys and programs, and who gives them."],
      ...byKind<[string, string][]>(kind, {
        application: [
          ["Run it here", "The commands, and what to see when it works."],
          ["Test it", "Which tests there are, and how long they take."],
        ],
        infrastructure: [
          ["Look around", "What may be looked at without harm, and with which commands."],
          ["Try it out", "Where a mistake costs nothing."],
        ],
        network: [
          ["Get connected", "Step by step, and how to see that it worked."],
          ["Look around", "Maps, addresses, and tools that only read."],
        ],
      }),
      ["A first change", "Something small, from the work item to what is live."],
      ["What surprises everybody", "And what it cost to find out."],
    ],
  },
};

/** The Markdown of a template, its placeholders still in it. */
export const bodyOf = (template: BuiltIn, kind: Kind): string =>
  `# {title}\n\n${template
    .parts(kind)
    .map(([heading, what]) => `## ${heading}\n\n${what}\n`)
    .join("\n")}`;
