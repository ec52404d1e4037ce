// Registering a repository as a service; the one way in, for a person, for what was detected, and for what was made.
import path from "node:path";
import { parsePolicy, policyFile } from "../../gate/policy.ts";
import { headBranch, readText } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { commitFiles, uncommittedIn } from "../git/commit.ts";
import { canonicalPath, type Opened, type Repos } from "../git/repos.ts";
import type { Call, Tx, World } from "../world.ts";
import { findTrunk, nameOf, suitable, writeFirstFiles } from "./adopt.ts";
import { addDependencies } from "./dependencies.ts";
import { enforce } from "./enforce.ts";
import { insertService, removeService, type StoredService, serviceByName, servicesOfRepo } from "./store.ts";

type Known = Pick<StoredService, "title" | "kind" | "owner" | "labels" | "links" | "paths" | "compose" | "template">;

export interface Registration extends Partial<Known> {
  /** absolute; anywhere in the repository */
  path: string;
  /** from the folder if left out; a second service in one repository has to be named */
  name?: string | undefined;
  trunk?: string | undefined;
  changes?: string | undefined;
  docs?: string | undefined;
  /** names of services it needs, as compose files say; those that are not registered are passed over */
  needs?: readonly string[];
  /** commit the policy and the changes file on the trunk at once */
  commit?: boolean;
}

export interface Registered {
  service: StoredService;
  /** files written into the work tree, or committed */
  wrote: string[];
  commit: string | null;
}

/**
 * Registers a repository: policy and changes file where there are none, a row with its events, hooks. Writes through the
 * call; ending the call with an answer is the caller's.
 * @throws Fault invalid | missing | refused | conflict, and then nothing is registered (but for a refused first commit)
 */
export async function registerService(
  world: World,
  repos: Repos,
  asked: Registration,
  call: Call,
): Promise<Registered> {
  const { path: folder, needs = [], commit: atOnce = false, ...known } = asked;
  const { repo, objects } = await repos.open(absolute(folder));
  await suitable(repo);
  const trunk = await findTrunk(repo, asked.trunk);
  const written = readText(path.join(repo.top, policyFile));
  const stated = written === undefined ? undefined : parsePolicy(written);
  const service = {
    ...known,
    name: asked.name ?? nameOf(repo.top),
    repo: repo.top,
    git_dir: repo.commonDir,
    trunk,
    changes: asked.changes ?? stated?.policy.changes.file ?? "CHANGES.md",
    docs: asked.docs ?? "docs",
    added: world.clock.now().toISOString(),
  };
  await mayRegister(world, service, asked.name !== undefined);
  if (atOnce && (await headBranch(repo)) !== trunk)
    throw new Fault("refused", `The first commit belongs on ${trunk}, and that is not checked out in ${repo.top}.`, {
      hint: `Switch to it: git switch ${trunk}, or leave --commit out`,
    });
  const wrote = writeFirstFiles(repo, service);
  const stored = await call.write(async (tx) => {
    const inserted = await insertService(tx.db, service);
    await tx.happened("service.added", { service: service.name, data: { repo: repo.top } });
    const found = await Promise.all(needs.map((name) => serviceByName(tx.db, name).catch(() => undefined)));
    await addDependencies(
      tx,
      inserted,
      found.filter((one) => one !== undefined),
      "compose",
    );
    return inserted;
  });
  await enforce(world, repos, repo).catch(async (error: unknown) => {
    await call.write((tx) => forgetService(tx, world, stored));
    throw error;
  });
  const commit = atOnce ? await firstCommit({ repo, objects }, service) : null;
  return { service: stored, wrote, commit };
}

export async function forgetService(tx: Tx, world: World, service: StoredService): Promise<void> {
  await removeService(tx.db, service.id, world.clock.now().toISOString());
  await tx.happened("service.removed", { service: service.name, data: { repo: service.repo } });
}

async function mayRegister(
  world: World,
  service: { name: string; repo: string; git_dir: string },
  namedByPerson: boolean,
): Promise<void> {
  const [first] = await servicesOfRepo(world.db, service.git_dir, { retired: true });
  if (first && !namedByPerson)
    throw new Fault(
      "conflict",
      `${service.repo} is registered already, as ${first.name}${first.retired === null ? "" : ", which is retired"}.`,
      {
        hint:
          first.retired === null
            ? "Another service in the same repository needs a name of its own: --name <name>"
            : `Bring it back: calcifer service restore ${first.name}`,
      },
    );
  await nameIsFree(world, service.name);
}

export async function nameIsFree(world: World, name: string): Promise<void> {
  const taken = await serviceByName(world.db, name, { retired: true }).catch(() => undefined);
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

export function absolute(folder: string): string {
  if (!path.isAbsolute(folder)) throw new Fault("invalid", `path: ${folder} is not an absolute path.`);
  return canonicalPath(folder);
}
