// The command line against daemons that misbehave, and against its own streams.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { contractHash, version } from "../../protocol/generated.ts";
import { identityVariables } from "../../protocol/identity.ts";
import { Deframer, frame } from "../../protocol/wire.ts";
import { type House, house } from "./house.ts";

const program = path.resolve(import.meta.dirname, "../../cli/main.ts");

interface Ran {
  stdout: string;
  stderr: string;
  status: number | null;
}

function calcifer(
  args: string[],
  env: Record<string, string | undefined>,
  during?: (child: ReturnType<typeof spawn>) => void,
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.once("close", (status) => resolve({ stdout, stderr, status }));
    during?.(child);
  });
}

interface Request {
  id?: number;
  method: string;
  params: Record<string, unknown>;
}

/** A daemon that does what a test wants: `answer` gets each request but the hello; undefined hangs up. */
async function impostor(answer: (request: Request, connection: number) => object | undefined | "silence") {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ci-"));
  mkdirSync(path.join(folder, "run"));
  const seen: Request[] = [];
  let connections = 0;
  const server = net.createServer((socket) => {
    const connection = ++connections;
    const frames = new Deframer();
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      for (const text of frames.push(chunk)) {
        const request = JSON.parse(text) as Request;
        if (request.method === "hello") {
          socket.write(
            frame({
              jsonrpc: "2.0",
              id: request.id,
              result: { version, contract: contractHash, pid: process.pid, seq: 0 },
            }),
          );
          continue;
        }
        seen.push(request);
        const reply = answer(request, connection);
        if (reply === undefined) socket.destroy();
        else if (reply !== "silence") socket.write(frame({ jsonrpc: "2.0", id: request.id, ...reply }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(path.join(folder, "run/daemon.sock"), resolve));
  const close = () => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  // Whoever runs the tests may have an identity in the environment.
  const nobody = Object.fromEntries(identityVariables.map((name) => [name, undefined]));
  return { seen, close, env: { ...process.env, ...nobody, CALCIFER_HOME: folder } };
}

describe("the command line and its daemon", function () {
  this.timeout(30_000);

  it("repeats an act whose answer was lost, once, with the same key", async () => {
    const backup = { name: "a.db", at: "2026-11-20T12:00:00Z", bytes: 1, why: "asked", path: "/a.db" };
    const daemon = await impostor((_, connection) => (connection === 1 ? undefined : { result: backup }));
    const ran = await calcifer(["backup", "now", "--json"], daemon.env);
    daemon.close();
    assert.equal(ran.status, 0, ran.stderr);
    assert.deepEqual(JSON.parse(ran.stdout), backup);
    const keys = daemon.seen.map((request) => request.params.idempotencyKey);
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.match(String(keys[0]), /^[0-9a-f-]{36}$/);
  });

  it("says who commits as its own shell has it, and nothing else of its environment", async () => {
    const committed = { commit: "c", subject: "s", branch: "b", item: null, files: [], left: [], entry: null };
    const daemon = await impostor(() => ({ result: committed }));
    const identity = { GIT_AUTHOR_NAME: "Grace", GIT_COMMITTER_EMAIL: "g@example.org" };
    for (const more of [identity, {}])
      await calcifer(["commit", "-m", "x", "--json"], { ...daemon.env, GIT_AUTHOR_X: "x", GIT_EDITOR: "ed", ...more });
    daemon.close();
    assert.deepEqual(
      daemon.seen.map((request) => request.params.env),
      [identity, {}],
    );
  });

  it("gives up when it is lost twice", async () => {
    const daemon = await impostor(() => undefined);
    const ran = await calcifer(["backup", "now", "--json"], daemon.env);
    daemon.close();
    assert.equal(ran.status, 6);
    assert.equal(JSON.parse(ran.stderr).error.fault, "unreachable");
    assert.equal(daemon.seen.length, 2);
  });

  it("does not repeat what was refused, nor what a host did not answer", async () => {
    const data = { fault: "unreachable", message: "The remote did not answer within 10 s." };
    const daemon = await impostor(() => ({ error: { code: 4, message: data.message, data } }));
    const ran = await calcifer(["work", "push", "42"], daemon.env);
    daemon.close();
    assert.equal(ran.status, 6);
    assert.equal(ran.stderr, "calcifer: The remote did not answer within 10 s.\n");
    assert.equal(daemon.seen.length, 1);
  });

  it("tells the daemon of Ctrl+C, and ends with 130", async function () {
    if (process.platform === "win32") this.skip();
    let interrupt = () => {};
    const daemon = await impostor((request) => {
      if (request.method === "work.finish") interrupt();
      return "silence";
    });
    const ran = await calcifer(["work", "finish"], daemon.env, (child) => {
      interrupt = () => {
        child.kill("SIGINT");
        setTimeout(() => child.kill("SIGINT"), 300);
      };
    });
    daemon.close();
    assert.equal(ran.status, 130);
    assert.deepEqual(
      daemon.seen.map((request) => request.method),
      ["work.finish", "$/cancelRequest"],
    );
  });

  it("prints a fault's reasons with their way out, and as JSON on request", async () => {
    const data = {
      fault: "refused",
      message: "#42 cannot be merged.",
      reasons: [{ check: "entry", message: "CHANGES.md has no entry.\u001b[2J", next: "calcifer changes add" }],
      hint: "See: calcifer status",
    };
    const daemon = await impostor(() => ({ error: { code: 1, message: data.message, data } }));
    const human = await calcifer(["work", "merge", "42"], daemon.env);
    const program = await calcifer(["work", "merge", "42", "--json"], daemon.env);
    daemon.close();
    assert.equal(human.status, 3);
    assert.equal(
      human.stderr,
      "calcifer: #42 cannot be merged.\n  ✗ CHANGES.md has no entry.\n    → calcifer changes add\nSee: calcifer status\n",
    );
    assert.equal(human.stdout, "");
    assert.deepEqual(JSON.parse(program.stderr), { error: data });
    assert.equal(program.stdout, "");
  });

  it("sends the repository and paths to repositories absolute", async () => {
    const daemon = await impostor(() => ({
      error: { code: 2, message: "no", data: { fault: "missing", message: "no" } },
    }));
    await calcifer(["commit", "-m", "x", "a.txt", "--repo", "/somewhere"], daemon.env);
    await calcifer(["service", "add", "/here/../there"], daemon.env);
    await calcifer(["work", "list"], daemon.env);
    daemon.close();
    const params = daemon.seen.map((request) => ({ ...request.params }));
    for (const each of params) delete each.idempotencyKey;
    assert.deepEqual(params, [{ message: "x", paths: ["a.txt"], repo: "/somewhere", env: {} }, { path: "/there" }, {}]);
  });
});

describe("the command line and its streams", function () {
  this.timeout(30_000);
  let place: House;

  before(async () => {
    place = await house();
    const connection = await place.connect();
    for (let i = 0; i < 3; i++) await connection.request("backup.now");
    connection.close();
  });
  after(() => place?.leave());

  it("is quiet when its reader has seen enough", function () {
    if (process.platform === "win32") this.skip();
    const line = `"${process.execPath}" "${program}" events --json --limit 1000 | true`;
    const { stderr } = spawnSync("sh", ["-c", line], { env: place.env, encoding: "utf8" });
    assert.equal(stderr, "");
  });

  it("follows events over the end of a daemon, and misses none", async () => {
    let following: ReturnType<typeof spawn> | undefined;
    const heard: number[] = [];
    let changed = () => {};
    const until = async (n: number) => {
      while (heard.length < n)
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
    };
    const ran = calcifer(["events", "--follow", "--since", "0", "--json"], place.env, (child) => {
      following = child;
      child.stdout?.on("data", (text) => {
        for (const line of String(text).split("\n")) if (line) heard.push((JSON.parse(line) as { seq: number }).seq);
        changed();
      });
    });
    await until(3);
    const first = await place.connect();
    await first.request("daemon.stop");
    await first.closed;
    const second = await place.connect();
    await second.request("backup.now");
    second.close();
    await until(4);
    following?.kill("SIGINT");
    const { status, stderr } = await ran;
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    assert.deepEqual(
      heard,
      heard.map((_, i) => (heard[0] as number) + i),
    );
  });

  const shells: [string[], RegExp][] = [
    [["__complete", "wo"], /^work\t/],
    [["__complete", "work", "st"], /^start\t/],
    [["__complete", "work", "list", "--st"], /^--status\t/],
    [["__complete", "work", "list", "--status", "ac"], /^active\t/],
    [["__complete", "work", "add", "--type", "=", "b"], /^bug\t/],
    [["__complete", "work", "merge", "--no"], /^--no-push\t/],
    [["__complete", "backup", "restore", ""], /^calcifer-.*\t(asked|daily)/],
    [["__complete", "rpc", "work.ge"], /^work\.get\t/],
    [["__complete", "help", "work", "fin"], /^finish\t/],
    [["__complete", "completion", ""], /^bash\t.*\nzsh\t.*\nfish\t/],
  ];
  for (const [args, expected] of shells) {
    it(`completes ${args.slice(1).join(" ")}`, async () => {
      const { stdout, status } = await calcifer(args, place.env);
      assert.equal(status, 0);
      assert.match(stdout, expected);
    });
  }

  it("completes in a real bash", function () {
    if (spawnSync("bash", ["--version"]).error) this.skip();
    const script = `
      calcifer() { "${process.execPath}" "${program}" "$@"; }
      eval "$(calcifer completion bash)"
      COMP_WORDS=(calcifer work list --status ''); COMP_CWORD=4; _calcifer; echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { env: place.env, encoding: "utf8" });
    assert.equal(stdout, "planned active done dropped\n", stderr);
  });
});
