// The checks of a branch: what each asks of the facts, and how it says so. Pure.
import type { Check } from "../protocol/shared.ts";
import type { BranchFacts, MadeCommit, RelatedItem } from "./facts.ts";
import { testsCheck } from "./tests.ts";
import { isUnknown, type Unknown } from "./unknown.ts";
import { called, count, entryPlace, entryPlaceFirst, isWaived, noEntry, shellWord } from "./words.ts";

type CheckOf = (facts: BranchFacts) => Omit<Check, "id" | "required">;

const unknown = (fact: Unknown): ReturnType<CheckOf> => ({
  state: "unknown",
  message: `Cannot tell: ${fact.unknown}.`,
});
const yes = (message: string): ReturnType<CheckOf> => ({ state: "yes", message });
const noRecord: Unknown = { unknown: "the work item is in another database" };
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
  return waitsFor(record.needs, "It depends on") ?? yes("Nothing that it depends on is open.");
}

function parts({ record }: BranchFacts): ReturnType<CheckOf> {
  if (!record) return unknown(noRecord);
  return waitsFor(record.parts, "A part of it is") ?? yes("None of its parts is open.");
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
