import assert from "node:assert/strict";
import { test } from "node:test";
import { GET } from "../app/healthz/route.ts";

test("it is well, and tells its version", async () => {
  process.env.VERSION = "1.2.3";
  const response = GET();
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: "ok", version: "1.2.3" });
});
