// A full disk while writing: refused in words, nothing acknowledged is lost, and it goes on once there is room.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import { cleanUp, newHome, type Process, Raw, startProcess } from "../../daemon/life/trial.ts";
import type { FaultData } from "../../protocol/errors.ts";

interface Disk {
  start(): Process;
  fill(daemon: Process): void;
  free(daemon: Process): void;
  end(): void;
}

/** A small disk of its own, where we may mount one. */
function smallDisk(home: string): Disk | undefined {
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=3m,mode=700", "calcifer-test", home]).status !== 0)
    return undefined;
  const filler = path.join(home, "filler");
  return {
    start: () => startProcess(home),
    fill: () => {
      const file = openSync(filler, "w");
      try {
        for (let size = 65_536; size >= 1; size = size > 1 ? size >> 1 : 0)
          try {
            for (;;) writeSync(file, Buffer.alloc(size));
          } catch (error) {
            assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
          }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler),
    end: () => void spawnSync("umount", ["-l", home]),
  };
}

/** A limit on the size of files, which works for everybody: the write fails in the same place, with another error. */
function limitedFiles(home: string): Disk {
  const limit = (daemon: Process, bytes: number | "unlimited") =>
    execFileSync("prlimit", ["--pid", String(daemon.child.pid), `--fsize=${bytes}:unlimited`]);
  return {
    start: () => startProcess(home, { command: ["sh", "-c", `trap '' XFSZ; exec "$@"`, "sh"] }),
    fill: (daemon) => limit(daemon, statSync(path.join(home, "calcifer.db-wal")).size),
    free: (daemon) => limit(daemon, "unlimited"),
    end: () => {},
  };
}

const kinds: [string, (home: string) => Disk | undefined][] = [
  ["a small disk", smallDisk],
  ["limited files", limitedFiles],
];

describe("a full disk", function () {
  this.timeout(30_000);
  afterEach(cleanUp);

  for (const [name, make] of kinds)
    it(`(${name})`, async () => {
      const home = newHome();
      const disk = make(home);
      if (!disk)
        return console.log("      a small disk: nothing may be mounted here, so only limited files were tried");
      try {
        await tried(home, disk);
      } finally {
        disk.end();
      }
    });

  async function tried(home: string, disk: Disk): Promise<void> {
    const daemon = disk.start();
    await daemon.said;
    const raw = await Raw.to(home);
    const keys = async () => ((await raw.call("probe.keys")).result as { keys: string[] }).keys;
    const put = (key: string) => raw.call("probe.put", { key, text: "x".repeat(20_000) });

    const acknowledged: string[] = [];
    for (let n = 0; n < 5; n++) {
      assert.ok((await put(`before-${n}`)).result);
      acknowledged.push(`before-${n}`);
    }
    disk.fill(daemon);
    let refused = 0;
    for (let n = 0; n < 30; n++) {
      const { result, error } = await put(`full-${n}`);
      if (result) acknowledged.push(`full-${n}`);
      else {
        refused++;
        assert.equal(error?.data?.fault, "refused");
        assert.equal(error?.message, "The disk is full: nothing was written.");
        assert.equal((error?.data as Partial<FaultData> | undefined)?.reasons?.[0]?.check, "disk");
      }
    }
    assert.ok(refused > 0, "the disk was full");
    assert.deepEqual(await keys(), acknowledged, "reading goes on, and nothing is half there");
    assert.equal((await raw.call("backup.now")).error?.data?.fault, "refused");

    disk.free(daemon);
    assert.ok((await put("after")).result, "without a new start");
    acknowledged.push("after");
    assert.deepEqual(await keys(), acknowledged);
    console.log(`      ${acknowledged.length} acknowledged and there, ${refused} refused in words`);

    raw.socket.destroy();
    daemon.child.kill("SIGKILL");
    await daemon.exit;
    const again = disk.start();
    await again.said;
    const other = await Raw.to(home);
    assert.deepEqual(
      ((await other.call("probe.keys")).result as { keys: string[] }).keys,
      acknowledged,
      "and after a crash",
    );
    other.socket.destroy();
    again.child.kill("SIGTERM");
    assert.deepEqual(await again.exit, { code: 0, signal: null });
  }
});
