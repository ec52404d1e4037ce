// Fetch and push of a trunk. Never asks for a password, never forces, never waits for ever.
import { type GitResult, text } from "../../gate/git.ts";
import { remoteOf as followed } from "../../gate/refs.ts";
import type { Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";

/** How long a silent remote is waited for. */
const patience = 20_000;

/**
 * The remote a trunk follows; undefined without one.
 * @throws Fault refused, for a name that git would take for an option
 */
export async function remoteOf(repo: Repo, trunk: string): Promise<string | undefined> {
  const remote = await followed(repo, trunk);
  if (!remote?.startsWith("-")) return remote;
  throw new Fault(
    "refused",
    `The remote of ${trunk} is called ${JSON.stringify(remote)}, which git would take for an option.`,
    { hint: "Look at what the repository's own configuration says: git config --local --list" },
  );
}

/**
 * Talks to a remote: no question is asked, and what is silent is ended. Not by simple-git, which ends git alone: its
 * helpers go on waiting for the server.
 */
async function talk(repo: Repo, args: string[], signal: AbortSignal, hooks = false): Promise<GitResult> {
  const env = { ...(await ownPrograms(repo)), GIT_ASKPASS: "", SSH_ASKPASS: "" };
  return repo.git(["-c", "credential.interactive=false", ...args], { signal, patience, hooks, env });
}

interface Said {
  /** by the repository itself, which may come from anywhere, and not by the person */
  local: boolean;
  key: string;
  value: string;
}

/** What the last word decides on, and what holds where only the repository has said something. */
const lastWord: [RegExp, string][] = [
  [/^core\.alternaterefscommand$/, "true"],
  [/^push\.gpgsign$/, "false"],
  [/^push\.recursesubmodules$/, "no"],
  [/^gpg\.(openpgp\.)?program$/, "gpg"],
  [/^gpg\.x509\.program$/, "gpgsm"],
  [/^gpg\.ssh\.program$/, "ssh-keygen"],
  [/^gpg\.ssh\.defaultkeycommand$/, ""],
  // A transport of another name is a git command, and so an alias, too.
  [/^alias\.remote-/, ""],
];

const isHelper = ({ key }: Said): boolean => /^credential\.(.+\.)?helper$/s.test(key);

/** The environment in which git starts the programs a person names, and its own ssh, but none that a repository names. */
async function ownPrograms(repo: Repo): Promise<Record<string, string>> {
  const said = sayings(await repo.git(["config", "--list", "--show-scope", "-z"]));
  const own = said.filter((s) => !s.local);
  const local = said.filter((s) => s.local);
  const last = (key: string) => own.findLast((s) => s.key === key)?.value;
  const settings: [string, string][] = [];
  for (const { key, value } of local) {
    const [, otherwise] = lastWord.find(([kind]) => kind.test(key)) ?? [];
    if (otherwise !== undefined) settings.push([key, last(key) ?? otherwise]);
    // With a slash in it, it is a file of the work tree.
    if (/^remote\..*\.vcs$/s.test(key) && value.includes("/")) settings.push([key, ""]);
  }
  // Helpers add up; an empty one takes away all that were named before it.
  if (local.some(isHelper))
    settings.push(["credential.helper", ""], ...own.filter(isHelper).map((s): [string, string] => [s.key, s.value]));
  const ssh = process.env.GIT_SSH_COMMAND ?? last("core.sshcommand") ?? "ssh";
  return {
    GIT_SSH_COMMAND: `${ssh} -oBatchMode=yes -oConnectTimeout=10`,
    // The first word decides here, so that only the environment can take it.
    ...(local.some((s) => s.key === "core.gitproxy") && { GIT_PROXY_COMMAND: "" }),
    GIT_CONFIG_COUNT: `${settings.length}`,
    ...Object.fromEntries(
      settings.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ),
  };
}

/** `scope NUL key LF value NUL`, where a key may stand without a value. */
function sayings(listed: GitResult): Said[] {
  const parts = listed.stdout.toString("utf8").split("\0");
  const found: Said[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [scope, pair] = [parts[at] as string, parts[at + 1] as string];
    const end = pair.indexOf("\n");
    if (scope === "command") continue;
    const [key, value] = end < 0 ? [pair, "true"] : [pair.slice(0, end), pair.slice(end + 1)];
    found.push({ local: scope !== "system" && scope !== "global", key, value });
  }
  return found;
}

// Named here, so that no `remote.<name>.uploadpack` of the repository's is started.
const uploadPack = "--upload-pack=git-upload-pack";
const receivePack = "--receive-pack=git-receive-pack";

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
    ["fetch", "--progress", "--no-tags", "--no-recurse-submodules", uploadPack, "--end-of-options", remote, refspec],
    signal,
  );
  if (/couldn't find remote ref/i.test(fetched.stderr)) return undefined;
  if (fetched.code !== 0) throw unreachable(remote, fetched, "To go on with what is known here: --offline");
  return text(await repo.git(["rev-parse", "-q", "--verify", `refs/remotes/${remote}/${trunk}`]));
}

/**
 * Fetches every branch of a remote, and the tags on them. Nothing is pruned, no tag is replaced.
 * @throws Fault unreachable
 */
export async function fetchBranches(repo: Repo, remote: string, signal: AbortSignal): Promise<void> {
  const how = ["--progress", "--no-prune", "--no-recurse-submodules", uploadPack, "--end-of-options"];
  const fetched = await talk(repo, ["fetch", ...how, remote, `+refs/heads/*:refs/remotes/${remote}/*`], signal);
  if (fetched.code !== 0) throw unreachable(remote, fetched, "What is here stands; try again later.");
}

/**
 * Pushes a trunk. A remote that moved on refuses, and that is reported, never overridden.
 * @throws Fault unreachable | refused
 */
export async function pushTrunk(repo: Repo, remote: string, trunk: string, signal: AbortSignal): Promise<void> {
  const refspec = `refs/heads/${trunk}:refs/heads/${trunk}`;
  const options = ["--progress", "--porcelain", receivePack, "--end-of-options"];
  const args = ["-c", "push.followTags=false", "push", ...options, remote, refspec];
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
