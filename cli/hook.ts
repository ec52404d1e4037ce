// The hook without a daemon: the same judgement, in a process of its own. Also git's merge driver for CHANGES.md.
import { isUtf8 } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import { repoOfHook } from "../gate/here.ts";
import { Objects } from "../gate/repo.ts";
import { Fault } from "../protocol/errors.ts";
import { version } from "../protocol/generated.ts";

async function hook(name: string, args: string[]): Promise<number> {
  const stdin = name === "reference-transaction" || name === "pre-push" ? readFileSync(0, "utf8") : "";
  const env = { CALCIFER_GIT_PID: String(process.ppid), ...process.env };
  const input = { hook: name, args, cwd: process.cwd(), env, stdin };
  const repo = await repoOfHook(input);
  const objects = new Objects(repo.gitDir);
  try {
    // It will read. What takes us a while goes on beside git's start: loading the gate, and reading the policy.
    if (name === "commit-msg") objects.warm();
    const [{ answerHook }, { foresee }] = await Promise.all([
      import("../gate/hook.ts"),
      import("../gate/policy-in-force.ts"),
    ]);
    if (name === "commit-msg") setImmediate(() => foresee(repo));
    const answer = await answerHook(repo, objects, input);
    process.stderr.write(answer.stderr);
    return answer.exit;
  } finally {
    objects.close();
  }
}

/** Exit 0: merged into `ours`; 1: conflicts, marked in it. git's contract for merge drivers. */
async function mergeDriver([base, ours, theirs]: string[]): Promise<number> {
  const { mergeChanges } = await import("../gate/changes-merge.ts");
  const files = [base, ours, theirs].map((file) => readFileSync(file as string));
  // What is not UTF-8 would not come back as it was; 127 leaves the file to git's own merge.
  if (!files.every((bytes) => isUtf8(bytes))) return 127;
  const [before, mine, other] = files.map((bytes) => bytes.toString("utf8")) as [string, string, string];
  const merged = mergeChanges(before, mine, other);
  writeFileSync(ours as string, merged.text);
  return merged.conflicts.length === 0 ? 0 : 1;
}

async function main([command, ...args]: string[]): Promise<number> {
  if (command === "--version") {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (command === "merge-driver") return mergeDriver(args);
  if (command === "hook" && args[0] !== undefined) return hook(args[0], args.slice(1));
  process.stderr.write("Calcifer: this program is for git hooks. The command line is: calcifer --help\n");
  return 2;
}

main(process.argv.slice(2)).then(
  (exit) => {
    process.exitCode = exit;
  },
  (error: unknown) => {
    // Our own failure is no verdict: git goes on, and the merge gate will see the commit.
    const message = error instanceof Fault ? error.message : String((error as Error)?.stack ?? error);
    process.stderr.write(`Calcifer could not judge, so it lets this pass: ${message}\n`);
  },
);
