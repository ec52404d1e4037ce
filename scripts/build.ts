// Bundles each program into dist/, only when something it is made of changed.
// Does not know what the programs do.
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { BuildFailure, BuildOptions, Plugin } from "esbuild";

const root = path.dirname(import.meta.dirname);
const dist = path.join(root, "dist");
const metaFile = path.join(dist, "meta.json");
/** Its version decides what comes out, too. */
const builder = "node_modules/esbuild/package.json";

/** What the extension loads after its activation lies in files of its own, so that activation need not read it. */
const later = [
  { name: "commands.cjs", entry: "extension/commands.ts" },
  { name: "connection.cjs", entry: "extension/connection.ts" },
  { name: "pages.cjs", entry: "extension/webviews/later.ts" },
];

const programs: Bundle[] = [
  { name: "yaml.cjs", entry: "node_modules/yaml/dist/index.js", as: program() },
  { name: "daemon.cjs", entry: "daemon/main.ts", as: program(["better-sqlite3"]) },
  { name: "cli.cjs", entry: "cli/main.ts", as: program() },
  { name: "ci.cjs", entry: "cli/local/ci.ts", as: program() },
  { name: "hook.cjs", entry: "cli/hook.ts", as: program() },
  { name: "extension.cjs", entry: "extension/main.ts", as: { ...program(["vscode"]), plugins: [laterApart()] } },
  ...later.map((bundle) => ({ ...bundle, as: { ...program(["vscode"]), plugins: [laterApart()] } })),
  { name: "uninstall.cjs", entry: "extension/uninstall.ts", as: program() },
  {
    name: "web.cjs",
    entry: "extension/web.ts",
    as: { external: ["vscode"], format: "cjs", platform: "browser", minify: true },
  },
];

/** What pages take as it is. */
const copies: Bundle[] = ["codicon.css", "codicon.ttf"].map((file) => ({
  name: `webviews/${file}`,
  entry: `node_modules/@vscode/codicons/dist/${file}`,
  as: { loader: { ".css": "copy", ".ttf": "copy" } },
}));

type Bundle = { name: string; entry: string; as: BuildOptions };
/** What a bundle was made of: path → modification time and size, as read just before it was written. */
type Made = { bytes: number; inputs: { [file: string]: string } };
type Meta = { [bundle: string]: Made };
type Built = { name: string; bytes: number; fresh: boolean };

/** Brings dist/ up to date. Returns one row per bundle; `fresh` tells which were written just now. */
export async function build(): Promise<Built[]> {
  const wanted = bundles();
  const known = readMeta();
  // Of a page that is gone nothing is known any more.
  const meta: Meta = Object.fromEntries(wanted.flatMap(({ name }) => (known[name] ? [[name, known[name]]] : [])));
  const results = await Promise.allSettled(wanted.map((bundle) => bring(bundle, meta)));
  const rows = results.filter((result) => result.status === "fulfilled").map((result) => result.value);
  if (rows.some((row) => row.fresh)) writeWhole(metaFile, `${JSON.stringify(meta, null, 1)}\n`);
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return rows;
}

function bundles(): Bundle[] {
  return [...programs.filter(isWritten), ...pages(), ...copies];
}

function isWritten({ entry }: Bundle): boolean {
  const there = existsSync(path.join(root, entry));
  if (!there) console.warn(`build: ${entry} does not exist, its bundle is left out`);
  return there;
}

/** Each folder of extension/webviews with a page.ts is a page, with a style sheet if it has a page.css. */
function pages(): Bundle[] {
  return globSync("extension/webviews/*/page.{ts,css}", { cwd: root })
    .map((file) => file.split(path.sep).join("/"))
    .sort()
    .map((entry) => {
      const name = path.posix.basename(path.posix.dirname(entry));
      return { name: `webviews/${name}${entry.endsWith(".ts") ? ".js" : ".css"}`, entry, as: page };
    });
}

async function bring(bundle: Bundle, meta: Meta): Promise<Built> {
  const known = meta[bundle.name];
  if (known && isCurrent(bundle, known)) return { name: bundle.name, bytes: known.bytes, fresh: false };
  const record = await write(bundle);
  meta[bundle.name] = record;
  return { name: bundle.name, bytes: record.bytes, fresh: true };
}

function isCurrent(bundle: Bundle, record: Made): boolean {
  if (!existsSync(path.join(dist, bundle.name))) return false;
  return Object.entries(record.inputs).every(([file, signature]) => sign(file) === signature);
}

function sign(file: string): string {
  const stat = statSync(path.join(root, file), { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}:${stat.size}` : "gone";
}

async function write(bundle: Bundle): Promise<Made> {
  const started = Date.now();
  // Loaded only when there is work: it is most of the cost of a build that has nothing to do.
  const esbuild = await import("esbuild");
  const result = await esbuild.build({ ...common(bundle), ...bundle.as, write: false, metafile: true });
  for (const file of result.outputFiles) writeWhole(file.path, file.contents);
  const own = ["scripts/build.ts", builder];
  const inputs = [...Object.keys(result.metafile.inputs).filter(isFile), ...own];
  const code = result.outputFiles.find((file) => file.path === path.join(dist, bundle.name));
  return {
    bytes: code?.contents.byteLength ?? 0,
    inputs: Object.fromEntries(inputs.map((file) => [file, signUnlessTouched(file, started)])),
  };
}

function isFile(input: string): boolean {
  return existsSync(path.join(root, input));
}

// Saved while we were reading: which of the two states went into the bundle is unknown, so the next build looks again.
function signUnlessTouched(file: string, since: number): string {
  const stat = statSync(path.join(root, file), { throwIfNoEntry: false });
  return stat && stat.mtimeMs < since ? sign(file) : "touched while building";
}

function common(bundle: Bundle): BuildOptions {
  return {
    entryPoints: [bundle.entry],
    outfile: path.join("dist", bundle.name),
    absWorkingDir: root,
    bundle: true,
    legalComments: "none",
    logLevel: "silent",
  };
}

function laterApart(): Plugin {
  return {
    name: "later apart",
    setup: (build) =>
      build.onResolve({ filter: /\.ts$/ }, ({ kind, path: file, resolveDir }) => {
        const imported = path.relative(root, path.join(resolveDir, file)).split(path.sep).join("/");
        const bundle = kind === "dynamic-import" && later.find(({ entry }) => entry === imported);
        return bundle ? { path: `./${bundle.name}`, external: true } : undefined;
      }),
  };
}

const page: BuildOptions = {
  platform: "browser",
  format: "iife",
  target: "es2022",
  minify: true,
  sourcemap: "linked",
};

/** How a program for Node is bundled. @param external what it finds beside itself */
export function program(external: string[] = []): BuildOptions {
  return {
    platform: "node",
    format: "cjs",
    target: "node22",
    // Three programs read YAML: it is most of what two of them weigh, so it lies beside them, once.
    // What jsonc-parser says is its main file loads its parts in a way no bundler can follow.
    alias: { yaml: "./yaml.cjs", "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
    external: [...external, "./yaml.cjs"],
    minify: true,
    // A stack trace from a user is worth more than the bytes.
    keepNames: true,
    sourcemap: "linked",
    define: {
      "import.meta.url": "importMetaUrl",
      "import.meta.dirname": "__dirname",
      "import.meta.filename": "__filename",
      "import.meta.main": "importMetaMain",
    },
    inject: ["scripts/import-meta.ts"],
  };
}

// A daemon or a hook may start at this very moment: it must find the old file or the new one.
function writeWhole(file: string, contents: string | Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.tmp`;
  writeFileSync(aside, contents);
  renameSync(aside, file);
}

/** Every file of a package that went into dist/, as of the last build. */
export function bundledPackageFiles(): string[] {
  const all = Object.values(readMeta()).flatMap(({ inputs }) => Object.keys(inputs));
  return [...new Set(all)].filter((file) => file.startsWith("node_modules/") && file !== builder);
}

function readMeta(): Meta {
  try {
    return JSON.parse(readFileSync(metaFile, "utf8"));
  } catch {
    return {};
  }
}

async function buildAndTell(verbose: boolean): Promise<boolean> {
  const started = performance.now();
  try {
    const rows = await build();
    const fresh = rows.filter((row) => row.fresh);
    if (verbose) console.log(table(rows));
    if (fresh.length > 0) console.log(`built ${fresh.map((row) => row.name).join(", ")} in ${since(started)}`);
    else if (verbose) console.log(`nothing changed (${since(started)})`);
    return true;
  } catch (error) {
    console.error(await explain(error));
    return false;
  }
}

function since(started: number): string {
  return `${Math.round(performance.now() - started)} ms`;
}

function table(rows: Built[]): string {
  return rows.map((row) => `  ${row.name.padEnd(22)} ${(row.bytes / 1024).toFixed(1).padStart(8)} KiB`).join("\n");
}

/** What esbuild has to say, with the lines it means. */
export async function explain(error: unknown): Promise<string> {
  const { errors } = error as Partial<BuildFailure>;
  if (!errors) return String((error as Error)?.stack ?? error);
  const { formatMessages } = await import("esbuild");
  return (await formatMessages(errors, { kind: "error", color: process.stderr.isTTY })).join("");
}

function keepBuilding(verbose: boolean): void {
  let waiting: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(waiting);
    // An editor saves in several steps; 50 ms later they are over.
    waiting = setTimeout(() => void buildAndTell(verbose), 50);
  };
  for (const folder of ["protocol", "gate", "daemon", "cli", "extension"]) {
    if (existsSync(path.join(root, folder))) watch(path.join(root, folder), { recursive: true }, soon);
  }
  console.log("watching; Ctrl+C ends it");
}

// Not import.meta.main, which Node 22 does not have.
if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  const verbose = process.argv.includes("--verbose");
  const ok = await buildAndTell(verbose);
  if (process.argv.includes("--watch")) keepBuilding(verbose);
  else process.exitCode = ok ? 0 : 1;
}
