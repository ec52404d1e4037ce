// Finding services in compose files, and registering those a person names.
import { statSync } from "node:fs";
import path from "node:path";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Proposal } from "../../protocol/service.ts";
import {
  type ComposeService,
  type Docker,
  endpointsOf,
  findProjects,
  freeName,
  kindOf,
  type Project,
  portText,
} from "../compose/compose.ts";
import { canonicalPath, type Repos } from "../git/repos.ts";
import type { Call, Tx, World } from "../world.ts";
import { composedServices, noteComposed } from "./composed.ts";
import { addDependencies } from "./dependencies.ts";
import { registerService } from "./register.ts";
import { allServices, type StoredService } from "./store.ts";

type Methods = Pick<Implements<Api["service"], Call>, "detect">;

/** A proposal with what registering it needs. */
interface Found extends Proposal {
  project: Project;
  own: string;
  /** see composed.ts; null without a repository */
  key: string | null;
  service: StoredService | undefined;
}

export function detecting(world: World, repos: Repos): Methods {
  return {
    async detect(params, call) {
      const folders = foldersOf(params.folders, params.repo);
      const { projects, notes } = await projectsIn(folders, call);
      const found = await propose(projects);
      const wanted = chosen(found, params.register, params.all, notes);
      const fresh: Found[] = [];
      for (const one of wanted) if (await register(one, notes, call)) fresh.push(one);
      return call.answer(async (tx) => {
        await connect(tx, found, fresh);
        return {
          read: [...new Set(projects.flatMap((project) => project.read))].sort(),
          by: projects.length > 0 && projects.every((project) => project.by === "docker") ? "docker" : "calcifer",
          proposals: found.map(shown),
          registered: fresh.map((one) => one.name),
          notes,
        };
      });
    },
  };

  /** What each compose service is already, or would be. */
  async function propose(projects: Project[]): Promise<Found[]> {
    const [services, composed] = [await allServices(world.db, { retired: true }), await composedServices(world.db)];
    const taken = new Set(services.map((service) => service.name));
    const found: Found[] = [];
    for (const project of projects) {
      const repo = await repositoryOf(project.folder);
      for (const [own, service] of project.services) {
        const key = repo && keyOf(repo.top, project, own);
        const mates = repo === null ? [] : services.filter((s) => canonicalPath(s.git_dir) === repo.gitDir);
        const there =
          mates.find((s) => composed.get(s.id) === key) ??
          mates.find((s) => !composed.has(s.id) && isNamed(s.name, own, project.name));
        const name = there?.name ?? freeName(own, project.name, taken);
        taken.add(name);
        found.push({
          ...proposal(project, own, service),
          name,
          repo: repo?.top ?? null,
          project,
          own,
          key,
          service: there,
          registered: there?.name ?? null,
        });
      }
    }
    for (const one of found) one.dependsOn = needs(one, found).map((other) => other.name);
    return found;
  }

  async function repositoryOf(folder: string): Promise<{ top: string; gitDir: string } | null> {
    try {
      const { repo } = await repos.open(folder);
      return repo.bare ? null : { top: repo.top, gitDir: canonicalPath(repo.commonDir) };
    } catch (error) {
      if (error instanceof Fault) return null;
      throw error;
    }
  }

  async function register(one: Found, notes: string[], call: Call): Promise<boolean> {
    const { repo, key } = one;
    if (repo === null || key === null) {
      notes.push(`${one.name} is not registered: ${one.project.folder} is in no git repository. Make one: git init`);
      return false;
    }
    const compose = one.files.map((file) => inRepo(repo, file));
    try {
      const asked = { path: repo, name: one.name, kind: one.kind, compose };
      const { service } = await registerService(world, repos, asked, call);
      await call.write((tx) => noteComposed(tx, service.id, key));
      Object.assign(one, { service, registered: service.name });
      return true;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      notes.push(`${one.name} is not registered: ${error.message}${error.hint ? ` ${error.hint}` : ""}`);
      return false;
    }
  }
}

/** @throws Fault missing | invalid */
function foldersOf(asked: string[], here: string | undefined): string[] {
  const all = asked.length > 0 ? asked : here === undefined ? [] : [here];
  if (all.length === 0) throw new Fault("invalid", "folders: No folder was named.");
  return all.map((folder) => {
    if (here === undefined && !path.isAbsolute(folder))
      throw new Fault("invalid", `folders: ${folder} is not an absolute path.`);
    const full = path.resolve(here ?? "/", folder);
    const stat = statSync(full, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return canonicalPath(full);
    throw new Fault("missing", stat ? `${full} is a file, not a folder.` : `There is no folder ${full}.`);
  });
}

async function projectsIn(folders: string[], call: Call): Promise<{ projects: Project[]; notes: string[] }> {
  const docker: Docker = { there: true };
  const all = new Map<string, Project>();
  const notes: string[] = [];
  for (const folder of folders) {
    call.progress(`looking into ${folder}`);
    const found = await findProjects(folder, docker, call.signal);
    for (const project of found.projects) all.set(project.folder, project);
    notes.push(...found.notes);
  }
  return { projects: [...all.values()], notes: [...notes, ...[...all.values()].flatMap((project) => project.notes)] };
}

function proposal(project: Project, own: string, service: ComposeService) {
  return {
    compose: `${project.name}/${own}`,
    files: project.files,
    image: service.image ?? null,
    kind: kindOf(service),
    ports: service.ports.map(portText),
    healthcheck: service.healthcheck?.test.slice(0, 500) ?? null,
    endpoints: endpointsOf(service, project.ownAddress),
    dependsOn: service.dependsOn,
    profiles: service.profiles,
  };
}

const inRepo = (top: string, file: string): string => path.relative(top, canonicalPath(file)).split(path.sep).join("/");

const keyOf = (top: string, project: Project, own: string): string => `${inRepo(top, project.files[0] ?? "")}#${own}`;

/** Registered by hand, under a name that we would have given. */
const isNamed = (name: string, own: string, project: string): boolean =>
  name === freeName(own, project, new Set()) ||
  name === freeName(own, project, new Set([freeName(own, project, new Set())]));

/** Those of the same project that it needs. */
function needs(one: Found, all: readonly Found[]): Found[] {
  const names = one.project.services.get(one.own)?.dependsOn ?? [];
  return all.filter((other) => other.project === one.project && other !== one && names.includes(other.own));
}

/** @throws Fault missing, when a name is none of what was found */
function chosen(found: readonly Found[], names: readonly string[], all: boolean, notes: string[]): Found[] {
  for (const name of names) {
    const one = found.find((other) => other.name === name);
    if (!one)
      throw new Fault("missing", `No service ${name} was found.`, {
        hint:
          found.length === 0
            ? "No compose file was found."
            : `There are: ${found
                .slice(0, 20)
                .map((f) => f.name)
                .join(", ")}`,
      });
    if (one.registered !== null) notes.push(`${name} is registered already.`);
  }
  return found.filter((one) => one.registered === null && (all || names.includes(one.name)));
}

/** What compose says of those that are new, and of those that were waiting for them. */
async function connect(tx: Tx, found: readonly Found[], fresh: readonly Found[]): Promise<void> {
  for (const one of found) {
    if (!one.service) continue;
    const others = needs(one, found).filter((other) => other.service && (fresh.includes(one) || fresh.includes(other)));
    const services = others.flatMap(({ service }) => (service ? [service] : []));
    if (services.length > 0) await addDependencies(tx, one.service, services, "compose");
  }
}

function shown({ project: _, own: __, key: ___, service: ____, ...rest }: Found): Proposal {
  return rest;
}
