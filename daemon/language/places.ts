// Where a document lies: in which service's repository, and what it is there. Asks git nothing about folders of no service.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Policy, policyFile } from "../../gate/policy.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import { gitDirAt } from "../../gate/refs.ts";
import { readText } from "../../gate/repo.ts";
import { canonicalPath, type Opened } from "../git/repos.ts";
import { type StoredService, servicesOfRepo } from "../service/service.ts";
import type { Around } from "./language.ts";

export interface Governed {
  service: StoredService;
  policy: Policy;
}

export interface Place {
  kind: "changes" | "policy" | "message";
  opened: Opened;
  /** in the repository; empty for a message */
  file: string;
  /** those it concerns, at least one */
  services: [Governed, ...Governed[]];
}

type Where = { kind: "file"; file: string } | { kind: "message"; folder: string };

/** @returns undefined for what is none of ours */
export async function placeOf(
  { world, repos }: Around,
  { uri, languageId }: { uri: string; languageId: string },
): Promise<Place | undefined> {
  const where = whereIs(uri, languageId);
  const folder = where && canonicalPath(where.kind === "file" ? path.dirname(where.file) : where.folder);
  const commonDir = folder === undefined ? undefined : commonDirOf(folder);
  if (!where || folder === undefined || commonDir === undefined) return undefined;
  const registered = await servicesOfRepo(world.db, commonDir);
  if (registered.length === 0) return undefined;
  const opened = await repos.open(folder);
  const { repo, objects } = opened;
  const services = await Promise.all(
    registered.map(async (service) => {
      const { policy } = await policyNow(repo, objects, service.trunk, service.name);
      return { service, policy };
    }),
  );
  if (where.kind === "message") return place("message", opened, "", services);
  const file = path
    .relative(repo.top, path.join(folder, path.basename(where.file)))
    .split(path.sep)
    .join("/");
  if (file === policyFile) return place("policy", opened, file, services);
  const mine = services.filter(({ policy }) => policy.changes.file === file);
  return place("changes", opened, file, mine);
}

function place(kind: Place["kind"], opened: Opened, file: string, services: Governed[]): Place | undefined {
  const [first, ...rest] = services;
  return first && { kind, opened, file, services: [first, ...rest] };
}

function whereIs(uri: string, languageId: string): Where | undefined {
  if (uri.startsWith("vscode-scm:")) return sourceControlInput(uri);
  const file = fileOf(uri);
  if (file === undefined) return undefined;
  const isMessage = /^git-?commit$/.test(languageId) || path.basename(file) === "COMMIT_EDITMSG";
  return isMessage ? { kind: "message", folder: path.dirname(file) } : { kind: "file", file };
}

/** The box above the list of changes in VS Code: `vscode-scm:git/scm0/input?rootUri=file%3A///…`, encoded once or twice. */
function sourceControlInput(uri: string): Where | undefined {
  try {
    const query = decodeURIComponent(uri.slice(uri.indexOf("?") + 1));
    const root = /^rootUri=(file:.*|file%3A.*)$/i.exec(query)?.[1];
    const folder = root && fileOf(root.includes("://") ? root : decodeURIComponent(root));
    return folder ? { kind: "message", folder } : undefined;
  } catch {
    return undefined;
  }
}

function fileOf(uri: string): string | undefined {
  if (!uri.startsWith("file:")) return undefined;
  try {
    const file = fileURLToPath(uri);
    return file.includes("\0") ? undefined : file;
  } catch {
    return undefined;
  }
}

function commonDirOf(folder: string): string | undefined {
  try {
    return commonDirOver(folder);
  } catch {
    // A path that is too long, or leads in a circle, is in no repository.
    return undefined;
  }
}

/** The common git directory of the repository a folder belongs to, told from the files alone. */
function commonDirOver(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const gitDir = gitDirAt(at) ?? (isGitDir(at) ? at : undefined);
    if (gitDir !== undefined) {
      const common = readText(path.join(gitDir, "commondir"))?.trimEnd();
      return canonicalPath(common === undefined ? gitDir : path.resolve(gitDir, common));
    }
    if (at === path.dirname(at)) return undefined;
  }
}

/** A message is edited in git's own folder. */
const isGitDir = (folder: string): boolean =>
  readText(path.join(folder, "HEAD")) !== undefined &&
  (readText(path.join(folder, "commondir")) !== undefined || readText(path.join(folder, "config")) !== undefined);
