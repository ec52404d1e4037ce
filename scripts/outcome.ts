// What a suite tells the run about itself: counts and slow tests, in a JSON file named by an environment variable.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export const outcomeVariable = "CALCIFER_TEST_OUTCOME";

export type Outcome = { passed: number; failed: number; pending: number; slow: SlowTest[] };
export type SlowTest = { title: string; milliseconds: number };

/** Does nothing when nobody asked. */
export function tellOutcome(outcome: Outcome): void {
  const file = process.env[outcomeVariable];
  if (file) writeFileSync(file, JSON.stringify(outcome));
}

/** Says which test runs now, for the case that it never ends. */
export function tellRunning(title: string): void {
  const file = process.env[outcomeVariable];
  if (file) writeFileSync(running(file), title);
}

export function readRunning(outcomeFile: string): string | undefined {
  return existsSync(running(outcomeFile)) ? readFileSync(running(outcomeFile), "utf8") : undefined;
}

function running(outcomeFile: string): string {
  return `${outcomeFile}.running`;
}

/** Undefined when the suite ended before it could tell. */
export function readOutcome(file: string): Outcome | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

export function addOutcomes(outcomes: Outcome[]): Outcome {
  const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((total, one) => total + count(one), 0);
  return {
    passed: sum((one) => one.passed),
    failed: sum((one) => one.failed),
    pending: sum((one) => one.pending),
    slow: slowest(outcomes.flatMap((one) => one.slow)),
  };
}

export function slowest(tests: SlowTest[]): SlowTest[] {
  return tests.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, 10);
}

export function slowTestLines(tests: SlowTest[]): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`.padStart(9);
  return slowest(tests)
    .map((test) => `${seconds(test.milliseconds)}  ${test.title}`)
    .join("\n");
}
