// Where a window's story happens: a folder with a home, a git user, sample repositories, and `calcifer` as its command line.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { stopDaemon } from "../stop-daemon.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const gitConfig =
  "[user]\n\tname = Sample Person\n\temail = sample@example.org\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n";
/** So that the samples are the same commits every time. */
const date = "2026-11-02T09:00:00+00:00";

export interface Listed {
  id: number;
  title: string;
  status: string;
  branch: string | null;
}

export interface Item extends Listed {
  key: string;
  type: string;
  notes: string;
  checklist: { text: string; done: boolean }[];
}

export class Place {
  readonly folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "ui-")));
  readonly env: Record<string, string>;

  constructor() {
    this.env = {
      HOME: this.folder,
      CALCIFER_HOME: this.path("home"),
      GIT_CONFIG_GLOBAL: this.path("gitconfig"),
      GIT_CONFIG_NOSYSTEM: "1",
    };
    this.write("gitconfig", gitConfig);
    // Terminals are photographed too.
    this.write(".bashrc", "PS1='$ '\n");
  }

  path(...parts: string[]): string {
    return path.resolve(this.folder, ...parts);
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }

  read(file: string): string {
    return readFileSync(this.path(file), "utf8");
  }

  /** Changes a file as any program may: behind the window's back. */
  edit(file: string, change: (text: string) => string): void {
    this.write(file, change(this.read(file)));
  }

  /** What it prints. @throws when it fails */
  async run(repo: string, program: string, ...args: string[]): Promise<string> {
    const env = { ...process.env, ...this.env };
    const { stdout } = await promisify(execFile)(program, args, { cwd: this.path(repo), env });
    return stdout.trimEnd();
  }

  git(repo: string, ...args: string[]): Promise<string> {
    return this.run(repo, "git", ...args);
  }

  calcifer(repo: string, ...args: string[]): Promise<string> {
    return this.run(repo, process.execPath, path.join(root, "bin/calcifer.cjs"), ...args);
  }

  /** The answer of a command as data. */
  async ask<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.calcifer(".", ...args, "--json")) as T;
  }

  item(id: number): Promise<Item> {
    return this.ask("work", "show", String(id));
  }

  async items(): Promise<Listed[]> {
    return (await this.ask<{ items: Listed[] }>("work", "list", "--all")).items;
  }

  /** A repository with one commit on main. */
  async repository(name: string, files: Record<string, string>): Promise<void> {
    for (const [file, text] of Object.entries(files)) this.write(path.join(name, file), text);
    await this.git(name, "init", "-q");
    await this.git(name, "add", "-A");
    await this.run(
      name,
      "env",
      `GIT_AUTHOR_DATE=${date}`,
      `GIT_COMMITTER_DATE=${date}`,
      "git",
      "commit",
      "-qm",
      "Start",
    );
  }

  /** A repository that is a service. */
  async service(name: string, files: Record<string, string>): Promise<void> {
    await this.repository(name, files);
    await this.calcifer(name, "service", "add", ".", "--commit");
  }

  async leave(): Promise<void> {
    await stopDaemon(this.path("home"));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
