// A home for tests: a short folder with its own git configuration, repositories and daemon, gone without a trace afterwards.
// While it is open, this process sees no other home: what runs in it would otherwise read the person's git configuration.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { type Running, start } from "../daemon/life/house.ts";
import { furnish } from "../daemon/main.ts";
import { type Api, api, type Client } from "../protocol/api.ts";
import { type Connection, connect, type RequestOptions } from "../protocol/connect.ts";
import { Fault } from "../protocol/errors.ts";
import type { EventRecord } from "../protocol/event.ts";

const root = path.dirname(import.meta.dirname);

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

type Env = Record<string, string | undefined>;

const gitConfig = `[user]
	name = Ada Lovelace
	email = ada@example.org
[init]
	defaultBranch = main
[protocol "file"]
	allow = always
[commit]
	gpgSign = false
[advice]
	detachedHead = false
`;

export class Home {
  /** canonical */
  readonly folder: string;
  /** for programs that shall live here, too */
  readonly env: Env;
  private readonly before: Env = {};
  private readonly ends: (() => Promise<void> | void)[] = [];
  private connection: Connection | undefined;

  constructor() {
    this.folder = realpathSync(mkdtempSync("/tmp/ch-"));
    const own: Env = {
      HOME: this.folder,
      CALCIFER_HOME: path.join(this.folder, "home"),
      CALCIFER_CHECK_RESULTS: "1",
      GIT_CONFIG_GLOBAL: path.join(this.folder, "gitconfig"),
      GIT_CONFIG_NOSYSTEM: "1",
      XDG_CONFIG_HOME: undefined,
      XDG_RUNTIME_DIR: undefined,
    };
    this.write("gitconfig", gitConfig);
    mkdirSync(this.path("home"), { mode: 0o700 });
    // The daemon's own launcher starts a bundle; these tests are of the source.
    this.script("home/bin/calcifer-hook", `exec '${process.execPath}' '${path.join(root, "cli/hook.ts")}' "$@"`);
    for (const [name, value] of Object.entries(own)) this.before[name] = set(name, value);
    this.env = { ...process.env };
  }

  /** Ends what was started here, and removes the folder. */
  async leave(): Promise<void> {
    this.connection?.close();
    for (const end of this.ends.splice(0).reverse()) await end();
    for (const [name, value] of Object.entries(this.before)) set(name, value);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  /** Something to end before the folder goes. */
  atEnd(end: () => Promise<void> | void): void {
    this.ends.push(end);
  }

  // ---- files and programs

  path(...parts: string[]): string {
    return path.resolve(this.folder, ...parts);
  }

  /** @param file relative to the home, or absolute */
  write(file: string, text: string): void {
    const full = this.path(file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, text);
  }

  read(...parts: string[]): string {
    return readFileSync(this.path(...parts), "utf8");
  }

  has(...parts: string[]): boolean {
    return existsSync(this.path(...parts));
  }

  /** @returns its path */
  script(file: string, body: string): string {
    this.write(file, `#!/bin/sh\n${body}\n`);
    chmodSync(this.path(file), 0o755);
    return this.path(file);
  }

  /** Never synchronous: a hook of the program may be waiting for the daemon in this process. */
  run(cwd: string, program: string, args: string[], more: { env?: Env; input?: string } = {}): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd, env: { ...process.env, ...more.env } });
      const out = { stdout: "", stderr: "" };
      for (const stream of ["stdout", "stderr"] as const)
        child[stream].setEncoding("utf8").on("data", (text: string) => {
          out[stream] += text;
        });
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 1, ...out }));
      child.stdin.on("error", () => {});
      child.stdin.end(more.input ?? "");
    });
  }

  /** git as a person runs it, with an editor that leaves things as they are. */
  git(cwd: string, ...args: string[]): Promise<Ran> {
    return this.run(cwd, "git", args, { env: { GIT_EDITOR: ":", GIT_MERGE_AUTOEDIT: "no" } });
  }

  /** What git says, which has to go well. */
  async must(cwd: string, ...args: string[]): Promise<string> {
    const ran = await this.git(cwd, ...args);
    if (ran.code !== 0) throw new Error(`git ${args.join(" ")}: ${ran.stdout}${ran.stderr}`);
    return ran.stdout.trimEnd();
  }

  // ---- repositories

  /** A repository with one commit on main that holds these files. */
  async repo(name: string, files: Record<string, string> = { "README.md": "# Sample\n" }): Promise<string> {
    const top = this.path(name);
    mkdirSync(top, { recursive: true });
    await this.must(top, "init", "-q");
    await this.commit(top, "First", files);
    return top;
  }

  /** Commits these files and no others, with git alone; null deletes one. @returns the commit */
  async commit(
    top: string,
    message: string,
    files: Record<string, string | null> = {},
    ...args: string[]
  ): Promise<string> {
    for (const [file, text] of Object.entries(files)) {
      if (text === null) rmSync(path.join(top, file));
      else this.write(path.join(top, file), text);
    }
    const names = Object.keys(files);
    if (names.length > 0) await this.must(top, "add", "-A", "--", ...names);
    await this.must(top, "commit", "-q", "--allow-empty", "-m", message, ...args);
    return this.must(top, "rev-parse", "HEAD");
  }

  tip(top: string, ref = "HEAD"): Promise<string> {
    return this.must(top, "rev-parse", ref);
  }

  /** A bare repository that has `top`'s main, which follows it. */
  async remote(top: string, name = "origin"): Promise<string> {
    const bare = `${top}.${name}.git`;
    await this.must(this.folder, "init", "-q", "--bare", bare);
    await this.must(top, "remote", "add", name, bare);
    await this.must(top, "push", "-q", "-u", name, "main");
    return bare;
  }

  // ---- the daemon

  /** A daemon in this process. */
  async start(): Promise<Running> {
    const running = await start({ env: this.env, furnish });
    assert.ok(running, "another daemon has this home");
    this.ends.push(async () => {
      running.stop("the test is over");
      await running.ended;
    });
    this.connection = await this.connect();
    return running;
  }

  /** A daemon in a process of its own, which may be killed. Resolves when it listens. */
  async startChild(env: Env = {}): Promise<Child> {
    const child = spawn(process.execPath, [path.join(root, "daemon/main.ts")], {
      env: { ...this.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    this.ends.push(async () => {
      child.kill("SIGKILL");
      await ended;
    });
    await Promise.race([new Promise<void>((resolve) => child.stdout.once("data", () => resolve())), ended]);
    this.connection?.close();
    this.connection = await this.connect();
    return { child, ended };
  }

  /** Another connection than the one that `call` goes over. */
  connect(): Promise<Connection> {
    return connect({ env: this.env, client: "cli" });
  }

  request(method: string, params: object = {}, options?: RequestOptions): Promise<unknown> {
    assert.ok(this.connection, "the daemon was not started");
    return this.connection.request(method, params, options);
  }

  /** `home.call.work.add({ title })` */
  readonly call: Client = Object.fromEntries(
    Object.entries(api).map(([room, { methods }]) => [
      room,
      Object.fromEntries(
        Object.keys(methods).map((verb) => [verb, (params: object) => this.request(`${room}.${verb}`, params)]),
      ),
    ]),
  ) as unknown as Client;

  /** Registers a new repository, adopted by a commit. @returns its top */
  async service(name: string, files?: Record<string, string>): Promise<string> {
    const top = await this.repo(name, files);
    await this.call.service.add({ path: top, name, commit: true });
    return top;
  }

  /** An item that was started. */
  async item(service: string, title: string, more: Partial<Params<"add">> & Partial<Params<"start">> = {}) {
    const { worktree, carry, ...add } = more;
    const { id } = await this.call.work.add({ title, service, ...add });
    return this.call.work.start({ item: id, worktree, carry });
  }

  /** Everything a merge asks for, beside a commit with an entry. */
  async ready(id: number): Promise<void> {
    await this.call.work.note({ item: id, text: "Noted." });
    await this.call.work.check({ item: id, all: true });
  }

  /** The events after a sequence number, their names, and the newest number. */
  async happened(since = 0): Promise<{ names: string[]; events: EventRecord[]; seq: number }> {
    const { events, seq } = await this.call.event.list({ since, limit: 1000 });
    return { names: events.map((e) => e.name), events, seq };
  }
}

type Params<V extends keyof Api["work"]["methods"]> = Parameters<Client["work"][V]>[0];

export interface Child {
  child: ChildProcess;
  ended: Promise<void>;
}

function set(name: string, value: string | undefined): string | undefined {
  const before = process.env[name];
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
  return before;
}

/** Does something with another PATH in force for whatever this process starts. */
export async function withPath<T>(value: string, act: () => Promise<T>): Promise<T> {
  const before = set("PATH", value);
  try {
    return await act();
  } finally {
    set("PATH", before);
  }
}

/** How something was refused, as a face gets to see it. */
export async function said(
  act: Promise<unknown>,
): Promise<{ fault: string; message: string; reasons?: unknown; hint?: unknown }> {
  const error = await act.then(
    (result) => assert.fail(`it was not refused: ${JSON.stringify(result)}`),
    (e: unknown) => e,
  );
  if (!(error instanceof Fault)) throw error;
  const { data: _, ...shown } = error.toData();
  return shown;
}
