// The command line's table as plain data, from the contract: the CLI itself carries no zod.
import * as z from "zod";
import type { Command, Parameter, RoomSummary } from "../../cli/table.ts";
import { api } from "../../protocol/api.ts";
import type { Method } from "../../protocol/contract.ts";
import { roomsOf } from "./rooms.ts";

interface Property {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  items?: Property;
  anyOf?: Property[];
  propertyNames?: { enum?: string[] };
}

/** One-letter spellings people know from git. */
const shorts: Record<string, string> = { message: "-m", all: "-a" };

export function commandTable(): { commands: Command[]; rooms: RoomSummary[]; hidden: string[] } {
  const all = roomsOf(api).flatMap(({ name, room }) =>
    Object.entries(room.methods).map(([verb, method]) => ({ wire: `${name}.${verb}`, words: [name, verb], method })),
  );
  return {
    commands: all.filter(({ method }) => !method.hidden).map(({ wire, words, method }) => command(wire, words, method)),
    rooms: roomsOf(api).map(({ name, room }) => ({ name, summary: room.summary })),
    hidden: all.filter(({ method }) => method.hidden).map(({ wire }) => wire),
  };
}

function command(wire: string, words: string[], method: Method): Command {
  const schema = z.toJSONSchema(method.params, { io: "input", unrepresentable: "any" });
  const properties = (schema.properties ?? {}) as Record<string, Property>;
  const parameters = Object.entries(properties)
    .filter(([key]) => key !== "repo" && key !== "env")
    .map(([key, property]) => parameter(key, property, schema.required?.includes(key) ?? false));
  const order = (method.positional ?? []).map((name) => name.replace(/…$/, ""));
  const positionals = order.map((key) => {
    const found = parameters.find((p) => p.key === key);
    if (!found) throw new Error(`${wire}: the positional ${key} is no parameter`);
    return found;
  });
  return {
    words,
    method: wire,
    ...(method.alias !== undefined && { alias: method.alias }),
    summary: method.summary,
    kind: method.kind,
    positionals,
    options: parameters.filter((p) => !positionals.includes(p)),
    ...("repo" in properties && { repo: true as const }),
    ...(properties.env && { env: properties.env.propertyNames?.enum ?? [] }),
    faults: method.faults ?? [],
    examples: method.examples ?? [],
  };
}

function parameter(key: string, property: Property, required: boolean): Parameter {
  const one = property.type === "array" ? (property.items ?? {}) : property;
  const plain = property.default;
  return {
    key,
    flag: flagOf(key),
    type: typeOf(key, one),
    says: property.description ?? "",
    ...(property.type === "array" && { many: true as const }),
    ...(one.enum && { choices: one.enum }),
    ...(isPlainDefault(plain) && { default: plain }),
    ...(required && { required: true as const }),
    ...(property.type === "boolean" && plain === undefined && { either: true as const }),
    ...(shorts[key] && { short: shorts[key] }),
  };
}

/** `--json` is every command's own. */
const flagOf = (key: string): string =>
  key === "json" ? "--json-path" : `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function typeOf(key: string, property: Property): Parameter["type"] {
  if (property.anyOf?.some((p) => p.type === "integer")) return "item";
  if (property.type === "boolean") return "boolean";
  if (property.type === "integer" || property.type === "number") return "number";
  if (property.type === "string") return key === "path" ? "path" : "string";
  throw new Error(`the command line has no spelling for ${key}: ${JSON.stringify(property)}`);
}

/** Worth telling a person: not `false`, not an empty text or list. */
const isPlainDefault = (value: unknown): value is string | number | boolean =>
  (typeof value === "string" && value !== "") || typeof value === "number" || value === true;
