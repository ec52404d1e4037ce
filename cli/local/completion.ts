// Tab completion: small scripts for the shells, which ask `calcifer __complete <words…>`; the last word is the one being typed.

import type { Parsed } from "../args.ts";
import { find } from "../args.ts";
import { callIfRunning } from "../call.ts";
import { hidden } from "../commands.gen.ts";
import { commands, rooms } from "../commands.ts";
import { out } from "../print.ts";
import { type Command, globals, type Parameter } from "../table.ts";
import { clean } from "../text.ts";

const bash = `# calcifer: completion for bash.  eval "$(calcifer completion bash)"
_calcifer() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("\${line%%$'\\t'*}"); done \\
    < <(calcifer __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _calcifer calcifer
`;

const zsh = `#compdef calcifer
# calcifer: completion for zsh.  eval "$(calcifer completion zsh)"
_calcifer() {
  local line
  local -a candidates
  for line in "\${(@f)$(calcifer __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#candidates} )); then _describe calcifer candidates; else _files; fi
}
compdef _calcifer calcifer
`;

const fish = `# calcifer: completion for fish.  calcifer completion fish > ~/.config/fish/completions/calcifer.fish
function __calcifer_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l candidates (calcifer __complete $before[2..-1] "$current" 2>/dev/null)
    if test (count $candidates) -eq 0
        __fish_complete_path "$current"
    else
        printf '%s\\n' $candidates
    end
end
complete -c calcifer -f -a '(__calcifer_complete)'
`;

const scripts: Record<string, string> = { bash, zsh, fish };

export async function completion({ params }: Parsed): Promise<number> {
  out(scripts[params.shell as string] as string);
  return 0;
}

/** A word that may stand there, and what it means. */
export type Candidate = readonly [word: string, says: string];

/** Prints the candidates; none when a file is wanted. Never an error: a shell is in the middle of something. */
export async function complete(words: readonly string[]): Promise<number> {
  try {
    const found = await candidates(words, fromDaemon);
    if (found.length > 0) out(found.map(([word, says]) => `${word}\t${clean(says)}`).join("\n"));
  } catch {
    // No completion is an answer too.
  }
  return 0;
}

/** What only the daemon knows. */
export type Ask = (about: Parameter, command: Command) => Promise<Candidate[]>;

export async function candidates(words: readonly string[], ask: Ask): Promise<Candidate[]> {
  // bash cuts at `=`: `--type = fe`.
  const whole = words.filter((word, i) => word !== "=" || i === words.length - 1);
  const current = whole.at(-1) === "=" ? "" : (whole.at(-1) ?? "");
  const before = whole.slice(0, -1);
  const { command, rest, words: named } = find(before, commands);
  const all = command ? await within(command, rest, current, ask) : firstWords(named);
  return all.filter(([word]) => word.startsWith(current));
}

function firstWords(named: readonly string[]): Candidate[] {
  if (named.length > 0) return verbs(named[0] as string);
  const single = commands.filter((c) => c.alias !== undefined || c.words.length === 1);
  const many: Candidate[] = [
    ...rooms.map(({ name, summary }) => [name, summary] as const),
    ...single.map((c) => [c.alias ?? (c.words[0] as string), c.summary] as const),
    ["--help", "show the overview"],
    ["--version", "show the version"],
  ];
  return many
    .filter(([word], i) => many.findIndex(([other]) => other === word) === i)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const verbs = (room: string): Candidate[] =>
  commands
    .filter((c) => c.words[0] === room && c.words.length === 2)
    .map((c) => [c.words[1] as string, c.summary] as const);

async function within(command: Command, rest: readonly string[], current: string, ask: Ask): Promise<Candidate[]> {
  const options = [...command.options, ...globals];
  const last = rest.at(-1);
  const awaiting = options.find((o) => takesValue(o, last));
  if (awaiting) return values(awaiting, command, ask);
  if (command.words[0] === "help") return firstWords(rest).filter(([word]) => !word.startsWith("-"));
  if (current.startsWith("-")) return flags(options, rest);
  const open = command.positionals[placed(options, rest)] ?? command.positionals.filter((p) => p.many).at(-1);
  return open ? values(open, command, ask) : [];
}

const takesValue = (option: Parameter, word: string | undefined): boolean =>
  option.type !== "boolean" && word !== undefined && (option.flag === word || option.short === word);

/** How many words stand by position already. */
const placed = (options: readonly Parameter[], rest: readonly string[]): number =>
  rest.filter((word, i) => !word.startsWith("-") && !options.some((o) => takesValue(o, rest[i - 1]))).length;

function flags(options: readonly Parameter[], rest: readonly string[]): Candidate[] {
  const open = options.filter((o) => o.many || !rest.some((word) => word === o.flag || word.startsWith(`${o.flag}=`)));
  return open.flatMap((o): Candidate[] => [
    [o.flag, o.says],
    ...(o.either ? [[`--no-${o.flag.slice(2)}`, o.says] as const] : []),
  ]);
}

async function values(parameter: Parameter, command: Command, ask: Ask): Promise<Candidate[]> {
  if (parameter.choices) return parameter.choices.map((choice) => [choice, parameter.says] as const);
  if (parameter.key === "method") return methods();
  return ask(parameter, command);
}

const methods = (): Candidate[] => [
  ...commands.flatMap((c): Candidate[] => (c.method ? [[c.method, c.summary]] : [])),
  ...hidden.map((name) => [name, ""] as const),
];

/** Asks a daemon that runs; starts none, as nobody has said yet that they want anything. */
async function fromDaemon(parameter: Parameter, command: Command): Promise<Candidate[]> {
  if (parameter.type === "item" || parameter.key === "item") {
    const verb = command.words[1] as string;
    const status = verb === "restore" ? { status: "dropped" } : verb === "start" ? { status: "planned" } : {};
    const found = await callIfRunning<{ items: { id: number; title: string }[] }>("work.list", {
      limit: 50,
      ...status,
    });
    return (found?.items ?? []).map(({ id, title }) => [String(id), title] as const);
  }
  if (parameter.key === "service") {
    const found = await callIfRunning<{ services: { name: string; repo: string }[] }>("service.list", {});
    return (found?.services ?? []).map(({ name, repo }) => [name, repo] as const);
  }
  if (command.method === "backup.restore") {
    const found = await callIfRunning<{ backups: { name: string; why: string }[] }>("backup.list", {});
    return (found?.backups ?? []).map(({ name, why }) => [name, why] as const);
  }
  return [];
}
