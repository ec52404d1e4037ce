// What an item's branch brings to the trunk, or what its merge has brought: commits, files, entries.
import { addedEntries, isFragmentOf, parseFragment } from "../../gate/changes.ts";
import { fields, firstLine, type Git } from "../../gate/git.ts";
import { type Logged, log } from "../../gate/log.ts";
import { mergeBase } from "../../gate/merge-base.ts";
import type { Policy } from "../../gate/policy.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import type { Objects, Repo } from "../../gate/repo.ts";
import { trailersOf } from "../../gate/trailers.ts";
import type { Api } from "../../protocol/api.ts";
import type { Result } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Call, World } from "../world.ts";
import { tipOf } from "./branch.ts";
import type { Place } from "./judge.ts";
import { recordedCommits } from "./store.ts";

type Diff = Result<Api["work"]["methods"]["diff"]>;
type File = Diff["files"][number];

/** Two commits, and the commits that led from one to the other. */
interface Range {
  base: string | null;
  tip: string;
  commits: Diff["commits"];
  /** there are more commits than these */
  more?: boolean;
}

const most = 2000;

export async function diff(world: World, located: Place, { signal }: Call): Promise<Diff> {
  const { item, service, opened } = located;
  const about = { item: item.id, repo: opened.repo.top, trunk: service.trunk };
  const range = await rangeOf(world, located, signal);
  if (!range) return { ...about, base: null, tip: null, commits: [], files: [], entries: [], truncated: false };
  const { base, tip, commits, more = false } = range;
  const { policy } = await policyNow(opened.repo, opened.objects, service.trunk, service.name);
  const files = base === null || base === tip ? [] : await filesBetween(located, base, tip, signal);
  return {
    ...about,
    base,
    tip,
    commits: commits.slice(0, most),
    files: files.slice(0, most),
    entries: base === null ? [] : await entriesBetween(opened.objects, policy, item.id, base, tip, files),
    truncated: files.length > most || commits.length > most || more,
  };
}

async function rangeOf(world: World, located: Place, signal: AbortSignal): Promise<Range | undefined> {
  const { item, service, opened } = located;
  const { repo } = opened;
  const tip = item.branch === null ? undefined : await tipOf(repo, item.branch);
  const merged = item.merged && (() => mergedRange(world, located, signal));
  if (merged && (item.status === "done" || tip === undefined)) return merged();
  const trunkTip = tip === undefined ? undefined : await tipOf(repo, service.trunk);
  if (tip === undefined || trunkTip === undefined) return undefined;
  const found = await log(stoppable(repo.git, signal), ["-n", `${most + 1}`, `${trunkTip}..${tip}`]);
  // A branch that was kept after its merge has nothing the trunk lacks.
  if (found.length === 0) return merged ? merged() : { base: tip, tip, commits: [] };
  const commits = found
    .filter((commit) => commit.parents.length < 2)
    .map(({ id, subject, author, at }) => ({ id, subject, author, at }));
  return { base: await baseOf(repo, trunkTip, tip, found, signal), tip, commits, more: found.length > most };
}

/** Without a merge, what the trunk lacks is one line of commits, and begins where the two parted. */
async function baseOf(
  repo: Repo,
  trunkTip: string,
  tip: string,
  commits: Logged[],
  signal: AbortSignal,
): Promise<string | null> {
  const oldest = commits.length > most ? undefined : commits.at(-1);
  const isLine = commits.every(({ parents }) => parents.length === 1);
  if (oldest && isLine) return oldest.parents[0] as string;
  return (await mergeBase(repo, trunkTip, tip, { signal })) ?? null;
}

async function mergedRange(world: World, located: Place, signal: AbortSignal): Promise<Range | undefined> {
  const { item, service, opened } = located;
  const merge = item.merged?.commit as string;
  const [commits, made] = await Promise.all([recordedCommits(world.db, item.id), readCommit(opened.objects, merge)]);
  if (!made)
    throw new Fault("missing", `The commit ${merge.slice(0, 8)} that merged #${item.id} is not in this clone.`, {
      hint: `Get the history of ${service.trunk}: git fetch`,
    });
  const [newest, oldest] = [commits[0], commits.at(-1)];
  const isOurs = made.keys.includes(item.key) && !commits.some((c) => c.id === merge);
  if (isOurs) return { base: made.parents[0] ?? null, tip: merge, commits };
  // A fast-forward, or a merge that was made elsewhere: what it brought are the commits of the branch.
  if (!newest || !oldest) return { base: merge, tip: merge, commits };
  const before = (await readCommit(opened.objects, oldest.id))?.parents[0] ?? null;
  return { base: (await takenIn(located, before, newest.id, signal)) ?? before, tip: newest.id, commits };
}

// A branch that was kept up to date for so long is told by where it began.
const mostTakenIn = 200;

/** The newest commit of the trunk that was merged into a branch: what came with it is not the branch's. */
async function takenIn(
  { opened: { repo }, service }: Place,
  before: string | null,
  tip: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const range = ["--merges", "--first-parent", "-n", `${mostTakenIn}`, tip, ...(before === null ? [] : [`^${before}`])];
  for (const { parents } of await log(stoppable(repo.git, signal), range))
    for (const other of parents.slice(1)) {
      const asked = await repo.git(["merge-base", "--is-ancestor", other, `refs/heads/${service.trunk}`], { signal });
      if (asked.code === 0) return other;
    }
  return undefined;
}

const stoppable =
  (git: Git, signal: AbortSignal): Git =>
  (args, options) =>
    git(args, { ...options, signal });

async function readCommit(objects: Objects, id: string): Promise<{ parents: string[]; keys: string[] } | undefined> {
  const found = await objects.readText(id);
  if (found === undefined) return undefined;
  const end = found.indexOf("\n\n");
  const head = end < 0 ? found : found.slice(0, end);
  return {
    parents: [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map((line) => line[1] as string),
    keys: trailersOf(end < 0 ? "" : found.slice(end + 2)).keys,
  };
}

async function filesBetween(
  { opened: { repo } }: Place,
  base: string,
  tip: string,
  signal: AbortSignal,
): Promise<File[]> {
  const asked = await repo.git(["diff-tree", "-r", "-z", "-M", "--raw", "--numstat", base, tip], { signal });
  if (asked.code !== 0)
    throw new Fault("unreachable", `git cannot compare the branch with the trunk: ${firstLine(asked.stderr)}`);
  return filesIn(fields(asked));
}

/** From `--raw --numstat -z`: first what became of each path, then how many lines. */
export function filesIn(parts: string[]): File[] {
  const files = new Map<string, File>();
  let at = 0;
  for (; parts[at]?.startsWith(":"); at++) {
    const state = (parts[at] as string).split(" ").at(-1)?.[0] as string;
    const from = /[RC]/.test(state) ? parts[++at] : undefined;
    const file = parts[++at] ?? "";
    files.set(file, { path: file, ...(from !== undefined && { from }), state, added: null, deleted: null });
  }
  for (; at < parts.length; at++) {
    const [, added, deleted, name] = /^(-|\d+)\t(-|\d+)\t([\s\S]*)$/.exec(parts[at] as string) ?? [];
    const renamed = name === "";
    if (renamed) at += 2;
    const file = files.get((renamed ? parts[at] : name) ?? "");
    if (file && added !== "-") Object.assign(file, { added: Number(added), deleted: Number(deleted) });
  }
  return [...files.values()];
}

async function entriesBetween(
  objects: Objects,
  { changes }: Policy,
  item: number,
  base: string,
  tip: string,
  files: File[],
): Promise<Diff["entries"]> {
  if (changes.entries === "fragments") {
    const own = files.filter((f) => f.state !== "D" && isFragmentOf(changes.file, item, f.path));
    const read = await Promise.all(own.map(async (f) => fragment(f.path, await objects.readText(`${tip}:${f.path}`))));
    return read.flat();
  }
  const [before = "", now = ""] = await Promise.all(
    [base, tip].map((commit) => objects.readText(`${commit}:${changes.file}`)),
  );
  return addedEntries(before, now)
    .filter((entry) => entry.items.includes(item))
    .map(({ text, section, line }) => ({ text, ...(section !== undefined && { section }), line }));
}

/** One that cannot be read is no entry; the verdict says what is wrong with it. */
function fragment(file: string, contents: string | undefined): Diff["entries"] {
  try {
    const { text, section } = parseFragment(file, contents ?? "");
    return [{ text, ...(section !== undefined && { section }), line: 1 }];
  } catch {
    return [];
  }
}
