// Where a story happens: a folder with a home, a git user and `calcifer` on the PATH, and one shell that lives as long as the story.
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

export class Place {
  /** also the shell's first folder and its HOME */
  readonly home: string;
  private readonly env: Record<string, string>;
  private readonly shell: ChildProcessWithoutNullStreams;
  private text = "";
  private wake = () => {};

  constructor() {
    this.home = realpathSync(mkdtempSync(path.join(os.tmpdir(), "cj-")));
    this.env = environment(this.home);
    writeFileSync(path.join(this.home, ".gitconfig"), gitConfig);
    this.shell = spawn("sh", [], { cwd: this.home, env: this.env });
    for (const stream of [this.shell.stdout, this.shell.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.text += text;
        this.wake();
      });
    }
    this.shell.once("exit", () => this.wake());
  }

  /** Runs a command in the shell; folders and variables last from one to the next. */
  async run(command: string): Promise<{ output: string; exit: number }> {
    const marker = `journey-${Math.random().toString(36).slice(2)}`;
    this.text = "";
    // Its own input is the shell's program, so commands get an empty one.
    this.shell.stdin.write(`{ ${command}\n} </dev/null 2>&1\nprintf '\\n%s %s\\n' ${marker} $?\n`);
    const end = new RegExp(`\\n${marker} (\\d+)\\n`);
    const late = setTimeout(() => this.shell.kill("SIGKILL"), patience);
    try {
      return await this.until(end, command);
    } finally {
      clearTimeout(late);
    }
  }

  private async until(end: RegExp, command: string): Promise<{ output: string; exit: number }> {
    for (;;) {
      const found = end.exec(this.text);
      if (found) return { output: this.text.slice(0, found.index), exit: Number(found[1]) };
      const { exitCode, signalCode } = this.shell;
      if (signalCode !== null)
        throw new Error(`no end after ${patience / 1000} s (an open quote?): ${command}\n${this.text}`);
      if (exitCode !== null) throw new Error(`the shell ended in: ${command}\n${this.text}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** The keys of all items there are. They are random, and look like words. */
  keys(): string[] {
    const cli = path.join(root, "dist/cli.cjs");
    const list = ["work", "list", "--all", "--limit", "500", "--json"];
    const text = execFileSync(process.execPath, [cli, ...list], { cwd: this.home, env: this.env, encoding: "utf8" });
    return (JSON.parse(text) as { items: { key: string }[] }).items.map((item) => item.key);
  }

  /** Ends the shell and the daemon, and removes the folder. */
  leave(): void {
    this.shell.kill();
    const cli = path.join(root, "dist/cli.cjs");
    try {
      execFileSync(process.execPath, [cli, "daemon", "stop"], {
        cwd: this.home,
        env: this.env,
        stdio: "ignore",
        timeout: 20_000,
      });
    } finally {
      rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/** Milliseconds for one command. */
const patience = 60_000;

const gitConfig = `[user]
	name = Ada Lovelace
	email = ada@example.org
[init]
	defaultBranch = main
[advice]
	detachedHead = false
[core]
	pager = cat
`;

function environment(home: string): Record<string, string> {
  const bin = path.join(home, ".bin");
  mkdirSync(bin);
  const wrapper = path.join(bin, "calcifer");
  writeFileSync(
    wrapper,
    `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(path.join(root, "dist/cli.cjs"))} "$@"\n`,
  );
  chmodSync(wrapper, 0o755);
  return {
    TOOLS: path.join(root, "node_modules"),
    PATH: [bin, path.dirname(process.execPath), process.env.PATH ?? "/usr/bin:/bin"].join(path.delimiter),
    HOME: home,
    CALCIFER_HOME: path.join(home, ".calcifer"),
    GIT_CONFIG_GLOBAL: path.join(home, ".gitconfig"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_EDITOR: ":",
    LANG: "C.UTF-8",
    TZ: "UTC",
  };
}
