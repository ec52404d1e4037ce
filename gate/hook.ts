// What each git hook asks of the gate, and the answer: exit status and words for stderr. Runs in the daemon, or alone.

import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commitMessage, mergeTreeWorks } from "./facts.ts";
import { lines, text } from "./git.ts";
import { judgeCommit, trunkOf } from "./judge.ts";
import { log } from "./log.ts";
import { type AddedInMerge, addedInMerge } from "./merging.ts";
import { matches, type Policy } from "./policy.ts";
import { policyNow } from "./policy-in-force.ts";
import { branchTip, isBeingPacked, mayBeRenamed, remoteOf } from "./refs.ts";
import { headBranch, marks, type Objects, type Repo, readText, tracked } from "./repo.ts";
import {
  commitAdvice,
  deletedAdvice,
  deletedReasons,
  isOnRecord,
  keepsItsMessage,
  protectedAdvice,
  protectedReasons,
  pushReasons,
  refusal,
} from "./rules.ts";
import { isOnlyTrailers, itemTrailer, type Trailers, trailersOf, waiverTrailer, withTrailer } from "./trailers.ts";
import { isUnknown } from "./unknown.ts";

export { repoOfHook } from "./here.ts";

export interface HookInput {
  hook: string;
  args: string[];
  /** where git runs the hook: the top of the work tree, or the git directory */
  cwd: string;
  /** git's variables, and CALCIFER_GIT_PID: the process that runs the hook */
  env: Record<string, string | undefined>;
  stdin: string;
}

export interface HookAnswer {
  exit: number;
  stderr: string;
}

const go: HookAnswer = { exit: 0, stderr: "" };

type Hook = (repo: Repo, objects: Objects, input: HookInput) => Promise<HookAnswer>;

const hooks: Record<string, Hook> = {
  "pre-commit": preCommit,
  "prepare-commit-msg": prepareMessage,
  "commit-msg": judgeMessage,
  "reference-transaction": guardRefs,
  "pre-push": guardPush,
};

/** Answers for a hook; one that Calcifer has no question for lets git go on. */
export const answerHook = (repo: Repo, objects: Objects, input: HookInput): Promise<HookAnswer> => {
  const hook = Object.hasOwn(hooks, input.hook) ? hooks[input.hook] : undefined;
  return hook ? hook(repo, objects, input) : Promise.resolve(go);
};

/** Only an editor is still to come here: refuse before a message is written. With the message given, commit-msg knows more. */
async function preCommit(repo: Repo, objects: Objects, input: HookInput): Promise<HookAnswer> {
  const waiver = await unusedWaiver(repo, await headBranch(repo));
  return judge(repo, objects, input, waiver ? `x\n\n${waiverTrailer(waiver.check, waiver.reason)}\n` : "");
}

async function judgeMessage(repo: Repo, objects: Objects, input: HookInput): Promise<HookAnswer> {
  if (takeTurn(repo, input.env.CALCIFER_GIT_PID)) await prepareMessage(repo, objects, input);
  const message = commitMessage(messageFile(repo, input));
  // git takes a message that holds only our trailers for one, though the editor was left without a word.
  if (isOnlyTrailers(message)) return { exit: 1, stderr: "Calcifer: no message was written, so there is no commit.\n" };
  const answer = await judge(repo, objects, input, message);
  const waiver = pendingWaiver(repo, await headBranch(repo));
  // One that the message does not carry, because git composed it, waits for the next.
  const used = waiver && trailersOf(message).waivers.some((w) => w.check === waiver.check);
  if (answer.exit === 0 && used) rmSync(waiverFile(repo), { force: true });
  return answer;
}

/** Where pre-commit and prepare-commit-msg leave word for commit-msg, in the git directory of a work tree. */
export const turnFile = "calcifer-turn";

/** Whether prepare-commit-msg left the trailer of this very commit to commit-msg, as it does when no editor opens. */
function takeTurn(repo: Repo, pid: string | undefined): boolean {
  const file = path.join(repo.gitDir, turnFile);
  const left = readText(file);
  if (left === undefined || left !== `${pid} trailer\n`) return false;
  rmSync(file, { force: true });
  return true;
}

async function judge(repo: Repo, objects: Objects, input: HookInput, message: string): Promise<HookAnswer> {
  const index = input.env.GIT_INDEX_FILE;
  const { facts, reasons } = await judgeCommit(repo, objects, {
    message,
    amending: isAmend(input.env.CALCIFER_GIT_PID),
    indexFile: index === undefined ? undefined : path.resolve(input.cwd, index),
  });
  return reasons.length === 0 ? go : { exit: 1, stderr: refusal(reasons, commitAdvice(facts)) };
}

/** git tells its hooks nothing of `--amend`; its command line does. A wrong no only means a stricter question. */
function isAmend(pid: string | undefined): boolean {
  if (pid === undefined || !/^\d+$/.test(pid)) return false;
  try {
    if (process.platform === "linux")
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("--amend");
    if (process.platform === "win32") return false;
    return / --amend( |$)/.test(execFileSync("ps", ["-o", "args=", "-p", pid], { encoding: "utf8", timeout: 1000 }));
  } catch {
    return false;
  }
}

async function prepareMessage(repo: Repo, _objects: Objects, input: HookInput): Promise<HookAnswer> {
  const [, source] = input.args;
  if (source === "merge" || source === "squash") return go;
  const file = messageFile(repo, input);
  const before = commitMessage(file);
  if (keepsItsMessage(before)) return go;
  const branch = await headBranch(repo);
  const item = branch === undefined ? undefined : (await marks(repo)).get(branch);
  const waiver = await unusedWaiver(repo, branch);
  let message = before;
  if (waiver) message = withTrailer(message, waiverTrailer(waiver.check, waiver.reason));
  if (item && !trailersOf(message).keys.includes(item.key)) message = withTrailer(message, itemTrailer(item));
  if (message !== before) writeFileSync(file, message);
  return go;
}

/** The message file, which has to be in the git directory: the caller may be anybody on this machine's account. */
function messageFile(repo: Repo, input: HookInput): string {
  const file = path.resolve(input.cwd, input.args[0] ?? "COMMIT_EDITMSG");
  return file.startsWith(repo.gitDir + path.sep) || file.startsWith(repo.commonDir + path.sep)
    ? file
    : path.join(repo.gitDir, "COMMIT_EDITMSG");
}

export interface PendingWaiver {
  branch: string;
  check: string;
  reason: string;
  /** the commit HEAD was at when it was left; none before the first */
  head?: string | undefined;
}

/** A waiver that waits for the next commit of a work tree. */
export const waiverFile = (repo: Repo): string => path.join(repo.gitDir, "calcifer-waiver");

/** The waiver that waits for a commit on this branch. */
export function pendingWaiver(repo: Repo, branch: string | undefined): PendingWaiver | undefined {
  const noted = readText(waiverFile(repo));
  try {
    const waiver = noted === undefined ? undefined : (JSON.parse(noted) as PendingWaiver);
    return waiver?.branch === branch ? waiver : undefined;
  } catch {
    return undefined;
  }
}

/** The same, unless a commit since carries it: with --no-verify nobody is asked who could take it away. */
export async function unusedWaiver(repo: Repo, branch: string | undefined): Promise<PendingWaiver | undefined> {
  const waiver = pendingWaiver(repo, branch);
  if (waiver?.head === undefined || branch === undefined) return waiver;
  const head = await branchTip(repo, branch);
  if (head === undefined || head === waiver.head) return waiver;
  const since = await log(repo.git, ["-n", "100", "--first-parent", head, "--not", waiver.head]).catch(() => []);
  const trailer = waiverTrailer(waiver.check, waiver.reason);
  const used = since.some(({ message }) =>
    trailersOf(message).waivers.some((w) => waiverTrailer(w.check, w.reason) === trailer),
  );
  if (!used) return waiver;
  rmSync(waiverFile(repo), { force: true });
  return undefined;
}

const noCommit = /^0+$/;

/** A protected branch takes no new commit but Calcifer's merges (which are made without hooks), the remote's, and waived ones. */
async function guardRefs(repo: Repo, objects: Objects, input: HookInput): Promise<HookAnswer> {
  // git asks again when it is too late: committed, aborted.
  if (input.args[0] !== "prepared") return go;
  const policies = await policiesHere(repo, objects);
  for (const line of input.stdin.split("\n")) {
    const [, to, ref] = line.split(" ");
    const branch = /^refs\/heads\/(.+)$/.exec(ref ?? "")?.[1];
    if (!branch || !to || !isProtected(policies, branch)) continue;
    // The old value on the line is zero when the caller did not ask for one; git knows what is there now.
    const from = await branchTip(repo, branch);
    if (from === undefined) continue;
    if (noCommit.test(to) && (isBeingPacked(repo, branch, from) || mayBeRenamed(repo, branch))) continue;
    if (noCommit.test(to)) return { exit: 1, stderr: refusal(deletedReasons(branch), deletedAdvice(branch)) };
    const remote = await remoteOf(repo, branch);
    if (remote !== undefined && (await justFetched(repo, remote, branch, to))) continue;
    const there = remote === undefined ? [] : [follows(remote, branch)];
    const commits = await newCommits(repo, to, ["--not", from, ...there]);
    const added = await addedInMerges(repo, objects, policies, commits);
    const isAutomatic = (c: NewCommit) => added.get(c.id)?.some((a) => a.conflicts.length + a.changes.length === 0);
    const reasons = protectedReasons({
      branch,
      commits: commits.map((c) => ({ ...c, waived: isOnRecord(c.waivers) || isAutomatic(c) === true })),
    });
    if (reasons.length > 0) return { exit: 1, stderr: refusal(reasons, protectedAdvice(branch)) };
  }
  return go;
}

/** A remote's branch, for `git log`: as a pattern, which may match nothing where a name would be an error. */
const follows = (remote: string, branch: string): string =>
  `--glob=refs/[r]emotes/${`${remote}/${branch}`.replace(/[*?[\]\\]/g, "\\$&")}`;

/**
 * Whether the remote's branch of this name was just found there: `git fetch origin main:main` moves ours before it moves
 * the remote's ref. No other remote counts, and no folder one may fetch from.
 */
async function justFetched(repo: Repo, remote: string, branch: string, commit: string): Promise<boolean> {
  const found = readText(path.join(repo.gitDir, "FETCH_HEAD")) ?? "";
  const from = [...found.matchAll(/^([0-9a-f]{40,64})\t[^\t]*\tbranch '(.*)' of (.*)$/gm)]
    .filter((m) => m[1] === commit && m[2] === branch)
    .map((m) => plainUrl(m[3] as string));
  if (from.length === 0) return false;
  const urls = lines(await repo.git(["config", "--get-all", `remote.${remote}.url`]));
  return urls.some((url) => from.includes(plainUrl(url)));
}

/** As git writes it into FETCH_HEAD: without a password, and without what all repositories end in. */
const plainUrl = (url: string): string => url.replace(/(\/\/)[^/@]*@/, "$1").replace(/\/*(\.git)?\/*$/, "");

interface NewCommit {
  id: string;
  parents: string[];
  subject: string;
  keys: number;
  waivers: Trailers["waivers"];
}

async function newCommits(repo: Repo, tip: string, not: string[]): Promise<NewCommit[]> {
  const found = await log(repo.git, [tip, ...not]);
  return found.map(({ id, parents, subject, message }) => {
    const { keys, waivers } = trailersOf(message);
    return { id, parents, subject, keys: keys.length, waivers };
  });
}

// A push may bring many merges, and each is made again.
const atOnce = 8;

/**
 * What each merge that is not waived holds beside what merging its parents gives: by the changes file of each service,
 * since nothing tells whose merge it is. What git cannot tell is left out.
 */
async function addedInMerges(
  repo: Repo,
  objects: Objects,
  policies: Policy[],
  commits: NewCommit[],
): Promise<Map<string, AddedInMerge[]>> {
  const merges = commits.filter((c) => c.parents.length > 1 && !isOnRecord(c.waivers));
  const found = new Map<string, AddedInMerge[]>();
  if (merges.length === 0) return found;
  const works = await mergeTreeWorks(repo.git);
  const files = [...new Map(policies.map((p) => [p.changes.file, p])).values()];
  const ask = async (commit: NewCommit) => {
    const asked = files.map((policy) => addedInMerge(repo, objects, { commit, policy, mergeTreeWorks: works }));
    const added = await Promise.all(asked);
    found.set(
      commit.id,
      added.flatMap((a) => (isUnknown(a) ? [] : [a])),
    );
  };
  for (let at = 0; at < merges.length; at += atOnce) await Promise.all(merges.slice(at, at + atOnce).map(ask));
  return found;
}

/** The policy of each service of the repository. */
async function policiesHere(repo: Repo, objects: Objects): Promise<Policy[]> {
  const services = tracked(repo);
  const asked = services.length > 0 ? services : [{ trunk: trunkOf(repo, undefined), name: undefined }];
  const found = await Promise.all(asked.map((s) => policyNow(repo, objects, s.trunk, s.name)));
  return found.map((p) => p.policy);
}

/** What any service protects is protected. */
const isProtected = (policies: Policy[], branch: string): boolean => policies.some((p) => matches(p.protected, branch));

async function guardPush(repo: Repo, objects: Objects, input: HookInput): Promise<HookAnswer> {
  const [remote = ""] = input.args;
  const policies = await policiesHere(repo, objects);
  for (const line of input.stdin.split("\n")) {
    // Read from the end: the local side may be an expression with spaces in it.
    const [local, remoteRef, theirs] = line.split(" ").slice(-3);
    const branch = /^refs\/heads\/(.+)$/.exec(remoteRef ?? "")?.[1];
    if (!branch || !local || noCommit.test(local) || !isProtected(policies, branch)) continue;
    const known =
      theirs && !noCommit.test(theirs) && (await repo.git(["cat-file", "-e", theirs])).code === 0 ? [theirs] : [];
    const there = [...known, follows(remote, branch), ...(await beforeAdoption(repo, local))];
    const reasons = pushReasons(branch, await neverJudged(repo, objects, policies, local, there));
    if (reasons.length > 0) return { exit: 1, stderr: refusal(reasons) };
  }
  return go;
}

/** The new commits that no merge gate can have let pass: of no item, without a waiver of their own or of a later one for them. */
async function neverJudged(
  repo: Repo,
  objects: Objects,
  policies: Policy[],
  tip: string,
  not: string[],
): Promise<{ id: string; subject: string }[]> {
  const commits = await newCommits(repo, tip, ["--not", ...not]);
  const added = await addedInMerges(repo, objects, policies, commits);
  const line = firstParents(tip, commits);
  const passed = (c: NewCommit): boolean => {
    if (isOnRecord(c.waivers)) return true;
    if (c.parents.length < 2) return c.keys > 0 || keepsItsMessage(c.subject);
    // A merge of ours holds nothing of its own; one on an item's branch was judged with the branch.
    return (c.keys > 0 && !line.has(c.id)) || added.get(c.id)?.some((a) => a.changes.length === 0) === true;
  };
  const bad = commits.filter((c) => !passed(c));
  const speakers = commits.filter((c) => c.waivers.some((w) => w.check === "judged")).map((c) => c.id);
  if (bad.length === 0 || speakers.length === 0) return bad;
  const left = new Set((await newCommits(repo, tip, ["--not", ...not, ...speakers])).map((c) => c.id));
  return bad.filter((c) => left.has(c.id));
}

/** The commits a branch was at, one after the other. */
function firstParents(tip: string, commits: NewCommit[]): Set<string> {
  const known = new Map(commits.map((c) => [c.id, c]));
  const found = new Set<string>();
  for (let at = known.get(tip); at; at = known.get(at.parents[0] ?? "")) found.add(at.id);
  return found;
}

/** The commits that brought the policy in: what lies before them was never Calcifer's to judge. Without one, nothing was. */
async function beforeAdoption(repo: Repo, tip: string): Promise<string[]> {
  const first = text(await repo.git(["log", "--diff-filter=A", "--format=%H", tip, "--", ".calcifer.yaml"]));
  return first?.split("\n") ?? [tip];
}
