// Watches folders one by one: never their subfolders, never single files. Tells that something happened, not what it means.
import { type FSWatcher, watch } from "node:fs";
import path from "node:path";

export interface Told {
  /**
   * @param name what changed in it; undefined when the system does not say
   * @param came it came or went, rather than changed
   */
  changed(folder: string, name: string | undefined, came: boolean): void;
  /** no more folders can be watched: the system's limit, usually */
  full(error: Error): void;
}

export class Folders {
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly told: Told;

  constructor(told: Told) {
    this.told = told;
  }

  get size(): number {
    return this.watchers.size;
  }

  has(folder: string): boolean {
    return this.watchers.has(folder);
  }

  /** Watches these and no others. Folders that are not there are left out. */
  set(wanted: ReadonlySet<string>): void {
    for (const folder of this.watchers.keys()) if (!wanted.has(folder)) this.drop(folder);
    for (const folder of wanted) this.add(folder);
  }

  add(folder: string): void {
    if (this.watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, (what, name) =>
        this.told.changed(folder, name ?? undefined, what === "rename"),
      );
      // A folder that goes away ends its watch; whoever looks after the list sees it is gone.
      watcher.on("error", () => {
        this.drop(folder);
        this.told.changed(folder, undefined, true);
      });
      this.watchers.set(folder, watcher);
    } catch (error) {
      if (isFull(error as NodeJS.ErrnoException)) this.told.full(error as Error);
    }
  }

  drop(folder: string): void {
    this.watchers.get(folder)?.close();
    this.watchers.delete(folder);
  }

  /** Forgets a folder and all below it: what comes there next is another folder with the same name. */
  dropUnder(folder: string): void {
    for (const one of this.watchers.keys()) if (one === folder || one.startsWith(folder + path.sep)) this.drop(one);
  }

  close(): void {
    for (const folder of this.watchers.keys()) this.drop(folder);
  }
}

const isFull = ({ code }: NodeJS.ErrnoException): boolean =>
  code === "ENOSPC" || code === "EMFILE" || code === "ENFILE";

/** Runs something a moment after it was asked for, once for many askings, never twice at the same time. */
export class Soon {
  private timer: NodeJS.Timeout | undefined;
  private first = 0;
  private running: Promise<void> | undefined;
  private again = false;
  private over = false;
  private readonly act: () => Promise<void>;
  private readonly wait: number;
  private readonly failed: (error: unknown) => void;

  /**
   * @param wait milliseconds of quiet before it runs; asked for without end, it runs after five times that
   * @param failed told of what nobody waited for
   */
  constructor(act: () => Promise<void>, wait: number, failed: (error: unknown) => void = () => {}) {
    this.act = act;
    this.wait = wait;
    this.failed = failed;
  }

  ask(): void {
    if (this.over) return;
    if (this.timer === undefined) this.first = performance.now();
    clearTimeout(this.timer);
    const left = this.first + this.wait * 5 - performance.now();
    this.timer = setTimeout(() => void this.now().catch(this.failed), Math.max(0, Math.min(this.wait, left)));
    this.timer.unref();
  }

  /** Runs it at once; when it runs already, once more afterwards. */
  async now(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.over) return;
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.repeat().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async repeat(): Promise<void> {
    do {
      this.again = false;
      await this.act();
    } while (this.again && !this.over);
  }

  /** Nothing more is begun; resolves when what is under way is done. */
  async stop(): Promise<void> {
    this.over = true;
    clearTimeout(this.timer);
    await this.running?.catch(() => {});
  }
}
