// `npm run package [target…]`: the extension as .vsix, one for each platform and one for all, into .cache/vsix/.
// A package holds what runs and what is shown, and SQLite for its platform. Nothing is fetched.
import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { platform } from "../daemon/db/native.ts";
import { build, explain, program } from "./build.ts";
import { notices } from "./package/notices.ts";

const root = path.dirname(import.meta.dirname);
const out = path.join(root, ".cache/vsix");
const vsce = path.join(root, "node_modules/@vscode/vsce/vsce");

/** VS Code's name of a platform → better-sqlite3's. */
const prebuilds = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "alpine-x64": "linuxmusl-x64",
  "alpine-arm64": "linuxmusl-arm64",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "win32-x64",
  "win32-arm64": "win32-arm64",
} as const;

export type Platform = keyof typeof prebuilds;
export type Target = Platform | "universal";

const platforms = Object.keys(prebuilds) as Platform[];
export const targets: readonly Target[] = [...platforms, "universal"];

/** The platform this runs on. @throws when there is no package for it */
export function here(): Platform {
  const found = platforms.find((one) => one === platform());
  if (!found) throw new Error(`There is no package for ${platform()}.`);
  return found;
}

interface Manifest {
  name: string;
  version: string;
  contributes?: unknown;
  scripts: Record<string, string>;
  [field: string]: unknown;
}

/** Fields that are about building us. */
const ours = /^((dev|optional)?[dD]ependencies|allowScripts|bin|files|scripts|type)$/;

/** The only script that VS Code runs. */
const uninstall = "vscode:uninstall";

/** Each vsce reads and zips some megabytes. */
const atOnce = 2;

/** Makes packages, from what is built now. @returns target → file */
export async function makePackages(wanted: readonly Target[]): Promise<Map<Target, string>> {
  mkdirSync(out, { recursive: true });
  removeLeftovers(out);
  const whole = await stage();
  try {
    const left = [...wanted];
    const made = new Map<Target, string>();
    const work = async () => {
      try {
        for (let target = left.shift(); target; target = left.shift()) made.set(target, await pack(whole, target));
      } catch (error) {
        left.length = 0;
        throw error;
      }
    };
    // Those under way read the staged files: they are gone only when all have ended.
    const ended = await Promise.allSettled(Array.from({ length: atOnce }, work));
    const failed = ended.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    return new Map(wanted.map((target) => [target, made.get(target) as string]));
  } finally {
    rmSync(whole, { recursive: true, force: true });
  }
}

/** An hour: nobody packs so long. */
const old = 3_600_000;

/** What a run left that was killed: folders it staged in, packages it had not put in their place. */
export function removeLeftovers(folder: string): void {
  const names = globSync([...["stage", ...targets].map((name) => `${name}-??????`), "*.vsix.*.vsix"], { cwd: folder });
  for (const name of names) {
    const left = path.join(folder, name);
    const { mtimeMs } = statSync(left, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    if (Date.now() - mtimeMs > old) rmSync(left, { recursive: true, force: true });
  }
}

/** A folder with all that is the same on every platform. */
async function stage(): Promise<string> {
  const rows = await build();
  const folder = mkdtempSync(path.join(out, "stage-"));
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Manifest;
  const published = Object.fromEntries(Object.entries(manifest).filter(([field]) => !ours.test(field)));
  const scripts = { [uninstall]: manifest.scripts[uninstall] };
  put(folder, "package.json", `${JSON.stringify({ ...published, scripts }, null, 2)}\n`);
  for (const { name } of rows) put(folder, `dist/${name}`, withoutMap(path.join(root, "dist", name)));
  put(folder, "dist/daemon.cjs", await daemon());
  put(folder, "dist/THIRD-PARTY-NOTICES.txt", notices());
  put(folder, "README.md", readableAnywhere(readFileSync(path.join(root, "README.md"), "utf8")));
  const asItIs = [
    "CHANGELOG.md",
    "docs/editors.md",
    "LICENSE",
    "bin/terminal/*",
    "media/**",
    "templates/**",
    "l10n/*.json",
    "package.nls*.json",
  ];
  const files = globSync(asItIs, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile());
  const named = files.map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  for (const file of new Set([...named, ...mentioned(manifest.contributes)])) copy(file, folder);
  return folder;
}

/** The daemon with better-sqlite3 inside, which looks for its binary in ../prebuilds, by the platform it runs on. */
async function daemon(): Promise<string> {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    ...program(),
    entryPoints: ["daemon/main.ts"],
    absWorkingDir: root,
    bundle: true,
    legalComments: "none",
    logLevel: "silent",
    sourcemap: false,
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

function withoutMap(file: string): string | Buffer {
  if (!/\.(c?js|css)$/.test(file)) return readFileSync(file);
  return readFileSync(file, "utf8").replace(/\n(\/\/|\/\*)# sourceMappingURL=\S+( \*\/)?\n$/, "\n");
}

// Where an installed extension is shown, nothing is beside its README: pictures go, and rows of them, links become their text.
function readableAnywhere(text: string): string {
  return text
    .replaceAll(/^\|(?: !\[[^\]]*\]\((?!https:)[^)]*\) \|)+\n/gm, "")
    .replaceAll(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n+/gm, "")
    .replaceAll(/(?<!!)\[([^\]]*)\]\((?!https:|#)[^)]*\)/g, "$1");
}

/** Files that the manifest's contributions name, wherever they lie. */
function mentioned(part: unknown): string[] {
  if (typeof part === "string") return isFile(part) ? [path.normalize(part)] : [];
  return typeof part === "object" && part !== null ? Object.values(part).flatMap(mentioned) : [];
}

function isFile(name: string): boolean {
  if (!/^[\w./-]+\.\w+$/.test(name)) return false;
  return statSync(path.join(root, name), { throwIfNoEntry: false })?.isFile() ?? false;
}

function put(folder: string, file: string, contents: string | Buffer): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), contents);
}

function copy(file: string, folder: string): void {
  const to = path.join(folder, file);
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(path.join(root, file), to);
  chmodSync(to, /^bin\/terminal\/calcifer$/.test(file.replaceAll(path.sep, "/")) ? 0o755 : 0o644);
}

async function pack(whole: string, target: Target): Promise<string> {
  const folder = mkdtempSync(path.join(out, `${target}-`));
  let aside = "";
  try {
    cpSync(whole, folder, { recursive: true });
    for (const one of target === "universal" ? platforms : [target]) {
      const binary = `prebuilds/${prebuilds[one]}.node`;
      put(folder, binary, readFileSync(path.join(root, "node_modules/better-sqlite3", binary)));
    }
    const { name, version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
    const file = path.join(out, `${name}-${target}-${version}.vsix`);
    // Somebody may be installing the one that is there.
    aside = `${file}.${process.pid}.vsix`;
    const options = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links", "--out", aside];
    const only = target === "universal" ? [] : ["--target", target];
    await promisify(execFile)(process.execPath, [vsce, "package", ...options, ...only], { cwd: folder });
    renameSync(aside, file);
    return file;
  } finally {
    for (const left of [folder, aside]) if (left !== "") rmSync(left, { recursive: true, force: true });
  }
}

function readTargets(words: string[]): readonly Target[] {
  const known = (word: string): word is Target => targets.some((target) => target === word);
  const strange = words.filter((word) => !known(word));
  if (strange.length > 0)
    throw new RangeError(`There is no target ${strange.join(", ")}. The targets are: ${targets.join(", ")}.`);
  return words.length > 0 ? words.filter(known) : targets;
}

if (existsSync(process.argv[1] ?? "") && realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  try {
    const made = await makePackages(readTargets(process.argv.slice(2)));
    for (const file of made.values())
      console.log(`${path.relative(root, file)}  ${(statSync(file).size / 1e6).toFixed(2)} MB`);
  } catch (error) {
    console.error(error instanceof RangeError ? error.message : await explain(error));
    process.exitCode = 1;
  }
}
