// Variables of compose files: what `.env` says, and what `${…}` in a text becomes. Pure.

export type Variables = ReadonlyMap<string, string>;

/** The variables of a `.env`: the last word on a name holds. Lines that are none are passed over. */
export function parseEnv(text: string): Map<string, string> {
  const found = new Map<string, string>();
  // A quoted value may go over several lines.
  const line =
    /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\r\n]*))/gm;
  for (const [, name = "", single, double, bare] of text.matchAll(line)) {
    if (single !== undefined) found.set(name, single);
    else if (double !== undefined) found.set(name, filledIn(unescaped(double), found));
    else found.set(name, filledIn((bare ?? "").replace(/(^|[ \t])#.*$/, "").trim(), found));
  }
  return found;
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
const unescaped = (text: string): string => text.replace(/\\([nrt"\\])/g, (_, c: string) => escapes[c] ?? c);

/** A value may name those before it. */
const filledIn = (text: string, known: Variables): string => interpolate(text, known).text;

export interface Interpolated {
  text: string;
  /** names that were asked for, have no value and no default */
  unset: string[];
  /** what a `${NAME:?…}` says, where the name has no value */
  failed: string[];
}

/** Milder than an endless loop: what nests deeper is left as it is. */
const deepest = 10;
/** A value may name others, which name others: what grows beyond this is cut. */
const mostCharacters = 64 * 1024;

/** `$NAME`, `${NAME}` with `:-` `-` `:+` `+` `:?` `?` behind the name, and `$$` for a dollar sign. */
export function interpolate(text: string, variables: Variables, depth = 0): Interpolated {
  const result: Interpolated = { text: "", unset: [], failed: [] };
  if (!text.includes("$") || depth > deepest) return { ...result, text };
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) break;
    result.text += text.slice(at, dollar);
    const { value, end } = one(text, dollar, variables, result, depth);
    result.text += value;
    at = end;
    if (result.text.length <= Math.max(mostCharacters, text.length)) continue;
    result.failed.push("its variables make it longer than 64 KiB; it is cut");
    return { ...result, text: result.text.slice(0, mostCharacters) };
  }
  result.text += text.slice(at);
  return result;
}

type One = { value: string; end: number };

function one(text: string, dollar: number, variables: Variables, result: Interpolated, depth: number): One {
  const next = text[dollar + 1];
  if (next === "$") return { value: "$", end: dollar + 2 };
  if (next === "{") {
    const close = closing(text, dollar + 2);
    if (close >= 0) return { value: braced(text.slice(dollar + 2, close), variables, result, depth), end: close + 1 };
  }
  const name = /^[A-Za-z_]\w*/.exec(text.slice(dollar + 1, dollar + 257))?.[0];
  if (name === undefined) return { value: "$", end: dollar + 1 };
  return { value: plain(name, variables, result), end: dollar + 1 + name.length };
}

/** A default longer than this is none: else a text of nothing but open braces would be read again and again. */
const longest = 1000;

/** The brace that closes the one before `from`. */
function closing(text: string, from: number): number {
  for (let at = from, open = 1; at < Math.min(text.length, from + longest); at++) {
    if (text[at] === "{" && text[at - 1] === "$") open++;
    else if (text[at] === "}" && --open === 0) return at;
  }
  return -1;
}

function plain(name: string, variables: Variables, result: Interpolated): string {
  const value = variables.get(name);
  if (value === undefined) result.unset.push(name);
  return value ?? "";
}

function braced(inside: string, variables: Variables, result: Interpolated, depth: number): string {
  const parts = /^([A-Za-z_]\w*)(?:(:?[-+?])([\s\S]*))?$/.exec(inside);
  if (!parts) {
    result.failed.push(`\${${inside.slice(0, 60)}} is no variable`);
    return "";
  }
  const [, name = "", operator, rest = ""] = parts;
  if (operator === undefined) return plain(name, variables, result);
  const value = variables.get(name);
  const has = operator.startsWith(":") ? (value ?? "") !== "" : value !== undefined;
  const other = (): string => {
    const nested = interpolate(rest, variables, depth + 1);
    result.unset.push(...nested.unset);
    result.failed.push(...nested.failed);
    return nested.text;
  };
  if (operator.endsWith("-")) return has ? (value ?? "") : other();
  if (operator.endsWith("+")) return has ? other() : "";
  if (!has) result.failed.push(`${name} has no value${rest === "" ? "" : `: ${other()}`}`);
  return value ?? "";
}
