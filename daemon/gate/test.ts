// `gate.test`: the tests of an item's branch, on a frozen copy of its tip, by the command of the trunk's policy; the outcome is recorded against the tree.
import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { uncommitted } from "../../gate/facts.ts";
import { tipsOf, worktreeOf } from "../../gate/judge.ts";
import { millisecondsOf, parsePolicy, policyFile, policyFor, type TestsPolicy } from "../../gate/policy.ts";
import { branchTip } from "../../gate/refs.ts";
import { called } from "../../gate/rules.ts";
import { type FindTestRun, problemOf, type TestRun, testLine } from "../../gate/tests.ts";
import { treeOf } from "../../gate/trees.ts";
import { isUnknown } from "../../gate/unknown.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements, Parsed } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Repos } from "../git/repos.ts";
import { locate, type Place, resolveItem } from "../work/work.ts";
import type { Call, Tx, World } from "../world.ts";
import { readCoverage, withoutReport } from "./coverage.ts";
import { testEnvironment } from "./environment.ts";
import { type Frozen, layOut, removeAll, testsFolder } from "./frozen.ts";
import { Output } from "./output.ts";
import { type Ended, runCommand } from "./run.ts";
import { insertRun, runOn, type StoredRun } from "./store.ts";

type Gate = Implements<Api["gate"], Call>;
type Asked = Parsed<Api["gate"]["methods"]["test"]>;

/** What is recorded of a service's tests, for who judges. */
export const recordedTests =
  (world: World) =>
  ({ service }: Place): FindTestRun =>
  (tree, command) =>
    runOn(world.db, { serviceId: service.id, tree, command });

interface Plan extends Place {
  frozen: Frozen;
  tree: string;
  tests: TestsPolicy & { command: string };
}

type Outcome = Omit<TestRun, "command" | "at" | "seconds">;

export function testing(world: World, repos: Repos): Gate["test"] {
  /** service and tree of what is running */
  const under = new Set<string>();

  return async (asked, call) => {
    if (call.by === "hook") throw new Fault("refused", "A hook runs no tests: a person asks for them.");
    const plan = await planOf(await locate(world, repos, await resolveItem(world, repos, asked)));
    const key = `${plan.service.id} ${plan.tree}`;
    if (under.has(key))
      throw new Fault("conflict", `The tests of ${called(plan.item)} are running already.`, {
        hint: "Wait for them, or stop them where they were started.",
      });
    under.add(key);
    try {
      return await record(plan, await run(plan, asked, call), call);
    } finally {
      under.delete(key);
    }
  };

  async function run(plan: Plan, { env }: Asked, call: Call): Promise<Ran> {
    const id = `${world.clock.now().toISOString().slice(0, 10)}-${randomBytes(6).toString("hex")}`;
    const folder = path.join(testsFolder(world), "runs", id);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const output = new Output(path.join(folder, "log"), (line) => call.progress(line));
    const at = world.clock.now().toISOString();
    const started = performance.now();
    try {
      const top = path.join(folder, plan.service.name);
      const outcome = await carryOut(plan, top, output, testEnvironment(env), call).finally(() => output.close());
      return { outcome, at, seconds: (performance.now() - started) / 1000, tail: output.tail, log: keepLog(id) };
    } finally {
      // Removed behind the answer: dependencies may be a hundred thousand files.
      removeAll(folder).catch((error: unknown) => world.log.warn({ err: error, folder }, "a test's folder stays"));
    }
  }

  function keepLog(id: string): string {
    const logs = path.join(testsFolder(world), "logs");
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    const file = path.join(logs, `${id}.log`);
    renameSync(path.join(testsFolder(world), "runs", id, "log"), file);
    return file;
  }

  async function carryOut(
    { tests, frozen, opened }: Plan,
    top: string,
    output: Output,
    env: NodeJS.ProcessEnv,
    call: Call,
  ): Promise<Outcome> {
    const { signal } = call;
    const running = { cwd: top, env, limit: millisecondsOf(tests.limit) ?? 600_000, signal, output };
    const step = async (command: string) => {
      output.say(`$ ${command}`);
      return runCommand(command, running);
    };
    call.progress(`Laying out ${frozen.branch} at ${frozen.tip.slice(0, 8)}`);
    await layOut(world.git(top), opened.repo, frozen, top, signal);
    if (tests.prepare !== undefined) {
      const prepared = await step(tests.prepare);
      if (prepared.because !== "itself" || prepared.exit !== 0) return ended("prepare", prepared);
    }
    const { report } = tests.coverage;
    if (report !== undefined) await withoutReport(top, report);
    const tested = await step(tests.command);
    const covered = report === undefined ? undefined : readCoverage(top, report);
    return {
      ...ended("command", tested),
      ...(covered && ("percent" in covered ? { coverage: covered.percent } : { noCoverage: covered.why })),
    };
  }

  async function record(plan: Plan, ran: Ran, call: Call) {
    const { item, service, frozen, tree, tests, opened } = plan;
    const { tail, log, outcome, at } = ran;
    const seconds = Math.round(ran.seconds * 100) / 100;
    const { command } = tests;
    const { branch, tip: commit } = frozen;
    const one: Omit<StoredRun, "id"> = { ...outcome, command, at, seconds, tree, commit, branch, log };
    const dirty = await uncommittedOn(plan);
    const moved = (await branchTip(opened.repo, branch)) !== commit;
    let forgotten: string[] = [];
    const remember = async (tx: Tx) => {
      forgotten = await insertRun(tx.db, service.id, one);
      const { state, coverage } = outcome;
      const data = { state, command, tree, commit, branch, coverage, seconds };
      await tx.happened("gate.tested", { item: item.id, service: service.name, data });
      const problem = problemOf(one, tests);
      return {
        ...one,
        item: item.id,
        service: service.name,
        log,
        tail,
        min: tests.coverage.min ?? null,
        passed: problem === undefined,
        uncommitted: dirty,
        moved,
        line: problem?.message ?? testLine(one, tests),
      };
    };
    // A call that was stopped is answered by a fault, and none of those is remembered.
    const cancelled = outcome.state === "cancelled";
    const result = await (cancelled ? call.write(remember) : call.answer(remember));
    for (const file of forgotten) rmSync(file, { force: true });
    if (cancelled) throw new Fault("cancelled", `The tests of ${called(item)} were stopped.`);
    return result;
  }
}

interface Ran {
  outcome: Outcome;
  at: string;
  seconds: number;
  tail: string[];
  log: string;
}

function ended(step: Outcome["step"], { exit, because }: Ended): Outcome {
  const itself = exit === 0 ? "passed" : "failed";
  return { state: because === "itself" ? itself : because, step, exit, coverage: null, noCoverage: null };
}

/** Commits and policy as they are now. What is run is what the trunk says, committed there; a branch has no say in it. */
async function planOf({ item, service, opened }: Place): Promise<Plan> {
  const { repo, objects } = opened;
  if (item.branch === null)
    throw new Fault("refused", `${called(item)} is ${item.status} and has no branch to test.`, {
      hint: item.status === "planned" ? `Start it: calcifer work start ${item.id}` : "Its branch is gone.",
    });
  const tips = await tipsOf(repo, item.branch, service.trunk);
  const text = await objects.readText(`${tips.trunkTip}:${policyFile}`);
  if (text === undefined)
    throw new Fault("refused", `${service.trunk} has no ${policyFile}, and only the trunk's policy says what is run.`, {
      hint: `Merge one first, with tests.command in it.`,
    });
  // Not the last good one, as for verdicts: that may be what once lay in a work tree.
  const { policy, problems } = parsePolicy(text);
  if (problems.length > 0)
    throw new Fault("refused", `The policy on ${service.trunk} has mistakes, so nothing in it is run.`, {
      reasons: problems.slice(0, 5).map(({ message }) => ({ check: "policy", message })),
      hint: `Mend ${policyFile} on ${service.trunk} first.`,
    });
  const { tests } = policyFor(policy, service.name);
  const { command } = tests;
  if (command === undefined)
    throw new Fault("refused", `The policy of ${service.name} names no command for its tests.`, {
      hint: `Say it in ${policyFile} on ${service.trunk}: tests: { command: "npm test" }`,
    });
  const tree = await treeOf(objects, tips.tip);
  if (tree === undefined) throw new Fault("refused", `The commit ${tips.tip.slice(0, 8)} cannot be read.`);
  const frozen = { branch: item.branch, trunk: service.trunk, ...tips };
  return { item, service, opened, frozen, tree, tests: { ...tests, command } };
}

/** How many files of the work tree were not tested. */
async function uncommittedOn({ opened: { repo }, frozen }: Plan): Promise<number | null> {
  const worktree = await worktreeOf(repo, frozen.branch);
  if (worktree === undefined) return 0;
  const files = await uncommitted(repo.git, worktree);
  return isUnknown(files) ? null : files.length;
}
