// Who is told that a person stops the daemon, and what a list takes for its filter: over the socket of a daemon of its own.
import assert from "node:assert/strict";
import { connect } from "../../protocol/connect.ts";
import { isFault } from "../../protocol/errors.ts";
import { stoppingNotification } from "../../protocol/wire.ts";
import { type House, house } from "./house.ts";

describe("a daemon that is stopped", function () {
  this.timeout(30_000);
  let place: House;
  before(async () => {
    place = await house();
  });
  after(() => place?.leave());

  it("tells those who might start it again, and nobody else", async () => {
    const kinds = ["cli", "extension", "hook", "other"] as const;
    const heard: string[] = [];
    const open = await Promise.all(
      kinds.map(async (client) => {
        const connection = await connect({ client, env: place.env });
        connection.onNotification((method, params) => heard.push(`${client} ${method} ${JSON.stringify(params)}`));
        return connection;
      }),
    );
    await open[3]?.request("daemon.stop");
    await Promise.all(open.map(({ closed }) => closed));
    const said = `${stoppingNotification} {"why":"asked to"}`;
    assert.deepEqual(heard.sort(), [`cli ${said}`, `extension ${said}`]);
  });
});

describe("the status a list is asked with", function () {
  this.timeout(30_000);
  let place: House;
  before(async () => {
    place = await house();
  });
  after(() => place?.leave());

  it("is one, or several", async () => {
    const connection = await place.connect();
    for (const status of ["done", ["done"], ["done", "active"], []]) {
      assert.deepEqual(await connection.request("work.list", { status }), { items: [], next: null });
      assert.deepEqual(await connection.request("work.groups", { by: "type", status }), { groups: [], total: 0 });
    }
    for (const status of ["finished", ["finished"], 7, { 0: "done" }])
      await assert.rejects(
        connection.request("work.list", { status }),
        (error) => isFault(error) && error.fault === "invalid",
      );
    connection.close();
  });
});
