// Where a row plays: a frozen copy of the programs, homes with their daemons, and the way to clean up after it.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Connection, connect } from "../../protocol/connect.ts";
import { folders } from "../../protocol/paths.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** On the disk of the checkout: what is measured writes and syncs, which a temporary folder in memory would not. */
export const cache = path.join(root, ".cache", "bench");
export const modules = path.join(root, "node_modules");

export interface Bench {
  quick: boolean;
  /** the folder of this row; gone afterwards */
  folder: string;
  rounds(normal: number, quick: number): number;
  home(name: string): Home;
  /** Runs after the row, whatever became of it. */
  afterwards(act: () => unknown): void;
  say(text: string): void;
}

/** Plays one row on a stage of its own. */
export async function onStage<T>(name: string, quick: boolean, play: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = path.join(cache, `${process.pid}-${name}`);
  const last: (() => unknown)[] = [];
  mkdirSync(folder, { recursive: true });
  const programs = freeze(folder);
  try {
    return await play({
      quick,
      folder,
      rounds: (normal, few) => (quick ? few : normal),
      home: (home) => {
        const made = new Home(path.join(folder, home), programs);
        last.push(() => made.stop());
        return made;
      },
      afterwards: (act) => last.push(act),
      say: (text) => process.stderr.write(`  ${text}\n`),
    });
  } finally {
    for (const act of last.reverse()) await act();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Copies what was built: a build in the meantime would put another program under the same name. */
function freeze(folder: string): string {
  const programs = path.join(folder, "programs");
  for (const part of ["bin", "dist"]) cpSync(path.join(root, part), path.join(programs, part), { recursive: true });
  return programs;
}

/** A person's home with one daemon. */
export class Home {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cli: string;
  private readonly daemon: string;

  constructor(folder: string, programs: string) {
    this.folder = folder;
    this.cli = path.join(programs, "bin", "calcifer.cjs");
    this.daemon = path.join(programs, "dist", "daemon.cjs");
    mkdirSync(folder, { recursive: true });
    this.env = { ...plainEnv(folder), CALCIFER_HOME: path.join(folder, "calcifer"), CALCIFER_STAY: "1" };
  }

  get data(): string {
    return folders(this.env).data;
  }

  get socket(): string {
    return folders(this.env).socket;
  }

  /** A connection; the daemon is started if none runs. */
  connect(): Promise<Connection> {
    const start = { execPath: process.execPath, args: [this.daemon], env: this.env };
    return connect({ client: "other", env: this.env, start });
  }

  /** One request on a connection of its own. */
  async ask<T = unknown>(method: string, params: object = {}): Promise<T> {
    const connection = await this.connect();
    try {
      return (await connection.request(method, params)) as T;
    } finally {
      connection.close();
    }
  }

  calcifer(...args: string[]): string {
    return run(process.execPath, [this.cli, ...args], this.folder, this.env);
  }

  /** Ends the daemon if one runs, and waits until it is gone. */
  async stop(): Promise<void> {
    const last = await connect({ client: "other", env: this.env }).catch(() => undefined);
    if (!last) return;
    await last.request("daemon.stop").catch(() => {});
    await last.closed;
    await gone(last.welcome.pid);
  }
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The environment of a person who has git, and nothing of ours or of npm's on the PATH. */
export function plainEnv(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(GIT_|CALCIFER_|LEFTHOOK|HUSKY|npm_|XDG_|NODE_)/.test(name),
  );
  const config = path.join(home, "gitconfig");
  // No repacking in the middle of a measurement; what decides whether to repack still runs, as it does for everybody.
  writeFileSync(
    config,
    "[user]\n\tname = Bench\n\temail = bench@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n[advice]\n\tdetachedHead = false\n",
  );
  const PATH = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => !folder.includes("node_modules"));
  return {
    ...Object.fromEntries(kept),
    PATH: PATH.join(path.delimiter),
    HOME: home,
    GIT_CONFIG_GLOBAL: config,
    GIT_CONFIG_NOSYSTEM: "1",
  };
}

/** What a program prints. @throws with its words when it fails */
export function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, input = ""): string {
  const ran = spawnSync(program, args, { cwd, env, input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (ran.status !== 0)
    throw new Error(
      `${[program, ...args].join(" ")} in ${cwd}: ${ran.error?.message ?? `exit ${ran.status}: ${ran.stderr}${ran.stdout}`}`,
    );
  return ran.stdout;
}

/** Milliseconds from the start of a program to its end. @throws when it fails: a refusal is no figure */
export function timeOf(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): number {
  const start = performance.now();
  const ran = spawnSync(program, args, { cwd, env, stdio: "ignore" });
  const time = performance.now() - start;
  if (ran.status !== 0) run(program, args, cwd, env);
  return time;
}

/** The yardstick of everything that starts a program of ours. */
export const bareNode = (env: NodeJS.ProcessEnv): number => timeOf(process.execPath, ["-e", "0"], "/", env);

/** Starts a program that stays. @returns its first line, once it has said it */
export async function start(args: string[], env: NodeJS.ProcessEnv): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const said = await new Promise<string>((resolve, reject) => {
    child.once("error", reject).once("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code}`)));
    child.stdout.once("data", (text) => resolve(String(text).trim()));
  });
  return { child, said };
}
