// Whatever was thrown at a page, as a sentence and its reasons.
import { Fault, type FaultData } from "../../../../protocol/errors.ts";

export function asFaultData(error: unknown): FaultData {
  if (error instanceof Fault) return error.toData();
  return { fault: "internal", message: error instanceof Error ? error.message : String(error) };
}
