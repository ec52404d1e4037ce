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
export type Drafts = {
  byBranch: Record<string, Partial<Draft>>;
  /** the newest commit whose draft was let go */
  committed: string | null;
};

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
  /** the branch that the preview is about */
  #previewed = "";
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
    if (this.preview && this.#previewed !== this.#branchKey) {
      this.preview = undefined;
      this.#redraw();
    }
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
    const key = this.#branchKey;
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
      this.#done(made, key);
    } catch (error) {
      this.refusal = asFaultData(error);
      say(this.refusal.message);
      // Policies that want an entry with every commit are not content with the branch's.
      if (this.refusal.reasons?.some(({ check }) => check === "entry")) this.#keep({ another: true }, key);
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

  /** Takes note of a commit that was made while no page was there to hear of it. */
  catchUp(): void {
    const { committed } = this.state;
    if (!committed || committed.commit === this.connection.drafts.committed || this.running) return;
    this.#letGo(keyOf(committed), committed.commit);
  }

  /** @param key the branch it was made on; another may be shown by now */
  #done(made: ResultOf<"work.commit">, key: string): void {
    this.outcome = l10n.t("Committed {0} {1}", made.commit.slice(0, 7), made.subject);
    say(this.outcome);
    this.#asked = "";
    this.#letGo(key, made.commit);
    if (key !== this.#branchKey) return;
    if (this.preview && made.entry !== null) this.preview.existing.push({ text: made.entry, line: 1 });
    this.connection.learn({ files: made.left, message: "" });
  }

  /** What is left stays chosen or not, as it was. */
  #letGo(key: string, commit: string): void {
    const { drafts } = this.connection;
    const { left = [], section = "" } = drafts.byBranch[key] ?? {};
    drafts.byBranch[key] = { left, section, message: "" };
    drafts.committed = commit;
    this.connection.keep();
  }

  #tell(progress: string): void {
    if (this.running) this.running = { ...this.running, progress };
    this.#redraw();
  }

  async #preview(
    params: Parameters<typeof this.connection.call<"changes.preview">>[1],
    question: string,
  ): Promise<void> {
    this.#asked = question;
    const key = this.#branchKey;
    // The place of an entry is a courtesy; committing says what is wrong.
    const preview = await this.connection.call("changes.preview", params).catch(() => undefined);
    // An older answer must not replace a newer one, nor be about another branch.
    if (question !== this.#asked || key !== this.#branchKey) return;
    this.preview = preview;
    this.#previewed = key;
    if (!preview) this.#asked = "";
    this.#redraw();
  }

  /** Something of the host that shows, and gives nothing back. */
  open<F extends keyof CommitWords["functions"]>(name: F, params: Parameters<typeof this.connection.host<F>>[1]): void {
    this.connection.host(name, params).catch((error: unknown) => {
      this.refusal = asFaultData(error);
      say(this.refusal.message);
      this.#redraw();
    });
  }

  get #branchKey(): string {
    return keyOf(this.state);
  }

  get #kept(): Partial<Draft> {
    return this.connection.drafts.byBranch[this.#branchKey] ?? {};
  }

  #keep(part: Partial<Draft>, key = this.#branchKey): void {
    const { byBranch } = this.connection.drafts;
    byBranch[key] = { ...byBranch[key], ...part };
    this.connection.keep();
  }
}

function keyOf({ repo, branch }: Pick<CommitState, "repo" | "branch">): string {
  return `${repo} ${branch}`;
}

const empty: Draft = { message: "", entry: "", another: false, section: "", noEntry: false, reason: "", left: [] };
