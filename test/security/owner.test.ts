// Only the owner: modes of socket and folders, folders of others, connections of others, no TCP.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { cleanUp, envFor, newHome, startProcess } from "../../daemon/life/trial.ts";
import type { FaultData } from "../../protocol/errors.ts";
import { folders } from "../../protocol/paths.ts";

const mode = (file: string) => (lstatSync(file).mode & 0o777).toString(8);
const root = process.getuid?.() === 0;

describe("only the owner", function () {
  this.timeout(30_000);
  afterEach(cleanUp);

  it("may enter the folders, use the socket and read the files", async () => {
    const home = path.join(newHome(), "made", "by", "us");
    const daemon = startProcess(home);
    await daemon.said;
    const { socket } = folders(envFor(home));
    assert.equal(mode(socket), "600");
    for (const folder of [home, path.dirname(socket), path.join(home, "state")])
      assert.equal(mode(folder), "700", folder);
    for (const file of ["calcifer.db", "calcifer.db-wal", "daemon.lock", "daemon.json", "state/daemon.log"])
      assert.equal(mode(path.join(home, file)), "600", file);
  });

  const refused = async (home: string, words: RegExp) => {
    const daemon = startProcess(home);
    const { error } = (await daemon.said) as { error: FaultData };
    assert.equal(error.fault, "refused");
    assert.match(error.message, words);
    assert.equal((await daemon.exit).code, 1);
  };

  for (const open of [0o755, 0o770, 0o701])
    it(`a run folder of mode ${open.toString(8)} is refused, with the way out`, async () => {
      const home = newHome();
      const run = path.join(home, "run");
      mkdirSync(run);
      chmodSync(run, open);
      await refused(home, /is open to other users/);
      chmodSync(run, 0o700);
      assert.equal((await startProcess(home).said).ready, true);
    });

  it("a run folder that is a link is refused", async () => {
    const home = newHome();
    symlinkSync(newHome(), path.join(home, "run"));
    await refused(home, /is not a folder/);
  });

  it("a run folder of another user is refused", async () => {
    if (!root) return console.log("      not root: no other user to be");
    const home = newHome();
    const run = path.join(home, "run");
    mkdirSync(run, { mode: 0o700 });
    chownSync(run, 65534, 65534);
    await refused(home, /belongs to another user/);
  });

  it("another user's connection is refused by the system", async () => {
    if (!root) return console.log("      not root: no other user to be");
    const home = newHome();
    await startProcess(home).said;
    const { socket } = folders(envFor(home));
    const script = `require("net").connect(${JSON.stringify(socket)}).on("connect", () => process.exit(0)).on("error", (e) => { console.log(e.code); process.exit(1); })`;
    const tried = spawnSync(process.execPath, ["-e", script], { uid: 65534, gid: 65534, encoding: "utf8", cwd: "/" });
    assert.deepEqual([tried.status, tried.stdout.trim()], [1, "EACCES"]);
  });

  it("there is no TCP", async () => {
    const daemon = startProcess(newHome());
    await daemon.said;
    const inodes =
      spawnSync("ls", ["-l", `/proc/${daemon.child.pid}/fd`], { encoding: "utf8" }).stdout.match(/socket:\[(\d+)\]/g) ??
      [];
    const tcp = ["tcp", "tcp6", "udp", "udp6"]
      .map((name) => readFileSync(`/proc/${daemon.child.pid}/net/${name}`, "utf8"))
      .join("");
    for (const inode of inodes) assert.ok(!tcp.includes(` ${inode.slice(8, -1)} `), "a socket of the network");
    assert.ok(inodes.length > 0);
  });
});
