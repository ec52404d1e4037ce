// Whether what came from the host is a message. By hand: zod would weigh more than the page. Pure.
import type { StateOf, ToPage, Words } from "../envelope.ts";

type Kind = "string" | "number" | "boolean" | "array" | "object";

/** What each field of a page's state is; with a question mark it may be null. */
export type Fields<W extends Words> = { [F in keyof StateOf<W>]: Kind | `${Kind}?` };

export function hasFields(state: unknown, fields: Record<string, string>): boolean {
  return isObject(state) && Object.entries(fields).every(([name, kind]) => is(state[name], kind));
}

/** @param fields of the page's state */
export function isToPage(message: unknown, fields: Record<string, string>): message is ToPage {
  if (!isObject(message)) return false;
  if ("state" in message) return hasFields(message.state, fields);
  if (typeof message.id !== "number") return false;
  if ("progress" in message) return typeof message.progress === "string";
  if (!("fault" in message)) return true;
  return isObject(message.fault) && is(message.fault.fault, "string") && is(message.fault.message, "string");
}

function is(value: unknown, kind: string): boolean {
  if (kind.endsWith("?")) return value === null || is(value, kind.slice(0, -1));
  if (kind === "array") return Array.isArray(value);
  return kind === "object" ? isObject(value) : typeof value === kind;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
