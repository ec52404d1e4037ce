// The repository of a folder, told from git's own files where those are plain: without a daemon, a hook pays for each question.
import { existsSync } from "node:fs";
import path from "node:path";
import { gitDirAt } from "./refs.ts";
import { type Repo, readText } from "./repo.ts";

/** What could put the work tree elsewhere, or lets another file say so. `bare = false` is in every plain repository. */
const odd = /\bworktree\s*=|\bbare\b(?!\s*=\s*false\b)|\[include/i;

/** @returns undefined where git has to be asked: `folder` is not the top of a plain work tree */
export function repoHere(folder: string, git: Repo["git"]): Repo | undefined {
  const gitDir = gitDirAt(folder);
  if (gitDir === undefined || !existsSync(path.join(gitDir, "HEAD"))) return undefined;
  const common = readText(path.join(gitDir, "commondir"))?.trimEnd();
  const commonDir = common === undefined ? gitDir : path.resolve(gitDir, common);
  const config = readText(path.join(commonDir, "config"));
  const own = readText(path.join(gitDir, "config.worktree")) ?? "";
  if (config === undefined || odd.test(config) || odd.test(own)) return undefined;
  return { git, top: folder, gitDir, commonDir, bare: false };
}
