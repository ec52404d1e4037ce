// Puts a real VS Code (server, workbench, extension host) into .cache/vscode, from the npm registry alone:
// no install scripts, no compiler, no system packages. A second run does nothing.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.dirname(path.dirname(import.meta.dirname));
const codeServer = "4.139.1";
const standIns = path.join(import.meta.dirname, "stand-ins");

// Of about 90 dependencies the workbench needs these; the rest is telemetry, agents, Kerberos and other platforms.
const needed = {
  server: ["cookie", "minimist", "ws", "yauzl", "yazl", "http-proxy-agent", "https-proxy-agent", "@vscode/proxy-agent"],
  // Imported by the telemetry modules even when telemetry is off.
  telemetry: ["@microsoft/1ds-core-js", "@microsoft/1ds-post-js"],
  search: ["@vscode/ripgrep-universal", "vscode-regexpp"],
  // Does nothing on Linux, but without fs-copyfile the git extension does not activate.
  files: ["@parcel/watcher", "@vscode/fs-copyfile"],
  terminal: [
    "node-pty",
    "@xterm/headless",
    "@xterm/xterm",
    ...["clipboard", "image", "ligatures", "progress", "search", "serialize", "unicode11", "webgl"].map(
      (addon) => `@xterm/addon-${addon}`,
    ),
  ],
  browser: [
    "vscode-textmate",
    "vscode-oniguruma",
    "@vscode/iconv-lite-umd",
    "jschardet",
    "tas-client",
    "@vscode/tree-sitter-wasm",
    "@vscode/vscode-languagedetection",
    "katex",
  ],
};

// Built-in extensions that want an account, the network, or packages that are not installed (tsserver).
const unwantedExtensions = [
  "copilot",
  "github",
  "github-authentication",
  "mermaid-markdown-features",
  "microsoft-authentication",
  "ms-vscode.js-debug",
  "ms-vscode.js-debug-companion",
  "ms-vscode.vscode-js-profile-table",
  "tunnel-forwarding",
  "typescript-language-features",
];

type Manifest = { dependencies: Dependencies; [field: string]: unknown };
type Dependencies = { [name: string]: string };

/** The folder of VS Code's server. */
export function getVsCode(): string {
  const folder = path.join(root, ".cache/vscode");
  const stamp = path.join(folder, ".stamp");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === recipe()) return folder;
  console.log(`getting VS Code (code-server ${codeServer} from npm), about 10 s`);
  const aside = `${folder}.partial`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  unpack(aside);
  keepNeededDependencies(aside);
  npm(aside, "install", "--omit=dev");
  for (const name of readdirSync(standIns)) putStandIn(aside, name);
  prune(aside);
  writeFileSync(path.join(aside, ".stamp"), recipe());
  rmSync(folder, { recursive: true, force: true });
  renameSync(aside, folder);
  return folder;
}

/** Whatever decides what ends up in the folder: when it changes, the folder is made anew. */
function recipe(): string {
  return JSON.stringify([codeServer, needed, unwantedExtensions, process.platform, process.arch]);
}

function unpack(folder: string): void {
  const archive = npm(folder, "pack", `code-server@${codeServer}`).trim().split("\n").pop() ?? "";
  execFileSync("tar", ["xzf", archive, "--strip-components=3", "package/lib/vscode"], { cwd: folder });
  rmSync(path.join(folder, archive));
}

function npm(folder: string, ...command: string[]): string {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  return execFileSync("npm", [...command, ...quiet, "--prefix", folder], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

function keepNeededDependencies(folder: string): void {
  const manifest = readJson<Manifest>(folder, "package.json");
  const lock = readJson<{ packages: { [where: string]: Manifest } }>(folder, "npm-shrinkwrap.json");
  const dependencies = Object.fromEntries(Object.values(needed).flat().map(withVersion(manifest.dependencies)));
  const others = { devDependencies: undefined, optionalDependencies: undefined };
  writeJson(folder, "package.json", { ...manifest, dependencies, ...others, allowScripts: undefined });
  lock.packages[""] = { ...lock.packages[""], dependencies, ...others };
  writeJson(folder, "npm-shrinkwrap.json", lock);
}

function withVersion(dependencies: Dependencies): (name: string) => [string, string] {
  return (name) => {
    const version = dependencies[name];
    if (!version) throw new Error(`VS Code of code-server ${codeServer} no longer depends on ${name}`);
    return [name, version];
  };
}

// Two native modules come without a binary and want a compiler. Without them the Output panel stays empty.
function putStandIn(folder: string, file: string): void {
  const name = path.basename(file, ".cjs");
  const at = path.join(folder, "node_modules/@vscode", name);
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at, { recursive: true });
  writeJson(at, "package.json", { name: `@vscode/${name}`, version: "0.0.0-stand-in", main: "index.js" });
  cpSync(path.join(standIns, file), path.join(at, "index.js"));
}

function prune(folder: string): void {
  const remove = (...where: string[]) => rmSync(path.join(folder, ...where), { recursive: true, force: true });
  for (const name of unwantedExtensions) remove("extensions", name);
  const here = `${process.platform}-${process.arch}`;
  for (const binaries of ["node_modules/node-pty/prebuilds", "node_modules/@vscode/ripgrep-universal/bin"]) {
    for (const name of readdirSync(path.join(folder, binaries))) if (name !== here) remove(binaries, name);
  }
  remove("node_modules/node-pty/third_party");
}

function readJson<T>(folder: string, file: string): T {
  return JSON.parse(readFileSync(path.join(folder, file), "utf8"));
}

function writeJson(folder: string, file: string, value: unknown): void {
  writeFileSync(path.join(folder, file), JSON.stringify(value, null, 1));
}
