// docs/cli.md: every command, as its --help says it.
import { commands, rooms } from "../../cli/commands.ts";
import { described, optionSpelling, usageLines } from "../../cli/help.ts";
import { type Command, type Parameter, spelling } from "../../cli/table.ts";
import { faults } from "../../protocol/errors.ts";

export function commandReference(): string {
  const outside = commands.filter((command) => command.words.length === 1);
  return [
    "# The command line",
    "",
    "<!-- Derived by `npm run update` from protocol/ and cli/. -->",
    "",
    introduction,
    "",
    "## Exit statuses",
    "",
    ...table(["exit", "fault", "when"], [["0", "", "Done."], ...exits]),
    "",
    "## All commands",
    "",
    ...table(
      ["command", "what it does"],
      commands.map((command) => [`[\`calcifer ${spelling(command)}\`](#${anchor(command)})`, cell(command.summary)]),
    ),
    ...rooms.flatMap(({ name, summary }) =>
      room(
        `${name}: ${summary}`,
        commands.filter((c) => c.words[0] === name && c.words.length > 1),
      ),
    ),
    ...room("Everything else", outside),
    "",
  ].join("\n");
}

const exits = Object.entries(faults)
  .sort(([, a], [, b]) => a.exit - b.exit)
  .map(([name, { exit, says }]) => [String(exit), `\`${name}\``, says]);

const introduction = `Every command takes \`--json\` (one JSON document on standard output and nothing else there), \`--repo <path>\`
(the repository to work in; default: that of the current folder) and \`--help\`.

- An item is \`42\`, \`#42\`, or \`.\` for the active item of the repository. Where the item stands in square brackets it may be
  left out, which means the same as \`.\`.
- Where a text is asked for, \`-\` reads it from standard input. \`--\` ends the options.
- With \`--json\`, a refusal is \`{"error": {"fault", "message", "reasons": [{"check", "message", "next"}], "hint"}}\` on standard
  error. The fault decides the exit status.
- Colours appear on a terminal only; \`NO_COLOR\` turns them off, \`FORCE_COLOR\` on.
- \`CALCIFER_HOME\` puts everything Calcifer keeps into one folder of your choice.`;

function room(title: string, own: readonly Command[]): string[] {
  return own.length === 0 ? [] : ["", `## ${title}`, ...own.flatMap(entry)];
}

function entry(command: Command): string[] {
  const parameters = [
    ...command.positionals.map((p) => [`\`${p.key}${p.many ? "…" : ""}\``, p] as const),
    ...command.options.map((o) => [`\`${optionSpelling(o).trim()}\``, o] as const),
  ];
  return [
    "",
    `### calcifer ${spelling(command)}`,
    "",
    `${command.summary}.`,
    "",
    "```",
    ...usageLines(command),
    "```",
    ...(parameters.length === 0
      ? []
      : [
          "",
          ...table(
            ["", ""],
            parameters.map(([name, p]) => [cell(name), cell(sentence(p))]),
          ),
        ]),
    ...(command.examples.length === 0 ? [] : ["", "```sh", ...command.examples, "```"]),
  ];
}

const sentence = (p: Parameter): string => described(p) + (p.required ? "; required" : "");

const anchor = (command: Command): string => `calcifer ${spelling(command)}`.toLowerCase().replaceAll(" ", "-");

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** A Markdown table. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |");
  return [line(heads), `|${heads.map(() => "---").join("|")}|`, ...rows.map(line)];
}
