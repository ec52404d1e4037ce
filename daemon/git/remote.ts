// Fetch and push of a trunk. Never asks for a password, never forces, never waits for ever.
import path from "node:path";
import { settingsIn } from "../../gate/config.ts";
import { type GitResult, text } from "../../gate/git.ts";
import { type Repo, readText } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";

/** How long a silent remote is waited for. */
const patience = 20_000;

/** The remote a trunk follows: its upstream's, else `origin`, else the only one; undefined without remotes. */
export async function remoteOf(repo: Repo, trunk: string): Promise<string | undefined> {
  const { upstream, remotes } = configured(repo, trunk) ?? (await asked(repo, trunk));
  if (upstream && upstream !== ".") return upstream;
  return remotes.includes("origin") ? "origin" : remotes.length === 1 ? remotes[0] : undefined;
}

interface Remotes {
  /** the remote its branch follows */
  upstream: string | undefined;
  remotes: string[];
}

function configured(repo: Repo, trunk: string): Remotes | undefined {
  const settings = settingsIn(readText(path.join(repo.commonDir, "config")) ?? "");
  const upstream = settings?.findLast((s) => s.section === "branch" && s.subsection === trunk && s.key === "remote");
  const remotes = settings?.flatMap((s) =>
    s.section === "remote" && s.subsection !== undefined ? [s.subsection] : [],
  );
  return remotes && { upstream: upstream?.value, remotes: [...new Set(remotes)] };
}

async function asked(repo: Repo, trunk: string): Promise<Remotes> {
  const { simpleGit } = await import("simple-git");
  const upstream = text(await repo.git(["config", `branch.${trunk}.remote`]));
  return { upstream, remotes: (await simpleGit(repo.top).getRemotes()).map((r) => r.name) };
}

/**
 * Talks to a remote: no question is asked, and what is silent is ended. Not by simple-git, which ends git alone: its
 * helpers go on waiting for the server.
 */
async function talk(repo: Repo, args: string[], signal: AbortSignal, hooks = false): Promise<GitResult> {
  const env = { GIT_SSH_COMMAND: await ssh(repo), GIT_ASKPASS: "", SSH_ASKPASS: "" };
  return repo.git(["-c", "credential.interactive=false", ...args], { signal, patience, hooks, env });
}

/** A person's own ssh, never one that a repository names; and never one that asks. */
async function ssh(repo: Repo): Promise<string> {
  const own = process.env.GIT_SSH_COMMAND ?? text(await repo.git(["config", "--global", "core.sshCommand"]));
  return `${own ?? "ssh"} -oBatchMode=yes -oConnectTimeout=10`;
}

/**
 * Fetches a trunk from its remote.
 * @returns the remote's tip; undefined when the remote has no such branch
 * @throws Fault unreachable
 */
export async function fetchTrunk(
  repo: Repo,
  remote: string,
  trunk: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const refspec = `+refs/heads/${trunk}:refs/remotes/${remote}/${trunk}`;
  const fetched = await talk(
    repo,
    ["fetch", "--progress", "--no-tags", "--no-recurse-submodules", remote, refspec],
    signal,
  );
  if (/couldn't find remote ref/i.test(fetched.stderr)) return undefined;
  if (fetched.code !== 0) throw unreachable(remote, fetched, "To go on with what is known here: --offline");
  return text(await repo.git(["rev-parse", "-q", "--verify", `refs/remotes/${remote}/${trunk}`]));
}

/**
 * Pushes a trunk. A remote that moved on refuses, and that is reported, never overridden.
 * @throws Fault unreachable | refused
 */
export async function pushTrunk(repo: Repo, remote: string, trunk: string, signal: AbortSignal): Promise<void> {
  const refspec = `refs/heads/${trunk}:refs/heads/${trunk}`;
  const args = ["-c", "push.followTags=false", "push", "--progress", "--porcelain", remote, refspec];
  const pushed = await talk(repo, args, signal, true);
  if (pushed.code === 0) return;
  const said = `${pushed.stdout.toString()}\n${pushed.stderr}`;
  if (/\[rejected\]|non-fast-forward|fetch first/.test(said))
    throw new Fault("refused", `${remote} has commits on ${trunk} that are not here.`, {
      hint: `Bring them in first: git pull ${remote} ${trunk}`,
    });
  if (/\[remote rejected\]|pre-receive|protected branch/i.test(said))
    throw new Fault("refused", `${remote} refused ${trunk}: ${words(pushed)}`, {
      hint: "The merge stands here; ask who keeps the remote.",
    });
  if (/^Calcifer: /m.test(said)) throw new Fault("refused", words(pushed));
  throw unreachable(remote, pushed, "The merge stands here; try again later.");
}

function unreachable(remote: string, { code, stderr, stdout }: GitResult, hint: string): Fault {
  if (code === 130) return new Fault("cancelled", "You asked to stop.");
  if (code === 124)
    return new Fault("unreachable", `${remote} did not answer within ${patience / 1000} seconds.`, { hint });
  const asks =
    /terminal prompts disabled|could not read (Username|Password)|Permission denied|Authentication failed|BatchMode/i;
  if (asks.test(stderr))
    return new Fault("unreachable", `${remote} asks for a password, and Calcifer never types one.`, {
      hint: `Let git know it by a credential helper or an SSH agent, then try: git fetch ${remote}. ${hint}`,
    });
  return new Fault("unreachable", `${remote} cannot be reached: ${words({ code, stderr, stdout })}`, { hint });
}

/** The complaint in one line: a hook's of ours or of the remote before git's own. */
function words({ stderr, stdout }: GitResult): string {
  const lines = `${stderr}\n${stdout.toString()}`
    .split(/[\r\n]/)
    .map((l) => l.trim())
    .filter((l) => l !== "" && !/^(hint|To |Done|error: failed to push)|^[\w ]+: +\d+%|^remote: *$/.test(l));
  const line =
    [/^Calcifer: /, /^remote: /, /^(fatal|error): /, /^!/]
      .map((kind) => lines.find((l) => kind.test(l)))
      .find(Boolean) ??
    lines[0] ??
    "git gave no reason";
  // In git's table of refs the reason is the last column.
  const reason = /^!.*\((.*)\)$/.exec(line)?.[1] ?? line.replace(/^(fatal|error|remote|Calcifer): ?/, "");
  return reason.slice(0, 300).replace(/\.?$/, ".");
}
