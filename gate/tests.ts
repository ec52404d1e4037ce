// Whether the tests of a branch's tip passed, from what was recorded of them. Pure: running them is the daemon's.
import type { Check } from "../protocol/shared.ts";
import type { BranchFacts } from "./facts.ts";
import type { TestsPolicy } from "./policy.ts";
import { isUnknown } from "./unknown.ts";

/** A run of the tests, as it was recorded against the tree they ran on. */
export interface TestRun {
  state: "passed" | "failed" | "cancelled" | "timed out";
  /** what ended the run: the tests, or what was to be done before them */
  step: "prepare" | "command";
  command: string;
  /** null: ended by a signal, or never begun */
  exit: number | null;
  /** percentage of lines; null: there was no report that could be read */
  coverage: number | null;
  /** why there is none */
  noCoverage: string | null;
  at: string;
  seconds: number;
}

/** The run of a command on a tree that counts: the newest that came to an end, else the newest. */
export type FindTestRun = (tree: string, command: string) => Promise<TestRun | undefined>;

type Answer = Omit<Check, "id" | "required">;

/** Asks for a recorded pass on the tree of the branch's tip, by the command of the policy in force, with enough lines covered. */
export function testsCheck(facts: BranchFacts): Answer {
  const { tests: run, item, policy, commits, merged } = facts;
  const next = `calcifer gate test ${item.id}`;
  if (run === undefined) {
    if (merged === true && !isUnknown(commits) && commits.length === 0)
      return { state: "yes", message: "Its commits are in the trunk." };
    return { state: "unknown", message: "Cannot tell: the tests were not run on the branch as it is now.", next };
  }
  if (isUnknown(run)) return { state: "unknown", message: `Cannot tell: ${run.unknown}.` };
  const problem = problemOf(run, policy.tests);
  return problem ? { ...problem, next } : { state: "yes", message: testLine(run, policy.tests) };
}

const unknown = (why: string): Answer => ({ state: "unknown", message: `Cannot tell: ${why}.` });
const no = (message: string): Answer => ({ state: "no", message });

/** What keeps a run from being a pass; undefined when nothing does. */
export function problemOf(run: TestRun, { coverage: { min } }: TestsPolicy): Answer | undefined {
  if (run.state === "cancelled") return unknown("the run of the tests was stopped");
  const length = secondsShown(run.seconds);
  if (run.step === "prepare" && run.state !== "passed")
    return unknown(
      run.state === "timed out"
        ? `what prepares the tests did not end within ${length}`
        : `what prepares the tests failed${exitShown(run.exit)}, so they were not run`,
    );
  if (run.state === "timed out") return no(`The tests did not end within ${length}.`);
  if (run.state === "failed") return no(`The tests failed${exitShown(run.exit)}.`);
  if (min === undefined) return undefined;
  if (run.coverage === null)
    return unknown(
      `the tests passed, and how much they cover is not known: ${run.noCoverage ?? "no report was asked for"}`,
    );
  return run.coverage < min
    ? no(`The tests passed, and cover ${percent(run.coverage)} of the lines; ${percent(min)} are asked for.`)
    : undefined;
}

const exitShown = (exit: number | null): string => (exit === null ? "" : `, exit ${exit}`);

export function testLine({ seconds, coverage }: TestRun, { coverage: { min } }: TestsPolicy): string {
  const covered = coverage === null ? "" : ` and cover ${percent(coverage)} of the lines`;
  return `The tests passed in ${secondsShown(seconds)}${covered}${covered !== "" && min !== undefined ? ` (${percent(min)} are asked for)` : ""}.`;
}

/** `69.9 %`: cut, not rounded, so that what is too little never looks like enough. */
const percent = (value: number): string => `${Math.floor(value * 10) / 10} %`;

const secondsShown = (seconds: number): string =>
  seconds < 120
    ? `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`
    : `${Math.round(seconds / 60)} min`;
