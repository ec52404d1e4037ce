// What is to be done with a branch and its remote, and how a repository's part is summed up. Pure.
import type { Synced } from "../../protocol/remote.ts";

/** What a person asked for. Each begins with a fetch, so that nothing is told of a remote as it once was. */
export type Wish = "fetch" | "pull" | "push" | "sync";

/** A branch beside its namesake on the remote. */
export interface Beside {
  branch: string;
  remote: string;
  tip: string;
  /** the remote's tip of the same name; null: it has no such branch */
  there: string | null;
  /** commits the remote does not have */
  ahead: number;
  behind: number;
  /** the folder that has it checked out */
  folder: string | null;
  trunk: boolean;
  /** the branch of a work item */
  item: boolean;
  /** what the trunk's policy says of pushing */
  push: "ask" | "always" | "never";
}

export interface No {
  why: string;
  next: string | null;
  /** what it makes of the whole; null: it is only said */
  outcome: "refused" | "unreachable" | null;
}

/** Whether a branch comes forward to its remote; a `No` says why it cannot, undefined that there is nothing to do. */
export function mayPull(b: Beside): "forward" | No | undefined {
  if (b.there === null || b.behind === 0) return undefined;
  return b.ahead === 0 ? "forward" : diverged(b);
}

function diverged({ branch, remote, ahead, behind, folder }: Beside): No {
  const why = `${branch} and ${remote}/${branch} have gone different ways: ${commits(ahead)} here, ${commits(behind)} there.`;
  const merge = `merge ${quoted(`${remote}/${branch}`)}`;
  const next = folder === null ? `git switch ${quoted(branch)} && git ${merge}` : `git -C ${quoted(folder)} ${merge}`;
  return { why, next, outcome: "refused" };
}

/** Whether a branch is pushed; only a trunk, or the branch of an item. */
export function mayPush(b: Beside, wish: Wish): "push" | No | undefined {
  if (b.ahead === 0 && (b.there !== null || !b.trunk)) return undefined;
  if (!b.trunk && !b.item) {
    const next = `calcifer work adopt ${quoted(b.branch)}`;
    return { why: `${b.branch} belongs to no work item, so it is not pushed.`, next, outcome: null };
  }
  if (b.behind > 0) return diverged(b);
  if (b.trunk && b.push === "never" && wish === "sync")
    return { why: `${b.branch} is not pushed: the policy says push: never.`, next: null, outcome: null };
  return "push";
}

export const commits = (n: number): string => `${n} ${n === 1 ? "commit" : "commits"}`;

/** For a shell, where it needs it. */
export const quoted = (word: string): string =>
  /^[\w./@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The whole in one line. */
export function sumUp(wish: Wish, repos: readonly Pick<Synced, "outcome">[]): string {
  if (repos.length === 0) return "There are no services, so there is nothing to do.";
  const n = (outcome: Synced["outcome"]) => repos.filter((r) => r.outcome === outcome).length;
  const parts = [
    [n("done"), doneWord[wish]],
    [n("nothing to do"), "with nothing to do"],
    [n("refused"), "refused"],
    [n("unreachable"), "unreachable"],
    [n("no remote"), "without a remote"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const all = `${repos.length} ${repos.length === 1 ? "repository" : "repositories"}`;
  const [only, more] = parts.filter(([count]) => count > 0);
  return more === undefined ? `${all} ${only?.[1]}.` : `${all}: ${told.join(", ")}.`;
}

const doneWord = { fetch: "fetched", pull: "brought forward", push: "pushed", sync: "synced" } as const;

/** What did not go well outweighs what was done beside it, so that it is not overlooked. */
export function outcome(did: readonly string[], nos: readonly No[]): Synced["outcome"] {
  const worst = nos.find((no) => no.outcome === "unreachable") ?? nos.find((no) => no.outcome !== null);
  return worst?.outcome ?? (did.length > 0 ? "done" : "nothing to do");
}
