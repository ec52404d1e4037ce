// Compose projects: found in folders and read, by docker compose where it is there, else by our own reader.
import { existsSync } from "node:fs";
import path from "node:path";
import { setImmediate as breath } from "node:timers/promises";
import { askDocker } from "./docker.ts";
import { filesOf, Ground, projectFolders, variablesOf } from "./files.ts";
import type { ComposeService } from "./model.ts";
import { readProject } from "./read.ts";

export type { ComposeService } from "./model.ts";
export { endpointsOf, freeName, kindOf, portText } from "./rules.ts";

export interface Project {
  name: string;
  folder: string;
  /** of this project itself, absolute; what they include or extend is in `read` */
  files: string[];
  read: string[];
  by: "docker" | "calcifer";
  services: Map<string, ComposeService>;
  ownAddress: Set<string>;
  notes: string[];
}

/** Whether docker compose answers, found out by the first project that is read. */
export interface Docker {
  there: boolean;
}

/** Projects in a folder and some levels below; files that another one includes are that one's. */
export async function findProjects(
  folder: string,
  docker: Docker,
  signal: AbortSignal,
): Promise<{ projects: Project[]; notes: string[] }> {
  const { folders, whole } = await projectFolders(folder);
  const all: Project[] = [];
  for (const one of folders) {
    // Reading is at once: others of the daemon's get their turn in between.
    await breath();
    signal.throwIfAborted();
    const project = await readFolder(one, folder, docker, signal);
    if (project) all.push(project);
  }
  const projects = all.filter((one) => !all.some((other) => other !== one && isPartOf(one, other)));
  const notes = whole ? [] : [`${folder} has too many folders to look into all of them.`];
  return { projects, notes };
}

const isPartOf = (one: Project, other: Project): boolean =>
  one.files.every((file) => other.read.includes(file)) && one.read.length < other.read.length;

async function readFolder(
  folder: string,
  asked: string,
  docker: Docker,
  signal: AbortSignal,
): Promise<Project | undefined> {
  const ground = new Ground(repositoryAround(folder) ?? asked);
  const variables = variablesOf(ground, [path.join(folder, ".env")]);
  const files = filesOf(folder, variables);
  if (files.length === 0) return undefined;
  const { contained, name, ...reading } = readProject(ground, files, folder, variables);
  const project = projectName(variables.get("COMPOSE_PROJECT_NAME") || name || path.basename(folder));
  const own: Project = { ...reading, name: project, folder, files, by: "calcifer" };
  if (!docker.there || !contained || reading.read.length === 0) return own;
  const said = await askDocker(files, folder, signal);
  if (said === undefined) docker.there = false;
  if (said === undefined) return own;
  if (typeof said === "string")
    return {
      ...own,
      notes: [...own.notes, `docker compose does not take ${ground.shown(files[0] ?? folder)}: ${said}`],
    };
  return { ...own, name: said.name ?? own.name, services: said.services, by: "docker" };
}

/** The folder with the `.git` above; what a compose file may lead to lies in it. */
export function repositoryAround(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, ".git"))) return at;
    if (at === path.dirname(at)) return undefined;
  }
}

const projectName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "")
    .slice(0, 60) || "project";
