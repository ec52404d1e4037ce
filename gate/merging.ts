// What merging two commits gives, CHANGES.md by its structure: built from objects, without touching work tree, index or refs.
import path from "node:path";
import { mergeChanges } from "./changes-merge.ts";
import { emptyTree, fields, firstLine, type Git, text } from "./git.ts";
import { type Change, changesIn } from "./log.ts";
import type { Policy } from "./policy.ts";
import { Latest, stampOf } from "./remember.ts";
import { type Objects, type Repo, readText } from "./repo.ts";
import { treeOf } from "./trees.ts";
import { isUnknown, type Unknown } from "./unknown.ts";

/** The tree a merge of the branch into the trunk gives, CHANGES.md merged by its structure. */
export interface MergedTree {
  /** undefined when files conflict */
  tree: string | undefined;
  conflicts: string[];
}

const merges = new Latest<Promise<MergedTree | Unknown>>(200);

/**
 * Two commits merge the same way whenever it is asked, and it takes git several processes: asked once.
 * @returns what merging gives, without touching work tree, index or refs
 */
export async function mergedTree(repo: Repo, objects: Objects, q: MergeQuestion): Promise<MergedTree | Unknown> {
  const attributes = stampOf(path.join(repo.commonDir, "info", "attributes"));
  const key = JSON.stringify([repo.commonDir, q.trunkTip, q.tip, q.policy.changes.file, q.mergeTreeWorks, attributes]);
  const known = await merges.get(key);
  // No ref holds the tree until somebody merges: git may have tidied it away since.
  if (known && !isUnknown(known) && (known.tree === undefined || (await objects.read(known.tree)))) return known;
  const asked = merges.set(key, mergeTwo(repo, objects, q));
  const forget = () => merges.forget(key);
  asked.then((merged) => isUnknown(merged) && forget(), forget);
  return asked;
}

interface MergeQuestion {
  trunkTip: string;
  tip: string;
  policy: Policy;
  mergeTreeWorks: boolean;
}

async function mergeTwo(repo: Repo, objects: Objects, q: MergeQuestion): Promise<MergedTree | Unknown> {
  const merged = await autoMerge(repo, objects, q);
  if (isUnknown(merged)) return merged;
  const { tree, conflicts } = merged;
  return { tree: conflicts.length === 0 ? tree : undefined, conflicts };
}

/** What a merge commit holds that merging its parents does not give. */
export interface AddedInMerge {
  /** paths that git alone could not merge: a person had to */
  conflicts: string[];
  /** against the automatic merge, conflicting paths left out */
  changes: Change[];
}

/** Of more than two parents every change counts: nobody merges so many by hand. */
export async function addedInMerge(
  repo: Repo,
  objects: Objects,
  q: { commit: { id: string; parents: string[] }; policy: Policy; mergeTreeWorks: boolean },
): Promise<AddedInMerge | Unknown> {
  const { id, parents } = q.commit;
  const [trunkTip = "", tip = "", ...more] = parents;
  if (more.length > 0) return { conflicts: [], changes: await changesBetween(repo.git, trunkTip, id) };
  const merged = await autoMerge(repo, objects, { ...q, trunkTip, tip });
  if (isUnknown(merged)) return merged;
  const { plain } = merged;
  const clean = [merged, plain].filter((m) => m.conflicts.length === 0).map((m) => m.tree);
  const tree = await treeOf(objects, id);
  if (tree !== undefined && clean.includes(tree)) return { conflicts: [], changes: [] };
  const changes = await changesBetween(repo.git, merged.tree, id);
  return { conflicts: plain.conflicts, changes: changes.filter((c) => !plain.conflicts.includes(c.path)) };
}

const changesBetween = async (git: Git, from: string, to: string): Promise<Change[]> =>
  changesIn(fields(await git(["diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", from, to])));

/** A tree, with marks where files conflict. */
interface Merging {
  tree: string;
  conflicts: string[];
}

/** `plain` is what git gives without knowing how CHANGES.md is built. */
const noPlace = { GIT_DIR: undefined, GIT_WORK_TREE: undefined };

/**
 * Whether the repository has rules of its own for merging. git heeds them only where they lie; anywhere else it is better
 * asked from its own folder, because it leaves files for drivers where it runs, and in a work tree somebody would see them.
 */
const saysHowToMerge = (repo: Repo): boolean =>
  !repo.bare && /\b(merge|binary)\b/.test(readText(path.join(repo.top, ".gitattributes")) ?? "");

async function autoMerge(
  repo: Repo,
  objects: Objects,
  q: MergeQuestion,
): Promise<(Merging & { plain: Merging }) | Unknown> {
  if (!q.mergeTreeWorks) return { unknown: "git is older than 2.38 and cannot merge without a work tree" };
  // The driver is ours; started from here it would be a process where a function does.
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", q.trunkTip, q.tip];
  const aside = ["-c", "merge.calcifer.driver=false", ...args];
  const result = saysHowToMerge(repo)
    ? await repo.git(aside)
    : await repo.git(["--git-dir=.", ...aside], { cwd: repo.commonDir, env: noPlace });
  const [tree, ...conflicts] = fields(result);
  // git says 1 for a conflict, and also for a commit it cannot read: then there is no tree.
  if (result.code > 1 || !tree) return { unknown: firstLine(result.stderr) || "git could not merge the two" };
  const file = q.policy.changes.file;
  const plain = { tree, conflicts };
  if (result.code === 0) return { tree: await byStructure(repo, objects, q, tree), conflicts: [], plain };
  const others = conflicts.filter((c) => c !== file);
  const merged = conflicts.includes(file) ? await mergeFile(repo, objects, q, file) : undefined;
  if (merged === undefined) return { ...plain, plain };
  return {
    tree: others.length > 0 ? tree : await withFile(repo.git, tree, file, merged),
    conflicts: others,
    plain,
  };
}

/**
 * A text merge can be clean and wrong: an entry slides under the release made meanwhile. Where git knows the driver it
 * leaves the file to us, and there was nothing to merge in it if it says clean.
 */
async function byStructure(
  repo: Repo,
  objects: Objects,
  q: { trunkTip: string; tip: string; policy: Policy },
  tree: string,
): Promise<string> {
  const { file } = q.policy.changes;
  if (readText(path.join(repo.commonDir, "info", "attributes"))?.includes("merge=calcifer")) return tree;
  const [ours, theirs] = await Promise.all([q.trunkTip, q.tip].map((c) => objects.readText(`${c}:${file}`)));
  if (ours === theirs) return tree;
  const merged = await mergeFile(repo, objects, q, file);
  return merged === undefined ? tree : withFile(repo.git, tree, file, merged);
}

async function mergeFile(
  repo: Repo,
  objects: Objects,
  q: { trunkTip: string; tip: string },
  file: string,
): Promise<string | undefined> {
  const base = text(await repo.git(["merge-base", q.trunkTip, q.tip]))?.split("\n")[0];
  const [before, ours, theirs] = await Promise.all(
    [base, q.trunkTip, q.tip].map(async (c) => (c ? objects.readText(`${c}:${file}`) : undefined)),
  );
  if (ours === undefined || theirs === undefined) return undefined;
  const merged = mergeChanges(before ?? "", ours, theirs);
  return merged.conflicts.length === 0 ? merged.text : undefined;
}

/** @returns the tree `tree` with one file's contents replaced, mode kept */
export async function withFile(git: Git, tree: string, file: string, contents: string): Promise<string> {
  const id = text(await git(["hash-object", "-w", "--stdin"], { input: contents }));
  return replaceIn(git, tree, file.split("/"), id as string);
}

async function replaceIn(git: Git, tree: string, names: string[], id: string): Promise<string> {
  const [name, ...rest] = names as [string, ...string[]];
  const rows = fields(await git(["ls-tree", "-z", tree]));
  const at = rows.findIndex((r) => r.slice(r.indexOf("\t") + 1) === name);
  const old = rows[at]?.slice(0, rows[at]?.indexOf("\t")).split(" ");
  const row =
    rest.length === 0
      ? `${old?.[0] ?? "100644"} blob ${id}\t${name}`
      : `040000 tree ${await replaceIn(git, old?.[2] ?? emptyTree, rest, id)}\t${name}`;
  const next = at < 0 ? [...rows, row] : rows.with(at, row);
  return text(await git(["mktree", "-z"], { input: next.map((r) => `${r}\0`).join("") })) as string;
}
