// What each git hook asks of the gate, and the answer: exit status and words for stderr. Runs in the daemon, or alone.

import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commitMessage } from "./facts.ts";
import { text } from "./git.ts";
import { judgeCommit, trunkOf } from "./judge.ts";
import { log } from "./log.ts";
import { matches } from "./policy.ts";
import { policyNow } from "./policy-in-force.ts";
import { branchTip } from "./refs.ts";
import { headBranch, marks, type Objects, type Repo, readText, tracked } from "./repo.ts";
import { commitAdvice, keepsItsMessage, protectedAdvice, protectedReasons, pushReasons, refusal } from "./rules.ts";
import { isOnlyTrailers, itemTrailer, trailersOf, waiverTrailer, withTrailer } from "./trailers.ts";

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
  const waiver = pendingWaiver(repo, await headBranch(repo));
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
  const waiver = pendingWaiver(repo, branch);
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

const noCommit = /^0+$/;

/** A protected branch takes no new commit but Calcifer's merges (which are made without hooks), the remote's, and waived ones. */
async function guardRefs(repo: Repo, objects: Objects, input: HookInput): Promise<HookAnswer> {
  // git asks again when it is too late: committed, aborted.
  if (input.args[0] !== "prepared") return go;
  const protects = await protectedHere(repo, objects);
  for (const line of input.stdin.split("\n")) {
    const [, to, ref] = line.split(" ");
    const branch = /^refs\/heads\/(.+)$/.exec(ref ?? "")?.[1];
    if (!branch || !to || noCommit.test(to) || !matches(protects, branch)) continue;
    // The old value on the line is zero when the caller did not ask for one; git knows what is there now.
    const from = await branchTip(repo, branch);
    if (from === undefined) continue;
    const commits = await newCommits(repo, to, ["--not", from, `--remotes=*/${branch}`]);
    const reasons = protectedReasons({ branch, commits: commits.map((c) => ({ ...c, waived: c.waivers.length > 0 })) });
    if (reasons.length > 0) return { exit: 1, stderr: refusal(reasons, protectedAdvice(branch)) };
  }
  return go;
}

async function newCommits(repo: Repo, tip: string, not: string[]) {
  const found = await log(repo.git, ["--no-merges", tip, ...not]);
  return found.map(({ id, subject, message }) => {
    const { keys, waivers } = trailersOf(message);
    return { id, subject, keys: keys.length, waivers };
  });
}

/** The globs that any service of the repository protects. */
async function protectedHere(repo: Repo, objects: Objects): Promise<string[]> {
  const services = tracked(repo);
  const asked = services.length > 0 ? services : [{ trunk: trunkOf(repo, undefined), name: undefined }];
  const policies = await Promise.all(asked.map((s) => policyNow(repo, objects, s.trunk, s.name)));
  return [...new Set(policies.flatMap((p) => p.policy.protected))];
}

async function guardPush(repo: Repo, objects: Objects, input: HookInput): Promise<HookAnswer> {
  const [remote = ""] = input.args;
  const protects = await protectedHere(repo, objects);
  for (const line of input.stdin.split("\n")) {
    // Read from the end: the local side may be an expression with spaces in it.
    const [local, remoteRef, theirs] = line.split(" ").slice(-3);
    const branch = /^refs\/heads\/(.+)$/.exec(remoteRef ?? "")?.[1];
    if (!branch || !local || noCommit.test(local) || !matches(protects, branch)) continue;
    const known =
      theirs && !noCommit.test(theirs) && (await repo.git(["cat-file", "-e", theirs])).code === 0 ? [theirs] : [];
    const there = [...known, `--remotes=${remote.replace(/[*?[\]]/g, "")}/*`, ...(await beforeAdoption(repo, local))];
    const reasons = pushReasons(branch, await neverJudged(repo, local, there));
    if (reasons.length > 0) return { exit: 1, stderr: refusal(reasons) };
  }
  return go;
}

/** The new commits that no merge gate can have let pass: of no item, without a waiver of their own or of a later one for them. */
async function neverJudged(repo: Repo, tip: string, not: string[]): Promise<{ id: string; subject: string }[]> {
  const commits = await newCommits(repo, tip, ["--not", ...not]);
  const bad = commits.filter((c) => c.keys === 0 && c.waivers.length === 0 && !keepsItsMessage(c.subject));
  const speakers = commits.filter((c) => c.waivers.some((w) => w.check === "judged")).map((c) => c.id);
  if (bad.length === 0 || speakers.length === 0) return bad;
  const left = new Set((await newCommits(repo, tip, ["--not", ...not, ...speakers])).map((c) => c.id));
  return bad.filter((c) => left.has(c.id));
}

/** The commits that brought the policy in: what lies before them was never Calcifer's to judge. Without one, nothing was. */
async function beforeAdoption(repo: Repo, tip: string): Promise<string[]> {
  const first = text(await repo.git(["log", "--diff-filter=A", "--format=%H", tip, "--", ".calcifer.yaml"]));
  return first?.split("\n") ?? [tip];
}
