// What a template becomes with values for its variables: which values fit, which files, with what names. Pure.
import type { Template } from "../../protocol/service.ts";

type Variable = Template["variables"][number];
export type Values = Record<string, string>;

/** Given to every template, and not to be set. */
export const given = ["name", "trunk", "date"] as const;

export const variableName = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * The values of all variables: what was set, else the default.
 * @param matches whether a value fits a pattern
 * @returns sentences about what does not fit, if there are any
 */
export function valuesOf(
  variables: readonly Variable[],
  set: readonly string[],
  matches: (pattern: string, value: string) => boolean,
): { values: Values; problems: string[] } {
  const values: Values = {};
  const problems: string[] = [];
  for (const text of set) {
    const at = text.indexOf("=");
    const [name, value] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
    const variable = variables.find((one) => one.name === name);
    if (value === undefined) problems.push(`${text} is no name=value.`);
    else if (!variable)
      problems.push(`There is no variable ${name}; there ${listed(variables.map((one) => one.name))}.`);
    else {
      const fitting = valueFor(variable, value, matches);
      if ("why" in fitting) problems.push(`${name}: ${fitting.why}`);
      else values[name] = fitting.value;
    }
  }
  for (const { name, question, default: otherwise } of variables) {
    if (name in values || set.some((text) => text.startsWith(`${name}=`))) continue;
    if (otherwise === null) problems.push(`${name} has no value: ${question}`);
    else values[name] = otherwise;
  }
  return { values, problems };
}

const listed = (names: string[]): string =>
  names.length === 0 ? "are none" : `${names.length === 1 ? "is" : "are"}: ${names.join(", ")}`;

/** The value as it is put in, or why it cannot be one. */
export function valueFor(
  { type, choices, pattern }: Variable,
  value: string,
  matches: (pattern: string, value: string) => boolean,
): { value: string } | { why: string } {
  if (/\p{Cc}/u.test(value)) return { why: "a value has one line and no control characters." };
  if (type === "number" && !/^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return { why: `${value} is no number.` };
  if (type === "yes or no") {
    if (/^(yes|true)$/i.test(value)) return { value: "yes" };
    return /^(no|false)$/i.test(value) ? { value: "no" } : { why: `${value} is neither yes nor no.` };
  }
  if (type === "choice" && !choices.includes(value)) return { why: `${value} is none of ${choices.join(", ")}.` };
  if (pattern !== null && !matches(pattern, value)) return { why: `${value} does not fit ${pattern}.` };
  return { value };
}

/** `{{name}}`, without spaces and of lower-case letters: what other languages have in double braces is left alone. */
const placeholder = /\{\{([a-z][a-z0-9-]*)\}\}/g;

/** With values put in. @param unknown is told the names there are no values for */
export function filled(text: string, values: Values, unknown: (name: string) => void): string {
  return text.replace(placeholder, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) unknown(name);
    return value ?? whole;
  });
}

/** `docker=yes`: whether a file belongs to what is made. */
export const holds = (when: string | undefined, values: Values): boolean => {
  if (when === undefined) return true;
  const [name = "", value = ""] = when.split("=");
  return values[name] === value;
};

/**
 * A template's own path as that of the file it becomes: `dot_` stands for the dot that packers and git would take for theirs.
 * What is not seen is refused: some file systems take `.g<U+200C>it` for `.git`.
 * @returns undefined for a path that leads elsewhere, or into git's own folder
 */
export function pathIn(written: string): string | undefined {
  const parts = written.split("/").map((part) => part.replace(/^dot_/, "."));
  const bad = (part: string) =>
    part === "" || /^\.{1,2}$|^\.git$|^git~\d|[\\:\p{Cc}\p{Cf}]|[. ]$/iu.test(part) || part.length > 200;
  return parts.some(bad) ? undefined : parts.join("/");
}
