// What was wrong with an entry's words is the caller's to mend.
import { Fault } from "../../protocol/errors.ts";

/** @throws Fault invalid, saying what `write` could not take */
export function orInvalid<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault("invalid", `text: ${(error as Error).message}`);
  }
}
