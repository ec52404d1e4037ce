// Fetch and push of a trunk. Never asks for a password, never forces, never waits for ever.
import { text } from "../../gate/git.ts";
import type { Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";

/** How long a silent remote is waited for. */
const patience = 20_000;

/** The remote a trunk follows: its upstream's, else `origin`, else the only one; undefined without remotes. */
export async function remoteOf(repo: Repo, trunk: string): Promise<string | undefined> {
  const configured = text(await repo.git(["config", `branch.${trunk}.remote`]));
  if (configured && configured !== ".") return configured;
  const remotes = (await (await porcelain(repo)).getRemotes()).map((r) => r.name);
  return remotes.includes("origin") ? "origin" : remotes.length === 1 ? remotes[0] : undefined;
}

async function porcelain(repo: Repo, signal?: AbortSignal) {
  // Loaded by the first who has a remote: a tenth of the daemon's start.
  const { simpleGit } = await import("simple-git");
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (
      value !== undefined &&
      /^(PATH|HOME|USER|LANG|XDG_.*|SSH_AUTH_SOCK|TMPDIR|SystemRoot|USERPROFILE|APPDATA|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))$/.test(
        name,
      )
    )
      env[name] = value;
  return simpleGit({
    baseDir: repo.top,
    timeout: { block: patience },
    config: ["core.fsmonitor=false", "protocol.ext.allow=never", "credential.interactive=false"],
    ...(signal && { abort: signal }),
    // simple-git takes such settings for an attack unless told: here they switch off what a repository could start.
    unsafe: {
      allowUnsafeSshCommand: true,
      allowUnsafeAskPass: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeProtocolOverride: true,
      allowUnsafeConfigPaths: true,
    },
    allowEnvironment: [
      "GIT_TERMINAL_PROMPT",
      "GIT_SSH_COMMAND",
      "GIT_ASKPASS",
      "SSH_ASKPASS",
      "GIT_CONFIG_GLOBAL",
      "GIT_CONFIG_SYSTEM",
      "GIT_CONFIG_NOSYSTEM",
    ],
  }).env({
    ...env,
    GIT_TERMINAL_PROMPT: "0",
    GIT_SSH_COMMAND: "ssh -oBatchMode=yes -oConnectTimeout=10",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    LC_ALL: "C.UTF-8",
  });
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
  try {
    const remotes = await porcelain(repo, signal);
    await remotes.fetch([
      remote,
      `+refs/heads/${trunk}:refs/remotes/${remote}/${trunk}`,
      "--no-tags",
      "--no-recurse-submodules",
    ]);
  } catch (error) {
    if (/couldn't find remote ref/i.test(String(error))) return undefined;
    throw unreachable(remote, error, signal, "To go on with what is known here: --offline");
  }
  return text(await repo.git(["rev-parse", "-q", "--verify", `refs/remotes/${remote}/${trunk}`]));
}

/**
 * Pushes a trunk. A remote that moved on refuses, and that is reported, never overridden.
 * @throws Fault unreachable | refused
 */
export async function pushTrunk(repo: Repo, remote: string, trunk: string, signal: AbortSignal): Promise<void> {
  try {
    const remotes = await porcelain(repo, signal);
    await remotes.raw([
      "-c",
      "push.followTags=false",
      "push",
      "--porcelain",
      remote,
      `refs/heads/${trunk}:refs/heads/${trunk}`,
    ]);
  } catch (error) {
    if (/\[rejected\]|non-fast-forward|fetch first/.test(String(error)))
      throw new Fault("refused", `${remote} has commits on ${trunk} that are not here.`, {
        hint: `Bring them in first: git pull ${remote} ${trunk}`,
      });
    if (/\[remote rejected\]|pre-receive|protected branch/i.test(String(error)))
      throw new Fault("refused", `${remote} refused ${trunk}: ${words(error)}`, {
        hint: "The merge stands here; ask who keeps the remote.",
      });
    if (/Calcifer: /.test(String(error))) throw new Fault("refused", words(error));
    throw unreachable(remote, error, signal, "The merge stands here; try again later.");
  }
}

function unreachable(remote: string, error: unknown, signal: AbortSignal, hint: string): Fault {
  if (signal.aborted) return new Fault("cancelled", "You asked to stop.");
  const said = String(error);
  if (
    /terminal prompts disabled|could not read (Username|Password)|Permission denied|Authentication failed|BatchMode/i.test(
      said,
    )
  )
    return new Fault("unreachable", `${remote} asks for a password, and Calcifer never types one.`, {
      hint: `Let git know it by a credential helper or an SSH agent, then try: git fetch ${remote}. ${hint}`,
    });
  if (/block timeout|timed? ?out/i.test(said))
    return new Fault("unreachable", `${remote} did not answer within ${patience / 1000} seconds.`, { hint });
  return new Fault("unreachable", `${remote} cannot be reached: ${words(error)}`, { hint });
}

/** git's own complaint, in one line. */
function words(error: unknown): string {
  const lines = String((error as Error)?.message ?? error)
    .split("\n")
    .map((l) => l.trim())
    .filter((l) => l !== "" && !/^(hint|To |Done|error: failed to push)/.test(l));
  const line = lines.find((l) => /^(fatal|error|Calcifer|remote|!)/.test(l)) ?? lines[0] ?? "git gave no reason";
  return `${line.replace(/^(fatal|error|remote|Calcifer): ?/, "").slice(0, 300)}`.replace(/\.?$/, ".");
}
