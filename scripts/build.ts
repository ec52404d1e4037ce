// Bundles each program into dist/, only when something it is made of changed.
// Does not know what the programs do.
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, statSync, watch, writeFileSync } from "node:fs";
import path from "node:path";
import type { BuildFailure, BuildOptions } from "esbuild";

const root = path.dirname(import.meta.dirname);
const dist = path.join(root, "dist");
const metaFile = path.join(dist, "meta.json");

const bundles: Bundle[] = [
  { name: "daemon.cjs", entry: "daemon/main.ts", external: ["better-sqlite3"] },
  { name: "cli.cjs", entry: "cli/main.ts", external: [] },
  { name: "ci.cjs", entry: "cli/local/ci.ts", external: [] },
  { name: "hook.cjs", entry: "cli/hook.ts", external: [] },
  { name: "extension.cjs", entry: "extension/main.ts", external: ["vscode"] },
];

type Bundle = { name: string; entry: string; external: string[] };
/** What a bundle was made of: path → modification time and size, as read just before it was written. */
type Made = { bytes: number; inputs: { [file: string]: string } };
type Meta = { [bundle: string]: Made };
type Built = { name: string; bytes: number; fresh: boolean };

/** Brings dist/ up to date. Returns one row per bundle; `fresh` tells which were written just now. */
export async function build(): Promise<Built[]> {
  const meta = readMeta();
  const results = await Promise.allSettled(bundles.filter(isWritten).map((bundle) => bring(bundle, meta)));
  const rows = results.filter((result) => result.status === "fulfilled").map((result) => result.value);
  if (rows.some((row) => row.fresh)) writeWhole(metaFile, `${JSON.stringify(meta, null, 1)}\n`);
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return rows;
}

function isWritten({ entry }: Bundle): boolean {
  const there = existsSync(path.join(root, entry));
  if (!there) console.warn(`build: ${entry} does not exist, its bundle is left out`);
  return there;
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
  const result = await esbuild.build({ ...options(bundle), write: false, metafile: true });
  for (const file of result.outputFiles) writeWhole(file.path, file.contents);
  const own = ["scripts/build.ts", "node_modules/esbuild/package.json"];
  const inputs = [...Object.keys(result.metafile.inputs).filter(isFile), ...own];
  const code = result.outputFiles.find((file) => file.path.endsWith(".cjs"));
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

function options(bundle: Bundle): BuildOptions {
  return {
    entryPoints: [bundle.entry],
    outfile: path.join("dist", bundle.name),
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    external: bundle.external,
    minifyWhitespace: true,
    minifySyntax: true,
    // Names stay readable: a stack trace from a user is worth more than the bytes.
    minifyIdentifiers: false,
    sourcemap: "linked",
    legalComments: "none",
    logLevel: "silent",
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
  return rows.map((row) => `  ${row.name.padEnd(14)} ${(row.bytes / 1024).toFixed(1).padStart(8)} KiB`).join("\n");
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
