import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createApp } from "../src/app.js";

let server;
let url;

before(async () => {
  server = createApp({ version: "1.2.3" }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => new Promise((resolve) => server.close(resolve)));

test("it is well, and tells its version", async () => {
  const response = await fetch(`${url}/healthz`);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: "ok", version: "1.2.3" });
});

test("what is not there is a 404 in JSON", async () => {
  const response = await fetch(`${url}/nowhere`);
  assert.equal(response.status, 404);
  assert.match((await response.json()).error, /nothing here/);
});

test("a broken body is the caller's mistake", async () => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: "{" });
  assert.equal(response.status, 400);
});
