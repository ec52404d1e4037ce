// Any value as indented names and values; for methods nobody wrote a printer for.
import { clean, cleanLines } from "../text.ts";

export function general(value: unknown, by = 0): string[] {
  const space = " ".repeat(by);
  if (Array.isArray(value)) return value.length === 0 ? [`${space}none`] : value.flatMap((entry) => bullet(entry, by));
  if (!isRecord(value)) return scalar(value).map((line) => space + line);
  return Object.entries(value).flatMap(([name, inner]) => {
    const nested = (isRecord(inner) || Array.isArray(inner)) && Object.keys(inner).length > 0;
    if (nested) return [`${space}${clean(name)}:`, ...general(inner, by + 2)];
    const [first, ...more] = Array.isArray(inner) || isRecord(inner) ? ["none"] : scalar(inner);
    return [`${space}${clean(name)}: ${first}`, ...more.map((line) => `${space}  ${line}`)];
  });
}

function bullet(entry: unknown, by: number): string[] {
  const [first, ...more] = general(entry, by + 2);
  return [`${" ".repeat(by)}- ${(first ?? "").trimStart()}`, ...more];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function scalar(value: unknown): string[] {
  if (value === null || value === undefined) return ["none"];
  return cleanLines(typeof value === "string" ? value : JSON.stringify(value)).split("\n");
}
