// Which policy counts: the trunk's, so that a branch cannot loosen its own gate; the last good one while the trunk's is broken.
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Policy, type PolicyProblem, parsePolicy, policyFile, policyFor } from "./policy.ts";
import { branchTip } from "./refs.ts";
import { Latest } from "./remember.ts";
import { notesFolder, type Objects, type Repo, readText } from "./repo.ts";

export interface PolicyNow {
  policy: Policy;
  /** sentences about the policy file, with line and column */
  warnings: string[];
}

/** The policy for a service of this repository. `trunk` is a branch's name, or a commit id. */
export async function policyNow(repo: Repo, objects: Objects, trunk: string, service?: string): Promise<PolicyNow> {
  const onTrunk = await committed(repo, objects, trunk);
  // Until the policy is committed, the file as it lies there is the only one there is.
  const written = onTrunk ?? (repo.bare ? undefined : readText(path.join(repo.top, policyFile)));
  const parsed = parse(written ?? "");
  if (parsed.problems.length === 0) {
    if (written !== undefined) remember(repo, written);
    return { policy: named(parsed.policy, trunk, service), warnings: [] };
  }
  const last = readText(lastGood(repo));
  const kept = last === undefined ? undefined : parse(last);
  const warnings = parsed.problems.map((p: PolicyProblem) => p.message);
  const inForce =
    kept?.problems.length === 0 ? "the last good policy stays in force" : "the defaults hold for what is wrong";
  return {
    policy: named((kept?.problems.length === 0 ? kept : parsed).policy, trunk, service),
    warnings: [...warnings, `Meanwhile ${inForce}.`],
  };
}

const isCommit = (name: string): boolean => /^[0-9a-f]{40,64}$/.test(name);
const texts = new Latest<{ text: string | undefined }>(500);

/** The policy file as the trunk has it. A commit's files do not change, so each is read once. */
async function committed(repo: Repo, objects: Objects, trunk: string): Promise<string | undefined> {
  const commit = isCommit(trunk) ? trunk : await branchTip(repo, trunk);
  if (commit === undefined) return undefined;
  const key = `${repo.commonDir}\0${commit}`;
  const known = texts.get(key) ?? texts.set(key, { text: await objects.readText(`${commit}:${policyFile}`) });
  return known.text;
}

const parsed = new Latest<ReturnType<typeof parsePolicy>>(200);
const parse = (text: string): ReturnType<typeof parsePolicy> => parsed.get(text) ?? parsed.set(text, parsePolicy(text));

/** Problems of the policy file as it lies in the work tree, which the trunk does not have yet. */
export async function policyDraftProblems(repo: Repo, objects: Objects, trunk: string): Promise<string[]> {
  if (repo.bare) return [];
  const draft = readText(path.join(repo.top, policyFile));
  if (draft === undefined || draft === (await committed(repo, objects, trunk))) return [];
  return parse(draft).problems.map((p) => p.message);
}

/** Reads the last good policy, which the one in force most often is: a process with git's answer to wait for does it meanwhile. */
export function foresee(repo: Repo): void {
  const last = readText(lastGood(repo));
  if (last !== undefined) parse(last);
}

const lastGood = (repo: Repo): string => path.join(repo.commonDir, notesFolder, "policy.yaml");

function remember(repo: Repo, written: string): void {
  const file = lastGood(repo);
  if (!existsSync(path.dirname(file)) || readText(file) === written) return;
  try {
    writeFileSync(file, written);
  } catch {
    // A read-only repository is judged all the same.
  }
}

/** Registration may know the trunk better than a policy file that does not name it. */
function named(policy: Policy, trunk: string, service: string | undefined): Policy {
  const mine = service === undefined ? policy : policyFor(policy, service);
  return mine.protected.length > 0 ? mine : { ...mine, protected: [trunk] };
}
