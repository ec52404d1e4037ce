// What a command is, as plain data: the shape of the derived table and of our own local commands.
import type { FaultName } from "../protocol/errors.ts";

/** One parameter, given by position or as `--flag`. */
export interface Parameter {
  /** name in the request */
  key: string;
  /** `--abandon-commits`, with the dashes */
  flag: string;
  /** `item` is 42, #42 or a dot; a `path` is sent absolute, as the daemon has another current folder */
  type: "string" | "number" | "boolean" | "item" | "path";
  says: string;
  /** may be given several times; the request gets a list */
  many?: true;
  choices?: readonly string[];
  default?: string | number | boolean;
  required?: true;
  /** a boolean that may also be left open: `--push`, `--no-push` or neither */
  either?: true;
  /** `-m` */
  short?: string;
}

export interface Command {
  /** `["work", "add"]` */
  words: readonly string[];
  /** name on the wire; a local command has none */
  method?: string;
  /** a second spelling of one word: `commit` */
  alias?: string;
  summary: string;
  kind: "ask" | "act";
  /** by position, in order; the last may be `many` and takes the rest */
  positionals: readonly Parameter[];
  options: readonly Parameter[];
  /** the request takes the repository's path */
  repo?: true;
  /** the variables of the shell's environment that the request takes */
  env?: readonly string[];
  faults: readonly FaultName[];
  examples: readonly string[];
}

/** What `calcifer work --help` says of the room. */
export interface RoomSummary {
  name: string;
  summary: string;
}

/** How a person types it: `commit` rather than `work commit`. */
export const spelling = (command: Command): string => command.alias ?? command.words.join(" ");

/** The options every command takes. */
export const globals: readonly Parameter[] = [
  { key: "json", flag: "--json", type: "boolean", says: "print one JSON document and nothing else" },
  {
    key: "repo",
    flag: "--repo",
    type: "path",
    says: "the repository to work in (default: that of the current folder)",
  },
  { key: "help", flag: "--help", type: "boolean", says: "show this", short: "-h" },
];

/** How a parameter's value is written in usage lines: `<text>`, `feature|bug`. */
export const usageOf = (parameter: Parameter): string =>
  parameter.choices && parameter.choices.length <= 4 ? `<${parameter.choices.join("|")}>` : `<${valueName(parameter)}>`;

function valueName(parameter: Parameter): string {
  if (parameter.type === "number") return "n";
  if (parameter.type === "path") return "path";
  return parameter.key === "noEntry" ? "reason" : (parameter.flag.slice(2).split("-").at(-1) as string);
}
