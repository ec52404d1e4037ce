// `calcifer gate ci`: hands what was typed to the judge, which needs no daemon.
import path from "node:path";
import type { Parsed } from "../args.ts";

export async function gateCi({ params, globals }: Parsed): Promise<number> {
  const { ci } = await judge();
  const head = params.head as string | undefined;
  return ci({
    base: params.base as string,
    ...(head !== undefined && { head }),
    format: globals.json ? "json" : ((params.format ?? "text") as "text" | "json" | "github"),
    repo: path.resolve(globals.repo ?? "."),
  });
}

/** A bundle of its own: the gate and its YAML are twice the rest of the command line, and every command would read them. */
function judge(): Promise<typeof import("./ci.ts")> {
  const file = import.meta.filename.endsWith(".ts") ? "./ci.ts" : "./ci.cjs";
  return import(file);
}
