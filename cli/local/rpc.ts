// `calcifer rpc`: any method of the protocol, as it is on the wire.
import { readFileSync } from "node:fs";
import { Fault } from "../../protocol/errors.ts";
import type { Parsed } from "../args.ts";
import { call } from "../call.ts";
import { json, out } from "../print.ts";

export async function rpc({ params }: Parsed): Promise<number> {
  const text = params.params === "-" ? readFileSync(0, "utf8") : ((params.params as string | undefined) ?? "{}");
  out(json(await call(params.method as string, objectFrom(text))));
  return 0;
}

function objectFrom(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.trim() === "" ? "{}" : text);
  } catch (error) {
    throw new Fault("invalid", `The parameters are not JSON: ${(error as Error).message}`, {
      hint: `For example: calcifer rpc work.get '{"item":42}'`,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Fault("invalid", "The parameters must be a JSON object, by name.", {
      hint: `For example: calcifer rpc work.get '{"item":42}'`,
    });
  }
  return value as Record<string, unknown>;
}
