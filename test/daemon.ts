// A whole daemon in this process, with a home, a git user and repositories of its own: for tests of rooms that need real git.
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Watch } from "../daemon/git/watch.ts";
import { type Running, start } from "../daemon/life/house.ts";
import { furnish } from "../daemon/main.ts";
import { api, type Client } from "../protocol/api.ts";
import { type Connection, connect } from "../protocol/connect.ts";
import type { EventRecord } from "../protocol/event.ts";

const root = path.dirname(import.meta.dirname);

const gitConfig = `[user]
	name = Ada Lovelace
	email = ada@example.org
[init]
	defaultBranch = main
[advice]
	detachedHead = false
`;

export class Daemon {
  readonly folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "ch-")));
  readonly client: Client;
  running!: Running;
  watch!: Watch;
  private connection!: Connection;
  private readonly before = {
    HOME: process.env.HOME,
    XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME,
    GIT_CONFIG_NOSYSTEM: process.env.GIT_CONFIG_NOSYSTEM,
  };

  /** Opens one; call `leave` when the test is over. */
  static async open(): Promise<Daemon> {
    const daemon = new Daemon();
    await daemon.start();
    return daemon;
  }

  private constructor() {
    writeFileSync(path.join(this.folder, ".gitconfig"), gitConfig);
    // The daemon's git looks here, too: it is this process.
    process.env.HOME = this.folder;
    process.env.XDG_CONFIG_HOME = path.join(this.folder, ".config");
    process.env.GIT_CONFIG_NOSYSTEM = "1";
    this.client = this.clientOf();
  }

  get env(): NodeJS.ProcessEnv {
    return { ...process.env, CALCIFER_HOME: path.join(this.folder, "cal"), CALCIFER_CHECK_RESULTS: "1" };
  }

  async start(): Promise<void> {
    this.writeLauncher();
    const running = await start({
      env: this.env,
      furnish: (world, inner) => {
        const furniture = furnish(world, inner);
        this.watch = furniture.keepers.find((k) => k.name === "watch") as Watch;
        return furniture;
      },
    });
    if (!running) throw new Error(`another daemon has ${this.folder}`);
    this.running = running;
    this.connection = await connect({ client: "cli", env: this.env });
    await this.watch.settled();
  }

  async stop(): Promise<void> {
    this.connection.close();
    this.running.stop("the test says so");
    await this.running.ended;
  }

  async leave(): Promise<void> {
    await this.stop();
    for (const [name, value] of Object.entries(this.before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** What hooks call when no daemon answers: the same judgement, from the source tree. */
  private writeLauncher(): void {
    const launcher = path.join(this.folder, "cal", "bin", "calcifer-hook");
    mkdirSync(path.dirname(launcher), { recursive: true, mode: 0o700 });
    chmodSync(path.join(this.folder, "cal"), 0o700);
    writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${path.join(root, "cli/hook.ts")}' "$@"\n`, {
      mode: 0o755,
    });
  }

  private clientOf(): Client {
    const rooms = Object.entries(api).map(([room, { methods }]) => [
      room,
      Object.fromEntries(
        Object.keys(methods).map((verb) => [
          verb,
          (params: object) => this.connection.request(`${room}.${verb}`, params),
        ]),
      ),
    ]);
    return Object.fromEntries(rooms) as Client;
  }

  /** A repository with one commit. */
  async repo(name: string): Promise<Ground> {
    const ground = new Ground(path.join(this.folder, name), this);
    mkdirSync(ground.top);
    await ground.git("init", "-q", "-b", "main");
    ground.write("README.md", "# A service\n");
    await ground.git("add", "-A");
    await ground.git("commit", "-q", "-m", "Begin");
    return ground;
  }

  /** The same, registered as a service of its name, adopted on its trunk. */
  async service(name: string): Promise<Ground> {
    const ground = await this.repo(name);
    await this.client.service.add({ path: ground.top, name, commit: true });
    await this.watch.settled();
    return ground;
  }

  /** Waits for an event that fits; those that happened before count, too. */
  async event(fits: (event: EventRecord) => boolean, what: string): Promise<EventRecord> {
    let deaf = () => {};
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<EventRecord>((resolve, reject) => {
        deaf = this.running.world.onEvent((event) => fits(event) && resolve(event));
        timer = setTimeout(() => reject(new Error(`it did not happen: ${what}`)), 10_000);
        this.events().then((all) => all.filter(fits).forEach(resolve), reject);
      });
    } finally {
      deaf();
      clearTimeout(timer);
    }
  }

  async events(): Promise<EventRecord[]> {
    return (await this.client.event.list({ limit: 1000 })).events;
  }
}

/** A work tree, and git in it as a person would call it: hooks and all. */
export class Ground {
  readonly top: string;
  private readonly daemon: Daemon;

  constructor(top: string, daemon: Daemon) {
    this.top = top;
    this.daemon = daemon;
  }

  at(top: string): Ground {
    return new Ground(top, this.daemon);
  }

  path(file: string): string {
    return path.join(this.top, file);
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }

  read(file: string): string {
    return readFileSync(this.path(file), "utf8");
  }

  /** Never synchronously: this process is the daemon too, and would keep its own hooks waiting. @throws when git says no */
  async git(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tried(...args);
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  }

  tried(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const options = { cwd: this.top, env: { ...this.daemon.env, GIT_EDITOR: "true" }, maxBuffer: 1 << 26 };
    return new Promise((resolve) => {
      const child = execFile("git", args, options, (_, stdout, stderr) =>
        resolve({ code: child.exitCode ?? 1, stdout, stderr }),
      );
    });
  }
}
