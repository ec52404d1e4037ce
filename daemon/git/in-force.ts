// Whether hooks are in force, without a process of git while nothing that decides about it has changed.
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Latest, stampOf } from "../../gate/remember.ts";
import { notesFolder, type Repo } from "../../gate/repo.ts";
import { hooksInForce, inForce } from "./hooks.ts";
import { type HooksPath, hooksPaths, type Site } from "./site.ts";

interface Asked {
  site: Site;
  settings: HooksPath[];
  stamp: string;
}

const asked = new Latest<Asked>(2000);

/** The same as `hooksInForce`; what git says is remembered while its config files are the same, what lies in the folders is looked at each time. */
export async function hooksNow(repo: Repo, { fresh = false } = {}): ReturnType<typeof hooksInForce> {
  if (fresh) return hooksInForce(repo.git);
  const known = asked.get(repo.gitDir);
  if (known && known.stamp === stampFor(repo, known.settings)) return inForce(known.site, known.settings);
  // Stamped before git reads: a change in between is seen the next time.
  const before = stampFor(repo, []);
  try {
    const site = siteIn(repo);
    const settings = await hooksPaths(repo.git, site);
    if (before === stampFor(repo, [])) asked.set(repo.gitDir, { site, settings, stamp: stampFor(repo, settings) });
    return inForce(site, settings);
  } catch {
    return hooksInForce(repo.git);
  }
}

/** What git said when the repository was opened needs no second process. */
function siteIn({ commonDir, gitDir, top, bare }: Repo): Site {
  return {
    common: commonDir,
    gitDir,
    top: bare || top === gitDir ? undefined : top,
    shallow: existsSync(path.join(commonDir, "shallow")),
    notes: path.join(commonDir, notesFolder),
  };
}

const stampFor = (repo: Repo, settings: HooksPath[]): string =>
  [...configFiles(repo), ...settings.map((s) => s.file).filter((f) => f !== "")].map(stampOf).join(" ");

/** The files that may set `core.hooksPath`; those they include are known once one of them did. */
function configFiles({ commonDir, gitDir }: Repo): string[] {
  return [path.join(commonDir, "config"), path.join(gitDir, "config.worktree"), ...userConfigs()];
}

/** git's settings for this user and this machine. */
export function userConfigs(env: NodeJS.ProcessEnv = process.env): string[] {
  const home = env.HOME ?? os.homedir();
  const xdg = env.XDG_CONFIG_HOME || path.join(home, ".config");
  const global = env.GIT_CONFIG_GLOBAL
    ? [env.GIT_CONFIG_GLOBAL]
    : [path.join(home, ".gitconfig"), path.join(xdg, "git", "config")];
  return [...global, env.GIT_CONFIG_SYSTEM || "/etc/gitconfig"];
}
