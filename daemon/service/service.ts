// Services: register a repository, look after its hooks, forget it again.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parsePolicy, policyFile, setPolicy } from "../../gate/policy.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import { headBranch, marks, notesFolder, type Repo, readText } from "../../gate/repo.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { version } from "../../protocol/generated.ts";
import type { Diagnosis, Service } from "../../protocol/service.ts";
import { commitFiles, readInside, uncommittedIn, writeInside } from "../git/commit.ts";
import { doctor } from "../git/doctor.ts";
import { installHooks, uninstallHooks } from "../git/hooks.ts";
import { hooksNow } from "../git/in-force.ts";
import { mark, unmark } from "../git/item-marks.ts";
import { canonicalPath, type Opened, type Repos } from "../git/repos.ts";
import { notYet } from "../not-yet.ts";
import type { Call, Tx, World } from "../world.ts";
import { findTrunk, nameOf, suitable, writeFirstFiles } from "./adopt.ts";
import { detecting } from "./detect.ts";
import { templating } from "./new.ts";
import {
  allServices,
  changeService,
  insertService,
  openItems,
  removeService,
  type StoredService,
  serviceByName,
  servicesOfRepo,
} from "./store.ts";

export { allServices, type StoredService, serviceById, serviceByName, servicesOfRepo } from "./store.ts";

export type HooksState = Service["hooks"];

/** Whether git runs our hooks in a service's repository, found out cheaply. */
export async function hooksState(
  repos: Repos,
  service: StoredService,
  options: { fresh?: boolean } = {},
): Promise<{ state: HooksState; why: string }> {
  try {
    const { repo } = await repos.open(service.repo);
    const found = await hooksNow(repo, options);
    return {
      state: found.state === "yes" ? "in force" : found.state === "no" ? "not in force" : "cannot tell",
      why: found.why,
    };
  } catch (error) {
    return { state: "cannot tell", why: error instanceof Fault ? error.message : String(error) };
  }
}

/**
 * The service a person means: the named one, else that of the repository.
 * @throws Fault missing | invalid, when the repository has none, or several
 */
export async function resolveService(
  world: World,
  repos: Repos,
  asked: { service?: string | undefined; repo?: string | undefined },
): Promise<StoredService> {
  if (asked.service !== undefined) return serviceByName(world.db, asked.service);
  if (asked.repo === undefined) throw new Fault("invalid", "service: No service was named, and no repository either.");
  const { repo } = await repos.open(asked.repo);
  const found = await servicesOfRepo(world.db, repo.commonDir);
  const [only, second] = found;
  if (!only)
    throw new Fault("missing", `${repo.top} is not registered as a service.`, {
      hint: "Register it: calcifer service add .",
    });
  if (second)
    throw new Fault("invalid", `Several services share ${repo.top}: ${found.map((s) => s.name).join(", ")}.`, {
      hint: "Name one: --service <name>",
    });
  return only;
}

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
    launcher: path.join(world.folders.data, "bin", "calcifer-hook"),
    socket: world.folders.socket,
    changesFiles: [...new Set(policies.map((p) => p.policy.changes.file))],
    protected: [...new Set(policies.flatMap((p) => p.policy.protected))],
    strict: policies.some((p) => p.policy.strict),
    version,
  });
}

export function serviceRoom(world: World, repos: Repos): Implements<Api["service"], Call> {
  const show = async (service: StoredService, open?: Map<number, number>): Promise<Service> => {
    const { id, git_dir: _, ...same } = service;
    const counts = open ?? (await openItems(world.db));
    const catalogue = {
      title: "",
      kind: "application" as const,
      owner: "",
      labels: [],
      links: [],
      paths: [],
      compose: [],
      dependsOn: [],
      environments: [],
      template: null,
      retired: null,
    };
    return { ...catalogue, ...same, hooks: (await hooksState(repos, service)).state, items: counts.get(id) ?? 0 };
  };

  const diagnose = async (repo: Repo, name: string | null): Promise<Diagnosis> => {
    const found = await doctor(repo.git, {
      launcher: path.join(world.folders.data, "bin", "calcifer-hook"),
      socket: world.folders.socket,
    });
    return { ...found, service: name, repo: repo.top };
  };

  const {
    retire,
    restore,
    depend,
    undepend,
    graph,
    impact,
    live,
    "live-set": liveSet,
  } = notYet<Implements<Api["service"], Call>>();
  return {
    ...detecting(world, repos),
    ...templating(world, repos),
    retire,
    restore,
    depend,
    undepend,
    graph,
    impact,
    live,
    "live-set": liveSet,

    async add(params, call) {
      const { repo, objects } = await repos.open(absolute(params.path));
      await suitable(repo);
      const trunk = await findTrunk(repo, params.trunk);
      const written = readText(path.join(repo.top, policyFile));
      const stated = written === undefined ? undefined : parsePolicy(written);
      const service = {
        name: params.name ?? nameOf(repo.top),
        repo: repo.top,
        git_dir: repo.commonDir,
        trunk,
        changes: params.changes ?? stated?.policy.changes.file ?? "CHANGES.md",
        docs: params.docs ?? "docs",
        added: world.clock.now().toISOString(),
      };
      await mayRegister(world, service, params.name !== undefined);
      if (params.commit && (await headBranch(repo)) !== trunk)
        throw new Fault(
          "refused",
          `The first commit belongs on ${trunk}, and that is not checked out in ${repo.top}.`,
          { hint: `Switch to it: git switch ${trunk}, or leave --commit out` },
        );
      const wrote = writeFirstFiles(repo, service);
      const id = await call.write(async (tx) => {
        const inserted = await insertService(tx.db, service);
        await tx.happened("service.added", { service: service.name, data: { repo: repo.top } });
        return inserted;
      });
      await enforce(world, repos, repo).catch(async (error: unknown) => {
        await call.write((tx) => forget(tx, { ...service, id }));
        throw error;
      });
      const commit = params.commit ? await firstCommit({ repo, objects }, service) : null;
      const doctored = await diagnose(repo, service.name);
      const shown = await show({ ...service, id });
      const next =
        wrote.length > 0 && commit === null
          ? `calcifer commit -m "Adopt Calcifer" --no-entry "set-up" ${wrote.join(" ")}`
          : `calcifer work add "what is to change" --service ${service.name}`;
      return call.answer(async () => ({ service: shown, wrote, commit, doctor: doctored, next }));
    },

    async list() {
      const [all, open] = await Promise.all([allServices(world.db), openItems(world.db)]);
      return { services: await Promise.all(all.map((s) => show(s, open))) };
    },

    show: async (params) => show(await resolveService(world, repos, params)),

    async edit(params, call) {
      const service = await resolveService(world, repos, params);
      const moved = params.path === undefined ? undefined : await repos.open(absolute(params.path));
      if (moved) await suitable(moved.repo);
      const { repo } = moved ?? (await repos.open(service.repo));
      const trunk = params.trunk === undefined ? undefined : await findTrunk(repo, params.trunk);
      if (params.name !== undefined && params.name !== service.name) await nameIsFree(world, params.name);
      const change = {
        ...(params.name !== undefined && { name: params.name }),
        ...(moved && { repo: repo.top, git_dir: repo.commonDir }),
        ...(trunk !== undefined && { trunk }),
        ...(params.docs !== undefined && { docs: params.docs }),
      };
      if (trunk !== undefined) sayInPolicy(repo, trunk);
      await call.write(async (tx) => {
        await changeService(tx.db, service.id, change);
        await tx.happened("service.edited", {
          service: params.name ?? service.name,
          data: { changed: Object.keys(change) },
        });
      });
      if (params.name !== undefined) await renameMarks(repo, service.name, params.name);
      await enforce(world, repos, repo);
      const shown = await show({ ...service, ...change });
      return call.answer(async () => shown);
    },

    async remove(params, call) {
      const service = await resolveService(world, repos, params);
      const open = (await openItems(world.db)).get(service.id) ?? 0;
      if (open > 0 && !params.force)
        throw new Fault("refused", `${service.name} has ${open} open ${open === 1 ? "item" : "items"}.`, {
          reasons: [
            {
              check: "items",
              message: "They would be left without a service.",
              next: `calcifer work list --service ${service.name}`,
            },
          ],
          hint: "Finish or drop them first, or take --force: they are kept.",
        });
      if (await isShared(service)) return leaveShared(service, call);
      const restored = await release(service);
      return call.answer(async (tx) => {
        await forget(tx, service);
        return { name: service.name, restored };
      });
    },

    async doctor(params, call) {
      const service =
        params.service === undefined && params.repo !== undefined
          ? await serviceHere(params.repo)
          : await resolveService(world, repos, params);
      const { repo } = await repos.open(service?.repo ?? absolute(params.repo ?? "."));
      if (params.fix && service) await enforce(world, repos, repo);
      const found = await diagnose(repo, service?.name ?? null);
      return call.answer(async () => found);
    },
  };

  async function isShared(service: StoredService): Promise<boolean> {
    return (await servicesOfRepo(world.db, service.git_dir)).some((s) => s.id !== service.id);
  }

  /** The hooks stay for the services that are left, and forget this one. */
  async function leaveShared(service: StoredService, call: Call): Promise<{ name: string; restored: string[] }> {
    await call.write((tx) => forget(tx, service));
    const repo = await repoOf(service);
    if (repo) await enforce(world, repos, repo);
    return call.answer(async () => ({ name: service.name, restored: [] }));
  }

  async function forget(tx: Tx, service: StoredService): Promise<void> {
    await removeService(tx.db, service.id, world.clock.now().toISOString());
    await tx.happened("service.removed", { service: service.name, data: { repo: service.repo } });
  }

  async function serviceHere(folder: string): Promise<StoredService | undefined> {
    const { repo } = await repos.open(folder);
    return (await servicesOfRepo(world.db, repo.commonDir))[0];
  }

  /** Takes the hooks out. */
  async function release(service: StoredService): Promise<string[]> {
    const repo = await repoOf(service);
    if (repo === undefined) return [];
    for (const branch of (await marks(repo)).keys()) await unmark(repo, branch);
    for (const note of ["services.json", "policy.yaml"])
      rmSync(path.join(repo.commonDir, notesFolder, note), { force: true });
    removeLeftovers(repo.commonDir);
    return uninstallHooks(repo.git);
  }

  /** A service's repository; undefined where it is gone. A folder without its `.git` may lie in another repository. */
  async function repoOf(service: StoredService): Promise<Repo | undefined> {
    if (!existsSync(service.repo)) return undefined;
    try {
      const { repo } = await repos.open(service.repo);
      return canonicalPath(repo.commonDir) === canonicalPath(service.git_dir) ? repo : undefined;
    } catch (error) {
      if (error instanceof Fault && error.fault === "missing") return undefined;
      throw error;
    }
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

async function mayRegister(
  world: World,
  service: { name: string; repo: string; git_dir: string },
  namedByPerson: boolean,
): Promise<void> {
  const here = await servicesOfRepo(world.db, service.git_dir);
  const [first] = here;
  if (first && !namedByPerson)
    throw new Fault("conflict", `${service.repo} is registered already, as ${first.name}.`, {
      hint: "Another service in the same repository needs a name of its own: --name <name>",
    });
  await nameIsFree(world, service.name);
}

async function nameIsFree(world: World, name: string): Promise<void> {
  const taken = await serviceByName(world.db, name).catch(() => undefined);
  if (taken)
    throw new Fault("conflict", `There is a service ${name} already, at ${taken.repo}.`, {
      hint: "Choose another name: --name <name>",
    });
}

/** Commits the policy and the changes file; null when they are committed already. */
async function firstCommit(opened: Opened, service: { name: string; changes: string }): Promise<string | null> {
  const files = [policyFile, service.changes];
  const open = (await uncommittedIn(opened.repo)).map((f) => f.path).filter((f) => files.includes(f));
  if (open.length === 0) return null;
  try {
    return await commitFiles(opened, open, "Adopt Calcifer\n\nCalcifer-Waiver: entry; set-up\n");
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault("refused", `${service.name} is registered, but its first commit was refused: ${error.message}`, {
      reasons: error.reasons,
      hint: `Commit it when that is mended: calcifer commit -m "Adopt Calcifer" --no-entry "set-up" ${open.join(" ")}`,
    });
  }
}

/** Hooks find an item's service by the name in the branch's mark. */
async function renameMarks(repo: Repo, from: string, to: string): Promise<void> {
  for (const [branch, item] of await marks(repo))
    if (item.service === from) await mark(repo, branch, { ...item, service: to });
}

function absolute(folder: string): string {
  if (!path.isAbsolute(folder)) throw new Fault("invalid", `path: ${folder} is not an absolute path.`);
  return canonicalPath(folder);
}

/** The policy names the trunk, too; the person commits it. Comments and everything else in the file stay. */
function sayInPolicy(repo: Repo, trunk: string): void {
  const written = readInside(repo, policyFile);
  if (written === undefined || parsePolicy(written).policy.trunk === trunk) return;
  writeInside(repo, policyFile, setPolicy(written, "trunk", trunk));
}
