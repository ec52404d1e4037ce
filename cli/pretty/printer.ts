// What every printer is.
import type { Paper } from "../paper.ts";

/** A result as a person reads it, line by line. `params` is what was asked, for saying why a list is empty. */
export type Printer = (result: never, on: Paper, params: Record<string, unknown>) => string[];
