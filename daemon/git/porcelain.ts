// git's porcelain by simple-git: for what is asked seldom and answered in tables that are made for people.
// Plumbing, and everything a hook waits for, goes through gate/git.ts.
import type { SimpleGit } from "simple-git";
import type { Repo } from "../../gate/repo.ts";

const passedOn = /^(PATH|HOME|USER|USERPROFILE|APPDATA|SystemRoot|TMPDIR|XDG_.*|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))$/;

/** A simple-git in the repository that starts nothing the repository's config names. Loaded by the first who asks: it takes a tenth of the daemon's start. */
export async function porcelain(repo: Repo): Promise<SimpleGit> {
  const { simpleGit } = await import("simple-git");
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));
  return simpleGit({
    baseDir: repo.top,
    timeout: { block: 20_000 },
    config: ["core.fsmonitor=false", "protocol.ext.allow=never"],
    // simple-git takes these for an attack unless told: the settings switch programs off, the paths are the person's own.
    unsafe: { allowUnsafeFsMonitor: true, allowUnsafeProtocolOverride: true, allowUnsafeConfigPaths: true },
    allowEnvironment: ["GIT_TERMINAL_PROMPT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"],
  }).env({ ...env, GIT_TERMINAL_PROMPT: "0", LC_ALL: "C.UTF-8" } as Record<string, string>);
}
