// How rules name things: items, places of entries, numbers, words for a shell. Pure.
import type { Policy } from "./policy.ts";
import type { ItemMark } from "./repo.ts";

/** `#42 "Add TLS"`; a title from somebody else's clone may hold anything, so what could forge output is taken out. */
export const called = (item: { id: number; title: string }): string =>
  item.title === "" ? `#${item.id}` : `#${item.id} "${plain(item.title).slice(0, 200)}"`;

/** Without what could move a terminal's cursor, or turn the reading direction. */
export const plain = (text: string): string =>
  text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, "");

/** The words for a missing entry: the same from the hook, the CLI and the editor. */
export const noEntry = (item: ItemMark, policy: Policy): { message: string; next: string } => ({
  message: `${entryPlaceFirst(policy)} has no entry for ${called(item)}.`,
  next: `calcifer commit -m "…" --entry "what readers should know"`,
});

export const entryPlace = (policy: Policy): string =>
  policy.changes.entries === "fragments" ? "the changes folder" : policy.changes.file;
export const entryPlaceFirst = (policy: Policy): string => entryPlace(policy).replace(/^the /, "The ");

export const isWaived = (waivers: { check: string }[], check: string): boolean =>
  waivers.some((w) => w.check === check);

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export const shellWord = (s: string): string =>
  /^[\w./@-]+$/.test(s) && !s.startsWith("-") ? s : `'${s.replaceAll("'", `'\\''`)}'`;
