// The two trailers Calcifer writes into commit messages: whose commit it is, and what was waived.

export interface Trailers {
  /** keys of the items named by `Work-Item: #42 k7f2q9m3` */
  keys: string[];
  /** from `Calcifer-Waiver: entry; reason` */
  waivers: { check: string; reason: string }[];
}

const workItem = /^work-item:[ \t]*#(\d+)[ \t]+([a-z0-9]{8})\s*$/i;
const waiver = /^calcifer-waiver:[ \t]*([a-z-]+)[ \t]*;[ \t]*(.*\S)\s*$/i;
const anyTrailer = /^[A-Za-z0-9-]+[ \t]*:[ \t]|^\(cherry picked from|^[ \t]+\S/;

/** The trailers of a message: its last paragraph, comments left out. As for git, a message of one paragraph has none. */
export function trailersOf(message: string): Trailers {
  const found: Trailers = { keys: [], waivers: [] };
  const own = body(message);
  const last = lastParagraph(own);
  for (const line of last.length < own.length ? last : []) {
    const item = workItem.exec(line);
    if (item) found.keys.push((item[2] as string).toLowerCase());
    const waived = waiver.exec(line);
    if (waived) found.waivers.push({ check: (waived[1] as string).toLowerCase(), reason: waived[2] as string });
  }
  return found;
}

/** Nobody wrote a word: there are trailers of ours, and nothing else. */
export function isOnlyTrailers(message: string): boolean {
  const own = body(message).filter((l) => l.trim() !== "");
  return own.length > 0 && own.every((l) => workItem.test(l) || waiver.test(l));
}

export const itemTrailer = (item: { id: number; key: string }): string => `Work-Item: #${item.id} ${item.key}`;
/** A reason is a person's text: it becomes one line. */
export const waiverTrailer = (check: string, reason: string): string =>
  `Calcifer-Waiver: ${check}; ${reason.replace(/\s+/g, " ").trim()}`;

/** The message with a trailer added to its last paragraph of trailers, before git's own comment lines; unchanged when it is there. */
export function withTrailer(message: string, trailer: string): string {
  const own = body(message);
  const end = own.length;
  const kept = message.split("\n").slice(end).join("\n");
  const last = lastParagraph(own);
  if (last.length < own.length && last.some((l) => l.trimEnd() === trailer)) return message;
  const inTrailers = last.length > 0 && last.every((l) => anyTrailer.test(l)) && last.length < own.length;
  const text = own.join("\n").trimEnd();
  return `${text}${text === "" ? "\n\n" : inTrailers ? "\n" : "\n\n"}${trailer}\n${kept === "" ? "" : `\n${kept}`}`;
}

/** The lines a person wrote: up to the scissors, or to the block of comments that git puts at the end. */
function body(message: string): string[] {
  const all = message.split("\n");
  const scissors = all.findIndex((l) => /^# -+ >8 -+$/.test(l));
  let end = scissors < 0 ? all.length : scissors;
  while (end > 0 && ((all[end - 1] as string).startsWith("#") || (all[end - 1] as string).trim() === "")) end--;
  return all.slice(0, end);
}

function lastParagraph(body: string[]): string[] {
  const blank = body.findLastIndex((l) => l.trim() === "");
  return body.slice(blank + 1);
}
