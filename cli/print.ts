// Puts results and faults on the two streams. Knows streams, not what the results mean.

import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import { Fault, faults, type Reason } from "../protocol/errors.ts";
import { type Paper, paper } from "./paper.ts";
import type { Command } from "./table.ts";
import { clean, cleanLines } from "./text.ts";

/** Written to in order; `process.stdout` itself costs a millisecond to make, so it is the way round, not the way. */
function put(fd: 1 | 2, text: string): void {
  let rest = Buffer.from(text, "utf8");
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A reader that has seen enough (`| head`) is no fault.
      if (code === "EPIPE") process.exit(0);
      if (code !== "EAGAIN") throw error;
      // Somebody made the pipe non-blocking: its reader needs a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

export const out = (text: string): void => put(1, text.endsWith("\n") || text === "" ? text : `${text}\n`);
export const err = (text: string): void => put(2, text.endsWith("\n") || text === "" ? text : `${text}\n`);
/** Without a line's end: for the line that is rewritten. */
export const errRaw = (text: string): void => put(2, text);

export const isTerminal = (fd: 0 | 1 | 2): boolean => isatty(fd);

/** The paper behind standard output, or standard error. */
export function paperOf(fd: 1 | 2): Paper {
  const terminal = isTerminal(fd);
  const columns = terminal ? (fd === 1 ? process.stdout : process.stderr).columns : undefined;
  return paper({ isTerminal: terminal, columns }, process.env, Date.now());
}

/** One document. What a terminal would obey is escaped, which leaves the value as it is. */
export const json = (value: unknown): string => JSON.stringify(value, null, 2).replace(unseen, escaped);

const unseen = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A fault as programs read it. */
export function faultJson(fault: Fault): string {
  const { fault: name, message, reasons = [], ...rest } = fault.toData();
  return json({ error: { fault: name, message, reasons, ...rest } });
}

/** A fault as a person reads it: the sentence, the reasons, each with its way out, and a hint. */
export function faultText(fault: Fault, on: Paper): string {
  const first = `${on.red("calcifer:")} ${indented(fault.message, 2)}`;
  return [
    first,
    ...fault.reasons.flatMap((r) => reasonLines(r, fault, on)),
    ...(fault.hint === undefined ? [] : [hint(fault.hint, on)]),
  ].join("\n");
}

/** Fields that do not fit, named as they were typed: `--limit must be at most 500` rather than `limit: must …`. */
export function asTyped(fault: Fault, command: Command | undefined): Fault {
  const fields = fault.fault === "invalid" && (fault.data?.fields as { field: string; message: string }[] | undefined);
  if (!command || !Array.isArray(fields)) return fault;
  const message = fields.map(({ field, message: said }) => {
    const [key] = field.split("[");
    const option = command.options.find((o) => o.key === key);
    const name = option?.flag ?? (command.positionals.some((p) => p.key === key) ? `<${key}>` : undefined);
    return name !== undefined && said.startsWith(`${field}: `) ? `${name} ${said.slice(field.length + 2)}` : said;
  });
  return new Fault(fault.fault, message.join("\n"), fault);
}

/** A reason that is the sentence itself is not said twice. */
function reasonLines({ message, next }: Reason, fault: Fault, on: Paper): string[] {
  const way = next === undefined ? [] : [`${on.dim("→")} ${clean(next)}`];
  if (message === fault.message) return way.map((line) => `  ${line}`);
  return [`  ${on.red("✗")} ${indented(message, 4)}`, ...way.map((line) => `    ${line}`)];
}

/** A command is marked as one, a sentence stands as it is. */
const hint = (text: string, on: Paper): string =>
  /^(calcifer|git) /.test(text) ? `  ${on.dim("→")} ${clean(text)}` : indented(text, 0);

const indented = (text: string, by: number): string =>
  cleanLines(text)
    .split("\n")
    .join(`\n${" ".repeat(by)}`);

/** Tests that fail, and repositories that could not be synced, are an answer, not a fault; a script sees them in the status all the same. */
export function statusAfter(method: string | undefined, result: unknown): number {
  if (method === "gate.test") return (result as { passed?: unknown }).passed === true ? 0 : faults.refused.exit;
  if (!method?.startsWith("remote.")) return 0;
  const { repos = [] } = result as { repos?: { outcome: string }[] };
  if (repos.some((r) => r.outcome === "unreachable")) return faults.unreachable.exit;
  return repos.some((r) => r.outcome === "refused") ? faults.refused.exit : 0;
}

export const exitOf = (fault: Fault): number => faults[fault.fault].exit;
