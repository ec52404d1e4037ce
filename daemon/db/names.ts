// How copies of the database are called, and which of them are kept. Pure.
import type { Backup } from "../../protocol/backup.ts";

export type Why = Backup["why"];

/** How many of each kind are kept; the oldest go. */
export const kept: Record<Why, number> = { daily: 7, asked: 20, migration: 5, restore: 5 };

/** `calcifer-2026-11-20T08-00-00Z-daily.db`; `taken` are names it must differ from. */
export function copyName(at: Date, why: Why, taken: readonly string[] = []): string {
  const stamp = `${at.toISOString().slice(0, 19).replaceAll(":", "-")}Z`;
  for (let n = 1; ; n++) {
    const name = `calcifer-${stamp}${n > 1 ? `.${n}` : ""}-${why}.db`;
    if (!taken.includes(name)) return name;
  }
}

/** What a name says, undefined for a file that is no copy of ours. */
export function readName(name: string): { at: string; why: Why } | undefined {
  const match = /^calcifer-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z(?:\.\d+)?-(asked|daily|migration|restore)\.db$/.exec(
    name,
  );
  if (!match) return undefined;
  const [, day, h, m, s, why] = match;
  return { at: `${day}T${h}:${m}:${s}.000Z`, why: why as Why };
}

/** Names to delete so that of each kind only the newest remain. */
export function superfluous(names: readonly string[]): string[] {
  const ours = newestFirst(names);
  return (Object.keys(kept) as Why[]).flatMap((why) =>
    ours.filter((name) => readName(name)?.why === why).slice(kept[why]),
  );
}

/** Our copies among these names, newest first. */
export function newestFirst(names: readonly string[]): string[] {
  const age = (name: string) => `${readName(name)?.at} ${name}`;
  return names.filter((name) => readName(name)).sort((a, b) => (age(a) < age(b) ? 1 : -1));
}
