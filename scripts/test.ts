// Runs the suites one after the other, each in a process of its own, and adds up what they say.
// Knows which suites there are; `npm test -- <suite…> [mocha options]` picks some.
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build, explain } from "./build.ts";
import { coverageComplaints, measured } from "./coverage.ts";
import { prepareEditor } from "./editor/prepare.ts";
import { endLeftovers } from "./leftovers.ts";
import { addOutcomes, type Outcome, outcomeVariable, readOutcome, readRunning, slowTestLines } from "./outcome.ts";

const root = path.dirname(import.meta.dirname);
const minute = 60_000;
/** A suite that has told its counts and still runs holds something open. */
const grace = 10_000;

type Environment = { [name: string]: string };
type Step = { command: string[]; env?: Environment; limit?: number };
type Suite = {
  /** Its tests; while there are none, the suite is passed over with a note. */
  files: string[];
  steps: (mochaOptions: string[]) => Step[] | Promise<Step[]>;
  /** One more test, about all of the suite: sentences on what is wrong. */
  afterwards?: { title: string; complaints: () => string[] };
};

const unitTests = ["{protocol,gate,daemon,cli,extension,scripts,bench}/**/*.test.ts", "test/**/*.test.ts"];
/** The part of them that starts neither a daemon nor, many times over, git: seconds instead of minutes. */
const fastTests = [
  "{protocol,cli,scripts}/**/*.test.ts",
  "gate/{changes,policy,rules,trailers}*.test.ts",
  "daemon/*/{rules,words,names}.test.ts",
  "test/{fresh,manifest,shape}.test.ts",
];
/** What lies elsewhere in test/ is run with the unit tests, so that no file is forgotten. */
const ownSuites = ["protocol", "journeys", "fault", "security", "editor"];

const everything: { [name: string]: Suite } = {
  check: { files: ["scripts/check.ts"], steps: () => [{ command: ["scripts/check.ts"] }] },
  mocha: {
    files: unitTests,
    steps: (options) => [{ ...mocha(unitTests, [...unitOptions(), ...options]), env: measured() }],
    afterwards: { title: "branch coverage of gate/ and of every rules.ts", complaints: coverageComplaints },
  },
  protocol: suiteIn("test/protocol"),
  journeys: suiteIn("test/journeys"),
  fault: suiteIn("test/fault"),
  security: suiteIn("test/security"),
  editor: { files: ["test/editor/**/*.test.ts"], steps: editor },
};

/** Its tests are in the suite mocha too, so it is run only when asked for. */
const fast: Suite = { files: fastTests, steps: (options) => [mocha(fastTests, options)] };

const groups: { [name: string]: string[] } = { unit: ["check", "fast"] };

function suiteIn(folder: string): Suite {
  const files = [`${folder}/**/*.test.ts`];
  return { files, steps: (options) => [mocha(files, options)] };
}

function unitOptions(): string[] {
  const others = ownSuites.flatMap((name) => ["--ignore", `test/${name}/**`]);
  return ["--require", "./scripts/stop-measuring.ts", ...others];
}

function mocha(spec: string[], options: string[], limit = 20 * minute): Step {
  return { command: ["node_modules/mocha/bin/mocha.js", "--forbid-only", ...options, ...spec], limit };
}

async function editor(options: string[]): Promise<Step[]> {
  const env = await prepareEditor();
  const inHost = ["node_modules/@vscode/test-cli/out/bin.mjs", ...options];
  return [
    { command: inHost, env, limit: 3 * minute },
    { ...mocha(["test/editor/*.test.ts"], options), env },
  ];
}

async function runSuite(suite: Suite, options: string[]): Promise<Outcome> {
  try {
    const outcomes: Outcome[] = [];
    for (const step of await suite.steps(options)) outcomes.push(await runStep(step));
    // A part of a suite says nothing about the coverage of the whole.
    if (suite.afterwards && options.length === 0) outcomes.push(lookBack(suite.afterwards));
    return addOutcomes(outcomes);
  } catch (error) {
    return failure(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function lookBack({ title, complaints }: NonNullable<Suite["afterwards"]>): Outcome {
  const said = complaints();
  if (said.length > 0) return failure(`${title}:\n    ${said.join("\n    ")}`);
  console.log(`  ✓ ${title}`);
  return { passed: 1, failed: 0, pending: 0, slow: [] };
}

async function runStep(step: Step): Promise<Outcome> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "cal-"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once("exit", remove);
  const file = path.join(folder, "outcome.json");
  const trouble = await runProcess(step, folder, file);
  const left = (await endLeftovers(folder)).map(({ command }) => failure(`left a process behind: ${command}`));
  const outcome = judge(readOutcome(file), trouble);
  process.off("exit", remove);
  remove();
  return addOutcomes([outcome, ...left]);
}

/** What went wrong with the process itself, if anything. */
function runProcess(step: Step, folder: string, outcomeFile: string): Promise<string | undefined> {
  // Whatever the tests leave in the temporary folder goes with it.
  const temporary = { TMPDIR: folder, TEMP: folder, TMP: folder };
  const env = { ...process.env, ...step.env, ...temporary, [outcomeVariable]: outcomeFile };
  const child = spawn(process.execPath, step.command, { cwd: root, env, stdio: "inherit" });
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  let trouble: string | undefined;
  const stop = (why: string) => {
    trouble = why;
    child.kill("SIGKILL");
  };
  const limit = step.limit ?? 5 * minute;
  const tooLong = setTimeout(() => {
    const last = readRunning(outcomeFile);
    stop(`did not end within ${limit / minute} minutes${last ? ` (in: ${last})` : ""}`);
  }, limit);
  let told = 0;
  const lingering = setInterval(() => {
    if (existsSync(outcomeFile)) told ||= Date.now();
    if (told && Date.now() - told > grace) stop("told its result and did not exit: a test left something open");
  }, 500);
  return new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(trouble ?? (code === 0 ? undefined : `ended with ${signal ?? code}`)));
  }).finally(() => {
    process.off("exit", end);
    clearTimeout(tooLong);
    clearInterval(lingering);
  });
}

function judge(outcome: Outcome | undefined, trouble: string | undefined): Outcome {
  if (!outcome) return failure(`the suite ${trouble ?? "ended"} before it told its result`);
  const { passed, pending } = outcome;
  if (pending > 0) console.log(`  ✗ ${pending} skipped, which counts as failed`);
  const told = { ...outcome, failed: outcome.failed + pending, pending: 0 };
  if (passed + told.failed === 0) return failure("no test ran");
  // Failed tests are reason enough for a status other than 0.
  const explained = told.failed > 0 && trouble?.startsWith("ended with");
  return trouble && !explained ? addOutcomes([told, failure(`the suite ${trouble}`)]) : told;
}

function failure(sentence: string): Outcome {
  console.log(`  ✗ ${sentence}`);
  return { passed: 0, failed: 1, pending: 0, slow: [] };
}

/** Suite names before the first option; all that follows goes to mocha. Files may be named instead of suites. */
function readArguments(words: string[]): { suites: [string, Suite][]; options: string[] } {
  const firstOption = words.findIndex((word) => word.startsWith("-"));
  const names = firstOption < 0 ? words : words.slice(0, firstOption);
  const options = firstOption < 0 ? [] : words.slice(firstOption);
  const files = names.filter((name) => existsSync(path.join(root, name)) && name.endsWith(".ts"));
  const wanted = names.filter((name) => !files.includes(name)).flatMap((name) => groups[name] ?? [name]);
  const all = { ...everything, fast };
  const unknown = wanted.filter((name) => !Object.hasOwn(all, name));
  if (unknown.length > 0) {
    const known = [...Object.keys(all), ...Object.keys(groups)].join(", ");
    throw new RangeError(`There is no suite called ${unknown.join(", ")}. The suites are: ${known}.`);
  }
  if (wanted.length === 0 && options.length > 0 && files.length === 0) wanted.push("mocha");
  const picked = Object.entries(all).filter(([name]) => wanted.includes(name));
  if (files.length > 0) picked.push(["files", { files, steps: (rest) => [mocha(files, rest)] }]);
  return { suites: picked.length > 0 ? picked : Object.entries(everything), options };
}

/** Nothing to count when it went well; a failed build does not keep the other suites from saying what they see. */
async function bundlesBuilt(): Promise<Outcome[]> {
  try {
    await build();
    return [];
  } catch (error) {
    return [failure(`build: ${await explain(error)}`)];
  }
}

async function main(): Promise<number> {
  const { suites, options } = readArguments(process.argv.slice(2));
  const lines: string[] = [];
  const outcomes: Outcome[] = await bundlesBuilt();
  for (const [name, suite] of suites) {
    if (suite.files.every((pattern) => globSync(pattern, { cwd: root }).length === 0)) {
      lines.push(`${name}: there are no ${suite.files.join(", ")} yet`);
      continue;
    }
    console.log(`\n${name}`);
    const started = Date.now();
    const outcome = await runSuite(suite, options);
    outcomes.push(outcome);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    lines.push(`${name}: ${outcome.passed} passed, ${outcome.failed} failed, ${seconds} s`);
  }
  const total = addOutcomes(outcomes);
  console.log(`\nslowest\n${slowTestLines(total.slow)}\n\n${lines.join("\n")}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

// The terminal stops the tests too; a CI that cancels stops only us. Leaving by process.exit() ends what runs.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

try {
  process.exitCode = await main();
} catch (error) {
  // A mistyped suite is a sentence; a build that fails is esbuild's own words.
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
