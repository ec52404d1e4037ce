// For tests of this folder: a home, repositories and a launcher in a temp folder with an awkward name, and a daemon that only answers hooks.
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { type Git, gitIn } from "../../gate/git.ts";
import { Deframer, frame } from "../../protocol/wire.ts";
import { type InstallOptions, installHooks } from "./hooks.ts";

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export class Sandbox {
  readonly root = path.join(realpathSync(mkdtempSync(path.join(os.tmpdir(), "calcifer-git-"))), `it's "ü" 100% $x`);
  readonly home = path.join(this.root, "home");
  readonly log = path.join(this.root, "log");
  readonly launcher = path.join(this.root, "data dir", "bin", "calcifer-hook");
  readonly socket = path.join(path.dirname(this.root), "s");
  env: Record<string, string | undefined>;

  constructor() {
    mkdirSync(this.home, { recursive: true });
    this.env = {
      PATH: process.env.PATH,
      HOME: this.home,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@example.org",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@example.org",
      LOG: this.log,
    };
    this.writeLauncher();
    writeFileSync(
      path.join(this.home, ".gitconfig"),
      '[protocol "file"]\n\tallow = always\n[init]\n\tdefaultBranch = main\n',
    );
  }

  /** Records what it was asked in the log; says no to the hooks named in `refuse`. */
  writeLauncher(): void {
    this.script(
      this.launcher,
      `[ "$1" = --version ] && { echo 1.0.0; exit 0; }
if [ "$1" = merge-driver ]; then shift; echo "driver $4" >>"$LOG"; cat "$2" "$3" >"$2.new"; mv "$2.new" "$2"; exit 0; fi
{ echo "ours $*"; sed 's/^/ours< /'; } >>"$LOG"
case " $(cat ${word(path.join(this.root, "refuse"))} 2>/dev/null) " in *" $2 "*) echo "Calcifer: no, says the launcher." >&2; exit 1 ;; esac
exit 0`,
    );
  }

  refuse(...hooks: string[]): void {
    writeFileSync(path.join(this.root, "refuse"), hooks.join(" "));
  }

  script(file: string, body: string, mode = 0o755): void {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, mode);
  }

  /** A hook as a person has it: writes its arguments and stdin into the log. */
  personsHook(file: string, said = path.basename(file)): void {
    this.script(
      file,
      `{ echo "theirs ${said} $*"; case $0 in *reference-transaction*|*pre-push*) sed 's/^/theirs< /' ;; esac; } >>"$LOG"\nexit 0`,
      0o775,
    );
  }

  run(
    cwd: string,
    program: string,
    args: string[],
    options: { env?: Record<string, string | undefined>; input?: string } = {},
  ): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd, env: { ...this.env, ...options.env } as NodeJS.ProcessEnv });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (d) => (stdout += d));
      child.stderr.on("data", (d) => (stderr += d));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
      child.stdin.on("error", () => {});
      child.stdin.end(options.input ?? "");
    });
  }

  /** git as a person runs it. */
  git(cwd: string, ...args: string[]): Promise<Ran> {
    return this.run(cwd, "git", args);
  }

  async must(cwd: string, ...args: string[]): Promise<string> {
    const ran = await this.git(cwd, ...args);
    if (ran.code !== 0) throw new Error(`git ${args.join(" ")}: ${ran.stderr}`);
    return ran.stdout.trim();
  }

  /** git as the daemon runs it, but in the sandbox's home. */
  runner(cwd: string): Git {
    const git = gitIn(cwd);
    const outside = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
    return (args, options = {}) => git(args, { ...options, env: { ...outside, ...this.env, ...options.env } });
  }

  /** A repository with one commit on main. */
  async repo(name: string, ...init: string[]): Promise<string> {
    const top = path.join(this.root, name);
    mkdirSync(top, { recursive: true });
    await this.must(top, "init", "-q", ...init);
    await this.addFile(top, "first");
    await this.must(top, "commit", "-q", "-m", "first");
    return top;
  }

  /** Stages a new file. */
  async addFile(top: string, name: string): Promise<void> {
    writeFileSync(path.join(top, name), `${name}\n`);
    await this.must(top, "add", name);
  }

  options(more: Partial<InstallOptions> = {}): InstallOptions {
    return {
      launcher: this.launcher,
      socket: this.socket,
      changesFiles: ["CHANGES.md"],
      protected: ["main", "release/*"],
      strict: false,
      version: "1.0.0",
      ...more,
    };
  }

  install(top: string, more: Partial<InstallOptions> = {}) {
    return installHooks(this.runner(top), this.options(more));
  }

  takeLog(): string {
    const text = existsSync(this.log) ? readFileSync(this.log, "utf8") : "";
    rmSync(this.log, { force: true });
    return text;
  }

  remove(): void {
    rmSync(path.dirname(this.root), { recursive: true, force: true });
  }
}

const word = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export interface HookRequest {
  version: string;
  hook: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  stdin: string;
}

/** Listens on a socket and answers `gate.hook`; `answer` may return what is no answer. */
export async function fakeDaemon(socket: string, answer: (request: HookRequest) => unknown) {
  const asked: HookRequest[] = [];
  const server = createServer((connection) => {
    const deframer = new Deframer();
    connection.on("error", () => {});
    connection.on("data", (chunk) => {
      for (const text of deframer.push(chunk)) {
        const { id, params } = JSON.parse(text) as { id: number; params: HookRequest };
        asked.push(params);
        const said = answer(params);
        if (typeof said === "string") connection.end(said);
        else connection.write(frame({ jsonrpc: "2.0", id, ...(said as object) }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { asked, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

export const says = (exit: number, words = "") => ({ result: { exit, hex: Buffer.from(words).toString("hex") } });

/** Every file of the given parts of a git directory, with mode and bytes. */
export function snapshot(
  gitDir: string,
  parts = ["config", "config.worktree", "hooks", "info", "worktrees", "calcifer"],
): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (file: string, name: string) => {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (!stat || /worktrees\/[^/]+\/(?!config\.worktree)/.test(name)) return;
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isSymbolicLink()) found[name] = `link ${readlinkSync(file)}`;
    else if (stat.isDirectory()) {
      found[name] = `folder ${mode}`;
      for (const entry of readdirSync(file)) look(path.join(file, entry), `${name}/${entry}`);
    } else found[name] = `${mode} ${readFileSync(file, "latin1")}`;
  };
  for (const part of parts) look(path.join(gitDir, part), part);
  return found;
}
