// A VS Code as a person has it, in a browser of its own: with Calcifer installed from its package, or without.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { installVsix, launchBrowser, type Server, startServer, workbenchUrl } from "../../scripts/editor/workbench.ts";
import { here, makePackages } from "../../scripts/package.ts";
import { Inspector } from "./inspector.ts";
import { type Bench, type Home, run } from "./stage.ts";
import { clock, Window } from "./window.ts";

export interface EditorOptions {
  /** whose Calcifer it is: its environment is the server's */
  home: Home;
  /** false: the same VS Code without Calcifer */
  calcifer?: boolean;
}

/** The process that runs the extensions of one window. */
export interface Host {
  pid: number;
  residentMiB: number;
}

let packed: Promise<string> | undefined;
/** For this platform, as it is shipped; made once in a run. */
function vsix(): Promise<string> {
  packed ??= makePackages([here()]).then((made) => made.get(here()) ?? "");
  return packed;
}

let browser: Promise<Browser> | undefined;

export class Editor {
  readonly #server: Server;
  readonly #data: string;
  #window: Window | undefined;

  private constructor(server: Server, data: string) {
    this.#server = server;
    this.#data = data;
  }

  /** Starts one; it is gone after the row. */
  static async start(bench: Bench, { home, calcifer = true }: EditorOptions): Promise<Editor> {
    // VS Code puts sockets there, whose paths must be short.
    const data = realpathSync(mkdtempSync(path.join(os.tmpdir(), "cb-")));
    bench.afterwards(() => rmSync(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
    if (calcifer) await installVsix(data, await vsix());
    const server = await startServer({
      dataFolder: data,
      environment: defined(home.env),
      // A window that was closed is not waited for: its extension host would be there in the next turn.
      flags: ["--reconnection-grace-time", "0"],
      settings: { "workbench.reduceMotion": "on", "explorer.autoReveal": false },
    });
    bench.afterwards(() => server.stop());
    bench.afterwards(async () => {
      const open = browser;
      browser = undefined;
      await (await open)?.close();
    });
    return new Editor(server, data);
  }

  /** A window that remembers nothing. One at a time: a second one would be in the first one's way. */
  async open(folder: string): Promise<Window> {
    await this.close();
    browser ??= launchBrowser();
    const context = await (await browser).newContext({ viewport: { width: 1280, height: 900 } });
    await context.addInitScript({ content: clock });
    const page = await context.newPage();
    this.#window = new Window(page);
    await page.goto(workbenchUrl(this.#server.port, { folder }));
    return this.#window;
  }

  /** Closes the window, and waits until its extension host has ended. */
  async close(): Promise<void> {
    await this.#window?.page.context().close();
    this.#window = undefined;
    await this.#atMost(0);
  }

  /** Loads the window again, with what it remembers, and waits until the extension host of before has ended. */
  async reload(): Promise<void> {
    const before = this.#hosts().map(({ pid }) => pid);
    await this.#window?.page.reload();
    while (this.#hosts().some(({ pid }) => before.includes(pid))) await sleep(50);
  }

  /** The extension host of the window. */
  async host(): Promise<Host> {
    await this.#atMost(1);
    const [host] = this.#hosts();
    if (!host) throw new Error("The window has no extension host.");
    return host;
  }

  /** Looks into the extension host, which costs it something: what is measured from outside comes first. */
  async inspect<T>(look: (inspector: Inspector) => Promise<T>): Promise<T> {
    const inspector = await Inspector.open((await this.host()).pid);
    try {
      return await look(inspector);
    } finally {
      await inspector.close();
    }
  }

  async #atMost(count: number): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (this.#hosts().length > count) {
      if (Date.now() > deadline) throw new Error("An extension host did not end with its window.");
      await sleep(50);
    }
  }

  #hosts(): Host[] {
    const all = processes();
    const server = all.find(({ args }) => args.includes("server-main.js") && args.includes(this.#data));
    return all
      .filter(({ parent, args }) => parent === server?.pid && args.includes("--type=extensionHost"))
      .map(({ pid, resident }) => ({ pid, residentMiB: resident / 1024 }));
  }
}

function defined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

interface Process {
  pid: number;
  parent: number;
  /** KiB */
  resident: number;
  args: string;
}

function processes(): Process[] {
  const lines = run("ps", ["-ww", "-eo", "pid=,ppid=,rss=,args="], "/", process.env).split("\n");
  return lines.flatMap((line) => {
    const [, pid, parent, resident, args = ""] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), resident: Number(resident), args: `${args} ` }];
  });
}
