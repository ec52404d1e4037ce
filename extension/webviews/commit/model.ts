// The Commit view's page between its state and its picture: drafts by branch, the preview, the commit itself.
import * as l10n from "@vscode/l10n";
import type { FaultData } from "../../../protocol/errors.ts";
import type { ResultOf } from "../../daemon.ts";
import type { Connection } from "../toolkit/browser/connection.ts";
import { say } from "../toolkit/browser/elements.ts";
import { asFaultData } from "../toolkit/browser/fault.ts";
import { chosen, type Draft, type EntryState, obstacles, writesEntry } from "./ready.ts";
import type { CommitState, CommitWords } from "./words.ts";

export type Preview = ResultOf<"changes.preview">;
/** What is left out was not touched, and is what it would be at first. */
export type Drafts = { byBranch: Record<string, Partial<Draft>> };

/** Typing goes on; asking for every letter helps nobody. */
const pause = 150;

export class CommitModel {
  preview: Preview | undefined;
  /** what the last commit came to, until something is typed */
  outcome: string | undefined;
  refusal: FaultData | undefined;
  running: { abort: AbortController; progress: string } | undefined;
  readonly connection: Connection<CommitWords, Drafts>;
  readonly #redraw: () => void;
  #asked = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection<CommitWords, Drafts>, redraw: () => void) {
    this.connection = connection;
    this.#redraw = redraw;
  }

  get state(): CommitState {
    return this.connection.state;
  }

  get draft(): Draft {
    const { message, item } = this.state;
    const first = this.entry === "none" ? (item?.title ?? "") : "";
    return { ...empty, message, entry: first, ...this.#kept };
  }

  get entry(): EntryState {
    if (!this.preview || this.preview.existing.length === 0) return "none";
    const { file } = this.preview;
    const { left = [] } = this.#kept;
    return chosen(this.state.files, { left }).some(({ path }) => path === file) ? "here" : "earlier";
  }

  get needed(): boolean {
    return this.preview?.needed ?? true;
  }

  get obstacles(): string[] {
    return obstacles(this);
  }

  change(part: Partial<Draft>): void {
    this.#keep(part);
    this.outcome = undefined;
    this.#redraw();
    this.look();
  }

  /** Asks for the preview, if what it depends on has changed. */
  look(): void {
    clearTimeout(this.#timer);
    const { repo, item, connection, branch, files } = this.state;
    if (!repo || !item || connection !== "up") return;
    const { draft } = this;
    const text = writesEntry(draft, this.entry) ? draft.entry.trim() : "";
    const paths = chosen(files, draft).map(({ path }) => path);
    const params = { repo, item: item.id, text, paths, ...(draft.section !== "" && { section: draft.section }) };
    const question = JSON.stringify([params, branch, files]);
    if (question === this.#asked) return;
    this.#timer = setTimeout(() => void this.#preview(params, question), this.preview ? pause : 0);
  }

  async commit(): Promise<void> {
    if (this.running || this.obstacles.length > 0) return;
    const { draft } = this;
    const abort = new AbortController();
    this.running = { abort, progress: l10n.t("Committing…") };
    this.refusal = undefined;
    this.#redraw();
    try {
      const { signal } = abort;
      const made = await this.connection.call("work.commit", this.#params(), {
        signal,
        progress: (p) => this.#tell(p),
      });
      this.#done(made, draft.message);
    } catch (error) {
      this.refusal = asFaultData(error);
      say(this.refusal.message);
      // Policies that want an entry with every commit are not content with the branch's.
      if (this.refusal.reasons?.some(({ check }) => check === "entry")) this.#keep({ another: true });
    }
    this.running = undefined;
    this.#redraw();
    this.look();
  }

  #params() {
    const { draft, entry } = this;
    return {
      repo: this.state.repo ?? "",
      message: draft.message,
      paths: chosen(this.state.files, draft).map(({ path }) => path),
      ...(draft.noEntry && { noEntry: draft.reason.trim() }),
      ...(writesEntry(draft, entry) && { entry: draft.entry.trim() }),
      ...(writesEntry(draft, entry) && draft.section !== "" && { section: draft.section }),
    };
  }

  #done(made: ResultOf<"work.commit">, message: string): void {
    this.outcome = l10n.t("Committed {0} {1}", made.commit.slice(0, 7), made.subject);
    say(this.outcome);
    this.#asked = "";
    const { left, section } = this.draft;
    this.connection.drafts.byBranch[this.#branchKey] = { left, section, message: "" };
    if (this.preview && made.entry !== null) this.preview.existing.push({ text: made.entry, line: 1 });
    // What is left stays chosen or not, as it was.
    this.connection.learn({ files: made.left, message: "" });
    this.connection.host("committed", { message }).catch(() => {});
  }

  #tell(progress: string): void {
    if (this.running) this.running = { ...this.running, progress };
    this.#redraw();
  }

  async #preview(
    params: Parameters<typeof this.connection.call<"changes.preview">>[1],
    question: string,
  ): Promise<void> {
    try {
      this.#asked = question;
      this.preview = await this.connection.call("changes.preview", params);
    } catch {
      // The place of an entry is a courtesy; committing says what is wrong.
      this.preview = undefined;
    }
    this.#redraw();
  }

  get #branchKey(): string {
    return `${this.state.repo} ${this.state.branch}`;
  }

  get #kept(): Partial<Draft> {
    return this.connection.drafts.byBranch[this.#branchKey] ?? {};
  }

  #keep(part: Partial<Draft>): void {
    this.connection.drafts.byBranch[this.#branchKey] = { ...this.#kept, ...part };
    this.connection.keep();
  }
}

const empty: Draft = { message: "", entry: "", another: false, section: "", noEntry: false, reason: "", left: [] };
