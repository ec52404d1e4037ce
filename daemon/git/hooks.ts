// Git's hooks in a repository: put in front of what is there, asked whether they are in force, taken away to the byte. The door of this folder.
import { accessSync, constants, lstatSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { fields, type Git } from "../../gate/git.ts";
import { Fault } from "../../protocol/errors.ts";
import { addAttributes, addDriver, attributesLeftovers, configLeftovers, isOurFolder, setHooksPath } from "./driver.ts";
import { type Edit, edit, removeIfEmpty, type Step } from "./edit.ts";
import { inForce, placeOfValue } from "./inspect.ts";
import { couldBeBranch, type Guard, markBranch, writeGuard } from "./marks.ts";
import { executable, installOwn } from "./own.ts";
import { asksItsName, installPlain, leftInPlain, uninstallPlain } from "./plain.ts";
import { type InstallRecord, type OwnPlace, type PlainPlace, readRecord, writeRecord } from "./record.ts";
import type { Baked } from "./scripts.ts";
import {
  gitVersion,
  type HooksPath,
  hooksFolderOf,
  hooksPathIn,
  hooksPaths,
  listFolder,
  older,
  readIf,
  type Site,
  siteOf,
  worktreeConfigs,
} from "./site.ts";

export { doctor } from "./doctor.ts";
export { inForce } from "./inspect.ts";
export { layout } from "./layout.ts";
export { markBranch, markedBranches, unmarkBranch } from "./marks.ts";

export interface InstallOptions extends Guard {
  /** absolute path of the program that answers `hook <name> …` and `merge-driver …` */
  launcher: string;
  /** what the daemon listens on */
  socket: string;
  /** paths in the repository of the files to merge by structure: those of all its services */
  changesFiles: readonly string[];
  version: string;
  /** absolute path of a perl; looked for when left out, none with null */
  perl?: string | null | undefined;
}

export interface Installed {
  /** the folder git takes hooks from now */
  folder: string;
  /** `hooks`: git's own folder. `own`: one of ours that `core.hooksPath` names */
  place: "hooks" | "own";
  /** what `core.hooksPath` was, when it was set */
  previous: string | undefined;
}

/**
 * Puts Calcifer's hooks and merge driver in force, in front of whatever is there. Over an earlier installation it updates.
 * @throws Fault missing for no repository, unreachable for a git too old, refused when git's folder cannot be written
 */
export async function installHooks(git: Git, options: InstallOptions): Promise<Installed> {
  const site = await siteOf(git);
  await refuseOldGit(git);
  return writing(site, async () => {
    const earlier = readRecord(site.notes);
    const plan = await planFor(git, site, earlier);
    writeGuard(site.common, options);
    await markItems(git, site);
    const draft = recordOf(plan, options, earlier);
    // Before anything is touched: killed from here on, the next install or uninstall knows what was there.
    writeRecord(site.notes, draft);
    const base = writeHookFiles(site, plan, bakedOf(options), earlier);
    const edits = await makeEdits(git, site, plan, options, earlier);
    removeUnused(site, plan);
    writeRecord(site.notes, { ...draft, base, edits });
    const mine = plan.worktrees[worktreeId(site)] ?? plan.base;
    return {
      folder: folderInForce(site, plan),
      place: mine.kind === "own" ? "own" : "hooks",
      previous: mine.kind === "own" ? mine.previous?.value : undefined,
    };
  });
}

/**
 * Takes everything of Calcifer's out of the repository and puts back what was there. Where others changed a file since,
 * only our own lines go.
 * @returns what was put back, in words
 */
export async function uninstallHooks(git: Git): Promise<string[]> {
  const site = await siteOf(git);
  return writing(site, async () => {
    const earlier = readRecord(site.notes);
    const restored: string[] = [];
    const note = (done: boolean, what: string) => done && restored.push(what);
    const config = path.join(site.common, "config");
    note(
      await takeOut(git, site, config, earlier, earlier?.base),
      earlier?.base.kind === "own" ? ".git/config, with core.hooksPath as it was" : ".git/config",
    );
    for (const { id, file } of await worktreeConfigs(git, site))
      note(
        await takeOut(
          git,
          site,
          file,
          earlier,
          placeOfValue(await hooksPathIn(git, file), earlier) ?? earlier?.worktrees[id],
        ),
        `config.worktree of ${id}`,
      );
    const attributes = path.join(site.common, "info", "attributes");
    note(
      await changed(attributes, () => edit(attributes, earlier?.edits[key(site, attributes)], attributesLeftovers, [])),
      ".git/info/attributes",
    );
    const plain = earlier?.base.kind === "plain" ? earlier.base : undefined;
    const hooks = path.join(site.common, "hooks");
    if (leftInPlain(hooks)) restored.push(...uninstallPlain(hooks, plain));
    rmSync(site.notes, { recursive: true, force: true });
    return restored;
  });
}

/** Whether git, in this work tree, takes its hooks from us and ours pass on to what was there. Two git processes. */
export async function hooksInForce(git: Git): Promise<{ state: "yes" | "no" | "unknown"; why: string }> {
  try {
    const site = await siteOf(git);
    return inForce(site, await hooksPaths(git, site));
  } catch (error) {
    return {
      state: "unknown",
      why: error instanceof Fault ? error.message : `git could not be asked: ${(error as Error).message}`,
    };
  }
}

/** The config is the truth about whose branch it is; the marks follow it, also in a clone or after an uninstall. */
async function markItems(git: Git, site: Site): Promise<void> {
  const asked = await git(["config", "--local", "-z", "--name-only", "--get-regexp", "^branch\\..*\\.calciferkey$"]);
  for (const name of fields(asked)) {
    const branch = name.slice("branch.".length, -".calciferkey".length);
    if (couldBeBranch(branch)) markBranch(site.common, branch);
  }
}

interface Plan {
  base: PlainPlace | OwnPlace;
  worktrees: { [id: string]: OwnPlace };
}

async function planFor(git: Git, site: Site, earlier: InstallRecord | undefined): Promise<Plan> {
  const worktrees: Plan["worktrees"] = {};
  for (const { id, file } of await worktreeConfigs(git, site)) {
    const value = await hooksPathIn(git, file);
    if (value === undefined) continue;
    // `git worktree add` copies config.worktree (since 2.36), with our folder in it.
    const ours = isOurFolder(value) ? (placeOfValue(value, earlier) ?? earlier?.worktrees[id]) : undefined;
    worktrees[id] = ours ?? {
      kind: "own",
      previous: isOurFolder(value) ? undefined : { scope: "worktree", value },
      inConfig: !isOurFolder(value),
    };
  }
  return { base: basePlace(site, await hooksPaths(git, site), earlier), worktrees };
}

function basePlace(site: Site, settings: HooksPath[], earlier: InstallRecord | undefined): PlainPlace | OwnPlace {
  const shared = settings.filter((s) => s.scope !== "worktree" && s.scope !== "command");
  const others = shared.filter((s) => !isOurFolder(s.value));
  const known = earlier?.base.kind === "own" ? earlier.base : undefined;
  // Where ours stands in the place of another value, only the record knows that one.
  if (shared.at(-1) && isOurFolder((shared.at(-1) as HooksPath).value) && known?.inConfig) return known;
  const previous = others.at(-1);
  const hooks = path.join(site.common, "hooks");
  if (!previous && isFolderOrNothing(hooks) && !asksItsName(hooks))
    return { kind: "plain", madeFolder: earlier?.base.kind === "plain" && earlier.base.madeFolder };
  const inConfig =
    previous !== undefined && previous.scope === "local" && sameFile(previous.file, path.join(site.common, "config"));
  return { kind: "own", previous: previous && { scope: previous.scope, value: previous.value }, inConfig };
}

const recordOf = (plan: Plan, options: InstallOptions, earlier: InstallRecord | undefined): InstallRecord => ({
  format: 1,
  version: options.version,
  launcher: options.launcher,
  socket: options.socket,
  ...plan,
  changesFiles: [...options.changesFiles],
  edits: earlier?.edits ?? {},
});

function writeHookFiles(site: Site, plan: Plan, baked: Baked, earlier: InstallRecord | undefined): Plan["base"] {
  const hooks = path.join(site.common, "hooks");
  const plain = earlier?.base.kind === "plain" ? earlier.base : undefined;
  for (const [id, place] of Object.entries(plan.worktrees))
    installOwn(worktreeFolder(site, id), "../..", previousOf(site, place, [topOf(site, id)]), baked);
  if (plan.base.kind === "plain") return installPlain(hooks, baked, plain);
  if (leftInPlain(hooks)) uninstallPlain(hooks, plain);
  installOwn(baseFolder(site), "..", previousOf(site, plan.base, [site.top, topOf(site, "main")]), baked);
  return plan.base;
}

async function makeEdits(
  git: Git,
  site: Site,
  plan: Plan,
  options: InstallOptions,
  earlier: InstallRecord | undefined,
): Promise<InstallRecord["edits"]> {
  const edits: InstallRecord["edits"] = {};
  const make = async (file: string, leftovers: Step, steps: Step[]) => {
    const made = await edit(file, earlier?.edits[key(site, file)], leftovers, steps);
    if (made) edits[key(site, file)] = made;
  };
  const setting = (place: PlainPlace | OwnPlace, folder: string) =>
    place.kind === "own" ? [setHooksPath(git, folder, place.inConfig || !fromInclude(place))] : [];
  const config = path.join(site.common, "config");
  await make(config, await leftoversOf(git, config, earlier?.base), [
    ...setting(plan.base, baseFolder(site)),
    addDriver(options.launcher),
  ]);
  for (const { id, file } of await worktreeConfigs(git, site)) {
    const place = plan.worktrees[id];
    if (place) await make(file, await leftoversOf(git, file, place), setting(place, worktreeFolder(site, id)));
  }
  const attributes = path.join(site.common, "info", "attributes");
  await make(
    attributes,
    attributesLeftovers,
    options.changesFiles.length > 0 ? [addAttributes(options.changesFiles)] : [],
  );
  return edits;
}

/** A local value that is not in the config file itself comes from a file it includes, which may be read after our line. */
const fromInclude = (place: OwnPlace): boolean =>
  !place.inConfig && (place.previous?.scope === "local" || place.previous?.scope === "worktree");

const leftoversOf = async (git: Git, file: string, place: PlainPlace | OwnPlace | undefined): Promise<Step> =>
  configLeftovers(
    git,
    await hooksPathIn(git, file),
    place?.kind === "own" && place.inConfig ? place.previous?.value : undefined,
  );

async function takeOut(
  git: Git,
  site: Site,
  file: string,
  earlier: InstallRecord | undefined,
  place: PlainPlace | OwnPlace | undefined,
): Promise<boolean> {
  const leftovers = await leftoversOf(git, file, place);
  return changed(file, () => edit(file, earlier?.edits[key(site, file)], leftovers, []));
}

async function changed(file: string, act: () => Promise<Edit | undefined>): Promise<boolean> {
  const before = readIf(file);
  await act();
  return readIf(file) !== before;
}

/** Folders of ours that no config names any more. */
function removeUnused(site: Site, plan: Plan): void {
  if (plan.base.kind === "plain") rmSync(baseFolder(site), { recursive: true, force: true });
  const all = path.join(site.notes, "worktree-hooks");
  for (const id of listFolder(all))
    if (!plan.worktrees[id]) rmSync(path.join(all, id), { recursive: true, force: true });
  removeIfEmpty(all);
}

const previousOf = (site: Site, place: OwnPlace, tops: (string | undefined)[]) => ({
  value: place.previous?.value ?? path.join(site.common, "hooks"),
  folders: [...new Set(tops)].map((top) => hooksFolderOf({ ...site, top }, place.previous?.value)),
});

const baseFolder = (site: Site): string => path.join(site.notes, "hooks");
/** In the common directory, because `git worktree add` copies the setting and the first work tree may go before the second. */
const worktreeFolder = (site: Site, id: string): string => path.join(site.notes, "worktree-hooks", id);

function folderInForce(site: Site, plan: Plan): string {
  const id = worktreeId(site);
  if (plan.worktrees[id]) return worktreeFolder(site, id);
  return plan.base.kind === "plain" ? path.join(site.common, "hooks") : baseFolder(site);
}

const worktreeId = (site: Site): string =>
  path.dirname(site.gitDir) === path.join(site.common, "worktrees") ? path.basename(site.gitDir) : "main";

/** The top of another work tree of the repository, as far as files tell. */
function topOf(site: Site, id: string): string | undefined {
  if (id === worktreeId(site)) return site.top;
  if (id === "main") return path.basename(site.common) === ".git" ? path.dirname(site.common) : undefined;
  const link = readIf(path.join(site.common, "worktrees", id, "gitdir"))?.trim();
  return link === undefined ? undefined : path.dirname(path.resolve(site.common, "worktrees", id, link));
}

const key = (site: Site, file: string): string => path.relative(site.common, file).replaceAll(path.sep, "/");

const isFolderOrNothing = (folder: string): boolean =>
  lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? true;

function sameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

const bakedOf = (options: InstallOptions): Baked => ({
  version: options.version,
  launcher: options.launcher,
  socket: options.socket,
  perl: options.perl === undefined ? findPerl() : (options.perl ?? undefined),
});

/** The system's perl first: one of a version manager is a script of its own, slower than what it saves. */
function findPerl(): string | undefined {
  if (process.platform === "win32") return undefined;
  const folders = [
    "/usr/bin",
    "/bin",
    ...(process.env.PATH ?? "").split(":").filter((folder) => path.isAbsolute(folder)),
  ];
  return folders.map((folder) => path.join(folder, "perl")).find((file) => executable(file));
}

async function refuseOldGit(git: Git): Promise<void> {
  const version = await gitVersion(git);
  if (version !== undefined && older(version, [2, 31]))
    throw new Fault("unreachable", `git ${version.join(".")} is too old for Calcifer's hooks.`, {
      hint: "Install git 2.38 or newer.",
    });
}

/** A folder that cannot be written is somebody's decision, not our mistake. */
async function writing<T>(site: Site, act: () => Promise<T>): Promise<T> {
  try {
    accessSync(site.common, constants.W_OK);
    return await act();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EACCES" && code !== "EROFS" && code !== "EPERM") throw error;
    throw new Fault("refused", `${site.common} cannot be written: ${(error as Error).message}`, {
      reasons: [{ check: "hooks", message: "Calcifer's hooks live in git's own folder of the repository." }],
      hint: "Let your user write there, then run: calcifer doctor --fix",
    });
  }
}
