// Asks git what a verdict needs to know. Gathers; decides nothing.
import { existsSync } from "node:fs";
import path from "node:path";
import { addedEntries, type Entry, entryProblems, isFragmentOf, parseFragment } from "./changes.ts";
import { emptyTree, fields, firstLine, type Git, lines, text } from "./git.ts";
import { type Change, changesIn, type Logged, logWithChanges } from "./log.ts";
import { mergeBase } from "./merge-base.ts";
import { addedInMerge, type MergedTree, mergedTree } from "./merging.ts";
import { matches, type Policy } from "./policy.ts";
import { policyNow } from "./policy-in-force.ts";
import { branchTip } from "./refs.ts";
import { stampOf } from "./remember.ts";
import type { Repo } from "./repo.ts";
import { type ItemMark, type Objects, readText, underWay } from "./repo.ts";
import { stagedBlob } from "./staged.ts";
import type { FindTestRun, TestRun } from "./tests.ts";
import { type Trailers, trailersOf } from "./trailers.ts";
import { Trees, treeOf } from "./trees.ts";
import { isUnknown, type Unknown } from "./unknown.ts";

/** A commit about to be made. */
export interface CommitFacts {
  branch: string | undefined;
  item: ItemMark | undefined;
  policy: Policy;
  underWay: "merge" | "sequence" | undefined;
  /** paths the commit changes; none are named when `entryHere` says enough */
  changed: string[];
  /** the commit adds or edits an entry of the item */
  entryHere: boolean;
  /** the branch, with this commit, adds an entry of the item against the merge base */
  entryOnBranch: boolean;
  waived: Trailers["waivers"];
}

/** A commit that was made on an item's branch. */
export interface MadeCommit {
  id: string;
  subject: string;
  author: string;
  at: string;
  keys: string[];
  waivers: Trailers["waivers"];
  /** every path it changes is one the policy ignores, or it changes none */
  exempt: boolean;
  /** it adds or edits an entry of the item */
  entry: boolean;
}

export interface Changed {
  path: string;
  /** two letters, as in `git status --short` */
  state: string;
}

/** What the database knows of an item; undefined in CI, where there is none. */
export interface ItemRecord {
  status: string;
  checklist: { text: string; done: boolean }[];
  notes: string;
  document: string | null;
  mergedCommit: string | null;
  /** items it depends on, and its own parts */
  needs: RelatedItem[];
  parts: RelatedItem[];
}

export interface RelatedItem {
  id: number;
  title: string;
  status: string;
}

/** An item's branch against its trunk. */
export interface BranchFacts {
  item: ItemMark;
  branch: string;
  trunk: string;
  policy: Policy;
  tip: string;
  trunkTip: string;
  base: string | Unknown;
  /** oldest first; of merges only those that hold what merging did not give */
  commits: MadeCommit[] | Unknown;
  /** the item's entries that the branch adds, and what is wrong with its entries */
  entries: Entry[] | Unknown;
  entryProblems: { line: number; message: string }[];
  /** paths the branch touches */
  touched: string[] | Unknown;
  /** paths that conflict with the trunk; empty merges clean */
  conflicts: string[] | Unknown;
  /** touched paths that moved on the trunk since the branch left it */
  moved: string[] | Unknown;
  /** the trunk has all there is on the branch */
  merged: boolean | Unknown;
  /** uncommitted files of the work tree that has the branch; undefined when none has */
  dirty: Changed[] | Unknown | undefined;
  document: { path: string; state: "missing" | "bare" | "there" } | Unknown | undefined;
  record: ItemRecord | undefined;
  /** the run of the policy's tests that counts for the tip; undefined: none was made */
  tests: TestRun | Unknown | undefined;
}

/** Facts for the commit gate. `message` is the whole commit message, as far as it is known. */
export async function commitFacts(
  repo: Repo,
  objects: Objects,
  about: {
    branch: string | undefined;
    item: ItemMark | undefined;
    trunk: string;
    message: string;
    amending: boolean;
    indexFile?: string | undefined;
  },
): Promise<CommitFacts> {
  const { policy } = await policyNow(repo, objects, about.trunk, about.item?.service);
  const facts = {
    branch: about.branch,
    item: about.item,
    policy,
    underWay: underWay(repo),
    waived: trailersOf(about.message).waivers,
  };
  const judged = !facts.underWay && (about.item !== undefined || (policy.strict && about.branch !== undefined));
  if (!judged) return { ...facts, changed: [], entryHere: false, entryOnBranch: false };
  if (about.item && (await addsEntryPlainly(repo, objects, policy, about.item.id, about)))
    return { ...facts, changed: [], entryHere: true, entryOnBranch: true };
  const before = about.amending ? "HEAD^" : "HEAD";
  const staged = await stagedChanges(repo.git, before, about.indexFile);
  if (!about.item) return { ...facts, changed: staged.map((s) => s.path), entryHere: false, entryOnBranch: false };
  const entryHere = await addsEntry(objects, policy, about.item.id, staged);
  const entryOnBranch =
    entryHere ||
    (policy.changes.commit === "first" && (await branchHasEntry(repo, objects, policy, about.item.id, about.trunk)));
  return { ...facts, changed: staged.map((s) => s.path), entryHere, entryOnBranch };
}

/** The usual case, and the one that shall cost least: the entry is there, so nothing else about the commit matters. */
async function addsEntryPlainly(
  repo: Repo,
  objects: Objects,
  policy: Policy,
  item: number,
  about: { branch: string | undefined; amending: boolean; indexFile?: string | undefined },
): Promise<boolean> {
  const { file, entries } = policy.changes;
  const tip = entries === "file" && about.branch !== undefined ? await branchTip(repo, about.branch) : undefined;
  const staged = tip && stagedBlob(about.indexFile ?? path.join(repo.gitDir, "index"), file, tip.length / 2);
  if (!staged) return false;
  const [before = "", after = ""] = await Promise.all([
    objects.readText(`${tip}${about.amending ? "^" : ""}:${file}`),
    objects.readText(staged),
  ]);
  return addedEntries(before, after).some((e) => e.items.includes(item));
}

const noBlob = /^0+$/;

async function stagedChanges(git: Git, before: string, indexFile: string | undefined): Promise<Change[]> {
  const env = { GIT_INDEX_FILE: indexFile };
  const diff = (from: string) =>
    git(["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", from], { env });
  const result = await diff(before);
  return changesIn(fields(result.code === 0 ? result : await diff(emptyTree)));
}

/** Whether a set of changes adds or edits an entry of the item, in the way the policy keeps entries. */
async function addsEntry(objects: Objects, policy: Policy, item: number, changes: Change[]): Promise<boolean> {
  if (policy.changes.entries === "fragments")
    return changes.some((c) => !noBlob.test(c.after) && isFragmentOf(policy.changes.file, item, c.path));
  const change = changes.find((c) => c.path === policy.changes.file);
  if (!change || noBlob.test(change.after)) return false;
  const [before, after] = await Promise.all([blob(objects, change.before), blob(objects, change.after)]);
  return addedEntries(before, after).some((e) => e.items.includes(item));
}

const blob = async (objects: Objects, id: string): Promise<string> =>
  noBlob.test(id) ? "" : ((await objects.readText(id)) ?? "");

/** Whether the branch that is checked out has an entry of the item, as it is committed. */
export async function branchHasEntry(
  repo: Repo,
  objects: Objects,
  policy: Policy,
  item: number,
  trunk: string,
): Promise<boolean> {
  const base = text(await repo.git(["merge-base", `refs/heads/${trunk}`, "HEAD"]));
  if (!base) return false;
  const changes = changesIn(
    fields(await repo.git(["diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", base, "HEAD"])),
  );
  return addsEntry(objects, policy, item, changes);
}

export interface BranchQuestion {
  item: ItemMark;
  branch: string;
  /** the branch's tip as a commit id, when it is frozen */
  tip: string;
  trunk: string;
  trunkTip: string;
  policy: Policy;
  record: ItemRecord | undefined;
  testRun: FindTestRun | undefined;
  /** path of the document the item needs, if any */
  document: string | undefined;
  /** the work tree that has the branch checked out */
  worktree: string | undefined;
  mergeTreeWorks: boolean;
}

/** What follows from two commits, whenever it is asked. */
export type CommittedFacts = Pick<
  BranchFacts,
  "base" | "commits" | "entries" | "entryProblems" | "touched" | "moved" | "conflicts" | "merged" | "document"
>;

/** What may be remembered from one verdict to the next. Alone, a process asks everything. */
export interface Memory {
  committed(key: string, ask: () => Promise<CommittedFacts>): Promise<CommittedFacts>;
  uncommitted(worktree: string, ask: () => Promise<Changed[] | Unknown>): Promise<Changed[] | Unknown>;
}

const noMemory: Memory = { committed: (_, ask) => ask(), uncommitted: (_, ask) => ask() };

/** Facts for the merge and complete gates, asked in parallel on two frozen commits. */
export async function branchFacts(
  repo: Repo,
  objects: Objects,
  q: BranchQuestion,
  memory: Memory = noMemory,
): Promise<BranchFacts> {
  const { item, branch, trunk, policy, tip, trunkTip, record, worktree } = q;
  // What takes longest is begun first.
  const [dirty, committed, tests] = await Promise.all([
    worktree === undefined ? undefined : memory.uncommitted(worktree, () => uncommitted(repo.git, worktree)),
    memory.committed(keyOf(repo, q), () => committedFacts(repo, objects, q)),
    testsOf(objects, q),
  ]);
  return { item, branch, trunk, policy, tip, trunkTip, record, dirty, tests, ...committed };
}

async function testsOf(objects: Objects, { policy, tip, testRun }: BranchQuestion): Promise<BranchFacts["tests"]> {
  const { command } = policy.tests;
  if (command === undefined) return undefined;
  if (!testRun) return { unknown: "runs of the tests are recorded in another database" };
  const tree = await treeOf(objects, tip);
  return tree === undefined ? { unknown: `the commit ${tip.slice(0, 8)} cannot be read` } : testRun(tree, command);
}

/** Everything that decides about committed facts. */
const keyOf = (repo: Repo, q: BranchQuestion): string =>
  JSON.stringify([
    repo.commonDir,
    q.tip,
    q.trunkTip,
    q.item.id,
    q.item.key,
    q.document,
    q.record?.mergedCommit,
    q.mergeTreeWorks,
    stampOf(path.join(repo.commonDir, "shallow")),
    q.policy,
  ]);

async function committedFacts(repo: Repo, objects: Objects, q: BranchQuestion): Promise<CommittedFacts> {
  const [log, document] = await Promise.all([history(repo.git, q), documentState(objects, q)]);
  const untold = async (why: Unknown) => ({
    ...nothingKnown(why),
    document,
    merged: await isMerged(repo, objects, q, undefined, why),
  });
  if (isUnknown(log)) return untold(log);
  const base = await baseOf(repo, q, log);
  if (isUnknown(base)) return untold(base);
  const [conflict, moves, entries, commits] = await Promise.all([
    trivialMerge(objects, q, base).then((trivial) => trivial ?? mergedTree(repo, objects, q)),
    movedPaths(repo.git, objects, base, q, log),
    addedOnBranch(repo, objects, q, base),
    withoutMerges(repo, objects, q, log).then(async (made) => (isUnknown(made) ? made : madeCommits(objects, q, made))),
  ]);
  const merged = await isMerged(repo, objects, q, base, conflict);
  const conflicts = isUnknown(conflict) ? conflict : conflict.conflicts;
  return {
    base,
    document,
    commits,
    entries: entries.entries,
    entryProblems: entries.problems,
    ...moves,
    conflicts,
    merged,
  };
}

const nothingKnown = (why: Unknown): Omit<CommittedFacts, "document" | "merged"> => ({
  base: why,
  commits: why,
  entries: why,
  entryProblems: [],
  touched: why,
  moved: why,
  conflicts: why,
});

async function history(git: Git, q: BranchQuestion): Promise<Logged[] | Unknown> {
  try {
    return await logWithChanges(git, [`${q.trunkTip}..${q.tip}`]);
  } catch (error) {
    return { unknown: (error as Error).message };
  }
}

/** Without a merge, what the trunk lacks is one line of commits, and begins where the two parted. */
const isLine = (log: Logged[]): boolean => log.every((c) => c.parents.length === 1);

async function baseOf(repo: Repo, q: BranchQuestion, log: Logged[]): Promise<string | Unknown> {
  const [oldest] = log;
  if (oldest && isLine(log)) return oldest.parents[0] as string;
  const base = await mergeBase(repo, q.trunkTip, q.tip);
  if (base) return base;
  const shallow = existsSync(path.join(repo.commonDir, "shallow"));
  return {
    unknown: shallow
      ? "this is a shallow clone; get the history with: git fetch --unshallow"
      : "the branch and the trunk share no history",
  };
}

/** Where one holds all of the other, merging gives what is there, and needs no process. */
async function trivialMerge(objects: Objects, q: BranchQuestion, base: string): Promise<MergedTree | undefined> {
  const whole = base === q.trunkTip ? q.tip : base === q.tip ? q.trunkTip : undefined;
  const tree = whole && (await treeOf(objects, whole));
  return tree ? { tree, conflicts: [] } : undefined;
}

/** The commits that have to answer for what they hold: a merge only for what merging its parents does not give. */
async function withoutMerges(
  repo: Repo,
  objects: Objects,
  q: BranchQuestion,
  log: Logged[],
): Promise<Logged[] | Unknown> {
  const found: Logged[] = [];
  for (const commit of log) {
    if (commit.parents.length < 2) {
      found.push(commit);
      continue;
    }
    const added = await addedInMerge(repo, objects, { ...q, commit });
    if (isUnknown(added)) return added;
    if (added.changes.length > 0) found.push({ ...commit, changes: added.changes });
  }
  return found;
}

async function madeCommits(objects: Objects, q: BranchQuestion, log: Logged[]): Promise<MadeCommit[]> {
  return Promise.all(
    log.map(async ({ id, subject, author, at, message, changes }) => {
      const { keys, waivers } = trailersOf(message);
      const exempt = changes.every((c) => matches(q.policy.changes.ignore, c.path));
      const entry = await addsEntry(objects, q.policy, q.item.id, changes);
      return { id, subject, author, at, keys, waivers, exempt, entry };
    }),
  );
}

async function movedPaths(
  git: Git,
  objects: Objects,
  base: string,
  q: BranchQuestion,
  log: Logged[],
): Promise<{ touched: string[]; moved: string[] }> {
  const touched = isLine(log) ? sumOf(log) : await changedPaths(git, base, q.tip);
  if (base === q.trunkTip || touched.length === 0) return { touched, moved: [] };
  const moved = touched.length > mostLookedUp ? undefined : await differing(objects, base, q.trunkTip, touched);
  if (moved) return { touched, moved };
  const theirs = new Set(await changedPaths(git, base, q.trunkTip));
  return { touched, moved: touched.filter((p) => theirs.has(p)) };
}

const changedPaths = async (git: Git, from: string, to: string): Promise<string[]> =>
  fields(await git(["diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to]));

// Up to here, looking each path up costs less than a process that compares everything.
const mostLookedUp = 300;

/** Those of the paths that are not the same in two commits; undefined when that cannot be read. */
async function differing(objects: Objects, one: string, other: string, paths: string[]): Promise<string[] | undefined> {
  const [a, b] = await Promise.all([treeOf(objects, one), treeOf(objects, other)]);
  if (a === undefined || b === undefined) return undefined;
  const trees = new Trees(objects);
  const isSame = async (path: string) => (await trees.at(a, path)) === (await trees.at(b, path));
  try {
    const same = await Promise.all(paths.map(isSame));
    return paths.filter((_, i) => !same[i]);
  } catch {
    return undefined;
  }
}

/** The paths that a line of commits leaves other than they were. */
function sumOf(log: Logged[]): string[] {
  const paths = new Map<string, { from: string; to: string }>();
  for (const { path: file, from, to } of log.flatMap((c) => c.changes))
    paths.set(file, { from: paths.get(file)?.from ?? from, to });
  return [...paths].filter(([, { from, to }]) => from !== to).map(([file]) => file);
}

async function addedOnBranch(
  repo: Repo,
  objects: Objects,
  q: BranchQuestion,
  base: string,
): Promise<{ entries: Entry[]; problems: BranchFacts["entryProblems"] }> {
  if (q.policy.changes.entries === "fragments") return fragmentsOnBranch(repo, objects, q, base);
  const file = q.policy.changes.file;
  const [before = "", now = ""] = await Promise.all([
    objects.readText(`${base}:${file}`),
    objects.readText(`${q.tip}:${file}`),
  ]);
  const entries = addedEntries(before, now).filter((e) => e.items.includes(q.item.id));
  return { entries, problems: entryProblems(now, q.item.id) };
}

async function fragmentsOnBranch(repo: Repo, objects: Objects, q: BranchQuestion, base: string) {
  const changes = changesIn(
    fields(await repo.git(["diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", base, q.tip])),
  );
  const mine = changes.filter((c) => !noBlob.test(c.after) && isFragmentOf(q.policy.changes.file, q.item.id, c.path));
  const read = await Promise.all(mine.map(async (c) => fragmentEntry(q.item.id, c.path, await blob(objects, c.after))));
  return { entries: read.filter((r) => "text" in r), problems: read.filter((r) => "message" in r) };
}

function fragmentEntry(item: number, file: string, contents: string): Entry | { line: number; message: string } {
  try {
    const { text, section } = parseFragment(file, contents);
    return { text, items: [item], section, release: undefined, line: 1, endLine: 1 };
  } catch (error) {
    return { line: 1, message: (error as Error).message };
  }
}

async function documentState(objects: Objects, q: BranchQuestion): Promise<BranchFacts["document"]> {
  if (!q.document) return undefined;
  const found = await objects.readText(`${q.tip}:${q.document}`);
  return { path: q.document, state: found === undefined ? "missing" : isBare(found) ? "bare" : "there" };
}

/** Nothing but headings, comments and blank lines: what the template leaves. */
export const isBare = (document: string): boolean =>
  document
    .replace(/<!--[\s\S]*?(?:-->|$)/g, "")
    .split("\n")
    .every((l) => /^(#.*)?$/.test(l.trim()));

/** Uncommitted files of a work tree, untracked ones too. */
export async function uncommitted(git: Git, worktree: string): Promise<Changed[] | Unknown> {
  if (!existsSync(worktree)) return { unknown: `its work tree ${worktree} is not there` };
  const result = await git(["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"], {
    cwd: worktree,
    env: { GIT_OPTIONAL_LOCKS: "0" },
  });
  if (result.code !== 0) return { unknown: firstLine(result.stderr) };
  return fields(result).map((f) => ({ state: f.slice(0, 2), path: f.slice(3) }));
}

async function isMerged(
  repo: Repo,
  objects: Objects,
  q: BranchQuestion,
  base: string | undefined,
  conflict: MergedTree | Unknown,
): Promise<boolean | Unknown> {
  const { git } = repo;
  const record = q.record?.mergedCommit;
  if (record && (await isAncestor(git, record, q.trunkTip)) && (await holdsAll(repo, objects, q, record))) return true;
  if (base === undefined) return { unknown: "the branch and the trunk share no history here" };
  if (base === q.tip) return endsWithItem(git, q);
  // Ancestry is wrong after a squash: what counts is whether merging the branch would change the trunk at all.
  if (isUnknown(conflict)) return conflict;
  if (conflict.tree === undefined)
    return { unknown: "the branch conflicts with the trunk, so whether its content is there cannot be told" };
  return conflict.tree === (await treeOf(objects, q.trunkTip));
}

/** A branch may have gone on after its merge; after a squash only the content tells. */
async function holdsAll(repo: Repo, objects: Objects, q: BranchQuestion, merge: string): Promise<boolean> {
  if (await isAncestor(repo.git, q.tip, merge)) return true;
  const again = await mergedTree(repo, objects, { ...q, trunkTip: merge });
  return !isUnknown(again) && again.tree !== undefined && again.tree === (await treeOf(objects, merge));
}

const isAncestor = async (git: Git, commit: string, of: string): Promise<boolean> =>
  (await git(["merge-base", "--is-ancestor", commit, of])).code === 0;

// A branch that was merged ends with its item's commits; one that was never begun ends with the trunk's.
const farEnough = 200;

/** The branch has nothing the trunk lacks: merged, if it ends with commits of this item, else never begun. */
async function endsWithItem(git: Git, q: BranchQuestion): Promise<boolean> {
  const named = await git(["log", "-n", `${farEnough}`, "--format=%(trailers:key=Work-Item,valueonly)", q.tip]);
  return lines(named).includes(`#${q.item.id} ${q.item.key}`);
}

let newEnough = false;

/** Whether git can merge without a work tree (2.38), from `git --version`. Asked until it is so: git may be updated, hardly the other way. */
export async function mergeTreeWorks(git: Git): Promise<boolean> {
  newEnough ||= (await gitVersion(git)) >= 2.038;
  return newEnough;
}

/** 2.039 for git 2.39.5. */
export async function gitVersion(git: Git): Promise<number> {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text(await git(["--version"])) ?? "") ?? [];
  return Number(major ?? 0) + Number(minor ?? 0) / 1000;
}

export const commitMessage = (file: string): string => readText(file) ?? "";
