// Where templates lie: with Calcifer, beside the configuration, in a folder, in a git repository. Reads them; runs nothing of theirs.
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { firstLine } from "../../gate/git.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Template } from "../../protocol/service.ts";
import type { World } from "../world.ts";
import { type Manifest, manifestFile, readManifest } from "./manifest.ts";

/** A template that was read. */
export interface Loaded {
  manifest: Manifest;
  source: string;
  /** path below `files/` → contents */
  files: Map<string, Buffer>;
}

export const builtIn = "built in";
const mostFiles = 500;
const largestFile = 1024 * 1024;
const largestTemplate = 16 * 1024 * 1024;
const largestManifest = 64 * 1024;

/** Beside the bundle's folder in a package, beside `daemon/` in a checkout. */
const builtInFolder = (): string =>
  [path.join(import.meta.dirname, "../templates"), path.join(import.meta.dirname, "../../templates")].find((folder) =>
    existsSync(folder),
  ) ?? path.join(import.meta.dirname, "../templates");

const ownFolder = ({ folders }: World): string => path.join(folders.config, "templates");

/** Folders with templates: a person's own come first, so that one may take the place of a built-in one. */
const places = (world: World): [folder: string, source: string | undefined][] => [
  [ownFolder(world), undefined],
  [builtInFolder(), builtIn],
];

export function listTemplates(world: World): { templates: Template[]; problems: string[] } {
  const found = new Map<string, Template>();
  const problems: string[] = [];
  for (const [place, source] of places(world))
    for (const folder of foldersIn(place))
      try {
        const loaded = load(folder, source ?? folder);
        if (!found.has(loaded.manifest.name)) found.set(loaded.manifest.name, shown(loaded));
      } catch (error) {
        problems.push(`${folder}: ${(error as Error).message}`);
      }
  return { templates: [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), problems };
}

function shown({ manifest, source, files }: Loaded): Template {
  const { name, title, summary, version, kind, variables } = manifest;
  return { name, title, summary, version, kind, source, variables, files: [...files.keys()] };
}

const foldersIn = (place: string): string[] =>
  existsSync(place)
    ? readdirSync(place, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
        .map((entry) => path.join(place, entry.name))
        .sort()
    : [];

/**
 * Reads a template by its name, its folder, or the address of its git repository (`#folder` behind it names a folder there).
 * @param here what a relative folder is relative to
 * @throws Fault missing | invalid | refused | unreachable
 */
export async function openTemplate(
  world: World,
  asked: string,
  here: string | undefined,
  signal: AbortSignal,
): Promise<Loaded> {
  if (isAddress(asked)) return fetchTemplate(world, asked, signal);
  if (/[/\\]/.test(asked) || asked.startsWith(".")) {
    if (here === undefined && !path.isAbsolute(asked))
      throw new Fault("invalid", `template: ${asked} is not an absolute path.`);
    const folder = path.resolve(here ?? "/", asked);
    if (!existsSync(path.join(folder, manifestFile)) && existsSync(path.join(folder, "HEAD")))
      return fetchTemplate(world, folder, signal);
    return loadOrFault(folder, folder);
  }
  const { templates, problems } = listTemplates(world);
  for (const [place, source] of places(world))
    for (const folder of foldersIn(place)) if (nameIn(folder) === asked) return loadOrFault(folder, source ?? folder);
  throw new Fault("missing", `There is no template ${asked}.`, {
    hint: `There are: ${templates.map((one) => one.name).join(", ")}. Or name a folder, or a git repository's address.`,
    reasons: problems.slice(0, 5).map((message) => ({ check: "template", message })),
  });
}

function nameIn(folder: string): string | undefined {
  try {
    return readManifest(readFileSync(path.join(folder, manifestFile), "utf8")).name;
  } catch {
    return undefined;
  }
}

function loadOrFault(folder: string, source: string): Loaded {
  try {
    return load(folder, source);
  } catch (error) {
    throw new Fault(
      existsSync(folder) ? "refused" : "missing",
      `${source} is no template: ${(error as Error).message}`,
      {
        hint: `A template is a folder with ${manifestFile} and files/. See those there are: calcifer service templates`,
      },
    );
  }
}

/** @throws Error with a sentence */
function load(folder: string, source: string): Loaded {
  const file = path.join(folder, manifestFile);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new Error(`There is no ${manifestFile}.`);
  if (stat.size > largestManifest) throw new Error(`${manifestFile} is larger than 64 KiB.`);
  const manifest = readManifest(readFileSync(file, "utf8"));
  const files = new Map<string, Buffer>();
  const top = path.join(folder, "files");
  if (!lstatSync(top, { throwIfNoEntry: false })?.isDirectory()) throw new Error("There is no folder files.");
  let bytes = 0;
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const full = path.join(at, entry.name);
      if (entry.isDirectory()) walk(full);
      // A link could lead anywhere; where git makes none, it is a text with a path in it.
      else if (!entry.isFile()) throw new Error(`${path.relative(folder, full)} is a link or a device.`);
      else {
        if (files.size >= mostFiles) throw new Error(`There are more than ${mostFiles} files.`);
        const { size } = lstatSync(full);
        if (size > largestFile) throw new Error(`${path.relative(folder, full)} is larger than 1 MiB.`);
        bytes += size;
        if (bytes > largestTemplate) throw new Error("Its files are larger than 16 MiB.");
        files.set(path.relative(top, full).split(path.sep).join("/"), readFileSync(full));
      }
    }
  };
  walk(top);
  const strange = manifest.files.find((one) => !files.has(one.path));
  if (strange) throw new Error(`${manifestFile} names ${strange.path}, which is not among the files.`);
  return { manifest, source, files };
}

// ---- git

const isAddress = (text: string): boolean =>
  /^(https?|ssh|git|file):\/\//i.test(text) || /^[\w.-]+@[\w.-]+:/.test(text);

const patience = 30_000;

async function fetchTemplate(world: World, asked: string, signal: AbortSignal): Promise<Loaded> {
  const [address = "", inside = "."] = asked.split("#");
  const aside = realpathSync(mkdtempSync(path.join(os.tmpdir(), "calcifer-template-")));
  try {
    const to = path.join(aside, "template");
    const config = ["-c", "core.symlinks=false", "-c", "credential.interactive=false"];
    const options = ["--depth", "1", "--no-tags", "--single-branch", "--no-recurse-submodules", "--template=", "-q"];
    const cloned = await world.git(aside)(
      [...config, "clone", ...options, "--progress", "--upload-pack=git-upload-pack", "--end-of-options", address, to],
      { signal, patience, env: { GIT_ASKPASS: "", SSH_ASKPASS: "" } },
    );
    if (cloned.code === 130) throw new Fault("cancelled", "You asked to stop.");
    if (cloned.code !== 0) throw unreachable(address, cloned.stderr);
    const folder = path.resolve(to, inside);
    if (folder !== to && !folder.startsWith(to + path.sep))
      throw new Fault("invalid", `template: ${inside} leads out of the repository.`);
    return { ...loadOrFault(folder, asked) };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function unreachable(address: string, stderr: string): Fault {
  const line = stderr.split(/[\r\n]/).find((one) => /^(fatal|error|ERROR|ssh):/.test(one)) ?? "";
  // A token may stand in it; what a fault says is logged and shown.
  const shown = address.replace(/^([a-z]+:\/\/)[^/]*@/i, "$1…@");
  return new Fault("unreachable", `${shown} cannot be cloned: ${firstLine(line) || "git gave no reason"}.`, {
    hint: "See whether git itself can: git ls-remote <address>",
  });
}
