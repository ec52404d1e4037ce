// Whether the Commit view can commit, and if not, why. Pure.
import * as l10n from "@vscode/l10n";
import type { CommitState, File } from "./words.ts";

/** What a person has begun to say about the next commit of a branch. */
export interface Draft {
  message: string;
  entry: string;
  /** one more entry, although the branch has one */
  another: boolean;
  section: string;
  noEntry: boolean;
  reason: string;
  /** files that stay out; new ones come along */
  left: string[];
}

/** Whether the item has its entry: not at all, from an earlier commit of the branch, or in what is to be committed now. */
export type EntryState = "none" | "earlier" | "here";

export interface Situation {
  state: Pick<CommitState, "connection" | "trusted" | "item" | "branch" | "files">;
  draft: Draft;
  entry: EntryState;
  /** the policy wants one with this commit */
  needed: boolean;
}

export function chosen(files: File[] | null, { left }: Pick<Draft, "left">): File[] {
  return (files ?? []).filter(({ path }) => !left.includes(path));
}

/** Sentences; none means that the button works. */
export function obstacles({ state, draft, entry, needed }: Situation): string[] {
  if (!state.trusted) return [l10n.t("This workspace is not trusted.")];
  if (state.connection !== "up") return [l10n.t("The Calcifer daemon does not answer.")];
  if (!state.item) return [l10n.t("{0} is not a work item's branch.", state.branch ?? "HEAD")];
  return [
    ...(chosen(state.files, draft).length === 0 ? [l10n.t("Choose at least one file.")] : []),
    ...(draft.message.trim() === "" ? [l10n.t("Write a message.")] : []),
    ...entryObstacles(draft, entry, needed),
  ];
}

/** Whether an entry can be written in the view. */
export function offersEntry({ noEntry, another }: Draft, entry: EntryState): boolean {
  return !noEntry && (entry !== "here" || another);
}

/** Whether an entry is going to be written. */
export function writesEntry(draft: Draft, entry: EntryState): boolean {
  return offersEntry(draft, entry) && draft.entry.trim() !== "";
}

function entryObstacles(draft: Draft, entry: EntryState, needed: boolean): string[] {
  if (draft.noEntry) return draft.reason.trim() === "" ? [l10n.t("Say why there is no entry.")] : [];
  if (!offersEntry(draft, entry) || writesEntry(draft, entry)) return [];
  return needed || draft.another ? [l10n.t("Write an entry, or say why there is none.")] : [];
}
