// What --help prints: the overview, a room, a command. Pure.
import { type FaultName, faults } from "../protocol/errors.ts";
import { labelled, type Paper } from "./paper.ts";
import { type Command, globals, type Parameter, type RoomSummary, spelling, usageOf } from "./table.ts";
import { wrap } from "./text.ts";

/** The overview's groups: what one does, in the order one does it. */
const groups: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    "Once per repository",
    [
      ["service add <path>", "register it: policy, CHANGES.md, hooks"],
      ["service new <template> <name>", "or make one from a template"],
      ["doctor", "prove that git enforces the gate there"],
    ],
  ],
  [
    "The loop",
    [
      ["work add <title>", "open a work item"],
      ["work start <item>", "make its branch and check it out"],
      ["commit -m <message> --entry <text>", "commit with a line for CHANGES.md"],
      ["status", "what still stands between this branch and the trunk"],
      ["work note, work check", "write the notes, tick the checklist"],
      ["work finish", "validate, merge and complete in one"],
    ],
  ],
  [
    "Look around",
    [
      ["home", "the dashboard: what fails, waits, is ready"],
      ["work list, work show", "work items, with search and filters"],
      ["changes show", "the entries of CHANGES.md"],
      ["service list, service graph", "the services, and which needs which"],
      ["service live", "what is merged but not live"],
      ["docs list", "the documents of all services"],
      ["search <words>", "documents, items, entries, incidents of all services"],
      ["events --follow", "what happens, as it happens"],
    ],
  ],
  [
    "Watch what runs",
    [
      ["health add <service> <target>", "watch a URL, a port, a host or a name"],
      ["health list, health show", "how it stands, and how it stood"],
      ["incident list, incident show", "what failed, and what changed before"],
      ["incident item <incident>", "open a work item from it"],
    ],
  ],
  [
    "Keep house",
    [
      ["changes release <version>", "turn Unreleased into a dated version, and tag it"],
      ["gate test", "run the tests on a clean copy, and record the outcome"],
      ["gate waive, gate ci", "record an exception; judge in CI"],
      ["sync", "fetch, pull and push all repositories; never forces"],
      ["ide vscode", "write .vscode from what the repository is"],
      ["backup, daemon", "copies of the database; the daemon"],
      ["completion <shell>", "tab completion for bash, zsh, fish"],
    ],
  ],
];

/** Longer lines are harder to read, wherever they go. */
const page = (on: Paper): Paper => ({ ...on, width: Math.min(on.width, 80) });

export function overview(paper: Paper): string {
  const on = page(paper);
  const label = Math.max(...groups.flatMap(([, rows]) => rows.map(([name]) => name.length)));
  return [
    `${on.bold("Calcifer")} is change control for the services a small team runs.`,
    "",
    `  calcifer ${on.cyan("<command>")} [options]`,
    ...groups.flatMap(([title, rows]) => [
      "",
      on.bold(title),
      ...labelled(
        on,
        rows.map(([name, says]) => [on.cyan(name.padEnd(label)), says] as const),
      ),
    ]),
    "",
    ...wrap(
      "calcifer <command> --help tells all about one; calcifer work --help lists what can be done with work items. Every command takes --json and --repo <path>.",
      on.width,
    ),
  ].join("\n");
}

export function roomHelp(room: RoomSummary, commands: readonly Command[], paper: Paper): string {
  const on = page(paper);
  const own = commands.filter((c) => c.words[0] === room.name);
  return [
    ...wrap(`calcifer ${room.name}: ${room.summary}`, on.width).map((line, i) =>
      i === 0 ? line.replace(`calcifer ${room.name}`, (name) => on.bold(name)) : line,
    ),
    "",
    ...labelled(
      on,
      own.map((c) => [on.cyan(c.words.slice(1).join(" ")), c.summary + shorter(c)] as const),
    ),
    "",
    `calcifer ${room.name} ${own[0]?.words[1] ?? "<verb>"} --help tells all about one.`,
  ].join("\n");
}

const shorter = ({ alias }: Command): string => (alias ? ` (shorter: calcifer ${alias})` : "");

export function commandHelp(command: Command, paper: Paper): string {
  const on = page(paper);
  const options = [...command.options, ...globals];
  return [
    command.summary,
    ...section(
      on,
      "Usage",
      usageLines(command).map((line) => `  ${line}`),
    ),
    ...section(
      on,
      "Arguments",
      labelled(
        on,
        command.positionals.map((p) => [on.cyan(placeholder(p)), described(p)] as const),
      ),
    ),
    ...section(
      on,
      "Options",
      labelled(
        on,
        options.map((o) => [on.cyan(optionSpelling(o)), described(o)] as const),
      ),
    ),
    ...section(
      on,
      "Examples",
      command.examples.map((line) => `  ${on.dim("$")} ${line}`),
    ),
    ...section(on, "Exit status", labelled(on, exits(command))),
  ].join("\n");
}

const section = (on: Paper, title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", on.bold(title), ...lines];

/** `calcifer work note [item] <text> [options]`, with both spellings where there are two. */
export function usageLines(command: Command): string[] {
  const needed = command.options.filter((o) => o.required).map((o) => `${o.short ?? o.flag} ${usageOf(o)}`);
  const rest = [...needed, ...(command.options.length > needed.length ? ["[options]"] : [])];
  const places = command.positionals.map(placeholder);
  const openEnded = command.positionals.at(-1)?.many === true && !command.positionals.some((p) => p.required);
  const order = openEnded && needed.length > 0 ? [...rest, ...places] : [...places, ...rest];
  const line = (name: string) => ["calcifer", name, ...order].join(" ");
  return command.alias ? [line(command.alias), line(command.words.join(" "))] : [line(spelling(command))];
}

const placeholder = ({ key, many, required }: Parameter): string =>
  required ? `<${key}>` : many ? `[${key}…]` : `[${key}]`;

/** `-m, --message <message>`; `--[no-]push` where leaving it out is a third thing. */
export function optionSpelling(option: Parameter): string {
  const short = option.short ? `${option.short}, ` : "    ";
  if (option.type !== "boolean") return `${short}${option.flag} ${usageOf(option)}${option.many ? "…" : ""}`;
  // Nobody looks for `--no-no-follow`.
  const either = option.either && !option.flag.startsWith("--no-");
  return short + (either ? `--[no-]${option.flag.slice(2)}` : option.flag);
}

/** The sentence, the choices where the usage does not list them, and the default. */
export function described(parameter: Parameter): string {
  const listed = parameter.choices && usageOf(parameter).includes("|");
  const choices =
    parameter.choices && !listed && !parameter.flag.startsWith("--no-") ? `: ${parameter.choices.join(", ")}` : "";
  const usual = parameter.default === undefined ? "" : ` (default: ${parameter.default})`;
  return `${parameter.says}${choices}${usual}`;
}

function exits(command: Command): (readonly [string, string])[] {
  const names = new Set<FaultName>(["invalid", ...command.faults]);
  const rows = [...names].map((name) => [String(faults[name].exit), `${name}: ${faults[name].says}`] as const);
  return [["0", "done"] as const, ...rows.sort(([a], [b]) => Number(a) - Number(b))];
}
