// Stands in for methods that are being built.
import { Fault } from "../protocol/errors.ts";

/** Every method of it says that it is not built yet. */
export function notYet<T extends object>(): T {
  return new Proxy({} as T, {
    get: () => async () => {
      throw new Fault("refused", "This is not built yet.");
    },
  });
}
