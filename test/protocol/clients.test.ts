// The example clients of docs/protocol.md, against a real daemon.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type House, house } from "./house.ts";

const examples = path.resolve(import.meta.dirname, "../../docs/examples");

describe("clients in other languages", function () {
  this.timeout(60_000);
  let place: House;

  before(async () => {
    place = await house();
  });
  after(() => place?.leave());

  if (!has("python3")) console.log("missing: python3; the Python client is not tried");
  else
    it("Python, with its standard library", () => {
      const { stdout, stderr, status } = run("python3", [path.join(examples, "client.py"), place.socket], place.env);
      assert.equal(status, 0, stderr);
      assert.match(
        stdout,
        /^the daemon is process \d+ of version \d+\.\d+\.\d+\ncopied the database: calcifer-.*-asked\.db\n(event \d+ .*\n)*event \d+ backup\.made\nmissing: .+\n$/,
      );
    });

  const own = ["socat", "nc"].find(has);
  it(`a POSIX shell, with ${own ?? "a stand-in of ours for nc"}`, () => {
    const env = own ? place.env : { ...place.env, PATH: `${standIn(place.folder)}${path.delimiter}${place.env.PATH}` };
    const { stdout, stderr, status } = run("sh", [path.join(examples, "client.sh"), place.socket], env);
    assert.equal(status, 0, stderr);
    const [hello, answer, refusal] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Answer);
    assert.equal(typeof hello?.result?.contract, "string");
    assert.equal(answer?.result?.socket, place.socket);
    assert.equal(refusal?.error?.data.fault, "missing");
  });
});

interface Answer {
  result?: Record<string, unknown>;
  error?: { data: { fault: string } };
}

function has(program: string): boolean {
  return spawnSync(program, ["--help"], { stdio: "ignore" }).error === undefined;
}

function run(command: string, args: string[], env: Record<string, string | undefined>) {
  return spawnSync(command, args, { env, encoding: "utf8", timeout: 30_000 });
}

/** Where there is neither socat nor nc: a program that does what `nc -U` does, so that the shell's part is still proved. */
function standIn(folder: string): string {
  const bin = path.join(folder, "bin-nc");
  mkdirSync(bin, { recursive: true });
  const file = path.join(bin, "nc");
  writeFileSync(
    file,
    `#!${process.execPath}\nconst socket = require("node:net").connect(process.argv[3]);\nprocess.stdin.pipe(socket);\nsocket.pipe(process.stdout);\n`,
  );
  chmodSync(file, 0o755);
  return bin;
}
