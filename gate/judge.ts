// The door of the gate: a commit about to be made, a branch against its trunk, a range in CI. Gathers facts, asks the rules.

import { existsSync } from "node:fs";
import path from "node:path";
import type { Reason } from "../protocol/errors.ts";
import { Fault } from "../protocol/errors.ts";
import type { Verdict } from "../protocol/shared.ts";
import {
  type BranchFacts,
  type BranchQuestion,
  branchFacts,
  type CommitFacts,
  commitFacts,
  type Memory,
  mergeTreeWorks,
} from "./facts.ts";
import { lines, text } from "./git.ts";
import { documentPath, type Policy } from "./policy.ts";
import { policyDraftProblems, policyNow } from "./policy-in-force.ts";
import { branchTip, worktrees } from "./refs.ts";
import { headBranch, type ItemMark, marks, type Objects, type Repo, tracked } from "./repo.ts";
import { type CheckId, commitReasons, required, verdictOf } from "./rules.ts";
import { isUnknown, type Unknown } from "./unknown.ts";

/** Judges the commit that the index would make on the current branch. */
export async function judgeCommit(
  repo: Repo,
  objects: Objects,
  about: { message: string; amending: boolean; indexFile?: string | undefined },
): Promise<{ facts: CommitFacts; reasons: Reason[] }> {
  const branch = await headBranch(repo);
  const item = branch === undefined ? undefined : (await marks(repo)).get(branch);
  const facts = await commitFacts(repo, objects, { ...about, branch, item, trunk: trunkOf(repo, item) });
  return { facts, reasons: commitReasons(facts) };
}

/** The trunk noted for the item's service, else for the repository's first, else `main`. */
export function trunkOf(repo: Repo, item: { service: string | undefined } | undefined): string {
  const all = tracked(repo);
  return (all.find((s) => s.name === item?.service) ?? all[0])?.trunk ?? "main";
}

export { worktrees } from "./refs.ts";

export interface Judgement {
  facts: BranchFacts;
  merge: Verdict;
  complete: Verdict;
}

export interface BranchAsked {
  /** without its type, where only its own database knows it */
  item: ItemMark & { type: string | undefined };
  branch: string;
  trunk: string;
  record: BranchQuestion["record"];
  /** left out where runs of tests are not known */
  testRun?: BranchQuestion["testRun"];
  /** frozen commits; asked of git when left out */
  tips?: { tip: string; trunkTip: string } | undefined;
  /** the trunk to judge against, when it is not the local branch: a commit */
  only?: readonly CheckId[] | undefined;
}

/**
 * Judges an item's branch for merge and for completion.
 * @throws Fault missing, when the branch or the trunk is not there
 */
export async function judgeBranch(
  repo: Repo,
  objects: Objects,
  asked: BranchAsked,
  memory?: Memory,
): Promise<Judgement> {
  const [tips, works, worktree] = await Promise.all([
    asked.tips ?? tipsOf(repo, asked.branch, asked.trunk),
    mergeTreeWorks(repo.git),
    worktreeOf(repo, asked.branch),
  ]);
  const { policy, warnings } = await policyNow(repo, objects, tips.trunkTip, asked.item.service);
  const document = asked.record ? (asked.record.document ?? undefined) : documentOf(policy, asked.item);
  const path = isUnknown(document) ? undefined : document;
  const question = { testRun: undefined, ...asked, ...tips, policy, document: path, worktree, mergeTreeWorks: works };
  const found = named(await branchFacts(repo, objects, question, memory));
  const facts = isUnknown(document) ? { ...found, document } : found;
  const said = [...warnings, ...(await policyDraftProblems(repo, objects, asked.trunk))];
  return {
    facts,
    merge: verdict("merge", facts, said, asked.only),
    complete: verdict("complete", facts, said, asked.only),
  };
}

/** Where only some checks can be asked, a document that nobody here can know of is none of them; that is said. */
function verdict(gate: "merge" | "complete", facts: BranchFacts, said: string[], only: BranchAsked["only"]): Verdict {
  if (!only) return verdictOf(gate, facts, said);
  const wanted = required(facts, gate);
  const { document } = facts;
  const unasked = only.includes("document") && wanted.includes("document") && isUnknown(document);
  const warnings = [
    ...said,
    ...(unasked ? [`document was not asked for: ${document.unknown}.`] : []),
    ...(wanted.includes("tests") && !only.includes("tests") ? [testsElsewhere(facts.policy.tests.command)] : []),
  ];
  const asked = only.filter((id) => id !== "document" || !unasked);
  return verdictOf(gate, facts, warnings, asked);
}

/** A run is recorded on the machine that made it; CI makes its own, and fails by itself where they fail. */
const testsElsewhere = (command: string | undefined): string =>
  `tests was not asked for: no run of them is recorded here. Run them as a step of their own: ${command}`;

/** The document an item needs. Of an unknown type it can be told where every type needs the same. */
function documentOf(policy: Policy, item: BranchAsked["item"]): string | undefined | Unknown {
  const { type } = item;
  if (type !== undefined) return documentPath(policy, { ...item, type });
  const [pattern, ...others] = new Set(Object.values(policy.types).map((t) => t.document));
  if (others.length > 0 || pattern?.includes("{type}")) return { unknown: `the type of #${item.id} is not known here` };
  if (pattern?.includes("{slug}") && item.title === "")
    return { unknown: `the title of #${item.id} is not known here` };
  return documentPath(policy, { ...item, type: Object.keys(policy.types)[0] ?? "" });
}

/** An item of another database has no title here; its entry says what it is about. */
function named(facts: BranchFacts): BranchFacts {
  if (facts.item.title !== "") return facts;
  const [entry] = isUnknown(facts.entries) ? [] : facts.entries;
  const [first] = isUnknown(facts.commits) ? [] : facts.commits;
  const words = entry?.text.replaceAll(`(#${facts.item.id})`, "").split("\n")[0]?.trim();
  return { ...facts, item: { ...facts.item, title: words || first?.subject || "" } };
}

/** The commits two branches are at now. */
export async function tipsOf(repo: Repo, branch: string, trunk: string): Promise<{ tip: string; trunkTip: string }> {
  const [tip, trunkTip] = await Promise.all([branchTip(repo, branch), branchTip(repo, trunk)]);
  if (tip !== undefined && trunkTip !== undefined) return { tip, trunkTip };
  throw new Fault("missing", `There is no branch ${tip === undefined ? branch : trunk} in ${repo.top}.`, {
    hint: `Look what there is: git -C ${JSON.stringify(repo.top)} branch`,
  });
}

/** The work tree that has a branch checked out. */
export async function worktreeOf(repo: Repo, branch: string): Promise<string | undefined> {
  if (!repo.bare && (await headBranch(repo)) === branch) return repo.top;
  return (await worktrees(repo)).find((w) => !w.bare && w.branch === branch)?.path;
}

/** What can be judged in a checkout with neither daemon nor database. */
export const askableInCi: readonly CheckId[] = ["entry", "judged", "document", "no-conflict"];

/**
 * Judges a range as CI sees it. The item is the one its commits name.
 * @throws Fault missing, when a commit is not there
 */
export async function judgeRange(
  repo: Repo,
  objects: Objects,
  range: { base: string; head: string },
): Promise<Verdict> {
  const shallow = existsSync(path.join(repo.commonDir, "shallow"));
  const [trunkTip, tip] = await Promise.all([commitNamed(repo, range.base), commitNamed(repo, range.head)]);
  if (shallow && (trunkTip === undefined || tip === undefined)) return tooShallow(range.base);
  if (trunkTip === undefined || tip === undefined)
    throw new Fault("missing", `There is no commit ${trunkTip === undefined ? range.base : range.head} here.`, {
      hint: "In CI, fetch the whole history: git fetch --unshallow, or fetch-depth: 0",
    });
  const item = await itemOfRange(repo, trunkTip, tip);
  if (!item) return shallow ? tooShallow(range.base) : stranger(range.base);
  const trunk = range.base.replace(/^(refs\/heads\/|refs\/remotes\/[^/]+\/|origin\/)/, "");
  const { merge } = await judgeBranch(repo, objects, {
    item,
    branch: range.head,
    trunk,
    record: undefined,
    tips: { tip, trunkTip },
    only: askableInCi,
  });
  return merge;
}

async function commitNamed(repo: Repo, name: string): Promise<string | undefined> {
  if (name.startsWith("-")) return undefined;
  return text(await repo.git(["rev-parse", "--verify", "-q", `${name}^{commit}`]));
}

function tooShallow(base: string): Verdict {
  const message = `Cannot tell: this is a shallow clone; what lies beyond ${base} is not all here.`;
  const check = { id: "judged", state: "unknown" as const, message, next: "git fetch --unshallow", required: true };
  return { gate: "merge", state: "unknown", line: message, checks: [check], warnings: [] };
}

function stranger(base: string): Verdict {
  const message = `No commit beyond ${base} names a work item.`;
  const check = { id: "judged", state: "no" as const, message, next: "calcifer work adopt <branch>", required: true };
  return { gate: "merge", state: "no", line: message, checks: [check], warnings: [] };
}

async function itemOfRange(repo: Repo, trunkTip: string, tip: string): Promise<BranchAsked["item"] | undefined> {
  const log = await repo.git([
    "log",
    "--no-merges",
    "--format=%(trailers:key=Work-Item,valueonly)",
    `${trunkTip}..${tip}`,
  ]);
  const named = lines(log)
    .map((l) => /^#(\d+) ([a-z0-9]{8})$/.exec(l.trim()))
    .filter((m) => m !== null);
  const newest = named[0];
  return newest
    ? {
        id: Number(newest[1]),
        key: newest[2] as string,
        title: "",
        service: undefined,
        type: undefined,
      }
    : undefined;
}
