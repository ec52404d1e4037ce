// What is wrong with a request, in plain words. Pure.
import type * as z from "zod";

type Issue = z.core.$ZodIssue;

/** One sentence part per issue: `title: must have 1 to 200 characters; it has 201`. */
export function wrongFields(issues: readonly Issue[], params: unknown): { field: string; message: string }[] {
  return issues.flatMap((issue) => wrongField(issue, params));
}

function wrongField(issue: Issue, params: unknown): { field: string; message: string }[] {
  const field = fieldName(issue.path);
  return [{ field, message: `${field}: ${wrong(issue, at(params, issue.path))}` }];
}

function fieldName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the parameters";
  return path.reduce<string>(
    (name, part) =>
      typeof part === "number" ? `${name}[${part + 1}]` : name === "" ? String(part) : `${name}.${String(part)}`,
    "",
  );
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value;
  for (const part of path)
    here = typeof here === "object" && here !== null ? (here as Record<PropertyKey, unknown>)[part] : undefined;
  return here;
}

function wrong(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return value === undefined
        ? "is missing"
        : `must be ${kinds[issue.expected] ?? `a ${issue.expected}`}; it is ${shown(value)}`;
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}; it is ${shown(value)}`;
    case "too_big":
      return `${size(issue.origin, "at most", Number(issue.maximum))}${tooMuch(issue.origin, value)}`;
    case "too_small":
      return `${size(issue.origin, "at least", Number(issue.minimum))}${tooMuch(issue.origin, value)}`;
    case "invalid_union":
      return `cannot be ${shown(value)}`;
    default:
      return issue.message;
  }
}

const kinds: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function size(origin: string, bound: string, n: number): string {
  const many = n.toLocaleString("en");
  if (origin === "string") return `must have ${bound} ${many} ${n === 1 ? "character" : "characters"}`;
  if (origin === "array" || origin === "set") return `must have ${bound} ${many} ${n === 1 ? "element" : "elements"}`;
  return `must be ${bound} ${many}`;
}

function tooMuch(origin: string, value: unknown): string {
  if (origin === "string" && typeof value === "string")
    return value === "" ? "; it is empty" : `; it has ${value.length.toLocaleString("en")}`;
  if (origin === "array" && Array.isArray(value)) return `; it has ${value.length.toLocaleString("en")}`;
  return `; it is ${shown(value)}`;
}

/** A value as it may stand in a sentence: one line, short. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

/** The name that was probably meant; undefined when none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  // Nobody meant a name of this length, and the comparison costs its square.
  if (name.length > 64) return undefined;
  let best: { name: string; distance: number } | undefined;
  for (const candidate of names) {
    const distance = apart(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.max(1, Math.floor(candidate.length / 3)) && (!best || distance < best.distance))
      best = { name: candidate, distance };
  }
  return best?.name;
}

/** How many letters must be added, dropped, changed or swapped. */
function apart(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j - 1] as number) + 1, (last[j] as number) + 1, (last[j - 1] as number) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] as number) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}
