// What the pages are shown with in tests: an item half way, a repository with changes, and hosts that answer for both.

import type { CommitState, CommitWords } from "../../extension/webviews/commit/words.ts";
import { render } from "../../extension/webviews/item/markdown.ts";
import type { ItemState, ItemWords } from "../../extension/webviews/item/words.ts";
import type { Doors } from "../../extension/webviews/toolkit/bridge.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Verdict } from "../../protocol/shared.ts";
import type { Item } from "../../protocol/work.ts";

const commits = [
  {
    id: "4f1d2c9a7be35608d1c2b3a4f5e6d7c8b9a0f1e2",
    subject: "Renew certificates every night",
    author: "Ada",
    at: "2026-11-20T16:04:00Z",
  },
  {
    id: "9a8b7c6d5e4f30211203f4e5d6c7b8a9f0e1d2c3",
    subject: "Terminate TLS at the edge, with the certificates of the internal authority",
    author: "Ada",
    at: "2026-11-19T09:30:00Z",
  },
];

const description = `Plain HTTP still reaches **three endpoints**. Terminate TLS at the edge:

- certificates of the internal authority, see [the notes](docs/tls.md)
- \`http\` is redirected, never answered

Out of scope: client certificates.`;

export const item: NonNullable<ItemState["item"]> = {
  id: 42,
  key: "k7f2q9m3",
  title: "Add TLS to all public endpoints",
  type: "feature",
  service: "gateway",
  status: "active",
  description,
  notes: "Certificates come from the internal authority; they are renewed every night by a timer.",
  labels: ["security", "edge"],
  checklist: [
    { text: "Tried as a user would", done: true },
    { text: "Tests cover it", done: true },
    { text: "The docs say how to use it", done: false },
    { text: "Dashboards still show the traffic of all regions, also after certificates were renewed", done: false },
  ],
  document: "docs/changes/42-add-tls-to-all-public-endpoints.md",
  branch: "work/42-add-tls-to-all-public-endpoints",
  worktree: null,
  created: "2026-11-17T08:00:00Z",
  started: "2026-11-18T10:12:00Z",
  finished: null,
  merged: null,
  version: 7,
  commits,
  uncommitted: 2,
  parent: null,
  parts: [],
  relations: [],
};

const verdict: Verdict = {
  gate: "merge",
  state: "no",
  line: "#42 cannot be merged yet, 3 to do: The checklist has 2 open points.",
  checks: [
    { id: "entry", state: "yes", message: "CHANGES.md has an entry for it.", required: true },
    {
      id: "checklist",
      state: "no",
      message: "The checklist has 2 open points.",
      next: "calcifer work check 42 3 4",
      required: true,
    },
    { id: "notes", state: "yes", message: "There are notes.", required: true },
    {
      id: "document",
      state: "no",
      message: "docs/changes/42-add-tls-to-all-public-endpoints.md is not on the branch.",
      required: true,
    },
    {
      id: "clean",
      state: "no",
      message: "2 files are uncommitted.",
      detail: ["edge/nginx.conf", "docs/tls.md"],
      required: true,
    },
    {
      id: "no-conflict",
      state: "unknown",
      message: "Whether it merges cannot be told: the trunk of the remote was not fetched.",
      required: true,
    },
    { id: "judged", state: "yes", message: "Both commits were judged.", required: true },
    {
      id: "current",
      state: "no",
      message: "main has moved in 1 file that this branch touches.",
      detail: ["edge/nginx.conf"],
      required: false,
    },
  ],
  warnings: [],
};

export const itemState: ItemState = {
  connection: "up",
  trusted: true,
  id: 42,
  item,
  gone: false,
  description: render(description),
  diff: {
    item: 42,
    repo: "/srv/gateway",
    base: "1111111111111111111111111111111111111111",
    tip: commits[0]?.id ?? null,
    trunk: "main",
    commits,
    files: [
      { path: "CHANGES.md", state: "M", added: 1, deleted: 0 },
      { path: "edge/certificates/renew.timer", state: "A", added: 12, deleted: 0 },
      { path: "edge/nginx.conf", state: "M", added: 41, deleted: 17 },
      { path: "edge/plain-http.conf", state: "D", added: 0, deleted: 23 },
      {
        path: "docs/a-rather-long-folder-name/and-another-one/how-certificates-are-renewed.md",
        from: "docs/certs.md",
        state: "R",
        added: 4,
        deleted: 2,
      },
    ],
    entries: [{ text: "TLS on all public endpoints (#42)", section: "Added", line: 7 }],
    truncated: false,
  },
  verdict,
  touched: [
    {
      service: "gateway",
      path: "docs/runbook.md",
      title: "Runbook of the gateway",
      mentions: [{ file: "edge/tls.conf", line: 12 }],
      edited: false,
    },
  ],
  services: ["gateway", "billing", "vpn"],
  documentThere: false,
  focus: null,
  by: "cli",
};

export const commitState: CommitState = {
  connection: "up",
  trusted: true,
  repos: [{ repo: "/srv/gateway", name: "gateway" }],
  repo: "/srv/gateway",
  service: "gateway",
  branch: "work/42-add-tls-to-all-public-endpoints",
  trunk: "main",
  item: { id: 42, title: item.title, key: item.key },
  files: [
    { path: "docs/tls.md", state: "??" },
    { path: "edge/certificates/renew.timer", state: "A " },
    { path: "edge/nginx.conf", state: " M" },
    { path: "edge/plain-http.conf", state: " D" },
  ],
  ready: false,
  message: "",
  committed: null,
};

type ItemDoors = Pick<Doors<ItemWords>, "call" | "functions">;

/** Keeps the item as the daemon does: versions grow, and an old one is a conflict. */
export class ItemHost {
  item = item;
  refuse: Fault | undefined;
  readonly calls: [string, unknown][] = [];

  readonly doors: ItemDoors = {
    call: async (method, _kind, params) => {
      this.calls.push([method, params]);
      return this.#act(method, params as Record<string, never>);
    },
    functions: {
      refresh: () => this.#heard("refresh", {}),
      diff: (params) => this.#heard("diff", params),
      diffAll: (params) => this.#heard("diffAll", params),
      commit: (params) => this.#heard("commit", params),
      open: (params) => this.#heard("open", params),
      entry: (params) => this.#heard("entry", params),
      item: (params) => this.#heard("item", params),
      link: (params) => this.#heard("link", params),
      run: (params) => this.#heard("run", params),
    },
  };

  /** Somebody else changes it. */
  change(part: Partial<Item>): ItemState {
    this.item = { ...this.item, ...part, version: this.item.version + 1 };
    return this.state;
  }

  get state(): ItemState {
    return { ...itemState, item: this.item, description: render(this.item.description) };
  }

  #heard(name: string, params: unknown): undefined {
    this.calls.push([name, params]);
  }

  #act(method: string, params: { ifVersion?: number; [name: string]: unknown }): Item {
    if (this.refuse) throw this.refuse;
    if (params.ifVersion !== undefined && params.ifVersion !== this.item.version) {
      const data = { version: this.item.version, item: this.item };
      throw new Fault("conflict", "It changed since you looked.", { data });
    }
    this.change(this.#change(method, params));
    return this.item;
  }

  #change(method: string, given: { [name: string]: unknown }): Partial<Item> {
    const params = given as { text: string; point: number; to: number; points: number[]; label?: string[] };
    const checklist = this.item.checklist.map((point) => ({ ...point }));
    if (method === "work.note") return { notes: params.text };
    if (method === "work.edit") {
      const { label, ...rest } = given as { label?: string[] } & Partial<Item>;
      const { title, description: text, type } = rest;
      return {
        ...(title !== undefined && { title }),
        ...(text !== undefined && { description: text }),
        ...(type !== undefined && { type }),
        ...(label && { labels: label }),
      };
    }
    if (method === "work.check-add") return { checklist: [...checklist, { text: params.text, done: false }] };
    if (method === "work.check-remove") return { checklist: checklist.toSpliced(params.point - 1, 1) };
    if (method === "work.check-edit") {
      return {
        checklist: checklist.map((point, i) => (i === params.point - 1 ? { ...point, text: params.text } : point)),
      };
    }
    if (method === "work.check-move") {
      const moved = checklist.splice(params.point - 1, 1);
      return { checklist: checklist.toSpliced(params.to - 1, 0, ...moved) };
    }
    const done = method === "work.check";
    return { checklist: checklist.map((point, i) => (params.points.includes(i + 1) ? { ...point, done } : point)) };
  }
}

type CommitDoors = Pick<Doors<CommitWords>, "call" | "functions">;

/** Previews entries, and commits what it is given. */
export class CommitHost {
  existing: { text: string; line: number }[] = [];
  needed = true;
  sections = ["Added", "Changed", "Fixed"];
  refuse: Fault | undefined;
  readonly calls: [string, unknown][] = [];

  readonly doors: CommitDoors = {
    call: async (method, _kind, params, { signal, progress }) => {
      this.calls.push([method, params]);
      if (method === "work.commit" && !this.refuse) progress("Running hooks…");
      await this.#held.get(method);
      if (method === "changes.preview") return this.#preview(params as { text: string; section?: string });
      if (this.refuse) throw this.refuse;
      if (this.slow) await aborted(signal);
      return this.#commit(params as { message: string; paths: string[]; entry?: string });
    },
    functions: {
      diff: (params) => this.#heard("diff", params),
      choose: (params) => this.#heard("choose", params),
      entry: (params) => this.#heard("entry", params),
      run: (params) => this.#heard("run", params),
    },
  };

  /** Takes until it is cancelled. */
  slow = false;

  readonly #held = new Map<string, Promise<void>>();

  /** Calls of a method wait from now on. @returns what lets them go */
  hold(method: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(method, promise);
    return resolve;
  }

  /** Later calls do not wait. */
  release(method: string): void {
    this.#held.delete(method);
  }

  #heard(name: string, params: unknown): undefined {
    this.calls.push([name, params]);
  }

  #preview({ text, section }: { text: string; section?: string }) {
    const before = ["# Changes", "", "## Unreleased", ""].map((line) => ({ text: line, added: false }));
    const heading = section
      ? [
          { text: `### ${section}`, added: section !== "Added" },
          { text: "", added: section !== "Added" },
        ]
      : [];
    const after = [{ text: "- Requests are logged with their region (#40)", added: false }];
    const added = text === "" ? [] : [{ text: `- ${text} (#42)`, added: true }];
    return {
      file: "CHANGES.md",
      line: text === "" ? null : 5,
      lines: [...before.slice(1), ...heading, ...added, ...after],
      sections: this.sections,
      existing: this.existing,
      needed: this.needed,
    };
  }

  #commit({ message, paths, entry }: { message: string; paths: string[]; entry?: string }) {
    const files = commitState.files ?? [];
    return {
      commit: "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
      subject: message.split("\n")[0] ?? "",
      branch: "work/42",
      item: 42,
      files: files.filter(({ path }) => paths.includes(path)),
      left: files.filter(({ path }) => !paths.includes(path)),
      entry: entry ?? null,
    };
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () =>
      reject(new Fault("cancelled", "The commit was cancelled; nothing has moved.")),
    );
  });
}
