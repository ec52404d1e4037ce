// Facts and policy in, reasons out. Every face gets its verdict from here. Pure.
import type { Reason } from "../protocol/errors.ts";
import type { Check, Verdict } from "../protocol/shared.ts";
import { type CheckId, checks } from "./checks.ts";
import type { BranchFacts, CommitFacts } from "./facts.ts";
import { matches } from "./policy.ts";
import { called, entryPlace, isWaived, noEntry, plain, shellWord } from "./words.ts";

export { type CheckId, checks, isMissingEntry, keepsItsMessage } from "./checks.ts";
export { called } from "./words.ts";

/** Why a commit on an item's branch is refused; empty means it may be made. */
export function commitReasons(facts: CommitFacts): Reason[] {
  const { item, policy } = facts;
  if (facts.underWay) return [];
  if (!item) return strangerReasons(facts);
  if (policy.changes.commit === "off" || isWaived(facts.waived, "entry")) return [];
  if (facts.changed.every((p) => matches(policy.changes.ignore, p))) return [];
  if (facts.entryHere || (policy.changes.commit === "first" && facts.entryOnBranch)) return [];
  return [{ check: "entry", ...noEntry(item, policy) }];
}

function strangerReasons({ policy, branch, waived, changed }: CommitFacts): Reason[] {
  if (!policy.strict || branch === undefined || changed.length === 0 || isWaived(waived, "entry")) return [];
  if (matches(policy.protected, branch)) return [];
  return [
    {
      check: "item",
      message: `The branch ${branch} belongs to no work item, and the policy is strict.`,
      next: `calcifer work adopt ${shellWord(branch)}`,
    },
  ];
}

/** Whether a waiver opens a protected branch: one of a check that asks about commits. */
export const isOnRecord = (waivers: { check: string }[]): boolean =>
  isWaived(waivers, "entry") || isWaived(waivers, "judged");

/** What a hook writes to stderr. The verdict is the first line: some programs show no more than that. */
export function refusal(reasons: Reason[], more: string[] = []): string {
  const [first, ...rest] = reasons;
  const lines = [
    `Calcifer: ${first?.message ?? ""}`,
    ...rest.map((r) => `  ${r.message}`),
    ...more.map((m) => `  ${m}`),
  ];
  for (const next of new Set(reasons.flatMap((r) => (r.next ? [r.next] : [])))) lines.push(`  Next: ${next}`);
  return `${lines.map(plain).join("\n")}\n`;
}

/** The lines under a refused commit: why the rule is there, and the way round it that leaves a record. */
export function commitAdvice(facts: CommitFacts): string[] {
  if (!facts.item) return [];
  const rule =
    facts.policy.changes.commit === "every"
      ? `Each commit on ${facts.branch} adds or edits a line in ${entryPlace(facts.policy)} that names (#${facts.item.id}).`
      : `The branch ${facts.branch} needs a line in ${entryPlace(facts.policy)} that names (#${facts.item.id}) first.`;
  return [rule, `Nothing for readers? Say so, on the record: calcifer gate waive entry --reason "…"`];
}

/** A move of a protected branch. */
export interface ProtectedMove {
  branch: string;
  /** commits that neither the branch nor its remote has yet, without merges that hold only what merging gave */
  commits: { id: string; subject: string; waived: boolean }[];
}

/** Why a protected branch may not move there; empty means it may. */
export function protectedReasons(move: ProtectedMove): Reason[] {
  const unjudged = move.commits.filter((c) => !c.waived);
  if (unjudged.length === 0) return [];
  const [first] = unjudged;
  const what = unjudged.length === 1 ? `"${first?.subject.slice(0, 80)}"` : `${unjudged.length} commits`;
  return [
    {
      check: "protected",
      message: `${move.branch} is protected: ${what} may come to it only by a work item's merge.`,
      next: `calcifer work add "what you are changing"`,
    },
  ];
}

export const protectedAdvice = (branch: string): string[] => [
  `Open an item for it and take the change along: calcifer work start <id> --carry`,
  `Changes reach ${branch} by: calcifer work finish <id>`,
  `A commit that has to be made here, on the record: calcifer commit -m "…" --no-entry "why"`,
];

/** Why a protected branch may not be deleted. */
export const deletedReasons = (branch: string): Reason[] => [
  {
    check: "protected",
    message: `${branch} is protected: it may not be deleted.`,
    next: `git branch ${shellWord(`${branch}-copy`)} ${shellWord(branch)}`,
  },
];

export const deletedAdvice = (branch: string): string[] => [
  `Changes reach ${branch} by: calcifer work finish <id>`,
  `To give it up, take it out of "protected" in .calcifer.yaml first. A copy of it costs nothing:`,
];

/** Why commits may not be pushed to a protected branch. */
export function pushReasons(branch: string, unjudged: { id: string; subject: string }[]): Reason[] {
  if (unjudged.length === 0) return [];
  const [first] = unjudged;
  const what =
    unjudged.length === 1
      ? `${first?.id.slice(0, 8)} "${first?.subject.slice(0, 80)}" was`
      : `${unjudged.length} commits were`;
  return [{ check: "judged", message: `${what} never judged, and ${branch} is protected.`, next: "calcifer status" }];
}

/** The checks of a gate that hold it up, by the policy. */
export const required = (facts: BranchFacts, gate: "merge" | "complete"): CheckId[] => {
  const list = gate === "merge" ? facts.policy.merge.require : facts.policy.complete.require;
  return list.filter((id): id is CheckId => id in checks && isThere(id as CheckId, facts));
};

/** Without a command there are no tests to ask for; an item that stands alone waits for no other. */
function isThere(id: CheckId, { policy, record }: BranchFacts): boolean {
  if (id === "tests") return policy.tests.command !== undefined;
  if (id === "depends") return (record?.needs.length ?? 0) > 0;
  return id !== "parts" || (record?.parts.length ?? 0) > 0;
}

/** What is told beside the checks that hold a merge up. */
const alsoTold: readonly CheckId[] = ["tests", "depends", "current"];

/** The verdict of a gate over a branch. `only` narrows it to checks that can be asked where there is no database. */
export function verdictOf(
  gate: "merge" | "complete",
  facts: BranchFacts,
  warnings: string[],
  only?: readonly CheckId[],
): Verdict {
  const wanted = required(facts, gate).filter((id) => !only || only.includes(id));
  const extra = gate === "merge" && !only ? alsoTold.filter((id) => !wanted.includes(id) && isThere(id, facts)) : [];
  const list: Check[] = [...wanted, ...extra].map((id) => ({
    id,
    ...checks[id](facts),
    required: wanted.includes(id),
  }));
  const open = list.filter((c) => c.required && c.state !== "yes");
  const state = open.some((c) => c.state === "no") ? "no" : open.length > 0 ? "unknown" : "yes";
  return { gate, state, line: verdictLine(gate, facts, open), checks: list, warnings };
}

function verdictLine(gate: "merge" | "complete", facts: BranchFacts, open: Check[]): string {
  const name = called(facts.item);
  const [first] = open;
  if (!first) return gate === "merge" ? `${name} is ready to merge into ${facts.trunk}.` : `${name} can be completed.`;
  const goal = gate === "merge" ? `merge into ${facts.trunk}` : "be completed";
  return open.length === 1
    ? `${name} cannot ${goal} yet: ${first.message}`
    : `${name} cannot ${goal} yet, ${open.length} to do: ${first.message}`;
}

/** The reasons an acting method throws: the required checks that do not say yes. */
export const reasonsOf = (verdict: Verdict): Reason[] =>
  verdict.checks
    .filter((c) => c.required && c.state !== "yes")
    .map((c) => ({ check: c.id, message: c.message, ...(c.next !== undefined && { next: c.next }) }));
