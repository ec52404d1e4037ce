// The repository of a folder, told from git's own files where those are plain: without a daemon, a hook pays for each question.
import { existsSync } from "node:fs";
import path from "node:path";
import { gitIn } from "./git.ts";
import { gitDirAt } from "./refs.ts";
import { openRepo, type Repo, readText } from "./repo.ts";

/** What could put the work tree elsewhere, or lets another file say so. `bare = false` is in every plain repository. */
const odd = /\bworktree\s*=|\bbare\b(?!\s*=\s*false\b)|\[include/i;

/** @returns undefined where git has to be asked: `folder` is not the top of a plain work tree */
function repoHere(folder: string, git: Repo["git"]): Repo | undefined {
  const gitDir = gitDirAt(folder);
  if (gitDir === undefined || !existsSync(path.join(gitDir, "HEAD"))) return undefined;
  const common = readText(path.join(gitDir, "commondir"))?.trimEnd();
  const commonDir = common === undefined ? gitDir : path.resolve(gitDir, common);
  const config = readText(path.join(commonDir, "config"));
  const own = readText(path.join(gitDir, "config.worktree")) ?? "";
  if (config === undefined || odd.test(config) || odd.test(own)) return undefined;
  return { git, top: folder, gitDir, commonDir, bare: false };
}

/** The repository a hook runs in, also when it was named by GIT_DIR. */
export async function repoOfHook({
  cwd,
  env,
}: {
  cwd: string;
  env: Record<string, string | undefined>;
}): Promise<Repo> {
  const git = gitIn(cwd, { GIT_DIR: env.GIT_DIR, GIT_WORK_TREE: env.GIT_WORK_TREE });
  const here = env.GIT_WORK_TREE === undefined ? repoHere(cwd, git) : undefined;
  const asNamed = env.GIT_DIR === undefined || path.resolve(cwd, env.GIT_DIR) === here?.gitDir;
  return here && asNamed ? here : openRepo(cwd, git);
}
