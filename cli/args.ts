// From what was typed to a command and its parameters, by the table alone. Knows no command by name.
import { Fault } from "../protocol/errors.ts";
import { nearest, quoted, unknownOption } from "./near.ts";
import { type Command, globals, type Parameter, spelling, usageOf } from "./table.ts";

export interface Globals {
  json: boolean;
  help: boolean;
  /** as typed; undefined: the current folder */
  repo?: string;
}

export interface Parsed {
  command: Command;
  params: Record<string, unknown>;
  globals: Globals;
}

/** What was typed, cut into its command and the rest. `command` is undefined for a room's name or nothing. */
export interface Found {
  command: Command | undefined;
  /** the words that were read as the command, or could not be */
  words: string[];
  rest: string[];
}

/** Finds the command: two words, or an alias. Global options may stand before it. */
export function find(argv: readonly string[], commands: readonly Command[]): Found {
  const before = leadingGlobals(argv);
  const [first, second] = argv.slice(before);
  const led = argv.slice(0, before);
  const at = (words: number): string[] => [...led, ...argv.slice(before + words)];
  const two = commands.find((c) => c.words.length === 2 && c.words[0] === first && c.words[1] === second);
  if (two) return { command: two, words: [first as string, second as string], rest: at(2) };
  const one =
    first === undefined
      ? undefined
      : commands.find((c) => c.alias === first || (c.words.length === 1 && c.words[0] === first));
  if (one) return { command: one, words: [first as string], rest: at(1) };
  const words = [first, second].filter((word) => word !== undefined && !word.startsWith("-")) as string[];
  return { command: undefined, words, rest: at(words.length) };
}

function leadingGlobals(argv: readonly string[]): number {
  let at = 0;
  while (argv[at]?.startsWith("-") && argv[at] !== "--") {
    at += globals.some((g) => g.flag === argv[at] && g.type !== "boolean") ? 2 : 1;
  }
  return at;
}

/**
 * Reads what follows the command's name.
 * @throws Fault `invalid`, which says what to type instead
 */
export function parse(command: Command, rest: readonly string[], stdin: () => string = noStdin): Parsed {
  const options = [...command.options, ...command.positionals, ...globals];
  const given = new Map<Parameter, unknown[]>();
  const put = (parameter: Parameter, value: unknown) => {
    const values = given.get(parameter);
    if (!values) given.set(parameter, [value]);
    else if (parameter.many) values.push(value);
    else if (globals.includes(parameter) || values[0] === value) values[0] = value;
    else throw new Fault("invalid", `${parameter.flag} was given twice, and only one can hold.`);
  };
  const words = readOptions(command, options, rest, put);
  const read = onceOnly(stdin);
  if (given.has(helpOption)) return { command, params: {}, globals: globalsOf(given) };
  placePositionals(command, words, given, put);
  const params: Record<string, unknown> = {};
  for (const [parameter, values] of given) {
    if (globals.includes(parameter)) continue;
    const converted = values.map((value) => convert(parameter, value, read));
    params[parameter.key] = parameter.many ? converted : converted[0];
  }
  requireAll(command, params);
  return { command, params, globals: globalsOf(given) };
}

const [jsonOption, repoOption, helpOption] = globals as [Parameter, Parameter, Parameter];

function globalsOf(given: Map<Parameter, unknown[]>): Globals {
  const repo = given.get(repoOption)?.[0];
  return {
    json: given.get(jsonOption)?.[0] === true,
    help: given.has(helpOption),
    ...(typeof repo === "string" && { repo }),
  };
}

/** Takes the options out; what is left are the words by position. */
function readOptions(
  command: Command,
  options: readonly Parameter[],
  rest: readonly string[],
  put: (parameter: Parameter, value: unknown) => void,
): string[] {
  const words: string[] = [];
  const queue = [...rest];
  for (let token = queue.shift(); token !== undefined; token = queue.shift()) {
    if (token === "--") return [...words, ...queue];
    if (token === "-" || !token.startsWith("-")) {
      words.push(token);
      continue;
    }
    const { name, attached, more } = cut(token);
    const { parameter, negated } = optionNamed(command, options, name);
    if (parameter.type === "boolean") {
      if (attached !== undefined && more) queue.unshift(`-${attached}`);
      put(parameter, truth(parameter, negated, more ? undefined : attached));
    } else {
      put(parameter, attached ?? valueAfter(parameter, options, queue));
    }
  }
  return words;
}

/** `--flag=value`, `-mvalue` and `-am value`, as in git; `more`: what is attached to a letter may be further letters. */
function cut(token: string): { name: string; attached?: string; more?: true } {
  if (!token.startsWith("--")) {
    const attached = token.slice(2);
    if (attached.startsWith("=")) return { name: token.slice(0, 2), attached: attached.slice(1) };
    return attached === "" ? { name: token } : { name: token.slice(0, 2), attached, more: true };
  }
  const equals = token.indexOf("=");
  return equals < 0 ? { name: token } : { name: token.slice(0, equals), attached: token.slice(equals + 1) };
}

function optionNamed(
  command: Command,
  options: readonly Parameter[],
  name: string,
): { parameter: Parameter; negated: boolean } {
  const parameter = options.find((o) => o.flag === name || o.short === name);
  if (parameter) return { parameter, negated: false };
  const turned = options.find((o) => o.type === "boolean" && `--no-${o.flag.slice(2)}` === name);
  if (turned) return { parameter: turned, negated: true };
  throw unknownOption(command, options, name);
}

function truth(parameter: Parameter, negated: boolean, attached: string | undefined): boolean {
  if (attached === undefined) return !negated;
  if (attached !== "true" && attached !== "false") {
    throw new Fault(
      "invalid",
      `${parameter.flag} is either there or not; it takes no value such as ${quoted(attached)}.`,
    );
  }
  return (attached === "true") !== negated;
}

function valueAfter(parameter: Parameter, options: readonly Parameter[], queue: string[]): string {
  const value = queue.shift();
  if (value === undefined) throw new Fault("invalid", `${parameter.flag} needs a value: ${usageOf(parameter)}.`);
  if (value.startsWith("-") && options.some((o) => o.flag === value || o.short === value)) {
    throw new Fault("invalid", `${parameter.flag} needs a value, and ${value} is an option.`, {
      hint: `If that is the value: ${parameter.flag}=${value}`,
    });
  }
  return value;
}

const itemSpelling = /^(#?\d+|\.)$/;

function placePositionals(
  command: Command,
  words: string[],
  given: Map<Parameter, unknown[]>,
  put: (parameter: Parameter, value: unknown) => void,
): void {
  const open = command.positionals.filter((p) => !given.has(p) || p.many);
  const [first, next] = open;
  // `work note "text"` is about the active item.
  const omitted =
    first?.type === "item" &&
    !first.required &&
    next?.type === "string" &&
    words[0] !== undefined &&
    !itemSpelling.test(words[0]);
  const places = omitted ? open.slice(1) : open;
  const queue = [...words];
  for (const place of places) {
    for (const word of place.many ? queue.splice(0) : queue.splice(0, 1)) put(place, word);
  }
  if (queue.length > 0) throw tooMany(command, places, words, queue);
}

function tooMany(command: Command, places: readonly Parameter[], words: string[], left: string[]): Fault {
  const last = places.at(-1);
  const name = `calcifer ${spelling(command)}`;
  if (last?.type !== "string" || last.choices) {
    return new Fault("invalid", `${name} does not know what to do with ${left.map(quoted).join(" ")}.`, {
      hint: `See: ${name} --help`,
    });
  }
  const kept = words.slice(0, places.length - 1);
  const text = words.slice(places.length - 1).join(" ");
  return new Fault("invalid", `${name} takes one ${last.key}; more words follow it. Put it in quotes.`, {
    hint: [name, ...kept, quoted(text)].join(" "),
  });
}

function convert(parameter: Parameter, value: unknown, stdin: (flag: string) => string): unknown {
  if (typeof value !== "string") return value;
  if (parameter.choices && !parameter.choices.includes(value)) throw noChoice(parameter, value);
  if (parameter.type === "item") return /^#?\d+$/.test(value) ? Number(value.replace("#", "")) : value;
  if (parameter.type === "number") return numberFrom(parameter, value);
  if (value === "-" && texts.has(parameter.key)) return stdin(parameter.flag);
  return value;
}

/** Parameters that hold prose: for these a dash means standard input. */
const texts = new Set(["title", "text", "description", "message", "entry", "noEntry", "reason"]);

function numberFrom(parameter: Parameter, value: string): number {
  const digits = parameter.key === "item" ? value.replace(/^#/, "") : value;
  if (!/^-?\d+$/.test(digits))
    throw new Fault("invalid", `${nameOf(parameter)} must be a number; it is ${quoted(value)}.`);
  return Number(digits);
}

function noChoice(parameter: Parameter, value: string): Fault {
  const choices = parameter.choices ?? [];
  const meant = nearest(value, choices);
  return new Fault("invalid", `${nameOf(parameter)} cannot be ${quoted(value)}; it is one of ${choices.join(", ")}.`, {
    ...(meant && { hint: `Did you mean ${meant}?` }),
  });
}

function requireAll(command: Command, params: Record<string, unknown>): void {
  for (const parameter of [...command.positionals, ...command.options]) {
    if (!parameter.required || parameter.key in params) continue;
    const place = command.positionals.includes(parameter)
      ? `<${parameter.key}>`
      : `${parameter.flag} ${usageOf(parameter)}`;
    const example = command.examples[0];
    throw new Fault("invalid", `calcifer ${spelling(command)} needs ${place}: ${parameter.says}.`, {
      ...(example !== undefined && { hint: `For example: ${example}` }),
    });
  }
}

const nameOf = (parameter: Parameter): string => parameter.flag;

function onceOnly(stdin: () => string): (flag: string) => string {
  let by: string | undefined;
  return (flag) => {
    if (by !== undefined)
      throw new Fault("invalid", `Only one value can come from standard input; ${by} has it already.`);
    by = flag;
    return stdin().replace(/\r?\n$/, "");
  };
}

function noStdin(): string {
  throw new Fault("invalid", "There is no standard input to read.");
}
