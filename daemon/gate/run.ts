// Runs a person's own command line in a folder, with a limit and a way to stop it, and leaves no process behind.
import { type ChildProcess, spawn } from "node:child_process";
import type { Output } from "./output.ts";

export interface Ended {
  /** null: by a signal */
  exit: number | null;
  because: "itself" | "cancelled" | "timed out";
}

export interface Running {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** milliseconds */
  limit: number;
  signal: AbortSignal;
  output: Output;
}

// Its standard input three is held by this daemon: when that is gone, however it went, the whole group is ended.
const watched = 'sh -c "read -r _; kill -KILL 0" <&3 >/dev/null 2>&1 & exec 3<&-; exec sh -c "$1"';
const isWindows = process.platform === "win32";

/** Milliseconds that a command gets to end when it is told to. */
const patience = 500;
/** And what it left, to let go of its output. */
const last = 1000;

export function runCommand(command: string, { cwd, env, limit, signal, output }: Running): Promise<Ended> {
  if (signal.aborted) return Promise.resolve({ exit: null, because: "cancelled" });
  return new Promise((resolve, reject) => {
    const child = spawn(...commandLine(command), {
      cwd,
      env,
      detached: !isWindows,
      windowsHide: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      ...(isWindows && { windowsVerbatimArguments: true }),
    });
    let because: Ended["because"] = "itself";
    let late: NodeJS.Timeout | undefined;
    const end = (why: Ended["because"]) => {
      if (because !== "itself") return;
      because = why;
      endGroup(child, "SIGTERM");
      late = setTimeout(() => endGroup(child, "SIGKILL"), patience);
    };
    const stop = () => end("cancelled");
    const timer = setTimeout(() => end("timed out"), limit);
    signal.addEventListener("abort", stop, { once: true });
    const release = () => {
      clearTimeout(timer);
      clearTimeout(late);
      signal.removeEventListener("abort", stop);
    };
    for (const pipe of [child.stdout, child.stderr]) {
      const stream = output.stream();
      pipe?.on("data", (chunk: Buffer) => stream.write(chunk));
      pipe?.on("close", () => stream.end());
    }
    child.stdio[3]?.on("error", () => {});
    child.on("error", (error) => {
      release();
      reject(error);
    });
    child.on("exit", () => {
      // What it left in the background goes with it; who went out of the group keeps nobody waiting.
      endGroup(child, "SIGKILL");
      clearTimeout(late);
      late = setTimeout(() => {
        for (const pipe of child.stdio) pipe?.destroy();
      }, last);
    });
    child.on("close", (exit) => {
      release();
      resolve({ exit, because });
    });
  });
}

const commandLine = (command: string): [string, string[]] =>
  isWindows
    ? [process.env.ComSpec ?? "cmd.exe", ["/d", "/s", "/c", `"${command}"`]]
    : ["sh", ["-c", watched, "sh", command]];

function endGroup({ pid }: ChildProcess, how: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    if (isWindows)
      spawn("taskkill", ["/pid", String(pid), "/t", "/f"], { stdio: "ignore", windowsHide: true }).on(
        "error",
        () => {},
      );
    else process.kill(-pid, how);
  } catch {
    // Nobody of it is left.
  }
}
