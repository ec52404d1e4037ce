// Facts and policy in, reasons out. Every face gets its verdict from here. Pure.
import type { Reason } from "../protocol/errors.ts";
import type { Check, Verdict } from "../protocol/shared.ts";
import type { BranchFacts, CommitFacts, MadeCommit, RelatedItem } from "./facts.ts";
import { matches, type Policy } from "./policy.ts";
import type { ItemMark } from "./repo.ts";
import { testsCheck } from "./tests.ts";
import { isUnknown, type Unknown } from "./unknown.ts";

/** `#42 "Add TLS"`; a title from somebody else's clone may hold anything, so what could forge output is taken out. */
export const called = (item: { id: number; title: string }): string =>
  item.title === "" ? `#${item.id}` : `#${item.id} "${plain(item.title).slice(0, 200)}"`;

/** Without what could move a terminal's cursor, or turn the reading direction. */
const plain = (text: string): string =>
  text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, "");

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

/** The words for a missing entry: the same from the hook, the CLI and the editor. */
const noEntry = (item: ItemMark, policy: Policy): { message: string; next: string } => ({
  message: `${entryPlaceFirst(policy)} has no entry for ${called(item)}.`,
  next: `calcifer commit -m "…" --entry "what readers should know"`,
});

const entryPlace = (policy: Policy): string =>
  policy.changes.entries === "fragments" ? "the changes folder" : policy.changes.file;
const entryPlaceFirst = (policy: Policy): string => entryPlace(policy).replace(/^the /, "The ");

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

const isWaived = (waivers: { check: string }[], check: string): boolean => waivers.some((w) => w.check === check);

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

type CheckOf = (facts: BranchFacts) => Omit<Check, "id" | "required">;

const unknown = (fact: Unknown): ReturnType<CheckOf> => ({
  state: "unknown",
  message: `Cannot tell: ${fact.unknown}.`,
});
const yes = (message: string): ReturnType<CheckOf> => ({ state: "yes", message });
const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
const noRecord: Unknown = { unknown: "the work item is in another database" };
const shellWord = (s: string): string =>
  /^[\w./@-]+$/.test(s) && !s.startsWith("-") ? s : `'${s.replaceAll("'", `'\\''`)}'`;

/** Every check there is: what each asks, and how it says so. */
export const checks = {
  entry,
  judged,
  tests: testsCheck,
  checklist,
  notes,
  document,
  clean,
  "no-conflict": noConflict,
  current,
  merged,
  depends,
  parts,
} satisfies Record<string, CheckOf>;
export type CheckId = keyof typeof checks;

function entry({ entries, entryProblems, item, policy, commits, merged }: BranchFacts): ReturnType<CheckOf> {
  if (isUnknown(entries)) return unknown(entries);
  const [problem] = entryProblems;
  // A fragment is named in the problem itself.
  const place = policy.changes.entries === "fragments" ? "" : `${policy.changes.file}:${problem?.line}: `;
  if (problem)
    return {
      state: "no",
      message: `${place}${problem.message}.`.replace(/\.\.$/, "."),
      next: `calcifer changes show`,
      detail: entryProblems.map((p) => `line ${p.line}: ${p.message}`),
    };
  if (entries.length > 0)
    return {
      ...yes(`${entryPlaceFirst(policy)} has ${count(entries.length, "entry", "entries")} for #${item.id}.`),
      detail: entries.map((e) => e.text),
    };
  const notNeeded = isUnknown(commits) ? undefined : noEntryNeeded(commits, merged);
  return notNeeded ?? { state: "no", ...noEntry(item, policy) };
}

/** There is none, and nothing wrong with one: what it says of the branch may not hold for what is not committed. */
export const isMissingEntry = ({ id, state, detail }: Check): boolean =>
  id === "entry" && state === "no" && detail === undefined;

function noEntryNeeded(commits: MadeCommit[], merged: BranchFacts["merged"]): ReturnType<CheckOf> | undefined {
  if (commits.length === 0) return merged === true ? yes("Its commits are in the trunk.") : undefined;
  if (!commits.every((c) => c.exempt || isWaived(c.waivers, "entry"))) return undefined;
  const waived = commits.filter((c) => c.waivers.length > 0);
  if (waived.length === 0) return yes("No entry is needed: the policy ignores every file it changes.");
  return { ...yes("No entry is needed: waived by every commit."), detail: waived.map(waiverLine) };
}

const waiverLine = (c: MadeCommit): string =>
  `${c.id.slice(0, 8)} ${c.author}, ${c.at.slice(0, 10)}: ${c.waivers.map((w) => w.reason).join("; ")}`;

function judged(facts: BranchFacts): ReturnType<CheckOf> {
  const { commits } = facts;
  if (isUnknown(commits)) return unknown(commits);
  if (commits.length === 0)
    return facts.merged === true
      ? yes("Its commits are in the trunk.")
      : { state: "no", message: `${facts.branch} has no commits yet.`, next: `calcifer commit -m "…" --entry "…"` };
  // A waiver of `judged` speaks for the commits before it and for itself.
  const forgiven = commits.findLastIndex((c) => isWaived(c.waivers, "judged"));
  const bad = commits.slice(forgiven + 1).flatMap((c) => unjudgedWhy(c, facts));
  if (bad.length > 0)
    return {
      state: "no",
      message: bad.length === 1 ? `${bad[0]}.` : `${count(bad.length, "commit")} passed no gate: ${bad[0]}.`,
      next: `calcifer gate waive judged --reason "…"`,
      ...(bad.length > 1 && { detail: bad }),
    };
  const waived = commits.filter((c) => c.waivers.length > 0);
  const message = `${count(commits.length, "commit")} judged${waived.length > 0 ? `, ${waived.length} with a waiver` : ""}.`;
  return { ...yes(message), ...(waived.length > 0 && { detail: waived.map(waiverLine) }) };
}

/** Messages git itself composes are left alone, so they carry no trailer. */
export const keepsItsMessage = (subject: string): boolean => /^(Revert "|(fixup|squash|amend)! )/.test(subject);

function unjudgedWhy(c: MadeCommit, { item, policy }: BranchFacts): string[] {
  const name = `${c.id.slice(0, 8)} "${c.subject.slice(0, 60)}"`;
  if (!c.keys.includes(item.key) && !(c.keys.length === 0 && keepsItsMessage(c.subject)))
    return [`${name} has no Work-Item trailer of #${item.id}`];
  const needs = policy.changes.commit === "every" && !c.exempt && !isWaived(c.waivers, "entry");
  return needs && !c.entry ? [`${name} has no entry in ${entryPlace(policy)} and no waiver`] : [];
}

function checklist({ record, item }: BranchFacts): ReturnType<CheckOf> {
  if (!record) return unknown(noRecord);
  const open = record.checklist.map((c, i) => ({ ...c, n: i + 1 })).filter((c) => !c.done);
  if (open.length === 0)
    return yes(
      record.checklist.length === 0
        ? "There is no checklist."
        : `All ${count(record.checklist.length, "point")} ticked.`,
    );
  return {
    state: "no",
    message: `${open.length} of ${count(record.checklist.length, "point")} ${open.length === 1 ? "is" : "are"} open: ${open[0]?.text}`,
    next: `calcifer work check ${item.id} ${open.map((c) => c.n).join(" ")}`,
    detail: open.map((c) => `${c.n}. ${c.text}`),
  };
}

function notes({ record, item }: BranchFacts): ReturnType<CheckOf> {
  if (!record) return unknown(noRecord);
  if (record.notes.trim() !== "") return yes("There are notes.");
  return { state: "no", message: "The notes are empty.", next: `calcifer work note ${item.id} "…"` };
}

function document({ document: wanted, item }: BranchFacts): ReturnType<CheckOf> {
  if (!wanted) return yes("No document is required.");
  if (isUnknown(wanted)) return unknown(wanted);
  if (wanted.state === "there") return yes(`${wanted.path} is there.`);
  const message =
    wanted.state === "missing" ? `${wanted.path} is not on the branch.` : `${wanted.path} is still the bare template.`;
  return {
    state: "no",
    message,
    next:
      wanted.state === "missing"
        ? `calcifer work document ${item.id}`
        : `calcifer commit -m "Document #${item.id}" --entry "…" ${shellWord(wanted.path)}`,
  };
}

function clean({ dirty }: BranchFacts): ReturnType<CheckOf> {
  if (dirty === undefined) return yes("It is checked out nowhere, so nothing is uncommitted.");
  if (isUnknown(dirty)) return unknown(dirty);
  if (dirty.length === 0) return yes("Nothing is uncommitted.");
  const detail = dirty.slice(0, 20).map((d) => `${d.state} ${d.path}`);
  return {
    state: "no",
    message: `${count(dirty.length, "file")} ${dirty.length === 1 ? "is" : "are"} uncommitted: ${dirty[0]?.path}${dirty.length > 1 ? " …" : ""}`,
    next: `calcifer commit -m "…" --entry "…" --all`,
    detail,
  };
}

function noConflict({ conflicts, trunk, item }: BranchFacts): ReturnType<CheckOf> {
  if (isUnknown(conflicts)) return unknown(conflicts);
  if (conflicts.length === 0) return yes(`It merges clean with ${trunk}.`);
  return {
    state: "no",
    message: `It conflicts with ${trunk} in ${conflicts.slice(0, 3).join(", ")}${conflicts.length > 3 ? ` and ${conflicts.length - 3} more` : ""}.`,
    next: `calcifer work update ${item.id}`,
    detail: conflicts,
  };
}

function current({ moved: all, trunk, item, conflicts, policy }: BranchFacts): ReturnType<CheckOf> {
  if (isUnknown(all)) return unknown(all);
  // Two branches that each add an entry always move the changes file; that alone is no news.
  const moved = all.filter((p) => p !== policy.changes.file);
  if (moved.length === 0) return yes(`${trunk} has not moved in files this branch touches.`);
  return {
    state: "no",
    message: `${trunk} has moved in ${count(moved.length, "file")} this branch touches: ${moved[0]}${moved.length > 1 ? " …" : ""}`,
    detail: moved,
    ...(isUnknown(conflicts) || conflicts.length === 0 ? { next: `calcifer work update ${item.id}` } : {}),
  };
}

function merged({ merged: fact, trunk, item, branch }: BranchFacts): ReturnType<CheckOf> {
  if (isUnknown(fact)) return unknown(fact);
  return fact
    ? yes(`It is in ${trunk}.`)
    : { state: "no", message: `${branch} is not merged into ${trunk}.`, next: `calcifer work finish ${item.id}` };
}

function depends({ record }: BranchFacts): ReturnType<CheckOf> {
  if (!record) return unknown(noRecord);
  return waitsFor(record.needs, "It depends on") ?? yes("What it depends on is done.");
}

function parts({ record }: BranchFacts): ReturnType<CheckOf> {
  if (!record) return unknown(noRecord);
  return waitsFor(record.parts, "A part of it is") ?? yes("Its parts are done.");
}

function waitsFor(items: readonly RelatedItem[], what: string): ReturnType<CheckOf> | undefined {
  const open = items.filter(({ status }) => status === "planned" || status === "active");
  const [first] = open;
  if (!first) return undefined;
  const more = open.length > 1 ? `, and ${count(open.length - 1, "other")}` : "";
  return {
    state: "no",
    message: `${what} ${called(first)}, which is ${first.status}${more}.`,
    next: `calcifer work show ${first.id}`,
    ...(open.length > 1 && { detail: open.map((one) => `${called(one)}, ${one.status}`) }),
  };
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
