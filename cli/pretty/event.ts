// One event in a line.
import type { EventRecord } from "../../protocol/event.ts";
import type { Paper } from "../paper.ts";
import { ago, clean, cut, width } from "../text.ts";

/** `120  3 min ago  work.started  #42 gateway  branch: work/42-add-tls` */
export function eventLine(
  event: EventRecord,
  on: Paper,
  { seq = true, time = "ago" }: { seq?: boolean; time?: "ago" | "clock" } = {},
): string {
  const when = time === "clock" ? new Date(event.at).toLocaleTimeString("en-GB") : ago(event.at, on.now);
  const start = [
    ...(seq ? [String(event.seq).padStart(6)] : []),
    when.padEnd(time === "clock" ? 8 : 10),
    clean(event.name).padEnd(16),
  ];
  const about = [
    event.item === null ? "" : `#${event.item}`,
    event.service === null ? "" : clean(event.service),
    data(event.data),
  ];
  const rest = about.filter(Boolean).join("  ");
  const taken = start.reduce((sum, part) => sum + width(part) + 2, 2);
  const told = on.terminal ? cut(rest, Math.max(20, on.width - taken)) : rest;
  const styled = start.map((part, i) => (i === start.length - 1 ? on.cyan(part) : on.dim(part)));
  return `${styled.join("  ")}  ${told}`.trimEnd();
}

function data(values: Record<string, unknown>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${clean(name)}: ${clean(told(value))}`)
    .join(", ");
}

function told(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[0-9a-f]{40,64}$/.test(value) ? value.slice(0, 10) : value;
}
