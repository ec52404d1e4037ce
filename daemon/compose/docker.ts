// Asks `docker compose` what a project's files come to. Only for files that our own reader has found to lead nowhere else.
import { execFile } from "node:child_process";
import { complete } from "./merge.ts";
import { type ComposeService, readLayer } from "./model.ts";
import { isMapping } from "./tree.ts";

const patience = 15_000;
const mostBytes = 4 * 1024 * 1024;

export interface Asked {
  name: string | undefined;
  services: Map<string, ComposeService>;
}

/**
 * @returns what docker says; undefined where there is no docker compose; a sentence where it does not take the files
 */
export async function askDocker(
  files: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<Asked | undefined | string> {
  const args = ["compose", "--project-directory", folder, "--profile", "*", ...files.flatMap((file) => ["-f", file])];
  const said = await run([...args, "config", "--format", "json"], folder, signal);
  if (said.missing) return undefined;
  if (said.failed !== undefined) return said.failed;
  try {
    return read(JSON.parse(said.stdout));
  } catch {
    return "it answered what is no JSON";
  }
}

function read(answer: unknown): Asked {
  const whole = isMapping(answer) ? answer : {};
  const services = Object.entries(isMapping(whole.services) ? whole.services : {});
  return {
    name: typeof whole.name === "string" ? whole.name : undefined,
    services: new Map(services.map(([name, one]) => [name, complete(readLayer(isMapping(one) ? one : {}, () => {}))])),
  };
}

type Said = { stdout: string; missing: boolean; failed: string | undefined };

/** With nothing of our environment that a file could ask for. */
const passedOn = ["PATH", "HOME", "DOCKER_CONFIG", "SystemRoot", "USERPROFILE", "APPDATA", "ProgramFiles", "TEMP"];

function run(args: string[], cwd: string, signal: AbortSignal): Promise<Said> {
  const env = Object.fromEntries(passedOn.map((name) => [name, process.env[name]]));
  return new Promise((resolve) => {
    execFile(
      "docker",
      args,
      { cwd, env, signal, timeout: patience, killSignal: "SIGKILL", maxBuffer: mostBytes, windowsHide: true },
      (error, stdout, stderr) => {
        const missing =
          error !== null &&
          (error.code === "ENOENT" || /not a docker command|unknown (command|shorthand|flag)/i.test(stderr));
        resolve({ stdout, missing, failed: error === null ? undefined : why(error, stderr) });
      },
    );
  });
}

function why(error: Error & { killed?: boolean; code?: unknown }, stderr: string): string {
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "it says more than 4 MiB";
  if (error.killed) return `it did not answer within ${patience / 1000} s`;
  return stderr.trim().split("\n").at(-1)?.slice(0, 300) || "it gave no reason";
}
