// What of a service lies between two commits of its repository: commits, entries. It follows from the two, and is kept.
import { type Entry, entries, fragmentFolder, isFragmentOf, parseFragment } from "../../gate/changes.ts";
import { addedAmong } from "../../gate/changes-entries.ts";
import { fields, firstLine, type GitResult, lines, text } from "../../gate/git.ts";
import { type Logged, log, logWithChanges } from "../../gate/log.ts";
import { matches, type Policy } from "../../gate/policy.ts";
import { Latest } from "../../gate/remember.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Opened } from "../git/repos.ts";

export interface Between {
  /** newest first, not more than a page of them */
  commits: { id: string; subject: string; author: string; at: string }[];
  count: number;
  /** every commit of the range, whosever files it touches */
  range: ReadonlySet<string>;
  /** files of the service differ, although no commit says so */
  differs: boolean;
}

const most = 200;
const known = new Latest<Promise<Between>>(200);

/**
 * Commits that `to` has and `from` lacks. With globs only those that touch what they mean, and no merges: what merging
 * itself changed is seen in `differs`.
 * @throws Fault unreachable, when git cannot read them
 */
export function between(opened: Opened, from: string, to: string, globs: readonly string[]): Promise<Between> {
  const key = JSON.stringify([opened.repo.commonDir, from, to, globs]);
  const answer = known.get(key) ?? known.set(key, ask(opened, from, to, globs));
  answer.catch(() => known.forget(key));
  return answer;
}

async function ask({ repo }: Opened, from: string, to: string, globs: readonly string[]): Promise<Between> {
  const range = `${from}..${to}`;
  if (from === to) return { commits: [], count: 0, range: new Set(), differs: false };
  const all = new Set(lines(told(await repo.git(["rev-list", range]))));
  if (globs.length === 0) {
    const newest = await log(repo.git, ["-n", String(most), range]);
    return { commits: newest.map(shown), count: all.size, range: all, differs: false };
  }
  const wanted = [...globs];
  const mine = (await logWithChanges(repo.git, [range]))
    .filter((commit) => commit.changes.some((change) => matches(wanted, change.path)))
    .reverse();
  // Where the range is empty `from` has all of `to`, and more: that it differs then says nothing.
  const differs =
    all.size > 0 && mine.length === 0 && (await differing(repo, from, to)).some((f) => matches(wanted, f));
  return { commits: mine.slice(0, most).map(shown), count: mine.length, range: all, differs };
}

const differing = async ({ git }: Opened["repo"], from: string, to: string): Promise<string[]> =>
  fields(told(await git(["diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to])));

/** What git could not say must not look like nothing. */
function told(said: GitResult): GitResult {
  if (said.code === 0) return said;
  throw new Fault("unreachable", `git cannot read the history: ${firstLine(said.stderr)}`);
}

const shown = ({ id, subject, author, at }: Logged) => ({ id, subject, author, at });

/** Entries that `to` has and `from` has not, whether or not they were released in between. */
export async function entriesBetween(opened: Opened, policy: Policy, from: string, to: string): Promise<Entry[]> {
  const [before, now] = await Promise.all([entriesAt(opened, policy, from), entriesAt(opened, policy, to)]);
  return addedAmong(before, now);
}

/** As if none were released: what was moved into a release is no news. */
async function entriesAt({ repo, objects }: Opened, policy: Policy, commit: string): Promise<Entry[]> {
  const { file } = policy.changes;
  const written = entries((await objects.readText(`${commit}:${file}`)) ?? "");
  const open = written.map((entry) => ({ ...entry, release: undefined }));
  if (policy.changes.entries !== "fragments") return open;
  const folder = `${fragmentFolder(file)}/`;
  const files = fields(await repo.git(["ls-tree", "-z", "--name-only", commit, "--", folder]));
  const fragments = await Promise.all(
    files
      .filter((name) => isFragmentOf(file, undefined, name))
      .map(async (name) => fragment(name, (await objects.readText(`${commit}:${name}`)) ?? "")),
  );
  return [...fragments.filter((one) => one !== undefined), ...open];
}

function fragment(file: string, contents: string): Entry | undefined {
  try {
    const { item, section, text: words } = parseFragment(file, contents);
    return { text: words, items: [item], section, release: undefined, line: 1, endLine: 1 };
  } catch {
    return undefined;
  }
}

/** Whether a commit is in the repository, and whether a branch's tip has it among its ancestors. */
export async function standing(
  { repo }: Pick<Opened, "repo">,
  commit: string,
  tip: string | undefined,
): Promise<{ there: boolean; onTrunk: boolean }> {
  const there = text(await repo.git(["rev-parse", "-q", "--verify", `${commit}^{commit}`])) === commit;
  const onTrunk =
    there &&
    tip !== undefined &&
    (commit === tip || (await repo.git(["merge-base", "--is-ancestor", commit, tip])).code === 0);
  return { there, onTrunk };
}
