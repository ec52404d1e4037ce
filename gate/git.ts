// Runs git, hardened against the repository it runs in. Executes; decides nothing.
import { spawn } from "node:child_process";

export interface GitResult {
  code: number;
  stdout: Buffer;
  stderr: string;
}

export interface GitOptions {
  input?: string | Buffer;
  env?: Record<string, string | undefined>;
  signal?: AbortSignal;
  /** milliseconds after which git is ended and the code is 124 */
  timeout?: number;
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
      const child = spawn("git", [...hardening, ...(options.hooks ? [] : noHooks), ...args], {
        cwd: options.cwd ?? cwd,
        env: environment({ ...base, ...options.env }),
        stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
        windowsHide: true,
        ...(options.signal && { signal: options.signal }),
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      let late = false;
      const timer = options.timeout
        ? setTimeout(() => {
            late = true;
            child.kill("SIGTERM");
          }, options.timeout)
        : undefined;
      child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
      child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
      child.on("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        resolve({
          code: late ? 124 : (code ?? (signal ? 128 : 1)),
          stdout: Buffer.concat(out),
          stderr: Buffer.concat(err).toString("utf8"),
        });
      });
      // git may exit before it read everything; that is its answer, not our failure.
      child.stdin?.on("error", () => {});
      child.stdin?.end(options.input);
    });
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
