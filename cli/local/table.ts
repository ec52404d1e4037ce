// The commands that are the command line's own, and where each is written. Loaded only when one is called.

import type { Parsed } from "../args.ts";
import type { Command, Parameter } from "../table.ts";

/** Does the command; resolves to the exit status. */
export type Run = (parsed: Parsed) => Promise<number>;

export interface LocalCommand extends Command {
  load: () => Promise<Run>;
}

const base = { kind: "act", positionals: [], options: [], faults: [], examples: [] } as const;
const dryRun: Parameter = {
  key: "dryRun",
  flag: "--dry-run",
  type: "boolean",
  says: "show what would be done, and do nothing",
};

export const local: readonly LocalCommand[] = [
  {
    ...base,
    words: ["daemon", "status"],
    summary: "Say whether the daemon runs, and which; starts none",
    kind: "ask",
    faults: ["incompatible"],
    examples: ["calcifer daemon status", "calcifer daemon status --json"],
    load: async () => (await import("./daemon.ts")).status,
  },
  {
    ...base,
    words: ["daemon", "start"],
    summary: "Start the daemon, if none runs; every other command does so by itself",
    faults: ["unreachable"],
    examples: ["calcifer daemon start"],
    load: async () => (await import("./daemon.ts")).start,
  },
  {
    ...base,
    words: ["daemon", "stop"],
    summary: "Let the daemon finish what is under way, and wait until it is gone",
    faults: ["unreachable"],
    examples: ["calcifer daemon stop"],
    load: async () => (await import("./daemon.ts")).stop,
  },
  {
    ...base,
    words: ["daemon", "restart"],
    summary: "Stop the daemon and start a new one",
    faults: ["unreachable"],
    examples: ["calcifer daemon restart"],
    load: async () => (await import("./daemon.ts")).restart,
  },
  {
    ...base,
    words: ["daemon", "logs"],
    summary: "Show the end of the daemon's log",
    kind: "ask",
    options: [
      {
        key: "follow",
        flag: "--follow",
        type: "boolean",
        says: "go on as lines are written, until Ctrl+C",
        short: "-f",
      },
      { key: "lines", flag: "--lines", type: "number", says: "how many lines", default: 50, short: "-n" },
    ],
    faults: ["missing"],
    examples: ["calcifer daemon logs", "calcifer daemon logs --lines 200 --json", "calcifer daemon logs --follow"],
    load: async () => (await import("./logs.ts")).logs,
  },
  {
    ...base,
    words: ["daemon", "install"],
    summary: "Start the daemon with your session (systemd user unit, launchd agent)",
    options: [dryRun],
    faults: ["refused", "unreachable"],
    examples: ["calcifer daemon install --dry-run", "calcifer daemon install"],
    load: async () => (await import("./install.ts")).install,
  },
  {
    ...base,
    words: ["daemon", "uninstall"],
    summary: "Undo `daemon install`; the daemon starts on demand again",
    options: [dryRun],
    faults: ["refused", "unreachable"],
    examples: ["calcifer daemon uninstall"],
    load: async () => (await import("./install.ts")).uninstall,
  },
  {
    ...base,
    words: ["gate", "ci"],
    summary: "Judge a range of commits in a CI checkout, with neither daemon nor database",
    kind: "ask",
    options: [
      {
        key: "base",
        flag: "--base",
        type: "string",
        says: "what the branch is to be merged into, e.g. origin/main",
        required: true,
      },
      { key: "head", flag: "--head", type: "string", says: "the branch's tip (default: HEAD)" },
      {
        key: "format",
        flag: "--format",
        type: "string",
        says: "how to say it; github writes annotations (--json is --format json)",
        choices: ["text", "json", "github"],
        default: "text",
      },
    ],
    repo: true,
    faults: ["refused", "missing"],
    examples: ["calcifer gate ci --base origin/main", "calcifer gate ci --base origin/main --format github"],
    load: async () => (await import("./gate.ts")).gateCi,
  },
  {
    ...base,
    words: ["lsp"],
    summary: "Speak LSP on standard input and output, for an editor; starts the daemon, if none runs",
    kind: "ask",
    faults: ["unreachable", "incompatible"],
    examples: ["calcifer lsp"],
    load: async () => (await import("./lsp.ts")).lsp,
  },
  {
    ...base,
    words: ["rpc"],
    summary: "Call any method of the protocol and print its result as JSON",
    positionals: [
      { key: "method", flag: "--method", type: "string", says: "e.g. work.get", required: true },
      { key: "params", flag: "--params", type: "string", says: "a JSON object; - reads it from standard input" },
    ],
    faults: ["invalid"],
    examples: [`calcifer rpc work.get '{"item":42}'`, "echo '{}' | calcifer rpc service.list -"],
    load: async () => (await import("./rpc.ts")).rpc,
  },
  {
    ...base,
    words: ["completion"],
    summary: "Print the completion script for a shell",
    kind: "ask",
    positionals: [
      {
        key: "shell",
        flag: "--shell",
        type: "string",
        says: "the shell",
        choices: ["bash", "zsh", "fish"],
        required: true,
      },
    ],
    examples: [
      'eval "$(calcifer completion bash)"',
      "calcifer completion fish > ~/.config/fish/completions/calcifer.fish",
    ],
    load: async () => (await import("./completion.ts")).completion,
  },
  {
    ...base,
    words: ["help"],
    summary: "Show the overview, or what a command does",
    kind: "ask",
    positionals: [{ key: "command", flag: "--command", type: "string", says: "the command", many: true }],
    examples: ["calcifer help", "calcifer help work add"],
    load: async () => (await import("./help.ts")).help,
  },
];

const watched = {
  option: {
    key: "watch",
    flag: "--watch",
    type: "boolean",
    says: "draw it again whenever it changes, until Ctrl+C",
    short: "-w",
  },
  load: async () => (await import("./watch.ts")).watch,
} as const;

/** Options of derived commands that are served here instead: `events --follow`. */
export const served: Readonly<Record<string, { option: Parameter; load: () => Promise<Run> }>> = {
  "event.list": {
    option: {
      key: "follow",
      flag: "--follow",
      type: "boolean",
      says: "go on as events happen, until Ctrl+C (from now on, or from --since)",
      short: "-f",
    },
    load: async () => (await import("./follow.ts")).follow,
  },
  "health.list": watched,
  "health.services": watched,
  "health.show": watched,
};
