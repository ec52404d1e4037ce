// Puts the hooks of a repository's services in, and takes them out again to the byte.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { policyNow } from "../../gate/policy-in-force.ts";
import { marks, notesFolder, type Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { version } from "../../protocol/generated.ts";
import type { Diagnosis } from "../../protocol/service.ts";
import { doctor } from "../git/doctor.ts";
import { installHooks, uninstallHooks } from "../git/hooks.ts";
import { unmark } from "../git/item-marks.ts";
import { canonicalPath, type Repos } from "../git/repos.ts";
import type { World } from "../world.ts";
import { type StoredService, servicesOfRepo } from "./store.ts";

/** Writes what hooks need to know of a repository's services where they can read it, and puts the hooks in. */
export async function enforce(world: World, repos: Repos, repo: Repo): Promise<void> {
  const services = await servicesOfRepo(world.db, repo.commonDir);
  const folder = path.join(repo.commonDir, notesFolder);
  mkdirSync(folder, { recursive: true });
  const notes = services.map(({ name, trunk, changes, docs }) => ({ name, trunk, changes, docs }));
  writeFileSync(path.join(folder, "services.json"), `${JSON.stringify(notes, null, 2)}\n`);
  const { objects } = await repos.open(repo.top);
  const policies = await Promise.all(services.map((s) => policyNow(repo, objects, s.trunk, s.name)));
  await installHooks(repo.git, {
    ...asked(world),
    changesFiles: [...new Set(policies.map((p) => p.policy.changes.file))],
    protected: [...new Set(policies.flatMap((p) => p.policy.protected))],
    strict: policies.some((p) => p.policy.strict),
    version,
  });
}

/** What hooks ask. */
const asked = ({ folders }: World) => ({
  launcher: path.join(folders.data, "bin", "calcifer-hook"),
  socket: folders.socket,
});

export async function diagnose(world: World, repo: Repo, name: string | null): Promise<Diagnosis> {
  return { ...(await doctor(repo.git, asked(world))), service: name, repo: repo.top };
}

/** Whether other services, that are not retired, have the same repository. */
export async function isShared(world: World, service: StoredService): Promise<boolean> {
  return (await servicesOfRepo(world.db, service.git_dir)).some((s) => s.id !== service.id);
}

/** Takes the hooks out. @returns what was put back as it was */
export async function release(repos: Repos, service: StoredService): Promise<string[]> {
  const repo = await repoOf(repos, service);
  if (repo === undefined) return [];
  for (const branch of (await marks(repo)).keys()) await unmark(repo, branch);
  for (const note of ["services.json", "policy.yaml"])
    rmSync(path.join(repo.commonDir, notesFolder, note), { force: true });
  removeLeftovers(repo.commonDir);
  return uninstallHooks(repo.git);
}

/** A service's repository; undefined where it is gone. A folder without its `.git` may lie in another repository. */
export async function repoOf(repos: Repos, service: StoredService): Promise<Repo | undefined> {
  if (!existsSync(service.repo)) return undefined;
  try {
    const { repo } = await repos.open(service.repo);
    return canonicalPath(repo.commonDir) === canonicalPath(service.git_dir) ? repo : undefined;
  } catch (error) {
    if (error instanceof Fault && error.fault === "missing") return undefined;
    throw error;
  }
}

/** What a hook or a commit that was interrupted left behind in the git directories of all work trees. */
function removeLeftovers(commonDir: string): void {
  const linked = path.join(commonDir, "worktrees");
  const names = existsSync(linked) ? readdirSync(linked) : [];
  for (const gitDir of [commonDir, ...names.map((name) => path.join(linked, name))])
    for (const file of existsSync(gitDir) ? readdirSync(gitDir) : [])
      if (/^calcifer-(turn|waiver|commit\.json|index-[0-9a-f]+(\.lock)?)$/.test(file))
        rmSync(path.join(gitDir, file), { force: true });
}
