// The contract as an OpenRPC 1.3 document, from the zod schemas.
import * as z from "zod";
import { api } from "../../protocol/api.ts";
import { Backup } from "../../protocol/backup.ts";
import { Entry } from "../../protocol/changes.ts";
import type { Method } from "../../protocol/contract.ts";
import { faults } from "../../protocol/errors.ts";
import { EventRecord } from "../../protocol/event.ts";
import { Diagnosis, Finding, Service } from "../../protocol/service.ts";
import { Check, Verdict } from "../../protocol/shared.ts";
import { Commit, Item, ListedItem } from "../../protocol/work.ts";
import { roomsOf } from "./rooms.ts";

/** Schemas that several methods use, under the name they have in the document's components. */
const shared = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Backup,
  Check,
  Commit,
  Diagnosis,
  Entry,
  EventRecord,
  Finding,
  Item,
  ListedItem,
  Service,
  Verdict,
}))
  shared.add(schema, { id });

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Schema = { [key: string]: Json };

/** The whole document. `version` is the product's. */
export function openrpc(version: string): Schema {
  const schemas: Record<string, Schema> = {};
  const methods = roomsOf(api).flatMap(({ name, room }) =>
    Object.entries(room.methods).map(([verb, method]) => methodObject(`${name}.${verb}`, method, schemas)),
  );
  return {
    openrpc: "1.3.2",
    info: {
      title: "Calcifer",
      description:
        "Change control for the services a small team runs. Transport, framing and the first request are in docs/protocol.md.",
      version,
      license: { name: "MIT" },
    },
    methods,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      errors: Object.fromEntries(Object.entries(faults).map(([name, f]) => [name, errorObject(name, f)])),
    },
    "x-events": eventObjects(schemas),
  };
}

function methodObject(name: string, method: Method, schemas: Record<string, Schema>): Schema {
  const params = jsonSchema(method.params, "input", schemas);
  const required = (params.required ?? []) as string[];
  return {
    name,
    summary: method.summary,
    tags: [{ name: name.split(".")[0] as string }],
    paramStructure: "by-name",
    params: Object.entries((params.properties ?? {}) as Record<string, Schema>).map(
      ([key, { description, ...schema }]) => ({
        name: key,
        ...(description !== undefined && { description }),
        ...(required.includes(key) && { required: true }),
        schema,
      }),
    ),
    result: { name: "result", schema: jsonSchema(method.result, "output", schemas) },
    errors: (method.faults ?? []).map((fault) => ({ $ref: `#/components/errors/${fault}` })),
    "x-kind": method.kind,
    ...(method.hidden && { "x-hidden": true }),
  };
}

const errorObject = (name: string, { code, exit, says }: { code: number; exit: number; says: string }): Schema => ({
  code,
  message: says,
  data: { fault: name },
  "x-exit": exit,
});

function eventObjects(schemas: Record<string, Schema>): Schema[] {
  return roomsOf(api).flatMap(({ name, room }) =>
    Object.entries(room.events ?? {}).map(([what, { summary, data }]) => ({
      name: `${name}.${what}`,
      summary,
      data: jsonSchema(data, "output", schemas),
    })),
  );
}

/** A schema with the shared ones replaced by references, which are collected into `into`. */
export function jsonSchema(schema: z.ZodType, io: "input" | "output", into: Record<string, Schema>): Schema {
  const whole = z.toJSONSchema(schema, { io, metadata: shared, reused: "inline", unrepresentable: "any" }) as Schema;
  const { $defs, $schema: _, id, ...rest } = redirect(whole) as Schema;
  Object.assign(
    into,
    Object.fromEntries(
      Object.entries(($defs ?? {}) as Record<string, Schema>).map(([name, { id: _id, ...def }]) => [name, def]),
    ),
  );
  if (typeof id !== "string") return rest;
  into[id] = rest;
  return { $ref: `#/components/schemas/${id}` };
}

/** References point into the components; the bounds zod gives every integer say nothing and go. */
function redirect(node: Json): Json {
  if (Array.isArray(node)) return node.map(redirect);
  if (node === null || typeof node !== "object") return node;
  const kept = Object.entries(node).filter(([key, value]) => !isVoidBound(key, value));
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string"
        ? value.replace("#/$defs/", "#/components/schemas/")
        : redirect(value),
    ]),
  );
}

const isVoidBound = (key: string, value: Json): boolean =>
  (key === "minimum" && value === Number.MIN_SAFE_INTEGER) || (key === "maximum" && value === Number.MAX_SAFE_INTEGER);
