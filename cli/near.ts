// What was probably meant: the candidate a typing mistake away from what was typed.
import { Fault } from "../protocol/errors.ts";
import { type Command, type Parameter, spelling } from "./table.ts";

/** The fault for a flag the command does not have. */
export function unknownOption(command: Command, options: readonly Parameter[], name: string): Fault {
  const names = options.flatMap((o) =>
    o.type === "boolean" && o.default !== undefined ? [o.flag, `--no-${o.flag.slice(2)}`] : [o.flag],
  );
  const meant = nearest(name, names);
  const full = `calcifer ${spelling(command)}`;
  return new Fault("invalid", `${full} has no option ${name}.`, {
    hint: meant ? `Did you mean ${meant}?` : `See: ${full} --help`,
  });
}

/** The fault for words that are no command. */
export function unknownCommand(words: readonly string[], commands: readonly Command[]): Fault {
  const typed = words.join(" ");
  const inRoom = commands.filter((c) => c.words[0] === words[0] && c.words.length === 2);
  const verb = words[1];
  const names = [
    ...new Set(commands.flatMap((c) => [c.words.join(" "), c.words[0] as string, ...(c.alias ? [c.alias] : [])])),
  ];
  const meant =
    inRoom.length > 0 && verb !== undefined
      ? prefixed(
          words[0] as string,
          nearest(
            verb,
            inRoom.map((c) => c.words[1] as string),
          ),
        )
      : (nearest(typed, names) ?? nearest(words[0] ?? "", names) ?? verbElsewhere(words, commands));
  const room = inRoom.length > 0 ? `calcifer ${words[0]} --help` : "calcifer --help";
  return new Fault("invalid", `There is no command ${quoted(typed)}.`, {
    hint: meant ? `Did you mean: calcifer ${meant}?` : `See: ${room}`,
  });
}

const prefixed = (room: string, verb: string | undefined): string | undefined => verb && `${room} ${verb}`;

/** `calcifer finish 42` is most likely `calcifer work finish 42`. */
function verbElsewhere([first]: readonly string[], commands: readonly Command[]): string | undefined {
  return commands.find((c) => c.words[1] === first)?.words.join(" ");
}

/** The candidate a typing mistake away, if there is one. */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  const bare = (text: string) => text.replace(/^-+/, "").toLowerCase();
  const wanted = bare(typed);
  if (wanted.length === 0) return undefined;
  const scored = candidates.map((candidate) => ({ candidate, distance: editDistance(wanted, bare(candidate)) }));
  const best = scored.sort((a, b) => a.distance - b.distance)[0];
  if (best && best.distance <= Math.max(1, Math.floor(wanted.length / 3))) return best.candidate;
  const longer = candidates.filter((candidate) => wanted.length >= 3 && bare(candidate).startsWith(wanted));
  return longer.length === 1 ? longer[0] : undefined;
}

/** Insertions, deletions, replacements and swapped neighbours from one to the other. */
function editDistance(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length] as number;
}

/** Quoted so that a shell gives the same text back; for hints people paste. */
export const quoted = (text: string): string =>
  /[$`\\!"]/.test(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `"${text}"`;
