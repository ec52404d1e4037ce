// `npm start -- --editor`: what is printed leads to a workbench, nobody else gets in, and Ctrl+C leaves nothing behind.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

describe("npm start -- --editor", () => {
  let demo: ChildProcess;
  let output = "";
  let home: string;
  let url: URL;

  before("start it", async function () {
    this.timeout(120_000);
    demo = spawn(process.execPath, ["scripts/start.mjs", "--editor=browser"], {
      cwd: root,
      // As a terminal has it: Ctrl+C is for the whole group.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    url = await new Promise((resolve, reject) => {
      const hear = (text: string) => {
        output += text;
        const [found] = /http:\/\/127\.0\.0\.1:\S+\n/.exec(output) ?? [];
        if (found) resolve(new URL(found));
      };
      demo.stdout?.setEncoding("utf8").on("data", hear);
      demo.stderr?.setEncoding("utf8").on("data", hear);
      demo.once("exit", () => reject(new Error(`it ended:\n${output}`)));
    });
    home = path.dirname(url.searchParams.get("workspace") ?? assert.fail("no workspace"));
  });

  after("end it, if it still runs", () => {
    if (demo.exitCode === null && demo.pid) process.kill(-demo.pid, "SIGKILL");
  });

  it("lets in who has the address, and nobody else", async () => {
    const welcome = await fetch(url, { redirect: "manual" });
    const cookie = welcome.headers.getSetCookie()[0]?.split(";")[0] ?? assert.fail("it gave no cookie");
    const there = new URL(welcome.headers.get("location") ?? assert.fail("it leads nowhere"), url);
    const { status } = await fetch(there, { headers: { cookie } });
    assert.equal(status, 200);
    url.searchParams.delete("tkn");
    assert.equal((await fetch(url)).status, 403);
  });

  it("has items in every state", () => {
    const { folders } = JSON.parse(readFileSync(path.join(home, "samples.code-workspace"), "utf8"));
    assert.deepEqual(folders, [{ path: "gateway" }, { path: "billing" }]);
    const head = (name: string) => readFileSync(path.join(home, name, ".git/HEAD"), "utf8").trim();
    assert.deepEqual(
      [head("gateway"), head("billing")],
      ["ref: refs/heads/work/1-add-tls", "ref: refs/heads/work/2-totals-ignore-the-count"],
    );
  });

  it("ends with Ctrl+C, and nothing is left", async () => {
    const { pid } = JSON.parse(readFileSync(path.join(home, "calcifer/daemon.json"), "utf8")) as { pid: number };
    const ended = new Promise((resolve) => demo.once("exit", (code, signal) => resolve(code ?? signal)));
    process.kill(-(demo.pid ?? assert.fail()), "SIGINT");
    assert.equal(await ended, 0, output);
    assert.equal(existsSync(home), false);
    assert.equal(runs(pid), false, "its daemon runs");
    await assert.rejects(fetch(url));
  });
});

/** A process that has ended stays in the list until its parent looks; in containers nobody may. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
