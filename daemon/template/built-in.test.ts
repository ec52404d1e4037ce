// Every built-in template: its files, that each can be read by whoever reads it, and three of them started for real.
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parseDocument } from "yaml";
import { entries } from "../../gate/changes.ts";
import { parsePolicy } from "../../gate/policy.ts";
import { findProjects } from "../compose/compose.ts";
import { soon } from "../life/trial.ts";
import type { World } from "../world.ts";
import { chooseValues, listTemplates, openTemplate, render } from "./template.ts";

const world = { folders: { config: "/nonexistent" } } as World;
const everywhere = [
  "README.md",
  "CHANGES.md",
  ".calcifer.yaml",
  "compose.yaml",
  ".gitignore",
  "docs/operations.md",
  ".vscode/tasks.json",
  ".vscode/launch.json",
];
const own: Record<string, string[]> = {
  "compose-service": ["test/smoke.sh"],
  "laravel-app": [
    "composer.json",
    "artisan",
    "bootstrap/app.php",
    "public/index.php",
    "routes/health.php",
    "tests/HealthTest.php",
    "Dockerfile",
  ],
  "next-site": ["package.json", "app/page.tsx", "app/healthz/route.ts", "test/healthz.test.js", "Dockerfile"],
  "node-api": ["package.json", "src/app.js", "src/server.js", "test/app.test.js", "Dockerfile"],
  "python-api": ["requirements.txt", "app/main.py", "tests/test_app.py", "Dockerfile"],
  "static-site": ["Caddyfile", "site/index.html", "test/smoke.sh", "Dockerfile"],
  "wireguard-vpn": ["test/check.sh"],
};

describe("the built-in templates", () => {
  let root: string;
  before(() => {
    root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "ct-")));
  });
  after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

  /** The files a template makes, in a folder. */
  async function made(name: string, set: string[] = []): Promise<string> {
    const folder = path.join(root, name);
    if (existsSync(folder)) return folder;
    const template = await openTemplate(world, name, undefined, AbortSignal.any([]));
    const values = chooseValues(template, set, { name: `my.${name}`, trunk: "main", date: "2026-01-01" });
    for (const [file, contents] of render(template, values).files) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), contents);
    }
    return folder;
  }

  it("are these, without a problem", () => {
    const { templates, problems } = listTemplates(world);
    assert.deepEqual(
      templates.map((one) => one.name),
      Object.keys(own),
    );
    assert.deepEqual(problems, []);
    assert.ok(templates.every((one) => one.source === "built in"));
  });

  it("weigh little", () => {
    const folder = path.resolve(import.meta.dirname, "../../templates");
    const tar = spawnSync("tar", ["cz", "-C", folder, "."], { maxBuffer: 1e8 });
    assert.ok(tar.stdout.length < 24 * 1024, `${tar.stdout.length} bytes`);
  });

  for (const name of Object.keys(own))
    describe(name, () => {
      const text = async (file: string) => readFileSync(path.join(await made(name), file), "utf8");
      const files = async () => {
        const { templates } = listTemplates(world);
        return (templates.find((one) => one.name === name)?.files ?? []).map((file) => file.replaceAll("dot_", "."));
      };

      it("has its files", async () => {
        const there = await files();
        assert.deepEqual(
          [...everywhere, ...(own[name] ?? [])].filter((file) => !there.includes(file)),
          [],
        );
      });

      it("leaves no placeholder, and no line of a merge", async () => {
        for (const file of await files())
          assert.doesNotMatch(await text(file), /\{\{[a-z][a-z0-9-]*\}\}|^[<>]{7} /m, file);
      });

      it("has YAML and JSON that can be read, with any title that fits", async () => {
        for (const file of await files()) {
          if (/\.ya?ml$/.test(file)) assert.deepEqual(parseDocument(await text(file)).errors, [], file);
          if (file.endsWith(".json")) JSON.parse(await text(file));
          if (file.endsWith(".sh"))
            assert.equal(spawnSync("sh", ["-n", path.join(await made(name), file)]).status, 0, file);
        }
      });

      it("has a compose file of one service with a health check", async () => {
        const { projects } = await findProjects(await made(name), { there: false }, AbortSignal.any([]));
        const [project] = projects;
        assert.deepEqual([...(project?.services.keys() ?? [])], [`my.${name}`]);
        assert.deepEqual(project?.notes, []);
        const [service] = project?.services.values() ?? [];
        assert.ok(service?.healthcheck?.test);
        assert.ok(service.ports.length === 1 || project?.ownAddress.size === 1);
      });

      it("has a CHANGES.md and a policy that the gate takes", async () => {
        const changes = await text("CHANGES.md");
        assert.equal(entries(changes).length, 1);
        const { policy, problems } = parsePolicy(await text(".calcifer.yaml"));
        assert.deepEqual(problems, []);
        assert.deepEqual([policy.service, policy.trunk, policy.protected], [`my.${name}`, "main", ["main"]]);
      });
    });

  // ---- started for real

  describe("started for real", function () {
    this.timeout(180_000);
    const children: ChildProcess[] = [];
    const servers: http.Server[] = [];
    after(async () => {
      for (const child of children) {
        child.kill();
        if (child.exitCode === null && child.signalCode === null)
          await new Promise((resolve) => child.once("exit", resolve));
      }
      for (const server of servers) await new Promise((resolve) => server.close(resolve));
    });

    function run(folder: string, program: string, args: string[], env: NodeJS.ProcessEnv): () => string {
      const child = spawn(program, args, { cwd: folder, env: { PATH: process.env.PATH, HOME: root, ...env } });
      children.push(child);
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
      return () => said;
    }

    async function healthy(port: number, said: () => string) {
      let answer: Response | undefined;
      const asked = async () => {
        answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
        return answer?.ok === true;
      };
      await soon(asked, "an answer", 30_000).catch((error: Error) => assert.fail(`${error.message}\n${said()}`));
      assert.match(answer?.headers.get("content-type") ?? "", /^application\/json/);
      assert.deepEqual(await answer?.json(), { status: "ok", version: "abc1234" });
    }

    it("node-api: npm install, its own tests, npm start", async () => {
      const folder = await made("node-api");
      await promisify(execFile)("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: folder });
      const tests = await promisify(execFile)(process.execPath, ["--test"], { cwd: folder, env: clean() });
      assert.match(tests.stdout, /pass 3/);
      const port = await freePort();
      const said = run(folder, process.execPath, ["src/server.js"], { PORT: String(port), VERSION: "abc1234" });
      await healthy(port, said);
      const [child] = children.slice(-1);
      const ended = new Promise((resolve) => child?.once("exit", (code) => resolve(code)));
      child?.kill("SIGTERM");
      assert.equal(await ended, 0, "it ends when it is told to");
    });

    it("python-api: pip install, its own tests, uvicorn", async function () {
      const folder = await made("python-api");
      const pip = path.join(folder, ".venv/bin/pip");
      const installed = await promisify(execFile)("python3", ["-m", "venv", ".venv"], { cwd: folder })
        .then(() =>
          promisify(execFile)(
            pip,
            ["install", "-q", "--retries", "0", "--timeout", "15", "-r", "requirements-dev.txt"],
            { cwd: folder, timeout: 90_000 },
          ),
        )
        .then(
          () => true,
          () => false,
        );
      if (!installed) {
        // What cannot be shown here is said, and not passed over: the files are Python at least.
        if (this.test) this.test.title += " (MISSING here: FastAPI could not be installed; only compiled)";
        assert.equal(spawnSync("python3", ["-m", "compileall", "-q", "app", "tests"], { cwd: folder }).status, 0);
        return;
      }
      const tests = await promisify(execFile)(path.join(folder, ".venv/bin/pytest"), ["-q"], { cwd: folder });
      assert.match(tests.stdout, /2 passed/);
      const port = await freePort();
      const args = ["app.main:app", "--host", "127.0.0.1", "--port", String(port)];
      await healthy(port, run(folder, path.join(folder, ".venv/bin/uvicorn"), args, { VERSION: "abc1234" }));
    });

    it("static-site: by Caddy and its own test", async function () {
      const folder = await made("static-site");
      const port = await freePort();
      if (spawnSync("caddy", ["version"]).status === 0)
        await healthy(port, run(folder, "caddy", ["run"], { PORT: String(port), VERSION: "abc1234" }));
      else {
        if (this.test) this.test.title += " (MISSING here: no Caddy; by a small server with the Caddyfile's answer)";
        servers.push(await serve(folder, port));
        await healthy(port, () => "");
      }
      const smoke = await promisify(execFile)("sh", ["test/smoke.sh", `http://127.0.0.1:${port}`], { cwd: folder });
      assert.equal(smoke.stdout, "ok: /\nok: /healthz\nok: /nowhere\n");
    });
  });
});

/** Without what marks this process as a test of another runner. */
const clean = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== "NODE_TEST_CONTEXT"));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Serves what Caddy would: the files, and the answer that the Caddyfile has for /healthz. */
function serve(folder: string, port: number): Promise<http.Server> {
  const answer = /respond `(.*)`/.exec(readFileSync(path.join(folder, "Caddyfile"), "utf8"))?.[1] ?? "";
  const site = path.join(folder, "site");
  const server = http.createServer(({ url = "/" }, response) => {
    if (url === "/healthz")
      return response.setHeader("Content-Type", "application/json").end(answer.replace("{$VERSION:0.1.0}", "abc1234"));
    const file = path.join(site, url === "/" ? "index.html" : url);
    response.end(readFileSync(existsSync(file) ? file : path.join(site, "404.html")));
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}
