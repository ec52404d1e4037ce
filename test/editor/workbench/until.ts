// Waiting for what no locator sees: what git, the database or several rows say.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Asks until the answer is the expected one. @throws with what was said last */
export async function until<T>(ask: () => Promise<T>, expected: T, limit = 10_000): Promise<void> {
  const deadline = Date.now() + limit;
  let said: T | undefined;
  do {
    said = await ask();
    try {
      return assert.deepEqual(said, expected);
    } catch {
      await sleep(50);
    }
  } while (Date.now() < deadline);
  assert.deepEqual(said, expected);
}
