// A repository with an item's branch, made by git alone: what the gate has to judge where there is no daemon.
import path from "node:path";
import { mark } from "../daemon/git/item-marks.ts";
import { addEntry } from "../gate/changes.ts";
import { type BranchAsked, type Judgement, judgeBranch } from "../gate/judge.ts";
import { Objects, openRepo } from "../gate/repo.ts";
import type { Home } from "./home.ts";

export const item = { id: 42, key: "k7f2q9m3", title: "Add TLS", service: "gateway" };
export const trailer = `Work-Item: #${item.id} ${item.key}`;
export const branch = "work/42-add-tls";
export const changes =
  "# Changes\n\n## Unreleased\n\n- An older one (#7)\n\n## 1.0.0 - 2026-01-01\n\n- The first (#1)\n";

export interface Made {
  message?: string;
  /** `Work-Item: …`, waivers; the item's if left out */
  trailers?: string[];
  /** text of an entry of the item to add; none with null */
  entry?: string | null;
  files?: Record<string, string | null>;
  /** for git commit */
  args?: string[];
}

export class Sample {
  readonly home: Home;
  readonly top: string;

  private constructor(home: Home, top: string) {
    this.home = home;
    this.top = top;
  }

  /** On main: a changes file, a file, and the policy if there is one. Checked out: the branch of item 42. */
  static async in(home: Home, name: string, policy?: string): Promise<Sample> {
    const files = {
      "CHANGES.md": changes,
      "edge.conf": "one\ntwo\nthree\n",
      ...(policy !== undefined && { ".calcifer.yaml": policy }),
    };
    const sample = new Sample(home, await home.repo(name, files));
    await sample.git("switch", "-q", "-c", branch);
    await mark(await openRepo(sample.top), branch, item);
    return sample;
  }

  git(...args: string[]): Promise<string> {
    return this.home.must(this.top, ...args);
  }

  read(file: string): string {
    return this.home.read(path.join(this.top, file));
  }

  /** CHANGES.md as it lies here, with an entry more. */
  withEntry(text: string, id: number | undefined = item.id): string {
    return addEntry(this.read("CHANGES.md"), { text, ...(id !== undefined && { item: id }) }).text;
  }

  /** A commit on the branch that is checked out, with an entry and the trailer unless told otherwise. No hooks are asked. */
  commit({
    message = "Terminate TLS",
    trailers = [trailer],
    entry = "TLS",
    files = {},
    args = [],
  }: Made = {}): Promise<string> {
    const all = { ...files, ...(entry !== null && { "CHANGES.md": this.withEntry(entry) }) };
    const whole = trailers.length > 0 ? `${message}\n\n${trailers.join("\n")}` : message;
    return this.home.commit(this.top, whole, all, ...args);
  }

  /** Does something on main, and comes back. */
  async onMain<T>(act: () => Promise<T>): Promise<T> {
    await this.git("switch", "-q", "main");
    try {
      return await act();
    } finally {
      await this.git("switch", "-q", branch);
    }
  }

  judge(more: Partial<BranchAsked> = {}, folder = this.top): Promise<Judgement> {
    const record = {
      status: "active",
      checklist: [],
      notes: "Noted.",
      document: null,
      mergedCommit: null,
      needs: [],
      parts: [],
    };
    return withRepo(folder, (repo, objects) =>
      judgeBranch(repo, objects, { item: { ...item, type: "maintenance" }, branch, trunk: "main", record, ...more }),
    );
  }

  async facts(more: Partial<BranchAsked> = {}, folder = this.top): Promise<Judgement["facts"]> {
    return (await this.judge(more, folder)).facts;
  }
}

export async function withRepo<T>(
  folder: string,
  act: (repo: Awaited<ReturnType<typeof openRepo>>, objects: Objects) => Promise<T>,
): Promise<T> {
  const repo = await openRepo(folder);
  const objects = new Objects(repo.commonDir);
  try {
    return await act(repo, objects);
  } finally {
    objects.close();
  }
}
