// `calcifer daemon install` and `uninstall`: shows the plan of unit.ts, then does it.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Fault } from "../../protocol/errors.ts";
import type { Parsed } from "../args.ts";
import { daemonCommand } from "../call.ts";
import { done, next } from "../pretty/marks.ts";
import { json, out, paperOf } from "../print.ts";
import { clean, indent } from "../text.ts";
import { stopDaemon } from "./daemon.ts";
import { enableCommand, type Machine, type Plan, planInstall, planUninstall, type Step, signature } from "./unit.ts";

export const install = (parsed: Parsed): Promise<number> => carryOut(parsed, planInstall(machine()), true);
export const uninstall = (parsed: Parsed): Promise<number> => carryOut(parsed, planUninstall(machine()), false);

function machine(): Machine {
  return {
    platform: process.platform,
    env: process.env,
    home: process.env.HOME ?? os.homedir(),
    uid: os.userInfo().uid,
    command: daemonCommand(),
    systemd: process.platform === "linux" && run(["systemctl", "--user", "show-environment"]).status === 0,
  };
}

async function carryOut({ params, globals }: Parsed, plan: Plan | undefined, installing: boolean): Promise<number> {
  if (!plan) {
    throw new Fault(
      "refused",
      `The daemon cannot be installed on ${process.platform}; it starts by itself when it is needed.`,
    );
  }
  const dryRun = params.dryRun === true;
  const there = read(plan.file);
  if (there !== undefined && !there.includes(signature)) {
    throw new Fault("refused", `${plan.file} is there, and Calcifer did not write it.`, {
      hint: "Move it away, and try again.",
    });
  }
  if (!installing && there === undefined) {
    out(
      globals.json
        ? json({ done: false, file: plan.file, steps: [], next: null })
        : "The daemon is not installed; there is nothing to undo.",
    );
    return 0;
  }
  if (!dryRun) for (const step of plan.steps) await take(step);
  const later = installing && !plan.steps.some((step) => step.run) ? enableCommand : null;
  if (globals.json)
    out(json({ done: !dryRun, file: plan.file, steps: plan.steps.map((step) => step.says), next: later }));
  else out(told(plan, dryRun, installing, later));
  return 0;
}

function told(plan: Plan, dryRun: boolean, installing: boolean, later: string | null): string {
  const on = paperOf(1);
  const steps = plan.steps.flatMap((step, i) => [`  ${i + 1}. ${clean(step.says)}`, ...(dryRun ? detail(step) : [])]);
  const lines = dryRun
    ? ["This would be done:", ...steps]
    : [done(on, installing ? "The daemon is installed:" : "The daemon is not installed any more:"), ...steps];
  if (later !== null) lines.push("There is no systemd session to start it in now. When there is one:", `  ${later}`);
  if (dryRun) lines.push(next(on, `calcifer daemon ${installing ? "install" : "uninstall"}`));
  return lines.join("\n");
}

function detail(step: Step): string[] {
  if (step.run) return [`       ${step.run.join(" ")}`];
  return step.write ? indent(step.write.content.trimEnd().split("\n"), 7) : [];
}

async function take(step: Step): Promise<void> {
  if (step.write) {
    mkdirSync(path.dirname(step.write.file), { recursive: true });
    writeFileSync(step.write.file, step.write.content);
  }
  if (step.remove) rmSync(step.remove, { force: true });
  if (step.stop) await stopDaemon();
  if (!step.run) return;
  const { status, stderr } = run(step.run);
  if (status !== 0 && !step.lenient) {
    throw new Fault("unreachable", `${step.run.join(" ")} failed: ${stderr.trim() || `exit ${status}`}`, {
      hint: "The file is written; the command can be run again by hand.",
    });
  }
}

function run([command, ...args]: readonly string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(command as string, args, { encoding: "utf8" });
  return { status, stderr: stderr ?? "" };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
