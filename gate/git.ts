// Runs git, hardened against the repository it runs in. Executes; decides nothing.
import { type ChildProcess, spawn } from "node:child_process";

export interface GitResult {
  code: number;
  stdout: Buffer;
  stderr: string;
}

export interface GitOptions {
  input?: string | Buffer;
  env?: Record<string, string | undefined>;
  /** ends git, and all that it started, with code 130 */
  signal?: AbortSignal;
  /** milliseconds without a word from git after which it is ended, and all that it started, with code 124 */
  patience?: number;
  /** let the repository's own hooks run (commits a person asked for); off by default */
  hooks?: boolean;
  /** another folder than the runner's */
  cwd?: string;
}

/** Runs git in one folder. Resolves whatever the exit code; rejects only when git cannot be run at all (`ENOENT`). */
export type Git = (args: string[], options?: GitOptions) => Promise<GitResult>;

/** No prompt, no pager, no translation; `GIT_*` of a surrounding hook does not leak in. */
function environment(extra: Record<string, string | undefined> | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env))
    if (!/^GIT_(?!EXEC_PATH$|SSH|ASKPASS$|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$|AUTHOR|COMMITTER)/.test(name))
      env[name] = value;
  return {
    ...env,
    GIT_TERMINAL_PROMPT: "0",
    GIT_PAGER: "cat",
    GIT_EDITOR: ":",
    GIT_MERGE_AUTOEDIT: "no",
    GIT_SSH_COMMAND: env.GIT_SSH_COMMAND ?? "ssh -oBatchMode=yes",
    LC_ALL: "C.UTF-8",
    LANGUAGE: "C",
    ...extra,
  };
}

// A repository may come from anywhere: what its config would start on our behalf is switched off.
const hardening = ["-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never", "-c", "core.quotePath=false"];
const noHooks = ["-c", `core.hooksPath=${process.platform === "win32" ? "NUL" : "/dev/null"}`];

/** @param base variables for every call, such as the GIT_DIR a hook was given */
export function gitIn(cwd: string, base: Record<string, string | undefined> = {}): Git {
  return (args, options = {}) =>
    new Promise((resolve, reject) => {
      const stoppable = options.signal !== undefined || options.patience !== undefined;
      const child = spawn("git", [...hardening, ...(options.hooks ? [] : noHooks), ...args], {
        cwd: options.cwd ?? cwd,
        env: environment({ ...base, ...options.env }),
        stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
        windowsHide: true,
        detached: stoppable && process.platform !== "win32",
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      const hold = stoppable ? limit(child, options) : undefined;
      child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
      child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
      child.on("error", (error) => {
        hold?.release();
        reject(error);
      });
      child.on("close", (code, signal) => {
        hold?.release();
        resolve({
          code: hold?.code() ?? code ?? (signal ? 128 : 1),
          stdout: Buffer.concat(out),
          stderr: Buffer.concat(err).toString("utf8"),
        });
      });
      // git may exit before it read everything; that is its answer, not our failure.
      child.stdin?.on("error", () => {});
      child.stdin?.end(options.input);
    });
}

/** Ends git when it is asked to, or when it says nothing for too long. */
function limit(child: ChildProcess, { signal, patience }: GitOptions) {
  let code: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = (because: number) => {
    code ??= because;
    endGroup(child);
  };
  const stop = () => end(130);
  const listen = () => {
    clearTimeout(timer);
    if (patience !== undefined) timer = setTimeout(() => end(124), patience);
  };
  child.stdout?.on("data", listen);
  child.stderr?.on("data", listen);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  listen();
  return {
    code: () => code,
    release: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    },
  };
}

/** A helper that waits for a server does not notice that git is gone: the whole group goes. */
function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && process.platform !== "win32") process.kill(-child.pid, "SIGTERM");
    else child.kill();
  } catch {
    // It has ended by itself.
  }
}

/** Output lines without the final empty one. */
export const lines = (result: GitResult): string[] =>
  result.stdout
    .toString("utf8")
    .split("\n")
    .filter((l) => l !== "");
/** The output as one trimmed text; undefined when git said no or nothing. */
export const text = (result: GitResult): string | undefined =>
  result.code === 0 ? result.stdout.toString("utf8").trim() || undefined : undefined;
/** The fields of `-z` output. */
export const fields = (result: GitResult): string[] =>
  result.stdout
    .toString("utf8")
    .split("\0")
    .filter((f) => f !== "");

/** The tree with nothing in it, which every repository has. */
export const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** The first line of git's complaint, without the word that says how bad it is. */
export const firstLine = (s: string): string => (s.split("\n")[0] ?? "").replace(/^(fatal|error): /, "");
