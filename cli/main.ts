// `calcifer`: from what was typed to an exit status. Everything a plain call does not need is loaded when it is needed.
import { readFileSync } from "node:fs";
import { Fault } from "../protocol/errors.ts";
import { find, type Parsed, parse } from "./args.ts";
import { commands, rooms, runnerOf } from "./commands.ts";
import { asTyped, err, exitOf, faultJson, faultText, json, out, paperOf, statusAfter } from "./print.ts";
import type { Command } from "./table.ts";

async function run(argv: readonly string[]): Promise<number> {
  if (argv[0] === "__complete") return (await import("./local/completion.ts")).complete(argv.slice(1));
  const { command, words, rest } = find(argv, commands);
  if (!command) return withoutCommand(words, rest);
  const parsed = parse(command, rest, () => readFileSync(0, "utf8"));
  asked = command;
  if (parsed.globals.help) return showHelp((help, on) => help.commandHelp(command, on));
  const load = runnerOf(command, parsed.params);
  return load ? (await load())(parsed) : callAndPrint(parsed);
}

async function callAndPrint(parsed: Parsed): Promise<number> {
  const { callFor } = await import("./call.ts");
  const { command, globals } = parsed;
  const result = await callFor(parsed);
  if (globals.json) out(json(result));
  else out((await import("./pretty.ts")).pretty(command.method as string, result, paperOf(1), parsed.params));
  return statusAfter(command.method, result);
}

async function withoutCommand(words: readonly string[], rest: readonly string[]): Promise<number> {
  const [first] = words;
  if (first === undefined && rest.includes("--version"))
    return (await import("./local/help.ts")).version(rest.includes("--json"));
  const stray = rest.find((token) => !["--help", "-h", "--json"].includes(token));
  if (first === undefined && stray === undefined) return showHelp((help, on) => help.overview(on));
  const room = rooms.find((r) => r.name === first);
  if (room && words.length === 1 && stray === undefined)
    return showHelp((help, on) => help.roomHelp(room, commands, on));
  const { unknownCommand } = await import("./near.ts");
  throw unknownCommand(words.length > 0 ? words : [stray ?? ""], commands);
}

type Help = typeof import("./help.ts");

async function showHelp(page: (help: Help, on: ReturnType<typeof paperOf>) => string): Promise<number> {
  out(page(await import("./help.ts"), paperOf(1)));
  return 0;
}

/** What was understood to be asked, for the words in which its refusal is told. */
let asked: Command | undefined;

function tell(error: unknown, asJson: boolean): number {
  const fault = isFault(error) ? error : ours(error);
  if (asJson) err(faultJson(fault));
  else if (fault.fault !== "cancelled") err(faultText(asTyped(fault, asked), paperOf(2)));
  return exitOf(fault);
}

/** By name: a bundle loaded at run time has a class of its own. */
const isFault = (error: unknown): error is Fault => error instanceof Error && error.name === "Fault";

/** Something we did not foresee. Its stack is for us: shown on request. */
function ours(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && process.env.CALCIFER_DEBUG ? error.stack : undefined;
  return new Fault("internal", `A mistake of Calcifer's own: ${message}`, {
    hint: stack ?? "CALCIFER_DEBUG=1 in the environment shows where; `calcifer daemon logs` what came before.",
  });
}

const argv = process.argv.slice(2);
const end = argv.indexOf("--");
const wantsJson = (end < 0 ? argv : argv.slice(0, end)).includes("--json");
// Not by setting process.exitCode: what is still open (a socket, a timer) must not hold a finished command.
run(argv).then(
  (status) => process.exit(status),
  (error) => process.exit(tell(error, wantsJson)),
);
