// Finds out whether git enforces the gate in a repository: by looking, and by a probe of what git really does.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import type { Git } from "../../gate/git.ts";
import type { Diagnosis, Finding } from "../../protocol/service.ts";
import { driverCommand, isOurFolder } from "./driver.ts";
import { inForce, placeInForce } from "./inspect.ts";
import { isBare, layoutOf } from "./layout.ts";
import { executable } from "./own.ts";
import { isOurs } from "./plain.ts";
import { clearOldProbes, guiEnvironment, type Probed, probe } from "./probe.ts";
import { type InstallRecord, readRecord } from "./record.ts";
import { ourHooks } from "./scripts.ts";
import {
  gitVersion,
  type HooksPath,
  hooksFolderOf,
  hooksPathIn,
  hooksPaths,
  older,
  readIf,
  type Site,
  siteOf,
  worktreeConfigs,
} from "./site.ts";

export interface DoctorOptions {
  /** the program hooks should ask */
  launcher: string;
  socket: string;
}

/** Everything the examination of one repository shares. */
interface Patient {
  git: Git;
  site: Site;
  settings: HooksPath[];
  record: InstallRecord | undefined;
  version: number[];
  launcher: string;
  socket: string;
}

const fix = "calcifer doctor --fix";
/** These may stay unknown in a healthy repository: they limit Calcifer, or warn of tomorrow. */
const advisory = new Set(["git", "history", "others"]);

/**
 * Examines a repository. Changes nothing in it that lasts; `service` and, for a linked work tree, `repo` are the caller's to fill.
 * @throws Fault missing for no repository, unreachable for no git
 */
export async function doctor(git: Git, options: DoctorOptions): Promise<Diagnosis> {
  const site = await siteOf(git);
  clearOldProbes(site);
  const settings = await hooksPaths(git, site);
  const patient: Patient = {
    git,
    site,
    settings,
    record: readRecord(site.notes),
    version: (await gitVersion(git)) ?? [],
    launcher: options.launcher,
    socket: options.socket,
  };
  const findings: Finding[] = [
    ofGit(patient),
    ofHooks(patient),
    await ofFolder(patient),
    ofBits(patient),
    await ofLauncher(patient),
  ];
  findings.push(
    ...(await ofWorktrees(patient)),
    ...(await ofProbes(patient)),
    await ofDriver(patient),
    ofHistory(patient),
    ...ofOthers(patient),
  );
  return {
    service: null,
    repo: site.top ?? site.common,
    layout: layoutOf(site, settings, await isBare(git, site)),
    findings,
    healthy: findings.every(({ id, state }) => state === "yes" || (state === "unknown" && advisory.has(id))),
  };
}

const finding = (id: string, state: Finding["state"], message: string, next?: string): Finding => ({
  id,
  state,
  message,
  ...(next !== undefined && state !== "yes" && { next }),
});

function ofGit({ version }: Patient): Finding {
  const name = `git ${version.join(".")}`;
  if (version.length === 0) return finding("git", "unknown", "git does not say its version.", "git version");
  if (older(version, [2, 31]))
    return finding("git", "no", `${name} is too old: Calcifer needs 2.31, and 2.38 for everything.`);
  if (older(version, [2, 38]))
    return finding("git", "unknown", `${name} works, but cannot tell conflicts without a merge: that needs 2.38.`);
  return finding("git", "yes", `${name} can do all that Calcifer asks of it.`);
}

function ofHooks({ site, settings }: Patient): Finding {
  const { state, why } = inForce(site, settings);
  return finding("hooks", state, state === "yes" ? "Calcifer's hooks are installed and in force." : why, fix);
}

/** git's own answer, not our reading of its settings. */
async function ofFolder({ git, site, settings }: Patient): Promise<Finding> {
  const asked = await git(["rev-parse", "--path-format=absolute", "--git-path", "hooks"], {
    hooks: true,
    cwd: site.top ?? site.gitDir,
  });
  const folder = asked.stdout.toString("utf8").replace(/\n$/, "");
  if (asked.code !== 0)
    return finding("folder", "unknown", `git does not say where it looks for hooks: ${firstLine(asked.stderr)}`);
  const setting = settings.at(-1);
  const why = setting
    ? `core.hooksPath, ${setting.scope === "worktree" ? "for this work tree" : setting.scope}`
    : "its own folder";
  const ours = ourHooks.every((hook) => isOurs(path.join(folder, hook)));
  return finding("folder", ours ? "yes" : "no", `git takes its hooks from ${folder} (${why}).`, fix);
}

function ofBits({ site, settings }: Patient): Finding {
  const folder = hooksFolderOf(site, settings.at(-1)?.value);
  const dead = ourHooks.filter((hook) => existsSync(path.join(folder, hook)) && !executable(path.join(folder, hook)));
  if (dead.length > 0)
    return finding("executable", "no", `git skips what it may not execute: ${dead.join(", ")} in ${folder}.`, fix);
  return finding("executable", "yes", "The hooks may be executed.");
}

async function ofLauncher({ launcher, socket, record }: Patient): Promise<Finding> {
  if (record && record.launcher !== launcher)
    return finding("launcher", "no", `The hooks ask ${record.launcher}, but this Calcifer is ${launcher}.`, fix);
  if (record && record.socket !== socket)
    return finding("launcher", "no", `The hooks knock at ${record.socket}, but this daemon listens at ${socket}.`, fix);
  if (!executable(launcher))
    return finding(
      "launcher",
      "no",
      `What the hooks ask without the daemon is not there: ${launcher}.`,
      "calcifer daemon restart",
    );
  const said = await starts(launcher);
  if (said === undefined)
    return finding("launcher", "yes", "What the hooks ask without the daemon is there and starts.");
  return finding("launcher", "no", `${launcher} does not start: ${said}`, "calcifer daemon restart");
}

/** @returns what went wrong; undefined when it starts, with no more than a desktop program's environment */
function starts(launcher: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...guiEnvironment() };
    const child = spawn(launcher, ["--version"], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 5000,
      windowsHide: true,
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) =>
      resolve(
        code === 0 ? undefined : firstLine(stderr) || (signal ? "no answer within five seconds" : `exit ${code}`),
      ),
    );
  });
}

/** Other work trees that set core.hooksPath for themselves, past ours. */
async function ofWorktrees({ git, site }: Patient): Promise<Finding[]> {
  const past: string[] = [];
  const all = await worktreeConfigs(git, site);
  for (const { id, file } of all) {
    const value = await hooksPathIn(git, file);
    if (value !== undefined && !isOurFolder(value)) past.push(`${id === "main" ? "the main one" : id} (${value})`);
  }
  if (all.length === 0) return [];
  if (past.length > 0)
    return [
      finding(
        "worktrees",
        "no",
        `Work trees with hooks of their own that Calcifer's are not in front of: ${past.join(", ")}.`,
        fix,
      ),
    ];
  return [finding("worktrees", "yes", "Work trees with settings of their own come to Calcifer's hooks, too.")];
}

const committing = ["pre-commit", "prepare-commit-msg", "commit-msg", "reference-transaction"];

async function ofProbes(patient: Patient): Promise<Finding[]> {
  const terminal = await tried(patient, {});
  const gui = await tried(patient, guiEnvironment());
  return [
    probed("terminal", "A commit from a terminal", terminal),
    probed("gui", "A commit from a program started on the desktop", gui),
    ...("ran" in terminal ? [ofChain(patient, terminal)] : []),
  ];
}

/** What came of a probe, or why none was made. */
type Tried = Probed | { past: string } | { failed: string };

async function tried({ git, site, version }: Patient, env: Record<string, string | undefined>): Promise<Tried> {
  const there: Git = (args, options = {}) => git(args, { ...options, env: { ...env, ...options.env } });
  try {
    // Another environment may read other settings. A probe past ours would run somebody's hooks against an empty index.
    const folder = hooksFolderOf(site, (await hooksPaths(there, site)).at(-1)?.value);
    const foreign = committing.filter((hook) => !isOurs(path.join(folder, hook)));
    if (foreign.length > 0)
      return { past: `git takes ${foreign.join(", ")} from ${folder}, where Calcifer's are not.` };
    return await probe(there, site, version);
  } catch (error) {
    const none = (error as NodeJS.ErrnoException).code === "ENOENT";
    return { failed: none ? "git is not on its PATH." : (error as Error).message };
  }
}

function probed(id: string, what: string, result: Tried): Finding {
  if ("past" in result) return finding(id, "no", `${what} goes past the gate: ${result.past}`, fix);
  if ("failed" in result) return finding(id, "unknown", `${what} could not be tried: ${result.failed}`);
  const missed = committing.filter((hook) => !result.ran.includes(hook));
  if (missed.length === 0 && result.refused)
    return finding(id, "yes", `${what} comes to every hook, and a refusal stops it.`);
  if (missed.length === committing.length && result.refused)
    return finding(id, "unknown", `${what} could not be tried: ${firstLine(result.stderr)}`);
  if (missed.length === 0) return finding(id, "no", `${what} is made although a hook refused it.`, fix);
  return finding(id, "no", `${what} does not come to ${missed.join(", ")}.`, fix);
}

/** What was there before must still be reached: the hooks say whether they would start it. */
function ofChain({ site, record, settings, version }: Patient, { before }: Probed): Finding {
  const place = record && placeInForce(record, settings);
  const behind = (hook: string): string =>
    place?.kind === "own"
      ? path.join(hooksFolderOf(site, place.previous?.value), hook)
      : path.join(site.common, "hooks", `${hook}.before-calcifer`);
  // Before 2.36 git cannot be told to run pre-push alone.
  const asked = ourHooks.filter((hook) => hook !== "pre-push" || !older(version, [2, 36]));
  const there = asked.filter((hook) => executable(behind(hook)));
  const lost = there.filter((hook) => !before.includes(hook));
  if (lost.length > 0)
    return finding("chain", "no", `Hooks that were here before do not run any more: ${lost.join(", ")}.`, fix);
  if (there.length === 0) return finding("chain", "yes", "No other hooks are here for the moments Calcifer judges.");
  return finding("chain", "yes", `What was here before still runs: ${there.join(", ")}.`);
}

async function ofDriver({ git, site, record, launcher }: Patient): Promise<Finding> {
  const files = record?.changesFiles ?? [];
  const driver = (await git(["config", "--get", "merge.calcifer.driver"])).stdout.toString("utf8").replace(/\n$/, "");
  if (driver !== driverCommand(launcher))
    return finding("driver", "no", "git merges the changes file as text: Calcifer's merge driver is not set up.", fix);
  const answer = await git(["check-attr", "-z", "merge", "--", ...files], { cwd: site.top ?? site.gitDir });
  const drivers = answer.stdout.toString("utf8").split("\0");
  const missed = files.filter((_, i) => drivers[i * 3 + 2] !== "calcifer");
  if (missed.length > 0)
    return finding("driver", "no", `git merges ${missed.join(", ")} by other means than Calcifer's driver.`, fix);
  return finding(
    "driver",
    "yes",
    files.length > 0 ? `git merges ${files.join(", ")} by its structure.` : "Calcifer's merge driver is set up.",
  );
}

function ofHistory({ site }: Patient): Finding {
  if (!site.shallow) return finding("history", "yes", "The whole history is here.");
  return finding(
    "history",
    "unknown",
    "This clone is shallow: where a branch left the trunk may lie outside it.",
    "git fetch --unshallow",
  );
}

/** Tools of the repository that write hooks whenever they are installed. */
function ofOthers({ site }: Patient): Finding[] {
  if (site.top === undefined) return [];
  const has = (name: string) => existsSync(path.join(site.top as string, name));
  const manifest = readIf(path.join(site.top, "package.json")) ?? "";
  const after = `Should that happen: ${fix}`;
  const found: string[] = [];
  if (/"(?:prepare|postinstall|install)"\s*:\s*"[^"]*\bhusky\b/.test(manifest))
    found.push("npm install runs husky, which sets core.hooksPath again");
  if (/"lefthook"\s*:/.test(manifest) || (has("node_modules/lefthook") && hasLefthook(has)))
    found.push("npm install runs lefthook, which writes hooks of its own");
  else if (hasLefthook(has)) found.push("lefthook writes its hooks again when its file changes");
  return found.map((what) => finding("others", "unknown", `${what}, past Calcifer's. ${after}`, fix));
}

const hasLefthook = (has: (name: string) => boolean): boolean =>
  ["lefthook.yml", ".lefthook.yml", "lefthook.yaml", ".lefthook.yaml", "lefthook.toml", "lefthook.json"].some(has);

const firstLine = (text: string): string => text.trim().split("\n")[0] ?? "";
