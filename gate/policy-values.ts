// Whether one value of `.calcifer.yaml` is what its key asks for, and the sentence when it is not.
import type { Key } from "./policy-keys.ts";

/** A value as written, with a finger on each part of a list. */
export interface Written<At> {
  value: unknown;
  at: At;
  /** undefined: not a list */
  items: Written<At>[] | undefined;
}

export interface Wrong<At> {
  at: At;
  message: string;
}

/** What is wrong with a value, at the most exact place; undefined when nothing is. */
export function wrongWith<At>(path: string, key: Key, written: Written<At>): Wrong<At> | undefined {
  const { items, at } = written;
  if (key.kind === "some of" || key.kind === "texts" || key.kind === "globs") {
    if (!items) return { at, message: `${path} must be a list; it is ${shown(written)}.${asList(written.value)}` };
    for (const item of items) {
      const message = wrongItem(path, key, item);
      if (message) return { at: item.at, message };
    }
    return undefined;
  }
  const message = wrongScalar(path, key, written);
  return message === undefined ? undefined : { at, message };
}

function wrongItem<At>(path: string, key: Key, item: Written<At>): string | undefined {
  const { value } = item;
  if (key.kind === "some of") {
    if (key.choices?.includes(value as string)) return undefined;
    return `${path} must be a list of ${key.choices?.join(", ")}; ${shown(item)} is none of them.${meant(value, key.choices)}`;
  }
  if (typeof value !== "string" || value.trim() === "")
    return `${path} must be a list of texts; ${shown(item)} is none.`;
  if (key.kind === "globs" && !isGlob(value))
    return `${path} has ${shown(item)}, which means nothing inside the repository.`;
  return isClean(value) ? undefined : `${path} has control characters in ${shown(item)}.`;
}

function wrongScalar<At>(path: string, key: Key, written: Written<At>): string | undefined {
  const { value } = written;
  const { kind, choices = [] } = key;
  if (kind === "yes or no")
    return typeof value === "boolean" ? undefined : `${path} must be true or false; it is ${shown(written)}.`;
  if (kind === "one of") {
    if (choices.includes(value as string)) return undefined;
    return `${path} must be one of ${choices.join(", ")}; it is ${shown(written)}.${meant(value, choices)}`;
  }
  if (kind === "percentage")
    return typeof value === "number" && value >= 0 && value <= 100
      ? undefined
      : `${path} must be a number from 0 to 100; it is ${shown(written)}.`;
  if (kind === "duration")
    return millisecondsOf(value) === undefined
      ? `${path} must be a duration up to a day, such as 90s, 10m or 2h; it is ${shown(written)}.`
      : undefined;
  if (kind === "pattern for documents" && value === null) return undefined;
  if (typeof value !== "string" || value.trim() === "")
    return `${path} must be text; it is ${shown(written)}.${asText(value)}`;
  return isClean(value)
    ? wrongText(path, key, value, shown(written))
    : `${path} has control characters in ${shown(written)}.`;
}

function wrongText(path: string, key: Key, value: string, as: string): string | undefined {
  switch (key.kind) {
    case "branch name":
      return isBranchName(value) ? undefined : `${path} must be a valid branch name; ${as} is not.`;
    case "path":
      return isInside(value) ? undefined : `${path} must be a path inside the repository; ${as} is not.`;
    case "pattern for documents":
      return (
        wrongPlaceholder(path, value, ["docs", "id", "slug", "type"]) ??
        (isInside(fill(value, sample)) ? undefined : `${path} must be a path inside the repository; ${as} is not.`)
      );
    case "pattern for branches":
      return wrongPlaceholder(path, value, ["id", "slug", "type"]) ?? wrongBranch(path, value, as);
    default:
      return undefined;
  }
}

const units = { s: 1000, m: 60_000, h: 3_600_000 } as const;
const longest = 24 * units.h;

/** `10m` in milliseconds; undefined when it is no duration, or a longer one than a day. */
export function millisecondsOf(value: unknown): number | undefined {
  const [, digits, unit] = /^([1-9][0-9]{0,5})([smh])$/.exec(typeof value === "string" ? value : "") ?? [];
  if (digits === undefined) return undefined;
  const found = Number(digits) * units[unit as keyof typeof units];
  return found <= longest ? found : undefined;
}

const sample = { docs: "docs", id: "42", slug: "add-tls", type: "bug" };

function wrongBranch(path: string, value: string, as: string): string | undefined {
  if (!value.includes("{id}")) return `${path} must contain {id}, or two items could hold one branch; it is ${as}.`;
  return isBranchName(fill(value, sample)) ? undefined : `${path} must make a valid branch name; ${as} does not.`;
}

function wrongPlaceholder(path: string, value: string, known: string[]): string | undefined {
  const names = [...value.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name as string);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  const all = known.map((name) => `{${name}}`).join(", ");
  return `${path} can contain ${all}; it has {${unknown.slice(0, 40)}}.${meant(unknown, known)}`;
}

/** Fills in `{name}`. */
export function fill(pattern: string, values: Record<string, string>): string {
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] as string) : whole,
  );
}

function isClean(value: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value) && value.isWellFormed();
}

// As `git check-ref-format --branch` has it, and no name that git reads in another way.
function isBranchName(name: string): boolean {
  if (/[ ~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[./]$|^@$|^HEAD$/.test(name)) return false;
  return name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}

function isInside(path: string): boolean {
  if (/\\|^[-:/]|^[A-Za-z]:/.test(path)) return false;
  return path.split("/").every((name) => name !== "" && !/^\.{1,2}$|^\.git[\s.]*$|^git~1$/i.test(name));
}

function isGlob(glob: string): boolean {
  return glob.length <= 500 && glob !== "!" && !/(?:^|\/)\.\.(?:\/|$)/.test(glob);
}

// ---- words

/** A value as a sentence can quote it. */
function shown({ value, items }: Written<unknown>): string {
  if (items) return "a list";
  if (value === null) return "empty";
  if (typeof value === "string") return quoted(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "keys and values";
}

export function quoted(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(short).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
}

function asList(value: unknown): string {
  return typeof value === "string" && value !== "" ? ` Write [${quoted(value)}].` : "";
}

function asText(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean" ? " Write it in quotes." : "";
}

/** ` Did you mean "x"?` when one of the words is close to what was written. */
export function meant(written: unknown, words: Iterable<string> | undefined): string {
  const word = typeof written === "string" ? closest(written, words ?? []) : undefined;
  return word === undefined ? "" : ` Did you mean ${quoted(word)}?`;
}

/** The word that is at most two letters, and at most half of it, away. */
export function closest(written: string, words: Iterable<string>): string | undefined {
  if (written.length > 100) return undefined;
  let best: { word: string; steps: number } | undefined;
  for (const word of words) {
    const steps = distance(written.toLowerCase(), word.toLowerCase());
    if (steps <= Math.min(2, word.length / 2) && (!best || steps < best.steps)) best = { word, steps };
  }
  return best?.word;
}

/** Letters to put in, take out, change or swap with their neighbour to get from one word to the other. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 9) + 1 : 9;
      row.push(Math.min(change, swap, (last[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}
