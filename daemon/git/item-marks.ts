// Whose branch it is, said in the repository itself: its config for every clone of git's tools, a marker file for our hooks.
import { marks, type Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { markBranch, unmarkBranch } from "./marks.ts";

/** Says in the repository's own config whose branch it is, so that hooks know without a daemon. */
export async function mark(
  repo: Repo,
  branch: string,
  item: { id: number; key: string; title: string; service: string | null },
): Promise<void> {
  const values = {
    calciferItem: String(item.id),
    calciferKey: item.key,
    calciferTitle: item.title,
    ...(item.service !== null && { calciferService: item.service }),
  };
  for (const [key, value] of Object.entries(values))
    await orThrow(repo, ["config", "--local", `branch.${branch}.${key}`, value]);
  markBranch(repo.commonDir, branch);
}

/** Takes the mark away; what else the branch's section says stays. */
export async function unmark(repo: Repo, branch: string): Promise<void> {
  const had = (await marks(repo)).has(branch);
  for (const key of had ? ["calciferItem", "calciferKey", "calciferTitle", "calciferService"] : [])
    await repo.git(["config", "--local", "--unset-all", `branch.${branch}.${key}`]);
  const left = await repo.git([
    "config",
    "--local",
    "--get-regexp",
    `^branch\\.${branch.replace(/[^\w/-]/g, "\\$&")}\\.`,
  ]);
  if (had && left.code !== 0) await repo.git(["config", "--local", "--remove-section", `branch.${branch}`]);
  unmarkBranch(repo.commonDir, branch);
}

/** Runs git, and turns its no into a fault with git's own first line. */
export async function orThrow(
  repo: Repo,
  args: string[],
  options: { hooks?: boolean; cwd?: string; env?: Record<string, string> } = {},
): Promise<void> {
  const result = await repo.git(args, options);
  if (result.code === 0) return;
  const line =
    result.stderr.split("\n").find((l) => l.trim() !== "" && !l.startsWith("hint:")) ?? `git ${args[0]} failed`;
  const files = result.stderr
    .split("\n")
    .filter((l) => l.startsWith("\t"))
    .map((l) => ({ check: "files", message: l.trim() }));
  throw new Fault("refused", line.replace(/^(fatal|error): /, "").replace(/:?\.?$/, "."), { reasons: files });
}
