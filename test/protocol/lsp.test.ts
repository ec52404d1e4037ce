// `calcifer lsp` as an editor of any make uses it: its standard streams, its exit status, its last words.
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Editor, uriOf } from "../../daemon/language/trial.ts";
import { soon } from "../../daemon/life/trial.ts";
import { connect } from "../../protocol/connect.ts";
import { Home } from "../home.ts";

const program = path.resolve(import.meta.dirname, "../../cli/main.ts");

describe("calcifer lsp", function () {
  this.timeout(60_000);
  let home: Home;
  let top: string;
  const started: ChildProcessWithoutNullStreams[] = [];

  before(async () => {
    home = new Home();
    await home.startChild();
    top = await home.service("gateway");
    await home.item("gateway", "Add TLS");
  });
  after(async () => {
    for (const child of started) child.kill("SIGKILL");
    await home?.leave();
  });

  function begin(env: Record<string, string | undefined> = home.env) {
    const child = spawn(process.execPath, [program, "lsp"], { env, stdio: "pipe" });
    started.push(child);
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const status = new Promise<number | null>((resolve) => child.once("close", resolve));
    return { child, status, stderr: () => stderr, editor: new Editor(child.stdout, child.stdin) };
  }

  it("serves an editor, and ends with shutdown and exit", async () => {
    const { editor, status, stderr } = begin();
    const { result } = await editor.begin();
    const { capabilities, serverInfo } = result as {
      capabilities: Record<string, unknown>;
      serverInfo: { name: string };
    };
    assert.equal(serverInfo.name, "calcifer");
    assert.equal(capabilities.positionEncoding, "utf-16");
    const uri = uriOf(path.join(top, "CHANGES.md"));
    editor.open(uri, "# Changes\n\n## Unreleased\n");
    const [missing] = await editor.diagnostics(uri, (all) => all.length > 0);
    assert.equal(missing?.code, "calcifer/no-entry");
    assert.equal(await editor.must("shutdown", undefined), null);
    editor.tell("exit", undefined);
    assert.equal(await status, 0);
    assert.equal(stderr(), "");
  });

  it("starts the daemon when none runs", async () => {
    const env = { ...home.env, CALCIFER_HOME: home.path("other"), CALCIFER_IDLE_SECONDS: "60" };
    const { editor, child, status } = begin(env);
    assert.ok((await editor.begin()).result);
    const other = await connect({ env, client: "other" });
    const { pid } = other.welcome;
    await other.request("daemon.stop");
    await other.closed;
    assert.equal(await status, 6);
    child.stdin.end();
    // Its last act is to write its compiled code into the folder.
    await soon(() => !isAlive(pid), "the end of the daemon");
  });

  it("ends when its standard input does, with the answers that are due", async () => {
    const { editor, child, status } = begin();
    const answer = editor.begin();
    child.stdin.end();
    assert.ok((await answer).result);
    assert.equal(await status, 0);
  });

  it("ends when nobody reads what it says", async () => {
    const { editor, child, status } = begin();
    await editor.begin();
    child.stdout.destroy();
    editor.tell("textDocument/didOpen", {});
    for (let n = 0; n < 5; n++) editor.send({ id: `x${n}`, method: "textDocument/hover", params: {} });
    assert.equal(await status, 0);
  });

  it("passes large documents", async () => {
    const { editor, child, status } = begin();
    await editor.begin();
    const uri = uriOf(path.join(top, "CHANGES.md"));
    editor.open(uri, `# Changes\n\n## Unreleased\n\n- 👋 ${"x".repeat(1_000_000)}\n`);
    assert.ok((await editor.diagnostics(uri)).length > 0);
    child.stdin.end();
    assert.equal(await status, 0);
  });

  it("hears what is wrong with its bytes", async () => {
    const { child, editor, status } = begin();
    await editor.begin();
    child.stdin.write("GET / HTTP/1.1\r\n\r\n");
    const { error } = await editor.until(() => editor.heard.find((m) => m.error), "what is wrong");
    assert.equal(error?.code, -32700);
    assert.notEqual(await status, 0);
  });

  it("says on standard error that no daemon can be had, and nothing on standard output", async () => {
    const { child, status, stderr } = begin({ ...home.env, CALCIFER_HOME: home.path("gitconfig") });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    assert.notEqual(await status, 0);
    assert.match(stderr(), /\w+ .+\./);
    assert.equal(said, "");
  });

  it("ends with a sentence when the daemon goes away", async () => {
    const { editor, status, stderr } = begin();
    await editor.begin();
    await home.request("daemon.stop");
    assert.equal(await status, 6);
    assert.match(stderr(), /^calcifer: The daemon went away\.\n/);
    assert.match(stderr(), /calcifer lsp/);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
