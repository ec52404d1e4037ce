// The repositories the daemon has open: one object reader each, kept while it is used.
import { existsSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { Objects, openRepo, type Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import type { World } from "../world.ts";

/** A repository and the way to read its objects. */
export interface Opened {
  repo: Repo;
  objects: Objects;
}

export class Repos {
  private readonly world: World;
  private readonly known = new Map<string, { repo: Repo; mark: string }>();
  private readonly readers = new Map<string, Objects>();

  constructor(world: World) {
    this.world = world;
  }

  /**
   * Opens the repository a folder belongs to.
   * @throws Fault missing, when there is none
   */
  async open(folder: string): Promise<Opened> {
    if (!path.isAbsolute(folder))
      throw new Fault("invalid", `${folder === "" ? "An empty text" : folder} is not an absolute path.`);
    const mark = dotGitOver(folder);
    const known = this.known.get(folder);
    // A folder may have become another repository's since, or none's.
    if (known?.mark === mark && existsSync(path.join(known.repo.gitDir, "HEAD")) && existsSync(folder))
      return this.opened(known.repo);
    const repo = await openRepo(folder, this.world.git(folder));
    const canonical = { ...repo, top: canonicalPath(repo.top), git: this.world.git(canonicalPath(repo.top)) };
    if (this.known.size > 1000) this.known.clear();
    this.known.set(folder, { repo: canonical, mark });
    return this.opened(canonical);
  }

  close(): void {
    for (const reader of this.readers.values()) reader.close();
  }

  private opened(repo: Repo): Opened {
    const objects = this.readers.get(repo.commonDir) ?? new Objects(repo.commonDir);
    this.readers.set(repo.commonDir, objects);
    return { repo, objects };
  }
}

/** Which `.git` a folder is under, without asking git: enough to see that it is another one than before. */
function dotGitOver(folder: string): string {
  for (let at = folder; ; at = path.dirname(at)) {
    const found = statSync(path.join(at, ".git"), { throwIfNoEntry: false });
    if (found) return `${at} ${found.dev} ${found.ino}`;
    if (at === path.dirname(at)) return "";
  }
}

/** The path without symbolic links; the path itself where it cannot be resolved. */
export function canonicalPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return path.resolve(file);
  }
}
